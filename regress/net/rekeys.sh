#!/bin/sh
# Child rekeys one after the other under numbered packets, which lose none:
# from either end and from both at once, now and then the IKE SA between;
# between two of ours, then with strongSwan.
#
#	REKEYS	how many between two of ours (100); strongSwan's are a quarter
#	PACE	microseconds between two packets of one stream (2000)
#
# `make bench-rekeys` does ten thousand.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
lib_begin rekeys
: "${REKEYS:=100}"
: "${PACE:=2000}"
topo_pair 1

policy() {	# SIDE PEER
	cat <<EOT
tunnels:
  boston:
    local: { address: 192.0.2.$1, id: "fqdn:gw$1.example.com" }
    remote: { address: 192.0.2.$2, id: "fqdn:gw$2.example.com" }
    psk: boston
    start: answer
    policy: { proposals: [aes128gcm16-prfsha256-x25519] }
    children:
      lan:
        local: [10.$1.1.0/24, "fd0$1:1::/64"]
        remote: [10.$2.1.0/24, "fd0$2:1::/64"]
        policy: { proposals: [esp-aes128gcm16-x25519] }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
	echo 'not a secret: a test' | suite_psk gw$g boston
done

# ---- the streams: two, small in IPv4 and larger in IPv6, both ways ----
number() {	# NAME NS LOCAL REMOTE PORT OCTETS
	# exec: what is ended is the tool, not a shell.
	(exec ip netns exec "$(ns "$2")" "$BUILD/regress/net/number_tool" \
	    "$3" "$4" "$5" "$PACE" "$6") >"$LIB/$1" 2>&1 &
	numbers="$numbers $!"
}
numbers_start() {
	numbers=
	number n4a a 10.1.1.1 10.2.1.1 7001 64
	number n4b b 10.2.1.1 10.1.1.1 7001 64
	number n6a a fd01:1::1 fd02:1::1 7002 1000
	number n6b b fd02:1::1 fd01:1::1 7002 1000
	for _f in n4a n4b n6a n6b; do
		wait_until 10 grep -q counting "$LIB/$_f" || return 1
	done
}
numbers_stop() {
	# shellcheck disable=SC2086	# a list of pids
	kill $numbers
	for _p in $numbers; do
		wait "$_p"
	done
	for _f in n4a n4b n6a n6b; do
		sed -n "s/^[slr]/# $_f: &/p" "$LIB/$_f"
	done
}
got() {		# NAME KEY
	sed -n "s/^sent.*/ &/;s/.* $2 \([0-9]*\).*/\1/p" "$LIB/$1"
}
# What the tools could not read in time, or the plane's sockets, is no loss
# of a rekey; but with it nothing is proved.
unread() {
	echo $(($(got "$1" overflow) + $(in_ns "$2" nstat -asz UdpRcvbufErrors Udp6RcvbufErrors |
	    awk '/Udp/ { n += $2 } END { print n + 0 }')))
}
whole() {	# FROM TO
	[ "$(got "$1" sent)" -gt 100 ] && [ "$(got "$1" refused)" = 0 ] &&
	    [ "$(got "$1" sent)" = "$(got "$2" received)" ] &&
	    [ "$(got "$2" twice)" = 0 ]
}
all_whole() {	# WHAT
	t_ok "$1: no receive buffer overflowed" [ "$(unread n4a a)$(unread n4b b)$(unread n6a a)$(unread n6b b)" = 0000 ]
	t_ok "$1: none lost, IPv4 to b" whole n4a n4b
	t_ok "$1: none lost, IPv4 to a" whole n4b n4a
	t_ok "$1: none lost, IPv6 to b" whole n6a n6b
	t_ok "$1: none lost, IPv6 to a" whole n6b n6a
}

# What the plane of ours has dropped, for whoever looks for a loss.
drops() {
	for _g; do
		suite_ctl "$_g" show dataplane | awk -v g="$_g" '
		    /drop/ && $NF > 0 { print "# " g ": " $0 }'
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
	ctl gw1 rekey boston/lan
	wait $_job
}
theirs_ours() { ctl gw2 rekey "$1"; }
theirs_swan() {
	case $1 in
	*/*)	swan peer --rekey --child lan ;;
	*)	swan peer --rekey --ike boston ;;
	esac >/dev/null 2>&1
}
# rekeys N THEIRS: in turn ours, theirs, both at once; each fiftieth time
# the IKE SA, too.
rekeys() {
	_i=0
	while [ $_i -lt "$1" ]; do
		_i=$((_i + 1))
		case $((_i % 5)) in
		1|3)	ctl gw1 rekey boston/lan ;;
		2|4)	"$2" boston/lan ;;
		0)	both "$2" boston/lan ;;
		esac
		case $((_i % 100)) in
		40)	ctl gw1 rekey boston ;;
		80)	"$2" boston ;;
		esac
	done
}
one_pair() { [ "$(suite_ctl "$1" show sa boston --json | grep -c '"spi_in"')" = 1 ]; }

wire_start out b
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
t_ok "activate" suite_ctl gw1 activate boston --timeout 30
t_ok "numbered packets pass" numbers_start
began=$(date +%s)
rekeys "$REKEYS" theirs_ours
t_note "$REKEYS times in $(($(date +%s) - began)) s; counted $(rekeyed gw1) and $(rekeyed gw2)"
t_ok "so many rekeys" [ "$(rekeyed gw1)" -ge "$REKEYS" ]
t_ok "one pair is left" wait_until 30 one_pair gw1
t_ok "at the other end, too" wait_until 30 one_pair gw2
drops gw1 gw2
numbers_stop
all_whole "ours"
t_ok "second gateway stops" suite_stop gw2
t_ok "the first sees it go" suite_ctl gw1 wait boston --until down --timeout 10

swan_start b peer
swan_load peer <<EOT
connections { boston {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	proposals = aes128gcm16-prfsha256-x25519
	local { auth = psk
		id = gw2.example.com }
	remote { auth = psk
		id = gw1.example.com }
	children { lan {
		local_ts = 10.2.1.0/24,fd02:1::/64
		remote_ts = 10.1.1.0/24,fd01:1::/64
		esp_proposals = aes128gcm16-x25519
	} }
} }
secrets { ike-t { secret = "not a secret: a test" } }
EOT
t_ok "strongSwan answers" suite_ctl gw1 activate boston --timeout 30
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
