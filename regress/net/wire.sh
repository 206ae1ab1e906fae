#!/bin/sh
# The outer wire, watched from before the start until after the stop while
# both ends send all the time, both families inside and outside, with routes by
# which clear text would arrive: rekeys, reloads, filters that come, change and
# go, removal, kill -9 of each process, of the parent and of the starter.  From
# the moment a gateway serves until it stops, no packet of
# the selectors leaves it in clear.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
. "$(dirname "$0")/wire_lib.sh"
lib_begin wire
esp=ikd-esp
[ "$IKD_PLANE" = userspace ] || esp=
topo_pair 3
in_ns a ip route add default via 192.0.2.2
in_ns a ip -6 route add default via 2001:db8::2
in_ns b ip route add default via 192.0.2.1
in_ns b ip -6 route add default via 2001:db8::1

policy() {	# SIDE PEER CHILD-LINE
	cat <<EOT
workers: 2
retry: { first: 1s, most: 4s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
  six:
    local: 2001:db8::$1
    remote: 2001:db8::$2
    psk: boston
    start: auto
    dpd: 2s
    children:
      lan: { local: [10.$1.3.0/24, "fd0$1:3::/64"], remote: [10.$2.3.0/24, "fd0$2:3::/64"] }
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: auto
    dpd: 2s
    children:
      lan: { local: [10.$1.1.0/24, "fd0$1:1::/64"], remote: [10.$2.1.0/24, "fd0$2:1::/64"] }
$3
EOT
}
more() {	# SIDE PEER: one child more, of which the other end knows nothing
	echo "      two: { local: 10.$1.2.0/24, remote: 10.$2.2.0/24 }"
}
for g in 1 2; do
	suite_keyed gw$g "$([ $g = 1 ] && echo a || echo b)" boston
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
done

# What is held on the wire: the first children's.
inner() {
	echo "src net 10.$1.1.0/24 or src net fd0$1:1::/64 or
	    src net 10.$1.3.0/24 or src net fd0$1:3::/64"
}
carries() {
	pings a 10.1.1.1 10.2.1.1 1 && pings b 10.2.1.1 10.1.1.1 1 &&
	    pings a fd01:1::1 fd02:1::1 1 && pings a 10.1.3.1 10.2.3.1 1 &&
	    pings b fd02:3::1 fd01:3::1 1
}
# With nobody there user space carries nothing; the kernel goes on with the
# SAs it has, until they end or a new life of ours clears them away.
orphaned() {
	[ "$IKD_PLANE" = userspace ] || return 0
	t_not "$1: nothing passes" pings a 10.1.1.1 10.2.1.1 1
}
again() { t_ok "$1: traffic" wait_until 30 carries; }

wire_start out b
send a 10.1.1.1 10.2.1.1
send a fd01:1::1 fd02:1::1
send b 10.2.1.1 10.1.1.1
send b fd02:1::1 fd01:1::1
send a 10.1.3.1 10.2.3.1
send b fd02:3::1 fd01:3::1
# Both families: what waits for a neighbour is the kernel's already.
t_ok "before the start it does pass in clear" wait_until 20 carries
t_ok "the capture sees it" wait_until 20 some_clear 1 0
t_ok "of both ends" wait_until 20 some_clear 2 0

t_ok "first gateway starts amid traffic" suite_start gw1
from1=$(now)
t_ok "second gateway starts amid traffic" suite_start gw2
from2=$(now)
again "up"
for g in gw1 gw2; do
	t_ok "$g: child rekey" suite_ctl $g rekey boston/lan
	t_ok "$g: IKE rekey" suite_ctl $g rekey boston
	t_ok "$g: reload of the same" suite_ctl $g reload
done
again "rekeyed, reloaded"
policy 1 2 "$(more 1 2)" >"$(suite_etc gw1)/ikd.yaml"
t_ok "reload with a child more" suite_ctl gw1 reload
again "a child more"
policy 1 2 | sed 's/dpd: 2s/dpd: 3s/' >"$(suite_etc gw1)/ikd.yaml"
t_ok "reload without it, and with another tunnel setting" suite_ctl gw1 reload
again "a child less"
t_ok "restart of the tunnel" suite_ctl gw1 restart boston --no-wait
again "restarted"

# Filters: what they permit is not what the tunnels need not protect.
filter() { suite_ctl gw1 filter "$@"; }
t_ok "a filter" filter add name all action permit state no
t_ok "one more" filter add name telnet action deny protocol tcp to-port 23 --at 1
again "filters"
t_ok "a change" filter change telnet family 6
t_ok "a move" filter move all 1
t_ok "a log" filter log telnet on
again "other filters"
t_ok "they go" filter remove telnet
t_ok "all of them" filter remove all
again "no filters"
nothing() {
	! pings a 10.1.1.1 10.2.1.1 1 && ! pings b fd02:1::1 fd01:1::1 1 &&
	    ! pings a fd01:3::1 fd02:3::1 1
}
t_ok "removal" suite_ctl gw1 remove boston six
t_ok "nothing passes" nothing
t_ok "activation" suite_ctl gw1 activate boston six --timeout 20
again "active again"

for r in certd dhcprelay certd-fetch certd-sign tmd $esp; do
	t_ok "kill -9 of $r" kill_one gw1 $r
	again "$r"
done
w=$(worker gw1)
t_ok "kill -9 of the worker with the session" \
    kill_one gw1 ikd-ike "$(process_pid gw1 "ikd-ike[$w]")"
again "ikd-ike"
for g in gw1 gw2; do
	t_ok "$g: kill -9 of the parent" kill_one $g ikd-parent
	again "$g: ikd-parent"
done
starter=$(suite_ikd gw1)
orphans=$(pgrep -P "$starter" | tr '\n' ' ')
kill -9 "$starter"
gone() {
	for _p in $orphans; do
		! kill -0 "$_p" 2>/dev/null || return 1
	done
}
t_ok "kill -9 of the starter: all of its own end" wait_until 20 gone
t_ok "the shell has seen it" wait_until 20 test -e "$LIB/gw1/status"
orphaned "the starter is dead"
t_ok "it starts again" suite_start gw1
again "started again"
suite_kill gw1
orphaned "all are dead"
t_ok "it starts again" suite_start gw1
again "started again"

stop1=$(now)
t_ok "the first stops amid traffic" suite_stop gw1
t_ok "it has left nothing" clean a
t_ok "its traffic is its owner's again" wait_until 20 some_clear 1 "$stop1"
stop2=$(now)
t_ok "the second stops amid traffic" suite_stop gw2
t_ok "it has left nothing" clean b
t_ok "and passes in clear again" wait_until 20 pings a 10.1.1.1 10.2.1.1 1
# shellcheck disable=SC2086	# a list of pids
kill $pids
wire_stop out
t_ok "none in clear from the first until it stopped" none_clear 1 "$from1" "$stop1"
t_ok "none while it stopped" clear_after_last 1 "$from1"
t_ok "none in clear from the second until it stopped" none_clear 2 "$from2" "$stop2"
t_ok "none while it stopped" clear_after_last 2 "$from2"
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
