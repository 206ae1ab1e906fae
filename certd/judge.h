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

#ifndef CERTD_JUDGE_H
#define CERTD_JUDGE_H

#include "book.h"
#include "proto_sign_certd.h"
#include "reason.h"

/*
 * Is the peer who it says it is?  Pure: the book, what the peer sent, what
 * certd-sign says it must have signed, and the time.
 */
struct judge_in {
	const struct book	*book;
	const struct rule	*rule;
	const struct entry	*entry;
	const struct mk_check	*check;		/* method, auth, chain */
	const struct wt_id	*peer;
	struct slice		 octets;
	int64_t			 now;		/* seconds since 1970 */
};

struct judged {
	enum reason	 code;		/* RSN_OK, or why not */
	char		 text[MSG_TEXT];
	uint8_t		 fp[32];	/* of certificate or key */
	int64_t		 bound;		/* holds until then; 0: no end */
};

void	judge(const struct judge_in *in, struct judged *out);

#endif /* CERTD_JUDGE_H */
