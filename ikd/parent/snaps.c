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
 * The sealed snapshots of the generation that holds and of the one being
 * prepared.  A restarted role gets the committed one, never the file.
 */
#include <fcntl.h>
#include <unistd.h>

#include "life.h"
#include "proto_start.h"
#include "snap.h"

static struct slot {
	int		 have;		/* fd is valid */
	int		 fd;
	uint32_t	 generation;
} committed[ROLE_MAX], standby[ROLE_MAX], base[ROLE_MAX];
static int on_trial;	/* base has what holds if nobody says keep */

int
snaps_consumer(enum role role)
{
	return (role == ROLE_PARENT || role == ROLE_IKE || role == ROLE_SIGN ||
	    role == ROLE_CERTD || role == ROLE_FETCH || role == ROLE_TMD ||
	    role == ROLE_TOKEN);
}

/* What tmd-policy leaves for the next of its kind goes with the others. */
static int
has_slot(unsigned int r)
{
	return (r < ROLE_MAX && (snaps_consumer(r) || r == ROLE_POLICY));
}

static void
put(struct slot *s, int fd, uint32_t generation)
{
	if (s->have)
		close(s->fd);
	*s = (struct slot){ fd != -1, fd, generation };
}

void
snaps_standby(unsigned int consumer, int fd)
{
	if (!has_slot(consumer)) {
		close(fd);
		return;
	}
	put(&standby[consumer], fd, 0);
}

void
snaps_drop_standby(void)
{
	unsigned int r;

	for (r = 0; r < ROLE_MAX; r++)
		put(&standby[r], -1, 0);
}

static void
tell_starter(struct parent *p)
{
	struct ms_keep m;
	unsigned int r;

	for (r = 0; r < ROLE_MAX; r++) {
		if (!committed[r].have)
			continue;
		m.consumer = (uint8_t)r;
		m.generation = committed[r].generation;
		starter_send(p, M_KEEP, &m, snaps_dup(r, 0));
	}
}

void
snaps_commit(struct parent *p, uint32_t generation, int trial)
{
	unsigned int r;

	for (r = 0; r < ROLE_MAX; r++) {
		if (!standby[r].have)
			continue;
		if (trial && !on_trial && committed[r].have) {
			put(&base[r], committed[r].fd,
			    committed[r].generation);
			committed[r].have = 0;
		}
		put(&committed[r], standby[r].fd, generation);
		standby[r] = (struct slot){ 0, -1, 0 };
	}
	if (trial)
		on_trial = 1;
	else
		tell_starter(p);
}

void
snaps_keep(struct parent *p)
{
	tell_starter(p);
	snaps_base_drop();
}

void
snaps_back(void)
{
	unsigned int r;

	for (r = 0; r < ROLE_MAX; r++)
		if (base[r].have)
			snaps_standby(r, fcntl(base[r].fd, F_DUPFD_CLOEXEC,
			    3));
}

void
snaps_base_drop(void)
{
	unsigned int r;

	for (r = 0; r < ROLE_MAX; r++)
		put(&base[r], -1, 0);
	on_trial = 0;
}

void
snaps_kept(unsigned int consumer, uint32_t generation, int fd)
{
	if (!has_slot(consumer)) {
		close(fd);
		return;
	}
	put(&standby[consumer], fd, generation);
}

uint32_t
snaps_kept_generation(void)
{
	uint32_t g = standby[ROLE_PARENT].generation;
	unsigned int r;

	for (r = 0; r < ROLE_MAX; r++)
		if (snaps_consumer(r) &&
		    (!standby[r].have || standby[r].generation != g))
			return (0);
	return (g);
}

int
snaps_dup(unsigned int consumer, int from_standby)
{
	const struct slot *s = from_standby ? &standby[consumer] :
	    &committed[consumer];

	return (s->have ? fcntl(s->fd, F_DUPFD_CLOEXEC, 3) : -1);
}

int
snaps_own(int from_standby)
{
	const struct slot *s = from_standby ? &standby[ROLE_PARENT] :
	    &committed[ROLE_PARENT];

	return (s->have ? s->fd : -1);
}

const char *
snaps_suite(int fd, uint32_t generation, struct sn_suite *out)
{
	struct snap_rows	*r;
	const char		*why;
	size_t			 i;

	*out = (struct sn_suite){ 0 };
	if ((r = snap_rows_open(fd, ROLE_PARENT, generation, &why)) == NULL)
		return (why);
	for (i = 0; i < snap_rows_count(r); i++)
		if (snap_rows_type(r, i) == SNAP_SUITE)
			break;
	if (i < snap_rows_count(r))
		why = snap_rows_decode(r, i, out);
	snap_rows_close(r);
	if (why == NULL && (out->port_ike == 0 || out->port_natt == 0 ||
	    out->port_ike == out->port_natt || out->workers > WORKERS_MAX ||
	    out->log_level > LOG_L_DEBUG || out->ctl_name[0] == '\0'))
		why = "the parent's snapshot has no sound SUITE row";
	return (why);
}
