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


/* Streams of RFC 9329 on real sockets; see esp_flow.h. */

#include "esp_flow.h"

#include <errno.h>
#include <fcntl.h>

#include "../../ikd/esp/stream.h"
#include "../../ikd/esp/stream_frame.h"
#include "proto_parent_esp.h"

static struct wt_sock	 door;		/* where the plane listens */

/* IKE_SA_INIT of an initiator, behind length and marker: a hand-made one. */
static const uint8_t	 init[] = {
	0x00, 0x22, 0x00, 0x00, 0x00, 0x00,
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x20, 0x22, 0x08, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x1c
};

static int
listening(struct wt_sock *at)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int small = 65536;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, 256), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	sock_from((struct sockaddr *)&sin, at);
	at->tcp = 1;
	return (fd);
}

static int
begin(void **state)
{
	start(state);
	stream_init(base, 2);
	stream_listener(listening(&door));
	return (0);
}

/* A client's socket, connected or about to be. */
static int
client(const struct wt_sock *to, struct wt_sock *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sock_to(to, &ss);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (connect(fd, (struct sockaddr *)&ss, len) == -1)
		assert_int_equal(errno, EINPROGRESS);
	len = sizeof(ss);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	sock_from((struct sockaddr *)&ss, at);
	at->tcp = 1;
	turn();
	return (fd);
}

static void
say(int fd, const void *p, size_t n)
{
	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
	turn();
}

/* Closed by the plane? */
static int
closed(int fd)
{
	uint8_t c;
	ssize_t n;

	turn();
	while ((n = recv(fd, &c, 1, MSG_DONTWAIT)) > 0)
		;
	return (n == 0 || errno == ECONNRESET);
}

static void
hold(int more, const struct wt_sock *remote)
{
	struct mw_hold m = { (uint8_t)more, door, *remote };

	pipe_send(ike, M_STREAM_HOLD, &m, -1);
	turn();
}

/* All streams of a test go before the next. */
static void
end_all(void)
{
	stream_worker_gone(0);
	stream_worker_gone(1);
	now_read();
	now_ms += 1000000;
	stream_sweep();
	now_read();
	turn();
	tellings = 0;
}

static void
test_prefix(void **state)
{
	struct wt_sock at;
	size_t i;
	int fd;

	(void)state;
	/* Octet by octet; what the RFC says is to be ignored between. */
	fd = client(&door, &at);
	for (i = 0; i < STREAM_PREFIX_LEN; i++)
		say(fd, &STREAM_PREFIX[i], 1);
	say(fd, "\0\2\0\3\377", 5);
	for (i = 0; i < sizeof(init); i++)
		say(fd, &init[i], 1);
	until(CNT_STREAM_READ, 3);
	turn();
	assert_int_equal(strays, 1);
	assert_int_equal(sock_cmp(&stray.remote, &at), 0);
	assert_int_equal(sock_cmp(&stray.local, &door), 0);
	assert_int_equal(stray.data.len, sizeof(init) - 2);
	assert_count(CNT_KEEPALIVE, 2);
	assert_false(closed(fd));
	close(fd);
	/* Something else. */
	fd = client(&door, &at);
	say(fd, "GET /", 5);
	assert_true(closed(fd));
	assert_count(CNT_DROP_STREAM_PREFIX, 1);
	close(fd);
	end_all();
}

/* RFC 9329 section 3.1: such a length ends the connection. */
static void
test_broken(void **state)
{
	static const char *const bad[] = { "\0\0", "\0\1" };
	struct wt_sock at;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < 2; i++) {
		fd = client(&door, &at);
		say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
		say(fd, bad[i], 2);
		assert_true(closed(fd));
		close(fd);
	}
	/* Too long for one that nobody holds; and not for another. */
	fd = client(&door, &at);
	say(fd, STREAM_PREFIX "\377\377", STREAM_PREFIX_LEN + 2);
	assert_true(closed(fd));
	close(fd);
	fd = client(&door, &at);
	hold(1, &at);
	say(fd, STREAM_PREFIX "\377\377", STREAM_PREFIX_LEN + 2);
	assert_false(closed(fd));
	assert_count(CNT_DROP_STREAM_STEP, 3);
	close(fd);
	/* What nobody can read, again and again. */
	fd = client(&door, &at);
	say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
	for (i = 0; i < UNHELD_BAD; i++) {
		assert_false(closed(fd));
		say(fd, "\0\12abcdefgh", 10);
	}
	assert_true(closed(fd));
	close(fd);
	end_all();
}

static void
later(uint64_t ms)
{
	now_read();
	now_ms += ms;
	stream_sweep();
	now_read();
	turn();
}

