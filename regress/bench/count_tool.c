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

/*
 * Counting instructions: this program stands in a directory for `ikd -l`
 * under the name of each role, and becomes valgrind's callgrind on the real
 * one, DIR/real/NAME; the result is in DIR/out/NAME.PID.  Only roles built
 * with VARIANT=count run so: the sandbox of the others refuses valgrind.
 */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	char	 dir[PATH_MAX], out[PATH_MAX + 64], real[PATH_MAX + 64];
	char	*slash;
	ssize_t	 n;

	(void)argc;
	(void)argv;
	if ((n = readlink("/proc/self/exe", dir, sizeof(dir) - 1)) == -1)
		err(1, "readlink");
	dir[n] = '\0';
	if ((slash = strrchr(dir, '/')) == NULL)
		errx(1, "%s", dir);
	*slash = '\0';
	snprintf(out, sizeof(out), "--callgrind-out-file=%s/out/%s.%%p", dir,
	    slash + 1);
	snprintf(real, sizeof(real), "%s/real/%s", dir, slash + 1);
	execl("/usr/bin/valgrind", "valgrind", "--tool=callgrind", "-q", out,
	    real, (char *)NULL);
	err(1, "valgrind");
}
