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

#ifndef IKECTL_CA_INDEX_H
#define IKECTL_CA_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * What an authority has issued: one line a certificate, in the form of
 * OpenSSL's index file, so that `openssl ocsp -index` can answer from it:
 * V or R, end, revocation[,reason], serial, "unknown", subject, with tabs
 * between.  Pure functions on octets.
 */
#define INDEX_MAX	100000	/* certificates of one authority */

struct issued {
	time_t	 end, revoked;	/* revoked: 0 when it holds */
	int	 reason;	/* CRL_REASON_*, -1: not said */
	char	*serial;	/* upper-case hexadecimal */
	char	*subject;
};
struct index {
	struct issued	*v;
	size_t		 n;
};

/* Reads all lines; returns 0, or the number of the line that is wrong. */
size_t	 index_parse(struct index *ix, const char *text, size_t len);
/* All lines as text, to be freed; *len without the NUL.  Fatal. */
char	*index_text(const struct index *ix, size_t *len);
/* Adds one that holds; the strings are copied. */
void	 index_add(struct index *ix, const char *serial, time_t end,
	    const char *subject);
/* The one with this serial (leading zeros and case aside), or NULL. */
struct issued *index_find(const struct index *ix, const char *serial);
void	 index_free(struct index *ix);

#endif /* IKECTL_CA_INDEX_H */
