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

#ifndef IKE_PENDING_H
#define IKE_PENDING_H

#include <sys/queue.h>

#include "proto_parent_ike.h"

/*
 * A request to the parent that is not answered yet.  The child may go
 * meanwhile; its number stays good.
 */
struct child;
struct ike;

enum pending_kind { PEND_INSTALL, PEND_REMOVE, PEND_MIGRATE, PEND_QUERY };

struct pending {
	LIST_ENTRY(pending)	 link;
	uint32_t		 req;
	enum pending_kind	 kind;
	struct child		*c;		/* NULL: gone, or REMOVE */
	uint64_t		 session;	/* id; QUERY */
	uint32_t		 grant, spi_in;
	uint32_t		 tunnel, child;	/* REMOVE: for the report */
	int			 report;
	uint16_t		 code;
	char			 text[MSG_TEXT + 1];
	void			*body;		/* not sent: no credit */
	size_t			 body_len;
	TAILQ_ENTRY(pending)	 wait;		/* with a body */
	struct pending_queue	*waiting;	/* where */
};

/* NULL: no such request of that kind is out. */
struct pending	*pending_find(struct ike *, uint32_t req,
		    enum pending_kind);
/* Off the list, wiped. */
void		 pending_free(struct pending *);

#endif /* IKE_PENDING_H */
