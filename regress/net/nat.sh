#!/bin/sh
# NAT boxes between the gateways: before the initiator, before the responder,
# before both; keepalives that hold the mapping; a mapping that changes in
# mid-life; and packets from elsewhere, which move nothing.  Without MOBIKE (t1)
# who is outside follows by itself, with it (t2, t3) it is told.
#
#    a  eth0 -------- in  n  out -------- out  m  in -------- eth0  b
#    203.0.113.2      .1  (NAT) 192.0.2.1  .2  (NAT)  .1     198.51.100.2
#    203.0.113.3
#    lo: 10.1.x.1/32				    lo: 10.2.x.1/32
#
#    t1: a .2 masqueraded by n; b's own address
#    t2: a .2 masqueraded by n; m forwards its ports 500 and 4500 to b
#    t3: a .3, which n leaves alone; m forwards to b
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/nat_lib.sh"
lib_begin nat
nat_topology

ours() {	# SIDE TUNNEL LOCAL REMOTE START
	cat <<EOT
  t$2:
    local: { address: $3, id: "fqdn:gw$1-$2.example" }
    remote: { address: $4, id: "fqdn:gw$((3 - $1))-$2.example" }
    psk: t
    start: $5
    dpd: 4s
$([ "$2" != 1 ] || echo "    mobike: no")
    children:
      net: { local: 10.$1.$2.0/24, remote: 10.$((3 - $1)).$2.0/24 }
EOT
}
head() {
	cat <<EOT
nat-keepalive: 1s
retry: { first: 1s, most: 2s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
EOT
}
suite_new gw1 a
suite_new gw2 b
for g in gw1 gw2; do
	echo 'not a secret: a test' | suite_psk $g t
done
{
	head
	ours 1 1 203.0.113.2 198.51.100.2 auto
	ours 1 2 203.0.113.2 192.0.2.2 auto
	ours 1 3 203.0.113.3 192.0.2.2 answer
} >"$(suite_etc gw1)/ikd.yaml"
{
	head
	ours 2 1 198.51.100.2 192.0.2.0/24 answer
	ours 2 2 198.51.100.2 192.0.2.1 answer
	ours 2 3 198.51.100.2 203.0.113.3 answer
} >"$(suite_etc gw2)/ikd.yaml"
wire_start out b
t_ok "the responder starts" suite_start gw2
t_ok "the initiator starts" suite_start gw1
for i in 1 2 3; do
	t_ok "activate ($i)" suite_ctl gw1 activate t$i --timeout 20
	t_ok "the responder has it ($i)" \
	    suite_ctl gw2 wait t$i --until active --timeout 10
	t_ok "traffic ($i)" pings a 10.1.$i.1 10.2.$i.1
	t_ok "and back ($i)" pings b 10.2.$i.1 10.1.$i.1
done
nat_show gw1 1
nat_show gw2 1

# ---- keepalives (RFC 3948 2.3): from who is behind a NAT, and only then ----
t_ok "keepalives of the initiator (1)" keepalive_seen n in \
    'src host 203.0.113.2 and dst host 198.51.100.2'
t_ok "keepalives of the initiator (2)" keepalive_seen n in \
    'src host 203.0.113.2 and dst host 192.0.2.2'
t_ok "keepalives of the responder (2)" keepalive_seen m in \
    'src host 198.51.100.2 and dst host 192.0.2.1'
t_ok "keepalives of the responder (3)" keepalive_seen m in \
    'src host 198.51.100.2 and dst host 203.0.113.3'
t_not "none of who has no NAT before it (1)" keepalive_seen m out \
    "src host 198.51.100.2"
t_not "none of who has no NAT before it (3)" keepalive_seen n in \
    'src host 203.0.113.3'
t_ok "the mapping holds, though quiet" nat_quiet
t_ok "traffic from outside (1)" pings b 10.2.1.1 10.1.1.1

# ---- the mapping changes: who is outside follows an authentic packet ----
old=$(nat_port gw2 1)
t_ok "the responder shows the mapped port" nat_in_range "$old" 20000 20499
nat_remap 30000
moved() { nat_in_range "$(nat_port gw2 1)" 30000 30499; }
t_ok "ESP from the new port" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
t_ok "the responder follows" wait_until 15 moved
t_ok "and says so" grep -q 't1.*the peer is now at 192.0.2.1' \
    "$(suite_log gw2)"
t_ok "traffic (1)" pings b 10.2.1.1 10.1.1.1
nat_remap 40000
moved() { nat_in_range "$(nat_port gw2 1)" 40000 40499; }
t_ok "liveness alone moves it, too" wait_until 15 moved
t_ok "traffic from outside (1)" pings b 10.2.1.1 10.1.1.1
t_ok "rekeyed at the new place" suite_ctl gw1 rekey t1/net
t_ok "and by the responder" suite_ctl gw2 rekey t1/net
t_ok "and the IKE SA" suite_ctl gw2 rekey t1
t_ok "traffic (1)" pings a 10.1.1.1 10.2.1.1
# Both behind one: nobody follows by itself (RFC 7296 2.23), but with MOBIKE
# liveness finds it, and the responder is told.
moved() { nat_in_range "$(nat_port gw2 2)" 40500 40999; }
t_ok "both behind NAT: the responder is told" wait_until 15 moved
t_ok "both behind NAT: traffic" wait_until 15 pings a 10.1.2.1 10.2.2.1 1
t_ok "and back" pings b 10.2.2.1 10.1.2.1
t_not "no session of theirs ended" grep -q 't2: down' "$(suite_log gw2)"

# ---- what is not authentic, or not new, moves nothing ----
old=$(nat_port gw2 1)
t_ok "packets are copied from another address" nat_forge 1
same() { [ "$(nat_port gw2 1)" = "$old" ]; }
t_ok "the peer is where it was" same
copies() { [ "$(wire_count out 'src port 7777')" -ge 60 ]; }
t_ok "the copies did arrive" wait_until 15 copies
t_ok "no ESP was sent there" [ "$(wire_count out \
    'dst port 7777 and udp[8:4] != 0')" -eq 0 ]
t_ok "traffic (1)" pings b 10.2.1.1 10.1.1.1

# ---- another address: what was proved at the old one does not hold there ----
nat_address 192.0.2.9 50000
anew() {
	grep -q 't1 .*: peer is fqdn:gw1-1.example at 192.0.2.9' "$(suite_log gw2)"
}
t_ok "the peer proves itself from its new address" wait_until 20 anew
t_ok "because its pairs may not follow it" grep -q \
    't1: pair .* does not move' "$(suite_log gw2)"
t_ok "traffic (1)" wait_until 20 pings a 10.1.1.1 10.2.1.1
t_ok "and back" pings b 10.2.1.1 10.1.1.1
t_ok "the initiator stops" suite_stop gw1
t_ok "the responder stops" suite_stop gw2
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
