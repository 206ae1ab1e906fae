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
 * fetch: what certd-fetch may contact, and by which proxy.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "addr.h"
#include "problem.h"
#include "proto_ike_sign.h"
#include "setters.h"

/* Names for addresses that are never the network's. */
static const struct {
	const char	*word;
	const char	*nets[4];
} net_words[] = {
	/* 0.0.0.0 and :: are this host too, when connected to. */
	{ "loopback", { "127.0.0.0/8", "0.0.0.0/8", "::1", "::" } },
	{ "link-local", { "169.254.0.0/16", "fe80::/10" } },
	{ "any", { NULL } },
	{ "none", { NULL } }
};
#define NWORDS	(sizeof(net_words) / sizeof(net_words[0]))

static size_t
net_word(const char *s)
{
	size_t i;

	for (i = 0; i < NWORDS; i++)
		if (strcmp(s, net_words[i].word) == 0)
			break;
	return (i);
}

void
fetch_defaults(struct fetching *f)
{
	static const char *any[] = { "any", NULL };
	static const char *local[] = { "loopback", "link-local", NULL };

	f->allow = (struct words){ any, NULL, 1 };
	f->exclude = (struct words){ local, NULL, 2 };
}

int
fetch_nets(const struct words *w, struct wt_prefix *out, unsigned int max)
{
	unsigned int i, k, n = 0;
	size_t word;

	for (i = 0; i < w->n; i++) {
		word = net_word(w->v[i]);
		if (word == NWORDS && (n == max ||
		    prefix_parse(w->v[i], &out[n++]) == -1))
			return (-1);
		for (k = 0; word < NWORDS && k < 4 &&
		    net_words[word].nets[k] != NULL; k++)
			if (n == max || prefix_parse(net_words[word].nets[k],
			    &out[n++]) == -1)
				return (-1);
	}
	return ((int)n);
}

/* any is allow's, none is exclude's, and each stands alone. */
static int
net_is_bad(struct reader *r, const struct key *k, const struct words *w,
    unsigned int i)
{
	const char *alone = strcmp(k->name, "allow") == 0 ? "any" : "none";
	size_t word = net_word(w->v[i]);
	struct wt_prefix p;

	if (word == NWORDS && prefix_parse(w->v[i], &p) == -1)
		reader_error(r, w->at[i], "%s \"%s\"%s is not an address or "
		    "prefix, nor loopback, link-local or %s", k->name,
		    w->v[i], reader_where(r), alone);
	else if (word < NWORDS && net_words[word].nets[0] == NULL &&
	    (strcmp(w->v[i], alone) != 0 || w->n != 1))
		reader_error(r, w->at[i], "%s%s: %s %s", k->name,
		    reader_where(r), w->v[i], strcmp(w->v[i], alone) != 0 ?
		    "would forbid everything" : "stands alone, not in a "
		    "list");
	else
		return (0);
	return (1);
}

void
set_fetch_nets(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct words *out = (struct words *)(void *)((char *)obj + k->off), w;
	struct wt_prefix nets[FETCH_NETS];
	unsigned int i;

	if (reader_words(r, v, k->name, (unsigned int)k->max, &w) == -1)
		return;
	for (i = 0; i < w.n; i++)
		if (net_is_bad(r, k, &w, i))
			return;
	if (fetch_nets(&w, nets, FETCH_NETS) == -1) {
		reader_error(r, v, "%s%s has more than %d prefixes", k->name,
		    reader_where(r), FETCH_NETS);
		return;
	}
	*out = w;
}

/*
 * HOST, HOST:PORT or [v6]:PORT, and perhaps a slash: NULL, or what is wrong.
 * No user and password: they would be a secret of certd-fetch's.
 */
