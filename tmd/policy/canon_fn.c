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
 * Printers of the keys that are more than one scalar.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "canon.h"
#include "resolve.h"
#include "id.h"
#include "scalar.h"
#include "setters.h"
#include "ts.h"

#define LIST_MAX	32	/* LINK_TS, LINK_PREFIXES, listen */

void
print_listen(struct canon *c, const struct key *k, const void *obj)
{
	const struct policy *po = obj;
	char text[LIST_MAX][ADDR_TEXT];
	const char *v[LIST_MAX];
	unsigned int i, n;

	for (i = 0; i < po->nlisten; i++)
		v[i] = addr_print(&po->listen[i].addr, text[i], ADDR_TEXT);
	for (n = po->nlisten, i = 0; i < po->nlinks; i++)
		v[n++] = po->links[i];
	canon_words(c, k->name, v, n);
}

void
print_text_if(struct canon *c, const struct key *k, const void *obj)
{
	const char *s;

	memcpy(&s, (const char *)obj + k->off, sizeof(s));
	if (s != NULL)
		canon_line(c, k->name, s);
}

void
print_subsystems(struct canon *c, const struct key *k, const void *obj)
{
	const struct logging *lg = obj;
	unsigned int i, n = 0;

	for (i = 0; i < LS_MAX; i++) {
		if (lg->subs[i] == 255)
			continue;
		if (n++ == 0)
			canon_open(c, k->name);
		canon_line(c, log_sub_name((enum log_sub)i),
		    log_level_name((enum log_level)lg->subs[i]));
	}
	if (n > 0)
		canon_close(c);
}

void
print_endpoint(struct canon *c, const struct key *k, const void *obj)
{
	c->remote = strcmp(k->name, "remote") == 0;
	canon_open(c, k->name);
	canon_map(c, &keys_endpoint, (const char *)obj + k->off);
	canon_close(c);
}

/* A local address that the route chooses has no word. */
void
print_address(struct canon *c, const struct key *k, const void *obj)
{
	const struct endpoint *e = obj;
	char text[LINK_PREFIXES][ADDR_TEXT];
	const char *v[LINK_PREFIXES];
	unsigned int i;

	if (e->hosts.n > 0) {
		canon_words(c, k->name, e->hosts.v, e->hosts.n);
		return;
	}
	if (e->naddr == 0) {
		if (c->remote)
			canon_line(c, k->name, "any");
		return;
	}
	for (i = 0; i < e->naddr; i++) {
		const struct wt_prefix *p = &e->addr[i];

		if (p->plen == 8 * addr_len(&p->addr))
			v[i] = addr_print(&p->addr, text[i], ADDR_TEXT);
		else
			v[i] = prefix_print(p, text[i], ADDR_TEXT);
	}
	canon_words(c, k->name, v, e->naddr);
}

/* An ID that prints with escapes is shown as it was written. */
const char *
canon_id(const struct wt_id *id, const struct node *written, char *out,
    size_t size)
{
	id_print(id, out, size);
	return (strchr(out, '\\') != NULL && written != NULL ?
	    written->text : out);
}

static void
print_group(struct canon *c, const struct key *k, const struct id_group *g)
{
	char text[sizeof(GROUP_PREFIX) + NAME_MAX_LEN];

	snprintf(text, sizeof(text), GROUP_PREFIX "%s", g->name);
	canon_line(c, k->name, text);
}

void
print_peers(struct canon *c, const struct key *k, const void *obj)
{
	const struct child *ch = obj;
	char text[4 * ID_MAX + 8];

	if (ch->peers_group != NULL)
		print_group(c, k, ch->peers_group);
	else if (ch->peers != NULL)
		canon_line(c, k->name, canon_id(ch->peers, ch->at[C_PEERS],
		    text, sizeof(text)));
}

void
print_id(struct canon *c, const struct key *k, const void *obj)
{
	const struct endpoint *e = obj;
	char text[4 * ID_MAX + 8];

	if (e->group != NULL) {
		print_group(c, k, e->group);
		return;
	}
	if (e->id != NULL && (c->remote || e->id->type != ID_ANY))
		canon_line(c, k->name, canon_id(e->id, e->at[E_ID], text,
		    sizeof(text)));
}

void
print_psk(struct canon *c, const struct key *k, const void *obj)
{
	const struct auth *a = obj;

	if (a->by_id)
		canon_line(c, k->name, "by-id");
	else if (a->psks.n > 0)
		canon_words(c, k->name, a->psks.v, a->psks.n);
}

/* In the short form where both sides have the same key. */
void
print_tunnel_psk(struct canon *c, const struct key *k, const void *obj)
{
	const struct tunnel *t = obj;

	if (tunnel_one_psk(t))
		print_psk(c, k, t->ours);
}

static void
print_round(struct canon *c, const struct auth *a)
{
	unsigned int i;

	for (i = 0; i < A_KEYS; i++)
		if (i != A_REVOCATION || (c->remote && a->kind == AUTHK_CERT))
			canon_value(c, &keys_auth.keys[i], a);
}

void
print_auth(struct canon *c, const struct key *k, const void *obj)
{
	const struct auth *a = c->remote ? c->tunnel->theirs : c->tunnel->ours;

	(void)obj;
	if (tunnel_one_psk(c->tunnel))
		return;
	canon_open(c, k->name);
	if (a->next == NULL)
		print_round(c, a);
	else
		for (; a != NULL; a = a->next) {
			canon_item(c);
			print_round(c, a);
			canon_close(c);
		}
	canon_close(c);
}

