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
 * TUN queues: reads batches for outbound.c, writes what inbound.c opened.
 * Super-packets (offload) go both ways, with a virtio header before each.
 */
#include <sys/uio.h>

#include <event2/event.h>
#include <event2/util.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "count.h"
#include "log.h"
#include "merge.h"
#include "now.h"
#include "outbound.h"
#include "pkt.h"
#include "split.h"
#include "tun.h"
#include "udp.h"

#define QUEUES		16	/* of one device */
#define BATCH		64	/* reads of one turn, before others */
#define TURN		256	/* packets of one turn, about */
#define HEAD		sizeof(struct virtio_net_hdr)

static struct {
	int		 reading;
	int		 n;
	int		 fd[QUEUES];
	struct event	*ev[QUEUES];
	struct merge	 merge;
	uint8_t		 in[HEAD + UDP_INNER_MAX];
	uint8_t		 out[UDP_INNER_MAX];
} tun;

/* One system call; 0 when there is nothing more. */
static int
read_one(int fd)
{
	struct virtio_net_hdr v;
	ssize_t n = read(fd, tun.in, sizeof(tun.in));

	if (n <= (ssize_t)HEAD) {
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			log_warn(LS_CORE, "tun: read: %s", strerror(errno));
		return (0);
	}
	memcpy(&v, tun.in, HEAD);
	outbound_take(&v, tun.in + HEAD, n - HEAD);
	if (v.gso_type != VIRTIO_NET_HDR_GSO_NONE)
		udp_flush();
	return (1);
}

/* Reads until the queue is empty, never waiting to fill a batch. */
static void
on_readable(int fd, short what, void *arg)
{
	uint64_t until = counts[CNT_TUN_READ] + TURN;
	int i;

	(void)what;
	(void)arg;
	now_read();
	for (i = 0; i < BATCH && counts[CNT_TUN_READ] < until; i++)
		if (!outbound_go() || !read_one(fd))
			break;
	udp_flush();
}

/*
 * The host does not know that kind of super-packet (UDP before Linux 6.2):
 * packet by packet then.
 */
static void
write_apart(const struct virtio_net_hdr *v, const struct iovec *iov, int iovs)
{
	static uint8_t whole[UDP_INNER_MAX];
	struct split s;
	struct pkt k;
	size_t n = 0;
	int i;

	for (i = 1; i < iovs; i++) {
		memcpy(whole + n, iov[i].iov_base, iov[i].iov_len);
		n += iov[i].iov_len;
	}
	if (pkt_parse(whole, n, &k) == -1 ||
	    split_start(&s, v, whole, &k) == -1)
		fatal("a super-packet that cannot be split");
	while ((n = split_next(&s, tun.out)) != 0)
		tun_write(tun.out, n);
}

static void
write_merged(const struct virtio_net_hdr *v, struct iovec *iov, int iovs,
    unsigned int n)
{
	struct virtio_net_hdr copy = *v;

	iov[0].iov_base = &copy;
	iov[0].iov_len = sizeof(copy);
	if (tun.n > 0 && writev(tun.fd[0], iov, iovs) != -1) {
		counts[CNT_TUN_WRITTEN] += n;
		if (n > 1)
			count(MERGED);
	} else if (tun.n > 0 && n > 1 && errno == EINVAL)
		write_apart(v, iov, iovs);
	else
		counts[CNT_DROP_TUN_WRITE] += n;
}

void
tun_given(struct event_base *base, int fd)
{
	if (tun.n == QUEUES)
		fatal("more than %d TUN queues", QUEUES);
	evutil_make_socket_nonblocking(fd);
	tun.fd[tun.n] = fd;
	tun.ev[tun.n] = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    NULL);
	if (tun.ev[tun.n] == NULL)
		fatal("tun: no event");
	if (tun.reading)
		event_add(tun.ev[tun.n], NULL);
	tun.n++;
}

void
tun_write(uint8_t *p, size_t len)
{
	static const struct virtio_net_hdr plain;
	struct iovec iov[2] = { { NULL, 0 }, { p, len } };

	write_merged(&plain, iov, 2, 1);
}

void
tun_put(uint8_t *p, const struct pkt *k)
{
	if (tun.merge.write == NULL)
		merge_init(&tun.merge, write_merged);
	merge_put(&tun.merge, p, k);
}

void
tun_flush(void)
{
	if (tun.merge.open > 0)
		merge_flush(&tun.merge);
}

void
tun_pause(void)
{
	int i;

	tun.reading = 0;
	for (i = 0; i < tun.n; i++)
		event_del(tun.ev[i]);
}

void
tun_resume(void)
{
	int i;

	tun.reading = 1;
	for (i = 0; i < tun.n; i++) {
		event_add(tun.ev[i], NULL);
		/* Something may wait here, with nothing to read behind it. */
		event_active(tun.ev[i], EV_READ, 0);
	}
}
