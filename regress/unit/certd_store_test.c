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

/* certd/store.c and the files of certd/crldisk.c. */

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../certd/crldisk.h"
#include "../../certd/store.h"
#include "proto_certd_fetch.h"

#define T0	INT64_C(1900000000)

static unsigned int dropped;

static void
count_drop(struct item *it)
{
	(void)it;
	dropped++;
}

static struct item *
item_of(struct store *s, unsigned int n, int64_t now, int *made)
{
	uint8_t key[STORE_KEY] = { 0 };
	char url[32];

	key[0] = (uint8_t)(n >> 8);
	key[1] = (uint8_t)n;
	snprintf(url, sizeof(url), "http://h/%u", n);
	return (store_item(s, key, FETCH_CRL, url, now, made));
}

static void
test_once(void **state)
{
	struct store *s = store_new(count_drop, NULL);
	struct item *a, *b;
	int made;

	(void)state;
	a = item_of(s, 1, T0, &made);
	assert_true(made);
	assert_string_equal(a->url, "http://h/1");
	assert_ptr_equal(item_of(s, 1, T0, &made), a);
	assert_false(made);
	/* Two want it: one fetch. */
	assert_int_equal(store_want(s, a, T0), STORE_WAIT);
	assert_int_equal(store_want(s, a, T0), STORE_WAIT);
	assert_ptr_equal(store_next(s, T0), a);
	store_asked(a, 7, T0);
	assert_null(store_next(s, T0));
	assert_int_equal(store_want(s, a, T0), STORE_WAIT);
	assert_null(store_next(s, T0));
	assert_ptr_equal(store_by_req(s, 7), a);
	assert_null(store_by_req(s, 0));
	b = item_of(s, 2, T0, &made);
	assert_int_equal(store_want(s, b, T0), STORE_WAIT);
	assert_ptr_equal(store_next(s, T0), b);
	/* The one certd-fetch that was asked is gone. */
	store_unasked(s);
	assert_null(store_by_req(s, 7));
	assert_true(a->queued && b->queued);
	dropped = 0;
	store_free(s);
	assert_int_equal(dropped, 2);
}

static void
test_times(void **state)
{
	struct store *s = store_new(NULL, NULL);
	struct item *it;
	int made;

	(void)state;
	it = item_of(s, 1, T0, &made);
	store_want(s, it, T0);
	store_asked(it, 1, T0);
	assert_int_equal(store_due(s, T0), T0 + STORE_LATE);
	assert_null(store_late(s, T0 + STORE_LATE - 1));
	assert_ptr_equal(store_late(s, T0 + STORE_LATE), it);
	store_filled(s, it, 100, T0 - 1000, T0 + 9000, 80, T0);
	assert_int_equal(store_want(s, it, T0), STORE_FRESH);
	assert_int_equal(it->renew, T0 + 7000);
	assert_int_equal(store_due(s, T0), T0 + 7000);
	assert_null(store_next(s, T0 + 6999));
	assert_ptr_equal(store_next(s, T0 + 7000), it);
	/* The renewal fails: what is there is good until its end. */
	store_asked(it, 2, T0 + 7000);
	store_failed(it, "dead", T0 + 7001);
	assert_int_equal(store_want(s, it, T0 + 8999), STORE_FRESH);
	assert_null(store_next(s, T0 + 7002));
	assert_ptr_equal(store_next(s, T0 + 7001 + STORE_BACKOFF), it);
	store_asked(it, 3, T0 + 7100);
	store_failed(it, "dead again", T0 + 8995);
	assert_int_equal(store_want(s, it, T0 + 9000), STORE_FAILED);
	assert_string_equal(it->why, "dead again");
	assert_int_equal(store_want(s, it, T0 + 9015), STORE_WAIT);
	/* Nobody used it for long: it is not renewed any more. */
	store_asked(it, 4, T0 + 9015);
	store_filled(s, it, 50, T0 + 9015, T0 + 9015 + 100 * 86400, 80,
	    T0 + 9015);
	assert_int_equal(store_octets(s), 50);
	assert_int_equal(store_due(s, T0 + 9015), INT64_MAX);
	/* No end, an end in no time, a begin of the future. */
	store_filled(s, it, 1, T0, 0, 80, T0);
	assert_int_equal(it->until, T0 + STORE_NO_END);
	store_filled(s, it, 1, T0, T0 + 1, 80, T0);
	assert_int_equal(it->renew, T0 + STORE_LEAST);
	store_filled(s, it, 1, T0 + 50, T0 + 100, 50, T0);
	assert_int_equal(it->renew, T0 + 50);
	store_filled(s, it, 1, T0, INT64_MAX, 80, T0);
	assert_true(it->renew > T0 && it->renew < INT64_MAX);
	store_free(s);
}

