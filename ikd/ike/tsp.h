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

#ifndef IKE_TSP_H
#define IKE_TSP_H

#include "msg_build.h"
#include "pld_ts.h"

/* Traffic selectors of a Child SA: build and narrow (RFC 7296 2.9). */

/* Adds TSi or TSr (type) with these selectors; n 1 to LINK_TS. */
void	tsp_add(struct msg_build *m, unsigned int type,
	    const struct wt_ts *ts, size_t n);

/*
 * Responder: what of the initiator's lists our side allows.  ours and
 * theirs name the owner of the traffic's end: for a responder, ours is TSr.
 * The selectors of the packet that made the initiator ask, its first ones,
 * stay covered when ours allows them.  Selectors that others cover are left
 * out.  Returns 1 when both sides have something left.
 */
struct ts_pair {
	struct ts_list	local;
	struct ts_list	remote;
	/* A peer's: USE_TRANSPORT_MODE came with them (RFC 7296 1.3.1). */
	int		 transport;
	int		 no_tfc;	/* so ESP_TFC_PADDING_NOT_SUPPORTED */
};
int	tsp_narrow(const struct ts_pair *ours, const struct ts_pair *theirs,
	    struct ts_pair *out);

/*
 * Initiator: is the answer a part of what we offered?  1: yes.  Anything
 * else is the responder's fault and ends the child.
 */
int	tsp_within(const struct ts_pair *offered,
	    const struct ts_pair *answer);
/* Does the pair take packets of these selectors? */
int	tsp_takes(const struct ts_pair *, const struct wt_ts *src,
	    const struct wt_ts *dst);

/*
 * Transport mode through NAT (RFC 7296 section 2.23.1): the one address of a
 * side becomes local or remote (NULL: it stays), whatever the peer calls it.
 * What it calls it is not needed: the kernel checks no checksum of what comes
 * in by such an SA, as RFC 3948 section 3.1.2 allows.
 */
void	tsp_seen(struct ts_pair *t, const struct wt_addr *local,
	    const struct wt_addr *remote);

/* "10.1.0.0/16 = 10.2.0.0/16": ours and the peer's. */
char	*tsp_print(const struct ts_pair *t, char *out, size_t size);

#endif /* IKE_TSP_H */
