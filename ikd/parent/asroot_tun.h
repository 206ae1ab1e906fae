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

#ifndef PARENT_ASROOT_TUN_H
#define PARENT_ASROOT_TUN_H

#include <sys/types.h>

/* The device into which everything for a tunnel is routed. */
#define TUN_NAME	"ikd0"
#define TUN_MTU		1400		/* + ESP, UDP, IPv6 <= 1500 */

/* Before the door: opens /dev/net/tun for each queue.  Fatal. */
void		 asroot_tun_open(void);

/*
 * Behind it: makes the device with its queues and MTU, up, without addresses;
 * nobody else may attach to it.  Returns its index; fatal on failure.
 */
unsigned int	 asroot_tun_make(void);

/*
 * A dup of queue i for ikd-esp, from 0 until -1.  The first is for writing
 * alone.
 */
int		 asroot_tun_queue(unsigned int i);

/* Closes the device's last descriptors: it is gone. */
void		 asroot_tun_close(void);

#endif /* PARENT_ASROOT_TUN_H */
