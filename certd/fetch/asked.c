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
 * What tmd asked for and has not got yet.
 */

#include <sys/queue.h>

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "log.h"
#include "names.h"

struct asked {
	LIST_ENTRY(asked)	 next;
	struct pipe		*p;
	uint32_t		 req;
	struct lookup		*lookup;
};

static LIST_HEAD(, asked) all = LIST_HEAD_INITIALIZER(all);

static void
answer(struct pipe *p, uint32_t req, int rc, const char *text,
    const struct wt_addr *addr, unsigned int n)
{
	struct mf_named m;

	memset(&m, 0, sizeof(m));
	m.req = req;
	if (n > LOOK_UP_ADDRS)
		n = LOOK_UP_ADDRS;
	if (n > 0)
		memcpy(m.addr, addr, n * sizeof(*addr));
	m.addr_n = (uint16_t)n;
	if (n == 0)
		wire_text_copy(m.text, sizeof(m.text), text);
	m.again = n == 0 && rc != 0 && rc != EAI_NONAME && rc != EAI_NODATA;
	(void)pipe_send(p, M_NAMED, &m, -1);
}

static void
named(void *arg, int rc, const char *text, const struct wt_addr *addr,
    unsigned int n)
{
	struct asked *a = arg;

	answer(a->p, a->req, rc, text, addr, rc == 0 ? n : 0);
	LIST_REMOVE(a, next);
	free(a);
}

void
asked_begin(struct pipe *p, const struct mf_look_up *m)
{
	struct asked *a = xcalloc(1, sizeof(*a));

	a->p = p;
	a->req = m->req;
	a->lookup = names_lookup(m->name, named, a);
	if (a->lookup == NULL) {
		answer(p, m->req, EAI_AGAIN, "too many names wait for the "
		    "name server", NULL, 0);
		free(a);
		return;
	}
	LIST_INSERT_HEAD(&all, a, next);
}

void
asked_drop(void)
{
	struct asked *a;

	while ((a = LIST_FIRST(&all)) != NULL) {
		names_cancel(a->lookup);
		LIST_REMOVE(a, next);
		free(a);
	}
}
