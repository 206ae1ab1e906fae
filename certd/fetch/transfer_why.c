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
 * Why a transfer brought nothing: what failed, and where, in a sentence for
 * people.
 */

#include <sys/socket.h>

#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "transfer_int.h"

static void say(struct transfer_end *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct transfer_end *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
}

static int
reached(struct transfer *t, CURLINFO when)
{
	curl_off_t us = 0;

	return (curl_easy_getinfo(t->easy, when, &us) == CURLE_OK && us > 0);
}

/* Whom it talks to: the address when there is one yet, else the name. */
static char *
peer(const struct transfer *t, char *out, size_t size)
{
	const struct furl *u = t->ask.proxy == PROXY_NONE ? &t->ask.url :
	    &t->ask.via;
	char addr[ADDR_TEXT], where[sizeof(u->host) + 16];

	furl_where(u, where, sizeof(where));
	if (u->addr.af != 0 || t->peer.addr.af == 0)
		snprintf(out, size, "%s%s", t->ask.proxy == PROXY_NONE ? "" :
		    "the proxy ", where);
	else
		snprintf(out, size, "%s%s (%s)", t->ask.proxy == PROXY_NONE ?
		    "" : "the proxy ", where, addr_print(&t->peer.addr, addr,
		    sizeof(addr)));
	return (out);
}

/* "got 17 of 4096 octets" */
static char *
how_much(struct transfer *t, char *out, size_t size)
{
	curl_off_t all = -1;

	if (curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
	    &all) != CURLE_OK || all <= 0)
		snprintf(out, size, "got %" PRIu64 " octets", t->got);
	else
		snprintf(out, size, "got %" PRIu64 " of %" PRId64 " octets",
		    t->got, (int64_t)all);
	return (out);
}

static int
is_tls(const struct transfer *t)
{
	return (t->ask.url.scheme == FURL_HTTPS ||
	    t->ask.url.scheme == FURL_LDAPS);
}

/* libcurl counts as connected what has TLS, or is through the proxy. */
static int
connected(const struct transfer *t)
{
	struct tcp_info ti = { .tcpi_state = 0 };
	socklen_t len = sizeof(ti);

	return (t->sock != -1 && getsockopt(t->sock, IPPROTO_TCP, TCP_INFO,
	    &ti, &len) == 0 && ti.tcpi_state == TCP_ESTABLISHED);
}

char *
transfer_stage(struct transfer *t, char *out, size_t size)
{
	char who[512], much[96];

	peer(t, who, sizeof(who));
	if (t->got > 0)
		snprintf(out, size, "receiving from %s: %s", who,
		    how_much(t, much, sizeof(much)));
	else if (!reached(t, CURLINFO_CONNECT_TIME_T) && !connected(t))
		snprintf(out, size, "connecting to %s", who);
	else if (is_tls(t) && !reached(t, CURLINFO_APPCONNECT_TIME_T))
		snprintf(out, size, "beginning TLS with %s", who);
	else
		snprintf(out, size, "waiting for the answer of %s", who);
	return (out);
}

/* libcurl's own words, without a line's end. */
static const char *
curl_says(const struct transfer *t, CURLcode rc)
{
	return (t->err[0] != '\0' ? t->err : curl_easy_strerror(rc));
}

static void
not_connected(struct transfer *t, CURLcode rc, struct transfer_end *e)
{
	char who[512], addr[ADDR_TEXT];
	long err = 0;

	e->unreached = 1;
	peer(t, who, sizeof(who));
	if (t->excluded) {
		e->code = RSN_ADMIN;
		say(e, "the address %s of %s is "
		    "excluded by the policy", addr_print(&t->peer.addr, addr,
		    sizeof(addr)), t->ask.url.host);
	} else if (curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &err) ==
	    CURLE_OK && err != 0)
		say(e, "connecting to %s: %s",
		    who, strerror((int)err));
	else
		say(e, "connecting to %s: %.200s",
		    who, curl_says(t, rc));
}

