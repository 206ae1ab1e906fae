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

#ifndef COMMON_REASON_H
#define COMMON_REASON_H

/*
 * Why something did not happen.  The numbers travel on pipes and are shown
 * to people by reason_text(); each is a different thing and looks different.
 */
enum reason {
	RSN_OK = 0,
	RSN_TIMEOUT,		/* the peer did not answer */
	RSN_NO_PROPOSAL,	/* nothing in common */
	RSN_NO_TUNNEL,		/* no tunnel fits addresses and identities */
	RSN_CLOSED,		/* the tunnel is not open (manual, removed) */
	RSN_AUTH_PEER,		/* the peer's AUTH is wrong: key differs */
	RSN_AUTH_OURS,		/* the peer refused ours */
	RSN_NO_SECRET,		/* we have no key for this */
	RSN_TS,			/* no selector in common */
	RSN_INVALID_SYNTAX,	/* the peer's message is broken */
	RSN_INVALID_KE,		/* group agreement failed */
	RSN_TICKET,		/* ticket unknown, used or too old */
	RSN_ORDER,		/* no such order: tmd did not ask for this */
	RSN_GRANT,		/* outside the grant, or no such grant */
	RSN_CEILING,		/* outside the ceiling */
	RSN_SPI,		/* SPI already seen */
	RSN_PLANE,		/* the data plane failed */
	RSN_UNSUPPORTED,	/* not built in this version */
	RSN_BUSY,		/* out of credit, slots or memory */
	RSN_GONE,		/* no such SA, session or request */
	RSN_PEER_DELETED,	/* the peer closed it */
	RSN_ADMIN,		/* we closed it: remove, reload, stop */
	RSN_EXPIRED,		/* lifetime ended */
	RSN_REPLACED,		/* a newer one took its place */
	RSN_RESTARTED,		/* a process of ours was restarted */
	RSN_PEER_ERROR,		/* another error notify from the peer */
	RSN_DEAD_PEER,		/* liveness check failed */
	RSN_LOCKED,		/* our key waits for its passphrase */
	RSN_NAME,		/* the peer's name has no address */
	RSN_REDIRECT,		/* another gateway is to be asked (RFC 5685) */
	RSN_PPK,		/* post-quantum pre-shared keys do not meet */
	RSN_RESUME,		/* the session cannot be resumed (RFC 5723) */
	RSN_IDLE,		/* no traffic for as long as `inactivity` */
	RSN_TCP, /* UDP 4500 is silent: again by TCP (RFC 9329) */
	RSN_COOKIE, /* a cookie or answer, maybe forged: again, wary */
	RSN_MAX
};

/* "no proposal chosen"; for what is not a reason: "unknown reason". */
const char *reason_text(unsigned int r);

#endif /* COMMON_REASON_H */
