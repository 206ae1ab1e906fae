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
 * Verbs that change the policy, or ask what a change would do: reload, diff,
 * db put, db delete, db move.  All are one request to the parent and differ
 * in what is to be read; what becomes of each tunnel says snapshot_diff().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl_stats.h"
#include "ctl_verbs.h"
#include "log.h"
#include "policy_now.h"
#include "reach.h"
#include "settings.h"

#define RELOAD_MS	300000	/* a large policy, a slow disk */
#define SETTINGS_TOLD	64	/* at once; `diff` has them all */

static struct mq_row row;

/* An open request of one of these verbs that asked with this number. */
static struct ctl_req *
asked(uint32_t ask)
{
	static void (*const verbs[])(struct ctl_req *) = { ctl_reload,
	    ctl_diff, ctl_db_put, ctl_db_set, ctl_db_delete, ctl_db_move };
	struct ctl_req *r = ctl_by_ask(ask);
	size_t i;

	for (i = 0; r != NULL && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (r->verb->fn == verbs[i])
			return (r);
	return (NULL);
}

static void
no_answer(struct ctl_req *r)
{
	ctl_done(r, CTL_REFUSED, "no answer from the service's processes");
}

/* text: what the client gave with it, or -1. */
static void
ask(struct ctl_req *r, struct mt_reload *m, int text)
{
	m->req = r->ask;
	if (text != -1)
		(void)reach_parent_fd(M_RELOAD_TEXT, NULL, text);
	if (reach_parent(M_RELOAD, m) != PIPE_OK) {
		ctl_done(r, CTL_REFUSED, "too many requests of this kind at "
		    "once");
		return;
	}
	r->on_alarm = no_answer;
	alarm_in_ms(&r->alarm, RELOAD_MS);
}

/*
 * The newest change of a policy file, ns since 1970: is that what we have?
 * Files are stamped by a clock that ticks every 10 ms at worst.
 */
static int
read_since(const char *newest)
{
	unsigned long long t;
	char *end;

	errno = 0;
	t = strtoull(newest, &end, 10);
	return (errno == 0 && *end == '\0' && end != newest &&
	    t < UINT64_MAX - 10000000 &&
	    t + 10000000 < policy_now()->suite.read_at);
}

void
ctl_reload(struct ctl_req *r)
{
	const char *files = select_opt(r->m, "files");
	long confirm = ctl_opt_seconds(r, "confirm");
	int keep = select_opt(r->m, "keep") != NULL;
	struct mt_reload m;

	if (confirm == -1)
		return;
	if (confirm > RELOAD_TRIAL_MAX) {
		ctl_done(r, CTL_USAGE, "reload: --confirm is a day at most");
		return;
	}
	if (keep && confirm != 0) {
		ctl_done(r, CTL_USAGE, "reload: either --confirm or --keep");
		return;
	}
	if (files != NULL && !read_since(files)) {
		ctl_done(r, CTL_REFUSED, "the policy itself has changed since "
		    "it was loaded; `ikectl reload` reads all of it");
		return;
	}
	memset(&m, 0, sizeof(m));
	m.what = keep ? RELOAD_KEEP : RELOAD_HOLD;
	m.confirm = (uint32_t)confirm;
	ask(r, &m, -1);
}

/* What the text is called, in errors. */
static void
name_text(const struct ctl_req *r, struct wt_change *c)
{
	const char *file = select_opt(r->m, "file");

	wire_text_copy(c->file, sizeof(c->file), file != NULL ? file :
	    "standard input");
}

void
ctl_diff(struct ctl_req *r)
{
	int text = ctl_take_sink(r);
	struct mt_reload m;

	memset(&m, 0, sizeof(m));
	m.what = RELOAD_LOOK;
	if (text != -1) {
		m.change.how = CHANGE_FILE;
		name_text(r, &m.change);
	}
	ask(r, &m, text);
}

/* The object that args[0] names; 0, or -1: it cannot be one (told). */
static int
take_object(struct ctl_req *r, struct wt_change *c, unsigned int args,
    const char *usage)
{
	if (r->m->args_n != args) {
		ctl_done(r, CTL_USAGE, "usage: %s", usage);
		return (-1);
	}
	if (strlen(r->m->args[0].w) >= sizeof(c->object)) {
		ctl_done(r, CTL_USAGE, "%s: the name is too long",
		    r->verb->name);
		return (-1);
	}
	strlcpy(c->object, r->m->args[0].w, sizeof(c->object));
	return (0);
}

void
ctl_db_put(struct ctl_req *r)
{
	int text = ctl_take_sink(r);
	struct mt_reload m;

	memset(&m, 0, sizeof(m));
	m.change.how = select_opt(r->m, "new") != NULL ? CHANGE_ADD :
	    CHANGE_PUT;
	name_text(r, &m.change);
	if (text == -1) {
		ctl_done(r, CTL_USAGE, "db put: this ikectl gave no text");
		return;
	}
	if (r->m->args_n > 0 && take_object(r, &m.change, 1,
	    "db put [KIND/NAME] [FILE]") == -1) {
		close(text);
		return;
	}
	ask(r, &m, text);
}

/* Keys of one object, the text a map of them. */
void
ctl_db_set(struct ctl_req *r)
{
	int text = ctl_take_sink(r);
	struct mt_reload m;

	memset(&m, 0, sizeof(m));
	m.change.how = CHANGE_SET;
	name_text(r, &m.change);
	if (text == -1 || take_object(r, &m.change, 1,
	    "filter change RULE KEY VALUE ...") == -1) {
		if (text != -1)
			close(text);
		else
			ctl_done(r, CTL_USAGE, "db set: this ikectl gave no "
			    "text");
		return;
	}
	ask(r, &m, text);
}

void
ctl_db_delete(struct ctl_req *r)
{
	struct mt_reload m;

	memset(&m, 0, sizeof(m));
	m.change.how = CHANGE_DELETE;
	if (take_object(r, &m.change, 1, "db delete KIND/NAME") == 0)
		ask(r, &m, -1);
}

void
ctl_db_move(struct ctl_req *r)
{
	static const char usage[] = "db move KIND/NAME ITEM up|down";
	const char *way;
	struct mt_reload m;

	memset(&m, 0, sizeof(m));
	m.change.how = CHANGE_MOVE;
	if (take_object(r, &m.change, 3, usage) == -1)
		return;
	way = r->m->args[2].w;
	m.change.up = strcmp(way, "up") == 0;
	if (!m.change.up && strcmp(way, "down") != 0) {
		ctl_done(r, CTL_USAGE, "usage: %s", usage);
		return;
	}
	strlcpy(m.change.item, r->m->args[1].w, sizeof(m.change.item));
	ask(r, &m, -1);
}

/* The answers. */

void
ctl_problem_came(const struct mt_problem *m)
{
	struct ctl_req *r = asked(m->req);

	if (r == NULL)
		return;
	r->count[0] += !m->warning;
	ctl_row_new(&row, r->id, "problem");
	ctl_row_bool(&row, "warning", m->warning);
	ctl_row_str(&row, "text", m->text);
	ctl_row_str(&row, "source", m->source);
	if (m->column != 0)
		ctl_row_u64(&row, "column", m->column);
	ctl_row(r, &row);
}

/* What was done, before what it did. */
static void
done_text(const struct ctl_req *r, char *out, size_t size)
{
	const struct wt_word *a = r->m->args;

	out[0] = '\0';
	if (r->verb->fn == ctl_db_put)
		snprintf(out, size, "%.120s is in the database. ",
		    r->m->args_n > 0 ? a[0].w : "It");
	else if (r->verb->fn == ctl_db_set)
		snprintf(out, size, "%.120s has changed. ", a[0].w);
	else if (r->verb->fn == ctl_db_delete)
		snprintf(out, size, "%.120s is out of the database. ",
		    a[0].w);
	else if (r->verb->fn == ctl_db_move)
		snprintf(out, size, "%.120s: %.120s has moved %s. ",
		    a[0].w, a[1].w, a[2].w);
}

static void
reload_row(struct ctl_req *r, const struct mt_reloaded *m)
{
	const struct policy_counts *c = policy_counts();

	ctl_row_new(&row, r->id, "reload");
	ctl_row_bool(&row, "ok", m->ok);
	ctl_row_u64(&row, "generation", m->generation);
	if (m->ok && c->generation == m->generation) {
		ctl_row_u64(&row, "kept", c->n[SNAP_KEPT]);
		ctl_row_u64(&row, "rekeyed", c->n[SNAP_REKEYED]);
		ctl_row_u64(&row, "restarted", c->n[SNAP_CHANGED]);
		ctl_row_u64(&row, "added", c->n[SNAP_ADDED]);
		ctl_row_u64(&row, "removed", c->n[SNAP_REMOVED]);
	}
	ctl_row(r, &row);
}

static void
setting_row(struct ctl_req *r, const struct setting_change *c)
{
	ctl_row_new(&row, r->id, "setting");
	ctl_row_str(&row, "name", c->name);
	ctl_row_str(&row, "how", c->how);
	ctl_row_str(&row, "was", c->was);
	ctl_row_str(&row, "is", c->is);
	ctl_row(r, &row);
}

/* What it did beside tunnels: some, whatever their number. */
static void
setting_rows(struct ctl_req *r, uint32_t generation)
{
	const struct policy_counts *c = policy_counts();
	size_t i;

	for (i = 0; c->generation == generation && i < c->nsettings &&
	    i < SETTINGS_TOLD; i++)
		setting_row(r, &c->settings[i]);
}

static void
say_done(struct ctl_req *r, uint32_t generation)
{
	const struct policy_counts *c = policy_counts();
	long confirm = ctl_opt_seconds(r, "confirm");
	char text[MSG_TEXT], back[96] = "";

	if (select_opt(r->m, "keep") != NULL) {
		ctl_done(r, CTL_OK, "Generation %u is kept.", generation);
		return;
	}
	done_text(r, text, sizeof(text));
	if (confirm > 0)
		snprintf(back, sizeof(back), " It is rolled back in %ld s "
		    "unless `ikectl reload --keep` comes.", confirm);
	/* It holds, but for what the problems told. */
	ctl_done(r, r->count[0] == 0 ? CTL_OK : CTL_REFUSED,
	    "%.300sGeneration %u: %u kept, %u rekeyed, %u restarted, "
	    "%u added, %u removed.%s%s", text, generation,
	    c->n[SNAP_KEPT], c->n[SNAP_REKEYED], c->n[SNAP_CHANGED],
	    c->n[SNAP_ADDED], c->n[SNAP_REMOVED], back, r->count[0] == 0 ?
	    "" : " Not all of it holds yet: see above.");
}

void
ctl_reloaded(const struct mt_reloaded *m)
{
	struct ctl_req *r = asked(m->req);

	/* Who looked has been answered by ctl_looked(). */
	if (r == NULL || (m->ok && r->verb->fn == ctl_diff))
		return;
	if (r->verb->fn != ctl_diff)
		reload_row(r, m);
	if (!m->ok)
		ctl_done(r, CTL_REFUSED, "%s%sThe running policy (generation "
		    "%u) is not touched.", m->text, m->text[0] != '\0' ?
		    ". " : "", m->generation);
	else {
		setting_rows(r, m->generation);
		say_done(r, m->generation);
	}
}

/* diff: one of these a tunnel, until the client has read them. */
struct change {
	uint32_t	 number;
	const char	*how;
	char		 name[NAME_MAX_LEN + 1], was[NAME_MAX_LEN + 1];
};

struct changes {
	struct change	*v;
	size_t		 n, size;
	unsigned int	 count[SNAP_CHANGES], renamed;
	int		 all;		/* those that are kept, too */
	struct setting_change *settings;
	size_t		 nsettings;
};

static void
add_change(void *arg, enum snap_change how, const struct pol_tunnel *was,
    const struct pol_tunnel *is)
{
	struct changes *cs = arg;
	const struct sn_tunnel *cf = is != NULL ? &is->cf : &was->cf;
	const char *word = snapshot_change(how, was, is);
	struct change *c;

	cs->count[how]++;
	if (how == SNAP_KEPT && strcmp(word, "kept") != 0)
		cs->renamed++;
	else if (how == SNAP_KEPT && !cs->all)
		return;
	if (cs->n == cs->size) {
		cs->size = cs->size == 0 ? 64 : cs->size * 2;
		cs->v = xreallocarray(cs->v, cs->size, sizeof(*cs->v));
	}
	c = &cs->v[cs->n++];
	memset(c, 0, sizeof(*c));
	c->number = cf->tunnel;
	c->how = word;
	strlcpy(c->name, cf->name, sizeof(c->name));
	if (was != NULL && strcmp(was->cf.name, cf->name) != 0)
		strlcpy(c->was, was->cf.name, sizeof(c->was));
}

static void
free_changes(struct ctl_req *r)
{
	struct changes *cs = r->own;

	free(cs->v);
	free(cs->settings);
}

static int
one_change(struct ctl_req *r)
{
	const struct changes *cs = r->own;
	const struct change *c;

	if (r->at >= cs->n && r->at - cs->n < cs->nsettings) {
		setting_row(r, &cs->settings[r->at++ - cs->n]);
		return (1);
	}
	if (r->at == cs->n + cs->nsettings) {
		ctl_done(r, CTL_OK, "A reload would mean: %u kept (%u "
		    "renamed), %u rekeyed, %u restarted, %u added, %u "
		    "removed.", cs->count[SNAP_KEPT], cs->renamed,
		    cs->count[SNAP_REKEYED], cs->count[SNAP_CHANGED],
		    cs->count[SNAP_ADDED], cs->count[SNAP_REMOVED]);
		return (0);
	}
	c = &cs->v[r->at++];
	ctl_row_new(&row, r->id, "change");
	if (strcmp(c->how, "added") != 0)
		ctl_row_u64(&row, "no", c->number);
	ctl_row_str(&row, "name", c->name);
	ctl_row_str(&row, "how", c->how);
	ctl_row_str(&row, "was", c->was);
	ctl_row(r, &row);
	return (1);
}

void
ctl_looked(const struct mt_looked *m, int fd)
{
	struct ctl_req	*r = asked(m->req);
	const char	*why = NULL;
	struct changes	*cs;
	struct policy	*p = NULL;

	if (r != NULL && r->verb->fn == ctl_diff && r->own == NULL)
		p = snapshot_load(fd, m->generation, policy_now(), &why);
	close(fd);
	if (why != NULL)
		ctl_done(r, CTL_REFUSED, "the snapshot: %s", why);
	if (p == NULL)
		return;
	cs = xcalloc(1, sizeof(*cs));
	cs->all = select_opt(r->m, "verbose") != NULL;
	snapshot_diff(policy_now(), p, add_change, cs);
	cs->settings = settings_diff(policy_now(), p, &cs->nsettings);
	snapshot_free(p);
	r->own = cs;
	r->on_end = free_changes;
	ctl_produce(r, one_change);
}
