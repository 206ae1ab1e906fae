#!/bin/sh
# kill -9 of each process in turn while a tunnel carries traffic: the suite
# heals by itself, says so, and nothing passes in clear meanwhile.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin heal
topo_pair 1

policy() {	# LOCAL-OUTER REMOTE-OUTER START
	cat <<EOT
workers: 2
retry: { first: 1s, most: 4s }
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: $3
    children:
      lan: { local: 10.$1.0.0/16, remote: 10.$2.0.0/16 }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) "$([ $g = 1 ] && echo auto || echo answer)" \
	    >"$(suite_etc gw$g)/ikd.yaml"
	echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' |
	    suite_psk gw$g boston
done

spi() { suite_ctl gw1 show sa boston --json | awk '/"spi_in"/ { print $2 }'; }
passes() { pings a 10.1.1.1 10.2.1.1 1; }
said() { grep -q "$2" "$(suite_log "$1")"; }
# The worker that has the session: its number in `show sa`.
worker_pid() {	# SUITE
	_w=$(suite_ctl "$1" show sa boston --json |
	    awk '/"worker"/ { gsub(/[^0-9]/, "", $2); print $2 }' | head -1)
	suite_ctl "$1" show processes | awk -v w="ikd-ike[$_w]" \
	    '$1 == w { print $2 }'
}
kill_one() {	# SUITE PROGRAM [PID]
	_p=${3:-$(suite_pids "$1" "$2" | head -1)}
	[ -n "$_p" ] && kill -9 "$_p"
	wait_until 15 suite_restarted "$1" "$2" "$_p"
}

wire_start out b
t_ok "the responder starts" suite_start gw2
t_ok "the initiator starts" suite_start gw1
t_ok "start: auto brings it up" suite_ctl gw1 wait boston --timeout 20
t_ok "traffic" passes

for g in gw1 gw2; do
	old=$(spi)
	t_ok "$g: tmd is back" kill_one $g tmd
	t_ok "$g: it knows the session again" suite_ctl $g wait boston \
	    --timeout 20
	t_ok "$g: and says so" said $g 'found again'
	t_ok "$g: the SA is the same" [ "$old" = "$(spi)" ]
	t_ok "$g: traffic" passes

	t_ok "$g: certd-sign is back" kill_one $g certd-sign
	t_ok "$g: traffic all the while" passes
	t_ok "$g: the SA is the same" [ "$old" = "$(spi)" ]

	t_ok "$g: ikd-esp is back" kill_one $g ikd-esp
	t_ok "$g: traffic after it" wait_until 20 passes

	t_ok "$g: ikd-ike is back" kill_one $g ikd-ike "$(worker_pid $g)"
	if [ $g = gw1 ]; then
		t_ok "$g: the tunnel comes back" suite_ctl $g wait boston \
		    --timeout 30
		t_ok "$g: traffic after it" wait_until 20 passes
	else
		# The responder has forgotten; the initiator cannot know before
		# it asks.
		t_ok "$g: a restart by the initiator" suite_ctl gw1 restart \
		    boston --timeout 30
		t_ok "$g: traffic after it" wait_until 20 passes
	fi
done
t_ok "the initiator stops" suite_stop gw1
t_ok "the responder stops" suite_stop gw2
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP in UDP was there" wire_has out 'udp port 4500'
lib_end
