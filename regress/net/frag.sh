#!/bin/sh
# Fragments of IKE's own (RFC 7383) against strongSwan, both roles, both
# families: chains of more than 1500 octets over a path of 1280 octets, later
# of 700, where nobody lets IP fragments pass.
#
#    a  eth0 ------------ in  r  out ------------ eth0  b (strongSwan)
#       192.0.2.1         .9     .9    198.51.100.1
#       2001:db8:1::1     ::9    ::9   2001:db8:2::1
#					MTU 1280; a b drop IP fragments that come
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin frag
net_ns a r b
net_link a eth0 192.0.2.1/24,2001:db8:1::1/64 r in 192.0.2.9/24,2001:db8:1::9/64
net_link b eth0 198.51.100.1/24,2001:db8:2::1/64 \
    r out 198.51.100.9/24,2001:db8:2::9/64
in_ns a ip route add default via 192.0.2.9
in_ns a ip -6 route add default via 2001:db8:1::9
in_ns b ip route add default via 198.51.100.9
in_ns b ip -6 route add default via 2001:db8:2::9
for i in 1 2; do
	net_addr a lo 10.1.$i.1/32
	net_addr b lo 10.2.$i.1/32
done
forwards r
in_ns r ip link set out mtu 1280
# Before anything is put together again.
for g in a b; do
	in_ns $g nft -f - <<'EOT'
table inet nofrag {
	counter dropped { }
	chain pre {
		type filter hook prerouting priority -500;
		ip frag-off & 0x3fff != 0 counter name dropped drop
		exthdr frag exists counter name dropped drop
	}
}
EOT
done
dropped() {	# NS: IP fragments that came
	in_ns "$1" nft list counter inet nofrag dropped |
	    awk '$1 == "packets" { print $2 }'
}
pings_whole() { in_ns a ping -q -c 1 -W 1 -M dont -s "$1" "$2"; }
t_ok "the path carries 1200 octets" pings_whole 1200 198.51.100.1
t_not "and no IP fragments" pings_whole 1400 198.51.100.1
t_ok "they were dropped" [ "$(dropped b)" -gt 0 ]

