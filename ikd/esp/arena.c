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
 * The SA table that outlives the process: layout, checks, publication.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "alg.h"
#include "arena.h"
#include "fnv.h"
#include "seal.h"
#include "ts.h"

static const uint8_t magic[8] = { 'I', 'K', 'D', 'E', 'S', 'P', 0, 1 };

_Static_assert(sizeof(struct arena_sa) <= ARENA_RECORD, "a record a page");
_Static_assert(sizeof(struct arena_head) <= ARENA_RECORD, "the head a page");

/*
 * FNV-1a, 64 bits: against decay, not against an enemy, who could compute any
 * sum.  Each step is a bijection, so a single changed octet always shows.
 */
static uint64_t
sum_of(const void *mem, size_t len)
{
	return (fnv64(FNV64_START, mem, len));
}

static uint64_t
sum_path(const struct arena_path *p)
{
	return (sum_of(&p->local, sizeof(*p) -
	    offsetof(struct arena_path, local)));
}

struct arena_sa *
arena_at(const struct arena *a, uint32_t slot)
{
	void *p = a->records + (size_t)slot * ARENA_RECORD;

	return (p);
}

uint64_t
arena_seq_max(const struct arena_sa *r)
{
	return (r->fixed.suite.esn ? UINT64_MAX - 1 : UINT32_MAX);
}

static int
sock_ok(const struct wt_sock *s, const struct wt_sock *other)
{
	return ((s->addr.af == 4 || s->addr.af == 6) &&
	    s->addr.af == other->addr.af && s->port != 0);
}

static int
list_ok(const struct wt_ts *t, uint16_t n)
{
	uint16_t i;

	if (n == 0 || n > LINK_TS)
		return (0);
	for (i = 0; i < n; i++)
		if (!ts_valid(&t[i]))
			return (0);
	return (1);
}

static const char *
check_fixed(const struct arena_fixed *f)
{
	if (f->handle == 0)
		return ("no handle");
	if (f->spi_in < 256 || f->spi_out < 256)	/* RFC 4303 2.1 */
		return ("a reserved SPI");
	if (f->suite.esn > 1 || f->heads > HEAD_BITS ||
	    f->dscp > 64 ||
	    f->window > REPLAY_MAX)
		return ("replay window");
	if (f->encr_len > KEY_MAX || f->integ_len > KEY_MAX ||
	    !seal_known(&f->suite, f->encr_len, f->integ_len))
		return ("algorithms");
	if (!list_ok(f->local, f->nlocal) || !list_ok(f->remote, f->nremote))
		return ("selectors");
	return (NULL);
}

const char *
arena_check(const struct arena_sa *r)
{
	const struct arena_path *p;
	const char *why;

	if (r->state != ARENA_USED)
		return ("state");
	if (r->sum != sum_of(&r->fixed, sizeof(r->fixed)))
		return ("checksum");
	if ((why = check_fixed(&r->fixed)) != NULL)
		return (why);
	if (r->path_at > 1)
		return ("path");
	p = arena_path(r);
	if (p->sum != sum_path(p) || !sock_ok(&p->local, &p->remote) ||
	    !sock_ok(&p->remote, &p->local))
		return ("path");
	if (r->hold > HOLD_EVER || r->told > (TOLD_SOFT_BYTES |
	    TOLD_SOFT_PACKETS | TOLD_HARD))
		return ("flags");
	if (r->seq_end == 0 || r->seq_end - 1 > arena_seq_max(r))
		return ("sequence number");
	if (r->replay.top > arena_seq_max(r))
		return ("replay window");
	return (NULL);
}

static void
set_up(struct arena *a)
{
	memcpy(a->head->magic, magic, sizeof(magic));
	a->head->record = ARENA_RECORD;
	a->head->slots = a->slots;
}

static int
all_zero(const void *mem, size_t len)
{
	const uint8_t *p = mem;

	while (len-- > 0)
		if (*p++ != 0)
			return (0);
	return (1);
}