static void
test_time(void **state)
{
	struct wt_sock at;
	int silent, fd;

	(void)state;
	silent = client(&door, &at);
	fd = client(&door, &at);
	say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
	say(fd, init, sizeof(init));
	until(CNT_STREAM_READ, 1);
	later(PREFIX_MS - 1000);
	assert_false(closed(silent));
	later(PREFIX_MS + 1000);
	assert_true(closed(silent));
	assert_count(CNT_DROP_STREAM_SILENT, 1);
	assert_false(closed(fd));
	hold(1, &at);
	later(10 * UNHELD_MS);
	assert_false(closed(fd));
	/* The last session leaves. */
	hold(1, &at);
	hold(0, &at);
	later(LEFT_MS + 1000);
	assert_false(closed(fd));
	hold(0, &at);
	assert_false(closed(fd));
	later(LEFT_MS + 1000);
	assert_true(closed(fd));
	close(fd);
	close(silent);
	end_all();
}

static void
test_many(void **state)
{
	struct wt_sock at;
	int fd[UNHELD_SOURCE + 8], i, stand = 0;

	(void)state;
	fd[0] = client(&door, &at);
	hold(1, &at);
	for (i = 1; i < UNHELD_SOURCE + 8; i++)
		fd[i] = client(&door, &at);
	until(CNT_DROP_STREAM_MANY, 7);
	for (i = 0; i < UNHELD_SOURCE + 8; i++) {
		stand += !closed(fd[i]);
		close(fd[i]);
	}
	assert_int_equal(stand, 1 + UNHELD_SOURCE);
	assert_count(CNT_STREAM_IN, 1 + UNHELD_SOURCE);
	end_all();
}

/* The other end goes: those who hold it are told. */
static void
test_lost(void **state)
{
	struct wt_sock at;
	int fd = client(&door, &at);

	(void)state;
	say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
	hold(1, &at);
	close(fd);
	turn();
	assert_int_equal(tellings, 1);
	assert_int_equal(told.session, 0);
	assert_int_equal(sock_cmp(&told.remote, &at), 0);
	assert_int_equal(sock_cmp(&told.local, &door), 0);
	/* Who holds on to it after that hears so. */
	hold(1, &at);
	assert_int_equal(tellings, 2);
	end_all();
}

/* Out: frames; and a peer that does not read costs no more than a buffer. */
static void
test_out(void **state)
{
	static uint8_t big[60000];
	struct mw_stray m = { .local = door };
	struct arena_path path = { .local = door };
	uint8_t got[sizeof(init)];
	size_t n = 0;
	int fd, i;

	(void)state;
	fd = client(&door, &m.remote);
	path.remote = m.remote;
	say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
	hold(1, &m.remote);
	m.data.p = init + 2;
	m.data.len = sizeof(init) - 2;
	pipe_send(ike, M_STREAM_OUT, &m, -1);
	turn();
	stream_queue(&path, (const uint8_t *)"\1\2\3\4abcd", 8);
	stream_flush();
	turn();
	assert_int_equal(recv(fd, got, sizeof(init), 0), sizeof(init));
	assert_memory_equal(got, init, sizeof(init));
	turn();
	while (n < 10) {
		stream_flush();
		i = (int)recv(fd, got + n, 10 - n, 0);
		n += i > 0 ? (size_t)i : 0;
	}
	assert_memory_equal(got, "\0\12\1\2\3\4abcd", 10);
	for (i = 0; i < 2000; i++) {
		stream_queue(&path, big + 1, sizeof(big) - 1);
		if (i % 4 == 0)
			stream_flush();
	}
	assert_true(counts[CNT_DROP_STREAM_FULL] -
	    before[CNT_DROP_STREAM_FULL] > 1000);
	assert_false(closed(fd));
	path.remote.port ^= 1;
	stream_queue(&path, big, 100);
	assert_count(CNT_DROP_NO_STREAM, 1);
	close(fd);
	end_all();
}

static void
ike_out(const struct wt_sock *remote, size_t n)
{
	static uint8_t big[60000];
	struct mw_stray m = { .local = door, .remote = *remote,
	    .data = { big, n } };

	pipe_send(ike, M_STREAM_OUT, &m, -1);
	turn();
}

/* IKE is not dropped: its stream ends; that of a stranger before. */
static void
test_unread(void **state)
{
	struct wt_sock at;
	uint64_t full;
	int fd, i;

	(void)state;
	fd = client(&door, &at);
	say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
	hold(1, &at);
	for (i = 0; i < 1000 && tellings == 0; i++)
		ike_out(&at, 50000);
	assert_int_equal(tellings, 1);
	assert_int_equal(told.code, ENOBUFS);
	assert_true(closed(fd));
	assert_count(CNT_DROP_STREAM_FULL, 1);
	close(fd);
	fd = client(&door, &at);
	say(fd, STREAM_PREFIX, STREAM_PREFIX_LEN);
	full = counts[CNT_STREAM_SENT];
	for (i = 0; i < 1000 && counts[CNT_DROP_STREAM_FULL] ==
	    before[CNT_DROP_STREAM_FULL] + 1; i++)
		ike_out(&at, 50000);
	assert_true(closed(fd));
	assert_true(counts[CNT_STREAM_SENT] > full);
	assert_count(CNT_DROP_STREAM_FULL, 2);
	close(fd);
	end_all();
}

