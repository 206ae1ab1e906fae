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
 * Building messages: header, payload chain, the SK payload.  Every octet
 * goes through msg_room(), which alone knows the buffer's end.
 */

#include <string.h>

#include "alg.h"
#include "ike_const.h"
#include "msg_build.h"
#include "sk.h"

#define GEN_LEN		4	/* generic payload header */
#define ATTR_KEYLEN	0x800e	/* type/value format, RFC 7296 3.3.5 */

/* Room for len more octets, taken; NULL when there is none. */
static uint8_t *
msg_room(struct msg_build *m, size_t len)
{
	uint8_t *p;

	if (m->error || len > m->size - m->len) {
		m->error = 1;
		return (NULL);
	}
	p = m->buf + m->len;
	m->len += len;
	return (p);
}

void
msg_put(struct msg_build *m, const void *p, size_t len)
{
	uint8_t *to = msg_room(m, len);

	if (to != NULL && len > 0)
		memcpy(to, p, len);
}

void
msg_put8(struct msg_build *m, unsigned int v)
{
	uint8_t *to = msg_room(m, 1);

	if (to != NULL)
		*to = v;
}

void
msg_put16(struct msg_build *m, unsigned int v)
{
	uint8_t *to = msg_room(m, 2);

	if (to != NULL)
		put16(to, v);
}

void
msg_put32(struct msg_build *m, uint32_t v)
{
	uint8_t *to = msg_room(m, 4);

	if (to != NULL)
		put32(to, v);
}

void
msg_begin(struct msg_build *m, uint8_t *buf, size_t size,
    const struct ike_hdr *h)
{
	struct ike_hdr first = *h;
	uint8_t *p;

	memset(m, 0, sizeof(*m));
	m->buf = buf;
	m->size = size;
	first.next = PLD_NONE;
	first.length = 0;
	m->next_off = 16;
	if ((p = msg_room(m, HDR_LEN)) != NULL)
		hdr_build(&first, p);
}

void
msg_open(struct msg_build *m, unsigned int type)
{
	uint8_t *p;

	if (m->pld_off != 0)
		m->error = 1;
	if ((p = msg_room(m, GEN_LEN)) == NULL)
		return;
	memset(p, 0, GEN_LEN);
	m->buf[m->next_off] = type;
	m->pld_off = p - m->buf;
	m->next_off = m->pld_off;
}

void
msg_close(struct msg_build *m)
{
	size_t len = m->len - m->pld_off;

	if (m->pld_off == 0 || len > UINT16_MAX)
		m->error = 1;
	if (!m->error)
		put16(m->buf + m->pld_off + 2, len);
	m->pld_off = 0;
}

/* What follows chains on from SK's own next field (RFC 7296 3.14). */
void
msg_begin_sk(struct msg_build *m, const struct sk_ctx *sk)
{
	uint8_t *iv;

	if (m->sk_off != 0)
		m->error = 1;
	msg_open(m, PLD_SK);
	m->sk_off = m->pld_off;
	m->pld_off = 0;
	if ((iv = msg_room(m, sk_iv_len(sk))) != NULL)
		memset(iv, 0, sk_iv_len(sk));
}

static void
put_xform(struct msg_build *m, const struct wt_xform *xf, int last)
{
	msg_put8(m, last ? 0 : 3);
	msg_put8(m, 0);
	msg_put16(m, xf->keybits != 0 ? 12 : 8);
	msg_put8(m, xf->type);
	msg_put8(m, 0);
	msg_put16(m, xf->id);
	if (xf->keybits != 0) {
		msg_put16(m, ATTR_KEYLEN);
		msg_put16(m, xf->keybits);
	}
}

static void
put_proposal(struct msg_build *m, unsigned int num, int last,
    const struct wt_proposal *p, const uint8_t *spi, size_t spi_len)
{
	size_t i, start = m->len;

	if (p->xf_n == 0 || p->xf_n > LINK_XFORMS || num == 0 || num > 255)
		m->error = 1;
	msg_put8(m, last ? 0 : 2);
	msg_put8(m, 0);
	msg_put16(m, 0);
	msg_put8(m, num);
	msg_put8(m, p->proto);
	msg_put8(m, spi_len);
	msg_put8(m, p->xf_n);
	msg_put(m, spi, spi_len);
	for (i = 0; i < p->xf_n && !m->error; i++)
		put_xform(m, &p->xf[i], i + 1 == p->xf_n);
	if (!m->error)
		put16(m->buf + start + 2, m->len - start);
}

void
msg_add_sa(struct msg_build *m, const struct wt_proposal *p, size_t n,
    const uint8_t *spi, size_t spi_len)
{
	size_t i;

	if (n == 0)
		m->error = 1;
	msg_open(m, PLD_SA);
	for (i = 0; i < n; i++)
		put_proposal(m, i + 1, i + 1 == n, &p[i], spi, spi_len);
	msg_close(m);
}

