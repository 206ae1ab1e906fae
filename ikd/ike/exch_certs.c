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
 * Certificates in IKE_SA_INIT and IKE_AUTH: CERT and CERTREQ (RFC 7296
 * sections 3.6 and 3.7), SIGNATURE_HASH_ALGORITHMS (RFC 7427 section 4),
 * SUPPORTED_AUTH_METHODS (RFC 9593).
 * What is in a certificate is certd's affair, and in OCSP responses that
 * travel as certificates do (RFC 4806).
 */
#include <stdlib.h>
#include <string.h>

#include "exch.h"
#include "exch_certs.h"
#include "log.h"
#include "pld_methods.h"
#include "session.h"
#include "shown.h"

#define CERT_X509	4	/* encoding of what CERTREQ asks for */
#define CERT_HASH_URL	12	/* of a certificate */
#define CERT_BUNDLE_URL	13	/* and of a bundle */
#define CERT_OCSP	14	/* RFC 4806: OCSP content */
#define HASH_LEN	20

/* SHA2-256, SHA2-384, SHA2-512, and none: RFC 8420. */
void
exch_add_hashes(struct msg_build *m)
{
	static const uint8_t ours[] = { 0, 2, 0, 3, 0, 4, 0, 5 };

	msg_add_notify(m, N_SIGNATURE_HASH_ALGORITHMS, ours, sizeof(ours));
}

uint16_t
exch_hashes(const struct packet *pkt)
{
	struct pld_notify n;
	uint16_t bits = 0;
	unsigned int h;
	size_t i;

	if (!packet_notify(pkt, N_SIGNATURE_HASH_ALGORITHMS, &n))
		return (0);
	for (i = 0; i + 2 <= n.data.len; i += 2)
		if ((h = get16(n.data.p + i)) < 16)
			bits |= (uint16_t)(1U << h);
	return (bits);
}

/*
 * RFC 9593: by what the peer may prove itself.  Where it is pre-shared keys
 * alone there is nothing to choose.
 */
void
exch_add_methods(struct msg_build *m, uint32_t accepts)
{
	uint8_t data[PLD_METHODS_MAX];

	if ((accepts & ~(1U << CAN_PSK)) != 0)
		msg_add_notify(m, N_AUTH_METHODS, data,
		    pld_methods_make(accepts, data));
}

void
exch_methods(struct setup *st, const struct packet *pkt)
{
	struct pld_notify n;

	if (packet_notify(pkt, N_AUTH_METHODS, &n)) {
		st->announces = 1;
		st->can |= pld_methods_parse(n.data);
	}
}

/* certificates: send, of the policy. */
static int
send_certs(const struct session *s)
{
	switch (s->ike->policy->ike.send_certs) {
	case SEND_CERTS_ALWAYS:
		return (1);
	case SEND_CERTS_NEVER:
		return (0);
	default:
		return (s->setup->certs_asked);
	}
}

/*
 * RFC 7296 section 3.7.  By whom they shall be is no matter: the IDs choose
 * the tunnel, and that has one certificate.
 */
void
exch_certs_asked(struct setup *st, const struct packet *pkt)
{
	const struct pld *p = NULL;
	struct pld_notify n;

	while ((p = packet_find(pkt, PLD_CERTREQ, p)) != NULL)
		if (p->len >= 1 && (p->p[0] == CERT_X509 ||
		    p->p[0] == CERT_HASH_URL || p->p[0] == CERT_BUNDLE_URL))
			st->certs_asked = 1;
	if (packet_notify(pkt, N_HTTP_CERT_LOOKUP_SUPPORTED, &n))
		st->looks_up = 1;
}

/* A responder's tunnel is not granted before the last round. */
static uint32_t
shown_tunnel(const struct session *s)
{
	return (s->tunnel != 0 ? s->tunnel : s->setup->tunnel);
}

/* Does this tunnel's certificate have a URL, and the peer a use for it? */
static int
by_url(const struct session *s)
{
	const struct shown_item *it;
	size_t i;

	if (!s->setup->looks_up)
		return (0);
	for (i = 0; (it = shown_at(s->ike->shown, shown_tunnel(s), i)) != NULL;
	    i++)
		if (it->encoding == CERT_HASH_URL &&
		    it->round == s->setup->round)
			return (1);
	return (0);
}

