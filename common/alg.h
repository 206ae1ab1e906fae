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

#ifndef COMMON_ALG_H
#define COMMON_ALG_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Algorithms by their IANA numbers (IKEv2 transforms), their names in
 * strongSwan's words, and what every process must know of them.  No
 * cryptography here.
 */
enum xf_type { XF_ENCR = 1, XF_PRF = 2, XF_INTEG = 3, XF_KE = 4, XF_ESN = 5,
	/* RFC 9370: additional key exchanges 1 to 7, of XF_KE's numbers */
	XF_KE1 = 6, XF_KE7 = 12, XF_TYPES };

enum { ENCR_3DES = 3, ENCR_AES_CBC = 12, ENCR_AES_GCM_16 = 20,
	ENCR_CHACHA20_POLY1305 = 28 };
enum { PRF_HMAC_MD5 = 1, PRF_HMAC_SHA1 = 2, PRF_HMAC_SHA2_256 = 5,
	PRF_HMAC_SHA2_384 = 6, PRF_HMAC_SHA2_512 = 7 };
enum { INTEG_NONE = 0, INTEG_HMAC_MD5_96 = 1, INTEG_HMAC_SHA1_96 = 2,
	INTEG_HMAC_SHA2_256_128 = 12, INTEG_HMAC_SHA2_384_192 = 13,
	INTEG_HMAC_SHA2_512_256 = 14 };
enum { KE_NONE = 0, KE_MODP768 = 1, KE_MODP1024 = 2, KE_MODP1536 = 5,
	KE_MODP2048 = 14, KE_MODP3072 = 15, KE_MODP4096 = 16,
	KE_MODP6144 = 17, KE_MODP8192 = 18, KE_ECP256 = 19, KE_ECP384 = 20,
	KE_ECP521 = 21, KE_X25519 = 31, KE_X448 = 32,
	KE_MLKEM512 = 35, KE_MLKEM768 = 36, KE_MLKEM1024 = 37 };

enum { PROTO_IKE = 1, PROTO_AH = 2, PROTO_ESP = 3 };

/* A rekey with a key exchange of its own: if the peer has it, or always. */
enum pfs_rule { PFS_NO = 0, PFS_YES = 1, PFS_PREFER = 2 };

struct alg {
	uint8_t		 type;		/* enum xf_type */
	uint16_t	 id;
	uint16_t	 keybits;	/* the key length attribute; 0: none */
	const char	*name;		/* "aes256gcm16" */
	const char	*aix; /* "ESP_AES_GCM_256" or as it is printed */
	uint16_t	 keylen; /* octets of key material, salt included;
					 * KE: of the public value, of a KEM
					 * the encapsulation key */
	uint8_t		 saltlen;	/* of those, the implicit nonce part */
	uint8_t		 ivlen;		/* explicit IV in each message */
	uint8_t		 icvlen;	/* integrity check value / tag */
	uint8_t		 aead;
	const char	*weak;		/* its word in allow-weak, or NULL */
	uint8_t		 setbit;	/* bit in an algorithm set; see below */
};

/* Is it a key exchange, the first or an additional one? */
int	 alg_is_ke(unsigned int type);

/* NULL when we do not know it; XF_KE1 to XF_KE7 are looked up as XF_KE. */
const struct alg *alg_by_id(unsigned int type, unsigned int id,
		    unsigned int keybits);
const struct alg *alg_by_name(const char *name);
/* Walks the table: i from 0 until NULL. */
const struct alg *alg_at(size_t i);
/*
 * "aes256gcm16", "ke1_mlkem768", "ke1_none", or "encr-99" for what we do not
 * know; static buffers, of which eight are in turn.
 */
const char *alg_name(unsigned int type, unsigned int id, unsigned int keybits);

/* An algorithm set of a grant or ceiling: bits of ENCR and INTEG algs. */
uint64_t	alg_bit(const struct alg *a);

/*
 * Parses one word of the policy's proposals into p: strongSwan's
 * "aes256gcm16-prfsha384-x25519", with "esp-" or "ah-" allowed when proto is
 * PROTO_ESP.  Several algorithms of one type are choices in order.  For IKE
 * without an explicit prf the PRF follows the integrity algorithm, as
 * strongSwan has it (beside an AEAD an integrity word then stands for the
 * PRF alone); an AEAD with neither is an error that says so.
 * allow_weak: words that are allowed although weak, NULL-ended.
 * Returns 0, or -1 with text in err (what is wrong, and the nearest name).
 */
int	proposal_parse(const char *word, unsigned int proto,
	    const char *const *allow_weak, struct wt_proposal *p, char *err,
	    size_t errsize);
/*
 * The reverse: strongSwan's word for p, every algorithm named, with "esp-"
 * or "ah-" in front for those.
 */
char	*proposal_print(const struct wt_proposal *p, char *out, size_t size);

/* The built-in lists: "default" and "strict"; returns the words. */
const char *const *proposal_builtin(const char *policy, unsigned int proto);

#endif /* COMMON_ALG_H */