/* "LDAP remote: search failed No such object (more)": what matters of it. */
static void
ldap_said(struct transfer *t, CURLcode rc, struct transfer_end *e)
{
	static const char *const before[] = { "search failed ",
	    "bind failed ", "LDAP remote: ", "LDAP local: " };
	const char *s = curl_says(t, rc), *p;
	char who[512];
	int referral;
	size_t i, n;

	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if ((p = strstr(s, before[i])) != NULL) {
			s = p + strlen(before[i]);
			break;
		}
	for (n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
		;
	if (n > 200)
		n = 200;
	referral = strncmp(s, "Referral", 8) == 0;
	/* In neither case does this server have it. */
	e->no_object = referral || strncmp(s, "No such object", 14) == 0;
	say(e, "LDAP: %s: %.*s%s", peer(t, who, sizeof(who)), (int)n, s,
	    referral ? " to another server, which is not followed" : "");
}

/* libcurl's words are of what it did with the connection then. */
static void
not_let_in(struct transfer *t, struct transfer_end *e)
{
	char who[512];

	say(e, "LDAP: %s does not take bind-dn and password of the policy",
	    peer(t, who, sizeof(who)));
}

static void
http_said(struct transfer *t, struct transfer_end *e)
{
	char who[512];

	peer(t, who, sizeof(who));
	if (e->status >= 300 && e->status < 400)
		say(e, "HTTP status %u of %s "
		    "leads nowhere", e->status, who);
	else if (e->status != 0 && e->status != 200)
		say(e, "HTTP status %u of %s",
		    e->status, who);
	else
		say(e, "the answer of %s is empty",
		    who);
}

static void
too_large(struct transfer *t, struct transfer_end *e)
{
	curl_off_t all = -1;
	char who[512];

	peer(t, who, sizeof(who));
	(void)curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
	    &all);
	if (all > (curl_off_t)t->ask.max)
		say(e, "too large: %s would send "
		    "%" PRId64 " octets, at most %u are taken", who,
		    (int64_t)all, t->ask.max);
	else
		say(e, "too large: %s sends more "
		    "than the %u octets that are taken", who, t->ask.max);
}

static void
broken_off(struct transfer *t, CURLcode rc, struct transfer_end *e)
{
	char who[512], much[96];

	peer(t, who, sizeof(who));
	if (t->got > 0 || rc == CURLE_PARTIAL_FILE)
		say(e, "truncated by %s: %s",
		    who, how_much(t, much, sizeof(much)));
	else if (rc == CURLE_GOT_NOTHING)
		say(e, "%s closed the connection "
		    "without an answer", who);
	else
		say(e, "%s broke the connection "
		    "off before an answer", who);
}

static void
other(struct transfer *t, CURLcode rc, struct transfer_end *e)
{
	char who[512];

	say(e, "%s: %.200s",
	    peer(t, who, sizeof(who)), curl_says(t, rc));
}

void
transfer_why(struct transfer *t, CURLcode rc, struct transfer_end *e)
{
	e->code = RSN_PEER_ERROR;
	if (t->too_large || rc == CURLE_FILESIZE_EXCEEDED)
		too_large(t, e);
	else if (e->text[0] != '\0')
		;		/* known already */
	else switch (rc) {
	case CURLE_OK:
	case CURLE_WRITE_ERROR:
		http_said(t, e);
		break;
	case CURLE_COULDNT_CONNECT:
		not_connected(t, rc, e);
		break;
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
		broken_off(t, rc, e);
		break;
	case CURLE_LDAP_CANNOT_BIND:
	case CURLE_LDAP_SEARCH_FAILED:
	case CURLE_LDAP_INVALID_URL:
		ldap_said(t, rc, e);
		break;
	case CURLE_LOGIN_DENIED:
		not_let_in(t, e);
		break;
	default:
		other(t, rc, e);
		break;
	}
}
