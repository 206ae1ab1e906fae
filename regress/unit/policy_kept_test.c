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
 * tmd/policy/kept.c, kept_write.c: a load that does not read what is as it
 * was tells and writes what one that reads everything does, whatever is
 * changed; and it does leave out most.
 */

#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../tmd/policy/ke_here.h"
#include "../../tmd/policy/kept.h"
#include "../../tmd/policy/snapshots.h"
#include "log.h"
#include "roles.h"
#include "snap.h"

#define TUNNELS		24	/* at most */
#define FILES		3
#ifdef IKD_ASAN
#define EDITS		250
#else
#define EDITS		1000
#endif
#define CONSUMERS	8	/* with tmd-policy */

/* What is written: each tunnel in a file, beside what all files have. */
struct tunnel_text {
	int		 used;
	int		 file;
	char		 name[16];
	unsigned int	 peer;		/* its addresses and IDs */
	unsigned int	 net;		/* of its child */
	int		 six;		/* that is IPv6 */
	const char	*more;		/* lines */
	const char	*child;
	const char	*before;	/* a comment */
};

struct text {
	struct tunnel_text	 t[TUNNELS];
	const char		*top;
	const char		*bottom;
	int			 spoilt;	/* octets that are replaced */
	size_t			 at[4];
	char			 octet[4];
};

struct outcome {
	int		 ok;
	char		 told[16384];
	int		 fd[CONSUMERS];
	char		*state;
	size_t		 state_len;
	unsigned int	 reused;
	unsigned int	 read;		/* tunnels */
	int		 again;		/* begun anew */
	int		 known;		/* numbers were not read */
};

static char dir[] = "/tmp/policy_kept.XXXXXX";
static int dirfd_, userspace = 1;
static char *db;
static size_t db_len;
static uint32_t seed = 1;

static unsigned int
draw(unsigned int n)
{
	seed = seed * 1664525 + 1013904223;
	return ((seed >> 8) % n);
}

static void
write_file(const char *name, const char *p, size_t len)
{
	char path[128];
	FILE *fp;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_non_null(fp = fopen(path, "w"));
	assert_int_equal(fwrite(p, 1, len, fp), len);
	fclose(fp);
	assert_int_equal(chmod(path, 0600), 0);
}

static const char *const tops[] = { "", "# nothing\n",
	"defaults: { tunnel: { dpd: 10s } }\n",
	"policies:\n  ike:\n    p: { lifetime: 2h }\n",
	"policies:\n  ike:\n    p: { lifetime: 3h }\n",
	"ports: { ike: 1500, nat-t: 14500 }\n", "dataplane: kernel\n",
	"groups: { g: [fqdn:a.example] }\n", "psks: { fqdn:x.example: k0 }\n",
	"ports: { tcp: 4500 }\n", "listen: [192.0.2.1]\n" };
static const char *const bottoms[] = { "", "filters:\n  - dynamic\n",
	"filters:\n  - dynamic\n  - { action: permit, tunnel: t3 }\n",
	"filters:\n  - { action: deny, tunnel: t4, log: yes }\n",
	"filters:\n  - { name: a, action: permit, from: 10.8.0.0/24 }\n",
	"# the end\n", "\n\n  # of all\n", "workers: 2\n", "worker: 2\n" };
static const char *const mores[] = { "", "    start: manual\n",
	"    role: responder\n", "    role: initiator\n",
	"    note: \"a # note\"\n", "    # what for?\n    mobike: no\n",
	"    number: 7\n", "    number: 3\n", "    mark: 0x10/0xf0\n",
	"    interface: x1\n    if-id: 5\n",
	"    interface: x1\n    if-id: 6\n", "    mark: 5\n",
	"    interface: x2\n    if-id: 5\n", "    interface: x1\n",
	"    vrf: v1\n", "    vrf: v2\n    interface: x1\n",
	    "    policy: { lifetime: 10m }\n",
	"    policy: p\n", "    policy: q\n",
	"    policy: { proposals: [aes128gcm16-prfsha256-x25519] }\n",
	"    udp-encapsulation: force\n", "    pfs: maybe\n",
	"    dpd: { interval: 5s, action: clear }\n", "    note: |\n      x\n",
	"    note: 'it''s'\n", "    note: &a x\n", "    childless: no\n",
	"    tcp-encapsulation: fallback\n", "    resumption: yes\n",
	"    max-peers: 2\n", "    unique-id: keep\n\n",
	"    note: {\n    }\n", "    psk: k1\n" };
