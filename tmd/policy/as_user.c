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

#include <sys/fsuid.h>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "as_user.h"
#include "log.h"
#include "roles.h"

static struct {
	int	there, on;
	uid_t	uid;
	gid_t	gid;
} user;

void
as_user_setup(void)
{
	struct passwd *pw;

	if (geteuid() != 0 ||
	    (pw = getpwnam(role_info(ROLE_POLICY)->user)) == NULL)
		return;
	/* Root needs no groups, and that user has none. */
	if (setgroups(0, NULL) == -1)
		return;
	user.there = 1;
	user.uid = pw->pw_uid;
	user.gid = pw->pw_gid;
}

void
as_user(int on)
{
	if (!user.there || user.on == on)
		return;
	user.on = on;
	/* The group first: of a user's id CAP_SETGID does not depend. */
	(void)setfsgid(on ? user.gid : getegid());
	(void)setfsuid(on ? user.uid : geteuid());
	if (setfsuid((uid_t)-1) != (int)(on ? user.uid : geteuid()))
		fatal("setfsuid");
}

int
as_user_is_on(void)
{
	return (user.on);
}
