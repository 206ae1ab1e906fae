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

#ifndef PARENT_ESP_PLANE_H
#define PARENT_ESP_PLANE_H

#include <stdint.h>

#include "grant.h"
#include "proto_parent_esp.h"
#include "proto_parent_ike.h"

/*
 * The user-space data plane, as the grant half drives it: one operation a
 * pair at a time, queued while ikd-esp is away or out of credit, answered
 * only when ikd-esp has answered, and in PLANE_SECONDS in any case.
 */
#define PLANE_SECONDS	5
#define PLANE_WAITING	1024		/* operations queued at most */

/* The arena, before the first ikd-esp. */
void	 plane_init(void);

/* Counters: answered by SA_INFO, by PAIR rows and PAIRS_END, by PLANE. */
void	 plane_ask_pair(struct pair *p, uint32_t req);
void	 plane_ask_pairs(uint32_t grant, uint32_t req);
void	 plane_ask_info(uint32_t req);
/* Who asked is gone: nobody to answer. */
void	 plane_forget_worker(unsigned int inst);
void	 plane_forget_tmd(void);

/* What ikd-esp says (from_esp.c). */
void	 plane_added(const struct me_sa_result *r);
void	 plane_deleted(const struct me_sa_result *r);
void	 plane_moved(const struct me_sa_result *r);
void	 plane_counted(const struct me_count *c);
void	 plane_counted_all(const struct me_req *m);
void	 plane_info(const struct me_plane *m);
/* It has made free what it was waiting for: send what waits. */
void	 plane_pump(void);

#endif /* PARENT_ESP_PLANE_H */
