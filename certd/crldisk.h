/*
 * Copyright (c) 2026 The ikd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

#ifndef CERTD_CRLDISK_H
#define CERTD_CRLDISK_H

#include "wire.h"

/*
 * Fetched CRLs in a directory of certd's own, so that a restart needs no
 * network.  A file is named by the digest of its URL and holds
 *	"IKDCRL01" | until 64 | fetched 64 | length of URL 16 | URL | CRL
 * Whoever reads one back verifies the CRL as if it had just been fetched.
 */
#define CRLDISK_FD	4	/* the directory, from the starter */
#define CRLDISK_FILES	1024
#define CRLDISK_HEAD	26	/* before the URL */

struct crlfile {
	int64_t		 until;		/* seconds since 1970 */
	int64_t		 fetched;
	struct slice	 url, data;	/* into what was read */
};

/* Takes a file apart, all of it.  NULL, or what is wrong (a literal). */
const char *crlfile_read(struct slice in, struct crlfile *out);
/* The octets before the CRL; 0 when the URL is longer than FETCH_URL. */
size_t	crlfile_head(const struct crlfile *f, uint8_t *out, size_t size);

/*
 * Looks through the directory once: what has ended, is broken, or is what an
 * unfinished write left behind, goes.
 */
void	crldisk_open(int dir, int64_t now);
/*
 * The file of this URL: octets (the caller's to free; f's slices point into
 * them), or NULL.  A broken one is removed and told.
 */
uint8_t	*crldisk_load(int dir, const char *url, struct crlfile *f);
/*
 * Writes it whole or not at all, without waiting for the disk: a file that a
 * power cut damaged is dropped when it is read.  What fails is told once.
 */
void	crldisk_save(int dir, const struct crlfile *f);
/* Removes it, when it turned out to be no use; why goes to the log. */
void	crldisk_drop(int dir, const char *url, const char *why);

#endif /* CERTD_CRLDISK_H */
