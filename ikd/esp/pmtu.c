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
 * Path MTU of the pairs.
 */
#include <string.h>

#include "count.h"
#include "now.h"
#include "pmtu.h"

#define UDP_LEN		8
#define LEAST_OUTER4	576
#define LEAST_OUTER6	1280

static size_t
ip_len(uint8_t af)
{
	return (af == 4 ? 20 : 40);
}

void
pmtu_learn(const struct wt_addr *a, uint32_t mtu)
{
	uint32_t least = a->af == 4 ? LEAST_OUTER4 : LEAST_OUTER6, i;
	const struct wt_addr *to;
	struct sa *sa;

	if (mtu < least)
		mtu = least;
	for (i = 0; (sa = sa_at(i)) != NULL; i++) {
		to = &arena_path(sa->rec)->remote.addr;
		if (to->af != a->af ||
		    memcmp(to->a, a->a, a->af == 4 ? 4 : 16) != 0)
			continue;
		if (sa->mtu != mtu)
			count(PMTU);
		sa->mtu = mtu;
		sa->mtu_until = now_s() + PMTU_AGE;
	}
}

size_t
pmtu_inner(struct sa *sa)
{
	const struct arena_path *path = arena_path(sa->rec);
	size_t outer;

	if (sa->mtu != 0 && now_s() >= sa->mtu_until)
		sa->mtu = 0;
	outer = sa->mtu != 0 ? sa->mtu : PMTU_DEFAULT;
	return (seal_room(sa->out, outer - ip_len(path->remote.addr.af) -
	    UDP_LEN));
}
