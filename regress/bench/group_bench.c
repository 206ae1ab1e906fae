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
 * A group of many members of all kinds: prints how long it takes to be
 * indexed (milliseconds) and one match in it (nanoseconds, of the slowest
 * kind of ID, the best of five runs, as for all figures of one core).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "id.h"
#include "idset.h"

#define ASKED	2000
#define KINDS	7

static const char *const member[KINDS] = { "fqdn:h%d.example.com",
    "fqdn:*.s%d.example.com", "email:*@m%d.example.com",
    "dn:C=US, O=Acme %d, *", "dn:C=US, O=Acme, OU=*, CN=host %d",
    "keyid:k%d", "" };
static const char *const peer[KINDS] = { "fqdn:h%d.example.com",
    "fqdn:x.s%d.example.com", "email:x@m%d.example.com",
    "dn:C=US, O=Acme %d, CN=x", "dn:C=US, O=Acme, OU=x, CN=host %d",
    "keyid:k%d", "" };

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return ((double)t.tv_sec * 1e9 + (double)t.tv_nsec);
}

static void
make(const char *const form[], int i, int host, struct wt_id *id)
{
	const char *f = form[i % KINDS];
	char text[80];

	if (i % KINDS == KINDS - 1)
		snprintf(text, sizeof(text), host ? "%d.%d.%d.9" :
		    "subnet:%d.%d.%d.0/24", 11 + (i >> 16), i >> 8 & 255,
		    i & 255);
	else {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), f, i);
#pragma GCC diagnostic pop
	}
	if (id_parse(text, id) != NULL)
		abort();
}

/* Of one kind: the best run's nanoseconds a match. */
static double
run_kind(const struct idset *s, int kind, int n)
{
	struct wt_id *ask = calloc(ASKED, sizeof(*ask));
	double best = 0, t;
	int i, run, step = n / ASKED / KINDS * KINDS;

	if (ask == NULL)
		abort();
	for (i = 0; i < ASKED; i++)
		make(peer, kind + i * step % (n - n % KINDS), 1, &ask[i]);
	for (run = 0; run < 5; run++) {
		t = now_ns();
		for (i = 0; i < ASKED; i++)
			if (idset_match(s, &ask[i]) == -1)
				abort();
		t = (now_ns() - t) / ASKED;
		if (run == 0 || t < best)
			best = t;
	}
	free(ask);
	return (best);
}

int
main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 100000, i;
	struct idset *s = idset_new();
	double t = 0, worst = 0, one;
	struct wt_id id;

	for (i = 0; i < n; i++) {
		make(member, i, 0, &id);
		idset_add(s, &id);
	}
	t = now_ns();
	idset_index(s);
	t = (now_ns() - t) / 1e6;
	for (i = 0; i < KINDS; i++)
		if ((one = run_kind(s, i, n)) > worst)
			worst = one;
	printf("%.0f %.0f\n", t, worst);
	idset_free(s);
	return (0);
}
