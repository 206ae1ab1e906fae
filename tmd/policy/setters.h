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

#ifndef POLICY_SETTERS_H
#define POLICY_SETTERS_H

#include "reader.h"

/*
 * The setters and printers of keys that are more than one scalar, by the
 * file they are in.  Signatures as in struct key.
 */
/* set_policy.c: words of accept or signatures as bits; none: all. */
uint32_t signature_bits(const struct words *w);
/* What allow-weak says of signatures: enum sign_weak. */
uint8_t	signature_weak(const struct sa_policy *p);

#define SETTER(name)							\
	void name(struct reader *r, const struct key *k,		\
	    const struct node *v, void *obj)
#define PRINTER(name)							\
	void name(struct canon *c, const struct key *k, const void *obj)

/* set_top.c */
SETTER(set_later);		/* read in its own phase: read_policy() */
SETTER(set_listen);
SETTER(set_metrics);
SETTER(set_run_name);
SETTER(set_group);
SETTER(set_subsystems);

/* set_net.c */
SETTER(set_address);
SETTER(set_id);
SETTER(set_nets);
SETTER(set_protocol);
SETTER(set_ports);
SETTER(set_dscp);
SETTER(set_tfc);
SETTER(set_icmp_type);
SETTER(set_icmp_code);

/* set_tunnel.c */
SETTER(set_endpoint);
SETTER(set_dpd);
SETTER(set_redirect);
SETTER(set_number);
SETTER(set_children);

/* set_group.c */
#define GROUP_PREFIX	"group:"
SETTER(set_peers);
void	read_groups(struct reader *r, const struct node *map);
/* Does a value name a group? */
int	group_is(const char *s);
/* The group that v, "group:NAME", names; NULL, with a problem told. */
const struct id_group *group_named(struct reader *r, const struct node *v);
/* Its address members as selectors of a side with room for LINK_TS. */
void	group_nets(struct reader *r, const struct key *k,
	    const struct node *v, struct nets *nets);

/* lane.c */
SETTER(set_interface);
SETTER(set_vrf);
SETTER(set_mark);
SETTER(set_if_id);
PRINTER(print_interface);
PRINTER(print_vrf);
PRINTER(print_mark);
PRINTER(print_if_id);

/* set_fetch.c */
SETTER(set_fetch_proxy);
SETTER(set_fetch_nets);
SETTER(set_ldap_servers);
SETTER(set_ldap_dn);
SETTER(set_hash_url);
/* Are certificates taken by hash and URL? */
int	fetch_hash_url(const struct policy *po);
/* What holds when nothing is said of these. */
void	fetch_defaults(struct fetching *f);
/* Words of allow or exclude as prefixes: how many, or -1: more than max. */
/* set_net.c: is it a name that has addresses (RFC 1123 section 2.1)? */
int	host_name_valid(const char *s);
int	fetch_nets(const struct words *w, struct wt_prefix *out,
	    unsigned int max);
/* check of fetch: what one key says of another. */
void	check_fetch(struct reader *r);

/* set_token.c */
SETTER(set_token);
PRINTER(print_token);
SETTER(set_auth_key);
SETTER(set_token_module);
SETTER(set_token_paths);
SETTER(set_token_label);
SETTER(set_secret_file);
/* Does a key's name say that it is in a token?  NULL says no. */
int	token_is_uri(const char *s);
/*
 * NULL, or what is wrong with such a URI.  *seen: bits of what it names, 1
 * the token's label, 2 its serial number.
 */
const char *token_uri_wrong(const char *s, unsigned int *seen);
/* The URI in full, with the label that pkcs11 has. */
void	resolve_token(struct reader *r, struct auth *a);
/* Is there what pkcs11 needs?  Files are looked for when checking. */
void	check_token(struct reader *r, int checking);
/* VRFs that are not there: warnings, when checking. */
void	look_for_vrfs(struct reader *r, int checking);

/* set_auth.c */
SETTER(set_auth);
SETTER(set_tunnel_psk);
SETTER(set_auth_psk);
SETTER(set_auth_file);
SETTER(set_auth_ca);
SETTER(set_auth_oids);
SETTER(set_auth_cert_id);
SETTER(set_auth_id);

/* set_ppk.c */
SETTER(set_tunnel_ppk);
void	read_ppks(struct reader *r, const struct node *map);
/* Which PPKs a tunnel uses; resolve.c asks. */
void	resolve_ppk(struct reader *r, struct tunnel *t);
struct canon;
void	put_ppks(struct canon *c, const struct policy *po);

/* set_authority.c */
SETTER(set_authority_urls);
void	read_authorities(struct reader *r, const struct node *map);
/* The authority of this name, or NULL. */
const struct authority *authority_find(const struct policy *po,
	    const char *name);
/* Which of ca are files, and what its authorities say of revocation. */
void	resolve_authorities(struct reader *r, struct auth *a);
/* Is what crl: or ocsp: names a URL? */
int	authority_is_url(const char *s);

/* set_filter.c */
SETTER(set_filters);
SETTER(set_filter_name);
SETTER(set_filter_nets);
SETTER(set_filter_protocol);
SETTER(set_filter_icmp);
SETTER(set_filter_ports);
SETTER(set_filter_interface);
void	read_filters(struct reader *r, const struct node *list);
/* filter_rows.c: one key of a rule, as it is listed. */
PRINTER(print_filter);

/* set_policy.c */
SETTER(set_signatures);
SETTER(set_ike_policy);
SETTER(set_child_policy);
SETTER(set_proposals);
SETTER(set_allow_weak);
SETTER(set_accept);

/* canon_fn.c */
PRINTER(print_listen);
PRINTER(print_text_if);
PRINTER(print_subsystems);
PRINTER(print_endpoint);
PRINTER(print_address);
PRINTER(print_id);
PRINTER(print_auth);
PRINTER(print_auth_id);
PRINTER(print_psk);
PRINTER(print_tunnel_psk);
PRINTER(print_text);
PRINTER(print_cert_id);
PRINTER(print_dpd);
PRINTER(print_redirect);
PRINTER(print_metrics);
PRINTER(print_number);
PRINTER(print_ike_policy);
PRINTER(print_child_policy);
PRINTER(print_words);
PRINTER(print_children);
PRINTER(print_nets);
PRINTER(print_protocol);
PRINTER(print_dscp);
PRINTER(print_tfc);
PRINTER(print_icmp_type);
PRINTER(print_icmp_code);
PRINTER(print_ports);
PRINTER(print_peers);

/* The phases of the whole file, in set_top.c: tree to model. */
void	read_policy(struct reader *r, const struct node *root);
/* set_tunnel.c */
void	read_tunnels(struct reader *r, const struct node *map);
/* set_policy.c: built-in policies, then the file's. */
void	read_policies(struct reader *r, const struct node *map);
/* The defaults and the proposals' text to transforms. */
void	finish_policy(struct reader *r, struct sa_policy *p);
/* Is the name of a tunnel, child or policy fit?  Else a problem is told. */
int	read_name(struct reader *r, const struct node *key, const char *kind);

#endif /* POLICY_SETTERS_H */
