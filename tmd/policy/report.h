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

#ifndef POLICY_REPORT_H
#define POLICY_REPORT_H

#include <stdio.h>

#include "load.h"
#include "proto_parent_tmd.h"

/*
 * Problems on their way to people: as text, as JSON, as messages.
 */

/* Each with its source line and caret, then how many there are. */
void	report_text(FILE *fp, const struct load *l);
/* One object; canonical: its text, or NULL. */
void	report_json(FILE *fp, const struct load *l, const char *file,
	    const char *canonical);
/* One problem as parent and tmd pass it on; cleared first. */
void	report_message(const struct problem *p, struct mt_problem *m);

#endif /* POLICY_REPORT_H */
