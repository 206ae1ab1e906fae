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
 * One URL at known addresses, by libcurl.  What comes is written to a memfd
 * as it comes, and counted.
 */

#include <sys/mman.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "ldif.h"
#include "log.h"
#include "ownsecret.h"
#include "reachable.h"
#include "snap.h"
#include "transfer_int.h"

#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define PASSWORD_ROOM	256
#define EXTRA	(512 * 1024)	/* of a head, of TLS, beside the answer */

/* An option that libcurl does not take is our bug. */
#define SET(t, opt, v) do {						\
	CURLcode rc_ = curl_easy_setopt((t)->easy, opt, v);		\
	if (rc_ != CURLE_OK)						\
		fatal("%s: %s", #opt, curl_easy_strerror(rc_));		\
} while (0)

static long
http_status(const struct transfer *t)
{
	long status = 0;

	if (furl_is_ldap(&t->ask.url))
		return (200);
	if (curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) !=
	    CURLE_OK)
		return (0);
	return (status);
}

/* What HTTP says will come; -1: nothing. */
static curl_off_t
announced(const struct transfer *t)
{
	curl_off_t n = -1;

	if (curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
	    &n) != CURLE_OK)
		n = -1;
	return (n);
}

/* LDAP comes as base64 and with names: somewhat more than there is in it. */
static uint64_t
most(const struct transfer *t)
{
	uint64_t max = t->ask.max;

	return (furl_is_ldap(&t->ask.url) ? max + max / 2 + EXTRA : max);
}

static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t done = 0;
	ssize_t w;

	n *= size;
	/* The body of anything but an answer is not wanted. */
	if (http_status(t) != 200)
		return (0);
	if (n > most(t) - t->got || announced(t) > (curl_off_t)most(t)) {
		t->too_large = 1;
		return (0);
	}
	for (; done < n; done += (size_t)w)
		if ((w = write(t->fd, p + done, n - done)) <= 0)
			return (0);
	t->got += n;
	return (n);
}

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;
	struct wt_sock s;

	(void)purpose;
	sock_from(&a->addr, &s);
	t->peer = s;
	/* The proxy is the operator's word. */
	t->excluded = t->ask.proxy == PROXY_NONE &&
	    !reachable_addr(t->ask.policy, &s.addr);
	if (t->excluded || a->socktype != SOCK_STREAM ||
	    (a->family != AF_INET && a->family != AF_INET6))
		return (CURL_SOCKET_BAD);
	t->sock = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	return (t->sock);
}

/* "+host:port:address,address": libcurl's own look-up finds these. */
static void
pin(struct transfer *t, const struct furl *u, const struct wt_addr *addr,
    unsigned int n)
{
	char text[sizeof(u->host) + 16 * (ADDR_TEXT + 4)], one[ADDR_TEXT];
	struct curl_slist *l;
	unsigned int i;
	int at;

	if (n == 0 || u->addr.af != 0)
		return;
	at = snprintf(text, sizeof(text), "+%s:%u:", u->host, u->port);
	for (i = 0; i < n; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at,
		    addr[i].af == 6 ? "%s[%s]" : "%s%s", i > 0 ? "," : "",
		    addr_print(&addr[i], one, sizeof(one)));
	if ((l = curl_slist_append(t->resolve, text)) == NULL)
		fatal("out of memory");
	t->resolve = l;
}

static void
set_proxy(struct transfer *t)
{
	static const long types[] = {
		[PROXY_SOCKS4] = CURLPROXY_SOCKS4,
		[PROXY_SOCKS4A] = CURLPROXY_SOCKS4A,
		[PROXY_SOCKS5] = CURLPROXY_SOCKS5,
		[PROXY_SOCKS5H] = CURLPROXY_SOCKS5_HOSTNAME,
		[PROXY_HTTP] = CURLPROXY_HTTP
	};
	const struct furl *v = &t->ask.via;
	char host[sizeof(v->host) + 2];

	/* "" keeps the environment's out. */
	SET(t, CURLOPT_NOPROXY, "");
	if (t->ask.proxy == PROXY_NONE) {
		SET(t, CURLOPT_PROXY, "");
		return;
	}
	snprintf(host, sizeof(host), v->addr.af == 6 ? "[%s]" : "%s",
	    v->host);
	SET(t, CURLOPT_PROXY, host);
	SET(t, CURLOPT_PROXYPORT, (long)v->port);
	SET(t, CURLOPT_PROXYTYPE, types[t->ask.proxy]);
}

