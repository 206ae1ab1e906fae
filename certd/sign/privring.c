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
 * Private keys: files to EVP_PKEYs, once at each load.  A key with a
 * passphrase is opened by ikectl, once; over a reload it stays open as long
 * as its file is the same, and no key is checked twice.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "fnv.h"
#include "hprf.h"
#include "keyfp.h"
#include "keypurpose.h"
#include "log.h"
#include "privring.h"
#include "pskfile.h"
#include "rsafit.h"

struct privring {
	struct privkey	*v;
	size_t		 n, cap;
	uint32_t	*hash;		/* by name: index + 1; 0 ends a chain */
	size_t		 checked;	/* none before it is unchecked */
};

struct privring *
privring_new(void)
{
	return (xcalloc(1, sizeof(struct privring)));
}

void
privring_free(struct privring *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++) {
		EVP_PKEY_free(r->v[i].pkey);
		free(r->v[i].sealed);
	}
	free(r->hash);
	free(r->v);
	free(r);
}

/* Where the chain of a name begins; cap is a power of two. */
static uint32_t *
head(const struct privring *r, const char *name)
{
	return (&r->hash[fnv_octets(name, strlen(name)) & (r->cap - 1)]);
}

const struct privkey *
privring_find(const struct privring *r, const char *name)
{
	uint32_t i;

	if (r == NULL || r->n == 0)
		return (NULL);
	for (i = *head(r, name); i != 0; i = r->v[i - 1].next)
		if (strcmp(r->v[i - 1].name, name) == 0)
			return (&r->v[i - 1]);
	return (NULL);
}

const struct privkey *
privring_at(const struct privring *r, size_t i)
{
	return (r != NULL && i < r->n ? &r->v[i] : NULL);
}

size_t
privring_count(const struct privring *r)
{
	return (r == NULL ? 0 : r->n);
}

size_t
privring_locked(const struct privring *r)
{
	size_t i, n = 0;

	for (i = 0; r != NULL && i < r->n; i++)
		n += (size_t)(r->v[i].locked != 0);
	return (n);
}

/* A passphrase is never asked for here: nobody would answer. */
static int
no_passphrase(char *buf, int size, int rwflag, void *asked)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	*(int *)asked = 1;
	return (-1);
}

static EVP_PKEY *
decode(const uint8_t *p, size_t len, int *locked)
{
	BIO *bio = BIO_new_mem_buf(p, (int)len);
	EVP_PKEY *k = NULL;

	*locked = 0;
	if (bio == NULL)
		fatal("out of memory");
	if (len > 0 && p[0] == 0x30)
		k = d2i_PrivateKey_bio(bio, NULL);
	else
		k = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, locked);
	BIO_free(bio);
	ERR_clear_error();
	return (k);
}

static int
fits(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	int ok;

	if (ctx == NULL)
		fatal("out of memory");
	ok = EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return (ok);
}

/* Does it belong to itself?  A damaged key would give itself away. */
static const char *
check(const struct privkey *k)
{
	int ok = k->type == PRIV_RSA ? rsafit(k->pkey) : fits(k->pkey);

	ERR_clear_error();
	return (ok ? NULL : "its private and public parts do not fit");
}

/* NULL and the key in k, or what is wrong; *locked: it has a passphrase. */
static const char *
load(struct privkey *k, const uint8_t *p, size_t len, int *locked)
{
	const char *why;

	if ((k->pkey = decode(p, len, locked)) == NULL)
		return ("not a private key in PEM or DER");
	why = keysort(k->pkey, &k->type, &k->bits);
	if (why == NULL && keyfp(k->pkey, k->fp) == -1)
		why = "has no public part";
	if (why != NULL) {
		EVP_PKEY_free(k->pkey);
		k->pkey = NULL;
	}
	return (why);
}

static void
lock(struct privkey *k, const uint8_t *p, size_t len)
{
	k->locked = 1;
	snprintf(k->problem, sizeof(k->problem), "is locked by its "
	    "passphrase: ikectl key unlock %s", k->name);
	k->sealed = xcalloc(1, len);
	k->sealed_len = len;
	memcpy(k->sealed, p, len);
}

static void
open_with(struct privkey *k, const struct privkey *from)
{
	k->pkey = from->pkey;
	k->type = from->type;
	k->bits = from->bits;
	memcpy(k->fp, from->fp, sizeof(k->fp));
	k->locked = 0;
	k->unchecked = 0;
	k->problem[0] = '\0';
}

static void
link_key(struct privring *r, size_t i)
{
	uint32_t *first = head(r, r->v[i].name);

	r->v[i].next = *first;
	*first = (uint32_t)i + 1;
}

static struct privkey *
add(struct privring *r, const char *name)
{
	struct privkey *k;
	size_t i;

	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 8 : 2 * r->cap;
		r->v = xreallocarray(r->v, r->cap, sizeof(*r->v));
		free(r->hash);
		r->hash = xcalloc(r->cap, sizeof(*r->hash));
		for (i = 0; i < r->n; i++)
			link_key(r, i);
	}
	k = &r->v[r->n++];
	memset(k, 0, sizeof(*k));
	snprintf(k->name, sizeof(k->name), "%s", name);
	link_key(r, r->n - 1);
	return (k);
}

