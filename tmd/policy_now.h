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

#ifndef TMD_POLICY_NOW_H
#define TMD_POLICY_NOW_H

#include "snapshot.h"

/*
 * The policy that holds, and reload: prepare, then commit or abort.
 */

/* What the last commit did. */
struct policy_counts {
	uint32_t	generation;
	unsigned int	n[SNAP_CHANGES];	/* by enum snap_change */
	struct setting_change *settings;	/* beside tunnels */
	size_t		nsettings;
};

/* The committed policy; an empty one of generation 0 before the first. */
const struct policy *policy_now(void);
/*
 * Why something ended, for people: text, or the reason's where it is empty.
 * Outside of a ceiling while a policy waits to hold means the reload: its
 * ceilings do already.
 */
const char *policy_why(uint16_t code, const char *text);
/* Is there a standby copy? */
int	policy_standby(void);
const struct policy_counts *policy_counts(void);
/*
 * How often a policy has begun to hold here: a roll-back has the number of a
 * generation before, but never the same count.
 */
uint64_t policy_commits(void);

/* Takes the standby copy (owned); an older one is dropped. */
void	policy_prepare(struct policy *p);
/* Makes it hold: tunnels are kept, closed, made and started. */
void	policy_commit(uint32_t generation);
void	policy_abort(void);

#endif /* TMD_POLICY_NOW_H */
