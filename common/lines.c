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

/* Lines that a peer can cause, so many in so long. */

#include <time.h>

#include "lines.h"
#include "log.h"

#define LINES_MOST	30	/* logged in LINES_SECONDS */
#define LINES_SECONDS	10

int
lines_allowed(enum log_sub sub)
{
	static time_t since;
	static unsigned int n, lost;
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) == -1)
		fatal_errno("clock_gettime");
	if (now.tv_sec - since >= LINES_SECONDS) {
		if (lost > 0)
			log_notice(sub, "%u more refusals not logged",
			    lost);
		since = now.tv_sec;
		n = lost = 0;
	}
	if (n >= LINES_MOST) {
		lost++;
		return (0);
	}
	n++;
	return (1);
}
