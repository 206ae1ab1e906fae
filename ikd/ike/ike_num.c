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
 * Names of IKEv2's numbers, for logs and reasons.
 */

#include <stddef.h>
#include <stdio.h>

#include "ike_num.h"

struct name {
	unsigned int	 num;
	const char	*name;
};

static const struct name exchs[] = {
	{ EXCH_SA_INIT, "IKE_SA_INIT" },
	{ EXCH_AUTH, "IKE_AUTH" },
	{ EXCH_CREATE_CHILD, "CREATE_CHILD_SA" },
	{ EXCH_INFORMATIONAL, "INFORMATIONAL" },
	{ EXCH_SESSION_RESUME, "IKE_SESSION_RESUME" },
	{ EXCH_INTERMEDIATE, "IKE_INTERMEDIATE" },
	{ EXCH_FOLLOWUP_KE, "IKE_FOLLOWUP_KE" },
	{ 0, NULL }
};

/* RFC 7296 section 3.2; 53 is RFC 7383's. */
static const struct name plds[] = {
	{ PLD_SA, "SA" }, { PLD_KE, "KE" }, { PLD_IDI, "IDi" },
	{ PLD_IDR, "IDr" }, { PLD_CERT, "CERT" },
	{ PLD_CERTREQ, "CERTREQ" }, { PLD_AUTH, "AUTH" },
	{ PLD_NONCE, "Nonce" }, { PLD_N, "N" }, { PLD_D, "D" },
	{ PLD_V, "V" }, { PLD_TSI, "TSi" }, { PLD_TSR, "TSr" },
	{ PLD_SK, "SK" }, { PLD_CP, "CP" }, { PLD_EAP, "EAP" },
	{ PLD_SKF, "SKF" },
	{ 0, NULL }
};

#define N_ROW(n)	{ N_##n, #n }
static const struct name notifies[] = {
	N_ROW(UNSUPPORTED_CRITICAL_PAYLOAD), N_ROW(INVALID_IKE_SPI),
	N_ROW(INVALID_MAJOR_VERSION), N_ROW(INVALID_SYNTAX),
	N_ROW(INVALID_MESSAGE_ID), N_ROW(INVALID_SPI),
	N_ROW(NO_PROPOSAL_CHOSEN), N_ROW(INVALID_KE_PAYLOAD),
	N_ROW(AUTHENTICATION_FAILED), N_ROW(SINGLE_PAIR_REQUIRED),
	N_ROW(NO_ADDITIONAL_SAS), N_ROW(INTERNAL_ADDRESS_FAILURE),
	N_ROW(FAILED_CP_REQUIRED), N_ROW(TS_UNACCEPTABLE),
	N_ROW(INVALID_SELECTORS), N_ROW(UNACCEPTABLE_ADDRESSES),
	N_ROW(UNEXPECTED_NAT_DETECTED), N_ROW(USE_ASSIGNED_HOA),
	N_ROW(TEMPORARY_FAILURE), N_ROW(CHILD_SA_NOT_FOUND),
	N_ROW(STATE_NOT_FOUND),
	N_ROW(INITIAL_CONTACT), N_ROW(SET_WINDOW_SIZE),
	N_ROW(ADDITIONAL_TS_POSSIBLE), N_ROW(IPCOMP_SUPPORTED),
	N_ROW(NAT_DETECTION_SOURCE_IP), N_ROW(NAT_DETECTION_DESTINATION_IP),
	N_ROW(COOKIE), N_ROW(USE_TRANSPORT_MODE),
	N_ROW(HTTP_CERT_LOOKUP_SUPPORTED), N_ROW(REKEY_SA),
	N_ROW(ESP_TFC_PADDING_NOT_SUPPORTED),
	N_ROW(NON_FIRST_FRAGMENTS_ALSO), N_ROW(MOBIKE_SUPPORTED),
	N_ROW(ADDITIONAL_IP4_ADDRESS), N_ROW(ADDITIONAL_IP6_ADDRESS),
	N_ROW(NO_ADDITIONAL_ADDRESSES), N_ROW(UPDATE_SA_ADDRESSES),
	N_ROW(COOKIE2), N_ROW(NO_NATS_ALLOWED), N_ROW(AUTH_LIFETIME),
	N_ROW(MULTIPLE_AUTH_SUPPORTED), N_ROW(ANOTHER_AUTH_FOLLOWS),
	N_ROW(REDIRECT_SUPPORTED), N_ROW(REDIRECT),
	N_ROW(REDIRECTED_FROM), N_ROW(TICKET_LT_OPAQUE),
	N_ROW(TICKET_REQUEST), N_ROW(TICKET_ACK), N_ROW(TICKET_NACK),
	N_ROW(TICKET_OPAQUE), N_ROW(LINK_ID),
	N_ROW(EAP_ONLY_AUTHENTICATION), N_ROW(CHILDLESS_SUPPORTED),
	N_ROW(QUICK_CRASH_DETECTION), N_ROW(FRAGMENTATION_SUPPORTED),
	N_ROW(SIGNATURE_HASH_ALGORITHMS), N_ROW(USE_PPK),
	N_ROW(PPK_IDENTITY), N_ROW(NO_PPK_AUTH),
	N_ROW(TS_MAX_QUEUE), N_ROW(SA_RESOURCE_INFO),
	N_ROW(USE_PPK_INT), N_ROW(PPK_IDENTITY_KEY),
	{ N_INTERMEDIATE_SUPPORTED, "INTERMEDIATE_EXCHANGE_SUPPORTED" },
	{ N_ADDITIONAL_KE, "ADDITIONAL_KEY_EXCHANGE" },
	{ N_AUTH_METHODS, "SUPPORTED_AUTH_METHODS" },
	{ N_FULL_TRANSCRIPT, "IKE_SA_INIT_FULL_TRANSCRIPT_AUTH" },
	{ 0, NULL }
};

static const struct name auths[] = {
	{ AUTH_RSA, "RSA" }, { AUTH_PSK, "PSK" }, { AUTH_DSS, "DSS" },
	{ AUTH_ECDSA256, "ECDSA-256" }, { AUTH_ECDSA384, "ECDSA-384" },
	{ AUTH_ECDSA521, "ECDSA-521" }, { AUTH_NULL, "NULL" },
	{ AUTH_SIGNATURE, "signature" },
	{ 0, NULL }
};

static const char *
find(const struct name *t, unsigned int num)
{
	for (; t->name != NULL; t++)
		if (t->num == num)
			return (t->name);
	return (NULL);
}

#define NAME_FUNCTION(fn, table, word)					\
const char *								\
fn(unsigned int num)							\
{									\
	static char buf[32];						\
	const char *s = find(table, num);				\
									\
	if (s != NULL)							\
		return (s);						\
	snprintf(buf, sizeof(buf), word " %u", num);			\
	return (buf);							\
}

NAME_FUNCTION(exch_name, exchs, "exchange")
NAME_FUNCTION(pld_name, plds, "payload")
NAME_FUNCTION(notify_name, notifies, "notify")
NAME_FUNCTION(auth_name, auths, "method")

int
exch_in_clear(unsigned int exch)
{
	return (exch == EXCH_SA_INIT || exch == EXCH_SESSION_RESUME);
}

int
pld_known(unsigned int pld)
{
	return (find(plds, pld) != NULL);
}