static void
test_backoff(void **state)
{
	struct store *s = store_new(NULL, NULL);
	int64_t now = T0, last = 0;
	struct item *it;
	int made, i;

	(void)state;
	it = item_of(s, 1, now, &made);
	for (i = 0; i < 50; i++) {
		store_failed(it, "no", now);
		assert_true(it->again - now >= last);
		last = it->again - now;
		assert_true(last >= STORE_BACKOFF &&
		    last <= STORE_BACKOFF_MOST);
		assert_int_equal(store_want(s, it, it->again - 1),
		    STORE_FAILED);
		now = it->again;
	}
	assert_int_equal(last, STORE_BACKOFF_MOST);
	assert_int_equal(store_want(s, it, now), STORE_WAIT);
	store_filled(s, it, 1, now, now + 100, 80, now);
	store_failed(it, "no", now);
	assert_int_equal(it->again, now + STORE_BACKOFF);
	store_free(s);
}

static void
test_bounds(void **state)
{
	struct store *s = store_new(count_drop, NULL);
	struct item *it, *first, *second;
	unsigned int i;
	int made;

	(void)state;
	dropped = 0;
	first = item_of(s, 0, T0, &made);
	first->pins = 1;
	second = item_of(s, 1, T0, &made);
	store_filled(s, second, STORE_OCTETS / 2, T0, T0 + 100, 80, T0);
	for (i = 2; i < STORE_ITEMS; i++)
		assert_non_null(item_of(s, i, T0, &made));
	assert_int_equal(store_count(s), STORE_ITEMS);
	assert_int_equal(dropped, 0);
	/* One more: the oldest that nobody holds goes. */
	it = item_of(s, STORE_ITEMS, T0, &made);
	assert_true(made);
	assert_int_equal(dropped, 1);
	assert_int_equal(store_octets(s), 0);
	assert_ptr_equal(item_of(s, 0, T0, &made), first);
	assert_false(made);
	/* Octets: the same. */
	store_filled(s, it, STORE_OCTETS - 10, T0, T0 + 100, 80, T0);
	it->pins = 1;
	first->pins = 0;
	store_filled(s, first, 11, T0, T0 + 100, 80, T0);
	assert_int_equal(store_count(s), 2);
	it->pins = 0;
	store_filled(s, first, 12, T0, T0 + 100, 80, T0);
	assert_int_equal(store_count(s), 1);
	assert_int_equal(store_octets(s), 12);
	/* All pinned: no room. */
	first->pins = 1;
	for (i = 1; i < STORE_ITEMS; i++)
		item_of(s, i, T0, &made)->pins = 1;
	assert_null(item_of(s, STORE_ITEMS, T0, &made));
	store_free(s);
}

static struct item *let_go;

static void
note_let_go(struct item *it)
{
	let_go = it;
}

/* What waits for who believes it makes room among its like alone. */
static void
test_held(void **state)
{
	struct store *s = store_new(count_drop, note_let_go);
	struct item *a, *b, *good;
	int made;

	(void)state;
	dropped = 0;
	good = item_of(s, 1, T0, &made);
	store_filled(s, good, STORE_OCTETS, T0, T0 + 100, 80, T0);
	a = item_of(s, 2, T0, &made);
	b = item_of(s, 3, T0, &made);
	assert_int_equal(store_hold(s, a, STORE_HELD - 10), 0);
	assert_int_equal(store_hold(s, b, 10), 0);
	assert_null(let_go);
	assert_int_equal(store_held(s), STORE_HELD);
	/* Its own makes room too; the one not used longest goes first. */
	assert_int_equal(store_hold(s, b, 9), 0);
	assert_int_equal(store_hold(s, b, 11), 0);
	assert_ptr_equal(let_go, a);
	assert_int_equal(a->held, 0);
	assert_int_equal(store_held(s), 11);
	let_go = NULL;
	assert_int_equal(store_hold(s, b, STORE_HELD + 1), -1);
	assert_int_equal(store_held(s), 0);
	assert_int_equal(store_hold(s, a, STORE_HELD), 0);
	assert_null(let_go);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_octets(s), STORE_OCTETS);
	/* An item that goes takes what it held with it. */
	good->pins = 1;
	store_size(s, good, STORE_OCTETS + 1);
	assert_int_equal(dropped, 2);
	assert_int_equal(store_held(s), 0);
	store_free(s);
}

