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
 * The secrets socket: ikectl, run by root, tells us of a file of psk/ or ppk/
 * that it has written or removed, so that no reload is needed, and brings a
 * private key that it has opened with its passphrase.
 */

#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "proto_ctl.h"
#include "sign.h"

#define CONNS_MAX	8	/* root's sessions at a time */
#define SHOWN_OCTETS	4	/* of a key's fingerprint */

struct conn {
	struct sign	*sign;
	struct pipe	*pipe;
	int		 greeted;
};

/* What is said of psk/, and of ppk/. */
struct kind {
	const char	*name;
	const char	*word;
	uint16_t	 put_done, list_done;
};
static const struct kind psk = { "psk", "pre-shared key", M_SEC_PUT_DONE,
	M_SEC_LIST_DONE };
static const struct kind ppk = { "ppk", "post-quantum pre-shared key",
	M_SEC_PPK_DONE, M_SEC_PPK_LIST_DONE };

struct secrets {
	int		 fd;
	struct event	*ev;
	struct conn	 conns[CONNS_MAX];
};

static void
done(struct conn *c, uint16_t type, uint32_t req, enum ctl_exit status,
    const char *text)
{
	struct mq_done m = { .req = req, .status = (uint8_t)status };

	wire_text_copy(m.text, sizeof(m.text), text);
	pipe_send(c->pipe, type, &m, -1);
}

static void
on_hello(void *arg, const void *body, int fd)
{
	const struct mq_hello *m = body;
	struct conn *c = arg;
	struct mq_welcome w = { .major = CTL_VERSION_MAJOR,
	    .minor = CTL_VERSION_MINOR, .level = CTL_SECRETS,
	    .generation = c->sign->s.generation };

	(void)fd;
	pipe_set_phase(c->pipe, PH_RUN);
	c->greeted = m->major == CTL_VERSION_MAJOR;
	wire_text_copy(w.program, sizeof(w.program),
	    "certd-sign " IKD_VERSION);
	pipe_send(c->pipe, M_SEC_WELCOME, &w, -1);
}

static int
may_ask(struct conn *c, uint16_t type, uint32_t req)
{
	if (c->greeted)
		return (1);
	done(c, type, req, CTL_REFUSED, "ikectl and the service are of "
	    "different versions, or no greeting was said");
	return (0);
}

static int
name_ok(const char *name)
{
	return (name[0] != '\0' && name[0] != '.' &&
	    strchr(name, '/') == NULL);
}

/* The ring in force, and the one that waits in a PREPARE; NULL: none. */
static void
rings(const struct sign *sg, const struct kind *k, struct keyring *out[2])
{
	out[0] = k == &psk ? sg->s.keys : sg->s.ppks;
	out[1] = k == &psk ? sg->next_keys : sg->next_ppks;
}

/* Does the running policy need it?  *who is what names it. */
static int
is_used(const struct sign *sg, const struct kind *k, const char *name,
    const char **who)
{
	return ((k == &psk ? decide_key_used : decide_ppk_used)(sg->s.entries,
	    name, who));
}

static void
forget(struct conn *c, const struct kind *k, const struct mq_psk *m)
{
	struct keyring *ring[2];
	char text[MSG_TEXT];
	const char *who;
	int i, had = 0;

	rings(c->sign, k, ring);
	for (i = 0; i < 2; i++)
		if (ring[i] != NULL)
			had |= keyring_forget(ring[i], m->name);
	if (!had) {
		snprintf(text, sizeof(text), "no key %s is loaded", m->name);
		done(c, k->put_done, m->req, CTL_REFUSED, text);
		return;
	}
	log_notice(LS_POLICY, "%s %s forgotten", k->word, m->name);
	text[0] = '\0';
	if (is_used(c->sign, k, m->name, &who))
		snprintf(text, sizeof(text), "the running policy still names "
		    "it (%s): what needs it will fail", who);
	done(c, k->put_done, m->req, CTL_OK, text);
}

/* The key may wait in a PREPAREd ring too; both see the new one. */
static void
put(struct conn *c, const struct kind *k, const struct mq_psk *m)
{
	struct keyring *ring[2];
	const char *why = NULL;
	int i;

	rings(c->sign, k, ring);
	for (i = 0; i < 2; i++)
		if (why == NULL && ring[i] != NULL)
			why = keyring_put(ring[i], m->name, m->secret,
			    m->secret_len);
	if (why != NULL) {
		done(c, k->put_done, m->req, CTL_REFUSED, why);
		return;
	}
	log_notice(LS_POLICY, "%s %s taken", k->word, m->name);
	done(c, k->put_done, m->req, CTL_OK, ring[0] != NULL ? "" :
	    "no policy is running yet: the file is read when one is");
}

static void
take(struct conn *c, const struct kind *k, const struct mq_psk *m)
{
	if (!may_ask(c, k->put_done, m->req))
		return;
	if (!name_ok(m->name))
		done(c, k->put_done, m->req, CTL_REFUSED,
		    "not a name a key may have");
	else if (m->secret_len == 0)
		forget(c, k, m);
	else
		put(c, k, m);
}

static void
on_put(void *arg, const void *body, int fd)
{
	(void)fd;
	take(arg, &psk, body);
}

static void
on_ppk_put(void *arg, const void *body, int fd)
{
	(void)fd;
	take(arg, &ppk, body);
}

