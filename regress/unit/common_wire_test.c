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

/* The codec: round trips, every truncation, bounds, text, secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "pipe.h"
#include "proto_ike_sign.h"
#include "proto_parent_ike.h"
#include "proto_snap.h"

/* Fills a value with something every field can hold. */
static void
fill(const struct wire_type *t, uint8_t *val, unsigned int seed)
{
	static uint8_t octets[65536];
	const struct wire_field *f;
	struct slice s;
	uint16_t n;
	size_t i, j;

	for (i = 0; i < t->nfields; i++) {
		f = &t->fields[i];
		n = (uint16_t)((seed + i) % (f->max + 1));
		switch (f->kind) {
		case WK_ONE:
			fill(f->sub, val + f->off, seed + 1);
			break;
		case WK_LIST:
			memcpy(val + f->lenoff, &n, 2);
			for (j = 0; j < n; j++)
				fill(f->sub, val + f->off + j * f->sub->size,
				    seed + (unsigned int)j);
			break;
		case WK_VAR:
			s.p = octets;
			s.len = n;
			memcpy(val + f->off, &s, sizeof(s));
			break;
		case WK_BUF:
		case WK_SBUF:
			memcpy(val + f->lenoff, &n, 2);
			memset(val + f->off, (int)seed, n);
			break;
		case WK_STR:
			memset(val + f->off, 'a' + (int)(seed % 26), n);
			break;
		default:
			memset(val + f->off, (int)(seed + i), f->max);
		}
	}
}

/* Encode, decode, encode again: the same octets; every cut is refused. */
static void
one_type(const struct wire_type *t)
{
	uint8_t *val, *back, *a, *b;
	unsigned int seed;
	size_t max = wire_max(t), cut, step;
	long n;

	val = calloc(1, t->size + 1);
	back = calloc(1, t->size + 1);
	a = malloc(max + 1);
	b = malloc(max + 1);
	for (seed = 0; seed < 3; seed++) {
		memset(val, 0, t->size);
		fill(t, val, seed);
		n = wire_encode(t, val, a, max);
		assert_true(n >= 0);
		assert_int_equal(wire_decode(t, a, (size_t)n, back, NULL), 0);
		assert_int_equal(wire_encode(t, back, b, max), n);
		assert_memory_equal(a, b, (size_t)n);
		step = n > 2000 ? (size_t)n / 500 : 1;
		for (cut = 0; cut < (size_t)n; cut += step) {
			assert_int_equal(wire_decode(t, a, cut, back, NULL),
			    -1);
			if (cut % 7 == 0)
				assert_int_equal(wire_encode(t, val, b, cut),
				    -1);
		}
		a[n] = 0;
		assert_int_equal(wire_decode(t, a, (size_t)n + 1, back, NULL),
		    -1);
	}
	free(val);
	free(back);
	free(a);
	free(b);
}

static void
every_message(void **state)
{
	const struct msg_table *t;
	unsigned int i;
	size_t r;

	(void)state;
	for (i = 0; (t = proto_at(i)) != NULL; i++)
		for (r = 0; r < t->nrows; r++)
			one_type(t->rows[r].body);
	assert_true(i > 20);
}

/* A row longer than a record could never be sent: except by our own fault. */
static void
rows_fit(void **state)
{
	const struct msg_table *t;
	unsigned int i;
	size_t r;

	(void)state;
	for (i = 0; (t = proto_at(i)) != NULL; i++)
		for (r = 0; r < t->nrows; r++)
			if (wire_max(t->rows[r].body) + 8 > PIPE_RECORD)
				fail_msg("%s %s: %zu octets", t->name,
				    t->rows[r].name,
				    wire_max(t->rows[r].body));
}

/* Requests name their replies, replies their requests, of the other side. */
static void
rows_agree(void **state)
{
	const struct msg_table *t;
	unsigned int i;
	size_t r, q;

	(void)state;
	for (i = 0; (t = proto_at(i)) != NULL; i++) {
		for (r = 0; r < t->nrows; r++) {
			const struct msg_row *a = &t->rows[r];
			int answers = 0;	/* yes, and no */

			for (q = 0; q < t->nrows; q++) {
				const struct msg_row *b = &t->rows[q];

				if (q != r)
					assert_int_not_equal(a->type, b->type);
				if (b->answers == a->type) {
					assert_int_not_equal(a->from, b->from);
					answers++;
				}
			}
			assert_int_equal(answers > 0, a->credit != 0);
		}
	}
}

static void
list_bounds(void **state)
{
	struct wt_proposal p = { .proto = 3, .xf_n = LINK_XFORMS + 1 };
	uint8_t buf[4096];
	const char *why = NULL;

	(void)state;
	assert_int_equal(wire_encode(&wire_wt_proposal, &p, buf, sizeof(buf)),
	    -1);
	memset(buf, 0, sizeof(buf));
	buf[0] = 3;
	buf[2] = LINK_XFORMS + 1;
	assert_int_equal(wire_decode(&wire_wt_proposal, buf, 3 + 5 *
	    (LINK_XFORMS + 1), &p, &why), -1);
	assert_string_equal(why, "xf");
}

static void
text_rules(void **state)
{
	char out[8];

	(void)state;
	assert_true(wire_text_ok("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	    14));
	assert_false(wire_text_ok("a\0b", 3));
	assert_false(wire_text_ok("\x1b[31m", 5));
	assert_false(wire_text_ok("\xc0\xaf", 2));		/* overlong */
	assert_false(wire_text_ok("\xe0\x80\xaf", 3));
	assert_false(wire_text_ok("\xed\xa0\x80", 3));	/* surrogate */
	assert_false(wire_text_ok("\xf4\x90\x80\x80", 4));
	assert_false(wire_text_ok("\xc2\x85", 2));		/* C1 */
	assert_false(wire_text_ok("\xe2\x82", 2));		/* cut */
	wire_text_copy(out, sizeof(out), "a\nb\xff\xe2\x82\xac" "cdef");
	assert_string_equal(out, "a?b?\xe2\x82\xac");
	wire_text_copy(out, 3, "\xe2\x82\xac");
	assert_string_equal(out, "");
}

static void
secrets_do_not_print(void **state)
{
	struct mi_install m;
	char text[8192];

	(void)state;
	memset(&m, 0, sizeof(m));
	m.encr_in_len = 32;
	memset(m.encr_in, 0xab, 32);
	wire_print(&wire_mi_install, &m, text, sizeof(text));
	assert_non_null(strstr(text, "encr_in=<32 secret octets>"));
	assert_null(strstr(text, "abab"));
	wire_print(&wire_mi_install, &m, text, 20);
	assert_int_equal(strlen(text), 19);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message),
		cmocka_unit_test(rows_fit),
		cmocka_unit_test(rows_agree),
		cmocka_unit_test(list_bounds),
		cmocka_unit_test(text_rules),
		cmocka_unit_test(secrets_do_not_print),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
