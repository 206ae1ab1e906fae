#!/bin/sh
# Hosts behind gateways and a narrow link between these: TCP in bulk, packets
# that may not be fragmented and packets that may, of many sizes; both
# families in both families.  First ours at both ends, then strongSwan at b.
#
#  h1 lan0 -- lan0  a  eth0 ------ in  r  out ------ eth0  b  lan0 -- lan0 h2
#  10.1.x.5   .1       192.0.2.1   .9     .9   198.51.100.1  .1      10.2.x.5
#  fd01:x::5  ::1      2001:db8:1::1 ::9  ::9  2001:db8:2::1 ::1    fd02:x::5
#					MTU 1380
#
#    x = 1: tunnel over IPv4; x = 2: over IPv6
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin path
NARROW=1380
net_ns h1 a r b h2
net_link a eth0 192.0.2.1/24,2001:db8:1::1/64 r in 192.0.2.9/24,2001:db8:1::9/64
net_link b eth0 198.51.100.1/24,2001:db8:2::1/64 \
    r out 198.51.100.9/24,2001:db8:2::9/64
for g in 1 2; do
	[ $g = 1 ] && gw=a || gw=b
	lan='' host=''
	for x in 1 2; do
		lan="$lan${lan:+,}10.$g.$x.1/24,fd0$g:$x::1/64"
		host="$host${host:+,}10.$g.$x.5/24,fd0$g:$x::5/64"
	done
	net_link h$g lan0 "$host" $gw lan0 "$lan"
	for x in 1 2; do
		in_ns h$g ip route add 10.$((3 - g)).$x.0/24 via 10.$g.$x.1 \
		    src 10.$g.$x.5
		in_ns h$g ip -6 route add fd0$((3 - g)):$x::/64 \
		    via fd0$g:$x::1 src fd0$g:$x::5
	done
done
forwards a r b
in_ns a ip route add default via 192.0.2.9
in_ns a ip -6 route add default via 2001:db8:1::9
in_ns b ip route add default via 198.51.100.9
in_ns b ip -6 route add default via 2001:db8:2::9
in_ns r ip link set out mtu $NARROW
in_ns b ip link set eth0 mtu $NARROW

policy() {	# SIDE START
	echo 'tunnels:'
	for x in 1 2; do
		case $1$x in
		11) l=192.0.2.1 r=198.51.100.1 ;;
		21) l=198.51.100.1 r=192.0.2.1 ;;
		12) l='"2001:db8:1::1"' r='"2001:db8:2::1"' ;;
		22) l='"2001:db8:2::1"' r='"2001:db8:1::1"' ;;
		esac
		cat <<EOT
  t$x:
    local: { address: $l, id: "fqdn:gw$1-$x.example" }
    remote: { address: $r, id: "fqdn:gw$((3 - $1))-$x.example" }
    psk: t
    start: $2
    children:
      net: { local: [10.$1.$x.0/24, "fd0$1:$x::/64"], remote: [10.$((3 - $1)).$x.0/24, "fd0$((3 - $1)):$x::/64"] }
EOT
	done
}
swan_side() {
	echo 'connections {'
	for x in 1 2; do
		[ $x = 1 ] && l=198.51.100.1 r=192.0.2.1 ||
		    { l=2001:db8:2::1; r=2001:db8:1::1; }
		cat <<EOT
	t$x {
		version = 2
		local_addrs = $l
		remote_addrs = $r
		local { auth = psk
			id = gw2-$x.example }
		remote { auth = psk
			id = gw1-$x.example }
		children { net$x {
			local_ts = 10.2.$x.0/24,fd02:$x::/64
			remote_ts = 10.1.$x.0/24,fd01:$x::/64
		} }
	}
EOT
	done
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
}
suite_new gw1 a
suite_new gw2 b
for g in 1 2; do
	echo 'not a secret: a test' | suite_psk gw$g t
	policy $g answer >"$(suite_etc gw$g)/ikd.yaml"
done
head -c 3000000 /dev/urandom >"$LIB/bulk"

