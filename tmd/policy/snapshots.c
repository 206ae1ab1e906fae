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
 * Snapshots: each consumer gets the rows it needs and no others.
 */

#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "kept.h"
#include "resolve.h"
#include "roles.h"
#include "snap.h"
#include "filter.h"
#include "setters.h"
#include "snapshots.h"

const uint8_t snapshot_consumers[] = { ROLE_PARENT, ROLE_IKE, ROLE_SIGN,
	ROLE_CERTD, ROLE_FETCH, ROLE_TMD, ROLE_TOKEN, ROLE_NONE };

union row {
	struct sn_suite		 suite;
	struct sn_ike		 ike;
	struct sn_tunnel_ike	 tunnel_ike;
	struct sn_child_ike	 child_ike;
	struct sn_auth		 auth;
	struct sn_psk		 psk;
	struct sn_group		 group;
	struct sn_ppk		 ppk;
	struct sn_manual	 manual;
	struct sn_trust		 trust;
	struct sn_authority	 authority;
	struct sn_file		 file;
	struct sn_fetch		 fetch;
	struct sn_certs		 certs;
	struct sn_token		 token;
	struct sn_token_key	 token_key;
	struct sn_tunnel	 tunnel;
	struct sn_child		 child;
	struct wt_ceiling	 ceiling;
	struct sn_object	 object;
};

/*
 * The rows of each tunnel by put, or those that were kept; where they stand
 * is noted, for who keeps them in turn.
 */
static void
put_each(const struct policy *po, enum kept_part part, struct snap_writer *w,
    union row *row, void (*put)(const struct policy *, const struct tunnel *,
    struct snap_writer *, union row *))
{
	unsigned int i = 0, k = 0;
	struct sn_kept_rows m;

	while (i < po->ntunnels || k < po->nkept) {
		m.at = (uint32_t)snap_octets(w);
		m.n = snap_written(w);
		if (k < po->nkept && po->kept[k].before == i)
			kept_put(w, po->left, &po->kept[k++], part);
		else
			put(po, &po->tunnels[i++], w, row);
		m.octets = (uint32_t)snap_octets(w) - m.at;
		m.n = snap_written(w) - m.n;
		if (po->marks != NULL)
			po->marks[i + k - 1].rows[part] = m;
	}
}

static void
put_ceilings(const struct policy *po, const struct tunnel *t,
    struct snap_writer *w, union row *row)
{
	unsigned int k;

	for (k = 0; k < t->nchildren; k++) {
		row_ceiling(po, t, &t->children[k], &row->ceiling);
		snap_put(w, SNAP_CEILING, &row->ceiling);
	}
}

static void
put_tunnel_ike(const struct policy *po, const struct tunnel *t,
    struct snap_writer *w, union row *row)
{
	unsigned int k;

	if (t->keying)
		return;
	row_tunnel_ike(po, t, &row->tunnel_ike);
	snap_put(w, SNAP_TUNNEL_IKE, &row->tunnel_ike);
	for (k = 0; k < t->nchildren; k++) {
		if (t->children[k].action != ACTION_PROTECT)
			continue;
		row_child_ike(t, &t->children[k], &row->child_ike);
		snap_put(w, SNAP_CHILD_IKE, &row->child_ike);
	}
}

static void
put_for_ike(const struct policy *po, struct snap_writer *w, union row *row)
{
	row_ike(po, &row->ike);
	snap_put(w, SNAP_IKE, &row->ike);
	put_each(po, KEPT_IKE, w, row, put_tunnel_ike);
}

/* At the end, so that a member more moves no other row. */
static void
put_groups(const struct policy *po, struct snap_writer *w, union row *row)
{
	unsigned int i, k;

	for (i = 0; i < po->ngroups; i++)
		for (k = 0; k < po->groups[i].n; k++) {
			row_group(&po->groups[i], k, &row->group);
			snap_put(w, SNAP_GROUP, &row->group);
		}
}

static void
put_manual(const struct policy *po, const struct tunnel *t,
    struct snap_writer *w, union row *row)
{
	unsigned int k;

	for (k = 0; k < t->nchildren; k++) {
		if (t->children[k].nsa == 0)
			continue;
		row_manual(po, t, &t->children[k], &row->manual);
		snap_put(w, SNAP_MANUAL, &row->manual);
	}
}

static void
put_tunnel_sign(const struct policy *po, const struct tunnel *t,
    struct snap_writer *w, union row *row)
{
	unsigned int k;

	if (t->keying)
		put_manual(po, t, w, row);
	for (k = 0; !t->keying && k < tunnel_rounds(t); k++) {
		row_auth(t, k, &row->auth);
		snap_put(w, SNAP_AUTH, &row->auth);
	}
}

static void
put_for_sign(const struct policy *po, struct snap_writer *w, union row *row)
{
	unsigned int i;

	put_each(po, KEPT_SIGN, w, row, put_tunnel_sign);
	for (i = 0; i < po->npsks; i++) {
		row_psk(&po->psks[i], &row->psk);
		snap_put(w, SNAP_PSK_BY_ID, &row->psk);
	}
	for (i = 0; i < po->nppks; i++) {
		row_ppk(&po->ppks[i], &row->ppk);
		snap_put(w, SNAP_PPK, &row->ppk);
	}
}

