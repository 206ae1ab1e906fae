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

#ifndef TMD_OWN_END_H
#define TMD_OWN_END_H

#include <stddef.h>

#include "proto_sign_tmd.h"

/*
 * The tunnels whose own certificate has ended, has not begun, or ends soon,
 * as certd said last.
 */

/* A message of its list; it holds from the last one on. */
void	own_end_said(const struct mv_own_end *m);
/*
 * "our certificate certs/gw ended on 2026-11-01 12:00:00 UTC" into out, or
 * NULL when nothing is wrong with it; soon: that it is about to, too.
 */
const char *own_end_text(uint32_t tunnel, int soon, char *out, size_t size);
/* How many tunnels have one that no peer takes. */
unsigned int own_end_bad(void);

#endif /* TMD_OWN_END_H */
