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
 * Certificates by hash and URL (RFC 7296 sections 3.6 and 3.10.1): shown so
 * to whom says that it looks them up, and to nobody else.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"
#include "roles.h"
#include "snap.h"
#include "../../ikd/ike/ike.h"
#include "../../ikd/ike/shown.h"

#define CERT_LEN	600
#define URL_LEN		60

/* A certificate, the same by URL, and an anchor. */
static void
shows(struct node *n, int with_url)
{
	static const uint8_t octets[CERT_LEN] = { 1, 2, 3 };
	static const struct { uint8_t encoding; size_t len; } rows[] = {
		{ 4, CERT_LEN }, { 12, URL_LEN }, { 0, 20 } };
	struct snap_writer *sw = snap_open(ROLE_IKE, 1);
	struct sn_shown row;
	size_t i;
	int fd;

	for (i = 0; i < 3; i++) {
		if (rows[i].encoding == 12 && !with_url)
			continue;
		memset(&row, 0, sizeof(row));
		row.tunnel = 1;
		row.encoding = rows[i].encoding;
		row.data = (struct slice){ octets, rows[i].len };
		snap_put(sw, SNAP_SHOWN, &row);
	}
	fd = snap_close(sw);
	assert_null(shown_read(fd, 1, &n->ike->shown));
	close(fd);
}

/* What reaches b and a, when they look up, and a and b have a URL. */
static void
meet(int a_looks, int b_looks, int a_has, int b_has, size_t to_a, size_t to_b)
{
	struct world *w = world_new(1);

	w->n[0].ike_row.hash_url = (uint8_t)a_looks;
	w->n[1].ike_row.hash_url = (uint8_t)b_looks;
	shows(&w->n[0], a_has);
	shows(&w->n[1], b_has);
	world_start(w);
	node_initiate(&w->n[0], 1);
	if (!world_until(w, both_up, 5000))
		fail_msg("not up");
	assert_int_equal(w->n[0].chain_len, 3 + to_a);
	assert_int_equal(w->n[1].chain_len, 3 + to_b);
	world_run(w, 100);
	world_clean(w);
	world_free(w);
}

static void
test_both(void **state)
{
	(void)state;
	meet(1, 1, 1, 1, URL_LEN, URL_LEN);
}

static void
test_one(void **state)
{
	(void)state;
	meet(1, 0, 1, 1, URL_LEN, CERT_LEN);
	meet(0, 1, 1, 1, CERT_LEN, URL_LEN);
}

static void
test_none(void **state)
{
	(void)state;
	meet(0, 0, 1, 1, CERT_LEN, CERT_LEN);
	meet(1, 1, 0, 1, URL_LEN, CERT_LEN);
	meet(1, 1, 0, 0, CERT_LEN, CERT_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both), cmocka_unit_test(test_one),
		cmocka_unit_test(test_none)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
