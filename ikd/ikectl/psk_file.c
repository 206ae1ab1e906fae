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
 * The files of pre-shared keys, below psk/ and ppk/: what one may be called,
 * how it is read and written, and that the running service is told of it,
 * and nobody else.
 */
#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <readpassphrase.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "km.h"
#include "name.h"
#include "psk.h"

#define PSK_OCTETS	32	/* 256 bits, RFC 7296 section 2.15's advice */

int
psk_dir(const struct ctl_opts *o, const char *kind)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", o->policy_dir, kind);
	if (mkdir(path, 0700) == -1 && errno != EEXIST) {
		fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
		return (-1);
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
	return (fd);
}

int
psk_tell(const struct ctl_opts *o, const char *kind, const char *name,
    const char *line, size_t len)
{
	int rc = secrets_tell(o, kind, name, line, len);

	if (rc == 1 && !o->json)
		fprintf(stderr, "The service does not run; it reads the file "
		    "when it starts.\n");
	return (rc == -1 ? CTL_REFUSED : CTL_OK);
}

const char *
psk_problem(const struct stat *st, char *out, size_t size)
{
	struct passwd *pw = getpwnam("_certsign");

	return (psk_mode_problem(st->st_mode, st->st_uid, pw != NULL ?
	    pw->pw_uid : 0, out, size));
}

const char *
psk_line_problem(const char *line, size_t len, size_t *octets)
{
	uint8_t key[PSK_FILE_MAX];
	const char *why;

	if (len > PSK_MAX)
		return ("longer than 4096 octets");
	why = psk_decode((const uint8_t *)line, len, key, octets);
	explicit_bzero(key, sizeof(key));
	return (why);
}

/* All that fd has, at most size; NULL, or what is wrong. */
static const char *
read_fd(int fd, char *line, size_t size, size_t *len)
{
	ssize_t n;

	*len = 0;
	do {
		n = read(fd, line + *len, size - *len);
		if (n == -1 && errno != EINTR)
			return (strerror(errno));
		if (n > 0)
			*len += (size_t)n;
	} while (n != 0 && *len < size);
	return (*len == size ? "longer than 4096 octets" : NULL);
}

int
psk_read(int dir, const char *path, char line[PSK_FILE_MAX], size_t *len)
{
	const char *why = NULL;
	struct stat st;
	char text[128];
	int fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0)
		fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
		    (dir != AT_FDCWD ? O_NOFOLLOW : 0));
	if (fd == -1 || fstat(fd, &st) == -1)
		why = strerror(errno);
	else if (S_ISREG(st.st_mode) || dir != AT_FDCWD)
		why = psk_problem(&st, text, sizeof(text));
	if (why == NULL)
		why = read_fd(fd, line, PSK_FILE_MAX, len);
	if (fd > STDIN_FILENO)
		close(fd);
	if (why == NULL)
		return (0);
	fprintf(stderr, "ikectl: %s: %s", strcmp(path, "-") == 0 ?
	    "the standard input" : path, why);
	if (dir != AT_FDCWD && fd == -1)
		fputs(km_instead(dir, path, text, sizeof(text)), stderr);
	fputc('\n', stderr);
	return (-1);
}

int
psk_ask(const char *name, char line[PSK_FILE_MAX], size_t *len)
{
	char again[PSK_FILE_MAX], prompt[128];
	int rc = -1;

	snprintf(prompt, sizeof(prompt), "Pre-shared key of %s: ", name);
	if (readpassphrase(prompt, line, PSK_FILE_MAX, RPP_ECHO_OFF |
	    RPP_REQUIRE_TTY) == NULL ||
	    readpassphrase("The same again: ", again, sizeof(again),
	    RPP_ECHO_OFF | RPP_REQUIRE_TTY) == NULL)
		fprintf(stderr, "ikectl: there is no terminal to ask for the "
		    "key: name a file, or - for the standard input\n");
	else if (strcmp(line, again) != 0)
		fprintf(stderr, "ikectl: the two differ\n");
	else
		rc = 0;
	*len = rc == 0 ? strlen(line) : 0;
	explicit_bzero(again, sizeof(again));
	return (rc);
}

int
psk_write(const struct ctl_opts *o, const char *kind, const char *name,
    const char *line, size_t len, int force)
{
	int dir, rc;

	if ((dir = psk_dir(o, kind)) == -1)
		return (-1);
	rc = km_write_at(dir, name, line, len, 0600, force);
	if (rc == -1)
		fprintf(stderr, "ikectl: %s/%s/%s: %s%s\n", o->policy_dir,
		    kind, name, strerror(errno), errno == EEXIST ?
		    "; --force writes over it" : "");
	close(dir);
	return (rc);
}

int
psk_random(char line[PSK_LINE])
{
	uint8_t key[PSK_OCTETS];
	int n;

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
		fprintf(stderr, "ikectl: no random octets\n");
		return (-1);
	}
	memcpy(line, "0s", 2);
	n = EVP_EncodeBlock((unsigned char *)line + 2, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	if (n <= 0 || (size_t)n + 2 != strlen(line)) {
		fprintf(stderr, "ikectl: a key cannot be written\n");
		return (-1);
	}
	return (0);
}

int
psk_put(const struct ctl_opts *o, const char *name, const char *key)
{
	char line[PSK_FILE_MAX];
	int n, rc = -1;

	n = snprintf(line, sizeof(line), "%s\n", key);
	if (name_file_wrong(name) != NULL || n < 0 ||
	    (size_t)n >= sizeof(line))
		fprintf(stderr, "ikectl: psk %s: no such name, or too long "
		    "a key\n", name);
	else if (psk_write(o, "psk", name, line, (size_t)n, 0) == 0)
		rc = psk_tell(o, "psk", name, line, (size_t)n) == CTL_OK ?
		    0 : -1;
	explicit_bzero(line, sizeof(line));
	return (rc);
}

void
psk_drop(const struct ctl_opts *o, const char *name)
{
	int dir = psk_dir(o, "psk");

	if (dir == -1)
		return;
	if (unlinkat(dir, name, 0) == 0)
		(void)psk_tell(o, "psk", name, NULL, 0);
	close(dir);
}
