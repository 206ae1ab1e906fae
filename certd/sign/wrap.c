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
 * Sealing: version (1), key (4), number (8), ciphertext, tag (16).  The nonce
 * is the number behind four zero octets, which no key sees twice; version and
 * key are authenticated beside.
 */

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "log.h"
#include "wrap.h"

#define VERSION		1
#define KEY_LEN		32
#define HEAD_LEN	5	/* version and key: authenticated */
#define NUMBER_LEN	8
#define NONCE_LEN	12
#define TAG_LEN		16
#if HEAD_LEN + NUMBER_LEN + TAG_LEN != WRAP_OVERHEAD
#error "WRAP_OVERHEAD is wrong"
#endif

struct wrap_key {
	uint8_t		*key;		/* in the locked heap; NULL: none */
	uint32_t	 id;
	uint64_t	 since, number;
};

struct wrap {
	struct wrap_key	 now, before;
	EVP_CIPHER_CTX	*ctx;
};

static EVP_CIPHER *gcm;

void
wrap_warm(void)
{
	if (gcm == NULL)
		gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (gcm == NULL)
		fatal("OpenSSL has no AES-256-GCM");
}

struct wrap *
wrap_new(void)
{
	struct wrap *s = xcalloc(1, sizeof(*s));

	wrap_warm();
	if ((s->ctx = EVP_CIPHER_CTX_new()) == NULL)
		fatal("no memory for a cipher");
	return (s);
}

static void
key_free(struct wrap_key *k)
{
	if (k->key != NULL)
		OPENSSL_secure_clear_free(k->key, KEY_LEN);
	k->key = NULL;
}

void
wrap_free(struct wrap *s)
{
	if (s == NULL)
		return;
	key_free(&s->now);
	key_free(&s->before);
	EVP_CIPHER_CTX_free(s->ctx);
	free(s);
}

static void
draw(struct wrap_key *k, uint64_t now)
{
	uint8_t id[4];

	if ((k->key = OPENSSL_secure_malloc(KEY_LEN)) == NULL)
		fatal("no memory for the ticket key");
	if (RAND_priv_bytes(k->key, KEY_LEN) != 1 ||
	    RAND_bytes(id, sizeof(id)) != 1)
		fatal("no random octets for the ticket key");
	memcpy(&k->id, id, sizeof(id));
	k->since = now;
	k->number = 0;
}

/* One that has served its day opens for another. */
void
wrap_rotate(struct wrap *s, uint64_t now)
{
	if (s->before.key != NULL &&
	    now - s->before.since >= 2 * WRAP_KEY_SECONDS)
		key_free(&s->before);
	if (s->now.key == NULL || now - s->now.since < WRAP_KEY_SECONDS)
		return;
	key_free(&s->before);
	s->before = s->now;
	s->now.key = NULL;
	if (now - s->before.since >= 2 * WRAP_KEY_SECONDS)
		key_free(&s->before);
}

static void
nonce_of(const uint8_t *number, uint8_t nonce[NONCE_LEN])
{
	memset(nonce, 0, NONCE_LEN - NUMBER_LEN);
	memcpy(nonce + NONCE_LEN - NUMBER_LEN, number, NUMBER_LEN);
}

size_t
wrap_make(struct wrap *s, uint64_t now, struct slice in, uint8_t *out)
{
	uint8_t nonce[NONCE_LEN], *text = out + HEAD_LEN + NUMBER_LEN;
	int i, n, last;

	wrap_rotate(s, now);
	if (s->now.key == NULL)
		draw(&s->now, now);
	memset(out, 0, HEAD_LEN + NUMBER_LEN);
	out[0] = VERSION;
	memcpy(out + 1, &s->now.id, sizeof(s->now.id));
	s->now.number++;
	for (i = 0; i < NUMBER_LEN; i++)
		out[HEAD_LEN + i] =
		    (uint8_t)(s->now.number >> (56 - 8 * i));
	nonce_of(out + HEAD_LEN, nonce);
	if (EVP_EncryptInit_ex2(s->ctx, gcm, s->now.key, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(s->ctx, NULL, &n, out, HEAD_LEN) != 1 ||
	    EVP_EncryptUpdate(s->ctx, text, &n, in.p, (int)in.len) != 1 ||
	    EVP_EncryptFinal_ex(s->ctx, text + n, &last) != 1 ||
	    (size_t)n + (size_t)last != in.len ||
	    EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN,
	    text + in.len) != 1)
		return (0);
	return (in.len + WRAP_OVERHEAD);
}

static const struct wrap_key *
key_of(const struct wrap *s, const uint8_t *in)
{
	uint32_t id;

	memcpy(&id, in + 1, sizeof(id));
	if (s->now.key != NULL && s->now.id == id)
		return (&s->now);
	if (s->before.key != NULL && s->before.id == id)
		return (&s->before);
	return (NULL);
}

size_t
wrap_open(struct wrap *s, uint64_t now, struct slice in, uint8_t *out)
{
	const struct wrap_key *k;
	uint8_t nonce[NONCE_LEN], tag[TAG_LEN];
	const uint8_t *text = in.p + HEAD_LEN + NUMBER_LEN;
	size_t len;
	int n, last;

	if (in.len <= WRAP_OVERHEAD || in.p[0] != VERSION)
		return (0);
	wrap_rotate(s, now);
	if ((k = key_of(s, in.p)) == NULL)
		return (0);
	len = in.len - WRAP_OVERHEAD;
	nonce_of(in.p + HEAD_LEN, nonce);
	memcpy(tag, text + len, TAG_LEN);
	if (EVP_DecryptInit_ex2(s->ctx, gcm, k->key, nonce, NULL) != 1 ||
	    EVP_DecryptUpdate(s->ctx, NULL, &n, in.p, HEAD_LEN) != 1 ||
	    EVP_DecryptUpdate(s->ctx, out, &n, text, (int)len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
	    tag) != 1 || EVP_DecryptFinal_ex(s->ctx, out + n, &last) != 1 ||
	    (size_t)n + (size_t)last != len) {
		explicit_bzero(out, len);
		return (0);
	}
	return (len);
}
