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

/* Which private keys there are, for `ikectl show cert`. */

#include <string.h>

#include "cred.h"
#include "sign.h"

/* The first tunnel that signs with it, or "". */
static const char *
user(const struct sign *sg, const char *name)
{
	const struct entry *e;
	size_t i;

	for (i = 0; sg->s.entries != NULL &&
	    (e = entries_at(sg->s.entries, i)) != NULL; i++)
		if (strcmp(e->key, name) == 0)
			return (e->name);
	return ("");
}

/* The keys of files, then those of a token. */
static const struct privkey *
key_at(const struct sign *sg, size_t i)
{
	size_t n = privring_count(sg->s.priv);

	return (i < n ? privring_at(sg->s.priv, i) :
	    privring_at(sg->s.tokens, i - n));
}

void
creds_send(struct sign *sg, const struct mv_creds *m)
{
	static struct mv_cred row;
	struct mv_creds end = { .req = m->req };
	const struct privkey *k;
	size_t i;

	for (i = m->from; (k = key_at(sg, i)) != NULL; i++) {
		if (i - m->from == CREDS_TURN) {
			end.from = (uint32_t)i;
			break;
		}
		cred_new(&row, m->req, "key");
		cred_put(&row, "name", "%s", k->name);
		if (k->in_token)
			cred_put(&row, "from", "token");
		if (k->pkey != NULL || k->bits != 0)
			cred_put(&row, "type", "%s", keysort_name(k->type,
			    k->bits));
		cred_put(&row, "passphrase", "%s", k->sealed != NULL ? "yes" :
		    "no");
		cred_put(&row, "state", "%s", k->locked ? "locked" :
		    k->problem[0] == '\0' ? "ready" : "unusable");
		cred_put(&row, "tunnel", "%s", user(sg, k->name));
		cred_put(&row, "problem", "%s", k->problem);
		pipe_send(sg->tmd, M_CRED, &row, -1);
	}
	pipe_send(sg->tmd, M_CREDS, &end, -1);
}