static void
add_kv(struct mq_row *row, const char *k, const char *v)
{
	struct wt_kv *kv = &row->kv[row->kv_n++];

	wire_text_copy(kv->k, sizeof(kv->k), k);
	wire_text_copy(kv->v, sizeof(kv->v), v);
}

static void
send_key(struct conn *c, const struct kind *k, uint32_t req,
    const struct key *key, struct mq_row *row)
{
	struct slice secret = { key->data, key->len };
	char text[2 * SHOWN_OCTETS + 32] = "";
	uint8_t fp[32];
	int i;

	memset(row, 0, sizeof(*row));
	row->req = req;
	wire_text_copy(row->kind, sizeof(row->kind), k->name);
	add_kv(row, "name", key->name);
	snprintf(text, sizeof(text), "%zu", key->len);
	add_kv(row, "length", text);
	text[0] = '\0';
	if (key->problem[0] == '\0') {
		tickets_fingerprint(c->sign->s.tickets, secret, fp);
		for (i = 0; i < SHOWN_OCTETS; i++)
			snprintf(text + 2 * i, 3, "%02x", fp[i]);
	}
	add_kv(row, "fingerprint", text);
	add_kv(row, "used", is_used(c->sign, k, key->name, NULL) ? "yes" :
	    "no");
	add_kv(row, "problem", key->problem);
	pipe_send(c->pipe, M_SEC_ROW, row, -1);
}

static void
list(struct conn *c, const struct kind *k, const struct mq_list *m)
{
	struct keyring *ring[2];
	const struct key *key;
	struct mq_row *row;
	size_t i;

	if (!may_ask(c, k->list_done, m->req))
		return;
	rings(c->sign, k, ring);
	row = xcalloc(1, sizeof(*row));
	for (i = 0; ring[0] != NULL && (key = keyring_at(ring[0], i)) != NULL;
	    i++)
		send_key(c, k, m->req, key, row);
	free(row);
	done(c, k->list_done, m->req, CTL_OK, "");
}

static void
on_list(void *arg, const void *body, int fd)
{
	(void)fd;
	list(arg, &psk, body);
}

static void
on_ppk_list(void *arg, const void *body, int fd)
{
	(void)fd;
	list(arg, &ppk, body);
}

static void
conn_broken(void *arg, struct pipe *p, const char *why)
{
	struct conn *c = arg;

	if (why != NULL)
		log_notice(LS_CORE, "secrets socket: %s", why);
	c->pipe = NULL;
	pipe_free(p);
}

static void
on_unlock(void *arg, const void *body, int fd)
{
	const struct mq_unlock *m = body;
	struct conn *c = arg;
	const char *why;

	(void)fd;
	if (!may_ask(c, M_SEC_UNLOCK_DONE, m->req))
		return;
	why = locked_open(c->sign, m->name, m->file, m->key, m->key_len);
	done(c, M_SEC_UNLOCK_DONE, m->req, why == NULL ? CTL_OK :
	    CTL_REFUSED, why == NULL ? "" : why);
}

static const struct pipe_handler conn_handlers[] = {
	{ M_SEC_HELLO, on_hello },
	{ M_PSK_PUT, on_put },
	{ M_PSK_LIST, on_list },
	{ M_PPK_PUT, on_ppk_put },
	{ M_PPK_LIST, on_ppk_list },
	{ M_KEY_UNLOCK, on_unlock },
	{ 0, NULL }
};
static const struct pipe_ops conn_ops = { conn_handlers, conn_broken };

/* Root alone, whatever the socket's mode says. */
static int
is_root(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		return (0);
	if (cred.uid != 0)
		log_warn(LS_CORE, "secrets socket: uid %u is refused",
		    cred.uid);
	return (cred.uid == 0);
}

static struct conn *
free_conn(struct secrets *ss)
{
	size_t i;

	for (i = 0; i < CONNS_MAX; i++)
		if (ss->conns[i].pipe == NULL)
			return (&ss->conns[i]);
	return (NULL);
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct sign *sg = arg;
	struct conn *c = free_conn(sg->secrets);
	int fd;

	(void)what;
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			log_warn(LS_CORE, "secrets socket: %s",
			    strerror(errno));
		return;
	}
	if (!is_root(fd) || c == NULL) {
		close(fd);
		return;
	}
	c->sign = sg;
	c->greeted = 0;
	c->pipe = pipe_new(sg->role->base, fd, &proto_secrets, SIDE_B,
	    &conn_ops, c);
	pipe_set_phase(c->pipe, PH_START);
}

void
secrets_close(struct sign *sg)
{
	struct secrets *ss = sg->secrets;
	size_t i;

	if (ss == NULL)
		return;
	for (i = 0; i < CONNS_MAX; i++)
		pipe_free(ss->conns[i].pipe);
	event_free(ss->ev);
	close(ss->fd);
	free(ss);
	sg->secrets = NULL;
}

void
secrets_listen(struct sign *sg, int fd)
{
	struct secrets *ss;

	secrets_close(sg);
	ss = sg->secrets = xcalloc(1, sizeof(*ss));
	(void)evutil_make_socket_nonblocking(fd);
	ss->fd = fd;
	ss->ev = event_new(sg->role->base, fd, EV_READ | EV_PERSIST,
	    on_accept, sg);
	if (ss->ev == NULL || event_add(ss->ev, NULL) == -1)
		fatal("secrets socket: cannot watch it");
}
