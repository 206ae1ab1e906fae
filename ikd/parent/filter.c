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
 * Packet filters: what tmd-policy has compiled, checked, and its counters.
 */

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "asroot_filter.h"
#include "filter.h"
#include "grant.h"
#include "log.h"

#define RETRY_SECONDS	30	/* until refused filters are tried again */

static struct wt_filter	*standby;
static size_t		 nstandby;
static int		 held;		/* there is a table of ours */
/* What the kernel has refused, instead of which the one before holds. */
static struct {
	struct wt_filter	*t;
	size_t			 n;
	unsigned int		 tun;
	char			 why[200];	/* empty: nothing is */
	struct event		*again;
} late;

const char *
filters_take(const struct wt_filter *t)
{
	const char	*why = filter_wrong(t);

	if (why != NULL || nstandby == FILTER_TERMS)
		return (why != NULL ? why : "too many filters");
	if (nstandby % 64 == 0)
		standby = xreallocarray(standby, nstandby + 64,
		    sizeof(*standby));
	standby[nstandby++] = *t;
	return (NULL);
}

void
filters_abort(void)
{
	free(standby);
	standby = NULL;
	nstandby = 0;
}

static void
late_forget(void)
{
	if (late.again != NULL)
		evtimer_del(late.again);
	free(late.t);
	late.t = NULL;
	late.n = 0;
	late.why[0] = '\0';
}

static void
late_wait(void)
{
	static const struct timeval	 tv = { RETRY_SECONDS, 0 };

	evtimer_add(late.again, &tv);
}

static void
late_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (asroot_filter_set(late.t, late.n, late.tun) != NULL) {
		late_wait();
		return;
	}
	held = late.n > 0;
	late_forget();
	log_notice(LS_KERNEL, "the filters that the kernel had refused hold "
	    "now");
}

void
filters_commit(unsigned int tun)
{
	const char	*why = asroot_filter_set(standby, nstandby, tun);

	late_forget();
	if (why == NULL) {
		held = nstandby > 0;
		filters_abort();
		return;
	}
	strlcpy(late.why, why, sizeof(late.why));
	late.t = standby;
	late.n = nstandby;
	late.tun = tun;
	standby = NULL;
	nstandby = 0;
	if (late.again == NULL && (late.again = evtimer_new(
	    grants_parent->base, late_retry, NULL)) == NULL)
		fatal("timer");
	late_wait();
}

const char *
filters_refused(void)
{
	return (late.why[0] != '\0' ? late.why : NULL);
}

void
filters_clear(void)
{
	late_forget();
	filters_abort();
	if (held)
		(void)asroot_filter_set(NULL, 0, 0);
	held = 0;
}

static void
send_tallies(struct mt_tallies *m)
{
	if (m->t_n > 0)
		(void)parent_send(grants_parent, ROLE_TMD, 0, M_TALLIES, m,
		    -1);
	m->t_n = 0;
}

static void
add_tally(void *arg, const struct mt_tally *t)
{
	struct mt_tallies	*m = arg;

	if (m->t_n == sizeof(m->t) / sizeof(m->t[0]))
		send_tallies(m);
	m->t[m->t_n++] = *t;
}

void
filters_tell(uint32_t req)
{
	static struct mt_tallies	 m;

	memset(&m, 0, sizeof(m));
	m.req = req;
	asroot_filter_count(add_tally, &m);
	send_tallies(&m);
	tmd_answer(M_FILTERS_END, req, RSN_OK, NULL);
}
