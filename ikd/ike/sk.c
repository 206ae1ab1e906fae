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
 * The Encrypted payload, RFC 7296 section 3.14, RFC 5282, RFC 7634:
 *
 *	generic header | IV | payloads, padding, pad length | ICV
 *
 * AEAD authenticates the message up to and with the generic header as
 * associated data; the others the whole message without the ICV.
 */

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "hdr.h"
#include "ike_const.h"
#include "ike_crypto.h"
#include "sk.h"

#define GEN_LEN		4
#define SALT_LEN	4
#define NONCE_LEN	12	/* salt and explicit IV of every AEAD here */
#define BLOCK_MAX	16

/* Kept for as long as the SA lives: no larger than its keys. */
struct sk_ctx {
	uint8_t		 engine;	/* which of the engines */
	uint8_t		 mac;		/* which of the MACs; not with AEAD */
	uint8_t		 dir;		/* enum sk_dir */
	uint8_t		 aead;
	uint8_t		 iv_len;
	uint8_t		 block;
	uint8_t		 icv_len;
	uint8_t		 e_len, a_len;
	uint8_t		 key[];		/* SK_e, with the salt; SK_a */
};

/*
 * A cipher's context takes a kilobyte and more, a MAC's almost as much, and
 * an SA has few messages: those of one cipher and direction, and of one MAC,
 * share one, which is given the key of the SA whose turn it is.
 */
#define ENGINES		32	/* ciphers, twice */
#define MACS		8

struct engine {
	EVP_CIPHER		*c;
	enum sk_dir		 dir;
	EVP_CIPHER_CTX		*ctx;
	const struct sk_ctx	*has;	/* whose key is in it, or NULL */
};

static struct engine	 engines[ENGINES];

struct mac {
	unsigned int		 hmac;	/* as a PRF number; 0: none yet */
	EVP_MAC_CTX		*ctx;
	const struct sk_ctx	*has;
};

static struct mac	 macs[MACS];

/* The layout of one message's SK payload, checked. */
struct sk_parts {
	uint8_t		*iv;
	uint8_t		*text;
	size_t		 text_len;
	uint8_t		*icv;
};

/* The HMAC behind an integrity algorithm, as a PRF number. */
static unsigned int
integ_hmac(unsigned int integ)
{
	switch (integ) {
	case INTEG_HMAC_SHA2_256_128:
		return (PRF_HMAC_SHA2_256);
	case INTEG_HMAC_SHA2_384_192:
		return (PRF_HMAC_SHA2_384);
	case INTEG_HMAC_SHA2_512_256:
		return (PRF_HMAC_SHA2_512);
	case INTEG_HMAC_SHA1_96:
		return (PRF_HMAC_SHA1);
	case INTEG_HMAC_MD5_96:
		return (PRF_HMAC_MD5);
	default:
		return (0);
	}
}

int
sk_supported(const struct wt_suite *suite)
{
	const struct alg *e, *a;

	e = alg_by_id(XF_ENCR, suite->encr, suite->encr_bits);
	if (e == NULL || ike_cipher(e->id, e->keybits) == NULL)
		return (0);
	if (e->aead)
		return (suite->integ == INTEG_NONE &&
		    e->saltlen == SALT_LEN && e->ivlen == NONCE_LEN -
		    SALT_LEN);
	a = alg_by_id(XF_INTEG, suite->integ, 0);
	return (a != NULL && ike_hmac_shared(integ_hmac(a->id)) != NULL);
}

static struct engine *
engine_for(EVP_CIPHER *c, enum sk_dir dir)
{
	struct engine *e;

	for (e = engines; e < engines + ENGINES && e->c != NULL; e++)
		if (e->c == c && e->dir == dir)
			return (e);
	if (e == engines + ENGINES ||
	    (e->ctx = EVP_CIPHER_CTX_new()) == NULL)
		return (NULL);
	e->c = c;
	e->dir = dir;
	return (e);
}

/*
 * The key and nothing else; padding is our own matter.  To name the cipher
 * again would make OpenSSL build the context anew.
 */
static int
engine_key(struct engine *e, const uint8_t *key)
{
	EVP_CIPHER *c = EVP_CIPHER_CTX_get0_cipher(e->ctx) == NULL ? e->c :
	    NULL;

	e->has = NULL;
	if (EVP_CipherInit_ex2(e->ctx, c, key, NULL, e->dir == SK_SEAL,
	    NULL) != 1)
		return (-1);
	return (c == NULL || EVP_CIPHER_CTX_set_padding(e->ctx, 0) == 1 ? 0 :
	    -1);
}

