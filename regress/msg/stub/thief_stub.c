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
 * A stolen ikd-ike[0] on the real pipes shows what it cannot get: an
 * identity, a second verdict, a grant, an SA outside its grant, a policy.
 * It plays both peers of tunnel lyon itself: the test tells it the key, so
 * it gets one honest verdict and one honest SA too, and every refusal is a
 * refusal of what would otherwise have been good.
 *
 * Its order is "KEY SPI": lyon's key in hex, and an inbound SPI of another
 * worker's SA.  What it finds goes to stderr: "thief: ok - TEXT".
 */
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "addr.h"
#include "alg.h"
#include "log.h"
#include "proto_resume.h"
#include "proto_ike_tmd.h"
#include "proto_parent_ike.h"
#include "reason.h"
#include "stub.h"
#include "talk.h"
#include "ts.h"

#define SECONDS	20		/* for any answer */
#define PEER_ID	"lyon.example.com"

static struct stub stub;
static struct pipe *sign, *tmd;
static uint8_t key[64];
static unsigned int other_spi;

static struct mk_tickets tickets;
static struct mk_signed signd;
static struct mk_checked checked;
static struct mi_result result;
static struct mi_removed removed;
static struct mx_initiate order;
static struct mx_grant_child child;
static struct mx_granted granted;
static unsigned int n_tickets, n_signed, n_checked, n_result, n_removed,
    n_order, n_child, n_granted;

/* What it finds. */

static void
say(int good, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "thief: %sok - %s\n", good ? "" : "not ", text);
}

/* Refused, for this reason, with these words. */
static void
refused(const char *what, unsigned int code, const char *text,
    unsigned int want, const char *words)
{
	int good = code == want && strstr(text, words) != NULL;

	say(good, "%s", what);
	if (!good)
		fprintf(stderr, "thief: %s: %u (%s)\n", what, code, text);
}

/* Until the count rises. */
static void
await(const unsigned int *n, unsigned int was, const char *what)
{
	time_t end = time(NULL) + SECONDS;
	struct timeval tv = { 1, 0 };

	pipe_flush(stub.parent);
	pipe_flush(sign);
	pipe_flush(tmd);
	while (*n == was) {
		if (time(NULL) >= end) {
			say(0, "no %s came", what);
			_exit(1);
		}
		event_base_loopexit(stub.base, &tv);
		event_base_loop(stub.base, EVLOOP_ONCE);
	}
}

/* The other ends. */

#define TAKE(fn, var)							\
static void								\
fn(void *arg, const void *body, int fd)					\
{									\
	(void)arg;							\
	(void)fd;							\
	memcpy(&var, body, sizeof(var));				\
	n_##var++;							\
}
#define n_signd n_signed
TAKE(on_tickets, tickets)
TAKE(on_signed, signd)
TAKE(on_checked, checked)
TAKE(on_result, result)
TAKE(on_removed, removed)
TAKE(on_initiate, order)
TAKE(on_child, child)
TAKE(on_granted, granted)

static void
on_other(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
}

static void
on_denied(void *arg, const void *body, int fd)
{
	const struct mx_denied *m = body;

	(void)arg;
	(void)fd;
	say(0, "denied: %s", m->text);
}

static void
on_ignored(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	(void)p;
	say(0, "a pipe ended: %s", why == NULL ? "closed" : why);
	_exit(1);
}

static const struct pipe_handler from_sign[] = {
	{ M_TICKETS, on_tickets }, { M_SIGNED, on_signed },
	{ M_AUTH_CHECKED, on_checked }, { M_CRASH_SECRETS, on_ignored },
	{ M_PPK_KEYS, on_ignored }, { M_PPK_MIXED, on_ignored },
	{ M_TICKET_MADE, on_ignored }, { M_RESUMED, on_ignored },
	{ M_RESUME_NEW_KEYS, on_ignored },
	{ 0, NULL }
};
static const struct pipe_handler from_tmd[] = {
	{ M_INITIATE, on_initiate }, { M_GRANT_CHILD, on_child },
	{ M_GRANTED, on_granted }, { M_DENIED, on_denied },
	{ M_SESSION_DO, on_other }, { M_CHILD_DO, on_other },
	{ M_STATS_WANT, on_other }, { M_TRACE, on_other },
	{ M_TRACE_END, on_other }, { 0, NULL }
};
static const struct pipe_handler from_parent[] = {
	{ M_INSTALLED, on_result }, { M_MIGRATED, on_result },
	{ M_REMOVED, on_removed }, { M_SA_INFO, on_removed },
	{ M_SA_EXPIRE, on_other }, { 0, NULL }
};
static const struct pipe_ops sign_ops = { from_sign, on_broken };
static const struct pipe_ops tmd_ops = { from_tmd, on_broken };

