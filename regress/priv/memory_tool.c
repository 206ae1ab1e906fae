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
 * Looks for secrets in the memory of processes:
 *
 *	memory_tool [-p NAME=KEY.pem]... [-t NAME=TEXT]... PID...
 *
 * -p: a private key: its numbers as they are written and as a machine of
 * little ends keeps them, its file's text.  -t: a text; 0x is hexadecimal.
 * Each mapping that can be read is read, through /proc/PID/mem.  What is
 * found is printed:
 *
 *	PID COMMAND NAME TIMES locked|open dumped|nodump
 *
 * and how much was read.  Exits with 0 when all processes could be searched.
 */
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define PIECE	16		/* octets that make a find */
#define ROOM	(1 << 20)	/* read at once */
#define MAXPAT	512

struct pattern {
	char	name[64];
	uint8_t	p[PIECE];
};

static struct pattern	pats[MAXPAT];
static size_t		npats;

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "memory_tool: %s: %s\n", what, why);
	exit(2);
}

static void
add(const char *name, const char *part, const uint8_t *p)
{
	if (npats == MAXPAT)
		die(name, "too many patterns");
	snprintf(pats[npats].name, sizeof(pats[0].name), "%s%s%s", name,
	    *part != '\0' ? "." : "", part);
	memcpy(pats[npats++].p, p, PIECE);
}

/* Beginning, middle and end, and the same from behind. */
static void
add_octets(const char *name, const char *part, const uint8_t *p, size_t len)
{
	uint8_t rev[4096];
	size_t i;

	if (len < PIECE || len > sizeof(rev))
		die(name, "too short or too long to be looked for");
	for (i = 0; i < len; i++)
		rev[i] = p[len - 1 - i];
	add(name, part, p);
	add(name, part, p + (len - PIECE) / 2);
	add(name, part, p + len - PIECE);
	add(name, part, rev);
	add(name, part, rev + (len - PIECE) / 2);
	add(name, part, rev + len - PIECE);
}

/* Lines of the file's text, behind what is of the public half. */
static void
add_file(const char *name, const char *path, const EVP_PKEY *k)
{
	int n = 0, first = 2, at = 4;
	char line[128];
	FILE *f = fopen(path, "r");

	if (EVP_PKEY_is_a(k, "RSA") == 1)	/* the modulus comes first */
		first = 3 + EVP_PKEY_get_bits(k) / 8 / 48;
	else if (EVP_PKEY_is_a(k, "EC") != 1) {	/* one line is all */
		first = 1;
		at = 24;
	}
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (n++ >= first && line[0] != '-' &&
		    strlen(line) >= (size_t)at + PIECE)
			add(name, "file", (const uint8_t *)line + at);
	if (f != NULL)
		fclose(f);
}

static void
add_key(char *arg)
{
	static const char *const numbers[] = { OSSL_PKEY_PARAM_RSA_D,
	    OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
	    OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	    OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_PRIV_KEY };
	char *path = strchr(arg, '=');
	uint8_t octets[4096];
	EVP_PKEY *k = NULL;
	BIGNUM *bn;
	size_t i, n, had = npats;
	FILE *f;

	if (path == NULL)
		die(arg, "NAME=FILE");
	*path++ = '\0';
	if ((f = fopen(path, "r")) != NULL) {
		k = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		fclose(f);
	}
	if (k == NULL)
		die(path, "no private key");
	n = sizeof(octets);
	if (EVP_PKEY_get_raw_private_key(k, octets, &n) == 1)
		add_octets(arg, "raw", octets, n);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		bn = NULL;
		if (EVP_PKEY_get_bn_param(k, numbers[i], &bn) != 1)
			continue;
		add_octets(arg, numbers[i], octets,
		    (size_t)BN_bn2bin(bn, octets));
		BN_clear_free(bn);
	}
	if (npats == had)
		die(path, "nothing to look for");
	add_file(arg, path, k);
	EVP_PKEY_free(k);
}

