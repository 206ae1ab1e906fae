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

#ifndef POLICY_KEYS_H
#define POLICY_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"

/*
 * The table of keys: every key of the reference, its type, its default, and
 * whether this version has it.  keymap.c reads a map by it, canon.c prints
 * one by it.
 */
struct reader;
struct canon;
struct keymap;

enum key_type {
	KEY_NOT,	/* not built: refused, but for the value `only` */
	KEY_BOOL, KEY_NUMBER, KEY_TIME, KEY_SIZE, KEY_PERCENT, KEY_FACTOR,
	KEY_WORD,	/* one of words */
	KEY_TEXT,	/* const char * */
	KEY_MAP,	/* a struct inside, read by sub */
	KEY_FN		/* read by set, printed by print */
};

struct word {
	const char	*w;		/* NULL ends */
	uint64_t	 v;
	const char	*refused;	/* NULL: built; else why not */
};

/* set_policy.c: those of allow-weak, of signatures and of accept. */
extern const struct word weak_words[], sign_words[], accept_words[];

struct key {
	const char		*name;
	enum key_type		 type;
	const char		*def;	/* text of the default; NULL: none */
	size_t			 off;	/* of the value in the struct */
	uint64_t		 min;
	uint64_t		 max;
	const char		*zero;	/* a word for 0: no, auto */
	const struct word	*words;
	const struct keymap	*sub;
	/* v is the value's node; obj the struct the map is read into. */
	void			(*set)(struct reader *r, const struct key *k,
				    const struct node *v, void *obj);
	void			(*print)(struct canon *c, const struct key *k,
				    const void *obj);
	const char		*only;
	const char		*why;	/* why not; of a word: why no other */
};

struct keymap {
	const char		*what;	/* "a tunnel": where the keys belong */
	const struct key	*keys;
	size_t			 n;
	size_t			 built;	/* the first ones, with an at[] */
	size_t			 at;	/* offset of at[] */
};

extern const struct keymap keys_top, keys_ports, keys_control, keys_log,
    keys_retransmit, keys_retry, keys_flood, keys_certificates, keys_fetch,
    keys_ldap, keys_token, keys_filter, keys_dynamic,
    keys_defaults, keys_policies,
    keys_ike_policy, keys_child_policy, keys_tunnel, keys_endpoint,
    keys_auth, keys_authority, keys_dpd, keys_child, keys_sa, keys_sa_way;

/* All of them, ended by NULL. */
extern const struct keymap *const keymaps[];

#endif /* POLICY_KEYS_H */
