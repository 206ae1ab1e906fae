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

#ifndef POLICY_MODEL_AUTH_H
#define POLICY_MODEL_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"
#include "yaml_tree.h"

struct id_group;

/*
 * The part of the model that says how peers prove themselves.
 */
struct words {
	const char	**v;		/* ended by NULL too */
	const struct node **at;
	unsigned int	  n;
};

enum auth_key { A_PSK, A_CERT, A_KEY, A_PUBKEY, A_CA, A_REVOCATION,
	A_SIGNATURES, A_CERT_ID, A_EKU, A_CERT_POLICY, A_ID, A_KEYS };

/* How one side proves who it is. */
struct auth {
	uint64_t		 kind;		/* enum auth_kind; resolve.c */
	struct words		 psks;
	int			 by_id;
	const char		*cert;		/* certs/, private/ */
	const char		*key;		/* private/ alone */
	const char		*pubkey;	/* pubkeys/ */
	struct words		 ca;		/* none: all in ca/ */
	const char		**ca_file;	/* the same by file; resolve */
	uint64_t		 revocation;	/* enum revocation */
	struct words		 signatures;
	struct wt_id		*cert_id;
	struct words		 eku;
	struct words		 cert_policy;
	struct wt_id		*id;		/* NULL: not said; a later
						 * round's; resolve_rounds.c */
	const struct id_group	*group;		/* instead: remote side alone */
	struct auth		*next;		/* the next round, RFC 4739 */
	const struct node	*node;		/* NULL: nothing said */
	const struct node	*at[A_KEYS];
};

/* authorities: what a CA has beside its file. */
enum authority_key { AUTHORITY_FILE, AUTHORITY_CRL, AUTHORITY_OCSP,
	AUTHORITY_SIGNER, AUTHORITY_REVOCATION, AUTHORITY_KEYS };
struct authority {
	const char		*name;
	const struct node	*node;
	const char		*file; /* ca/; its name when not said */
	struct words		 crl;		/* URLs, files of crls/ */
	struct words		 ocsp;
	const char		*signer;	/* certs/; NULL: none */
	uint64_t		 revocation;	/* enum revocation */
	const struct node	*at[AUTHORITY_KEYS];
};

/* A file of certificates that certd needs, as it is. */
struct cert_data {
	uint8_t			 kind;		/* enum cert_file */
	const char		*name;
	const uint8_t		*data;
	size_t			 len;
};

#endif /* POLICY_MODEL_AUTH_H */
