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
 * The two-phase reload: keys come from the starter, entries from the parent,
 * both wait beside what is in force until COMMIT.  The private keys are
 * checked one in each turn of the loop, so that the parent's PING, and peers,
 * are answered between them; a PREPARE waits until all are.
 */

#include <event2/event.h>

#include <string.h>
#include <unistd.h>

#include "log.h"
#include "manual.h"
#include "proto_ctl.h"
#include "sign.h"
#include "snap.h"

#define KEY_SHORT	16	/* octets: below that a key can be guessed */
#define POLICY_DIR	"/etc/ikd"

const char *
standby_secret(void *arg, uint16_t type, const void *val)
{
	const struct sn_secret *s = val;
	struct sign *sg = arg;

	if (type != SNAP_SECRET)
		return ("a row that is no secret");
	if (s->kind == SECRET_PSK)
		keyring_load(sg->next_keys, s, sg->uid);
	else if (s->kind == SECRET_PPK)
		keyring_load(sg->next_ppks, s, sg->uid);
	else if (s->kind == SECRET_MANUAL)
		manuals_load(sg->next_manuals, s, sg->uid);
	else
		privring_load(sg->next_priv, s, sg->uid);
	return (NULL);
}

static void
drop_next(struct sign *sg)
{
	keyring_free(sg->next_keys);
	sg->next_keys = NULL;
	keyring_free(sg->next_ppks);
	sg->next_ppks = NULL;
	privring_free(sg->next_priv);
	sg->next_priv = NULL;
	manuals_free(sg->next_manuals);
	sg->next_manuals = NULL;
}

static void
check_later(struct sign *sg)
{
	const struct timeval now = { 0, 0 };

	/* A timer, not event_active(): the pipes are read before it. */
	if (evtimer_add(sg->keys_turn, &now) == -1)
		fatal("no timer for the keys");
}

static void
on_secrets(void *arg, const void *body, int fd)
{
	const struct mq_secrets *m = body;
	struct sign *sg = arg;
	struct privring *before = sg->next_priv;
	struct manuals *rows = sg->next_manuals;
	const char *why;

	sg->next_priv = NULL;
	sg->next_manuals = NULL;
	drop_next(sg);
	sg->next_priv = privring_new();
	sg->next_manuals = manuals_new();
	manuals_take_rows(sg->next_manuals, rows);
	manuals_free(rows);
	sg->next_keys = keyring_new(m->dir[0] != '\0' ? m->dir : POLICY_DIR);
	sg->next_ppks = keyring_new(keyring_dir(sg->next_keys));
	sg->next_keys_generation = m->generation;
	why = snap_read(fd, ROLE_SIGN, m->generation, standby_secret, sg);
	close(fd);
	privring_inherit(sg->next_priv, sg->s.priv);
	privring_inherit(sg->next_priv, before);
	privring_free(before);
	if (why != NULL) {
		log_error(LS_POLICY, "secrets of generation %u: %s",
		    m->generation, why);
		drop_next(sg);
	}
	check_later(sg);
}

static void
on_lasting(void *arg, const void *body, int fd)
{
	const struct mq_lasting *m = body;
	struct sign *sg = arg;

	(void)fd;
	memcpy(sg->lasting, m->secret, sizeof(sg->lasting));
	serve_lasting(sg);
}

static void
starter_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	(void)p;
	if (why != NULL)
		fatal("the starter's pipe: %s", why);
	_exit(0);
}

static const struct pipe_handler starter_handlers[] = {
	{ M_SECRETS, on_secrets },
	{ M_LASTING, on_lasting },
	{ 0, NULL }
};
static const struct pipe_ops starter_ops = { starter_handlers,
    starter_broken };

static void on_turn(evutil_socket_t, short, void *);

void
standby_start(struct sign *sg, int fd)
{
	if ((sg->keys_turn = evtimer_new(sg->role->base, on_turn, sg)) == NULL)
		fatal("no timer for the keys");
	sg->starter = pipe_new(sg->role->base, fd, &proto_start_sign, SIDE_B,
	    &starter_ops, sg);
}

void
standby_stop(struct sign *sg)
{
	event_free(sg->keys_turn);
	sg->keys_turn = NULL;
}

const char *
standby_row(void *arg, uint16_t type, const void *val)
{
	struct sign *sg = arg;
	struct entries *es = sg->next_entries;

	if (type == SNAP_AUTH)
		return (entries_add(es, val));
	if (type == SNAP_PSK_BY_ID)
		return (entries_add_psk(es, val));
	if (type == SNAP_GROUP)
		return (entries_add_group(es, val));
	if (type == SNAP_PPK)
		return (entries_add_ppk(es, val));
	if (type == SNAP_MANUAL)
		return (manuals_add(sg->next_manuals, val));
	return ("a row that is not for certd-sign");
}

static void
drop_entries(struct sign *sg)
{
	entries_free(sg->next_entries);
	sg->next_entries = NULL;
}

/*
 * A policy that was accepted goes on without a key that is not there any
 * more: we were started again, and all tunnels would pay for one.
 */
