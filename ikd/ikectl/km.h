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

#ifndef IKECTL_KM_H
#define IKECTL_KM_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "ikectl.h"

/*
 * The key manager: `ikectl key`, `cert` and `ca` work on the files of the
 * policy directory as root.  What its files share: the command line, names,
 * files, passphrases, what is printed.
 */
#define KM_VALUES	16	/* values of an option that may be repeated */
#define KM_PASS_MAX	1024	/* octets of a passphrase, with its end */
#define KM_FILE_MAX	(32 << 20)	/* octets of a file that is read */

enum km_opt { KO_FORCE, KO_TYPE, KO_BITS, KO_ENCRYPT, KO_DECRYPT, KO_PASS,
	KO_NEWPASS, KO_PUBLIC, KO_PRIVATE, KO_DER, KO_PKCS12, KO_OUT, KO_KEY,
	KO_SUBJECT, KO_DNS, KO_IP, KO_EMAIL, KO_DAYS, KO_USAGE, KO_PATHLEN,
	KO_CRL, KO_OCSP, KO_CRLDAYS, KO_REASON, KO_ISSUER, KO_NAME, KO_CA,
	KO_WARN, KO_PURPOSE, KO_N };

struct km {
	const struct ctl_opts	*o;
	int			 etc;	/* the policy directory */
	int			 failed;	/* the status of a failure */
	int			 npos;
	const char		*pos[3];	/* words behind the verb */
	const char		*val[KO_N][KM_VALUES];
	size_t			 n[KO_N];	/* how often it was given */
};

/* The (first) value of an option; NULL when it was not given. */
const char *km_opt(const struct km *km, enum km_opt opt);
/* A number from lo to hi, or dflt; -1 when it is none, which is said. */
long	 km_number(const struct km *km, enum km_opt opt, long dflt, long lo,
	    long hi);
/*
 * km_tell.c: a running service is told that sub/name ("certs", "paris")
 * changed; its answer is advice, and no failure of the verb.
 */
void	 km_tell(const struct km *km, const char *sub, const char *name);

/* km_file.c: files below the policy directory, sub/name. */
struct buf {
	uint8_t	*p;	/* octets and a NUL behind them */
	size_t	 len;
};
/* Wipes and frees. */
void	 buf_free(struct buf *b);

/* 1: there is something of this name, whatever it is. */
int	 km_exists(const struct km *km, const char *sub, const char *name);
/* Reads a regular file; below private/ it must be root's alone.  0 or -1. */
int	 km_read(const struct km *km, const char *sub, const char *name,
	    struct buf *b);
/* The same; it may be empty. */
int	 km_read_some(const struct km *km, const char *sub, const char *name,
	    struct buf *b);
/* The same as km_read(), of a path, or "-" for the standard input. */
int	 km_read_path(const char *path, struct buf *b);
/*
 * Reads a pipe now, for km_read_path() of this very pointer: whoever writes
 * to it may be another ikectl that waits for the lock.  0 or -1, said.
 */
int	 km_read_early(const char *path);
/*
 * Writes sub/name whole or not at all, durably; over an existing one only
 * with force.  private/ is 0600, all else 0644.  0 or -1.
 */
int	 km_write(const struct km *km, const char *sub, const char *name,
	    const void *p, size_t len, int force);
/* The same, in an open directory: 0, or -1 with errno. */
int	 km_write_at(int dir, const char *name, const void *p, size_t len,
	    mode_t mode, int force);
/* Of a name that dir has not: "; did you mean "boston"?", in out. */
const char *km_instead(int dir, const char *name, char *out, size_t size);
/* The same, of a path, with this mode. */
int	 km_write_path(const char *path, const void *p, size_t len, mode_t mode,
	    int force);
/* Removes sub/name; 0 or -1. */
int	 km_unlink(const struct km *km, const char *sub, const char *name);
/* What is wrong with the mode or owner of a file below private/; NULL. */
const char *km_secret_wrong(const struct km *km, const char *sub,
	    const char *name);
/* Calls fn for each file of the directory, by name in order. */
void	 km_each(struct km *km, const char *sub,
	    void (*fn)(struct km *, const char *name, void *arg), void *arg);
/* Fails, saying what to do, when the file exists and --force is not given. */
int	 km_may_write(const struct km *km, const char *sub, const char *name);
/* An open directory below the policy directory, made when missing; or -1. */
int	 km_dir(const struct km *km, const char *sub, int create);

/* km_pass.c: passphrases, from a file or the terminal. */
struct pass {
	char	text[KM_PASS_MAX];
	size_t	len;
	int	have;
};
/*
 * The passphrase that opens what exists: --passphrase-file, or asked for on
 * the terminal without echo.  what: "private/paris".  0 or -1, said.
 */
int	 pass_old(const struct km *km, const char *what, struct pass *p);
/*
 * The passphrase for something new: --new-passphrase-file (or, with fresh,
 * --passphrase-file), or asked for twice with --encrypt.  p->have says
 * whether one is wanted.  0 or -1, said.
 */
int	 pass_new(const struct km *km, const char *what, int fresh,
	    struct pass *p);
void	 pass_wipe(struct pass *p);

/* km_out.c: what is printed, as text or as one JSON document. */
void	 out_row(const char *kind);
void	 out_text(const char *key, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 out_number(const char *key, long long v);
void	 out_truth(const char *key, int v);
/* Adds to a list; it is there, empty, from the first call with NULL. */
void	 out_item(const char *key, const char *v);
/* The closing sentence of what went well. */
void	 out_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A sentence of advice: on the standard error output, in JSON a warning. */
void	 out_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Says what failed; always -1. */
int	 fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same of words that the verb does not know: it was called wrongly. */
int	 fail_words(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int	 failed_words(void);	/* 1: that was said */
/* The same with OpenSSL's reason, if it has one; forgets its errors. */
int	 fail_ssl(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What failed so far is not the reason of what fails next. */
void	 out_forget(void);
/* 1: there is such a reason. */
int	 out_failing(void);
/* Prints what there is: rows as a table or as blocks, then the sentence. */
void	 out_end(const struct ctl_opts *o, int table, int status);
/*
 * PEM, or DER: to --out (with this mode), else to the standard output, in
 * JSON as the row's "pem".  0 or -1, said.
 */
int	 out_may_write(const struct km *km);	/* --out is free; or -1, said */
int	 out_object(const struct km *km, const void *p, size_t len,
	    mode_t mode);

/* The verbs; 0 or -1, said.  key.c */
int	 key_create(struct km *km);
int	 key_list(struct km *km);
int	 key_show(struct km *km);
int	 key_import(struct km *km);
int	 key_export(struct km *km);
int	 key_delete(struct km *km);
int	 key_unlock(struct km *km);	/* key_unlock.c */
/* cert.c */
int	 cert_request(struct km *km);
int	 cert_self_sign(struct km *km);
int	 cert_list(struct km *km);
int	 cert_show(struct km *km);
int	 cert_import(struct km *km);
int	 cert_export(struct km *km);
int	 cert_delete(struct km *km);
/* ca.c, ca_anchor.c */
int	 ca_create(struct km *km);
int	 ca_sign(struct km *km);
int	 ca_revoke(struct km *km);
int	 ca_crl(struct km *km);
int	 ca_list(struct km *km);
int	 ca_show(struct km *km);
int	 ca_import(struct km *km);
int	 ca_export(struct km *km);
int	 ca_delete(struct km *km);

#endif /* IKECTL_KM_H */
