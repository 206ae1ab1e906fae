#!/bin/sh
# Repeated authentication (RFC 4478): who may only answer says by when it wants
# another, which strongSwan hears and so do we.
#
#	a gw --- b strongSwan
#	  \---- c gw2
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin auth_life
topo_pair 2
net_ns c
net_link a eth1 192.0.3.1/24 c eth0 192.0.3.2/24
net_addr a lo 10.1.3.1/32
net_addr c lo 10.3.3.1/32

# The shortest lifetime there is: the peer is told 114 s.
answers='role: responder
    start: answer
    policy: { key-renewal: reauth, lifetime: 2m }'
suite_keyed gw a
suite_keyed gw2 c
cat >"$(suite_etc gw)/ikd.yaml" <<EOF2
tunnels:
  hears:
    local: { address: 192.0.3.1, id: fqdn:a.example.com }
    remote: { address: 192.0.3.2, id: fqdn:c.example.com }
    psk: t
    policy: { overlap: 90% }
    children: { three: { local: 10.1.3.0/24, remote: 10.3.3.0/24 } }
  says:
    local: { address: 192.0.2.1, id: fqdn:a.example.com }
    remote: { address: 192.0.2.2, id: fqdn:says.example.com }
    psk: t
    $answers
    children: { two: { local: 10.1.2.0/24, remote: 10.2.2.0/24 } }
EOF2
cat >"$(suite_etc gw2)/ikd.yaml" <<EOF2
tunnels:
  says:
    local: { address: 192.0.3.2, id: fqdn:c.example.com }
    remote: { address: 192.0.3.1, id: fqdn:a.example.com }
    psk: t
    $answers
    children: { three: { local: 10.3.3.0/24, remote: 10.1.3.0/24 } }
EOF2
# strongSwan leaves 90 s of those.
swan_file "$(swan_conn says says.example.com "unique = no
		over_time = 90s
		$SWAN_AT" \
	"$(swan_net two 2)")" >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connection" swan_load peer <"$LIB/swan.conf"
t_ok "gw2 starts" suite_start gw2
t_ok "gw starts" suite_start gw
t_ok "hears is up" suite_ctl gw wait hears --timeout 20
at=$(date +%s)
t_ok "says is up" swan peer --initiate --child two --timeout 20
log=$(suite_log gw)
left() {	# TUNNEL LEAST
	suite_ctl gw show sa "$1" --json |
	    grep -o '"auth_asked_in": *[0-9]*' | awk -v least="$2" '
	    $NF > 114 || $NF < least { bad = 1 }
	    END { exit NR != 1 || bad }' FS='[: ]+'
}
t_ok "show sa says by when another is wanted" left hears 60
t_not "none of the other" left says 0
t_ok "strongSwan hears ours" grep -q \
    'received AUTH_LIFETIME of 114s, scheduling reauthentication in 24s' \
    "$LIB/peer/log"
in_ns a ping -n -c 1200 -i 0.04 -s 100 -W 3 -I 10.1.3.1 10.3.3.1 \
    >"$LIB/ping" 2>&1 &
ping=$!
ups() { [ "$(grep -c "$1.* peer is fqdn:.*$2" "$log")" -ge 2 ]; }
t_ok "strongSwan authenticates anew" wait_until 60 ups says 'the peer began'
t_ok "so do we" wait_until 60 ups hears 'we began'
t_ok "not before a session is 30 s old" [ $(($(date +%s) - at)) -ge 28 ]
one() { [ "$(suite_ctl gw show sa "$1" --json | grep -c '"spi_i"')" = 1 ]; }
t_ok "one session is left" wait_until 20 one hears
t_ok "of each" wait_until 20 one says
wait $ping
t_ok "no packet is lost" all_came "$LIB/ping" 1200
t_ok "traffic of the other" wait_until 20 pings a 10.1.2.1 10.2.2.1 1
t_ok "gw stops" suite_stop gw
t_ok "gw2 stops" suite_stop gw2
lib_end
