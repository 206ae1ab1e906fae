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
 * Other gateways.  The place that a peer names stands in for the tunnel's own
 * remote addresses, and is looked up like these; who is there has to prove
 * the same identity.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "event.h"
#include "hosts.h"
#include "orders.h"
#include "redirect.h"
#include "renew.h"
#include "sess.h"
#include "tunnel_fsm.h"

void
redirect_home(struct tunnel *t)
{
	if (!t->away)
		return;
	hosts_free(t->hosts);
	t->hosts = t->home;
	t->home = NULL;
	t->away = 0;
	t->remote_index = 0;
	memset(&t->away_from, 0, sizeof(t->away_from));
}

static int
inside(const struct tunnel *t, const struct wt_addr *a)
{
	const struct sn_tunnel *cf = &t->pol->cf;
	unsigned int i;

	for (i = 0; i < cf->remote_n; i++)
		if (prefix_has(&cf->remote[i], a))
			return (1);
	return (0);
}

void
redirect_check(struct tunnel *t)
{
	char text[ADDR_TEXT];
	struct wt_addr a;

	if (!t->away || tunnel_remotes(t) == 0 || !tunnel_remote(t,
	    t->remote_index % tunnel_remotes(t), &a) || inside(t, &a))
		return;
	event_tell(EVT_REFUSED, t, 0, RSN_REDIRECT, "the peer sends us to %s, "
	    "which is not in remote.address", addr_print(&a, text,
	    sizeof(text)));
	redirect_home(t);
}

/* So many times, and no oftener. */
static int
too_often(struct tunnel *t)
{
	uint64_t now = alarm_now_ms();

	if (t->redirects == 0 || now - t->redirects_ms > REDIRECTS_MS) {
		t->redirects = 0;
		t->redirects_ms = now;
	}
	return (++t->redirects > REDIRECTS_MOST);
}

/* NULL: the tunnel's place is another now; else why not. */
static const char *
go(struct tunnel *t, const struct mx_redirected *m, char *to, size_t size)
{
	if (m->addr.af != 0)
		addr_print(&m->addr, to, size);
	else
		strlcpy(to, m->name, size);
	if (t->pol->cf.redirect != REDIRECT_ACCEPT ||
	    to[0] == '\0' || strchr(to, ' ') != NULL)
		return ("the policy does not have it so");
	if (m->addr.af != 0 && !inside(t, &m->addr))
		return ("which is not in remote.address");
	if (too_often(t))
		return ("one time too often");
	if (!t->away) {
		t->home = t->hosts;
		hosts_unask(t->home);
		t->away = 1;
	} else
		hosts_free(t->hosts);
	t->hosts = hosts_new(to);
	t->remote_index = 0;
	t->away_from = m->from;
	return (NULL);
}

/* A session of the tunnel's that has to be made again elsewhere. */
static void
session_away(struct session *s)
{
	orders_cancel(s->tunnel);
	(void)renew_now(s);
}

/* A negotiation that is over by it. */
static void
order_away(unsigned int w, struct tunnel *t, const struct mx_redirected *m,
    const char *why)
{
	struct session *s = sess_by_exch(w, m->exch);

	if (s != NULL && s->tunnel == t)
		sess_free(s);
	if (why == NULL)
		tunnel_fsm(t, TE_REDIRECTED);
	else {
		orders_cancel(t);
		tunnel_fsm(t, TE_FAILED);
	}
}

void
redirect_came(unsigned int w, const struct mx_redirected *m)
{
	struct tunnel *t = tunnel_find(m->tunnel);
	char to[ADDR_TEXT + REDIRECT_NAME], text[MSG_TEXT];
	struct session *s = NULL;
	const char *why;

	if (t == NULL)
		return;
	if (m->order != 0) {
		if (!orders_is(t, m->order) || t->order_worker != w)
			return;
	} else if ((s = sess_by_spi(m->spi_i, m->spi_r)) == NULL ||
	    s->worker != w || s->tunnel != t || s->state != SS_UP)
		return;
	why = go(t, m, to, sizeof(to));
	snprintf(text, sizeof(text), "the peer sends us to %s%s%s", to,
	    why != NULL ? ", " : "", why != NULL ? why : "");
	event_tell(why == NULL ? EVT_STATE : EVT_REFUSED, t, 0, RSN_REDIRECT,
	    "%s", text);
	if (m->order != 0 && why != NULL)
		tunnel_set_reason(t, RSN_REDIRECT, text);
	if (m->order != 0)
		order_away(w, t, m, why);
	else if (why == NULL)
		session_away(s);
}
