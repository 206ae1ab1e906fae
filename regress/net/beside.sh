#!/bin/sh
# What lies beside the tunnels: a hole (action: pass) and a wall (action: drop)
# inside one child's selectors, with the tunnel up and without; and children of
# ICMP types (RFC 4301 section 4.4.1.1).
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin beside
topo_pair 5
# All of it would leave in clear, were it let.
in_ns a ip route add 10.2.0.0/16 via 192.0.2.2
in_ns b ip route add 10.1.0.0/16 via 192.0.2.1
in_ns a ip -6 route add fd02::/16 via 2001:db8::2
in_ns b ip -6 route add fd01::/16 via 2001:db8::1

suite() {	# SUITE NS OWN OTHER OWN-PORTS OTHER-PORTS START
	suite_new "$1" "$2"
	echo 'the one and only long secret' | suite_psk "$1" boston
	cat >"$(suite_etc "$1")/ikd.yaml" <<EOT
tunnels:
  boston:
    local: 192.0.2.$3
    remote: 192.0.2.$4
    psk: boston
    start: $7
$([ "$IKD_PLANE" != userspace ] || echo '    dscp: 48')
    children:
      lan: { local: [10.$3.0.0/22, "fd0$3::/16"],
        remote: [10.$4.0.0/22, "fd0$4::/16"] }
      web: { local: [10.$3.1.0/24, "fd0$3:1::/32"], action: pass,
        remote: [10.$4.1.0/24, "fd0$4:1::/32"], protocol: tcp,
        $5: 80, $6: any }
      never: { local: [10.$3.2.0/24, "fd0$3:2::/32"], action: drop,
        remote: [10.$4.2.0/24, "fd0$4:2::/32"], protocol: tcp,
        $5: 5000-5010 }
      asks: { local: 10.$3.4.0/24, remote: 10.$4.4.0/24, protocol: icmp,
        icmp-type: 8 }
      answers: { local: 10.$3.4.0/24, remote: 10.$4.4.0/24, protocol: icmp,
        icmp-type: 0, icmp-code: 0 }
      both: { local: 10.$3.5.0/24, remote: 10.$4.5.0/24, protocol: icmp,
        icmp-type: [0, 8] }
EOT
}
suite gw1 a 1 2 remote-port local-port manual
suite gw2 b 2 1 local-port remote-port answer
for p in 80 81 5000 5011; do
	for f in TCP4-LISTEN:$p TCP6-LISTEN:$p,ipv6only=1; do
		in_ns b socat -t 5 "$f,fork,reuseaddr" "SYSTEM:echo here" \
		    >/dev/null 2>&1 &
	done
done
asks() {	# FROM TO PORT
	case $2 in
	*:*) _f=6 _to="[$2]" _from="[$1]" ;;
	*) _f=4 _to=$2 _from=$1 ;;
	esac
	in_ns a timeout 4 socat -T 1 \
	    "TCP$_f:$_to:$3${1:+,bind=$_from},connect-timeout=1" - </dev/null \
	    2>&1 | grep -x here
}
told() { wait_until 15 asks "$@"; }
out_of() { sa_sum gw1 "boston/$1" out_packets; }
in_of() { sa_sum gw1 "boston/$1" in_packets; }

t_ok "before anything starts all passes" told 10.1.2.1 10.2.2.1 5000
t_ok "IPv6, too" told fd01:2::1 fd02:2::1 5000
wire_start out a
t_ok "one suite starts" suite_start gw2
t_ok "the other starts" suite_start gw1
holes() {	# WHEN
	t_ok "$1: the hole passes" told 10.1.1.1 10.2.1.1 80
	t_ok "$1: IPv6, too" told fd01:1::1 fd02:1::1 80
	t_ok "$1: and without a source" told '' 10.2.1.1 80
	t_not "$1: the wall holds" asks 10.1.2.1 10.2.2.1 5000
	t_not "$1: IPv6, too" asks fd01:2::1 fd02:2::1 5000
}
holes "no tunnel"
t_not "nothing else passes" asks 10.1.1.1 10.2.1.1 81
t_not "nor by IPv6" asks fd01:1::1 fd02:1::1 81
t_not "nor beside the wall" asks 10.1.2.1 10.2.2.1 5011
t_not "nor ICMP" pings a 10.1.1.1 10.2.1.1 1
t_ok "the tunnel comes up" suite_ctl gw1 activate boston --timeout 20
holes "with the tunnel"
t_ok "beside the hole the tunnel carries" told 10.1.1.1 10.2.1.1 81
t_ok "IPv6, too" told fd01:1::1 fd02:1::1 81
t_ok "beside the wall, too" told 10.1.2.1 10.2.2.1 5011
t_ok "and where neither is" told 10.1.3.1 10.2.3.1 80
t_ok "counted" [ "$(out_of lan)" -ge 12 ]
shown() { suite_ctl gw1 list boston | grep -E " $1 .* $2 "; }
t_ok "list shows the hole" shown web Pass
t_ok "and the wall" shown never Drop
status_of() {
	suite_ctl gw1 list -v boston | awk -v n="$1" '/^ *Name/ { on = $2 == n }
	    on && /^ *Status/ { print $2 }'
}
t_ok "list -v, too" [ "$(status_of web)" = Pass ]
t_not "a hole is not activated" suite_ctl gw1 activate boston/web --timeout 5

