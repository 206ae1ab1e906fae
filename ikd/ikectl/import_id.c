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

/* Identities: other products' forms in ours. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "id.h"
#include "import_put.h"

/* strongSwan's and ours for a type that is named. */
static const struct {
	const char	*theirs, *ours;
} prefixes[] = {
	{ "ipv4:", "ip:" }, { "ipv6:", "ip:" }, { "fqdn:", "fqdn:" },
	{ "dns:", "fqdn:" }, { "rfc822:", "email:" }, { "email:", "email:" },
	{ "userfqdn:", "email:" }, { "asn1dn:", "dn:" }, { "dn:", "dn:" },
	{ "keyid:", "keyid:" },
};

/* Octets of "deadbeef", or "de:ad:be:ef"; 0, or -1: it is none. */
static int
put_hex(const char *hex, char *out)
{
	size_t n = 0;
	char *o = out + snprintf(out, IMP_TEXT, "keyid:0x");

	for (; *hex != '\0'; hex++) {
		if (*hex == ':')
			continue;
		if (!isxdigit((unsigned char)*hex) || n > 2 * 200)
			return (-1);
		o[n++] = *hex;
	}
	o[n] = '\0';
	return (n > 0 && n % 2 == 0 ? 0 : -1);
}

/* "/C=DE/CN=gw" becomes "C=DE, CN=gw". */
static void
put_dn(const char *s, char *out)
{
	size_t n = strlcpy(out, "dn:", IMP_TEXT);

	if (*s == '/')
		s++;
	else {
		strlcat(out, s, IMP_TEXT);
		return;
	}
	for (; *s != '\0' && n + 3 < IMP_TEXT; s++) {
		if (*s == '/') {
			out[n++] = ',';
			out[n++] = ' ';
		} else
			out[n++] = *s;
	}
	out[n] = '\0';
}

static const char *
named(const char *rest, const char *ours, char *out)
{
	if (strcmp(ours, "dn:") == 0) {
		if (*rest == '#')
			return ("a DN as octets: write it out");
		put_dn(rest, out);
	} else if (*rest == '#' && strcmp(ours, "keyid:") == 0) {
		if (put_hex(rest + 1, out) == -1)
			return ("not hexadecimal");
	} else if (strncmp(rest, "0x", 2) == 0 &&
	    strcmp(ours, "keyid:") == 0) {
		if (put_hex(rest + 2, out) == -1)
			return ("not hexadecimal");
	} else
		snprintf(out, IMP_TEXT, "%s%s", ours, rest);
	return (NULL);
}

static const char *
form(const char *s, char *out)
{
	struct wt_addr a;
	size_t i, n;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		n = strlen(prefixes[i].theirs);
		if (strncasecmp(s, prefixes[i].theirs, n) == 0)
			return (named(s + n, prefixes[i].ours, out));
	}
	if (strncmp(s, "@#", 2) == 0)
		return (put_hex(s + 2, out) == -1 ? "not hexadecimal" :
		    NULL);
	if (strncmp(s, "@[", 2) == 0 && s[strlen(s) - 1] == ']')
		snprintf(out, IMP_TEXT, "keyid:%.*s", (int)strlen(s) - 3,
		    s + 2);
	else if (strncmp(s, "@@", 2) == 0)
		snprintf(out, IMP_TEXT, "email:%s", s + 2);
	else if (s[0] == '@')
		snprintf(out, IMP_TEXT, "fqdn:%s", s + 1);
	else if (addr_parse(s, &a) == 0)
		(void)addr_print(&a, out, IMP_TEXT);
	else if (strchr(s, '=') != NULL)
		put_dn(s, out);
	else if (strchr(s, '@') != NULL)
		snprintf(out, IMP_TEXT, "email:%s", s);
	else
		snprintf(out, IMP_TEXT, "fqdn:%s", s);
	return (NULL);
}

const char *
imp_id(const char *theirs, char *out)
{
	static const char *const any[] = { "", "%any", "%any4", "%any6",
	    "0.0.0.0", "::", "*", "%fromcert", "%id", "%none" };
	struct wt_id id;
	const char *why;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		if (strcasecmp(theirs, any[i]) == 0)
			return (NULL);
	if (strlen(theirs) >= IMP_TEXT - 16)
		return ("too long for an ID");
	if (theirs[0] == '%' || theirs[0] == '{')
		return ("no such ID here");
	if ((why = form(theirs, out)) != NULL)
		return (why);
	return (id_parse(out, &id));
}
