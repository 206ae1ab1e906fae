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

#ifndef CERTD_OWN_H
#define CERTD_OWN_H

#include "cert.h"
#include "entries.h"

/*
 * Our own certificates: whom we are by them, told to certd-sign, which signs
 * for it and reads no certificate.
 */

/*
 * The row of an entry that shows c, of this file.  Returns NULL, or what is
 * wrong, in buf: the local ID is not in it, or there is none to take.  One
 * that has ended or not begun is a line in the log: it is peers who refuse it.
 */
const char *own_row(const struct entry *e, const char *file,
	    const struct cert *c, struct sn_ours *row, char *buf, size_t size);

/*
 * Rows SNAP_OURS for certd-sign of the entries that entries_ours() has told,
 * as a sealed memfd.
 */
int	own_rows(const struct entries *es, uint32_t generation);

#endif /* CERTD_OWN_H */
