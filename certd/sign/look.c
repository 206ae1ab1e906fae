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

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "look.h"
#include "looker.h"
#include "manual.h"
#include "rootfile.h"
#include "sign.h"
#include "snap.h"

static void
complain(void *arg, const char *text)
{
	unsigned int *n = arg;

	++*n;
	log_error(LS_POLICY, "%s", text);
}

/* As the starter reads them, with the right of root that it has. */
static int
read_secrets(const char *dir)
{
	struct passwd *pw = getpwnam(role_info(ROLE_SIGN)->user);

	if (pw == NULL)
		fatal("no user %s", role_info(ROLE_SIGN)->user);
	return (rootfile_secrets(LOOK_DIR_FD, dir, ROLE_SIGN,
	    LOOK_GENERATION, pw->pw_uid));
}

static const char *
fill(struct sign *sg, const char *dir, int secrets)
{
	const char *why;

	keyring_heap();
	privring_warm();
	sg->uid = getuid();
	sg->s.tokens = privring_new();
	sg->next_priv = privring_new();
	sg->next_manuals = manuals_new();
	sg->next_keys = keyring_new(dir);
	sg->next_ppks = keyring_new(dir);
	sg->next_entries = entries_new();
	if ((why = snap_read(secrets, ROLE_SIGN, LOOK_GENERATION,
	    standby_secret, sg)) != NULL ||
	    (why = snap_read(LOOK_SNAP_FD, ROLE_SIGN, LOOK_GENERATION,
	    standby_row, sg)) != NULL)
		return (why);
	entries_index(sg->next_entries);
	while (privring_check(sg->next_priv))
		;
	return (snap_read(LOOK_OURS_FD, ROLE_SIGN, LOOK_GENERATION,
	    ourcert_row, sg->next_entries));
}

/* The rings are let go as those of a policy that was in force. */
static void
end(struct sign *sg)
{
	sg->s.entries = sg->next_entries;
	sg->s.keys = sg->next_keys;
	sg->s.ppks = sg->next_ppks;
	standby_warn_short(sg);
	log_flush();
	entries_free(sg->s.entries);
	keyring_free(sg->s.keys);
	keyring_free(sg->s.ppks);
	privring_free(sg->s.tokens);
	privring_free(sg->next_priv);
	manuals_free(sg->next_manuals);
}

int
sign_look(const char *dir)
{
	static char text[MSG_TEXT + 1];
	static struct sign sign;
	unsigned int n = 0;
	const char *why;
	int secrets;

	looker_begin(ROLE_SIGN);
	scrub_heap();
	secrets = read_secrets(dir);
	looker_drop(ROLE_SIGN);
	if ((why = fill(&sign, dir, secrets)) != NULL)
		complain(&n, why);
	else {
		(void)decide_keys_each(sign.next_entries, sign.next_keys,
		    sign.next_ppks, sign.next_priv, sign.s.tokens, complain,
		    &n);
		if ((why = manuals_problem(sign.next_manuals, dir, text,
		    sizeof(text))) != NULL)
			complain(&n, why);
	}
	close(secrets);
	end(&sign);
	return (n > 0);
}
