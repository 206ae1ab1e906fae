# heal_lib.sh - a process is killed, and what must be true afterwards.  Needs
# lib.sh, topo.sh; the tunnel is called boston, its child lan.
HEAL=15			# seconds until all is well again

# traffic_start NS FROM TO: numbered packets, twenty a second, until
# traffic_stop; $LIB/traffic has a line for each that came back.
traffic_start() {
	in_ns "$1" ping -i 0.05 -I "$2" "$3" >"$LIB/traffic" 2>&1 &
	traffic_pid=$!
}
traffic_stop() {
	kill "$traffic_pid"
	wait "$traffic_pid" 2>/dev/null
}
traffic_count() {
	grep -c ' icmp_seq=' "$LIB/traffic"
}
# More came back than when _flow was noted.
flows() {
	[ "$(traffic_count)" -gt $((${_flow:-0} + 10)) ]
}
# traffic_lost FROM-LINE: how many numbers are missing since that line.
traffic_lost() {
	grep ' icmp_seq=' "$LIB/traffic" | tail -n "+$1" |
	    sed 's/.*icmp_seq=\([0-9]*\).*/\1/' | sort -n | awk '
		NR > 1 && $1 > p + 1 { n += $1 - p - 1 } { p = $1 }
		END { print n + 0 }'
}

said() { grep -q -- "$2" "$(suite_log "$1")"; }
spis() { suite_ctl "$1" show sa boston --json | awk '/"spi_(in|out)"/' | sort; }
up_again() {	# SUITE: it says so, and has an SA
	status_is "$1" boston Active && [ -n "$(spis "$1")" ]
}
# The worker that has the session.
worker() {
	suite_ctl "$1" show sa boston --json |
	    awk '/"worker"/ { gsub(/[^0-9]/, "", $2); print $2 }' | head -1
}
process_pid() {	# SUITE NAME-IN-show-processes
	suite_ctl "$1" show processes | awk -v n="$2" '$1 == n { print $2 }'
}
restarts() {
	suite_ctl "$1" show processes | awk -v n="$2" '$1 == n { print $4 }'
}
restarted_more() {	# SUITE NAME OLD
	[ "$(restarts "$1" "$2")" -gt "$3" ]
}

# kill_one SUITE PROGRAM [PID]: with no mercy, until another serves.
kill_one() {
	_p=${3:-$(suite_pids "$1" "$2" | head -1)}
	[ -n "$_p" ] || return 1
	_serving=$(grep -c ' serving: ' "$(suite_log "$1")")
	kill -9 "$_p"
	if [ "$2" = ikd-parent ]; then
		wait_until $HEAL serves_more "$1" "$_serving" && return 0
	else
		wait_until $HEAL suite_restarted "$1" "$2" "$_p" && return 0
	fi
	tail -20 "$(suite_log "$1")"
	return 1
}
serves_more() {
	[ "$(grep -c ' serving: ' "$(suite_log "$1")")" -gt "$2" ]
}

# keeps SUITE PROGRAM [PID NAME]: its death costs no SA.
keeps() {
	_old=$(spis "$1")
	_rs=$(restarts "$1" "${4:-$2}")
	_at=$(traffic_count)
	_p=${3:-$(suite_pids "$1" "$2" | head -1)}
	t_ok "$1: ${4:-$2} is back" kill_one "$1" "$2" "$_p"
	t_ok "$1: its death was told" said "$1" "\[$_p\].*killed by signal 9"
	t_ok "$1: ikectl counts it" wait_until 15 restarted_more "$1" "${4:-$2}" "$_rs"
	t_ok "$1: the tunnel is up" wait_until $HEAL up_again "$1"
	t_ok "$1: the SA is the same" [ "$_old" = "$(spis "$1")" ]
	_flow=$(traffic_count)
	t_ok "$1: traffic goes on" wait_until $HEAL flows
	_lost=$(traffic_lost "$_at")
	if [ "$2" = ikd-esp ]; then
		t_note "$_lost packets lost at the death of ikd-esp"
	else
		t_ok "$1: not one packet was lost" [ "$_lost" -eq 0 ]
	fi
}

# loses SUITE PROGRAM [PID NAME]: sessions end with it, and come again by
# themselves.
loses() {
	_p=${3:-$(suite_pids "$1" "$2" | head -1)}
	_at=$(traffic_count)
	t_ok "$1: ${4:-$2} is back" kill_one "$1" "$2" "$_p"
	t_ok "$1: its death was told" said "$1" "\[$_p\].*killed by signal 9"
	_flow=$(traffic_count)
	t_ok "$1: traffic comes again by itself" wait_until $HEAL flows
	t_ok "$1: the tunnel is up" wait_until $HEAL up_again "$1"
	t_note "$(traffic_lost "$_at") packets lost at the death of ${4:-$2}"
}

# esp_numbers_once NAME: no SPI used a sequence number twice on the wire.
esp_numbers_once() {
	wire_read "$1" "$WIRE_ESP" |
	    grep -o 'ESP(spi=0x[0-9a-f]*,seq=0x[0-9a-f]*)' | sort >"$LIB/numbers"
	[ -s "$LIB/numbers" ] || { echo "no ESP was captured"; return 1; }
	uniq -d "$LIB/numbers" >"$LIB/twice"
	[ ! -s "$LIB/twice" ] || { head "$LIB/twice"; return 1; }
}
