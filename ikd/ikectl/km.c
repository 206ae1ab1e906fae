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
 * The key manager's command line: `ikectl key`, `cert` and `ca`, what each
 * verb takes, and the order of things: rights, options, lock, work, words.
 */
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "km.h"
#include "km_run.h"
#include "log.h"
#include "name.h"

#define SECURE_HEAP	(1 << 20)	/* octets for what is secret */

/* The options by enum km_opt. */
static const struct {
	const char	*name;
	int		 value;		/* it has one */
} opts[KO_N] = {
	[KO_FORCE] = { "force", 0 }, [KO_TYPE] = { "type", 1 },
	[KO_BITS] = { "bits", 1 }, [KO_ENCRYPT] = { "encrypt", 0 },
	[KO_DECRYPT] = { "decrypt", 0 }, [KO_PASS] = { "passphrase-file", 1 },
	[KO_NEWPASS] = { "new-passphrase-file", 1 },
	[KO_PUBLIC] = { "public", 0 }, [KO_PRIVATE] = { "private", 0 },
	[KO_DER] = { "der", 0 }, [KO_PKCS12] = { "pkcs12", 0 },
	[KO_OUT] = { "out", 1 }, [KO_KEY] = { "key", 1 },
	[KO_SUBJECT] = { "subject", 1 }, [KO_DNS] = { "dns", 1 },
	[KO_IP] = { "ip", 1 }, [KO_EMAIL] = { "email", 1 },
	[KO_DAYS] = { "days", 1 }, [KO_USAGE] = { "usage", 1 },
	[KO_PATHLEN] = { "path-length", 1 }, [KO_CRL] = { "crl", 1 },
	[KO_OCSP] = { "ocsp", 1 }, [KO_CRLDAYS] = { "crl-days", 1 },
	[KO_REASON] = { "reason", 1 }, [KO_ISSUER] = { "issuer", 1 },
	[KO_NAME] = { "name", 1 }, [KO_CA] = { "ca", 1 },
	[KO_WARN] = { "warn", 1 }, [KO_PURPOSE] = { "purpose", 1 },
};

#define O(o)	(1ULL << (o))
#define PASSES	(O(KO_PASS) | O(KO_NEWPASS) | O(KO_ENCRYPT))
#define MAKES	(O(KO_TYPE) | O(KO_BITS) | PASSES)
#define NAMES	(O(KO_SUBJECT) | O(KO_DNS) | O(KO_IP) | O(KO_EMAIL))
#define PLACES	(O(KO_CRL) | O(KO_OCSP))

/* A verb writes files (lock), prints a table, takes a path for a name. */
#define F_WRITES	1
#define F_TABLE		2
#define F_PATH		4

