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

/* Logging to the parent's lossy pipe, or to stderr before there is one. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

unsigned char log_levels[LS_MAX];

static const char *log_name = "?";
static int log_fd = -1;
static unsigned int log_lost;

/* Lines of this turn of the loop, as they will go: see log.h. */
static uint8_t log_rec[LOG_RECORD];
static size_t log_len;
static unsigned int log_lines;

static const char *const level_names[] = {
	"error", "warning", "notice", "info", "debug"
};
static const char *const sub_names[LS_MAX] = {
	"core", "ike", "child", "cert", "eap", "radius", "dhcp", "filter",
	"policy", "kernel"
};

void
log_init(const char *name, enum log_level level)
{
	log_name = name;
	memset(log_levels, level, sizeof(log_levels));
}

void
log_set_pipe(int fd)
{
	log_flush();
	if (log_fd != -1)
		close(log_fd);
	log_fd = fd;
}

void
log_set_level(enum log_sub sub, enum log_level level)
{
	log_levels[sub] = (unsigned char)level;
}

const char *
log_level_name(enum log_level level)
{
	return (level <= LOG_L_DEBUG ? level_names[level] : "?");
}

static int
find(const char *const *names, int n, const char *s)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(names[i], s) == 0)
			return (i);
	return (-1);
}

int
log_level_parse(const char *s)
{
	return (find(level_names, LOG_L_DEBUG + 1, s));
}

const char *
log_sub_name(enum log_sub sub)
{
	return (sub < LS_MAX ? sub_names[sub] : "?");
}

int
log_sub_parse(const char *s)
{
	return (find(sub_names, LS_MAX, s));
}

/* Appends a line to what will go; there is room. */
static void
put_line(enum log_sub sub, enum log_level level, const char *text, size_t len)
{
	uint8_t *p = log_rec + log_len;

	p[0] = (uint8_t)level;
	p[1] = (uint8_t)sub;
	p[2] = (uint8_t)(len >> 8);
	p[3] = (uint8_t)len;
	memcpy(p + LOG_LINE_HDR, text, len);
	log_len += LOG_LINE_HDR + len;
	log_lines++;
}

/*
 * A full pipe loses what was to go; the count goes ahead of the next lines
 * that fit.
 */
void
log_flush(void)
{
	int saved = errno;

	if (log_len > 0 && log_fd != -1 && send(log_fd, log_rec, log_len,
	    MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		log_lost += log_lines;
	log_len = 0;
	log_lines = 0;
	errno = saved;
}

static void
to_pipe(enum log_sub sub, enum log_level level, const char *text, size_t len)
{
	char note[64];
	unsigned int lost;
	int n;

	if (log_len + 2 * LOG_LINE_HDR + sizeof(note) + len > sizeof(log_rec))
		log_flush();
	if ((lost = log_lost) > 0) {
		n = snprintf(note, sizeof(note), "%u log lines lost", lost);
		put_line(LS_CORE, LOG_L_WARNING, note, (size_t)n);
		log_lines += lost - 1;
		log_lost = 0;
	}
	put_line(sub, level, text, len);
	if (level <= LOG_L_WARNING)
		log_flush();
}

static void
emit(enum log_sub sub, enum log_level level, const char *fmt, va_list ap)
{
	char text[LOG_LINE_MAX];
	int n;

	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	if (log_fd != -1)
		to_pipe(sub, level, text, (size_t)n);
	else
		fprintf(stderr, "%s: %s: %s\n", log_name,
		    log_level_name(level), text);
}

void
log_line(enum log_sub sub, enum log_level level, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (!log_wants(sub, level))
		return;
	va_start(ap, fmt);
	emit(sub, level, fmt, ap);
	va_end(ap);
	errno = saved;
}

static void __attribute__((noreturn))
die(const char *func, const char *fmt, va_list ap, int err)
{
	char text[LOG_LINE_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	log_line(LS_CORE, LOG_L_ERROR, "fatal: %s: %s%s%s", func, text,
	    err != 0 ? ": " : "", err != 0 ? strerror(err) : "");
	if (log_fd != -1)	/* the pipe is lossy: stderr is not */
		fprintf(stderr, "%s: fatal: %s: %s%s%s\n", log_name, func,
		    text, err != 0 ? ": " : "", err != 0 ? strerror(err) : "");
	exit(1);
}

void
fatal_(const char *func, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	die(func, fmt, ap, 0);
}

void
fatal_errno_(const char *func, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	die(func, fmt, ap, err);
}

void *
xcalloc(unsigned long n, unsigned long size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		fatal("out of memory (%lu x %lu octets)", n, size);
	return (p);
}

void *
xreallocarray(void *p, unsigned long n, unsigned long size)
{
	void *q = reallocarray(p, n, size);

	if (q == NULL)
		fatal("out of memory (%lu x %lu octets)", n, size);
	return (q);
}

char *
xstrdup(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		fatal("out of memory");
	return (p);
}
