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
 * Private keys that wait for their passphrase: what is said of them, and how
 * they are opened.
 */

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "sign.h"

/* The entry's key if it is locked, else NULL. */
static const struct privkey *
locked_of(const struct sign *sg, const struct entry *e)
{
	const struct privkey *k;

	if (e->key[0] == '\0')
		return (NULL);
	k = privring_find(sg->s.priv, e->key);
	return (k != NULL && k->locked ? k : NULL);
}

/* The first tunnel that needs this key, or NULL; *more: how many others. */
static const struct entry *
needs(const struct sign *sg, const struct privkey *k, unsigned int *more)
{
	const struct entry *e, *first = NULL;
	unsigned int n = 0;
	size_t i;

	for (i = 0; (e = entries_at(sg->s.entries, i)) != NULL; i++) {
		if (strcmp(e->key, k->name) != 0)
			continue;
		if (n++ == 0)
			first = e;
	}
	*more = n == 0 ? 0 : n - 1;
	return (first);
}

void
locked_warn(const struct sign *sg)
{
	const struct privkey *k;
	const struct entry *e;
	char others[32];
	unsigned int more;
	size_t i;

	for (i = 0; (k = privring_at(sg->s.priv, i)) != NULL; i++) {
		if (!k->locked || (e = needs(sg, k, &more)) == NULL)
			continue;
		others[0] = '\0';
		if (more > 0)
			snprintf(others, sizeof(others), " and %u more", more);
		log_about(LOG_ABOUT(e->name, e->tunnel, 0, NULL), LS_POLICY,
		    LOG_L_WARNING, "private/%s %s (tunnel %s%s cannot "
		    "authenticate until then)", k->name, k->problem, e->name,
		    others);
	}
}

/* One message behind: the last one has to say so. */
void
locked_tell(struct sign *sg)
{
	struct mv_locked m = { .first = 1 };
	const struct privkey *k;
	const struct entry *e;
	size_t i;

	if (sg->tmd == NULL || sg->s.entries == NULL)
		return;
	for (i = 0; privring_locked(sg->s.priv) > 0 &&
	    (e = entries_at(sg->s.entries, i)) != NULL; i++) {
		if ((k = locked_of(sg, e)) == NULL)
			continue;
		if (m.tunnel != 0) {
			pipe_send(sg->tmd, M_LOCKED, &m, -1);
			m.first = 0;
		}
		m.tunnel = e->tunnel;
		wire_text_copy(m.key, sizeof(m.key), k->name);
	}
	m.last = 1;
	pipe_send(sg->tmd, M_LOCKED, &m, -1);
}

/* The ring in force, and the one that is PREPAREd: either may lack it. */
const char *
locked_open(struct sign *sg, const char *name, const uint8_t file[32],
    const uint8_t *der, size_t len)
{
	const char *why = "no policy is running yet: ikectl reload", *next;

	if (sg->s.priv != NULL)
		why = privring_unlock(sg->s.priv, name, file, der, len);
	next = why;
	if (sg->next_priv != NULL)
		next = privring_unlock(sg->next_priv, name, file, der, len);
	if (why != NULL && next != NULL)
		return (why);
	log_notice(LS_POLICY, "private/%s is open", name);
	locked_tell(sg);
	return (NULL);
}