# bulk FROM-NS TO-NS ADDRESS: three megabytes, the same at the other end.
bulk() {
	case $3 in
	*:*) _l=TCP6-LISTEN:9000,reuseaddr _c="TCP6:[$3]:9000" ;;
	*) _l=TCP4-LISTEN:9000,reuseaddr _c="TCP4:$3:9000" ;;
	esac
	in_ns "$2" timeout 20 socat -u "$_l" "CREATE:$LIB/bulk.got" &
	_p=$!
	listens() { in_ns "$1" ss -Hltn 'sport = :9000' | grep -q .; }
	wait_until 15 listens "$2" || return 1
	in_ns "$1" timeout 20 socat -u "OPEN:$LIB/bulk" "$_c" || return 1
	wait $_p
	cmp "$LIB/bulk" "$LIB/bulk.got"
}
# sizes NS ADDRESS: every packet of every size comes back, whole or in
# pieces; one that teaches the path its size may be lost.
sizes() {
	for _s in 0 1 64 1023 1200 1272 1300 1341 1400 1452 1473 2000 3000 8000; do
		wait_until 15 in_ns "$1" ping -q -c 1 -W 1 -M dont -s $_s "$2" ||
		    { echo "size $_s"; return 1; }
	done
}
# too_big NS ADDRESS: one that may not be fragmented is answered with what
# fits, and that does fit.
too_big() {
	wait_until 15 told_mtu "$1" "$2" || return 1
	_m=$(told_mtu "$1" "$2")
	echo "mtu $_m"
	case $2 in
	*:*) _h=48 _low=1280 ;;
	*) _h=28 _low=1200 ;;
	esac
	[ "$_m" -ge $_low ] && [ "$_m" -le $((NARROW - 50)) ] &&
	    in_ns "$1" ping -q -c 2 -i 0.1 -W 2 -M do -s $((_m - _h)) "$2"
}
told_mtu() {	# no larger than the TUN, or its MTU would be the answer
	case $2 in *:*) _z=1340 ;; *) _z=1372 ;; esac
	in_ns "$1" ip route flush cache
	in_ns "$1" ip -6 route flush cache
	in_ns "$1" ping -c 3 -i 0.2 -W 1 -M do -s $_z "$2" 2>&1 |
	    grep -o 'mtu[ =:]*[0-9]*' | grep -o '[0-9]*$' | sort -n | head -1 |
	    grep .
}
# pieces SOURCE-NET...: outer fragments that a sent.
pieces() {
	wire_count "$1" '(src host 192.0.2.1 and ip[6:2] & 0x3fff != 0) or
	    (src host 2001:db8:1::1 and ip6[6] = 44)'
}
segments() {	# the largest segment that h2 was asked for
	rm -f "$LIB/mss.err"
	in_ns h2 timeout 20 tcpdump -l -n -i lan0 -c 1 -v "tcp[13] = 2 or
	    (ip6[6] = 6 and ip6[53] = 2)" 2>"$LIB/mss.err" |
	    grep -o 'mss [0-9]*' | grep -o '[0-9]*' >"$LIB/mss" &
	_q=$!
	wait_until 10 grep -q 'listening on' "$LIB/mss.err"
	bulk h1 h2 "$1" || return 1
	wait $_q
	[ "$(cat "$LIB/mss")" -le 1360 ] || { cat "$LIB/mss"; return 1; }
}
suite() {	# WHO: everything, both tunnels
	for x in 1 2; do
		t_ok "$1, $x: activate" suite_ctl gw1 activate t$x --timeout 20
		for to in 10.2.$x.5 fd02:$x::5; do
			t_ok "$1: TCP to $to" bulk h1 h2 $to
			t_ok "$1: MSS clamped to $to" segments $to
			t_ok "$1: all sizes to $to" sizes h1 $to
			t_ok "$1: too big to $to" too_big h1 $to
		done
		for to in 10.1.$x.5 fd01:$x::5; do
			t_ok "$1: TCP to $to" bulk h2 h1 $to
			t_ok "$1: all sizes to $to" sizes h2 $to
		done
	done
	t_ok "$1: counted" sa_moved gw1 t1 1000
}
wire_start near a
wire_start out b
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
suite ours
t_ok "second gateway stops" suite_stop gw2
t_ok "the tunnels are down" suite_ctl gw1 wait t2 --until down --timeout 10
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <<EOT
$(swan_side)
EOT
suite strongSwan
wire_stop near
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "nothing was in clear at the near side" wire_clear near
t_ok "we sent no outer fragment" [ "$(pieces near)" -eq 0 ]
t_ok "none left the router" [ "$(pieces out)" -eq 0 ]
t_ok "the first gateway stops" suite_stop gw1
lib_end
