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

#ifndef PARENT_PARENT_H
#define PARENT_PARENT_H

#include <sys/types.h>
#include <stdint.h>

#include "log.h"
#include "pipe.h"
#include "proto_parent_esp.h"
#include "proto_parent_ike.h"
#include "proto_parent_tmd.h"
#include "proto_snap.h"
#include "roles.h"

/*
 * What the two halves of ikd-parent know of each other.  The life half
 * (children, sockets, reload, log) owns the struct; the grant half (grants,
 * ceilings, data plane) is called through the hooks below and keeps its own
 * state in its own files.
 */
struct event_base;
struct child;

#define PARENT_SO_MARK	0x1ced		/* SO_MARK of every UDP socket */

struct parent {
	struct event_base	*base;
	struct pipe		*starter;
	uint8_t			 boot[16];	/* names this boot */
	uint64_t		 seed;		/* of the steering hash */
	int			 debug;		/* ikd -d */
	int			 stopping;
	int			 serving; /* the first load has succeeded */
	uint32_t		 generation;	/* committed; 0: none yet */
	struct sn_suite		 suite;		/* of that generation */
	unsigned int		 workers;	/* ikd-ike processes, from 1 */
	uint16_t		 port_ike;	/* in use: fixed at the start */
	uint16_t		 port_natt;
	uint16_t		 port_tcp;	/* 0: no streams are taken */
};

/*
 * A role we started; the ctx of every handler of its pipe.  Grant code reads
 * these three and nothing more.
 */
struct child_id {
	struct parent	*parent;
	enum role	 role;
	unsigned int	 inst;
};

/* ---- The life half, called by anybody. ---- */

/*
 * The pipe to a role that has said READY, or NULL: not running just now.
 * inst counts ikd-ike; 0 for the others.  Never keep the pointer.
 */
struct pipe	*parent_pipe(struct parent *p, enum role role,
		    unsigned int inst);

/*
 * Sends if the role is there; fd (or -1) is consumed in any case.  Returns
 * PIPE_OK, PIPE_NOCREDIT, or PIPE_CLOSED when it is not running.
 */
int		 parent_send(struct parent *p, enum role role,
		    unsigned int inst, uint16_t type, const void *body, int fd);

/*
 * The role did what an honest one never does (a rule that no message table
 * can express): logged, killed, restarted.  Safe in its own handlers; the
 * pipe is gone when this returns.
 */
void		 child_violation(const struct child_id *c, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

/* CLOCK_BOOTTIME seconds. */
uint64_t	 parent_now(void);

/* The worker that serves a slot. */
unsigned int	 parent_slot_worker(const struct parent *p, unsigned int slot);

/* ---- The grant half's hooks, called by the life half. ---- */

/*
 * Handlers of the rows after LIFE_ROWS; ctx is a struct child_id *.  The
 * tmd list holds GRANT, REVOKE, SET_IDLE, QUERY_PAIRS, QUERY_PLANE; the life
 * half adds RELOAD, PROCESSES and LOG_LEVEL.  Ended by type 0.
 */
extern const struct pipe_handler from_ike_handlers[];
extern const struct pipe_handler from_sign_handlers[];
extern const struct pipe_handler from_esp_handlers[];
extern const struct pipe_handler from_tmd_grant_handlers[];

/* System calls of the grant half behind the door, ended by -1. */
extern const int grants_syscalls[];
/* The same of requests of ioctl(2), ended by 0. */
extern const unsigned int grants_ioctls[];

/*
 * Before the door closes: TUN descriptors, netlink sockets, whatever needs a
 * path.  No policy is known yet.  A failure is fatal.
 */
void		 plane_open_tun_fds(void);

/* Behind the door, once, before anything else; p->base is there. */
void		 grants_init(struct parent *p);

/*
 * Once at the start, before the first ceilings are committed: recognise what
 * an earlier life left in the kernel and remove what has no owner; block
 * policies stay.
 */
void		 plane_reconcile(void);

/*
 * The three steps of a reload.  prepare reads the parent's snapshot (memfd
 * stays the caller's) into a standby copy and returns NULL or why it is
 * refused (static or literal).  commit sets block policies and routes and
 * makes the standby copy hold; NULL or what failed: fatal to a first start,
 * an error line later.  abort forgets the standby copy; harmless when there
 * is none.
 */
const char	*ceilings_prepare(uint32_t generation, int memfd);
const char	*ceilings_commit(struct parent *p, uint32_t generation);
/*
 * At a start, before commit: sets some of the block policies, for a parent
 * that has others to serve meanwhile; *more: there are more.  NULL, or what
 * failed.
 */
const char	*ceilings_hold_some(int *more);
void		 ceilings_abort(void);
/* Calls fn for each child whose blocks the kernel refused; how many. */
unsigned int	 ceilings_unsafe(void (*fn)(void *arg, uint32_t tunnel,
		    uint32_t child), void *arg);

/*
 * ikd-esp is READY and has its UDP sockets: give it TUN queue, arena, all
 * idle rows.  It died, as wait(2)'s status says: its pipe is gone already.
 */
void		 plane_esp_started(void);
void		 plane_esp_died(int wait_status);

/* An ikd-ike died: its SAs, unanswered requests. */
void		 grants_worker_died(unsigned int inst);
void		 grants_sign_died(void);
/* A new ikd-ike is READY: serials start again. */
void		 grants_worker_started(struct parent *p, unsigned int inst);

/* tmd is READY: GRANT_OLD rows, GRANTS_END. */
void		 grants_tmd_started(struct parent *p);
/* tmd died: its unanswered requests are void; grants stand. */
void		 grants_tmd_died(void);

/*
 * What a log line is about, to stand at its end: " no=1.1 peer=192.0.2.1";
 * peer may be NULL.  A static buffer.
 */
const char	*about_child(uint32_t tunnel, uint32_t child,
		    const struct wt_addr *peer);
#define about_pair(p)							\
	about_child((p)->tunnel, (p)->child, &(p)->remote.addr)

/* A clean stop, all roles gone: leave nothing in the kernel. */
void		 plane_teardown(void);

#endif /* PARENT_PARENT_H */
