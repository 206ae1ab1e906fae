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
 * AUTH_CHECK as a hostile ike and peer could send it, with a good ticket:
 * whatever comes, nobody without the key gets a verdict or our AUTH.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../certd/sign/decide.h"
#include "../../certd/sign/hprf.h"
#include "addr.h"
#include "id.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define NOW	1000

static struct signer s;

static void
start(void)
{
	static const uint8_t key[BOOT_KEY_LEN] = { 1 };
	static const struct sn_ppk ppk = { .id = "p", .secret = "p" };
	static struct sn_auth a;

	hprf_init();
	s.tickets = tickets_new(key);
	s.orders = orders_new();
	s.mixes = mixes_new();
	s.entries = entries_new();
	s.keys = keyring_new("/etc/ikd");
	s.ppks = keyring_new("/etc/ikd");
	s.workers = 1;
	a.tunnel = 1;
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.prfs = UINT32_MAX;
	strcpy(a.name, "any");
	a.psks_n = 1;
	strcpy(a.psks[0].w, "k");
	a.ppk = PPK_OFFER;
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	if (entries_add(s.entries, &a) != NULL ||
	    entries_add_ppk(s.entries, &ppk) != NULL ||
	    keyring_put(s.ppks, "p", (const uint8_t *)"0x00", 4) != NULL ||
	    keyring_put(s.keys, "k", (const uint8_t *)"0x00112233445566778899"
	    "aabbccddeeff", 34) != NULL)
		abort();
	entries_index(s.entries);
}

/* The next piece of the input: one octet of length, then as many. */
static struct slice
piece(const uint8_t **p, size_t *len)
{
	struct slice out = { *p, 0 };

	if (*len > 0) {
		out.p = *p + 1;
		out.len = (*p)[0] < *len - 1 ? (*p)[0] : *len - 1;
		*p += 1 + out.len;
		*len -= 1 + out.len;
	}
	return (out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mk_checked out;
	static struct mv_verdict v;
	static struct mk_check m;
	struct mk_tickets t;
	uint8_t resp[256];

	if (s.tickets == NULL)
		start();
	if (len < 2)
		return (0);
	memset(&m, 0, sizeof(m));
	tickets_issue(s.tickets, 0, 1, NOW, &t);
	m.c.ticket = t.t[0];
	m.c.prf = data[0] & 15;
	m.c.sk_pi_len = m.c.sk_pr_len = (uint16_t)hprf_len(m.c.prf);
	m.method = data[1] & 3;
	addr_parse("192.0.2.1", &m.c.local.addr);
	addr_parse("198.51.100.7", &m.c.remote.addr);
	data += 2;
	len -= 2;
	m.c.msg_i = piece(&data, &len);
	m.c.msg_r = piece(&data, &len);
	/* Our nonce where the seeds have it. */
	memcpy(resp, m.c.msg_r.p, m.c.msg_r.len);
	if (m.c.msg_r.len >= 64)
		memcpy(resp + 32, t.t[0].ticket, TICKET_LEN);
	m.c.msg_r.p = resp;
	m.c.nonce_peer = piece(&data, &len);
	m.id_i = piece(&data, &len);
	m.id_r = piece(&data, &len);
	m.auth = piece(&data, &len);
	m.ppk = piece(&data, &len);
	m.no_ppk = piece(&data, &len);
	if (decide_check(&s, 0, &m, NOW, &v, &out) || out.code == 0 ||
	    out.auth_len != 0 || !wire_text_ok(out.text, strlen(out.text)))
		abort();
	return (0);
}
