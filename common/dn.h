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

#ifndef COMMON_DN_H
#define COMMON_DN_H

#include <stddef.h>

#include "wire.h"

/*
 * Distinguished names (X.501) as the octets of an ID_DER_ASN1_DN or of a
 * certificate's subject: pure code, without OpenSSL.  A pattern is encoded
 * as a name is, but has what no name may have: the value NULL, which stands
 * for any value of that attribute, and the empty SET, which stands for one
 * RDN or more.  Text is in the order of the encoding: "C=US, O=Acme, CN=x".
 */
#define DN_RDNS		32	/* relative names: real ones have under 10 */
#define DN_AVAS		64	/* attributes in all of them */
#define DN_TEXT		1024	/* room for the text of what people name */

/*
 * Parses "C=US, O=Acme, OU=a + L=b, CN=x" into DER of at most size octets;
 * with pattern, "CN=*" and the relative name "*" too.  A backslash takes the
 * next character, or two hexadecimal digits, literally.  String types are
 * those that RFC 5280 appendix A wants, UTF8String where there is a choice.
 * Returns NULL and sets *len, or what is wrong (a literal).
 */
const char *dn_parse(const char *s, int pattern, uint8_t *out, size_t size,
	    size_t *len);

/* Is this a well-formed name (with pattern: a name or a pattern)? */
int	dn_valid(struct slice der, int pattern);
/* Does it hold a wildcard?  Of what is not well-formed: no. */
int	dn_is_wild(struct slice der);

/*
 * Structured comparison: RDN by RDN, attributes of one RDN in any order,
 * text without regard to its string type, ASCII case and doubled or outer
 * blanks (RFC 5280 section 7.1, as far as OpenSSL's own comparison goes).  0
 * for what is not well-formed.
 */
int	dn_equal(struct slice a, struct slice b);
/* Does the name fit the pattern?  A pattern never fits as a name. */
int	dn_match(struct slice pattern, struct slice name);

/*
 * Octets that are the same for names that dn_equal() finds equal, and for no
 * others: to hash and to digest.  At most four for each of der's; 0 for what
 * is no name, for the empty one, and when size is less than that.
 */
size_t	dn_canon(struct slice der, uint8_t *out, size_t size);

/*
 * A hash of each relative name, the same for what dn_equal() finds equal, 0
 * where a wildcard is.  Returns how many; 0 for what is not well-formed.
 */
unsigned int dn_rdn_hashes(struct slice der, uint64_t hash[DN_RDNS]);

/*
 * The text of a name or pattern, cut where out ends; ASCII alone, what is
 * not printable as \hh; dn_parse() reads it back.  "not a name" if it is not.
 */
char	*dn_print(struct slice der, char *out, size_t size);

#endif /* COMMON_DN_H */
