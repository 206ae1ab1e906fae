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

#ifndef IKECTL_IMPORT_H
#define IKECTL_IMPORT_H

#include <sys/types.h>
#include <sys/queue.h>

#include <stddef.h>
#include <stdio.h>

/*
 * `ikectl db import`: other products' configurations become YAML.  A reader
 * makes sections of a file's text, a mapper makes a tree of YAML of them,
 * and whatever has no counterpart becomes a note with its file and line.
 */
#define IMP_DEPTH	8	/* includes, also=, sections in sections */
#define IMP_TEXT	512	/* octets of a note, an ID, an address */
#define IMP_FILE_MAX	(64 << 20)	/* 100,000 connections */
#define IMP_FILES	256	/* files that one import may read */
#define IMP_STEPS	1000	/* sections that one look-up may visit */
#define IMP_SETS	1000000	/* settings of all of them */

/* import_conf.c: settings, in sections. */
struct conf_set {
	TAILQ_ENTRY(conf_set)	 entry;
	char			*key, *value;
	const char		*file;		/* borrowed: im->files */
	unsigned int		 line;
	int			 used;
};
TAILQ_HEAD(conf_sets, conf_set);

TAILQ_HEAD(conf_secs, conf_sec);
struct conf_sec {
	TAILQ_ENTRY(conf_sec)	 entry;
	struct conf_sec		*up;
	char			*kind;		/* "conn", "" in swanctl.conf */
	char			*name;
	char			*bases;		/* "one, two", or NULL */
	const char		*file;
	unsigned int		 line;
	struct conf_sets	 sets;
	struct conf_secs	 subs;
	void			*by_name;	/* tsearch(3): those of subs */
	int			 used;
};

struct imp_note {
	TAILQ_ENTRY(imp_note)	 entry;
	const char		*file;
	unsigned int		 line;
	char			 text[IMP_TEXT];
};
TAILQ_HEAD(imp_notes, imp_note);

/* One shared secret of the other product's files. */
struct imp_secret {
	TAILQ_ENTRY(imp_secret)	 entry;
	const char		*file;
	unsigned int		 line;
	char			*ids[16];	/* as the file writes them */
	char			*plain[16];	/* as imp_id() says them, once
						 * asked; "": none */
	size_t			 nids;
	char			*key;		/* a line of our psk/, or
						 * NULL: it is missing */
	char			 name[65];	/* of the file; "": unused */
};
TAILQ_HEAD(imp_secrets, imp_secret);

struct yn;
struct imp {
	struct conf_sec		 top;
	struct imp_notes	 notes;
	struct imp_secrets	 secrets;
	char			*files[IMP_FILES];
	size_t			 nfiles, nsets;
	unsigned int		 depth;		/* of includes */
	unsigned int		 steps;		/* of one look-up */
	int			 libreswan;	/* the dialect */
	int			 refused; /* the tunnel at hand is left out */
	unsigned int		 tunnels, children, left;
	struct yn		*out;
	void			*ends;		/* import_take.c */
	void			*bases;		/* import_conn.c: also= */
};

/* All of it empty; imp_free() wipes the secrets. */
void	 imp_init(struct imp *im);
void	 imp_free(struct imp *im);
/* Keeps the name of a file for as long as im; NULL: too many. */
const char *imp_file(struct imp *im, const char *name);
/* Below up; kind and name are copied. */
struct conf_sec *imp_sec(struct conf_sec *up, const char *kind,
	    const char *name, const char *file, unsigned int line);
/* 0, or -1: too many. */
int	 imp_set(struct imp *im, struct conf_sec *sec, const char *key,
	    const char *value, const char *file, unsigned int line);
/* The last section of this kind and name, or NULL. */
struct conf_sec *imp_find(struct conf_sec *up, const char *kind,
	    const char *name);
