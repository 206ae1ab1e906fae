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
 * The control socket from a client's side: versions, rights, refusals, a
 * client that does not read, and the verbs that need no other process.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tmd_help.h"

#include "../../tmd/ctl.h"
#include "../../tmd/ctl_stats.h"
#include "../../tmd/orders.h"
#include "../../tmd/policy_now.h"
#include "../../tmd/reach.h"
#include "../../tmd/sess.h"
#include "../../tmd/tunnel_fsm.h"
#include "log.h"
#include "proto_ike_tmd.h"
#include "proto_parent_tmd.h"

#define TUNNELS	3000		/* their rows are more than one queue */
#define PEERS	20000		/* and those of so many peers */

struct client {
	struct pipe	*pipe;
	struct mq_welcome welcome;
	int		 welcomed, done, broken;
	unsigned int	 rows;
	struct mq_row	 last;
	struct mq_done	 end;
};

static struct event_base	*base;
static struct sockaddr_un	 names[2];	/* main, read-only */
static unsigned int		 grants;

static void
on_welcome(void *ctx, const void *body, int fd)
{
	struct client *c = ctx;

	(void)fd;
	c->welcome = *(const struct mq_welcome *)body;
	c->welcomed = 1;
}

static void
on_row(void *ctx, const void *body, int fd)
{
	struct client *c = ctx;

	(void)fd;
	c->last = *(const struct mq_row *)body;
	c->rows++;
}

static void
on_done(void *ctx, const void *body, int fd)
{
	struct client *c = ctx;

	(void)fd;
	c->end = *(const struct mq_done *)body;
	c->done = 1;
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	(void)p;
	(void)why;
	((struct client *)ctx)->broken = 1;
}

static const struct pipe_handler handlers[] = {
	{ M_CTL_WELCOME, on_welcome },
	{ M_CTL_ROW, on_row },
	{ M_CTL_DONE, on_done },
	{ 0, NULL }
};

/* The loop until *flag, for at most 20 s. */
static void
run_until(const int *flag)
{
	struct timeval tick = { 0, 1000 };
	int turns;

	for (turns = 0; !*flag && turns < 20000; turns++) {
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
	}
	assert_true(*flag);
}

/* Whole turns of the loop, for what must not happen. */
static void
run_some(int turns)
{
	struct timeval tick = { 0, 1000 };

	while (turns-- > 0) {
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
	}
}

static void
client_open(struct client *c, int ro, uint16_t major)
{
	static const struct pipe_ops ops = { handlers, on_broken };
	struct mq_hello h;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	assert_int_equal(connect(fd, (struct sockaddr *)&names[ro],
	    sizeof(names[ro])), 0);
	memset(c, 0, sizeof(*c));
	c->pipe = pipe_new(base, fd, &proto_ctl, SIDE_A, &ops, c);
	memset(&h, 0, sizeof(h));
	h.major = major;
	strlcpy(h.program, "test", sizeof(h.program));
	pipe_set_phase(c->pipe, PH_START);
	assert_int_equal(pipe_send(c->pipe, M_CTL_HELLO, &h, -1), PIPE_OK);
	pipe_set_phase(c->pipe, PH_RUN);
	run_until(&c->welcomed);
}

static void
client_close(struct client *c)
{
	pipe_free(c->pipe);
	run_some(3);
}

static void
send_request(struct client *c, const char *verb, const char *arg,
    const char *opt, const char *value)
{
	static struct mq_request m;

	memset(&m, 0, sizeof(m));
	m.req = 7;
	strlcpy(m.verb, verb, sizeof(m.verb));
	if (arg != NULL) {
		strlcpy(m.args[0].w, arg, sizeof(m.args[0].w));
		m.args_n = 1;
	}
	if (opt != NULL) {
		strlcpy(m.opts[0].k, opt, sizeof(m.opts[0].k));
		strlcpy(m.opts[0].v, value, sizeof(m.opts[0].v));
		m.opts_n = 1;
	}
	c->done = c->rows = 0;
	assert_int_equal(pipe_send(c->pipe, M_CTL_REQUEST, &m, -1), PIPE_OK);
}

static void
request(struct client *c, const char *verb, const char *arg, int status)
{
	send_request(c, verb, arg, NULL, NULL);
	run_until(&c->done);
	assert_int_equal(c->end.req, 7);
	if (c->end.status != status)
		fail_msg("%s: %u: %s", verb, c->end.status, c->end.text);
}

static const char *
value(const struct mq_row *r, const char *key)
{
	uint16_t i;

	for (i = 0; i < r->kv_n; i++)
		if (strcmp(r->kv[i].k, key) == 0)
			return (r->kv[i].v);
	return ("");
}

