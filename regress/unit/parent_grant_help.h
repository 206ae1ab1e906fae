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

#ifndef REGRESS_PARENT_GRANT_HELP_H
#define REGRESS_PARENT_GRANT_HELP_H

/*
 * The roles around the grant half, as its tests need them.  Code, included
 * by one file, like the mock it stands on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "addr.h"
#include "alg.h"
#include "parent_grant_mock.h"
#include "snap.h"
#include "ts.h"
#include "../../ikd/parent/ceiling.h"
#include "../../ikd/parent/esp_plane.h"
#include "../../ikd/parent/from_ike.h"
#include "../../ikd/parent/grant.h"
#include "../../ikd/parent/hold.h"

static struct parent	 parent;
static struct child_id	 ike[2] __attribute__((unused)) = {
	{ &parent, ROLE_IKE, 0 }, { &parent, ROLE_IKE, 1 }
};
static struct child_id	 tmd = { &parent, ROLE_TMD, 0 };
static struct child_id	 esp = { &parent, ROLE_ESP, 0 };
static uint32_t		 generation;
static uint64_t		 serial;
static uint32_t		 next_spi = 0x1000;

/* The grant half begins, and cmocka tells its results as TAP. */
static void
bed_begin(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	log_init("test", LOG_L_ERROR);
	parent.base = event_base_new();
	parent.workers = 2;
	grants_parent = &parent;
	hold_init(5);
	plane_init();
	from_ike_init((const uint8_t *)"0123456789abcdef");
}

static void
call(const struct pipe_handler *h, struct child_id *c, uint16_t type,
    const void *body)
{
	for (; h->type != 0; h++)
		if (h->type == type) {
			h->fn(c, body, -1);
			return;
		}
	fail_msg("no handler for %u", type);
}

static void
ts(struct wt_ts *t, const char *prefix)
{
	struct wt_prefix	 p;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	ts_from_prefix(t, &p);
}

/* Child n of tunnel n: 10.1.n.0/24 = 10.2.n.0/24. */
static struct wt_ceiling
ceiling(uint32_t n, unsigned int idle)
{
	struct wt_ceiling	 c;
	char			 text[32];

	memset(&c, 0, sizeof(c));
	c.tunnel = c.child = n;
	c.mode = MODE_TUNNEL;
	c.protos = PROTO_BIT_ESP;
	c.algs = alg_bit(alg_by_id(XF_ENCR, ENCR_AES_GCM_16, 256));
	c.idle = (uint8_t)idle;
	c.outer_local_n = c.outer_remote_n = 1;
	prefix_parse("192.0.2.0/24", &c.outer_local[0]);
	prefix_parse("198.51.100.0/24", &c.outer_remote[0]);
	c.ts_local_n = c.ts_remote_n = 1;
	snprintf(text, sizeof(text), "10.1.%u.0/24", n);
	ts(&c.ts_local[0], text);
	snprintf(text, sizeof(text), "10.2.%u.0/24", n);
	ts(&c.ts_remote[0], text);
	return (c);
}

/* A reload with these ceilings. */
static void
policy(const struct wt_ceiling *c, size_t n)
{
	struct snap_writer	*w = snap_open(ROLE_PARENT, ++generation);
	size_t			 i;
	int			 fd;

	for (i = 0; i < n; i++)
		snap_put(w, SNAP_CEILING, &c[i]);
	fd = snap_close(w);
	assert_null(ceilings_prepare(generation, fd));
	if (mock_xfrm_why != NULL)
		assert_non_null(ceilings_commit(&parent, generation));
	else
		assert_null(ceilings_commit(&parent, generation));
	close(fd);
}

/* A grant on child n. */
static struct wt_grant
wish(uint32_t id, uint32_t n, uint8_t slot)
{
	struct wt_ceiling	 c = ceiling(n, IDLE_DROP);
	struct wt_grant		 g;

	memset(&g, 0, sizeof(g));
	g.id = id;
	g.slot = slot;
	g.tunnel = g.child = n;
	g.mode = c.mode;
	g.protos = c.protos;
	g.algs = c.algs;
	g.pairs = 2;
	g.outer_local_n = g.outer_remote_n = 1;
	g.outer_local[0] = c.outer_local[0];
	g.outer_remote[0] = c.outer_remote[0];
	g.ts_local_n = g.ts_remote_n = 1;
	g.ts_local[0] = c.ts_local[0];
	g.ts_remote[0] = c.ts_remote[0];
	return (g);
}

static unsigned int
ask_grant(const struct wt_grant *g)
{
	struct sent	*s;

	call(from_tmd_grant_handlers, &tmd, M_GRANT, g);
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_DONE));
	assert_int_equal(s->u.tmd.req, g->id);
	return (s->u.tmd.code);
}

