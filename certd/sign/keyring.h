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

#ifndef SIGN_KEYRING_H
#define SIGN_KEYRING_H

#include "proto_snap.h"

/*
 * Pre-shared keys by name, as the files of psk/ gave them.  A file that may
 * not be used keeps its place with the reason, so that whoever names it can
 * say why.  Key octets are wiped before their memory is given back.
 */
struct key {
	char		 name[NAME_MAX_LEN + 1];
	char		 problem[128];	/* empty: the key is good */
	uint8_t		*data;
	size_t		 len;
};

struct keyring;

/*
 * scrub.c: before OpenSSL is used at all: whatever it frees is wiped.  It
 * decodes keys by way of buffers that it frees as they are.
 */
void		 scrub_heap(void);

/* Before the door: makes the locked heap that keys live in. */
void		 keyring_heap(void);

/* An empty ring; dir is the policy directory, for messages. */
struct keyring *keyring_new(const char *dir);
void		 keyring_free(struct keyring *k);	/* NULL is fine */
const char	*keyring_dir(const struct keyring *k);

/* Takes a file of psk/ as the starter read it; own is our uid. */
void		 keyring_load(struct keyring *k, const struct sn_secret *s,
		    uint32_t own);
/*
 * Puts or replaces a key from a file's octets.  Returns NULL, or a literal
 * that says what is wrong with them; the ring is then as before.
 */
const char	*keyring_put(struct keyring *k, const char *name,
		    const uint8_t *octets, size_t len);
/* Returns 1 when there was such a key. */
int		 keyring_forget(struct keyring *k, const char *name);

/* NULL when there is none of this name. */
const struct key *keyring_find(const struct keyring *k, const char *name);
/* In name order: i from 0 until NULL. */
const struct key *keyring_at(const struct keyring *k, size_t i);

#endif /* SIGN_KEYRING_H */
