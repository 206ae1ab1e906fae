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

/* Names: one rule for all of them. */

#include <string.h>

#include "name.h"
#include "proto_types.h"
#include "wire.h"

const char *
name_wrong(const char *s)
{
	size_t len = strlen(s);

	if (len == 0)
		return ("a name cannot be empty");
	if (len > NAME_MAX_LEN)
		return ("a name has at most 64 characters");
	if (!wire_text_ok(s, len))
		return ("a name must be printable");
	if (strpbrk(s, "/,") != NULL)
		return ("a name has no \"/\" and no \",\"");
	if (s[0] == ' ' || s[len - 1] == ' ')
		return ("a name does not begin or end with a blank");
	if (strspn(s, "0123456789.") == len)
		return ("a name is not a number");
	return (NULL);
}

const char *
name_file_wrong(const char *s)
{
	if (s[0] == '.' || s[0] == '-')
		return ("a file's name does not begin with \".\" or \"-\"");
	return (name_wrong(s));
}