static void
ask_check(const struct talk *t)
{
	unsigned int was = n_checked;

	if (pipe_send(sign, M_AUTH_CHECK, &t->m, -1) != PIPE_OK)
		fatal("AUTH_CHECK");
	await(&n_checked, was, "AUTH_CHECKED");
}

static void
no_verdict(const struct talk *t, const char *what, unsigned int code,
    const char *words)
{
	ask_check(t);
	refused(what, checked.code, checked.text, code, words);
	if (checked.auth_len != 0)
		say(0, "%s, and our AUTH came with it", what);
}

/* Acts. */

static void
want_tickets(unsigned int slot)
{
	struct mk_want w = { (uint8_t)slot, 32 };
	unsigned int was = n_tickets;

	if (pipe_send(sign, M_TICKETS_WANT, &w, -1) != PIPE_OK)
		fatal("TICKETS_WANT");
	await(&n_tickets, was, "TICKETS");
}

/* An order of tmd's, used twice; what we sign does not come back as proof. */
static void
orders(const struct mk_ticket *k)
{
	struct mx_failed f = { .code = RSN_TIMEOUT };
	struct mk_sign s;
	struct talk t, back;
	unsigned int was;

	talk_make(&t, &k[0], 0x40, PEER_ID);
	memcpy(t.nonce, k[2].ticket, 32);	/* see below */
	talk_message(t.msg_i, 0, 0x40, 0, k[0].ticket);
	talk_message(t.msg_r, 1, 0x40, 0, t.nonce);
	s.c = t.m.c;
	s.c.order = 4711;
	was = n_signed;
	(void)pipe_send(sign, M_SIGN, &s, -1);
	await(&n_signed, was, "SIGNED");
	refused("no signature without an order", signd.code, signd.text,
	    RSN_ORDER, "order 4711");

	fprintf(stderr, "thief: please activate lyon\n");
	await(&n_order, 0, "INITIATE");
	talk_make(&t, &k[1], 0x41, PEER_ID);
	memcpy(t.nonce, k[2].ticket, 32);
	talk_message(t.msg_i, 0, 0x41, 0, k[1].ticket);
	talk_message(t.msg_r, 1, 0x41, 0, t.nonce);
	s.c = t.m.c;
	s.c.order = order.order;
	was = n_signed;
	(void)pipe_send(sign, M_SIGN, &s, -1);
	await(&n_signed, was, "SIGNED");
	say(signd.code == RSN_OK, "one signature on an order");

	/* Our own AUTH as a peer's: its nonce is what we signed with. */
	talk_make(&back, &k[2], 0x41, PEER_ID);
	memcpy(back.nonce, k[1].ticket, 32);
	memcpy(back.msg_i, t.msg_i, 64);
	talk_message(back.msg_r, 1, 0x41, 0, k[2].ticket);
	back.m.auth = (struct slice){ signd.auth, signd.auth_len };
	no_verdict(&back, "what was signed is no proof of a peer",
	    RSN_AUTH_PEER, "our own");

	s.c.ticket = k[3];
	talk_message(t.msg_i, 0, 0x41, 0, k[3].ticket);
	was = n_signed;
	(void)pipe_send(sign, M_SIGN, &s, -1);
	await(&n_signed, was, "SIGNED");
	refused("an order serves once", signd.code, signd.text, RSN_ORDER,
	    "order");
	f.order = order.order;
	f.tunnel = order.tunnel;
	(void)pipe_send(tmd, M_NEG_FAILED, &f, -1);
}

