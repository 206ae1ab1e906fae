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
 * The top of the file, and the phases in which it is read: plain keys,
 * policies, secrets by ID, defaults, tunnels.  So the order of definition
 * does not matter.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "id.h"
#include "name.h"
#include "scalar.h"
#include "setters.h"

#define LISTEN_MAX	32		/* as sn_ike.listen */
#define RUN_DIR		"/run/ikd/"
#define SECRETS_SOCK	"secrets.sock"	/* taken by the service itself */

int
read_name(struct reader *r, const struct node *key, const char *kind)
{
	const char *why = name_wrong(key->text);

	if (why != NULL)
		reader_error(r, key, "%s \"%s\": %s", kind, key->text, why);
	return (why == NULL);
}

void
set_later(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	(void)obj;
	if (strcmp(k->name, "include") != 0)
		reader_is_map(r, v, k->name);
}

/* A name that the kernel takes; digits and dots are an address gone wrong. */
static int
may_be_link(const char *s)
{
	size_t i, n = strlen(s);

	for (i = 0; i < n; i++)
		if (!isgraph((unsigned char)s[i]) ||
		    strchr("/:%*", s[i]) != NULL)
			return (0);
	return (n <= LANE_NAME && s[0] != '.' &&
	    strspn(s, "0123456789.") != n);
}

void
set_listen(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct policy *po = obj;
	struct words w;
	unsigned int i;

	if (reader_words(r, v, k->name, LISTEN_MAX, &w) == -1)
		return;
	po->listen = arena_alloc(r->arena, w.n * sizeof(*po->listen));
	po->links = arena_alloc(r->arena, w.n * sizeof(*po->links));
	po->nlisten = po->nlinks = 0;
	for (i = 0; i < w.n; i++) {
		struct wt_prefix *p = &po->listen[po->nlisten];
		static const struct wt_addr none;

		if (addr_parse(w.v[i], &p->addr) == -1) {
			if (may_be_link(w.v[i]))
				po->links[po->nlinks++] = w.v[i];
			else
				reader_error(r, w.at[i], "listen \"%s\" is "
				    "neither an address nor the name of an "
				    "interface", w.v[i]);
			continue;
		}
		p->plen = memcmp(p->addr.a, none.a, sizeof(none.a)) == 0 ?
		    0 : (uint8_t)(8 * addr_len(&p->addr));
		po->nlisten++;
	}
}

/* "9100" on the loopback, "192.0.2.1:9100", "[2001:db8::1]:9100", no. */
void
set_metrics(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct policy *po = obj;
	char addr[ADDR_TEXT] = "127.0.0.1", *end;
	const char *port;
	unsigned long n;

	if (!reader_is_value(r, v, k->name) || strcmp(v->text, "no") == 0)
		return;
	port = strrchr(v->text, ':');
	if (port != NULL)
		snprintf(addr, sizeof(addr), "%.*s", (int)(port - v->text),
		    v->text);
	if (addr[0] == '[' && addr[strlen(addr) - 1] == ']') {
		addr[strlen(addr) - 1] = '\0';
		memmove(addr, addr + 1, strlen(addr));
	}
	port = port != NULL ? port + 1 : v->text;
	n = strtoul(port, &end, 10);
	if (port[0] < '0' || port[0] > '9' || *end != '\0' || n == 0 ||
	    n > 65535 || addr_parse(addr, &po->metrics.addr) == -1)
		reader_error(r, v, "metrics \"%s\" is neither no, nor a port "
		    "(of the loopback), nor ADDRESS:PORT", v->text);
	else
		po->metrics.port = (uint16_t)n;
}

/* A socket directly in the run directory: its name, or the whole path. */
void
set_run_name(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	const char *s;

	if (!reader_is_value(r, v, k->name))
		return;
	s = v->text;
	if (strncmp(s, RUN_DIR, sizeof(RUN_DIR) - 1) == 0)
		s += sizeof(RUN_DIR) - 1;
	if (s[0] == '\0' || s[0] == '.' || strchr(s, '/') != NULL ||
	    strlen(s) > k->max)
		reader_error(r, v, "%s \"%s\" must be directly in the run "
		    "directory: " RUN_DIR "NAME, or NAME", k->name, v->text);
	else if (strcmp(s, SECRETS_SOCK) == 0)
		reader_error(r, v, "%s \"%s\" is taken by the service itself",
		    k->name, v->text);
	else
		*(const char **)(void *)((char *)obj + k->off) = s;
}

void
set_group(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	if (!reader_is_value(r, v, k->name))
		return;
	if (v->len > k->max || strpbrk(v->text, " :/") != NULL)
		reader_error(r, v, "group \"%s\" is not the name of a group",
		    v->text);
	else
		*(const char **)(void *)((char *)obj + k->off) = v->text;
}

static void
set_subsystem(struct reader *r, const struct node *v, uint8_t *subs)
{
	struct word all[LS_MAX + 1] = { { NULL, 0, NULL } };
	int sub, level, i;

	if (!reader_is_value(r, v, v->key->text))
		return;
	if ((sub = log_sub_parse(v->key->text)) == -1) {
		for (i = 0; i < LS_MAX; i++)
			all[i].w = log_sub_name((enum log_sub)i);
		reader_not_a_word(r, v->key, "subsystem", all, NULL);
	} else if ((level = log_level_parse(v->text)) == -1)
		reader_error(r, v, "level \"%s\" is not one of error, "
		    "warning, notice, info, debug", v->text);
	else
		subs[sub] = (uint8_t)level;
}

