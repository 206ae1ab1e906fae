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


/*
 * What the kernel counts, for `ikectl show dataplane`: its SAs and policies,
 * and what it has dropped on their account (/proc/net/xfrm_stat, opened
 * before the door).  They are of the whole network namespace, also others'.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asroot_sa.h"
#include "esp_plane.h"
#include "kernel_plane.h"

#define STAT_OCTETS	4096	/* about 30 lines of 40 */

static int	 stat_fd = -1;

void
kernel_stat_open(void)
{
	stat_fd = open("/proc/net/xfrm_stat", O_RDONLY | O_CLOEXEC);
}

static void
add_row(struct me_plane *m, const char *prefix, const char *name,
    unsigned long long value)
{
	struct wt_kv	*kv;

	if (m->kv_n == sizeof(m->kv) / sizeof(m->kv[0]))
		return;
	kv = &m->kv[m->kv_n++];
	(void)snprintf(kv->k, sizeof(kv->k), "%s%s", prefix, name);
	(void)snprintf(kv->v, sizeof(kv->v), "%llu", value);
}

/* "XfrmInNoStates          	0" */
static void
add_drop(struct me_plane *m, const char *line)
{
	unsigned long long	 value;
	char			 name[25];

	if (sscanf(line, "Xfrm%24s %llu", name, &value) == 2)
		add_row(m, "drop: ", name, value);
}

static void
rows(struct me_plane *m)
{
	static char	 text[STAT_OCTETS];
	uint32_t	 states, policies;
	char		*line, *rest = text;
	ssize_t		 n = 0;

	if (asroot_sa_totals(&states, &policies) == 0) {
		add_row(m, "", "states in the kernel", states);
		add_row(m, "", "policies in the kernel", policies);
	}
	if (stat_fd != -1)
		n = pread(stat_fd, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		add_drop(m, line);
}

int
kernel_info(uint32_t req)
{
	static struct me_plane	 m;

	memset(&m, 0, sizeof(m));
	m.req = req;
	rows(&m);
	plane_info(&m);
	return (PLANE_LATER);
}
