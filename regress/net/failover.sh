#!/bin/sh
# Several addresses of one peer (strongSwan), tried in their order: one that
# nobody has, IPv4, IPv6.  A peer that falls silent at one of them is found at
# the next; one that is renewed stays where it is.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin failover
topo_pair 1

suite_keyed gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF2
retransmit: { first: 1s, factor: 1.2, tries: 2 }
retry: { first: 1s, most: 2s }
tunnels:
  lyon:
    local: { id: fqdn:a.example.com }
    remote:
      address: [192.0.2.9, 192.0.2.2, 2001:db8::2]
      id: fqdn:b.example.com
    psk: t
    dpd: 2s
    children: { net: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
EOF2
swan_file "$(swan_conn lyon b.example.com 'dpd_delay = 3' "$(swan_net net 1)")" \
    >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connection" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
at() { suite_ctl gw show sa lyon --json | grep '"remote"' | grep -q "$1"; }
carries() { wait_until 20 pings a 10.1.1.1 10.2.1.1 1; }
t_ok "up, though the first address is nobody's" suite_ctl gw wait lyon \
    --timeout 20
t_ok "at the second" at 192.0.2.2
t_ok "traffic" carries
t_ok "authenticated anew by hand" suite_ctl gw reauth lyon
t_ok "it stays where it is" at 192.0.2.2
t_ok "traffic" carries

deaf() {	# FAMILY ADDRESS
	in_ns b nft -f - <<EOF2
table inet lab {
	chain in {
		type filter hook input priority 0;
		$1 daddr $2 meta l4proto { udp, esp } drop
	}
}
EOF2
}
t_ok "the peer falls silent there" deaf ip 192.0.2.2
t_ok "it is found at the third" wait_until 30 at 2001:db8::2
t_ok "traffic" carries
t_ok "that can be heard again" in_ns b nft delete table inet lab
t_ok "and this one not" deaf ip6 2001:db8::2
t_ok "it is found at the second" wait_until 40 at 192.0.2.2
t_ok "traffic" carries
t_ok "the suite stops" suite_stop gw
lib_end
