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


/* The policy of certd-fetch, from its snapshot. */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "jobs.h"
#include "roles.h"
#include "snap.h"

#define SOCKS_PORT	1080

static const struct {
	const char	*scheme;
	enum proxy_kind	 kind;
} proxies[] = {
	{ "socks4://", PROXY_SOCKS4 }, { "socks4a://", PROXY_SOCKS4A },
	{ "socks5://", PROXY_SOCKS5 }, { "socks5h://", PROXY_SOCKS5H },
	{ "http://", PROXY_HTTP }
};

/* A proxy's URL has a host and perhaps a port: as one of HTTP it is read. */
static const char *
take_proxy(const char *text, struct fetch_policy *out)
{
	char url[300];
	const char *rest, *port;
	size_t i, n = 0;

	for (i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		n = strlen(proxies[i].scheme);
		if (strncasecmp(text, proxies[i].scheme, n) == 0)
			break;
	}
	if (i == sizeof(proxies) / sizeof(proxies[0]))
		return ("a proxy of an unknown kind");
	out->proxy = proxies[i].kind;
	rest = text + n;
	n = strcspn(rest, "/");
	port = memchr(rest, ']', n);
	port = memchr(port != NULL ? port : rest, ':',
	    n - (size_t)(port != NULL ? port - rest : 0));
	snprintf(url, sizeof(url), "http://%.*s", (int)n, rest);
	if (port == NULL)
		snprintf(url + strlen(url), sizeof(url) - strlen(url), ":%d",
		    SOCKS_PORT);
	return (furl_parse(url, &out->via));
}

const char *
policy_from_row(const struct sn_fetch *row, struct fetch_policy *out)
{
	const char *why = NULL;
	unsigned int i;

	memset(out, 0, sizeof(*out));
	out->row = *row;
	if (row->timeout == 0 || row->max_size == 0)
		return ("fetching without a bound");
	if (row->socks[0] != '\0')
		why = take_proxy(row->socks, out);
	else if (row->http_proxy[0] != '\0')
		why = take_proxy(row->http_proxy, out);
	for (i = 0; i < row->servers_n && why == NULL; i++) {
		why = furl_parse(row->servers[i].w, &out->server[i]);
		if (why == NULL && (!furl_is_ldap(&out->server[i]) ||
		    out->server[i].host[0] == '\0'))
			why = "an LDAP server that is none";
	}
	out->nservers = row->servers_n;
	return (why);
}

struct found {
	struct sn_fetch	 row;
	unsigned int	 n;
};

static const char *
take(void *arg, uint16_t type, const void *val)
{
	struct found *f = arg;

	if (type != SNAP_FETCH || f->n++ > 0)
		return ("a row that is not for certd-fetch");
	f->row = *(const struct sn_fetch *)val;
	return (NULL);
}

const char *
policy_from_snapshot(int fd, uint32_t generation, struct fetch_policy *out)
{
	struct found f = { .n = 0 };
	const char *why;

	why = snap_read(fd, ROLE_FETCH, generation, take, &f);
	if (why == NULL && f.n == 0)
		why = "a snapshot without a policy for fetching";
	return (why != NULL ? why : policy_from_row(&f.row, out));
}