static const char *const children[] = { "", "protocol: tcp, ",
	"action: pass, ", "action: drop, ", "mark: 5, ", "start: trap, ",
	"vrf: v1, ", "vrf: v1, start: trap, ", "vrf: v2, interface: x3, ",
	"interface: x1, ", "interface: x1, if-id: 5, ",
	"mark: 0x10/0xf0, ", "mode: transport, action: pass, ",
	"mode: transport, ", "policy: { pfs: no }, ", "lokal: x, " };
static const char *const comments[] = { "", "  # one\n", "\n", "# at all\n" };

#define ANY(a)	((a)[draw(sizeof(a) / sizeof((a)[0]))])

static size_t
put_tunnel(char *p, size_t size, const struct tunnel_text *t)
{
	return ((size_t)snprintf(p, size, "%s  %s:\n"
	    "    local: { address: 192.0.2.1, id: \"fqdn:us.example\" }\n"
	    "    remote: { address: 192.0.2.%u, id: \"fqdn:p%u.example\" }\n"
	    "%s%s    children: { c: { %slocal: %s, remote: \"%s%u%s\" } }\n",
	    t->before, t->name, t->peer + 2, t->peer,
	    strstr(t->more, "psk:") == NULL ? "    psk: k0\n" : "", t->more,
	    t->child, t->six ? "\"fd00::9\"" : "10.9.0.1",
	    t->six ? "fd00:8::" : "10.8.", t->net, t->six ? "" : ".1"));
}

/* All files; some octets are others. */
static void
write_text(const struct text *x)
{
	static const char *const names[FILES] = { "ikd.yaml", "conf.d/1.yaml",
		"conf.d/2.yaml" };
	static char buf[65536];
	size_t n;
	int f, i, any;

	for (f = 0; f < FILES; f++) {
		n = (size_t)snprintf(buf, sizeof(buf), "%s%s",
		    f == 0 ? x->top : "", f == 0 ? "include: conf.d/*.yaml\n" :
		    "");
		for (i = any = 0; i < TUNNELS; i++) {
			if (!x->t[i].used || x->t[i].file != f)
				continue;
			if (!any++)
				n += (size_t)snprintf(buf + n, sizeof(buf) - n,
				    "tunnels:\n");
			n += put_tunnel(buf + n, sizeof(buf) - n, &x->t[i]);
		}
		if (f == 0)
			n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s",
			    x->bottom);
		for (i = 0; i < x->spoilt && f == 0; i++)
			buf[x->at[i] % n] = x->octet[i];
		write_file(names[f], buf, n);
	}
}

static void
new_tunnel(struct text *x, int i)
{
	struct tunnel_text *t = &x->t[i];

	memset(t, 0, sizeof(*t));
	t->used = 1;
	t->file = (int)draw(FILES);
	snprintf(t->name, sizeof(t->name), "t%d", i);
	t->peer = t->net = (unsigned int)i;
	t->more = mores[draw(2)];
	t->child = t->before = "";
}

static void
lose_database(void)
{
	free(db);
	db = NULL;
	db_len = 0;
}

