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


#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include "furl.h"
#include "proto_snap.h"
#include "reason.h"

/*
 * One URL at known addresses: what libcurl does for us.  It follows no
 * redirect and looks up no name; each address it connects to is held against
 * the policy once more.
 */
enum proxy_kind { PROXY_NONE, PROXY_SOCKS4, PROXY_SOCKS4A, PROXY_SOCKS5,
	PROXY_SOCKS5H, PROXY_HTTP };

struct transfer_ask {
	const struct sn_fetch *policy;
	enum fetch_kind	 kind;
	struct furl	 url;
	uint32_t	 max;		/* octets of the answer */
	int		 ours;		/* a directory of the policy's */
	struct slice	 body;		/* POST; the asker keeps it */
	/* of the URL's host, when it is looked up here */
	struct wt_addr	 addr[16];
	unsigned int	 naddr;
	enum proxy_kind	 proxy;
	struct furl	 via;		/* its host and port */
	struct wt_addr	 via_addr[16];
	unsigned int	 nvia;
};

enum transfer_what { GOT_ANSWER, GOT_REDIRECT, GOT_NONE };

struct transfer_end {
	enum transfer_what what;
	int		 fd;		/* GOT_ANSWER: sealed, the callee's */
	uint32_t	 len;
	char		 to[FETCH_URL + 1];	/* GOT_REDIRECT */
	unsigned int	 status;	/* of HTTP; 0: none came */
	enum reason	 code;		/* GOT_NONE */
	char		 text[MSG_TEXT + 1];
	int		 unreached;	/* another server may answer */
	int		 no_object;	/* LDAP: another base may have it */
};

/* Why nobody can bind as the policy says; NULL: one can, or need not. */
const char *transfer_unbound(const struct sn_fetch *row);

struct transfer;
typedef void transfer_fn(void *arg, const struct transfer_end *e);

/* fn is called once, from the loop, unless it is cancelled before. */
struct transfer *transfer_start(const struct transfer_ask *a, transfer_fn *fn,
	    void *arg);
void	transfer_cancel(struct transfer *t);	/* NULL is fine */
/* "connecting to 192.0.2.1 port 80": what it waits for now; returns out. */
char	*transfer_stage(struct transfer *t, char *out, size_t size);

#endif /* FETCH_TRANSFER_H */
