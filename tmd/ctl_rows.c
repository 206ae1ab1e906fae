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
 * Rows of an answer to ikectl: key and value, always encodable.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl_rows.h"

void
ctl_row_new(struct mq_row *r, uint32_t req, const char *kind)
{
	r->req = req;
	r->kv_n = 0;
	wire_text_copy(r->kind, sizeof(r->kind), kind);
}

void
ctl_row_str(struct mq_row *r, const char *k, const char *v)
{
	struct wt_kv	*kv;

	if (r->kv_n >= CTL_KVS || v == NULL || *v == '\0')
		return;
	kv = &r->kv[r->kv_n++];
	wire_text_copy(kv->k, sizeof(kv->k), k);
	wire_text_copy(kv->v, sizeof(kv->v), v);
}

void
ctl_row_fmt(struct mq_row *r, const char *k, const char *fmt, ...)
{
	char	text[512];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ctl_row_str(r, k, text);
}

void
ctl_row_u64(struct mq_row *r, const char *k, uint64_t v)
{
	ctl_row_fmt(r, k, "%llu", (unsigned long long)v);
}

void
ctl_row_bool(struct mq_row *r, const char *k, int v)
{
	ctl_row_str(r, k, v ? "yes" : "no");
}
