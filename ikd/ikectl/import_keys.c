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
 * Settings of other products that have no counterpart: what is said of them.
 * A row whose reason begins with ! keeps a tunnel from being translated.
 */
#include <stdio.h>
#include <string.h>

#include "import_put.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

struct key_row {
	const char	*key;		/* "*x": leftx and rightx */
	const char	*quiet;		/* values that need no note, or NULL */
	const char	*why;
};

#define V1	"!IKEv1 is not built in this version"
#define EAP	"!EAP and XAUTH are not built in this version"
#define LEASE	"!addresses for peers are not built in this version"
#define SCRIPT	"scripts are not run: what they did for filters and routes " \
		"the service does itself"
#define NAMED	"tunnels are known by name and number"

/* A mapper's; what it has not used holds for no tunnel. */
#define MAPPED(key)	{ (key), "*", "" }

static const struct key_row conn_rows[] = {
	MAPPED("also"), MAPPED("auto"), MAPPED("type"), MAPPED("ike"),
	MAPPED("esp"), MAPPED("ah"), MAPPED("phase2"), MAPPED("phase2alg"),
	MAPPED("left"), MAPPED("right"), MAPPED("*subnet"),
	MAPPED("*subnets"), MAPPED("*id"), MAPPED("*auth"),
	MAPPED("authby"), MAPPED("*cert"), MAPPED("*sigkey"),
	MAPPED("*rsasigkey"), MAPPED("*ecdsakey"), MAPPED("*pubkey"),
	MAPPED("*ca"), MAPPED("*certpolicy"), MAPPED("*protoport"),
	MAPPED("*sourceip"), MAPPED("*ikeport"), MAPPED("keyexchange"),
	MAPPED("ikev2"), MAPPED("ikelifetime"), MAPPED("lifetime"),
	MAPPED("salifetime"), MAPPED("keylife"), MAPPED("margintime"),
	MAPPED("rekeymargin"), MAPPED("reauth"), MAPPED("dpddelay"),
	MAPPED("forceencaps"), MAPPED("encapsulation"),
	MAPPED("fragmentation"), MAPPED("mobike"), MAPPED("pfs"),
	MAPPED("lifebytes"), MAPPED("ipsec-max-bytes"),
	MAPPED("lifepackets"), MAPPED("replay_window"),
	MAPPED("replay-window"), MAPPED("esn"), MAPPED("mark"),
	MAPPED("failureshunt"), MAPPED("inactivity"), MAPPED("enable-tcp"),
	MAPPED("tcp-remoteport"), MAPPED("ppk"), MAPPED("ppk-ids"),
	MAPPED("dpdaction"), MAPPED("closeaction"),
	{ "aaa_identity", NULL, EAP }, { "eap_identity", NULL, EAP },
	{ "aggressive", "no", V1 }, { "aggrmode", "no", V1 },
	{ "xauth", NULL, EAP }, { "xauth_identity", NULL, EAP },
	{ "xauthby", NULL, EAP }, { "xauthfail", NULL, EAP },
	{ "*xauthserver", "no", EAP }, { "*xauthclient", "no", EAP },
	{ "*xauthusername", NULL, EAP }, { "*username", NULL, EAP },
	{ "modeconfig", "pull", "IKEv1's: not used" },
	{ "modecfgpull", NULL, "IKEv1's: not used" },
	{ "*modecfgserver", "no", LEASE }, { "*modecfgclient", "no", LEASE },
	{ "*addresspool", NULL, LEASE }, { "modecfgdns", NULL, LEASE },
	{ "modecfgdomains", NULL, LEASE }, { "modecfgbanner", NULL, LEASE },
	{ "*dns", NULL, LEASE }, MAPPED("*auth2"), MAPPED("*id2"),
	MAPPED("*cert2"), MAPPED("*ca2"),
	{ "*groups", NULL, "!groups of attribute certificates are not known" },
	{ "*groups2", NULL,
	    "!groups of attribute certificates are not known" },
	{ "mediation", "no", "!mediated connections are not known" },
	{ "mediated_by", NULL, "!mediated connections are not known" },
	{ "me_peerid", NULL, "!mediated connections are not known" },
	{ "policy-label", NULL, "!labels are not known" },
	{ "labeled_ipsec", "no", "!labels are not known" },
	{ "overlapip", "no", "one network belongs to one peer" },
	{ "vti-interface", NULL, "use an xfrm interface: `interface`" },
	{ "vti-routing", NULL, "use an xfrm interface: `interface`" },
	{ "vti-shared", NULL, "use an xfrm interface: `interface`" },
	{ "ipsec-interface", "no", "name an xfrm interface by `interface`" },
	{ "mark_in", NULL, "one mark serves both directions: `mark`" },
	{ "mark_out", NULL, "one mark serves both directions: `mark`" },
	{ "mark-in", NULL, "one mark serves both directions: `mark`" },
	{ "mark-out", NULL, "one mark serves both directions: `mark`" },
	{ "set_mark_in", NULL, "marks are not set" },
	{ "set_mark_out", NULL, "marks are not set" },
	{ "compress", "no", "IPComp is not done" },
	{ "*updown", "*ipsec _updown,none,%disabled", SCRIPT },
	{ "*firewall", "no", "filters follow the tunnels by themselves" },
	{ "*hostaccess", "no", "filters follow the tunnels by themselves" },
	{ "*nexthop", "%defaultroute,%direct",
	    "the kernel's routes are used" },
	{ "*allowany", "no", "write `address: any` for a peer that may come "
	    "from elsewhere" },
	{ "*sendcert", "ifasked,yes,always", "see `certificates: send`, "
	    "which holds for all" },
	{ "sendca", "none,issuer", "the chain below the anchor is sent" },
	{ "*ckaid", NULL, "keys are files, by name" },
	{ "rekey", "yes", "SAs are always renewed here" },
	{ "keyingtries", "0,%forever,1,3,5", "`start: auto` tries for ever; "
	    "see `retry`" },
	{ "retransmit-timeout", NULL, "see `retransmit`" },
	{ "retransmit-interval", NULL, "see `retransmit`" },
	{ "rekeyfuzz", "100%,0%", "renewal comes earlier by up to half of "
	    "`overlap`" },
	{ "marginbytes", NULL, "`overlap` holds for bytes too" },
	{ "marginpackets", NULL, "`overlap` holds for packets too" },
	{ "dpdtimeout", NULL, "IKEv2 goes by `retransmit`" },
	{ "installpolicy", "yes", "policies are always installed" },
	{ "reqid", NULL, "the service numbers them itself" },
	{ "tfc", "0,no", "padding is not translated" },
	{ "send-no-esp-tfc", NULL, "not used" },
	{ "ikedscp", "0", "not translated" },
	{ "priority", NULL, "the most exact selectors win" },
	{ "metric", NULL, "routes have no metric" },
	{ "mtu", NULL, "the path's MTU is found" },
	{ "sha256_96", "no", "a truncation that is no standard's" },
	{ "sha2-truncbug", "no", "a truncation that is no standard's" },
	{ "ms-dh-downgrade", "no", "not done" },
	{ "decap-dscp", "no", "not translated" },
	{ "encap-dscp", "yes", "not translated" },
	{ "nopmtudisc", "no", "not translated" },
	{ "narrowing", "yes,no", "selectors are always narrowed as RFC 7296 "
	    "says" },
	{ "nic-offload", "auto,no", "see `offload`" },
	{ "initial-contact", "yes,no", "sent as RFC 7296 says" },
	{ "fake-strongswan", NULL, "not done" },
	{ "cisco-unity", "no", "not done" },
	{ "connalias", NULL, NAMED }, { "nat-ikev1-method", NULL, "IKEv1's" },
	{ "remote-peer-type", NULL, "not needed" },
	{ "accept-redirect", "no", "see `redirect`" },
	{ "accept-redirect-to", NULL, "see `redirect`" },
	{ "send-redirect", "no", "see `redirect`" },
	{ "redirect-to", NULL, "see `redirect`" },
	{ "intermediate", NULL, "not translated" },
	{ "pam-authorize", "no", "!not done" },
	{ "negotiationshunt", NULL, "see `without-tunnel`" },
};