/* The first round's is printed as the side's. */
void
print_auth_id(struct canon *c, const struct key *k, const void *obj)
{
	const struct auth *a = obj;
	char text[4 * ID_MAX + 8];

	if (a == c->tunnel->ours || a == c->tunnel->theirs || a->id == NULL)
		return;
	if (a->group != NULL)
		print_group(c, k, a->group);
	else if (c->remote || a->id->type != ID_ANY)
		canon_line(c, k->name, canon_id(a->id, a->at[A_ID], text,
		    sizeof(text)));
}

void
print_text(struct canon *c, const struct key *k, const void *obj)
{
	const char *const *s = (const char *const *)(const void *)
	    ((const char *)obj + k->off);

	if (*s != NULL)
		canon_line(c, k->name, *s);
}

void
print_cert_id(struct canon *c, const struct key *k, const void *obj)
{
	const struct auth *a = obj;
	char text[4 * ID_MAX + 8];

	if (a->cert_id != NULL)
		canon_line(c, k->name, canon_id(a->cert_id, a->at[A_CERT_ID],
		    text, sizeof(text)));
}

void
print_dpd(struct canon *c, const struct key *k, const void *obj)
{
	const struct tunnel *t = obj;
	char text[32];

	if (t->dpd.action == DPD_AUTO) {
		canon_line(c, k->name, scalar_print_time(t->dpd.interval,
		    text, sizeof(text)));
		return;
	}
	canon_open(c, k->name);
	canon_map(c, &keys_dpd, &t->dpd);
	canon_close(c);
}

void
print_redirect(struct canon *c, const struct key *k, const void *obj)
{
	const struct tunnel *t = obj;

	canon_line(c, k->name, t->redirect == REDIRECT_NO ? "no" :
	    t->redirect == REDIRECT_SEND ? t->redirect_to : "accept");
}

void
print_metrics(struct canon *c, const struct key *k, const void *obj)
{
	const struct policy *po = obj;
	char a[ADDR_TEXT], text[ADDR_TEXT + 16];

	if (po->metrics.port == 0)
		return;
	snprintf(text, sizeof(text), po->metrics.addr.af == 6 ? "[%s]:%u" :
	    "%s:%u", addr_print(&po->metrics.addr, a, sizeof(a)),
	    po->metrics.port);
	canon_line(c, k->name, text);
}

/* Only a number that the file fixes. */
void
print_number(struct canon *c, const struct key *k, const void *obj)
{
	const struct tunnel *t = obj;
	char text[32];

	if (t->at[T_NUMBER] == NULL)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, t->number);
	canon_line(c, k->name, text);
}

static void
print_policy(struct canon *c, const struct key *k, const struct sa_policy *p,
    const struct keymap *m)
{
	if (p->name != NULL) {
		canon_line(c, k->name, p->name);
		return;
	}
	canon_open(c, k->name);
	canon_map(c, m, p);
	canon_close(c);
}

void
print_ike_policy(struct canon *c, const struct key *k, const void *obj)
{
	const struct tunnel *t = obj;

	print_policy(c, k, t->policy, &keys_ike_policy);
}

void
print_child_policy(struct canon *c, const struct key *k, const void *obj)
{
	const struct child *ch = obj;

	print_policy(c, k, ch->policy, &keys_child_policy);
}

void
print_words(struct canon *c, const struct key *k, const void *obj)
{
	const struct words *w = (const struct words *)(const void *)
	    ((const char *)obj + k->off);

	if (w->n > 0)
		canon_words(c, k->name, w->v, w->n);
}

void
print_children(struct canon *c, const struct key *k, const void *obj)
{
	const struct tunnel *t = obj;
	unsigned int i;

	canon_open(c, k->name);
	for (i = 0; i < t->nchildren; i++) {
		canon_open(c, t->children[i].name);
		canon_map(c, &keys_child, &t->children[i]);
		canon_close(c);
	}
	canon_close(c);
}

/* The endpoint's address has no word: it is what stands nowhere. */
void
print_nets(struct canon *c, const struct key *k, const void *obj)
{
	const struct nets *n = (const struct nets *)(const void *)
	    ((const char *)obj + k->off);
	char text[LIST_MAX][ADDR_TEXT];
	const char *v[LIST_MAX];
	unsigned int i;
	struct wt_ts ts;

	if (n->any_host)
		canon_line(c, k->name, "any-host");
	for (i = 0; i < n->n; i++) {
		ts = n->ts[i];
		ts.proto = 0;
		ts.port_lo = 0;
		ts.port_hi = 65535;
		v[i] = ts_print(&ts, text[i], ADDR_TEXT);
	}
	if (n->n > 0)
		canon_words(c, k->name, v, n->n);
}

void
print_protocol(struct canon *c, const struct key *k, const void *obj)
{
	const struct child *ch = obj;
	const char *name = scalar_protocol_name(ch->protocol);
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, ch->protocol);
	canon_line(c, k->name, name != NULL ? name : text);
}

void
print_ports(struct canon *c, const struct key *k, const void *obj)
{
	const struct nets *n = (const struct nets *)(const void *)
	    ((const char *)obj + k->off);
	char text[48];

	if (n->port_lo == 0 && n->port_hi == 65535)
		snprintf(text, sizeof(text), "any");
	else if (n->port_lo == n->port_hi)
		snprintf(text, sizeof(text), "%" PRIu64, n->port_lo);
	else
		snprintf(text, sizeof(text), "%" PRIu64 "-%" PRIu64,
		    n->port_lo, n->port_hi);
	canon_line(c, k->name, text);
}
