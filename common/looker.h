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

#ifndef COMMON_LOOKER_H
#define COMMON_LOOKER_H

#include <stdint.h>

#include "roles.h"

/*
 * A role's program run by `ikectl check` (tmd-policy -n), as `certd -n`: it
 * says of a snapshot what it would say of it at a PREPARE, and ends.  It has
 * these descriptors, and no pipe of the suite.
 */
#define LOOK_LOG_FD	3	/* SEQPACKET: lines of log.h, the last one an
				   error when the snapshot is refused */
#define LOOK_SNAP_FD	4	/* the snapshot, of LOOK_GENERATION */
#define LOOK_OURS_FD	5	/* certd writes its SNAP_OURS rows there, what
				   certd-sign reads: a sealed memfd */
#define LOOK_DIR_FD	6 /* the policy directory: certd-sign's, of root */
#define LOOK_GENERATION	1

/* Warnings and errors go to LOOK_LOG_FD from now on; fatal without it. */
void	looker_begin(enum role r);
/* Root becomes this role's user, with no group beside it; fatal. */
void	looker_drop(enum role r);

#endif /* COMMON_LOOKER_H */
