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
 * Session records: what a worker leaves behind for the next one, in shared
 * memory that the parent holds.  Each place has two copies; the one with
 * the older sequence number is overwritten, its number published last by
 * one aligned store, so that a death at any moment leaves a whole copy.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exch.h"
#include "log.h"
#include "pipes.h"
#include "record.h"
#include "session.h"

struct place {
	struct session_record	 copy[2];
};

struct arena {
	struct place	*place;
	size_t		 max;
	uint8_t		*used;
	size_t		 hint;		/* where to look for a free one */
	int		 fd;
};

uint64_t
record_sum(const struct session_record *r)
{
	size_t	 from = offsetof(struct session_record, spi_i);
	size_t	 upto = offsetof(struct session_record, req);
	uint64_t h;

	h = window_hash((const uint8_t *)r + from, upto - from);
	h ^= window_hash(r->req, r->req_len);
	h = h * 31 + window_hash(r->resp, r->resp_len);
	return (h ^ r->seq);
}

int
record_valid(const struct session_record *r)
{
	if (r->magic != RECORD_MAGIC || r->version != RECORD_VERSION ||
	    r->seq == 0)
		return (0);
	if (r->req_len > RECORD_MSG || r->resp_len > RECORD_MSG ||
	    r->nchildren > RECORD_CHILDREN || r->d_len > IKE_KEY_MAX ||
	    r->a_len > IKE_KEY_MAX || r->e_len > IKE_KEY_MAX)
		return (0);
	return (record_sum(r) == r->sum);
}

/* What a worker before us left: its sessions are lost so far. */
static size_t
wipe_found(struct arena *a)
{
	size_t	 i, lost = 0;

	for (i = 0; i < a->max; i++) {
		if (a->place[i].copy[0].magic == 0 &&
		    a->place[i].copy[1].magic == 0)
			continue;
		if (record_valid(&a->place[i].copy[0]) ||
		    record_valid(&a->place[i].copy[1]))
			lost++;
		explicit_bzero(&a->place[i], sizeof(a->place[i]));
	}
	return (lost);
}

