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

#ifndef SIGN_PRIVRING_H
#define SIGN_PRIVRING_H

#include <openssl/evp.h>

#include "keysort.h"
#include "proto_sign_token.h"
#include "proto_snap.h"

/*
 * Private keys by name, as the files of private/ gave them: PEM or DER, RSA,
 * ECDSA over P-256, P-384 and P-521, Ed25519, Ed448.  A file that may not be
 * used, or is for another purpose than IKE, keeps its place with the reason;
 * so does a key with a passphrase, until
 * ikectl, which was given that, brings what it has opened.  Keys live in
 * OpenSSL's locked heap as far as OpenSSL puts them there, and are freed with
 * their numbers wiped.
 */
struct privkey {
	char		 name[KEY_URI_MAX + 1];
	char		 problem[MSG_TEXT + 1];	/* empty: the key is good */
	int		 locked;	/* that is the problem */
	int		 in_token;	/* certd-token signs with it: no pkey */
	int		 unchecked; /* privring_check() has not had it yet */
	enum key_sort	 type;
	unsigned int	 bits;
	EVP_PKEY	*pkey;
	uint8_t		 fp[32];	/* keyfp() */
	uint8_t		 file[32];	/* SHA-256 of its file */
	uint8_t		*sealed; /* the file, of a key with a passphrase */
	size_t		 sealed_len;
	uint32_t	 next;		/* privring.c's: in its hash chain */
};

struct privring;

struct privring	*privring_new(void);
void		 privring_free(struct privring *r);	/* NULL is fine */

/*
 * Takes a file of private/ as the starter read it; own is our uid.  What
 * takes long is left to privring_check().
 */
void		 privring_load(struct privring *r, const struct sn_secret *s,
		    uint32_t own);
/*
 * Whether private and public part of a key belong together, for the first
 * that is not checked yet: a few signatures' time.  Returns 1, or 0 when
 * there was none; r may be NULL.
 */
int		 privring_check(struct privring *r);
/* Is there one that is not? */
int		 privring_unchecked(const struct privring *r);

/* NULL when there is none of this name. */
const struct privkey *privring_find(const struct privring *r,
		    const char *name);

/* In the order they came: i from 0 until NULL. */
const struct privkey *privring_at(const struct privring *r, size_t i);
size_t		 privring_count(const struct privring *r);
/* How many are locked. */
size_t		 privring_locked(const struct privring *r);

/*
 * The key of a locked file whose octets have this SHA-256, in DER.  Returns
 * NULL, or a literal that says why it is not taken; then all is as before.
 */
const char	*privring_unlock(struct privring *r, const char *name,
		    const uint8_t file[32], const uint8_t *der, size_t len);
/*
 * A ring of its own has the keys in a token, by URI, as certd-token told of
 * them last; all are without use once it is gone.
 */
void		 privring_told(struct privring *r, const struct mn_key *m);
void		 privring_token_gone(struct privring *r);
/* Is a key of this name in a token? */
int		 privring_is_uri(const char *name);

/*
 * Whatever is locked here and, the very same file, open there is opened; what
 * was found good there is not checked again.
 */
void		 privring_inherit(struct privring *r,
		    const struct privring *from);

/* Before the door: one key of each type is made, read and used. */
void		 privring_warm(void);

#endif /* SIGN_PRIVRING_H */
