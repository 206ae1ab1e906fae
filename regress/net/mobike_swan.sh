#!/bin/sh
# MOBIKE with strongSwan in both roles, under numbered packets: strongSwan as
# the client that loses its address, and we as the client before it, by
# addresses, links, families.  The topology is roam_lib.sh's.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/roam_lib.sh"
lib_begin mobike_swan
# A request of strongSwan's that is under way is sent again a second later, and
# its user-space plane follows then.
ROAM_MOST=$((ROAM_MOST * 2))
roam_topology
suite_new gw1 a
suite_new gw2 b
for g in 1 2; do
	echo 'not a secret: a test' | suite_psk gw$g t
done
ours() {	# SIDE ADDRESSES
	cat <<EOT
tunnels:
  t1:
    local: { id: "fqdn:gw$1.example" }
    remote: { id: "fqdn:gw$((3 - $1)).example"$2 }
    psk: t
    start: answer
    dpd: 2s
    retransmit: { first: 1s, factor: 1.2, tries: 12 }
    children: { net: { local: 10.$1.1.0/24, remote: 10.$((3 - $1)).1.0/24 } }
EOT
}
ours 1 ', address: [198.51.100.7, "2001:db8:2::7"]' \
    >"$(suite_etc gw1)/ikd.yaml"
ours 2 '' >"$(suite_etc gw2)/ikd.yaml"
theirs() {	# SIDE SETTINGS
	cat <<EOT
connections {
	t1 {
		version = 2
		mobike = yes
		proposals = aes128-sha256-x25519
		$2
		local { auth = psk
			id = gw$1.example }
		remote { auth = psk
			id = gw$((3 - $1)).example }
		children { net {
			local_ts = 10.$1.1.0/24
			remote_ts = 10.$((3 - $1)).1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
}
secrets { ike-t { secret = "not a secret: a test" } }
EOT
}
# Each move is a rekey to its user-space plane: the last one is over.
single() {
	[ "$(suite_ctl "$1" show sa t1 --json | grep -c '"spi_in"')" = 1 ]
}
spi() { suite_ctl "$1" show sa t1 --json | grep '"spi_i"'; }
same() { [ "$(spi "$1")" = "$was" ]; }
counted() {	# WHAT
	roam_numbers_end
	t_ok "$1: few are lost to the gateway" roam_lost a b "$ROAM_MOST"
	t_ok "$1: few are lost to the client" roam_lost b a "$ROAM_MOST"
	t_ok "$1: none came twice" \
	    [ "$(roam_got a twice)$(roam_got b twice)" = 00 ]
}
wire_start out b

# ---- strongSwan is the client ----
swan_start a inside
theirs 1 'remote_addrs = 198.51.100.7' >"$LIB/swan1.conf"
t_ok "strongSwan loads" swan_load inside <"$LIB/swan1.conf"
t_ok "our gateway starts" suite_start gw2
t_ok "strongSwan initiates" swan inside --initiate --child net
t_ok "it is at its first address" roam_at gw2 remote 192.0.2.1
was=$(spi gw2)
t_ok "numbered packets pass" roam_numbers
# It tries all ways at once, and takes the one that answers first.
either() { roam_at gw2 remote "$1" || roam_at gw2 remote 2001:db8:1::1; }
moves() {	# WHAT REMOTE
	t_ok "theirs, $1: we follow" wait_until 45 either "$2"
	t_ok "theirs, $1: traffic" wait_until 45 pings b 10.2.1.1 10.1.1.1 2
	t_ok "theirs, $1: one pair" wait_until 45 single gw2
}
in_ns a ip addr del 192.0.2.1/24 dev eth0
moves "address gone" 203.0.113.1
in_ns a ip addr add 192.0.2.1/24 dev eth0
roam_route eth0
in_ns a ip link set eth1 down
left() { not roam_at gw2 remote 203.0.113.1; }
t_ok "theirs, link down: we follow" wait_until 45 left
t_ok "theirs, link down: traffic" wait_until 45 pings b 10.2.1.1 10.1.1.1 2
counted theirs
t_ok "it is the same IKE SA" same gw2
t_ok "we rekey it there" suite_ctl gw2 rekey t1
t_ok "and the child" suite_ctl gw2 rekey t1/net
t_ok "traffic" wait_until 45 pings a 10.1.1.1 10.2.1.1
swan_stop inside
t_ok "our gateway stops" suite_stop gw2

# ---- strongSwan is the gateway ----
in_ns a ip link set eth1 up
net_addr a eth1 2001:db8:3::1/64
in_ns a ip route add default via 203.0.113.2 metric 200
in_ns a ip -6 route add default via 2001:db8:3::2 metric 200
swan_start b outside
theirs 2 '' >"$LIB/swan2.conf"
t_ok "strongSwan loads" swan_load outside <"$LIB/swan2.conf"
t_ok "our client starts" suite_start gw1
t_ok "we initiate" suite_ctl gw1 activate t1 --timeout 20
was=$(spi gw1)
t_ok "numbered packets pass" roam_numbers
shown() { swan outside --list-sas --ike t1 | grep -qF "remote 'gw1.example' @ $1["; }
moves() {	# WHAT LOCAL REMOTE
	t_ok "ours, $1: strongSwan follows" wait_until 30 shown "$2"
	t_ok "ours, $1: we show it" wait_until 45 roam_at gw1 local "$2"
	t_ok "ours, $1: the gateway" roam_at gw1 remote "$3"
	t_ok "ours, $1: traffic" wait_until 45 pings a 10.1.1.1 10.2.1.1 2
	t_ok "ours, $1: one pair" wait_until 45 single gw1
}
roam_moves
counted ours
in_ns a ip addr add 203.0.113.1/24 dev eth1
in_ns a ip route add default via 203.0.113.2 metric 200
in_ns r sysctl -qw net.ipv6.conf.all.forwarding=0
moves "a way that is dead" 203.0.113.1 198.51.100.7
t_ok "it is the same IKE SA" same gw1
t_ok "strongSwan rekeys there" swan outside --rekey --child net
t_ok "traffic" wait_until 45 pings b 10.2.1.1 10.1.1.1
t_ok "our client stops" suite_stop gw1
wire_stop out
t_ok "nothing was in clear" wire_clear out
for at in 192.0.2.1 203.0.113.1 2001:db8:3::1; do
	t_ok "ESP from $at" wire_has out "src host $at and ($WIRE_ESP)"
done
lib_end
