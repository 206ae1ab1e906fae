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
 * A request of ikectl: the decoder, the selection parser, and the look-up
 * among a few tunnels.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tmd/select.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Two tunnels of one child each. */
static void
make_tunnels(void)
{
	static const char *const names[] = { "boston", "VPN Lyon" };
	static struct policy *p;	/* stays for all runs */
	struct sn_tunnel t;
	struct sn_child	 c;
	uint32_t	 i;

	p = snapshot_new(1);
	for (i = 1; i <= 2; i++) {
		memset(&t, 0, sizeof(t));
		memset(&c, 0, sizeof(c));
		t.tunnel = c.tunnel = i;
		c.child = 1;
		strlcpy(t.name, names[i - 1], sizeof(t.name));
		strlcpy(c.name, "lan", sizeof(c.name));
		t.start = c.start = TS_START_ANSWER;
		if (snapshot_row(p, SNAP_TUNNEL, &t) != NULL ||
		    snapshot_row(p, SNAP_CHILD, &c) != NULL)
			abort();
		tunnel_new(snapshot_tunnel(p, i), 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	static struct mq_request m;
	static int		 made;
	struct targets		 ts;
	char			 err[MSG_TEXT];
	size_t			 i;

	if (!made++)
		make_tunnels();
	if (wire_decode(&wire_mq_request, buf, len, &m, NULL) == -1)
		return (0);
	if (select_targets(&m, 1, &ts, err, sizeof(err)) == -1) {
		if (ts.n != 0)
			abort();
		return (0);
	}
	/* What was selected is there. */
	for (i = 0; i < ts.n; i++) {
		struct tunnel *t = tunnel_find(ts.v[i].tunnel);

		if (t == NULL || (ts.v[i].child != 0 &&
		    tunnel_child(t, ts.v[i].child) == NULL))
			abort();
	}
	select_free(&ts);
	return (0);
}
