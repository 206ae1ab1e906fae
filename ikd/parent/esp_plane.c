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
 * The life of SA pairs on ikd-esp: what is sent, what is awaited, and what
 * happens when ikd-esp dies.  Its SA table is a memfd that the parent keeps,
 * so a new ikd-esp goes on with it, unless the table may be what kills it.
 */

#include <sys/mman.h>
#include <sys/wait.h>

#include <event2/event.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alg.h"
#include "asroot_tun.h"
#include "ceiling.h"
#include "esp_plane.h"
#include "hold.h"
#include "plane_ask.h"
#include "plane_ops.h"

#define ARENA_SUSPECT	10	/* seconds between deaths that condemn it */

static TAILQ_HEAD(, pair)	 queue = TAILQ_HEAD_INITIALIZER(queue);
static unsigned int		 nqueued;
static int			 arena = -1;
static int			 up;
static uint64_t			 last_death;	/* 0: none yet */
static int			 tell_lost;	/* when it is up again */

static void
arena_new(void)
{
	if (arena != -1)
		close(arena);
	if ((arena = memfd_create("ikd-esp", MFD_CLOEXEC |
	    MFD_ALLOW_SEALING)) == -1 || ftruncate(arena, ESP_ARENA_SIZE) == -1)
		fatal_errno("arena");
	if (fcntl(arena, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_SEAL) == -1)
		fatal_errno("arena: seals");
}

void
plane_init(void)
{
	arena_new();
}

static const char *
esp_lacks(const struct mi_install *m)
{
	if (m->suite.proto != PROTO_ESP || m->suite.ah != INTEG_NONE)
		return ("the user-space plane has ESP only");
	if (m->mode != MODE_TUNNEL)
		return ("the user-space plane has tunnel mode only");
	if (!m->udp_encap)
		return ("the user-space plane always encapsulates in UDP");
	return (NULL);
}

static int
esp_has_room(void)
{
	return (nqueued < PLANE_WAITING);
}

static int
esp_send(uint16_t type, const void *body)
{
	return (parent_send(grants_parent, ROLE_ESP, 0, type, body, -1));
}

static void
enqueue(struct pair *p)
{
	if (p->queued)
		return;
	p->queued = 1;
	nqueued++;
	TAILQ_INSERT_TAIL(&queue, p, plane_entry);
}

static void
dequeue(struct pair *p)
{
	if (!p->queued)
		return;
	p->queued = 0;
	nqueued--;
	TAILQ_REMOVE(&queue, p, plane_entry);
}

/* Keys leave this process's memory. */
static void
wipe(struct pair *p)
{
	if (p->add != NULL) {
		explicit_bzero(p->add, sizeof(*p->add));
		free(p->add);
		p->add = NULL;
	}
	free(p->move);
	p->move = NULL;
}

static void
calm(struct pair *p)
{
	if (p->patience != NULL)
		event_free(p->patience);
	p->patience = NULL;
}

static void
on_patience(int fd, short what, void *arg)
{
	struct pair	*p = arg;

	(void)fd;
	(void)what;
	calm(p);
	if (p->state == PAIR_UP) {
		/* What it does with the move will be heard later. */
		pair_answer(p, &p->move_req, M_MIGRATED, RSN_PLANE,
		    "the plane does not answer");
		return;
	}
	pair_answer(p, &p->add_req, M_INSTALLED, RSN_PLANE,
	    "the plane does not answer");
	pair_delete(p, RSN_PLANE);
	hold_flush();
}

static void
be_patient(struct pair *p)
{
	static const struct timeval	 tv = { PLANE_SECONDS, 0 };

	calm(p);
	p->patience = evtimer_new(grants_parent->base, on_patience, p);
	if (p->patience == NULL)
		fatal("out of memory");
	evtimer_add(p->patience, &tv);
}

/*
 * The SPIs of manual keys come again: of a new ikd-esp those that stand and
 * should not go first.
 */
static int
add_send(const struct pair *p, const struct me_sa_add *a)
{
	if (p->worker == WORKER_SIGN && plane_ask_reconciling())
		return (PIPE_NOCREDIT);
	return (esp_send(M_SA_ADD, a));
}

/* Sends what p waits to send; 0 or -1: not now. */
static int
send_one(struct pair *p)
{
	struct me_handle	 h = { p->handle };

	switch (p->state) {
	case PAIR_WAITING:
		if (add_send(p, p->add) != PIPE_OK)
			return (-1);
		p->state = PAIR_ADDING;
		return (0);
	case PAIR_UP:
		return (esp_send(M_SA_MOVE, p->move) == PIPE_OK ? 0 : -1);
	case PAIR_DELETING:
		return (esp_send(M_SA_DEL, &h) == PIPE_OK ? 0 : -1);
	default:
		fatal("pair %u in state %u is queued", p->handle, p->state);
	}
}

void
plane_pump(void)
{
	struct pair	*p;

	while (up && (p = TAILQ_FIRST(&queue)) != NULL) {
		if (send_one(p) == -1)
			return;
		dequeue(p);
	}
}

