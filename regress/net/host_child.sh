#!/bin/sh
# The child between the two gateways' own addresses, both outer families: the
# selectors cover the outer packets, which must go beside the tunnel, and
# IPv6's neighbour discovery, which must go on.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin host_child
topo_pair 1

policy() {	# LOCAL REMOTE START
	cat <<EOF
tunnels:
  boston:
    local: "$1"
    remote: "$2"
    psk: boston
    start: $3
EOF
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	echo secret | suite_psk gw$g boston
done
# Clear: from address to address, and neither UDP nor neighbour discovery.
clear1() {	# NAME A B
	[ "$(wire_count "$1" "host $2 and host $3 and (icmp or tcp or
	    (icmp6 and ip6[40] > 127 and ip6[40] < 130))")" -eq 0 ]
}
once() {	# NAME A B
	policy "$2" "$3" auto >"$(suite_etc gw1)/ikd.yaml"
	policy "$3" "$2" answer >"$(suite_etc gw2)/ikd.yaml"
	wire_start "$1" b
	t_ok "$1: gateway 2 starts" suite_start gw2
	t_not "$1: blocked" pings b "$3" "$2" 1
	t_ok "$1: gateway 1 starts" suite_start gw1
	t_ok "$1: the tunnel comes up" suite_ctl gw1 wait boston --until active --timeout 20
	t_ok "$1: traffic" pings a "$2" "$3" 3
	t_ok "$1: back" pings b "$3" "$2" 3
	t_ok "$1: without a source" in_ns a ping -q -c 1 -W 3 "$3"
	in_ns a ip neigh flush all
	in_ns b ip neigh flush all
	t_ok "$1: after the neighbours are forgotten" pings a "$2" "$3" 3
	t_ok "$1: counted" sa_moved gw1 boston 8
	t_ok "$1: rekey" suite_ctl gw1 rekey boston
	t_ok "$1: traffic" pings a "$2" "$3" 3
	t_ok "$1: gateway 1 stops" suite_stop gw1
	t_ok "$1: gateway 2 stops" suite_stop gw2
	t_ok "$1: the kernel is as before" clean a
	wire_stop "$1"
	t_ok "$1: nothing was in clear" clear1 "$1" "$2" "$3"
	t_ok "$1: ESP was there" wire_has "$1" "$WIRE_ESP"
}
once v4 192.0.2.1 192.0.2.2
once v6 2001:db8::1 2001:db8::2
lib_end
