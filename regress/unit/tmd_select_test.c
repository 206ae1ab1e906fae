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
 * Selections: words of ikectl to tunnels and children.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tmd_help.h"

#include "../../tmd/here.h"
#include "../../tmd/select.h"
#include "../../tmd/sess.h"

static struct policy	*pol;
static struct targets	 ts;
static char		 err[256];

static int
setup(void **state)
{
	static const char *const names[] = { "boston", "VPN Lyon", "v1.2" };
	struct sn_tunnel t;
	uint32_t i;

	(void)state;
	pol = help_policy(1);
	for (i = 0; i < 3; i++) {
		help_tunnel(&t, i + 1, names[i], TS_START_ANSWER);
		help_add(pol, &t, 2);
		tunnel_new(snapshot_tunnel(pol, i + 1), 1);
	}
	return (0);
}

static int
teardown(void **state)
{
	struct tunnel *t;

	(void)state;
	while ((t = tunnel_next(NULL)) != NULL)
		tunnel_free(t);
	snapshot_free(pol);
	return (0);
}

static void
assert_word(const char *s, uint32_t number, uint32_t child, const char *name,
    const char *child_name)
{
	struct select_word w;

	assert_null(select_parse(s, strlen(s), &w));
	assert_int_equal(w.number, number);
	assert_int_equal(w.child, child);
	assert_string_equal(w.name, name);
	assert_string_equal(w.child_name, child_name);
}

static void
test_words(void **state)
{
	struct select_word	w;
	char			longname[200];

	(void)state;
	assert_word("boston", 0, 0, "boston", "");
	assert_word("12", 12, 0, "", "");
	assert_word("1.2", 1, 2, "", "");
	assert_word("boston/lan", 0, 0, "boston", "lan");
	assert_word("3/lan", 3, 0, "", "lan");
	assert_word(" VPN Boston ", 0, 0, "VPN Boston", "");
	assert_word("4294967295", 4294967295U, 0, "", "");
	assert_word("v1.2", 0, 0, "v1.2", "");
	/* What is no number is a name. */
	assert_word("4294967296", 0, 0, "4294967296", "");
	assert_word("0", 0, 0, "0", "");
	assert_word("1.0", 0, 0, "1.0", "");
	assert_word("1.2.3", 0, 0, "1.2.3", "");
	assert_non_null(select_parse("", 0, &w));
	assert_non_null(select_parse("   ", 3, &w));
	assert_non_null(select_parse("/lan", 4, &w));
	assert_non_null(select_parse("boston/", 7, &w));
	assert_non_null(select_parse("a/b/c", 5, &w));
	memset(longname, 'x', sizeof(longname));
	assert_null(select_parse(longname, 64, &w));
	assert_non_null(select_parse(longname, 65, &w));
	longname[1] = '/';
	assert_non_null(select_parse(longname, 67, &w));
}

static void
ask(struct mq_request *m, const char *arg, const char *opt, const char *value)
{
	memset(m, 0, sizeof(*m));
	if (arg != NULL) {
		strlcpy(m->args[0].w, arg, sizeof(m->args[0].w));
		m->args_n = 1;
	}
	if (opt != NULL) {
		strlcpy(m->opts[0].k, opt, sizeof(m->opts[0].k));
		strlcpy(m->opts[0].v, value, sizeof(m->opts[0].v));
		m->opts_n = 1;
	}
}

