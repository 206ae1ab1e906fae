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

#ifndef COMMON_ENTRIES_H
#define COMMON_ENTRIES_H

#include "groups.h"
#include "ppks.h"
#include "pskids.h"
#include "proto_snap.h"

/*
 * Authentication entries of one generation of the policy, and the choice
 * among them.  Pure: no key is here, only names of keys.
 */
struct entry {
	uint32_t		 tunnel;
	uint8_t			 round;		/* as in sn_auth, with these: */
	uint8_t			 rounds_ours, rounds_theirs;
	uint8_t			 rule[RULE_LEN];
	uint32_t		 next; /* index + 1 in its hash chain */
	uint32_t		 next_tunnel, next_near;
	char			*name;
	uint8_t			 kind_ours, kind_theirs; /* enum auth_kind */
	uint8_t			 by_id;
	uint8_t			 weak;		/* as in sn_auth */
	uint32_t		 prfs;
	uint32_t		 sigs;
	char			*key;		/* of private/; "": none */
	uint16_t		 nlocal, nremote, npsks;
	struct wt_prefix	*local;		/* none: any of ours */
	struct wt_prefix	*remote;
	struct wt_id		*id_local; /* id_keep(); NULL: the address we
						   use; with a certificate: not
						   known */
	struct wt_id		*id_remote;	/* NULL: any, or the group's */
	char			*group;		/* NULL: none */
	const struct idset	*members;	/* of it */
	char			**psks;
	uint8_t			 ppk;		/* enum ppk_mode */
	uint16_t		 nppks;
	char			**ppks;		/* none: any of the policy's */
	uint8_t			 has_fp;	/* key_fp: of our certificate */
	uint8_t			 key_fp[32];
};

struct entries;

struct entries	*entries_new(void);
void		 entries_free(struct entries *es);	/* NULL is fine */

/* Rows of the snapshot.  NULL, or a literal that says what is wrong. */
const char	*entries_add(struct entries *es, const struct sn_auth *a);
const char	*entries_add_psk(struct entries *es, const struct sn_psk *p);
const char	*entries_add_group(struct entries *es,
		    const struct sn_group *g);
const char	*entries_add_ppk(struct entries *es, const struct sn_ppk *p);
/* After the last row, before the first question. */
void		 entries_index(struct entries *es);

const struct entry *entries_at(const struct entries *es, size_t i);
const struct sn_psk *entries_psk_at(const struct entries *es, size_t i);
/* The tunnel's first round, or that of this number; NULL: there is none. */
const struct entry *entries_by_tunnel(const struct entries *es,
		    uint32_t tunnel);
const struct entry *entries_round(const struct entries *es, uint32_t tunnel,
		    unsigned int round);
/* Has one of the sides a round behind this one? */
int		 entry_goes_on(const struct entry *e);

/* What a peer says in its IKE_AUTH, and between which addresses. */
struct asked {
	const struct wt_addr	*local;
	const struct wt_addr	*remote;
	const struct wt_id	*peer;		/* who it says it is */
	const struct wt_id	*wants;		/* type 0: did not say whom */
	uint8_t			 kinds;		/* bits 1 << enum auth_kind */
	uint8_t			 follows;	/* it has a round behind this */
};

/* Who it expects: "group sales", or the ID; into out. */
#define ENTRY_WANTS	160
char		*entry_wants(const struct entry *e, char out[ENTRY_WANTS]);
/* May the peer be this one?  Of its group the first that matches counts. */
int		 entry_has_peer(const struct entry *e,
		    const struct wt_id *peer);

/*
 * The entry for it: an exact remote ID before a wildcard or a group before
 * any, then one of as many rounds, then the narrowest addresses, then the
 * policy's order.  NULL: none fits.  Of kinds that q does not have an entry is
 * taken only when no other fits.
 */
const struct entry *entries_choose(const struct entries *es,
		    const struct asked *q);
/*
 * The same in a later round of who passed the earlier ones for tunnel, as
 * first: an entry of that tunnel, or of one whose earlier rounds demand the
 * same and may be of that peer.
 */
const struct entry *entries_choose_round(const struct entries *es,
		    uint32_t tunnel, unsigned int round,
		    const struct wt_id *first, const struct asked *q);
/*
 * One that fits by addresses alone, of the first that may: for the error's
 * text.
 */
const struct entry *entries_nearest(const struct entries *es,
		    const struct asked *q);
/* "; tunnel lyon expects ... and is ... itself" of that one, or "". */
#define ENTRY_HINT	600
char		*entries_hint(const struct entries *es, const struct asked *q,
		    char out[ENTRY_HINT]);

/* Do addresses and identities fit this entry? */
int		 entry_fits(const struct entry *e, const struct asked *q);

/* The name of the key for a peer's ID (`psks:`), or NULL. */
const char	*entries_psk_by_id(const struct entries *es,
		    const struct wt_id *id);

/* The policy's post-quantum pre-shared keys. */
const struct ppks *entries_ppks(const struct entries *es);
/* May the entry's tunnel use it? */
int		 entry_may_ppk(const struct entry *e, const char *name);

/* What our certificates say of us (an unknown tunnel is passed over). */
void		 entries_ours(struct entries *es, const struct sn_ours *row);
/* Is there an entry with a certificate of ours? */
int		 entries_have_cert(const struct entries *es);

/*
 * Our ID in this entry when we use this address.  ID_ANY: it is that of a
 * certificate which nobody has looked at yet.
 */
void		 entry_id_ours(const struct entry *e,
		    const struct wt_addr *local, struct wt_id *id);

#endif /* COMMON_ENTRIES_H */
