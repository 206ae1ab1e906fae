#!/bin/sh
# What the parent holds in the kernel while processes die and things change:
# no clear text of a child at any moment, in either direction, both families.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin parent_plane
topo_pair 2

policy() {	# LOCAL-OUTER REMOTE-OUTER LOCAL REMOTE CHILDREN
	cat <<EOF
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: $([ "$1" = 1 ] && echo auto || echo answer)
    children:
EOF
	i=1
	while [ $i -le "$3" ]; do
		cat <<EOF
      lan$i: { local: [10.$1.$i.0/24, "fd0$1:$i::/64"], remote: [10.$2.$i.0/24, "fd0$2:$i::/64"] }
EOF
		i=$((i + 1))
	done
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) 1 >"$(suite_etc gw$g)/ikd.yaml"
	echo secret | suite_psk gw$g boston
done
# No clear packet may leave even if its far side could be reached.
in_ns a ip route add default via 192.0.2.2
in_ns a ip -6 route add default via 2001:db8::2
in_ns b ip route add default via 192.0.2.1
in_ns b ip -6 route add default via 2001:db8::1
wire_start out b
t_ok "first gateway starts" suite_start gw1
t_not "blocked before the peer is there" pings a 10.1.1.1 10.2.1.1 1
t_not "IPv6, too" pings a fd01:1::1 fd02:1::1 1
t_ok "second gateway starts" suite_start gw2
t_ok "the tunnel comes up" suite_ctl gw1 wait boston --until active --timeout 20
both() {
	pings a 10.1.1.1 10.2.1.1 && pings a fd01:1::1 fd02:1::1
}
t_ok "traffic" both
# An unbound socket finds the source inside the selectors by the hint.
unbound() {
	in_ns a ping -q -c 1 -W 3 10.2.1.1 && in_ns a ping -q -c 1 -W 3 fd02:1::1
}
t_ok "sockets without a source" unbound
t_not "not by another device (IPv4)" in_ns a ping -q -c 1 -W 1 -I eth0 -I 10.1.1.1 10.2.1.1
t_not "not by another device (IPv6)" in_ns a ping -q -c 1 -W 1 -I eth0 -I fd01:1::1 fd02:1::1

kill_esp() {	# SIGNAL
	p=$(suite_pids gw1 ikd-esp)
	kill -"$1" "$p"
	wait_until 15 suite_restarted gw1 ikd-esp "$p"
}
t_ok "ikd-esp is killed and comes back" kill_esp KILL
t_ok "its SAs are still there" both
t_not "none was lost" grep -q 'lost by the plane' "$(suite_log gw1)"
t_ok "ikd-esp crashes and comes back" kill_esp SEGV
t_ok "its table was discarded" grep -q 'is discarded' "$(suite_log gw1)"
t_ok "the SAs are rekeyed by themselves" wait_until 30 both

hint() { in_ns a ip route show table all proto 157 | grep -q 'src 10.1.1.1'; }
in_ns a ip addr del 10.1.1.1/32 dev lo
t_ok "an address goes, its hint goes" wait_until 15 not hint
in_ns a ip addr add 10.1.1.1/32 dev lo
t_ok "it comes, the hint comes" wait_until 15 hint
t_ok "traffic" both

second() { pings a 10.1.2.1 10.2.2.1 1; }
blocked() { in_ns a ip xfrm policy | grep -q 'src 10.1.2.0/24 dst 10.2.2.0/24'; }
policy 1 2 2 >"$(suite_etc gw1)/ikd.yaml"
t_ok "a reload with a child more" suite_ctl gw1 reload
t_ok "it is blocked" blocked
t_not "nothing of it passes" second
t_ok "the first goes on" both
policy 1 2 1 >"$(suite_etc gw1)/ikd.yaml"
t_ok "a reload without it" suite_ctl gw1 reload
t_not "it is not blocked" blocked
t_ok "the first goes on" both
suite_kill gw1
t_not "all dead: nothing passes" pings a 10.1.1.1 10.2.1.1 1
t_not "all dead: nothing passes (IPv6)" pings a fd01:1::1 fd02:1::1 1
# Without a source it may go with one outside the selectors, no other.
in_ns a ping -q -c 1 -W 1 10.2.1.1 >/dev/null
in_ns a ping -q -c 1 -W 1 fd02:1::1 >/dev/null
t_ok "it starts again" suite_start gw1
t_ok "the tunnel comes up again" wait_until 40 both
t_ok "it stops" suite_stop gw1
t_ok "the kernel is as before" clean a
t_ok "the other stops" suite_stop gw2
wire_stop out
clear1() {
	[ "$(wire_count out '(net 10.1.1.0/24 and net 10.2.1.0/24) or
	    (net fd01:1::/64 and net fd02:1::/64)')" -eq 0 ]
}
t_ok "nothing was in clear" clear1
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
