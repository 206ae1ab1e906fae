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
 * The parent's answers, and what the plane reports of an SA's life.
 */
#include <string.h>

#include "exch_create.h"
#include "life.h"
#include "listen.h"
#include "log.h"
#include "mobike.h"
#include "pending.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

void
from_parent_installed(struct ike *ike, const struct mi_result *m)
{
	struct pending	*p;
	struct child	*c;
	child_done	*done;
	uint32_t	 grant, spi_in;

	p = pending_find(ike, m->req, PEND_INSTALL);
	if (p == NULL)
		return;
	c = p->c;
	grant = p->grant;
	spi_in = p->spi_in;
	pending_free(p);
	to_parent_credit(ike);
	if (c == NULL) {
		/* Nobody waits for it any more. */
		if (m->code == RSN_OK)
			to_parent_remove(ike, 0, 0, grant, spi_in, RSN_GONE,
			    "not wanted any more", 0);
		return;
	}
	if (m->code != RSN_OK)
		session_log(c->s, c->child, LS_CHILD, LOG_L_WARNING, "the "
		    "plane refuses pair %08x: %s: %s", c->spi_in,
		    reason_text(m->code), m->text);
	done = c->installed;
	c->installed = NULL;
	if (done != NULL)
		done(c->s, c->x, c, m->code, m->text);
}

void
from_parent_removed(struct ike *ike, const struct mi_removed *m)
{
	struct mx_child_down	 down;
	struct pending		*p;

	p = pending_find(ike, m->req, PEND_REMOVE);
	if (p == NULL)
		return;
	if (p->report) {
		memset(&down, 0, sizeof(down));
		down.grant = p->grant;
		down.tunnel = p->tunnel;
		down.child = p->child;
		down.spi_in = p->spi_in;
		down.code = p->code;
		strlcpy(down.text, p->text, sizeof(down.text));
		down.counters = m->counters;
		to_tmd_child_down(ike, &down);
	}
	pending_free(p);
	to_parent_credit(ike);
}

void
from_parent_migrated(struct ike *ike, const struct mi_result *m)
{
	struct pending	*p;
	struct child	*c;

	p = pending_find(ike, m->req, PEND_MIGRATE);
	if (p == NULL)
		return;
	c = p->c;
	pending_free(p);
	to_parent_credit(ike);
	if (c != NULL)
		child_moved(c, m->code, m->text);
}

void
from_parent_info(struct ike *ike, const struct mi_removed *m)
{
	struct session	*s;
	struct pending	*p;

	p = pending_find(ike, m->req, PEND_QUERY);
	if (p == NULL)
		return;
	s = session_by_id(ike, p->session);
	pending_free(p);
	to_parent_credit(ike);
	if (s == NULL)
		return;
	s->served |= m->code == RSN_REPLACED;
	life_queried(s, m->code == RSN_OK || m->code == RSN_REPLACED ?
	    m->counters.last_in : 0);
}

void
from_parent_expire(struct ike *ike, const struct mi_expire *m)
{
	struct child	*c;

	c = child_by_spi(ike, m->spi_in);
	if (c == NULL || c->grant != m->grant)
		return;
	session_log(c->s, c->child, LS_CHILD, LOG_L_INFO, "pair %08x: %s "
	    "limit%s", c->spi_in, m->hard ? "hard" : "soft",
	    m->kind == EXPIRE_LOST ? " (lost by the plane)" : "");
	if (m->kind == EXPIRE_LOST || !m->hard) {
		if (child_live(c))
			job_add(c->s, JOB_CHILD_REKEY, c->child, c->spi_in,
			    0);
		return;
	}
	if (c->state == CH_UP || c->state == CH_REPLACED)
		job_add(c->s, JOB_CHILD_DELETE, c->child, c->spi_in,
		    RSN_EXPIRED);
}

/* The kernel plane's word of what ikd-esp tells of itself: one rule. */
void
from_parent_mapping(struct ike *ike, const struct mi_mapping *m)
{
	struct mw_mapping	 w = { m->spi_in, m->local, m->remote };
	struct child		*c;

	c = child_by_spi(ike, m->spi_in);
	if (c != NULL && c->grant == m->grant)
		from_esp_mapping(ike, &w);
}

void
from_parent_addrs(struct ike *ike, const struct mi_addrs *m)
{
	if (m->more && !ike->addrs_more && ike->slot == 0)
		log_warn(LS_IKE, "this host has more than %d addresses: those "
		    "behind the first are not known, neither to `listen: "
		    "INTERFACE' nor to MOBIKE", LINK_ADDRS);
	memcpy(ike->addr, m->at, m->at_n * sizeof(*m->at));
	ike->naddr = m->at_n;
	ike->addrs_more = m->more != 0;
	ike->addrs_told = 1;
	listen_changed(ike);
	mobike_changed(ike);
}
