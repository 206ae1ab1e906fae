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
#ifndef PARENT_ASROOT_FILTER_H
#define PARENT_ASROOT_FILTER_H

#include <stddef.h>

#include "proto_filter.h"

/*
 * The nftables table "ikd_filter" of family inet: packet filters, in a table
 * of our own.  A term is a rule, its counter an object with a name, which
 * outlives the rules that count by it.
 */
void	 asroot_filter_open(void);	/* before the door */

/*
 * From now on these terms (checked by filter.c) hold, in one transaction;
 * none: the table goes, if it is ours.  tun: the user-space plane's device,
 * by which tunnels are known; 0: the kernel knows them.  NULL, or why not
 * (until the next call): what held before holds then.
 */
const char *asroot_filter_set(const struct wt_filter *t, size_t n,
	    unsigned int tun);

/* Calls fn for each counter that there is. */
void	 asroot_filter_count(void (*fn)(void *arg,
	    const struct mt_tally *t), void *arg);

#endif /* PARENT_ASROOT_FILTER_H */
