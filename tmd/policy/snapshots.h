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

#ifndef POLICY_SNAPSHOTS_H
#define POLICY_SNAPSHOTS_H

#include "proto_manual.h"
#include "proto_snap.h"

#include "model.h"

/*
 * The model as rows of proto_snap.h, and the rows as one sealed memfd for
 * each consumer.
 */

/* The consumers of a load, ended by ROLE_NONE. */
extern const uint8_t snapshot_consumers[];

/*
 * The memfd for this consumer (enum role); the policy must be free of
 * errors.
 */
int	snapshot_write(const struct policy *po, unsigned int consumer,
	    uint32_t generation);

/* snap_rows.c: one row each; cleared first. */
void	row_suite(const struct policy *po, struct sn_suite *s);
/* settings.c: a SNAP_SETTING for each value of the top of the file. */
struct snap_writer;
void	settings_put_rows(const struct policy *po, struct snap_writer *w);
void	row_ike(const struct policy *po, struct sn_ike *s);
void	row_tunnel_ike(const struct policy *po, const struct tunnel *t,
	    struct sn_tunnel_ike *s);
void	row_child_ike(const struct tunnel *t, const struct child *c,
	    struct sn_child_ike *s);
/* Of one round, from 0. */
void	row_auth(const struct tunnel *t, unsigned int round,
	    struct sn_auth *s);
void	row_trust(const struct tunnel *t, unsigned int round,
	    struct sn_trust *s);
/* The file of private/ that a side of ours signs with, or NULL. */
const char *auth_key_name(const struct auth *a);
void	row_authority(const struct authority *a, struct sn_authority *s);
/* Its i-th member. */
void	row_group(const struct id_group *g, unsigned int i,
	    struct sn_group *s);
void	row_psk(const struct psk *p, struct sn_psk *s);
void	row_ppk(const struct ppk_row *p, struct sn_ppk *s);
/* snap_manual.c.  Does its ESP go in UDP, whatever is between the ends? */
int	snap_encap_force(const struct policy *po, const struct tunnel *t);
/* Of a child with sa:. */
void	row_manual(const struct policy *po, const struct tunnel *t,
	    const struct child *c, struct sn_manual *s);
void	row_token(const struct policy *po, struct sn_token *s);
void	row_certs(const struct policy *po, struct sn_certs *s);
/* whole: for certd-fetch; else for certd. */
void	row_fetch(const struct policy *po, int whole, struct sn_fetch *s);
void	row_tunnel(const struct tunnel *t, struct sn_tunnel *s);
void	row_child(const struct tunnel *t, const struct child *c,
	    struct sn_child *s);
/*
 * db_rows.c: SNAP_OBJECT of one object (number: its place in a list); of all
 * but tunnels, the first of db_kinds, then of the database's text.
 */
struct snap_writer;
struct db_kind;
void	put_object(struct snap_writer *w, struct sn_object *row,
	    const struct db_kind *k, const struct node *n,
	    unsigned int number);
void	put_objects(const struct policy *po, struct snap_writer *w,
	    struct sn_object *row);
void	row_ceiling(const struct policy *po, const struct tunnel *t,
	    const struct child *c, struct wt_ceiling *s);

#endif /* POLICY_SNAPSHOTS_H */
