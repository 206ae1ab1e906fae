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

/*
 * HTTP for a scraper: libevent's server.  Who asks waits until tmd has
 * answered; a few may wait at a time, and none for long.
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <string.h>

#include "log.h"
#include "metrics.h"

#define WAITING_MAX	16
#define IDLE_SECONDS	15	/* of a connection, and longer than a page */
#define HEAD_OCTETS	8192
#define PATH		"/metrics"
#define TYPE		"application/openmetrics-text; version=1.0.0; " \
			"charset=utf-8"

static struct evhttp_request *waiting[WAITING_MAX];

/* Its connection has ended, and it with it. */
static void
on_close(struct evhttp_connection *c, void *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < WAITING_MAX; i++)
		if (waiting[i] != NULL &&
		    evhttp_request_get_connection(waiting[i]) == c)
			waiting[i] = NULL;
}

static void
answer(struct evhttp_request *r, struct evbuffer *page, const char *why)
{
	struct evbuffer *copy;

	evhttp_connection_set_closecb(evhttp_request_get_connection(r), NULL,
	    NULL);
	if (page == NULL) {
		evhttp_send_error(r, HTTP_SERVUNAVAIL, why);
		return;
	}
	if ((copy = evbuffer_new()) == NULL ||
	    evbuffer_add_buffer_reference(copy, page) == -1 ||
	    evhttp_add_header(evhttp_request_get_output_headers(r),
	    "Content-Type", TYPE) == -1)
		fatal("no memory");
	evhttp_send_reply(r, HTTP_OK, "OK", copy);
	evbuffer_free(copy);
}

static void
collected(struct evbuffer *page, const char *why)
{
	struct evhttp_request *r;
	size_t i;

	for (i = 0; i < WAITING_MAX; i++) {
		r = waiting[i];
		waiting[i] = NULL;
		if (r != NULL)
			answer(r, page, why);
	}
}

static void
on_metrics(struct evhttp_request *r, void *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < WAITING_MAX && waiting[i] != NULL; i++)
		;
	if (i == WAITING_MAX) {
		evhttp_send_error(r, HTTP_SERVUNAVAIL, "too many at once");
		return;
	}
	waiting[i] = r;
	evhttp_connection_set_closecb(evhttp_request_get_connection(r),
	    on_close, NULL);
	asks_collect();
}

static void
on_other(struct evhttp_request *r, void *arg)
{
	(void)arg;
	evhttp_send_error(r, HTTP_NOTFOUND, "only " PATH " is here");
}

void
serve_start(struct event_base *base, int fd)
{
	struct evhttp *http = evhttp_new(base);

	if (http == NULL || evhttp_set_cb(http, PATH, on_metrics, NULL) != 0 ||
	    evhttp_accept_socket(http, fd) != 0)
		fatal("no HTTP server");
	evhttp_set_gencb(http, on_other, NULL);
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_timeout(http, IDLE_SECONDS);
	evhttp_set_max_headers_size(http, HEAD_OCTETS);
	evhttp_set_max_body_size(http, 0);
	asks_init(base, collected);
}
