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
 * certd-token: private keys that stay in a PKCS#11 token.  It runs only
 * where the policy says pkcs11.  The module, somebody else's code, is mapped
 * into this process and no other; it is initialised before the door closes
 * and sees only the directories that the policy names for it.
 *
 * A signature's way: main.c -> keys.c -> hsm.c -> OpenSSL's provider -> the
 * module.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto_warm.h"
#include "keys.h"
#include "hsm.h"
#include "log.h"
#include "ownsecret.h"
#include "proto_life.h"
#include "role.h"
#include "rolelink.h"
#include "snap.h"

#define SNAPSHOT_FD	5	/* what holds when we start; the starter's */
#define SOFTHSM_DIR	"/var/lib/softhsm/tokens"

/* A generation's rows. */
struct rows {
	uint32_t		 generation;	/* 0: none */
	struct sn_token		 token;
	struct sn_token_key	*keys;
	size_t			 nkeys;
};

static struct rows loaded, standby;
static char refusal[MSG_TEXT + 1];	/* "": module and paths are there */
static int dirs[TOKEN_PATHS + 1] = { -1 };

static const char *
take(void *arg, uint16_t type, const void *val)
{
	struct rows *r = arg;

	if (type == SNAP_TOKEN)
		r->token = *(const struct sn_token *)val;
	else if (type == SNAP_TOKEN_KEY) {
		r->keys = xreallocarray(r->keys, r->nkeys + 1,
		    sizeof(*r->keys));
		r->keys[r->nkeys++] = *(const struct sn_token_key *)val;
	} else
		return ("a row that is not for certd-token");
	return (NULL);
}

static const char *
read_rows(int fd, uint32_t generation, struct rows *r)
{
	const char *why;

	free(r->keys);
	memset(r, 0, sizeof(*r));
	why = snap_read(fd, ROLE_TOKEN, generation, take, r);
	if (why == NULL && r->token.module[0] == '\0')
		why = "a snapshot without a token";
	r->generation = why == NULL ? generation : 0;
	return (why);
}

static void
on_token_sign(void *arg, const void *body, int fd)
{
	struct rolelink *l = arg;

	(void)fd;
	keys_sign(l->pipe, body);
}

static const struct pipe_handler handlers[] = {
	{ M_TOKEN_SIGN, on_token_sign },
	{ 0, NULL }
};
static struct rolelink sign = { ROLE_SIGN, &proto_sign_token, SIDE_B, handlers,
	keys_drop, NULL };

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	(void)ctx;
	(void)inst;
	rolelink_gone(&sign, 1, r);
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	keys_tell(rolelink_open(&sign, 1, ctx->base, r, inst, fd));
}

static int
same_paths(const struct sn_token *a, const struct sn_token *b)
{
	uint16_t i;

	for (i = 0; i < a->paths_n && i < b->paths_n; i++)
		if (strcmp(a->paths[i].w, b->paths[i].w) != 0)
			return (0);
	return (a->paths_n == b->paths_n);
}

/* What was done before the door closed cannot be done again. */
static const char *
prepare_snapshot(struct role_ctx *ctx, uint32_t generation, int fd)
{
	const char *why;

	(void)ctx;
	why = read_rows(fd, generation, &standby);
	close(fd);
	if (why != NULL)
		return (why);
	if (refusal[0] != '\0')
		return (refusal);
	if (strcmp(standby.token.module, loaded.token.module) != 0 ||
	    !same_paths(&standby.token, &loaded.token))
		return ("`module` or `paths` of `pkcs11` has changed: that "
		    "needs a restart of the service");
	return (NULL);
}

static void
commit_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	if (generation != standby.generation)
		fatal("COMMIT of generation %u, which was not prepared",
		    generation);
	ownsecret_read();
	keys_set(standby.keys, standby.nkeys, standby.token.pin);
}

static void
init(struct role_ctx *ctx)
{
	keys_init(ctx->base);
	ownsecret_start(ctx->base, ROLE_TOKEN, keys_new_pin);
}

/* Not exit(3): the module's own ending has no place behind the door. */
static void
stop(struct role_ctx *ctx)
{
	(void)ctx;
	_exit(0);
}

/* A directory that the policy names must be there; SoftHSM's may be. */
static void
open_dirs(const struct sn_token *t)
{
	uint16_t i, n = 0;

	for (i = 0; i < t->paths_n; i++) {
		dirs[n] = open(t->paths[i].w, O_PATH | O_DIRECTORY |
		    O_CLOEXEC);
		if (dirs[n++] != -1)
			continue;
		snprintf(refusal, sizeof(refusal), "pkcs11: paths: %.255s: %s",
		    t->paths[i].w, strerror(errno));
		return;
	}
	if (t->paths_n == 0 && (dirs[n] = open(SOFTHSM_DIR, O_PATH |
	    O_DIRECTORY | O_CLOEXEC)) != -1)
		n++;
	dirs[n] = -1;
}

static void
prepare(struct role_ctx *ctx)
{
	const char *why;

	(void)ctx;
	ownsecret_prepare();
	why = read_rows(SNAPSHOT_FD, snap_generation(SNAPSHOT_FD), &loaded);
	close(SNAPSHOT_FD);
	if (why != NULL)
		fatal("the snapshot: %s", why);
	if ((why = hsm_load(loaded.token.module)) != NULL)
		wire_text_copy(refusal, sizeof(refusal), why);
	else
		open_dirs(&loaded.token);
}

static const int syscalls[] = {
	/* the module: its files, as SoftHSM has its objects */
	SCMP_SYS(openat), SCMP_SYS(newfstatat), SCMP_SYS(getdents64),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(fsync), SCMP_SYS(ftruncate), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(stat), SCMP_SYS(open),
	SCMP_SYS(pread64), -1
};

/* Locks on them, which the common list has for nobody. */
static void
rules(void *filter)
{
	static const int cmds[] = { F_SETLK, F_SETLKW, F_GETLK };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		if ((rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ,
		    (scmp_datum_t)cmds[i], 0))) != 0)
			fatal("seccomp: fcntl: %s", strerror(-rc));
	/* A module that would speak to syslog is told that there is none. */
	if ((rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT),
	    SCMP_SYS(socket), 0)) != 0)
		fatal("seccomp: socket: %s", strerror(-rc));
}

static const struct sandbox sandbox = {
	.landlock = 1, .write_dirs = dirs, .syscalls = syscalls,
	.rules = rules, .lock_memory = 1
};

static const struct role_ops ops = {
	.role = ROLE_TOKEN,
	.parent_table = &proto_parent_token,
	.sandbox = &sandbox,
	.warm = crypto_warm,
	.prepare = prepare,
	.init = init,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.prepare_snapshot = prepare_snapshot,
	.commit_snapshot = commit_snapshot,
	.stop = stop,
};

int
main(void)
{
	static struct role_ctx ctx;

	return (role_main(&ctx, &ops));
}
