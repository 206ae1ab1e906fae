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

#ifndef IKECTL_IMPORT_RUN_H
#define IKECTL_IMPORT_RUN_H

#include "ikectl.h"

/*
 * `ikectl db import FILE... [--secrets FILE] [--add [--replace]]`; argv
 * begins behind "import".  Returns an exit status (enum ctl_exit).
 */
int	import_run(const struct ctl_opts *o, int argc, char **argv);

/*
 * import_add.c.  im->out becomes conf.d/NAME.yaml, by the name of the file
 * from, its secrets become psk/: all of it, or nothing where the policy would
 * not be good with it.  replace: in the place of the same import before,
 * whose file stays as NAME.yaml.old.  Returns an exit status.
 */
struct imp;
int	import_add(const struct imp *im, const struct ctl_opts *o,
	    const char *from, int replace);

#endif /* IKECTL_IMPORT_RUN_H */
