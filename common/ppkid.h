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

#ifndef COMMON_PPKID_H
#define COMMON_PPKID_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/*
 * Names of post-quantum pre-shared keys: the PPK_ID of RFC 8784 section 5.1,
 * an octet for its type and the identifier behind it.
 */
#define PPK_ID_MAX	256 /* octets of a PPK_ID; a longer one is no one's */
#define PPK_NAME_MAX	128	/* of one in the policy, as written there */
#define PPK_SHOWN	160	/* of one in a sentence, with its end */
#define PPK_TOLD	319	/* octets of words on a PPK, in a verdict */
#define PPK_CONF_LEN	8	/* RFC 9867: PPK Confirmation */
#define PPK_KEYS	8	/* PPKs offered in one IKE_INTERMEDIATE */
#define PPK_GOOD	32	/* octets: RFC 8784 section 6 wants 256 bits */

enum ppk_id_type { PPK_ID_OPAQUE = 1, PPK_ID_FIXED = 2 };

/*
 * The PPK_ID that text of the policy stands for: "opaque:NAME" is one of type
 * 1, anything else of type 2.  NULL with *len set, or what is wrong.
 */
const char *ppk_id_read(const char *text, uint8_t out[PPK_ID_MAX],
	    size_t *len);

/*
 * The reverse; what is not printable, or of another type, in hexadecimal, cut
 * where out ends.  Returns out.
 */
char	*ppk_id_print(struct slice id, char *out, size_t size);

#endif /* COMMON_PPKID_H */
