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

#ifndef CERTD_STOW_H
#define CERTD_STOW_H

#include "vcache.h"
#include "wire.h"

/*
 * Certificates put away as the octets they came in, each once however many
 * peers showed it: decoded one takes 5 kB, its DER a tenth of that.
 */
struct stowed;

/* The octets of the certificate c, with a reference for the caller. */
struct stowed	*stow(const struct cert *c, struct slice der);
void		 stow_drop(struct stowed *s);
/* Its fingerprint, as struct cert has it. */
const uint8_t	*stow_fp(const struct stowed *s);
/*
 * Decoded again, or what v keeps of it; cert_free() is the caller's.  It
 * could be decoded before: only the want of memory makes it fail, fatal.
 */
struct cert	*stow_open(const struct stowed *s, struct vcache *v);

#endif /* CERTD_STOW_H */
