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


#ifndef FETCH_FURL_H
#define FETCH_FURL_H

#include <stdint.h>

#include "proto_certd_fetch.h"

/*
 * URLs that may be fetched, taken apart.  Pure.
 */
enum furl_scheme { FURL_HTTP, FURL_HTTPS, FURL_LDAP, FURL_LDAPS,
	FURL_SCHEMES };

struct furl {
	enum furl_scheme scheme;
	char		 host[256];	/* lower case, no brackets; "": LDAP's
					   servers of the policy */
	struct wt_addr	 addr;		/* af 0: host is a name */
	uint16_t	 port;
	char		 rest[FETCH_URL + 1];	/* from the slash on */
};

/*
 * Takes text apart.  NULL, or what is wrong with it: an unknown scheme, a
 * user, a host that is none, octets that belong in no URL.  What inet_aton(3)
 * takes for an IPv4 address is one.
 */
const char *furl_parse(const char *text, struct furl *u);

/* Is its scheme one of the two with a directory? */
int	furl_is_ldap(const struct furl *u);

/* "192.0.2.1 port 80" or "[2001:db8::1] port 80" or a name; returns out. */
char	*furl_where(const struct furl *u, char *out, size_t size);

/* The URL again, as text; -1 when it does not fit. */
int	furl_print(const struct furl *u, char *out, size_t size);

/*
 * LDAP: the rest with what a search for a CRL needs (RFC 4516): one
 * attribute, of those that have CRLs, its default put in, no extensions.  base
 * is put in place of an empty name, or behind the name if behind is 1.  NULL,
 * or what is wrong.
 */
const char *furl_ldap(struct furl *u, const char *base, int behind);

#endif /* FETCH_FURL_H */