static struct alarm	pairs_alarm;
static uint32_t		pairs_req;

static unsigned int queries;

static void
answer_pairs(void *ctx)
{
	struct mt_result end;

	(void)ctx;
	memset(&end, 0, sizeof(end));
	end.req = pairs_req;
	ctl_pairs_end(&end);
}

/* The other processes: the parent answers in its next turn. */
static int
stand_in(enum role r, unsigned int inst, uint16_t type, const void *body)
{
	const struct mt_req *m = body;
	struct mt_result end;

	(void)inst;
	memset(&end, 0, sizeof(end));
	if (r != ROLE_PARENT)
		return (PIPE_OK);
	if (type == M_GRANT)
		grants++;
	if (type == M_QUERY_PAIRS) {
		queries++;
		pairs_req = m->req;
		alarm_in_ms(&pairs_alarm, 0);
	}
	if (type == M_PROCESSES) {
		struct mt_process p;

		memset(&p, 0, sizeof(p));
		p.req = end.req = m->req;
		p.role = ROLE_TMD;
		p.pid = 77;
		ctl_process_came(&p);
		ctl_processes_end(&end);
	}
	return (PIPE_OK);
}

static void
listen_on(int ro)
{
	struct sockaddr_un *a = &names[ro];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	a->sun_family = AF_UNIX;
	snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1,
	    "ikd-tmd-ctl-test-%ld-%d", (long)getpid(), ro);
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)a, sizeof(*a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	ctl_listen(base, fd, ro);
}

static int
group_setup(void **state)
{
	struct policy *p = help_policy(1);
	struct sn_tunnel t;
	char name[32];
	uint32_t i;

	(void)state;
	log_init("test", LOG_L_ERROR);
	base = event_base_new();
	alarm_init(base);
	alarm_make(&pairs_alarm, answer_pairs, NULL);
	reach_stand_in(stand_in);
	for (i = 1; i <= TUNNELS; i++) {
		snprintf(name, sizeof(name), "tunnel-%u", i);
		help_tunnel(&t, i, name, TS_START_ANSWER);
		help_add(p, &t, 1);
	}
	policy_prepare(p);
	policy_commit(1);
	listen_on(0);
	listen_on(1);
	return (0);
}

/* ---- */

static void
test_versions(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 0, CTL_VERSION_MAJOR);
	assert_int_equal(c.welcome.major, CTL_VERSION_MAJOR);
	assert_int_equal(c.welcome.generation, 1);
	assert_int_equal(c.welcome.level, geteuid() == 0 ? CTL_SECRETS :
	    CTL_OPERATE);
	request(&c, "version", NULL, CTL_OK);
	assert_string_equal(c.last.kind, "version");
	assert_string_equal(value(&c.last, "generation"), "1");
	client_close(&c);
	client_open(&c, 0, CTL_VERSION_MAJOR + 1);
	request(&c, "version", NULL, CTL_REFUSED);
	assert_non_null(strstr(c.end.text, "use the ikectl"));
	assert_int_equal(c.rows, 0);
	client_close(&c);
}

static void
test_rights(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 1, CTL_VERSION_MAJOR);
	assert_int_equal(c.welcome.level, CTL_READ);
	request(&c, "list", "1", CTL_OK);
	request(&c, "activate", "1", CTL_PERMISSION);
	request(&c, "remove", "1", CTL_PERMISSION);
	request(&c, "reload", NULL, CTL_PERMISSION);
	request(&c, "log", NULL, CTL_OK);
	request(&c, "log", "debug", CTL_PERMISSION);
	assert_int_equal(tunnel_find(1)->state, TN_OPEN);
	client_close(&c);
}

static void
test_refusals(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 0, CTL_VERSION_MAJOR);
	request(&c, "frobnicate", NULL, CTL_USAGE);
	request(&c, "lease", "1", CTL_REFUSED);
	assert_string_equal(c.end.text,
	    "lease: not supported by this version");
	request(&c, "show lease", NULL, CTL_REFUSED);
	request(&c, "activate", NULL, CTL_USAGE);
	request(&c, "activate", "tunel-7", CTL_REFUSED);
	assert_string_equal(c.end.text,
	    "no tunnel \"tunel-7\"; nearest is \"tunnel-7\"");
	request(&c, "version", "1", CTL_USAGE);
	request(&c, "log", "loud", CTL_USAGE);
	request(&c, "rekey", "1", CTL_REFUSED);
	send_request(&c, "wait", "1", "until", "doomsday");
	run_until(&c.done);
	assert_int_equal(c.end.status, CTL_USAGE);
	send_request(&c, "activate", "1", "timeout", "soon");
	run_until(&c.done);
	assert_int_equal(c.end.status, CTL_USAGE);
	assert_int_equal(tunnel_find(1)->state, TN_OPEN);
	client_close(&c);
}

