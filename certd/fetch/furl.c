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


/* URLs that may be fetched, taken apart. */

#include <arpa/inet.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "addr.h"
#include "furl.h"

static const struct {
	const char	*prefix;
	uint16_t	 port;
} schemes[FURL_SCHEMES] = {
	[FURL_HTTP] = { "http://", 80 }, [FURL_HTTPS] = { "https://", 443 },
	[FURL_LDAP] = { "ldap://", 389 }, [FURL_LDAPS] = { "ldaps://", 636 }
};

/* The scheme's prefix is skipped; -1: not one of ours. */
static int
take_scheme(const char **s, struct furl *u)
{
	size_t i, n;

	for (i = 0; i < FURL_SCHEMES; i++) {
		n = strlen(schemes[i].prefix);
		if (strncasecmp(*s, schemes[i].prefix, n) != 0)
			continue;
		u->scheme = (enum furl_scheme)i;
		u->port = schemes[i].port;
		*s += n;
		return (0);
	}
	return (-1);
}

/* [v6]: the only thing that stands in brackets. */
static const char *
take_v6(const char **s, struct furl *u)
{
	size_t n = strcspn(*s + 1, "]");

	if ((*s)[1 + n] != ']' || n >= sizeof(u->host))
		return ("the host has a bracket alone");
	memcpy(u->host, *s + 1, n);
	if (addr_parse(u->host, &u->addr) == -1 || u->addr.af != 6)
		return ("the host is no IPv6 address");
	*s += n + 2;
	return (NULL);
}

static const char *
take_name(const char **s, struct furl *u)
{
	struct in_addr in;
	size_t n = 0;

	for (; isalnum((unsigned char)**s) || (**s != '\0' &&
	    strchr(".-_", **s) != NULL); ++*s) {
		if (n == sizeof(u->host) - 1)
			return ("the host's name is too long");
		u->host[n++] = (char)tolower((unsigned char)**s);
	}
	/* The root's dot changes nothing for us. */
	if (n > 1 && u->host[n - 1] == '.')
		n--;
	u->host[n] = '\0';
	/* "0x7f.." would lose its second dot later, and be an address. */
	if (u->host[0] == '.' || (n > 0 && u->host[n - 1] == '.') ||
	    strstr(u->host, "..") != NULL)
		return ("the host is no name");
	/* All the ways to write one: 127.1, 0x7f000001, 2130706433. */
	if (inet_aton(u->host, &in) != 0) {
		u->addr.af = 4;
		memcpy(u->addr.a, &in, 4);
		/* Two that are the same are so octet by octet. */
		memset(u->host, 0, sizeof(u->host));
		addr_print(&u->addr, u->host, sizeof(u->host));
	}
	return (NULL);
}

static const char *
take_port(const char **s, struct furl *u)
{
	unsigned int port = 0, digits = 0;

	if (**s != ':')
		return (NULL);
	for (++*s; isdigit((unsigned char)**s) && digits < 6; ++*s, digits++)
		port = port * 10 + (unsigned int)(**s - '0');
	if (digits == 0 || port == 0 || port > 65535)
		return ("the port is none");
	u->port = (uint16_t)port;
	return (NULL);
}

const char *
furl_parse(const char *text, struct furl *u)
{
	const char *s = text, *why, *p;
	size_t n;

	memset(u, 0, sizeof(*u));
	for (p = text; *p != '\0'; p++)
		if (*p <= 0x20 || *p >= 0x7f)
			return ("the URL has octets that belong in none");
	if (take_scheme(&s, u) == -1)
		return ("only http, https, ldap and ldaps are fetched");
	if (memchr(s, '@', strcspn(s, "/?#")) != NULL)
		return ("the URL has a user, and none is ever sent");
	why = *s == '[' ? take_v6(&s, u) : take_name(&s, u);
	if (why == NULL)
		why = take_port(&s, u);
	if (why != NULL)
		return (why);
	if (*s != '\0' && strchr("/?#", *s) == NULL)
		return ("the host is no name");
	if (u->host[0] == '\0' && (u->scheme != FURL_LDAP ||
	    u->port != schemes[FURL_LDAP].port))
		return ("the URL has no host");
	/* What follows # is never sent. */
	n = strcspn(s, "#");
	if (n + 2 > sizeof(u->rest))
		return ("the URL is too long");
	snprintf(u->rest, sizeof(u->rest), "%s%.*s", *s == '/' ? "" : "/",
	    (int)n, s);
	return (NULL);
}