static const struct verb {
	const char	*noun, *verb;
	int		 least, most;	/* words behind the verb */
	unsigned long long opts;
	int		 flags;
	int		 (*fn)(struct km *);
	const char	*args;
} verbs[] = {
	{ "key", "create", 1, 1, MAKES | O(KO_PURPOSE) | O(KO_FORCE), F_WRITES,
	    key_create, "NAME [--type rsa|p256|p384|p521|ed25519|ed448] "
	    "[--bits N] [--purpose ike|tls]" },
	{ "key", "list", 0, 0, 0, F_TABLE, key_list, "" },
	{ "key", "show", 1, 1, O(KO_PASS) | O(KO_PUBLIC), 0, key_show,
	    "NAME [--public]" },
	{ "key", "import", 2, 2, PASSES | O(KO_DECRYPT) | O(KO_PUBLIC) |
	    O(KO_PURPOSE) | O(KO_FORCE), F_WRITES, key_import,
	    "NAME FILE [--public | --purpose ike|tls]" },
	{ "key", "export", 1, 1, PASSES | O(KO_PUBLIC) | O(KO_PRIVATE) |
	    O(KO_DECRYPT) | O(KO_DER) | O(KO_OUT) | O(KO_FORCE), 0,
	    key_export, "NAME [--private] [--der] [-o FILE]" },
	{ "key", "unlock", 1, 1, O(KO_PASS), 0, key_unlock, "NAME" },
	{ "key", "delete", 1, 1, O(KO_PUBLIC) | O(KO_FORCE), F_WRITES,
	    key_delete, "NAME [--public]" },
	{ "cert", "request", 1, 1, MAKES | NAMES | O(KO_KEY) | O(KO_DER) |
	    O(KO_OUT) | O(KO_FORCE), F_WRITES, cert_request,
	    "NAME [--subject DN] [--dns N] [--ip A] [--email E] [--key KEY] "
	    "[-o FILE]" },
	{ "cert", "self-sign", 1, 1, MAKES | NAMES | O(KO_KEY) | O(KO_DAYS) |
	    O(KO_USAGE) | O(KO_FORCE), F_WRITES, cert_self_sign,
	    "NAME [--subject DN] [--dns N] [--ip A] [--email E] [--days N]" },
	{ "cert", "list", 0, 0, O(KO_WARN), F_TABLE, cert_list,
	    "[--warn DAYS]" },
	{ "cert", "show", 1, 1, O(KO_WARN), F_PATH, cert_show,
	    "NAME | ./FILE" },
	{ "cert", "import", 2, 2, PASSES | O(KO_CA) | O(KO_FORCE), F_WRITES,
	    cert_import, "NAME FILE [--ca NAME]" },
	{ "cert", "export", 1, 1, PASSES | O(KO_DER) | O(KO_PKCS12) |
	    O(KO_OUT) | O(KO_FORCE), 0, cert_export,
	    "NAME [--der | --pkcs12] [-o FILE]" },
	{ "cert", "delete", 1, 1, 0, F_WRITES, cert_delete, "NAME" },
	{ "ca", "create", 1, 1, MAKES | PLACES | O(KO_SUBJECT) | O(KO_DAYS) |
	    O(KO_PATHLEN) | O(KO_CRLDAYS) | O(KO_ISSUER) | O(KO_FORCE),
	    F_WRITES, ca_create, "NAME [--subject DN] [--days N] "
	    "[--issuer CA] [--crl URL] [--ocsp URL] [--crl-days N]" },
	{ "ca", "sign", 2, 2, NAMES | PLACES | O(KO_DAYS) | O(KO_USAGE) |
	    O(KO_PATHLEN) | O(KO_PASS) | O(KO_NAME) | O(KO_DER) | O(KO_OUT) |
	    O(KO_FORCE), F_WRITES, ca_sign,
	    "NAME REQUEST [-o FILE | --name CERT] [--days N] [--usage U]" },
	{ "ca", "revoke", 2, 2, O(KO_REASON) | O(KO_CRLDAYS) | O(KO_PASS) |
	    O(KO_DER) | O(KO_OUT), F_WRITES, ca_revoke,
	    "NAME SERIAL|CERT|FILE [--reason R] [-o FILE]" },
	{ "ca", "crl", 1, 2, O(KO_CRLDAYS) | O(KO_PASS) | O(KO_DER) |
	    O(KO_OUT) | O(KO_FORCE), F_WRITES, ca_crl,
	    "NAME [--crl-days N] [--der] [-o FILE] | NAME FILE" },
	{ "ca", "list", 0, 0, O(KO_WARN), F_TABLE, ca_list,
	    "[--warn DAYS]" },
	{ "ca", "show", 1, 1, O(KO_WARN), 0, ca_show, "NAME" },
	{ "ca", "import", 2, 2, O(KO_FORCE), F_WRITES, ca_import,
	    "NAME FILE" },
	{ "ca", "export", 1, 1, O(KO_DER) | O(KO_OUT) | O(KO_FORCE), 0,
	    ca_export, "NAME [--der] [-o FILE]" },
	{ "ca", "delete", 1, 1, O(KO_FORCE), F_WRITES, ca_delete, "NAME" },
};
#define NVERBS	(sizeof(verbs) / sizeof(verbs[0]))

const char *
km_opt(const struct km *km, enum km_opt opt)
{
	return (km->n[opt] > 0 ? km->val[opt][0] : NULL);
}

long
km_number(const struct km *km, enum km_opt opt, long dflt, long lo, long hi)
{
	const char *s = km_opt(km, opt);
	char *end;
	long v;

	if (s == NULL)
		return (dflt);
	errno = 0;
	v = strtol(s, &end, 10);
	if (errno == 0 && s[0] >= '0' && s[0] <= '9' && *end == '\0' &&
	    v >= lo && v <= hi)
		return (v);
	return (fail_words("--%s: \"%s\" is not a number from %ld to %ld",
	    opts[opt].name, s, lo, hi));
}

int
km_usage(FILE *to, const char *want)
{
	char words[32];
	size_t i;
	int n = 0;

	for (i = 0; i < NVERBS; i++) {
		snprintf(words, sizeof(words), "%s %s", verbs[i].noun,
		    verbs[i].verb);
		if (!words_begin(words, want))
			continue;
		fprintf(to, "  %s %s\n", words, verbs[i].args);
		n++;
	}
	return (n);
}

static const struct verb *
find(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < NVERBS; i++)
		if (strcmp(verbs[i].noun, argv[0]) == 0 &&
		    strcmp(verbs[i].verb, argv[1]) == 0)
			return (&verbs[i]);
	return (NULL);
}

static int
wrong(const char *what, const char *why)
{
	fprintf(stderr, "ikectl: %s: %s\n", what, why);
	return (-1);
}

