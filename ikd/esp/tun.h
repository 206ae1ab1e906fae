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


#ifndef ESP_TUN_H
#define ESP_TUN_H

#include <stddef.h>
#include <stdint.h>

struct event_base;

/*
 * The TUN queues: whole IP packets, no header before them.  Read once
 * tun_resume() was called.
 */
void	tun_given(struct event_base *base, int fd);

/* Hands a packet to the host. */
void	tun_write(const uint8_t *p, size_t len);

/* Stop and go on reading: no SA table yet, or the UDP socket is full. */
void	tun_pause(void);
void	tun_resume(void);

#endif /* ESP_TUN_H */
