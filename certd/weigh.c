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
 * A check's second step: the chain is judged by what is known of revocation,
 * what it lacks is fetched, and then it is judged again.
 */

#include <string.h>
#include <time.h>

#include "checks_int.h"
#include "lines.h"
#include "log.h"
#include "watch.h"

void
weigh_in(struct check *ck, struct judge_in *in)
{
	struct certd *c = ck->certd;

	memset(in, 0, sizeof(*in));
	in->book = c->book;
	in->rule = book_rule(c->book, ck->claim.tunnel, ck->k.c.round);
	in->entry = entries_round(book_entries(c->book), ck->claim.tunnel,
	    ck->k.c.round);
	in->check = &ck->k;
	in->peer = &ck->claim.id_peer;
	in->now = (int64_t)time(NULL);
	in->vcache = c->vcache;
	in->ppk = ck->claim.mix ? ck->claim.ppk : NULL;
}

/* Nothing more is to be had about revocation. */
static void
settle(struct check *ck, const struct judge_in *in,
    const struct chain_result *res)
{
	char why[2 * MSG_TEXT], name[CERT_NAME / 2];
	unsigned int i;

	quest_why(&ck->quest, why, sizeof(why));
	if (ck->judged.code != RSN_OK) {
		fail(ck, ck->judged.code, "%s%s%s", ck->judged.text,
		    why[0] != '\0' ? ": " : "", why);
		return;
	}
	for (i = 0; i + 1 < res->n && !res->rev[i].missing &&
	    !res->rev[i].undelta; i++)
		;
	if (why[0] != '\0' && lines_allowed(LS_CERT))
		log_about(LOG_ABOUT(in->entry->name, in->entry->tunnel, 0,
		    NULL), LS_CERT, LOG_L_NOTICE, "tunnel %s: certificate "
		    "\"%s\": whether it is revoked is not known; it passes, "
		    "since revocation is soft: %s", in->entry->name,
		    cert_subject(res->chain[i], name, sizeof(name)), why);
	check_pass(ck);
}

/* The chain by what is known now, and what is held against it. */
static void
judge(struct check *ck, struct judge_in *in, struct chain_result *res)
{
	int pinned = ck->shown.n == 0 && in->rule->pinned != NULL;
	struct slice ocsp[CERT_CHAIN];
	unsigned int n;

	chain_result_free(res);
	n = revoke_against(ck->certd, pinned ? &in->rule->pinned :
	    ck->shown.cert, pinned ? 1 : ck->shown.n, ocsp, CERT_CHAIN);
	n += quest_ocsp(&ck->quest, ocsp + n, CERT_CHAIN - n, in->now);
	in->ocsp = ocsp;
	in->nocsp = n;
	ck->news = watch_news();
	judge_chain(in, &ck->shown, res, &ck->judged);
}

/*
 * The chain by what is known now.  What it lacks is fetched, and then it is
 * weighed again, until the answer is there or the time is over.
 */
static void
weigh_by(struct check *ck, struct judge_in *in, struct chain_result *res)
{
	enum quest_next next;
	int64_t left;

	do {
		judge(ck, in, res);
		if (res->missing + res->undelta == 0 || (res->why != CHAIN_OK &&
		    res->why != CHAIN_NO_REVOCATION)) {
			if (ck->judged.code == RSN_OK)
				check_pass(ck);
			else
				fail(ck, ck->judged.code, "%s",
				    ck->judged.text);
			return;
		}
		if (ck->until == 0)
			ck->until = in->now + FETCH_SECONDS;
		next = quest_step(ck->certd, &ck->quest, res, in->now);
	} while (next == QUEST_AGAIN);
	left = ck->until - in->now;
	if (next == QUEST_WAIT && left > 0 && left <= FETCH_SECONDS)
		check_wait(ck, ST_FETCH, left < QUEST_HEDGE ? (int)left :
		    QUEST_HEDGE);
	else
		settle(ck, in, res);
}

/*
 * There was news while certd-sign was asked.  Who it revokes is in nobody's
 * list yet, and would be looked at no more.
 */
int
weigh_again(struct check *ck)
{
	struct chain_result res;
	struct judge_in in;

	weigh_in(ck, &in);
	if (in.rule == NULL || in.entry == NULL) {
		fail(ck, RSN_BUSY, "the policy is being changed");
		return (0);
	}
	if (!judge_has_chain(&in))
		return (1);
	memset(&res, 0, sizeof(res));
	judge(ck, &in, &res);
	chain_result_free(&res);
	if (ck->judged.code == RSN_OK)
		return (1);
	fail(ck, ck->judged.code, "%s", ck->judged.text);
	return (0);
}

void
weigh(struct check *ck)
{
	struct chain_result res;
	struct judge_in in;

	memset(&res, 0, sizeof(res));
	weigh_in(ck, &in);
	weigh_by(ck, &in, &res);
	chain_result_free(&res);
}