static int
directory(char name[64])
{
	snprintf(name, 64, "/tmp/crldisk.XXXXXX");
	assert_non_null(mkdtemp(name));
	return (open(name, O_RDONLY | O_DIRECTORY));
}

static unsigned int
files(const char *name)
{
	unsigned int n = 0;
	struct dirent *e;
	DIR *d = opendir(name);

	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return (n);
}

static void
save(int dir, const char *url, const char *data, int64_t until)
{
	struct crlfile f = { until, T0, { (const uint8_t *)url, strlen(url) },
	    { (const uint8_t *)data, strlen(data) } };

	crldisk_save(dir, &f);
}

static void
test_disk(void **state)
{
	struct crlfile f;
	char name[64];
	int dir = directory(name), fd;
	uint8_t *p;

	(void)state;
	save(dir, "http://h/a", "first", T0 + 10);
	save(dir, "http://h/a", "second", T0 + 20);
	save(dir, "http://h/b", "old", T0 - 1);
	assert_int_equal(files(name), 2);
	assert_null(crldisk_load(dir, "http://h/c", &f));
	p = crldisk_load(dir, "http://h/a", &f);
	assert_non_null(p);
	assert_int_equal(f.until, T0 + 20);
	assert_int_equal(f.fetched, T0);
	assert_int_equal(f.data.len, 6);
	assert_memory_equal(f.data.p, "second", 6);
	free(p);
	/* What an unfinished write left, what is nothing, what has ended. */
	fd = openat(dir, "new", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "IKDCRL01", 8), 8);
	close(fd);
	fd = openat(dir, "junk", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "junk", 4), 4);
	close(fd);
	assert_int_equal(symlinkat("/etc/passwd", dir, "link"), 0);
	crldisk_open(dir, T0);
	assert_int_equal(files(name), 1);
	p = crldisk_load(dir, "http://h/a", &f);
	assert_non_null(p);
	free(p);
	crldisk_drop(dir, "http://h/a", "the test says so");
	assert_int_equal(files(name), 0);
	/* A directory that is gone: told, and nothing else. */
	assert_int_equal(rmdir(name), 0);
	save(dir, "http://h/a", "first", T0 + 10);
	assert_null(crldisk_load(dir, "http://h/a", &f));
	close(dir);
}

static void
test_file(void **state)
{
	static const char url[] = "http://h/a";
	uint8_t buf[CRLDISK_HEAD + sizeof(url) + 8];
	struct crlfile f = { T0, T0 - 1, { (const uint8_t *)url,
	    sizeof(url) - 1 }, { NULL, 0 } }, back;
	size_t i, n;

	(void)state;
	n = crlfile_head(&f, buf, sizeof(buf));
	assert_int_equal(n, CRLDISK_HEAD + sizeof(url) - 1);
	buf[n] = 0x30;
	assert_null(crlfile_read((struct slice){ buf, n + 1 }, &back));
	assert_int_equal(back.until, T0);
	assert_int_equal(back.url.len, sizeof(url) - 1);
	for (i = 0; i <= n; i++)
		assert_non_null(crlfile_read((struct slice){ buf, i },
		    &back));
	buf[8] = 0xff;		/* a time before all times */
	assert_non_null(crlfile_read((struct slice){ buf, n + 1 }, &back));
	buf[8] = 0;
	buf[CRLDISK_HEAD] = '\n';
	assert_non_null(crlfile_read((struct slice){ buf, n + 1 }, &back));
	assert_int_equal(crlfile_head(&f, buf, n - 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
