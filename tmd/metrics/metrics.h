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

#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

struct event_base;
struct evbuffer;

/*
 * asks.c: tmd is asked like by any other client that may only look; one
 * collection at a time, for all who wait.
 */
#define ASK_SECONDS	10	/* then tmd does not answer */
#define OTHER_SECONDS	2 /* whom tmd asks in turn: the page goes without */
/* page NULL: tmd did not answer, and why says so. */
typedef void	asks_done(struct evbuffer *page, const char *why);
void		 asks_init(struct event_base *base, asks_done *done);
/* The pipe to tmd; owns fd, and an older one goes. */
void		 asks_pipe(int fd);
void		 asks_gone(void);
/* Collects, if it does not already. */
void		 asks_collect(void);

/* serve.c: GET /metrics on the listening socket, which it owns. */
void		 serve_start(struct event_base *base, int fd);

#endif /* METRICS_METRICS_H */
