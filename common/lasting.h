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

#ifndef COMMON_LASTING_H
#define COMMON_LASTING_H

#include "proto_ctl.h"

/*
 * The secret of this machine: random octets in the state directory, made when
 * first wanted and kept.  Linked by the starter alone.
 */
#define LASTING_FILE	"secret"

/*
 * Reads dir/secret, or makes it (0600).  out is filled in any case: with
 * octets that do not outlast this process when it returns what is wrong with
 * the file.  NULL: all is well.  No random octets at all is fatal.
 */
const char *lasting_read(int dir, uint8_t out[LASTING_LEN]);

#endif /* COMMON_LASTING_H */
