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

/* Metrics: the form of the text, and what a row becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "../../tmd/metrics/page.h"

/* The whole page. */
static const char *
text(struct page *p)
{
	static char out[65536];
	struct evbuffer *b = evbuffer_new();
	int n;

	assert_non_null(b);
	page_print(p, b);
	n = evbuffer_remove(b, out, sizeof(out) - 1);
	assert_true(n > 0);
	out[n] = '\0';
	evbuffer_free(b);
	page_free(p);
	return (out);
}

static void
test_form(void **state)
{
	const struct page_label l = { "tunnel", "a \"b\" \\c" };
	struct page *p = page_new();

	(void)state;
	page_add(p, "drop: Wrong ICV", 1, "of \"x\"", NULL, 0, "3");
	page_add(p, "up", 0, "is it", &l, 1, "1");
	page_add(p, "drop: wrong icv", 1, "of \"x\"", &l, 1, "4");
	page_add(p, "drop: wrong icv", 1, "of \"x\"", &l, 1, "-5");
	page_add(p, "level", 0, "may be", NULL, 0, "-4");
	page_add_once(p, "up", 0, "is it", &l, 1, "0");
	page_add_once(p, "up", 0, "is it", &l, 1, "2");
	page_add_once(p, "level", 0, "may be", NULL, 0, "5");
	page_add_once(p, "level", 0, "may be", &l, 1, "6");
	assert_string_equal(text(p),
	    "# TYPE ikd_drop_wrong_icv counter\n"
	    "# HELP ikd_drop_wrong_icv of \\\"x\\\"\n"
	    "ikd_drop_wrong_icv_total 3\n"
	    "ikd_drop_wrong_icv_total{tunnel=\"a \\\"b\\\" \\\\c\"} 4\n"
	    "# TYPE ikd_up gauge\n"
	    "# HELP ikd_up is it\n"
	    "ikd_up{tunnel=\"a \\\"b\\\" \\\\c\"} 1\n"
	    "# TYPE ikd_level gauge\n"
	    "# HELP ikd_level may be\n"
	    "ikd_level -4\n"
	    "ikd_level{tunnel=\"a \\\"b\\\" \\\\c\"} 6\n"
	    "# EOF\n");
}

static void
test_no_numbers(void **state)
{
	static const char *const not[] = { "", "-", "1.5", "1 2", "userspace",
	    "0x1", "1\n", "+1" };
	struct page *p = page_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(not) / sizeof(not[0]); i++)
		page_add(p, "x", 0, "", NULL, 0, not[i]);
	page_add(p, ":", 0, "", NULL, 0, "1");
	assert_string_equal(text(p), "# EOF\n");
}

static void
test_bounds(void **state)
{
	struct page *p = page_new();
	char name[PAGE_NAME * 2];
	unsigned int i;
	const char *s;

	(void)state;
	for (i = 0; i < PAGE_FAMILIES + 10; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		page_add(p, name, 0, "", NULL, 0, "1");
	}
	s = text(p);
	assert_non_null(strstr(s, "\nikd_n511 1\n"));
	assert_null(strstr(s, "ikd_n512"));
	p = page_new();
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	page_add(p, name, 0, "", NULL, 0, "1");
	assert_non_null(strstr(text(p), "aaa 1\n"));
}

static void
put(struct mq_row *row, const char *k, const char *v)
{
	struct wt_kv *kv = &row->kv[row->kv_n++];

	snprintf(kv->k, sizeof(kv->k), "%s", k);
	snprintf(kv->v, sizeof(kv->v), "%s", v);
}

static void
test_rows(void **state)
{
	static struct mq_row row;
	struct page *p = page_new();
	const char *s;

	(void)state;
	strcpy(row.kind, "tunnel");
	put(&row, "no", "7");
	put(&row, "name", "vpn x");
	put(&row, "status", "Active");
	put(&row, "in_bytes", "12");
	page_row(p, "list", &row);
	page_row(p, "show nothing", &row);
	row.kv_n = 0;
	strcpy(row.kind, "failures");
	put(&row, "process", "tmd");
	put(&row, "role", "initiator");
	put(&row, "reason", "no proposal chosen");
	put(&row, "count", "5");
	page_row(p, "show stats", &row);
	row.kv_n = 0;
	page_row(p, "list", &row);	/* a row without anything in it */
	s = text(p);
	assert_non_null(strstr(s,
	    "\nikd_tunnel_up{tunnel=\"vpn x\",number=\"7\"} 1\n"));
	assert_non_null(strstr(s, "\nikd_tunnel_received_bytes_total{"
	    "tunnel=\"vpn x\",number=\"7\"} 12\n"));
	assert_null(strstr(s, "sent_bytes"));
	assert_non_null(strstr(s, "\nikd_handshakes_total{process=\"tmd\","
	    "role=\"initiator\",result=\"failed\","
	    "reason=\"no proposal chosen\"} 5\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_rows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