static const struct key_row setup_rows[] = {
	MAPPED("uniqueids"), MAPPED("listen-tcp"),
	MAPPED("strictcrlpolicy"),
	{ "cachecrls", NULL, "CRLs are always kept until they end" },
	{ "charondebug", NULL, "see `log`" },
	{ "charonstart", "yes", "not used" }, { "plutostart", "no", &V1[1] },
	{ "plutodebug", "none", "see `log`" }, { "klipsdebug", NULL,
	    "see `log`" },
	{ "logfile", NULL, "see `log`" }, { "logtime", NULL, "see `log`" },
	{ "logappend", NULL, "see `log`" }, { "logip", NULL, "see `log`" },
	{ "audit-log", NULL, "see `log`" },
	{ "protostack", "netkey,auto,xfrm", "see `dataplane`" },
	{ "virtual-private", NULL, "not needed" },
	{ "virtual_private", NULL, "not needed" },
	{ "nat_traversal", "yes", "always on" },
	{ "interfaces", "%defaultroute", "see `listen`" },
	{ "listen", NULL, "see `listen`" },
	{ "ikeport", "500", "see `ports`" },
	{ "nat-ikeport", "4500", "see `ports`" },
	{ "keep-alive", NULL, "see `nat-keepalive`" },
	{ "keep_alive", NULL, "see `nat-keepalive`" },
	{ "dumpdir", NULL, "no core is written" },
	{ "nhelpers", NULL, "see `workers`" },
	{ "crlcheckinterval", NULL, "CRLs are renewed before they end" },
	MAPPED("crl-strict"),
	{ "ocsp-enable", NULL, "see `authorities`" },
	{ "ocsp-strict", "no", "see `revocation`" },
	{ "seccomp", NULL, "each process has its own list" },
	{ "ikev1-policy", NULL, &V1[1] },
	{ "ddos-mode", NULL, "see `flood`" },
};

