#!/bin/sh
# Manual keys with a stranger: the other end's SAs and policies are set with ip
# xfrm.  Over the kernel plane ESP, AH, and a bundle of both, each in tunnel
# mode, and ESP between hosts; over the user-space plane ESP in UDP.  A wrong
# key is a drop that is counted, and numbers that begin anew are taken.
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
lib_begin manual_kernel
topo_pair 4
suite_new gw a
etc=$(suite_etc gw)
mkdir -m 700 "$etc/manual"

# enc and auth of both directions; a stranger writes them with 0x.
for k in e.in e.out s.in s.out; do
	openssl rand -hex 32 >"$LIB/$k"
done
for d in in out; do
	(umask 077
	    printf 'enc: %s\nauth: %s\n' "$(cat "$LIB/e.$d")" \
		"$(cat "$LIB/s.$d")" >"$etc/manual/esp.$d"
	    printf 'auth: %s\n' "$(cat "$LIB/s.$d")" >"$etc/manual/ah.$d")
done
esp() {	# SPI-IN SPI-OUT
	echo "{ algorithm: aes256-sha256, in: { spi: 0x$1, key: esp.in }, out: { spi: 0x$2, key: esp.out } }"
}
ah() {
	echo "{ protocol: ah, algorithm: sha256, in: { spi: 0x$1, key: ah.in }, out: { spi: 0x$2, key: ah.out } }"
}
cat >"$etc/ikd.yaml" <<EOT
tunnels:
  lab:
    keying: manual
    local: 192.0.2.1
    remote: 192.0.2.2
    children:
      one: { local: 10.1.1.0/24, remote: 10.2.1.0/24, sa: $(esp 1001 1002) }
      two: { local: 10.1.2.0/24, remote: 10.2.2.0/24, sa: $(ah 2001 2002) }
      three: { local: [10.1.3.0/24, "fd01:3::/64"], remote: [10.2.3.0/24, "fd02:3::/64"], sa: [ $(ah 3001 3002), $(esp 3003 3004) ] }
  hosts:
    keying: manual
    local: "2001:db8::1"
    remote: "2001:db8::2"
    start: manual
    children:
      host: { mode: transport, sa: $(esp 4001 4002) }
EOT

x() { in_ns b ip xfrm "$@"; }
# sa DIR PROTO SPI REQID MODE [MORE]: of the stranger; in is what we send.
sa() {
	_d=$1 _p=$2 _s=$3 _r=$4 _m=$5 _f=${LEFT-192.0.2.2} _t=${RIGHT-192.0.2.1}
	shift 5
	_k=in
	[ "$_d" = out ] || { _k=out; _x=$_f _f=$_t _t=$_x; }
	# RFC 4302 section 3.3.3.2.1: in IPv4 AH ends on 32 bits.
	_enc= _flag='flag align4'
	[ "$_p" = ah ] || _flag=
	[ "$_p" = ah ] || _enc="enc cbc(aes) 0x$(cat "$LIB/e.$_k")"
	# shellcheck disable=SC2086
	x state add src "$_f" dst "$_t" proto "$_p" spi "0x$_s" \
	    reqid "$_r" mode "$_m" $_flag $_enc auth-trunc 'hmac(sha256)' \
	    "0x${KEY-$(cat "$LIB/s.$_k")}" 128 "$@"
}
# pol N REQID TMPL...: both directions; TMPL is PROTO:MODE, inner first.
pol() {
	_n=$1 _r=$2
	shift 2
	for _d in out in; do
		_l=10.2.$_n.0/24 _o=10.1.$_n.0/24 _f=192.0.2.2 _t=192.0.2.1
		[ $_d = out ] || _l=10.1.$_n.0/24 _o=10.2.$_n.0/24 \
		    _f=192.0.2.1 _t=192.0.2.2
		_tmpl=
		for _w in "$@"; do
			_tmpl="$_tmpl tmpl src $_f dst $_t proto ${_w%:*}"
			_tmpl="$_tmpl reqid $_r mode ${_w#*:}"
		done
		# shellcheck disable=SC2086
		x policy add dir $_d src $_l dst $_o $_tmpl || return 1
	done
}
in_ns b ip route add 10.1.0.0/16 via 192.0.2.1
stranger() {
	sa out esp 1001 11 tunnel && sa in esp 1002 11 tunnel &&
	    pol 1 11 esp:tunnel &&
	    sa out ah 2001 12 tunnel && sa in ah 2002 12 tunnel &&
	    pol 2 12 ah:tunnel &&
	    sa out esp 3003 13 tunnel && sa in esp 3004 13 tunnel &&
	    sa out ah 3001 13 transport && sa in ah 3002 13 transport &&
	    pol 3 13 esp:tunnel ah:transport
}
both() {	# N [COUNT]
	pings a 10.1.$1.1 10.2.$1.1 "${2-20}" &&
	    pings b 10.2.$1.1 10.1.$1.1 "${2-20}"
}
field() {	# CHILD KEY N: at least N
	[ "$(sa_sum gw "$1" "$2")" -ge "$3" ]
}
large() { in_ns a ping -q -c 3 -i 0.05 -W 3 -s 3000 -I 10.1.$1.1 10.2.$1.1; }

wire_start wire b
t_ok "it starts" suite_start gw
t_ok "it is up, whoever is there" suite_ctl gw wait lab --until active --timeout 20
t_not "nobody is there" both 1 1
t_ok "the stranger's SAs" stranger
t_ok "ESP, both ways" both 1
t_ok "AH, both ways" both 2
t_ok "the bundle, both ways" both 3
for n in 1 2 3; do
	t_ok "larger than the wire: $n" large $n
