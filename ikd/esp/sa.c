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
 * The table of SA pairs over the arena: adding, removing, finding.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "log.h"
#include "sa.h"
#include "selidx.h"
#include "ts.h"

#define BUCKETS		32768	/* twice the pairs there can be */

uint64_t sa_generation;

static struct {
	struct arena	 arena;
	struct sa	*by_spi[BUCKETS];
	struct sa	*by_handle[BUCKETS];
	struct sa	*by_replaces[BUCKETS];	/* who waits for a handle */
	struct selidx	 to;
	struct sa	**all;		/* dense */
	uint32_t	 count;
	int		 mapped;	/* we mapped it */
} t;

/* SPIs are random but for their slot; handles count up. */
static uint32_t
bucket_of(uint32_t v)
{
	return ((v * 2654435761u) >> 17);
}

struct sa *
sa_by_spi(uint32_t spi_in)
{
	struct sa *sa;

	for (sa = t.by_spi[bucket_of(spi_in)]; sa != NULL; sa = sa->next_spi)
		if (sa->rec->fixed.spi_in == spi_in)
			return (sa);
	return (NULL);
}

struct sa *
sa_by_handle(uint32_t handle)
{
	struct sa *sa;

	sa = t.by_handle[bucket_of(handle)];
	for (; sa != NULL; sa = sa->next_handle)
		if (sa->rec->fixed.handle == handle)
			return (sa);
	return (NULL);
}

struct sa *
sa_at(uint32_t i)
{
	return (i < t.count ? t.all[i] : NULL);
}

uint32_t
sa_count(void)
{
	return (t.count);
}

void
sa_each_to(const struct wt_addr *a, void (*fn)(void *, void *), void *arg)
{
	selidx_each(&t.to, a, fn, arg);
}

static void
link_in(struct sa *sa)
{
	struct sa **b;

	b = &t.by_spi[bucket_of(sa->rec->fixed.spi_in)];
	sa->next_spi = *b;
	*b = sa;
	b = &t.by_handle[bucket_of(sa->rec->fixed.handle)];
	sa->next_handle = *b;
	*b = sa;
	if (sa->rec->fixed.replaces != 0) {
		b = &t.by_replaces[bucket_of(sa->rec->fixed.replaces)];
		sa->next_replaces = *b;
		*b = sa;
	}
	selidx_add(&t.to, sa, sa->rec->fixed.remote, sa->rec->fixed.nremote);
	sa->at = t.count;
	t.all[t.count++] = sa;
	sa_generation++;
}

static void
unlink_it(struct sa *sa)
{
	struct sa **b;

	b = &t.by_spi[bucket_of(sa->rec->fixed.spi_in)];
	for (; *b != sa; b = &(*b)->next_spi)
		;
	*b = sa->next_spi;
	b = &t.by_handle[bucket_of(sa->rec->fixed.handle)];
	for (; *b != sa; b = &(*b)->next_handle)
		;
	*b = sa->next_handle;
	if (sa->rec->fixed.replaces != 0) {
		b = &t.by_replaces[bucket_of(sa->rec->fixed.replaces)];
		for (; *b != sa; b = &(*b)->next_replaces)
			;
		*b = sa->next_replaces;
	}
	selidx_del(&t.to, sa, sa->rec->fixed.remote, sa->rec->fixed.nremote);
	t.all[sa->at] = t.all[--t.count];
	t.all[sa->at]->at = sa->at;
	sa_generation++;
}

static void
sa_free(struct sa *sa)
{
	seal_free(sa->in);
	seal_free(sa->out);
	free(sa);
}

/* Running state from a good record; NULL when OpenSSL refuses. */
static struct sa *
sa_start(uint32_t slot)
{
	struct sa *sa = xcalloc(1, sizeof(*sa));
	const struct arena_fixed *f;

	sa->slot = slot;
	sa->rec = arena_at(&t.arena, slot);
	f = &sa->rec->fixed;
	/* Everything below is or may have been used. */
	sa->seq_next = sa->rec->seq_end;
	sa->in = seal_new(&f->suite, 0, f->encr_in, f->encr_len, f->integ_in,
	    f->integ_len);
	sa->out = seal_new(&f->suite, 1, f->encr_out, f->encr_len,
	    f->integ_out, f->integ_len);
	if (sa->in == NULL || sa->out == NULL) {
		sa_free(sa);
		return (NULL);
	}
	return (sa);
}

