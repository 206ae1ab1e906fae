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
#ifndef POLICY_FILTER_H
#define POLICY_FILTER_H

#include "reader.h"

struct snap_writer;

/*
 * filter_check.c: what one key of a rule says of another; its tunnel, whose
 * number is known by now.
 */
void	filters_check(struct reader *r);

/*
 * filter_compile.c: rules into terms (po->terms), each of which is one rule
 * of the kernel.  Only for a policy without errors; may find one more.
 */
void	filters_compile(struct reader *r);
/* Which counter a term of the dynamic table has (enum filter_dyn). */
enum filter_dyn { DYN_IKE, DYN_NATT, DYN_ESP, DYN_AH, DYN_TCP, DYN_TCP_PEER,
	DYN_TERMS };
struct filter_dyn_row {
	enum filter_dyn	 what;
	const char	*name;
	uint8_t		 proto;
	uint64_t	 port;		/* 0: none */
	int		 theirs;	/* the peer's port, not ours */
};
/*
 * The rows in their order, of which there is one for each direction: i counts
 * from 0.  0: no more.
 */
int	filters_dyn(const struct policy *po, unsigned int i,
	    struct filter_dyn_row *row);
uint64_t filters_dyn_counter(const struct filter_dyn_row *d, int out);

/* filter_rows.c: the rules as they are listed; gives each its counter. */
void	filters_name_counters(struct policy *po);
void	filters_put_rows(const struct policy *po, struct snap_writer *w);
/* What begins a log line of a rule. */
void	filters_prefix(const struct filter *f, unsigned int no, char *out,
	    size_t size);

#endif /* POLICY_FILTER_H */
