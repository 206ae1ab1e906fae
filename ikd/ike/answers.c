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
 * Where answers are kept, and for how long.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "ike.h"
#include "ike_const.h"
#include "log.h"
#include "session.h"

#define BLOCK		65536
#define LONG		(BLOCK / 4)	/* what is longer is on its own */
#define ALIGN		16

struct answer_block {
	size_t		 used;		/* octets */
	size_t		 n;		/* answers that are kept still */
	_Alignas(ALIGN) uint8_t data[];
};

static void
drop_block(struct answer_block *b)
{
	if (munmap(b, BLOCK) == -1)
		fatal_errno("munmap");
}

/* Room for so many octets, in a block that is told. */
static void *
take(struct answers *a, size_t size, struct answer_block **out)
{
	struct answer_block	*b = a->block;
	void			*p;

	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (b == NULL || b->used + size > BLOCK - sizeof(*b)) {
		b = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (b == MAP_FAILED)
			fatal_errno("mmap");
		a->block = b;
	}
	p = b->data + b->used;
	b->used += size;
	b->n++;
	*out = b;
	return (p);
}

static void
too_old(struct ike *ike, void *arg)
{
	struct kept	*k;
	size_t		 i;

	(void)arg;
	while ((k = TAILQ_FIRST(&ike->answers.all)) != NULL &&
	    k->until <= ike_now(ike))
		for (i = 0; i < IKE_WINDOW; i++)
			if (k->s->win.kept[i] == k) {
				answer_forget(&k->s->win.kept[i]);
				break;
			}
	if (k != NULL)
		timer_set(ike, &ike->answers_old, k->until - ike_now(ike));
}

void
answers_init(struct ike *ike)
{
	TAILQ_INIT(&ike->answers.all);
	timer_init(&ike->answers_old, too_old, NULL);
}

void
answers_free(struct ike *ike)
{
	timer_clear(ike, &ike->answers_old);
	if (ike->answers.block != NULL)
		drop_block(ike->answers.block);
	ike->answers.block = NULL;
}

struct kept *
answer_keep(struct session *s, uint32_t id, const uint8_t *msg, size_t len)
{
	struct answers		*a = &s->ike->answers;
	struct answer_block	*b;
	struct kept		*k;

	/* That to IKE_SA_INIT goes with the next request, very soon. */
	if (len > LONG || exch_in_clear(msg[18])) {
		b = NULL;
		k = xcalloc(1, sizeof(*k) + len);
	} else
		k = take(a, sizeof(*k) + len, &b);
	k->s = s;
	k->block = b;
	k->id = id;
	k->len = len;
	k->msg = memcpy(k->data, msg, len);
	k->until = ike_now(s->ike) + ANSWER_KEPT_MS;
	TAILQ_INSERT_TAIL(&a->all, k, age);
	if (!timer_is_set(&s->ike->answers_old))
		timer_set(s->ike, &s->ike->answers_old, ANSWER_KEPT_MS);
	return (k);
}

void
answer_replace(struct kept *k, uint8_t *msg, size_t len)
{
	if (k->msg != k->data)
		freezero(k->msg, k->len);
	k->msg = msg;
	k->len = len;
}

void
answer_forget(struct kept **kp)
{
	struct kept		*k = *kp;
	struct answers		*a;
	struct answer_block	*b;

	if (k == NULL)
		return;
	*kp = NULL;
	a = &k->s->ike->answers;
	TAILQ_REMOVE(&a->all, k, age);
	answer_replace(k, NULL, 0);
	b = k->block;
	if (b == NULL)
		free(k);
	else if (--b->n == 0 && b == a->block) {
		/* From its start again, as if nothing had been in it. */
		explicit_bzero(b->data, b->used);
		b->used = 0;
	} else if (b->n == 0)
		drop_block(b);
}
