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

#ifndef PARENT_REUSEPORT_H
#define PARENT_REUSEPORT_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The classic BPF program of a SO_REUSEPORT group.  Sockets are bound in the
 * order worker 0 .. worker N-1, then ikd-esp's on the NAT-T port; the program
 * returns that index.
 */
#define REUSEPORT_MAX	48	/* instructions, more than the longest */

/*
 * Writes the program into out[REUSEPORT_MAX].  natt: the port has a marker (RFC
 * 7296 section 2.23) and ikd-esp is the last of the group.  Returns the
 * number of instructions.
 */
size_t	 reuseport_program(struct sock_filter *out, unsigned int workers,
	    int natt, uint64_t seed);

#endif /* PARENT_REUSEPORT_H */
