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
 * The keys of sa: in a child of a manual tunnel.
 */

#include "alg.h"
#include "keys_tables.h"
#include "set_manual.h"

static const struct key way_rows[] = {
	[W_SPI] = { "spi", KEY_FN, OFF(manual_way, spi), .set = set_spi,
	    .print = print_spi },
	[W_KEY] = { "key", KEY_FN, OFF(manual_way, key),
	    .set = set_manual_file, .print = print_text },
};
const struct keymap keys_sa_way = MAP("in and out of sa", way_rows, W_KEYS,
    manual_way);

static const struct word sa_protocol_w[] = {
	{ "esp", PROTO_ESP, NULL }, { "ah", PROTO_AH, NULL },
	{ NULL, 0, NULL }
};
static const struct key sa_rows[] = {
	[SA_PROTOCOL] = { "protocol", KEY_WORD, "esp",
	    OFF(manual_sa, protocol), .words = sa_protocol_w },
	[SA_ALGORITHM] = { "algorithm", KEY_TEXT, NULL,
	    OFF(manual_sa, algorithm), 0, 64 },
	[SA_IN] = { "in", KEY_MAP, OFF(manual_sa, in), .sub = &keys_sa_way },
	[SA_OUT] = { "out", KEY_MAP, OFF(manual_sa, out),
	    .sub = &keys_sa_way },
};
const struct keymap keys_sa = MAP("sa", sa_rows, SA_KEYS, manual_sa);
