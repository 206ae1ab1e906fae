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
 * Warnings before a certificate or a CRL ends: at each load, when it comes to
 * that, and daily.
 */

#include <stdio.h>

#include "expiry.h"
#include "log.h"
#include "utc.h"

#define DAY	86400

/* How it stands, in the order of time. */
enum state { EARLY, GOOD, LATE, ENDED };

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

static enum state
cert_state(const struct cert *c, int64_t now, uint32_t warn)
{
	if (now > c->not_after)
		return (ENDED);
	if (now < c->not_before)
		return (EARLY);
	return (c->not_after - now < (int64_t)warn ? LATE : GOOD);
}

char *
expiry_cert(const struct cert *c, int64_t now, uint32_t warn,
    char out[EXPIRY_TEXT])
{
	enum state is = cert_state(c, now, warn);
	char when[UTC_TEXT], in[32];

	out[0] = '\0';
	if (is == ENDED)
		snprintf(out, EXPIRY_TEXT, "ended on %s",
		    utc_text(c->not_after, when, sizeof(when)));
	else if (is == EARLY)
		snprintf(out, EXPIRY_TEXT, "begins on %s",
		    utc_text(c->not_before, when, sizeof(when)));
	else if (is == LATE)
		snprintf(out, EXPIRY_TEXT, "ends %s, on %s",
		    days(expiry_days(c->not_after, now), in),
		    utc_text(c->not_after, when, sizeof(when)));
	return (out);
}

static enum state
crl_state(const struct crl *c, int64_t now, uint32_t warn)
{
	int64_t left = c->next_update - now;

	if (c->next_update == 0)
		return (GOOD);
	if (left < 0)
		return (ENDED);
	return (left < (int64_t)warn && left < (c->next_update -
	    c->this_update) / (c->fetched ? 10 : 5) ? LATE : GOOD);
}

char *
expiry_crl(const struct crl *c, int64_t now, uint32_t warn,
    char out[EXPIRY_TEXT])
{
	enum state is = crl_state(c, now, warn);
	char when[UTC_TEXT], in[32];

	out[0] = '\0';
	if (is == ENDED)
		snprintf(out, EXPIRY_TEXT, "stale: the next one was due on %s",
		    utc_text(c->next_update, when, sizeof(when)));
	else if (is == LATE)
		snprintf(out, EXPIRY_TEXT, "stale %s, on %s: the next one is "
		    "due", days(expiry_days(c->next_update, now), in),
		    utc_text(c->next_update, when, sizeof(when)));
	return (out);
}

static unsigned int
log_file(const struct book_item *f, int64_t now, int64_t since, uint32_t warn)
{
	char subject[CERT_NAME], text[EXPIRY_TEXT];
	unsigned int n = 0;
	int i;

	for (i = 0; i < f->ncert; i++) {
		expiry_cert(f->cert[i], now, warn, text);
		if (text[0] == '\0' || (since != 0 && cert_state(f->cert[i],
		    since, warn) == cert_state(f->cert[i], now, warn)))
			continue;
		log_warn(LS_CERT, "%s/%s: the certificate \"%s\" %s",
		    f->kind == CF_CA ? "ca" : "certs", f->name,
		    cert_subject(f->cert[i], subject, sizeof(subject)), text);
		n++;
	}
	return (n);
}

unsigned int
expiry_log(const struct book *b, int64_t now, int64_t since)
{
	char issuer[CERT_NAME], text[EXPIRY_TEXT];
	const struct crls *s = book_crls(b);
	uint32_t warn = book_warn(b);
	struct book_item f;
	unsigned int n = 0, i;

	for (i = 0; book_item(b, i, &f); i++)
		n += log_file(&f, now, since, warn);
	for (i = 0; i < s->n; i++) {
		expiry_crl(s->crl[i], now, warn, text);
		if (text[0] == '\0' || (since != 0 && crl_state(s->crl[i],
		    since, warn) == crl_state(s->crl[i], now, warn)))
			continue;
		log_warn(LS_CERT, "the CRL of \"%s\" is %s",
		    crl_issuer(s->crl[i], issuer, sizeof(issuer)), text);
		n++;
	}
	return (n);
}
