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

#ifndef COMMON_ID_H
#define COMMON_ID_H

#include <stddef.h>

#include "proto_types.h"

/*
 * Identities as RFC 7296 section 3.5 numbers them (wt_id.type), with the
 * text forms of the policy file: ip: fqdn: email: dn: keyid:, and as patterns
 * subnet: and range: (id_net.h).
 * struct wt_id: type, data; type 0 means "any".
 */
enum id_type {
	ID_ANY = 0, ID_IPV4_ADDR = 1, ID_FQDN = 2, ID_RFC822_ADDR = 3,
	ID_IPV6_ADDR = 5, ID_DER_ASN1_DN = 9, ID_DER_ASN1_GN = 10,
	ID_KEY_ID = 11
};
#define ID_MAX		512	/* octets of identification data */

/*
 * Parses "fqdn:gw.example.com", "keyid:0x2a", "dn:C=DE, O=Acme, CN=*", or a
 * bare value whose type is guessed (address, a=b for a DN, user@host, else
 * fqdn).  Returns NULL, or what is wrong.
 */
const char *id_parse(const char *s, struct wt_id *id);
/*
 * "fqdn:gw.example.com"; addresses print bare.  ASCII, whatever a peer wrote;
 * a DN whose octets are none prints as hexadecimal.
 */
char	*id_print(const struct wt_id *id, char *out, size_t size);
/*
 * Equal: type and data; FQDN and mail domains without case, DNs as dn.h
 * compares them.
 */
int	id_equal(const struct wt_id *a, const struct wt_id *b);
/*
 * Does what the peer said (id) match what we expect?  want may be any, or a
 * wildcard: fqdn:*.x.example, email:*@x.example, dn:O=Acme, CN=*.  A star in
 * id is a star; a DN that is a pattern, or no name at all, matches nothing.
 */
int	id_match(const struct wt_id *want, const struct wt_id *id);
#define ID_CANON_MAX	(2 + 4 * ID_MAX)
/*
 * Octets that are the same for equal IDs and for no others, to hash and to
 * digest; returns how many.
 */
size_t	id_canon(const struct wt_id *id, uint8_t out[ID_CANON_MAX]);
/* FNV-1a of these: id_equal()'s equals have one hash. */
uint32_t id_hash(const struct wt_id *id);
/*
 * fqdn:*.x.example, dn:CN=*, subnet:, range: it can be matched, but nobody
 * can be asked for it.
 */
int	id_is_wild(const struct wt_id *id);
void	id_from_addr(const struct wt_addr *a, struct wt_id *id);
/*
 * A copy for keeping, without the room that it does not use: to be copied by
 * id_copy() alone, freed by free(3).
 */
struct wt_id *id_keep(const struct wt_id *id);
void	id_copy(struct wt_id *to, const struct wt_id *from);
#define ID_BODY_MAX	(4 + 512)

/* Of an ID payload: type, three zero octets, data.  Returns its length. */
size_t	id_body_make(const struct wt_id *id, uint8_t body[ID_BODY_MAX]);

/*
 * The reverse.  Returns NULL, or a literal that says what is wrong; the
 * reserved octets may hold anything (RFC 7296 section 3.5).
 */
const char *id_body_read(struct slice body, struct wt_id *id);

/* AIX's name of the type: "Fully_Qualified_Domain_Name". */
const char *id_type_aix(unsigned int type);

#endif /* COMMON_ID_H */
