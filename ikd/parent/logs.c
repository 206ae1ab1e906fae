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
 * Log lines of all roles and our own: read last, given role, pid and time,
 * escaped, written to stderr or to syslog.
 *
 * The root is empty behind the door, so /dev/log is connected before it
 * closes.  A syslogd that is restarted makes a new socket there, which we
 * can no longer reach: from then on lines go to stderr (the journal, under
 * systemd), after one line that says so.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "life.h"

#define RECORDS_A_TURN	8	/* then others have a turn */
#define RECORDS_LAST	4096 /* at an end, ours or a role's: more than wait */
#define KEEP_LEVEL	0xff
#define LINES_BURST	20000	/* of a role: a large policy that starts */
#define LINES_A_SECOND	200	/* and for ever: a peer can make it speak */

enum log_to { TO_SYSLOG, TO_JOURNAL, TO_STDERR };

static int syslog_fd = -1;
static struct child self;	/* our own lines come the same way */
static unsigned char levels[LS_MAX];

static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO,
	LOG_DEBUG };

void
logs_open(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX,
	    .sun_path = "/dev/log" };

	syslog_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (syslog_fd != -1 && connect(syslog_fd, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1) {
		close(syslog_fd);
		syslog_fd = -1;
	}
}

/* Control characters and what is no UTF-8 become \ooo. */
static void
escape(char *out, size_t size, const uint8_t *in, size_t len)
{
	size_t i, o = 0;
	int text = wire_text_ok((const char *)in, len);

	for (i = 0; i < len && o + 5 < size; i++)
		if (text || (in[i] >= 0x20 && in[i] < 0x7f))
			out[o++] = (char)in[i];
		else
			o += (size_t)snprintf(out + o, size - o, "\\%03o",
			    in[i]);
	out[o] = '\0';
}

static enum log_to
where(const struct parent *p)
{
	if (p->debug || syslog_fd == -1)
		return (p->suite.log_to == TO_JOURNAL && !p->debug ?
		    TO_JOURNAL : TO_STDERR);
	return (p->suite.log_to <= TO_STDERR ? p->suite.log_to : TO_SYSLOG);
}

/* Lines of this turn, together no more than POLLOUT promises room for. */
static char		 lines[PIPE_BUF];
static size_t		 lines_len;

/*
 * A terminal that was stopped (it is opened not to wait: common/daemon.c), or
 * a full pipe, loses lines: we never wait.
 */
static void
flush_stderr(void)
{
	struct pollfd w = { STDERR_FILENO, POLLOUT, 0 };
	size_t len = lines_len;

	lines_len = 0;
	if (len == 0 || poll(&w, 1, 0) != 1 || (w.revents & POLLOUT) == 0)
		return;
	if (write(STDERR_FILENO, lines, len) == -1)
		return;		/* nobody left to tell */
}

static void
to_stderr(const char *prefix, const char *who, unsigned int pid,
    const char *level, const char *sub, const char *text)
{
	char line[5 * LOG_LINE_MAX];
	int n;

	n = snprintf(line, sizeof(line), "%s%s[%u] %s %s: %s\n", prefix, who,
	    pid, level, sub, text);
	if (n <= 0)
		return;
	if (n > PIPE_BUF) {
		n = PIPE_BUF;
		line[n - 1] = '\n';
	}
	if (lines_len + (size_t)n > sizeof(lines))
		flush_stderr();
	memcpy(lines + lines_len, line, (size_t)n);
	lines_len += (size_t)n;
}

/* RFC 3164's form, as glibc writes it. */
static int
to_syslog(const struct tm *tm, int pri, const char *who, unsigned int pid,
    const char *sub, const char *text)
{
	char line[5 * LOG_LINE_MAX], stamp[32];
	int n;

	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", tm);
	n = snprintf(line, sizeof(line), "<%d>%s %s[%u]: %s: %s",
	    LOG_DAEMON | pri, stamp, who, pid, sub, text);
	if (send(syslog_fd, line, (size_t)n, MSG_NOSIGNAL) != -1 ||
	    errno == EAGAIN)
		return (0);
	close(syslog_fd);
	syslog_fd = -1;
	return (-1);
}

static void
write_line(const struct parent *p, const char *who, unsigned int pid,
    unsigned int level, unsigned int sub, const char *text)
{
	const char *lname = log_level_name(level), *sname = log_sub_name(sub);
	static struct tm tm;
	static time_t last = -1;
	static char second[40];
	time_t now = time(NULL);
	char stamp[40];

	if (now != last) {
		(void)localtime_r(&now, &tm);
		strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S%z ", &tm);
		last = now;
	}
	strlcpy(stamp, second, sizeof(stamp));
	if (where(p) == TO_SYSLOG) {
		/* What is wrong at a start is told to who waits for it, too. */
		if (to_syslog(&tm, priorities[level], who, pid, sname,
		    text) == 0 && (p->serving || level > LOG_L_WARNING))
			return;
		if (syslog_fd == -1)
			to_stderr(stamp, "ikd-parent", self.pid, "warning",
			    "core", "syslogd is gone: logging to stderr");
	} else if (where(p) == TO_JOURNAL)
		snprintf(stamp, sizeof(stamp), "<%d>", priorities[level]);
	to_stderr(stamp, who, pid, lname, sname, text);
}

/*
 * What a peer can cause must not fill a disk: past a burst a role has so many
 * lines a second, and what that cost is told.  Errors are our own, and have a
 * share of their own: a stolen role calls everything one.
 */
