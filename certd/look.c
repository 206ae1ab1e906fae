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

#include <time.h>
#include <unistd.h>

#include "book.h"
#include "expiry.h"
#include "log.h"
#include "look.h"
#include "looker.h"
#include "own.h"
#include "proto_types.h"
#include "snap.h"

/* Who we are by our certificates, for certd-sign to compare its keys with. */
static void
pass_on(const struct book *b)
{
	int fd = own_rows(book_entries(b), LOOK_GENERATION);
	const char *why;
	const void *p;
	size_t len;

	if ((p = memfd_map(fd, SNAP_MAX, &len, &why)) == NULL)
		fatal("%s", why);
	if (write(LOOK_OURS_FD, p, len) != (ssize_t)len)
		fatal_errno("cannot pass our certificates on");
	close(fd);
}

int
certd_look(void)
{
	static char text[MSG_TEXT + 1];
	struct book *b = NULL;
	const char *why;

	looker_begin(ROLE_CERTD);
	looker_drop(ROLE_CERTD);
	why = book_read(LOOK_SNAP_FD, LOOK_GENERATION, &b, text,
	    sizeof(text));
	if (why != NULL)
		log_error(LS_CERT, "%s", why);
	else {
		(void)expiry_log(b, (int64_t)time(NULL), 0);
		pass_on(b);
	}
	log_flush();
	book_free(b);
	return (why != NULL);
}
