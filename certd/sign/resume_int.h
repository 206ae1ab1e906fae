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

#ifndef SIGN_RESUME_INT_H
#define SIGN_RESUME_INT_H

#include "inquiry.h"
#include "kept.h"
#include "resume.h"
#include "resume_keys.h"
#include "wrap.h"
#include "spent.h"

/* Between resume.c and resume_auth.c. */
struct resumer {
	struct wrap	*wrap;
	struct spent	*spent;
	struct kepts	*kepts;
	uint64_t	 certd_gone;	/* last; 0: never */
	uint32_t	 voids;		/* heard of the tmd that is */
	void		(*told)(void *, uint32_t, uint64_t);
	void		*arg;
};

/* Says what is kept for the tunnel now; lets one go, and says so. */
void	resume_told(const struct resumer *r, uint32_t tunnel, uint64_t until);
void	resume_forget(struct resumer *r, struct kept_ticket *k);
/* The name by which tickets of this state are void. */
void	resume_void_name(struct mv_void *m, enum void_what what,
	    const struct mv_proved *p);

/*
 * 0, or -1 with code and text in q.  resume_holds(): does what was proved then
 * still hold?  Fills q's entry and identities.  resume_open(): opens a ticket
 * of ours and asks that; *st is the caller's to wipe.  resume_take_keys(): the
 * keys of the new SA, the caller's to wipe.
 */
int	resume_holds(struct signer *s, const struct rs_state *st, uint64_t now,
	    struct inquiry *q);
int	resume_open(struct signer *s, struct slice opaque, uint64_t now,
	    struct rs_state *st, struct inquiry *q);
int	resume_take_keys(const struct rs_state *st, struct slice ni,
	    struct slice nr, const uint8_t *spi_i, const uint8_t *spi_r,
	    struct resume_keys *k, struct inquiry *q);
/* Those that ike gets. */
void	resume_give_keys(struct mk_resumed *out, const struct resume_keys *k);

#endif /* SIGN_RESUME_INT_H */
