#!/bin/sh
# The TUN device has several queues: flows are spread over them, each stays
# where it is whatever comes back, and keeps its order.  A flood that the plane
# cannot take is dropped and counted, and fills the queue of its flow alone.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin queues
topo_pair 1
tool=$BUILD/regress/net/flow_tool

for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	cat >"$(suite_etc gw$g)/ikd.yaml" <<EOT
dataplane: userspace
tunnels:
  t:
    local: 192.0.2.$g
    remote: 192.0.2.$((3 - g))
    psk: t
    start: answer
    children: { c: { local: 10.$g.1.0/24, remote: 10.$((3 - g)).1.0/24 } }
EOT
	echo queues | suite_psk gw$g t
done
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
t_ok "activate" suite_ctl gw1 activate t --timeout 20

# packets NS: those of each queue, a line a queue.
packets() {
	in_ns "$1" tc -s qdisc show dev ikd0 |
	    awk '/parent :/ { q = 1 } q && /Sent/ { print $4; q = 0 }'
}
# spread NS LEAST: four queues, more than one of them with so many packets.
spread() {
	packets "$1" | tee /dev/stderr | awk -v least="$2" \
	    '$1 >= least { n++ } END { exit NR != 4 || n < 2 }'
}
# has_socket NS PORT
has_socket() {
	in_ns "$1" ss -aun | grep -q ":$2 "
}
# echo_begin PORT: on 48 of them.  The process is in a namespace that lib.sh
# clears at the end; a flow's numbers begin once.
echo_begin() {
	in_ns b "$tool" echo 10.2.1.1 "$1" 48 &
	wait_until 15 has_socket b $(($1 + 47))
}
for p in 7000 8000 9000; do
	t_ok "an echo listens on $p" echo_begin $p
done
t_ok "48 flows of numbered packets come back in order" \
    in_ns a "$tool" send 10.1.1.1 10.2.1.1 7000 48 2000 20
t_ok "they went out by several queues" spread a 4000
t_ok "and came back by several" spread b 4000

# The plane stands still; what waits is what the device keeps.
dropped() {
	in_ns a cat /sys/class/net/ikd0/statistics/tx_dropped
}
flood() {
	_before=$(dropped)
	in_ns a "$tool" flood 10.1.1.1 10.2.1.1 6999 20000 || return 1
	_lost=$(($(dropped) - _before))
	echo "$_lost dropped"
	[ "$_lost" -ge 14000 ] && [ "$_lost" -lt 20000 ]
}
# others LEAST: of 48 flows with a packet each so many get through.
others() {
	in_ns a "$tool" send 10.1.1.1 10.2.1.1 8000 48 1 10 >"$LIB/others" &
	_pid=$!
	wait_until 15 has_socket a 8047
	kill -CONT "$esp"
	wait "$_pid"
	cat "$LIB/others"
	[ "$(sed 's/ .*//' "$LIB/others")" -ge "$1" ]
}
esp=$(suite_pids gw1 ikd-esp)
kill -STOP "$esp"
t_ok "20000 packets at once: a queue is kept, the rest is dropped" flood
t_ok "most other flows wait in other queues" others 16
t_ok "behind the flood everything goes on, in order" \
    in_ns a "$tool" send 10.1.1.1 10.2.1.1 9000 48 200 20
t_ok "first gateway stops" suite_stop gw1
t_ok "second gateway stops" suite_stop gw2
lib_end
