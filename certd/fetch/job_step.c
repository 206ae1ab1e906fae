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
 * A job from its turn to its end:
 *
 *	attempt -> the proxy's name -> the host's name -> transfer
 *	   ^                                                 |
 *	   +--- a redirect, another base, another server ----+-> an end
 */

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "job_int.h"
#include "log.h"
#include "names.h"
#include "reachable.h"
#include "reason.h"

static void	attempt(struct job *j);
static void	look_up_next(struct job *j);

void
job_deadline(evutil_socket_t fd, short what, void *arg)
{
	char stage[MSG_TEXT] = "";
	struct job *j = arg;

	(void)fd;
	(void)what;
	if (j->transfer != NULL)
		transfer_stage(j->transfer, stage, sizeof(stage));
	else if (j->lookup != NULL)
		snprintf(stage, sizeof(stage), "looking up the name %s",
		    j->lookup_of->host);
	job_failed(j, RSN_TIMEOUT, "timed out after %u s %s",
	    fetch_policy_now.row.timeout, stage);
}

void
job_start(struct job *j)
{
	const struct timeval tv = { fetch_policy_now.row.timeout, 0 };

	if (evtimer_add(j->deadline, &tv) == -1)
		fatal("a timer");
	attempt(j);
}

/* What the certificate leaves open, the policy says. */
static int
next_server(struct job *j)
{
	if (j->at.host[0] != '\0' ||
	    j->server + 1 >= fetch_policy_now.nservers)
		return (0);
	j->server++;
	j->behind = 0;
	return (1);
}

/* Another name below which the same server may have it. */
static int
next_base(struct job *j)
{
	if (j->at.host[0] != '\0' || j->behind || j->at.rest[1] == '\0' ||
	    j->at.rest[1] == '?' || fetch_policy_now.row.base[0] == '\0')
		return (0);
	j->behind = 1;
	return (1);
}

/* From one hop to the next: what a redirect may lead to. */
static const char *
redirect_wrong(const struct job *j, const struct furl *to,
    const struct transfer_end *e)
{
	if (j->redirects >= JOBS_REDIRECTS)
		return ("more redirects than are followed");
	if (furl_is_ldap(to))
		return ("leads from HTTP to LDAP");
	if (j->at.scheme == FURL_HTTPS && to->scheme == FURL_HTTP)
		return ("leads from https to http");
	if (j->kind == FETCH_CERT && to->scheme != FURL_HTTP)
		return ("leads from http to https, and certificates are "
		    "fetched by http alone");
	if (j->kind == FETCH_OCSP && e->status == 303)
		return ("asks for a GET in place of the POST");
	return (NULL);
}

static void
redirected(struct job *j, const struct transfer_end *e)
{
	const char *why;
	struct furl to;

	if ((why = furl_parse(e->to, &to)) == NULL)
		why = redirect_wrong(j, &to, e);
	if (why != NULL) {
		job_failed(j, RSN_PEER_ERROR, "the redirect to %.200s is "
		    "refused: %s", e->to, why);
		return;
	}
	j->at = to;
	j->redirects++;
	attempt(j);
}

static void
on_transferred(void *arg, const struct transfer_end *e)
{
	struct job *j = arg;

	j->transfer = NULL;
	switch (e->what) {
	case GOT_ANSWER:
		if (e->len == 0)
			close(e->fd);
		if (e->len == 0)
			job_failed(j, RSN_PEER_ERROR, "the answer of %s is "
			    "empty", j->ask.url.host);
		else
			job_got(j, e->fd, e->len);
		break;
	case GOT_REDIRECT:
		redirected(j, e);
		break;
	case GOT_NONE:
		if ((e->no_object && next_base(j)) ||
		    ((e->unreached || e->no_object) && next_server(j)))
			attempt(j);
		else
			job_failed(j, e->code, "%s", e->text);
		break;
	}
}

/* Those of addr that may be contacted stay; the first other one in *bad. */
static unsigned int
keep_reachable(struct wt_addr *addr, unsigned int n, struct wt_addr *bad)
{
	unsigned int i, kept = 0;

	bad->af = 0;
	for (i = 0; i < n; i++)
		if (reachable_addr(&fetch_policy_now.row, &addr[i]))
			addr[kept++] = addr[i];
		else if (bad->af == 0)
			*bad = addr[i];
	return (kept);
}

static void
excluded(struct job *j, const char *host, const struct wt_addr *a)
{
	char text[ADDR_TEXT];

	addr_print(a, text, sizeof(text));
	if (strcmp(host, text) == 0)
		job_failed(j, RSN_ADMIN, "the address %s is excluded by the "
		    "policy", text);
	else
		job_failed(j, RSN_ADMIN, "the address %s of %s is excluded "
		    "by the policy", text, host);
}