static const char *
host_wrong(const char *s, int need_port)
{
	const char *host = s, *end;
	unsigned long port = 0;
	struct wt_addr a;
	char text[64];
	size_t n;

	if (strchr(s, '@') != NULL)
		return ("has a user; certd-fetch is given no secret");
	if (*s == '[') {
		n = strcspn(++host, "]");
		snprintf(text, sizeof(text), "%.*s", (int)n, host);
		if (host[n] != ']' || addr_parse(text, &a) == -1 || a.af != 6)
			return ("has no IPv6 address in its brackets");
		s = host + n + 1;
	} else {
		for (; isalnum((unsigned char)*s) || *s == '.' || *s == '-' ||
		    *s == '_'; s++)
			;
		if (s == host)
			return ("has no host");
	}
	if (*s == ':') {
		for (end = ++s; isdigit((unsigned char)*s); s++)
			port = port * 10 + (unsigned long)(*s - '0') % 10;
		if (s == end || s - end > 5 || port == 0 || port > 65535)
			return ("has no port from 1 to 65535 behind the colon");
	} else if (need_port)
		return ("has no port");
	if (strcmp(s, "") != 0 && strcmp(s, "/") != 0)
		return ("has more than a host and a port");
	return (NULL);
}

/* Which of the schemes it has; NULL: none. */
static const char *
scheme_of(const char *s, const char *const *schemes)
{
	for (; *schemes != NULL; schemes++)
		if (strncasecmp(s, *schemes, strlen(*schemes)) == 0)
			return (*schemes);
	return (NULL);
}

void
set_fetch_proxy(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	static const char *const socks[] = { "socks4://", "socks4a://",
	    "socks5://", "socks5h://", NULL };
	static const char *const http[] = { "http://", NULL };
	int is_http = strcmp(k->name, "http-proxy") == 0;
	const char *scheme, *why;

	if (!reader_is_value(r, v, k->name))
		return;
	scheme = scheme_of(v->text, is_http ? http : socks);
	if (v->len > k->max)
		why = "is longer than 255 octets";
	else if (scheme == NULL)
		why = is_http ? "is not an http:// URL" : "is not a URL of "
		    "socks4://, socks4a://, socks5:// or socks5h://";
	else
		why = host_wrong(v->text + strlen(scheme), is_http);
	if (why != NULL)
		reader_error(r, v, "%s \"%s\"%s %s", k->name, v->text,
		    reader_where(r), why);
	else
		*(const char **)(void *)((char *)obj + k->off) = v->text;
}

void
set_ldap_servers(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	static const char *const schemes[] = { "ldap://", "ldaps://", NULL };
	struct ldap *l = obj;
	const char *scheme, *why;
	struct words w;
	unsigned int i, good = 0;

	if (reader_words(r, v, k->name, (unsigned int)k->max, &w) == -1)
		return;
	for (i = 0; i < w.n; i++) {
		scheme = scheme_of(w.v[i], schemes);
		why = w.at[i]->len > 255 ? "is longer than 255 octets" :
		    scheme == NULL ? "is not an ldap:// or ldaps:// URL" :
		    host_wrong(w.v[i] + strlen(scheme), 0);
		if (why != NULL)
			reader_error(r, w.at[i], "servers \"%s\"%s %s",
			    w.v[i], reader_where(r), why);
		good += why == NULL;
	}
	if (good == w.n)
		l->servers = w;
}

/* base and bind-dn */
void
set_ldap_dn(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	const char **dn = (const char **)(void *)((char *)obj + k->off);

	if (!reader_is_value(r, v, k->name))
		return;
	if (v->len > k->max || strchr(v->text, '=') == NULL)
		reader_error(r, v, "%s \"%s\"%s is not a distinguished "
		    "name, such as \"dc=example,dc=com\"", k->name, v->text,
		    reader_where(r));
	else
		*dn = v->text;
}

static int
is_ldaps(const char *url)
{
	return (strncasecmp(url, "ldaps://", 8) == 0);
}

