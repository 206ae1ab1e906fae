#!/bin/sh
# Transport mode through two NATs, as RFC 7296 section 2.23.1 draws them: the
# client's address is translated, the server is known by another; TCP, whose
# checksum is of addresses that nobody has any more.  A second client of the
# same NAT is refused.  Then strongSwan as the client, and as the server.
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/../kernel/vm" "$0"
. "$(dirname "$0")/../lib.sh"
net=$(dirname "$0")/../net
. "$net/topo.sh"
. "$net/nat_lib.sh"
. "$net/swan.sh"
lib_begin transport_nat
nat_topology
# The second client leaves by the same address, too.
in_ns n nft add rule ip nat post ip saddr 203.0.113.3 udp dport 1-65535 masquerade to :30000-30499

policy() {	# SELF PEER KIND
	for n in ${4:-1 2}; do
		l=$1
		[ "$3" = server ] || l=203.0.113.$((n + 1))
		cat <<EOF
  t$n:
    local: { address: $l, id: "fqdn:$3$n" }
    remote: { address: $2, id: "fqdn:$([ "$3" = server ] && echo client || echo server)$n" }
    psk: t
    start: answer
    children: { host: { mode: transport, protocol: tcp } }
EOF
	done
}
suite_new gw1 a
suite_new gw2 b
{ echo tunnels:; policy - 192.0.2.2 client; } >"$(suite_etc gw1)/ikd.yaml"
{ echo tunnels:; policy 198.51.100.2 any server; } >"$(suite_etc gw2)/ikd.yaml"
for g in gw1 gw2; do
	echo transport-secret-transport | suite_psk $g t
done
serve() { in_ns b socat -t 20 TCP4-LISTEN:80,fork,reuseaddr 'SYSTEM:echo here' >/dev/null 2>&1 & }
serve
told() {	# as often as it takes
	_g=$(in_ns a timeout 8 socat -T 4 TCP4:192.0.2.2:80,bind=203.0.113.2,connect-timeout=5 - </dev/null 2>&1)
	[ "$_g" = here ] || { echo "$_g"; return 1; }
}
# Clear TCP would not even find the server: the NAT box knows UDP alone.
transport() {	# NS N: so many SAs, of transport mode, in UDP
	[ "$(in_ns "$1" ip xfrm state | grep -c 'mode transport')" -eq "$2" ] &&
	    [ "$(in_ns "$1" ip xfrm state | grep -c espinudp)" -eq "$2" ]
}
t_ok "the client starts" suite_start gw1
t_ok "the server starts" suite_start gw2
t_not "before it nothing passes" told
wire_tap out b eth0 -Q out
t_ok "the client connects" suite_ctl gw1 activate t1 --timeout 30
t_ok "the client has transport mode" transport a 2
t_ok "the server, too" transport b 2
seen() { suite_ctl gw2 show sa t1 --json | grep ts_remote | grep -F '192.0.2.1[tcp]'; }
t_ok "the server calls it by the NAT's address" seen
t_ok "TCP passes" told
for g in 1 2; do
	t_ok "rekey from $g" suite_ctl gw$g rekey t1/host
	t_ok "TCP passes" told
done
t_not "a second client of that NAT is refused" suite_ctl gw1 activate t2 --timeout 15
t_ok "and the log says why" grep -q 'tunnel 2.* is owned by tunnel 1' "$(suite_log gw2)"
t_ok "the first goes on" told
wire_stop out
t_ok "ESP in UDP was there" wire_has out 'udp port 4500'
t_not "no TCP was in clear" wire_has out tcp
t_ok "the client stops" suite_stop gw1
in_ns a ip xfrm state flush

swan_config() {	# LOCAL REMOTE OWN-ID ITS-ID
	cat <<EOT
connections { t1 {
	version = 2
	local_addrs = $1
	remote_addrs = $2
	local { auth = psk
		id = $3 }
	remote { auth = psk
		id = $4 }
	children { host { mode = transport
		local_ts = dynamic[6]
		remote_ts = dynamic[6]
		esp_proposals = aes256gcm16 }
	} }
}
secrets { ike-t { secret = "transport-secret-transport" } }
EOT
}
swan_start a peer
t_ok "strongSwan is the client" swan_load peer <<EOT
$(swan_config 203.0.113.2 192.0.2.2 client1 server1)
EOT
t_ok "it connects" swan peer --initiate --child host
t_ok "TCP passes" told
t_ok "strongSwan rekeys" swan peer --rekey --child host
t_ok "TCP passes" told
t_ok "we rekey" suite_ctl gw2 rekey t1/host
t_ok "TCP passes" told
swan peer --terminate --ike t1 >/dev/null 2>&1
swan_stop peer
t_ok "the server stops" suite_stop gw2
in_ns b ip xfrm state flush
swan_start b peer
t_ok "strongSwan is the server" swan_load peer <<EOT
$(swan_config 198.51.100.2 %any server1 client1)
EOT
t_ok "the client starts" suite_start gw1
t_ok "it connects" suite_ctl gw1 activate t1 --timeout 30
t_ok "TCP passes" told
t_ok "rekeyed" suite_ctl gw1 rekey t1/host
t_ok "TCP passes" told
t_ok "the client stops" suite_stop gw1
lib_end