static void
assert_targets(const char *arg, const char *opt, const char *value, size_t n,
    uint32_t tunnel, uint32_t child)
{
	static struct mq_request m;

	ask(&m, arg, opt, value);
	if (select_targets(&m, 0, &ts, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	assert_int_equal(ts.n, n);
	assert_int_equal(ts.v[0].tunnel, tunnel);
	assert_int_equal(ts.v[0].child, child);
	select_free(&ts);
}

static void
test_resolve(void **state)
{
	(void)state;
	assert_targets("boston", NULL, NULL, 1, 1, 0);
	assert_targets("2", NULL, NULL, 1, 2, 0);
	assert_targets("v1.2", NULL, NULL, 1, 3, 0);
	assert_targets("1.2", NULL, NULL, 1, 1, 2);
	assert_targets("boston/net2", NULL, NULL, 1, 1, 2);
	assert_targets("VPN Lyon/1", NULL, NULL, 1, 2, 1);
	assert_targets("3,boston,3,3.1", NULL, NULL, 3, 3, 0);
	assert_targets(NULL, "all", "yes", 3, 1, 0);
	assert_targets(NULL, "remote-id", "fqdn:peer2.example.com", 1, 2, 0);
	assert_targets(NULL, "address", "192.0.2.1", 3, 1, 0);
	assert_targets(NULL, "address", "192.0.2.1,198.51.100.3", 1, 3, 0);
}

/* An address that the policy leaves open is one of ours, or a session's. */
static void
test_address(void **state)
{
	const char		*text[] = { "192.0.2.1", "203.0.113.5" };
	struct sn_tunnel	*cf = (struct sn_tunnel *)(uintptr_t)
				    &tunnel_find(3)->pol->cf;
	struct mt_here		 here;
	struct session		*s;
	uint8_t			 ticket[TICKET_LEN] = { 7 };
	static struct mq_request m;
	size_t			 i;

	(void)state;
	memset(cf->local, 0, sizeof(cf->local));
	cf->local[0].addr.af = 4;
	cf->local_n = 1;
	memset(&here, 0, sizeof(here));
	for (i = 0; i < 2; i++) {
		assert_int_equal(addr_parse(text[i], &here.net[i].addr), 0);
		here.net[i].plen = 24;
	}
	here.net_n = 2;
	assert_int_equal(here_told(&here), 1);
	assert_targets(NULL, "address", "203.0.113.5", 1, 3, 0);
	assert_targets(NULL, "address", "192.0.2.1", 3, 1, 0);
	assert_targets(NULL, "address", "203.0.113.5,198.51.100.3", 1, 3, 0);
	ask(&m, NULL, "address", "172.30.30.30");
	assert_int_equal(select_targets(&m, 0, &ts, err, sizeof(err)), -1);
	/* Of one that is up there is no doubt. */
	s = sess_new(tunnel_find(3), ticket, ticket, ticket);
	s->state = SS_UP;
	help_sock(&s->local, "203.0.113.5", 500);
	help_sock(&s->remote, "198.51.100.99", 500);
	assert_targets(NULL, "address", "192.0.2.1", 2, 1, 0);
	assert_targets(NULL, "address", "203.0.113.5,198.51.100.99", 1, 3, 0);
	s->state = SS_GRANTED;
	sess_free(s);
}

static void
assert_refused(const char *arg, const char *opt, const char *value,
    const char *text)
{
	static struct mq_request m;

	ask(&m, arg, opt, value);
	assert_int_equal(select_targets(&m, 0, &ts, err, sizeof(err)), -1);
	assert_string_equal(err, text);
	assert_int_equal(ts.n, 0);
}

static void
test_refuse(void **state)
{
	static struct mq_request m;

	(void)state;
	assert_refused("bostn", NULL, NULL,
	    "no tunnel \"bostn\"; nearest is \"boston\"");
	assert_refused("zzzzzzzz", NULL, NULL, "no tunnel \"zzzzzzzz\"");
	assert_refused("9", NULL, NULL, "no tunnel 9");
	assert_refused("boston,9", NULL, NULL, "no tunnel 9");
	assert_refused("1.7", NULL, NULL, "tunnel boston (1) has no child 7");
	assert_refused("boston/ne1", NULL, NULL,
	    "no child \"ne1\"; nearest is \"net1\"");
	assert_refused(",", NULL, NULL, "an empty name");
	assert_refused(NULL, NULL, NULL, "which tunnel?");
	assert_refused(NULL, "address", "nonsense",
	    "\"nonsense\" is not LOCAL[,REMOTE]");
	assert_refused(NULL, "remote-id", "fqdn:x.example",
	    "no tunnel fits fqdn:x.example");
	ask(&m, NULL, NULL, NULL);
	assert_int_equal(select_targets(&m, 1, &ts, err, sizeof(err)), 0);
	assert_int_equal(ts.n, 3);
	select_free(&ts);
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(select_distance("boston", "boston"), 0);
	assert_int_equal(select_distance("Boston", "boston"), 0);
	assert_int_equal(select_distance("bostn", "boston"), 1);
	assert_int_equal(select_distance("", "boston"), 6);
	assert_int_equal(select_distance("kitten", "sitting"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test_setup_teardown(test_resolve, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_address, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_refuse, setup, teardown),
		cmocka_unit_test(test_distance),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
