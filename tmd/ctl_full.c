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
 * list -v: every field AIX shows of a tunnel, under AIX's names.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ctl_verbs.h"
#include "id.h"
#include "keyname.h"
#include "lifesize.h"
#include "manual.h"
#include "members.h"
#include "offer.h"

/* "ESP_AES_GCM_256" is "AES-GCM-256" where it does not stand for ESP. */
static const char *
cipher(const struct wt_suite *s, int esp, char *out, size_t size)
{
	const struct alg *a = alg_by_id(XF_ENCR, s->encr, s->encr_bits);
	char *p;

	if (a == NULL)
		return ("N/A");
	if (esp)
		return (a->aix);
	snprintf(out, size, "%s", strncmp(a->aix, "ESP_", 4) == 0 ?
	    a->aix + 4 : a->aix);
	for (p = out; *p != '\0'; p++)
		if (*p == '_')
			*p = '-';
	return (out);
}

static const char *
aix_of(unsigned int type, unsigned int id)
{
	const struct alg *a = alg_by_id(type, id, 0);

	return (a == NULL ? "N/A" : a->aix);
}

/* The value of an identity, without its type. */
static const char *
id_value(const struct wt_id *id, char *out, size_t size)
{
	char *colon;

	if (id->type == ID_ANY)
		return ("any");
	id_print(id, out, size);
	if (id->type == ID_IPV4_ADDR || id->type == ID_IPV6_ADDR ||
	    (colon = strchr(out, ':')) == NULL)
		return (out);
	return (colon + 1);
}

/* As the picture has it: both types, then both values. */
static void
add_ids(struct mq_row *row, const struct tunnel *t, const struct wt_id *l,
    const struct wt_id *r)
{
	char text[640];

	ctl_row_str(row, "Local ID Type", id_type_aix(l->type));
	ctl_row_str(row, "Remote ID Type", r == NULL ? "Group" :
	    id_type_aix(r->type));
	ctl_row_str(row, "Local ID", id_value(l, text, sizeof(text)));
	if (r == NULL)
		ctl_row_fmt(row, "Remote ID", "%s (%zu of %zu members)",
		    t->pol->cf.group, members_up(t), members_count(t->pol));
	else
		ctl_row_str(row, "Remote ID", id_value(r, text,
		    sizeof(text)));
}

static void
add_addresses(struct mq_row *row, const struct tunnel *t,
    const struct session *s)
{
	char text[600];

	if (s == NULL) {
		ctl_row_str(row, "Local Address",
		    ctl_text_locals(t, text, sizeof(text)));
		ctl_row_str(row, "Remote Address",
		    ctl_text_remotes(t, text, sizeof(text)));
		return;
	}
	sock_print(&s->local, text, sizeof(text));
	ctl_row_fmt(row, "Local Address", "%s%s%s", text,
	    s->nat & NAT_US ? ", behind NAT" : "",
	    s->nat & NAT_FORCED ? ", forces UDP" : "");
	sock_print(&s->remote, text, sizeof(text));
	ctl_row_fmt(row, "Remote Address", "%s%s%s", text,
	    s->nat & NAT_PEER ? ", behind NAT" : "",
	    s->nat & NAT_ASKED ? ", forces UDP" : "");
}

/* "X25519 + ML-KEM-768": all key exchanges of a suite. */
static const char *
groups_of(const struct wt_suite *s)
{
	static char	 text[256];
	unsigned int	 i;

	strlcpy(text, aix_of(XF_KE, s->ke), sizeof(text));
	for (i = 0; i < sizeof(s->more_ke); i++) {
		if (s->more_ke[i] == KE_NONE)
			continue;
		strlcat(text, " + ", sizeof(text));
		strlcat(text, aix_of(XF_KE, s->more_ke[i]), sizeof(text));
	}
	return (text);
}

static void
add_suite(struct mq_row *row, const struct session *s)
{
	char text[64];

	if (s == NULL || s->suite.prf == 0) {
		ctl_row_str(row, "Encryption Alg", "N/A");
		ctl_row_str(row, "Hash Alg", "N/A");
		return;
	}
	ctl_row_str(row, "Encryption Alg", cipher(&s->suite, 0, text,
	    sizeof(text)));
	ctl_row_fmt(row, "Hash Alg", "%s, group %s",
	    aix_of(XF_PRF, s->suite.prf), groups_of(&s->suite));
}

