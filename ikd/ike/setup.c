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
 * What dies with an exchange: making and wiping it.
 */
#include <stdlib.h>
#include <string.h>

#include "dh.h"
#include "exch_create.h"
#include "kem.h"
#include "log.h"
#include "reason.h"
#include "session.h"

/*
 * What an exchange takes is large and short-lived, and malloc(3) is slow at
 * such: wiped ones are kept for the next.  The sanitizers see each one go.
 */
#ifdef IKD_ASAN
#define CELLS_KEPT	0
#else
#define CELLS_KEPT	64
#endif

struct cells {
	size_t		 size;
	size_t		 n;
	void		*cell[CELLS_KEPT + 1];
};

static struct cells	 setups = { .size = sizeof(struct setup) };
static struct cells	 exchs = { .size = sizeof(struct exch) };
static struct cells	 sas = { .size = sizeof(struct exch_sa) };

/* All zeroes, as xcalloc() gives it. */
static void *
cell_take(struct cells *c)
{
	return (c->n > 0 ? c->cell[--c->n] : xcalloc(1, c->size));
}

static void
cell_give(struct cells *c, void *cell)
{
	explicit_bzero(cell, c->size);
	if (c->n < CELLS_KEPT)
		c->cell[c->n++] = cell;
	else
		free(cell);
}

struct setup *
setup_new(struct session *s)
{
	if (s->setup != NULL)
		fatal("a second setup");
	s->setup = cell_take(&setups);
	s->setup->t0 = ike_now(s->ike);
	return (s->setup);
}

void
setup_free(struct session *s)
{
	struct setup	*st = s->setup;

	if (st == NULL)
		return;
	s->ike->env->dh->free(st->dh);
	asked_free(s);
	exch_free(s->ike, &st->x);
	freezero(st->msg_i, st->msg_i_len);
	freezero(st->msg_r, st->msg_r_len);
	free(st->sa);
	free(st->chain);
	free(st->opaque);
	free(st->rival.held);
	sk_ctx_free(st->next_open);
	cell_give(&setups, st);
	s->setup = NULL;
}

struct exch *
exch_new(struct session *s, enum job_kind kind, int initiator)
{
	struct exch	*x;

	x = cell_take(&exchs);
	x->kind = kind;
	x->initiator = initiator;
	if (kind == JOB_CHILD_NEW || kind == JOB_CHILD_REKEY ||
	    kind == JOB_IKE_REKEY)
		x->sa = cell_take(&sas);
	if (initiator) {
		x->ni_len = TICKET_LEN;
		ike_random(s->ike, x->ni, x->ni_len);
	} else {
		x->nr_len = TICKET_LEN;
		ike_random(s->ike, x->sa->nr, x->nr_len);
	}
	return (x);
}

void
exch_free(struct ike *ike, struct exch **xp)
{
	struct exch	*x = *xp;

	if (x == NULL)
		return;
	*xp = NULL;
	ike->env->dh->free(x->dh);
	freezero(x->more, x->more_len);
	if (x->sa != NULL)
		cell_give(&sas, x->sa);
	cell_give(&exchs, x);
}

int
exch_dh_start(struct session *s, struct exch *x, unsigned int group)
{
	const struct dh_ops	*dh = s->ike->env->dh;

	dh->free(x->dh);
	x->group = (uint16_t)group;
	x->dh = x->initiator ? dh->generate(group) : dh->respond(group);
	return (x->dh == NULL ? -1 : 0);
}

int
exch_dh_finish(struct session *s, struct exch *x, const uint8_t *peer,
    size_t len)
{
	const struct dh_ops	*dh = s->ike->env->dh;
	long			 n;

	n = dh->shared(x->dh, peer, len, x->sa->gir, sizeof(x->sa->gir));
	if (n < 0 && x->initiator && kem_is(x->group))
		/* The peer believes in a secret that we do not have. */
		job_add(s, JOB_IKE_DELETE, 0, 0, RSN_INVALID_KE);
	if (n < 0)
		return (-1);
	x->gir_len = (size_t)n;
	return (0);
}
