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

#ifndef POLICY_KE_HERE_H
#define POLICY_KE_HERE_H

#include "proto_types.h"

/*
 * Which key exchanges the running OpenSSL has: ML-KEM came with 3.5.
 */

/* Looks, once; before the door closes. */
void	ke_here_warm(void);

/*
 * NULL, or the name of the first method in the proposal that OpenSSL lacks,
 * as "mlkem768".
 */
const char *ke_missing(const struct wt_proposal *p);

/* Its version, for people. */
const char *ke_here_openssl(void);

#endif /* POLICY_KE_HERE_H */