/* "--name value", "--name=value", "-o value" at argv[i]; words or -1. */
static int
option(struct km *km, const struct verb *v, int argc, char **argv, int i)
{
	const char *name = argv[i] + 2, *eq = strchr(name, '='), *value = "";
	size_t n = eq != NULL ? (size_t)(eq - name) : strlen(name);
	int k, words = 1;

	if (strcmp(argv[i], "-o") == 0) {
		name = opts[KO_OUT].name;
		n = strlen(name);
		eq = NULL;
	}
	for (k = 0; k < KO_N; k++)
		if (strlen(opts[k].name) == n &&
		    strncmp(opts[k].name, name, n) == 0)
			break;
	if (k == KO_N)
		return (wrong(argv[i], "unknown option"));
	if ((v->opts & O(k)) == 0)
		return (wrong(argv[i], "not an option of this verb"));
	if (opts[k].value && eq != NULL)
		value = eq + 1;
	else if (opts[k].value && i + 1 < argc) {
		value = argv[i + 1];
		words = 2;
	} else if (opts[k].value)
		return (wrong(argv[i], "needs a value"));
	else if (eq != NULL)
		return (wrong(argv[i], "takes no value"));
	if (km->n[k] == KM_VALUES)
		return (wrong(argv[i], "given too often"));
	km->val[k][km->n[k]++] = value;
	return (words);
}

static int
parse(struct km *km, const struct verb *v, int argc, char **argv)
{
	int i, n;

	for (i = 2; i < argc; i += n) {
		n = 1;
		if (strncmp(argv[i], "--", 2) == 0 ||
		    strcmp(argv[i], "-o") == 0) {
			if ((n = option(km, v, argc, argv, i)) == -1)
				return (-1);
		} else if (argv[i][0] == '-' && argv[i][1] != '\0')
			return (wrong(argv[i], "unknown option"));
		else if (km->npos == v->most)
			return (wrong(argv[i], "one word too many"));
		else
			km->pos[km->npos++] = argv[i];
	}
	if (km->npos < v->least)
		return (wrong(argv[1], "something is missing behind it"));
	return (0);
}

/* A secret stays in this process: no core, no debugger, wiped memory. */
static void
guard(void)
{
	const struct rlimit none = { 0, 0 };
	int rc;

	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal_errno("cannot forbid a core");
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) != 1)
		fatal("OpenSSL cannot start");
	rc = CRYPTO_secure_malloc_init(SECURE_HEAP, 32);
	if (rc != 1 && rc != 2)	/* 2: not locked in memory */
		fatal("no memory for secrets");
}

/* One change at a time. */
static int
lock(const struct km *km)
{
	if (flock(km->etc, LOCK_EX | LOCK_NB) == 0)
		return (0);
	if (errno == EWOULDBLOCK) {
		fprintf(stderr, "Another ikectl is at work on %s; waiting.\n",
		    km->o->policy_dir);
		if (flock(km->etc, LOCK_EX) == 0)
			return (0);
	}
	return (fail("%s: %s", km->o->policy_dir, strerror(errno)));
}

static int
work(struct km *km, const struct verb *v)
{
	const char *why;

	km->etc = open(km->o->policy_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (km->etc == -1)
		return (fail("%s: %s", km->o->policy_dir, strerror(errno)));
	/* A word with a slash is a path where one is understood. */
	if (km->npos > 0 && (why = name_file_wrong(km->pos[0])) != NULL &&
	    ((v->flags & F_PATH) == 0 || strchr(km->pos[0], '/') == NULL))
		return (fail("\"%s\": %s", km->pos[0], why));
	if ((v->flags & F_WRITES) != 0 && ((km->npos > 1 &&
	    km_read_early(km->pos[1]) == -1) || lock(km) == -1))
		return (-1);
	return (v->fn(km));
}

int
km_run(const struct ctl_opts *o, int argc, char **argv)
{
	static struct km km;
	const struct verb *v = find(argc, argv);
	int status;

	if (v == NULL && o->json)
		return (usage_wrong("ikectl help %s shows how it is called",
		    argv[0]));
	if (v == NULL) {
		fprintf(stderr, "usage:\n");
		km_usage(stderr, argv[0]);
		return (CTL_USAGE);
	}
	km.o = o;
	if (parse(&km, v, argc, argv) == -1)
		return (usage_wrong("usage: ikectl %s %s %s", v->noun,
		    v->verb, v->args));
	if (geteuid() != 0) {
		fprintf(stderr, "ikectl: %s: you must be root\n", v->noun);
		return (CTL_PERMISSION);
	}
	guard();
	km.failed = CTL_REFUSED;
	status = work(&km, v) == 0 ? CTL_OK : failed_words() ? CTL_USAGE :
	    km.failed;
	out_end(o, (v->flags & F_TABLE) != 0, status);
	return (status);
}
