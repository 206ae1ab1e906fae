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

/* `ikectl check`: the policy reader, run as the caller; needs no daemon. */
#include <sys/wait.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ikectl.h"

int
check_run(const struct ctl_opts *o, int argc, char **argv)
{
	char prog[512], file[512];
	const char *args[10], *state = o->state_dir;
	int n = 0;

	if (argc > 1 || (argc == 1 && argv[0][0] == '-'))
		return (usage_wrong("usage: ikectl check [-v] [FILE]"));
	snprintf(prog, sizeof(prog), "%s/tmd-policy", o->libexec);
	if (argc == 1)
		snprintf(file, sizeof(file), "%s", argv[0]);
	else
		snprintf(file, sizeof(file), "%s/ikd.yaml", o->policy_dir);
	args[n++] = prog;
	args[n++] = "-n";
	if (o->verbose)
		args[n++] = "-v";
	if (o->json)
		args[n++] = "-j";
	/* A file that is named may be what comes of the database. */
	if (state == NULL && strcmp(o->policy_dir, POLICY_DIR) == 0)
		state = "/var/lib/ikd";
	args[n++] = "-d";
	args[n++] = o->policy_dir;
	if (argc == 0 && state != NULL) {
		args[n++] = "-s";
		args[n++] = state;
	}
	args[n++] = file;
	args[n] = NULL;
	fflush(NULL);
	execv(prog, (char *const *)(uintptr_t)args);
	fprintf(stderr, "ikectl: %s: %s\n", prog, strerror(errno));
	return (CTL_REFUSED);
}

int
check_wait(const struct ctl_opts *o)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0)
		_exit(check_run(o, 0, NULL));
	return (pid != -1 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1);
}

int
policy_tunnels(const struct ctl_opts *o)
{
	struct ctl_opts quiet = *o;
	int ends[2], status = 0, n = -1;
	json_t *said;
	FILE *f;
	pid_t pid;

	quiet.json = 1;
	quiet.verbose = 0;
	fflush(NULL);
	if (pipe(ends) == -1)
		return (-1);
	if ((pid = fork()) == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		_exit(check_run(&quiet, 0, NULL));
	}
	(void)close(ends[1]);
	if ((f = fdopen(ends[0], "r")) == NULL) {
		(void)close(ends[0]);
		return (-1);
	}
	said = json_loadf(f, 0, NULL);
	fclose(f);
	if (pid != -1 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status) && WEXITSTATUS(status) == 0)
		n = (int)json_integer_value(json_object_get(said, "tunnels"));
	json_decref(said);
	return (n);
}
