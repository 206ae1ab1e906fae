#!/bin/sh
# Of regress/policy/reference what only the kernel's plane has: two hosts with
# AH on one port, and a TNSR tunnel, routed, of all addresses, that is made anew
# with a break.
#
#    a  eth0 10.1.0.5, 203.0.113.2 ---- 10.9.0.5, 203.0.113.25 eth0  b
#	lo 10.1.1.1				     lo 10.2.1.1
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
lib_begin reference
net_ns a b
net_link a eth0 10.1.0.5/8,203.0.113.2/24 b eth0 10.9.0.5/8,203.0.113.25/24
net_addr a lo 10.1.1.1/32
net_addr b lo 10.2.1.1/32
# block SUITE NAME [SED]: as it stands, the plane chosen by the suite.
block() {
	sed "${3-}" "$TOP/regress/policy/reference/$2.yaml" >"$(suite_etc "$1")/ikd.yaml"
	echo "dataplane: auto" >>"$(suite_etc "$1")/ikd.yaml"
}
for s in a b; do
	suite_new $s $s
	echo 'the secret of the order' | suite_psk $s order
	echo 'the secret of the tunnel' | suite_psk $s tunnel0
done

block a 03-partner-host
block b 03-partner-host 's/10.1.0.5/X/; s/10.9.0.5/10.1.0.5/; s/X/10.9.0.5/; s/remote-port/local-port/'
asks() { echo | in_ns a timeout 20 socat -t 15 - TCP4:10.9.0.5:8443 | grep here; }
wire_start out a
t_ok "the partner's host" suite_start b
t_ok "and ours" suite_start a
t_ok "have AH" suite_ctl a wait order --timeout 30
in_ns b socat TCP4-LISTEN:8443,bind=10.9.0.5,fork,reuseaddr SYSTEM:'echo here' &
t_ok "for their port" wait_until 40 asks
t_ok "and nothing else" pings a 10.1.0.5 10.9.0.5
wire_stop out
t_ok "AH was there" wire_has out 'ip proto 51'
t_not "and no TCP without" wire_has out 'ip proto 6'

block a 10-tnsr
block b 10-tnsr 's/203.0.113.25/X/g; s/203.0.113.2,/203.0.113.25,/g; s/X/203.0.113.2/g'
t_ok "a TNSR tunnel" suite_ctl b reload
t_ok "at both ends" suite_ctl a reload
t_ok "is up" suite_ctl a wait tunnel0 --timeout 40
in_ns a ip route add 10.2.1.0/24 dev ipip0 src 10.1.1.1
in_ns b ip route add 10.1.1.0/24 dev ipip0 src 10.2.1.1
wire_start out a
t_ok "what is routed into its interface passes" pings a 10.1.1.1 10.2.1.1
verbose() { suite_ctl a list -v tunnel0 | grep "^$1"; }
t_ok "its lifetime" verbose 'Key Lifetime  *28800 Seconds'
spi() { suite_ctl a show sa tunnel0 --json | sed -n 's/.*"spi_i": "\(.*\)".*/\1/p'; }
old=$(spi)
t_ok "it is made anew" suite_ctl a reauth tunnel0
anew() { [ -n "$(spi)" ] && [ "$(spi)" != "$old" ]; }
t_ok "by a break" wait_until 40 anew
t_ok "and passes again" wait_until 20 pings a 10.1.1.1 10.2.1.1 1
wire_stop out
t_ok "ESP in UDP was there" wire_has out 'udp port 4500'
t_not "and nothing in clear" wire_has out 'icmp'
t_ok "it stops" suite_stop a
t_ok "nothing is left" clean a
t_not "and no interface" in_ns a ip link show ipip0
lib_end