# ---- ICMP types ----
is_icmp() {	# CHILD TEXT
	suite_ctl gw1 show sa "boston/$1" --json | grep '"ts_local"' |
	    grep -F "$2"
}
t_ok "an SA is for echo requests" is_icmp asks 'icmp/8]'
t_ok "one for replies" is_icmp answers 'icmp/0.0]'
t_ok "one for both" is_icmp both 'icmp/0], 10.1.5.0/24[icmp/8]'
t_ok "echo" pings a 10.1.4.1 10.2.4.1
t_ok "requests in one" [ "$(out_of asks) $(in_of asks)" = "3 0" ]
t_ok "replies in the other" [ "$(out_of answers) $(in_of answers)" = "0 3" ]
t_ok "both in one" pings a 10.1.5.1 10.2.5.1
t_ok "counted" [ "$(out_of both) $(in_of both)" = "3 3" ]
t_ok "replies have no SA any more" suite_ctl gw1 remove boston/answers
t_not "and do not come in another" pings a 10.1.4.1 10.2.4.1 1
t_ok "while requests go" [ "$(out_of asks)" -eq 4 ]

# ---- without the tunnel again, and other rules ----
t_ok "the tunnel is removed" suite_ctl gw1 remove boston
holes "tunnel removed"
t_not "nothing else" asks 10.1.1.1 10.2.1.1 81
wire_stop out
only() {	# What was in clear is the hole's, and was there in both families.
	_all=$(wire_count out 'net 10.1.0.0/16 or net 10.2.0.0/16 or net fd01::/16 or net fd02::/16')
	_4=$(wire_count out 'net 10.1.1.0/24 and net 10.2.1.0/24 and tcp port 80')
	_6=$(wire_count out 'net fd01:1::/32 and net fd02:1::/32 and tcp port 80')
	_n=$(wire_count out 'host 192.0.2.1 and net 10.2.1.0/24 and tcp port 80')
	echo "$_all in clear, of the hole $_4, $_6 and $_n"
	[ "$_4" -gt 20 ] && [ "$_6" -gt 20 ] &&
	    [ "$_all" -eq $((_4 + _6 + _n)) ]
}
t_ok "the hole's packets, and no others, were in clear" only
if [ "$IKD_PLANE" = userspace ]; then
	f='src host 192.0.2.1 and udp and (port 500 or port 4500)'
	t_ok "IKE and ESP of the tunnel have its DSCP" wire_has out \
	    "$f and ip[1] & 0xfc = 0xc0"
	t_ok "all of them" [ "$(wire_count out "$f and ip[1] & 0xfc != 0xc0")" -eq 0 ]
	t_ok "the answers, once the peer is known" wire_has out 'src host
	    192.0.2.2 and udp port 4500 and udp[8:4] = 0 and ip[1] = 0xc0'
fi
sed -i 's/action: pass/action: drop/' "$(suite_etc gw1)/ikd.yaml"
t_ok "the hole becomes a wall" suite_ctl gw1 reload
t_ok "the tunnel comes up" suite_ctl gw1 activate boston --timeout 20
t_not "it holds" asks 10.1.1.1 10.2.1.1 80
t_not "IPv6, too" asks fd01:1::1 fd02:1::1 80
t_ok "one suite stops" suite_stop gw1
t_ok "the other stops" suite_stop gw2
t_ok "all passes again" told 10.1.2.1 10.2.2.1 5000
lib_end