static void
on_names(void *arg, int rc, const char *text, const struct wt_addr *addr,
    unsigned int n)
{
	struct job *j = arg;
	int of_proxy = j->lookup_of == &j->ask.via;
	struct wt_addr *to = of_proxy ? j->ask.via_addr : j->ask.addr, bad;

	j->lookup = NULL;
	if (rc != 0 || n == 0) {
		if (next_server(j))
			attempt(j);
		else
			job_failed(j, RSN_PEER_ERROR, "the %s %s is not "
			    "resolved: %s", of_proxy ? "proxy's name" :
			    "name", j->lookup_of->host, text);
		return;
	}
	memcpy(to, addr, n * sizeof(*addr));
	if (of_proxy) {
		j->ask.nvia = n;
	} else {
		j->ask.naddr = keep_reachable(to, n, &bad);
		if (j->ask.naddr == 0) {
			excluded(j, j->ask.url.host, &bad);
			return;
		}
	}
	look_up_next(j);
}

static void
look_up(struct job *j, const struct furl *of)
{
	j->lookup_of = of;
	if ((j->lookup = names_lookup(of->host, on_names, j)) == NULL)
		job_failed(j, RSN_BUSY, "too many names are being looked "
		    "up");
}

/* Does the proxy find the address? */
static int
proxy_looks_up(const struct job *j)
{
	return (j->ask.proxy == PROXY_SOCKS4A ||
	    j->ask.proxy == PROXY_SOCKS5H || j->ask.proxy == PROXY_HTTP);
}

static void
look_up_next(struct job *j)
{
	struct transfer_ask *a = &j->ask;

	if (a->proxy != PROXY_NONE && a->via.addr.af == 0 && a->nvia == 0)
		look_up(j, &a->via);
	else if (a->url.addr.af == 0 && a->naddr == 0 && !proxy_looks_up(j))
		look_up(j, &a->url);
	else
		j->transfer = transfer_start(a, on_transferred, j);
}

/*
 * What is known here about where a URL leads: an address in it; behind a
 * proxy that looks names up also those of our own file.
 */
static int
leads_astray(struct job *j, struct wt_addr *bad)
{
	struct wt_addr known[NAMES_ADDRS];
	unsigned int n = 0;

	if (j->ask.url.addr.af != 0)
		known[n++] = j->ask.url.addr;
	else if (proxy_looks_up(j))
		n = names_local(j->ask.url.host, known, NAMES_ADDRS);
	(void)keep_reachable(known, n, bad);
	return (bad->af != 0);
}

/* One hop: whom to ask, and how. */
static const char *
prepare(struct job *j)
{
	const struct fetch_policy *p = &fetch_policy_now;
	struct transfer_ask *a = &j->ask;
	const struct furl *s;
	const char *why;

	memset(a, 0, sizeof(*a));
	a->policy = &p->row;
	a->kind = j->kind;
	a->url = j->at;
	a->max = j->max == 0 || j->max > p->row.max_size ? p->row.max_size :
	    j->max;
	a->body = (struct slice){ j->body, j->body_len };
	if (!furl_is_ldap(&a->url) || p->row.ldap_proxy) {
		a->proxy = p->proxy;
		a->via = p->via;
	}
	if (!furl_is_ldap(&a->url))
		return (NULL);
	if (a->url.host[0] == '\0') {
		if (j->server >= p->nservers)
			return ("the LDAP URL has no server, and the policy "
			    "neither (fetch: ldap: servers)");
		s = &p->server[j->server];
		a->url = *s;
		a->ours = 1;
		memcpy(a->url.rest, j->at.rest, sizeof(a->url.rest));
		why = furl_ldap(&a->url, p->row.base, j->behind);
		if (why == NULL)
			why = transfer_unbound(&p->row);
	} else
		why = furl_ldap(&a->url, "", 0);
	return (why);
}

static void
attempt(struct job *j)
{
	struct wt_addr bad;
	const char *why;

	if ((why = prepare(j)) != NULL)
		job_failed(j, RSN_INVALID_SYNTAX, "%s", why);
	else if (j->kind == FETCH_CERT && proxy_looks_up(j) &&
	    j->ask.url.addr.af == 0)
		job_failed(j, RSN_ADMIN, "the proxy finds the address of "
		    "%.200s, so that allow in fetch does not hold",
		    j->ask.url.host);
	else if (leads_astray(j, &bad))
		excluded(j, j->ask.url.host, &bad);
	else
		look_up_next(j);
}
