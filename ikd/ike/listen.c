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
 * Addresses of interfaces that `listen` names.
 */
#include <string.h>

#include "addr.h"
#include "listen.h"
#include "log.h"
#include "policy.h"

/* Is the n-th address of this host on one of the policy's interfaces? */
static int
is_on(const struct ike *ike, size_t n)
{
	const struct sn_ike	*p = &ike->policy->ike;
	uint16_t		 i;

	for (i = 0; i < p->links_n; i++)
		if (strcmp(p->links[i].w, ike->addr[n].link) == 0)
			return (1);
	return (0);
}

int
listen_here(const struct ike *ike, const struct wt_addr *local)
{
	size_t	 i;

	if (policy_listens(ike->policy, local))
		return (1);
	if (ike->policy->ike.links_n == 0)
		return (0);
	for (i = 0; i < ike->naddr; i++)
		if (addr_cmp(&ike->addr[i].addr, local) == 0 && is_on(ike, i))
			return (1);
	return (0);
}

static int
has_address(const struct ike *ike, const struct wt_word *l)
{
	size_t	 i;

	for (i = 0; i < ike->naddr; i++)
		if (strcmp(ike->addr[i].link, l->w) == 0)
			return (1);
	return (0);
}

static uint32_t
links_without(const struct ike *ike)
{
	const struct sn_ike	*p = &ike->policy->ike;
	uint32_t		 bits = 0;
	uint16_t		 i;

	for (i = 0; i < p->links_n; i++)
		if (!has_address(ike, &p->links[i]))
			bits |= 1U << i;
	return (bits);
}

/* Of those that stay within a host or link the parent says nothing. */
static int
is_told(const struct wt_addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (a->af == 4)
		return (a->a[0] != 127);
	return (memcmp(a->a, one, 16) != 0 &&
	    (a->a[0] != 0xfe || (a->a[1] & 0xc0) != 0x80));
}

/* Addresses, not all of a family, that this host does not have. */
static uint32_t
not_ours(const struct ike *ike)
{
	const struct sn_ike	*p = &ike->policy->ike;
	uint32_t		 bits = 0;
	uint16_t		 i;
	size_t			 n;

	for (i = 0; i < p->listen_n; i++) {
		if (p->listen[i].plen == 0 || !is_told(&p->listen[i].addr))
			continue;
		for (n = 0; n < ike->naddr; n++)
			if (addr_cmp(&ike->addr[n].addr,
			    &p->listen[i].addr) == 0)
				break;
		if (n == ike->naddr)
			bits |= 1U << i;
	}
	return (bits);
}

static void
tell_links(const struct sn_ike *p, uint32_t was, uint32_t now)
{
	uint16_t i;

	for (i = 0; i < p->links_n; i++)
		if ((now & ~was) >> i & 1)
			log_warn(LS_IKE, "listen: interface %s has no address, "
			    "or is not there: IKE is not answered there until "
			    "it has one", p->links[i].w);
		else if ((was & ~now) >> i & 1)
			log_notice(LS_IKE, "listen: interface %s has an "
			    "address: IKE is answered there",
			    p->links[i].w);
}

static void
tell_addrs(const struct sn_ike *p, uint32_t was, uint32_t now)
{
	char	 at[ADDR_TEXT];
	uint16_t i;

	for (i = 0; i < p->listen_n; i++) {
		addr_print(&p->listen[i].addr, at, sizeof(at));
		if ((now & ~was) >> i & 1)
			log_warn(LS_IKE, "listen: %s is no address of this "
			    "host: nothing is heard there until it is", at);
		else if ((was & ~now) >> i & 1)
			log_notice(LS_IKE, "listen: %s is an address of this "
			    "host: IKE is answered there", at);
	}
}

void
listen_changed(struct ike *ike)
{
	uint32_t links = ike->unlistened, addrs = ike->unlistened_at;

	/* Before the first OUR_ADDRS, nothing is known. */
	if (ike->policy == NULL || ike->slot != 0 || !ike->addrs_told)
		return;
	if (ike->listen_of != ike->policy->generation)
		links = addrs = 0;
	ike->listen_of = ike->policy->generation;
	ike->unlistened = links_without(ike);
	/* With others that are not told, an address may be one of those. */
	ike->unlistened_at = ike->addrs_more ? addrs : not_ours(ike);
	tell_links(&ike->policy->ike, links, ike->unlistened);
	tell_addrs(&ike->policy->ike, addrs, ike->unlistened_at);
}
