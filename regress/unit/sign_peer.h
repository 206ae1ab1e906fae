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

#ifndef UNIT_SIGN_PEER_H
#define UNIT_SIGN_PEER_H

#include "../../certd/sign/decide.h"
#include "../../certd/sign/octets.h"

/*
 * A peer and an ike for the tests of certd-sign: IKE_SA_INIT messages around
 * two nonces, and the requests ike makes of them.
 */
struct sign_peer {
	uint8_t		 msg_i[128], msg_r[128];
	size_t		 msg_i_len, msg_r_len;
	uint8_t		 nonce[32];		/* the peer's */
	uint8_t		 id_i[ID_BODY_MAX], id_r[ID_BODY_MAX];
	uint8_t		 auth[PRF_MAX];
	struct mk_check	 check;
};

/* An exchange with ticket k; we are the responder unless initiator. */
void	peer_begin(struct sign_peer *p, const struct mk_ticket *k,
	    int initiator);
/* The peer's ID payloads; NULL: none.  As initiator id_i is ours. */
void	peer_ids(struct sign_peer *p, const char *id_i, const char *id_r);
/* The peer makes its AUTH with this key. */
void	peer_auth(struct sign_peer *p, const char *key);
/* Is this our AUTH, made with this key, for this ID of ours? */
int	peer_accepts(struct sign_peer *p, const char *key, const char *id,
	    const uint8_t *auth, size_t len);

/* One entry of the policy; psks: "a" or "a b". */
void	peer_entry(struct entries *es, uint32_t tunnel, const char *id_local,
	    const char *id_remote, const char *psks);

#endif /* UNIT_SIGN_PEER_H */
