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
 * The algorithms of the house: one row each.  Numbers are IANA's IKEv2
 * transforms; the lengths say what a session needs, without any
 * cryptography.  For PRF rows keylen is the preferred key and output length,
 * for KE rows the length of the public value in a KE payload.
 */

#include <stdio.h>
#include <string.h>

#include "alg.h"

#define NOBIT	255	/* not part of a grant's algorithm set */

/*
 * ENCR: RFC 3602 (CBC), RFC 4106 and 5282 (GCM: 4 octets of salt, 8 of IV),
 * RFC 7634 (ChaCha20-Poly1305: the same).  setbit numbers are given once and
 * never reused: they stand in ceilings and grants.
 */
#define CBC(bits, nm, ax, len, bit)					\
	{ XF_ENCR, ENCR_AES_CBC, bits, nm, ax, len, 0, 16, 0, 0, \
	    NULL, bit }
#define GCM(bits, nm, ax, len, bit)					\
	{ XF_ENCR, ENCR_AES_GCM_16, bits, nm, ax, len, 4, 8, 16, 1, \
	    NULL, bit }
/* RFC 4868 section 2.3: the key is as long as the hash, the ICV half. */
#define HMAC(id, nm, ax, len, icv, weak, bit)				\
	{ XF_INTEG, id, 0, nm, ax, len, 0, 0, icv, 0, weak, bit }
#define PRF(id, nm, ax, len, weak)					\
	{ XF_PRF, id, 0, nm, ax, len, 0, 0, 0, 0, weak, NOBIT }
#define KE(id, nm, ax, len, weak)					\
	{ XF_KE, id, 0, nm, ax, len, 0, 0, 0, 0, weak, NOBIT }
#define ESN(id, nm)							\
	{ XF_ESN, id, 0, nm, nm, 0, 0, 0, 0, 0, NULL, NOBIT }

static const struct alg algs[] = {
	GCM(256, "aes256gcm16", "ESP_AES_GCM_256", 36, 0),
	GCM(128, "aes128gcm16", "ESP_AES_GCM_128", 20, 1),
	{ XF_ENCR, ENCR_CHACHA20_POLY1305, 0, "chacha20poly1305",
	    "ESP_CHACHA20_POLY1305", 36, 4, 8, 16, 1, NULL, 2 },
	CBC(256, "aes256", "ESP_AES_CBC_256", 32, 3),
	CBC(192, "aes192", "ESP_AES_CBC_192", 24, 4),
	CBC(128, "aes128", "ESP_AES_CBC_128", 16, 5),
	{ XF_ENCR, ENCR_3DES, 0, "3des", "ESP_3DES", 24, 0, 8, 0, 0, "3des",
	    6 },

	HMAC(INTEG_HMAC_SHA2_256_128, "sha256", "HMAC-SHA2-256", 32, 16, NULL,
	    32),
	HMAC(INTEG_HMAC_SHA2_384_192, "sha384", "HMAC-SHA2-384", 48, 24, NULL,
	    33),
	HMAC(INTEG_HMAC_SHA2_512_256, "sha512", "HMAC-SHA2-512", 64, 32, NULL,
	    34),
	HMAC(INTEG_HMAC_SHA1_96, "sha1", "HMAC-SHA1", 20, 12, "sha1", 35),
	HMAC(INTEG_HMAC_MD5_96, "md5", "HMAC-MD5", 16, 12, "md5", 36),

	PRF(PRF_HMAC_SHA2_256, "prfsha256", "PRF-HMAC-SHA2-256", 32, NULL),
	PRF(PRF_HMAC_SHA2_384, "prfsha384", "PRF-HMAC-SHA2-384", 48, NULL),
	PRF(PRF_HMAC_SHA2_512, "prfsha512", "PRF-HMAC-SHA2-512", 64, NULL),
	PRF(PRF_HMAC_SHA1, "prfsha1", "PRF-HMAC-SHA1", 20, "sha1"),
	PRF(PRF_HMAC_MD5, "prfmd5", "PRF-HMAC-MD5", 16, "md5"),

	/* RFC 8031, RFC 5903 (x and y without a lead octet), RFC 3526. */
	KE(KE_X25519, "x25519", "X25519", 32, NULL),
	KE(KE_X448, "x448", "X448", 56, NULL),
	KE(KE_ECP256, "ecp256", "ECP-256", 64, NULL),
	KE(KE_ECP384, "ecp384", "ECP-384", 96, NULL),
	KE(KE_ECP521, "ecp521", "ECP-521", 132, NULL),
	KE(KE_MODP2048, "modp2048", "MODP-2048", 256, NULL),
	KE(KE_MODP3072, "modp3072", "MODP-3072", 384, NULL),
	KE(KE_MODP4096, "modp4096", "MODP-4096", 512, NULL),
	KE(KE_MODP6144, "modp6144", "MODP-6144", 768, NULL),
	KE(KE_MODP8192, "modp8192", "MODP-8192", 1024, NULL),
	/* FIPS 203: encapsulation keys. */
	KE(KE_MLKEM768, "mlkem768", "ML-KEM-768", 1184, NULL),
	KE(KE_MLKEM512, "mlkem512", "ML-KEM-512", 800, NULL),
	KE(KE_MLKEM1024, "mlkem1024", "ML-KEM-1024", 1568, NULL),
	KE(KE_MODP1536, "modp1536", "MODP-1536", 192, "modp1536"),
	KE(KE_MODP1024, "modp1024", "MODP-1024", 128, "modp1024"),
	KE(KE_MODP768, "modp768", "MODP-768", 96, "modp768"),

	ESN(0, "noesn"),
	ESN(1, "esn"),
};

