# wire_lib.sh - traffic without an end while everything happens, and whether any
# of it was seen in clear; needs lib.sh and topo.sh, and a capture named out.
# Of the script: inner SIDE, pcap's words for what must not leave that side.

# ---- what is sent, and what was seen ----
pids=
send() {	# NS FROM TO
	(exec ip netns exec "$(ns "$1")" ping -i 0.02 -I "$2" "$3") \
	    >"$LIB/$2" 2>&1 &
	pids="$pids $!"
}
now() { date +%s.%N; }
# clear_out SIDE FROM [TO]: times of clear packets that left that side since FROM, until TO.
clear_out() {
	for _p in "$LIB/out.pcap" "$LIB/out.far.pcap"; do
		[ ! -s "$_p" ] || tcpdump -n -tt -r "$_p" "$(inner "$1")" 2>/dev/null
	done | awk -v a="$2" -v b="${3:-9e9}" '$1 >= a && $1 <= b'
}
none_clear() {
	clear_out "$@" >"$LIB/clear"
	[ ! -s "$LIB/clear" ] || { head -3 "$LIB/clear"; wc -l <"$LIB/clear"; return 1; }
}
some_clear() { ! none_clear "$@" >/dev/null; }
# After its last packet to the peer a gateway may stop protecting, not before.
clear_after_last() {	# SIDE FROM
	_last=$(for _p in "$LIB/out.pcap" "$LIB/out.far.pcap"; do
		[ ! -s "$_p" ] || tcpdump -n -tt -r "$_p" "(src host 192.0.2.$1 or
		    src host 2001:db8::$1) and (esp or udp port 500 or udp port 4500)" 2>/dev/null
	done | awk '{ print $1 }' | sort -n | tail -1)
	[ -n "$_last" ] && none_clear "$1" "$2" "$_last"
}
