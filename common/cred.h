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

#ifndef COMMON_CRED_H
#define COMMON_CRED_H

#include "proto_sign_tmd.h"

#define CREDS_TURN	32	/* places looked at for one CREDS_WANT */

/* Rows of what a process holds; see ctl_rows.h for kinds and keys. */
void	cred_new(struct mv_cred *m, uint32_t req, const char *kind);
/* Text is made fit for the wire; an empty one is left out. */
void	cred_put(struct mv_cred *m, const char *k, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif /* COMMON_CRED_H */