/* strongSwan's and common other words for the same things. */
static const struct {
	const char	*word;
	const char	*name;
} aliases[] = {
	{ "aes", "aes128" }, { "aes128gcm128", "aes128gcm16" },
	{ "aes128gcm", "aes128gcm16" }, { "aes256gcm128", "aes256gcm16" },
	{ "aes256gcm", "aes256gcm16" }, { "sha", "sha1" },
	{ "sha2_256", "sha256" }, { "sha2_384", "sha384" },
	{ "sha2_512", "sha512" }, { "prfsha", "prfsha1" },
	{ "prfsha2_256", "prfsha256" }, { "prfsha2_384", "prfsha384" },
	{ "prfsha2_512", "prfsha512" }, { "curve25519", "x25519" },
	{ "curve448", "x448" },
};

#define NALGS		(sizeof(algs) / sizeof(algs[0]))
#define NALIASES	(sizeof(aliases) / sizeof(aliases[0]))

const struct alg *
alg_at(size_t i)
{
	return (i < NALGS ? &algs[i] : NULL);
}

int
alg_is_ke(unsigned int type)
{
	return (type == XF_KE || (type >= XF_KE1 && type <= XF_KE7));
}

const struct alg *
alg_by_id(unsigned int type, unsigned int id, unsigned int keybits)
{
	size_t i;

	if (alg_is_ke(type))
		type = XF_KE;
	for (i = 0; i < NALGS; i++)
		if (algs[i].type == type && algs[i].id == id &&
		    algs[i].keybits == keybits)
			return (&algs[i]);
	return (NULL);
}

const struct alg *
alg_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < NALIASES; i++)
		if (strcmp(aliases[i].word, name) == 0) {
			name = aliases[i].name;
			break;
		}
	for (i = 0; i < NALGS; i++)
		if (strcmp(algs[i].name, name) == 0)
			return (&algs[i]);
	return (NULL);
}

const char *
alg_name(unsigned int type, unsigned int id, unsigned int keybits)
{
	static const char *const types[] = { "transform", "encr", "prf",
	    "integ", "ke", "esn" };
	static char bufs[8][48];
	static unsigned int turn;
	const struct alg *a = alg_by_id(type, id, keybits);
	const char *t;
	char *buf;

	if (a != NULL && (type < XF_KE1 || type > XF_KE7))
		return (a->name);
	buf = bufs[turn++ % 8];
	if (type >= XF_KE1 && type <= XF_KE7) {
		snprintf(buf, sizeof(bufs[0]), "ke%u_%s", type - XF_KE1 + 1,
		    a != NULL ? a->name : id == KE_NONE ? "none" :
		    alg_name(XF_KE, id, 0));
		return (buf);
	}
	t = types[type <= XF_ESN ? type : 0];
	if (keybits != 0)
		snprintf(buf, sizeof(bufs[0]), "%s-%u/%u", t, id, keybits);
	else
		snprintf(buf, sizeof(bufs[0]), "%s-%u", t, id);
	return (buf);
}

uint64_t
alg_bit(const struct alg *a)
{
	if (a == NULL || a->setbit == NOBIT)
		return (0);
	return ((uint64_t)1 << a->setbit);
}
