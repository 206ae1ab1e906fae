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

#ifndef CERTD_BOOK_INT_H
#define CERTD_BOOK_INT_H

#include "book.h"

/* The book inside: what book.c fills, and book_shown.c reads too. */

/* A file as it came, and what is in it. */
struct file {
	uint8_t		 kind;		/* enum cert_file */
	char		 name[NAME_MAX_LEN + 1];
	uint8_t		*data;
	size_t		 len;
	struct cert	*cert[CERT_FILE];
	int		 ncert;
};

/* A set of anchors by the files that make it; all: those of ca/. */
struct set {
	struct sn_trust	*of;		/* its first user: the list of names */
	struct trust	*trust;
	int		 empty;		/* no anchor in it */
	int		 told;		/* which was warned of */
};

struct book {
	uint32_t	 generation;
	uint32_t	 warn;		/* seconds */
	int		 hash_url;
	char		 url[HASH_URL_BASE + 1];	/* of ours; or "" */
	struct entries	*entries;
	struct file	*file;
	size_t		 nfile;
	int		 open;		/* the last file has more to come */
	struct sn_trust	*row;		/* until they are rules */
	size_t		 nrow;
	struct rule	*rule;
	size_t		 nrule;
	struct set	*set;
	size_t		 nset;
	struct book_authority *authority;
	unsigned int	 nauthority;
	struct chain_signer *signer;
	unsigned int	 nsigner;
	unsigned int	 refresh;
	struct ours	 ours[BOOK_OURS];
	unsigned int	 nours;
	struct crls	*crls;
	struct lost_crls *lost;		/* of book_crls.c; NULL: none */
	char		*why;		/* room for an error */
	size_t		 why_size;
};

struct file	*book_file(const struct book *b, unsigned int kind,
		    const char *name);
/*
 * Does a path lead from the certificate that pin names, its first, to the
 * set: by an issuer that is in it, or by those that stand behind the first?
 * Signatures are verified; one that is in the set itself has no issuer.
 */
int		 book_pin_leads(const struct trust *t, const struct file *pin);
/*
 * The CRLs of a file of crls/: those that a certificate of ca/ verifies, and
 * those whose issuer is not there, for book_vouch().
 */
void		 book_add_crls(struct book *b, const struct file *f);
void		 book_crls_free(struct lost_crls *l);	/* NULL is fine */
/* Fills ours, once the rules are there. */
void		 book_find_ours(struct book *b);

#endif /* CERTD_BOOK_INT_H */
