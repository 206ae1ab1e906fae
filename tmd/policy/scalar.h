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

#ifndef POLICY_SCALAR_H
#define POLICY_SCALAR_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * The values of the policy file as text, both ways.  Pure.  The parsers
 * return 0, or -1 when the text is not one of the kind.
 */

/* A decimal number without sign or blanks. */
int	scalar_number(const char *s, uint64_t *v);
/* 30s 5m 4h 7d, bare: seconds. */
int	scalar_time(const char *s, uint64_t *v);
/* Octets: bare, or KB MB GB TB in steps of 1024. */
int	scalar_size(const char *s, uint64_t *v);
/* 5% */
int	scalar_percent(const char *s, uint64_t *v);
/* yes no true false */
int	scalar_bool(const char *s, uint64_t *v);
/* 1.8 as 180: at most two digits behind the point. */
int	scalar_factor(const char *s, uint64_t *v);
/* "500" or "1000-2000" of 0..65535, in order. */
int	scalar_ports(const char *s, uint64_t *lo, uint64_t *hi);
/* A protocol's name or number 1-255; "any" is 0. */
int	scalar_protocol(const char *s, uint64_t *v);
const char *scalar_protocol_name(uint64_t v);	/* NULL: number only */
/* Address, prefix, or range a-b; any protocol and port. */
int	scalar_net(const char *s, struct wt_ts *ts);

/* The shortest text that reads back to the same value. */
char	*scalar_print_time(uint64_t v, char *out, size_t size);
char	*scalar_print_size(uint64_t v, char *out, size_t size);

/* Is it the name of a file, no path?  NULL, or why not. */
const char *scalar_file_wrong(const char *s);
/* The same, of that directory; why may be in out (FILE_WHY). */
#define FILE_WHY	96
const char *scalar_file_wrong_in(const char *s, const char *dir, char *out,
	    size_t size);

#endif /* POLICY_SCALAR_H */
