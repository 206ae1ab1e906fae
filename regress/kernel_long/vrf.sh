#!/bin/sh
# Two customers with the same networks, each in a VRF of its own at both ends:
# ra and ba behind gateway a, rb and bb behind gateway b; x is on red's way
# out, and sees what leaves it in clear.
#
#	ra 10.1.9.2 -- red, a --- eth0 --- b, red -- rb 10.2.9.2
#	ba 10.1.9.2 -- blue,a		   b, blue -- bb 10.2.9.2
#	 x 10.66.0.2 - red, a (its default route)
[ -n "${IKD_VM-}" ] ||
    IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t 1800 "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
lib_begin vrf
topo_pair
net_ns ra ba rb bb x
for c in r b; do
	net_link a "eth$c" - ${c}a eth0 10.1.9.2/24,fd01:9::2/64
	net_link b "eth$c" - ${c}b eth0 10.2.9.2/24,fd02:9::2/64
	for n in 1:a 2:b; do
		in_ns $c${n#*:} ip route add default via 10.${n%:*}.9.1
		in_ns $c${n#*:} ip route add default via fd0${n%:*}:9::1
	done
done
net_link a ethx - x eth0 10.66.0.2/24
in_ns x ip route add default via 10.66.0.1
forwards a b

policy() {	# OURS PEERS START
	cat <<EOT
tunnels:
  red:
    local: { address: 192.0.2.$1, id: "fqdn:red$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:red$2" }
    psk: t
    start: $3
    retry: { first: 1s, most: 2s }
    vrf: red
    children:
      net: { local: [10.$1.9.0/24, "fd0$1:9::/64"], remote: [10.$2.9.0/24, "fd0$2:9::/64"] }
  blue:
    local: { address: 192.0.2.$1, id: "fqdn:blue$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:blue$2" }
    psk: t
    start: $3
    retry: { first: 1s, most: 2s }
    vrf: blue
    interface: blue0
    children:
      net: { local: [10.$1.9.0/24, "fd0$1:9::/64"], remote: [10.$2.9.0/24, "fd0$2:9::/64"] }
EOT
}
topo_suites t

vrf() {		# NS NAME TABLE
	in_ns "$1" ip link add "$2" type vrf table "$3" &&
	    in_ns "$1" ip link set "$2" up
}
# port NS VRF IF ADDRESSES: in it, and then its addresses, since IPv6 ones go.
port() {
	in_ns "$1" ip link set "$3" master "$2" &&
	    { [ "$4" = again ] || net_addr "$1" "$3" "$4"; }
}
echos() {	# NS: requests that came
	in_ns "$1" cat /proc/net/snmp | awk '/^Icmp: / && $2 ~ /^[0-9]/ {
	    for (i = 1; i <= NF; i++) if (col[i] == "InEchos") print $i }
	    /^Icmp: In/ { for (i = 1; i <= NF; i++) col[i] = $i }'
}
list_has() { suite_ctl "$1" list -v "$2" | grep -q "$3"; }
passes() { pings "$1" "$2" "$3" 1; }
in_vrf() { in_ns a ip link show "$1" | grep -q "UP.*master $2 "; }
routed() {	# TABLE: in both families
	in_ns a ip route show table "$1" | grep -q "^10.2.9.0/24 .*157" &&
	    in_ns a ip -6 route show table "$1" | grep -q "^fd02:9::/64 .*157"
}

t_ok "first gateway starts without a VRF" suite_start gw1
t_ok "second gateway, too" suite_start gw2
t_ok "the child is down, and says why" list_has gw1 red/net "VRF red is not there"
suite_ctl gw1 activate red --timeout 20 >"$LIB/act" 2>&1
t_ok "activate fails" grep -q "VRF red is not there" "$LIB/act"
t_not "its interface is down" sh -c "ip -n $(ns a) link show ikd-red | grep -q LOWER_UP"
for n in 1:a 2:b; do
	vrf ${n#*:} red 10
	vrf ${n#*:} blue 20
	port ${n#*:} red ethr 10.${n%:*}.9.1/24,fd0${n%:*}:9::1/64
	port ${n#*:} blue ethb 10.${n%:*}.9.1/24,fd0${n%:*}:9::1/64
done
port a red ethx 10.66.0.1/24
in_ns a ip route add default via 10.66.0.2 vrf red
wire_start out b
wire_tap leak x eth0
t_ok "red comes up with its VRF" wait_until 30 passes ra 10.1.9.2 10.2.9.2
t_ok "blue, too" wait_until 30 passes ba 10.1.9.2 10.2.9.2
t_ok "interfaces are in their VRFs" in_vrf ikd-red red
t_ok "that with a name, too" in_vrf blue0 blue
t_ok "routes are in red's table" routed 10
t_ok "and in blue's" routed 20
t_not "and in no other" sh -c "ip -n $(ns a) route | grep 10.2.9"
r=$(echos rb)
b=$(echos bb)
t_ok "red: four there" pings ra 10.1.9.2 10.2.9.2 4
t_ok "are red's" test "$(echos rb) $(echos bb)" = "$((r + 4)) $b"
t_ok "blue: five there" pings ba 10.1.9.2 10.2.9.2 5
t_ok "are blue's" test "$(echos rb) $(echos bb)" = "$((r + 4)) $((b + 5))"
t_ok "red from the other end" pings rb 10.2.9.2 10.1.9.2
t_ok "blue from the other end" pings bb 10.2.9.2 10.1.9.2
t_ok "red in IPv6" pings ra fd01:9::2 fd02:9::2
t_ok "blue in IPv6" pings bb fd02:9::2 fd01:9::2
t_ok "the gateway itself in red" in_ns a ping -q -c 2 -W 3 -I red 10.2.9.2
t_ok "and in IPv6" in_ns a ping -q -c 2 -W 3 -I red fd02:9::2
t_not "not what is in no VRF" pings a 10.1.1.1 10.2.9.2 1
t_ok "list -v tells the VRF" list_has gw1 red/net "VRF  *red"
t_ok "and the interface" list_has gw1 red/net "ikd-red, if-id"
t_ok "rekey" suite_ctl gw1 rekey red/net
t_ok "red after it" pings ra 10.1.9.2 10.2.9.2

# Filters: one tunnel's packets are told by its VRF, and those of all that go
# out by the interfaces, in one rule.
filters() {
	cp "$LIB/plain.yaml" "$(suite_etc gw1)/ikd.yaml"
	[ -z "$1" ] || echo "filters: [{ $1 }, dynamic]" >>"$(suite_etc gw1)/ikd.yaml"
	suite_ctl gw1 reload
}
cp "$(suite_etc gw1)/ikd.yaml" "$LIB/plain.yaml"
t_ok "a filter of what comes by blue" filters "action: deny, tunnel: blue, direction: in"
t_not "blue's answers are dropped" passes ba 10.1.9.2 10.2.9.2
t_ok "red's, with the same addresses, are not" pings ra 10.1.9.2 10.2.9.2
t_ok "a filter of what goes by any" filters "action: deny, tunnel: any, direction: out, to: 10.2.9.2"
t_not "red's is dropped" passes ra 10.1.9.2 10.2.9.2
t_not "blue's, too" passes ba 10.1.9.2 10.2.9.2
t_ok "but not to others" pings ra fd01:9::2 fd02:9::2
t_ok "no filter" filters ""
t_ok "red passes" passes ra 10.1.9.2 10.2.9.2
t_ok "blue passes" passes ba 10.1.9.2 10.2.9.2

suite_ctl gw1 remove red >/dev/null
t_not "red removed: nothing there" passes ra 10.1.9.2 10.2.9.2
t_not "nor in IPv6" passes ra fd01:9::2 fd02:9::2
t_ok "blue stays" pings ba 10.1.9.2 10.2.9.2
net_addr x lo 10.2.9.2/32
r=$(echos ra)
t_not "in clear nobody is the other end" pings x 10.2.9.2 10.1.9.2 2
t_ok "and nothing came" test "$(echos ra)" = "$r"
t_ok "but as himself he may" pings x 10.66.0.2 10.1.9.2
wire_stop leak
t_ok "his link was seen" wire_has leak icmp
t_ok "nothing for the other end left in clear" test "$(wire_count leak 'src net 10.1.9.0/24 and dst net 10.2.9.0/24')" = 0
t_ok "red again" suite_ctl gw1 activate red --timeout 20
t_ok "passes" pings rb 10.2.9.2 10.1.9.2

in_ns a ip link del red
t_ok "red's VRF goes: down, and why" wait_until 20 list_has gw1 red/net "Down: VRF red is not there"
t_ok "the peer is told" wait_until 20 list_has gw2 red/net "Status .*Down"
t_not "nothing of it gets into the main table" passes rb 10.2.9.2 10.1.9.1
t_ok "blue does not mind" pings bb 10.2.9.2 10.1.9.2
vrf a red 11
port a red ethr again
net_addr a ethr fd01:9::1/64
t_ok "it comes, with another table: up" wait_until 30 passes ra 10.1.9.2 10.2.9.2
t_ok "with its routes" routed 11

vrf a green 30
in_ns a ip link set ethb master green
net_addr a ethb fd01:9::1/64
sed -i 's/vrf: blue/vrf: green/' "$(suite_etc gw1)/ikd.yaml"
suite_ctl gw1 diff >"$LIB/diff" 2>&1
t_ok "diff: blue is restarted" grep -q "blue.*restart" "$LIB/diff"
t_not "red is not" grep -q "red.*restart" "$LIB/diff"
t_ok "reload" suite_ctl gw1 reload
t_ok "the interface is there" in_vrf blue0 green
t_ok "blue is up in it" wait_until 30 passes ba 10.1.9.2 10.2.9.2
t_not "its old table has nothing" routed 20
suite_kill gw1
t_ok "started again after the death of all" suite_start gw1
t_ok "red again" wait_until 30 passes ra 10.1.9.2 10.2.9.2
t_ok "blue again" wait_until 30 passes ba 10.1.9.2 10.2.9.2
wire_stop out
t_ok "ESP was there" wire_has out esp
t_ok "no inner packet was in clear" wire_clear out
t_ok "first gateway stops" suite_stop gw1
t_not "no interface is left" sh -c "ip -n $(ns a) link | grep -E 'ikd-red|blue0'"
t_not "nor a route" sh -c "ip -n $(ns a) route show table all | grep 'proto 157'"
t_ok "nothing is left" clean a
lib_end
