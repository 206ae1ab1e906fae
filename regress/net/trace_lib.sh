# trace_lib.sh - ikectl trace in the background, and tshark on what it wrote.
# Needs lib.sh.

# looks NS SUITE NAME ARGS...: a trace, into NAME.pcapng.
looks() {
	_lns=$1 _lg=$2 _l=$3
	shift 3
	rm -f "$LIB/$_l.err"
	(exec ip netns exec "$(ns "$_lns")" "$BUILD/bin/ikectl" \
	    -r "$LIB/$_lg/run" trace "$@" -o "$LIB/$_l.pcapng") \
	    2>"$LIB/$_l.err" &
	echo $! >"$LIB/$_l.lpid"
	wait_until 20 grep -q Tracing "$LIB/$_l.err"
}

# looked NAME: ended as a service would be.
looked() {
	kill -TERM "$(cat "$LIB/$1.lpid")"
	wait_until 20 grep -q 'messages, 0 lost' "$LIB/$1.err" ||
	    { cat "$LIB/$1.err"; return 1; }
}

# shark NAME ARGS...: with the keys, if there are any.  No tshark that is about
# knows RFC 9329, so it is told what the streams carry.
shark() {
	_s=$LIB/$1
	shift
	[ ! -s "$_s.pcapng.keys" ] || while IFS= read -r _line; do
		set -- "$@" -o "uat:ikev2_decryption_table:$_line"
	done <"$_s.pcapng.keys"
	HOME=$LIB tshark -r "$_s.pcapng" -d tcp.port==4500,isakmp \
	    -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
	    -o tcp.check_checksum:TRUE "$@" 2>/dev/null
}

# sees NAME N FILTER: so many packets.
sees() {
	_n=$(shark "$1" -Y "$3" | wc -l)
	[ "$_n" -eq "$2" ] || { echo "$_n packets"; shark "$1"; return 1; }
}