static void
add_header(struct transfer *t, const char *line)
{
	struct curl_slist *l = curl_slist_append(t->headers, line);

	if (l == NULL)
		fatal("out of memory");
	t->headers = l;
}

static void
set_http(struct transfer *t)
{
	SET(t, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(t, CURLOPT_USERAGENT, "certd-fetch");
	SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (t->ask.kind != FETCH_OCSP)
		return;
	/* RFC 6960 appendix A.1 */
	add_header(t, "Content-Type: application/ocsp-request");
	add_header(t, "Accept: application/ocsp-response");
	SET(t, CURLOPT_HTTPHEADER, t->headers);
	SET(t, CURLOPT_POSTFIELDSIZE, (long)t->ask.body.len);
	SET(t, CURLOPT_POSTFIELDS, (const char *)t->ask.body.p);
}

/*
 * Whom a certificate names is asked anonymously: name and password are for
 * the directories of the policy, behind TLS as it was checked there.
 */
static void
set_ldap(struct transfer *t)
{
	const struct sn_fetch *row = t->ask.policy;
	const struct sn_secret *s;
	char password[PASSWORD_ROOM];

	SET(t, CURLOPT_PROTOCOLS_STR, "ldap,ldaps");
	/* RFC 9110 section 9.3.6: a proxy of HTTP makes a tunnel for it. */
	SET(t, CURLOPT_HTTPPROXYTUNNEL, 1L);
	SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (!t->ask.ours)
		return;
	/* tmd-policy saw to it; libcurl's StartTLS goes on in clear. */
	if (row->bind_dn[0] == '\0' || t->ask.url.scheme != FURL_LDAPS)
		return;
	if ((s = ownsecret_find(row->password)) == NULL ||
	    ownsecret_line(s, password, sizeof(password)) == -1)
		fatal("a bind without its password");	/* transfer_unbound */
	SET(t, CURLOPT_USERNAME, row->bind_dn);
	SET(t, CURLOPT_PASSWORD, password);
	explicit_bzero(password, sizeof(password));
}

const char *
transfer_unbound(const struct sn_fetch *row)
{
	static char why[NAME_MAX_LEN + 128];
	char password[PASSWORD_ROOM];
	const struct sn_secret *s;

	if (row->bind_dn[0] == '\0')
		return (NULL);
	if ((s = ownsecret_find(row->password)) != NULL &&
	    ownsecret_line(s, password, sizeof(password)) != -1) {
		explicit_bzero(password, sizeof(password));
		return (NULL);
	}
	snprintf(why, sizeof(why), "private/fetch/%s, the directory's "
	    "password: %s", row->password, s == NULL ? "no such file, or it "
	    "is not root's alone (mode 600)" : "is not one line");
	return (why);
}

static void
set_common(struct transfer *t)
{
	char url[FETCH_URL + 300];

	if (furl_print(&t->ask.url, url, sizeof(url)) == -1)
		fatal("a URL of more than %zu octets", sizeof(url));
	SET(t, CURLOPT_URL, url);
	SET(t, CURLOPT_PRIVATE, t);
	SET(t, CURLOPT_ERRORBUFFER, t->err);
	SET(t, CURLOPT_NOSIGNAL, 1L);
	SET(t, CURLOPT_FRESH_CONNECT, 1L);
	SET(t, CURLOPT_FORBID_REUSE, 1L);
	SET(t, CURLOPT_FOLLOWLOCATION, 0L);
	SET(t, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(t, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(t, CURLOPT_OPENSOCKETDATA, t);
	SET(t, CURLOPT_WRITEFUNCTION, take);
	SET(t, CURLOPT_WRITEDATA, t);
}

struct transfer *
transfer_start(const struct transfer_ask *a, transfer_fn *fn, void *arg)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->ask = *a;
	t->fn = fn;
	t->arg = arg;
	t->sock = -1;
	if ((t->easy = curl_easy_init()) == NULL)
		fatal("libcurl");
	if ((t->fd = memfd_create("fetched", MFD_CLOEXEC |
	    MFD_ALLOW_SEALING)) == -1)
		fatal_errno("memfd");
	set_common(t);
	set_proxy(t);
	if (furl_is_ldap(&a->url))
		set_ldap(t);
	else
		set_http(t);
	pin(t, &a->url, a->addr, a->naddr);
	pin(t, &a->via, a->via_addr, a->nvia);
	if (t->resolve != NULL)
		SET(t, CURLOPT_RESOLVE, t->resolve);
	multi_add(t->easy, a->url.scheme == FURL_LDAPS);
	return (t);
}

void
transfer_cancel(struct transfer *t)
{
	if (t == NULL)
		return;
	multi_remove(t->easy, t->ask.url.scheme == FURL_LDAPS);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->resolve);
	curl_slist_free_all(t->headers);
	if (t->fd != -1)
		close(t->fd);
	free(t);
}

/* The directory's text becomes octets of its own. */
static int
from_ldap(struct transfer *t, struct transfer_end *e)
{
	const char *text, *why = NULL, *attr = strchr(t->ask.url.rest, '?');
	char name[64];
	uint8_t *out;
	long n = -1;

	if (attr == NULL)
		fatal("an LDAP URL without an attribute");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(attr + 1, ";?"),
	    attr + 1);
	out = xcalloc(1, LDIF_ROOM(t->got) + 1);
	text = t->got == 0 ? "" : mmap(NULL, t->got, PROT_READ, MAP_SHARED,
	    t->fd, 0);
	if (text == MAP_FAILED)
		fatal_errno("mmap");
	n = ldif_crls(text, t->got, name, out, LDIF_ROOM(t->got), &why);
	if (t->got > 0)
		munmap((void *)(uintptr_t)text, t->got);
	if (n >= 0 && (uint64_t)n <= t->ask.max) {
		e->fd = memfd_sealed("fetched", out, (size_t)n);
		e->len = (uint32_t)n;
	} else if (n < 0)
		snprintf(e->text, sizeof(e->text), "%s", why);
	else
		t->too_large = 1;
	free(out);
	return (e->fd == -1 ? -1 : 0);
}

