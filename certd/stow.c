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

/* Certificates put away until there is news of them. */

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "stow.h"

struct stowed {
	RB_ENTRY(stowed)	 node;
	uint8_t			 fp[KEY_FP];
	unsigned int		 refs;
	uint32_t		 len;
	uint8_t			 der[];
};

static int
by_fp(const struct stowed *a, const struct stowed *b)
{
	return (memcmp(a->fp, b->fp, KEY_FP));
}

RB_HEAD(stock, stowed);
/* libbsd's RB_*_STATIC needs a __unused that it does not define. */
RB_PROTOTYPE_INTERNAL(stock, stowed, node, by_fp,
    __attribute__((unused)) static)
RB_GENERATE_INTERNAL(stock, stowed, node, by_fp,
    __attribute__((unused)) static)

static struct stock stock = RB_INITIALIZER(&stock);

struct stowed *
stow(const struct cert *c, struct slice der)
{
	struct stowed key, *s;

	memcpy(key.fp, c->fp, KEY_FP);
	if ((s = RB_FIND(stock, &stock, &key)) == NULL) {
		s = xcalloc(1, sizeof(*s) + der.len);
		memcpy(s->fp, c->fp, KEY_FP);
		s->len = (uint32_t)der.len;
		memcpy(s->der, der.p, der.len);
		RB_INSERT(stock, &stock, s);
	}
	s->refs++;
	return (s);
}

void
stow_drop(struct stowed *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	RB_REMOVE(stock, &stock, s);
	free(s);
}

const uint8_t *
stow_fp(const struct stowed *s)
{
	return (s->fp);
}

struct cert *
stow_open(const struct stowed *s, struct vcache *v)
{
	struct slice der = { s->der, s->len };
	const char *why;
	struct cert *c = vcache_cert(v, der, &why);

	if (c == NULL)
		fatal("a certificate that was good cannot be decoded: %s",
		    why);
	return (c);
}