static const struct key_row ca_rows[] = {
	MAPPED("also"), MAPPED("cacert"), MAPPED("crluri"),
	MAPPED("crluri1"), MAPPED("crluri2"), MAPPED("ocspuri"),
	MAPPED("ocspuri1"), MAPPED("ocspuri2"),
	{ "auto", "add,ignore", "not used" },
	{ "certuribase", NULL, "see `certificates`" },
	{ "ldaphost", NULL, "see `fetch`" },
};

static const struct key_row swan_rows[] = {
	MAPPED("version"), MAPPED("local_addrs"), MAPPED("remote_addrs"),
	MAPPED("remote_port"), MAPPED("proposals"), MAPPED("dpd_delay"),
	MAPPED("encap"), MAPPED("mobike"), MAPPED("fragmentation"),
	MAPPED("childless"), MAPPED("unique"), MAPPED("rekey_time"),
	MAPPED("reauth_time"), MAPPED("over_time"), MAPPED("id"),
	MAPPED("auth"), MAPPED("certs"), MAPPED("pubkeys"),
	MAPPED("cacerts"), MAPPED("revocation"), MAPPED("cert_policy"),
	MAPPED("esp_proposals"), MAPPED("ah_proposals"), MAPPED("mode"),
	MAPPED("local_ts"), MAPPED("remote_ts"), MAPPED("life_time"),
	MAPPED("life_bytes"), MAPPED("life_packets"),
	MAPPED("replay_window"), MAPPED("start_action"), MAPPED("cacert"),
	MAPPED("file"), MAPPED("crl_uris"), MAPPED("ocsp_uris"),
	MAPPED("dpd_action"), MAPPED("close_action"),
	{ "local_port", "500,4500", "the ports of the service are `ports`" },
	{ "vips", NULL, LEASE }, { "pools", NULL, LEASE },
	{ "aggressive", "no", V1 }, { "pull", "yes", "IKEv1's" },
	{ "dscp", "000000", "not translated" },
	{ "dpd_timeout", NULL, "IKEv2 goes by `retransmit`" },
	{ "send_certreq", "yes", "always asked for" },
	{ "send_cert", "ifasked,always", "see `certificates: send`, which "
	    "holds for all" },
	{ "ocsp", "reply,both", "see `authorities`" },
	{ "keyingtries", "0,1,3", "`start: auto` tries for ever; see "
	    "`retry`" },
	{ "rand_time", NULL, "renewal comes earlier by up to half of "
	    "`overlap`" },
	{ "rand_bytes", NULL, "`overlap` holds for bytes too" },
	{ "rand_packets", NULL, "`overlap` holds for packets too" },
	{ "rekey_bytes", NULL, "`overlap` holds for bytes too" },
	{ "rekey_packets", NULL, "`overlap` holds for packets too" },
	{ "mediation", "no", "!mediated connections are not known" },
	{ "mediated_by", NULL, "!mediated connections are not known" },
	{ "mediation_peer", NULL, "!mediated connections are not known" },
	{ "eap_id", NULL, EAP }, { "aaa_id", NULL, EAP },
	{ "xauth_id", NULL, EAP },
	{ "groups", NULL, "!groups of attribute certificates are not known" },
	{ "ca_id", NULL, "name the anchor by `ca`" },
	MAPPED("round"),
	{ "sha256_96", "no", "a truncation that is no standard's" },
	{ "updown", NULL, SCRIPT },
	{ "hostaccess", "no", "filters follow the tunnels by themselves" },
	{ "policies", "yes", "policies are always installed" },
	{ "policies_fwd_out", "no", "not needed" },
	{ "ipcomp", "no", "IPComp is not done" },
	{ "reqid", "0", "the service numbers them itself" },
	{ "priority", "0", "the most exact selectors win" },
	{ "interface", NULL, "name an xfrm interface by `interface`" },
	{ "mark_in_sa", "no", "not needed" },
	{ "mark_out", NULL, "one mark serves both directions: `mark`" },
	{ "set_mark_in", NULL, "marks are not set" },
	{ "set_mark_out", NULL, "marks are not set" },
	{ "if_id_in", "0", "it belongs to the children here: `if-id`" },
	{ "mark_in", "0", "it belongs to the children here: `mark`" },
	{ "if_id_out", "0", "one number serves both directions: `if-id`" },
	{ "label", NULL, "!labels are not known" },
	{ "label_mode", NULL, "!labels are not known" },
	{ "tfc_padding", "0", "padding is not translated" },
	{ "hw_offload", "no,auto", "see `offload`" },
	{ "copy_df", "yes", "not translated" },
	{ "copy_ecn", "yes", "not translated" },
	{ "copy_dscp", "out", "not translated" },
	{ "per_cpu_sas", "no", "not translated" },
	{ "handle", NULL, "tokens are named in `pkcs11`" },
	{ "slot", NULL, "tokens are named in `pkcs11`" },
	{ "module", NULL, "tokens are named in `pkcs11`" },
	{ "cert_uri_base", NULL, "see `certificates`" },
};

