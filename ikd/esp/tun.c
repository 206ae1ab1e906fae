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
 */
#include <event2/event.h>
#include <event2/util.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "count.h"
#include "log.h"
#include "now.h"
#include "outbound.h"
#include "tun.h"
#include "udp.h"

#define QUEUES		16	/* of one device */
#define BATCH		64	/* packets of one turn, before others */

static struct {
	int		 reading;
	int		 n;
	int		 fd[QUEUES];
	struct event	*ev[QUEUES];
} tun;

/* Reads until the queue is empty, never waiting to fill a batch. */
static void
on_readable(int fd, short what, void *arg)
{
	ssize_t n;
	uint8_t *p;
	int i;

	(void)what;
	(void)arg;
	now_read();
	for (i = 0; i < BATCH; i++) {
		if ((p = udp_slot()) == NULL)
			break;
		if ((n = read(fd, p, UDP_INNER_MAX)) <= 0) {
			if (n == -1 && errno != EAGAIN && errno != EINTR)
				log_warn(LS_CORE, "tun: read: %s",
				    strerror(errno));
			break;
		}
		count(TUN_READ);
		outbound_packet(p, n);
	}
	udp_flush();
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
tun_write(const uint8_t *p, size_t len)
{
	if (tun.n == 0 || write(tun.fd[0], p, len) != (ssize_t)len) {
		count(DROP_TUN_WRITE);
		return;
	}
	count(TUN_WRITTEN);
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
	for (i = 0; i < tun.n; i++)
		event_add(tun.ev[i], NULL);
}
