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


#ifndef ESP_STREAM_H
#define ESP_STREAM_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "now.h"

/*
 * Streams of IKE and ESP over TCP (RFC 9329).  One process has to tell the
 * two apart, so ikd-esp holds them: IKE goes to the worker whose it is and
 * comes from there (stray.c), ESP the way of any packet.  A stream is known
 * by its two ends, as the outer path of an SA pair names them.
 *
 * Whoever opened it begins it with a prefix and makes it anew when it is
 * lost: if we did, the worker asks the parent again; a responder waits.
 *
 * A stream on which no authenticated session lives (RFC 9329 section 6.1) is
 * closed soon; of those there is a bound per source and in all, so that
 * neither silence nor garbage costs more than that.  Nothing waits for a peer
 * that does not read: ESP that its buffer cannot take is a counted drop, as
 * in a NIC.  IKE is not sent again over TCP, so its stream ends instead; so
 * does the one that has waited longest, where buffers are short.
 */
struct event_base;
struct event;
struct me_stream;
struct mw_hold;

#define STREAMS_MOST	16384
#define UNHELD_MOST	1024	/* without a session, the oldest go first */
#define UNHELD_SOURCE	32	/* of one address (IPv6: /64) */
#define UNHELD_FRAME	32768	/* octets there: IKE_MSG_MAX, and more */
#define PREFIX_MS	5000	/* until the prefix is there */
#define FIRST_MS	10000	/* until the first message is */
#define UNHELD_MS	60000	/* from then on, until one is authenticated */
#define LEFT_MS		5000	/* since the last one has left */
#define CONNECT_MS	15000
#define BAD_MOST	1024	/* unreadable ones in a row: out of step */
#define UNHELD_BAD	16
#define PARTS_MOST	(64UL * 1024 * 1024)	/* octets half read, of all */

enum stream_state { STREAM_CONNECTING, STREAM_PREFIX_IN, STREAM_OPEN };

/* Octets to send; from a pool (stream_out.c). */
struct stream_out;

struct stream {
	LIST_ENTRY(stream)	 entry;		/* by its ends; or dead */
	TAILQ_ENTRY(stream)	 unheld;	/* while holds is 0 */
	SLIST_ENTRY(stream)	 flush;		/* while dirty */
	enum stream_state	 state;
	int			 fd;		/* -1: dead */
	int			 ours;		/* we opened it */
	struct wt_sock		 local, remote;
	uint64_t		 until_ms;	/* while nobody holds it */
	uint32_t		 holds;		/* sessions on it */
	int			 trusted;	/* there was one, once */
	uint16_t		*held_by;	/* of each worker */
	uint8_t			 worker;	/* who asked for it, if ours, */
	uint64_t		 session;	/* and for what; 0: was told */
	struct event		*readable, *writable, *resume;
	uint8_t			*part;		/* half a message */
	size_t			 part_len;
	unsigned int		 bad;		/* in a row */
	uint32_t		 spi;		/* of the last good ESP */
	int			 spoken;	/* a message of IKE came */
	struct bucket		 rate;		/* of IKE messages */
	struct stream_out	*out;		/* NULL: nothing waits */
	TAILQ_ENTRY(stream)	 waiting;	/* while out is not NULL */
	uint64_t		 since_ms;	/* the peer has read nothing */
	int			 dirty; /* to be written at turn's end */
};

/* workers: how many ikd-ike there are. */
void	stream_init(struct event_base *base, unsigned int workers);
/* A listening socket; fd is ours. */
void	stream_listener(int fd);
/* A socket that is connecting; fd is ours. */
void	stream_given(const struct me_stream *m, int fd);
/* Time-outs; frees what died since. */
void	stream_sweep(void);

/* ---- for stray.c: what the workers say ---- */
/* An IKE message, its marker included; lost if there is no such stream. */
void	stream_send_ike(const struct wt_sock *local,
	    const struct wt_sock *remote, const uint8_t *p, size_t len);
void	stream_hold(unsigned int worker, const struct mw_hold *m);
void	stream_worker_gone(unsigned int worker);

/* ---- for udp_send.c ---- */
/* An ESP packet that goes by a stream; it is copied. */
void	stream_queue(const struct arena_path *path, const uint8_t *esp,
	    size_t len);
/* Writes what is queued. */
void	stream_flush(void);

/* ---- among stream*.c ---- */
struct stream *stream_find(const struct wt_sock *local,
	    const struct wt_sock *remote);
/*
 * It is no more: the workers that it matters to are told why (an errno; 0:
 * the peer has closed it).  The memory stays until stream_sweep().
 */
void	stream_end(struct stream *s, int why);
/*
 * The one with most octets half read: of those without a session, then of
 * all.  NULL: none has any.
 */
struct stream *stream_greedy(void);
/* Connected, or not: tells the worker; 0 or -1 (it has ended). */
int	stream_connected(struct stream *s);
/* Reads from now on; the prefix comes first, if the peer opened it. */
void	stream_start(struct event_base *base, struct stream *s);
/* stream_in.c, stream_out.c: what they keep of it. */
void	stream_in_end(struct stream *s);
void	stream_out_end(struct stream *s);
/* The prefix, as the first thing; 0, or -1: there is no buffer for it. */
int	stream_put(struct stream *s, const void *p, size_t len);
/* As much as the kernel takes; the rest when it takes more. */
void	stream_write(struct stream *s);

#endif /* ESP_STREAM_H */
