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
 * Proposals: strongSwan's words are ours; libreswan's become them.  What the
 * house does not know is noted, and what is weak is named in allow-weak.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "import_put.h"

#define WORDS_MAX	32

/* libreswan's names, without their underscores. */
static const struct {
	const char	*theirs, *ours;
} names[] = {
	{ "aes", "aes256-aes128" }, { "aescbc", "aes256-aes128" },
	{ "aescbc256", "aes256" }, { "aescbc192", "aes192" },
	{ "aescbc128", "aes128" }, { "aesgcm", "aes256gcm16-aes128gcm16" },
	{ "aesgcm256", "aes256gcm16" }, { "aesgcm128", "aes128gcm16" },
	{ "aesgcmc", "aes256gcm16-aes128gcm16" },
	{ "aesgcmc256", "aes256gcm16" }, { "aesgcmc128", "aes128gcm16" },
	{ "aesgcm16", "aes256gcm16-aes128gcm16" },
	{ "aesgcm16256", "aes256gcm16" }, { "aesgcm16128", "aes128gcm16" },
	{ "chacha20poly1305", "chacha20poly1305" }, { "3descbc", "3des" },
	{ "sha2", "sha256" }, { "sha2256", "sha256" },
	{ "sha2384", "sha384" }, { "sha2512", "sha512" },
	{ "hmacsha1", "sha1" }, { "hmacsha2256", "sha256" },
	{ "hmacsha2384", "sha384" }, { "hmacsha2512", "sha512" },
	{ "hmacmd5", "md5" }, { "null", "" }, { "none", "" },
	{ "dh1", "modp768" }, { "dh2", "modp1024" }, { "dh5", "modp1536" },
	{ "dh14", "modp2048" }, { "dh15", "modp3072" },
	{ "dh16", "modp4096" }, { "dh17", "modp6144" },
	{ "dh18", "modp8192" }, { "dh19", "ecp256" }, { "dh20", "ecp384" },
	{ "dh21", "ecp521" }, { "dh31", "x25519" }, { "dh32", "x448" },
	{ "curve25519", "x25519" },
};

static void
join(char *out, size_t size, const char *word)
{
	if (word[0] == '\0')
		return;
	if (out[0] != '\0')
		(void)strlcat(out, "-", size);
	(void)strlcat(out, word, size);
}

/* "aes_gcm256-sha2_512;dh19+dh14": one of libreswan's proposals. */
static void
libreswan(const char *theirs, char *out, size_t size)
{
	char word[64];
	size_t i, n;

	out[0] = '\0';
	while (*theirs != '\0') {
		for (n = 0; *theirs != '\0' && strchr("-+;", *theirs) == NULL;
		    theirs++)
			if (*theirs != '_' && n + 1 < sizeof(word))
				word[n++] = (char)tolower((unsigned char)
				    *theirs);
		word[n] = '\0';
		if (*theirs != '\0')
			theirs++;
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(names[i].theirs, word) == 0)
				break;
		join(out, size, i < sizeof(names) / sizeof(names[0]) ?
		    names[i].ours : word);
	}
}

/* Every word of allow-weak there is. */
static const char *const *
all_weak(void)
{
	static const char *weak[WORDS_MAX + 1];
	const struct alg *a;
	size_t i, k, n = 0;

	if (weak[0] != NULL)
		return (weak);
	for (i = 0; (a = alg_at(i)) != NULL && n < WORDS_MAX; i++) {
		if (a->weak == NULL)
			continue;
		for (k = 0; k < n && strcmp(weak[k], a->weak) != 0; k++)
			;
		if (k == n)
			weak[n++] = a->weak;
	}
	return (weak);
}

/* What of a proposal is weak, by name. */
static void
allow(struct yn *policy, const struct wt_proposal *p)
{
	const struct alg *a;
	size_t i;

	for (i = 0; i < p->xf_n; i++) {
		a = alg_by_id(p->xf[i].type, p->xf[i].id, p->xf[i].keybits);
		if (a != NULL && a->weak != NULL)
			yn_add(policy, "allow-weak", a->weak);
	}
}