# Three authorities, one under the other: what is sent is two and a leaf.
pki=$LIB/pki
mkdir "$pki"
serial=1
cert() {	# NAME ISSUER EXTENSION
	serial=$((serial + 1))
	openssl req -new -newkey rsa:2048 -nodes -keyout "$pki/$1.key" \
	    -subj "/O=Test of fragments/CN=$1" -out "$pki/$1.csr" 2>/dev/null
	echo "$3" >"$pki/ext"
	openssl x509 -req -in "$pki/$1.csr" -CA "$pki/$2.crt" \
	    -CAkey "$pki/$2.key" -set_serial $serial -extfile "$pki/ext" \
	    -days 30 -out "$pki/$1.crt" 2>/dev/null
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$pki/root.key" \
    -subj "/O=Test of fragments/CN=root" -days 30 -out "$pki/root.crt" \
    2>/dev/null
ca='basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign'
cert mid1 root "$ca"
cert mid2 mid1 "$ca"
cert a mid2 'subjectAltName = DNS:a.example'
cert b mid2 'subjectAltName = DNS:b.example'
octets() { openssl x509 -in "$pki/$1.crt" -outform DER | wc -c; }
t_ok "a chain is longer than a datagram" \
    [ $(($(octets a) + $(octets mid1) + $(octets mid2))) -gt 1500 ]

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
cp "$pki/root.crt" "$etc/ca/root"
cat "$pki/a.crt" "$pki/mid2.crt" "$pki/mid1.crt" >"$etc/certs/a"
install -m 600 "$pki/a.key" "$etc/private/a"
ours() {	# N LOCAL REMOTE [KEY]
	cat <<EOT
  t$1:
    local: { address: "$2", id: a.example, auth: { cert: a } }
    remote: { address: "$3", id: b.example, auth: { ca: root } }
    start: answer${4:+
    $4}
    children: { net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24 } }
EOT
}
theirs() {	# N LOCAL REMOTE FRAGMENTATION
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = $2
		remote_addrs = $3
		fragmentation = $4
		proposals = aes128-sha256-x25519,aes128gcm16-prfsha256-x25519
		local { auth = pubkey
			id = b.example
			certs = b.crt }
		remote { auth = pubkey
			id = a.example }
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
policy() {	# [KEY]: for all tunnels of IPv4
	echo 'tunnels:'
	ours 1 192.0.2.1 198.51.100.1 "${1-}"
	ours 2 2001:db8:1::1 2001:db8:2::1
}
peer() {	# FRAGMENTATION: to load
	{
		echo 'connections {'
		theirs 1 198.51.100.1 192.0.2.1 "$1"
		theirs 2 2001:db8:2::1 2001:db8:1::1 "$1"
		echo '}'
	} >"$LIB/swan.conf"
	swan_load peer <"$LIB/swan.conf"
}
policy >"$etc/ikd.yaml"
SWAN_EXTRA='fragment_size = 576'
swan_start b peer
swan=$LIB/peer/swan
cp "$pki/root.crt" "$pki/mid1.crt" "$pki/mid2.crt" "$swan/x509ca/"
cp "$pki/b.crt" "$swan/x509/"
cp "$pki/b.key" "$swan/private/"
t_ok "the suite starts" suite_start gw
dropped_b=$(dropped b) dropped_a=$(dropped a)
wire_start near a
down() {	# N: by the peer; ours stays open
	swan peer --terminate --ike "t$1" --timeout 10 &&
	    suite_ctl gw wait "t$1" --until down --timeout 10
}
both_roles() {	# WORD
	for i in 1 2; do
		t_ok "$1, t$i: strongSwan initiates" \
		    swan peer --initiate --child net$i --timeout 20
		t_ok "$1, t$i: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
		t_ok "$1, t$i: ended" down $i
		t_ok "$1, t$i: we initiate" suite_ctl gw activate t$i --timeout 20
		t_ok "$1, t$i: traffic again" \
		    wait_until 15 pings a 10.1.$i.1 10.2.$i.1
		t_ok "$1, t$i: ended again" down $i
	done
}
for word in yes force; do
	t_ok "strongSwan loads fragmentation = $word" peer $word
	both_roles "$word"
done
wire_stop near
# The first octet of SKF's type, behind the marker and two SPIs.
SKF4='udp port 4500 and ip and udp[8:4] = 0 and udp[28] = 53'
SKF6='udp port 4500 and ip6 and ip6[48:4] = 0 and ip6[68] = 53'
for who in "src host 192.0.2.1 and $SKF4" "dst host 192.0.2.1 and $SKF4" \
    "src host 2001:db8:1::1 and $SKF6" "dst host 2001:db8:1::1 and $SKF6"; do
	t_ok "fragments: ${who%% and*}" wire_has near "$who"
done
t_ok "ours are of 1280 octets at most" \
    [ "$(wire_count near "($SKF4 or $SKF6) and greater 1295")" -eq 0 ]
t_ok "and some are nearly so" wire_has near "src host 192.0.2.1 and $SKF4 and greater 1200"
t_ok "what reached us in small ones was answered so" \
    wire_has near "src host 192.0.2.1 and $SKF4 and less 600"
ip_frags='(ip[6:2] & 0x3fff != 0) or (ip6[6] = 44)'
t_ok "no IP fragment was on the wire" [ "$(wire_count near "$ip_frags")" -eq 0 ]
t_ok "and none was dropped" [ "$(dropped b),$(dropped a)" = "$dropped_b,$dropped_a" ]
counted() { suite_ctl gw show stats | grep -q "fragments-$1 *[1-9]"; }
t_ok "counted: in" counted in
t_ok "counted: out" counted out

# A path narrower than what we begin with.  IKE_SA_INIT is never in fragments,
# and all that OpenSSL 3.5 knows makes a longer one.
policy 'policy: { proposals: [aes128gcm16-prfsha256-x25519] }' >"$etc/ikd.yaml"
t_ok "fewer proposals" suite_ctl gw reload
in_ns r ip link set in mtu 700
in_ns a ip link set eth0 mtu 700
t_ok "700 octets: strongSwan initiates" swan peer --initiate --child net1 --timeout 20
t_ok "700 octets: traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1
t_ok "700 octets: ended" down 1
t_ok "700 octets: we initiate" suite_ctl gw activate t1 --timeout 20
t_ok "700 octets: it took smaller fragments" grep -q 'datagrams of 576 octets now' "$(suite_log gw)"
t_ok "700 octets: traffic again" wait_until 15 pings a 10.1.1.1 10.2.1.1
t_ok "700 octets: ended again" down 1

# The proof that it is the fragments: without them nothing comes up.
policy 'fragment-size: no' >"$etc/ikd.yaml"
t_ok "reload without fragments" suite_ctl gw reload
t_not "whole messages do not arrive" suite_ctl gw activate t1 --timeout 5
t_ok "the suite stops" suite_stop gw
lib_end
