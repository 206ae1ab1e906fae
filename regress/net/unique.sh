#!/bin/sh
# A peer that is gone without a word and comes back from another address,
# without INITIAL_CONTACT, under `unique-id: no`: its old session is still
# believed in and owns the same selectors; traffic goes by the new one at once,
# and still does when the old one has been found dead.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
lib_begin unique
topo_pair 1
net_addr b eth0 192.0.2.3/24
net_addr b eth0 192.0.2.4/24

suite_keyed gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOT
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
  t:
    local: { address: 192.0.2.1, id: "fqdn:a.example.com" }
    remote: { address: 192.0.2.0/24, id: "fqdn:b.example.com" }
    psk: t
    unique-id: no
    start: answer
    dpd: 6s
    children: { net: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
EOT
swan_at() {	# LAST-OCTET
	swan_start b peer && swan_load peer <<EOT
connections { t {
	version = 2
	local_addrs = 192.0.2.$1
	remote_addrs = 192.0.2.1
	unique = never
	local { auth = psk
		id = b.example.com }
	remote { auth = psk
		id = a.example.com }
	children { net {
		local_ts = 10.2.1.0/24
		remote_ts = 10.1.1.0/24
		esp_proposals = aes256gcm16-x25519
	} }
} }
secrets { ike-t { secret = "not a secret: a test" } }
EOT
}
sessions() { suite_ctl gw show sa t --json | grep -c '"spi_i"'; }
has() { [ "$(sessions)" = "$1" ]; }
carries() {
	t_ok "$1: traffic" pings a 10.1.1.1 10.2.1.1
	t_ok "$1: and from there" pings b 10.2.1.1 10.1.1.1
}
wire_start out b
t_ok "the suite starts" suite_start gw
t_ok "strongSwan is there" swan_at 2
t_ok "it initiates" swan peer --initiate --child net
carries "first place"
for at in 3 4; do
	swan_kill peer
	[ "$IKD_PLANE" = userspace ] || in_ns b ip xfrm state flush
	[ "$IKD_PLANE" = userspace ] || in_ns b ip xfrm policy flush
	ip -n "$(ns b)" link del ipsec0 2>/dev/null
	t_ok "strongSwan comes back at .$at" swan_at $at
	t_ok "it initiates, without INITIAL_CONTACT" swan peer --initiate --child net
	t_ok "the old session is still believed in" has 2
	carries ".$at beside the old one"
	t_ok "the old one is found dead" wait_until 30 has 1
	carries ".$at alone"
	t_ok "rekeyed" suite_ctl gw rekey t/net
	carries ".$at rekeyed"
done
t_ok "the suite stops" suite_stop gw
t_ok "nothing is left" clean a
wire_stop out
t_ok "nothing was in clear" wire_clear out
lib_end
