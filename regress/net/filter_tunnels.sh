#!/bin/sh
# Filter rules for one tunnel of two, both ways and both families: what comes
# or goes through the other is not theirs, nor is what has the addresses and no
# tunnel; and what is counted for the tunnels themselves.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin filter_tunnels
topo_pair 2

policy() {	# LOCAL REMOTE START
	cat <<EOT
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: t
    start: $3
    children: { lan: { local: [10.$1.1.0/24, "fd0$1:1::/64"], remote: [10.$2.1.0/24, "fd0$2:1::/64"] } }
  vienna:
    local: 2001:db8::$1
    remote: 2001:db8::$2
    psk: t
    start: $3
    children: { lan: { local: 10.$1.2.0/24, remote: 10.$2.2.0/24 } }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	echo secret | suite_psk gw$g t
done
policy 2 1 answer >"$(suite_etc gw2)/ikd.yaml"
{
	cat <<'EOT'
filters:
  - { name: asked, action: permit, protocol: icmp, icmp-type: 8, direction: out, tunnel: boston, state: no }
  - { name: came6, action: permit, family: 6, direction: in, tunnel: boston, state: no }
  - { name: shut, action: deny, protocol: icmp, icmp-type: 8, direction: in, tunnel: vienna }
  - { name: gone, action: deny, protocol: icmp, icmp-type: 8, direction: out, to: 10.2.2.9, tunnel: vienna }
  - dynamic
  - { name: neighbours, action: permit, protocol: icmpv6, interface: eth0, state: no }
  - { name: clear, action: deny, interface: eth0 }
EOT
	policy 1 2 auto
} >"$(suite_etc gw1)/ikd.yaml"
list() {
	suite_ctl gw1 filter list -d --json | awk '
	    $1 == "\"name\":" { n = $2; gsub(/[",]/, "", n) }
	    $1 == "\"packets\":" { gsub(/[^0-9]/, "", $2); print n, $2 }' \
	    >"$LIB/counts"
}
counted() {	# NAME N
	_c=$(awk -v n="$1" '$1 == n { print $2 }' "$LIB/counts")
	[ "$_c" = "$2" ] || { echo "$1: $_c packets, not $2"; return 1; }
}
net_addr b lo 10.2.2.9/32
t_ok "gw2 serves" suite_start gw2
t_ok "gw1 serves" suite_start gw1
t_ok "both tunnels are up" suite_ctl gw1 wait boston vienna --timeout 60
t_ok "through boston" pings a 10.1.1.1 10.2.1.1
t_ok "IPv6" pings a fd01:1::1 fd02:1::1 2
t_ok "through vienna" pings a 10.1.2.1 10.2.2.1
t_ok "from there through boston" pings b 10.2.1.1 10.1.1.1 1
t_not "not through vienna" pings b 10.2.2.1 10.1.2.1 1
t_not "not to one there" pings a 10.1.2.1 10.2.2.9 1
list
t_ok "what went through boston" counted asked 3
t_ok "what came by IPv6" counted came6 2
t_ok "what came through vienna" counted shut 1
t_ok "what would have gone" counted gone 1
dynamic() {
	awk '/^boston\/lan / { b += $2 } /^vienna\/lan / { v += $2 }
	    END { exit !(b >= 12 && v >= 6) }' "$LIB/counts" ||
	    { cat "$LIB/counts"; return 1; }
}
t_ok "the rows of the tunnels have their packets" dynamic
t_ok "boston is removed" suite_ctl gw1 remove boston
t_not "nothing passes" pings a 10.1.1.1 10.2.1.1 1
list
rows() { ! grep -q '^boston/lan' "$LIB/counts" && grep -q '^vienna/lan' "$LIB/counts"; }
t_ok "its rows are gone, the other's are not" rows
t_ok "nothing more went through it" counted asked 3
t_ok "gw1 stops" suite_stop gw1
t_not "no filters are left" in_ns a nft list table inet ikd_filter
lib_end
