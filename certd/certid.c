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

/* IKE identities in certificates (RFC 4945). */

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

#include "certid.h"
#include "dn.h"

/* A subjectAltName as the ID it stands for.  0, or -1: none of ours. */
static int
id_of_san(const GENERAL_NAME *gn, struct wt_id *id)
{
	const ASN1_STRING *s;
	const uint8_t *p;
	size_t i, len;
	int type;

	s = GENERAL_NAME_get0_value(gn, &type);
	if (s == NULL ||
	    (type != GEN_DNS && type != GEN_EMAIL && type != GEN_IPADD))
		return (-1);
	p = ASN1_STRING_get0_data(s);
	len = (size_t)ASN1_STRING_length(s);
	memset(id, 0, sizeof(*id));
	if (type == GEN_IPADD) {
		if (len != 4 && len != 16)
			return (-1);
		id->type = len == 4 ? ID_IPV4_ADDR : ID_IPV6_ADDR;
	} else {
		if (len == 0 || len > ID_MAX)
			return (-1);
		/* Neither NUL nor blank hides in a name. */
		for (i = 0; i < len; i++)
			if (p[i] < 0x21 || p[i] > 0x7e)
				return (-1);
		id->type = type == GEN_DNS ? ID_FQDN : ID_RFC822_ADDR;
	}
	id->data_len = (uint16_t)len;
	memcpy(id->data, p, len);
	return (0);
}

static int
subject_of(const struct cert *c, struct slice *out)
{
	const unsigned char *p;
	size_t len;

	if (X509_NAME_get0_der(X509_get_subject_name(c->x), &p, &len) != 1)
		return (-1);
	out->p = p;
	out->len = len;
	return (0);
}

static GENERAL_NAMES *
sans_of(const struct cert *c)
{
	GENERAL_NAMES *g;

	g = X509_get_ext_d2i(c->x, NID_subject_alt_name, NULL, NULL);
	ERR_clear_error();
	return (g);
}

/* One subjectAltName against what the peer says. */
static int
san_proves(const struct wt_id *san, const struct certid_in *in)
{
	if (id_is_wild(san))
		return (in->want != NULL && id_equal(in->want, san) &&
		    !id_is_wild(in->id) && id_match(san, in->id));
	return (id_equal(san, in->id));
}

static int
any_san(const struct cert *c, const struct certid_in *in)
{
	GENERAL_NAMES *sans = sans_of(c);
	struct wt_id san;
	int i, found = 0;

	for (i = 0; i < sk_GENERAL_NAME_num(sans) && !found; i++)
		if (id_of_san(sk_GENERAL_NAME_value(sans, i), &san) == 0)
			found = san_proves(&san, in);
	GENERAL_NAMES_free(sans);
	return (found);
}

/* RFC 7296 section 3.5: any GeneralName, octets of its DER. */
static int
any_general(const struct cert *c, const struct wt_id *id)
{
	GENERAL_NAMES *sans = sans_of(c);
	const unsigned char *p = id->data;
	GENERAL_NAME *want;
	int i, found = 0;

	want = d2i_GENERAL_NAME(NULL, &p, id->data_len);
	if (want != NULL && p == id->data + id->data_len)
		for (i = 0; i < sk_GENERAL_NAME_num(sans) && !found; i++)
			found = GENERAL_NAME_cmp(sk_GENERAL_NAME_value(sans,
			    i), want) == 0;
	GENERAL_NAME_free(want);
	GENERAL_NAMES_free(sans);
	ERR_clear_error();
	return (found);
}

static int
subject_fits(const struct cert *c, const struct wt_id *id, int pattern)
{
	struct slice want = { id->data, id->data_len }, subject;

	if (subject_of(c, &subject) == -1)
		return (0);
	return (pattern ? dn_match(want, subject) : dn_equal(want, subject));
}

/* `cert-id`: a name of the certificate must fit it. */
static int
fits_cert_id(const struct cert *c, const struct wt_id *want)
{
	GENERAL_NAMES *sans;
	struct wt_id san;
	int i, found = 0;

	if (want->type == ID_ANY)
		return (1);
	if (want->type == ID_DER_ASN1_DN)
		return (subject_fits(c, want, 1));
	sans = sans_of(c);
	for (i = 0; i < sk_GENERAL_NAME_num(sans) && !found; i++)
		if (id_of_san(sk_GENERAL_NAME_value(sans, i), &san) == 0)
			found = id_is_wild(&san) ? id_equal(want, &san) :
			    id_match(want, &san);
	GENERAL_NAMES_free(sans);
	return (found);
}

