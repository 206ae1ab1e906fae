# roam_lib.sh - a host with two interfaces and a gateway, a router between.
# Needs lib.sh and topo.sh.
#
#    a  eth0 192.0.2.1, 2001:db8:1::1 ------- r0 .2  r
#       eth1 203.0.113.1, 2001:db8:3::1 ----- r1 .2  r  r2 .2 ----- eth0  b
#    lo: 10.1.1.1					198.51.100.7, 2001:db8:2::7
#							lo: 10.2.1.1
roam_topology() {
	net_ns a r b
	net_link a eth0 192.0.2.1/24,2001:db8:1::1/64 \
	    r r0 192.0.2.2/24,2001:db8:1::2/64
	net_link a eth1 203.0.113.1/24,2001:db8:3::1/64 \
	    r r1 203.0.113.2/24,2001:db8:3::2/64
	net_link b eth0 198.51.100.7/24,2001:db8:2::7/64 \
	    r r2 198.51.100.2/24,2001:db8:2::2/64
	net_addr a lo 10.1.1.1/32
	net_addr b lo 10.2.1.1/32
	roam_route eth0
	in_ns a ip route add default via 203.0.113.2 metric 200
	in_ns a ip -6 route add default via 2001:db8:3::2 metric 200
	in_ns b ip route add default via 198.51.100.2
	in_ns b ip -6 route add default via 2001:db8:2::2
	forwards r
}
# roam_route eth0: the better way, gone with its address.
roam_route() {
	in_ns a ip route add default via 192.0.2.2 metric 100
	in_ns a ip -6 route replace default via 2001:db8:1::2 metric 100
}

# roam_moves: every way a moves, and after each what the script's
# `moves WHAT LOCAL REMOTE` looks at.
roam_moves() {
	in_ns a ip addr del 192.0.2.1/24 dev eth0
	moves "address gone" 203.0.113.1 198.51.100.7
	in_ns a ip addr add 192.0.2.1/24 dev eth0
	roam_route eth0
	moves "a better route" 192.0.2.1 198.51.100.7
	in_ns a ip link set eth0 down
	moves "link down" 203.0.113.1 198.51.100.7
	in_ns a ip addr del 203.0.113.1/24 dev eth1
	moves "no IPv4" 2001:db8:3::1 2001:db8:2::7
}

# roam_at SUITE KEY ADDRESS: what ikectl shows of t1 has it.
roam_at() {
	suite_ctl "$1" show sa t1 --json | awk -F'"' -v k="$2" -v a="$3" '
	    $2 == k { sub(/\[.*/, "", $4); ok = $4 == a; exit }
	    END { exit !ok }'
}

# ---- numbered packets between the inner addresses ----
# So many may be lost in four moves; a machine of ours alone is slow.
ROAM_MOST=${IKD_VM:+1500}
: "${ROAM_MOST:=300}"
roam_numbers() {
	for _n in a b; do
		[ $_n = a ] && set -- 10.1.1.1 10.2.1.1 || set -- 10.2.1.1 10.1.1.1
		rm -f "$LIB/num-$_n"
		(exec ip netns exec "$(ns $_n)" \
		    "$BUILD/regress/net/number_tool" "$1" "$2" 7001 5000 200) \
		    >"$LIB/num-$_n" 2>&1 &
		echo $! >"$LIB/num-$_n.pid"
	done
	wait_until 45 grep -q counting "$LIB/num-a" &&
	    wait_until 45 grep -q counting "$LIB/num-b"
}
roam_numbers_end() {
	for _n in a b; do
		kill "$(cat "$LIB/num-$_n.pid")"
	done
	for _n in a b; do
		wait_until 45 grep -q '^sent' "$LIB/num-$_n"
		sed -n "s/^[slr]/# $_n: &/p" "$LIB/num-$_n"
	done
}
roam_got() {	# NS KEY
	sed -n "s/^sent.*/ &/;s/.* $2 \([0-9]*\).*/\1/p" "$LIB/num-$1"
}
# roam_lost FROM TO MOST: of what FROM sent at most so many did not come.
roam_lost() {
	_s=$(roam_got "$1" sent) _r=$(roam_got "$2" received)
	echo "# $1 to $2: $((_s - _r)) of $_s lost"
	[ "$_s" -gt 100 ] && [ $((_s - _r)) -le "$3" ]
}
