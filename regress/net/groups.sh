#!/bin/sh
# One tunnel for many: a group of all types of ID as remote ID, strongSwan's
# clients by certificate, generic children (any-host), children of some peers
# alone; and who is refused, with the reason.
#
#    10.1.0.0/16 lo  a  eth0 192.0.2.1 ------- 192.0.2.1N eth0  b (strongSwan)
#						10.0.0.1N lo
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin groups
. "$(dirname "$0")/pki_lib.sh"
net_ns a b
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_addr a lo 10.1.0.1/32,10.1.8.1/32,10.1.9.1/32,172.31.5.1/24
net_addr b lo 10.0.0.5/32,10.0.0.6/32
for i in 1 2 3 4 5 6; do
	net_addr b eth0 192.0.2.1$i/24
	net_addr b lo 10.0.0.1$i/32
done

pki_root one
for k in gw 1 2 3 4 5 6; do
	pki_key $k p256
done
pki_cert gw one '/O=Test/CN=gw' 'subjectAltName = DNS:gw.example.com'
pki_cert 1 one '/O=Test/CN=1' 'subjectAltName = DNS:ann.sales.example.com'
pki_cert 2 one '/O=Test/CN=2' 'subjectAltName = email:bob@example.com'
pki_cert 3 one '/O=Test/CN=3' 'subjectAltName = IP:192.0.2.13'
pki_cert 4 one '/C=US/O=Acme/CN=four'
pki_cert 5 one '/O=Test/CN=5' 'subjectAltName = DNS:k5.keys.example.com' \
    'subjectKeyIdentifier = hash'
pki_cert 6 one '/O=Test/CN=6' 'subjectAltName = DNS:eve.example.net'
key=$(pki_ski 5)

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
cp "$pki/one.crt" "$etc/ca/one"
cp "$pki/gw.crt" "$etc/certs/gw"
install -m 600 "$pki/gw.key" "$etc/private/gw"
policy() {	# MEMBERS
	cat <<EOT
retransmit: { first: 1s, factor: 1.2, tries: 3 }
groups:
  sales: [ $1 ]
  desks: [ "range:10.0.0.5-10.0.0.9", "subnet:10.0.7.0/24", 10.0.0.20 ]
defaults:
  tunnel:
    local: { address: 192.0.2.1, id: "fqdn:gw.example.com", auth: { cert: gw } }
tunnels:
  sales:
    remote: { address: any, id: "group:sales", auth: { ca: one, cert-id: "fqdn:*.keys.example.com" } }
    unique-id: replace
    max-peers: 5
    dpd: 5s
    children:
      printers: { remote: 10.0.0.5, local: 10.1.9.0/24 }
      bob: { peers: "email:bob@example.com", remote: "group:desks", local: 10.1.8.0/24 }
      generic: { remote: any-host, local: 10.1.0.0/16 }
  branch:
    remote: { address: 192.0.2.99, id: "fqdn:branch.example.com", auth: { ca: one } }
    start: answer
    children: { lan: { local: 10.1.0.0/16, remote: 10.9.9.0/24 } }
EOT
}
names='"fqdn:*.sales.example.com", "email:bob@example.com"'
rest='"range:192.0.2.13-192.0.2.20", "dn:C=US, O=Acme, *"'
policy "$names, $rest, \"keyid:0x$key\"" >"$etc/ikd.yaml"
t_ok "check accepts it" suite_ctl gw check

