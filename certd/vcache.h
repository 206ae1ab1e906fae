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

#ifndef CERTD_VCACHE_H
#define CERTD_VCACHE_H

#include "cert.h"
#include "chain.h"

/*
 * What need not be done twice: decoding a peer's certificate or bare key
 * (OpenSSL's decoder costs more than a signature), and verifying a chain.
 * Bounded; falls with a reload (vcache_clear()), a verdict also with any
 * change of the CRLs and at its bound.
 */
#define VCACHE_CERTS	256	/* decoded: about 5 kB each */
#define VCACHE_VERDICTS	4096	/* remembered: about 200 octets each */

struct vcache;

struct vcache *vcache_new(void);
void	vcache_free(struct vcache *v);
void	vcache_clear(struct vcache *v);

/*
 * cert_decode() or rawkey_decode(), or what is kept of these octets; with a
 * reference for the caller.  Nothing is kept yet: who sends us certificates
 * at random must not drive out those of peers who prove theirs.
 */
struct cert *vcache_cert(struct vcache *v, struct slice der,
	    const char **why);
struct rawkey *vcache_rawkey(struct vcache *v, struct slice der,
	    const char **why);
/*
 * Keeps a bare key, once the policy has named it.  Certificates are kept by
 * vcache_verify() when their chain is good.
 */
void	vcache_keep(struct vcache *v, struct rawkey *k);

/*
 * chain_verify(), or the good verdict that it gave on the same question
 * before; tag stands for what else the question has (the auth entry), so that
 * two entries never share one.  A remembered verdict has no chain and no
 * rev: out->n is 0.  Only a good one without anything
 * missing is remembered, and never one that OCSP responses came with.
 */
void	vcache_verify(struct vcache *v, uint64_t tag,
	    const struct chain_in *in, struct chain_result *out);
/* How often a verdict was remembered. */
uint64_t vcache_hits(const struct vcache *v);

#endif /* CERTD_VCACHE_H */
