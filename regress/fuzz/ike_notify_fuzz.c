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

/* Notify and Delete payloads: slices inside, counts that hold. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/ike/pld_methods.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/pld_redirect.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(int ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pld_notify n;
	struct pld_redirect r;
	struct pld_delete d;
	uint8_t again[2 + REDIRECT_NAME], list[PLD_METHODS_MAX];
	struct slice made = { list, 0 };
	uint32_t can;
	uint32_t sum = 0;
	size_t i;

	if (pld_notify_parse(data, len, &n) == NULL) {
		check(n.spi.p == data + 4 && n.data.p == n.spi.p + n.spi.len);
		check(n.data.p + n.data.len == data + len);
		check(notify_name(n.type) != NULL);
		check(n.type != N_REKEY_SA || n.spi.len == 4);
		if (pld_redirect_parse(n.data, &r) == NULL) {
			check(r.nonce.p + r.nonce.len == data + len);
			check((r.addr.af == 0) == (r.name[0] != '\0'));
			check(r.addr.af != 0 || pld_redirect_make(r.name,
			    again) == 2 + strlen(r.name));
		}
		/* What is read of a list is a list again. */
		can = pld_methods_parse(n.data);
		made.len = pld_methods_make(can, list);
		check(can >> CAN_KINDS == 0 && pld_methods_parse(made) == can);
		check(n.type != N_COOKIE || n.data.len <= IKE_COOKIE_MAX);
	}
	if (pld_delete_parse(data, len, &d) == NULL) {
		check(d.n <= IKE_DELETE_MAX);
		check(d.spis.len == (size_t)d.n * d.spi_len);
		for (i = 0; i < d.n; i++)
			sum += pld_delete_spi(&d, i);
		check(d.n > 0 || sum == 0);
	}
	return (0);
}