static void
test_rows(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 0, CTL_VERSION_MAJOR);
	request(&c, "list", "2", CTL_OK);
	assert_int_equal(c.rows, 3);
	assert_string_equal(c.last.kind, "total");
	assert_string_equal(value(&c.last, "open"), "1");
	request(&c, "show tunnel", "2/net1", CTL_OK);
	assert_int_equal(c.rows, 1);
	assert_string_equal(value(&c.last, "Phase 2 Tunnel ID"), "2.1");
	assert_string_equal(value(&c.last, "Local Subnet Mask"),
	    "255.255.255.0");
	request(&c, "show policy", "2", CTL_OK);
	assert_int_equal(c.rows, 2);
	request(&c, "show processes", NULL, CTL_OK);
	assert_string_equal(value(&c.last, "pid"), "77");
	/* All of them: more than a queue's worth, in order, each once. */
	request(&c, "list", NULL, CTL_OK);
	assert_int_equal(c.rows, TUNNELS + 1);
	assert_string_equal(value(&c.last, "open"), "3000");
	client_close(&c);
}

/* Who does not wait for answers is not served by the thousand. */
static void
test_no_waiting(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 1, CTL_VERSION_MAJOR);
	send_request(&c, "version", NULL, NULL, NULL);
	send_request(&c, "version", NULL, NULL, NULL);
	send_request(&c, "version", NULL, NULL, NULL);
	run_until(&c.broken);
	assert_true(c.rows <= 1);
	client_close(&c);
	client_open(&c, 1, CTL_VERSION_MAJOR);
	request(&c, "version", NULL, CTL_OK);
	request(&c, "version", NULL, CTL_OK);
	client_close(&c);
}

/* Who may only look does not keep the parent counting all day. */
static void
test_onlooker(void **state)
{
	struct client c;
	unsigned int i;

	(void)state;
	client_open(&c, 1, CTL_VERSION_MAJOR);
	for (queries = i = 0; i < 50; i++)
		request(&c, "show sa", "1", CTL_OK);
	assert_in_range(queries, 0, 25);
	client_close(&c);
	client_open(&c, 0, CTL_VERSION_MAJOR);
	for (queries = i = 0; i < 3; i++)
		request(&c, "show sa", "1", CTL_OK);
	assert_int_equal(queries, 3);
	client_close(&c);
}

/* A client that does not read holds up nobody, and no memory. */
static void
test_slow(void **state)
{
	struct client slow, c;

	(void)state;
	client_open(&slow, 0, CTL_VERSION_MAJOR);
	send_request(&slow, "show tunnel", NULL, NULL, NULL);
	pipe_flush(slow.pipe);
	pipe_free(slow.pipe);	/* said, and gone without reading */
	client_open(&c, 0, CTL_VERSION_MAJOR);
	request(&c, "version", NULL, CTL_OK);
	client_close(&c);
}

static void
test_one_at_a_time(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 0, CTL_VERSION_MAJOR);
	send_request(&c, "monitor", NULL, NULL, NULL);
	send_request(&c, "version", NULL, NULL, NULL);
	run_until(&c.done);
	assert_int_equal(c.end.status, CTL_REFUSED);
	assert_string_equal(c.end.text, "one request at a time");
	/* The monitor goes on. */
	c.rows = 0;
	tunnel_fsm(tunnel_find(5), TE_REMOVE);
	run_some(5);
	assert_int_equal(c.rows, 1);
	assert_string_equal(c.last.kind, "event");
	assert_string_equal(value(&c.last, "kind"), "state");
	assert_string_equal(value(&c.last, "tunnel"), "tunnel-5");
	client_close(&c);
}

static void
test_wait(void **state)
{
	struct client c;

	(void)state;
	client_open(&c, 0, CTL_VERSION_MAJOR);
	send_request(&c, "wait", "9", "timeout", "1");
	run_until(&c.done);
	assert_int_equal(c.end.status, CTL_DEADLINE);
	send_request(&c, "wait", "9", "until", "down");
	run_until(&c.done);
	assert_int_equal(c.end.status, CTL_OK);
	/* A client that goes while it waits. */
	send_request(&c, "wait", "9", NULL, NULL);
	run_some(5);
	assert_false(c.done);
	client_close(&c);
}