/* A change, mostly of one tunnel, mostly one that is allowed. */
static void
edit(struct text *x)
{
	static const char octets[] = " \n:#-{}[]'\"&*|,ax0\t%";
	unsigned int i = draw(TUNNELS), k = draw(TUNNELS);
	struct tunnel_text *t = &x->t[i], was = *t;

	switch (draw(17)) {
	case 0:
		new_tunnel(x, (int)i);
		break;
	case 1:
		t->used = draw(4) != 0;
		break;
	case 2:
	case 3:
		t->more = ANY(mores);
		break;
	case 4:
		t->child = ANY(children);
		break;
	case 5:
		t->before = ANY(comments);
		break;
	case 6:
		t->peer = draw(TUNNELS);
		break;
	case 7:
		t->net = draw(3) == 0 ? k : i + TUNNELS;
		break;
	case 8:
		*t = x->t[k];
		x->t[k] = was;
		break;
	case 9:
		snprintf(t->name, sizeof(t->name), "%c%u", "tuv"[draw(3)],
		    draw(TUNNELS));
		break;
	case 10:
		t->file = (int)draw(FILES);
		break;
	case 11:
		x->top = ANY(tops);
		break;
	case 12:
		x->bottom = ANY(bottoms);
		break;
	case 13:
		x->spoilt = 1 + (int)draw(3);
		for (i = 0; i < 4; i++) {
			x->at[i] = draw(65536);
			x->octet[i] = octets[draw(sizeof(octets) - 1)];
		}
		break;
	case 14:
		if (draw(4) == 0)
			userspace = !userspace;
		break;
	case 15:
		t->six = !t->six;
		break;
	default:
		if (draw(4) == 0)
			write_file("psk/k1", "secret\n", draw(2) * 7);
		else if (draw(4) == 0)
			lose_database();
		else
			x->spoilt = 0;
	}
}

static void
tell(struct outcome *o, const struct problems *ps)
{
	char line[1024];
	size_t i, n = 0;

	n += (size_t)snprintf(o->told, sizeof(o->told), "%u %u\n", ps->errors,
	    ps->warnings);
	for (i = 0; i < ps->n && n < sizeof(o->told); i++)
		n += (size_t)snprintf(o->told + n, sizeof(o->told) - n,
		    "%d %s\n%s\n%u\n", ps->v[i].warning,
		    problem_line(&ps->v[i], line, sizeof(line)),
		    ps->v[i].source, ps->v[i].caret);
}

static void
write_all(struct outcome *o, struct load *l)
{
	char *state;
	int i;

	kept_begin(l);
	for (i = 0; snapshot_consumers[i] != ROLE_NONE; i++)
		o->fd[i] = snapshot_write(&l->po, snapshot_consumers[i], 5);
	assert_int_equal(i, CONSUMERS - 1);
	state = load_state(l, db, db_len, &o->state_len);
	if (state != NULL) {
		o->state = malloc(o->state_len);
		memcpy(o->state, state, o->state_len);
	}
	o->fd[i] = kept_write(l, 5);
}

/* What the load that was accepted wrote; the last: for the next of its kind. */
static void
load_with(struct outcome *o, const int *held, int kept)
{
	int left[ROLE_MAX];
	struct kept *k = NULL;
	struct load l;
	char path[128];
	int i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < CONSUMERS; i++)
		o->fd[i] = -1;
	load_init(&l, dirfd_, "DIR");
	l.userspace = userspace;
	for (i = 0; i < ROLE_MAX; i++)
		left[i] = -1;
	for (i = 0; held != NULL && i < CONSUMERS - 1; i++)
		left[snapshot_consumers[i]] = held[i];
	if (kept != -1)
		k = l.kept = kept_open(&l.arena, kept, left);
	load_database(&l, db, db_len, NULL, 0);
	snprintf(path, sizeof(path), "%s/ikd.yaml", dir);
	o->ok = load_file(&l, path, "ikd.yaml", 1);
	o->reused = l.lim.reused;
	o->again = k != NULL && l.kept == NULL;
	o->read = l.po.ntunnels;
	o->known = l.later.p != NULL && l.numbers.v == NULL;
	tell(o, &l.ps);
	if (o->ok)
		write_all(o, &l);
	kept_close(k);
	load_free(&l);
}

static void
load(struct outcome *o, const int *held)
{
	load_with(o, held, held != NULL ? held[CONSUMERS - 1] : -1);
}

static void
drop(struct outcome *o)
{
	int i;

	for (i = 0; i < CONSUMERS; i++)
		if (o->fd[i] != -1)
			close(o->fd[i]);
	free(o->state);
}