/* What the certificate would prove, for the sentence. */
static void
list_names(const struct cert *c, char *out, size_t size)
{
	char subject[CERTID_TEXT / 2], one[CERTID_TEXT / 4];
	GENERAL_NAMES *sans = sans_of(c);
	struct wt_id san;
	size_t at;
	int i;

	cert_subject(c, subject, sizeof(subject));
	at = (size_t)snprintf(out, size, "dn:%s", subject);
	for (i = 0; i < sk_GENERAL_NAME_num(sans) && at < size; i++)
		if (id_of_san(sk_GENERAL_NAME_value(sans, i), &san) == 0)
			at += (size_t)snprintf(out + at, size - at, ", %s",
			    id_print(&san, one, sizeof(one)));
	GENERAL_NAMES_free(sans);
}

static int
refuse(const struct cert *c, const struct wt_id *id, const char *what,
    char *text, size_t size)
{
	char names[CERTID_TEXT / 2], says[CERTID_TEXT / 4];

	list_names(c, names, sizeof(names));
	snprintf(text, size, "%s: it says it is %s, the certificate is of %s",
	    what, id_print(id, says, sizeof(says)), names);
	return (0);
}

int
certid_proves(const struct cert *c, const struct certid_in *in, char *text,
    size_t size)
{
	int ok;

	text[0] = '\0';
	switch (in->id->type) {
	case ID_IPV4_ADDR:
	case ID_IPV6_ADDR:
	case ID_FQDN:
	case ID_RFC822_ADDR:
		ok = any_san(c, in);
		break;
	case ID_DER_ASN1_DN:
		ok = subject_fits(c, in->id, 0);
		break;
	case ID_DER_ASN1_GN:
		ok = any_general(c, in->id);
		break;
	case ID_KEY_ID:
		if (in->cert_id == NULL)
			return (refuse(c, in->id, "a KEY_ID is in no "
			    "certificate, and no cert-id names what it is to "
			    "show", text, size));
		if (!fits_cert_id(c, in->cert_id))
			return (refuse(c, in->id, "the certificate does not "
			    "show what cert-id asks for", text, size));
		return (1);
	default:
		return (refuse(c, in->id, "an ID of a type that no "
		    "certificate has", text, size));
	}
	if (!ok)
		return (refuse(c, in->id, "the peer's ID is not in its "
		    "certificate", text, size));
	return (1);
}

/* A wildcard of ours covers what we say: whether that is enough is theirs. */
static int
san_covers(const struct cert *c, const struct wt_id *id)
{
	GENERAL_NAMES *sans = sans_of(c);
	struct wt_id san;
	int i, found = 0;

	for (i = 0; i < sk_GENERAL_NAME_num(sans) && !found; i++)
		if (id_of_san(sk_GENERAL_NAME_value(sans, i), &san) == 0)
			found = id_match(&san, id);
	GENERAL_NAMES_free(sans);
	return (found);
}

int
certid_may_say(const struct cert *c, struct wt_id *id, char *text,
    size_t size)
{
	struct slice subject;

	text[0] = '\0';
	if (id->type == ID_KEY_ID)
		return (1);
	if (id->type != ID_DER_ASN1_DN) {
		if (san_covers(c, id))
			return (1);
	} else if (subject_fits(c, id, 0) && subject_of(c, &subject) == 0 &&
	    subject.len <= ID_MAX) {
		id->data_len = (uint16_t)subject.len;
		memcpy(id->data, subject.p, subject.len);
		return (1);
	}
	list_names(c, text, size);
	return (0);
}

int
certid_first(const struct cert *c, struct wt_id *out)
{
	GENERAL_NAMES *sans = sans_of(c);
	struct slice subject;
	int i, r = -1;

	for (i = 0; i < sk_GENERAL_NAME_num(sans) && r == -1; i++)
		if (id_of_san(sk_GENERAL_NAME_value(sans, i), out) == 0 &&
		    !id_is_wild(out))
			r = 0;
	GENERAL_NAMES_free(sans);
	if (r == 0)
		return (0);
	/*
	 * An empty name is an empty SEQUENCE: two octets.  OpenSSL takes
	 * encodings that are no DER.
	 */
	if (subject_of(c, &subject) == -1 || subject.len > ID_MAX ||
	    subject.len <= 2 || !dn_valid(subject, 0))
		return (-1);
	memset(out, 0, sizeof(*out));
	out->type = ID_DER_ASN1_DN;
	out->data_len = (uint16_t)subject.len;
	memcpy(out->data, subject.p, subject.len);
	return (0);
}
