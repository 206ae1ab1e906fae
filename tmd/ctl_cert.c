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
 * show cert: what certd and then certd-sign hold, a turn's worth at a time.
 */
#include <string.h>

#include "ctl_cert.h"
#include "ctl_verbs.h"
#include "reach.h"

#define ANSWER_MS	10000

/* r->count: whom we ask (0: certd), rows that came, rows with a problem. */
enum { CC_WHO, CC_ROWS, CC_PROBLEMS };

static struct mq_row row;

static struct ctl_req *
asked(uint32_t ask, unsigned int who)
{
	struct ctl_req *r = ctl_by_ask(ask);

	return (r != NULL && r->verb->fn == ctl_show_cert &&
	    r->count[CC_WHO] == who ? r : NULL);
}

static const char *
who_name(const struct ctl_req *r)
{
	return (r->count[CC_WHO] == 0 ? "certd" : "certd-sign");
}

static void
no_answer(struct ctl_req *r)
{
	ctl_done(r, CTL_REFUSED, "%s does not answer", who_name(r));
}

static void
ask(struct ctl_req *r, uint32_t from)
{
	const struct mv_creds m = { .req = r->ask, .from = from };
	int rc;

	rc = r->count[CC_WHO] == 0 ? reach_certd(M_CREDS_WANT, &m) :
	    reach_sign(M_CREDS_WANT, &m);
	if (rc != PIPE_OK) {
		ctl_done(r, CTL_REFUSED, rc == PIPE_NOCREDIT ? "too many "
		    "requests of this kind at once" : "%s is being started",
		    who_name(r));
		return;
	}
	r->on_alarm = no_answer;
	alarm_in_ms(&r->alarm, ANSWER_MS);
}

void
ctl_show_cert(struct ctl_req *r)
{
	if (r->m->args_n > 1) {
		ctl_done(r, CTL_USAGE, "show cert takes one name, or none");
		return;
	}
	ask(r, 0);
}

/* Is it what was asked for: by its name, the issuer of a CRL, a URL? */
static int
wanted(const struct ctl_req *r, const struct mv_cred *m)
{
	uint16_t i;

	if (r->m->args_n == 0)
		return (1);
	for (i = 0; i < m->kv_n; i++)
		if ((strcmp(m->kv[i].k, "name") == 0 ||
		    strcmp(m->kv[i].k, "issuer") == 0 ||
		    strcmp(m->kv[i].k, "url") == 0) &&
		    strcmp(m->kv[i].v, r->m->args[0].w) == 0)
			return (1);
	return (0);
}

void
ctl_cred_came(unsigned int who, const struct mv_cred *m)
{
	struct ctl_req *r = asked(m->req, who);
	uint16_t i;

	if (r == NULL || !wanted(r, m))
		return;
	r->count[CC_ROWS]++;
	ctl_row_new(&row, r->id, m->kind);
	for (i = 0; i < m->kv_n; i++) {
		if (strcmp(m->kv[i].k, "problem") == 0)
			r->count[CC_PROBLEMS]++;
		ctl_row_str(&row, m->kv[i].k, m->kv[i].v);
	}
	ctl_row(r, &row);
}

void
ctl_creds_end(unsigned int who, const struct mv_creds *m)
{
	struct ctl_req *r = asked(m->req, who);

	if (r == NULL)
		return;
	if (m->from != 0)
		ask(r, m->from);
	else if (r->count[CC_WHO]++ == 0)
		ask(r, 0);
	else if (r->count[CC_ROWS] == 0 && r->m->args_n > 0)
		ctl_done(r, CTL_REFUSED, "no key, certificate or authority "
		    "\"%s\" is loaded", r->m->args[0].w);
	else if (r->count[CC_ROWS] == 0)
		ctl_done(r, CTL_OK, "No keys and no certificates are loaded.");
	else if (r->count[CC_PROBLEMS] == 0)
		ctl_done(r, CTL_OK, "%s", "");
	else
		ctl_done(r, CTL_OK, "%u of %u have a problem.",
		    r->count[CC_PROBLEMS], r->count[CC_ROWS]);
}