static void
add_seconds(struct mq_row *row, const char *key, uint64_t n)
{
	ctl_row_fmt(row, key, "%llu Seconds", (unsigned long long)n);
}

static void
add_kbytes(struct mq_row *row, const char *key, uint64_t bytes)
{
	ctl_row_fmt(row, key, "%llu Kbytes",
	    (unsigned long long)(bytes / 1024));
}

/* What has no meaning with manual keys. */
static const char *const key_life[] = { "Key Lifetime", "Key Rem Lifetime",
    "Key Lifesize", "Key Rem Lifesize", "Key Refresh Overlap" };
static const char *const sa_life[] = { "SA Lifetime", "SA Rem Lifetime",
    "SA Lifesize", "SA Rem Lifesize", "Key Refresh Overlap" };
static const char *const tunnel_life[] = { "Tunnel Lifetime",
    "Tun Rem Lifetime", "Tunnel Lifesize", "Tun Rem Lifesize" };

static void
add_none(struct mq_row *row, const char *const *keys, size_t size)
{
	size_t i;

	for (i = 0; i < size / sizeof(*keys); i++)
		ctl_row_str(row, keys[i], "N/A");
}

static void
add_tunnel_life(struct mq_row *row, const struct tunnel *t,
    const struct session *s)
{
	const struct sn_tunnel *cf = &t->pol->cf;
	uint64_t used = s == NULL ? 0 : lifesize_of(s);

	if (manual_is(t)) {
		add_none(row, tunnel_life, sizeof(tunnel_life));
		return;
	}
	add_seconds(row, "Tunnel Lifetime", cf->tunnel_lifetime);
	add_seconds(row, "Tun Rem Lifetime",
	    s == NULL ? 0 : ctl_left(s->expiry));
	add_kbytes(row, "Tunnel Lifesize", cf->tunnel_lifesize);
	add_kbytes(row, "Tun Rem Lifesize", cf->tunnel_lifesize > used ?
	    cf->tunnel_lifesize - used : 0);
}

static const char *
auth_name(unsigned int kind)
{
	return (kind == AUTHK_PSK ? "Pre-shared Key" : kind == AUTHK_CERT ?
	    "Certificate" : kind == AUTHK_NONE ? "Nothing" :
	    kind == AUTHK_MANUAL ? "N/A" : "Public Key");
}

/* A key by its sort, where it is known; else what kind of thing proves. */
static const char *
auth_alg(unsigned int kind, const struct wt_keysort *k, char *out, size_t size)
{
	return (k == NULL || k->sort == 0 ? auth_name(kind) :
	    keyname(k->sort, k->bits, out, size));
}

/* "ECDSA-384, peer ECDSA-256"; what both have that is no key, once. */
static void
add_auth(struct mq_row *row, const struct sn_tunnel *cf,
    const struct session *s)
{
	char ours[32], theirs[32];
	const char *l = auth_alg(cf->kind_ours, s == NULL ? NULL :
	    &s->key_ours, ours, sizeof(ours));
	const char *r = auth_alg(cf->kind_theirs, s == NULL ? NULL :
	    &s->key_peer, theirs, sizeof(theirs));

	if (l == r)
		ctl_row_str(row, "Auth Alg", l);
	else
		ctl_row_fmt(row, "Auth Alg", "%s, peer %s", l, r);
}

static const char *
mode_of(const struct tunnel *t)
{
	return (manual_is(t) ? "Manual" : "IKEv2");
}

static void
add_key_life(struct mq_row *row, const struct tunnel *t,
    const struct session *s)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	if (manual_is(t)) {
		add_none(row, key_life, sizeof(key_life));
		return;
	}
	add_seconds(row, "Key Lifetime", cf->lifetime);
	add_seconds(row, "Key Rem Lifetime",
	    s == NULL ? 0 : ctl_left(s->ends_at));
	add_kbytes(row, "Key Lifesize", cf->lifesize);
	add_kbytes(row, "Key Rem Lifesize", s != NULL &&
	    cf->lifesize > s->carried ? cf->lifesize - s->carried : 0);
	if (s == NULL)
		ctl_row_fmt(row, "Key Refresh Overlap", "%u%%", cf->overlap);
	else
		ctl_row_fmt(row, "Key Refresh Overlap",
		    "%u%% (rekey in %llu Seconds)", cf->overlap,
		    (unsigned long long)ctl_left(s->rekey_at));
}