/* Many that do not read: one of them ends for who has IKE to send. */
static void
test_all_unread(void **state)
{
	static uint8_t esp[60000];
	struct arena_path path = { .local = door };
	struct wt_sock at;
	uint64_t full;
	int fd[257], i, n;

	(void)state;
	memset(esp, 1, sizeof(esp));
	for (i = 0; i < 257; i++) {
		fd[i] = client(&door, &at);
		say(fd[i], STREAM_PREFIX, STREAM_PREFIX_LEN);
		hold(1, &at);
		path.remote = at;
		full = counts[CNT_DROP_STREAM_FULL];
		for (n = 0; i < 256 && n < 1000 &&
		    counts[CNT_DROP_STREAM_FULL] == full; n++) {
			stream_queue(&path, esp, sizeof(esp));
			stream_flush();
		}
	}
	assert_int_equal(tellings, 0);
	stream_queue(&path, esp, sizeof(esp));
	assert_int_equal(tellings, 0);
	ike_out(&at, 1000);
	assert_int_equal(tellings, 1);
	assert_int_equal(told.code, ENOBUFS);
	assert_int_equal(recv(fd[256], esp, 1002, MSG_WAITALL), 1002);
	for (i = 0; i < 257; i++)
		close(fd[i]);
	end_all();
}

/* Ours: the prefix first, and the worker hears how it went. */
static void
test_ours(void **state)
{
	struct me_stream m = { .worker = 1, .session = 77 };
	struct wt_sock at, from;
	uint8_t got[STREAM_PREFIX_LEN];
	int fd, l;

	(void)state;
	l = listening(&m.remote);
	stream_given(&m, client(&m.remote, &from));
	turn();
	fd = accept(l, NULL, NULL);
	assert_int_not_equal(fd, -1);
	turn();
	assert_int_equal(tellings, 1);
	assert_int_equal(told.session, 77);
	assert_int_equal(told.code, 0);
	assert_int_equal(sock_cmp(&told.local, &from), 0);
	assert_int_equal(recv(fd, got, sizeof(got), MSG_WAITALL),
	    sizeof(got));
	assert_memory_equal(got, STREAM_PREFIX, sizeof(got));
	close(fd);
	close(l);
	end_all();
	/* Nobody listens there any more. */
	stream_given(&m, client(&m.remote, &at));
	turn();
	assert_int_equal(tellings, 1);
	assert_int_equal(told.code, ECONNREFUSED);
	end_all();
}

/* RFC 9329 section 3: each first octets and what they are. */
static void
test_frames(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 n;
		enum frame_kind	 kind;
		size_t		 used;
	} row[] = {
		{ "", 0, FRAME_MORE, 0 }, { "\0", 1, FRAME_MORE, 0 },
		{ "\0\0", 2, FRAME_BROKEN, 0 }, { "\0\1", 2, FRAME_BROKEN, 1 },
		{ "\0\2", 2, FRAME_NOTHING, 2 }, { "\0\3", 2, FRAME_MORE, 3 },
		{ "\0\3\377", 3, FRAME_NOTHING, 3 },
		{ "\0\3\376", 3, FRAME_ESP, 3 },
		{ "\0\6\0\0\0\0", 6, FRAME_ESP, 6 },
		{ "\0\7\0\0\0\0x", 7, FRAME_IKE, 7 },
		{ "\0\7\0\0\1\0x", 7, FRAME_ESP, 7 },
		{ "\377\377", 2, FRAME_MORE, 65535 },
	};
	struct frame f;
	uint8_t buf[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		memcpy(buf, row[i].octets, row[i].n);
		assert_int_equal(frame_next(buf, row[i].n, FRAME_MOST, &f),
		    row[i].kind);
		assert_int_equal(f.used, row[i].used);
	}
	memcpy(buf, "\1\2", 2);
	assert_int_equal(frame_next(buf, 2, 255, &f), FRAME_BROKEN);
	assert_int_equal(frame_next(buf, 2, 256, &f), FRAME_MORE);
	assert_int_equal(frame_prefix((const uint8_t *)"IKETC", 5), 0);
	assert_int_equal(frame_prefix((const uint8_t *)"IKETCPx", 7), 6);
	assert_int_equal(frame_prefix((const uint8_t *)"IKEtcp", 6), -1);
	assert_int_equal(frame_prefix((const uint8_t *)"J", 1), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		T(test_prefix),
		T(test_broken),
		T(test_time),
		T(test_many),
		T(test_lost),
		T(test_out),
		T(test_unread),
		T(test_all_unread),
		T(test_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, begin, NULL));
}
