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

#ifndef IKE_SESSION_LOG_H
#define IKE_SESSION_LOG_H

#include <stdint.h>

#include "log.h"

/* Log lines about a session, with its fields (common/log.h). */
struct session;

/* The tunnel's name, or the peer's address: for people; static buffer. */
const char	*session_name(const struct session *s);

/* "NAME: text" and the fields; child 0: it is about none. */
void	session_log(const struct session *s, uint32_t child,
	    enum log_sub sub, enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));

/* Nothing is made for a line that nobody wants. */
#define session_debug(s, child, sub, ...) do {				\
	if (log_wants(sub, LOG_L_DEBUG))				\
		session_log(s, child, sub, LOG_L_DEBUG, __VA_ARGS__);	\
} while (0)

#endif /* IKE_SESSION_LOG_H */