static void
same_octets(int a, int b, int which)
{
	const char *why, *p, *q;
	size_t n, m;

	if (a == -1 && b == -1)
		return;
	p = memfd_map(a, SNAP_MAX, &n, &why);
	q = memfd_map(b, SNAP_MAX, &m, &why);
	if (p == NULL || q == NULL || n != m || memcmp(p, q, n) != 0)
		fail_msg("snapshot %d differs", which);
	munmap((void *)(uintptr_t)p, n);
	munmap((void *)(uintptr_t)q, m);
}

static void
same(const struct outcome *a, const struct outcome *b)
{
	int i;

	assert_string_equal(a->told, b->told);
	assert_int_equal(a->ok, b->ok);
	for (i = 0; i < CONSUMERS; i++)
		same_octets(a->fd[i], b->fd[i], i);
	assert_int_equal(a->state_len, b->state_len);
	assert_int_equal(a->state != NULL, b->state != NULL);
	if (a->state != NULL)
		assert_memory_equal(a->state, b->state, a->state_len);
}

static void
hold_none(int *held)
{
	int i;

	for (i = 0; i < CONSUMERS; i++)
		held[i] = -1;
}

static void
drop_held(int *held)
{
	int i;

	for (i = 0; i < CONSUMERS; i++)
		if (held[i] != -1)
			close(held[i]);
}

/* The one is accepted: what it leaves is for the next. */
static void
accept_it(struct outcome *o, int *held)
{
	int i;

	for (i = 0; i < CONSUMERS; i++) {
		if (held[i] != -1)
			close(held[i]);
		held[i] = o->fd[i];
		o->fd[i] = -1;
	}
	if (o->state != NULL) {
		free(db);
		db = o->state;
		db_len = o->state_len;
		o->state = NULL;
	}
}

static void
start(struct text *x)
{
	int i;

	memset(x, 0, sizeof(*x));
	x->top = x->bottom = "";
	for (i = 0; i < TUNNELS; i++)
		new_tunnel(x, i);
	userspace = 1;
	lose_database();
	write_file("psk/k1", "secret\n", 7);
}

/* A first load, of which all is kept. */
static void
begin(struct text *x, int *held)
{
	struct outcome a;

	write_text(x);
	load(&a, NULL);
	assert_int_equal(a.ok, 1);
	accept_it(&a, held);
	drop(&a);
}

/* The same with what is kept and without; is it accepted? */
static int
both_ways(struct text *x, int *held)
{
	struct outcome a, b;
	int ok;

	write_text(x);
	load(&a, held);
	load(&b, NULL);
	same(&a, &b);
	ok = a.ok;
	drop(&a);
	drop(&b);
	return (ok);
}

static void
test_edits(void **state)
{
	unsigned int i, good = 0, reused = 0, left = 0, read = 0, again = 0;
	unsigned int known = 0;
	struct outcome a, b;
	struct text x, was;
	int held[CONSUMERS];

	(void)state;
	hold_none(held);
	start(&x);
	was = x;
	for (i = 0; i < EDITS; i++) {
		if (i % 500 == 0) {
			start(&x);
			userspace = i % 1000 == 0;
			was = x;
		}
		write_text(&x);
		load(&a, held);
		load(&b, NULL);
		same(&a, &b);
		reused += a.reused;
		left += a.reused > 0;
		again += a.again;
		known += a.known && a.reused > 0;
		read += a.reused > 0 ? a.read : 0;
		if (a.ok) {
			good++;
			accept_it(&a, held);
			if (strncmp(b.told, "0 0\n", 4) == 0)
				was = x;
		}
		drop(&a);
		drop(&b);
		if (draw(3) == 0 || !a.ok)
			x = was;
		edit(&x);
	}
	drop_held(held);
	print_message("# %u of %u good, %u with what was kept, %u with numbers "
	    "too: %u tunnels left out, %u read; %u begun anew\n", good, i,
	    left, known, reused, read, again);
	assert_true(good > EDITS / 4 && left > EDITS / 8);
	assert_true(again > EDITS / 50 && reused > read);
	assert_true(known > EDITS / 50 && known < left);
}

