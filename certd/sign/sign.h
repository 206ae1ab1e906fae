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

#ifndef SIGN_SIGN_H
#define SIGN_SIGN_H

#include "decide.h"
#include "pipe.h"
#include "role.h"

/* The process: its pipes, its policy in force and the one to be. */
struct ike_end {
	struct sign	*sign;
	unsigned int	 inst;
	struct pipe	*pipe;
};

struct sign {
	struct role_ctx	*role;
	uint8_t		 boot_key[BOOT_KEY_LEN];
	uint8_t		 lasting[32];		/* the machine's secret */
	int		 lasting_there;
	uint32_t	 uid;			/* ours */
	struct signer	 s;			/* in force */
	struct entries	*next_entries;		/* PREPAREd */
	uint32_t	 next_generation;
	struct keyring	*next_keys;		/* last read by the starter */
	struct keyring	*next_ppks;
	struct privring	*next_priv;
	uint32_t	 next_keys_generation;
	struct manuals	*manuals, *next_manuals;
	int		 keys_wait;		/* a PREPARE waits for them */
	struct event	*keys_turn;
	struct pipe	*starter;
	struct pipe	*tmd;
	struct pipe	*certd;
	struct pipe	*token;
	struct later	 room;			/* s.later */
	struct ike_end	 ike[WORKERS_MAX];
	struct secrets	*secrets;		/* the socket */
	int		 ours_fd;		/* ourcert.c's; -1: none */
	uint32_t	 ours_generation;
	int		 ours_wait;		/* a PREPARE waits for it */
	struct event	*ours_timer;
};

/* Seconds of CLOCK_BOOTTIME. */
uint64_t	sign_now(void);

/* serve.c: pipes to ike, tmd, certd.  They own fd. */
void	serve_pipe(struct sign *sg, enum role r, unsigned int inst, int fd);
void	serve_gone(struct sign *sg, enum role r, unsigned int inst);
/* The machine's secret is there: what is made of it goes to all workers. */
void	serve_lasting(struct sign *sg);

/*
 * An answer to who asked (ike's worker, by its pipe; certd), as far as it is
 * still there; a check's verdict goes to tmd before it.  auth is wiped.
 */
void	serve_signed(struct sign *sg, unsigned int inst,
	    struct mk_signed *out);
void	serve_checked(struct sign *sg, unsigned int inst,
	    const struct mv_verdict *v, struct mk_checked *out);
void	serve_cert_signed(struct sign *sg, struct mc_signed *out);

/*
 * bytoken.c: signatures of certd-token's.  sg->room says what is to be
 * signed; the answer of which it becomes a part is kept until then, for asker
 * as long as it is not gone.
 */
void	bytoken_sign(struct sign *sg, struct pipe *asker, unsigned int inst,
	    const struct mk_signed *out);
void	bytoken_check(struct sign *sg, struct pipe *asker, unsigned int inst,
	    const struct mv_verdict *v, const struct mk_checked *out);
void	bytoken_cert_sign(struct sign *sg, const struct mc_signed *out);
void	bytoken_asker_gone(const struct pipe *asker);
/* Pipes of certd-token: a new one (owns fd), and its end. */
void	bytoken_pipe(struct sign *sg, int fd);
void	bytoken_gone(struct sign *sg);

/*
 * Reads what tmd has sent.  0: the asker's own pipe has gone meanwhile, there
 * is nobody to answer.
 */
int	serve_hear_tmd(struct ike_end *end);

/*
 * resume_serve.c: messages about tickets, of ike's workers (arg: the end) and
 * of tmd; a SIGN, 1 when it was such a one; what is kept is told to tmd.
 */
void	resume_on_make(void *arg, const void *body, int fd);
void	resume_on_resume(void *arg, const void *body, int fd);
void	resume_on_proof(void *arg, const void *body, int fd);
void	resume_on_void(void *arg, const void *body, int fd);
int	resume_on_sign(struct ike_end *end, const struct mk_sign *m);
void	resume_kept_told(void *arg, uint32_t tunnel, uint64_t until);
void	resume_tmd_gone(void);
void	resume_asker_gone(const struct pipe *asker);

/* standby.c: secrets from the starter, snapshots from the parent. */
void	standby_start(struct sign *sg, int fd);
void	standby_stop(struct sign *sg);
const char *standby_prepare(struct sign *sg, uint32_t generation, int fd);
void	standby_commit(struct sign *sg, uint32_t generation);
void	standby_abort(struct sign *sg, uint32_t generation);
/* A row of the secrets, and one of the snapshot, for what is to be (arg). */
const char *standby_secret(void *arg, uint16_t type, const void *val);
const char *standby_row(void *arg, uint16_t type, const void *val);
/* Says in the log which of the keys in force can be guessed. */
void	standby_warn_short(const struct sign *sg);
/* why, or NULL where it is logged instead: the policy held before us. */
const char *standby_forgive(const struct sign *sg, const char *why);

/*
 * locked.c: keys that wait for their passphrase.  Says in the log what to
 * type; tells tmd which tunnels lack their key; takes a key from ikectl, and
 * returns NULL or a literal that says why not.
 */
void	locked_warn(const struct sign *sg);
void	locked_tell(struct sign *sg);
const char *locked_open(struct sign *sg, const char *name,
	    const uint8_t file[32], const uint8_t *der, size_t len);

/*
 * ourcert.c: what certd says of our certificates; owns fd.  prepare: for the
 * entries that wait, NULL, what is wrong, or ROLE_LATER; gone: certd is;
 * abort: the parent wants no answer any more.
 */
void	ourcert_take(struct sign *sg, uint32_t generation, int fd);
/* A row of certd's for these entries (arg). */
const char *ourcert_row(void *arg, uint16_t type, const void *val);
const char *ourcert_prepare(struct sign *sg, char *text, size_t size);
void	ourcert_gone(struct sign *sg);
void	ourcert_abort(struct sign *sg);

/*
 * manual_serve.c: answers tmd; what is to be installed waits for the parent's
 * credit, until tmd is gone; rows of the parent's pipe.
 */
struct mv_keys_want;
struct mv_keys_use;
void	manual_want(struct sign *sg, const struct mv_keys_want *m);
void	manual_use(struct sign *sg, const struct mv_keys_use *m);
void	manual_tmd_gone(void);
extern const struct pipe_handler manual_handlers[];

/* creds.c: answers tmd. */
void	creds_send(struct sign *sg, const struct mv_creds *m);

/* secrets.c: the listening socket for ikectl's secrets; owns fd. */
void	secrets_listen(struct sign *sg, int fd);
/* Ends it and every connection. */
void	secrets_close(struct sign *sg);

#endif /* SIGN_SIGN_H */
