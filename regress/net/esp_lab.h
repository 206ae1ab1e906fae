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

#ifndef ESP_LAB_H
#define ESP_LAB_H

#include <sys/types.h>

#include <stdint.h>

#include "proto_parent_esp.h"

/*
 * Two namespaces with a TUN each, joined by veth, and an ikd-esp in each, as
 * the suite starts them (own uid, empty root, filtered); the test stands in
 * the place of both parents:
 *
 *	namespace A                           namespace B
 *	ikd0 10.1.0.1, fd01::1                ikd0 10.2.0.1, fd02::1
 *	v0 192.0.2.1, 2001:db8::1  --veth--   v0 192.0.2.2, 2001:db8::2
 *
 * Functions fail the running test when something does not work.
 */
struct pipe;

/* A host: its namespace, its plane, what the plane said last. */
struct host {
	const char		*name;
	const char		*outer4, *outer6, *net4, *net6;
	int			 ns;
	int			 tun, arena, udp4, udp6;
	pid_t			 pid;
	struct pipe		*pipe;
	int			 ready, answered;
	uint16_t		 code;
	struct me_acquire	 acquire;
	unsigned int		 acquires;
	struct wt_counters	 counters;
	struct me_plane		 plane;
};


extern struct host lab_a, lab_b;

/* cmocka's set-up and tear-down of it all. */
int	lab_set_up(void **state);
int	lab_tear_down(void **state);

/* Starts a plane on the host's arena; kills it with SIGKILL. */
void	lab_start_plane(struct host *h);
void	lab_kill_plane(struct host *h);

/* Runs a shell command in the host's namespace; its wait status. */
int	lab_run(const struct host *h, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same without waiting for its end; its pid. */
pid_t	lab_begin(const struct host *h, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* This process stands in the host's namespace from now on. */
void	lab_enter(const struct host *h);

/* Everything on the wire so far was ours: UDP 4500, ARP, neighbours. */
void	lab_check_wire(void);

/* One turn of the loop, at most a millisecond; and until cond holds. */
void	lab_turn(void);
#define LAB_WAIT_MS	10000
#define LAB_UNTIL(cond) do {						\
	int i_;								\
	for (i_ = 0; i_ < LAB_WAIT_MS && !(cond); i_++)			\
		lab_turn();						\
	assert_true(cond);						\
} while (0)

/* Host h's half of pair n, outer IPv6 when six is 1. */
struct me_sa_add lab_half(const struct host *h, uint32_t n, int six);
void	lab_add_both(uint32_t n, int six);
void	lab_delete_both(uint32_t n);
struct wt_counters lab_counters(struct host *h, uint32_t n);
/* A counter of PLANE_INFO. */
uint64_t lab_plane(struct host *h, const char *name);

#endif /* ESP_LAB_H */
