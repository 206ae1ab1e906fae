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
 * Digests of tunnels.
 */

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "resolve.h"
#include "snapshots.h"

static EVP_MD *sha256;

/* What is digested is put together first: one call for many rows. */
#define FIRST_SIZE	((size_t)16 * 1024)

struct digester {
	EVP_MD_CTX	*ctx;
	uint8_t		*buf;
	size_t		 len;
	size_t		 size;
};

void
digest_warm(void)
{
	if (sha256 == NULL &&
	    (sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL)
		fatal("SHA-256");
}

void
digest_octets(const void *buf, size_t len, uint8_t out[32])
{
	digest_warm();
	if (EVP_Digest(buf, len, out, NULL, sha256, NULL) != 1)
		fatal("SHA-256");
}

/* A row behind the others, with its length before it. */
static void
add(struct digester *d, const struct wire_type *t, const void *row)
{
	uint8_t *p;
	long n;

	while (d->size - d->len < 4 || (n = wire_encode(t, row,
	    d->buf + d->len + 4, d->size - d->len - 4)) == -1) {
		if (d->size - d->len >= 4 + wire_max(t))
			fatal("a row of %s does not encode", t->name);
		d->size *= 2;
		d->buf = xreallocarray(d->buf, d->size, 1);
	}
	p = d->buf + d->len;
	p[0] = (uint8_t)(n >> 24);
	p[1] = (uint8_t)(n >> 16);
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
	d->len += 4 + (size_t)n;
}

static void
finish(struct digester *d, size_t from, uint8_t out[32])
{
	if (EVP_DigestInit_ex2(d->ctx, sha256, NULL) != 1 ||
	    EVP_DigestUpdate(d->ctx, d->buf + from, d->len - from) != 1 ||
	    EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		fatal("SHA-256");
	d->len = from;
}

/* What the rows for ike say, with what the tunnel's digest leaves out. */
static void
digest_keys(struct digester *d, const struct wire_type *t, const void *row,
    uint8_t out[32])
{
	size_t from = d->len;

	add(d, t, row);
	finish(d, from, out);
}

/* The tunnel's own rows; the model's copy has no name and number. */
static void
add_tunnel(struct digester *d, const struct policy *po,
    const struct tunnel *t, uint8_t keys[32])
{
	struct sn_tunnel_ike ike;
	struct sn_tunnel row;
	struct sn_trust trust;
	struct sn_auth auth;
	unsigned int i;

	/* The proposals are in the rows for ike. */
	row_tunnel(t, &row);
	row.proposals_n = 0;
	row.max_peers = 0;	/* for those who come from now on */
	row.dpd_action = 0;	/* for those who die from now on */
	row.tunnel_lifetime = 0;	/* tmd takes it over (new_keys.h) */
	row.where[0] = '\0';
	row.lifetime = 0;
	row.overlap = 0;
	row.lifesize = 0;
	add(d, &wire_sn_tunnel, &row);
	row_tunnel_ike(po, t, &ike);
	digest_keys(d, &wire_sn_tunnel_ike, &ike, keys);
	ike.proposals_n = 0;
	ike.lifetime = 0;
	ike.overlap = 0;
	ike.lifesize = 0;
	add(d, &wire_sn_tunnel_ike, &ike);
	for (i = 0; i < tunnel_rounds(t); i++) {
		row_auth(t, i, &auth);
		auth.prfs = 0;
		add(d, &wire_sn_auth, &auth);
		row_trust(t, i, &trust);
		add(d, &wire_sn_trust, &trust);
	}
}

/*
 * What a round demands, whatever the tunnel: of the first not whose it is, so
 * that tunnels that differ in later rounds alone can be told apart there.
 */
static void
digest_rule(struct digester *d, struct tunnel *t, unsigned int round)
{
	struct sn_trust trust;
	struct sn_auth auth;
	uint8_t out[32];

	row_auth(t, round, &auth);
	auth.tunnel = 0;
	auth.rounds_ours = auth.rounds_theirs = 0;
	memset(auth.rule, 0, sizeof(auth.rule));
	memset(auth.name, 0, sizeof(auth.name));
	auth.local_n = auth.remote_n = 0;
	auth.prfs = 0;
	if (round == 0)
		memset(&auth.id_remote, 0, sizeof(auth.id_remote));
	row_trust(t, round, &trust);
	trust.tunnel = 0;
	add(d, &wire_sn_auth, &auth);
	add(d, &wire_sn_trust, &trust);
	finish(d, 0, out);
	memcpy(t->rule[round], out, RULE_LEN);
}

/* What a key's file is called means nothing. */
static void
add_manual(struct digester *d, const struct policy *po,
    const struct tunnel *t, const struct child *c)
{
	struct sn_manual row;
	unsigned int i;

	row_manual(po, t, c, &row);
	for (i = 0; i < row.sa_n; i++)
		row.sa[i].key_in[0] = row.sa[i].key_out[0] = '\0';
	add(d, &wire_sn_manual, &row);
}

static void
add_child(struct digester *d, const struct policy *po,
    const struct tunnel *t, struct child c, uint8_t keys[32])
{
	struct sn_child_ike ike;
	struct wt_ceiling ceiling;
	struct sn_child row;

	c.name = c.note = NULL;
	c.policy_name = NULL;
	c.reqid = 0;
	memset(c.keys, 0, sizeof(c.keys));
	row_child(t, &c, &row);
	row.proposals_n = 0;
	row.lifetime = 0;
	row.overlap = 0;
	row.lifesize = row.packets = 0;
	row.tunnel_lifetime = 0;
	row.pfs = 0;
	add(d, &wire_sn_child, &row);
	row_child_ike(t, &c, &ike);
	digest_keys(d, &wire_sn_child_ike, &ike, keys);
	ike.proposals_n = 0;
	ike.lifetime = ike.replay_window = 0;
	ike.overlap = 0;
	ike.lifesize = ike.packets = 0;
	ike.pfs = ike.esn = 0;
	add(d, &wire_sn_child_ike, &ike);
	row_ceiling(po, t, &c, &ceiling);
	ceiling.algs = ceiling.hard_seconds = ceiling.hard_bytes = 0;
	ceiling.grant_seconds = 0;
	add(d, &wire_wt_ceiling, &ceiling);
	if (c.nsa > 0)
		add_manual(d, po, t, &c);
}

static void
digest_tunnel(struct digester *d, const struct policy *po, struct tunnel *t)
{
	unsigned int i, n = tunnel_rounds(t);
	struct tunnel bare;

	for (i = 0; n > 1 && i < n; i++)
		digest_rule(d, t, i);
	bare = *t;
	bare.name = bare.note = NULL;
	bare.policy_name = NULL;
	bare.number = 0;
	memset(bare.digest, 0, sizeof(bare.digest));
	memset(bare.keys, 0, sizeof(bare.keys));
	add_tunnel(d, po, &bare, t->keys);
	for (i = 0; i < t->nchildren; i++)
		add_child(d, po, &bare, t->children[i], t->children[i].keys);
	finish(d, 0, t->digest);
}

void
digest_policy(struct reader *r)
{
	struct digester d = { NULL, NULL, 0, FIRST_SIZE };
	unsigned int i;

	if (r->ps->errors > 0)
		return;
	digest_warm();
	d.buf = xcalloc(1, d.size);
	if ((d.ctx = EVP_MD_CTX_new()) == NULL)
		fatal("out of memory");
	for (i = 0; i < r->po->ntunnels; i++)
		digest_tunnel(&d, r->po, &r->po->tunnels[i]);
	EVP_MD_CTX_free(d.ctx);
	free(d.buf);
}