static void
give_peer(uint32_t id, uint32_t n, uint8_t slot, uint8_t peer)
{
	struct wt_grant	 g = wish(id, n, slot);

	memset(g.peer, peer, sizeof(g.peer));
	assert_int_equal(ask_grant(&g), RSN_OK);
}

static void
give_grant(uint32_t id, uint32_t n, uint8_t slot)
{
	give_peer(id, n, slot, 1);
}

/* An INSTALL on a grant of child n, with SPIs nobody has had. */
static struct mi_install
pair(uint32_t grant, uint32_t n)
{
	struct wt_ceiling	 c = ceiling(n, IDLE_DROP);
	struct mi_install	 m;

	memset(&m, 0, sizeof(m));
	m.req = 77;
	m.grant = grant;
	m.serial = ++serial;
	m.spi_in = next_spi++;
	m.spi_out = next_spi++;
	m.mode = MODE_TUNNEL;
	m.udp_encap = 1;
	m.suite.proto = PROTO_ESP;
	m.suite.encr = ENCR_AES_GCM_16;
	m.suite.encr_bits = 256;
	m.encr_in_len = m.encr_out_len = 36;
	memset(m.encr_in, 0xaa, 36);
	memset(m.encr_out, 0xbb, 36);
	addr_parse("192.0.2.1", &m.local.addr);
	addr_parse("198.51.100.7", &m.remote.addr);
	m.local.port = m.remote.port = 4500;
	m.ts_local_n = m.ts_remote_n = 1;
	m.ts_local[0] = c.ts_local[0];
	m.ts_remote[0] = c.ts_remote[0];
	return (m);
}

/* Refused at once: the reason, and the plane has not heard of it. */
static unsigned int __attribute__((unused))
refused(struct child_id *who, const struct mi_install *m, const char *word)
{
	struct sent	*s;

	call(from_ike_handlers, who, M_INSTALL, m);
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	assert_non_null(s = mock_sent(ROLE_IKE, M_INSTALLED));
	assert_int_equal(s->inst, who->inst);
	assert_int_equal(s->u.result.req, m->req);
	if (strstr(s->u.result.text, word) == NULL)
		fail_msg("\"%s\" without \"%s\"", s->u.result.text, word);
	return (s->u.result.code);
}

static void
plane_says(uint16_t type, uint32_t handle, unsigned int code)
{
	struct me_sa_result	 r;

	memset(&r, 0, sizeof(r));
	r.handle = handle;
	r.code = (uint16_t)code;
	r.counters.in_bytes = 4711;
	call(from_esp_handlers, &esp, type, &r);
}

/* Goes to the plane; returns the handle. */
static uint32_t
forwarded(struct child_id *who, const struct mi_install *m)
{
	struct sent	*s;

	call(from_ike_handlers, who, M_INSTALL, m);
	assert_null(mock_sent(ROLE_IKE, M_INSTALLED));
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	assert_int_equal(s->u.add.spi_in, m->spi_in);
	assert_int_equal(s->u.add.encr_out_len, 36);
	assert_int_equal(s->u.add.encr_out[35], 0xbb);
	return (s->u.add.handle);
}

/* Installed whole; returns the handle. */
static uint32_t __attribute__((unused))
installed(struct child_id *who, const struct mi_install *m)
{
	uint32_t	 handle = forwarded(who, m);
	struct sent	*s;

	plane_says(M_SA_ADDED, handle, RSN_OK);
	assert_non_null(s = mock_sent(ROLE_IKE, M_INSTALLED));
	assert_int_equal(s->u.result.code, RSN_OK);
	assert_int_equal(s->u.result.req, m->req);
	return (handle);
}

static void
esp_starts(void)
{
	struct sent	*s;
	struct me_req	 end;

	mock_esp_up = 1;
	plane_esp_started();
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	assert_int_equal(s->u.query.handle, 0);
	end.req = s->u.query.req;
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
}

static void
esp_dies(int status)
{
	mock_esp_up = 0;
	plane_esp_died(status);
}

/* Ceilings 1 drop, 2 drop, 3 trap; the plane runs; no grants. */
static int
setup(void **state)
{
	struct wt_ceiling	 c[3] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_DROP),
				    ceiling(3, IDLE_TRAP) };

	(void)state;
	while (grant_next(NULL) != NULL)
		grant_drop(grant_next(NULL));
	mock_clock += 1000;		/* earlier deaths are forgotten */
	mock_tmd_says = NULL;
	mock_violations = 0;
	if (mock_esp_up)
		esp_dies(SIGKILL);
	mock_forget();
	policy(c, 3);
	mock_clock += 1000;
	esp_starts();
	grants_worker_started(&parent, 0);
	grants_worker_started(&parent, 1);
	mock_forget();
	mock_kernel();
	return (0);
}

#endif /* REGRESS_PARENT_GRANT_HELP_H */
