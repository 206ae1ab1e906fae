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

#ifndef TMD_LOCKED_H
#define TMD_LOCKED_H

#include "proto_sign_tmd.h"

/*
 * The tunnels whose private key waits for its passphrase, as certd-sign said
 * last.
 */

/* A message of its list; behind the last one, what was opened starts. */
void	locked_said(const struct mv_locked *m);
/* The key that this tunnel lacks, or NULL. */
const char *locked_key(uint32_t tunnel);
/* How many keys, of those that tunnels need, are locked. */
unsigned int locked_keys(void);

#endif /* TMD_LOCKED_H */