void
exch_add_certs(struct session *s, struct msg_build *m)
{
	const struct shown_item *it;
	int url = by_url(s);
	size_t i;

	if (!send_certs(s) || shown_tunnel(s) == 0)
		return;
	for (i = 0; (it = shown_at(s->ike->shown, shown_tunnel(s), i)) != NULL;
	    i++) {
		if (it->encoding == 0 || it->round != s->setup->round ||
		    (it->encoding == CERT_OCSP &&
		    (it->len == 0 || !s->setup->wants_ocsp)) ||
		    it->encoding == (url ? CERT_X509 : CERT_HASH_URL))
			continue;
		msg_open(m, PLD_CERT);
		msg_put8(m, it->encoding);
		msg_put(m, it->data, it->len);
		msg_close(m);
	}
}

/* Has this anchor been named already? */
static int
earlier(const struct shown *sh, uint32_t tunnel, size_t at)
{
	const struct shown_item *it = shown_at(sh, tunnel, at), *o;
	size_t i;

	for (i = 0; i < at; i++) {
		o = shown_at(sh, tunnel, i);
		if (o->encoding == 0 && o->len == it->len &&
		    memcmp(o->data, it->data, it->len) == 0)
			return (1);
	}
	return (0);
}

int
exch_wants_ocsp(const struct packet *pkt)
{
	const struct pld *p = NULL;

	while ((p = packet_find(pkt, PLD_CERTREQ, p)) != NULL)
		if (p->len >= 1 && p->p[0] == CERT_OCSP)
			return (1);
	return (0);
}

/* RFC 4806 section 3.1: any responder that the certificate's issuer trusts. */
static void
add_ocspreq(const struct ike *ike, uint32_t tunnel, struct msg_build *m)
{
	const struct shown_item *it;
	size_t i;

	for (i = 0; (it = shown_at(ike->shown, tunnel, i)) != NULL; i++)
		if (it->encoding == CERT_OCSP && it->len == 0) {
			msg_open(m, PLD_CERTREQ);
			msg_put8(m, CERT_OCSP);
			msg_close(m);
			return;
		}
}

void
exch_add_certreq(const struct ike *ike, uint32_t tunnel, struct msg_build *m)
{
	const struct shown_item *it;
	unsigned int n = 0;
	size_t i;

	for (i = 0; n < CERTREQ_ANCHORS &&
	    (it = shown_at(ike->shown, tunnel, i)) != NULL; i++) {
		if (it->encoding != 0 || it->len != HASH_LEN ||
		    earlier(ike->shown, tunnel, i))
			continue;
		if (n++ == 0) {
			msg_open(m, PLD_CERTREQ);
			msg_put8(m, CERT_X509);
		}
		msg_put(m, it->data, it->len);
	}
	if (n > 0)
		msg_close(m);
	/* RFC 7296 section 3.10.1: where a CERTREQ can be. */
	if (n > 0 && ike->policy->ike.hash_url)
		msg_add_notify(m, N_HTTP_CERT_LOOKUP_SUPPORTED, NULL, 0);
	add_ocspreq(ike, tunnel, m);
}

/* All CERT payloads, one behind the other, as AUTH_CHECK carries them. */
const char *
exch_certs_parse(struct setup *st, const struct packet *pkt)
{
	const struct pld *p = NULL;
	uint8_t *w;

	free(st->chain);
	st->chain = NULL;
	st->chain_len = 0;
	while ((p = packet_find(pkt, PLD_CERT, p)) != NULL) {
		if (p->len < 2)
			return ("a CERT payload without a certificate");
		st->chain_len += 3 + (p->len - 1);
	}
	if (st->chain_len == 0)
		return (NULL);
	if (st->chain_len > CHAIN_MAX)
		return ("the peer's certificates are too long");
	w = st->chain = xcalloc(1, st->chain_len);
	while ((p = packet_find(pkt, PLD_CERT, p)) != NULL) {
		w[0] = p->p[0];
		w[1] = (uint8_t)((p->len - 1) >> 8);
		w[2] = (uint8_t)(p->len - 1);
		memcpy(w + 3, p->p + 1, p->len - 1);
		w += 3 + (p->len - 1);
	}
	return (NULL);
}