static void
esp_add(struct pair *p, const struct mi_install *m, uint32_t replaces)
{
	const struct wt_ceiling	*c = ceiling_find(p->tunnel, p->child);
	static struct me_sa_add	 a;

	a.heads = c != NULL ? c->heads : 0;
	a.dscp = c != NULL ? c->dscp : 0;
	a.tfc = pair_tfc(c, m);
	a.wraps = p->worker == WORKER_SIGN;
	a.handle = p->handle;
	a.replaces = replaces;
	a.tunnel = p->tunnel;
	a.child = p->child;
	a.spi_in = m->spi_in;
	a.spi_out = m->spi_out;
	a.hold_out = m->hold_out;
	a.suite = m->suite;
	a.replay_window = m->replay_window;
	a.soft_bytes = m->soft_bytes;
	a.hard_bytes = m->hard_bytes;
	a.soft_packets = m->soft_packets;
	a.hard_packets = m->hard_packets;
	a.local = m->local;
	a.remote = m->remote;
	a.ts_local_n = m->ts_local_n;
	memcpy(a.ts_local, m->ts_local, m->ts_local_n * sizeof(m->ts_local[0]));
	a.ts_remote_n = m->ts_remote_n;
	memcpy(a.ts_remote, m->ts_remote,
	    m->ts_remote_n * sizeof(m->ts_remote[0]));
	a.encr_in_len = m->encr_in_len;
	memcpy(a.encr_in, m->encr_in, m->encr_in_len);
	a.encr_out_len = m->encr_out_len;
	memcpy(a.encr_out, m->encr_out, m->encr_out_len);
	a.integ_in_len = m->integ_in_len;
	memcpy(a.integ_in, m->integ_in, m->integ_in_len);
	a.integ_out_len = m->integ_out_len;
	memcpy(a.integ_out, m->integ_out, m->integ_out_len);
	be_patient(p);
	if (up && nqueued == 0 && add_send(p, &a) == PIPE_OK)
		p->state = PAIR_ADDING;
	else {
		p->add = xcalloc(1, sizeof(a));
		*p->add = a;
		enqueue(p);
	}
	explicit_bzero(&a, sizeof(a));
}


static void
esp_delete(struct pair *p)
{
	int	 there = up && !p->lost;

	if (p->state != PAIR_DELETING)
		fatal("pair %u still stands", p->handle);
	/* Never sent: it is not there. */
	if (p->queued && p->add != NULL)
		there = 0;
	calm(p);
	dequeue(p);
	wipe(p);
	if (there) {
		enqueue(p);
		plane_pump();
		return;
	}
	/* A plane that is away is asked what it has when it is back. */
	pair_answer_removed(p, RSN_OK);
	pair_free(p);
}

static void
esp_move(struct pair *p, const struct mi_migrate *m)
{
	p->move = xcalloc(1, sizeof(*p->move));
	p->move->handle = p->handle;
	p->move->local = m->local;
	p->move->remote = m->remote;
	be_patient(p);
	enqueue(p);
	plane_pump();
}

static void
esp_tell(const struct pair *p, uint16_t type)
{
	struct me_handle	 h = { p->handle };

	if (up)
		(void)esp_send(type, &h);
}

/* One that dies before it hears this is asked to delete the pair soon. */
static void
esp_retire(struct pair *p)
{
	esp_tell(p, M_SA_RETIRE);
}

static void
esp_release(struct pair *p)
{
	esp_tell(p, M_SA_RELEASE);
}

static void
esp_set_idle(const struct me_idle *row, const struct wt_ceiling *c)
{
	(void)c;
	if (up)
		(void)esp_send(M_SET_IDLE_ROW, row);
}

void
plane_added(const struct me_sa_result *r)
{
	struct pair	*p = pair_by_handle(r->handle);

	plane_pump();
	if (p == NULL || p->state != PAIR_ADDING)
		return;		/* deleted meanwhile: SA_DEL is on its way */
	calm(p);
	wipe(p);
	plane_added_pair(p, r->code, NULL);
}

void
plane_added_pair(struct pair *p, unsigned int code, const char *why)
{
	if (code != RSN_OK) {
		p->lost = 1;	/* it never was there */
		pair_answer(p, &p->add_req, M_INSTALLED, code, why);
		pair_delete(p, code);
		return;
	}
	if ((why = pair_up(p)) != NULL) {
		pair_answer(p, &p->add_req, M_INSTALLED, RSN_PLANE, why);
		pair_delete(p, RSN_PLANE);
		hold_flush();
		return;
	}
	log_debug(LS_CHILD, "child %u.%u: SPIs %08x in, %08x out stand%s",
	    p->tunnel, p->child, p->spi_in, p->spi_out, about_pair(p));
	pair_answer(p, &p->add_req, M_INSTALLED, RSN_OK, NULL);
}

