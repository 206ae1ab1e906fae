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
 * main() of the fuzz targets in builds without libFuzzer: runs the target
 * over every file of the directories in argv and prints a TAP line for each
 * directory.  A target that finds something aborts, which no TAP reader
 * takes for a success.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX	(1024 * 1024)	/* a corpus file is small */

/* Runs one file from memory of exactly its size, so that overreads show. */
static int
run_file(const char *path)
{
	struct stat st;
	uint8_t *buf;
	FILE *f;
	size_t len;

	if (stat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return (0);
	if (st.st_size > INPUT_MAX || (f = fopen(path, "rb")) == NULL)
		return (-1);
	len = (size_t)st.st_size;
	if ((buf = malloc(len == 0 ? 1 : len)) == NULL ||
	    fread(buf, 1, len, f) != len) {
		free(buf);
		fclose(f);
		return (-1);
	}
	fclose(f);
	LLVMFuzzerTestOneInput(buf, len);
	free(buf);
	return (1);
}

/* Returns the number of files that ran, or -1. */
static int
run_dir(const char *dir)
{
	struct dirent *de;
	char path[4096];
	int n = 0, r = 0;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return (-1);
	while (r >= 0 && (de = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		if ((r = run_file(path)) > 0)
			n++;
	}
	closedir(d);
	return (r < 0 ? -1 : n);
}

int
main(int argc, char *argv[])
{
	int bad = 0, i, n;

	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		n = run_dir(argv[i]);
		if (n > 0)
			printf("ok %d - %s: %d inputs\n", i, argv[i], n);
		else
			printf("not ok %d - %s: %s\n", i, argv[i],
			    n == 0 ? "no inputs" : "cannot be read");
		bad += n <= 0;
		fflush(stdout);
	}
	return (bad != 0 || argc < 2);
}
