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
 * Warnings before a certificate or a CRL ends: at each load, and daily.
 */

#include <stdio.h>

#include "expiry.h"
#include "log.h"

#define DAY	86400

long
expiry_days(int64_t t, int64_t now)
{
	int64_t left = t - now;

	return ((long)(left < 0 ? (left - DAY + 1) / DAY : left / DAY));
}

static const char *
days(long n, char buf[32])
{
	if (n == 0)
		return ("within a day");
	snprintf(buf, 32, "in %ld day%s", n, n == 1 ? "" : "s");
	return (buf);
}

char *
expiry_cert(const struct cert *c, int64_t now, uint32_t warn,
    char out[EXPIRY_TEXT])
{
	char when[CERT_TIME], in[32];

	out[0] = '\0';
	if (now > c->not_after)
		snprintf(out, EXPIRY_TEXT, "ended on %s",
		    cert_time(c->not_after, when, sizeof(when)));
	else if (now < c->not_before)
		snprintf(out, EXPIRY_TEXT, "begins on %s",
		    cert_time(c->not_before, when, sizeof(when)));
	else if (c->not_after - now < (int64_t)warn)
		snprintf(out, EXPIRY_TEXT, "ends %s, on %s",
		    days(expiry_days(c->not_after, now), in),
		    cert_time(c->not_after, when, sizeof(when)));
	return (out);
}

char *
expiry_crl(const struct crl *c, int64_t now, uint32_t warn,
    char out[EXPIRY_TEXT])
{
	int64_t left = c->next_update - now;
	char when[CERT_TIME], in[32];

	out[0] = '\0';
	if (c->next_update == 0)
		return (out);
	if (left < 0)
		snprintf(out, EXPIRY_TEXT, "stale: the next one was due on %s",
		    cert_time(c->next_update, when, sizeof(when)));
	else if (left < (int64_t)warn &&
	    left < (c->next_update - c->this_update) / 10)
		snprintf(out, EXPIRY_TEXT, "stale %s, on %s: the next one is "
		    "due", days(expiry_days(c->next_update, now), in),
		    cert_time(c->next_update, when, sizeof(when)));
	return (out);
}

static unsigned int
log_file(const struct book_item *f, int64_t now, uint32_t warn)
{
	char subject[CERT_NAME], text[EXPIRY_TEXT];
	unsigned int n = 0;
	int i;

	for (i = 0; i < f->ncert; i++) {
		expiry_cert(f->cert[i], now, warn, text);
		if (text[0] == '\0')
			continue;
		log_warn(LS_CERT, "%s/%s: the certificate \"%s\" %s",
		    f->kind == CF_CA ? "ca" : "certs", f->name,
		    cert_subject(f->cert[i], subject, sizeof(subject)), text);
		n++;
	}
	return (n);
}

unsigned int
expiry_log(const struct book *b, int64_t now)
{
	char issuer[CERT_NAME], text[EXPIRY_TEXT];
	const struct crls *s = book_crls(b);
	struct book_item f;
	unsigned int n = 0, i;

	for (i = 0; book_item(b, i, &f); i++)
		n += log_file(&f, now, book_warn(b));
	for (i = 0; i < s->n; i++) {
		expiry_crl(s->crl[i], now, book_warn(b), text);
		if (text[0] == '\0')
			continue;
		log_warn(LS_CERT, "the CRL of \"%s\" is %s",
		    crl_issuer(s->crl[i], issuer, sizeof(issuer)), text);
		n++;
	}
	return (n);
}