void
msg_add_sa_num(struct msg_build *m, unsigned int num,
    const struct wt_proposal *p, const uint8_t *spi, size_t spi_len)
{
	msg_open(m, PLD_SA);
	put_proposal(m, num, 1, p, spi, spi_len);
	msg_close(m);
}

void
msg_add_ke(struct msg_build *m, unsigned int group, const uint8_t *data,
    size_t len)
{
	msg_open(m, PLD_KE);
	msg_put16(m, group);
	msg_put16(m, 0);
	msg_put(m, data, len);
	msg_close(m);
}

/* A payload whose body is just these octets. */
static void
add_plain(struct msg_build *m, unsigned int type, const void *p, size_t len)
{
	msg_open(m, type);
	msg_put(m, p, len);
	msg_close(m);
}

void
msg_add_nonce(struct msg_build *m, const uint8_t *nonce, size_t len)
{
	if (len < IKE_NONCE_MIN || len > IKE_NONCE_MAX)
		m->error = 1;
	add_plain(m, PLD_NONCE, nonce, len);
}

void
msg_add_vendor(struct msg_build *m, const void *id, size_t len)
{
	add_plain(m, PLD_V, id, len);
}

/* ID and AUTH: an octet, three reserved ones, data. */
static void
add_typed(struct msg_build *m, unsigned int pld, unsigned int type,
    const uint8_t *data, size_t len)
{
	msg_open(m, pld);
	msg_put32(m, (uint32_t)type << 24);
	msg_put(m, data, len);
	msg_close(m);
}

void
msg_add_id(struct msg_build *m, unsigned int type, const struct wt_id *id)
{
	if (id->data_len > sizeof(id->data))
		m->error = 1;
	else
		add_typed(m, type, id->type, id->data, id->data_len);
}

void
msg_add_auth(struct msg_build *m, unsigned int method, const uint8_t *data,
    size_t len)
{
	add_typed(m, PLD_AUTH, method, data, len);
}

void
msg_add_notify(struct msg_build *m, unsigned int type, const void *data,
    size_t len)
{
	msg_open(m, PLD_N);
	msg_put16(m, 0);
	msg_put16(m, type);
	msg_put(m, data, len);
	msg_close(m);
}

void
msg_add_notify_spi(struct msg_build *m, unsigned int type,
    unsigned int proto, uint32_t spi, const void *data, size_t len)
{
	msg_open(m, PLD_N);
	msg_put8(m, proto);
	msg_put8(m, sizeof(spi));
	msg_put16(m, type);
	msg_put32(m, spi);
	msg_put(m, data, len);
	msg_close(m);
}

void
msg_add_delete_ike(struct msg_build *m)
{
	msg_open(m, PLD_D);
	msg_put32(m, (uint32_t)PROTO_IKE << 24);
	msg_close(m);
}

void
msg_add_delete(struct msg_build *m, unsigned int proto, const uint32_t *spis,
    size_t n)
{
	size_t i;

	if (n == 0 || n > IKE_DELETE_MAX)
		m->error = 1;
	msg_open(m, PLD_D);
	msg_put8(m, proto);
	msg_put8(m, sizeof(*spis));
	msg_put16(m, n);
	for (i = 0; i < n && !m->error; i++)
		msg_put32(m, spis[i]);
	msg_close(m);
}

/* Writes the header's length; the message must be complete. */
static long
finish(struct msg_build *m)
{
	if (m->error || m->pld_off != 0 || m->len > IKE_MSG_MAX) {
		m->error = 1;
		return (-1);
	}
	put32(m->buf + 24, m->len);
	return ((long)m->len);
}

long
msg_finish(struct msg_build *m)
{
	if (m->sk_off != 0)
		m->error = 1;
	return (finish(m));
}

long
msg_finish_sk(struct msg_build *m, struct sk_ctx *sk, uint64_t iv)
{
	size_t block = sk_block_len(sk), plain, pad;
	uint8_t *p;
	long len;

	if (m->error || m->sk_off == 0) {
		m->error = 1;
		return (-1);
	}
	/* Section 3.14: payloads, padding, pad length fill the blocks. */
	plain = m->len - m->sk_off - GEN_LEN - sk_iv_len(sk) + 1;
	pad = (block - plain % block) % block;
	if ((p = msg_room(m, pad + 1)) == NULL)
		return (-1);
	memset(p, 0, pad);
	p[pad] = pad;
	if ((p = msg_room(m, sk_icv_len(sk))) == NULL)
		return (-1);
	memset(p, 0, sk_icv_len(sk));
	put16(m->buf + m->sk_off + 2, m->len - m->sk_off);
	if ((len = finish(m)) == -1)
		return (-1);
	if (sk_seal(sk, m->buf, m->len, m->sk_off, iv) != 0) {
		m->error = 1;
		return (-1);
	}
	return (len);
}