struct arena *
arena_open(int fd, size_t *lost)
{
	struct arena	*a;
	struct stat	 st;

	a = xcalloc(1, sizeof(*a));
	a->fd = fd;
	if (fstat(fd, &st) == -1)
		fatal_errno("arena");
	a->max = (size_t)st.st_size / sizeof(struct place);
	if (a->max == 0)
		fatal("arena of %lld octets", (long long)st.st_size);
	a->place = mmap(NULL, a->max * sizeof(struct place),
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (a->place == MAP_FAILED)
		fatal_errno("arena of %zu places", a->max);
	a->used = xcalloc(a->max, 1);
	*lost = wipe_found(a);
	return (a);
}

void
arena_close(struct arena *a)
{
	if (a == NULL)
		return;
	munmap(a->place, a->max * sizeof(struct place));
	close(a->fd);
	free(a->used);
	free(a);
}

static long
take_place(struct arena *a)
{
	size_t	 n, i;

	for (n = 0; n < a->max; n++) {
		i = (a->hint + n) % a->max;
		if (a->used[i])
			continue;
		a->used[i] = 1;
		a->hint = i + 1;
		return ((long)i);
	}
	return (-1);
}

/* Keeps a message whole, or says that the record is partial. */
static uint32_t
put_message(struct session_record *r, uint8_t *to, const uint8_t *msg,
    size_t len)
{
	if (msg == NULL)
		return (0);
	if (len > RECORD_MSG) {
		r->partial = 1;
		return (0);
	}
	memcpy(to, msg, len);
	return ((uint32_t)len);
}

/* All that are kept; one that does not fit is left out. */
static void
put_answers(struct session_record *r, const struct session *s)
{
	const struct kept	*k;
	size_t			 i;

	for (i = 0; i < IKE_WINDOW; i++) {
		if ((k = s->win.kept[i]) == NULL)
			continue;
		if (k->len > RECORD_MSG - 8 ||
		    r->resp_len > RECORD_MSG - 8 - k->len) {
			r->partial = 1;
			continue;
		}
		put32(r->resp + r->resp_len, k->id);
		put32(r->resp + r->resp_len + 4, (uint32_t)k->len);
		memcpy(r->resp + r->resp_len + 8, k->msg, k->len);
		r->resp_len += 8 + (uint32_t)k->len;
	}
}

static void
put_keys(struct session_record *r, const struct session *s)
{
	struct slice		 e, a;

	r->d_len = s->keys.d_len;
	memcpy(r->d, s->keys.d, sizeof(r->d));
	sk_keys(s->keys.seal, &e, &a);
	r->a_len = (uint8_t)a.len;
	r->e_len = (uint8_t)e.len;
	memcpy(s->initiator ? r->ai : r->ar, a.p, a.len);
	memcpy(s->initiator ? r->ei : r->er, e.p, e.len);
	sk_keys(s->keys.open, &e, &a);
	memcpy(s->initiator ? r->ar : r->ai, a.p, a.len);
	memcpy(s->initiator ? r->er : r->ei, e.p, e.len);
	r->iv = s->keys.iv;
}

static void
put_children(struct session_record *r, const struct session *s)
{
	const struct child	*c;
	struct record_child	*rc;

	TAILQ_FOREACH(c, &s->children, link) {
		if (r->nchildren == RECORD_CHILDREN) {
			r->partial = 1;
			return;
		}
		rc = &r->children[r->nchildren++];
		rc->spi_in = c->spi_in;
		rc->spi_out = c->spi_out;
		rc->grant = c->grant;
		rc->child = c->child;
	}
}

static void
fill(struct session_record *r, const struct session *s)
{
	memset(r, 0, offsetof(struct session_record, req));
	r->version = RECORD_VERSION;
	memcpy(r->spi_i, s->spi_i, SPI_LEN);
	memcpy(r->spi_r, s->spi_r, SPI_LEN);
	memcpy(r->ticket, s->ticket, TICKET_LEN);
	r->initiator = (uint8_t)s->initiator;
	r->natt = s->natt;
	r->encr = s->suite.encr;
	r->encr_bits = s->suite.encr_bits;
	r->integ = s->suite.integ;
	r->prf = s->suite.prf;
	r->ke = s->suite.ke;
	memcpy(r->more_ke, s->suite.more_ke, sizeof(s->suite.more_ke));
	put_keys(r, s);
	r->out_id = s->win.out_id;
	r->in_id = s->win.in_id;
	r->in_done = s->win.in_done;
	r->in_size = s->win.size;
	r->serial = s->ike->serial;
	put_children(r, s);
	r->req_len = put_message(r, r->req, window_work(s)->req,
	    window_work(s)->req_len);
	put_answers(r, s);
}

void
record_publish(struct session *s)
{
	struct arena		*a = s->ike->arena;
	struct session_record	*r;
	struct place		*p;
	uint64_t		 seq;

	/* Without an arena nobody could read it after us. */
	if (a == NULL || s->state < SA_UP || s->state == SA_DEAD)
		return;
	if (s->record == -1 && (s->record = take_place(a)) == -1)
		return;		/* a full arena costs survival, not service */
	p = &a->place[s->record];
	seq = (p->copy[0].seq > p->copy[1].seq ? p->copy[0].seq :
	    p->copy[1].seq) + 1;
	r = p->copy[0].seq > p->copy[1].seq ? &p->copy[1] : &p->copy[0];
	fill(r, s);
	r->seq = seq;
	r->sum = record_sum(r);
	/* Last, one aligned store: until now the other copy was the one. */
	atomic_thread_fence(memory_order_release);
	*(volatile uint32_t *)&r->magic = RECORD_MAGIC;
}

void
record_wipe(struct session *s)
{
	struct arena	*a = s->ike->arena;

	if (s->record == -1)
		return;
	explicit_bzero(&a->place[s->record], sizeof(a->place[0]));
	a->used[s->record] = 0;
	a->hint = (size_t)s->record;
	s->record = -1;
}