/* Our layout?  high bounds what is read: untouched pages stay holes. */
static int
head_ok(const struct arena *a)
{
	const struct arena_head *h = a->head;

	return (memcmp(h->magic, magic, sizeof(magic)) == 0 &&
	    h->record == ARENA_RECORD && h->slots == a->slots &&
	    h->high <= a->slots && h->zero == 0);
}

/*
 * The slot behind the last one may hold what was being written when the
 * process died: neither it nor a free one may keep a key.
 */
static void
check_records(struct arena *a, void (*lost)(void *, uint32_t, const char *),
    void *ctx)
{
	struct arena_sa *r;
	const char *why;
	uint32_t i;

	for (i = 0; i < a->slots && i <= a->head->high; i++) {
		r = arena_at(a, i);
		if (i < a->head->high && r->state != ARENA_FREE) {
			if ((why = arena_check(r)) == NULL) {
				if (r->fixed.order > a->head->order)
					a->head->order = r->fixed.order;
				continue;
			}
			lost(ctx, i, why);
		}
		arena_wipe(a, i);
	}
}

const char *
arena_adopt(struct arena *a, void *mem, size_t size,
    void (*lost)(void *, uint32_t, const char *), void *ctx)
{
	memset(a, 0, sizeof(*a));
	if (size < 2 * ARENA_RECORD)
		return ("too small");
	a->head = mem;
	a->records = (uint8_t *)mem + ARENA_RECORD;
	a->size = size;
	a->slots = size / ARENA_RECORD - 1 < ARENA_SLOTS ?
	    size / ARENA_RECORD - 1 : ARENA_SLOTS;
	if (all_zero(mem, ARENA_RECORD)) {
		set_up(a);
		return (NULL);
	}
	if (!head_ok(a)) {
		memset(mem, 0, size);
		set_up(a);
		return ("not of this version, or damaged");
	}
	check_records(a, lost, ctx);
	return (NULL);
}

const char *
arena_map(struct arena *a, int fd,
    void (*lost)(void *, uint32_t, const char *), void *ctx)
{
	struct stat st;
	void *mem;

	memset(a, 0, sizeof(*a));
	if (fstat(fd, &st) == -1 || st.st_size < 0) {
		close(fd);
		return ("no size");
	}
	if ((size_t)st.st_size < 2 * ARENA_RECORD) {
		close(fd);
		return ("too small");
	}
	mem = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	close(fd);
	if (mem == MAP_FAILED)
		return (strerror(errno));
	return (arena_adopt(a, mem, st.st_size, lost, ctx));
}

void
arena_unmap(struct arena *a)
{
	if (a->head != NULL)
		munmap(a->head, a->size);
	memset(a, 0, sizeof(*a));
}

long
arena_take(struct arena *a)
{
	uint32_t i;

	for (i = a->hint; i < a->head->high; i++)
		if (arena_at(a, i)->state == ARENA_FREE)
			break;
	a->hint = i;
	if (i == a->slots)
		return (-1);
	memset(arena_at(a, i), 0, ARENA_RECORD);
	return (i);
}

void
arena_publish(struct arena *a, uint32_t slot)
{
	struct arena_sa *r = arena_at(a, slot);

	r->sum = sum_of(&r->fixed, sizeof(r->fixed));
	if (slot >= a->head->high)
		a->head->high = slot + 1;
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&r->state = ARENA_USED;
	atomic_signal_fence(memory_order_seq_cst);
}

void
arena_wipe(struct arena *a, uint32_t slot)
{
	struct arena_sa *r = arena_at(a, slot);

	*(volatile uint32_t *)&r->state = ARENA_FREE;
	atomic_signal_fence(memory_order_seq_cst);
	explicit_bzero(r, sizeof(*r));
	if (slot < a->hint)
		a->hint = slot;
}

const struct arena_path *
arena_path(const struct arena_sa *r)
{
	return (&r->path[r->path_at & 1]);
}

void
arena_set_path(struct arena_sa *r, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	uint32_t at = !(r->path_at & 1);

	r->path[at].local = *local;
	r->path[at].remote = *remote;
	r->path[at].sum = sum_path(&r->path[at]);
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&r->path_at = at;
}
