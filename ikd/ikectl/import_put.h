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

#ifndef IKECTL_IMPORT_PUT_H
#define IKECTL_IMPORT_PUT_H

#include "import.h"

/*
 * import_id.c.  "@gw.example.com", "C=DE, CN=gw", "user@host" in our form, of
 * IMP_TEXT octets; "" for any.  Returns NULL, or why not.
 */
const char *imp_id(const char *theirs, char *out);

/* import_put.c: values of both dialects. */
struct imp_at {			/* where a value comes from */
	struct imp		*im;
	const struct conf_sec	*sec;
	const struct conf_set	*set;
	int			 nogroup;	/* leave groups out */
};
/* Says where set stands (NULL: nowhere), which now is used. */
void	 imp_use(struct imp_at *at, struct imp *im, const struct conf_sec *sec,
	    struct conf_set *set);
/*
 * A note: of names what needs this file, which belongs into dir of ours by
 * this name; key: its private key into private/, too.
 */
void	 imp_bring(struct imp *im, const char *of, const struct conf_set *set,
	    const char *file, const char *dir, const char *name, int key);
/* remote.id: any, for one that has no ID and no single address. */
void	 put_any_id(struct yn *end);
/* dataplane: kernel, for what the user-space plane lacks. */
void	 put_kernel(struct imp *im, const struct conf_sec *sec,
	    const char *what);
/* ID: 0 with our form in out (IMP_TEXT octets), -1 noted; "": any. */
int	 put_id(const struct imp_at *at, const char *value, char *out);
/* Seconds of "30s 5m 4h 7d" or a number; -1: noted. */
long	 put_time(const struct imp_at *at);
/* yes, no, true, false, 1, 0: 1 or 0; -1: noted. */
int	 put_bool(const struct imp_at *at);
/*
 * A note, if what they do after the peer has closed a tunnel (closeaction and
 * the like) is not what our start has.
 */
void	 put_after(const struct imp_at *at, const char *start);
/*
 * What they do after a peer's death, as dpd of the tunnel, where that is not
 * what its start has.  One serves all children: only the first sets it, and
 * there is a note if a later one's is another.  any: a peer without address.
 */
void	 put_death(const struct imp_at *at, struct yn *tunnel, int first,
	    int any);
/* lifetime of life seconds, renewed margin seconds before its end. */
void	 put_life(struct yn *policy, long life, long margin);
/* Octets of "10M" or a number. */
void	 put_size(const struct imp_at *at, struct yn *policy, const char *key);
/* "42", "0x2a/0xff". */
void	 put_mark(const struct imp_at *at, struct yn *map);
/*
 * A list of networks, each maybe with "[tcp/80]", as key of child; ports
 * become port_key of it.  word stands for the peer's own address.
 */
void	 put_nets(const struct imp_at *at, struct yn *child, const char *key,
	    const char *port_key, const char *word);
/* "tcp/80", "17/%any", "icmp". */
void	 put_protoport(const struct imp_at *at, const char *value,
	    struct yn *child, const char *port_key);
/* Addresses; any and lists.  0, or 1 when it says "any". */
int	 put_address(const struct imp_at *at, struct yn *end);
/* The words of a list, as items of map's key. */
void	 put_words(const struct imp_at *at, struct yn *map, const char *key);
/* The base of a file's name: "/etc/x/moonCert.pem" is "moonCert". */
void	 put_base(const char *path, char out[65]);
/* A name that ours may be, made of theirs. */
void	 put_name(const char *theirs, char out[65]);

/*
 * import_opts.c: inactivity of a child that starts so; libreswan's
 * enable-tcp; the PPK_IDs of a tunnel.
 */
void	 put_inactivity(const struct imp_at *at, struct yn *child,
	    const char *start);
void	 put_tcp(const struct imp_at *at, struct yn *tunnel);
void	 put_ppk(const struct imp_at *at, struct yn *tunnel, int required);

/*
 * import_rounds.c: the map of a side's round i of n; with several it is in a
 * list (RFC 4739), and IMP_ROUNDS are the most that the policy takes.
 */
#define IMP_ROUNDS	4
struct yn *put_round(struct yn *end, size_t i, size_t n);
/* Refuses a tunnel of which a side would prove the same twice. */
void	 put_rounds_differ(struct imp *im, const struct conf_sec *sec,
	    struct yn *tunnel);
/*
 * The ID of ours in a later round by what set says, when it has none there: a
 * key is with the address, or a note says what to do.
 */
void	 put_round_id(const struct imp_at *at, struct yn *end,
	    struct yn *round, int psk, const char *address);

/*
 * import_alg.c: proposals and allow-weak of a policy.  proto: PROTO_IKE,
 * PROTO_ESP or PROTO_AH.  Returns how many of them name a group.
 */
size_t	 put_proposals(const struct imp_at *at, struct yn *policy,
	    unsigned int proto);

/*
 * import_keys.c: settings without a counterpart.  Each that no mapper has
 * used is noted with its reason, unless its value says nothing here.
 */
void	 imp_rest_ipsec(struct imp *im, struct conf_sec *sec);
void	 imp_rest_swanctl(struct imp *im, struct conf_sec *sec);
/*
 * Of a tunnel: does what sec says keep it from being translated?  Then it is
 * refused, with the reason.  get finds a setting by key, or NULL.
 */
typedef struct conf_set *imp_get(struct imp *im, struct conf_sec *sec,
	    const char *key);
void	 imp_stops_ipsec(struct imp *im, struct conf_sec *sec, imp_get *get);
void	 imp_stops_swanctl(struct imp *im, struct conf_sec *sec,
	    imp_get *get);

/* import_take.c: what becomes of a tunnel that was translated. */
/*
 * Puts it into the output, or its children into the tunnel with the same
 * ends, as one IKE SA serves both; or frees one that was refused.
 */
void	 imp_take(struct imp *im, const struct conf_sec *sec,
	    struct yn *tunnel);
/* A child's map, its name made free among the tunnel's. */
struct yn *imp_child(struct yn *tunnel, const char *name);
/*
 * The name of the PSK's file for these IDs, as the other file writes them;
 * a note says when there is no secret.  out has 65 octets.
 */
void	 imp_psk(struct imp *im, const struct conf_sec *sec,
	    const char *local, const char *remote, char *out);

#endif /* IKECTL_IMPORT_PUT_H */
