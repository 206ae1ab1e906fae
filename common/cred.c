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

/* Rows about keys and certificates: certd's and certd-sign's. */
#include <stdarg.h>
#include <stdio.h>

#include "cred.h"

void
cred_new(struct mv_cred *m, uint32_t req, const char *kind)
{
	m->req = req;
	m->kv_n = 0;
	wire_text_copy(m->kind, sizeof(m->kind), kind);
}

void
cred_put(struct mv_cred *m, const char *k, const char *fmt, ...)
{
	char text[512];
	struct wt_kv *kv;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (text[0] == '\0' || m->kv_n == CRED_KVS)
		return;
	kv = &m->kv[m->kv_n++];
	wire_text_copy(kv->k, sizeof(kv->k), k);
	wire_text_copy(kv->v, sizeof(kv->v), text);
}
