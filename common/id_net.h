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


#ifndef COMMON_ID_NET_H
#define COMMON_ID_NET_H

#include "proto_types.h"

/*
 * Identities that stand for many addresses, as groups and remote IDs may
 * have them: subnet:10.0.0.0/8 and range:10.0.0.5-10.0.0.9.  Their types are
 * those of RFC 2407 section 4.6.2.1, which IKEv2 reserves: no peer says one.
 */
enum id_net_type {
	ID_IPV4_SUBNET = 4, ID_IPV6_SUBNET = 6, ID_IPV4_RANGE = 7,
	ID_IPV6_RANGE = 8
};

/* Is it one of these? */
int	id_net_is(const struct wt_id *id);
/* What follows the prefix; NULL, or what is wrong (a literal). */
const char *id_net_parse_subnet(const char *v, struct wt_id *id);
const char *id_net_parse_range(const char *v, struct wt_id *id);
/*
 * The first and the last address of it, or of an ID that is an address.  0,
 * or -1: it is something else.
 */
int	id_net_bounds(const struct wt_id *id, struct wt_addr *lo,
	    struct wt_addr *hi);
/* Is id an address in want? */
int	id_net_match(const struct wt_id *want, const struct wt_id *id);
/* "subnet:10.0.0.0/8"; of what id_net_is() says. */
char	*id_net_print(const struct wt_id *id, char *out, size_t size);

#endif /* COMMON_ID_NET_H */
