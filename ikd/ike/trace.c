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
 * Shows datagrams, and keys, to `ikectl trace`.
 *
 * The socket comes from ikectl by way of tmd, which must learn no key: so keys
 * are written only to one of a pair that root made.  A pair has no names; an
 * end that was connected to a listening socket shows the listener's user (the
 * control sockets are root's), but has a name.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "addr.h"
#include "ike.h"
#include "ike_const.h"
#include "log.h"
#include "policy.h"
#include "proto_trace.h"
#include "session.h"
#include "trace.h"

struct trace {
	LIST_ENTRY(trace)	 entry;
	uint32_t		 req;
	uint32_t		 tunnel;	/* 0: by address */
	struct wt_addr		 peer;
	int			 keys;
	int			 fd;
	uint8_t			 bit;		/* in session->traced */
	uint32_t		 lost;		/* since the last shown */
};

static void
drop(struct ike *ike, struct trace *t)
{
	struct session	*s;

	LIST_FOREACH(s, &ike->all, all)
		s->traced &= (uint8_t)~t->bit;
	LIST_REMOVE(t, entry);
	close(t->fd);
	free(t);
}

static int
send_to(const struct trace *t, uint16_t type, const void *body)
{
	return (pipe_send_lossy(t->fd, &proto_trace, SIDE_A, type, body));
}

static void
note(const struct trace *t, const char *text)
{
	struct mp_note	 m;

	strlcpy(m.text, text, sizeof(m.text));
	(void)send_to(t, M_TRACE_NOTE, &m);
}

/* Is it what proto_trace.h is written to at all? */
static int
is_sink(int fd)
{
	int		 domain = 0, type = 0;
	socklen_t	 n = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == -1)
		return (0);
	n = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == -1)
		return (0);
	return (domain == AF_UNIX && type == SOCK_SEQPACKET);
}

/* One of a pair that root made: see above. */
static int
of_root(int fd)
{
	struct sockaddr_un	 own, peer;
	struct ucred		 uc;
	socklen_t		 n = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &n) == -1 ||
	    n != sizeof(own.sun_family))
		return (0);
	n = sizeof(peer);
	if (getpeername(fd, (struct sockaddr *)&peer, &n) == -1 ||
	    n != sizeof(peer.sun_family))
		return (0);
	n = sizeof(uc);
	return (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &uc, &n) != -1 &&
	    n == sizeof(uc) && uc.uid == 0);
}

static uint8_t
free_bit(const struct ike *ike)
{
	const struct trace	*t;
	unsigned int		 used = 0, i;

	LIST_FOREACH(t, &ike->traces, entry)
		used |= t->bit;
	for (i = 0; i < TRACES_MAX; i++)
		if (!(used & 1U << i))
			return ((uint8_t)(1U << i));
	return (0);
}

void
trace_begin(struct ike *ike, const struct mx_trace *m, int fd)
{
	struct trace	*t;
	uint8_t		 bit;

	trace_end(ike, m->req);
	bit = free_bit(ike);
	if (!is_sink(fd) || bit == 0) {
		log_info(LS_IKE, "a trace is refused: %s", bit == 0 ?
		    "there are too many" : "no socket for it");
		close(fd);
		return;
	}
	t = xcalloc(1, sizeof(*t));
	t->req = m->req;
	t->tunnel = m->tunnel;
	t->peer = m->peer;
	t->fd = fd;
	t->bit = bit;
	t->keys = m->keys && of_root(fd);
	LIST_INSERT_HEAD(&ike->traces, t, entry);
	if (m->keys && !t->keys)
		note(t, "no keys are shown: only to root");
}

void
trace_end(struct ike *ike, uint32_t req)
{
	struct trace	*t;

	LIST_FOREACH(t, &ike->traces, entry)
		if (t->req == req) {
			drop(ike, t);
			return;
		}
}

void
trace_end_all(struct ike *ike)
{
	struct trace	*t;

	while ((t = LIST_FIRST(&ike->traces)) != NULL)
		drop(ike, t);
}