/* This SA's turn. */
static int
engine_take(struct sk_ctx *sk)
{
	struct engine *e = &engines[sk->engine];

	if (e->has == sk)
		return (0);
	if (engine_key(e, sk->key) == -1)
		return (-1);
	e->has = sk;
	return (0);
}

static struct mac *
mac_for(unsigned int hmac)
{
	struct mac *m;

	for (m = macs; m < macs + MACS && m->hmac != 0; m++)
		if (m->hmac == hmac)
			return (m);
	if (m == macs + MACS || (m->ctx = ike_hmac_new(hmac)) == NULL)
		return (NULL);
	m->hmac = hmac;
	return (m);
}

/* Ready for a message of this SA. */
static int
mac_start(struct sk_ctx *sk)
{
	struct mac *m = &macs[sk->mac];
	int had = m->has == sk;

	m->has = NULL;
	if (m->ctx == NULL && (m->ctx = ike_hmac_new(m->hmac)) == NULL)
		return (-1);
	/* No key: the one it has. */
	if (EVP_MAC_init(m->ctx, had ? NULL : sk->key + sk->e_len,
	    had ? 0 : sk->a_len, NULL) != 1)
		return (-1);
	m->has = sk;
	return (0);
}

static void
mac_forget(const struct sk_ctx *sk)
{
	static const uint8_t void_key[IKE_KEY_MAX];
	struct mac *m = &macs[sk->mac];

	if (m->has != sk)
		return;
	m->has = NULL;
	if (EVP_MAC_init(m->ctx, void_key, sk->a_len, NULL) == 1)
		return;
	/* As above; another one is made when it is needed. */
	EVP_MAC_CTX_free(m->ctx);
	m->ctx = NULL;
	ERR_clear_error();
}

/* Its key goes: a void one takes its place. */
static void
engine_forget(const struct sk_ctx *sk)
{
	static const uint8_t void_key[IKE_KEY_MAX];

	struct engine *e = &engines[sk->engine];

	if (e->has != sk)
		return;
	if (engine_key(e, void_key) == 0)
		return;
	/* What cannot be keyed again is emptied. */
	(void)EVP_CIPHER_CTX_reset(e->ctx);
	ERR_clear_error();
}

static int
set_cipher(struct sk_ctx *sk, const struct alg *e, struct slice key)
{
	EVP_CIPHER *c = ike_cipher(e->id, e->keybits);
	struct engine *en;
	int block = e->aead ? 1 : EVP_CIPHER_get_block_size(c);

	if (key.len != e->keylen || block > BLOCK_MAX)
		return (-1);
	if ((en = engine_for(c, sk->dir)) == NULL)
		return (-1);
	sk->engine = (uint8_t)(en - engines);
	sk->aead = e->aead != 0;
	sk->iv_len = (uint8_t)e->ivlen;
	sk->icv_len = (uint8_t)e->icvlen;
	sk->block = (uint8_t)block;
	memcpy(sk->key, key.p, key.len);
	return (0);
}

static int
set_mac(struct sk_ctx *sk, unsigned int integ, struct slice key)
{
	const struct alg *a = alg_by_id(XF_INTEG, integ, 0);
	struct mac *m;

	if (key.len != a->keylen)
		return (-1);
	sk->icv_len = (uint8_t)a->icvlen;
	if ((m = mac_for(integ_hmac(integ))) == NULL)
		return (-1);
	sk->mac = (uint8_t)(m - macs);
	memcpy(sk->key + sk->e_len, key.p, key.len);
	return (0);
}

struct sk_ctx *
sk_ctx_new(const struct wt_suite *suite, enum sk_dir dir, struct slice sk_e,
    struct slice sk_a)
{
	const struct alg *e;
	struct sk_ctx *sk;

	if (!sk_supported(suite) || sk_e.len > IKE_KEY_MAX ||
	    sk_a.len > IKE_KEY_MAX)
		return (NULL);
	if ((sk = calloc(1, sizeof(*sk) + sk_e.len + sk_a.len)) == NULL)
		return (NULL);
	sk->dir = (uint8_t)dir;
	sk->e_len = (uint8_t)sk_e.len;
	sk->a_len = (uint8_t)sk_a.len;
	e = alg_by_id(XF_ENCR, suite->encr, suite->encr_bits);
	if (set_cipher(sk, e, sk_e) != 0)
		goto fail;
	if (sk->aead ? sk_a.len != 0 : set_mac(sk, suite->integ, sk_a) != 0)
		goto fail;
	return (sk);
 fail:
	ERR_clear_error();
	sk_ctx_free(sk);
	return (NULL);
}