done
for c in one two three; do
	t_ok "counters of $c" sa_moved gw lab/$c 40
done
t_ok "list -v: both" suite_ctl gw list -v lab/three
suite_ctl gw list -v lab/three >"$LIB/full"
t_ok "the bundle's AH" grep -q 'AH_SHA2_256' "$LIB/full"
t_ok "and its ESP" grep -q 'ESP_AES_CBC_256' "$LIB/full"
t_not "no SA has a replay window" \
    sh -c "ip netns exec $(ns a) ip xfrm state | grep 'replay-window [1-9]'"

# AH alone, ESP alone, and AH around ESP: what the wire shows.
t_ok "ESP was there" wire_has wire 'esp'
t_ok "AH was there" wire_has wire 'ip proto 51 and ip[20] = 4'
t_ok "and around ESP" wire_has wire 'ip proto 51 and ip[20] = 50'
t_not "nothing was in UDP" wire_has wire 'udp port 4500'

LEFT=2001:db8::2 RIGHT=2001:db8::1
t_ok "the host tunnel opens" suite_ctl gw activate hosts
t_ok "SAs of the stranger" sa out esp 4001 14 transport
t_ok "and back" sa in esp 4002 14 transport
for d in out:2001:db8::2:2001:db8::1 in:2001:db8::1:2001:db8::2; do
	f=${d#*:}
	f=${f%:2001*}
	x policy add dir "${d%%:*}" src "$f" dst "2001:db8::${d##*::}" \
	    proto ipv6-icmp type 128 \
	    tmpl proto esp reqid 14 mode transport
	x policy add dir "${d%%:*}" src "$f" dst "2001:db8::${d##*::}" \
	    proto ipv6-icmp type 129 \
	    tmpl proto esp reqid 14 mode transport
done
t_ok "IPv6, host to host" pings a 2001:db8::1 2001:db8::2 20
unset LEFT RIGHT

# Somebody flushes our SAs, all or the half of a bundle: they come again.
t_ok "AH is flushed" in_ns a ip xfrm state flush proto ah
t_ok "the bundle is made again" wait_until 20 both 3 1
t_ok "and AH alone" wait_until 20 both 2 1
t_ok "all is flushed" in_ns a ip xfrm state flush
for n in 1 2 3; do
	t_ok "all is made again: $n" wait_until 20 both $n 1
done

# Its numbers begin anew: nobody looks.
x state flush
t_ok "the stranger's SAs again" sa out esp 1001 11 tunnel
t_ok "and back" sa in esp 1002 11 tunnel
t_ok "ESP goes on" both 1
n=$(sa_sum gw lab/one in_packets)
x state flush
KEY=$(openssl rand -hex 32)
t_ok "a wrong key" sa out esp 1001 11 tunnel
unset KEY
t_ok "there" sa in esp 1002 11 tunnel
t_not "nothing comes through" pings b 10.2.1.1 10.1.1.1 3
t_ok "nothing is counted as come in" [ "$(sa_sum gw lab/one in_packets)" -eq "$n" ]
t_ok "the drops are" field lab/one bad_icv 3
p=$(suite_pids gw certd-sign)
kill -9 "$p"
t_ok "certd-sign is back" wait_until 30 suite_restarted gw certd-sign "$p"
x state flush
sa out esp 1001 11 tunnel
sa in esp 1002 11 tunnel
t_ok "with the right one again" both 1
t_ok "it stops" suite_stop gw
t_ok "nothing is left" clean a
t_ok "it starts again" suite_start gw
t_ok "it is up" suite_ctl gw wait lab --until active --timeout 20
t_ok "ESP goes on" both 1
t_ok "it stops" suite_stop gw
wire_stop wire

# The user-space plane, with the same stranger's ESP in UDP.
cat >"$etc/ikd.yaml" <<EOT
dataplane: userspace
tunnels:
  lab:
    keying: manual
    local: 192.0.2.1
    remote: 192.0.2.2
    children:
      one: { local: 10.1.1.0/24, remote: 10.2.1.0/24, sa: $(esp 1001 1002) }
EOT
x state flush
(exec ip netns exec "$(ns b)" "$BUILD/regress/net/encap_tool" 192.0.2.2 4500 \
    >"$LIB/encap") &
t_ok "the stranger takes ESP in UDP" wait_until 20 grep -q ready "$LIB/encap"
in_udp() {
	sa "$1" esp "$2" 11 tunnel encap espinudp 4500 4500 0.0.0.0
}
t_ok "its SAs" in_udp out 1001
t_ok "and back" in_udp in 1002
IKD_PLANE=userspace
wire_start udp a
t_ok "it starts" suite_start gw
t_ok "it is up" suite_ctl gw wait lab --until active --timeout 20
t_ok "ESP in UDP, both ways" both 1
t_ok "larger than the wire" large 1
t_ok "counted" sa_moved gw lab/one 40
p=$(suite_pids gw ikd-esp)
kill -9 "$p"
t_ok "ikd-esp is back" wait_until 30 suite_restarted gw ikd-esp "$p"
t_ok "ESP goes on" both 1
x state flush
KEY=$(openssl rand -hex 32)
in_udp out 1001
unset KEY
in_udp in 1002
t_not "a wrong key" pings b 10.2.1.1 10.1.1.1 3
t_ok "is counted" field lab/one bad_icv 3
t_ok "it stops" suite_stop gw
t_ok "nothing is left" clean a
wire_stop udp
t_ok "ESP was in UDP" wire_has udp 'udp port 4500'
t_ok "nothing was in clear" wire_clear udp
lib_end
