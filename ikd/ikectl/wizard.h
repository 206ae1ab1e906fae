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

#ifndef IKECTL_WIZARD_H
#define IKECTL_WIZARD_H

#include <stddef.h>

#include "ikectl.h"

/*
 * `ikectl wizard`: what a person answered, and what is made of it.
 */
#define WZ_TEXT	256

struct wizard {
	const struct ctl_opts	*o;
	int	 only_cert;		/* --cert: no PSK is offered */
	char	 name[65];		/* of the tunnel, and of its files */
	char	 remote[WZ_TEXT];	/* address or name of the peer */
	char	 here[WZ_TEXT];		/* networks; "": the host alone */
	char	 there[WZ_TEXT];
	char	 cert[65];		/* of ours; "": a PSK */
	char	 peer_id[WZ_TEXT];	/* with a certificate */
	char	 us[WZ_TEXT];		/* where the peer finds us */
	char	 us_id[WZ_TEXT];
	char	 ca[65];		/* who issued ours, if it is in ca/ */
};

/* wizard_ask.c: asks all; 0, or -1 when the input ended. */
int	 wizard_ask(struct wizard *w);
/* One more question, yes or no; yes when it is just accepted, -1 at the end. */
int	 wizard_yes(const char *question);

/* wizard_id.c: a peer's ID for an address or a name, "ip:" or "fqdn:". */
void	 wizard_id(const char *where, char out[WZ_TEXT]);
/* Our address on the way to w->remote, or "". */
void	 wizard_route(const char *remote, char out[WZ_TEXT]);
/*
 * Who the certificate says that we are, and who issued it.  NULL, or what is
 * wrong with certs/NAME or its key.
 */
const char *wizard_cert(struct wizard *w, const char *name);
/* The certificates that have a key, "a, b"; "" when there are none. */
void	 wizard_certs(const struct wizard *w, char out[WZ_TEXT]);

/* Writes the certificate ca/w->ca to a new file; 0, or -1, said. */
int	 wizard_ca(const struct wizard *w, const char *path);

/*
 * wizard_put.c: conf.d/NAME.yaml and psk/NAME here, the directory NAME-peer
 * with the same for the other side.  0, or -1 with the reason said and
 * nothing left.
 */
int	 wizard_put(const struct wizard *w);

#endif /* IKECTL_WIZARD_H */
