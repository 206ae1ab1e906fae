#!/bin/sh
# TCP encapsulation (RFC 9329) where UDP is blocked: the client falls back to
# it, under numbered packets both ways; the stream is reset by the middle, its
# holder is killed, the SAs are rekeyed; from a new address UDP does again.
# Then who speaks something else on that port, or nothing, and many of those.
# A second tunnel goes by IPv6, and by TCP at once.
#
# No packaged peer does it on Debian's kernels: strongSwan does not at all, and
# libreswan only by the kernel's espintcp, which they are built without.  So
# stream_tool speaks the RFC's octets.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/roam_lib.sh"
. "$(dirname "$0")/trace_lib.sh"
lib_begin tcp
topo_pair 2
tool=$BUILD/regress/net/stream_tool
in_ns b ip addr add 192.0.2.22/24 dev eth0
suite_new gw1 a
suite_new gw2 b
for g in 1 2; do
	echo 'not a secret: a test' | suite_psk gw$g t
done
cat >"$(suite_etc gw1)/ikd.yaml" <<'EOT'
tunnels:
  t1:
    local: { id: "fqdn:a.example.com" }
    remote: { address: 192.0.2.2, id: "fqdn:b.example.com" }
    psk: t
    start: answer
    retransmit: { first: 1s, factor: 1.2, tries: 12 }
    tcp-encapsulation: fallback
    children: { net: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
  t2:
    local: { id: "fqdn:a6.example.com" }
    remote: { address: "2001:db8::2", id: "fqdn:b6.example.com" }
    psk: t
    start: answer
    tcp-encapsulation: always
    tcp-port: 4500
    children: { net: { local: 10.1.2.0/24, remote: 10.2.2.0/24 } }
EOT
cat >"$(suite_etc gw2)/ikd.yaml" <<'EOT'
ports: { tcp: 4500 }
tunnels:
  t1:
    local: { id: "fqdn:b.example.com" }
    remote: { id: "fqdn:a.example.com" }
    psk: t
    start: answer
    children: { net: { local: 10.2.1.0/24, remote: 10.1.1.0/24 } }
  t2:
    local: { id: "fqdn:b6.example.com" }
    remote: { address: "2001:db8::1", id: "fqdn:a6.example.com" }
    psk: t
    start: answer
    children: { net: { local: 10.2.2.0/24, remote: 10.1.2.0/24 } }
EOT
# block RULE: at the gateway's door.
block() {
	in_ns b nft -f - <<EOT
table inet door {
}
delete table inet door
table inet door {
	chain in {
		type filter hook input priority 0;
		$1
	}
}
EOT
}
by() {	# SUITE REGEX: where its peer is
	suite_ctl "$1" show sa t1 --json |
	    awk -F'"' -v w="$2" '$2 == "remote" { ok = $4 ~ w; exit }
	    END { exit !ok }'
}
spis() { suite_ctl gw2 show sa t1 --json | grep '"spi_[ir]"'; }
counted() {	# SUITE NAME LEAST
	[ "$(suite_ctl "$1" show dataplane | sed -n "s/.*$2  *//p")" -ge "$3" ]
}
traffic() { wait_until 20 pings a 10.1.1.1 10.2.1.1 2; }

block 'udp dport { 500, 4500 } drop'
wire_start out b
t_ok "the gateway starts" suite_start gw2
t_ok "the client starts" suite_start gw1
t_ok "somebody looks" looks a gw1 via t1 --decrypt
t_ok "and at the gateway" looks b gw2 far t1
t_ok "activate" suite_ctl gw1 activate t1 --timeout 25
t_ok "it is by TCP" by gw1 '4500/tcp]$'
t_ok "the gateway shows it, too" by gw2 '/tcp]$'
t_ok "numbered packets pass" roam_numbers
six() { pings a 10.1.2.1 10.2.2.1 2; }
t_ok "the other tunnel" suite_ctl gw1 activate t2 --timeout 25
t_ok "traffic by IPv6" six
was=$(spis)
same() { [ "$(spis)" = "$was" ]; }
renewed() { [ "$(spis)" != "$was" ]; }

# What the trace makes of it: a stream as RFC 9329 has it, without a gap, with
# the octets that passed.
t_ok "nobody looks any more" looked via
t_ok "nor there" looked far
t_ok "how to see it is said" grep -q 'tcp.port==4500,isakmp' "$LIB/via.err"
t_not "UDP was seen, in vain" sees via 0 'udp.port == 500 && isakmp'
t_ok "IKE_SA_INIT by TCP" sees via 2 'tcp && isakmp.exchangetype == 34'
t_ok "IKE_AUTH by TCP, opened: IDi, IDr, AUTH" sees via 2 'tcp &&
    isakmp.exchangetype == 35 && isakmp.typepayload == 39'
t_ok "the gateway's has the same" sees far 4 'ip && tcp.port == 4500 &&
    (isakmp.exchangetype == 34 || isakmp.exchangetype == 35)'
# With ML-KEM there are two sets of keys; tshark takes one, the later.
for n in via far; do
	t_ok "$n: no gap, nothing false or not understood" sees $n 0 \
	    'tcp.analysis.flags ||
	    (_ws.malformed && isakmp.exchangetype != 43) ||
	    ip.checksum.status == 0 || tcp.checksum.status == 0'
done
begins() {	# NAME: IKETCP, a length that counts itself, the marker.
	_n=$(shark "$1" -Y 'tcp.dstport == 4500' -T fields -e tcp.len \
	    -e tcp.payload | head -2)
	echo "$_n" | awk 'NR == 1 { h = $2; n = $1 } NR == 2 { m = $1 }
	    END { exit !(n == 12 && m > 28 &&
	    h == sprintf("494b45544350%04x00000000", m + 6)) }' ||
	    { echo "$_n"; return 1; }
}
t_ok "the stream begins as it must" begins via
t_ok "and the gateway's" begins far
payloads() {	# FILE
	HOME=$LIB tshark -r "$1" -Y 'tcp.port == 4500 && tcp.payload' \
	    -T fields -e tcp.payload 2>/dev/null
}
passed() {	# NAME: each of its messages was on the wire.
	payloads "$LIB/out.pcap" >"$LIB/passed"
	payloads "$LIB/$1.pcapng" | sed 's/^494b45544350//' | paste -d '' - - |
	    cut -c 1-800 >"$LIB/shown"
	[ "$(wc -l <"$LIB/shown")" -ge 4 ] || { cat "$LIB/shown"; return 1; }
	while read -r _m; do
		grep -qF "$_m" "$LIB/passed" || { echo "$_m"; return 1; }
	done <"$LIB/shown"
}
t_ok "octet by octet what passed" passed via
t_ok "and at the gateway" passed far

block 'udp dport { 500, 4500 } drop
	tcp dport 4500 reject with tcp reset'
t_ok "the stream is reset" wait_until 20 grep -q 'stream is lost' \
    "$(suite_log gw1)"
block 'udp dport { 500, 4500 } drop'
t_ok "and made anew" traffic
t_ok "of the same IKE SA" same
old=$(suite_pids gw1 ikd-esp)
t_ok "the data plane is killed" kill -9 "$old"
t_ok "another one serves" wait_until 20 suite_restarted gw1 ikd-esp "$old"
t_ok "traffic by another stream" traffic
t_ok "of the same IKE SA still" same
t_ok "and by IPv6" wait_until 20 six
roam_numbers_end
t_ok "few are lost to the gateway" roam_lost a b 2500
t_ok "and to the client" roam_lost b a 2500

t_ok "numbered packets again" roam_numbers
for g in gw1 gw2; do
	t_ok "$g rekeys the child" suite_ctl $g rekey t1/net
	t_ok "$g rekeys the IKE SA" suite_ctl $g rekey t1
	t_ok "there is another" wait_until 20 renewed
	was=$(spis)
done
t_ok "it is by TCP still" by gw2 '/tcp]$'
t_ok "traffic, until there were some hundred" pings a 10.1.1.1 10.2.1.1 60
roam_numbers_end
t_ok "none is lost to the gateway" roam_lost a b 0
t_ok "and none to the client" roam_lost b a 0
t_ok "none came twice" [ "$(roam_got a twice)$(roam_got b twice)" = 00 ]

block ''
in_ns a ip addr add 192.0.2.3/24 dev eth0
in_ns a sysctl -qw net.ipv4.conf.all.promote_secondaries=1
was=$(spis)
in_ns a ip addr del 192.0.2.1/24 dev eth0
t_ok "from a new address by UDP" wait_until 15 by gw2 '192.0.2.3\[4500]$'
t_ok "traffic" traffic
t_ok "it is the same IKE SA" same
t_not "no session ended" grep -q 't1: down' "$(suite_log gw1)"

# Authenticated anew while UDP 4500, and then all of it, does not pass.
anew() {
	suite_ctl gw1 reauth t1 &&
	    wait_until 20 one_left && renewed && by gw1 '4500/tcp]$'
}
# The gateway has the old one until it has looked whether we are there.
one_left() { [ "$(suite_ctl gw1 show sa t1 --json | grep -c '"spi_i"')" = 1 ]; }
there() { suite_ctl gw2 show sa t1 --json | grep -q '"remote": .*/tcp]'; }
for p in 4500 500,4500; do
	block "udp dport { $p } drop"
	was=$(spis)
	t_ok "authenticated anew by TCP with UDP $p blocked" anew
	t_ok "traffic" traffic
	t_ok "so it is at the gateway" there
done
t_not "the tunnel was never down" grep -q 't1 (1): Down' "$(suite_log gw1)"

# UDP 500 passes and 4500 does not: IKE_SA_INIT is answered, IKE_AUTH is not.
t_ok "it is removed" suite_ctl gw1 remove t1
block 'udp dport 4500 drop'
t_ok "with UDP 4500 blocked" suite_ctl gw1 activate t1 --timeout 25
t_ok "it is by TCP again" by gw1 '4500/tcp]$'
t_ok "why is said" grep -q 'nothing on the port of UDP encapsulation' \
    "$(suite_log gw1)"
t_ok "traffic all the same" traffic
block ''

t_ok "the octets of the RFC" in_ns a "$tool" vector 192.0.2.2 4500
t_ok "something else is closed" in_ns a "$tool" say 192.0.2.2 4500 \
    'GET / HTTP/1.0'
t_ok "and counted" counted gw2 'not IKETCP' 1
t_ok "and spoken of" grep -q 'does not begin with' "$(suite_log gw2)"
t_ok "silence is closed" in_ns a "$tool" say 192.0.2.2 4500 -
t_ok "and counted" counted gw2 'silent tcp streams' 1
n=$(in_ns a "$tool" many 192.0.2.2 4500 2000 1)
t_note "$n of 2000 silent connections from one address stand"
t_ok "there are few" [ "$n" -le 32 ]
t_ok "the rest is counted" counted gw2 'too many tcp streams' 1900
t_ok "the tunnel does not mind" pings a 10.1.1.1 10.2.1.1 3
t_ok "the client stops" suite_stop gw1
t_ok "the gateway stops" suite_stop gw2
wire_stop out
udp6='ip6 and udp and not port 53'
t_ok "nothing was in clear" wire_clear out
t_ok "a stream was there" wire_has out 'tcp port 4500'
t_ok "no UDP by IPv6" [ "$(wire_count out "$udp6")" -eq 0 ]
lib_end
