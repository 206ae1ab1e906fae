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

#ifndef POLICY_MODEL_SUITE_H
#define POLICY_MODEL_SUITE_H

#include <stdint.h>

#include "model_auth.h"

struct node;

/*
 * The part of the policy that is not of one tunnel: see model.h for how it
 * is laid out.
 */
struct retransmit {
	uint64_t		 first;
	uint64_t		 factor;	/* in hundredths */
	uint64_t		 tries;
	const struct node	*at[3];
};

enum { CERTS_WARN, CERTS_SEND, CERTS_URL, CERTS_KEYS };
struct certificates {
	uint64_t		 warn;
	uint64_t		 send;		/* enum send_certs */
	const char		*url;	/* no, yes, or what ours begin with */
	const struct node	*at[CERTS_KEYS];
};

enum { RETRY_FIRST, RETRY_MOST, RETRY_KEYS };
struct retry {
	uint64_t		 first;
	uint64_t		 most;
	const struct node	*at[RETRY_KEYS];
};

enum { PORTS_IKE, PORTS_NATT, PORTS_TCP, PORTS_KEYS };
struct ports {
	uint64_t		 ike;
	uint64_t		 natt;
	uint64_t		 tcp;		/* 0: none */
	const struct node	*at[PORTS_KEYS];
};

enum { CTL_PATH, CTL_GROUP, CTL_RO_PATH, CTL_KEYS };
struct control {
	const char		*path;		/* name in the run directory */
	const char		*group;
	const char		*ro_path;	/* NULL: none */
	const struct node	*at[CTL_KEYS];
};

enum { LOG_LEVEL, LOG_TO, LOG_SUBSYSTEMS, LOG_KEYS };
struct logging {
	uint64_t		 level;
	uint64_t		 to;
	uint8_t			 subs[16];	/* 255: the general level */
	const struct node	*at[LOG_KEYS];
};

struct flood {
	uint64_t		 cookies_at;
	uint64_t		 per_source;
	uint64_t		 half_open;
	uint64_t		 hold;		/* seconds */
	const struct node	*at[4];
};

enum { LDAP_SERVERS, LDAP_BASE, LDAP_BIND_DN, LDAP_PASSWORD, LDAP_PROXY,
	LDAP_KEYS };
struct ldap {
	struct words		 servers;
	const char		*base;		/* NULL: none */
	const char		*bind_dn;	/* NULL: anonymous */
	const char		*password;	/* private/fetch/ */
	uint64_t		 proxy;
	const struct node	*at[LDAP_KEYS];
};

enum { FETCH_SOCKS, FETCH_HTTP_PROXY, FETCH_LDAP, FETCH_TIMEOUT,
	FETCH_MAX_SIZE, FETCH_REFRESH, FETCH_ALLOW, FETCH_EXCLUDE,
	FETCH_KEYS };
struct fetching {
	const char		*socks;		/* NULL: none */
	const char		*http_proxy;
	struct ldap		 ldap;
	uint64_t		 timeout;
	uint64_t		 max_size;
	uint64_t		 refresh;
	struct words		 allow;		/* as written */
	struct words		 exclude;
	const struct node	*at[FETCH_KEYS];
};

enum { TOKEN_MODULE, TOKEN_LABEL, TOKEN_PIN, TOKEN_PATHS_KEY, TOKEN_KEYS };
struct token {
	const char		*module;	/* NULL: none */
	const char		*label;		/* for URIs without one */
	const char		*pin;		/* private/token/ */
	struct words		 paths;
	const struct node	*at[TOKEN_KEYS];
};

#endif /* POLICY_MODEL_SUITE_H */
