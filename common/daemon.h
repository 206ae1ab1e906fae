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

#ifndef COMMON_DAEMON_H
#define COMMON_DAEMON_H

/*
 * What a service owes to its terminal and to the service manager.  Linked by
 * the starter alone.
 */

/*
 * Goes into the background unless debug.  The process that was started
 * stays, passes on what the service says on stderr, and exits 0 after
 * daemon_ready() or 1 when the service ends before.  Opens NOTIFY_SOCKET.
 */
void	daemon_begin(const char *name, int debug);

/*
 * The service serves (again): tells the service manager, and lets the first
 * process go, and its stderr.
 */
void	daemon_ready(void);

/* sd_notify(3)'s datagram; nothing without a service manager. */
void	daemon_notify(const char *text);
/* RELOADING=1 with the time, as Type=notify-reload wants it. */
void	daemon_reloading(void);

/* An error line to stderr and, in the background, to syslog. */
void	daemon_error(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

#endif /* COMMON_DAEMON_H */
