# topo.sh - the topology most scenarios use; needs lib.sh.
#
#    a (ours)  eth0 ------------------- eth0  b (ours or strongSwan)
#	   192.0.2.1/24, 2001:db8::1	   192.0.2.2/24, 2001:db8::2
#    lo: 10.1.x.1/32, fd01:x::1		   lo: 10.2.x.1/32, fd02:x::1

# topo_pair [N]: both namespaces, with N inner networks (1..N) each.
topo_pair() {
	net_ns a b
	net_link a eth0 192.0.2.1/24,2001:db8::1/64 b eth0 192.0.2.2/24,2001:db8::2/64
	_i=1
	while [ "$_i" -le "${1:-1}" ]; do
		net_addr a lo "10.1.$_i.1/32,fd01:$_i::1/128"
		net_addr b lo "10.2.$_i.1/32,fd02:$_i::1/128"
		_i=$((_i + 1))
	done
}

# topo_suites [KEY]: suites gw1 in a and gw2 in b, each with what the script's
# "policy N PEER START" prints; the first is who starts.
topo_suites() {
	for _g in 1:a:2:auto 2:b:1:answer; do
		_r=${_g#*:} _n=${_g%%:*}
		suite_keyed "gw$_n" "${_r%%:*}" "${1:-t}"
		_r=${_r#*:}
		policy "$_n" "${_r%:*}" "${_r#*:}" >"$(suite_etc "gw$_n")/ikd.yaml"
	done
}

# forwards NS...: packets that are for others.
forwards() {
	for _n in "$@"; do
		in_ns "$_n" sysctl -qw net.ipv4.ip_forward=1 \
		    net.ipv6.conf.all.forwarding=1
	done
}

# topo_lyon [CHILD-KEY [TUNNEL-KEY...]]: a policy for a, of a tunnel to b that
# both ends may begin.
topo_lyon() {
	cat <<EOT
tunnels:
  lyon:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: t
    start: answer
    role: both
    children: { net: { local: 10.1.0.0/16, remote: 10.2.0.0/16${1:+, $1} } }
EOT
	[ $# -lt 2 ] || {
		shift
		printf '    %s\n' "$@"
	}
}

# pings NS FROM TO [COUNT]: every packet comes back.
pings() {
	in_ns "$1" ping -q -c "${4:-3}" -i 0.05 -W 3 -I "$2" "$3"
}

# all_came FILE N [MOST]: of N numbered replies that ping, without -q, wrote to
# FILE no more than MOST (0) are missing, but at the end: it waits for the last
# ones no longer than two round trips took.  A pair that was replaced stays for
# half a second: when the machine itself stood still for about as long, a packet
# may come too late for its pair, and some are let go.
all_came() {
	awk -v n="$2" -v most="${3:-0}" -F'icmp_seq=' '
	    NF > 1 { split($2, a, " "); came[a[1]] = 1 }
	    /^rtt / { split($0, r, "/"); if (r[6] >= 300) most += 5 }
	    END {
		for (i = 1; i <= n - 25; i++)
			if (!came[i]) {
				print "number " i " did not come back"
				bad++
			}
		exit bad > most
	    }' "$1" || { tail -2 "$1"; return 1; }
}

# What the plane's ESP looks like outside: without NAT the kernel's is raw.
WIRE_ESP='udp port 4500'
[ "$IKD_PLANE" = userspace ] || WIRE_ESP='esp or udp port 4500'

# wire_start NAME NS: captures what crosses eth0 into $LIB/NAME.pcap.
#
# The kernel shows what it has decrypted on the same interface once more, as
# if it had come from the wire; so over that plane each end of the wire is
# asked only for what it sends, the other one's into NAME.far.pcap.
wire_start() {
	if [ "$IKD_PLANE" = userspace ]; then
		wire_tap "$1" "$2" eth0
		return
	fi
	wire_tap "$1" "$2" eth0 -Q out || return 1
	set -- "$1" $(wire_far "$2")
	[ $# -ne 3 ] || wire_tap "$1.far" "$2" "$3" -Q out
}

# wire_tap NAME NS IF OPTION...
wire_tap() {
	_tn=$1 _tns=$2 _tif=$3
	shift 3
	rm -f "$LIB/$_tn.tcpdump"
	# exec: the process that wire_stop ends is tcpdump, not a shell's.
	# Its ring has room for 30 packets of any length, of short ones for
	# thousands: it may be late then.
	(exec ip netns exec "$(ns "$_tns")" tcpdump --immediate-mode \
	    -B 16384 -s 512 -i "$_tif" "$@" -n -U -w "$LIB/$_tn.pcap") \
	    >"$LIB/$_tn.tcpdump" 2>&1 &
	echo $! >"$LIB/$_tn.tpid"
	wait_until 20 grep -q 'listening on' "$LIB/$_tn.tcpdump"
}

# wire_far NS: namespace and interface at the other end of its eth0.
wire_far() {
	_w=$(ip -n "$(ns "$1")" -o link show eth0)
	_id=$(echo "$_w" | sed -n 's/.*link-netns \([^ ]*\).*/\1/p')
	_ix=$(echo "$_w" | sed -n 's/.* eth0@if\([0-9]*\):.*/\1/p')
	[ -n "$_id" ] && [ -n "$_ix" ] || return 0
	echo "${_id#ikd$$-} $(ip -n "$_id" -o link |
	    sed -n "s/^$_ix: \([^@:]*\).*/\1/p")"
}

wire_stop() {
	for _t in "$1" "$1.far"; do
		[ -s "$LIB/$_t.tpid" ] || continue
		kill -TERM "$(cat "$LIB/$_t.tpid")" 2>/dev/null
		wait_until 20 not kill -0 "$(cat "$LIB/$_t.tpid")"
		rm -f "$LIB/$_t.tpid"
	done
}

# wire_read NAME FILTER: the packets that match, a line each.
wire_read() {
	for _t in "$1" "$1.far"; do
		[ ! -s "$LIB/$_t.pcap" ] ||
		    tcpdump -n -r "$LIB/$_t.pcap" "$2" 2>/dev/null
	done
}

# wire_count NAME FILTER: how many.
wire_count() {
	wire_read "$1" "$2" | wc -l
}

# wire_clear NAME: no packet with an inner address was seen outside.
wire_clear() {
	_c=$(wire_count "$1" 'net 10.1.0.0/16 or net 10.2.0.0/16 or net fd01::/16 or net fd02::/16')
	[ "$_c" -eq 0 ] || { echo "$_c packets in clear"; return 1; }
}

# wire_has NAME FILTER: something did pass (a capture of nothing proves
# nothing).
wire_has() {
	[ "$(wire_count "$1" "$2")" -gt 0 ]
}

# field JSON-lines-free look-ups in `ikectl show sa --json`: the sum of one
# counter over all child SAs of a tunnel.
sa_sum() {	# SUITE TUNNEL KEY
	suite_ctl "$1" show sa "$2" --json | awk -v k="\"$3\":" '
	    $1 == k { gsub(/[^0-9]/, "", $2); n += $2 } END { print n + 0 }'
}

# sa_moved SUITE TUNNEL N: at least N packets in and out by the SA's counters.
sa_moved() {
	[ "$(sa_sum "$1" "$2" in_packets)" -ge "$3" ] &&
	    [ "$(sa_sum "$1" "$2" out_packets)" -ge "$3" ]
}

# status_is SUITE TUNNEL STATUS
status_is() {
	suite_ctl "$1" list "$2" | awk -v s="$3" 'NR == 2 { for (i = 3; i <= NF; i++) if ($i == s) ok = 1 } END { exit !ok }'
}

# clean NS: a stopped suite has left no policy, rule, route or device.
clean() {
	_left=$(in_ns "$1" ip xfrm policy | grep -c "block\|priority 0x1ced"
	    in_ns "$1" ip xfrm state | grep "reqid .*(0x1c[ef]"
	    in_ns "$1" ip link | grep ikd0
	    in_ns "$1" ip rule | grep "157[0-9][0-9]:"
	    in_ns "$1" ip -6 rule | grep "157[0-9][0-9]:")
	[ "$_left" = 0 ] || { echo "left: $_left"; return 1; }
}