static void
identities(const struct mk_ticket *k)
{
	struct mk_ticket forged;
	struct talk t;

	talk_make(&t, &k[0], 0x50, PEER_ID);
	t.auth[0] ^= 1;
	no_verdict(&t, "a wrong AUTH proves nothing", RSN_AUTH_PEER, "differs");
	talk_make(&t, &k[0], 0x50, PEER_ID);
	no_verdict(&t, "its ticket is used up: nobody guesses twice",
	    RSN_TICKET, "has had its verdict");
	talk_make(&t, &k[1], 0x51, "boston.example.com");
	no_verdict(&t, "lyon's key does not make boston", RSN_NO_TUNNEL,
	    "no tunnel fits");
	talk_make(&t, &k[2], 0x52, PEER_ID);
	t.m.c.remote.addr.a[3] = 66;
	no_verdict(&t, "nor lyon from elsewhere", RSN_NO_TUNNEL,
	    "no tunnel fits");
	talk_make(&t, &k[3], 0x53, PEER_ID);
	talk_message(t.msg_r, 1, 0x53, 0, t.nonce);
	no_verdict(&t, "a message without the ticket", RSN_TICKET,
	    "our nonce is not the ticket");
	forged = k[4];
	forged.ticket[31] ^= 1;
	talk_make(&t, &forged, 0x54, PEER_ID);
	no_verdict(&t, "a ticket of one's own making", RSN_TICKET,
	    "not ours");
	forged = k[5];
	forged.counter += 128 * 1000;
	talk_make(&t, &forged, 0x55, PEER_ID);
	no_verdict(&t, "a ticket that was never issued", RSN_TICKET,
	    "unknown");
	forged = k[6];
	forged.slot = 1;
	talk_make(&t, &forged, 0x56, PEER_ID);
	no_verdict(&t, "a ticket of another slot", RSN_TICKET,
	    "not that worker's");
}

/* The one that is honest; our side's AUTH is checked as a peer would. */
static void
honest(const struct mk_ticket *k)
{
	const uint8_t id_ours[8] = { 1, 0, 0, 0, 192, 0, 2, 1 };
	uint8_t want[MACLEN];
	struct talk t;

	talk_make(&t, k, 0x60, PEER_ID);
	ask_check(&t);
	talk_auth(t.msg_r, t.nonce, t.m.c.sk_pr, id_ours, sizeof(id_ours),
	    want);
	say(checked.code == RSN_OK && checked.auth_len == MACLEN &&
	    memcmp(checked.auth, want, MACLEN) == 0,
	    "an honest AUTH gets a verdict and ours in return %s",
	    checked.text);
	await(&n_granted, 0, "GRANTED");
	say(n_child == 1 && memcmp(granted.ticket, k->ticket, 32) == 0 &&
	    granted.tunnel == checked.tunnel, "and a grant");
	no_verdict(&t, "no second verdict for a ticket", RSN_TICKET,
	    "has had its verdict");
}

/* SAs. */

static uint64_t serial;

/* What would be good, but for the caller's change. */
static struct mi_install *
sa(uint32_t spi)
{
	static struct mi_install m;
	struct wt_prefix p;

	memset(&m, 0, sizeof(m));
	m.req = spi;
	m.grant = child.grant;
	m.serial = ++serial;
	m.spi_in = spi;
	m.spi_out = spi + 0x01000000;
	m.mode = MODE_TUNNEL;
	m.udp_encap = 1;
	m.suite = (struct wt_suite){ .proto = PROTO_ESP,
	    .encr = ENCR_AES_GCM_16, .encr_bits = 256, .esn = 1 };
	m.replay_window = 1024;
	m.hard_seconds = child.hard_seconds;
	(void)addr_parse(OURS, &m.local.addr);
	(void)addr_parse(PEER, &m.remote.addr);
	m.local.port = m.remote.port = 4500;
	m.ts_local_n = m.ts_remote_n = 1;
	(void)prefix_parse("10.1.0.0/16", &p);
	ts_from_prefix(&m.ts_local[0], &p);
	(void)prefix_parse("10.3.0.0/16", &p);
	ts_from_prefix(&m.ts_remote[0], &p);
	m.encr_in_len = m.encr_out_len = 36;
	memset(m.encr_in, (int)(spi & 0xff), 36);
	memset(m.encr_out, (int)(spi >> 8 & 0xff), 36);
	return (&m);
}

