#!/bin/sh
# The TUN device has several queues: flows are spread over them, each stays
# where it is whatever comes back, and keeps its order.
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
# The echo's process is in a namespace that lib.sh clears at the end.
echo_begin() {
	in_ns b "$tool" echo 10.2.1.1 7000 48 &
	wait_until 5 eval 'in_ns b ss -lun | grep -q :7047'
}
t_ok "an echo listens" echo_begin
t_ok "48 flows of numbered packets come back in order" \
    in_ns a "$tool" send 10.1.1.1 10.2.1.1 7000 48 2000
t_ok "they went out by several queues" spread a 4000
t_ok "and came back by several" spread b 4000
t_ok "first gateway stops" suite_stop gw1
t_ok "second gateway stops" suite_stop gw2
lib_end
