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

#ifndef IKE_MSG_BUILD_H
#define IKE_MSG_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "proto_types.h"

struct sk_ctx;

/*
 * Builds a message into the caller's buffer.  It never writes beyond it;
 * the first thing that does not fit sets an error that sticks, and
 * msg_finish() then returns -1: nobody checks each step.  The order:
 *
 *	msg_begin(&m, buf, sizeof(buf), &hdr);
 *	msg_begin_sk(&m, sa->seal);	(protected messages only)
 *	msg_add_...(&m, ...);
 *	len = msg_finish(&m);	 or  msg_finish_sk(&m, sa->seal, iv);
 */
struct msg_build {
	uint8_t		*buf;
	size_t		 size;
	size_t		 len;		/* written so far */
	size_t		 next_off;	/* of the next-payload octet to fill */
	size_t		 pld_off;	/* of the open payload; 0: none */
	size_t		 sk_off;	/* of SK's generic header; 0: none */
	int		 error;
};

/* Header from h; its next payload and length are filled in later. */
void	msg_begin(struct msg_build *m, uint8_t *buf, size_t size,
	    const struct ike_hdr *h);

/* Opens the SK payload; what is added from now on is inside. */
void	msg_begin_sk(struct msg_build *m, const struct sk_ctx *sk);

/* A payload by hand: open, put octets, close. */
void	msg_open(struct msg_build *m, unsigned int type);
void	msg_close(struct msg_build *m);
void	msg_put(struct msg_build *m, const void *p, size_t len);
void	msg_put8(struct msg_build *m, unsigned int v);
void	msg_put16(struct msg_build *m, unsigned int v);
void	msg_put32(struct msg_build *m, uint32_t v);

/*
 * SA payload of an offer: the proposals in order, numbered from 1, each
 * with the same SPI (spi_len 0: none, 4: Child, 8: IKE rekey).  They are
 * sent as they are: prop_offer() of prop.h makes them.
 */
void	msg_add_sa(struct msg_build *m, const struct wt_proposal *p, size_t n,
	    const uint8_t *spi, size_t spi_len);

/* SA payload of an answer: one proposal of this number (prop_answer()). */
void	msg_add_sa_num(struct msg_build *m, unsigned int num,
	    const struct wt_proposal *p, const uint8_t *spi, size_t spi_len);

void	msg_add_ke(struct msg_build *m, unsigned int group,
	    const uint8_t *data, size_t len);
void	msg_add_nonce(struct msg_build *m, const uint8_t *nonce, size_t len);

/* type: PLD_IDI or PLD_IDR. */
void	msg_add_id(struct msg_build *m, unsigned int type,
	    const struct wt_id *id);
void	msg_add_auth(struct msg_build *m, unsigned int method,
	    const uint8_t *data, size_t len);

/* proto and spi: 0 and none, but for notifies about a Child SA. */
void	msg_add_notify(struct msg_build *m, unsigned int type,
	    const void *data, size_t len);
void	msg_add_notify_spi(struct msg_build *m, unsigned int type,
	    unsigned int proto, uint32_t spi, const void *data, size_t len);

/* Delete of the IKE SA, and of n Child SAs by our inbound SPIs. */
void	msg_add_delete_ike(struct msg_build *m);
void	msg_add_delete(struct msg_build *m, unsigned int proto,
	    const uint32_t *spis, size_t n);
void	msg_add_vendor(struct msg_build *m, const void *id, size_t len);

/* Length of the message, or -1 after an error. */
long	msg_finish(struct msg_build *m);

/*
 * Pads, encrypts and authenticates.  iv is the message's own number under
 * this key, see sk.h: never the same twice.  Length, or -1.
 */
long	msg_finish_sk(struct msg_build *m, struct sk_ctx *sk, uint64_t iv);

#endif /* IKE_MSG_BUILD_H */
