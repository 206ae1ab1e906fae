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

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "load_auth.h"
#include "load_resume.h"
#include "proto_resume.h"
#include "../../certd/sign/hprf.h"
#include "../../certd/sign/resume_keys.h"
#include "../../ikd/ike/prf.h"

/* A record of the file. */
struct ticket {
	uint32_t	 number, len;
	uint8_t		 sk_d[LOAD_PRF];
	uint8_t		 opaque[RESUME_OPAQUE];
};

static FILE		*out;
static struct ticket	*all;
static size_t		 n_all;

void
load_resume_save(const char *path)
{
	if ((out = fopen(path, "w")) == NULL)
		err(1, "%s", path);
}

void
load_resume_read(const char *path)
{
	FILE *f = fopen(path, "r");
	struct ticket t;

	if (f == NULL)
		err(1, "%s", path);
	while (fread(&t, sizeof(t), 1, f) == 1) {
		if (t.number == 0 || t.len > sizeof(t.opaque))
			errx(1, "%s: no tickets", path);
		if (t.number > n_all) {
			all = reallocarray(all, t.number, sizeof(*all));
			if (all == NULL)
				err(1, "memory");
			memset(all + n_all, 0, (t.number - n_all) *
			    sizeof(*all));
			n_all = t.number;
		}
		all[t.number - 1] = t;
	}
	fclose(f);
	hprf_init();
}

int
load_resume_saves(void)
{
	return (out != NULL);
}

int
load_resume_shows(void)
{
	return (all != NULL);
}

void
load_resume_put(unsigned int number, struct slice opaque, const uint8_t *sk_d)
{
	struct ticket t = { .number = number, .len = (uint32_t)opaque.len };

	if (opaque.len > sizeof(t.opaque))
		errx(1, "%u: a ticket of %zu octets", number, opaque.len);
	memcpy(t.sk_d, sk_d, sizeof(t.sk_d));
	memcpy(t.opaque, opaque.p, opaque.len);
	if (fwrite(&t, sizeof(t), 1, out) != 1 || fflush(out) == EOF)
		err(1, "tickets");
}

struct slice
load_resume_ticket(unsigned int number)
{
	if (number > n_all || all[number - 1].len == 0)
		errx(1, "%u: there is no ticket", number);
	return ((struct slice){ all[number - 1].opaque,
	    all[number - 1].len });
}

int
load_resume_keys(unsigned int number, const struct wt_suite *suite,
    const struct nonces *n, const uint8_t *spi_i, const uint8_t *spi_r,
    struct ike_keys *k)
{
	struct resume_keys r;

	if (resume_keys_make(suite, (struct slice){ all[number - 1].sk_d,
	    LOAD_PRF }, n->i, n->r, spi_i, spi_r, &r) == -1 ||
	    keymat_ike_given(suite, (struct slice){ r.ike, r.ike_len },
	    k) == -1)
		return (-1);
	memcpy(k->pi, r.pi, r.p_len);
	memcpy(k->pr, r.pr, r.p_len);
	return (0);
}

void
load_resume_auth(const uint8_t *sk_p, const struct slice octets[3],
    uint8_t *out_mac)
{
	if (prf_compute(PRF_HMAC_SHA2_256, (struct slice){ sk_p, LOAD_PRF },
	    octets, 3, out_mac) == -1)
		errx(1, "prf");
}