void
plane_deleted(const struct me_sa_result *r)
{
	struct pair	*p = pair_by_handle(r->handle);

	plane_pump();
	if (p == NULL || p->state != PAIR_DELETING || p->queued)
		return;		/* the reconciliation's */
	if (r->code == RSN_OK)
		p->counters = r->counters;
	pair_answer_removed(p, RSN_OK);
	pair_free(p);
}

void
plane_moved(const struct me_sa_result *r)
{
	struct pair	*p = pair_by_handle(r->handle);

	plane_pump();
	if (p == NULL || p->state != PAIR_UP || p->move == NULL)
		return;
	calm(p);
	if (r->code == RSN_OK) {
		p->local = p->move->local;
		p->remote = p->move->remote;
	}
	wipe(p);
	pair_answer(p, &p->move_req, M_MIGRATED, r->code, NULL);
}

void
plane_lost(struct pair *p)
{
	if (p->state != PAIR_UP || p->lost)
		return;
	p->lost = 1;
	calm(p);
	dequeue(p);
	wipe(p);
	pair_answer(p, &p->move_req, M_MIGRATED, RSN_GONE, NULL);
	log_warn(LS_CHILD, "child %u.%u, SPI %08x: lost by the plane, to be "
	    "rekeyed%s", p->tunnel, p->child, p->spi_in, about_pair(p));
	pair_tell_expire(p, EXPIRE_LOST, 0);
}

/* A death that says the table itself may be at fault. */
static int
arena_suspect(int status)
{
	uint64_t	 now = parent_now();
	int		 soon;

	soon = last_death != 0 && now - last_death <= ARENA_SUSPECT;
	last_death = now;
	if (WIFSIGNALED(status))
		switch (WTERMSIG(status)) {
		case SIGSEGV:
		case SIGABRT:
		case SIGSYS:
		case SIGBUS:
		case SIGILL:
		case SIGFPE:
			return (1);
		}
	return (soon);
}

/*
 * What a pair was doing when the plane died is to be done again; but keys
 * that it has seen and not answered for never start at sequence number 1 a
 * second time, whatever its table says.
 */
static void
pair_plane_died(struct pair *p)
{
	switch (p->state) {
	case PAIR_ADDING:
		pair_answer(p, &p->add_req, M_INSTALLED, RSN_PLANE,
		    "the plane was restarted meanwhile");
		pair_delete(p, RSN_PLANE);
		break;
	case PAIR_UP:
		if (p->move != NULL)
			enqueue(p);
		break;
	case PAIR_DELETING:
		dequeue(p);
		pair_answer_removed(p, RSN_OK);
		pair_free(p);
		break;
	case PAIR_WAITING:
		break;
	}
}

void
plane_esp_died(int status)
{
	struct pair	*p, *next;

	up = 0;
	plane_ask_died();
	for (p = pair_next(NULL); p != NULL; p = next) {
		next = pair_next(p);
		pair_plane_died(p);
	}
	if (!arena_suspect(status))
		return;
	log_warn(LS_CHILD, "the SA table of the plane is discarded: all its "
	    "%zu SA pairs are to be rekeyed", pairs_count());
	arena_new();
	tell_lost = 1;
}

static void
give(unsigned int kind, int fd)
{
	struct ml_socket	 m;

	memset(&m, 0, sizeof(m));
	m.kind = (uint8_t)kind;
	if (fd == -1)
		fatal_errno("descriptor %u for the plane", kind);
	(void)parent_send(grants_parent, ROLE_ESP, 0, M_GIVE_SOCKET, &m, fd);
}

void
plane_esp_started(void)
{
	struct pair	*p;
	unsigned int	 i;
	int		 fd;

	up = 1;
	give(SOCK_ARENA, fcntl(arena, F_DUPFD_CLOEXEC, 0));
	ceilings_tell_plane();
	for (i = 0; (fd = asroot_tun_queue(i)) != -1; i++)
		give(SOCK_TUN, fd);
	if (tell_lost)
		for (p = pair_next(NULL); p != NULL; p = pair_next(p))
			plane_lost(p);
	tell_lost = 0;
	plane_ask_reconcile();
	plane_pump();
}

static int
esp_query(uint32_t req, uint32_t handle)
{
	struct me_query	 q = { req, handle };
	int		 r = esp_send(M_SA_QUERY, &q);

	return (r == PIPE_OK ? PLANE_LATER :
	    r == PIPE_NOCREDIT ? RSN_BUSY : RSN_PLANE);
}

static int
esp_info(uint32_t req)
{
	struct me_req	 q = { req };

	return (esp_send(M_PLANE_QUERY, &q) == PIPE_OK ? PLANE_LATER :
	    RSN_PLANE);
}

const struct plane_ops	 plane_userspace = {
	"userspace", 0, esp_lacks, esp_has_room, esp_add, esp_delete, esp_move,
	esp_retire, esp_release, esp_set_idle, esp_query, esp_info
};
const struct plane_ops	*plane = &plane_userspace;
