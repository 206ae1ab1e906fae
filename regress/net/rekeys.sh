#!/bin/sh
# Rekeys of pairs and IKE SAs, begun at random by either end and by both at
# once, under numbered packets, which lose none: between two of ours, then
# with strongSwan.
#
#	REKEYS	how many between two of ours (100); strongSwan's are a quarter
#	SEED	of what is drawn, as the run before has printed it
#	PACE	microseconds between two packets of one stream (2000)
#	TUNNELS	so many are rekeyed at once (1); with more than one, each has
#		its streams, of IPv4 and IPv6 in turn, and strongSwan is left
#		out
#
# `make bench-rekeys` does ten thousand.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
lib_begin rekeys
: "${REKEYS:=100}"
: "${PACE:=2000}"
: "${TUNNELS:=1}"
topo_pair "$TUNNELS"
# Neighbours that never expire: an answer that is late loses what waits for it.
known() {	# NS PEER ADDRESS...
	_n=$1
	_mac=$(in_ns "$2" cat /sys/class/net/eth0/address)
	shift 2
	for _a; do
		in_ns "$_n" ip neigh replace "$_a" lladdr "$_mac" dev eth0 \
		    nud permanent
	done
}
known a b 192.0.2.2 2001:db8::2
known b a 192.0.2.1 2001:db8::1

policy() {	# SIDE PEER
	echo 'tunnels:'
	for _i in $(seq "$TUNNELS"); do
		cat <<EOT
  t$_i:
    local: { address: 192.0.2.$1, id: "fqdn:gw$1-$_i.example.com" }
    remote: { address: 192.0.2.$2, id: "fqdn:gw$2-$_i.example.com" }
    psk: boston
    start: answer
    policy: { proposals: [aes128gcm16-prfsha256-x25519] }
    children:
      lan:
        local: [10.$1.$_i.0/24, "fd0$1:$_i::/64"]
        remote: [10.$2.$_i.0/24, "fd0$2:$_i::/64"]
        policy: { proposals: [esp-aes128gcm16-x25519] }
EOT
	done
}
tunnels=$(seq -f 't%g' -s ' ' "$TUNNELS")
children=$(seq -f 't%g/lan' -s ' ' "$TUNNELS")
topo_suites boston

# ---- the streams: small in IPv4 and larger in IPv6, both ways ----
number() {	# NAME NS LOCAL REMOTE PORT OCTETS
	# exec: what is ended is the tool, not a shell.
	(exec ip netns exec "$(ns "$2")" "$BUILD/regress/net/number_tool" \
	    "$3" "$4" "$5" "$PACE" "$6") >"$LIB/$1" 2>&1 &
	numbers="$numbers $!"
}
numbers_start() {
	numbers= streams=
	for _i in $(seq "$TUNNELS"); do
		if [ $((_i % 2)) = 1 ]; then
			number "n4-$_i-a" a 10.1.$_i.1 10.2.$_i.1 7001 64
			number "n4-$_i-b" b 10.2.$_i.1 10.1.$_i.1 7001 64
			streams="$streams n4-$_i"
		fi
		if [ $((_i % 2)) = 0 ] || [ "$TUNNELS" = 1 ]; then
			number "n6-$_i-a" a fd01:$_i::1 fd02:$_i::1 7002 1000
			number "n6-$_i-b" b fd02:$_i::1 fd01:$_i::1 7002 1000
			streams="$streams n6-$_i"
		fi
	done
	for _f in $streams; do
		wait_until 30 grep -q counting "$LIB/$_f-a" &&
		    wait_until 30 grep -q counting "$LIB/$_f-b" || return 1
	done
}
numbers_stop() {
	# shellcheck disable=SC2086	# a list of pids
	kill $numbers
	for _p in $numbers; do
		wait "$_p"
	done
	for _f in $streams; do
		sed -n "s/^[slr]/# $_f, a: &/p" "$LIB/$_f-a"
		sed -n "s/^[slr]/# $_f, b: &/p" "$LIB/$_f-b"
	done
}
got() {		# NAME KEY
	sed -n "s/^sent.*/ &/;s/.* $2 \([0-9]*\).*/\1/p" "$LIB/$1"
}
# What the tools could not read in time, or the plane's sockets, is no loss
# of a rekey; but with it nothing is proved.  Nor is what a machine of ours
# alone had no time for, before it came to anybody.
unhandled() {
	[ -n "${IKD_VM-}" ] || return 0
	while read -r _ _u _; do
		echo $((0x$_u))
	done </proc/net/softnet_stat
}
unread() {
	_u=$(for _f in $streams; do got "$_f-a" overflow; got "$_f-b" overflow; done
	    unhandled
	    for _g in a b; do
		in_ns $_g nstat -asz UdpRcvbufErrors Udp6RcvbufErrors |
		    awk '/Udp/ { print $2 }'
	    done)
	[ "$(echo "$_u" | awk '{ n += $1 } END { print n + 0 }')" = 0 ]
}
whole() {	# FROM TO
	[ "$(got "$1" sent)" -gt 100 ] && [ "$(got "$1" refused)" = 0 ] &&
	    [ "$(got "$1" sent)" = "$(got "$2" received)" ] &&
	    [ "$(got "$2" twice)" = 0 ]
}
all_whole() {	# WHAT
	t_ok "$1: no queue of the machine overflowed" unread
	for _s in $streams; do
		t_ok "$1: none lost, $_s to b" whole "$_s-a" "$_s-b"
		t_ok "$1: none lost, $_s to a" whole "$_s-b" "$_s-a"
	done
	t_note "$(for _f in $streams; do got "$_f-a" sent; got "$_f-b" sent; done |
	    awk '{ n += $1 } END { print n + 0 }') packets sent"
}

