#!/bin/sh
# AH over the kernel plane, which alone has it: transport and tunnel mode, both
# families, with ESN and without; two hosts of ours, then strongSwan's
# kernel-netlink in both roles; ESP on the same host meanwhile, and hosts behind
# both as gateways, whose packets AH carries in a tunnel.
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
. "$(dirname "$0")/../net/swan.sh"
lib_begin ah
topo_pair 2
net_ns c d
for g in 1 2; do
	gw=$([ $g = 1 ] && echo a || echo b)
	host=$([ $g = 1 ] && echo c || echo d)
	net_link $gw eth1 10.$g.9.1/24,fd0$g:9::1/64 $host eth0 10.$g.9.2/24,fd0$g:9::2/64
	forwards $gw
	in_ns $host ip route add default via 10.$g.9.1
	in_ns $host ip route add default via fd0$g:9::1
done

policy() {	# OURS PEERS
	cat <<EOT
tunnels:
  four:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: t
    start: answer
    children:
      host: { mode: transport, policy: { proposals: [ah-sha256] } }
      net: { local: 10.$1.1.0/24, remote: 10.$2.1.0/24, policy: { proposals: [ah-sha512], esn: no } }
      behind: { local: [10.$1.9.0/24, "fd0$1:9::/64"], remote: [10.$2.9.0/24, "fd0$2:9::/64"], policy: { proposals: [ah-sha256] } }
      secret: { local: 10.$1.2.0/24, remote: 10.$2.2.0/24 }
  six:
    local: { address: "2001:db8::$1", id: "fqdn:six$1" }
    remote: { address: "2001:db8::$2", id: "fqdn:six$2" }
    psk: t
    start: answer
    children:
      host: { mode: transport, policy: { proposals: [ah-sha384] } }
      net: { local: ["fd0$1:1::/64"], remote: ["fd0$2:1::/64"], policy: { proposals: [ah-sha256] } }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
	echo ah-secret-ah-secret-ah | suite_psk gw$g t
done
states() { [ "$(in_ns a ip xfrm state | grep -c "$1")" = "$2" ]; }
list_has() { suite_ctl gw1 list -v "$1" | grep -q "$2"; }
swan_is() { swan peer --list-sas | grep -q "$1"; }
all_pass() {
	pings a 192.0.2.1 192.0.2.2 && pings a 2001:db8::1 2001:db8::2 &&
	    pings b 10.2.1.1 10.1.1.1 && pings a 10.1.2.1 10.2.2.1 &&
	    pings a fd01:1::1 fd02:1::1 && behind_pass
}
# Both ways, both families, small and as large as a tunnel leaves room for.
behind_pass() {
	pings c 10.1.9.2 10.2.9.2 && pings d fd02:9::2 fd01:9::2 &&
	    in_ns d ping -q -c 2 -i 0.05 -W 3 -s 1300 10.1.9.2
}
t_ok "first host starts" suite_start gw1
t_ok "second host starts" suite_start gw2
t_not "in clear nothing passes" pings a 192.0.2.1 192.0.2.2 1
t_not "nor from behind" pings c 10.1.9.2 10.2.9.2 1
t_ok "IPv4 comes up" suite_ctl gw1 activate four --timeout 20
t_ok "IPv6 comes up, from the other end" suite_ctl gw2 activate six --timeout 20
t_ok "ten SAs of AH" states 'proto ah' 10
t_ok "two of ESP" states 'proto esp' 2
t_ok "eight of AH with ESN, two of ESP" states 'flag.* esn' 10
wire_start out b
t_ok "all traffic passes" all_pass
for c in four/host four/net four/behind six/host six/net; do
	t_ok "counters of $c" sa_moved gw1 $c 3
done
t_ok "list -v: AH transport" list_has four/host 'AH_transport'
t_ok "list -v: AH tunnel" list_has four/net 'AH_tunnel'
t_ok "list -v: the transform" list_has four/host 'AH_SHA2_256'
for g in 1 2; do
	for c in four/host four/net four/behind six/host six/net; do
		t_ok "rekey of $c from host $g" suite_ctl gw$g rekey $c
	done
	t_ok "all traffic passes after it" all_pass
done
wire_stop out
t_ok "AH was there" wire_has out 'ip proto 51'
t_ok "in IPv6 too" wire_has out 'ip6 proto 51'
t_not "no echo was without it" wire_has out 'icmp[0] = 8 or icmp[0] = 0 or (icmp6 and ip6[40] >= 128 and ip6[40] <= 129)'
t_not "nothing was in UDP" wire_has out 'udp port 4500 and
    ((ip and not udp[8:4] = 0) or (ip6 and not ip6[48:4] = 0))'
t_ok "a child closes" suite_ctl gw2 remove four/net
t_ok "the others stay" pings a 192.0.2.1 192.0.2.2
t_ok "second host stops" suite_stop gw2
in_ns b ip xfrm state flush
in_ns b ip xfrm policy flush
swan_start b peer
swan_load peer <<EOT
connections { four {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	local { auth = psk
		id = 192.0.2.2 }
	remote { auth = psk
		id = 192.0.2.1 }
	children {
		host { mode = transport
			ah_proposals = sha256-curve25519-esn }
		net { local_ts = 10.2.1.0/24
			remote_ts = 10.1.1.0/24
			ah_proposals = sha512-modp3072 }
		behind { local_ts = 10.2.9.0/24,fd02:9::/64
			remote_ts = 10.1.9.0/24,fd01:9::/64
			ah_proposals = sha256-curve25519-esn }
	}
} }
secrets { ike-t { secret = "ah-secret-ah-secret-ah" } }
EOT
t_ok "strongSwan answers" suite_ctl gw1 activate four/host --timeout 20
t_ok "a tunnel with it" suite_ctl gw1 activate four/net --timeout 20
t_ok "and one for what is behind" suite_ctl gw1 activate four/behind --timeout 20
both_pass() {
	pings a 192.0.2.1 192.0.2.2 && pings b 10.2.1.1 10.1.1.1 && behind_pass
}
t_ok "traffic with it" both_pass
t_ok "it says AH" swan_is 'TRANSPORT.*AH:HMAC_SHA2_256_128/ESN'
for c in host net behind; do
	t_ok "strongSwan rekeys $c" swan peer --rekey --child $c
	t_ok "we rekey $c" suite_ctl gw1 rekey four/$c
done
t_ok "traffic after it" both_pass
swan peer --terminate --ike four >/dev/null 2>&1
t_ok "strongSwan closes it" suite_ctl gw1 wait four --until down --timeout 10
t_ok "strongSwan initiates transport mode" swan peer --initiate --child host
t_ok "and a tunnel" swan peer --initiate --child net
t_ok "and the other one" swan peer --initiate --child behind
t_ok "traffic again" both_pass
t_ok "first host stops" suite_stop gw1
t_ok "nothing is left" clean a
lib_end
