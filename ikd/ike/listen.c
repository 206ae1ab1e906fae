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

void
listen_changed(struct ike *ike)
{
	const struct sn_ike	*p;
	uint32_t		 was = ike->unlistened;
	uint16_t		 i;

	/* Before the first OUR_ADDRS, nothing is known. */
	if (ike->policy == NULL || ike->slot != 0 || !ike->addrs_told)
		return;
	p = &ike->policy->ike;
	if (ike->listen_of != ike->policy->generation)
		was = 0;
	ike->listen_of = ike->policy->generation;
	ike->unlistened = 0;
	for (i = 0; i < p->links_n; i++) {
		if (!has_address(ike, &p->links[i]))
			ike->unlistened |= 1U << i;
		if ((ike->unlistened & ~was) >> i & 1)
			log_warn(LS_IKE, "listen: interface %s has no address, "
			    "or is not there: IKE is not answered there until "
			    "it has one", p->links[i].w);
		else if ((was & ~ike->unlistened) >> i & 1)
			log_notice(LS_IKE, "listen: interface %s has an "
			    "address: IKE is answered there",
			    p->links[i].w);
	}
}
