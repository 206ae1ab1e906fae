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
 * The keys of the policy and the work they do.  The token is asked one thing
 * a turn of the loop, so that the parent is answered in between; how long
 * one thing takes is the token's affair, until the parent thinks that we
 * hang.
 */

#include <sys/queue.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hsm.h"
#include "keys.h"
#include "log.h"
#include "ownsecret.h"
#include "reason.h"

#define AGAIN_SECONDS	30	/* what is missing is looked for so often */
#define PIN_ROOM	256

struct key {
	char		 uri[KEY_URI_MAX + 1];
	struct hsm_key	 hsm;		/* priv NULL: not found */
	int		 looked;	/* in this round */
	char		 problem[MSG_TEXT + 1];
};

struct work {
	TAILQ_ENTRY(work) entry;
	uint32_t	 req;
	char		 key[KEY_URI_MAX + 1];
	unsigned int	 digest;
	int		 pss;
	uint64_t	 since;
	uint8_t		 octets[TOKEN_OCTETS];
	size_t		 len;
};

static TAILQ_HEAD(, work) works = TAILQ_HEAD_INITIALIZER(works);
static struct key *keys;
static size_t nkeys;
static char secret[NAME_MAX_LEN + 1];
static int pin_refused;		/* until another comes: the token counts */
static struct pipe *sign;
static struct event *look_ev, *work_ev;

static uint64_t
now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) == -1)
		fatal_errno("clock_gettime");
	return ((uint64_t)ts.tv_sec);
}

static void
tell(const struct key *k)
{
	struct mn_key m = { .type = (uint8_t)k->hsm.sort,
	    .bits = (uint16_t)k->hsm.bits };

	if (sign == NULL)
		return;
	memcpy(m.key, k->uri, sizeof(m.key));
	wire_text_copy(m.problem, sizeof(m.problem), k->problem);
	memcpy(m.fp, k->hsm.fp, sizeof(m.fp));
	(void)pipe_send(sign, M_TOKEN_KEY, &m, -1);
}

/* One line for each change, not one a round. */
static void
becomes(struct key *k, const char *problem)
{
	if (strcmp(k->problem, problem) != 0) {
		snprintf(k->problem, sizeof(k->problem), "%s", problem);
		if (problem[0] == '\0')
			log_notice(LS_CERT, "key %s is ready: %s", k->uri,
			    keysort_name(k->hsm.sort, k->hsm.bits));
		else
			log_error(LS_CERT, "key %s: %s", k->uri, problem);
	}
	tell(k);
}

/* The PIN, or NULL with *why (which may be NULL: none is said). */
static const char *
pin_of(char room[PIN_ROOM], char *why, size_t size)
{
	const struct sn_secret *s;

	why[0] = '\0';
	if (secret[0] == '\0')
		return (NULL);
	if (pin_refused)
		snprintf(why, size, "the token has refused the PIN of "
		    "private/token/%s; so that it does not lock itself, no "
		    "other try is made: correct the file, ikectl reload",
		    secret);
	else if ((s = ownsecret_find(secret)) == NULL)
		snprintf(why, size, "private/token/%s, the PIN: no such file, "
		    "or it is not root's alone (mode 600)", secret);
	else if (ownsecret_line(s, room, PIN_ROOM) == -1)
		snprintf(why, size, "private/token/%s is not a line with a "
		    "PIN", secret);
	else
		return (room);
	return (NULL);
}

static void
look_for(struct key *k)
{
	char room[PIN_ROOM] = "", text[MSG_TEXT];
	const char *why = NULL, *pin;

	k->looked = 1;
	pin = pin_of(room, text, sizeof(text));
	if (text[0] == '\0')
		switch (hsm_find(k->uri, pin, &k->hsm, &why)) {
		case HSM_FOUND:
			break;
		case HSM_NO_TOKEN:
			strlcpy(text, "there is no such token, or no such "
			    "private key in it", sizeof(text));
			break;
		case HSM_NO_PIN:
			strlcpy(text, "the token wants a PIN: pkcs11: { pin: "
			    "NAME }, and the PIN in private/token/NAME",
			    sizeof(text));
			break;
		case HSM_BAD_PIN:
			pin_refused = 1;
			(void)pin_of(room, text, sizeof(text));
			break;
		case HSM_NO_KEY:
			strlcpy(text, "the token has no such private key",
			    sizeof(text));
			break;
		case HSM_UNFIT:
			strlcpy(text, why, sizeof(text));
			break;
		}
	explicit_bzero(room, sizeof(room));
	becomes(k, text);
}