/* The password goes to servers of the policy alone, and never in clear. */
static void
check_bind(struct reader *r, const struct ldap *l)
{
	unsigned int i;

	if (l->bind_dn != NULL && l->password == NULL)
		reader_error(r, l->at[LDAP_BIND_DN], "ldap: bind-dn without "
		    "password");
	if (l->bind_dn != NULL && l->servers.n == 0)
		reader_error(r, l->at[LDAP_BIND_DN], "ldap: bind-dn without "
		    "servers");
	if (l->password != NULL && l->bind_dn == NULL)
		reader_error(r, l->at[LDAP_PASSWORD], "ldap: password "
		    "without bind-dn");
	for (i = 0; i < l->servers.n; i++)
		if (l->password != NULL && !is_ldaps(l->servers.v[i]))
			reader_error(r, l->servers.at[i], "ldap: the password "
			    "would go to \"%s\" in clear: give an ldaps:// "
			    "server", l->servers.v[i]);
}

/*
 * What a URL of ours begins with: the SHA-1 of the certificate, in
 * hexadecimal, is put behind it.
 */
static const char *
base_wrong(const char *s, size_t len, size_t max)
{
	const char *at = s;

	if (strncmp(s, "http://", 7) != 0)
		return ("is not yes, no or a URL of http://");
	if (len > max)
		return ("is too long");
	for (; *at > ' ' && *at < 0x7f; at++)
		;
	if (*at != '\0' || s[7 + strcspn(s + 7, "/")] != '/' || s[7] == '/')
		return ("is not a URL of a host and a path, such as "
		    "\"http://pki.example/certs/\"");
	return (strchr(s, '@') != NULL ? "has a user" : NULL);
}

void
set_hash_url(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct certificates *c = obj;
	const char *why = NULL;

	if (!reader_is_value(r, v, k->name))
		return;
	if (strcmp(v->text, "no") != 0 && strcmp(v->text, "yes") != 0)
		why = base_wrong(v->text, v->len, k->max);
	if (why != NULL)
		reader_error(r, v, "hash-and-url \"%s\"%s %s", v->text,
		    reader_where(r), why);
	else
		c->url = v->text;
}

int
fetch_hash_url(const struct policy *po)
{
	return (strcmp(po->certs.url, "no") != 0);
}

/* Whom a peer that nobody has verified may have us ask is to be said. */
static void
check_hash_url(struct reader *r)
{
	static const char *const finds[] = { "socks4a://", "socks5h://",
	    NULL };
	const struct policy *po = r->po;
	const struct node *at = po->certs.at[CERTS_URL];

	if (!fetch_hash_url(po))
		return;
	if (po->fetch.allow.n == 0 ||
	    strcmp(po->fetch.allow.v[0], "any") == 0)
		reader_error(r, at, "hash-and-url in certificates lets peers "
		    "that are not verified yet name the hosts to ask: "
		    "fetch: allow must say which addresses these may be");
	if (po->fetch.http_proxy != NULL || (po->fetch.socks != NULL &&
	    scheme_of(po->fetch.socks, finds) != NULL))
		reader_error(r, at, "hash-and-url in certificates needs a "
		    "way out that leaves names to us (fetch: no http-proxy, "
		    "and socks4 or socks5, not socks4a or socks5h): the "
		    "proxy finds the addresses, so that fetch: allow does "
		    "not hold");
}

void
check_fetch(struct reader *r)
{
	const struct fetching *f = &r->po->fetch;
	const struct ldap *l = &f->ldap;
	check_hash_url(r);
	if (f->socks != NULL && f->http_proxy != NULL)
		reader_error(r, f->at[FETCH_HTTP_PROXY], "fetch: socks and "
		    "http-proxy are two ways out; give one");
	if (l->base != NULL && l->servers.n == 0)
		reader_error(r, l->at[LDAP_BASE], "ldap: base without "
		    "servers");
	check_bind(r, l);
	if (f->timeout > CERTD_FETCH_SECONDS)
		problem_warn(r->ps, node_place(f->at[FETCH_TIMEOUT]),
		    "fetch: a negotiation waits %d s for CRLs and OCSP: what "
		    "takes longer comes too late for it, and serves the next",
		    CERTD_FETCH_SECONDS);
}