static int
from_http(struct transfer *t, struct transfer_end *e)
{
	char *to = NULL;

	e->status = (unsigned int)http_status(t);
	if (e->status >= 300 && e->status < 400 && curl_easy_getinfo(t->easy,
	    CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to != NULL &&
	    strlen(to) < sizeof(e->to)) {
		strlcpy(e->to, to, sizeof(e->to));
		e->what = GOT_REDIRECT;
		return (0);
	}
	if (e->status != 200 || t->got == 0)
		return (-1);
	if (fcntl(t->fd, F_ADD_SEALS, SEALS) == -1)
		fatal_errno("seals");
	e->fd = t->fd;
	e->len = (uint32_t)t->got;
	t->fd = -1;
	return (0);
}

void
transfer_ended(struct transfer *t, CURLcode rc)
{
	struct transfer_end e = { .what = GOT_ANSWER, .fd = -1,
	    .code = RSN_PEER_ERROR };
	transfer_fn *fn = t->fn;
	void *arg = t->arg;
	int good;

	/* Other statuses end in take(), by an error of ours. */
	good = rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && !t->too_large &&
	    !furl_is_ldap(&t->ask.url) && http_status(t) != 200);
	if (good)
		good = (furl_is_ldap(&t->ask.url) ? from_ldap(t, &e) :
		    from_http(t, &e)) == 0;
	if (!good) {
		e.what = GOT_NONE;
		transfer_why(t, rc, &e);
	}
	transfer_cancel(t);
	fn(arg, &e);
}

int
transfer_flooded(struct transfer *t, uint64_t octets)
{
	if (octets <= t->ask.max + t->ask.max / 8 + EXTRA)
		return (0);
	t->too_large = 1;
	transfer_ended(t, CURLE_FILESIZE_EXCEEDED);
	return (1);
}
