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
 * tmd/policy/db_image.c, db.c, db_edit.c, yaml_print.c: the database file cut
 * and corrupted anywhere, and every edit of its objects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tmd/policy/db_image.h"
#include "../../tmd/policy/include.h"
#include "../../tmd/policy/load.h"
#include "../../tmd/policy/yaml_print.h"

static struct arena arena;

static char *
image(const char *numbers, const char *objects, size_t *len)
{
	struct db_image im = { numbers, strlen(numbers), objects,
	    strlen(objects) };

	return (db_image_write(&arena, &im, len));
}

static void
pick(const char *now, size_t now_len, const char *old, size_t old_len,
    const char *objects, int warned)
{
	const char *warn, *why;
	struct db_image im;

	why = db_image_pick(&arena, now, now_len, old, old_len, &im, &warn);
	assert_null(why);
	assert_int_equal(warn != NULL, warned);
	assert_int_equal(im.objects_len, strlen(objects));
	assert_memory_equal(im.objects, objects, im.objects_len);
}

/* The state is after, or before and says so; never between. */
static void
test_cut(void **state)
{
	static const char was[] = "tunnels: {}\n", is[] = "psks: { a: b }\n";
	size_t now_len, old_len, i;
	char *now = image("1 a\n2 b\n", is, &now_len), *torn;
	char *old = image("1 a\n", was, &old_len);
	int bit;

	(void)state;
	pick(NULL, 0, NULL, 0, "", 0);
	pick(now, now_len, NULL, 0, is, 0);
	pick(now, now_len, old, old_len, is, 0);
	pick(NULL, 0, old, old_len, was, 1);
	for (i = 0; i < now_len; i++)
		pick(now, i, old, old_len, was, 1);
	torn = arena_alloc(&arena, now_len + 1);
	for (i = 0; i <= now_len; i++) {
		/* The end never came to the disk; or what was there stands. */
		memset(torn, 0, now_len);
		memcpy(torn, now, i);
		pick(torn, now_len, old, old_len, i < now_len ? was : is,
		    i < now_len);
	}
	for (i = 0; i < now_len; i++)
		for (bit = 0; bit < 8; bit++) {
			memcpy(torn, now, now_len);
			torn[i] ^= (char)(1 << bit);
			pick(torn, now_len, old, old_len, was, 1);
		}
	memcpy(torn, now, now_len);
	torn[now_len] = '\n';
	pick(torn, now_len + 1, old, old_len, was, 1);
}

static void
test_both_bad(void **state)
{
	const char *warn, *why;
	struct db_image im;

	(void)state;
	why = db_image_pick(&arena, "x", 1, NULL, 0, &im, &warn);
	assert_non_null(why);
	why = db_image_pick(&arena, "x", 1, "y", 1, &im, &warn);
	assert_non_null(strstr(why, "nor can \"database.old\": it is cut off"));
	assert_null(warn);
}

static const char file[] = "policies: { ike: { filed: { lifetime: 2h } } }\n"
    "tunnels:\n  filed: { remote: 10.0.0.1, psk: x }\n";
static const char *files = file;

/* One edit: the database after it, or the problems when there are some. */
static const char *
edit(const char *objects, unsigned int how, const char *object,
    const char *item, const char *text)
{
	static char out[2048];
	struct wt_change c = { .how = (uint8_t)how };
	struct load l;
	size_t i, n = 0;

	load_init(&l, -1, ".");
	l.objects = objects;
	l.objects_len = strlen(objects);
	strlcpy(c.object, object, sizeof(c.object));
	c.up = item != NULL && item[0] == '^';
	if (item != NULL)
		strlcpy(c.item, item + c.up, sizeof(c.item));
	strlcpy(c.file, "put.yaml", sizeof(c.file));
	l.change = &c;
	l.text = text != NULL ? text : "";
	l.text_len = strlen(l.text);
	out[0] = '\0';
	if (load_text(&l, "ikd.yaml", "ikd.yaml", files, strlen(files)))
		snprintf(out, sizeof(out), "%.*s", (int)l.po.objects_len,
		    l.po.objects);
	else
		for (i = 0; i < l.ps.n; i++) {
			problem_line(&l.ps.v[i], out + n, sizeof(out) - n);
			n += strlen(out + n);
		}
	load_free(&l);
	return (out);
}

