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

/* Several IKE_SA_INIT requests in one attempt, see asked.h. */
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "cookie.h"
#include "dh.h"
#include "exch.h"
#include "log.h"
#include "session.h"


static struct asked_req *
find(const struct session *s, unsigned int group)
{
	struct asked_req	*a;

	SLIST_FOREACH(a, &s->setup->others, entry)
		if (a->group == group)
			return (a);
	return (NULL);
}

int
asked_has(const struct session *s, unsigned int group)
{
	return (s->setup->group == group || find(s, group) != NULL);
}

void
asked_aside(struct session *s)
{
	struct setup	*st = s->setup;
	struct asked_req	*a = xcalloc(1, sizeof(*a));

	a->group = st->group;
	a->dh = st->dh;
	st->dh = NULL;
	window_swap(s, &a->req, &a->len);
	SLIST_INSERT_HEAD(&st->others, a, entry);
}

void
asked_back(struct session *s)
{
	struct setup	*st = s->setup;
	struct asked_req	*a = SLIST_FIRST(&st->others);

	SLIST_REMOVE_HEAD(&st->others, entry);
	s->ike->env->dh->free(st->dh);
	st->dh = a->dh;
	st->group = a->group;
	window_swap(s, &a->req, &a->len);
	freezero(a->req, a->len);
	free(a);
}

int
asked_take(struct session *s, unsigned int group)
{
	struct setup	*st = s->setup;
	struct asked_req	*a;
	struct dh_key	*dh = st->dh;

	if (st->group == group)
		return (1);
	if ((a = find(s, group)) == NULL)
		return (0);
	st->dh = a->dh;
	a->dh = dh;
	a->group = st->group;
	st->group = (uint16_t)group;
	window_swap(s, &a->req, &a->len);
	return (1);
}

void
asked_resend(struct session *s)
{
	struct asked_req	*a;

	SLIST_FOREACH(a, &s->setup->others, entry)
		window_send(s, a->req, a->len);
}

static int
with_cookie(struct session *s, const struct slice *cookie)
{
	const struct work	*w = window_work(s);
	struct slice		 rest;
	struct out		 o;
	uint8_t			 next;

	rest = cookie_behind(w->req, w->req_len, &next);
	window_begin(s, &o, w->req[18]);
	msg_add_notify(&o.m, N_COOKIE, cookie->p, cookie->len);
	o.buf[o.m.next_off] = next;
	msg_put(&o.m, rest.p, rest.len);
	return (window_request_beside(s, &o));
}

int
asked_with_cookie(struct session *s, const struct slice *cookie)
{
	struct asked_req	*a;
	int		 r;

	SLIST_FOREACH(a, &s->setup->others, entry) {
		window_swap(s, &a->req, &a->len);
		r = with_cookie(s, cookie);
		window_swap(s, &a->req, &a->len);
		if (r == -1)
			return (-1);
	}
	return (with_cookie(s, cookie));
}

void
asked_free(struct session *s)
{
	struct asked_req	*a;

	while ((a = SLIST_FIRST(&s->setup->others)) != NULL) {
		SLIST_REMOVE_HEAD(&s->setup->others, entry);
		s->ike->env->dh->free(a->dh);
		freezero(a->req, a->len);
		free(a);
	}
}