static int
has_group(const struct wt_proposal *p)
{
	size_t i;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type == XF_KE)
			return (1);
	return (0);
}

static void
drop_groups(struct wt_proposal *p)
{
	size_t i, k = 0;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type != XF_KE)
			p->xf[k++] = p->xf[i];
	p->xf_n = (uint16_t)k;
}

/*
 * A proposal with both kinds of cipher, which ours are not: one with the
 * AEADs, one with the others.
 */
static int
split(const char *word, unsigned int proto, char *aead, char *other,
    size_t size)
{
	const struct alg *a;
	char one[64];
	size_t n;
	int both = 0, prf = strstr(word, "prf") != NULL;

	aead[0] = other[0] = '\0';
	for (; *word != '\0'; word += n) {
		n = strcspn(word, "-");
		snprintf(one, sizeof(one), "%.*s", (int)n, word);
		if (word[n] == '-')
			n++;
		a = alg_by_name(one);
		if (a != NULL && a->type == XF_ENCR && a->aead)
			both |= 1;
		else if (a != NULL && a->type == XF_ENCR)
			both |= 2;
		if (a == NULL || a->type != XF_ENCR || a->aead)
			if (a == NULL || a->type != XF_INTEG ||
			    (proto == PROTO_IKE && !prf))
				join(aead, size, one);
		if (a == NULL || a->type != XF_ENCR || !a->aead)
			join(other, size, one);
	}
	return (both == 3);
}

/* 1 with a group in it, 0 without, -1: noted. */
static int
one(const struct imp_at *at, struct yn *policy, unsigned int proto,
    const char *word)
{
	char text[256], err[256], why[IMP_TEXT];
	struct wt_proposal p;

	snprintf(text, sizeof(text), "%s%s", proto == PROTO_AH ? "ah-" :
	    proto == PROTO_ESP ? "esp-" : "", word);
	if (proposal_parse(text, proto == PROTO_IKE ? PROTO_IKE : PROTO_ESP,
	    all_weak(), &p, err, sizeof(err)) == -1) {
		snprintf(why, sizeof(why), "proposal %.150s: %.200s", word,
		    err);
		imp_note_set(at->im, at->sec, at->set, why);
		return (-1);
	}
	if (at->nogroup && has_group(&p)) {
		drop_groups(&p);
		(void)proposal_print(&p, text, sizeof(text));
	}
	yn_add(policy, "proposals", text);
	allow(policy, &p);
	return (has_group(&p));
}

size_t
put_proposals(const struct imp_at *at, struct yn *policy, unsigned int proto)
{
	char list[2048], word[256], ours[256], aead[256], other[256];
	char *p = list, *next;
	size_t groups = 0, good = 0, all = 0;
	int g, dflt = 0;

	(void)strlcpy(list, at->set->value, sizeof(list));
	if (list[0] != '\0' && list[strlen(list) - 1] == '!')
		list[strlen(list) - 1] = '\0';
	for (; p != NULL; p = next) {
		if ((next = strchr(p, ',')) != NULL)
			*next++ = '\0';
		p += strspn(p, " \t");
		(void)strlcpy(word, p, sizeof(word));
		word[strcspn(word, " \t")] = '\0';
		if (word[0] == '\0')
			continue;
		if (strcmp(word, "default") == 0) {
			dflt = 1;
			continue;
		}
		all++;
		(void)strlcpy(ours, word, sizeof(ours));
		if (at->im->libreswan)
			libreswan(word, ours, sizeof(ours));
		if (split(ours, proto, aead, other, sizeof(aead))) {
			g = one(at, policy, proto, aead);
			good += g >= 0;
			groups += g == 1;
			(void)strlcpy(ours, other, sizeof(ours));
		}
		g = one(at, policy, proto, ours);
		good += g >= 0;
		groups += g == 1;
	}
	/* Alone it is what is meant here by no proposals at all. */
	if (dflt && all > 0)
		imp_note_set(at->im, at->sec, at->set, "\"default\" beside "
		    "others is left out: here a list is what it says");
	if (all > 0 && good == 0)
		imp_refuse(at->im, at->sec, at->set, "no proposal of these "
		    "is known here");
	return (groups);
}