/* RFC 5723: what it rests on, and what the next may. */
static void
add_resumption(struct mq_row *row, const struct tunnel *t,
    const struct session *s)
{
	uint64_t left = ctl_left(t->resume_until);

	if (s != NULL && s->resumed != 0)
		ctl_row_fmt(row, "Resumed", "%llu s ago, on the proof of %llu "
		    "s ago", (unsigned long long)ctl_age(s->resumed),
		    (unsigned long long)ctl_age(s->proved));
	if (left > 0)
		ctl_row_fmt(row, "Resumption", "ticket for %llu Seconds",
		    (unsigned long long)left);
}

/* RFC 4739: what was to be proved behind the first round, and how it was. */
static void
add_rounds(struct mq_row *row, const struct sn_tunnel *cf,
    const struct session *s)
{
	const struct sn_round *r;
	const struct sess_round *p;
	char key[32], id[640];
	uint16_t i;

	for (i = 0; i < cf->rounds_n; i++) {
		r = &cf->rounds[i];
		p = s != NULL && i < s->nrounds ? &s->rounds[i] : NULL;
		snprintf(key, sizeof(key), "Auth Round %u", i + 2U);
		ctl_row_fmt(row, key, "%s, the peer by %s%s%s%s%s",
		    auth_name(r->kind_ours), auth_name(r->kind_theirs),
		    p == NULL || p->id_peer == NULL ? "" : ", it is ",
		    p == NULL || p->id_peer == NULL ? "" : ctl_text_id(
		    p->id_peer, id, sizeof(id)),
		    p == NULL || p->proof == NULL ? "" : ": ",
		    p == NULL || p->proof == NULL ? "" : p->proof);
	}
}

void
ctl_full_tunnel(struct mq_row *row, uint32_t req, struct tunnel *t,
    const struct session *s)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	const char		*reason = tunnel_reason(t);

	ctl_row_new(row, req, "tunnel-full");
	ctl_row_u64(row, "Phase 1 Tunnel ID", t->number);
	ctl_row_fmt(row, "Name", "%s (from %s)", t->name, cf->where);
	add_ids(row, t, s != NULL ? s->id_ours : &cf->id_local, s != NULL ?
	    s->id_peer : cf->group[0] != '\0' ? NULL : &cf->id_remote);
	add_addresses(row, t, s);
	ctl_row_str(row, "Mode", mode_of(t));
	ctl_row_str(row, "Role", manual_is(t) ? "N/A" : s != NULL ?
	    s->initiator ? "Initiator" :
	    "Responder" : ctl_text_role(cf->role));
	ctl_row_str(row, "Security Policy", manual_is(t) ? "N/A" :
	    cf->policy[0] != '\0' ? cf->policy : "default");
	add_auth(row, cf, s);
	add_suite(row, s);
	add_key_life(row, t, s);
	ctl_row_fmt(row, "Status", "%s%s%s", s != NULL ?
	    tunnel_state_name(TN_ACTIVE) : members_status(t),
	    *reason != '\0' ? ": " : "", reason);
	add_tunnel_life(row, t, s);
	/* What AIX does not have. */
	if (s != NULL && s->proof != NULL)
		ctl_row_str(row, "Peer Proof", s->proof);
	add_rounds(row, cf, s);
	if (s != NULL && s->ppk != NULL)
		ctl_row_fmt(row, "PPK", "%s%s", s->ppk_used ? "" : "None: ",
		    s->ppk);
	add_resumption(row, t, s);
	if (s == NULL && members_many(t->pol))
		ctl_row_u64(row, "Peers", sess_ups(t));
	if (cf->note[0] != '\0')
		ctl_row_str(row, "Note", cf->note);
}

/* AIX's words, "AH_SHA" and "AH_MD5", go on with RFC 8221's. */
static const char *
ah_transform(unsigned int integ)
{
	switch (integ) {
	case INTEG_HMAC_MD5_96:
		return ("MD5");
	case INTEG_HMAC_SHA1_96:
		return ("SHA");
	case INTEG_HMAC_SHA2_256_128:
		return ("SHA2_256");
	case INTEG_HMAC_SHA2_384_192:
		return ("SHA2_384");
	default:
		return ("SHA2_512");
	}
}