static void
put_file(const struct cert_data *f, struct snap_writer *w, struct sn_file *row)
{
	size_t at = 0;

	do {
		memset(row, 0, sizeof(*row));
		row->kind = f->kind;
		strlcpy(row->name, f->name, sizeof(row->name));
		row->data.p = f->data + at;
		row->data.len = f->len - at < SNAP_PIECE ? f->len - at :
		    SNAP_PIECE;
		at += row->data.len;
		row->last = at == f->len;
		snap_put(w, SNAP_FILE, row);
	} while (at < f->len);
}

/* Has a side more to show than pre-shared keys? */
static int
is_shown(const struct tunnel *t)
{
	const struct auth *a;
	unsigned int i;

	if (t->keying)
		return (0);
	for (i = 0; i < 2; i++)
		for (a = i == 0 ? t->ours : t->theirs; a != NULL; a = a->next)
			if (a->kind != AUTHK_PSK)
				return (1);
	return (0);
}

static void
put_round(const struct tunnel *t, unsigned int round, struct snap_writer *w,
    union row *row)
{
	row_auth(t, round, &row->auth);
	/* Names of pre-shared keys are none of certd's business. */
	row->auth.psks_n = 0;
	row->auth.by_id = 1;
	snap_put(w, SNAP_AUTH, &row->auth);
	row_trust(t, round, &row->trust);
	snap_put(w, SNAP_TRUST, &row->trust);
}

/* Tunnels whose peer shows a certificate or key, or who show one. */
static void
put_for_certd(const struct policy *po, struct snap_writer *w, union row *row)
{
	const struct tunnel *t;
	unsigned int i, k;

	for (i = 0; i < po->nfiles; i++)
		put_file(&po->files[i], w, &row->file);
	for (i = 0; i < po->nauthorities; i++) {
		row_authority(&po->authorities[i], &row->authority);
		snap_put(w, SNAP_AUTHORITY, &row->authority);
	}
	for (i = 0; i < po->ntunnels; i++) {
		t = &po->tunnels[i];
		for (k = 0; is_shown(t) && k < tunnel_rounds(t); k++)
			put_round(t, k, w, row);
	}
}

static void
put_tunnel_tmd(const struct policy *po, const struct tunnel *t,
    struct snap_writer *w, union row *row)
{
	unsigned int k;

	(void)po;
	row_tunnel(t, &row->tunnel);
	snap_put(w, SNAP_TUNNEL, &row->tunnel);
	for (k = 0; k < t->nchildren; k++) {
		row_child(t, &t->children[k], &row->child);
		snap_put(w, SNAP_CHILD, &row->child);
	}
}

static void
put_tunnel_object(const struct policy *po, const struct tunnel *t,
    struct snap_writer *w, union row *row)
{
	(void)po;
	put_object(w, &row->object, db_kinds, t->node, 0);
}

/* The keys that tunnels sign with, each once or more. */
static void
put_for_token(const struct policy *po, struct snap_writer *w, union row *row)
{
	const struct auth *a;
	const char *key;
	unsigned int i;

	row_token(po, &row->token);
	snap_put(w, SNAP_TOKEN, &row->token);
	for (i = 0; i < po->ntunnels; i++)
		for (a = po->tunnels[i].ours; a != NULL; a = a->next) {
			key = auth_key_name(a);
			if (!token_is_uri(key))
				continue;
			memset(row, 0, sizeof(*row));
			strlcpy(row->token_key.key, key,
			    sizeof(row->token_key.key));
			snap_put(w, SNAP_TOKEN_KEY, &row->token_key);
		}
}

int
snapshot_write(const struct policy *po, unsigned int consumer,
    uint32_t generation)
{
	struct snap_writer *w = snap_open(consumer, generation);
	union row *row = xcalloc(1, sizeof(*row));
	unsigned int i;
	int fd;

	if (consumer == ROLE_PARENT || consumer == ROLE_TMD) {
		row_suite(po, &row->suite);
		snap_put(w, SNAP_SUITE, &row->suite);
	}
	if (consumer == ROLE_IKE)
		put_for_ike(po, w, row);
	if (consumer == ROLE_SIGN)
		put_for_sign(po, w, row);
	if (consumer == ROLE_CERTD || consumer == ROLE_FETCH) {
		row_fetch(po, consumer == ROLE_FETCH, &row->fetch);
		snap_put(w, SNAP_FETCH, &row->fetch);
	}
	if (consumer == ROLE_CERTD) {
		row_certs(po, &row->certs);
		snap_put(w, SNAP_CERTS, &row->certs);
	}
	if (consumer == ROLE_CERTD)
		put_for_certd(po, w, row);
	if (consumer == ROLE_TMD) {
		put_each(po, KEPT_TMD, w, row, put_tunnel_tmd);
		filters_put_rows(po, w);
	}
	if (consumer == ROLE_TOKEN && po->at[TOP_PKCS11] != NULL)
		put_for_token(po, w, row);
	if (consumer == ROLE_PARENT || consumer == ROLE_TMD)
		put_each(po, KEPT_CEILING, w, row, put_ceilings);
	if (consumer == ROLE_TMD) {
		put_each(po, KEPT_OBJECT, w, row, put_tunnel_object);
		put_objects(po, w, &row->object);
	}
	if (consumer == ROLE_SIGN || consumer == ROLE_CERTD ||
	    consumer == ROLE_TMD)
		put_groups(po, w, row);
	if (consumer == ROLE_TMD)
		settings_put_rows(po, w);
	for (i = 0; consumer == ROLE_PARENT && i < po->nterms; i++)
		snap_put(w, SNAP_FILTER, &po->terms[i]);
	fd = snap_close(w);
	free(row);
	return (fd);
}
