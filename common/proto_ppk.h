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

#ifndef COMMON_PROTO_PPK_H
#define COMMON_PROTO_PPK_H

#include "proto_ike_sign.h"

/*
 * ikd-ike (A) - certd-sign (B): post-quantum pre-shared keys, which never
 * leave certd-sign.
 *
 * PPK_ASK: RFC 9867, before IKE_AUTH, once for a ticket.  An initiator (whose
 * order is still open) asks what to send: PPK_KEYS brings the PPK_IDs of its
 * tunnel with their confirmations.  A responder shows what came, and hears
 * which it is: the first that we know and that is confirmed, or none, and why.
 */
#define FIELDS_mk_ppk_key(X)						\
	X(BUF, id, PPK_ID_MAX)						\
	X(FIX, conf, PPK_CONF_LEN)
WIRE_STRUCT(mk_ppk_key);

#define FIELDS_mk_ppk_ask(X)						\
	X(ONE, c, mk_context)						\
	X(U8, initiator)						\
	X(LIST, keys, mk_ppk_key, PPK_KEYS)
WIRE_STRUCT(mk_ppk_ask);

#define FIELDS_mk_ppk_keys(X)						\
	X(U64, exch)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)						\
	X(LIST, keys, mk_ppk_key, PPK_KEYS)
WIRE_STRUCT(mk_ppk_keys);

/*
 * PPK_MIX: prf+(PPK, SK_d), once for a ticket, after certd-sign has said with
 * which PPK: by PPK_KEYS, or, with RFC 8784, by an AUTH_CHECK that was good; an
 * initiator whose peer proves itself by certificate has it once the claim is
 * known, as certd's word comes later.  With RFC 9867 nothing shows certd-sign
 * that the octets it mixed became the session's keys: that is ikd-ike's to do.
 * id: as initiator of RFC 9867 the one that the peer took; else empty.
 */
#define FIELDS_mk_ppk_mix(X)						\
	X(U64, exch)							\
	X(ONE, ticket, mk_ticket)					\
	X(BUF, id, PPK_ID_MAX)						\
	X(SBUF, sk_d, KEY_MAX)
WIRE_STRUCT(mk_ppk_mix);

#define FIELDS_mk_ppk_mixed(X)						\
	X(U64, exch)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)						\
	X(SBUF, sk_d, KEY_MAX)
WIRE_STRUCT(mk_ppk_mixed);

#endif /* COMMON_PROTO_PPK_H */