static void
test_activate(void **state)
{
	struct client	 c;
	struct mx_failed f;
	struct tunnel	*t = tunnel_find(11);

	(void)state;
	orders_enable(1);
	client_open(&c, 0, CTL_VERSION_MAJOR);
	send_request(&c, "activate", "11", NULL, NULL);
	run_some(5);
	assert_false(c.done);
	assert_int_equal(c.rows, 1);
	assert_string_equal(c.last.kind, "start");
	assert_int_equal(t->state, TN_NEGOTIATING);
	event_step(t, "IKE_SA_INIT", "sent", "");
	event_step(t, "IKE_SA_INIT", "sent, answered in 2 ms", "x");
	run_some(5);
	assert_int_equal(c.rows, 2);
	assert_string_equal(value(&c.last, "detail"), "x");
	/* It fails: the reason is the answer. */
	memset(&f, 0, sizeof(f));
	tunnel_set_reason(t, RSN_NO_PROPOSAL, NULL);
	orders_over(t);
	tunnel_fsm(t, TE_FAILED);
	run_until(&c.done);
	assert_int_equal(c.end.status, CTL_REFUSED);
	assert_non_null(strstr(c.end.text, "no proposal chosen"));
	/* A responder only opens. */
	tunnel_fsm(tunnel_find(12), TE_REMOVE);
	((struct pol_tunnel *)(uintptr_t)tunnel_find(12)->pol)->cf.role =
	    TR_RESPONDER;
	request(&c, "activate", "12", CTL_OK);
	assert_non_null(strstr(c.end.text, "it is a responder"));
	assert_int_equal(tunnel_find(12)->state, TN_OPEN);
	request(&c, "down", "12", CTL_OK);
	assert_int_equal(tunnel_find(12)->state, TN_CLOSED);
	client_close(&c);
}

/* One user cannot take every place; who says nothing loses his. */
static void
test_places(void **state)
{
	struct client c;
	int fds[CLIENTS_UID + 4], i, away = 0;
	char one;

	(void)state;
	if (geteuid() != 0)
		skip();
	for (i = 0; i < CLIENTS_UID + 4; i++) {
		fds[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		assert_int_equal(seteuid(65534), 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&names[1],
		    sizeof(names[1])), 0);
		assert_int_equal(seteuid(0), 0);
		run_some(2);
	}
	for (i = 0; i < CLIENTS_UID + 4; i++)
		away += recv(fds[i], &one, 1, MSG_DONTWAIT) == 0;
	assert_int_equal(away, 4);
	client_open(&c, 0, CTL_VERSION_MAJOR);
	client_close(&c);
	alarm_fake_ms(alarm_now_ms() + GREET_MS);
	while (alarm_run() > 0)
		;
	run_some(5);
	for (i = 0; i < CLIENTS_UID + 4; i++) {
		assert_int_equal(recv(fds[i], &one, 1, MSG_DONTWAIT), 0);
		close(fds[i]);
	}
}

/* A tunnel of so many peers that their rows are more than one queue. */
static void
test_many_peers(void **state)
{
	static const char *const verb[] = { "list", "show tunnel", "show sa" };
	struct policy *p = help_policy(2);
	struct sn_tunnel t;
	struct session *s;
	struct client c;
	uint8_t n[48] = { 0 };
	uint32_t i;

	(void)state;
	help_tunnel(&t, 1, "many", TS_START_ANSWER);
	t.role = TR_RESPONDER;
	memset(&t.id_remote, 0, sizeof(t.id_remote));
	t.id_remote.type = ID_ANY;
	help_add(p, &t, 1);
	policy_prepare(p);
	policy_commit(2);
	for (i = 1; i <= PEERS; i++) {
		memcpy(n, &i, sizeof(i));
		s = sess_new(tunnel_find_name("many"), n, n, n + 32);
		assert_null(id_parse("fqdn:x.example.com", &t.id_remote));
		s->id_peer = id_keep(&t.id_remote);
		s->id_ours = id_keep(&t.id_remote);
		sess_set_state(s, SS_UP);
	}
	client_open(&c, 0, CTL_VERSION_MAJOR);
	for (i = 0; i < 3; i++) {
		send_request(&c, verb[i], "many", NULL, NULL);
		while (!c.done && !c.broken) {
			/* The clock stands since test_wait. */
			alarm_fake_ms(alarm_now_ms() + 20);
			alarm_run();
			run_some(1);
		}
		assert_true(c.done);
		assert_int_equal(c.end.status, CTL_OK);
		assert_in_range(c.rows, PEERS, 2 * PEERS + 4);
	}
	client_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_no_waiting),
		cmocka_unit_test(test_onlooker),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_activate),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_many_peers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, group_setup, NULL));
}
