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
 * What ikd-esp says: answers, acquires, expires.  It is trusted with the
 * keys and with nothing else: handles it makes up are ignored.
 */

#include "addr.h"
#include "ceiling.h"
#include "esp_plane.h"
#include "hold.h"
#include "plane_ops.h"

#define PASS_ON(name, fn)						\
static void								\
name(void *ctx, const void *body, int fd)				\
{									\
	(void)ctx;							\
	(void)fd;							\
	fn(body);							\
}

PASS_ON(on_added, plane_added)
PASS_ON(on_deleted, plane_deleted)
PASS_ON(on_moved, plane_moved)
PASS_ON(on_count, plane_counted)
PASS_ON(on_count_end, plane_counted_all)
PASS_ON(on_info, plane_info)
PASS_ON(on_acquire, plane_acquired)

/* ikd-esp tells each child's once a second; here stands what it may not. */
#define ACQUIRES	1000		/* a second, of all children */

static int
too_many_acquires(void)
{
	static uint64_t		 second;
	static unsigned int	 n;

	if (parent_now() != second) {
		second = parent_now();
		n = 0;
	}
	return (++n > ACQUIRES);
}

/* A packet met a trap: tmd hears of it, when the child is one that traps. */
void
plane_acquired(const struct me_acquire *m)
{
	if (ceiling_idle(m->tunnel, m->child) != IDLE_TRAP) {
		log_debug(LS_KERNEL, "acquire for child %u.%u, which does not "
		    "trap", m->tunnel, m->child);
		return;
	}
	if (too_many_acquires())
		return;
	(void)parent_send(grants_parent, ROLE_TMD, 0, M_ACQUIRE, m, -1);
}

static void
on_expire(void *ctx, const void *body, int fd)
{
	const struct me_expire	*m = body;
	struct pair		*p = pair_by_handle(m->handle);

	(void)ctx;
	(void)fd;
	if (p == NULL || p->state != PAIR_UP || m->kind < EXPIRE_TIME ||
	    m->kind > EXPIRE_LOST)
		return;
	plane_expired(p, m->kind, m->hard);
}

void
plane_expired(struct pair *p, unsigned int kind, int hard)
{
	if (kind == EXPIRE_LOST) {
		plane_lost(p);
		return;
	}
	if (!hard) {
		if ((p->told & 1u << kind) == 0)
			pair_tell_expire(p, kind, 0);
		p->told |= 1u << kind;
		return;
	}
	pair_tell_expire(p, kind, 1);
	log_info(LS_CHILD, "child %u.%u, SPI %08x: hard %s limit reached%s",
	    p->tunnel, p->child, p->spi_in, kind == EXPIRE_BYTES ?
	    "byte" : kind == EXPIRE_PACKETS ? "packet" : "time", about_pair(p));
	pair_delete(p, RSN_EXPIRED);
	hold_flush();
}

const struct pipe_handler from_esp_handlers[] = {
	{ M_SA_ADDED, on_added },
	{ M_SA_DELETED, on_deleted },
	{ M_SA_MOVED, on_moved },
	{ M_SA_COUNT, on_count },
	{ M_SA_COUNT_END, on_count_end },
	{ M_ESP_ACQUIRE, on_acquire },
	{ M_ESP_EXPIRE, on_expire },
	{ M_PLANE_INFO, on_info },
	{ 0, NULL }
};
