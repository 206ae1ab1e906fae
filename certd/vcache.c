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

/* Caches of decoded certificates, bare keys and verdicts. */

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "lru.h"
#include "sigalg.h"
#include "vcache.h"

struct verdict {
	int64_t		 from, until, not_after;
	const char	*anchor;	/* of the trust in the question */
	unsigned int	 asked;
};

struct vcache {
	struct lru	*certs, *keys, *verdicts;
	uint64_t	 hits;
};

static void
drop_cert(void *c)
{
	cert_free(c);
}

static void
drop_key(void *k)
{
	rawkey_free(k);
}

struct vcache *
vcache_new(void)
{
	struct vcache *v = xcalloc(1, sizeof(*v));

	v->certs = lru_new(VCACHE_CERTS, drop_cert);
	v->keys = lru_new(VCACHE_CERTS, drop_key);
	v->verdicts = lru_new(VCACHE_VERDICTS, free);
	return (v);
}

void
vcache_free(struct vcache *v)
{
	if (v == NULL)
		return;
	lru_free(v->certs);
	lru_free(v->keys);
	lru_free(v->verdicts);
	free(v);
}

void
vcache_clear(struct vcache *v)
{
	lru_clear(v->certs);
	lru_clear(v->keys);
	lru_clear(v->verdicts);
}

struct cert *
vcache_cert(struct vcache *v, struct slice der, const char **why)
{
	uint8_t fp[KEY_FP];
	struct cert *c;

	key_sha256(der, fp);
	if ((c = lru_get(v->certs, fp)) != NULL)
		return (cert_ref(c));
	return (cert_decode(der, why));
}

struct rawkey *
vcache_rawkey(struct vcache *v, struct slice der, const char **why)
{
	uint8_t fp[KEY_FP];
	struct rawkey *k;

	key_sha256(der, fp);
	if ((k = lru_get(v->keys, fp)) != NULL)
		return (rawkey_ref(k));
	return (rawkey_decode(der, why));
}

void
vcache_keep(struct vcache *v, struct rawkey *k)
{
	if (lru_get(v->keys, k->fp) == NULL)
		lru_put(v->keys, k->fp, rawkey_ref(k));
}

static void
keep_cert(struct vcache *v, struct cert *c)
{
	if (lru_get(v->certs, c->fp) == NULL)
		lru_put(v->certs, c->fp, cert_ref(c));
}

/* The chain below the anchor, which is decoded anyway. */
static void
keep_chain(struct vcache *v, const struct chain_result *r)
{
	unsigned int i;

	for (i = 0; i < r->n && (i == 0 || i + 1 < r->n); i++)
		keep_cert(v, r->chain[i]);
}

/* All of the question that has a part in the answer, but the time. */
static void
question(uint64_t tag, const struct chain_in *in, uint8_t out[LRU_KEY])
{
	const uint64_t fixed[] = { tag, (uintptr_t)in->trust,
	    (uintptr_t)in->crls, in->crls != NULL ? in->crls->generation : 0,
	    (uint64_t)in->revocation, in->allow_weak, in->ninter, in->neku,
	    in->npolicy };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int i;
	int ok;

	ok = ctx != NULL &&
	    EVP_DigestInit_ex(ctx, sigalg_md(HASH_SHA2_256), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, fixed, sizeof(fixed)) == 1 &&
	    EVP_DigestUpdate(ctx, in->leaf->fp, KEY_FP) == 1;
	for (i = 0; ok && i < in->ninter; i++)
		ok = EVP_DigestUpdate(ctx, in->inter[i]->fp, KEY_FP) == 1;
	for (i = 0; ok && i < in->neku; i++)
		ok = EVP_DigestUpdate(ctx, in->eku[i],
		    strlen(in->eku[i]) + 1) == 1;
	for (i = 0; ok && i < in->npolicy; i++)
		ok = EVP_DigestUpdate(ctx, in->policy[i],
		    strlen(in->policy[i]) + 1) == 1;
	if (ok && in->pinned != NULL)
		ok = EVP_DigestUpdate(ctx, in->pinned->fp, KEY_FP) == 1;
	if (!ok || EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		fatal("OpenSSL computes no hash");
	EVP_MD_CTX_free(ctx);
}

void
vcache_verify(struct vcache *v, uint64_t tag, const struct chain_in *in,
    struct chain_result *out)
{
	uint8_t key[LRU_KEY];
	struct verdict *old;

	if (in->nocsp > 0) {
		chain_verify(in, out);
		if (out->why == CHAIN_OK)
			keep_chain(v, out);
		return;
	}
	question(tag, in, key);
	old = lru_get(v->verdicts, key);
	if (old != NULL && in->now >= old->from && in->now < old->until) {
		memset(out, 0, sizeof(*out));
		memcpy(out->fp, in->leaf->fp, KEY_FP);
		out->bound = old->until;
		out->not_after = old->not_after;
		out->anchor = old->anchor;
		out->asked = old->asked;
		v->hits++;
		return;
	}
	chain_verify(in, out);
	if (out->why == CHAIN_OK)
		keep_chain(v, out);
	if (out->why != CHAIN_OK || out->missing + out->undelta > 0) {
		lru_del(v->verdicts, key);
		return;
	}
	old = xcalloc(1, sizeof(*old));
	old->from = in->now;
	old->until = out->bound;
	old->not_after = out->not_after;
	old->anchor = out->anchor;
	old->asked = out->asked;
	lru_put(v->verdicts, key, old);
}

uint64_t
vcache_hits(const struct vcache *v)
{
	return (v->hits);
}