#define ONE	"tunnels:\n  one:\n    remote: 10.0.0.9\n    psk: x\n"
#define MODERN	"policies:\n  ike:\n    modern:\n      proposals: "

static void
test_put(void **state)
{
	(void)state;
	assert_string_equal(edit("", CHANGE_PUT, "tunnels/one", NULL,
	    "remote: 10.0.0.9\npsk: x\n"), ONE);
	/* In the place of what was there. */
	assert_string_equal(edit(ONE "  two:\n    remote: 10.0.0.2\n"
	    "    psk: y\n", CHANGE_PUT, "tunnels/one", NULL,
	    "{ remote: 10.0.0.5, psk: x }"),
	    "tunnels:\n  one:\n    remote: 10.0.0.5\n    psk: x\n"
	    "  two:\n    remote: 10.0.0.2\n    psk: y\n");
	/* Several at once, one by the name of another. */
	assert_string_equal(edit(ONE, CHANGE_PUT, "", NULL,
	    "policies: { ike: { modern: { lifetime: 1h } } }\n"
	    "tunnels: { a b: { remote: 10.0.0.3, psk: x, policy: modern } }"),
	    ONE "  \"a b\":\n    remote: 10.0.0.3\n    psk: x\n"
	    "    policy: modern\n"
	    "policies:\n  ike:\n    modern:\n      lifetime: 1h\n");
}

static void
test_put_refused(void **state)
{
	(void)state;
	assert_string_equal(edit("", CHANGE_PUT, "tunnels/one", NULL,
	    "remote: 10.0.0.9\npsk: x\nrol: both\n"), "put.yaml:3:1: unknown "
	    "key \"rol\" in tunnel \"one\"; did you mean \"role\"?");
	assert_string_equal(edit("", CHANGE_PUT, "tunnels/one", NULL,
	    "remote: [\n"), "put.yaml:2:1: YAML: did not find expected node "
	    "content");
	assert_string_equal(edit("", CHANGE_PUT, "tunnels/filed", NULL,
	    "{ remote: 10.0.0.9, psk: x }"), "put.yaml:1:1: \"filed\" is in "
	    "ikd.yaml, line 3: the database cannot have it too");
	assert_string_equal(edit("", CHANGE_PUT, "", NULL, "workers: 3\n"),
	    "put.yaml:1:1: \"workers\" is set in the policy file: the "
	    "database has tunnels, policies, groups, authorities, psks and "
	    "filters");
	assert_string_equal(edit("", CHANGE_PUT, "", NULL, "tunnel: 3\n"),
	    "put.yaml:1:1: the database has no \"tunnel\"; did you mean "
	    "\"tunnels\"?");
	assert_string_equal(edit("", CHANGE_PUT, "", NULL, "tunnels: 3\n"),
	    "put.yaml:1:10: \"tunnels\" must be a map of names");
	assert_string_equal(edit("", CHANGE_PUT, "", NULL, ""),
	    "put.yaml: there is nothing in it to put");
	assert_string_equal(edit("", CHANGE_PUT, "tunnels", NULL, "a: b"),
	    "tunnels: which one? say tunnels/NAME");
	assert_string_equal(edit("", CHANGE_PUT, "tunnels/a/b", NULL,
	    "remote: 10.0.0.2\npsk: x\n"), "put.yaml:1:1: tunnel \"a/b\": "
	    "a name has no \"/\" and no \",\"");
	/* The database does not fit the file any more. */
	assert_string_equal(edit("tunnels: { filed: {} }", CHANGE_NONE, "",
	    NULL, NULL), "database:1:12: \"filed\" is in ikd.yaml, line 3: "
	    "the database cannot have it too");
}

