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

#ifndef METRICS_PAGE_H
#define METRICS_PAGE_H

#include <stddef.h>

#include "proto_ctl.h"

/*
 * Metrics as text (OpenMetrics 1.0): families in the order of their first
 * sample, each with its samples together, as the format wants them.
 */
struct evbuffer;
struct page;

struct page	*page_new(void);		/* fatal without memory */
void		 page_free(struct page *p);	/* NULL is fine */
/* Adds what a row of this verb's answer says; other rows are passed over. */
void		 page_row(struct page *p, const char *verb,
		    const struct mq_row *row);
/* Moves all of it, and the end mark, to out; p is empty then. */
void		 page_print(struct page *p, struct evbuffer *out);

#define PAGE_NAME	96	/* octets of a family's name, with its NUL */
#define PAGE_FAMILIES	512	/* what comes beyond is left out */

struct page_label {
	const char	*name, *value;
};
/*
 * One sample.  name: of the family, without "ikd_" and without "_total",
 * which a counter gets; what may not stand in a name becomes "_".  value is
 * a decimal number, else there is no sample.
 */
void		 page_add(struct page *p, const char *name, int counter,
		    const char *help, const struct page_label *labels,
		    size_t nlabels, const char *value);
/* The same for few: a second sample of the same labels is left out. */
void		 page_add_once(struct page *p, const char *name, int counter,
		    const char *help, const struct page_label *labels,
		    size_t nlabels, const char *value);

#endif /* METRICS_PAGE_H */
