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

#ifndef SIGN_MANUAL_H
#define SIGN_MANUAL_H

#include "proto_manual.h"
#include "proto_snap.h"
#include "wire.h"

/*
 * Manual keys: the rows of the policy and the files of manual/ that they
 * name.  Key octets are wiped before their memory is given back.
 */
struct manuals;

struct manuals	*manuals_new(void);
void		 manuals_free(struct manuals *m);	/* NULL is fine */

/* A file as the starter read it; own is our uid. */
void		 manuals_load(struct manuals *m, const struct sn_secret *s,
		    uint32_t own);
/* A row of the policy; NULL, or what is wrong with it (a literal). */
const char	*manuals_add(struct manuals *m, const struct sn_manual *row);
/* Forgets the rows, keeps the files; takes over those of from (or NULL). */
void		 manuals_forget_rows(struct manuals *m);
void		 manuals_take_rows(struct manuals *m, struct manuals *from);

/*
 * Are all files that the rows name there, and do they fit?  NULL, or the
 * first that does not, with its line and tunnel, in out.  dir: the policy
 * directory, for people.
 */
const char	*manuals_problem(struct manuals *m, const char *dir, char *out,
		    size_t size);

/*
 * The SAs of a tunnel, and prints of their keys under secret.  out->code
 * says how it went.
 */
void		 manuals_tell(struct manuals *m, struct slice secret,
		    const struct mv_keys_want *want, struct mv_keys_are *out);

/*
 * The INSTALL of a child for its grant, if its keys are those of the print;
 * *out is wiped by the caller.  NULL, or why not (a literal).
 */
const char	*manuals_install(struct manuals *m, struct slice secret,
		    const struct mv_keys_use *use, struct mi_keys *out);

#endif /* SIGN_MANUAL_H */
