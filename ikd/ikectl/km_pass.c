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
 * Passphrases: the first line of a file, or typed on the terminal without
 * echo.  Never an argument, which every user of the machine can see.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <readpassphrase.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "km.h"

void
pass_wipe(struct pass *p)
{
	OPENSSL_cleanse(p, sizeof(*p));
}

/* NULL, or what is wrong with the file. */
static const char *
from_fd(int fd, struct pass *p)
{
	struct stat st;
	char *nl;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return (strerror(errno));
	if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
		return ("open to others: chmod 600");
	while (p->len < sizeof(p->text) &&
	    memchr(p->text, '\n', p->len) == NULL) {
		n = read(fd, p->text + p->len, sizeof(p->text) - p->len);
		if (n == 0)
			break;
		if (n == -1 && errno != EINTR)
			return (strerror(errno));
		if (n > 0)
			p->len += (size_t)n;
	}
	if ((nl = memchr(p->text, '\n', p->len)) != NULL)
		p->len = (size_t)(nl - p->text);
	if (p->len >= sizeof(p->text))
		return ("the line has more than 1023 octets");
	if (memchr(p->text, '\0', p->len) != NULL)
		return ("a zero octet in the line");
	p->text[p->len] = '\0';
	return (p->len == 0 ? "the first line is empty" : NULL);
}

static int
from_file(const char *path, struct pass *p)
{
	const char *why;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (fail("%s: %s", path, strerror(errno)));
	why = from_fd(fd, p);
	close(fd);
	if (why != NULL) {
		pass_wipe(p);
		return (fail("%s: %s", path, why));
	}
	p->have = 1;
	return (0);
}

static int
from_terminal(const char *prompt, struct pass *p)
{
	if (readpassphrase(prompt, p->text, sizeof(p->text), RPP_ECHO_OFF |
	    RPP_REQUIRE_TTY) == NULL) {
		pass_wipe(p);
		return (fail("there is no terminal to ask for a passphrase: "
		    "say --passphrase-file"));
	}
	p->len = strlen(p->text);
	p->have = 1;
	return (0);
}

int
pass_old(const struct km *km, const char *what, struct pass *p)
{
	const char *path = km_opt(km, KO_PASS);
	char prompt[256];

	memset(p, 0, sizeof(*p));
	if (path != NULL)
		return (from_file(path, p));
	snprintf(prompt, sizeof(prompt), "Passphrase of %s: ", what);
	return (from_terminal(prompt, p));
}

static int
ask_twice(const char *what, struct pass *p)
{
	char prompt[256];
	struct pass again;
	int same;

	snprintf(prompt, sizeof(prompt), "New passphrase for %s: ", what);
	if (from_terminal(prompt, p) == -1)
		return (-1);
	if (p->len == 0)
		return (fail("an empty passphrase protects nothing"));
	memset(&again, 0, sizeof(again));
	if (from_terminal("The same again: ", &again) == -1)
		return (-1);
	same = again.len == p->len &&
	    CRYPTO_memcmp(again.text, p->text, p->len) == 0;
	pass_wipe(&again);
	if (same)
		return (0);
	pass_wipe(p);
	return (fail("the passphrases differ"));
}

int
pass_new(const struct km *km, const char *what, int fresh, struct pass *p)
{
	const char *path = km_opt(km, KO_NEWPASS);

	memset(p, 0, sizeof(*p));
	if (path == NULL && fresh)
		path = km_opt(km, KO_PASS);
	if (path != NULL)
		return (from_file(path, p));
	if (km_opt(km, KO_ENCRYPT) != NULL)
		return (ask_twice(what, p));
	return (0);
}
