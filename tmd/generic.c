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
 * Generic children: the grant is made once the peer has said its address,
 * and for that address alone.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "event.h"
#include "generic.h"
#include "grants.h"
#include "id.h"
#include "log.h"
#include "members.h"
#include "owners.h"
#include "sessions.h"
#include "verdict.h"

/* NULL, or why it may not have it. */
static const char *
grant_host(struct session *s, const struct tun_child *c,
    const struct wt_addr *host)
{
	static char	 why[MSG_TEXT];
	struct grant	*g = sess_grant(s, c->number);
	const char	*no;

	if (!tunnel_child_is_open(s->tunnel, c))
		return ("the child is not open");
	if (!members_child(c->pol, s->id_peer))
		return ("the peer is not among those of the child (peers:)");
	if ((no = owners_objection(s, host)) != NULL)
		return (no);
	if (g != NULL && !TAILQ_EMPTY(&g->pairs))
		return ("it has another one already");
	if (g != NULL)
		sess_grant_revoke(g);
	return (grants_host(s, c, host, why, sizeof(why)) == NULL ?
	    why : NULL);
}

void
generic_want(unsigned int w, const struct mx_host *m)
{
	struct session		*s = sess_by_ticket(m->ticket);
	const struct tun_child	*c;
	char			 at[ADDR_TEXT], id[640];
	const char		*why;

	if (s == NULL || s->worker != w ||
	    (s->state != SS_GRANTED && s->state != SS_UP) ||
	    (c = tunnel_child(s->tunnel, m->child)) == NULL ||
	    !c->pol->cf.generic || addr_len(&m->host) == 0) {
		log_warn(LS_CHILD, "%s: an address for a child that is not "
		    "generic", role_name(ROLE_IKE, w));
		return;
	}
	if ((why = grant_host(s, c, &m->host)) != NULL)
		event_sess(EVT_REFUSED, s, m->child, RSN_TS,
		    "%s may not have %s: %s", id_print(s->id_peer, id,
		    sizeof(id)), addr_print(&m->host, at, sizeof(at)), why);
	if (s->state == SS_GRANTED)
		verdict_granted(s);
	else
		sessions_do(s, SESSION_HOST, RSN_OK);
}
