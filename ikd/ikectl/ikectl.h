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

#ifndef IKECTL_IKECTL_H
#define IKECTL_IKECTL_H

#include <stddef.h>
#include <stdint.h>

#include "proto_ctl.h"

struct event_base;

#define POLICY_DIR	"/etc/ikd"

/* What the command line said before the verb. */
struct ctl_opts {
	const char	*run_dir;	/* sockets */
	const char	*policy_dir;	/* /etc/ikd */
	const char	*libexec;	/* tmd-policy */
	const char	*output;	/* -o FILE after the verb; NULL: none */
	int		 json;
	int		 verbose;	/* -v, before or after the verb */
	const char	*state_dir;	/* its database; NULL: not said */
};

/*
 * Turns the rows of one answer into text.  One printer a kind of answer;
 * rows come in order, end() once, with the DONE.  A printer prints to stdout
 * and keeps what it needs between rows in its own static state: ikectl asks
 * one question and exits.
 */
struct printer {
	void	(*row)(const struct mq_row *);
	void	(*end)(const struct mq_done *);
};

extern const struct printer print_json, print_json_lines, print_list,
    print_full, print_steps, print_table, print_blocks, print_kinds,
    print_events, print_group, print_reload, print_explain, print_trace,
    print_db, print_filters;

/* The value of a key, or dflt (which may be NULL). */
const char *row_get(const struct mq_row *r, const char *k, const char *dflt);

/* DONE's sentence: to stdout when good, else to stderr. */
void	 print_sentence(const struct mq_done *d);

/* Is want the first words of words, or nothing? */
int	 words_begin(const char *words, const char *want);

/* "1.2 GB" in steps of 1024; "" for zero. */
char	*size_text(const char *octets, char *out, size_t size);

/* "2h03m", "41m", "1d04h", "12s": two units at most. */
char	*since_text(const char *seconds, char *out, size_t size);

/* Seconds of "30s 5m 4h 7d" or a bare number; -1 when it is none. */
long	 time_parse(const char *s);

/* Usage errors are an object on stdout from now on, as others are. */
void	 usage_json(void);
/* Called wrongly: says so, and returns CTL_USAGE. */
int	 usage_wrong(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/*
 * Asks tmd and prints the answer.  Returns an exit status (enum ctl_exit);
 * what failed has been said on stderr.
 */
int	client_ask(const struct ctl_opts *o, const struct mq_request *req,
	    const struct printer *out);

/*
 * The same, with a socket that the service writes to (closed in any case)
 * and, before the loop runs, a word to who reads the other end of it.
 */
int	client_ask_sink(const struct ctl_opts *o, const struct mq_request *req,
	    const struct printer *out, int sink,
	    void (*start)(struct event_base *));

/* `ikectl db` (all but import) and `ikectl diff`. */
int	db_run(const struct ctl_opts *o, struct mq_request *req);

/* `ikectl filter VERB`. */
int	filter_run(const struct ctl_opts *o, const struct mq_request *q);

/* `ikectl trace`. */
int	trace_run(const struct ctl_opts *o, const struct mq_request *req);

/* `ikectl check [FILE]`: runs tmd-policy as the caller. */
int	check_run(const struct ctl_opts *o, int argc, char **argv);
/* The same of the whole policy, in a process of its own: 0 when it is good. */
int	check_wait(const struct ctl_opts *o);
/* How many tunnels the policy has; -1 when it is not good.  Says nothing. */
int	policy_tunnels(const struct ctl_opts *o);

/* `ikectl wizard [--cert]`. */
int	wizard_run(const struct ctl_opts *o, int argc, char **argv);

/* `ikectl psk VERB`, and the same of kind ppk; -1: called wrongly. */
int	psk_run(const struct ctl_opts *o, const char *kind, int argc,
	    char **argv);

#define PSK_LINE	64	/* "0s", base64 of the octets, newline */
/*
 * 256 random bits as a PSK file has them, without the newline; the caller
 * wipes them.  0, or -1 with the reason said.
 */
int	psk_random(char line[PSK_LINE]);

/*
 * A new PSK file of one line, its newline left out; the running service is
 * told.  0, or -1 with the reason said (there is one of this name).
 */
int	psk_put(const struct ctl_opts *o, const char *name, const char *line);
/* Deletes it again. */
void	psk_drop(const struct ctl_opts *o, const char *name);

/*
 * Tells certd-sign of a changed file of kind, "psk" or "ppk" (line NULL: it
 * was deleted).  line is the file's content.  Returns 0, 1 when the service
 * does not run (it reads the file at its start), or -1 when it refused, with
 * the reason said.
 */
int	secrets_tell(const struct ctl_opts *o, const char *kind,
	    const char *name, const char *line, size_t len);

/*
 * Brings certd-sign an opened private key and wipes *m.  Returns as
 * secrets_tell(); what was refused is in said, of MSG_TEXT + 1 octets.
 */
int	secrets_unlock(const struct ctl_opts *o, struct mq_unlock *m,
	    char *said);

/* Asks certd-sign which secrets of kind it holds; calls fn for each row. */
int	secrets_list(const struct ctl_opts *o, const char *kind,
	    void (*fn)(const struct mq_row *));

#endif /* IKECTL_IKECTL_H */
