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
 * What became of each target of a request, and the sentence at the end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl_result.h"
#include "ctl_verbs.h"

/* "boston (1)", "boston/lan (1.1)" */
const char *
result_who(const struct tunnel *t, uint32_t child, char *out, size_t size)
{
	const struct tun_child	*c = child != 0 ? tunnel_child(t, child) :
				    NULL;
	char			 no[32];

	snprintf(out, size, "%s%s%s (%s)", t->name, c != NULL ? "/" : "",
	    c != NULL ? c->pol->cf.name : "",
	    ctl_text_no(t, child, no, sizeof(no)));
	return (out);
}

static void
result_row(struct ctl_req *r, size_t i, const struct act *a)
{
	static struct mq_row	 row;
	const struct target	*tg = &r->targets.v[i];
	struct tunnel		*t = tunnel_find(tg->tunnel);
	const struct tun_child	*c;
	char			 text[NAME_MAX_LEN * 2 + 64];
	const char		*said = a->text;
	size_t			 len;

	if (r->targets.n == 1)
		return;		/* the sentence at the end says it */
	ctl_row_new(&row, r->id, "result");
	if (t != NULL) {
		c = tg->child != 0 ? tunnel_child(t, tg->child) : NULL;
		ctl_row_str(&row, "no", ctl_text_no(t, tg->child, text,
		    sizeof(text)));
		ctl_row_str(&row, "name", c != NULL ? c->pol->cf.name :
		    t->name);
		/* Which one it is stands before it. */
		result_who(t, tg->child, text, sizeof(text));
		len = strlen(text);
		if (strncmp(said, text, len) == 0 && said[len] == ' ')
			said += len + 1;
	}
	ctl_row_bool(&row, "ok", a->state != ACT_FAILED);
	ctl_row_str(&row, "text", said);
	ctl_row(r, &row);
}

void
result_settle(struct ctl_req *r, size_t i, enum act_state state,
    const char *fmt, ...)
{
	struct act	*a = (struct act *)r->own + i;
	va_list		 ap;

	if (a->state != ACT_WAIT)
		return;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	a->state = state;
	result_row(r, i, a);
}

/* One that goes on: what it waits for. */
static void
finish_late(struct ctl_req *r, const char *verb)
{
	const struct tunnel	*t = tunnel_find(r->targets.v[0].tunnel);
	const char		*why = t != NULL ? tunnel_reason(t) : "";

	ctl_done(r, CTL_DEADLINE, "0 of 1 %s%s%s; the deadline passed, it "
	    "goes on", verb, *why != '\0' ? ": " : "", why);
}

void
result_finish(struct ctl_req *r, const char *verb, int late)
{
	const struct act	*a = r->own;
	size_t			 i, ok = 0, open = 0, waiting = 0;
	enum ctl_exit		 status;
	char			 and[48] = "";

	for (i = 0; i < r->targets.n; i++) {
		ok += a[i].state == ACT_OK;
		open += a[i].state == ACT_OPEN;
		waiting += a[i].state == ACT_WAIT;
	}
	if (waiting > 0 && !late)
		return;
	if (open > 0)
		snprintf(and, sizeof(and), ", %zu open", open);
	status = ok + open == r->targets.n ? CTL_OK : waiting > 0 ?
	    CTL_DEADLINE : CTL_REFUSED;
	if (r->targets.n == 1 && a[0].state != ACT_WAIT)
		ctl_done(r, status, "%s", a[0].text);
	else if (r->targets.n == 1)
		finish_late(r, verb);
	else if (waiting > 0)
		ctl_done(r, status, "%zu of %zu %s%s; the deadline passed, %s "
		    "on", ok, r->targets.n, verb, and, ok + open == 0 ?
		    "they go" : "the others go");
	else
		ctl_done(r, status, "%zu of %zu %s%s.", ok, r->targets.n,
		    verb, and);
}

int
result_is_target(const struct ctl_req *r, const struct tunnel *t,
    uint32_t child)
{
	size_t i;

	for (i = 0; t != NULL && i < r->targets.n; i++)
		if (r->targets.v[i].tunnel == t->number &&
		    (child == 0 || r->targets.v[i].child == 0 ||
		    r->targets.v[i].child == child))
			return (1);
	return (0);
}
