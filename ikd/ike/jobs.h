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

#ifndef IKE_JOBS_H
#define IKE_JOBS_H

#include <stdint.h>

/* Our own requests on a session that is up, one after the other. */
struct session;

enum job_kind {
	JOB_NONE, JOB_CHILD_NEW, JOB_CHILD_REKEY, JOB_CHILD_DELETE,
	JOB_IKE_REKEY, JOB_IKE_DELETE, JOB_PROBE, JOB_AUTH_FAILED,
	JOB_CRASH_TOKEN, JOB_TICKET,
	/* MOBIKE; spi_in: of the path, struct mobike's serial. */
	JOB_MOVE, JOB_ADDRS, JOB_CHECK
};

void	job_add(struct session *, enum job_kind, uint32_t child,
	    uint32_t spi_in, unsigned int code);
/* The same, not before so many milliseconds. */
void	job_later(struct session *, enum job_kind, uint32_t child,
	    uint32_t spi_in, unsigned int code, uint32_t ms);
void	job_run(struct session *);
void	job_clear(struct session *);
void	job_inherit(struct session *from, struct session *to);
/*
 * An SA that has an heir ends: what is asked for under it, and not answered,
 * the heir asks for anew.
 */
void	job_hand_on(const struct session *);
/*
 * 1: something about a child waits for the additional key exchanges of the
 * peer's rekey of the IKE SA, and another rekey would hold it up still.
 */
int	job_is_held(const struct session *);

#endif /* IKE_JOBS_H */
