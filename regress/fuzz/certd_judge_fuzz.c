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
 * CERT and AUTH payloads as ikd-ike hands them to certd, through to the
 * verdict: options, the method, AUTH behind one octet of length, the chain.
 * A bit of the options puts in an AUTH that is right.
 */

#include <stdint.h>
#include <stdio.h>

#include "certd_setup.h"
#include "../../certd/judge.h"
#include "../../certd/sigver.h"
#include "addr.h"
#include "id.h"

enum { SIGNED = 1, RAW = 2, PINNED = 4, WEAK = 8 };

#define OCTETS	"what the peer must have signed"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct entries *entries[2];	/* certificates, bare keys */
static struct rule rule[4];
static struct rawkey *ours;
static uint8_t good[128];
static size_t good_len;

/* The book: no CRLs, no responders. */
struct crls *
book_crls(const struct book *b)
{
	(void)b;
	return (NULL);
}

const struct chain_signer *
book_signers(const struct book *b, unsigned int *n)
{
	(void)b;
	*n = 0;
	return (NULL);
}

static void
make_entries(int i)
{
	static struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	a.kind_ours = AUTHK_CERT;
	a.kind_theirs = i == 0 ? AUTHK_CERT : AUTHK_KEY;
	strlcpy(a.name, "boston", sizeof(a.name));
	strlcpy(a.key, "gw", sizeof(a.key));
	a.remote_n = 1;
	if (prefix_parse("0.0.0.0/0", &a.remote[0]) != 0 ||
	    id_parse("gw.example", &a.id_local) != NULL ||
	    id_parse("any", &a.id_remote) != NULL)
		abort();
	entries[i] = entries_new();
	if (entries_add(entries[i], &a) != NULL)
		abort();
	entries_index(entries[i]);
}

static void
make_good(void)
{
	static const uint8_t algid[] = { 7, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	const char *why;
	size_t n = sizeof(good) - sizeof(algid);
	int len = i2d_PUBKEY(fuzz_key, &der);

	memcpy(good, algid, sizeof(algid));
	if (ctx == NULL || EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL,
	    fuzz_key, NULL) != 1 || EVP_DigestSign(ctx, good + sizeof(algid),
	    &n, (const uint8_t *)OCTETS, strlen(OCTETS)) != 1 || len <= 0)
		abort();
	EVP_MD_CTX_free(ctx);
	good_len = sizeof(algid) + n;
	ours = rawkey_decode((struct slice){ der, (size_t)len }, &why);
	if (ours == NULL)
		abort();
	OPENSSL_free(der);
}

static void
setup(void)
{
	int i;

	if (ours != NULL)
		return;
	fuzz_setup();
	make_good();
	make_entries(0);
	make_entries(1);
	for (i = 0; i < 4; i++) {
		rule[i].tunnel = 1;
		rule[i].sigs = ACCEPT_ALL;
		rule[i].weak = (i & 1) != 0 ? WEAK_SHA1 : 0;
		rule[i].trust = fuzz_trust;
		rule[i].pinned = (i & 2) != 0 ? fuzz_leaf : NULL;
		rule[i].pubkey = ours;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mk_check m;
	struct chain_result res;
	struct judge_in in = { .check = &m, .now = FUZZ_NOW,
	    .octets = { (const uint8_t *)OCTETS, strlen(OCTETS) } };
	unsigned int opt;
	struct shown sh;
	struct judged j;
	struct wt_id id;

	setup();
	if (len < 3 || len > CHAIN_MAX)
		return (0);
	opt = data[0];
	m.method = data[1];
	m.auth = (struct slice){ data + 3, data[2] < len - 3 ? data[2] :
	    len - 3 };
	m.chain = (struct slice){ m.auth.p + m.auth.len,
	    len - 3 - m.auth.len };
	if ((opt & SIGNED) != 0) {
		m.method = AUTH_SIGNATURE;
		m.auth = (struct slice){ good, good_len };
	}
	in.rule = &rule[((opt & WEAK) != 0) | ((opt & PINNED) != 0) << 1];
	in.entry = entries_by_tunnel(entries[(opt & RAW) != 0], 1);
	in.vcache = vcache_new();
	if (id_parse("dn:CN=L", &id) != NULL)
		abort();
	in.peer = &id;
	judge_peer(&in, &sh, &j);
	if (j.code == RSN_OK && judge_has_chain(&in)) {
		judge_chain(&in, &sh, &res, &j);
		chain_result_free(&res);
	}
	/* Nobody is believed without the key that signs. */
	if (j.code == RSN_OK && (m.method != AUTH_SIGNATURE ||
	    m.auth.len != good_len ||
	    memcmp(m.auth.p, good, good_len) != 0))
		abort();
	if ((j.code == RSN_OK) != (j.text[0] == '\0'))
		abort();
	shown_clear(&sh);
	vcache_free(in.vcache);
	return (0);
}
