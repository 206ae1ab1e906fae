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

#ifndef TMD_INACTIVE_H
#define TMD_INACTIVE_H

/*
 * inactivity: a child through whose SAs nothing passed for so long, in either
 * direction, ends; with the last one on it an IKE SA ends, too, where it is
 * not for itself (childless).  Rekeys, liveness checks and what holds a NAT
 * are no traffic.  Looked at ten times in the shortest of them, at most each
 * second, at least each minute.
 */

/* A policy holds: starts or stops looking. */
void	inactive_policy(void);
/* The counters that were asked for (with req 0) have come. */
void	inactive_came(void);

#endif /* TMD_INACTIVE_H */
