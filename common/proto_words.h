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

#ifndef COMMON_PROTO_WORDS_H
#define COMMON_PROTO_WORDS_H

#include <stdint.h>

/* Numbers that words of the policy have in messages and snapshots. */

enum sa_mode { MODE_TUNNEL = 1, MODE_TRANSPORT = 2 };
enum sa_proto_bit { PROTO_BIT_ESP = 1, PROTO_BIT_AH = 2 };
/* What a network device does of the transformation. */
enum offload { OFFLOAD_NO = 0, OFFLOAD_CRYPTO = 1, OFFLOAD_PACKET = 2 };
/*
 * Where a tunnel's outer header differs from RFC 4301 section 5.1.2.1 and RFC
 * 6040: copy-df: no; copy-dscp: in or both, and in or no; ecn: no.
 */
enum head_bit { HEAD_NO_DF = 1, HEAD_DSCP_IN = 2, HEAD_NO_DSCP_OUT = 4,
	HEAD_NO_ECN = 8, HEAD_BITS = 15 };
/* RFC 4303 section 2.7: to what the path carries in one packet; 0: as it is. */
#define TFC_MTU		UINT32_MAX
enum encap_rule { ENCAP_AUTO = 0, ENCAP_FORCE = 1 };
/*
 * SA pairs of a child: those that a peer asks for, narrower ones among them,
 * and, beside them, the heir of one and what comes of a collision.
 */
#define CHILD_PAIRS	8
#define GRANT_PAIRS	(CHILD_PAIRS + 2)
/* What happens to a child's traffic while it has no SA. */
enum idle_action { IDLE_NONE = 0, IDLE_DROP = 1, IDLE_PASS = 2,
	IDLE_TRAP = 3,
	/* Of children that never have one: before whatever SA there is. */
	IDLE_HOLE = 4, IDLE_WALL = 5 };
/* What is done with a child's traffic: an SA, in clear, or nothing. */
enum child_action { ACTION_PROTECT = 0, ACTION_PASS = 1, ACTION_DROP = 2 };
enum tunnel_role { TR_BOTH = 0, TR_INITIATOR = 1, TR_RESPONDER = 2 };
enum tunnel_start { TS_START_AUTO = 1, TS_START_TRAP, TS_START_ANSWER,
	TS_START_MANUAL };
/* What follows a peer's death; auto: as tunnel_start says. */
enum dpd_action { DPD_AUTO = 0, DPD_RESTART, DPD_TRAP, DPD_CLEAR };
enum unique_policy { UNIQUE_NO = 0, UNIQUE_REPLACE = 1, UNIQUE_NEVER = 2,
	UNIQUE_KEEP = 3 };
enum auth_kind { AUTHK_NONE = 0, AUTHK_PSK = 1, AUTHK_CERT = 2,
	AUTHK_KEY = 3, AUTHK_MANUAL = 4 /* keying: manual: nobody proves */ };
/* Ways to sign, as `accept` and `signatures` name them: bits 1 << n. */
enum sign_bit { SIGN_ED25519, SIGN_ED448, SIGN_ECDSA, SIGN_RSA_PSS, SIGN_RSA,
	SIGN_KINDS };
/*
 * One way of authentication each, as a peer may announce it (RFC 9593): bits
 * 1 << n.  The hashes of the last three are SHA2-256, -384 and -512.
 */
enum can_bit { CAN_PSK, CAN_RSA_OLD, CAN_ECDSA_OLD, CAN_ED25519 =
	CAN_ECDSA_OLD + 3, CAN_ED448, CAN_ECDSA, CAN_RSA_PSS = CAN_ECDSA + 3,
	CAN_RSA = CAN_RSA_PSS + 3, CAN_KINDS = CAN_RSA + 3 };
/* What `allow-weak` lets a certificate or signature be. */
enum sign_weak { WEAK_SHA1 = 1, WEAK_RSA1024 = 2 };
/* REDIRECT_SEND: to redirect_to, an address or a name. */
enum redirect_rule { REDIRECT_NO, REDIRECT_ACCEPT, REDIRECT_SEND };
/* `ppk` of an ike policy: post-quantum pre-shared keys. */
enum ppk_mode { PPK_NO = 0, PPK_OFFER = 1, PPK_REQUIRE = 2 };
enum revocation { REVOKE_OFF = 0, REVOKE_SOFT = 1, REVOKE_STRICT = 2 };

/*
 * TCP encapsulation as originator (RFC 9329): when UDP is silent, or at once.
 */
enum tcp_rule { TCP_NO, TCP_FALLBACK, TCP_ALWAYS };

#endif /* COMMON_PROTO_WORDS_H */
