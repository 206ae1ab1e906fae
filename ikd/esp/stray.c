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
 * What goes to ikd-ike.
 */
#include <string.h>

#include "cksum.h"
#include "count.h"
#include "log.h"
#include "now.h"
#include "pipe.h"
#include "proto_small.h"
#include "role.h"
#include "slot.h"
#include "stream.h"
#include "stray.h"

#define MARKER_LEN	4	/* RFC 3948 section 2.2 */
#define IKE_HEAD	28	/* RFC 7296 section 3.1 */
#define SPI_I		0
#define SPI_R		8
#define VERSION		17
#define FLAGS		19
#define LENGTH		24
#define FLAG_INITIATOR	0x08
#define STRAY_MOST	60000	/* what a message on the pipe holds */

static struct {
	struct event_base	*base;
	unsigned int		 workers;
	uint64_t		 seed;
	struct pipe		*pipe[WORKERS_MAX];
	struct bucket		 rate;
} ike = { .rate = { .rate = 1000, .burst = 200 } };

void
stray_init(struct event_base *base, unsigned int workers, uint64_t seed)
{
	ike.base = base;
	ike.workers = workers;
	ike.seed = seed;
}

/* A worker that breaks a rule is the parent's to restart. */
static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	unsigned int i;

	(void)arg;
	for (i = 0; i < WORKERS_MAX; i++)
		if (ike.pipe[i] == p) {
			ike.pipe[i] = NULL;
			if (why != NULL)
				role_peer_broke(ROLE_IKE, i, why);
		}
	pipe_free(p);
}

static void
on_stream_out(void *arg, const void *body, int fd)
{
	const struct mw_stray *m = body;

	(void)arg;
	(void)fd;
	now_read();
	stream_send_ike(&m->local, &m->remote, m->data.p, m->data.len);
}

static void
on_stream_hold(void *arg, const void *body, int fd)
{
	(void)fd;
	now_read();
	stream_hold((unsigned int)(uintptr_t)arg, body);
}

static const struct pipe_handler handlers[] = {
	{ M_STREAM_OUT, on_stream_out },
	{ M_STREAM_HOLD, on_stream_hold },
	{ 0, NULL }
};
static const struct pipe_ops ops = { handlers, on_broken };

void
stray_pipe_given(unsigned int inst, int fd)
{
	if (inst >= WORKERS_MAX)
		fatal("ikd-ike %u", inst);
	stray_pipe_gone(inst);
	ike.pipe[inst] = pipe_new(ike.base, fd, &proto_ike_esp, SIDE_B, &ops,
	    (void *)(uintptr_t)inst);
}

void
stray_pipe_gone(unsigned int inst)
{
	if (inst >= WORKERS_MAX)
		return;
	pipe_free(ike.pipe[inst]);
	ike.pipe[inst] = NULL;
	stream_worker_gone(inst);
}

/* The pipe of a slot's worker, if it takes anything now. */
static struct pipe *
pipe_of(unsigned int slot)
{
	struct pipe *p;

	if (ike.workers == 0)
		return (NULL);
	p = ike.pipe[slot % ike.workers % WORKERS_MAX];
	if (p == NULL || pipe_queued(p) > STRAY_QUEUE)
		return (NULL);
	return (p);
}

int
stray_slot(const uint8_t *p, size_t len, uint64_t seed)
{
	if (len < IKE_HEAD || be32(p + LENGTH) != len)
		return (-1);
	if (p[VERSION] >> 4 == 1)
		return (0);
	if (!(p[FLAGS] & FLAG_INITIATOR))
		return (p[SPI_I] % SLOTS);
	if (be64(p + SPI_R) == 0)
		return (slot_hash(p + SPI_I, seed));
	return (p[SPI_R] % SLOTS);
}

void
stray_datagram(const struct wt_sock *local, const struct wt_sock *remote,
    const uint8_t *p, size_t len)
{
	struct mw_stray m = { .local = *local, .remote = *remote };
	struct pipe *pipe;
	int slot = -1;

	if (len > MARKER_LEN && len <= STRAY_MOST)
		slot = stray_slot(p + MARKER_LEN, len - MARKER_LEN, ike.seed);
	if (slot == -1) {
		count(DROP_STRAY_BAD);
		return;
	}
	if (!bucket_take(&ike.rate) || (pipe = pipe_of(slot)) == NULL) {
		count(DROP_STRAY_RATE);
		return;
	}
	m.data.p = p;
	m.data.len = len;
	if (pipe_send(pipe, M_STRAY, &m, -1) == PIPE_OK)
		count(STRAY);
	else
		count(DROP_STRAY_RATE);
}

int
stray_message(const struct wt_sock *local, const struct wt_sock *remote,
    const uint8_t *p, size_t len)
{
	struct mw_stray m = { .local = *local, .remote = *remote };
	struct pipe *pipe;
	int slot = -1;

	if (len > MARKER_LEN && len <= STRAY_MOST)
		slot = stray_slot(p + MARKER_LEN, len - MARKER_LEN, ike.seed);
	if (slot == -1) {
		count(DROP_STRAY_BAD);
		return (-1);
	}
	m.data.p = p;
	m.data.len = len;
	if ((pipe = pipe_of(slot)) == NULL ||
	    pipe_send(pipe, M_STRAY, &m, -1) != PIPE_OK)
		return (1);
	return (0);
}

/* Small, and no more than there are streams: the pipe's bound is not asked. */
void
stray_stream(unsigned int inst, uint64_t session, int code,
    const struct wt_sock *local, const struct wt_sock *remote)
{
	struct mw_stream m = { .session = session, .code = (uint16_t)code,
	    .local = *local, .remote = *remote };

	if (inst < WORKERS_MAX && ike.pipe[inst] != NULL)
		(void)pipe_send(ike.pipe[inst], M_STREAM, &m, -1);
}

/*
 * The SPIs of Child SAs carry no slot: every worker hears of it, and the one
 * whose SA it is acts.
 */
void
stray_mapping(uint32_t spi_in, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct mw_mapping m = { .spi_in = spi_in, .local = *local,
	    .remote = *remote };
	struct pipe *pipe;
	unsigned int i;

	count(MAPPING);
	for (i = 0; i < ike.workers && i < WORKERS_MAX; i++)
		if ((pipe = pipe_of(i)) != NULL)
			pipe_send(pipe, M_MAPPING, &m, -1);
}
