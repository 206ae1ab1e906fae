#!/bin/sh
# Redirection (RFC 5685), with strongSwan in both roles: peers are sent to
# another address of the same host, at their first request and while the session
# is up; and not out of the policy.  (Of a redirect in IKE_AUTH strongSwan 5.9
# dies, freeing something twice: exchange/redirect_test.c has that.)
#
#	a (the suite, 192.0.2.1 and .11) --- b (strongSwan, 192.0.2.2 to .4)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin redirect
topo_pair 3
net_addr a eth0 192.0.2.11/24
net_addr b eth0 192.0.2.3/24,192.0.2.4/24

suite_keyed gw a
tunnel() {	# NAME N START ADDRESSES REDIRECT LOCAL
	cat <<EOT
  $1:
    local: { address: $6, id: fqdn:a.example.com }
    remote: { address: $4, id: fqdn:$1.example.com }
    psk: t
    start: $3
    redirect: $5
    children: { net: { local: 10.1.$2.0/24, remote: 10.2.$2.0/24 } }
EOT
}
{
	echo 'retry: { first: 1s, most: 2s }'
	echo 'tunnels:'
	tunnel free 1 auto '[192.0.2.2, 192.0.2.3]' accept '192.0.2.1'
	tunnel bound 2 auto 192.0.2.2 accept '192.0.2.1'
	tunnel first 3 answer 192.0.2.4 192.0.2.11 '[192.0.2.1, 192.0.2.11]'
} >"$(suite_etc gw)/ikd.yaml"
at() { echo "local_addrs = 192.0.2.$1
		remote_addrs = $2"; }
swan_file "$(swan_conn free free.example.com "$(at '2, 192.0.2.3' 192.0.2.1)" "$(swan_net one 1)")" \
    "$(swan_conn bound bound.example.com "$(at '2' 192.0.2.1)" "$(swan_net two 2)")" \
    "$(swan_conn first first.example.com "$(at 4 192.0.2.1)" "$(swan_net three 3)")" \
    >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
for t in free bound; do
	t_ok "$t is up" suite_ctl gw wait $t --timeout 20
done
remote_is() { suite_ctl gw show sa "$1" --json | grep '"remote"' | grep -q "$2"; }
t_ok "free is where the policy says" remote_is free 192.0.2.2

# strongSwan sends us away.
in_ns a ping -n -c 150 -i 0.05 -W 3 -I 10.1.1.1 10.2.1.1 >"$LIB/ping" 2>&1 &
ping=$!
swan peer --redirect --peer-id a.example.com --gateway 192.0.2.3 >"$LIB/out" 2>&1
t_ok "free goes there" wait_until 20 remote_is free 192.0.2.3
left() { [ "$(suite_ctl gw show sa free --json | grep -c '"spi_i"')" = 1 ]; }
t_ok "and leaves the old place" wait_until 20 left
t_ok "with its child" wait_until 20 pings a 10.1.1.1 10.2.1.1 1
wait "$ping" 2>/dev/null
t_ok "one packet at most was lost" all_came "$LIB/ping" 150 1
said() { grep -q "$1" "$(suite_log gw)"; }
t_ok "bound is told, too" wait_until 15 said 'bound.*sends us to 192.0.2.3, which is not in remote.address'
t_ok "and stays" remote_is bound 192.0.2.2
t_ok "strongSwan has heard from whom it comes" grep -q 'N(REDIR_FROM)' "$LIB/peer/log"

# We send strongSwan away: all that it may mean is sent to one place.
t_ok "strongSwan comes" swan peer --initiate --child three --timeout 20
t_ok "it was sent away at its first request" grep -q 'IKE_SA_INIT response.*N(REDIR)' "$LIB/peer/log"
local_is() { suite_ctl gw show sa "$1" --json | grep '"local"' | grep -q "$2"; }
t_ok "it is where it was sent" local_is first 192.0.2.11
t_ok "traffic" wait_until 20 pings a 10.1.3.1 10.2.3.1 1
t_ok "the counter" [ "$(suite_ctl gw show stats | awk '/peers-redirected/ { n += $2 } END { print n }')" = 1 ]

t_ok "the suite stops" suite_stop gw
lib_end
