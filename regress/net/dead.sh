#!/bin/sh
# dpd's action: a peer that carried four tunnels is taken away without a word,
# and what each of them does then is what its action says, whatever its start;
# so it is when the peer is back, and the same with strongSwan as the peer.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin dead
topo_pair 5

tunnel() {	# N NAME ME PEER START [ACTION]
	cat <<EOT
  $2:
    local: { address: 192.0.2.$3, id: "fqdn:$3-$1.example.com" }
    remote: { address: 192.0.2.$4, id: "fqdn:$4-$1.example.com" }
    psk: t
    start: $5
    dpd: { interval: 2s, action: ${6:-auto} }
    children: { net: { local: 10.$3.$1.0/24, remote: 10.$4.$1.0/24 } }
EOT
}
head='workers: 2
retry: { first: 1s, most: 2s }
retransmit: { first: 1s, factor: 1.2, tries: 2 }
tunnels:'
suite_new gw1 a
suite_new gw2 b
{
	echo "$head"
	tunnel 1 again 1 2 answer restart
	tunnel 2 packet 1 2 auto trap
	tunnel 3 silent 1 2 auto clear
	tunnel 4 deaf 1 2 trap clear
	tunnel 5 swan 1 2 answer restart
} >"$(suite_etc gw1)/ikd.yaml"
{
	echo "$head"
	for n in 1:again 2:packet 3:silent 4:deaf; do
		tunnel ${n%:*} ${n#*:} 2 1 answer
	done
} >"$(suite_etc gw2)/ikd.yaml"
for g in 1 2; do
	echo 'not a secret: a test' | suite_psk gw$g t
done
log=$(suite_log gw1)
said() { sed "1,$(cat "$LIB/mark")d" "$log" | grep -q -- "$1"; }
often() { # N RE
	[ "$(sed "1,$(cat "$LIB/mark")d" "$log" | grep -c -- "$2")" -ge "$1" ]
}
from_here() { wc -l <"$log" >"$LIB/mark"; }
carries() { wait_until 15 pings a "10.1.$1.1" "10.2.$1.1" 1; }
idle_is() {	# TUNNEL WORD
	suite_ctl gw1 show policy "$1/net" --json | grep -q "\"idle\": *\"$2\""
}

wire_start out b
t_ok "the peer starts" suite_start gw2
t_ok "the suite starts" suite_start gw1
t_ok "the peer begins the one that answers" suite_ctl gw2 activate again \
    --timeout 20
for n in 1 2 3 4; do
	t_ok "traffic ($n)" carries $n
done
t_ok "no trap is set while start: auto holds" idle_is packet drop
t_ok "one is, with start: trap" idle_is deaf trap

# ---- taken away ----
from_here
suite_kill gw2
for t in again packet silent deaf; do
	t_ok "the death is found: $t" wait_until 30 said "$t (.*not answer"
done
t_ok "restart tries at once, and again, though it only answers" \
    wait_until 30 often 3 'again (.*: Negotiating'
t_ok "trap is Dormant" wait_until 15 status_is gw1 packet Dormant
t_ok "its trap is set" idle_is packet trap
t_ok "clear is Open, though start is auto" status_is gw1 silent Open
t_ok "clear is Open, though start is trap" status_is gw1 deaf Open
t_ok "its trap is gone" idle_is deaf drop
action_is() {
	suite_ctl gw1 show policy "$1" --json |
	    grep -q "\"dpd_action\": *\"$2\""
}
t_ok "show policy says the action" action_is silent clear

# ---- the peer is back ----
from_here
t_ok "the peer starts again" suite_start gw2
t_ok "restart is up by itself" suite_ctl gw1 wait again --timeout 20
t_ok "traffic" carries 1
t_not "nobody else has begun" said 'packet (.*Negot\|silent (.*Negot\|deaf (.*Negot'
t_ok "a packet begins the one with trap" carries 2
t_ok "and the trap is gone" wait_until 15 idle_is packet drop
t_not "no packet begins one with clear" pings a 10.1.4.1 10.2.4.1 2
t_ok "it is Open still" status_is gw1 deaf Open
t_ok "the peer begins it" suite_ctl gw2 activate deaf --timeout 20
t_ok "traffic" carries 4
t_ok "activate begins the other" suite_ctl gw1 activate silent --timeout 20
t_ok "traffic" carries 3

# ---- an end is no death ----
from_here
t_ok "the peer stops, and says so" suite_stop gw2
t_ok "start: answer waits then" wait_until 20 status_is gw1 again Open
t_ok "start: trap sets its trap" wait_until 20 idle_is deaf trap
t_ok "start: auto begins anew" wait_until 20 said 'silent (.*: Negotiating'
t_not "restart is for a death" said 'again (.*: Negotiating'

# ---- strongSwan ----
swan_file "$(swan_conn swan 2-5.example.com "$SWAN_AT" \
    "$(swan_net net 5)" | sed 's/a\.example\.com/1-5.example.com/')" \
    >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connection" swan_load peer <"$LIB/swan.conf"
t_ok "strongSwan begins" swan peer --initiate --child net --timeout 20
t_ok "traffic" carries 5
from_here
swan_kill peer
t_ok "its death is found" wait_until 30 said 'swan (.*not answer'
t_ok "we begin" wait_until 20 often 2 'swan (.*: Negotiating'
swan_start b peer
t_ok "strongSwan is back" swan_load peer <"$LIB/swan.conf"
t_ok "the tunnel, too" suite_ctl gw1 wait swan --timeout 20
t_ok "traffic" carries 5
t_ok "strongSwan ends it" swan peer --terminate --ike swan
t_ok "that is no death" wait_until 20 status_is gw1 swan Open
t_ok "the suite stops" suite_stop gw1
wire_stop out
t_ok "nothing was in clear" wire_clear out
lib_end