static void
install(const struct mi_install *m)
{
	unsigned int was = n_result;

	if (pipe_send(stub.parent, M_INSTALL, m, -1) != PIPE_OK)
		fatal("INSTALL");
	await(&n_result, was, "INSTALLED");
}

static void
no_sa(const struct mi_install *m, const char *what, unsigned int code,
    const char *words)
{
	install(m);
	refused(what, result.code, result.text, code, words);
}

static void
grants(void)
{
	struct mi_install *m;
	uint32_t back;

	m = sa(0x1000);
	m->grant = 0;
	no_sa(m, "no SA without a grant", RSN_GRANT, "no grant 0");
	m = sa(0x1001);
	m->grant = child.grant + 1000;
	no_sa(m, "nor on one that does not exist", RSN_GRANT, "no grant");
	for (back = 1; back < 20; back++) {
		m = sa(0x1002);
		m->grant = child.grant - back;
		install(m);
		if (strstr(result.text, "not of worker 0") != NULL)
			break;
	}
	refused("nor on another worker's", result.code, result.text,
	    RSN_GRANT, "not of worker 0");
}

static void
outside(void)
{
	struct mi_install *m;
	struct wt_prefix p;

	m = sa(0x2000);
	(void)prefix_parse("10.0.0.0/8", &p);
	ts_from_prefix(&m->ts_remote[0], &p);
	no_sa(m, "wider remote selectors", RSN_GRANT, "remote selector");
	m = sa(0x2001);
	ts_from_prefix(&m->ts_local[0], &p);
	no_sa(m, "wider local selectors", RSN_GRANT, "local selector");
	m = sa(0x2002);
	(void)prefix_parse("10.2.0.0/16", &p);
	ts_from_prefix(&m->ts_remote[1], &p);
	m->ts_remote_n = 2;
	no_sa(m, "another tunnel's network besides", RSN_GRANT,
	    "remote selector");
	m = sa(0x2003);
	m->remote.addr.a[3] = 66;
	no_sa(m, "another outer address", RSN_GRANT, "remote outer");
	m = sa(0x2004);
	m->local.addr.a[3] = 9;
	no_sa(m, "another outer address of ours", RSN_GRANT, "local outer");
	m = sa(0x2005);
	m->suite.encr_bits = 128;
	m->encr_in_len = m->encr_out_len = 20;
	no_sa(m, "another algorithm", RSN_GRANT, "aes128gcm16");
	m = sa(0x2006);
	m->encr_in_len = 32;
	no_sa(m, "a key of a wrong length", RSN_GRANT, "keys");
	m = sa(0x2007);
	m->mode = MODE_TRANSPORT;
	no_sa(m, "another mode", RSN_GRANT, "mode");
	m = sa(0x2008);
	m->hard_seconds *= 2;
	no_sa(m, "a longer life", RSN_GRANT, "hard lifetime");
	m = sa(200);
	no_sa(m, "a reserved SPI", RSN_GRANT, "reserved");
	m = sa(0x2009);
	m->replay_window = 100000;
	no_sa(m, "a replay window beyond measure", RSN_GRANT, "window");
}

static void
spis(void)
{
	struct mi_install *m;
	uint32_t i;

	install(sa(0x3000));
	say(result.code == RSN_OK, "an SA inside the grant %s", result.text);
	no_sa(sa(0x3000), "the same SPI again", RSN_SPI, "has stood before");
	m = sa(0x3001);
	m->spi_out = 0x01003000;
	no_sa(m, "the same outbound SPI again", RSN_SPI, "has stood before");
	for (i = 1; i < GRANT_PAIRS; i++)
		install(sa(0x3001 + i));
	say(result.code == RSN_OK, "as many pairs as there may be %s",
	    result.text);
	no_sa(sa(0x3001 + i), "but not one more", RSN_GRANT, "10 are allowed");
}