# What the plane of ours has dropped, for whoever looks for a loss.
drops() {
	for _g; do
		suite_ctl "$_g" show dataplane | awk -v g="$_g" '
		    /drop/ && $NF > 0 { print "# " g ": " $0 }'
	done
	for _g in a b; do
		in_ns $_g awk -v g=$_g '$2 > 0 { print "# " g ": " $0 }' \
		    /proc/net/xfrm_stat
	done
}

# ---- rekeys ----
ctl() {		# without entering the namespace: it has a socket in the way
	_g=$1
	shift
	"$BUILD/bin/ikectl" -r "$LIB/$_g/run" -f "$LIB/$_g/etc" "$@" >/dev/null 2>&1
}
rekeyed() {	# KIND SUITE...: how often, as they count it
	_kind=$1
	shift
	for _g; do
		suite_ctl "$_g" show stats
	done | awk -v k="$_kind-rekeys" '$1 == k { n += $2 } END { print n + 0 }'
}
theirs_ours() { ctl gw2 rekey "$@"; }
theirs_swan() {
	case $1 in
	*/*)	swan peer --rekey --child lan ;;
	*)	swan peer --rekey --ike t1 ;;
	esac >/dev/null 2>&1
}
: "${SEED:=$(date +%s)}"
draw() {	# OF: sets $drawn, from 0
	SEED=$(((SEED * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(((SEED >> 12) % $1))
}
# rekeys N THEIRS: at random ours, theirs or both at once, one soon after the
# other; of each, one in six is of the IKE SA.
# shellcheck disable=SC2086	# lists
rekeys() {
	t_note "SEED=$SEED"
	_i=0
	while [ $((_i * TUNNELS)) -lt "$1" ]; do
		_i=$((_i + 1))
		_ours=$children _theirs=$children _pause=0
		draw 6
		[ "$drawn" != 0 ] || _ours=$tunnels
		draw 6
		[ "$drawn" != 0 ] || _theirs=$tunnels
		draw 4
		case $drawn in
		0)	ctl gw1 rekey $_ours
			continue ;;
		1)	"$2" $_theirs
			continue ;;
		esac
		draw 8
		"$2" $_theirs &
		[ "$drawn" = 0 ] || sleep "0.00$drawn"
		ctl gw1 rekey $_ours
		wait $!
		[ $((_i % 100)) -gt 1 ] || t_note "$_i times, $(date +%T)"
	done
}
count() {	# SUITE: sets $pairs, $ikes
	pairs=$(rekeyed child "$1")
	ikes=$(rekeyed ike "$1")
}
enough() { [ $((pairs + ikes)) -ge "$1" ] && [ "$ikes" -gt 0 ]; }
one_pair() { [ "$(suite_ctl "$1" show sa --json | grep -c '"spi_in"')" = "$TUNNELS" ]; }

[ "$TUNNELS" != 1 ] || wire_start out b
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
# shellcheck disable=SC2086	# a list
t_ok "activate" suite_ctl gw1 activate $tunnels --timeout 60
t_ok "numbered packets pass" numbers_start
began=$(date +%s)
rekeys "$REKEYS" theirs_ours
count gw1
t_note "$pairs rekeys of pairs, $ikes of IKE SAs in $(($(date +%s) - began)) s"
t_ok "so many rekeys" enough "$REKEYS"
t_ok "one pair of each is left" wait_until 30 one_pair gw1
t_ok "at the other end, too" wait_until 30 one_pair gw2
drops gw1 gw2
numbers_stop
all_whole "ours"
t_ok "second gateway stops" suite_stop gw2
[ "$TUNNELS" = 1 ] || lib_end
t_ok "the first sees it go" suite_ctl gw1 wait t1 --until down --timeout 10

swan_start b peer
swan_load peer <<EOT
connections { t1 {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	proposals = aes128gcm16-prfsha256-x25519
	local { auth = psk
		id = gw2-1.example.com }
	remote { auth = psk
		id = gw1-1.example.com }
	children { lan {
		local_ts = 10.2.1.0/24,fd02:1::/64
		remote_ts = 10.1.1.0/24,fd01:1::/64
		esp_proposals = aes128gcm16-x25519
	} }
} }
secrets { ike-t { secret = "not a secret: a test" } }
EOT
t_ok "strongSwan answers" suite_ctl gw1 activate t1 --timeout 30
t_ok "numbered packets pass" numbers_start
began=$(date +%s)
rekeys $((REKEYS / 4)) theirs_swan
before=$((pairs + ikes))
count gw1
t_note "$pairs of pairs, $ikes of IKE SAs now, in $(($(date +%s) - began)) s"
t_ok "so many rekeys" enough $((before + REKEYS * 2 / 20))
t_ok "one pair is left" wait_until 30 one_pair gw1
drops gw1
numbers_stop
all_whole "strongSwan"
t_ok "first gateway stops" suite_stop gw1
t_ok "nothing is left" clean a
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
