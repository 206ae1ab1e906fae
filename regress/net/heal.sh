#!/bin/sh
# kill -9 of each process in turn while a tunnel carries numbered traffic: the
# suite heals by itself within seconds, says so, loses no SA it need not lose,
# repeats no sequence number, and nothing passes in clear meanwhile.  At both
# ends of a tunnel of ours.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
lib_begin heal
# Over the kernel plane there is no ikd-esp.
esp=ikd-esp
[ "$IKD_PLANE" = userspace ] || esp=
topo_pair 1

policy() {	# LOCAL-OUTER REMOTE-OUTER START
	cat <<EOT
workers: 2
retry: { first: 1s, most: 4s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: $3
    dpd: 2s
    children:
      lan: { local: 10.$1.0.0/16, remote: 10.$2.0.0/16 }
EOT
}
topo_suites boston

wire_start out b
t_ok "the responder starts" suite_start gw2
t_ok "the initiator starts" suite_start gw1
t_ok "start: auto brings it up" suite_ctl gw1 wait boston --timeout 20
traffic_start a 10.1.1.1 10.2.1.1
t_ok "traffic" wait_until 15 flows

for g in gw1 gw2; do
	for r in certd dhcprelay certd-fetch certd-sign tmd $esp; do
		keeps $g $r
	done
	t_ok "$g: tmd says what it found" said $g 'found again'
	w=$(worker $g)
	keeps $g ikd-ike "$(process_pid $g "ikd-ike[$((1 - w))]")" \
	    "ikd-ike[$((1 - w))]"
	loses $g ikd-ike "$(process_pid $g "ikd-ike[$w]")" "ikd-ike[$w]"
	loses $g ikd-parent
done
traffic_stop
t_ok "the initiator stops" suite_stop gw1
t_ok "the responder stops" suite_stop gw2
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
t_ok "no sequence number came twice" esp_numbers_once out
lib_end