static int
has_line(struct child *c, unsigned int level)
{
	struct line_share *s = &c->lines[level == LOG_L_ERROR];
	uint64_t now = parent_now();
	char text[80];

	if (s->since != now) {
		s->left = s->since == 0 || s->left + (now - s->since) *
		    LINES_A_SECOND > LINES_BURST ? LINES_BURST : s->left +
		    (now - s->since) * LINES_A_SECOND;
		s->since = now;
	}
	if (s->left == 0) {
		if (s->lost++ == 0)
			write_line(c->id.parent, role_name(c->id.role,
			    c->id.inst), c->pid, LOG_L_WARNING, LS_CORE,
			    "too many lines: not all are written");
		return (0);
	}
	s->left--;
	if (s->lost != 0 && s->left >= LINES_A_SECOND / 2) {
		snprintf(text, sizeof(text), "%llu lines were not written",
		    (unsigned long long)s->lost);
		s->lost = 0;
		write_line(c->id.parent, role_name(c->id.role, c->id.inst),
		    c->pid, LOG_L_WARNING, LS_CORE, text);
	}
	return (1);
}

static void
take_line(struct child *c, unsigned int level, unsigned int sub,
    const uint8_t *in, size_t len)
{
	char text[4 * LOG_LINE_MAX + 8];

	if (!has_line(c, level))
		return;
	escape(text, sizeof(text), in, len);
	write_line(c->id.parent, role_name(c->id.role, c->id.inst), c->pid,
	    level, sub, text);
}

/* One datagram of a role, some lines; 0 when there is none. */
static int
read_lines(struct child *c)
{
	uint8_t buf[LOG_RECORD], *p = buf;
	size_t left, len;
	ssize_t n;

	do
		n = recv(c->log_fd, buf, sizeof(buf), MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return (n == 0 ? -1 : 0);
	for (left = (size_t)n; left > 0; left -= len, p += len) {
		len = left < LOG_LINE_HDR ? left + 1 : LOG_LINE_HDR +
		    ((size_t)p[2] << 8 | p[3]);
		if (len > left || p[0] > LOG_L_DEBUG || p[1] >= LS_MAX) {
			take_line(c, LOG_L_WARNING, LS_CORE, p, left);
			break;
		}
		take_line(c, p[0], p[1], p + LOG_LINE_HDR,
		    len - LOG_LINE_HDR);
	}
	return (1);
}

static void
on_lines(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;
	int i, rc = 1;

	(void)fd;
	(void)what;
	for (i = 0; i < RECORDS_A_TURN && rc == 1; i++)
		rc = read_lines(c);
	flush_stderr();
	if (rc == -1)		/* the end: the starter tells of the death */
		event_del(c->log_ev);
}

int
logs_pipe(struct child *c)
{
	int fds[2];

	logs_close(c);
	pipe_pair(fds);
	c->log_fd = fds[0];
	c->log_ev = event_new(c->id.parent->base, fds[0],
	    EV_READ | EV_PERSIST, on_lines, c);
	if (c->log_ev == NULL ||
	    event_priority_set(c->log_ev, LOG_PRIORITY) == -1 ||
	    event_add(c->log_ev, NULL) == -1)
		fatal("log pipe");
	return (fds[1]);
}

/* What is there; who writes without end does not hold us. */
static void
read_rest(struct child *c)
{
	int i;

	for (i = 0; c->log_fd != -1 && i < RECORDS_LAST; i++)
		if (read_lines(c) != 1)
			break;
	flush_stderr();
}

void
logs_close(struct child *c)
{
	if (c->log_fd == -1)
		return;
	read_rest(c);
	event_free(c->log_ev);
	close(c->log_fd);
	c->log_ev = NULL;
	c->log_fd = -1;
}

void
logs_drain(void)
{
	struct child *c;
	unsigned int i;

	log_flush();
	for (i = 0; (c = child_at(i)) != NULL; i++)
		read_rest(c);
	read_rest(&self);
}

static void
drain_at_exit(void)
{
	logs_drain();
}

void
logs_init(struct parent *p)
{
	self.id = (struct child_id){ p, ROLE_PARENT, 0 };
	self.pid = (unsigned int)getpid();
	self.log_fd = -1;
	memset(levels, LOG_L_INFO, sizeof(levels));
	log_set_pipe(logs_pipe(&self));
	if (atexit(drain_at_exit) != 0)
		fatal("atexit");
}

static void
tell(struct child *c, unsigned int sub, unsigned int level)
{
	struct ml_level m = { (uint8_t)sub, (uint8_t)level };

	(void)child_send(c, M_SET_LEVEL, &m, -1);
}

void
logs_tell(struct child *c)
{
	unsigned int i;

	for (i = 0; i < LS_MAX; i++)
		if (levels[i] != LOG_L_INFO)
			tell(c, i, levels[i]);
}

void
logs_set(unsigned int sub, unsigned int level)
{
	struct child *c;
	unsigned int i;

	for (i = 0; i < LS_MAX; i++)
		if (sub == 255 || sub == i) {
			levels[i] = (unsigned char)level;
			log_set_level((enum log_sub)i, level);
		}
	for (i = 0; (c = child_at(i)) != NULL; i++)
		tell(c, sub, level);
}

void
logs_levels(struct parent *p)
{
	unsigned int i;

	logs_set(255, p->suite.log_level);
	for (i = 0; i < LS_MAX && i < sizeof(p->suite.log_subs); i++)
		if (p->suite.log_subs[i] != KEEP_LEVEL &&
		    p->suite.log_subs[i] <= LOG_L_DEBUG)
			logs_set(i, p->suite.log_subs[i]);
}