static void
lost_record(void *ctx, uint32_t slot, const char *why)
{
	void (**lost)(uint32_t) = ctx;
	uint32_t handle = arena_at(&t.arena, slot)->fixed.handle;

	log_error(LS_CORE, "SA record %u is lost: %s", slot, why);
	(*lost)(handle);
}

/* Every record that passed the checks; doubles are lost. */
static void
bring_back(void (*lost)(uint32_t))
{
	struct arena_sa *r;
	struct sa *sa;
	uint32_t i;

	t.all = xcalloc(t.arena.slots, sizeof(t.all[0]));
	for (i = 0; i < t.arena.head->high; i++) {
		r = arena_at(&t.arena, i);
		if (r->state == ARENA_FREE)
			continue;
		if (sa_by_spi(r->fixed.spi_in) != NULL ||
		    sa_by_handle(r->fixed.handle) != NULL ||
		    (sa = sa_start(i)) == NULL) {
			lost_record(&lost, i, "a double, or refused");
			arena_wipe(&t.arena, i);
			continue;
		}
		link_in(sa);
	}
}

static const char *
attached(const char *why, void (*lost)(uint32_t))
{
	if (t.arena.head == NULL)
		return (why);
	if (why != NULL)
		log_error(LS_CORE, "the SA arena was %s: wiped", why);
	bring_back(lost);
	return (NULL);
}

const char *
sa_attach(int fd, void (*lost)(uint32_t))
{
	t.mapped = 1;
	return (attached(arena_map(&t.arena, fd, lost_record, &lost), lost));
}

const char *
sa_attach_memory(void *mem, size_t size, void (*lost)(uint32_t))
{
	t.mapped = 0;
	return (attached(arena_adopt(&t.arena, mem, size, lost_record, &lost),
	    lost));
}

void
sa_detach(void)
{
	struct sa *sa;

	while ((sa = sa_at(0)) != NULL) {
		unlink_it(sa);
		sa_free(sa);
	}
	free(t.all);
	t.all = NULL;
	if (t.mapped)
		arena_unmap(&t.arena);
	memset(&t.arena, 0, sizeof(t.arena));
}

static int
same_keys(const struct arena_fixed *f, const struct me_sa_add *m)
{
	return (f->spi_in == m->spi_in && f->spi_out == m->spi_out &&
	    f->encr_len == m->encr_in_len && f->integ_len == m->integ_in_len &&
	    memcmp(f->encr_in, m->encr_in, f->encr_len) == 0 &&
	    memcmp(f->encr_out, m->encr_out, f->encr_len) == 0 &&
	    memcmp(f->integ_in, m->integ_in, f->integ_len) == 0 &&
	    memcmp(f->integ_out, m->integ_out, f->integ_len) == 0);
}

static void
fill(struct arena_sa *r, const struct me_sa_add *m)
{
	struct arena_fixed *f = &r->fixed;
	const struct sa *old;

	f->soft_bytes = m->soft_bytes;
	f->hard_bytes = m->hard_bytes;
	f->soft_packets = m->soft_packets;
	f->hard_packets = m->hard_packets;
	f->order = ++t.arena.head->order;
	f->handle = m->handle;
	f->replaces = m->replaces;
	f->tunnel = m->tunnel;
	f->child = m->child;
	f->spi_in = m->spi_in;
	f->spi_out = m->spi_out;
	f->window = m->replay_window;
	f->nlocal = m->ts_local_n;
	f->nremote = m->ts_remote_n;
	f->encr_len = m->encr_in_len;
	f->integ_len = m->integ_in_len;
	f->heads = m->heads;
	f->dscp = m->dscp;
	f->wraps = m->wraps;
	f->tfc = m->tfc;
	f->suite = m->suite;
	memcpy(f->encr_in, m->encr_in, m->encr_in_len);
	memcpy(f->encr_out, m->encr_out, m->encr_out_len);
	memcpy(f->integ_in, m->integ_in, m->integ_in_len);
	memcpy(f->integ_out, m->integ_out, m->integ_out_len);
	memcpy(f->local, m->ts_local, m->ts_local_n * sizeof(f->local[0]));
	memcpy(f->remote, m->ts_remote, m->ts_remote_n * sizeof(f->remote[0]));
	arena_set_path(r, &m->local, &m->remote);
	r->seq_end = 1;		/* RFC 4303 section 2.2: the first is 1 */
	old = sa_by_handle(m->replaces);
	r->hold = m->hold_out && old != NULL && old->rec->hold != HOLD_EVER ?
	    HOLD_YET : HOLD_NO;
}

