#!/bin/sh
# NAT over the kernel plane: an initiator whose address is the route's sends
# raw ESP where there is no NAT; behind one, ESP in UDP, and when its mapping
# changes a packet of the tunnel alone makes the peer follow; AH is refused
# there.  Ours with ours, then strongSwan's kernel-netlink behind the NAT.
#
#    a  eth0 -------- in  n  out -------- eth0  b
#    203.0.113.2      .1  (NAT) 192.0.2.1       192.0.2.2
#    lo: 10.1.x.1/32                            lo: 10.2.x.1/32
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
. "$(dirname "$0")/../net/swan.sh"
lib_begin detect
net_ns a n b
net_link a eth0 203.0.113.2/24 n in 203.0.113.1/24
net_link n out 192.0.2.1/24 b eth0 192.0.2.2/24
net_addr a lo 10.1.1.1/32
net_addr b lo 10.2.1.1/32
in_ns a ip route add default via 203.0.113.1
in_ns b ip route add default via 192.0.2.1
in_ns n sysctl -qw net.ipv4.ip_forward=1

masquerade() {	# FIRST
	in_ns n nft -f - <<EOT
table ip nat {
}
delete table ip nat
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat;
		ip saddr 203.0.113.2 udp dport 1-65535 masquerade to :$1-$(($1 + 999))
	}
}
EOT
	in_ns n conntrack -F >/dev/null 2>&1
}

suite_new gw1 a
suite_new gw2 b
cat >"$(suite_etc gw1)/ikd.yaml" <<EOT
nat-keepalive: no
tunnels:
  t:
    local: { id: "fqdn:a.example" }
    remote: { address: 192.0.2.2, id: "fqdn:b.example" }
    psk: t
    start: answer
    dpd: 0
    children: { net: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
  ah:
    local: { id: "fqdn:ah.example" }
    remote: { address: 192.0.2.2, id: "fqdn:b.example" }
    psk: t
    start: answer
    children: { host: { mode: transport, policy: { proposals: [ah-sha256] } } }
EOT
cat >"$(suite_etc gw2)/ikd.yaml" <<EOT
nat-keepalive: no
tunnels:
  t:
    local: { address: 192.0.2.2, id: "fqdn:b.example" }
    remote: { address: any, id: "fqdn:a.example" }
    psk: t
    dpd: 0
    children: { net: { local: 10.2.1.0/24, remote: 10.1.1.0/24 } }
  ah:
    local: { address: 192.0.2.2, id: "fqdn:b.example" }
    remote: { address: any, id: "fqdn:ah.example" }
    psk: t
    children: { host: { mode: transport, policy: { proposals: [ah-sha256] } } }
EOT
for g in 1 2; do
	echo detect-secret-detect | suite_psk gw$g t
done
encap() { in_ns "$1" ip xfrm state | grep -q 'encap type espinudp'; }
port_in() {	# SUITE FIRST
	_p=$(suite_ctl "$1" show sa t --json | awk -F'"' '$2 == "remote" {
	    sub(/.*\[/, "", $4); sub(/\]/, "", $4); print $4; exit }')
	[ -n "$_p" ] && [ "$_p" -ge "$2" ] && [ "$_p" -lt $(($2 + 1000)) ]
}
t_ok "responder starts" suite_start gw2
t_ok "initiator starts" suite_start gw1
t_ok "no NAT, address by the route" suite_ctl gw1 activate t --timeout 20
t_not "raw ESP at the initiator" encap a
t_not "and at the responder" encap b
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_ok "AH where there is no NAT" suite_ctl gw1 activate ah --timeout 20
t_ok "AH passes" pings a 203.0.113.2 192.0.2.2
t_ok "it closes" suite_ctl gw1 remove ah
t_ok "closed" suite_ctl gw1 remove t
masquerade 20000
t_ok "the same behind a NAT" suite_ctl gw1 activate t --timeout 20
t_ok "is ESP in UDP" encap b
t_ok "traffic through the NAT" pings a 10.1.1.1 10.2.1.1
t_ok "the peer's port is the NAT's" port_in gw2 20000
t_not "AH is refused" suite_ctl gw1 activate ah --timeout 5
t_ok "with the reason" grep -q "AH cannot pass a NAT" "$(suite_log gw1)"
suite_ctl gw1 remove ah >/dev/null 2>&1
masquerade 30000
in_ns a ping -q -c 2 -i 0.2 -W 1 -I 10.1.1.1 10.2.1.1 >/dev/null 2>&1
t_ok "ESP from elsewhere is followed" wait_until 20 port_in gw2 30000
t_ok "traffic from the other end" wait_until 20 pings b 10.2.1.1 10.1.1.1 1
t_ok "traffic goes on" pings a 10.1.1.1 10.2.1.1
t_ok "initiator stops" suite_stop gw1
in_ns a ip xfrm state flush
in_ns a ip xfrm policy flush
swan_start a peer
swan_load peer <<EOT
connections { t {
	version = 2
	remote_addrs = 192.0.2.2
	local { auth = psk
		id = a.example }
	remote { auth = psk
		id = b.example }
	children { net { local_ts = 10.1.1.0/24
		remote_ts = 10.2.1.0/24
		esp_proposals = aes256gcm16-curve25519 } }
} }
secrets { ike-t { secret = "detect-secret-detect" } }
EOT
t_ok "strongSwan behind the NAT" swan peer --initiate --child net
t_ok "traffic with it" pings a 10.1.1.1 10.2.1.1
masquerade 40000
in_ns a ping -q -c 2 -i 0.2 -W 1 -I 10.1.1.1 10.2.1.1 >/dev/null 2>&1
t_ok "its ESP from elsewhere is followed" wait_until 20 port_in gw2 40000
t_ok "traffic from our end" wait_until 20 pings b 10.2.1.1 10.1.1.1 1
t_ok "and from its" pings a 10.1.1.1 10.2.1.1
t_ok "responder stops" suite_stop gw2
t_ok "nothing is left" clean b
lib_end
