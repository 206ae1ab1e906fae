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

#ifndef COMMON_KEYPURPOSE_H
#define COMMON_KEYPURPOSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a private key is for.  Its PEM file says so by a line of text before
 * the key ("ikd key purpose: ike", RFC 7468 section 2 allows such text and
 * every reader passes over it); where it says nothing, the file's place does:
 * private/ca is the authorities', private/ is IKE's.
 */
enum key_purpose { PURPOSE_NONE, PURPOSE_IKE, PURPOSE_TLS, PURPOSE_CA,
	PURPOSE_UNKNOWN };

#define KEY_PURPOSE	"ikd key purpose: "	/* and its name */

/*
 * What the octets of a file say before the first "-----BEGIN ": PURPOSE_NONE
 * when nothing, as DER does, PURPOSE_UNKNOWN when two things or no purpose
 * that we know.
 */
enum key_purpose key_purpose(const uint8_t *p, size_t len);
/* "ike", "tls", "ca"; "unknown"; "ike" for PURPOSE_NONE. */
const char	*key_purpose_name(enum key_purpose purpose);
/* Of a word, PURPOSE_UNKNOWN when it is none. */
enum key_purpose key_purpose_of(const char *word, size_t len);
/* NULL, or a literal: why IKE does not sign with a key of that purpose. */
const char	*key_purpose_not_ike(enum key_purpose purpose);

#endif /* COMMON_KEYPURPOSE_H */
