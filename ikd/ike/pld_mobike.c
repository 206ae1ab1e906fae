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
 * The notifies of MOBIKE in a message, RFC 4555 section 4.
 */

#include <string.h>

#include "addr.h"
#include "mobike.h"
#include "packet.h"
#include "pld_notify.h"

static void
read_addr(const struct pld_notify *n, unsigned int af,
    struct mobike_says *says)
{
	struct mobike_list	*l = &says->list;
	struct wt_addr		 a;
	size_t			 i;

	says->addrs = 1;
	memset(&a, 0, sizeof(a));
	a.af = (uint8_t)af;
	memcpy(a.a, n->data.p, n->data.len);
	for (i = 0; i < l->n; i++)
		if (addr_cmp(&l->a[i], &a) == 0)
			return;
	if (l->n < MOBIKE_ADDRS)
		l->a[l->n++] = a;
}

/* From, to, their ports: as it was sent, and as it came. */
static int
as_sent(const struct pld_notify *n, const struct arrival *from)
{
	const uint8_t	*p = n->data.p;
	size_t		 alen = addr_len(&from->remote.addr);

	return (n->data.len == 2 * alen + 4 &&
	    memcmp(p, from->remote.addr.a, alen) == 0 &&
	    memcmp(p + alen, from->local.addr.a, alen) == 0 &&
	    get16(p + 2 * alen) == from->remote.port &&
	    get16(p + 2 * alen + 2) == from->local.port);
}

static void
read_one(const struct pld_notify *n, const struct arrival *from,
    struct mobike_says *says)
{
	switch (n->type) {
	case N_MOBIKE_SUPPORTED:
		says->supported = 1;
		return;		/* of IKE_AUTH alone */
	case N_UPDATE_SA_ADDRESSES:
		says->update = 1;
		break;
	case N_UNACCEPTABLE_ADDRESSES:
		says->unacceptable = 1;
		break;
	case N_UNEXPECTED_NAT_DETECTED:
		says->nat = 1;
		break;
	case N_ADDITIONAL_IP4_ADDRESS:
		read_addr(n, 4, says);
		break;
	case N_ADDITIONAL_IP6_ADDRESS:
		read_addr(n, 6, says);
		break;
	case N_NO_ADDITIONAL_ADDRESSES:
		says->addrs = 1;
		break;
	case N_COOKIE2:
		says->cookie = n->data.p;
		says->cookie_len = n->data.len;
		break;
	case N_NO_NATS_ALLOWED:
		says->no_nats = as_sent(n, from) ? 1 : -1;
		break;
	case N_NAT_DETECTION_SOURCE_IP:
	case N_NAT_DETECTION_DESTINATION_IP:
		says->natd = 1;
		break;
	default:
		return;
	}
	says->any = 1;
}

void
mobike_read(const struct packet *pkt, const struct arrival *from,
    struct mobike_says *says)
{
	const struct pld	*pld = NULL;
	struct pld_notify	 n;

	memset(says, 0, sizeof(*says));
	while ((pld = packet_find(pkt, PLD_N, pld)) != NULL)
		if (pld_notify_parse(pld->p, pld->len, &n) == NULL)
			read_one(&n, from, says);
}