static int
in_list(const struct wt_prefix *list, size_t n, const struct wt_addr *a)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (prefix_has(&list[i], a))
			return (1);
	return (0);
}

/*
 * A session says which tunnel it is of; until a peer is known, and of what has
 * no session, the addresses say which it may be.
 */
static int
wanted(const struct ike *ike, const struct trace *t, const struct session *s,
    const struct wt_addr *local, const struct wt_addr *remote)
{
	const struct kept_tunnel	*tun;

	if (t->tunnel == 0)
		return (addr_cmp(&t->peer, remote) == 0);
	if (s != NULL && s->tunnel != 0)
		return (s->tunnel == t->tunnel);
	tun = ike->policy == NULL ? NULL :
	    policy_tunnel(ike->policy, t->tunnel);
	return (tun != NULL && in_list(tun->remote, tun->remote_n, remote) &&
	    (tun->local_n == 0 || local->af == 0 ||
	    in_list(tun->local, tun->local_n, local)));
}

/* Whose it is: one of the two SPIs is ours. */
static struct session *
session_of(struct ike *ike, const uint8_t *buf, size_t len)
{
	static const uint8_t	 none[SPI_LEN];
	struct session		*s = NULL;

	if (len < HDR_LEN)
		return (NULL);
	if (memcmp(buf + SPI_LEN, none, SPI_LEN) != 0)
		s = session_by_spi(ike, buf + SPI_LEN);
	return (s != NULL ? s : session_by_spi(ike, buf));
}

static void
put_key(uint8_t *out, uint16_t *out_len, struct slice key)
{
	memcpy(out, key.p, key.len);
	*out_len = (uint16_t)key.len;
}

static int
show_keys(const struct trace *t, const struct session *s)
{
	struct slice	 e, a;
	struct mp_keys	 m;
	int		 i = s->initiator, rc;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, s->spi_r, sizeof(m.spi_r));
	m.suite = s->suite;
	sk_keys(s->keys.seal, &e, &a);
	put_key(i ? m.ei : m.er, i ? &m.ei_len : &m.er_len, e);
	put_key(i ? m.ai : m.ar, i ? &m.ai_len : &m.ar_len, a);
	sk_keys(s->keys.open, &e, &a);
	put_key(i ? m.er : m.ei, i ? &m.er_len : &m.ei_len, e);
	put_key(i ? m.ar : m.ai, i ? &m.ar_len : &m.ai_len, a);
	rc = send_to(t, M_TRACE_KEYS, &m);
	explicit_bzero(&m, sizeof(m));
	return (rc);
}

static uint64_t
now_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ((uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

/* 0, or -1: nobody is there any more. */
static int
show(struct trace *t, struct session *s, struct mp_packet *m)
{
	int	 rc;

	if (t->keys && s != NULL && s->keys.seal != NULL &&
	    !(s->traced & t->bit)) {
		if ((rc = show_keys(t, s)) == -1)
			return (-1);
		if (rc == 0)
			s->traced |= t->bit;
	}
	m->lost = t->lost;
	rc = send_to(t, M_TRACED, m);
	if (rc == 0)
		t->lost = 0;
	else if (t->lost < UINT32_MAX)
		t->lost++;
	return (rc == -1 ? -1 : 0);
}

void
trace_packet(struct ike *ike, int out, const struct wt_sock *local,
    const struct wt_sock *remote, int natt, const uint8_t *buf, size_t len)
{
	struct mp_packet	 m;
	struct session		*s;
	struct trace		*t, *next;

	if (LIST_EMPTY(&ike->traces) || len > TRACE_DATA)
		return;
	memset(&m, 0, sizeof(m));
	m.out = (uint8_t)out;
	m.natt = natt != 0;
	m.us = now_us();
	m.local = *local;
	m.remote = *remote;
	m.data.p = buf;
	m.data.len = len;
	s = session_of(ike, buf, len);
	m.client = s != NULL && s->client;
	LIST_FOREACH_SAFE(t, &ike->traces, entry, next)
		if (wanted(ike, t, s, &local->addr, &remote->addr) &&
		    show(t, s, &m) == -1)
			drop(ike, t);
}
