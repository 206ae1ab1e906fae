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

#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdarg.h>
#include <stdint.h>

/*
 * Logging.  Before a process has its log pipe, lines go to stderr.  With
 * it, the lines of a turn of the loop are one datagram on a lossy pipe to the
 * parent, which adds role, pid and time and escapes what is not printable;
 * lines that did not fit are counted and the count is told later.  A line is
 * level, subsystem, the length of its text in two octets, text.  Secrets
 * never come here.
 */
#define LOG_RECORD	4096	/* octets of a datagram */
#define LOG_LINE_HDR	4
#define LOG_LINE_MAX	1000	/* octets of a text, cut beyond */

enum log_level { LOG_L_ERROR, LOG_L_WARNING, LOG_L_NOTICE, LOG_L_INFO,
	LOG_L_DEBUG };

/* Subsystems: the words of `log: {subsystems: ...}`. */
enum log_sub { LS_CORE, LS_IKE, LS_CHILD, LS_CERT, LS_EAP, LS_RADIUS, LS_DHCP,
	LS_FILTER, LS_POLICY, LS_KERNEL, LS_MAX };

extern unsigned char log_levels[LS_MAX];

/* name is the role's, as in "ikd-ike"; level holds until log_set_level(). */
void	log_init(const char *name, enum log_level level);

/* From now on to this descriptor (a SEQPACKET socket); owns fd. */
void	log_set_pipe(int fd);

/* Lines go now; warnings do not wait for it. */
void	log_flush(void);

void	log_set_level(enum log_sub sub, enum log_level level);
const char *log_level_name(enum log_level level);
int	log_level_parse(const char *s);		/* -1: no such level */
const char *log_sub_name(enum log_sub sub);
int	log_sub_parse(const char *s);		/* -1: no such subsystem */

/* Is the line wanted?  Ask before formatting something costly. */
#define log_wants(sub, level)	((level) <= log_levels[sub])

void	log_line(enum log_sub sub, enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#define log_error(sub, ...)	log_line(sub, LOG_L_ERROR, __VA_ARGS__)
#define log_warn(sub, ...)	log_line(sub, LOG_L_WARNING, __VA_ARGS__)
#define log_notice(sub, ...)	log_line(sub, LOG_L_NOTICE, __VA_ARGS__)
#define log_info(sub, ...)	log_line(sub, LOG_L_INFO, __VA_ARGS__)
#define log_debug(sub, ...) do {					\
	if (log_wants(sub, LOG_L_DEBUG))				\
		log_line(sub, LOG_L_DEBUG, __VA_ARGS__);		\
} while (0)

/*
 * What a line is about.  It ends in fields that a program can find, of those
 * that are known: " tunnel=NAME no=N.M peer=ADDRESS", a name with a blank
 * in quotes; they stay where a text too long is cut.
 */
struct wt_addr;
struct log_about {
	const char		*tunnel;	/* its name, or NULL */
	uint32_t		 no, child;	/* numbers; 0: none */
	const struct wt_addr	*peer;		/* NULL, or no family: none */
};

#define LOG_ABOUT(t, n, c, p)	(&(struct log_about){ t, n, c, p })

void	log_about(const struct log_about *a, enum log_sub sub,
	    enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The same behind a prefix ("" is none), of a function's own arguments. */
void	log_about_v(const struct log_about *a, enum log_sub sub,
	    enum log_level level, const char *prefix, const char *fmt,
	    va_list ap) __attribute__((format(printf, 5, 0)));

/* Our own bug, or a failed step of the sandbox: say so and exit(1). */
void	fatal_(const char *func, const char *fmt, ...)
	    __attribute__((noreturn, format(printf, 2, 3)));
/* The same with strerror(errno) appended. */
void	fatal_errno_(const char *func, const char *fmt, ...)
	    __attribute__((noreturn, format(printf, 2, 3)));
#define fatal(...)		fatal_(__func__, __VA_ARGS__)
#define fatal_errno(...)	fatal_errno_(__func__, __VA_ARGS__)

/* calloc(3) and strdup(3) that are fatal when memory is out. */
void	*xcalloc(unsigned long n, unsigned long size);
void	*xreallocarray(void *p, unsigned long n, unsigned long size);
char	*xstrdup(const char *s);

#endif /* COMMON_LOG_H */
