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


#ifndef COMMON_HANDOUT_H
#define COMMON_HANDOUT_H

#include <sys/types.h>

#include <stdint.h>

struct event_base;

/*
 * Secrets to those who may have them, each its own (proto_start_sign and the
 * like).  Linked by the starter alone.
 */

/*
 * A new pipe to this role: its end, or -1: this role has no secrets.  In
 * certd-sign's lies the secret of the machine then, from the directory state,
 * which is called where.
 */
int	handout_pipe(struct event_base *base, unsigned int role, int state,
	    const char *where);

/*
 * What rootfile_secrets() reads goes down that pipe, if there is one, now.
 */
void	handout_push(unsigned int role, int dir, const char *where,
	    uint32_t generation, uid_t signer);

#endif /* COMMON_HANDOUT_H */
