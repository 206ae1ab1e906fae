#!/bin/sh
# xfrm interfaces, if-ids and marks over the kernel plane, which alone has them.
#	blue0	made for a tunnel's selectors, and routed by us: both families,
#		what a host behind the gateway sends, nothing beside it in clear
#	red0	for everything, routed by the host's own routes
#	mark	two tunnels of the same selectors, told apart by their marks
# Two gateways of ours, then strongSwan's kernel-netlink in both roles.
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
. "$(dirname "$0")/../net/swan.sh"
lib_begin lanes
topo_pair 3
net_ns c
net_link a eth1 10.1.9.1/24 c eth0 10.1.9.2/24
in_ns a sysctl -qw net.ipv4.ip_forward=1
in_ns c ip route add default via 10.1.9.1
for n in a b; do
	in_ns $n sysctl -qw net.ipv4.fwmark_reflect=1
	in_ns $n ip route add default dev eth0
done

policy() {	# OURS PEERS
	cat <<EOT
tunnels:
  blue:
    local: { address: 192.0.2.$1, id: "fqdn:blue$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:blue$2" }
    psk: t
    start: answer
    interface: blue0
    children:
      net: { local: [10.$1.1.0/24, 10.$1.9.0/24, "fd0$1:1::/64"], remote: [10.$2.1.0/24, 10.$2.9.0/24, "fd0$2:1::/64"] }
  red:
    local: { address: 192.0.2.$1, id: "fqdn:red$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:red$2" }
    psk: t
    start: answer
    interface: red0
    if-id: 77
    children: { any: { local: 0.0.0.0/0, remote: 0.0.0.0/0 } }
  mark1:
    local: { address: 192.0.2.$1, id: "fqdn:one$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:one$2" }
    psk: t
    start: answer
    mark: 0x10/0xf0
    children: { net: { local: 10.$1.3.0/24, remote: 10.$2.3.0/24 } }
  mark2:
    local: { address: 192.0.2.$1, id: "fqdn:two$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:two$2" }
    psk: t
    start: answer
    mark: 0x20/0xf0
    children: { net: { local: 10.$1.3.0/24, remote: 10.$2.3.0/24 } }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
	echo lane-secret-lane-secret | suite_psk gw$g t
done
link() { in_ns a ip -d link show "$1" | grep -q "$2"; }
states() { [ "$(in_ns a ip xfrm state | grep -c "$1")" = "$2" ]; }
marked() { in_ns a ping -q -c 3 -i 0.05 -W 3 -m "$1" -I 10.1.3.1 10.2.3.1; }
list_has() { suite_ctl gw1 list -v "$1" | grep -q "$2"; }
packets() { sa_sum gw1 "$1" out_packets; }
blue_pass() {
	pings a 10.1.1.1 10.2.1.1 && pings b fd02:1::1 fd01:1::1 &&
	    pings c 10.1.9.2 10.2.1.1
}

in_ns a ip link add blue0 type dummy
t_not "a link of somebody else's is not taken" suite_start gw1
t_ok "and the reason is said" wait_until 30 grep -q "interface blue0 is there already and is not ours" "$(suite_log gw1)"
t_ok "nor touched" link blue0 dummy
in_ns a ip link del blue0
suite_kill gw1
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
t_ok "the interface is there" link blue0 'xfrm.*if_id 0x1d'
t_ok "with the ID of the file" link red0 'xfrm.*if_id 0x4d'
wire_start out b
t_not "no tunnel, no way for its selectors" pings a 10.1.1.1 10.2.1.1 1
t_not "in IPv6 neither" pings a fd01:1::1 fd02:1::1 1
t_not "nor for what is forwarded" pings c 10.1.9.2 10.2.1.1 1
for t in blue red mark1; do
	t_ok "$t comes up" suite_ctl gw1 activate $t --timeout 20
done
t_ok "mark2 comes up from the other end" suite_ctl gw2 activate mark2 --timeout 20
t_ok "SAs of the interfaces" states 'if_id 0x' 4
t_ok "blue: both families, and a host behind" blue_pass
for n in a b; do
	_n=$([ $n = a ] && echo 2 || echo 1)
	in_ns $n ip route add 10.$_n.2.0/24 dev red0 src 10.$((3 - _n)).2.1
done
t_ok "red: by the host's own route" pings a 10.1.2.1 10.2.2.1
one=$(packets mark1)
two=$(packets mark2)
t_ok "mark 1" marked 16
t_ok "is its tunnel's" test "$(packets mark1)" = $((one + 3))
t_ok "mark 2, and other bits" marked 291
t_ok "is its tunnel's too" test "$(packets mark2)" = $((two + 3))
t_ok "list -v tells the mark" list_has mark1/net "0x10/0xf0"
t_ok "and the interface" list_has blue/net "blue0, if-id"
t_ok "rekeys" suite_ctl gw1 rekey blue/net
t_ok "rekeys from the other end" suite_ctl gw2 rekey red/any
t_ok "blue after it" blue_pass
t_ok "red after it" pings b 10.2.2.1 10.1.2.1
wire_stop out
t_ok "ESP was there" wire_has out esp
t_ok "no inner packet was in clear" wire_clear out
suite_kill gw1
t_ok "started again after the death of all" suite_start gw1
t_ok "its interface is there once" link blue0 'xfrm.*if_id 0x1d'
t_ok "blue comes up again" suite_ctl gw1 activate blue --timeout 20
t_ok "and works" blue_pass
sed -i 's/interface: red0/interface: pink0/' "$(suite_etc gw1)/ikd.yaml"
t_ok "a reload gives it another name" suite_ctl gw1 reload
t_not "the old one is gone" link red0 xfrm
t_ok "the new one is there" link pink0 'if_id 0x4d'
t_ok "second gateway stops" suite_stop gw2
in_ns b ip xfrm state flush
in_ns b ip xfrm policy flush
swan_start b peer
swan_load peer <<EOT
connections { blue {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	local { auth = psk
		id = blue2 }
	remote { auth = psk
		id = blue1 }
	if_id_in = 5
	if_id_out = 5
	children { net { local_ts = 10.2.1.0/24
		remote_ts = 10.1.1.0/24
		esp_proposals = aes256gcm16-curve25519 } }
} }
secrets { ike-t { secret = "lane-secret-lane-secret" } }
EOT
in_ns b ip link add peer0 type xfrm if_id 5
in_ns b ip link set peer0 up
in_ns b ip route add 10.1.1.0/24 dev peer0 src 10.2.1.1
t_ok "strongSwan answers" suite_ctl gw1 activate blue --timeout 20
t_ok "traffic with it" pings a 10.1.1.1 10.2.1.1
t_ok "it rekeys" swan peer --rekey --child net
t_ok "traffic after it" pings b 10.2.1.1 10.1.1.1
swan peer --terminate --ike blue >/dev/null 2>&1
t_ok "it closes" suite_ctl gw1 wait blue --until down --timeout 10
t_ok "strongSwan initiates" swan peer --initiate --child net
t_ok "traffic again" pings a 10.1.1.1 10.2.1.1
t_ok "first gateway stops" suite_stop gw1
t_not "no interface is left" sh -c "ip -n $(ns a) link | grep -E 'blue0|red0|pink0'"
t_ok "nothing is left" clean a
lib_end
