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
 * REDIRECT (RFC 5685), as client and as gateway.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "exch.h"
#include "log.h"
#include "pipes.h"
#include "pld_redirect.h"
#include "redirect.h"
#include "reason.h"
#include "session.h"

#define DATA_MAX	(2 + REDIRECT_NAME)

static int
accepts(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	return (t != NULL && t->redirect == REDIRECT_ACCEPT);
}

static const char *
shown(const struct wt_addr *a, const char *name)
{
	static char	 buf[ADDR_TEXT];

	return (a->af == 0 ? name : addr_print(a, buf, sizeof(buf)));
}

/* The first well-formed one of the packet; with a nonce or without. */
static int
find(const struct packet *pkt, int with_nonce, struct pld_redirect *r)
{
	struct pld_notify	 n;

	return (packet_notify(pkt, N_REDIRECT, &n) &&
	    pld_redirect_parse(n.data, r) == NULL &&
	    (r->nonce.len != 0) == with_nonce);
}

/* May the tunnel's peer be there at all?  Of a name tmd will know. */
static int
allowed(const struct session *s, const struct pld_redirect *r)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	size_t				 i;

	if (r->addr.af == 0)
		return (1);
	for (i = 0; i < t->remote_n; i++)
		if (prefix_has(&t->remote[i], &r->addr))
			return (1);
	return (0);
}

void
redirect_announce(const struct session *s, struct msg_build *m)
{
	const struct wt_addr	*from = &s->setup->ask.redirected;
	char			 text[ADDR_TEXT];
	uint8_t			 data[DATA_MAX];
	size_t			 len;

	if (!accepts(s))
		return;
	if (from->af == 0) {
		msg_add_notify(m, N_REDIRECT_SUPPORTED, NULL, 0);
		return;
	}
	len = pld_redirect_make(addr_print(from, text, sizeof(text)), data);
	msg_add_notify(m, N_REDIRECTED_FROM, data, len);
}

static void
tell(const struct session *s, const struct wt_addr *a, const char *name,
    int up)
{
	struct mx_redirected	 m;

	memset(&m, 0, sizeof(m));
	m.order = up ? 0 : s->order;
	m.exch = s->exch;
	m.tunnel = s->tunnel;
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.from = s->remote.addr;
	m.addr = *a;
	strlcpy(m.name, name, sizeof(m.name));
	(void)s->ike->env->to_tmd(s->ike->env->ctx, M_REDIRECTED, &m);
}

/*
 * The nonce in it says that whoever wrote this has at least seen our request
 * (section 3).  What leads out of the policy is no reason to give up.
 */
int
redirect_at_init(struct session *s, const struct packet *pkt)
{
	struct setup		*st = s->setup;
	struct pld_redirect	 r;

	if (!accepts(s) || !find(pkt, 1, &r) || r.nonce.len != TICKET_LEN ||
	    memcmp(r.nonce.p, st->ticket.ticket, TICKET_LEN) != 0)
		return (0);
	if (!allowed(s, &r)) {
		to_tmd_step(s, s->order, "IKE_SA_INIT",
		    "answered with an error", "REDIRECT to %s, which is not "
		    "in remote.address: still trying", shown(&r.addr,
		    r.name));
		return (0);
	}
	to_tmd_step(s, s->order, "IKE_SA_INIT", "redirected", "to %s",
	    shown(&r.addr, r.name));
	tell(s, &r.addr, r.name, 0);
	return (1);
}

int
redirect_at_auth(struct session *s, const struct packet *pkt)
{
	struct setup		*st = s->setup;
	struct pld_redirect	 r;

	if (!accepts(s) || packet_find(pkt, PLD_SA, NULL) != NULL ||
	    !find(pkt, 0, &r))
		return (0);
	st->away = 1;
	st->away_addr = r.addr;
	strlcpy(st->away_name, r.name, sizeof(st->away_name));
	return (1);
}

void
redirect_after_auth(struct session *s)
{
	struct setup	*st = s->setup;

	session_log(s, 0, LS_IKE, LOG_L_INFO, "redirected to %s",
	    shown(&st->away_addr, st->away_name));
	to_tmd_step(s, s->order, "IKE_AUTH", "redirected", "to %s",
	    shown(&st->away_addr, st->away_name));
	tell(s, &st->away_addr, st->away_name, 0);
}

/* Only who was the responder from the start sends the other away. */
void
redirect_while_up(struct session *s, const struct packet *pkt)
{
	struct pld_redirect	 r;

	if (s->state != SA_UP || !s->client || !accepts(s) ||
	    !find(pkt, 0, &r))
		return;
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "the peer sends us to %s",
	    shown(&r.addr, r.name));
	tell(s, &r.addr, r.name, 1);
}

int
redirect_understood(const struct packet *pkt, struct wt_addr *from)
{
	struct pld_redirect	 r;
	struct pld_notify	 n;

	memset(from, 0, sizeof(*from));
	if (packet_notify(pkt, N_REDIRECTED_FROM, &n)) {
		if (pld_redirect_parse(n.data, &r) == NULL)
			*from = r.addr;
		return (1);
	}
	return (packet_notify(pkt, N_REDIRECT_SUPPORTED, &n));
}

/* The place itself sends nobody to it, nor back whence he was sent. */
static int
is_there(const char *to, const struct wt_addr *local,
    const struct wt_addr *from)
{
	struct wt_addr		 a;

	return (addr_parse(to, &a) == 0 && (addr_cmp(&a, local) == 0 ||
	    addr_cmp(&a, from) == 0));
}

/* Where all of these tunnels send to, or NULL. */
static const char *
common_place(struct ike *ike, const struct arrival *from)
{
	const struct kept_tunnel	*t[POLICY_MATCHES];
	const char			*to = NULL;
	size_t				 i, n;

	n = policy_match(ike->policy, &from->local.addr, &from->remote.addr,
	    t, POLICY_MATCHES);
	for (i = 0; i < n && n < POLICY_MATCHES; i++) {
		if (t[i]->role == TR_INITIATOR)
			continue;
		if (t[i]->redirect != REDIRECT_SEND || (to != NULL &&
		    strcmp(to, t[i]->redirect_to) != 0))
			return (NULL);
		to = t[i]->redirect_to;
	}
	return (to);
}

int
redirect_request(struct ike *ike, const struct arrival *from,
    const struct packet *pkt, struct slice nonce)
{
	const char	*to;
	uint8_t		 data[DATA_MAX + IKE_NONCE_MAX];
	struct wt_addr	 by;
	size_t		 len;

	if (!redirect_understood(pkt, &by) ||
	    (to = common_place(ike, from)) == NULL ||
	    is_there(to, &from->local.addr, &by) ||
	    (len = pld_redirect_make(to, data)) == 0)
		return (0);
	memcpy(data + len, nonce.p, nonce.len);
	ike->stat[ST_REDIRECTED]++;
	exch_clear_notify(ike, from, &pkt->hdr, N_REDIRECT, data,
	    len + nonce.len);
	return (1);
}

int
redirect_peer(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	return (t != NULL && t->redirect == REDIRECT_SEND &&
	    s->setup->redirectable &&
	    !is_there(t->redirect_to, &s->local.addr,
	    &s->setup->away_addr));
}

void
redirect_add(const struct session *s, struct msg_build *m)
{
	uint8_t	 data[DATA_MAX];
	size_t	 len;

	len = pld_redirect_make(session_tunnel(s)->redirect_to, data);
	msg_add_notify(m, N_REDIRECT, data, len);
	s->ike->stat[ST_REDIRECTED]++;
}