static void
soon(struct event *ev, unsigned int seconds)
{
	const struct timeval tv = { seconds, 0 };

	if (evtimer_add(ev, &tv) == -1)
		fatal("a timer");
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	size_t i, missing = 0;

	(void)fd;
	(void)what;
	(void)arg;
	for (i = 0; i < nkeys; i++)
		if (keys[i].hsm.priv == NULL && !keys[i].looked) {
			look_for(&keys[i]);
			soon(look_ev, 0);
			return;
		}
	for (i = 0; i < nkeys; i++)
		if (keys[i].hsm.priv == NULL) {
			keys[i].looked = 0;
			missing++;
		}
	if (missing > 0)
		soon(look_ev, AGAIN_SECONDS);
}

static struct key *
find(const char *uri)
{
	size_t i;

	for (i = 0; i < nkeys; i++)
		if (strcmp(keys[i].uri, uri) == 0)
			return (&keys[i]);
	return (NULL);
}

void
keys_set(const struct sn_token_key *v, size_t n, const char *name)
{
	struct key *old = keys, *k;
	size_t i, nold = nkeys, count = 0;

	keys = xcalloc(n + 1, sizeof(*keys));
	nkeys = 0;
	for (i = 0; i < n; i++) {
		if (find(v[i].key) != NULL)
			continue;
		memcpy(keys[count].uri, v[i].key, sizeof(v[i].key));
		strlcpy(keys[count].problem, "is being looked for",
		    sizeof(keys[count].problem));
		nkeys = ++count;
	}
	/* What is found stays found. */
	for (i = 0; i < nold; i++)
		if ((k = find(old[i].uri)) != NULL)
			*k = old[i];
		else
			hsm_forget(&old[i].hsm);
	free(old);
	snprintf(secret, sizeof(secret), "%s", name);
	keys_new_pin();
}

void
keys_new_pin(void)
{
	size_t i;

	pin_refused = 0;
	for (i = 0; i < nkeys; i++)
		keys[i].looked = 0;
	soon(look_ev, 0);
}

void
keys_tell(struct pipe *p)
{
	size_t i;

	sign = p;
	for (i = 0; i < nkeys; i++)
		tell(&keys[i]);
}

static void
answer(const struct work *w, enum reason code, const char *why,
    struct mn_signed *m)
{
	m->req = w->req;
	m->code = (uint16_t)code;
	wire_text_copy(m->text, sizeof(m->text), why);
	if (sign != NULL)
		(void)pipe_send(sign, M_TOKEN_SIGNED, m, -1);
	explicit_bzero(m, sizeof(*m));
}

static void
work(const struct work *w)
{
	static struct mn_signed m;
	struct key *k = find(w->key);

	if (k == NULL) {
		answer(w, RSN_GONE, "the policy does not name it", &m);
		return;
	}
	if (now() - w->since > TOKEN_SECONDS) {
		answer(w, RSN_TIMEOUT, "the token is too slow", &m);
		return;
	}
	if (k->hsm.priv == NULL)
		look_for(k);
	if (k->hsm.priv == NULL) {
		answer(w, RSN_NO_SECRET, k->problem, &m);
		return;
	}
	m.sig_len = (uint16_t)hsm_sign(&k->hsm, w->digest, w->pss,
	    (struct slice){ w->octets, w->len }, m.sig, sizeof(m.sig));
	if (m.sig_len > 0) {
		answer(w, RSN_OK, "", &m);
		return;
	}
	answer(w, RSN_NO_SECRET, "the token does not sign with it", &m);
	/* It was taken away, perhaps, and comes back. */
	hsm_forget(&k->hsm);
	becomes(k, "the token does not sign with it");
	k->looked = 0;
	soon(look_ev, 1);
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct work *w = TAILQ_FIRST(&works);

	(void)fd;
	(void)what;
	(void)arg;
	if (w == NULL)
		return;
	work(w);
	TAILQ_REMOVE(&works, w, entry);
	freezero(w, sizeof(*w));
	if (!TAILQ_EMPTY(&works))
		soon(work_ev, 0);
}

void
keys_sign(struct pipe *p, const struct mn_sign *m)
{
	struct work *w = xcalloc(1, sizeof(*w));

	sign = p;
	w->req = m->req;
	memcpy(w->key, m->key, sizeof(w->key));
	w->digest = m->digest;
	w->pss = m->pss;
	w->since = now();
	w->len = m->octets.len;
	if (w->len > 0)
		memcpy(w->octets, m->octets.p, w->len);
	TAILQ_INSERT_TAIL(&works, w, entry);
	soon(work_ev, 0);
}

void
keys_drop(void)
{
	struct work *w;

	sign = NULL;
	while ((w = TAILQ_FIRST(&works)) != NULL) {
		TAILQ_REMOVE(&works, w, entry);
		freezero(w, sizeof(*w));
	}
}

void
keys_init(struct event_base *base)
{
	look_ev = evtimer_new(base, on_look, NULL);
	work_ev = evtimer_new(base, on_work, NULL);
	if (look_ev == NULL || work_ev == NULL)
		fatal("out of memory");
}
