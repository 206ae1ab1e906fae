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
 * `ikectl wizard`: at most six questions, and there is a tunnel: a file in
 * conf.d/ for this side, a directory to carry to the other one.
 */
#include <sys/wait.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "wizard.h"

/* This program once more, with the words of another verb. */
static int
verb(const struct ctl_opts *o, const char *word, const char *name)
{
	const char *args[] = { "ikectl", "-f", o->policy_dir, "-r", o->run_dir,
	    "-l", o->libexec, word, name, NULL };
	int status = 0;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		execv("/proc/self/exe", (char *const *)(uintptr_t)args);
		_exit(CTL_REFUSED);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid ||
	    !WIFEXITED(status))
		return (CTL_REFUSED);
	return (WEXITSTATUS(status));
}

static int
service_runs(const struct ctl_opts *o)
{
	int fd = ctl_connect(o->run_dir, "ikd.sock");

	if (fd != -1)
		(void)close(fd);
	return (fd != -1);
}

/* The tunnel is in the policy; what remains is to start it. */
static int
activate(const struct wizard *w)
{
	int rc, yes;

	if (!service_runs(w->o)) {
		printf("The service does not run: /etc/rc.d/ikd start, or "
		    "systemctl start ikd.\n");
		return (CTL_OK);
	}
	if ((yes = wizard_yes("Activate it now?")) != 1) {
		printf("%sLater: ikectl reload && ikectl activate %s\n",
		    yes == -1 ? "\n" : "", w->name);
		return (CTL_OK);
	}
	if ((rc = verb(w->o, "reload", NULL)) != CTL_OK)
		return (rc);
	return (verb(w->o, "activate", w->name));
}

static void
say_other_side(const struct wizard *w)
{
	printf("For the other side: copy what is in %s-peer/ into its "
	    "/etc/ikd,%s\nthen \"ikectl check\" and \"ikectl reload\" there; "
	    "its ikd.yaml is to\nhave \"include: conf.d/*.yaml\"."
	    "%s\n", w->name, w->cert[0] == '\0' ? " delete it here," : "",
	    w->cert[0] == '\0' ? "  Its psk/ holds the secret." : "");
	if (w->cert[0] != '\0')
		printf("It says cert: %s for its own certificate, which is to "
		    "be there as certs/%s\nwith its key, and names %s.\n",
		    w->name, w->name, w->peer_id);
	printf("It finds this side at %s.\n", w->us);
}

int
wizard_run(const struct ctl_opts *o, int argc, char **argv)
{
	struct wizard w;

	memset(&w, 0, sizeof(w));
	w.o = o;
	w.only_cert = argc == 1 && strcmp(argv[0], "--cert") == 0;
	if (argc > w.only_cert || o->json)
		return (usage_wrong("usage: ikectl wizard [--cert]"));
	if (geteuid() != 0) {
		fprintf(stderr, "ikectl: wizard: you must be root\n");
		return (CTL_PERMISSION);
	}
	printf("A tunnel in a few answers.  \"?\" explains a question, "
	    "Enter takes what is in [].\n");
	if (wizard_ask(&w) == -1) {
		fprintf(stderr, "\nikectl: wizard: the input ended; nothing "
		    "was written\n");
		return (CTL_REFUSED);
	}
	if (wizard_put(&w) == -1)
		return (CTL_REFUSED);
	say_other_side(&w);
	return (activate(&w));
}
