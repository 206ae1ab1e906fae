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

#ifndef TMD_CTL_STATS_H
#define TMD_CTL_STATS_H

#include "proto_ike_tmd.h"
#include "proto_parent_tmd.h"

/*
 * Answers of other processes to what ikectl asked us; those nobody waits
 * for any more are dropped.
 */
void	ctl_stats_came(unsigned int worker, const struct mx_stats *m);
void	ctl_process_came(const struct mt_process *m);
void	ctl_processes_end(const struct mt_result *m);
void	ctl_plane_came(const struct mt_plane *m);
void	ctl_problem_came(const struct mt_problem *m);
void	ctl_reloaded(const struct mt_reloaded *m);
/* fd: the snapshot of what would hold; owned. */
void	ctl_looked(const struct mt_looked *m, int fd);

/* Counters of filters: kept until the next question. */
void	ctl_tallies_came(const struct mt_tallies *m);
void	ctl_filters_end(const struct mt_result *m);

/* Counters of pairs: kept with the pair, whoever asked. */
void	ctl_pair_came(const struct mt_pair *m);
void	ctl_pairs_end(const struct mt_result *m);

#endif /* TMD_CTL_STATS_H */
