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

#ifndef TMD_CTL_RESULT_H
#define TMD_CTL_RESULT_H

#include "ctl.h"

/*
 * For verbs that do something to each target and wait for it: r->own is one
 * struct act a target.
 */
enum act_state { ACT_WAIT, ACT_OK, ACT_FAILED,
	ACT_OPEN		/* done: what is left is the peer's to do */
};

struct act {
	enum act_state	 state;
	uint32_t	 left;		/* the verb's own counter */
	char		 text[MSG_TEXT + 1];
};

/* "boston (1)", "boston/lan (1.1)"; returns out. */
const char *result_who(const struct tunnel *t, uint32_t child, char *out,
	    size_t size);
/* Target i is settled, once; with several targets a row says so. */
void	result_settle(struct ctl_req *r, size_t i, enum act_state state,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/*
 * DONE when no target waits any more, or (late) the deadline has passed.
 * "verb" is a participle: "2 of 3 removed.", "2 of 3 active, 1 open."
 */
void	result_finish(struct ctl_req *r, const char *verb, int late);
/* Is it one of the targets?  child 0: the tunnel or anything of it. */
int	result_is_target(const struct ctl_req *r, const struct tunnel *t,
	    uint32_t child);

#endif /* TMD_CTL_RESULT_H */
