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

#ifndef PARENT_ASROOT_NL_H
#define PARENT_ASROOT_NL_H

#include <stddef.h>
#include <stdint.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

/*
 * Requests to the kernel over netlink, several in one sendmsg(2).  They are
 * synchronous: the kernel has done the work when sendmsg returns and its
 * answers wait in the receive buffer, so a flush of NLQ_BATCH requests takes
 * well under a millisecond and never waits for anybody.
 */
#define NLQ_BATCH	64 /* their answers fit the default buffer */

struct nlq;

/* What a request may meet without being an error. */
enum nlq_tolerate {
	NLQ_STRICT,		/* nothing */
	NLQ_ADD,		/* it is there already */
	NLQ_ADD6,		/* the same, or this host has no IPv6 */
	NLQ_DEL,		/* it is gone already */
	NLQ_GET,		/* it is not there, or no route leads there */
	NLQ_TRY			/* whatever: told, not logged */
};

/*
 * A queue on a new socket of this netlink family; NULL when the kernel has
 * no such family.  name is for error lines (a literal).
 */
struct nlq	*nlq_open(int family, const char *name);

/*
 * From now on what is queued goes in one send, however much it is: a
 * transaction.  octets: room for it, and its answers, in the socket; before
 * the door.
 */
void		 nlq_whole(struct nlq *q, int octets);

/* A request with its fixed header; fatal when memory is out. */
struct nl_msg	*nlq_msg(int type, int flags, const void *head, size_t len);

/*
 * Queues m and frees it; sends what is queued first when there is no room.
 * what names the request in the error line (a literal).
 */
void		 nlq_add(struct nlq *q, struct nl_msg *m, const char *what,
		    enum nlq_tolerate t);

/*
 * *refused becomes 1 when one of the requests queued from now on is not done
 * (NULL: nobody asks); it must live until the flush.
 */
void		 nlq_watch(struct nlq *q, int *refused);

/* Queues and frees a message without an answer (a batch's begin and end). */
void		 nlq_mark(struct nlq *q, struct nl_msg *m);

/*
 * Sends what is queued and takes the answers; each failure is logged.
 * Returns NULL, or the first failure since the last flush (valid until the
 * next call).
 */
const char	*nlq_flush(struct nlq *q);

/*
 * Dumps: m (freed) is the request; fn is called for each object.  Returns
 * NULL or what went wrong.
 */
const char	*nlq_dump(struct nlq *q, struct nl_msg *m,
		    void (*fn)(struct nlmsghdr *h, void *arg), void *arg);

/* One object, if it is there; m is freed.  A failure is logged. */
void		 nlq_get(struct nlq *q, struct nl_msg *m, const char *what,
		    void (*fn)(struct nlmsghdr *h, void *arg), void *arg);

/* A non-blocking socket that hears these multicast groups (a mask), or -1. */
int		 nlq_listen(int family, const char *name, uint32_t groups);

#endif /* PARENT_ASROOT_NL_H */
