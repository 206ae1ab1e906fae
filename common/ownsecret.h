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


#ifndef COMMON_OWNSECRET_H
#define COMMON_OWNSECRET_H

#include "roles.h"

struct event_base;
struct sn_secret;

/*
 * The secrets of a role that has few: the files of private/ROLE as the
 * starter sends them on descriptor OWNSECRET_FD, in locked memory.  Linked
 * by certd-fetch and certd-token.
 */
#define OWNSECRET_FD	4
#define OWNSECRET_MAX	16	/* files */

/* Before the door: their memory is locked. */
void	ownsecret_prepare(void);
/*
 * Listens for them from now on; changed (may be NULL) is called when others
 * have come.
 */
void	ownsecret_start(struct event_base *base, enum role r,
	    void (*changed)(void));
/* Reads what has been sent already. */
void	ownsecret_read(void);
/* By the file's name; NULL: none. */
const struct sn_secret *ownsecret_find(const char *name);
/*
 * Its first line, without the newline, as a string into out: its length, or
 * -1: it is empty, has a null octet or does not fit.
 */
long	ownsecret_line(const struct sn_secret *s, char *out, size_t size);

#endif /* COMMON_OWNSECRET_H */
