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
 * The dynamic table's head: what the service itself sends and takes, before
 * any tunnel is up.
 */

#include <netinet/in.h>
#include <string.h>

#include "filter.h"

#define COUNTER_DYN	0x64796e0000000000ULL	/* and what it is, below */

uint64_t
filters_dyn_counter(const struct filter_dyn_row *d, int out)
{
	uint64_t port = d->what == DYN_TCP_PEER ? d->port : 0;

	return (COUNTER_DYN | port << 16 | (uint64_t)d->what << 1 |
	    (uint64_t)(out != 0));
}

/* The i-th port that tunnels go out to by TCP, or 0. */
static uint64_t
peer_port(const struct policy *po, unsigned int i)
{
	uint8_t there[65536] = { 0 };
	const struct tunnel *t;
	unsigned int n;
	uint64_t port;

	for (n = 0; n < po->ntunnels; n++) {
		t = &po->tunnels[n];
		if (t->tcp != TCP_NO && t->role != TR_RESPONDER)
			there[t->tcp_port & 0xffff] = 1;
	}
	for (port = 1; port < sizeof(there); port++)
		if (there[port] && i-- == 0)
			return (port);
	return (0);
}

int
filters_dyn(const struct policy *po, unsigned int i,
    struct filter_dyn_row *row)
{
	const struct filter_dyn_row fixed[] = {
		{ DYN_IKE, "ike", IPPROTO_UDP, po->ports.ike, 0 },
		{ DYN_NATT, "ike-natt", IPPROTO_UDP, po->ports.natt, 0 },
		{ DYN_ESP, "esp", IPPROTO_ESP, 0, 0 },
		{ DYN_AH, "ah", IPPROTO_AH, 0, 0 },
		{ DYN_TCP, "ike-tcp", IPPROTO_TCP, po->ports.tcp, 0 },
	};
	unsigned int k, n = sizeof(fixed) / sizeof(fixed[0]);

	for (k = 0; k < n; k++) {
		if ((po->userspace && (fixed[k].what == DYN_ESP ||
		    fixed[k].what == DYN_AH)) ||
		    (fixed[k].what == DYN_TCP && fixed[k].port == 0))
			continue;
		if (i-- == 0) {
			*row = fixed[k];
			return (1);
		}
	}
	memset(row, 0, sizeof(*row));
	row->what = DYN_TCP_PEER;
	row->name = "ike-tcp-out";
	row->proto = IPPROTO_TCP;
	row->theirs = 1;
	return ((row->port = peer_port(po, i)) != 0);
}
