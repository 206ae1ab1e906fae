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
 * Proposals in strongSwan's words, both ways, and the built-in lists.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alg.h"

#define WORD_MAX	32	/* longest single algorithm word, with room */

/*
 * Built in.  "default": strong algorithms only, wide enough to meet the
 * default proposals of other products as far as those are strong; classic
 * and AEAD ciphers cannot share a proposal (RFC 7296 section 3.3).
 * Each has a hybrid first: the first exchange classical, since IKE_SA_INIT
 * cannot be fragmented, and ML-KEM behind it (RFC 9370).
 * "strict": AEAD only, no MODP.  Without a group in the child's words a
 * rekey with PFS uses the IKE SA's group.
 */
#define WIDE_GROUPS	"x25519-ecp384-ecp256-ecp521-x448-modp3072-"	\
	"modp2048-modp4096-modp6144-modp8192"

static const char *const default_ike[] = {
	"aes256gcm16-aes128gcm16-chacha20poly1305-"
	    "prfsha384-prfsha256-prfsha512-" WIDE_GROUPS
	    "-ke1_mlkem768-ke1_mlkem1024",
	"aes256gcm16-aes128gcm16-chacha20poly1305-"
	    "prfsha384-prfsha256-prfsha512-" WIDE_GROUPS,
	"aes256-aes192-aes128-sha384-sha256-sha512-"
	    "prfsha384-prfsha256-prfsha512-" WIDE_GROUPS,
	NULL
};
static const char *const default_esp[] = {
	"esp-aes256gcm16-aes128gcm16-chacha20poly1305",
	"esp-aes256-aes192-aes128-sha384-sha256-sha512",
	NULL
};
static const char *const strict_ike[] = {
	"aes256gcm16-chacha20poly1305-prfsha384-prfsha256-x25519-ecp384-"
	    "ke1_mlkem768-ke1_mlkem1024",
	"aes256gcm16-chacha20poly1305-prfsha384-prfsha256-x25519-ecp384",
	NULL
};
static const char *const strict_esp[] = {
	"esp-aes256gcm16-chacha20poly1305",
	NULL
};

const char *const *
proposal_builtin(const char *policy, unsigned int proto)
{
	if (strcmp(policy, "default") == 0)
		return (proto == PROTO_IKE ? default_ike :
		    proto == PROTO_ESP ? default_esp : NULL);
	if (strcmp(policy, "strict") == 0)
		return (proto == PROTO_IKE ? strict_ike :
		    proto == PROTO_ESP ? strict_esp : NULL);
	return (NULL);
}

struct parse {
	struct wt_proposal	*p;
	const char *const	*allow_weak;
	char			*err;
	size_t			 errsize;
};

static int fail(struct parse *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct parse *ps, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (ps->errsize > 0)
		vsnprintf(ps->err, ps->errsize, fmt, ap);
	va_end(ap);
	return (-1);
}

static int
min3(int a, int b, int c)
{
	int m = a < b ? a : b;

	return (m < c ? m : c);
}

/* Edits between two words (Levenshtein), for "did you mean". */
static int
distance(const char *a, const char *b)
{
	int row[WORD_MAX + 1], diag, up;
	size_t i, j, lb = strlen(b);

	if (lb > WORD_MAX)
		return (WORD_MAX);
	for (j = 0; j <= lb; j++)
		row[j] = (int)j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		diag = row[0];
		row[0] = (int)i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = min3(up + 1, row[j - 1] + 1,
			    diag + (a[i - 1] != b[j - 1]));
			diag = up;
		}
	}
	return (row[lb]);
}

static const char *
nearest(const char *word)
{
	const struct alg *a, *best = alg_at(0);
	int d, least = WORD_MAX + 1;
	size_t i;

	for (i = 0; (a = alg_at(i)) != NULL; i++)
		if ((d = distance(word, a->name)) < least) {
			least = d;
			best = a;
		}
	return (best->name);
}

static int
weak_allowed(const struct parse *ps, const char *weak)
{
	size_t i;

	for (i = 0; ps->allow_weak != NULL && ps->allow_weak[i] != NULL; i++)
		if (strcmp(ps->allow_weak[i], weak) == 0)
			return (1);
	return (0);
}

/* Words that mean something at other places, each with its answer. */
static const char *
known_elsewhere(const char *word)
{
	if (strcmp(word, "null") == 0)
		return ("encryption may not be left out");
	if (strcmp(word, "des") == 0)
		return ("DES is not supported by this version");
	return (NULL);
}

static int
add_id(struct parse *ps, unsigned int type, unsigned int id,
    unsigned int keybits)
{
	struct wt_proposal *p = ps->p;
	size_t i;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type == type && p->xf[i].id == id &&
		    p->xf[i].keybits == keybits)
			return (fail(ps, "\"%s\" is named twice",
			    alg_name(type, id, keybits)));
	if (p->xf_n == LINK_XFORMS)
		return (fail(ps, "more than %d algorithms in one proposal",
		    LINK_XFORMS));
	p->xf[p->xf_n].type = (uint8_t)type;
	p->xf[p->xf_n].id = (uint16_t)id;
	p->xf[p->xf_n].keybits = (uint16_t)keybits;
	p->xf_n++;
	return (0);
}

