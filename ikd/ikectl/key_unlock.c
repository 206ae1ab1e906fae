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
 * `ikectl key unlock`: opens a private key with its passphrase and brings it
 * to certd-sign, on the socket for root's secrets alone.  The passphrase
 * stays here; the work that it takes to try one is not certd-sign's.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "cert_io.h"
#include "key_io.h"
#include "km.h"

/* PKCS#8 in DER; 0 or -1, said. */
static int
put_key(struct mq_unlock *m, const EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key);
	BIO *out = bio_new();
	const void *p;
	size_t len = 0;

	if (p8 != NULL && i2d_PKCS8_PRIV_KEY_INFO_bio(out, p8) == 1) {
		p = bio_data(out, &len);
		if (len > 0 && len <= sizeof(m->key))
			memcpy(m->key, p, len);
		else
			len = 0;
	}
	m->key_len = (uint16_t)len;
	PKCS8_PRIV_KEY_INFO_free(p8);
	BIO_free(out);
	return (len > 0 ? 0 : fail_ssl("the private key cannot be written"));
}

/* The key, whose passphrase was asked for; NULL, said. */
static EVP_PKEY *
open_key(struct km *km, const char *name, struct mq_unlock *m)
{
	EVP_PKEY *key;
	int encrypted;
	char what[128];
	struct buf b;
	X509 *cert;
	size_t n;

	if (km_read(km, "private", name, &b) == -1)
		return (NULL);
	snprintf(what, sizeof(what), "private/%s", name);
	key = key_decode(km, &b, what, &encrypted, NULL);
	if (EVP_Q_digest(NULL, "SHA2-256", NULL, b.p, b.len, m->file, &n) !=
	    1) {
		EVP_PKEY_free(key);
		key = NULL;
		fail_ssl("no SHA-256");
	}
	buf_free(&b);
	if (key != NULL && !encrypted) {
		fail("private/%s has no passphrase: there is nothing to "
		    "unlock", name);
		EVP_PKEY_free(key);
		return (NULL);
	}
	cert = key != NULL ? cert_peek(km, "certs", name) : NULL;
	if (cert != NULL && !key_same(key, X509_get0_pubkey(cert)))
		out_warn("certs/%s is for another key.", name);
	X509_free(cert);
	return (key);
}

int
key_unlock(struct km *km)
{
	static struct mq_unlock m;
	const char *name = km->pos[0];
	char said[MSG_TEXT + 1] = "";
	EVP_PKEY *key;
	int rc;

	if ((key = open_key(km, name, &m)) == NULL)
		return (-1);
	rc = put_key(&m, key);
	EVP_PKEY_free(key);
	if (rc == -1)
		return (-1);
	wire_text_copy(m.name, sizeof(m.name), name);
	rc = secrets_unlock(km->o, &m, said);
	if (rc == 1) {
		km->failed = CTL_DOWN;
		return (fail("the service does not run: it asks for the "
		    "passphrase of private/%s when it does", name));
	}
	if (rc == -1)
		return (fail("private/%s: %s", name, said));
	out_say("private/%s is open until certd-sign ends or the file "
	    "changes.", name);
	return (0);
}
