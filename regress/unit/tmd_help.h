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

#ifndef TMD_HELP_H
#define TMD_HELP_H

/*
 * For the tests of tmd: a small policy, and a stand-in that notes what is
 * said to the other processes.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tmd/alarm.h"
#include "../../tmd/snapshot.h"
#include "addr.h"
#include "id.h"
#include "proto_snap.h"
#include "ts.h"

static inline void
help_prefix(struct wt_prefix *p, const char *s)
{
	assert_int_equal(prefix_parse(s, p), 0);
}

static inline void
help_ts(struct wt_ts *ts, const char *s)
{
	struct wt_prefix p;

	help_prefix(&p, s);
	ts_from_prefix(ts, &p);
}

static inline void
help_sock(struct wt_sock *s, const char *a, uint16_t port)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(addr_parse(a, &s->addr), 0);
	s->port = port;
}

/* A tunnel between 192.0.2.1 and 198.51.100.N, to be changed by the test. */
static inline void
help_tunnel(struct sn_tunnel *t, uint32_t n, const char *name, uint8_t start)
{
	char a[32];

	memset(t, 0, sizeof(*t));
	t->kind_ours = t->kind_theirs = AUTHK_PSK;
	t->tunnel = n;
	strlcpy(t->name, name, sizeof(t->name));
	strlcpy(t->where, "ikd.yaml:1", sizeof(t->where));
	memset(t->digest, (int)n, sizeof(t->digest));
	t->start = start;
	snprintf(a, sizeof(a), "198.51.100.%u", n % 256);
	help_prefix(&t->local[0], "192.0.2.1");
	help_prefix(&t->remote[0], a);
	t->local_n = t->remote_n = 1;
	t->remote_port = 500;
	assert_null(id_parse("fqdn:gw.example.com", &t->id_local));
	snprintf(a, sizeof(a), "fqdn:peer%u.example.com", n);
	assert_null(id_parse(a, &t->id_remote));
	t->lifetime = 14400;
	t->tunnel_lifetime = 86400;
	t->retry_first = 5;
	t->retry_most = 300;
}

static inline void
help_child(struct sn_child *c, uint32_t tunnel, uint32_t n, const char *name,
    uint8_t start)
{
	memset(c, 0, sizeof(*c));
	c->tunnel = tunnel;
	c->child = n;
	strlcpy(c->name, name, sizeof(c->name));
	c->start = start;
	c->lifetime = 3600;
}

static inline void
help_ceiling(struct wt_ceiling *c, uint32_t tunnel, uint32_t n)
{
	char a[32];

	memset(c, 0, sizeof(*c));
	c->tunnel = tunnel;
	c->child = n;
	c->reqid = tunnel * 100 + n;
	c->mode = MODE_TUNNEL;
	c->protos = PROTO_BIT_ESP;
	c->algs = 0xf;
	c->idle = IDLE_DROP;
	c->hard_seconds = 7200;
	help_prefix(&c->outer_local[0], "0.0.0.0/0");
	snprintf(a, sizeof(a), "198.51.100.%u", tunnel % 256);
	help_prefix(&c->outer_remote[0], a);
	c->outer_local_n = c->outer_remote_n = 1;
	snprintf(a, sizeof(a), "10.%u.%u.0/24", tunnel % 256, n);
	help_ts(&c->ts_local[0], "10.0.0.0/24");
	help_ts(&c->ts_remote[0], a);
	c->ts_local_n = c->ts_remote_n = 1;
}

/* Rows into p: tunnel n with children 1..nchildren. */
static inline void
help_add(struct policy *p, const struct sn_tunnel *t, unsigned int nchildren)
{
	struct sn_child	 c;
	struct wt_ceiling ce;
	char		 name[16];
	unsigned int	 i;

	assert_null(snapshot_row(p, SNAP_TUNNEL, t));
	for (i = 1; i <= nchildren; i++) {
		snprintf(name, sizeof(name), "net%u", i);
		help_child(&c, t->tunnel, i, name, t->start);
		help_ceiling(&ce, t->tunnel, i);
		assert_null(snapshot_row(p, SNAP_CHILD, &c));
		assert_null(snapshot_row(p, SNAP_CEILING, &ce));
	}
}

static inline struct policy *
help_policy(uint32_t generation)
{
	struct policy	*p = snapshot_new(generation);
	struct sn_suite	 s;

	memset(&s, 0, sizeof(s));
	assert_null(snapshot_row(p, SNAP_SUITE, &s));
	return (p);
}

#endif /* TMD_HELP_H */
