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

/*
 * Pre-shared keys by name: a sorted array.  Key octets are in OpenSSL's
 * secure heap (locked, not dumped) and are wiped when let go.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "keyring.h"
#include "log.h"
#include "pskfile.h"

/* Room for two sets of 10,000 keys of 64 octets; powers of two. */
#define HEAP_SIZE	(4 * 1024 * 1024)
#define HEAP_LEAST	32

struct keyring {
	char		*dir;
	struct key	*keys;
	size_t		 n, cap;
};

struct keyring *
keyring_new(const char *dir)
{
	struct keyring *k = xcalloc(1, sizeof(*k));

	k->dir = xstrdup(dir);
	return (k);
}

static void
key_wipe(struct key *key)
{
	OPENSSL_secure_clear_free(key->data, key->len);
	memset(key, 0, sizeof(*key));
}

void
keyring_free(struct keyring *k)
{
	size_t i;

	if (k == NULL)
		return;
	for (i = 0; i < k->n; i++)
		key_wipe(&k->keys[i]);
	free(k->keys);
	free(k->dir);
	free(k);
}

const char *
keyring_dir(const struct keyring *k)
{
	return (k->dir);
}

/* Where name is, or would be; *found says which. */
static size_t
place(const struct keyring *k, const char *name, int *found)
{
	size_t lo = 0, hi = k->n, mid;
	int c;

	*found = 0;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = strcmp(name, k->keys[mid].name);
		if (c == 0) {
			*found = 1;
			return (mid);
		}
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (lo);
}

/* The empty slot of this name: a new one, or the old one wiped. */
static struct key *
slot(struct keyring *k, const char *name)
{
	size_t at;
	int found;

	at = place(k, name, &found);
	if (found) {
		key_wipe(&k->keys[at]);
	} else {
		if (k->n == k->cap) {
			k->cap = k->cap == 0 ? 16 : 2 * k->cap;
			k->keys = xreallocarray(k->keys, k->cap,
			    sizeof(*k->keys));
		}
		memmove(&k->keys[at + 1], &k->keys[at],
		    (k->n - at) * sizeof(*k->keys));
		memset(&k->keys[at], 0, sizeof(k->keys[at]));
		k->n++;
	}
	snprintf(k->keys[at].name, sizeof(k->keys[at].name), "%s", name);
	return (&k->keys[at]);
}

void
keyring_heap(void)
{
	/* Fails when memory may not be locked: the heap is then ordinary. */
	if (CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_LEAST) != 1)
		log_warn(LS_CORE, "keys cannot be locked in memory: raise "
		    "the limit of locked memory (RLIMIT_MEMLOCK)");
}

const char *
keyring_put(struct keyring *k, const char *name, const uint8_t *octets,
    size_t len)
{
	uint8_t buf[PSK_MAX];
	const char *why;
	struct key *key;
	size_t n = 0;

	if (len > sizeof(buf))
		return ("longer than 4096 octets");
	if ((why = psk_decode(octets, len, buf, &n)) == NULL) {
		key = slot(k, name);
		/* Should the locked heap be full, a key still serves. */
		if ((key->data = OPENSSL_secure_malloc(n)) == NULL &&
		    (key->data = OPENSSL_malloc(n)) == NULL)
			fatal("no memory for keys");
		key->len = n;
		memcpy(key->data, buf, n);
	}
	explicit_bzero(buf, sizeof(buf));
	return (why);
}

void
keyring_load(struct keyring *k, const struct sn_secret *s, uint32_t own)
{
	char buf[128];
	const char *why;

	why = psk_mode_problem(s->mode, s->uid, own, buf, sizeof(buf));
	if (why == NULL)
		why = keyring_put(k, s->name, s->data, s->data_len);
	if (why != NULL) {
		struct key *key = slot(k, s->name);

		snprintf(key->problem, sizeof(key->problem), "%s", why);
	}
}

int
keyring_forget(struct keyring *k, const char *name)
{
	size_t at;
	int found;

	at = place(k, name, &found);
	if (!found)
		return (0);
	key_wipe(&k->keys[at]);
	memmove(&k->keys[at], &k->keys[at + 1],
	    (k->n - at - 1) * sizeof(*k->keys));
	k->n--;
	return (1);
}

const struct key *
keyring_find(const struct keyring *k, const char *name)
{
	size_t at;
	int found;

	at = place(k, name, &found);
	return (found ? &k->keys[at] : NULL);
}

const struct key *
keyring_at(const struct keyring *k, size_t i)
{
	return (i < k->n ? &k->keys[i] : NULL);
}