int
furl_is_ldap(const struct furl *u)
{
	return (u->scheme == FURL_LDAP || u->scheme == FURL_LDAPS);
}

char *
furl_where(const struct furl *u, char *out, size_t size)
{
	snprintf(out, size, u->addr.af == 6 ? "[%s] port %u" : "%s port %u",
	    u->host, u->port);
	return (out);
}

int
furl_print(const struct furl *u, char *out, size_t size)
{
	char port[8] = "";
	int n;

	if (u->port != schemes[u->scheme].port)
		snprintf(port, sizeof(port), ":%u", u->port);
	n = snprintf(out, size, u->addr.af == 6 ? "%s[%s]%s%s" : "%s%s%s%s",
	    schemes[u->scheme].prefix, u->host, port, u->rest);
	return (n < 0 || (size_t)n >= size ? -1 : 0);
}

/* Attributes that have CRLs: RFC 4523; any of them may say ";binary". */
static const char *
attribute_of(const char *s, size_t n)
{
	static const char *const known[] = {
		"certificateRevocationList;binary",
		"authorityRevocationList;binary",
		"deltaRevocationList;binary"
	};
	size_t i, len;

	if (n == 0)
		return (known[0]);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		len = strcspn(known[i], ";");
		if ((n == len || n == strlen(known[i])) &&
		    strncasecmp(s, known[i], n) == 0)
			return (known[i]);
	}
	return (NULL);
}

/* A DN as an URL has it: what is more than plain is escaped. */
static size_t
put_dn(char *out, size_t size, const char *dn)
{
	size_t at = 0;

	for (; *dn != '\0' && at + 4 < size; dn++)
		if (isalnum((unsigned char)*dn) ||
		    strchr("=,+-._~:@$'()!*", *dn) != NULL)
			out[at++] = *dn;
		else
			at += (size_t)snprintf(out + at, size - at, "%%%02X",
			    (unsigned char)*dn);
	out[at] = '\0';
	return (*dn == '\0' ? at : size);
}

const char *
furl_ldap(struct furl *u, const char *base, int behind)
{
	char rest[sizeof(u->rest)], dn[1024] = "";
	const char *s = u->rest + 1, *attr, *tail;
	size_t n = strcspn(s, "?"), nattr = 0;
	int len;

	attr = s[n] == '?' ? s + n + 1 : s + n;
	nattr = strcspn(attr, "?");
	tail = attr + nattr;
	if (n == 0 && base[0] == '\0')
		return ("the LDAP URL has no name to look for");
	if ((n == 0 || behind) &&
	    put_dn(dn, sizeof(dn), base) == sizeof(dn))
		return ("the LDAP URL is too long");
	if ((attr = attribute_of(attr, nattr)) == NULL)
		return ("the LDAP URL asks for an attribute that has no CRL");
	/* scope and filter; behind a third question mark: extensions. */
	nattr = *tail == '?' ? 1 + strcspn(tail + 1, "?") : 0;
	if (tail[nattr] == '?')
		nattr += 1 + strcspn(tail + nattr + 1, "?");
	if (tail[nattr] != '\0')
		return ("the LDAP URL has extensions");
	len = snprintf(rest, sizeof(rest), "/%.*s%s%s?%s%s", (int)n, s,
	    n > 0 && dn[0] != '\0' ? "," : "", dn, attr, tail);
	if (len < 0 || (size_t)len >= sizeof(rest))
		return ("the LDAP URL is too long");
	memcpy(u->rest, rest, (size_t)len + 1);
	return (NULL);
}