static int
add_xform(struct parse *ps, const struct alg *a)
{
	return (add_id(ps, a->type, a->id, a->keybits));
}

/* "ke1_mlkem768": the type, and what stands behind it; 0: no such word. */
static unsigned int
additional(const char **word)
{
	const char *w = *word;

	if (strncmp(w, "ke", 2) != 0 || w[2] < '1' || w[2] > '7' ||
	    w[3] != '_')
		return (0);
	*word = w + 4;
	return (XF_KE1 + (unsigned int)(w[2] - '1'));
}

static int
parse_word(struct parse *ps, const char *word)
{
	const struct alg *a;
	const char *why;
	unsigned int type;

	if ((type = additional(&word)) != 0 && strcmp(word, "none") == 0)
		return (add_id(ps, type, KE_NONE, 0));
	if (word[0] == '\0')
		return (fail(ps, "an empty algorithm name"));
	if ((why = known_elsewhere(word)) != NULL)
		return (fail(ps, "\"%s\": %s", word, why));
	if ((a = alg_by_name(word)) == NULL)
		return (fail(ps, "unknown algorithm \"%s\"; nearest is "
		    "\"%s\"", word, nearest(word)));
	if (a->weak != NULL && !weak_allowed(ps, a->weak))
		return (fail(ps, "\"%s\" is weak; if it must be, add "
		    "allow-weak: [%s]", word, a->weak));
	if (type == 0)
		return (add_xform(ps, a));
	if (a->type != XF_KE)
		return (fail(ps, "\"ke%u_%s\": %s is no key exchange",
		    type - XF_KE1 + 1, word, word));
	return (add_id(ps, type, a->id, 0));
}

static int
parse_words(struct parse *ps, const char *s)
{
	char word[WORD_MAX];
	size_t len;

	for (;;) {
		len = strcspn(s, "-");
		if (len >= sizeof(word))
			return (fail(ps, "unknown algorithm \"%.*s...\"",
			    WORD_MAX, s));
		memcpy(word, s, len);
		word[len] = '\0';
		if (parse_word(ps, word) == -1)
			return (-1);
		if (s[len] == '\0')
			return (0);
		s += len + 1;
	}
}

static size_t
count(const struct wt_proposal *p, unsigned int type)
{
	size_t i, n = 0;

	for (i = 0; i < p->xf_n; i++)
		n += p->xf[i].type == type;
	return (n);
}

static const struct alg *
xform_alg(const struct wt_xform *x)
{
	return (alg_by_id(x->type, x->id, x->keybits));
}

static size_t
count_aead(const struct wt_proposal *p)
{
	const struct alg *a;
	size_t i, n = 0;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type == XF_ENCR &&
		    (a = xform_alg(&p->xf[i])) != NULL)
			n += a->aead;
	return (n);
}

/* The PRF of the same hash; 0 for none. */
static unsigned int
prf_of_integ(unsigned int integ)
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

static int
derive_prfs(struct parse *ps)
{
	struct wt_proposal *p = ps->p;
	size_t i, n = p->xf_n;
	const struct alg *a;

	for (i = 0; i < n; i++) {
		if (p->xf[i].type != XF_INTEG)
			continue;
		a = alg_by_id(XF_PRF, prf_of_integ(p->xf[i].id), 0);
		if (a != NULL && add_xform(ps, a) == -1)
			return (-1);
	}
	return (0);
}

static void
drop_type(struct wt_proposal *p, unsigned int type)
{
	size_t i, k;

	for (i = k = 0; i < p->xf_n; i++)
		if (p->xf[i].type != type)
			p->xf[k++] = p->xf[i];
	p->xf_n = (uint16_t)k;
}

/*
 * IKE: encryption, PRF and group are needed, integrity unless the cipher is
 * an AEAD (RFC 7296 section 3.3.3, RFC 5282 section 8).  An integrity word
 * beside an AEAD names the PRF, as strongSwan reads it, when none is given.
 */
static int
finish_ike(struct parse *ps, size_t aead)
{
	struct wt_proposal *p = ps->p;

	if (count(p, XF_ESN) != 0)
		return (fail(ps, "esn and noesn belong into a child policy"));
	if (count(p, XF_ENCR) == 0)
		return (fail(ps, "no encryption algorithm"));
	if (count(p, XF_PRF) == 0) {
		if (count(p, XF_INTEG) == 0 && aead != 0)
			return (fail(ps, "no PRF: an AEAD needs one by name, "
			    "as in aes256gcm16-prfsha384-x25519"));
		if (derive_prfs(ps) == -1)
			return (-1);
		if (aead != 0)
			drop_type(p, XF_INTEG);
	}
	if (aead == 0 && count(p, XF_INTEG) == 0)
		return (fail(ps, "no integrity algorithm, as in "
		    "aes256-sha256-x25519"));
	if (count(p, XF_KE) == 0)
		return (fail(ps, "no key exchange group, as x25519"));
	return (0);
}

