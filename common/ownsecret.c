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


/* Secrets of a role that has few, from the starter. */
#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "log.h"
#include "ownsecret.h"
#include "pipe.h"
#include "proto_ctl.h"
#include "proto_snap.h"
#include "snap.h"

static struct {
	struct pipe	*pipe;
	enum role	 role;
	void		(*changed)(void);
	struct sn_secret v[OWNSECRET_MAX];
	unsigned int	 n;
} own;

static const char *
take(void *arg, uint16_t type, const void *val)
{
	const struct sn_secret *s = val;

	(void)arg;
	if (type != SNAP_SECRET || s->kind != SECRET_OWN)
		return ("a row that is no secret of ours");
	if (own.n == OWNSECRET_MAX)
		return ("more files than are taken");
	own.v[own.n++] = *s;
	return (NULL);
}

static void
on_secrets(void *arg, const void *body, int fd)
{
	const struct mq_secrets *m = body;
	const char *why;

	(void)arg;
	explicit_bzero(own.v, sizeof(own.v));
	own.n = 0;
	why = snap_read(fd, own.role, m->generation, take, NULL);
	close(fd);
	if (why != NULL)
		log_error(LS_POLICY, "secrets: %s", why);
	if (own.changed != NULL)
		own.changed();
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	(void)p;
	if (why != NULL)
		fatal("the starter's pipe: %s", why);
	_exit(0);
}

static const struct pipe_handler handlers[] = {
	{ M_SECRETS, on_secrets },
	{ 0, NULL }
};
static const struct pipe_ops ops = { handlers, on_broken };

void
ownsecret_prepare(void)
{
	if (mlock(&own, sizeof(own)) == -1)
		log_warn(LS_CORE, "secrets cannot be locked in memory");
}

void
ownsecret_start(struct event_base *base, enum role r, void (*changed)(void))
{
	own.role = r;
	own.changed = changed;
	own.pipe = pipe_new(base, OWNSECRET_FD, r == ROLE_FETCH ?
	    &proto_start_fetch : &proto_start_token, SIDE_B, &ops, NULL);
}

void
ownsecret_read(void)
{
	if (own.pipe != NULL)
		pipe_read_now(own.pipe);
}

const struct sn_secret *
ownsecret_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < own.n; i++)
		if (strcmp(own.v[i].name, name) == 0)
			return (&own.v[i]);
	return (NULL);
}

long
ownsecret_line(const struct sn_secret *s, char *out, size_t size)
{
	size_t n = 0;

	while (n < s->data_len && s->data[n] != '\n' && s->data[n] != '\r')
		if (s->data[n++] == '\0')
			return (-1);
	if (n == 0 || n >= size)
		return (-1);
	memcpy(out, s->data, n);
	out[n] = '\0';
	return ((long)n);
}