int
privring_is_uri(const char *name)
{
	return (strncmp(name, "pkcs11:", 7) == 0);
}

void
privring_told(struct privring *r, const struct mn_key *m)
{
	struct privkey *k = (struct privkey *)(uintptr_t)privring_find(r,
	    m->key);

	if (k == NULL)
		k = add(r, m->key);
	k->in_token = 1;
	k->type = m->type;
	k->bits = m->bits;
	memcpy(k->fp, m->fp, sizeof(k->fp));
	snprintf(k->problem, sizeof(k->problem), "%s", m->problem);
}

void
privring_token_gone(struct privring *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		snprintf(r->v[i].problem, sizeof(r->v[i].problem),
		    "certd-token is being restarted");
}

void
privring_load(struct privring *r, const struct sn_secret *s, uint32_t own)
{
	struct privkey *k;
	char buf[128];
	const char *why;
	int locked = 0;

	k = add(r, s->name);
	why = psk_mode_problem(s->mode, s->uid, own, buf, sizeof(buf));
	if (why == NULL)
		why = key_purpose_not_ike(key_purpose(s->data, s->data_len));
	if (why == NULL)
		why = load(k, s->data, s->data_len, &locked);
	hprf_digest(s->data, s->data_len, k->file, sizeof(k->file));
	if (locked)
		lock(k, s->data, s->data_len);
	else if (why != NULL)
		snprintf(k->problem, sizeof(k->problem), "%s", why);
	else
		k->unchecked = 1;
}

static struct privkey *
next_unchecked(const struct privring *r)
{
	size_t i;

	for (i = r == NULL ? 0 : r->checked; r != NULL && i < r->n; i++)
		if (r->v[i].unchecked)
			return (&r->v[i]);
	return (NULL);
}

int
privring_unchecked(const struct privring *r)
{
	return (next_unchecked(r) != NULL);
}

int
privring_check(struct privring *r)
{
	struct privkey *k = next_unchecked(r);
	const char *why;

	if (k == NULL)
		return (0);
	k->unchecked = 0;
	r->checked = (size_t)(k - r->v) + 1;
	if ((why = check(k)) != NULL) {
		EVP_PKEY_free(k->pkey);
		k->pkey = NULL;
		snprintf(k->problem, sizeof(k->problem), "%s", why);
	}
	return (1);
}

const char *
privring_unlock(struct privring *r, const char *name, const uint8_t file[32],
    const uint8_t *der, size_t len)
{
	struct privkey *k = (struct privkey *)(uintptr_t)privring_find(r,
	    name), opened;
	const char *why;
	int locked;

	if (k == NULL)
		return ("the service has not read this file: ikectl reload, "
		    "then again");
	if (k->sealed == NULL)
		return (k->problem[0] == '\0' ? "has no passphrase" :
		    "cannot be used: ikectl show cert says why");
	if (memcmp(k->file, file, sizeof(k->file)) != 0)
		return ("the file has changed since the service read it: "
		    "ikectl reload, then again");
	if (!k->locked)
		return (NULL);
	if ((why = load(&opened, der, len, &locked)) != NULL)
		return (why);
	if ((why = check(&opened)) == NULL)
		open_with(k, &opened);
	else
		EVP_PKEY_free(opened.pkey);
	return (why);
}

void
privring_inherit(struct privring *r, const struct privring *from)
{
	const struct privkey *old;
	struct privkey *k;
	size_t i;

	for (i = 0; i < r->n; i++) {
		k = &r->v[i];
		old = privring_find(from, k->name);
		if (old == NULL || old->pkey == NULL || old->unchecked ||
		    memcmp(old->file, k->file, sizeof(k->file)) != 0)
			continue;
		k->unchecked = 0;
		if (k->locked && EVP_PKEY_up_ref(old->pkey) == 1)
			open_with(k, old);
	}
}

static void
warm_one(EVP_PKEY *pkey)
{
	struct privring *r = privring_new();
	struct sn_secret s = { .kind = 2, .name = "warm", .mode = 0100600 };
	BIO *bio = BIO_new(BIO_s_secmem());
	int n = 0;

	if (pkey == NULL || bio == NULL || PEM_write_bio_PrivateKey(bio, pkey,
	    NULL, NULL, 0, NULL, NULL) != 1 || (n = BIO_read(bio, s.data,
	    sizeof(s.data))) <= 0)
		fatal("OpenSSL cannot make a private key");
	s.data_len = (uint16_t)n;
	privring_load(r, &s, 0);
	(void)privring_check(r);
	if (r->v[0].problem[0] != '\0')
		fatal("OpenSSL cannot read its key: %s", r->v[0].problem);
	explicit_bzero(&s, sizeof(s));
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	privring_free(r);
}

void
privring_warm(void)
{
	/* A small one: one of 2048 bits takes 20 times as long to make. */
	warm_one(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024));
	warm_one(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	warm_one(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	warm_one(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"));
}
