#!/bin/sh
# A NAT box of IPv6 between the gateways: ESP in UDP over IPv6, keepalives, and
# a mapping that changes in mid-life, once found by ESP and once by liveness.
#
#    a  eth0 ----------- in  n  out ----------- eth0  b
#    2001:db8:1::2       ::1  (NAT) 2001:db8:2::1    2001:db8:2::2
#    lo: 10.1.1.1, fd01:1::1		     lo: 10.2.1.1, fd02:1::1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/nat_lib.sh"
lib_begin nat6
net_ns a n b
net_link a eth0 2001:db8:1::2/64 n in 2001:db8:1::1/64
net_link n out 2001:db8:2::1/64 b eth0 2001:db8:2::2/64
net_addr a lo 10.1.1.1/32,fd01:1::1/128
net_addr b lo 10.2.1.1/32,fd02:1::1/128
in_ns a ip route add default via 2001:db8:1::1
in_ns n sysctl -qw net.ipv6.conf.all.forwarding=1
masquerade() {	# FIRST
	in_ns n nft -f - <<EOT
table ip6 nat {
}
delete table ip6 nat
table ip6 nat {
	chain post {
		type nat hook postrouting priority srcnat;
		ip6 saddr 2001:db8:1::2 udp dport 1-65535 masquerade to :$1-$(($1 + 499))
	}
}
EOT
	in_ns n conntrack -F -f ipv6 >/dev/null 2>&1 || :
}
masquerade 20000

policy() {	# SIDE LOCAL REMOTE START
	cat <<EOT
nat-keepalive: 1s
retry: { first: 1s, most: 2s }
tunnels:
  t1:
    local: { address: "$2", id: "fqdn:gw$1.example" }
    remote: { address: "$3", id: "fqdn:gw$((3 - $1)).example" }
    psk: t
    start: $4
    dpd: 4s
    children:
      net: { local: [10.$1.1.0/24, "fd0$1:1::/64"], remote: [10.$((3 - $1)).1.0/24, "fd0$((3 - $1)):1::/64"] }
EOT
}
suite_new gw1 a
suite_new gw2 b
for g in gw1 gw2; do
	echo 'not a secret: a test' | suite_psk $g t
done
policy 1 2001:db8:1::2 2001:db8:2::2 answer >"$(suite_etc gw1)/ikd.yaml"
policy 2 2001:db8:2::2 2001:db8:2::1 answer >"$(suite_etc gw2)/ikd.yaml"
passes() {
	pings a 10.1.1.1 10.2.1.1 && pings b 10.2.1.1 10.1.1.1 &&
	    pings a fd01:1::1 fd02:1::1 && pings b fd02:1::1 fd01:1::1
}
in_port() { nat_in_range "$(nat_port gw2 1)" "$1" $(($1 + 499)); }

wire_start out b
t_ok "the responder starts" suite_start gw2
t_ok "the initiator starts" suite_start gw1
t_ok "activate" suite_ctl gw1 activate t1 --timeout 20
t_ok "traffic of both families" passes
t_ok "the responder shows the mapped port" in_port 20000
keepalive() {	# UDP of nine octets, the last one 0xff
	in_ns n timeout 4 tcpdump -i in -n -c 1 'ip6 proto 17 and
	    src host 2001:db8:1::2 and ip6[44:2] = 9 and ip6[48] = 0xff' \
	    2>/dev/null | grep -q .
}
t_ok "keepalives of the initiator" keepalive

masquerade 30000
t_ok "ESP from the new port" wait_until 20 pings a 10.1.1.1 10.2.1.1 1
t_ok "the responder follows" wait_until 20 in_port 30000
t_ok "and says so" grep -q 't1.*the peer is at 2001:db8:2::1' \
    "$(suite_log gw2)"
t_ok "traffic of both families" wait_until 20 passes
masquerade 40000
t_ok "liveness alone moves it, too" wait_until 20 in_port 40000
t_ok "traffic of both families" wait_until 20 passes
t_ok "rekeyed at the new place" suite_ctl gw1 rekey t1/net
t_ok "and by the responder" suite_ctl gw2 rekey t1/net
t_ok "and the IKE SA" suite_ctl gw2 rekey t1
t_ok "traffic of both families" passes
t_ok "the initiator stops" suite_stop gw1
t_ok "the responder stops" suite_stop gw2
t_ok "nothing is left" clean a
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there, in UDP" wire_has out 'ip6 and udp port 4500'
t_not "and not without" wire_has out 'ip6 proto 50'
lib_end
