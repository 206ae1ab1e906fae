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

#include <stddef.h>

#include "asroot_route.h"
#include "asroot_xfrm.h"
#include "due.h"
#include "grant.h"
#include "left.h"
#include "parent.h"

#define BACK_SECONDS	300	/* as long as a peer may need to come back */

static struct due	over;
static int		replaced;

static void
forget(struct due *d)
{
	(void)d;
	asroot_xfrm_clean(0);
}

const char *
left_replaced(int generic)
{
	if (replaced)
		return (NULL);
	replaced = 1;
	asroot_xfrm_clean(generic);
	if (generic)
		due_set(grants_parent->base, &over, parent_now() +
		    BACK_SECONDS, forget);
	asroot_route_clean();
	asroot_rules_base(1);
	return (asroot_route_flush());
}

void
left_withdraw(void)
{
	if (over.at != 0)
		asroot_xfrm_clean(0);
	due_clear(&over);
}
