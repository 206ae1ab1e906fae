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
 * What tmd hears: steps, sessions and children up and down, failures.  A
 * tmd that is away hears it all again from from_tmd_new().
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exch.h"
#include "pld_sa.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"
#include "tspack.h"

static void
tell(struct ike *ike, uint16_t type, const void *body)
{
	(void)ike->env->to_tmd(ike->env->ctx, type, body);
}

void
to_tmd_step(const struct session *s, uint32_t order, const char *what,
    const char *how, const char *fmt, ...)
{
	struct mx_step	 m;
	va_list		 ap;
	char		 detail[256];

	if (order == 0)
		return;
	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	memset(&m, 0, sizeof(m));
	m.order = order;
	m.tunnel = s->tunnel;
	wire_text_copy(m.what, sizeof(m.what), what);
	wire_text_copy(m.how, sizeof(m.how), how);
	wire_text_copy(m.detail, sizeof(m.detail), detail);
	tell(s->ike, M_STEP, &m);
}

static void
fill_up(struct mx_up *m, const struct session *s, int again)
{
	memset(m, 0, sizeof(*m));
	m->again = (uint8_t)again;
	m->order = s->order;
	m->tunnel = s->tunnel;
	memcpy(m->ticket, s->ticket, sizeof(m->ticket));
	memcpy(m->spi_i, s->spi_i, SPI_LEN);
	memcpy(m->spi_r, s->spi_r, SPI_LEN);
	memcpy(m->old_spi_i, s->old_spi_i, SPI_LEN);
	memcpy(m->old_spi_r, s->old_spi_r, SPI_LEN);
	m->initiator = (uint8_t)s->initiator;
	m->suite = s->suite;
	m->local = s->local;
	m->remote = s->remote;
	m->nat = s->nat;
	m->since = s->since;
	m->rekey_at = s->rekey_at;
	m->ends_at = s->ends_at;
	m->anew_by = s->anew_by;
}

void
to_tmd_session_up(const struct session *s, int again)
{
	struct mx_up	 m;

	fill_up(&m, s, again);
	tell(s->ike, M_SESSION_UP, &m);
}

void
to_tmd_session_moved(const struct session *s)
{
	struct mx_up	 m;

	fill_up(&m, s, 0);
	tell(s->ike, M_SESSION_MOVED, &m);
}

void
to_tmd_carried(const struct session *s)
{
	struct mx_carried	 m;

	if (s->hard_octets == 0)
		return;
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.octets = s->octets;
	tell(s->ike, M_CARRIED, &m);
}

void
to_tmd_session_down(const struct session *s, unsigned int code,
    const char *text)
{
	struct mx_down	 m;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.tunnel = s->tunnel;
	m.code = (uint16_t)code;
	wire_text_copy(m.text, sizeof(m.text), text);
	tell(s->ike, M_SESSION_DOWN, &m);
}

void
to_tmd_child_up(const struct child *c, int again)
{
	const struct session	*s = c->s;
	struct mx_child_up	 m;

	memset(&m, 0, sizeof(m));
	m.again = (uint8_t)again;
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.grant = c->grant;
	m.tunnel = s->tunnel;
	m.child = c->child;
	m.spi_in = c->spi_in;
	m.spi_out = c->spi_out;
	m.replaces = c->replaces;
	m.initiator = (uint8_t)c->initiator;
	m.udp_encap = (uint8_t)session_encap(s);
	m.suite = c->suite;
	m.since = c->since;
	m.rekey_at = c->rekey_at;
	m.ends_at = c->ends_at;
	m.ts_local_n = (uint16_t)ts_unpack(c->ts, 0, m.ts_local);
	m.ts_remote_n = (uint16_t)ts_unpack(c->ts, 1, m.ts_remote);
	tell(s->ike, M_CHILD_UP, &m);
}

void
to_tmd_child_down(struct ike *ike, const struct mx_child_down *m)
{
	tell(ike, M_CHILD_DOWN, m);
}

void
to_tmd_failed(const struct session *s, uint32_t child, int ours,
    unsigned int code, const char *text)
{
	struct mx_failed	 m;

	memset(&m, 0, sizeof(m));
	m.order = s->order;
	m.exch = s->exch;
	m.tunnel = s->tunnel;
	m.child = child;
	m.local = s->local;
	m.remote = s->remote;
	m.initiator = (uint8_t)(ours != 0);
	m.code = (uint16_t)code;
	wire_text_copy(m.text, sizeof(m.text), text);
	tell(s->ike, M_NEG_FAILED, &m);
}

void
to_tmd_refused(struct ike *ike, const struct wt_sock *local,
    const struct wt_sock *remote, unsigned int code, const char *text)
{
	struct mx_failed	 m;

	memset(&m, 0, sizeof(m));
	m.local = *local;
	m.remote = *remote;
	m.code = (uint16_t)code;
	wire_text_copy(m.text, sizeof(m.text), text);
	tell(ike, M_NEG_FAILED, &m);
}

void
to_tmd_offered(struct ike *ike, const struct wt_sock *remote,
    uint32_t tunnel, uint32_t child, const struct sa_payload *sa)
{
	struct mx_offered	 m;
	struct wt_proposal	*p;
	size_t			 i;

	memset(&m, 0, sizeof(m));
	m.tunnel = tunnel;
	m.child = child;
	m.remote = *remote;
	for (i = 0; i < sa->n && m.offer_n < LINK_PROPOSALS; i++) {
		p = &m.offer[m.offer_n++];
		p->proto = sa->prop[i].proto;
		p->xf_n = sa->prop[i].nxf < LINK_XFORMS ? sa->prop[i].nxf :
		    LINK_XFORMS;
		memcpy(p->xf, sa->prop[i].xf, p->xf_n * sizeof(*p->xf));
	}
	tell(ike, M_OFFERED, &m);
}

static void
tell_session(const struct session *s, uint16_t type, uint16_t code)
{
	struct mx_session	 m;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.code = code;
	tell(s->ike, type, &m);
}

void
to_tmd_initial_contact(const struct session *s)
{
	tell_session(s, M_INITIAL_CONTACT, RSN_OK);
}

void
to_tmd_host_want(const struct session *s, uint32_t child,
    const struct wt_addr *host)
{
	struct mx_host	 m;

	memset(&m, 0, sizeof(m));
	memcpy(m.ticket, s->ticket, sizeof(m.ticket));
	m.child = child;
	m.host = *host;
	tell(s->ike, M_HOST_WANT, &m);
}

void
to_tmd_renew(const struct session *s, uint16_t code)
{
	tell_session(s, M_RENEW, code);
}
