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
 * libcurl's multi interface on libevent: it says which sockets it wants
 * watched and when it wants to be called; we call it then.
 */

#include <sys/queue.h>
#include <netinet/in.h>

#include <linux/tcp.h>

#include <event2/event.h>
#include <stdlib.h>

#include "log.h"
#include "transfer_int.h"
#include "wipe.h"

#define POKE_MS	50

struct watch {
	LIST_ENTRY(watch) next;
	struct event	*ev;
	CURL		*easy;
	curl_socket_t	 s;
};

static struct event_base *loop;
static struct event *timer, *poke;
static unsigned int poked;	/* transfers that need it */
static CURLM *multi;
static LIST_HEAD(, watch) watches = LIST_HEAD_INITIALIZER(watches);

/* Those that are done; the callee may begin others meanwhile. */
static void
reap(void)
{
	struct transfer *t;
	CURLMsg *m;
	CURLcode rc;
	char *priv;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		rc = m->data.result;
		priv = NULL;
		if (curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    &priv) != CURLE_OK || priv == NULL)
			fatal("a transfer of nobody's");
		t = (struct transfer *)(void *)priv;
		transfer_ended(t, rc);
	}
}

static void
act(curl_socket_t s, int what)
{
	CURLMcode rc;
	int running;

	if ((rc = curl_multi_socket_action(multi, s, what, &running)) !=
	    CURLM_OK && rc != CURLM_BAD_SOCKET)
		fatal("libcurl: %s", curl_multi_strerror(rc));
	reap();
}

/*
 * The octets that came on a socket, by the kernel's count: libldap keeps a
 * whole entry before anybody sees a part of it.
 */
static int
flooded(const struct watch *w)
{
	struct tcp_info ti = { .tcpi_state = 0 };
	socklen_t len = sizeof(ti);
	char *priv = NULL;

	if (w->easy == NULL || curl_easy_getinfo(w->easy, CURLINFO_PRIVATE,
	    &priv) != CURLE_OK || priv == NULL ||
	    getsockopt(w->s, IPPROTO_TCP, TCP_INFO, &ti, &len) == -1)
		return (0);
	return (transfer_flooded((struct transfer *)(void *)priv,
	    ti.tcpi_bytes_received));
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;

	if ((what & EV_READ) && flooded(w))
		return;		/* w is gone with it */
	act(fd, ((what & EV_READ) ? CURL_CSELECT_IN : 0) |
	    ((what & EV_WRITE) ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	act(CURL_SOCKET_TIMEOUT, 0);
}

/*
 * Behind TLS libcurl's LDAP does not say which socket it waits for: while
 * there is such a transfer, all are looked after now and then.
 */
static void
on_poke(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, POKE_MS * 1000 };
	int running;

	(void)fd;
	(void)what;
	(void)arg;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	if (curl_multi_socket_all(multi, &running) != CURLM_OK)
		fatal("libcurl");
#pragma GCC diagnostic pop
	evtimer_add(poke, &tv);
	reap();
}

static int
want_timer(CURLM *m, long ms, void *arg)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)m;
	(void)arg;
	if (ms < 0)
		evtimer_del(timer);
	else
		evtimer_add(timer, &tv);
	return (0);
}

static void
unwatch(struct watch *w)
{
	if (w == NULL)
		return;
	if (w->ev != NULL)
		event_free(w->ev);
	LIST_REMOVE(w, next);
	free(w);
}

static int
want_socket(CURL *easy, curl_socket_t s, int what, void *arg, void *old)
{
	struct watch *w = old;
	short events = EV_PERSIST;

	(void)arg;
	if (what == CURL_POLL_REMOVE) {
		unwatch(w);
		curl_multi_assign(multi, s, NULL);
		return (0);
	}
	if (w == NULL) {
		w = xcalloc(1, sizeof(*w));
		LIST_INSERT_HEAD(&watches, w, next);
		curl_multi_assign(multi, s, w);
	}
	if (w->ev != NULL)
		event_free(w->ev);
	w->easy = easy;
	w->s = s;
	events |= what & CURL_POLL_IN ? EV_READ : 0;
	events |= what & CURL_POLL_OUT ? EV_WRITE : 0;
	if ((w->ev = event_new(loop, s, events, on_socket, w)) == NULL ||
	    event_add(w->ev, NULL) == -1)
		fatal("out of memory");
	return (0);
}

static void
must(CURLMcode rc)
{
	if (rc != CURLM_OK)
		fatal("libcurl: %s", curl_multi_strerror(rc));
}

void
multi_prepare(struct event_base *base)
{
	loop = base;
	if (wipe_curl_init() == -1 ||
	    (multi = curl_multi_init()) == NULL ||
	    (timer = evtimer_new(base, on_timer, NULL)) == NULL ||
	    (poke = evtimer_new(base, on_poke, NULL)) == NULL)
		fatal("libcurl");
	must(curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket));
	must(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer));
	must(curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L));
	must(curl_multi_setopt(multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_NOTHING));
}

void
multi_add(CURL *easy, int blind)
{
	const struct timeval tv = { 0, POKE_MS * 1000 };

	must(curl_multi_add_handle(multi, easy));
	if (blind && poked++ == 0)
		evtimer_add(poke, &tv);
}

void
multi_remove(CURL *easy, int blind)
{
	struct watch *w;

	/* A connection may outlive it, to say goodbye. */
	LIST_FOREACH(w, &watches, next)
		if (w->easy == easy)
			w->easy = NULL;
	must(curl_multi_remove_handle(multi, easy));
	if (blind && --poked == 0)
		evtimer_del(poke);
}
