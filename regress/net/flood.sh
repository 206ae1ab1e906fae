#!/bin/sh
# A flood of IKE_SA_INIT from sources that are nobody's, as fast as one core
# sends: an honest peer is in within five seconds, and no process grows beyond
# a bound.  The same with tickets (RFC 5723): one that is good and was overheard,
# and one that nobody gave.
#
#	FLOOD	how many seconds of it (10)
#
#    b eth0 ---- eth0 a (ours, under fire)	10.66.0.0/16 is said to be at b
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin flood
: "${FLOOD:=10}"
GROWS=6144	# kB that a process may grow by, and
MOST=65536	# kB that it may have in all
# The sanitizer keeps what was freed, the more the faster the machine is.
case $BUILD in
*asan)	GROWS=65536 MOST=262144
	ASAN_OPTIONS=quarantine_size_mb=16
	export ASAN_OPTIONS ;;
esac
WITHIN=5	# seconds
topo_pair
in_ns a ip route add 10.66.0.0/16 via 192.0.2.2

child='children: { lan: { local: 10.%s.1.0/24, remote: 10.%s.1.0/24 } }'
suite_new gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF2
tunnels:
  anybody:
    local: { id: "fqdn:gw.example.com" }
    remote: { address: any, id: "fqdn:peer.example.com" }
    psk: t
    policy: { proposals: [aes128gcm16-prfsha256-x25519] }
    $(printf "$child" 1 2)
EOF2
suite_new peer b
cat >"$(suite_etc peer)/ikd.yaml" <<EOF2
tunnels:
  gw:
    local: { id: "fqdn:peer.example.com" }
    remote: { address: 192.0.2.1, id: "fqdn:gw.example.com" }
    psk: t
    start: manual
    initial-contact: no		# or the ticket below would fall with the rest
    policy: { proposals: [aes128gcm16-prfsha256-x25519] }
    $(printf "$child" 2 1)
EOF2
for g in gw peer; do
	echo 'not a secret: a test' | suite_psk $g t
done

# ---- what the suite under fire has, a line a process: pid, name, kB ----
memory() {
	for _p in $(in_ns a ip netns pids "$(ns a)"); do
		[ -r "/proc/$_p/smaps_rollup" ] &&
		    echo "$_p $(cat "/proc/$_p/comm") $(awk '/^Pss:/ { print $2 }' \
		    "/proc/$_p/smaps_rollup")"
	done
}
# bounded BEFORE NOW: no process is new or gone, none has grown too much.
bounded() {
	awk -v grows=$GROWS -v most=$MOST 'NR == FNR { was[$1] = $3; n++; next }
	    {
		m++
		if (!($1 in was) || $3 - was[$1] > grows || $3 > most) {
			print $2 ": " was[$1] " kB before, " $3 " now"
			bad = 1
		}
	    }
	    END { exit bad || n != m || n < 5 }' "$1" "$2"
}
grown() {
	awk 'NR == FNR { was[$1] = $3; next }
	    { printf "%s %d to %d, ", $2, was[$1], $3 }
	    END { print "in kB" }' "$1" "$2"
}
counter() { suite_ctl gw show stats | awk -v k="$1" '$1 == k { n += $2 } END { print n + 0 }'; }
cookies() { [ "$(counter cookies-sent)" -gt 1000 ]; }
under_fire() { kill -0 "$flood" 2>/dev/null; }
# let_in: the honest peer comes up; sets $took, ms.
let_in() {
	_at=$(date +%s%N)
	suite_ctl peer activate gw --timeout 30 || return 1
	took=$((($(date +%s%N) - _at) / 1000000))
	echo "$took" >>"$LIB/took"
}
down() {
	suite_ctl peer remove gw --once && suite_ctl peer wait gw --until down --timeout 10
}
soon() { [ "$(sort -n "$LIB/took" | tail -1)" -le $((WITHIN * 1000)) ]; }

t_ok "the gateway starts" suite_start gw
t_ok "the peer starts" suite_start peer
# What a first negotiation brings along is no growth under fire.
t_ok "without a flood" let_in
t_ok "and down" down
t_note "in after $(cat "$LIB/took") ms without a flood"
: >"$LIB/took"
memory >"$LIB/before"

(exec ip netns exec "$(ns b)" "$BUILD/regress/net/flood_tool" 10.66.0.0/16 \
    192.0.2.1 "$FLOOD") >"$LIB/flood" 2>&1 &
flood=$!
t_ok "cookies are asked for" wait_until 10 cookies
tries=0 fires=0
while under_fire && [ "$tries" -lt $((FLOOD / 3)) ]; do
	tries=$((tries + 1))
	t_ok "the honest peer is let in ($tries)" let_in
	if under_fire; then
		fires=$((fires + 1))
		memory >"$LIB/under"
	fi
	down >"$LIB/down" 2>&1
