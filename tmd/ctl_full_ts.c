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
 * list -v: what AIX shows of a child's selectors.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "ctl_verbs.h"
#include "ts.h"

/* AIX's fields of one side's selector: what it is, where, and the mask. */
struct selector {
	char	 type[32], id[600], mask[ADDR_TEXT], end[ADDR_TEXT];
	char	 port[32], proto[16];
};

static void
fill_range(struct selector *f, const struct wt_ts *ts)
{
	struct wt_addr	 lo, hi, m;
	struct wt_prefix p;
	int		 one, i;

	memset(&lo, 0, sizeof(lo));
	lo.af = ts->af;
	hi = m = lo;
	memcpy(lo.a, ts->lo, sizeof(lo.a));
	memcpy(hi.a, ts->hi, sizeof(hi.a));
	one = range_to_prefixes(&lo, &hi, &p, 1);
	snprintf(f->type, sizeof(f->type), "IPv%u_%s", ts->af, one != 1 ?
	    "Address_Range" : p.plen == 8 * addr_len(&lo) ? "Address" :
	    "Subnet");
	addr_print(&lo, f->id, sizeof(f->id));
	if (one != 1)
		addr_print(&hi, f->end, sizeof(f->end));
	else if (p.plen != 8 * addr_len(&lo)) {
		for (i = 0; i < p.plen; i++)
			m.a[i / 8] |= (uint8_t)(0x80 >> i % 8);
		addr_print(&m, f->mask, sizeof(f->mask));
	}
}

/* n is 0 for what is known only with the peer; text: how a list prints. */
static void
fill_selector(struct selector *f, const struct wt_ts *ts, uint16_t n,
    const char *text)
{
	memset(f, 0, sizeof(*f));
	strlcpy(f->mask, "N/A", sizeof(f->mask));
	strlcpy(f->port, "any", sizeof(f->port));
	strlcpy(f->proto, "all", sizeof(f->proto));
	if (n == 1)
		fill_range(f, ts);
	else {
		strlcpy(f->type, n == 0 ? "Peer_Address" : "List",
		    sizeof(f->type));
		strlcpy(f->id, text, sizeof(f->id));
	}
	if (n == 0)
		return;
	if (!ts_list_even(ts, n)) {
		/* Each of the list says its own. */
		strlcpy(f->port, "List", sizeof(f->port));
		strlcpy(f->proto, "List", sizeof(f->proto));
		return;
	}
	ts_ports_print(ts, f->port, sizeof(f->port));
	if (ts->proto != 0)
		ts_proto_print(ts, f->proto, sizeof(f->proto));
}

static void
fill_side(struct selector *f, const struct tunnel *t,
    const struct tun_child *c, const struct sa_pair *p, int remote)
{
	const struct wt_ceiling	*ce = &c->pol->ceiling;
	struct wt_ts		 agreed[LINK_TS];
	const struct wt_ts	*ts = agreed;
	size_t			 n;
	char			 text[600];

	if (p != NULL) {
		n = sess_pair_ts(p, remote, agreed);
		ts_list_print(ts, n, text, sizeof(text));
	} else {
		ts = remote ? ce->ts_remote : ce->ts_local;
		n = remote ? ce->ts_remote_n : ce->ts_local_n;
		if ((c->pol->cf.dyn & (remote ? DYN_REMOTE : DYN_LOCAL)) ||
		    (remote && c->pol->cf.generic))
			n = 0;
		ctl_text_ts(t, c, remote, text, sizeof(text));
	}
	fill_selector(f, ts, n, text);
}

/* One field of both sides, ours first. */
static void
add_both(struct mq_row *row, const char *field, const char *l, const char *r)
{
	char key[32];

	snprintf(key, sizeof(key), "Local %s", field);
	ctl_row_str(row, key, l);
	snprintf(key, sizeof(key), "Remote %s", field);
	ctl_row_str(row, key, r);
}

void
ctl_full_selectors(struct mq_row *row, const struct tunnel *t,
    const struct tun_child *c, const struct sa_pair *p)
{
	struct selector	 l, r;

	fill_side(&l, t, c, p, 0);
	fill_side(&r, t, c, p, 1);
	add_both(row, "ID Type", l.type, r.type);
	add_both(row, "ID", l.id, r.id);
	if (l.end[0] != '\0' || r.end[0] != '\0')
		add_both(row, "End Address", l.end[0] != '\0' ? l.end :
		    "N/A", r.end[0] != '\0' ? r.end : "N/A");
	add_both(row, "Subnet Mask", l.mask, r.mask);
	add_both(row, "Port", l.port, r.port);
	add_both(row, "Protocol", l.proto, r.proto);
}
