#!/bin/sh
# Child rekeys one after the other under numbered packets, which lose none:
# from either end and from both at once, now and then the IKE SA between;
# between two of ours, then with strongSwan.
#
#	REKEYS	how many between two of ours (100); strongSwan's are a quarter
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
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
	echo 'not a secret: a test' | suite_psk gw$g boston
done

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
rekeyed() {	# SUITE...: how often, as they count it
	for _g; do
		suite_ctl "$_g" show stats
	done | awk '$1 == "child-rekeys" { n += $2 } END { print n + 0 }'
}
both() {	# COMMAND-OF-THE-OTHER...
	"$@" >/dev/null 2>&1 &
	_job=$!
	# shellcheck disable=SC2086	# a list
	ctl gw1 rekey $children
	wait $_job
}
theirs_ours() { ctl gw2 rekey "$@"; }
theirs_swan() {
	case $1 in
	*/*)	swan peer --rekey --child lan ;;
	*)	swan peer --rekey --ike t1 ;;
	esac >/dev/null 2>&1
}
# rekeys N THEIRS: in turn ours, theirs, both at once; each fiftieth time
# the IKE SA, too.
# shellcheck disable=SC2086	# lists
rekeys() {
	_i=0
	while [ $((_i * TUNNELS)) -lt "$1" ]; do
		_i=$((_i + 1))
		case $((_i % 5)) in
		1|3)	ctl gw1 rekey $children ;;
		2|4)	"$2" $children ;;
		0)	both "$2" $children ;;
		esac
		case $((_i % 100)) in
		40)	ctl gw1 rekey $tunnels ;;
		80)	"$2" $tunnels ;;
		esac
		[ $((_i % 100)) != 0 ] || t_note "$_i times, $(date +%T)"
	done
}
one_pair() { [ "$(suite_ctl "$1" show sa --json | grep -c '"spi_in"')" = "$TUNNELS" ]; }

[ "$TUNNELS" != 1 ] || wire_start out b
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
# shellcheck disable=SC2086	# a list
t_ok "activate" suite_ctl gw1 activate $tunnels --timeout 60
t_ok "numbered packets pass" numbers_start
began=$(date +%s)
rekeys "$REKEYS" theirs_ours
t_note "$REKEYS times in $(($(date +%s) - began)) s; counted $(rekeyed gw1) and $(rekeyed gw2)"
t_ok "so many rekeys" [ "$(rekeyed gw1)" -ge "$REKEYS" ]
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
before=$(rekeyed gw1)
began=$(date +%s)
rekeys $((REKEYS / 4)) theirs_swan
t_note "$((REKEYS / 4)) times in $(($(date +%s) - began)) s; ours $(($(rekeyed gw1) - before))"
t_ok "ours rekeyed its half" [ $(($(rekeyed gw1) - before)) -ge $((REKEYS * 2 / 20)) ]
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