/* Groups that are named are asked for, whatever the peer's default is. */
static const char *
pfs_rule(const struct sn_child *cf, const char *yes)
{
	const struct offer_list l = { cf->proposals, cf->proposals_n };

	return (cf->pfs == PFS_PREFER && !offer_has_group(&l) ?
	    "If the peer has it" : cf->pfs != PFS_NO ? yes : "No");
}

static void
add_child_algs(struct mq_row *row, const struct tun_child *c,
    const struct sa_pair *p, const char *role)
{
	const struct alg *a;

	if (p == NULL) {
		ctl_row_str(row, "Encryption Alg", "N/A");
		ctl_row_str(row, "Role", role);
		ctl_row_str(row, "Auth Alg", "N/A");
		ctl_row_str(row, "AH Transform", "N/A");
		return;
	}
	a = alg_by_id(XF_ENCR, p->suite.encr, p->suite.encr_bits);
	ctl_row_str(row, "Encryption Alg", cipher(&p->suite, 1, NULL, 0));
	ctl_row_str(row, "Role", role);
	ctl_row_str(row, "Auth Alg", a != NULL && a->aead ?
	    "N/A (in the cipher)" : aix_of(XF_INTEG, p->suite.integ));
	if (p->suite.proto == PROTO_AH || p->suite.ah != INTEG_NONE)
		ctl_row_fmt(row, "AH Transform", "AH_%s",
		    ah_transform(p->suite.ah != INTEG_NONE ? p->suite.ah :
		    p->suite.integ));
	else
		ctl_row_str(row, "AH Transform", "N/A");
	if (c->pol->ceiling.manual)
		ctl_row_str(row, "PFS", "N/A");
	else if (p->suite.ke != KE_NONE)
		ctl_row_fmt(row, "PFS", "Yes, %s", groups_of(&p->suite));
	else
		ctl_row_str(row, "PFS", pfs_rule(&c->pol->cf,
		    "Yes, with the first rekey"));
}

/* What besides selectors tells its packets from others. */
static void
add_lane(struct mq_row *row, const struct wt_ceiling *c)
{
	if (c->offload != OFFLOAD_NO)
		ctl_row_str(row, "Offload", c->offload == OFFLOAD_PACKET ?
		    "packet" : "crypto");
	if (c->tfc == TFC_MTU)
		ctl_row_str(row, "TFC Padding", "to the path's MTU");
	else if (c->tfc != 0)
		ctl_row_fmt(row, "TFC Padding", "to %u octets", c->tfc);
	if (c->dscp != 0)
		ctl_row_u64(row, "DSCP", c->dscp - 1u);
	if (c->mark_mask != 0)
		ctl_row_fmt(row, "Mark", "0x%x/0x%x", c->mark, c->mark_mask);
	if (c->interface[0] != '\0')
		ctl_row_fmt(row, "Interface", "%s, if-id %u", c->interface,
		    c->if_id);
	else if (c->if_id != 0)
		ctl_row_fmt(row, "Interface", "if-id %u", c->if_id);
	if (c->vrf[0] != '\0')
		ctl_row_str(row, "VRF", c->vrf);
}

static void
add_traffic(struct mq_row *row, const struct sa_pair *p)
{
	const struct wt_counters *n;
	char		 in[32], out[32];
	uint64_t	 last;

	if (p == NULL)
		return;
	n = &sess_pair_seen(p)->counters;
	last = n->last_in > n->last_out ? n->last_in : n->last_out;
	ctl_row_fmt(row, "SPIs", "%08x in, %08x out", p->spi_in, p->spi_out);
	ctl_text_bytes(n->in_bytes, in, sizeof(in));
	ctl_text_bytes(n->out_bytes, out, sizeof(out));
	if (last == 0)
		ctl_row_fmt(row, "Traffic", "%s in, %s out", in, out);
	else
		ctl_row_fmt(row, "Traffic", "%s in, %s out, last packet "
		    "%llu s ago", in, out,
		    (unsigned long long)ctl_age(last));
}