static int
suite_counts(const struct wt_suite *s)
{
	const struct alg *a = alg_by_id(XF_ENCR, s->encr, s->encr_bits);

	return (a == NULL || a->aead);
}

enum reason
sa_add(const struct me_sa_add *m, struct sa **sap, int *added)
{
	const char *why;
	struct sa *sa;
	long slot;

	*added = 0;
	if (t.arena.head == NULL)
		return (RSN_PLANE);
	if ((sa = sa_by_handle(m->handle)) != NULL) {
		*sap = sa;
		return (same_keys(&sa->rec->fixed, m) ? RSN_OK : RSN_SPI);
	}
	if (sa_by_spi(m->spi_in) != NULL)
		return (RSN_SPI);
	if (m->encr_in_len != m->encr_out_len ||
	    m->integ_in_len != m->integ_out_len)
		return (RSN_UNSUPPORTED);
	/* Numbers that come again are no nonces. */
	if (m->wraps && suite_counts(&m->suite))
		return (RSN_UNSUPPORTED);
	if ((slot = arena_take(&t.arena)) == -1)
		return (RSN_BUSY);
	fill(arena_at(&t.arena, slot), m);
	arena_publish(&t.arena, slot);
	if ((why = arena_check(arena_at(&t.arena, slot))) != NULL ||
	    (sa = sa_start(slot)) == NULL) {
		log_error(LS_CORE, "SA pair %u is refused: %s", m->handle,
		    why != NULL ? why : "keys");
		arena_wipe(&t.arena, slot);
		return (RSN_UNSUPPORTED);
	}
	link_in(sa);
	*sap = sa;
	*added = 1;
	return (RSN_OK);
}

void
sa_release(struct sa *sa)
{
	if (sa->rec->hold != HOLD_YET)
		return;
	sa->rec->hold = HOLD_NO;
	sa_generation++;
}

/* Nothing is sent any more on what they replace. */
static void
release_heirs(uint32_t handle)
{
	struct sa *sa;

	for (sa = t.by_replaces[bucket_of(handle)]; sa != NULL;
	    sa = sa->next_replaces)
		if (sa->rec->fixed.replaces == handle)
			sa_release(sa);
}

void
sa_retire(struct sa *sa)
{
	sa->rec->hold = HOLD_EVER;
	sa_generation++;
	release_heirs(sa->rec->fixed.handle);
}

void
sa_delete(struct sa *sa)
{
	uint32_t handle = sa->rec->fixed.handle;

	unlink_it(sa);
	arena_wipe(&t.arena, sa->slot);
	sa_free(sa);
	release_heirs(handle);
}

enum reason
sa_move(struct sa *sa, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	if ((local->addr.af != 4 && local->addr.af != 6) ||
	    local->addr.af != remote->addr.af || local->port == 0 ||
	    remote->port == 0)
		return (RSN_UNSUPPORTED);
	arena_set_path(sa->rec, local, remote);
	sa->mtu = 0;
	return (RSN_OK);
}

int
sa_seq_take(struct sa *sa, uint64_t *seq)
{
	uint64_t max = arena_seq_max(sa->rec), end = sa->rec->seq_end;

	if (sa->seq_next == end) {
		/* RFC 4303 section 3.3.3, of manual keys: nobody looks. */
		if (end > max && !sa->rec->fixed.wraps)
			return (-1);
		if (end > max)
			end = sa->seq_next = 1;
		end = max - end < SA_SEQ_BLOCK ? max + 1 : end + SA_SEQ_BLOCK;
		*(volatile uint64_t *)&sa->rec->seq_end = end;
		atomic_signal_fence(memory_order_seq_cst);
	}
	*seq = sa->seq_next++;
	return (0);
}

void
sa_counters(const struct sa *sa, struct wt_counters *c)
{
	const struct arena_counters *n = &sa->rec->n;

	c->in_bytes = n->in_bytes;
	c->in_packets = n->in_packets;
	c->out_bytes = n->out_bytes;
	c->out_packets = n->out_packets;
	c->replays = n->replays;
	c->bad_icv = n->bad_icv;
	c->bad_ts = n->bad_ts;
	c->last_in = n->last_in;
	c->last_out = n->last_out;
}
