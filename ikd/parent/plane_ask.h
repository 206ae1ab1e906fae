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

#ifndef PARENT_PLANE_ASK_H
#define PARENT_PLANE_ASK_H

/* Questions to the plane (esp_plane.h has those that others ask). */

/* A new ikd-esp: which pairs has it?  Missing ones are lost, others go. */
void	plane_ask_reconcile(void);
/* Until it has answered, and strays are told to go, it may have them yet. */
int	plane_ask_reconciling(void);
/* It died: everything open is answered with what is known. */
void	plane_ask_died(void);

#endif /* PARENT_PLANE_ASK_H */
