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

/* What key exchanges there are on this machine. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "alg.h"
#include "ke_here.h"

static struct {
	uint16_t	 id;
	const char	*name;
	int		 here;
} kems[] = {
	{ KE_MLKEM512, "ML-KEM-512", 0 },
	{ KE_MLKEM768, "ML-KEM-768", 0 },
	{ KE_MLKEM1024, "ML-KEM-1024", 0 },
};
#define NKEMS	(sizeof(kems) / sizeof(kems[0]))

void
ke_here_warm(void)
{
	static int	 looked;
	EVP_PKEY_CTX	*ctx;
	size_t		 i;

	if (looked)
		return;
	looked = 1;
	for (i = 0; i < NKEMS; i++) {
		ctx = EVP_PKEY_CTX_new_from_name(NULL, kems[i].name, NULL);
		kems[i].here = ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1;
		EVP_PKEY_CTX_free(ctx);
	}
	ERR_clear_error();
}

const char *
ke_missing(const struct wt_proposal *p)
{
	size_t	 i, k;

	ke_here_warm();
	for (i = 0; i < p->xf_n; i++)
		for (k = 0; k < NKEMS; k++)
			if (alg_is_ke(p->xf[i].type) &&
			    p->xf[i].id == kems[k].id && !kems[k].here)
				return (alg_name(XF_KE, kems[k].id, 0));
	return (NULL);
}

const char *
ke_here_openssl(void)
{
	return (OpenSSL_version(OPENSSL_VERSION_STRING));
}
