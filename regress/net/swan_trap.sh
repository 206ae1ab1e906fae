#!/bin/sh
# start: trap.  The packet that springs the trap is kept, goes out on the new
# SA and is answered: a host's own and a forwarded one, both families, with
# strongSwan at the other end.  What is kept is bounded.  A packet for which
# the peer has narrowed a child too far is one for another pair.
#
#    h1 lan0 ------- lan0  a  eth0 -------- eth0  b (strongSwan)
#    10.1.2.5        10.1.2.1  192.0.2.1    192.0.2.2
#    fd01:2::5       fd01:2::1              lo: 10.2.x.1, fd02:x::1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan_trap
net_ns a b h1
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link h1 lan0 10.1.2.5/24,fd01:2::5/64 a lan0 10.1.2.1/24,fd01:2::1/64
for i in 1 2 3 4; do
	net_addr b lo "10.2.$i.1/32,fd02:$i::1/128"
done
net_addr b lo 10.2.8.1/32,10.2.9.1/32
net_addr a lo 10.1.5.1/32,10.1.1.1/32,fd01:1::1/128
net_addr a lo 10.1.3.1/32,fd01:3::1/128
net_addr a lo 10.1.4.1/32,fd01:4::1/128
in_ns h1 ip route add default via 10.1.2.1
in_ns h1 ip -6 route add default via fd01:2::1
forwards a
# The kernel's plane keeps what springs a trap if it is told to.
[ "$IKD_PLANE" = userspace ] ||
    in_ns a sysctl -qw net.core.xfrm_larval_drop=0

ours() {	# N PEER
	cat <<EOT
  t$1:
    local: { address: 192.0.2.1, id: "fqdn:a$1.example.com" }
    remote: { address: 192.0.2.$2, id: "fqdn:b$1.example.com" }
    psk: t
    start: trap
    children:
      net: { local: [10.1.$1.0/24, "fd01:$1::/64"], remote: [10.2.$1.0/24, "fd02:$1::/64"] }
EOT
}
theirs() {
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		local { auth = psk
			id = b$1.example.com }
		remote { auth = psk
			id = a$1.example.com }
		children { net {
			local_ts = 10.2.$1.0/24,fd02:$1::/64
			remote_ts = 10.1.$1.0/24,fd01:$1::/64
			esp_proposals = aes256gcm16
		} }
	}
EOT
}
# The peer has two children where we have one, and nothing of a third network.
narrowed() {
	sed 's,10\.2\.5\.0/24.*,10.2.8.0/24,
	    /esp_proposals/{
		a\
	}\
	far {\
		local_ts = 10.2.9.0/24\
		remote_ts = 10.1.5.0/24,fd01:5::/64\
		esp_proposals = aes256gcm16
	    }'
}
suite_keyed gw a
{
	echo 'tunnels:'
	ours 1 2
	ours 2 2
	ours 3 2
	ours 4 9
	ours 5 2 | sed 's,remote: \[.*\],remote: 10.2.8.0/22,'
} >"$(suite_etc gw)/ikd.yaml"
{
	echo 'connections {'
	theirs 1
	theirs 2
	theirs 3
	theirs 5 | narrowed
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
wire_start out b
t_ok "the suite starts" suite_start gw
for i in 1 2 3 5; do
	t_ok "the trap is set ($i)" wait_until 20 status_is gw t$i Dormant
done

first() {	# NS FROM TO [COUNT]: the very first ones come back
	in_ns "$1" ping -q -c "${4:-1}" -i 0.002 -W $((8 * LIB_SLOW)) -I "$2" "$3"
}
t_ok "a host's own first packet" first a 10.1.1.1 10.2.1.1
t_ok "it went by the tunnel" sa_moved gw t1 1
t_ok "a forwarded first packet, of IPv6" first h1 fd01:2::5 fd02:2::1
t_ok "it went by the tunnel" sa_moved gw t2 1
t_ok "the first five of a burst" first a 10.1.3.1 10.2.3.1 5
t_ok "they went by the tunnel" sa_moved gw t3 5

# ---- a peer that is not there: no more is kept than may be ----
held() {
	suite_ctl gw show dataplane --json | tr -d ' ' |
	    sed -n 's/.*"packetsheldnow":"*\([0-9]*\).*/\1/p'
}
few() { [ "$(held)" -gt 0 ] && [ "$(held)" -le 8 ]; }
in_ns a ping -q -c 30 -i 0.002 -W 1 -I 10.1.4.1 10.2.4.1 >"$LIB/lost" 2>&1
# The kernel does not say how many it keeps.
[ "$IKD_PLANE" != userspace ] || t_ok "a few are kept" few ||
    suite_ctl gw show dataplane --json

# ---- a peer that narrows: one pair for each part that it has ----
pairs() {	# how many t5 has
	suite_ctl gw show sa t5 --json | grep -c '"spi_in"'
}
has() { [ "$(pairs)" = "$1" ]; }
t_ok "the first packet to one of two networks" first a 10.1.5.1 10.2.8.1
t_ok "it has a pair of its own" has 1
t_ok "the first to the other, outside that pair" first a 10.1.5.1 10.2.9.1
t_ok "it has another" has 2
t_ok "the first network is still there" first a 10.1.5.1 10.2.8.1 5
t_not "a third is nobody's" first a 10.1.5.1 10.2.10.1
t_ok "the log says why" \
    wait_until 20 grep -q 't5.*has nothing for the packet' "$(suite_log gw)"
t_ok "both pairs are left" has 2
theirs_has() { [ "$(swan peer --list-sas --ike t5 | grep -c INSTALLED)" = 2 ]; }
t_ok "at the peer, too" wait_until 20 theirs_has
t_ok "and take what they took" first a 10.1.5.1 10.2.9.1 5
t_ok "the suite stops" suite_stop gw
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "it left nothing" clean a
lib_end