/* The first of a type that is none of those taken; KE_NONE, or -1. */
static int
first_other(const struct wt_proposal *p, unsigned int type, uint64_t taken)
{
	size_t i;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type == type && p->xf[i].id < 64 &&
		    (p->xf[i].id == KE_NONE ||
		    (taken & (uint64_t)1 << p->xf[i].id) == 0))
			return (p->xf[i].id);
	return (count(p, type) == 0 ? KE_NONE : -1);
}

/*
 * RFC 9370 section 2.2.1: additional key exchanges stand beside a first one,
 * and no method serves twice.
 */
static int
finish_additional(struct parse *ps)
{
	uint64_t taken = 0;
	unsigned int type;
	size_t n = 0;
	int id;

	for (type = XF_KE1; type <= XF_KE7; type++)
		n += count(ps->p, type);
	if (n == 0)
		return (0);
	if (count(ps->p, XF_KE) == 0)
		return (fail(ps, "additional key exchanges need a first one, "
		    "as in x25519-ke1_mlkem768"));
	for (type = XF_KE; type <= XF_KE7; type++) {
		if (type == XF_ESN)
			continue;
		if ((id = first_other(ps->p, type, taken)) == -1)
			return (fail(ps, "ke%u_: names only methods that "
			    "stand before it already", type - XF_KE1 + 1));
		if (id != KE_NONE)
			taken |= (uint64_t)1 << id;
	}
	return (0);
}

static int
finish_esp(struct parse *ps, size_t aead)
{
	if (count(ps->p, XF_PRF) != 0)
		return (fail(ps, "a PRF belongs into an IKE policy"));
	if (count(ps->p, XF_ENCR) == 0)
		return (fail(ps, "no encryption algorithm"));
	if (aead == 0 && count(ps->p, XF_INTEG) == 0)
		return (fail(ps, "no integrity algorithm: encryption without "
		    "it is not offered"));
	return (0);
}

static int
finish_ah(struct parse *ps)
{
	if (count(ps->p, XF_ENCR) != 0)
		return (fail(ps, "AH does not encrypt"));
	if (count(ps->p, XF_PRF) != 0)
		return (fail(ps, "a PRF belongs into an IKE policy"));
	if (count(ps->p, XF_INTEG) == 0)
		return (fail(ps, "no integrity algorithm"));
	return (0);
}

static int
finish(struct parse *ps)
{
	struct wt_proposal *p = ps->p;
	size_t aead = count_aead(p);

	if (finish_additional(ps) == -1)
		return (-1);
	if (p->proto == PROTO_AH)
		return (finish_ah(ps));
	if (aead != 0 && aead != count(p, XF_ENCR))
		return (fail(ps, "AEAD and classic ciphers need a proposal "
		    "each"));
	if (aead != 0 && count(p, XF_INTEG) != 0 &&
	    (p->proto == PROTO_ESP || count(p, XF_PRF) != 0))
		return (fail(ps, "an integrity algorithm beside an AEAD: the "
		    "cipher does that itself, leave it out"));
	return (p->proto == PROTO_IKE ? finish_ike(ps, aead) :
	    finish_esp(ps, aead));
}

int
proposal_parse(const char *word, unsigned int proto,
    const char *const *allow_weak, struct wt_proposal *p, char *err,
    size_t errsize)
{
	struct parse ps = { p, allow_weak, err, errsize };
	const char *s = word;

	memset(p, 0, sizeof(*p));
	p->proto = (uint8_t)proto;
	if (proto != PROTO_IKE && strncmp(s, "esp-", 4) == 0) {
		p->proto = PROTO_ESP;
		s += 4;
	} else if (proto != PROTO_IKE && strncmp(s, "ah-", 3) == 0) {
		p->proto = PROTO_AH;
		s += 3;
	}
	if (strchr(s, '+') != NULL)
		return (fail(&ps, "a bundle (+) is for IKEv1 and manual "
		    "tunnels, not supported by this version"));
	if (parse_words(&ps, s) == -1)
		return (-1);
	return (finish(&ps));
}

char *
proposal_print(const struct wt_proposal *p, char *out, size_t size)
{
	static const uint8_t order[] = { XF_ENCR, XF_INTEG, XF_PRF, XF_KE,
	    6, 7, 8, 9, 10, 11, 12, XF_ESN };
	const char *sep = p->proto == PROTO_ESP ? "esp-" :
	    p->proto == PROTO_AH ? "ah-" : "";
	size_t i, t, at = 0;

	if (size > 0)
		out[0] = '\0';
	for (t = 0; t < sizeof(order); t++)
		for (i = 0; i < p->xf_n && at < size; i++) {
			if (p->xf[i].type != order[t])
				continue;
			at += (size_t)snprintf(out + at, size - at, "%s%s",
			    sep, alg_name(p->xf[i].type, p->xf[i].id,
			    p->xf[i].keybits));
			sep = "-";
		}
	return (out);
}