void
sk_ctx_free(struct sk_ctx *sk)
{
	if (sk == NULL)
		return;
	engine_forget(sk);
	mac_forget(sk);
	freezero(sk, sizeof(*sk) + sk->e_len + sk->a_len);
}

void
sk_keys(const struct sk_ctx *sk, struct slice *sk_e, struct slice *sk_a)
{
	*sk_e = (struct slice){ sk->key, sk->e_len };
	*sk_a = (struct slice){ sk->key + sk->e_len, sk->a_len };
}

size_t
sk_iv_len(const struct sk_ctx *sk)
{
	return (sk->iv_len);
}

size_t
sk_block_len(const struct sk_ctx *sk)
{
	return (sk->block);
}

size_t
sk_icv_len(const struct sk_ctx *sk)
{
	return (sk->icv_len);
}

/* Finds the parts; -1 when the message is too short to have them. */
static int
sk_layout(const struct sk_ctx *sk, uint8_t *msg, size_t len, size_t sk_off,
    struct sk_parts *s)
{
	size_t head = GEN_LEN + sk->iv_len;

	if (len > IKE_MSG_MAX || sk_off < HDR_LEN || sk_off > len)
		return (-1);
	if (len - sk_off < head + 1 + sk->icv_len)
		return (-1);
	s->iv = msg + sk_off + GEN_LEN;
	s->text = s->iv + sk->iv_len;
	s->text_len = len - sk_off - head - sk->icv_len;
	s->icv = msg + len - sk->icv_len;
	return (0);
}

/* Starts an AEAD message: nonce and associated data. */
static int
aead_start(struct sk_ctx *sk, const uint8_t *msg, size_t aad_len,
    const uint8_t *iv)
{
	uint8_t nonce[NONCE_LEN];
	int n;

	/* RFC 5282 section 4, RFC 7634 section 2: salt | IV */
	memcpy(nonce, sk->key + sk->e_len - SALT_LEN, SALT_LEN);
	memcpy(nonce + SALT_LEN, iv, NONCE_LEN - SALT_LEN);
	if (EVP_CipherInit_ex2(engines[sk->engine].ctx, NULL, NULL, nonce, -1,
	    NULL) != 1)
		return (-1);
	return (EVP_CipherUpdate(engines[sk->engine].ctx, NULL, &n, msg,
	    aad_len) == 1 ? 0 : -1);
}

static int
aead_seal(struct sk_ctx *sk, uint8_t *msg, size_t aad_len,
    const struct sk_parts *s)
{
	int n, last;

	if (aead_start(sk, msg, aad_len, s->iv) != 0)
		return (-1);
	if (EVP_CipherUpdate(engines[sk->engine].ctx, s->text, &n, s->text,
	    s->text_len) != 1)
		return (-1);
	if (EVP_CipherFinal_ex(engines[sk->engine].ctx, s->text + n,
	    &last) != 1 || (size_t)n + last != s->text_len)
		return (-1);
	return (EVP_CIPHER_CTX_ctrl(engines[sk->engine].ctx,
	    EVP_CTRL_AEAD_GET_TAG, sk->icv_len, s->icv) == 1 ? 0 : -1);
}

static enum sk_result
aead_open(struct sk_ctx *sk, uint8_t *msg, size_t aad_len,
    const struct sk_parts *s)
{
	int n, last;

	if (aead_start(sk, msg, aad_len, s->iv) != 0)
		return (SK_FAILED);
	if (EVP_CIPHER_CTX_ctrl(engines[sk->engine].ctx, EVP_CTRL_AEAD_SET_TAG,
	    sk->icv_len, s->icv) != 1)
		return (SK_FAILED);
	if (EVP_CipherUpdate(engines[sk->engine].ctx, s->text, &n, s->text,
	    s->text_len) != 1)
		return (SK_FAILED);
	if (EVP_CipherFinal_ex(engines[sk->engine].ctx, s->text + n,
	    &last) != 1)
		return (SK_FORGED);
	return ((size_t)n + last == s->text_len ? SK_GOOD : SK_FAILED);
}

/* CBC over whole blocks, in place. */
static int
cbc_run(struct sk_ctx *sk, const uint8_t *iv, uint8_t *p, size_t len)
{
	int n, last;

	if (len % sk->block != 0)
		return (-1);
	if (EVP_CipherInit_ex2(engines[sk->engine].ctx, NULL, NULL, iv, -1,
	    NULL) != 1)
		return (-1);
	if (EVP_CipherUpdate(engines[sk->engine].ctx, p, &n, p, len) != 1)
		return (-1);
	if (EVP_CipherFinal_ex(engines[sk->engine].ctx, p + n, &last) != 1)
		return (-1);
	return ((size_t)n + last == len ? 0 : -1);
}

