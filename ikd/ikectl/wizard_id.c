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

/* Who both sides of the wizard's tunnel are, and where. */
#include <sys/socket.h>

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "cert_io.h"
#include "name.h"
#include "wizard.h"
#include "x509_name.h"

void
wizard_id(const char *where, char out[WZ_TEXT])
{
	struct wt_addr a;

	snprintf(out, WZ_TEXT, "%s:%s", addr_parse(where, &a) == 0 ? "ip" :
	    "fqdn", where);
}

void
wizard_route(const char *remote, char out[WZ_TEXT])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct sockaddr_storage us;
	struct addrinfo *ai;
	socklen_t len = sizeof(us);
	int fd;

	out[0] = '\0';
	if (getaddrinfo(remote, "500", &hints, &ai) != 0)
		return;
	fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    getsockname(fd, (struct sockaddr *)&us, &len) == 0 &&
	    getnameinfo((struct sockaddr *)&us, len, out, WZ_TEXT, NULL, 0,
	    NI_NUMERICHOST) != 0)
		out[0] = '\0';
	if (fd != -1)
		(void)close(fd);
	freeaddrinfo(ai);
}

/* The ID that a name of a certificate is; -1: it is none that IKE has. */
static int
san_id(const GENERAL_NAME *g, char out[WZ_TEXT])
{
	char *s = san_text(g);
	int rc = 0;

	if (g->type == GEN_DNS)
		snprintf(out, WZ_TEXT, "fqdn:%s", s + 4);
	else if (g->type == GEN_EMAIL || g->type == GEN_IPADD)
		(void)strlcpy(out, s, WZ_TEXT);
	else
		rc = -1;
	OPENSSL_free(s);
	return (rc);
}

/* As the policy file has it: the first name of these kinds, else the DN. */
static void
cert_id(X509 *x, char out[WZ_TEXT])
{
	static const int kinds[] = { GEN_DNS, GEN_EMAIL, GEN_IPADD };
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);
	const GENERAL_NAME *g;
	char *dn;
	size_t k;
	int i, found = 0;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && !found; k++)
		for (i = 0; i < sk_GENERAL_NAME_num(all) && !found; i++) {
			g = sk_GENERAL_NAME_value(all, i);
			found = g->type == kinds[k] && san_id(g, out) == 0;
		}
	GENERAL_NAMES_free(all);
	if (found)
		return;
	dn = name_text(X509_get_subject_name(x));
	snprintf(out, WZ_TEXT, "dn:%s", dn);
	OPENSSL_free(dn);
}

/* The policy directory, as the key manager reads it; km->etc or -1. */
static int
km_of(const struct wizard *w, struct km *km)
{
	memset(km, 0, sizeof(*km));
	km->o = w->o;
	km->etc = open(w->o->policy_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return (km->etc);
}

const char *
wizard_cert(struct wizard *w, const char *name)
{
	const char *why = NULL;
	X509 *x, *issuer = NULL;
	struct km km;

	if (name_file_wrong(name) != NULL || km_of(w, &km) == -1)
		return ("that is no certificate's name");
	x = cert_peek(&km, "certs", name);
	if (x == NULL)
		why = "there is no such certificate in certs/";
	else if (!km_exists(&km, "private", name))
		why = "its key is not in private/";
	else if ((issuer = issuer_find(&km, x, w->ca)) == NULL)
		why = "who issued it is not in ca/ (ikectl ca import)";
	else {
		(void)strlcpy(w->cert, name, sizeof(w->cert));
		cert_id(x, w->us_id);
	}
	X509_free(issuer);
	X509_free(x);
	ERR_clear_error();
	close(km.etc);
	return (why);
}

static void
add_name(struct km *km, const char *name, void *arg)
{
	char *out = arg;

	if (!km_exists(km, "private", name))
		return;
	if (out[0] != '\0')
		(void)strlcat(out, ", ", WZ_TEXT);
	(void)strlcat(out, name, WZ_TEXT);
}

void
wizard_certs(const struct wizard *w, char out[WZ_TEXT])
{
	struct km km;

	out[0] = '\0';
	if (km_of(w, &km) == -1)
		return;
	km_each(&km, "certs", add_name, out);
	close(km.etc);
}

int
wizard_ca(const struct wizard *w, const char *path)
{
	struct km km;
	X509 *x = NULL;
	FILE *f;
	int rc = -1;

	if (km_of(w, &km) == -1)
		return (-1);
	if ((x = cert_peek(&km, "ca", w->ca)) != NULL &&
	    (f = fopen(path, "wx")) != NULL) {
		rc = PEM_write_X509(f, x) == 1 ? 0 : -1;
		if (fclose(f) != 0)
			rc = -1;
	}
	X509_free(x);
	close(km.etc);
	if (rc == -1)
		fprintf(stderr, "ikectl: %s: it cannot be written\n", path);
	return (rc);
}