/* The section's own last setting of a key, or NULL. */
struct conf_set *imp_own(struct conf_sec *sec, const char *key);
/* What could not be translated; text is cut at IMP_TEXT. */
void	 imp_note(struct imp *im, const char *file, unsigned int line,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same of a setting: its section, key and value stand in front. */
void	 imp_note_set(struct imp *im, const struct conf_sec *sec,
	    const struct conf_set *set, const char *why);
/* The same, and the tunnel at hand is left out. */
void	 imp_refuse(struct imp *im, const struct conf_sec *sec,
	    const struct conf_set *set, const char *why);

/*
 * Readers: pure functions of text.  include() is called for what a file
 * includes, with the pattern as written.
 */
struct imp_reader;
typedef void imp_include(struct imp *im, struct conf_sec *sec,
	    const char *file, unsigned int line, const char *pattern,
	    const struct imp_reader *reader);
struct imp_reader {
	void		(*read)(struct imp *im, struct conf_sec *sec,
			    const char *file, const char *text, size_t len,
			    const struct imp_reader *reader);
	imp_include	*include;
};
/* import_ipsec.c, import_swan.c, import_secret.c */
void	 imp_read_ipsec(struct imp *im, struct conf_sec *sec,
	    const char *file, const char *text, size_t len,
	    const struct imp_reader *reader);
void	 imp_read_swanctl(struct imp *im, struct conf_sec *sec,
	    const char *file, const char *text, size_t len,
	    const struct imp_reader *reader);
void	 imp_read_secrets(struct imp *im, struct conf_sec *sec,
	    const char *file, const char *text, size_t len,
	    const struct imp_reader *reader);
/* Takes key (text, 0x, 0s), wiping it; what cannot be one is noted. */
void	 imp_secret_add(struct imp *im, const char *file, unsigned int line,
	    char *const *ids, size_t nids, char *key, int quoted);
/* One that was not found: it has a name, and no key. */
void	 imp_secret_missing(struct imp *im, const char *local,
	    const char *remote, const char *name);
/*
 * The secret that fits these IDs best, or NULL.  IDs as the other file
 * writes them; NULL: any.
 */
struct imp_secret *imp_secret_for(struct imp *im, const char *local,
	    const char *remote);
/*
 * Once all is read: sections of sec and below take over what those named
 * behind their names have and they have not; notes on what is not there.
 */
void	 imp_swan_bases(struct imp *im, struct conf_sec *sec);
/* 1 when the file's text is swanctl.conf's, 0 when ipsec.conf's. */
int	 imp_is_swanctl(const char *text, size_t len);

/* import_yaml.c: the tree that is printed, in order of its making. */
/* The map of this name in up; made when it is missing. */
struct yn *yn_map(struct yn *up, const char *key);
/* The same; a value that stands there becomes that of inner in the map. */
struct yn *yn_deeper(struct yn *up, const char *key, const char *inner);
struct yn *yn_root(void);
void	 yn_free(struct yn *n);
/* A value; a second one replaces it. */
void	 yn_set(struct yn *map, const char *key, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* One more item of a list. */
void	 yn_add(struct yn *map, const char *key, const char *value);
/* Item i of a list of maps, from 0 on and in their order; made if need be. */
struct yn *yn_item(struct yn *map, const char *key, size_t i);
/* Is there a value, list or map of that key? */
int	 yn_has(const struct yn *map, const char *key);
/* NULL when there is none. */
const char *yn_get(const struct yn *map, const char *key);
struct yn *yn_first(const struct yn *map);
struct yn *yn_next(const struct yn *n);
const char *yn_key(const struct yn *n);
/* Moves what from has into the map of that key in to; from is freed. */
void	 yn_move(struct yn *from, struct yn *to, const char *key);
/* Takes n out of its map. */
struct yn *yn_cut(struct yn *map, struct yn *n);
/* Both say the same, but for the key skip. */
int	 yn_same(const struct yn *a, const struct yn *b, const char *skip);
void	 yn_print(const struct yn *root, FILE *f);
/* The same without one of its keys. */
void	 yn_print_but(const struct yn *root, const char *but, FILE *f);
/* Into a new file, durably; 0, or -1 with the reason said. */
int	 yn_write(const struct yn *root, const char *path, mode_t mode);

/* import_take.c: forgets what tunnels look like to a peer. */
void	 imp_take_end(struct imp *im);

/* import_conn.c, import_swanconn.c: all tunnels of what was read. */
void	 imp_map_ipsec(struct imp *im);
void	 imp_map_swanctl(struct imp *im);

#endif /* IKECTL_IMPORT_H */
