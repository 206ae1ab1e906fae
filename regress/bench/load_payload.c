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
#include <string.h>

#include <openssl/rand.h>

#include "addr.h"
#include "id.h"
#include "load_cert.h"
#include "load_payload.h"
#include "ts.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/tsp.h"

void
load_name(struct wt_id *id, char side, unsigned int number, char text[64])
{
	if (side == 'g')
		strlcpy(text, "fqdn:b.example", 64);
	else
		snprintf(text, 64, "fqdn:%c%u.example", side, number);
	if (id_parse(text, id) != NULL)
		errx(1, "%s", text);
}

void
load_add_cert(struct msg_build *m, const struct slice octets[3],
    const char *fqdn, unsigned int number)
{
	uint8_t		 buf[LOAD_CERT];
	struct slice	 wanted;
	size_t		 n;

	n = load_cert_issue(fqdn, number, buf);
	msg_open(m, PLD_CERT);
	msg_put8(m, 4);			/* X.509, signature */
	msg_put(m, buf, n);
	msg_close(m);
	wanted = load_cert_wanted();
	msg_open(m, PLD_CERTREQ);
	msg_put(m, wanted.p, wanted.len);
	msg_close(m);
	n = load_cert_sign(octets, buf);
	msg_add_auth(m, AUTH_SIGNATURE, buf, n);
}

static struct wt_ts
host(const char *text)
{
	struct wt_prefix	 p;
	struct wt_ts		 ts;

	if (prefix_parse(text, &p) == -1)
		errx(1, "%s", text);
	ts_from_prefix(&ts, &p);
	return (ts);
}

void
load_add_child(struct msg_build *m, const struct wt_proposal *esp,
    unsigned int number)
{
	struct wt_ts	 ts;
	uint8_t		 spi[4];
	char		 text[64];

	if (RAND_bytes(spi, sizeof(spi)) != 1)
		errx(1, "random numbers");
	spi[0] |= 0x80;
	msg_add_sa(m, esp, 1, spi, sizeof(spi));
	snprintf(text, sizeof(text), "10.1.%u.%u/32", number / 250 + 2,
	    number % 250 + 1);
	ts = host(text);
	tsp_add(m, PLD_TSI, &ts, 1);
	ts = host("10.2.1.1/32");
	tsp_add(m, PLD_TSR, &ts, 1);
}
