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

#ifndef TMD_CTL_ROWS_H
#define TMD_CTL_ROWS_H

#include "proto_ctl.h"

/*
 * What tmd answers ikectl: the kinds of rows and their keys (the protocol
 * itself is proto_ctl.h).  Numbers are decimal text, truths "yes" and "no",
 * durations whole seconds, sizes octets, unless a key says otherwise.  A
 * key without a value is left out.  Keys are never renamed; new ones come
 * at the end of a row.
 *
 * Requests.  args of a verb that takes tunnels: NAME, NUMBER, NAME/CHILD,
 * N.M, several joined by commas or as further args.  Options for all of
 * them: "remote-id" ID, "address" LOCAL[,REMOTE], "all" yes.  Without args
 * and options: list, show, wait and monitor take all tunnels; the others
 * are a usage error.
 *
 *   verb		level	options			rows
 *   activate, up	operate	timeout S, no-wait yes	start step result
 *   remove, down	operate	once yes		result
 *   rekey, restart	operate	-			result
 *   list		read	verbose yes, active yes	tunnel child total, or
 *						tunnel-full child-full
 *   show tunnel	read	active yes		tunnel-full child-full
 *   show sa		read	-			ike-sa child-sa
 *   show policy	read	-			policy policy-child
 *   show group [NAME]	read	-			group, or member
 *   show stats		read	-			stats
 *   show processes	read	-			process
 *   show dataplane	read	-			dataplane
 *   show cert [NAME]	read	-			authority certificate
 *						public-key crl key
 *   db set KIND/NAME (text: keys of a rule of filters)
 *						operate	-	problem reload
 *   filter list, show filter	read	dynamic yes, family 4|6	filter
 *   wait		read	until active|down,	result
 *				timeout S
 *   monitor		read	-			event (for ever)
 *   explain		read	-			refusal offer advice
 *   reload		operate	files NS		problem reload
 *	files: only if no file of the policy, the newest changed then (ns
 *	since 1970), is newer than what is loaded: keys and certificates.
 *				confirm S, keep yes
 *	confirm: rolled back after S seconds, unless reload keep comes.
 *   diff		operate	file NAME, verbose yes	problem change
 *	The text of another main file, called NAME, comes as CTL_SINK.
 *   db get [KIND[/NAME]]	read	-		entry, or origin text
 *   db export		read	-			text
 *   db put [KIND/NAME]	operate	file NAME		problem reload
 *	The text, called NAME, comes as CTL_SINK.
 *   db delete KIND/NAME	operate	-		problem reload
 *   db move KIND/NAME ITEM up|down	operate	-	problem reload
 *   log [LEVEL [SUBSYSTEM]]	operate	-		log
 *   version		read	-			version
 * What is not built is refused: CTL_REFUSED, "VERB: not supported by this
 * version".  DONE's text is the sentence for people ("Active after 31 ms.",
 * "3 tunnels removed."); it may be empty.
 *
 * tunnel	no name remote remote_id status since in_bytes out_bytes
 *		reason peers role start
 *	status: Active Negotiating Open Dormant Down.  since: seconds in it.
 *	Dormant: waits for a packet (start: trap).  reason: why it is Down.
 *	peers: sessions.  One row a tunnel, then its children if it is
 *	Active or was named.
 *	A tunnel of many peers is Open, up or not; its remote_id is "group:sales
 *	(3 of 6 members)", a pattern or any.  If it was named, each peer
 *	follows:
 * peer		no tunnel remote remote_id status since in_bytes out_bytes
 *		children
 *	children: "net 10.2.0.5/32", joined by ", ".
 * child	no name local remote status since in_bytes out_bytes reason
 *	no is "1.2"; local, remote: selectors, joined by ", ".
 * total	active negotiating open dormant down peers
 * tunnel-full, child-full	AIX's fields: the key is the very label, the
 *	value its text, in the order of display ("Phase 1 Tunnel ID", ...).
 * start	no name local remote version role
 * step		no tunnel what how detail
 *	what: "IKE_SA_INIT", "IKE_AUTH", a child as "lan (1.1)"; the three
 *	columns of `activate`.
 * result	no name ok text
 *	One a target, when there are several: "Active after 31 ms."; of a
 *	single one DONE says it.
 * ike-sa	no tunnel spi_i spi_r worker initiator local remote nat forced
 *		id_local id_remote suite age rekey_in ends_in auth_ends_in
 *		auth_asked_in
 *	auth_asked_in: by when the peer wants another authentication.
 * child-sa	no tunnel child spi_in spi_out suite mode encap local remote
 *		ts_local ts_remote age rekey_in ends_in grant in_bytes
 *		in_packets out_bytes out_packets replays bad_icv bad_ts
 *		last_in last_out
 *	spi_*: hexadecimal.  last_*: seconds ago, left out when never.
 * policy	no name where note role start unique policy id_local
 *		id_remote local remote proposals lifetime overlap lifesize
 *		tunnel_lifetime tunnel_lifesize tunnel_end dpd dpd_action
 *		retry_first retry_most digest max_peers
 * policy-child	no name tunnel note start policy mode idle ts_local ts_remote
 *		proposals pfs lifetime overlap lifesize packets
 *		tunnel_lifetime tunnel_lifesize inactivity peers
 * stats	process, then the process's own counters as key and value
 * process	name pid state restarts since last_end
 * dataplane	name, then the plane's own counters as key and value
 * group	name members
 * member	group place id peers
 *	place: from 1, as in the policy.  peers: how many that match are up.
 * authority, certificate	name subject issuer serial key fingerprint
 *		not_before
 *		not_after days_left crl problem
 * public-key	name
 * crl		issuer number delta entries this_update next_update days_left
 *		problem
 * fetch	url what subject issuer state good_until tried next problem
 *	what: CRL, OCSP.  state: fresh, stale, about to be fetched, being
 *	fetched, not to be had.
 * key		name type passphrase state tunnel problem
 *	state: ready, locked (by its passphrase), unusable.  times: "2026-11-21
 *	07:00:00 UTC".
 * event	time kind no tunnel child text
 *	time: seconds of the real-time clock.  kind: see event.h.
 * filter	no name action family from to protocol icmp_type from_port
 *		to_port
 *		scope direction interface fragments source_route state tunnel
 *		log note where packets bytes
 *	no: of the dynamic table "d" and a number.  The place of that table
 *	has the action "dynamic".  packets, bytes: left out when nothing
 *	counts.
 * refusal	no tunnel where child local remote initiator count first last
 *		reason verdict text policy policy_where
 *	A negotiation that failed; first, last: seconds ago.  verdict: whose
 *	decision it was.  no, tunnel: when it is known.  policy: "(inline)"
 *	is the tunnel's or child's own.  policy_where: not of what is built in.
 * offer	what theirs ours both miss
 *	Of the refusal before it, for each type of transform: what the peer
 *	offered and the policy has.
 * advice	text
 *	What would have helped.
 * problem	warning text source column
 * reload	ok generation kept rekeyed changed added removed
 * change	no name how was
 *	how: kept, renamed (it was called so), rekeyed, restarted, added,
 *	removed.
 *	Those that are kept only with verbose.
 * entry	object origin
 *	object: KIND/NAME.  origin: "ikd.yaml:14", "the database".
 * origin	object origin
 *	Of the text that follows.
 * text		line, or part
 *	A line; one that is long comes as parts and an end.
 * log		subsystem level
 * version	program version major minor generation
 */

/* Starts a row of this kind. */
void	ctl_row_new(struct mq_row *r, uint32_t req, const char *kind);
/* Adds a field; the text is made fit for the wire; more than fit are lost. */
void	ctl_row_str(struct mq_row *r, const char *k, const char *v);
void	ctl_row_fmt(struct mq_row *r, const char *k, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
void	ctl_row_u64(struct mq_row *r, const char *k, uint64_t v);
void	ctl_row_bool(struct mq_row *r, const char *k, int v);

#endif /* TMD_CTL_ROWS_H */
