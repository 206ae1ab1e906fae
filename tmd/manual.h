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

#ifndef TMD_MANUAL_H
#define TMD_MANUAL_H

#include "proto_manual.h"
#include "sess.h"

/*
 * Tunnels with manual keys.  Nobody authenticates and ikd-ike knows nothing
 * of them: certd-sign says which SAs the policy has and that their keys are
 * there (KEYS_ARE, in the place of a verdict), each child gets its grant, and
 * certd-sign installs the keys on it.  The session is one of ours alone, with
 * no worker (MANUAL_WORKER).
 */

int		 manual_is(const struct tunnel *t);

/* Are its SAs gone, or to go, for others with other keys? */
int		 manual_changing(const struct tunnel *t, uint32_t child);

/* orders.c: asks certd-sign (again), on the order that is out. */
void		 manual_want(const struct tunnel *t, uint32_t generation);

/* From certd-sign. */
void		 manual_keys(const struct mv_keys_are *m);
void		 manual_used(const struct mv_keys_used *m);

/*
 * The policy was loaded, or certd-sign is a new one: are the keys still
 * those that stand?  What has changed is installed anew.
 */
void		 manual_recheck(void);

/* The parent, or the plane, has a grant no more: it is made again soon. */
void		 manual_lost(struct grant *g, uint16_t code, const char *text);

/* A child is closed: its SAs go at once. */
void		 manual_close(struct grant *g, uint16_t code);

/*
 * After a restart: a grant of an earlier life, with the SAs that stand on it.
 * 0: nothing can be made of it.
 */
int		 manual_claim(struct tunnel *t, const struct mt_old *o,
		    const uint8_t print[32]);

#endif /* TMD_MANUAL_H */
