#!/bin/sh
# Gateways with networks behind them: what is forwarded, both families, into
# the tunnel and out of it; and what comes in clear from the far network.
#
#    h1 lan0 --- lan0  a  eth0 --- eth0  b  lan0 --- lan0 h2
#    10.1.1.5    10.1.1.1  192.0.2.1  192.0.2.2  10.2.1.1    10.2.1.5
#    fd01:1::5   fd01:1::1            2001:db8:: fd02:1::1   fd02:1::5
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin forward
net_ns a b h1 h2
net_link a eth0 192.0.2.1/24,2001:db8::1/64 b eth0 192.0.2.2/24,2001:db8::2/64
net_link h1 lan0 10.1.1.5/24,fd01:1::5/64 a lan0 10.1.1.1/24,fd01:1::1/64
net_link h2 lan0 10.2.1.5/24,fd02:1::5/64 b lan0 10.2.1.1/24,fd02:1::1/64
for h in 1 2; do
	in_ns h$h ip route add default via 10.$h.1.1
	in_ns h$h ip -6 route add default via fd0$h:1::1
done
in_ns a ip route add default via 192.0.2.2
in_ns a ip -6 route add default via 2001:db8::2
in_ns b ip route add default via 192.0.2.1
in_ns b ip -6 route add default via 2001:db8::1
forwards a b

policy() {	# LOCAL REMOTE START
	cat <<EOF
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: $3
    children:
      lan: { local: [10.$1.1.0/24, "fd0$1:1::/64"], remote: [10.$2.1.0/24, "fd0$2:1::/64"] }
EOF
}
topo_suites boston
ping4() { in_ns "$1" ping -q -c "${3:-3}" -i 0.05 -W 2 "$2"; }
t_ok "the networks are joined" wait_until 15 ping4 h1 10.2.1.5
t_ok "IPv6, too" wait_until 15 ping4 h1 fd02:1::5
wire_start out b
t_ok "second gateway starts" suite_start gw2
t_not "clear traffic stops there" ping4 h1 10.2.1.5 1
t_not "IPv6, too" ping4 h1 fd02:1::5 1
wire_stop out
wire_start out b
t_ok "first gateway starts" suite_start gw1
t_ok "the tunnel comes up" suite_ctl gw1 wait boston --until active --timeout 20
t_ok "forwarded, IPv4" ping4 h1 10.2.1.5
t_ok "forwarded, IPv6" ping4 h1 fd02:1::5
t_ok "back, IPv4" ping4 h2 10.1.1.5
t_ok "back, IPv6" ping4 h2 fd01:1::5
t_ok "large, IPv4" in_ns h1 ping -q -c 2 -i 0.1 -s 3000 10.2.1.5
# Each end learns the path by a packet that is lost.
t_ok "large, IPv6" in_ns h1 ping -q -c 5 -i 0.1 -s 3000 fd02:1::5
t_ok "from the gateway itself" ping4 a 10.2.1.5
t_ok "from the gateway itself, IPv6" ping4 a fd02:1::5
t_ok "counted" sa_moved gw1 boston 20
# The far gateway loses everything and would forward in clear.
suite_kill gw2
in_ns b ip xfrm policy flush
wire_stop out
clear1() {
	[ "$(wire_count out '(net 10.1.1.0/24 and net 10.2.1.0/24) or
	    (net fd01:1::/64 and net fd02:1::/64)')" -eq 0 ]
}
t_ok "nothing was in clear" clear1
t_ok "ESP was there" wire_has out "$WIRE_ESP"
for t in 4 6; do
	for r in $(in_ns b ip -$t rule | sed -n 's/^\(157..\):.*/\1/p'); do
		in_ns b ip -$t rule del pref "$r"
	done
done
# One way is enough: does the near side let it in?
heard() {	# NS ADDRESS FILTER: a clear ping to it is seen behind the gateway
	rm -f "$LIB/heard.err"
	in_ns h1 tcpdump -l -n -i lan0 -c 1 "$3" >"$LIB/heard" 2>"$LIB/heard.err" &
	_p=$!
	wait_until 20 grep -q 'listening on' "$LIB/heard.err"
	in_ns h2 ping -q -c 3 -i 0.1 -W 1 "$2" >/dev/null
	kill "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
	[ -s "$LIB/heard" ]
}
t_not "clear from the far network is not let in" heard h1 10.1.1.5 'src net 10.2.1.0/24'
t_not "IPv6, too" heard h1 fd01:1::5 'src net fd02:1::/64'
t_ok "first gateway stops" suite_stop gw1
t_ok "the kernel is as before" clean a
t_ok "then it is let in" heard h1 10.1.1.5 'src net 10.2.1.0/24'
t_ok "then it is let in, IPv6" heard h1 fd01:1::5 'src net fd02:1::/64'
lib_end