/* One tunnel of all is changed: it alone is read. */
static void
test_one(void **state)
{
	struct outcome a, b;
	struct text x;
	int held[CONSUMERS];

	(void)state;
	hold_none(held);
	start(&x);
	write_text(&x);
	load(&a, NULL);
	assert_int_equal(a.ok, 1);
	assert_int_equal(a.read, TUNNELS);
	accept_it(&a, held);
	drop(&a);
	x.t[5].more = "    childless: no\n";
	x.t[0].before = "# all lines are others now\n";
	x.t[0].file = 0;
	write_text(&x);
	load(&a, held);
	load(&b, NULL);
	same(&a, &b);
	assert_int_equal(a.ok, 1);
	assert_int_equal(a.known, 1);
	assert_in_range(a.read, 1, 3);
	assert_int_equal(a.reused, TUNNELS - a.read);
	drop(&a);
	drop(&b);
	drop_held(held);
}

/* What is read meets what is not, by a lane of its own. */
static void
test_lanes(void **state)
{
	int held[CONSUMERS];
	struct text x;

	(void)state;
	hold_none(held);
	start(&x);
	userspace = 0;
	x.t[4].six = x.t[6].six = 1;
	x.t[6].net = x.t[4].net + 1;
	begin(&x, held);
	x.t[6].child = "vrf: v1, ";
	assert_int_equal(both_ways(&x, held), 1);
	/* The other's IPv6 packets would go through the VRF's tunnel. */
	x.t[6].net = x.t[4].net;
	assert_int_equal(both_ways(&x, held), 0);
	x.t[6].child = "interface: x1, ";
	assert_int_equal(both_ways(&x, held), 1);
	drop_held(held);
}

/* What another program left, or nobody, is of no use and no harm. */
static void
test_unsound(void **state)
{
	struct outcome a, b;
	struct text x;
	const char *why;
	uint8_t *p;
	size_t n, i;
	int held[CONSUMERS], fd;

	(void)state;
	hold_none(held);
	start(&x);
	write_text(&x);
	load(&a, NULL);
	accept_it(&a, held);
	drop(&a);
	load(&b, NULL);
	for (i = 0; i < 3000; i++) {
		const uint8_t *q = memfd_map(held[CONSUMERS - 1],
		    SNAP_MAX, &n, &why);

		p = malloc(n);
		memcpy(p, q, n);
		munmap((void *)(uintptr_t)q, n);
		/* Lengths and kinds, not the text and what came of it. */
		p[i < 200 ? i : draw((unsigned int)n)] ^= (uint8_t)(1U <<
		    draw(8));
		fd = memfd_sealed("unsound", p, i % 7 == 0 ? draw(
		    (unsigned int)n) + 1 : n);
		free(p);
		load_with(&a, held, fd);
		assert_int_equal(a.ok, 1);
		drop(&a);
		close(fd);
	}
	drop(&b);
	drop_held(held);
}

static int
make_dir(void **state)
{
	char path[128];

	(void)state;
	log_init("test", LOG_L_ERROR);
	ke_here_warm();
	if (mkdtemp(dir) == NULL)
		return (-1);
	snprintf(path, sizeof(path), "%s/conf.d", dir);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/psk", dir);
	(void)mkdir(path, 0700);
	write_file("psk/k0", "secret\n", 7);
	dirfd_ = open(dir, O_RDONLY | O_DIRECTORY);
	return (dirfd_ == -1 ? -1 : 0);
}

static int
drop_dir(void **state)
{
	static const char *const names[] = { "conf.d/1.yaml", "conf.d/2.yaml",
		"conf.d", "psk/k0", "psk/k1", "psk", "ikd.yaml", "" };
	char path[128];
	size_t i;

	(void)state;
	close(dirfd_);
	free(db);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (unlink(path) == -1)
			(void)rmdir(path);
	}
	return (0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_lanes),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_unsound),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, make_dir, drop_dir));
}