# conn N ID CHILDREN
conn() {
	cat <<EOT
	c$1 {
		version = 2
		local_addrs = 192.0.2.1$1
		remote_addrs = 192.0.2.1
		proposals = aes128-sha256-x25519
		local { auth = pubkey
			certs = $1.crt
			id = "$2" }
		remote { auth = pubkey
			id = gw.example.com }
		children { $3 }
	}
EOT
}
# child NAME THERE HERE
child() {
	echo "$1 { local_ts = $2
		remote_ts = $3
		esp_proposals = aes256gcm16-x25519 }"
}
own() { child "own$1" "10.0.0.1$1/32" 10.1.0.0/16; }
theirs() {
	echo 'connections {'
	conn 1 ann.sales.example.com "$(own 1)"
	conn 2 bob@example.com "$(own 2) $(child desk2 10.0.0.6/32 10.1.8.0/24)"
	conn 3 192.0.2.13 "$(own 3) $(child desk3 10.0.0.6/32 10.1.8.0/24
	    child print3 10.0.0.5/32 10.1.9.0/24)"
	conn 4 'C=US, O=Acme, CN=four' "$(own 4) $(child take4 10.0.0.11/32 10.1.0.0/16
	    child lan4 10.9.9.7/32 10.1.0.0/16
	    child near4 10.1.0.77/32 10.1.0.0/16
	    child ours4 172.31.5.1/32 10.1.0.0/16
	    child link4 172.31.5.9/32 10.1.0.0/16
	    child here4 192.0.2.14/32 10.1.0.0/16)"
	conn 5 "@#$key" "$(own 5)"
	conn 6 eve.example.net "$(own 6)"
	echo '}'
}
peer_new() {
	swan_start b peer || return 1
	cp "$pki/one.crt" "$LIB/peer/swan/x509ca/"
	for i in 1 2 3 4 5 6; do
		cp "$pki/$i.crt" "$LIB/peer/swan/x509/"
		cp "$pki/$i.key" "$LIB/peer/swan/private/"
	done
	theirs | swan_load peer
}
begin() { swan peer --initiate --child "$1" --timeout 10; }
end() { swan peer --terminate --ike "c$1" --timeout 10; }
lists() { suite_ctl gw list | grep -Eq -- "$1"; }
refused() {	# NAME CHILD REASON
	mark
	t_ok "$1 is refused" not begin "$2"
	t_ok "$1: we say why" wait_until 15 told "$3"
}

t_ok "strongSwan is there" peer_new || lib_end
t_ok "the suite starts" suite_start gw || lib_end
t_ok "it waits" lists '^1 +sales +group:sales \(0 of 5 members\) +Open'
n=0
for i in 1 2 3 4 5; do
	kind=$(echo domain-name mail-address address name key-ID | cut -d' ' -f$i)
	t_ok "$kind: strongSwan initiates" begin own$i
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.0.1 10.0.0.1$i
	n=$((n + 1))
	t_ok "$kind: one more" lists "^1 +sales +group:sales \($n of 5 members\) +Open"
done
t_ok "as in the picture" lists '^2 Open \(5 peers\)$'
suite_ctl gw list sales >"$LIB/list"
t_ok "each peer is listed" [ "$(grep -c '  peer .*Active' "$LIB/list")" = 5 ]
t_ok "with its address" grep -q 'peer .*email:bob@example.com.* generic 10.0.0.12' "$LIB/list"
suite_ctl gw list -v sales >"$LIB/full"
t_ok "a block for each peer" [ "$(grep -c '^Phase 1 Tunnel ID' "$LIB/full")" = 6 ]
t_ok "the group's, too" grep -q '^Remote ID  *sales (5 of 5 members)' "$LIB/full"
suite_ctl gw show group sales >"$LIB/group"
t_ok "members are shown" [ "$(grep -c ' 1 up$' "$LIB/group")" = 5 ]
new_keys() { [ "$(grep -c "sales.*IKE SA has new keys" "$(suite_log gw)")" = 5 ]; }
t_ok "all have new keys" suite_ctl gw rekey sales
t_ok "each peer's IKE SA, too" new_keys
t_ok "by remote ID" [ "$(suite_ctl gw list --remote-id ann.sales.example.com | grep -c group:sales)" = 1 ]

