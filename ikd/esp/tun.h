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
struct pkt;

/*
 * The TUN queues: whole IP packets, or super-packets, with a struct
 * virtio_net_hdr (Linux: IFF_VNET_HDR) before each.  Read once tun_resume()
 * was called; what we write goes by the first given.
 */
void	tun_given(struct event_base *base, int fd);

/* Hands a packet to the host at once. */
void	tun_write(uint8_t *p, size_t len);

/*
 * The same with others of its flow, at tun_flush() at the latest; until then
 * p must stay.  k is what pkt_parse() said of it.
 */
void	tun_put(uint8_t *p, const struct pkt *k);
void	tun_flush(void);

/* Stop and go on reading: no SA table yet, or the UDP socket is full. */
void	tun_pause(void);
void	tun_resume(void);

#endif /* ESP_TUN_H */