/*
 * The IV of a CBC message: the counter's encryption (NIST SP 800-38A,
 * appendix C).  A block under an IV of zero is just that.
 */
static int
cbc_make_iv(struct sk_ctx *sk, uint64_t iv, uint8_t *out)
{
	static const uint8_t zero[BLOCK_MAX];

	memset(out, 0, sk->iv_len);
	put64(out + sk->iv_len - 8, iv);
	return (cbc_run(sk, zero, out, sk->iv_len));
}

/* MAC over msg up to end; out has room for the widest digest. */
static int
mac_run(struct sk_ctx *sk, const uint8_t *msg, const uint8_t *end,
    uint8_t out[EVP_MAX_MD_SIZE])
{
	size_t n;

	if (mac_start(sk) != 0)
		return (-1);
	if (EVP_MAC_update(macs[sk->mac].ctx, msg, end - msg) != 1)
		return (-1);
	if (EVP_MAC_final(macs[sk->mac].ctx, out, &n, EVP_MAX_MD_SIZE) != 1)
		return (-1);
	return (n >= sk->icv_len ? 0 : -1);
}

static int
cbc_seal(struct sk_ctx *sk, uint8_t *msg, const struct sk_parts *s,
    uint64_t iv)
{
	uint8_t icv[EVP_MAX_MD_SIZE];

	if (cbc_make_iv(sk, iv, s->iv) != 0)
		return (-1);
	if (cbc_run(sk, s->iv, s->text, s->text_len) != 0)
		return (-1);
	if (mac_run(sk, msg, s->icv, icv) != 0)
		return (-1);
	memcpy(s->icv, icv, sk->icv_len);
	explicit_bzero(icv, sizeof(icv));
	return (0);
}

static enum sk_result
cbc_open(struct sk_ctx *sk, uint8_t *msg, const struct sk_parts *s)
{
	uint8_t icv[EVP_MAX_MD_SIZE];
	int same;

	if (mac_run(sk, msg, s->icv, icv) != 0)
		return (SK_FAILED);
	same = CRYPTO_memcmp(icv, s->icv, sk->icv_len) == 0;
	explicit_bzero(icv, sizeof(icv));
	if (!same)
		return (SK_FORGED);
	if (s->text_len % sk->block != 0)
		return (SK_BROKEN);
	return (cbc_run(sk, s->iv, s->text, s->text_len) == 0 ? SK_GOOD :
	    SK_FAILED);
}

int
sk_seal(struct sk_ctx *sk, uint8_t *msg, size_t len, size_t sk_off,
    uint64_t iv)
{
	struct sk_parts s;
	int r;

	if (sk->dir != SK_SEAL || sk_layout(sk, msg, len, sk_off, &s) != 0)
		return (-1);
	if (engine_take(sk) == -1) {
		ERR_clear_error();
		return (-1);
	}
	if (sk->aead) {
		put64(s.iv, iv);
		r = aead_seal(sk, msg, sk_off + GEN_LEN, &s);
	} else
		r = cbc_seal(sk, msg, &s, iv);
	if (r != 0)
		ERR_clear_error();
	return (r);
}

enum sk_result
sk_open(struct sk_ctx *sk, uint8_t *msg, size_t len, size_t sk_off,
    const uint8_t **plain, size_t *plain_len)
{
	struct sk_parts s;
	enum sk_result r;
	size_t pad;

	*plain = NULL;
	*plain_len = 0;
	if (sk->dir != SK_OPEN)
		return (SK_FAILED);
	if (sk_layout(sk, msg, len, sk_off, &s) != 0)
		return (SK_FORGED);
	if (engine_take(sk) == -1) {
		ERR_clear_error();
		return (SK_FAILED);
	}
	r = sk->aead ? aead_open(sk, msg, sk_off + GEN_LEN, &s) :
	    cbc_open(sk, msg, &s);
	if (r != SK_GOOD) {
		ERR_clear_error();
		return (r);
	}
	/* The pad length's own octet is not padding; any content is good. */
	pad = s.text[s.text_len - 1];
	if (pad > s.text_len - 1)
		return (SK_BROKEN);
	*plain = s.text;
	*plain_len = s.text_len - 1 - pad;
	return (SK_GOOD);
}