refused "a stranger" own6 'no tunnel .* fits: peer 192.0.2.16 says it is fqdn:eve.example.net'
end 4
refused "another's address" take4 '10.0.0.11: fqdn:ann.sales.example.com of tunnel sales has it'
end 4
refused "an address of another tunnel" lan4 '10.9.9.7: it belongs to tunnel branch'
end 4
refused "an address of a local network" near4 '10.1.0.77: it is in a local network'
end 4
refused "the gateway's own address" ours4 '172.31.5.1: it is our own'
end 4
refused "one of a network that it is connected to" link4 '172.31.5.9: it is in a network that we are connected to'
end 4
t_ok "but where it is itself it may" begin here4
t_ok "it has it" [ "$(suite_ctl gw list sales | grep -c 'generic 192.0.2.14')" = 1 ]
end 4
t_ok "its own it may have" begin own4
end 3
t_ok "what the policy names goes before" begin print3
t_ok "printers has it" [ "$(suite_ctl gw list sales | grep -c 'printers 10.0.0.5')" = 1 ]
t_ok "and by a second exchange its own, at once" begin own3
end 2
t_ok "a child of one peer alone" begin desk2
t_ok "and traffic" wait_until 15 pings a 10.1.8.1 10.0.0.6
t_ok "it is bob's" [ "$(suite_ctl gw list sales | grep -c 'bob 10.0.0.6')" = 1 ]
end 3

# The same peer again, and nobody has told us that it was gone.
swan_kill peer
ip -n "$(ns b)" link del ipsec0 2>/dev/null
[ "$IKD_PLANE" = userspace ] || in_ns b ip xfrm state flush
[ "$IKD_PLANE" = userspace ] || in_ns b ip xfrm policy flush
t_ok "strongSwan starts anew" peer_new
t_ok "a peer comes again" begin own1
t_ok "to its old address" wait_until 15 pings a 10.1.0.1 10.0.0.11

# Who is not in the group any more has to go; the others stay.
has() { suite_ctl gw list sales | grep -q "peer .*$1"; }
t_ok "bob comes once more" begin own2
policy "\"fqdn:*.sales.example.com\", $rest" >"$etc/ikd.yaml"
t_ok "a group with fewer members" suite_ctl gw reload
t_ok "bob has gone" wait_until 20 not has bob
t_ok "ann stays" has ann
t_ok "and has traffic" pings a 10.1.0.1 10.0.0.11
# Those of the strongSwan that was killed are found dead.
t_ok "one is left" wait_until 30 lists 'group:sales \(1 of 3 members\)'
# The gateway comes into a network with an address that a peer has.
mark
ip -n "$(ns a)" addr add 10.0.0.10/31 dev lo
t_ok "ann's is the gateway's network now" wait_until 10 told 'ann.sales.example.com may not have 10.0.0.11 any more: it is in a network that we are connected to'
t_ok "the child ends" wait_until 10 not lists 'generic 10.0.0.11'
refused "ann's address" own1 '10.0.0.11: it is in a network that we are connected to'
ip -n "$(ns a)" addr del 10.0.0.10/31 dev lo
again() { begin own1; }
t_ok "ann has it again when that is over" wait_until 20 again
t_ok "two peers are room for no more" sed -i 's/max-peers: 5/max-peers: 2/' "$etc/ikd.yaml"
t_ok "loaded" suite_ctl gw reload
t_ok "ann is there still" has ann
t_ok "the second comes" begin own3
refused "the third" own4 'C=US, O=Acme, CN=four: 2 peers are there already'

# Closed is deaf; open waits.
t_ok "removed" suite_ctl gw remove sales
refused "who comes to a removed tunnel" own1 'the tunnel was removed'
suite_ctl gw activate 1 >"$LIB/activate"
t_ok "activate opens it" grep -qx 'sales (1) is open; it is a responder (remote ID is group sales): start it from the client side.' "$LIB/activate"
t_ok "and it waits for peers" begin own1
t_ok "the suite stops" suite_stop gw
t_ok "every line about a tunnel or a peer has its fields, gw" suite_fields gw
lib_end