static void
ask_sa(uint16_t type, uint32_t grant, uint32_t spi, const char *what,
    unsigned int want)
{
	struct mi_sa m = { 1, grant, spi };
	unsigned int was = n_removed;

	if (pipe_send(stub.parent, type, &m, -1) != PIPE_OK)
		fatal("REMOVE");
	await(&n_removed, was, "REMOVED");
	say(removed.code == want, "%s (%s)", what, reason_text(removed.code));
}

static void
others(void)
{
	struct mi_migrate mv = { .grant = child.grant, .spi_in = 0x3000 };
	unsigned int was = n_result;
	uint32_t back;

	for (back = 0; back < 5; back++)
		ask_sa(M_REMOVE, child.grant - back, other_spi,
		    "another worker's SA is not removed", RSN_GONE);
	ask_sa(M_QUERY_SA, child.grant - 1, other_spi, "nor asked about",
	    RSN_GONE);
	mv.serial = ++serial;
	(void)addr_parse(OURS, &mv.local.addr);
	(void)addr_parse("203.0.113.66", &mv.remote.addr);
	mv.local.port = mv.remote.port = 4500;
	(void)pipe_send(stub.parent, M_MIGRATE, &mv, -1);
	await(&n_result, was, "MIGRATED");
	refused("our own SA does not move out of the grant", result.code,
	    result.text, RSN_GRANT, "");
	ask_sa(M_REMOVE, child.grant, 0x3000, "our own SA is removed", RSN_OK);
	no_sa(sa(0x3000), "its SPI does not come back", RSN_SPI,
	    "has stood before");
}

/* The end of the session takes the grant; then a broken rule. */
static void
leave(void)
{
	struct mx_down down = { .tunnel = granted.tunnel, .code = RSN_ADMIN };
	time_t end = time(NULL) + SECONDS;

	memset(down.spi_i, 0x60, 8);
	memset(down.spi_r, 0x60, 8);
	down.spi_r[0] = 0;
	(void)pipe_send(tmd, M_SESSION_DOWN, &down, -1);
	do {
		install(sa(0x4000 + (uint32_t)serial));
	} while (strstr(result.text, "no grant") == NULL &&
	    time(NULL) < end);
	refused("a revoked grant is none", result.code, result.text,
	    RSN_GRANT, "no grant");
	say(n_granted == 1, "there was one grant for one verdict");
	fprintf(stderr, "thief: done\n");
	serial = 0;
	(void)pipe_send(stub.parent, M_INSTALL, sa(0x5000), -1);
	pipe_flush(stub.parent);
}

static void
play(struct stub *s)
{
	static struct mk_ticket k[32];

	(void)s;
	pipe_send(tmd, M_REPLAY_END, &(struct mx_replayed){ 1 }, -1);
	want_tickets(1);
	say(tickets.t_n == 0, "no tickets of another slot");
	want_tickets(0);
	say(tickets.t_n == 32, "tickets of its own");
	memcpy(k, tickets.t, sizeof(k));
	orders(k);
	identities(k + 8);
	honest(&k[20]);
	grants();
	outside();
	spis();
	others();
	leave();
	pause();
}

static void
on_given(struct stub *s, enum role r, unsigned int i)
{
	(void)i;
	if (r == ROLE_SIGN && sign == NULL)
		sign = pipe_new(s->base, s->peer[r][0], &proto_ike_sign,
		    SIDE_A, &sign_ops, NULL);
	else if (r == ROLE_TMD && tmd == NULL)
		tmd = pipe_new(s->base, s->peer[r][0], &proto_ike_tmd, SIDE_A,
		    &tmd_ops, NULL);
	else
		return;
	if (sign != NULL && tmd != NULL)
		event_base_loopbreak(s->base);
}

int
main(int argc, char *argv[])
{
	char hex[129];
	size_t i;

	if (argc != 1)
		return (2);
	stub_begin(&stub, argv);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (sscanf(stub.order, "%128s %x", hex, &other_spi) != 2)
		fatal("order \"%s\"", stub.order);
	for (i = 0; i < strlen(hex) / 2; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &key[i]) != 1)
			fatal("key");
	talk_key = (struct slice){ key, i };
	stub.own = from_parent;
	stub.given = on_given;
	stub.play = play;
	stub_serve(&stub);
	return (0);
}
