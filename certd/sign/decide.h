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

#ifndef SIGN_DECIDE_H
#define SIGN_DECIDE_H

#include "entries.h"
#include "keyring.h"
#include "mixes.h"
#include "orders.h"
#include "privring.h"
#include "proto_sign_certd.h"
#include "proto_sign_tmd.h"
#include "rounds.h"
#include "sigmake.h"
#include "tickets.h"

/*
 * The decisions of certd-sign, without any pipe: whether we sign, whether a
 * peer is who it says, and what is told to whom.
 */
/* A signature that a token has to make: whoever takes it clears wanted. */
struct later {
	int		 wanted;
	char		 key[KEY_URI_MAX + 1];
	struct sig_way	 way;
	unsigned int	 bits;
	uint8_t		 octets[OCTETS_MAX];
	size_t		 len;
	uint8_t		 octets2[OCTETS_MAX];	/* of NO_PPK_AUTH */
	size_t		 len2;			/* 0: none */
};

struct resumer;

struct signer {
	struct tickets	*tickets;
	struct orders	*orders;
	struct rounds	*rounds;
	struct entries	*entries;	/* NULL: no policy committed yet */
	struct mixes	*mixes;
	struct keyring	*keys;		/* of psk/ */
	struct keyring	*ppks;		/* of ppk/ */
	struct privring	*priv;
	struct privring	*tokens;	/* what certd-token told of its keys */
	struct later	*later;		/* room for one */
	struct resumer	*resumer;	/* resume.h; NULL: none */
	uint32_t	 generation;
	unsigned int	 workers;	/* slot mod workers is the asker */
};

/*
 * Where our private key is in a token, a decision for us leaves out->auth
 * empty and what is to be signed in s->later.
 *
 * SIGN of worker inst at time now (CLOCK_BOOTTIME seconds): our AUTH as
 * initiator, on an order alone.  Fills *out; out->code says how it went.
 */
void	decide_sign(struct signer *s, unsigned int inst,
	    const struct mk_context *c, uint64_t now, struct mk_signed *out);

/*
 * AUTH_CHECK of worker inst.  Fills *out, and when it returns 1 also the
 * verdict *v, which has to reach tmd before *out reaches ike.
 */
int	decide_check(struct signer *s, unsigned int inst,
	    const struct mk_check *m, uint64_t now, struct mv_verdict *v,
	    struct mk_checked *out);

/*
 * CERT_CLAIM and CERT_SIGN of certd; octets is room that out->octets points
 * into.
 */
void	decide_claim(struct signer *s, const struct mc_ask *m, uint64_t now,
	    uint8_t octets[OCTETS_MAX], struct mc_claimed *out);
void	decide_cert_sign(struct signer *s, const struct mc_ask *m,
	    uint64_t now, struct mc_signed *out);

/* PPK_ASK and PPK_MIX of worker inst: ppk.c. */
void	decide_ppk_ask(struct signer *s, unsigned int inst,
	    const struct mk_ppk_ask *m, uint64_t now,
	    struct mk_ppk_keys *out);
void	decide_ppk_mix(struct signer *s, unsigned int inst,
	    const struct mk_ppk_mix *m, uint64_t now,
	    struct mk_ppk_mixed *out);

/*
 * Does every key that these entries name exist, and may it be used?  Returns
 * NULL, or what is wrong, with the tunnel, the file and the remedy, in buf:
 * the first in full and how many more there are.
 */
const char *decide_keys_problem(const struct entries *es,
	    const struct keyring *k, const struct keyring *ppks,
	    const struct privring *priv, const struct privring *tokens,
	    char *buf, size_t size);
/* The same, but each complaint is told.  Returns how many there were. */
unsigned int decide_keys_each(const struct entries *es,
	    const struct keyring *k, const struct keyring *ppks,
	    const struct privring *priv, const struct privring *tokens,
	    void (*each)(void *arg, const char *text), void *arg);

/* Does it belong to the entry's certificate, as far as that is known? */
int		decide_key_fits(const struct entry *e,
	    const struct privkey *p);

/* Is this key named by an entry?  Then *tunnel (may be NULL) says whose. */
int	decide_key_used(const struct entries *es, const char *name,
	    const char **tunnel);
/* The same of a file of ppk/: *where says in which line. */
int	decide_ppk_used(const struct entries *es, const char *name,
	    const char **where);

#endif /* SIGN_DECIDE_H */
