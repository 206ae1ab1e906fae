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
 * Traffic selectors of a Child SA: building and narrowing, RFC 7296
 * sections 2.9 and 3.13.
 */

#include <stdio.h>
#include <string.h>

#include "hdr.h"
#include "ts.h"
#include "tsp.h"

#define TS_HEAD		8
#define TS_IPV4		7
#define TS_IPV6		8

void
tsp_add(struct msg_build *m, unsigned int type, const struct wt_ts *ts,
    size_t n)
{
	size_t i, alen;

	if (n == 0 || n > LINK_TS)
		m->error = 1;
	msg_open(m, type);
	msg_put32(m, (uint32_t)n << 24);
	for (i = 0; i < n && !m->error; i++) {
		if (!ts_valid(&ts[i])) {
			m->error = 1;
			break;
		}
		alen = ts[i].af == 4 ? 4 : 16;
		msg_put8(m, ts[i].af == 4 ? TS_IPV4 : TS_IPV6);
		msg_put8(m, ts[i].proto);
		msg_put16(m, TS_HEAD + 2 * alen);
		msg_put16(m, ts[i].port_lo);
		msg_put16(m, ts[i].port_hi);
		msg_put(m, ts[i].lo, alen);
		msg_put(m, ts[i].hi, alen);
	}
	msg_close(m);
}

int
tsp_narrow(const struct ts_pair *ours, const struct ts_pair *theirs,
    struct ts_pair *out)
{
	memset(out, 0, sizeof(*out));
	out->local.n = ts_narrow(ours->local.ts, ours->local.n,
	    theirs->local.ts, theirs->local.n, out->local.ts, LINK_TS);
	out->remote.n = ts_narrow(ours->remote.ts, ours->remote.n,
	    theirs->remote.ts, theirs->remote.n, out->remote.ts, LINK_TS);
	return (out->local.n > 0 && out->remote.n > 0);
}

static int
list_within(const struct ts_list *offered, const struct ts_list *answer)
{
	return (answer->n > 0 && answer->skipped == 0 &&
	    ts_list_covers(offered->ts, offered->n, answer->ts, answer->n));
}

int
tsp_within(const struct ts_pair *offered, const struct ts_pair *answer)
{
	return (list_within(&offered->local, &answer->local) &&
	    list_within(&offered->remote, &answer->remote));
}

int
tsp_takes(const struct ts_pair *p, const struct wt_ts *src,
    const struct wt_ts *dst)
{
	return (ts_list_covers(p->local.ts, p->local.n, src, 1) &&
	    ts_list_covers(p->remote.ts, p->remote.n, dst, 1));
}

/* Selectors of more than one address are none of transport mode's. */
static void
see_as(struct ts_list *l, const struct wt_addr *a)
{
	struct wt_ts	 host, *t;
	size_t		 i;

	ts_from_addr(&host, a);
	for (i = 0; i < l->n; i++) {
		t = &l->ts[i];
		if (t->af != host.af ||
		    memcmp(t->lo, t->hi, sizeof(t->lo)) != 0 ||
		    memcmp(t->lo, l->ts[0].lo, sizeof(t->lo)) != 0)
			return;
	}
	for (i = 0; i < l->n; i++) {
		memcpy(l->ts[i].lo, host.lo, sizeof(host.lo));
		memcpy(l->ts[i].hi, host.hi, sizeof(host.hi));
	}
}

void
tsp_seen(struct ts_pair *t, const struct wt_addr *local,
    const struct wt_addr *remote)
{
	if (local != NULL)
		see_as(&t->local, local);
	if (remote != NULL)
		see_as(&t->remote, remote);
}

char *
tsp_print(const struct ts_pair *t, char *out, size_t size)
{
	char l[200], r[200];

	ts_list_print(t->local.ts, t->local.n, l, sizeof(l));
	ts_list_print(t->remote.ts, t->remote.n, r, sizeof(r));
	snprintf(out, size, "%s = %s", l, r);
	return (out);
}
