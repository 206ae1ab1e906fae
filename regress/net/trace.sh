#!/bin/sh
# ikectl trace with strongSwan as the peer: what it shows is what passed, from
# the first message on; Wireshark opens it with the keys that root gets, and
# who is not root gets none.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/trace_lib.sh"
lib_begin trace
topo_pair 2

suite_keyed gw a
ours() {	# NAME NET START CIPHER
	cat <<EOF
  $1:
    local: { address: 192.0.2.1, id: fqdn:a.example.com }
    remote: { address: 192.0.2.2, id: fqdn:$1.example.com }
    psk: t
    start: $3
    policy: { proposals: [$4] }
    children: { net$2: { local: 10.1.$2.0/24, remote: 10.2.$2.0/24 } }
EOF
}
{
	echo 'tunnels:'
	ours first 1 manual aes256gcm16-prfsha256-x25519
	ours second 2 answer aes128-sha256-x25519
} >"$(suite_etc gw)/ikd.yaml"
swan_start b peer
load() {
	swan_file "$(swan_conn first first.example.com "$SWAN_AT" \
	    "$(swan_net net1 1)" |
	    sed 's/aes128-sha256-x25519/aes256gcm16-prfsha256-x25519/')" \
	    "$(swan_conn second second.example.com "$SWAN_AT" \
	    "$(swan_net net2 2)")" | swan_load peer
}
t_ok "strongSwan has both" load
t_ok "the suite starts" suite_start gw

wire_start wire a
t_ok "root looks at a tunnel, with keys" looks a gw one first --decrypt
t_ok "and at an address" looks a gw two 192.0.2.2
t_ok "the tunnel comes up" suite_ctl gw activate first --timeout 20
t_ok "new keys" suite_ctl gw rekey first
t_ok "again, under the new ones" suite_ctl gw rekey first
# MOBIKE says our addresses under the last one, too.
rekeyed() {
	[ "$(grep -c . "$LIB/one.pcapng.keys")" -eq 3 ] &&
	    shark one -Y 'isakmp.exchangetype == 37' | grep -q Response
}
t_ok "the new IKE SA is known" wait_until 20 rekeyed
t_ok "the peer begins the other one" swan peer --initiate --child net2
t_ok "root ends it" looked one
t_ok "both" looked two
wire_stop wire

# Alone what concerns the tunnel, whole, and nothing that is not IKE.
t_ok "IKE_SA_INIT, the first from us" sees one 1 'isakmp.exchangetype == 34 &&
    udp.port == 500 && ip.src == 192.0.2.1 && ip.dst == 192.0.2.2 &&
    frame.number == 1'
# Until a peer says who it is, it may be any tunnel's at its address.
t_ok "IKE_AUTH, opened: IDi, IDr, AUTH" sees one 2 \
    'isakmp.exchangetype == 35 && isakmp.typepayload == 35 &&
    isakmp.typepayload == 36 && isakmp.typepayload == 39'
t_ok "CREATE_CHILD_SA, opened" sees one 8 \
    'isakmp.exchangetype == 36 && isakmp.typepayload == 33'
t_ok "and the Deletes" sees one 6 'isakmp.exchangetype == 37 &&
    isakmp.typepayload == 42'
t_ok "nothing is false or not understood" sees one 0 \
    '_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0'
t_ok "an address shows both tunnels" sees two 4 'isakmp.exchangetype == 34'
t_ok "and opens nothing" sees two 0 'isakmp.typepayload == 35'
payloads() {	# FILE
	HOME=$LIB tshark -r "$1" -Y isakmp -T fields -e udp.payload \
	    2>/dev/null
}
same() {
	payloads "$LIB/two.pcapng" | cut -c 1-600 | sort >"$LIB/shown"
	{
		payloads "$LIB/wire.pcap"
		[ ! -f "$LIB/wire.far.pcap" ] || payloads "$LIB/wire.far.pcap"
	} | cut -c 1-600 | sort | diff "$LIB/shown" - && [ -s "$LIB/shown" ]
}
t_ok "octet by octet what passed on the wire" same
private() {
	[ "$(stat -c %a "$LIB/one.pcapng")" = 600 ] &&
	    [ "$(stat -c %a "$LIB/one.pcapng.keys")" = 600 ]
}
t_ok "for root's eyes" private

# Who may operate, but is not root.
chmod 755 "$LIB"
mkdir -m 777 "$LIB/open"
operator() {	# STATUS ARGS...
	_want=$1
	shift
	ip netns exec "$(ns a)" setpriv --reuid 65534 --regid 65534 \
	    --groups "$(getent group _ikdctl | cut -d: -f3)" \
	    "$BUILD/bin/ikectl" -r "$LIB/gw/run" trace "$@" >"$LIB/out" \
	    2>"$LIB/err"
	[ $? -eq "$_want" ] || { cat "$LIB/err"; return 1; }
}
t_ok "no keys for an operator" operator 5 first --decrypt -o "$LIB/open/x"
t_ok "and nothing left of it" not test -e "$LIB/open/x"
t_ok "but the messages" operator 0 first --timeout 1
magic() { [ "$(head -c 4 "$LIB/out" | od -An -tx1 | tr -d ' ')" = 0a0d0d0a ]; }
t_ok "on standard output" magic
exits() {	# STATUS ARGS...
	_want=$1
	shift
	suite_ctl gw trace "$@" >"$LIB/out" 2>"$LIB/err"
	[ $? -eq "$_want" ] || { cat "$LIB/err"; return 1; }
}
t_ok "no such tunnel" exits 1 third
t_ok "one at a time" exits 2 first,second
t_ok "keys need a file" exits 2 first --decrypt
t_ok "a file that is there is not written to" exits 1 first \
    -o "$LIB/one.pcapng"

# A worker that is started again goes on with it.
t_ok "another look" looks a gw three first --decrypt
kill -9 $(suite_ctl gw show processes | awk '/^ikd-ike/ { print $2 }')
t_ok "ikd-ike dies; the tunnel comes again" wait_until 20 \
    suite_ctl gw activate first --timeout 5
t_ok "and was seen" looked three
t_ok "opened" sees three 1 \
    'isakmp.exchangetype == 35 && isakmp.typepayload == 35'
t_ok "the suite stops" suite_stop gw
lib_end
