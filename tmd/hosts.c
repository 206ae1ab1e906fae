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
 * Peers by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "event.h"
#include "hosts.h"
#include "log.h"
#include "reach.h"
#include "tree.h"
#include "tunnel_fsm.h"

struct host {
	RB_ENTRY(host)	 node;				/* while asked */
	struct tunnel	*tunnel;			/* for this one */
	char		 name[LOOK_UP_NAME + 1];	/* "": an address */
	struct wt_addr	 addr[LOOK_UP_ADDRS];
	unsigned int	 n;
	uint32_t	 req;		/* asked, not answered; else 0 */
	uint64_t	 asked_ms, answered_ms;
	char		 why[128];	/* none was found */
};

struct hosts {
	unsigned int	 n;
	struct host	 v[];
};

RB_HEAD(host_tree, host);

static int
host_cmp(const struct host *a, const struct host *b)
{
	return (a->req < b->req ? -1 : a->req > b->req);
}

TREE_STATIC(host_tree, host, node, host_cmp)

static struct host_tree	 asked = RB_INITIALIZER(&asked);
static uint32_t		 next_req;

static void
add_host(struct hosts *h, const char *word, size_t len)
{
	struct host *o = &h->v[h->n++];

	if (len >= sizeof(o->name))
		len = sizeof(o->name) - 1;
	memcpy(o->name, word, len);
	if (addr_parse(o->name, &o->addr[0]) == -1)
		return;
	o->name[0] = '\0';
	o->n = 1;
}

struct hosts *
hosts_new(const char *words)
{
	struct hosts *h;
	unsigned int most = 1;
	const char *p;
	size_t n;

	if (*words == '\0')
		return (NULL);
	for (p = words; *p != '\0'; p++)
		most += *p == ' ';
	h = xcalloc(1, sizeof(*h) + most * sizeof(h->v[0]));
	for (; *words != '\0' && h->n < most; words += strspn(words, " ")) {
		n = strcspn(words, " ");
		add_host(h, words, n);
		words += n;
	}
	return (h);
}

/* Its answer has come, or will come to nobody. */
static void
unask(struct host *o)
{
	if (o->req == 0)
		return;
	RB_REMOVE(host_tree, &asked, o);
	o->req = 0;
}

void
hosts_unask(struct hosts *h)
{
	unsigned int i;

	for (i = 0; h != NULL && i < h->n; i++)
		unask(&h->v[i]);
}

void
hosts_free(struct hosts *h)
{
	hosts_unask(h);
	free(h);
}

unsigned int
hosts_count(const struct hosts *h)
{
	unsigned int i, n = 0;

	for (i = 0; i < h->n; i++)
		n += h->v[i].n;
	return (n);
}

int
hosts_addr(const struct hosts *h, unsigned int n, struct wt_addr *a)
{
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		if (n < h->v[i].n) {
			*a = h->v[i].addr[n];
			return (1);
		}
		n -= h->v[i].n;
	}
	return (0);
}

/* A number that nobody waits for. */
static uint32_t
new_req(void)
{
	struct host find;

	do
		find.req = ++next_req;
	while (find.req == 0 || RB_FIND(host_tree, &asked, &find) != NULL);
	return (find.req);
}

/* Asks, if the last answer is too old.  1: an answer is still to come. */
static int
ask(struct host *o, struct tunnel *t, uint64_t now)
{
	struct mf_look_up m;

	if (o->name[0] == '\0')
		return (0);
	if (o->req == 0) {
		if (o->answered_ms != 0 && now - o->answered_ms <
		    (o->n > 0 ? HOSTS_FRESH_MS : HOSTS_NONE_MS))
			return (0);
		memset(&m, 0, sizeof(m));
		m.req = new_req();
		strlcpy(m.name, o->name, sizeof(m.name));
		if (reach_fetch(M_LOOK_UP, &m) != PIPE_OK)
			return (1);	/* away, or busy */
		o->req = m.req;
		if (RB_INSERT(host_tree, &asked, o) != NULL)
			fatal("a name asked twice at once");
		o->tunnel = t;
		o->asked_ms = now;
	}
	return (1);
}

int
hosts_ready(struct tunnel *t)
{
	struct hosts *h = t->hosts;
	uint64_t now = alarm_now_ms();
	unsigned int i, wait = 0, late = 0;

	for (i = 0; h != NULL && i < h->n; i++)
		if (ask(&h->v[i], t, now)) {
			wait++;
			late += h->v[i].req != 0 &&
			    now - h->v[i].asked_ms >= HOSTS_WAIT_MS;
		}
	if (wait == 0 || (wait == late && hosts_count(h) > 0))
		return (1);
	t->blocked = 1;
	return (0);
}

void
hosts_stale(struct tunnel *t)
{
	unsigned int i;

	for (i = 0; t->hosts != NULL && i < t->hosts->n; i++)
		t->hosts->v[i].answered_ms = 0;
}

static int
waits(const struct hosts *h)
{
	unsigned int i;

	for (i = 0; i < h->n; i++)
		if (h->v[i].req != 0)
			return (1);
	return (0);
}

/* The names have their answers: the attempt goes on, or has failed. */
static void
go_on(struct tunnel *t)
{
	const struct hosts *h = t->hosts;
	char text[MSG_TEXT];
	unsigned int i;

	if (!t->blocked || waits(h))
		return;
	t->blocked = 0;
	if (hosts_count(h) > 0) {
		tunnel_fsm(t, TE_ALARM);
		return;
	}
	for (i = 0; h->v[i].why[0] == '\0' && i + 1 < h->n; i++)
		;
	snprintf(text, sizeof(text), "%s: %s", h->v[i].name, h->v[i].why);
	tunnel_set_reason(t, RSN_NAME, text);
	event_tell(EVT_FAILED, t, 0, RSN_NAME, "%s", text);
	tunnel_fsm(t, TE_FAILED);
}

static void
answered(struct host *o, const struct mf_named *m)
{
	unsigned int i;

	unask(o);
	o->answered_ms = alarm_now_ms();
	if (m->again && o->n > 0)
		return;			/* what was known may still be true */
	o->n = 0;
	o->why[0] = '\0';
	for (i = 0; i < m->addr_n; i++)
		if (m->addr[i].af == 4 || m->addr[i].af == 6)
			o->addr[o->n++] = m->addr[i];
	if (o->n == 0)
		strlcpy(o->why, m->text[0] != '\0' ? m->text : "no address",
		    sizeof(o->why));
}

void
hosts_named(const struct mf_named *m)
{
	struct host find, *o;

	find.req = m->req;
	if (m->req == 0 || (o = RB_FIND(host_tree, &asked, &find)) == NULL)
		return;
	answered(o, m);
	go_on(o->tunnel);
}

void
hosts_fetch_gone(void)
{
	struct host *o;

	while ((o = RB_ROOT(&asked)) != NULL)
		unask(o);
}