const char *
standby_forgive(const struct sign *sg, const char *why)
{
	if (why == NULL || !sg->role->held)
		return (why);
	log_error(LS_POLICY, "%s; the policy holds since it was accepted "
	    "before, and what needs this key stays down until it is back and "
	    "ikectl reload is said", why);
	return (NULL);
}

/* All keys are checked.  What the PREPARE is answered, or ROLE_LATER. */
static const char *
weigh(struct sign *sg)
{
	static char text[MSG_TEXT + 1];
	const char *why;

	if (sg->next_keys == NULL ||
	    sg->next_keys_generation != sg->next_generation)
		why = "certd-sign did not get the keys of this generation";
	else
		why = standby_forgive(sg, decide_keys_problem(sg->next_entries,
		    sg->next_keys, sg->next_ppks, sg->next_priv, sg->s.tokens,
		    text, sizeof(text)));
	if (why == NULL)
		why = standby_forgive(sg, manuals_problem(sg->next_manuals,
		    keyring_dir(sg->next_keys), text, sizeof(text)));
	if (why == NULL)
		why = ourcert_prepare(sg, text, sizeof(text));
	if (why != NULL && why != ROLE_LATER)
		drop_entries(sg);
	return (why);
}

/* The answer that a PREPARE waits for, unless certd's word is still to come. */
static void
weighed(struct sign *sg, const char *why)
{
	if (!sg->keys_wait)
		return;
	sg->keys_wait = 0;
	if (why != ROLE_LATER)
		role_prepared(sg->next_generation, why);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct sign *sg = arg;

	(void)fd;
	(void)what;
	if (privring_check(sg->next_priv))
		check_later(sg);
	else if (sg->keys_wait)
		weighed(sg, weigh(sg));
}

const char *
standby_prepare(struct sign *sg, uint32_t generation, int fd)
{
	const char *why;

	drop_entries(sg);
	/* They were written before this was; perhaps not read yet. */
	pipe_read_now(sg->starter);
	if (sg->next_keys == NULL || sg->next_keys_generation != generation) {
		close(fd);
		return ("certd-sign did not get the keys of this generation");
	}
	sg->next_entries = entries_new();
	manuals_forget_rows(sg->next_manuals);
	sg->next_generation = generation;
	why = snap_read(fd, ROLE_SIGN, generation, standby_row, sg);
	close(fd);
	if (why != NULL) {
		drop_entries(sg);
		return (why);
	}
	entries_index(sg->next_entries);
	if (!privring_unchecked(sg->next_priv))
		return (weigh(sg));
	sg->keys_wait = 1;
	return (ROLE_LATER);
}

void
standby_warn_short(const struct sign *sg)
{
	const struct key *key;
	size_t i;

	for (i = 0; (key = keyring_at(sg->s.keys, i)) != NULL; i++)
		if (key->problem[0] == '\0' && key->len < KEY_SHORT &&
		    decide_key_used(sg->s.entries, key->name, NULL))
			log_warn(LS_POLICY, "%s/psk/%s: a key of %zu octets "
			    "can be guessed: ikectl psk create makes a good "
			    "one", keyring_dir(sg->s.keys), key->name,
			    key->len);
	/* RFC 8784 section 6: Grover's algorithm halves them. */
	for (i = 0; (key = keyring_at(sg->s.ppks, i)) != NULL; i++)
		if (key->problem[0] == '\0' && key->len < PPK_GOOD &&
		    decide_ppk_used(sg->s.entries, key->name, NULL))
			log_warn(LS_POLICY, "%s/ppk/%s: %zu octets are less "
			    "than the 256 bits that a post-quantum pre-shared "
			    "key should have: ikectl ppk create makes a good "
			    "one", keyring_dir(sg->s.keys), key->name,
			    key->len);
}

void
standby_commit(struct sign *sg, uint32_t generation)
{
	if (sg->next_entries == NULL || sg->next_generation != generation)
		fatal("COMMIT of generation %u, which was not prepared",
		    generation);
	/* Those that the starter read once more meanwhile. */
	while (privring_check(sg->next_priv))
		;
	entries_free(sg->s.entries);
	keyring_free(sg->s.keys);
	keyring_free(sg->s.ppks);
	privring_free(sg->s.priv);
	sg->s.priv = sg->next_priv;
	sg->next_priv = NULL;
	sg->s.entries = sg->next_entries;
	sg->s.keys = sg->next_keys;
	sg->s.ppks = sg->next_ppks;
	manuals_free(sg->manuals);
	sg->manuals = sg->next_manuals;
	sg->next_manuals = NULL;
	sg->s.generation = generation;
	sg->next_entries = NULL;
	sg->next_keys = sg->next_ppks = NULL;
	standby_warn_short(sg);
	locked_warn(sg);
	locked_tell(sg);
}

void
standby_abort(struct sign *sg, uint32_t generation)
{
	if (sg->next_generation == generation) {
		ourcert_abort(sg);
		weighed(sg, "given up");
		drop_entries(sg);
	}
	if (sg->next_keys_generation == generation)
		drop_next(sg);
}
