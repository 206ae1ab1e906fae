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

#ifndef IKECTL_PSK_H
#define IKECTL_PSK_H

#include <sys/stat.h>

#include "ikectl.h"
#include "pskfile.h"

/*
 * Files of pre-shared keys: kind is "psk" or "ppk", the directory.  What
 * fails is said on the standard error.
 */
#define PSK_FILE_MAX	(PSK_MAX + 2)	/* a line too long is seen to be */

/* The directory of the kind, made when it is missing; or -1. */
int	psk_dir(const struct ctl_opts *o, const char *kind);
/*
 * Tells the service; that it does not run is fine, since it reads the file
 * when it starts.  line NULL: the file is gone.  Returns an exit status.
 */
int	psk_tell(const struct ctl_opts *o, const char *kind,
	    const char *name, const char *line, size_t len);
/* NULL, or why the service would not take a file of this mode and owner. */
const char *psk_problem(const struct stat *st, char *out, size_t size);
/* NULL, with the octets of the key, or why a file of this text is none. */
const char *psk_line_problem(const char *line, size_t len, size_t *octets);
/*
 * Reads a file of the directory dir; or, with AT_FDCWD, any file that is a
 * pipe or nobody else's, or "-", the standard input.  0 or -1.  The caller
 * wipes line.
 */
int	psk_read(int dir, const char *path, char line[PSK_FILE_MAX],
	    size_t *len);
/* Asks for a key on the terminal, twice.  0 or -1; the caller wipes line. */
int	psk_ask(const char *name, char line[PSK_FILE_MAX], size_t *len);
/* Writes a whole file, durably; over another one with force.  0 or -1. */
int	psk_write(const struct ctl_opts *o, const char *kind,
	    const char *name, const char *line, size_t len, int force);

#endif /* IKECTL_PSK_H */