static void
add_child_life(struct mq_row *row, const struct tun_child *c,
    const struct sa_pair *p)
{
	const struct sn_child *cf = &c->pol->cf;
	uint64_t used = p == NULL ? 0 : sess_pair_seen(p)->counters.in_bytes +
	    sess_pair_seen(p)->counters.out_bytes;

	add_seconds(row, "SA Lifetime", cf->lifetime);
	add_seconds(row, "SA Rem Lifetime",
	    p == NULL ? 0 : ctl_left(p->ends_at));
	add_kbytes(row, "SA Lifesize", cf->lifesize);
	add_kbytes(row, "SA Rem Lifesize", p != NULL && cf->lifesize > used ?
	    cf->lifesize - used : 0);
	ctl_row_fmt(row, "Key Refresh Overlap", "%u%%", cf->overlap);
}

/* Of one of many peers its own, else whichever is the newest; and its grant. */
static const struct sa_pair *
newest_pair(const struct tunnel *t, const struct tun_child *c,
    const struct session *s, struct grant **g)
{
	if (!members_many(t->pol))
		return (ctl_newest_pair(t, c, g));
	if (s == NULL || (*g = sess_grant(s, c->number)) == NULL)
		return (NULL);
	return (TAILQ_LAST(&(*g)->pairs, pair_list));
}

/* The child's own tunnel-lifetime and -lifesize. */
static void
add_grant_life(struct mq_row *row, const struct tun_child *c,
    const struct grant *g)
{
	const struct sn_child	*cf = &c->pol->cf;
	uint64_t		 used = g == NULL ? 0 : lifesize_used(g);

	if (c->pol->ceiling.manual) {
		add_none(row, tunnel_life, sizeof(tunnel_life));
		return;
	}
	add_seconds(row, "Tunnel Lifetime", cf->tunnel_lifetime);
	add_seconds(row, "Tun Rem Lifetime", g == NULL ? 0 :
	    ctl_left(g->expiry));
	add_kbytes(row, "Tunnel Lifesize", cf->tunnel_lifesize);
	add_kbytes(row, "Tun Rem Lifesize", g != NULL &&
	    cf->tunnel_lifesize > used ? cf->tunnel_lifesize - used : 0);
}

void
ctl_full_child(struct mq_row *row, uint32_t req, struct tunnel *t,
    struct tun_child *c, const struct session *s)
{
	const struct sn_child	*cf = &c->pol->cf;
	struct grant		*g = NULL;
	const struct sa_pair	*p = newest_pair(t, c, s, &g);
	const char		*why;
	char			 no[32];

	ctl_row_new(row, req, "child-full");
	ctl_row_str(row, "Phase 2 Tunnel ID", ctl_text_no(t, c->number, no,
	    sizeof(no)));
	ctl_row_str(row, "Name", cf->name);
	ctl_full_selectors(row, t, c, p);
	if (cf->action != ACTION_PROTECT) {
		ctl_row_str(row, "Status", ctl_text_status(c));
		return;
	}
	ctl_row_str(row, "Mode", mode_of(t));
	ctl_row_str(row, "Security Policy", manual_is(t) ? "N/A" :
	    cf->policy[0] != '\0' ? cf->policy : "default");
	add_child_algs(row, c, p, manual_is(t) ? "N/A" : p == NULL ?
	    ctl_text_role(t->pol->cf.role) : p->initiator ? "Initiator" :
	    "Responder");
	ctl_row_fmt(row, "Encap Mode", "%s_%s%s",
	    c->pol->ceiling.protos == PROTO_BIT_AH ? "AH" :
	    (c->pol->ceiling.protos & PROTO_BIT_AH) != 0 ? "AH+ESP" : "ESP",
	    c->pol->ceiling.mode == MODE_TRANSPORT ? "transport" : "tunnel",
	    p != NULL && p->udp_encap ? " in UDP" : "");
	if (manual_is(t))
		add_none(row, sa_life, sizeof(sa_life));
	else
		add_child_life(row, c, p);
	ctl_row_u64(row, "Assoc P1 Tunnel", t->number);
	add_grant_life(row, c, g);
	why = p == NULL ? tunnel_child_why(c) : NULL;
	ctl_row_fmt(row, "Status", "%s%s%s", p != NULL ? "Active" : "Down",
	    why != NULL ? ": " : "", why != NULL ? why : "");
	add_traffic(row, p);
	/* What AIX does not have. */
	if (manual_is(t))
		ctl_row_str(row, "Replay Window", "None");
	add_lane(row, &c->pol->ceiling);
	if (cf->inactivity != 0)
		add_seconds(row, "Inactivity", cf->inactivity);
	if (cf->note[0] != '\0')
		ctl_row_str(row, "Note", cf->note);
}
