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


#ifndef FETCH_LDIF_H
#define FETCH_LDIF_H

#include <stddef.h>
#include <stdint.h>

/*
 * What libcurl makes of LDAP entries, back to octets.  An entry is a line
 * "DN: ..." and a line for each value, with a tab before:
 *	certificateRevocationList;binary:: BASE64
 *	description: text
 * Pure.
 */
#define LDIF_VALUES	16	/* of all entries; more are not taken */

/* Octets that may be needed to hold what len octets of text become. */
#define LDIF_ROOM(len)	((len) + (len) / 32 + LDIF_VALUES * 64)

/*
 * The values of attribute attr (without ";binary", which does not matter)
 * into out: one as it is, several as PEM of CRLs, one behind the other.
 * Returns how many octets, or -1 with *why.
 */
long	ldif_crls(const char *text, size_t len, const char *attr,
	    uint8_t *out, size_t size, const char **why);

#endif /* FETCH_LDIF_H */
