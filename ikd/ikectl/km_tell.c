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
 * A running service is told of what the key manager wrote: it reads all its
 * files again, which is a reload of the policy.  But only one of the policy
 * that it has: a file of it that was changed meanwhile may be half done, and
 * is not ours to put into force.
 */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "km.h"

#define DEPTH	16	/* directories open at a time */

static uint64_t newest;		/* nanoseconds since 1970 */

static int
is_ours(const char *name)
{
	static const char *const dirs[] = { "psk", "ppk", "private", "ca",
	    "certs", "crls", "pubkeys" };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (strcmp(name, dirs[i]) == 0)
			return (1);
	return (0);
}

/* The directory itself changes with each file that we write. */
static int
look(const char *path, const struct stat *st, int type, struct FTW *at)
{
	uint64_t t;

	if (type == FTW_D && at->level == 1 && is_ours(path + at->base))
		return (FTW_SKIP_SUBTREE);
	t = (uint64_t)st->st_ctim.tv_sec * 1000000000 +
	    (uint64_t)st->st_ctim.tv_nsec;
	if (at->level > 0 && type != FTW_NS && t > newest)
		newest = t;
	return (FTW_CONTINUE);
}

static void
told_row(const struct mq_row *r)
{
	if (strcmp(r->kind, "problem") == 0)
		out_warn("%s", row_get(r, "text", ""));
}

static void
told_end(const struct mq_done *d)
{
	out_warn(d->status == CTL_OK ? "The service has read it: %s" :
	    "The service has not taken it: %s", d->text);
}

void
km_tell(const struct km *km, const char *sub, const char *name)
{
	static const struct printer told = { told_row, told_end };
	static struct mq_request q;
	int fd = ctl_connect(km->o->run_dir, "ikd.sock");

	if (fd == -1)
		return;		/* it reads them when it starts */
	close(fd);
	newest = 0;
	if (nftw(km->o->policy_dir, look, DEPTH, FTW_ACTIONRETVAL) == -1)
		newest = UINT64_MAX;
	memset(&q, 0, sizeof(q));
	q.req = 1;
	wire_text_copy(q.verb, sizeof(q.verb), "reload");
	q.opts_n = 1;
	wire_text_copy(q.opts[0].k, sizeof(q.opts[0].k), "files");
	snprintf(q.opts[0].v, sizeof(q.opts[0].v), "%llu",
	    (unsigned long long)newest);
	if (client_ask(km->o, &q, &told) == CTL_DOWN)
		out_warn("`ikectl reload` makes it read %s/%s again.", sub,
		    name);
}
