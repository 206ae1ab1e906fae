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
 * SA payloads, and what is chosen from them: a choice must be built, read
 * back and pass as an answer to what was offered.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/prop.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const words_ike[] = { "aes256gcm16-prfsha384-x25519",
	"aes128-aes256-sha256-sha512-x25519-ecp256-modp2048" };
static const char *const words_esp[] = { "esp-aes256gcm16-x25519",
	"esp-aes128-sha256", "esp-chacha20poly1305-esn-noesn" };

static struct wt_proposal ike[2], esp[3];

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
setup(void)
{
	struct wt_proposal p;
	char err[128];
	size_t i;

	for (i = 0; i < 2; i++)
		check(proposal_parse(words_ike[i], PROTO_IKE, NULL, &ike[i],
		    err, sizeof(err)) == 0);
	for (i = 0; i < 3; i++) {
		check(proposal_parse(words_esp[i], PROTO_ESP, NULL, &p, err,
		    sizeof(err)) == 0);
		prop_offer(&p, 1, i & 1, 0, &esp[i]);
	}
}

/* The offer as a list to send, from what was parsed; 0: it does not fit. */
static int
as_offer(const struct sa_prop *p, struct wt_proposal *out)
{
	if (p->nxf > LINK_XFORMS)
		return (0);
	memset(out, 0, sizeof(*out));
	out->proto = p->proto;
	out->xf_n = p->nxf;
	memcpy(out->xf, p->xf, p->nxf * sizeof(p->xf[0]));
	return (1);
}

static void
answer(const struct prop_choice *c, const struct sa_payload *sa,
    const struct prop_want *want)
{
	static const struct ike_hdr h = { .spi_i = { 1 } };
	static struct sa_payload back;
	struct wt_proposal offer, p;
	struct prop_choice got;
	struct msg_build m;
	struct packet pkt;
	const struct pld *pld;
	uint8_t buf[1024];
	char why[IKE_WHY_MAX];
	size_t i;
	long len;

	for (i = 0; i < sa->n && sa->prop[i].num != c->num; i++)
		;
	check(i < sa->n);
	if (want->no_ke || !as_offer(&sa->prop[i], &offer))
		return;
	prop_answer(c, &p);
	msg_begin(&m, buf, sizeof(buf), &h);
	msg_add_sa_num(&m, 1, &p, c->spi, c->spi_len);
	check((len = msg_finish(&m)) > 0);
	check(packet_parse(buf, len, &pkt) == NULL);
	check((pld = packet_find(&pkt, PLD_SA, NULL)) != NULL);
	check(pld_sa_parse(pld->p, pld->len, &back) == NULL);
	check(prop_check(&offer, 1, &back, want, &got, why,
	    sizeof(why)) == 0);
	check(memcmp(&got.suite, &c->suite, sizeof(got.suite)) == 0);
}

static void
try(const struct wt_proposal *ours, size_t n, const struct sa_payload *sa,
    struct prop_want want)
{
	struct prop_choice c;
	char why[IKE_WHY_MAX], text[128];

	memset(why, 0, sizeof(why));
	if (prop_choose(ours, n, sa, &want, &c, why, sizeof(why)) == 0) {
		check(c.suite.proto == want.proto);
		prop_print_suite(&c.suite, text, sizeof(text));
		answer(&c, sa, &want);
	} else
		check(why[0] != '\0' && strlen(why) < sizeof(why));
	(void)prop_check(ours, n, sa, &want, &c, why, sizeof(why));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct sa_payload sa;
	static int ready;
	size_t i;

	if (!ready) {
		setup();
		ready = 1;
	}
	if (pld_sa_parse(data, len, &sa) != NULL)
		return (0);
	check(sa.n > 0 && sa.n <= IKE_PROPS_MAX);
	for (i = 0; i < sa.n; i++)
		check(sa.prop[i].nxf <= IKE_XFORMS_MAX);
	try(ike, 2, &sa, (struct prop_want){ PROTO_IKE, 0, 0, 0, KE_ECP256 });
	try(ike, 2, &sa, (struct prop_want){ PROTO_IKE, 8, 0, 0, 0 });
	try(esp, 3, &sa, (struct prop_want){ PROTO_ESP, 4, 0, 0, 0 });
	try(esp, 3, &sa, (struct prop_want){ PROTO_ESP, 4, 1, 0, 0 });
	return (0);
}
