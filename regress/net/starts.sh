#!/bin/sh
# A start with many tunnels, in the midst of which something happens: it is
# stopped, asked to reload, or ikd-parent dies.  Whatever the moment is, all
# blocks stand in the end, none is left behind by a stop, and after a death
# those of before have held all the while.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin starts
MANY=2000
net_ns a
suite_new gw a
{
	echo 'policies: { ike: { one: { proposals: [aes256gcm16-prfsha256-x25519] } } }'
	echo 'tunnels:'
	awk -v n=$MANY 'BEGIN { for (i = 0; i < n; i++) printf "  t%d: " \
	    "{ remote: 192.0.2.%d, psk: k, policy: one, start: manual, " \
	    "local: { address: 192.0.2.254, id: fqdn:a%d.example.com }, " \
	    "children: { c: { local: 10.1.0.0/24, remote: 10.%d.%d.0/24 } } }\n",
	    i, i % 200 + 1, i, 2 + i / 250, i % 250 }'
} >"$(suite_etc gw)/ikd.yaml"
echo a-key-for-many-tunnels | suite_psk gw k

blocks() { ip -n "$(ns a)" xfrm policy 2>/dev/null | grep -c 'action block'; }
# As the kernel counts: a list of thousands misses what is replaced meanwhile.
policies() { ip -n "$(ns a)" xfrm policy count | awk '{ print $3 + $5 + $7 }'; }
all_stand() { [ "$(blocks)" -eq $((3 * MANY)) ]; }
# holds N: so many policies have come to hold since the log was emptied.
holds() { [ "$(grep -c 'policy generation .* holds' "$(suite_log gw)")" -ge "$1" ]; }
# begins MOMENT: a start, so far.
begins() {
	: >"$(suite_log gw)"
	suite_run gw
	wait_until 20 suite_ikd gw >/dev/null && sleep "$1"
}
ended() { wait_until $LIB_STOP test -e "$LIB/gw/status" && [ "$(cat "$LIB/gw/status")" -eq 0 ]; }

t_ok "it starts" suite_start gw
t_ok "all blocks stand" all_stand
t_ok "it stops" suite_stop gw
t_ok "none is left" [ "$(blocks)" -eq 0 ]

for at in 0.03 0.06 0.09 0.12 0.15 0.2 0.25 0.3; do
	begins $at
	suite_reload gw
	t_ok "asked to reload after $at s: it serves" wait_until $LIB_START suite_serves_or_ended gw
	t_ok "and has reloaded" wait_until 30 holds 2
	t_ok "all blocks stand" all_stand
	suite_stop gw
	begins $at
	kill -TERM "$(suite_ikd gw)"
	t_ok "stopped after $at s: it ends well" ended
	t_ok "no block is left" [ "$(blocks)" -eq 0 ]
done

# The first death of a life is followed by a start at once, and in its midst
# comes another.
t_ok "it starts" suite_start gw
for at in 0.05 0.1 0.2 0.3; do
	: >"$(suite_log gw)"
	least=$(policies)
	kill -9 "$(suite_pids gw ikd-parent)"
	wait_until 30 suite_pids gw ikd-parent >/dev/null
	sleep $at
	kill -9 "$(suite_pids gw ikd-parent)" 2>/dev/null
	until grep -q ' serving: ' "$(suite_log gw)" || ! suite_ikd gw >/dev/null; do
		n=$(policies)
		[ "$n" -ge "$least" ] || least=$n
	done
	t_ok "ikd-parent dies twice, $at s between: it serves again" \
	    wait_until $LIB_START grep -q ' serving: ' "$(suite_log gw)"
	t_ok "blocks have stood all the while" [ "$least" -ge $((3 * MANY)) ]
	t_ok "all stand" all_stand
done
# Stopped before what holds now has taken the place of what was left.
for at in 0 0.02 0.05 0.1 0.15 0.2; do
	: >"$(suite_log gw)"
	kill -9 "$(suite_pids gw ikd-parent)"
	[ $at = 0 ] || wait_until 30 suite_pids gw ikd-parent >/dev/null
	sleep $at
	kill -TERM "$(suite_ikd gw)"
	t_ok "ikd-parent dies, and a stop comes $at s after: it ends" \
	    wait_until $LIB_STOP test -e "$LIB/gw/status"
	t_ok "no block is left" [ "$(blocks)" -eq 0 ]
	suite_start gw
done
t_ok "it stops" suite_stop gw
t_ok "none is left" [ "$(blocks)" -eq 0 ]
lib_end
