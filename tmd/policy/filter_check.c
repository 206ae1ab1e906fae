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
 * Filters as a whole: what each key of a rule allows and the others do not.
 */

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "near.h"
#include "resolve.h"

static struct place
place_of(const struct filter *f, enum filter_key k)
{
	return (node_place(f->at[k] != NULL ? f->at[k] : f->node));
}

static int
any_port(const struct filter_ports *p)
{
	return (p->lo == 0 && p->hi == 65535 && !p->not);
}

static int
with_ports(uint64_t protocol)
{
	return (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	    protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP ||
	    protocol == IPPROTO_UDPLITE);
}

static void
check_headers(struct reader *r, const struct filter *f)
{
	int from = any_port(&f->from_port), to = any_port(&f->to_port);

	if ((!from || !to) && !with_ports(f->protocol))
		problem_error(r->ps, place_of(f, !from ? F_FROM_PORT :
		    F_TO_PORT), "%s needs protocol: tcp, udp, sctp, dccp or "
		    "udplite", !from ? "from-port" : "to-port");
	if (f->icmp != FILTER_NO_ICMP && f->protocol != IPPROTO_ICMP &&
	    f->protocol != IPPROTO_ICMPV6)
		problem_error(r->ps, place_of(f, F_ICMP_TYPE), "icmp-type "
		    "needs protocol: icmp or icmpv6");
	if (f->interface != NULL && f->tunnel != NULL)
		problem_error(r->ps, place_of(f, F_INTERFACE), "interface and "
		    "tunnel exclude each other: what comes through a tunnel "
		    "comes by no interface");
}

/* By name, or by number. */
static const struct tunnel *
tunnel_called(const struct policy *po, const char *s, struct near *near)
{
	const struct tunnel *t;
	uint64_t number;
	unsigned int i;
	char *end;

	errno = 0;
	number = strtoull(s, &end, 10);
	if (*end != '\0' || errno != 0)
		number = 0;
	for (i = 0; i < po->ntunnels; i++) {
		t = &po->tunnels[i];
		if (strcmp(t->name, s) == 0 || (number != 0 &&
		    t->number == number))
			return (t);
		near_try(near, t->name, NULL);
	}
	return (NULL);
}

static void
find_tunnel(struct reader *r, struct filter *f)
{
	struct near near;

	if (f->tunnel == NULL || strcmp(f->tunnel, "any") == 0)
		return;
	near_start(&near, f->tunnel);
	f->through = tunnel_called(r->po, f->tunnel, &near);
	if (f->through != NULL)
		return;
	problem_error(r->ps, place_of(f, F_TUNNEL), "tunnel \"%s\" is not "
	    "defined%s%s%s", f->tunnel, near.best != NULL ?
	    "; nearest is \"" : "", near.best != NULL ? near.best : "",
	    near.best != NULL ? "\"" : "");
}

/* All packets, by family, direction and scope: a bit for each of the eight. */
#define PART_IPV4	0x0f
#define PART_IPV6	0xf0
#define PART_IN		0x33
#define PART_OUT	0xcc
#define PART_LOCAL	0x55
#define PART_ROUTE	0xaa
#define PART_ALL	0xff

/* Of which of these nothing gets past the rule. */
static unsigned int
walled(const struct filter *f)
{
	unsigned int parts = PART_ALL;

	if (f->dynamic || f->action != ACTION_DENY || f->from.words.n != 0 ||
	    f->to.words.n != 0 || f->protocol != 0 || f->interface != NULL ||
	    f->fragments != FRAGMENTS_ALL || !f->source_route ||
	    f->tunnel != NULL)
		return (0);
	if (f->family != 0)
		parts &= f->family == 4 ? PART_IPV4 : PART_IPV6;
	if (f->direction != DIR_BOTH)
		parts &= f->direction == DIR_IN ? PART_IN : PART_OUT;
	if (f->scope != SCOPE_BOTH)
		parts &= f->scope == SCOPE_LOCAL ? PART_LOCAL : PART_ROUTE;
	return (parts);
}

static void
check_names(struct reader *r)
{
	const struct policy *po = r->po;
	struct hash seen = { NULL, 0, 0 };
	const struct filter *f, *old;
	unsigned int i;

	for (i = 0; i < po->nfilters; i++) {
		f = &po->filters[i];
		if (f->name == NULL)
			continue;
		old = hash_put(&seen, f->name, strlen(f->name),
		    (void *)(uintptr_t)f);
		if (old != NULL)
			problem_error(r->ps, place_of(f, F_NAME), "the rule "
			    "in line %u has the name \"%s\", too",
			    old->node->line, f->name);
	}
	hash_free(&seen);
}

/* There is one place for the dynamic rules, and packets get there. */
static void
check_dynamic(struct reader *r)
{
	const struct policy *po = r->po;
	const struct filter *f, *place = NULL, *wall = NULL;
	unsigned int i, parts = 0;

	for (i = 0; i < po->nfilters; i++) {
		f = &po->filters[i];
		if (f->dynamic && place != NULL)
			problem_error(r->ps, node_place(f->node), "dynamic "
			    "stands in line %u already", place->node->line);
		else if (f->dynamic)
			place = f;
		if (f->dynamic && f == place && wall != NULL)
			problem_error(r->ps, node_place(f->node), "dynamic "
			    "stands behind %s (line %u): put it before that",
			    walled(wall) == PART_ALL ? "a rule that denies "
			    "everything" : "rules that deny everything "
			    "together", wall->node->line);
		parts |= walled(f);
		if (wall == NULL && parts == PART_ALL)
			wall = f;	/* the one that leaves nothing */
	}
	if (place == NULL && po->nfilters > 0)
		problem_error(r->ps, node_place(po->filters[0].node),
		    "filters has no place for the rules of the tunnels: add "
		    "\"- dynamic\"");
}

void
filters_check(struct reader *r)
{
	struct filter *f;
	unsigned int i;

	for (i = 0; i < r->po->nfilters; i++) {
		f = &r->po->filters[i];
		if (f->dynamic)
			continue;
		check_headers(r, f);
		find_tunnel(r, f);
	}
	check_names(r);
	check_dynamic(r);
}