static void
test_delete(void **state)
{
	(void)state;
	assert_string_equal(edit(ONE "  two:\n    remote: 10.0.0.2\n"
	    "    psk: y\n", CHANGE_DELETE, "tunnels/two", NULL, NULL), ONE);
	assert_string_equal(edit(ONE, CHANGE_DELETE, "tunnels/one", NULL,
	    NULL), "");
	assert_string_equal(edit(ONE MODERN "[ aes256-sha256-x25519 ]\n",
	    CHANGE_DELETE, "policies/ike/modern", NULL, NULL), ONE);
	assert_string_equal(edit(ONE, CHANGE_DELETE, "tunnels/on", NULL,
	    NULL), "tunnels/on: the database has no such object; did you "
	    "mean \"one\"?");
	assert_string_equal(edit(ONE, CHANGE_DELETE, "tunnels/filed", NULL,
	    NULL), "tunnels/filed is from ikd.yaml:3, not from the database: "
	    "edit the file, then ikectl reload");
	/* Something still needs it. */
	assert_string_equal(edit(ONE "    policy: modern\n" MODERN
	    "[ aes256-sha256-x25519 ]\n", CHANGE_DELETE,
	    "policies/ike/modern", NULL, NULL),
	    "database:5:13: policy \"modern\" is not defined");
}

static void
test_move(void **state)
{
	static const char three[] = MODERN "[ aes256-sha256-x25519, "
	    "aes192-sha256-x25519, aes128-sha256-x25519 ]\n";

	(void)state;
	assert_string_equal(edit(three, CHANGE_MOVE, "policies/ike/modern",
	    "^aes192-sha256-x25519", NULL), MODERN "[ aes192-sha256-x25519, "
	    "aes256-sha256-x25519, aes128-sha256-x25519 ]\n");
	assert_string_equal(edit(three, CHANGE_MOVE, "policies/ike/modern",
	    "2", NULL), MODERN "[ aes256-sha256-x25519, "
	    "aes128-sha256-x25519, aes192-sha256-x25519 ]\n");
	assert_string_equal(edit(three, CHANGE_MOVE, "policies/ike/modern",
	    "^1", NULL), "policies/ike/modern: \"1\" is the first already");
	assert_string_equal(edit(three, CHANGE_MOVE, "policies/ike/modern",
	    "3", NULL), "policies/ike/modern: \"3\" is the last already");
	assert_string_equal(edit(three, CHANGE_MOVE, "policies/ike/modern",
	    "4", NULL), "policies/ike/modern: the database has no \"4\" "
	    "there");
	assert_string_equal(edit(ONE, CHANGE_MOVE, "tunnels/one", "^1", NULL),
	    "tunnels/one has no list of children to be put into order");
	assert_string_equal(edit("tunnels: { one: { remote: 10.0.0.9, psk: x, "
	    "children: { a: { remote: 10.1.0.0/16 }, b: { remote: "
	    "10.2.0.0/16 } } } }", CHANGE_MOVE, "tunnels/one", "^b", NULL),
	    ONE "    children:\n      b:\n        remote: 10.2.0.0/16\n"
	    "      a:\n        remote: 10.1.0.0/16\n");
}

#define LONG	"\"1234567890123456789012345678901234567890\""
#define LONG_LIST	"a: [ " LONG ", " LONG " ]\n"

