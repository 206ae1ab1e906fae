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
 * A bundle of manual keys: what ESP has made gets an AH around it, in
 * transport mode, whatever ESP's is.
 */
#include <string.h>

#include "alg.h"
#include "asroot_sa.h"
#include "kernel_plane.h"

static void
name_ah(const struct pair *p, int out, struct sa_name *n)
{
	n->dst = out ? p->remote.addr : p->local.addr;
	n->spi = out ? p->ah_out : p->ah_in;
	n->proto = PROTO_AH;
}

const char *
kernel_ah_place(struct pair *p, const struct mi_install *m, struct sa *sa)
{
	static struct mi_install	 ah;
	const char			*why;

	ah = *m;
	ah.mode = MODE_TRANSPORT;
	memset(&ah.suite, 0, sizeof(ah.suite));
	ah.suite.proto = PROTO_AH;
	ah.suite.integ = m->suite.ah;
	ah.spi_in = m->ah_spi_in;
	ah.spi_out = m->ah_spi_out;
	ah.integ_in_len = m->ah_in_len;
	memcpy(ah.integ_in, m->ah_in, m->ah_in_len);
	ah.integ_out_len = m->ah_out_len;
	memcpy(ah.integ_out, m->ah_out, m->ah_out_len);
	sa->m = &ah;
	sa->heads = 0;
	sa->out = 0;
	if ((why = asroot_sa_add(sa)) == NULL) {
		p->placed |= PLACED_AH_IN;
		sa->out = 1;
		if ((why = asroot_sa_add(sa)) == NULL)
			p->placed |= PLACED_AH_OUT;
	}
	explicit_bzero(&ah, sizeof(ah));
	return (why);
}

void
kernel_ah_remove(const struct pair *p)
{
	struct sa_name	 n;

	name_ah(p, 0, &n);
	if ((p->placed & PLACED_AH_IN) != 0)
		asroot_sa_del(&n);
	name_ah(p, 1, &n);
	if ((p->placed & PLACED_AH_OUT) != 0)
		asroot_sa_del(&n);
}

int
kernel_ah_stands(const struct pair *p)
{
	struct sa_count	 c;
	struct sa_name	 n;
	int		 out;

	for (out = 0; p->suite.ah != INTEG_NONE && out < 2; out++) {
		name_ah(p, out, &n);
		if (asroot_sa_count(&n, &c) == -1)
			return (0);
	}
	return (1);
}

uint64_t
kernel_ah_bad(const struct pair *p)
{
	struct sa_count	 c;
	struct sa_name	 n;

	name_ah(p, 0, &n);
	if ((p->placed & PLACED_AH_IN) == 0 || asroot_sa_count(&n, &c) == -1)
		return (0);
	return (c.bad_icv);
}
