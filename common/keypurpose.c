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

/* What a private key's file says it is for. */

#include <string.h>

#include "keypurpose.h"

#define BEGINS		"-----BEGIN "

static const char *const names[] = {
	[PURPOSE_NONE] = "ike", [PURPOSE_IKE] = "ike", [PURPOSE_TLS] = "tls",
	[PURPOSE_CA] = "ca", [PURPOSE_UNKNOWN] = "unknown"
};

const char *
key_purpose_name(enum key_purpose purpose)
{
	return (names[purpose]);
}

enum key_purpose
key_purpose_of(const char *word, size_t len)
{
	enum key_purpose k;

	for (k = PURPOSE_IKE; k < PURPOSE_UNKNOWN; k++)
		if (strlen(names[k]) == len &&
		    memcmp(names[k], word, len) == 0)
			return (k);
	return (PURPOSE_UNKNOWN);
}

const char *
key_purpose_not_ike(enum key_purpose purpose)
{
	switch (purpose) {
	case PURPOSE_NONE:
	case PURPOSE_IKE:
		return (NULL);
	case PURPOSE_TLS:
		return ("is a key of TLS, as its file says; IKE signs with "
		    "keys of IKE alone: ikectl key create");
	case PURPOSE_CA:
		return ("is an authority's key, as its file says; IKE signs "
		    "with keys of IKE alone: ikectl key create");
	default:
		return ("says a purpose that is none of ike, tls and ca");
	}
}

/* A line without its end. */
static enum key_purpose
line_says(const uint8_t *p, size_t len)
{
	const size_t head = strlen(KEY_PURPOSE);

	if (len > 0 && p[len - 1] == '\r')
		len--;
	if (len < head || memcmp(p, KEY_PURPOSE, head) != 0)
		return (PURPOSE_NONE);
	return (key_purpose_of((const char *)p + head, len - head));
}

enum key_purpose
key_purpose(const uint8_t *p, size_t len)
{
	enum key_purpose says, all = PURPOSE_NONE;
	const uint8_t *eol;
	size_t at, n;

	for (at = 0; at < len; at += n + 1) {
		eol = memchr(p + at, '\n', len - at);
		n = eol != NULL ? (size_t)(eol - p) - at : len - at;
		if (n >= strlen(BEGINS) &&
		    memcmp(p + at, BEGINS, strlen(BEGINS)) == 0)
			break;
		says = line_says(p + at, n);
		if (all == PURPOSE_NONE)
			all = says;
		else if (says != PURPOSE_NONE && says != all)
			all = PURPOSE_UNKNOWN;
	}
	return (all);
}