/* What is printed reads back to what prints the same. */
static void
test_print(void **state)
{
	static const char *const texts[] = {
		"a: { b: [], c: {}, d: , e: \"\" }\n",
		"a: [ x, \"y, z\", { n: \"it's\", m: [ 1, 2 ] }, [ p, q ] ]\n",
		"\"\": \"\\\"\\\\ \\u2028 \\u00e9\"\n\"a: b\": \"- x\"\n",
		"a:\n-\n- b\nd: 10.0.0.0/8,fd00::/8\n",
		LONG_LIST,
		"a: ::1\nb: fqdn:*.x\nc: '%'\nd: a:b\ne: a::b\nf: x#y\n",
	};
	struct tree_limits lim = { .nodes = 1000 };
	struct problems ps = { .arena = &arena };
	struct load l;
	struct node *n;
	char *one, *two;
	size_t i, len;

	(void)state;
	load_init(&l, -1, ".");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		n = yaml_tree(&arena, include_source(&l, "t", "t", texts[i],
		    strlen(texts[i])), &lim, &ps);
		if (n == NULL)
			fail_msg("%s: %s", texts[i], ps.v[0].text);
		one = yaml_print(n, &len);
		n = yaml_tree(&arena, include_source(&l, "t", "t", one, len),
		    &lim, &ps);
		if (n == NULL)
			fail_msg("%s: %s", one, ps.v[0].text);
		two = yaml_print(n, &len);
		assert_string_equal(one, two);
		free(one);
		free(two);
	}
	load_free(&l);
	problems_free(&ps);
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return (0);
}

static const char rules[] = "filters:\n  -\n    action: deny\n"
    "    protocol: tcp\n    name: a\n";

/* Keys of one rule, and the log of one that is in the file. */
static void
test_set(void **state)
{
	(void)state;
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters/a", NULL,
	    "{ protocol: udp, at: 3 }"), "protocol: udp"));
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters/a", NULL,
	    "{ protocol: udp, at: 3 }"), "at: 3"));
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters/dynamic",
	    NULL, "{ log: yes }"), "name: dynamic"));
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters/b", NULL,
	    "{ log: yes }"), "filters/b: the database has no such object"));
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters/a", NULL,
	    "{ protcol: udp }"), "did you mean \"protocol\""));
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters/a", NULL,
	    "[1]"), "map"));
	assert_non_null(strstr(edit(ONE, CHANGE_SET, "tunnels/one", NULL,
	    "{ psk: y }"), "put it anew"));
	assert_non_null(strstr(edit(rules, CHANGE_SET, "filters", NULL,
	    "{ log: yes }"), "put it anew"));
}

#define NAMELESS	"filters:\n  -\n    action: deny\n    protocol: udp\n"

static const char with_rules[] = "filters:\n"
    "  - { action: permit, protocol: tcp }\n  - dynamic\n"
    "tunnels:\n  filed: { remote: 10.0.0.1, psk: x }\n";

/* A number is that of `db get`: the files' rules stand before ours. */
static void
test_numbers(void **state)
{
	(void)state;
	files = with_rules;
	assert_string_equal(edit(NAMELESS, CHANGE_DELETE, "filters/3", NULL,
	    NULL), "");
	assert_string_equal(edit(NAMELESS, CHANGE_DELETE, "filters/1", NULL,
	    NULL), "filters/1 is from ikd.yaml:2, not from the database: "
	    "edit the file, then ikectl reload");
	assert_string_equal(edit(NAMELESS, CHANGE_DELETE, "filters/4", NULL,
	    NULL), "filters/4: the database has no such object");
	assert_non_null(strstr(edit(NAMELESS, CHANGE_SET, "filters/3", NULL,
	    "{ protocol: tcp }"), "protocol: tcp"));
	assert_string_equal(edit(NAMELESS, CHANGE_MOVE, "filters", "3", NULL),
	    "filters: \"3\" is the last already");
	files = file;
}

/* Two who chose the same name at once: one of them hears of it. */
static void
test_add(void **state)
{
	(void)state;
	files = with_rules;
	assert_non_null(strstr(edit(rules, CHANGE_ADD, "filters/b", NULL,
	    "{ action: deny, protocol: udp }"), "name: b"));
	assert_string_equal(edit(rules, CHANGE_ADD, "filters/a", NULL,
	    "{ action: deny, protocol: udp }"), "filters/a is there already: "
	    "change it, or remove it");
	assert_string_equal(edit(ONE, CHANGE_ADD, "tunnels/one", NULL,
	    "{ remote: 10.0.0.9, psk: x }"), "tunnels/one is there already: "
	    "change it, or remove it");
	files = file;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_both_bad),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_put_refused),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_add),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, teardown));
}
