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

/*
 * What the pipes of the parent with ike, esp, tmd and tmd-policy carry; see
 * proto.c.
 */
#include "proto_parent_esp.h"
#include "proto_parent_ike.h"
#include "proto_parent_policy.h"
#include "proto_parent_tmd.h"

/* proto_parent_ike.h */
#define WIRE_SELF struct mi_install
WIRE_TYPE(mi_install);
#undef WIRE_SELF
#define WIRE_SELF struct mi_result
WIRE_TYPE(mi_result);
#undef WIRE_SELF
#define WIRE_SELF struct mi_sa
WIRE_TYPE(mi_sa);
#undef WIRE_SELF
#define WIRE_SELF struct mi_pair
WIRE_TYPE(mi_pair);
#undef WIRE_SELF
#define WIRE_SELF struct mi_migrate
WIRE_TYPE(mi_migrate);
#undef WIRE_SELF
#define WIRE_SELF struct mi_removed
WIRE_TYPE(mi_removed);
#undef WIRE_SELF
#define WIRE_SELF struct mi_expire
WIRE_TYPE(mi_expire);
#undef WIRE_SELF
#define WIRE_SELF struct mi_mapping
WIRE_TYPE(mi_mapping);
#undef WIRE_SELF
#define WIRE_SELF struct mi_way
WIRE_TYPE(mi_way);
#undef WIRE_SELF
#define WIRE_SELF struct mi_stream
WIRE_TYPE(mi_stream);
#undef WIRE_SELF
#define WIRE_SELF struct mi_begun
WIRE_TYPE(mi_begun);
#undef WIRE_SELF
#define WIRE_SELF struct mi_addr
WIRE_TYPE(mi_addr);
#undef WIRE_SELF
#define WIRE_SELF struct mi_addrs
WIRE_TYPE(mi_addrs);
#undef WIRE_SELF

/* proto_parent_esp.h */
#define WIRE_SELF struct me_sa_add
WIRE_TYPE(me_sa_add);
#undef WIRE_SELF
#define WIRE_SELF struct me_sa_result
WIRE_TYPE(me_sa_result);
#undef WIRE_SELF
#define WIRE_SELF struct me_handle
WIRE_TYPE(me_handle);
#undef WIRE_SELF
#define WIRE_SELF struct me_move
WIRE_TYPE(me_move);
#undef WIRE_SELF
#define WIRE_SELF struct me_query
WIRE_TYPE(me_query);
#undef WIRE_SELF
#define WIRE_SELF struct me_count
WIRE_TYPE(me_count);
#undef WIRE_SELF
#define WIRE_SELF struct me_req
WIRE_TYPE(me_req);
#undef WIRE_SELF
#define WIRE_SELF struct me_stream
WIRE_TYPE(me_stream);
#undef WIRE_SELF
#define WIRE_SELF struct me_idle
WIRE_TYPE(me_idle);
#undef WIRE_SELF
#define WIRE_SELF struct me_acquire
WIRE_TYPE(me_acquire);
#undef WIRE_SELF
#define WIRE_SELF struct me_expire
WIRE_TYPE(me_expire);
#undef WIRE_SELF
#define WIRE_SELF struct me_plane
WIRE_TYPE(me_plane);
#undef WIRE_SELF

/* proto_parent_tmd.h */
#define WIRE_SELF struct mt_result
WIRE_TYPE(mt_result);
#undef WIRE_SELF
#define WIRE_SELF struct mt_grant_id
WIRE_TYPE(mt_grant_id);
#undef WIRE_SELF
#define WIRE_SELF struct mt_old
WIRE_TYPE(mt_old);
#undef WIRE_SELF
#define WIRE_SELF struct mt_idle
WIRE_TYPE(mt_idle);
#undef WIRE_SELF
#define WIRE_SELF struct mt_here
WIRE_TYPE(mt_here);
#undef WIRE_SELF
#define WIRE_SELF struct mt_note
WIRE_TYPE(mt_note);
#undef WIRE_SELF
#define WIRE_SELF struct mt_req
WIRE_TYPE(mt_req);
#undef WIRE_SELF
#define WIRE_SELF struct mt_problem
WIRE_TYPE(mt_problem);
#undef WIRE_SELF
#define WIRE_SELF struct wt_change
WIRE_TYPE(wt_change);
#undef WIRE_SELF
#define WIRE_SELF struct mt_reload
WIRE_TYPE(mt_reload);
#undef WIRE_SELF
#define WIRE_SELF struct mt_looked
WIRE_TYPE(mt_looked);
#undef WIRE_SELF
#define WIRE_SELF struct mt_reloaded
WIRE_TYPE(mt_reloaded);
#undef WIRE_SELF
#define WIRE_SELF struct mt_process
WIRE_TYPE(mt_process);
#undef WIRE_SELF
#define WIRE_SELF struct mt_pair
WIRE_TYPE(mt_pair);
#undef WIRE_SELF
#define WIRE_SELF struct mt_plane
WIRE_TYPE(mt_plane);
#undef WIRE_SELF
#define WIRE_SELF struct mt_tally
WIRE_TYPE(mt_tally);
#undef WIRE_SELF
#define WIRE_SELF struct mt_tallies
WIRE_TYPE(mt_tallies);
#undef WIRE_SELF
#define WIRE_SELF struct mt_level
WIRE_TYPE(mt_level);
#undef WIRE_SELF
#define WIRE_SELF struct mt_lane
WIRE_TYPE(mt_lane);
#undef WIRE_SELF

/* proto_parent_policy.h */
#define WIRE_SELF struct mp_load
WIRE_TYPE(mp_load);
#undef WIRE_SELF
#define WIRE_SELF struct mp_snapshot
WIRE_TYPE(mp_snapshot);
#undef WIRE_SELF
#define WIRE_SELF struct mp_done
WIRE_TYPE(mp_done);
#undef WIRE_SELF
