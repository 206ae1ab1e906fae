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

/* What our certificates say of us. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certid.h"
#include "chain.h"
#include "id.h"
#include "keyfp.h"
#include "log.h"
#include "own.h"
#include "roles.h"
#include "snap.h"
#include "utc.h"

#define ID_ROOM		200

/* It is the peer that refuses it, and its log that says so: ours too. */
static void
warn_ends(const struct entry *e, const char *file, const struct cert *c)
{
	int64_t now = (int64_t)time(NULL);
	char when[UTC_TEXT];

	if (now > c->not_after)
		log_about(LOG_ABOUT(e->name, e->tunnel, 0, NULL), LS_CERT,
		    LOG_L_WARNING, "certs/%s ended at %s: peers will refuse us "
		    "(tunnel %s)", file, utc_text(c->not_after, when,
		    sizeof(when)), e->name);
	else if (now < c->not_before)
		log_about(LOG_ABOUT(e->name, e->tunnel, 0, NULL), LS_CERT,
		    LOG_L_WARNING, "certs/%s does not begin before %s: peers "
		    "will refuse us until then (tunnel %s)", file,
		    utc_text(c->not_before, when, sizeof(when)), e->name);
}

const char *
own_row(const struct entry *e, const char *file, const struct cert *c,
    struct sn_ours *row, char *buf, size_t size)
{
	char names[CERTID_TEXT], id[ID_ROOM];

	memset(row, 0, sizeof(*row));
	row->tunnel = e->tunnel;
	row->round = e->round;
	if (c->kind == 0 || keyfp(cert_key(c), row->key) == -1) {
		snprintf(buf, size, "certs/%s: %s (tunnel %s)", file,
		    c->kind == 0 ? c->key_fault : "a key of no known type",
		    e->name);
		return (buf);
	}
	if (!chain_suits_ike(c)) {
		snprintf(buf, size, "tunnel %s: certs/%s is for another "
		    "purpose than IKE (extendedKeyUsage), so that we do not "
		    "sign with its key", e->name, file);
		return (buf);
	}
	warn_ends(e, file, c);
	if (e->id_local != NULL) {
		id_copy(&row->id, e->id_local);
		if (certid_may_say(c, &row->id, names, sizeof(names)))
			return (NULL);
		snprintf(buf, size, "tunnel %s: local.id %s is not in "
		    "certs/%s, so that peers would refuse us; the certificate "
		    "is of %s", e->name, id_print(e->id_local, id, sizeof(id)),
		    file, names);
		return (buf);
	}
	if (certid_first(c, &row->id) == 0)
		return (NULL);
	snprintf(buf, size, "tunnel %s: certs/%s has neither a subjectAltName "
	    "nor a subject that could be an ID: give local.id", e->name, file);
	return (buf);
}

int
own_rows(const struct entries *es, uint32_t generation)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);
	const struct entry *e;
	struct sn_ours row;
	size_t i;

	for (i = 0; (e = entries_at(es, i)) != NULL; i++) {
		if (!e->has_fp)
			continue;
		memset(&row, 0, sizeof(row));
		row.tunnel = e->tunnel;
		row.round = e->round;
		id_copy(&row.id, e->id_local);
		memcpy(row.key, e->key_fp, sizeof(row.key));
		snap_put(w, SNAP_OURS, &row);
	}
	return (snap_close(w));
}