static void
add_text(char *arg)
{
	char *text = strchr(arg, '=');
	uint8_t octets[1024];
	size_t i, n;
	unsigned int u;

	if (text == NULL)
		die(arg, "NAME=TEXT");
	*text++ = '\0';
	n = strlen(text);
	if (n < PIECE || n > sizeof(octets))
		die(arg, "too short or too long");
	add(arg, "", (const uint8_t *)text + n - PIECE);
	if (strncmp(text, "0x", 2) != 0)
		return;
	for (i = 0; 2 * i + 3 < n; i++) {
		if (sscanf(text + 2 + 2 * i, "%2x", &u) != 1)
			die(arg, "not hexadecimal");
		octets[i] = (uint8_t)u;
	}
	add_octets(arg, "octets", octets, i);
}

/* One mapping: from, to, and what the kernel says of it. */
struct area {
	unsigned long	from, to;
	int		locked, nodump;
};

static unsigned int	found[MAXPAT][2][2];	/* locked, nodump */
static unsigned long	nread;

static void
look(const uint8_t *buf, size_t len, size_t step, const struct area *a)
{
	const uint8_t *p;
	size_t i;

	for (i = 0; i < npats; i++)
		for (p = buf; (p = memmem(p, len - (size_t)(p - buf),
		    pats[i].p, PIECE)) != NULL; p++)
			/* What the next piece begins with is its to find. */
			if ((size_t)(p - buf) < step)
				found[i][a->locked][a->nodump]++;
}

static void
search(int mem, const struct area *a)
{
	static uint8_t buf[ROOM + PIECE];
	unsigned long at;
	ssize_t n;

	for (at = a->from; at < a->to; at += ROOM) {
		n = pread(mem, buf, a->to - at < sizeof(buf) ?
		    a->to - at : sizeof(buf), (off_t)at);
		if (n <= 0)
			continue;	/* [vvar], a guard page */
		nread += (unsigned long)n;
		if (n >= PIECE)
			look(buf, (size_t)n, ROOM, a);
	}
}

static void
tell(const char *pid)
{
	char path[64], comm[32] = "?";
	size_t i;
	FILE *f;
	int l, d;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	if ((f = fopen(path, "r")) != NULL) {
		if (fgets(comm, sizeof(comm), f) != NULL)
			comm[strcspn(comm, "\n")] = '\0';
		fclose(f);
	}
	for (i = 0; i < npats; i++)
		for (l = 0; l < 2; l++)
			for (d = 0; d < 2; d++)
				if (found[i][l][d] > 0)
					printf("%s %s %s %u %s %s\n", pid,
					    comm, pats[i].name,
					    found[i][l][d], l ? "locked" :
					    "open", d ? "nodump" : "dumped");
	printf("%s %s read %lu\n", pid, comm, nread);
}

/* Its mappings, by smaps: the flags stand behind the range. */
static void
process(const char *pid)
{
	char path[64], line[512], perms[8];
	struct area a = { 0, 0, 0, 0 };
	int mem, readable = 0;
	unsigned long from, to;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	if ((mem = open(path, O_RDONLY)) == -1)
		die(path, strerror(errno));
	snprintf(path, sizeof(path), "/proc/%s/smaps", pid);
	if ((f = fopen(path, "r")) == NULL)
		die(path, strerror(errno));
	memset(found, 0, sizeof(found));
	nread = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) == 3) {
			a.from = from;
			a.to = to;
			readable = perms[0] == 'r';
		} else if (strncmp(line, "VmFlags:", 8) == 0 && readable) {
			a.locked = strstr(line, " lo") != NULL;
			a.nodump = strstr(line, " dd") != NULL;
			search(mem, &a);
		}
	}
	fclose(f);
	close(mem);
	tell(pid);
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "p:t:")) != -1) {
		if (c == 'p')
			add_key(optarg);
		else if (c == 't')
			add_text(optarg);
		else
			return (2);
	}
	for (; optind < argc; optind++)
		process(argv[optind]);
	return (0);
}
