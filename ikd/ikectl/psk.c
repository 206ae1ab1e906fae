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
 * `ikectl psk` and `ikectl ppk`: pre-shared keys are files below psk/,
 * post-quantum ones below ppk/, that root alone can read; the running service
 * is told of each change, and nobody else.
 */
#include <sys/random.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ikectl.h"

#define PSK_OCTETS	32	/* 256 bits, RFC 7296 section 2.15's advice */
#define PSK_OCTETS_MAX	4098	/* of a file, and its end */

/*
 * The directory of that kind, psk or ppk, made when it is missing; -1 with a
 * sentence said.
 */
static int
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

/* File names: what a tunnel's `psk:` may say. */
static int
name_ok(const char *s)
{
	size_t n = strlen(s);

	return (n > 0 && n <= NAME_MAX_LEN && s[0] != '.' &&
	    strchr(s, '/') == NULL && strchr(s, ',') == NULL &&
	    wire_text_ok(s, n));
}

/* One object a line for programs. */
static void
print_object(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

/* Not running is fine: the service reads the file when it starts. */
static int
tell(const struct ctl_opts *o, const char *kind, const char *name,
    const char *line, size_t len)
{
	int rc = secrets_tell(o, kind, name, line, len);

	if (rc == 1 && !o->json)
		fprintf(stderr, "The service does not run; it reads the file "
		    "when it starts.\n");
	return (rc == -1 ? CTL_REFUSED : CTL_OK);
}

/* Writes the whole line to a new file; 0 or -1 with errno. */
static int
write_new(int dir, const char *name, const char *line, size_t len)
{
	int fd, saved;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return (-1);
	if (write(fd, line, len) != (ssize_t)len || fsync(fd) == -1 ||
	    fsync(dir) == -1) {
		saved = errno;
		(void)unlinkat(dir, name, 0);
		close(fd);
		errno = saved;
		return (-1);
	}
	close(fd);
	return (0);
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

static int
create(const struct ctl_opts *o, const char *kind, int dir, const char *name)
{
	char line[PSK_LINE];
	size_t len;
	int rc;

	if (psk_random(line) == -1)
		return (CTL_REFUSED);
	len = strlen(line);
	line[len++] = '\n';
	if (write_new(dir, name, line, len) == -1) {
		fprintf(stderr, "ikectl: %s/%s/%s: %s", o->policy_dir, kind,
		    name, strerror(errno));
		if (errno == EEXIST)
			fprintf(stderr, " (ikectl %s delete it first)", kind);
		fputc('\n', stderr);
		explicit_bzero(line, sizeof(line));
		return (CTL_REFUSED);
	}
	rc = tell(o, kind, name, line, len);
	line[len - 1] = '\0';
	if (o->json)
		print_object(json_pack("{ssssss}", "kind", kind, "name", name,
		    "secret", line));
	else
		printf("%s\n", line);
	if (!o->json && isatty(STDOUT_FILENO))
		fprintf(stderr, "This is the key for the other side; it is "
		    "not shown again.\n");
	explicit_bzero(line, sizeof(line));
	return (rc);
}

int
psk_put(const struct ctl_opts *o, const char *name, const char *key)
{
	char line[PSK_OCTETS_MAX];
	int dir, n, rc = -1;

	n = snprintf(line, sizeof(line), "%s\n", key);
	if (!name_ok(name) || n < 0 || (size_t)n >= sizeof(line))
		fprintf(stderr, "ikectl: psk %s: no such name, or too long "
		    "a key\n", name);
	else if ((dir = psk_dir(o, "psk")) != -1) {
		if (write_new(dir, name, line, (size_t)n) == -1)
			fprintf(stderr, "ikectl: %s/psk/%s: %s%s\n",
			    o->policy_dir, name, strerror(errno),
			    errno == EEXIST ? " (rename or delete it)" : "");
		else
			rc = tell(o, "psk", name, line, (size_t)n) ==
			    CTL_OK ? 0 : -1;
		close(dir);
	}
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
		(void)tell(o, "psk", name, NULL, 0);
	close(dir);
}

static int
delete(const struct ctl_opts *o, const char *kind, int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == -1) {
		fprintf(stderr, "ikectl: %s/%s/%s: %s\n", o->policy_dir, kind,
		    name, strerror(errno));
		return (CTL_REFUSED);
	}
	return (tell(o, kind, name, NULL, 0));
}

/* What the service holds, joined to the files by name. */
static struct {
	char	name[NAME_MAX_LEN + 1];
	char	text[200];
} held[256];
static size_t nheld;

static void
on_held(const struct mq_row *r)
{
	const char *used = row_get(r, "used", NULL);

	if (nheld == sizeof(held) / sizeof(held[0]))
		return;
	snprintf(held[nheld].name, sizeof(held[nheld].name), "%s",
	    row_get(r, "name", ""));
	snprintf(held[nheld].text, sizeof(held[nheld].text), "%s%s%s",
	    "loaded", used != NULL && strcmp(used, "yes") == 0 ? ", used" :
	    ", not used", "");
	nheld++;
}

static const char *
held_text(const char *name, int running)
{
	size_t i;

	for (i = 0; i < nheld; i++)
		if (strcmp(held[i].name, name) == 0)
			return (held[i].text);
	return (running ? "not loaded" : "");
}

static int
list(const struct ctl_opts *o, const char *kind, int dir)
{
	struct dirent *de;
	struct stat st;
	DIR *d;
	const char *bad, *state;
	int running;

	running = secrets_list(o, kind, on_held) == 0;
	if ((d = fdopendir(dup(dir))) == NULL)
		return (CTL_REFUSED);
	while ((de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || fstatat(dir, de->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		bad = !S_ISREG(st.st_mode) ? "not a file" :
		    st.st_mode & 077 ? "readable by others: chmod 600" : "";
		state = held_text(de->d_name, running);
		if (o->json)
			print_object(json_pack("{ssssssss}", "kind", kind,
			    "name", de->d_name, "problem", bad, "state",
			    state));
		else
			printf("%-24s %s%s%s\n", de->d_name, state,
			    bad[0] != '\0' && state[0] != '\0' ? "; " : "",
			    bad);
	}
	closedir(d);
	return (CTL_OK);
}

int
psk_run(const struct ctl_opts *o, const char *kind, int argc, char **argv)
{
	int dir, rc;

	if (!(argc == 1 && strcmp(argv[0], "list") == 0) &&
	    !(argc == 2 && (strcmp(argv[0], "create") == 0 ||
	    strcmp(argv[0], "delete") == 0))) {
		fprintf(stderr, "usage: ikectl %s create NAME | delete NAME "
		    "| list\n", kind);
		return (CTL_USAGE);
	}
	if (argc == 2 && !name_ok(argv[1])) {
		fprintf(stderr, "ikectl: \"%s\" is not a name: 1-64 printable "
		    "characters without / and ,\n", argv[1]);
		return (CTL_USAGE);
	}
	if (geteuid() != 0) {
		fprintf(stderr, "ikectl: %s: you must be root\n", kind);
		return (CTL_PERMISSION);
	}
	if ((dir = psk_dir(o, kind)) == -1)
		return (CTL_REFUSED);
	if (argc == 1)
		rc = list(o, kind, dir);
	else if (strcmp(argv[0], "create") == 0)
		rc = create(o, kind, dir, argv[1]);
	else
		rc = delete(o, kind, dir, argv[1]);
	close(dir);
	return (rc);
}
