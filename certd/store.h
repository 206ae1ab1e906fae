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

#ifndef CERTD_STORE_H
#define CERTD_STORE_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

/*
 * What is, or is to be, fetched: one item for each URL (and for OCSP each
 * certificate), however many negotiations wait for it.  When to fetch, to
 * renew, to try again; bounded in number and octets, the item not used
 * longest goes first.  Pure: the clock is the caller's, seconds since 1970.
 */
#define STORE_ITEMS	1024
#define STORE_OCTETS	(64UL * 1024 * 1024)
#define STORE_HELD	(32UL * 1024 * 1024)	/* what nobody believes yet */
#define STORE_KEY	32
#define STORE_WHY	256
#define STORE_BACKOFF	10	/* seconds after the first failure, doubling */
#define STORE_BACKOFF_MOST 600
#define STORE_LATE	90	/* certd-fetch has answered long before */
#define STORE_LEAST	5 /* seconds between two renewals, however short */
#define STORE_NO_END	3600	/* seconds what names no end is good for */
/* Renewed as long as it was of use in so many seconds. */
#define STORE_IDLE	(30 * 86400)

enum store_state {
	STORE_FRESH,	/* it is there */
	STORE_WAIT,	/* it is being fetched, or is about to be */
	STORE_FAILED	/* it could not be had: why; not to be tried now */
};

struct item {
	TAILQ_ENTRY(item) entry;
	uint8_t		 key[STORE_KEY];
	uint8_t		 kind;		/* enum fetch_kind */
	char		*url;
	void		*value;		/* the caller's, from the first */
	size_t		 size;		/* octets of it */
	size_t		 held;		/* others, that nobody believes yet */
	unsigned int	 pins;		/* who holds a pointer to the item */
	int		 queued;	/* to be fetched */
	uint32_t	 req;		/* being fetched; 0: not */
	int64_t		 asked;		/* since then */
	int64_t		 used;		/* last */
	int64_t		 until;		/* it is good until then; 0: nothing */
	int64_t		 renew;		/* and renewed then; 0: never */
	unsigned int	 fails;		/* in a row */
	int64_t		 again;		/* not before; after a failure */
	char		 why[STORE_WHY];	/* of the last failure */
};

struct store;

/*
 * drop frees the value of an item that goes, let_go what nobody believes of
 * one that stays; each may be NULL.
 */
struct store	*store_new(void (*drop)(struct item *),
		    void (*let_go)(struct item *));
void		 store_free(struct store *s);	/* NULL is fine */

/*
 * The item with this key, made when there is none; *made says so.  NULL when
 * there is no room: all others are pinned.
 */
struct item	*store_item(struct store *s, const uint8_t key[STORE_KEY],
		    unsigned int kind, const char *url, int64_t now,
		    int *made);
struct item	*store_by_req(struct store *s, uint32_t req);
struct item	*store_first(struct store *s);	/* the newest in use */
unsigned int	 store_count(const struct store *s);
size_t		 store_octets(const struct store *s); /* of what is believed */
size_t		 store_held(const struct store *s);	/* of the rest */

/* Is it there?  If not, it will be fetched, unless it failed just now. */
enum store_state store_want(struct store *s, struct item *it, int64_t now);
/*
 * What is to be fetched next: what is waited for, then what is to be renewed.
 */
struct item	*store_next(struct store *s, int64_t now);
/* It is being fetched. */
void		 store_asked(struct item *it, uint32_t req, int64_t now);
/*
 * Here it is: good from `from` until `until` (0: no end is named), renewed
 * after percent of that time.  size octets; others make room.
 */
void		 store_filled(struct store *s, struct item *it, size_t size,
		    int64_t from, int64_t until, unsigned int percent,
		    int64_t now);
/* It takes so many octets now; others make room. */
void		 store_size(struct store *s, struct item *it, size_t size);
/*
 * So many octets of it wait for somebody who believes them.  They have room
 * of their own: others that wait, the item not used longest first, are let
 * go.  -1: that is more than there is room for, and none of it is held.
 */
int		 store_hold(struct store *s, struct item *it, size_t size);
/* It could not be had, or is no use; why is copied. */
void		 store_failed(struct item *it, const char *why, int64_t now);
/*
 * By another measure it has to prove itself again: neither that it is there
 * nor that it failed counts, and what would be renewed some day is now.
 */
void		 store_anew(struct item *it, int64_t now);
/* An item whose fetch has not been answered in time, or NULL. */
struct item	*store_late(struct store *s, int64_t now);
/* certd-fetch is gone: what it was asked for is to be asked for again. */
void		 store_unasked(struct store *s);
/* When it is fetched again by itself; INT64_MAX: not until it is wanted. */
int64_t		 store_renewal(const struct item *it);
/* When something is due: seconds since 1970; INT64_MAX: nothing is. */
int64_t		 store_due(const struct store *s, int64_t now);

#endif /* CERTD_STORE_H */