/* Is value one of the words of list? */
static int
listed(const char *list, const char *value)
{
	size_t n;

	for (; list != NULL && *list != '\0'; list += n) {
		list += *list == ',';
		n = strcspn(list, ",");
		if (n == 1 && *list == '*')
			return (1);
		if (strncasecmp(list, value, n) == 0 && value[n] == '\0')
			return (1);
	}
	return (0);
}

static const struct key_row *
row_of(const struct key_row *rows, size_t n, const char *key)
{
	size_t i, side = strncmp(key, "left", 4) == 0 ? 4 :
	    strncmp(key, "right", 5) == 0 ? 5 : 0;

	for (i = 0; i < n; i++)
		if (strcasecmp(rows[i].key, key) == 0 ||
		    (side > 0 && rows[i].key[0] == '*' &&
		    strcasecmp(rows[i].key + 1, key + side) == 0))
			return (&rows[i]);
	return (NULL);
}

static void
rest(struct imp *im, struct conf_sec *sec, const struct key_row *rows,
    size_t n)
{
	const struct key_row *row;
	struct conf_set *set;

	TAILQ_FOREACH(set, &sec->sets, entry) {
		if (set->used)
			continue;
		set->used = 1;
		row = row_of(rows, n, set->key);
		if (row == NULL)
			imp_note_set(im, sec, set, "not known");
		else if (!listed(row->quiet, set->value))
			imp_note_set(im, sec, set, row->why +
			    (row->why[0] == '!'));
	}
}

void
imp_rest_ipsec(struct imp *im, struct conf_sec *sec)
{
	if (strcmp(sec->kind, "config") == 0)
		rest(im, sec, setup_rows, N(setup_rows));
	else if (strcmp(sec->kind, "ca") == 0)
		rest(im, sec, ca_rows, N(ca_rows));
	else
		rest(im, sec, conn_rows, N(conn_rows));
}

void
imp_rest_swanctl(struct imp *im, struct conf_sec *sec)
{
	rest(im, sec, swan_rows, N(swan_rows));
}

static void
stop(struct imp *im, struct conf_sec *sec, imp_get *get, const char *key,
    const struct key_row *row)
{
	struct conf_set *set = get(im, sec, key);

	if (set == NULL || listed(row->quiet, set->value))
		return;
	set->used = 1;
	imp_refuse(im, sec, set, row->why + 1);
}

void
imp_stops_ipsec(struct imp *im, struct conf_sec *sec, imp_get *get)
{
	char key[64];
	size_t i;

	for (i = 0; i < N(conn_rows); i++) {
		if (conn_rows[i].why[0] != '!')
			continue;
		if (conn_rows[i].key[0] != '*') {
			stop(im, sec, get, conn_rows[i].key, &conn_rows[i]);
			continue;
		}
		snprintf(key, sizeof(key), "left%s", conn_rows[i].key + 1);
		stop(im, sec, get, key, &conn_rows[i]);
		snprintf(key, sizeof(key), "right%s", conn_rows[i].key + 1);
		stop(im, sec, get, key, &conn_rows[i]);
	}
}

void
imp_stops_swanctl(struct imp *im, struct conf_sec *sec, imp_get *get)
{
	size_t i;

	for (i = 0; i < N(swan_rows); i++)
		if (swan_rows[i].why[0] == '!')
			stop(im, sec, get, swan_rows[i].key, &swan_rows[i]);
}