void
set_subsystems(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	uint8_t *subs = (uint8_t *)obj + k->off;
	const struct node *e;

	if (!reader_is_map(r, v, k->name))
		return;
	for (e = v->first; e != NULL; e = e->next)
		set_subsystem(r, e, subs);
}

/* One row of psks: its ID and the name of its secret. */
static int
read_psk(struct reader *r, const struct node *v, struct psk *p)
{
	char text[FILE_WHY];
	const char *why;

	if ((why = id_parse(v->key->text, &p->id)) != NULL) {
		reader_error(r, v->key, "psks: \"%s\": %s", v->key->text, why);
		return (-1);
	}
	if (p->id.type == ID_ANY || id_is_wild(&p->id)) {
		reader_error(r, v->key, "psks: \"%s\": each secret belongs to "
		    "one ID", v->key->text);
		return (-1);
	}
	if (!reader_is_value(r, v, v->key->text))
		return (-1);
	if ((why = scalar_file_wrong_in(v->text, "psk", text,
	    sizeof(text))) != NULL) {
		reader_error(r, v, "psks: \"%s\": %s", v->text, why);
		return (-1);
	}
	p->secret = v->text;
	p->node = v;
	return (0);
}

static void
read_psks(struct reader *r, const struct node *map)
{
	struct hash seen = { NULL, 0, 0 };
	struct policy *po = r->po;
	const struct node *v;
	struct psk *p, *old;
	uint8_t canon[ID_CANON_MAX];
	size_t n;

	if (map == NULL || map->kind != NODE_MAP)
		return;
	po->psks = arena_alloc(r->arena, map->n * sizeof(*po->psks));
	for (v = map->first; v != NULL; v = v->next) {
		p = &po->psks[po->npsks];
		if (read_psk(r, v, p) == -1)
			continue;
		n = id_canon(&p->id, canon);
		if ((old = hash_put(&seen, arena_copy(r->arena,
		    (const char *)canon, n), n, p)) != NULL)
			reader_error(r, v->key, "psks: \"%s\" is the same ID "
			    "as in line %u", v->key->text,
			    old->node->key->line);
		else
			po->npsks++;
	}
	hash_free(&seen);
}

/* What every tunnel and child starts from: the table's, then defaults:. */
static void
read_defaults(struct reader *r, const struct node *map)
{
	struct label top = { NULL, "defaults", NULL };
	struct label side = { &top, NULL, NULL };
	const struct node *v;

	if (map == NULL || map->kind != NODE_MAP)
		return;
	r->in_defaults = 1;
	for (v = map->first; v != NULL; v = v->next) {
		r->label = &side;
		side.kind = v->key->text;
		if (strcmp(v->key->text, "tunnel") == 0) {
			if (reader_is_map(r, v, v->key->text))
				keymap_read(r, &keys_tunnel, v, &r->tunnel0);
		} else if (strcmp(v->key->text, "child") == 0) {
			if (reader_is_map(r, v, v->key->text))
				keymap_read(r, &keys_child, v, &r->child0);
		} else
			reader_error(r, v->key, "unknown key \"%s\" in "
			    "defaults; it has tunnel and child",
			    v->key->text);
	}
	r->label = NULL;
	r->in_defaults = 0;
}

static void
start_templates(struct reader *r)
{
	struct policy *po = r->po;
	struct tunnel *t = &r->tunnel0;
	struct child *c = &r->child0;

	keymap_defaults(r, &keys_tunnel, t);
	keymap_defaults(r, &keys_endpoint, &t->local);
	keymap_defaults(r, &keys_endpoint, &t->remote);
	keymap_defaults(r, &keys_dpd, &t->dpd);
	t->redirect = REDIRECT_ACCEPT;
	t->retransmit = po->retransmit;
	t->retry = po->retry;
	t->nat_keepalive = po->nat_keepalive;
	t->fragment_size = po->fragment_size;
	t->policy_name = "default";
	t->policy = hash_get(&po->ike_policies, "default", 7);
	keymap_defaults(r, &keys_child, c);
	c->local.port_hi = c->remote.port_hi = 65535;
	c->policy_name = "default";
	c->policy = hash_get(&po->child_policies, "default", 7);
}

static void
top_defaults(struct reader *r)
{
	struct policy *po = r->po;

	keymap_defaults(r, &keys_top, po);
	po->listen = arena_alloc(r->arena, 2 * sizeof(*po->listen));
	po->listen[0].addr.af = 4;
	po->listen[1].addr.af = 6;
	po->nlisten = 2;
	po->control.path = "ikd.sock";
	po->control.group = "_ikdctl";
	memset(po->log.subs, 255, sizeof(po->log.subs));
	fetch_defaults(&po->fetch);
	po->certs.url = "no";
}

void
read_policy(struct reader *r, const struct node *root)
{
	struct policy *po = r->po;

	top_defaults(r);
	keymap_read(r, &keys_top, root, po);
	read_policies(r, po->at[TOP_POLICIES]);
	read_psks(r, po->at[TOP_PSKS]);
	read_ppks(r, po->at[TOP_PPKS]);
	read_authorities(r, po->at[TOP_AUTHORITIES]);
	read_groups(r, po->at[TOP_GROUPS]);
	start_templates(r);
	read_defaults(r, po->at[TOP_DEFAULTS]);
	read_tunnels(r, po->at[TOP_TUNNELS]);
	read_filters(r, po->at[TOP_FILTERS]);
}