done
t_ok "and once with the flood all the while" [ "$fires" -gt 0 ]
t_ok "within $WITHIN seconds" soon
t_ok "memory under fire is bounded" bounded "$LIB/before" "$LIB/under"
wait "$flood"
memory >"$LIB/after"
t_note "$(cat "$LIB/flood"); $(counter init-requests) requests seen, $(counter cookies-sent) cookies sent"
t_note "in after $(sort -n "$LIB/took" | tr '\n' ' ')ms"
t_note "$(grown "$LIB/before" "$LIB/under")"
t_ok "and after it" bounded "$LIB/before" "$LIB/after"
half_open() { [ "$(counter half-open)" = 0 ]; }
t_ok "half-open ones end" wait_until 35 half_open
t_ok "the peer comes in as before" let_in
t_ok "traffic" pings b 10.2.1.1 10.1.1.1

# A ticket that the gateway never saw is good for one resumption.
holds() { suite_ctl peer list -v gw | grep -q 'ticket for'; }
t_ok "with a ticket" wait_until 10 holds
in_ns a nft add table inet door
in_ns a nft add chain inet door in '{ type filter hook input priority 0; }'
in_ns a nft add rule inet door in ip saddr 192.0.2.2 drop
is_resume='udp dst port 500 and udp[26] = 38'
wire_tap ticket b eth0
w=$(suite_pids peer ikd-ike)
kill -9 $w
seen() { [ "$(wire_count ticket "$is_resume")" -gt 0 ]; }
t_ok "the peer shows it" wait_until 20 seen
suite_kill peer
wire_stop ticket
tcpdump -c 1 -w "$LIB/one.pcap" -r "$LIB/ticket.pcap" "$is_resume" 2>/dev/null
tail -c +83 "$LIB/one.pcap" >"$LIB/message"
in_ns a nft delete table inet door

# The message's SPI is one, and one worker's: all half-open SAs (500 until
# cookies are asked for) are there, and have keys, about 12 kB each.
[ "$GROWS" -gt 12288 ] || GROWS=12288
# tickets WHAT [forged]: a flood of them; the peer, started anew, comes in.
tickets() {
	t_ok "$1: it is calm again" wait_until 20 calm
	: >"$LIB/took"
	memory >"$LIB/before"
	half=$(half_ever)
	_was=$(cookied) _cpu=$(suite_cpu)
	(exec ip netns exec "$(ns b)" "$BUILD/regress/net/flood_tool" \
	    10.66.0.0/16 192.0.2.1 4 "$LIB/message" ${2-}) >"$LIB/flood" 2>&1 &
	flood=$!
	asked() { [ "$(cookied)" -gt $((_was + 1000)) ]; }
	t_ok "$1: cookies are asked for" wait_until 4 asked
	t_ok "$1: the honest peer is let in" let_in
	t_ok "$1: within $WITHIN seconds" soon
	memory >"$LIB/under"
	t_ok "$1: memory is bounded" bounded "$LIB/before" "$LIB/under"
	wait "$flood"
	t_note "$1: $(cat "$LIB/flood"), in after $(cat "$LIB/took") ms, $(counter resumptions-refused) refused, $(half_ever) half-open, $(($(suite_cpu) - _cpu)) ms of CPU"
	t_ok "$1: half-open ones end" wait_until 35 half_open
	down >"$LIB/down" 2>&1
}
# cookied: who was asked for a cookie, or will be when he asks again.
cookied() { echo $(($(counter cookies-sent) + $(counter cookies-only-if-again))); }
# suite_cpu: ms that the suite under fire has used.
suite_cpu() {
	for _p in $(in_ns a ip netns pids "$(ns a)"); do
		cat "/proc/$_p/task/"*/schedstat 2>/dev/null
	done | awk '{ n += $1 } END { printf "%.0f\n", n / 1000000 }'
}
# half_ever: sessions that were begun with the suite under fire, by now.
half_ever() { echo $(($(counter half-open) + $(counter half-open-expired))); }
# calm: nobody is asked for a cookie any more.
calm() {
	_c=$(counter cookies-returned)
	down >"$LIB/down" 2>&1
	let_in >"$LIB/let" 2>&1 && [ "$(counter cookies-returned)" = "$_c" ]
}
t_ok "the peer starts anew" suite_start peer
tickets "forged tickets" forged
t_ok "they are refused" [ "$(counter resumptions-refused)" -gt 100 ]
t_ok "and nobody is waited for" [ "$half" = "$(half_ever)" ]
tickets "a good ticket, by everybody"
t_ok "it is answered, for as long as none has to show himself" \
    [ "$(half_ever)" -gt "$half" ]
t_not "nobody has resumed" grep -q 'peer is .* resumed' "$(suite_log gw)"
t_ok "the peer comes in as ever" let_in
t_ok "the peer stops" suite_stop peer
t_ok "the gateway stops" suite_stop gw
lib_end
