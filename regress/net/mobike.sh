#!/bin/sh
# MOBIKE between two of ours, under numbered packets: the client loses its
# address, its link, all of IPv4, and then the way without noticing; the
# gateway changes its own.  One IKE SA lives through it all.  The topology is
# roam_lib.sh's.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/roam_lib.sh"
lib_begin mobike
roam_topology
suite_new gw1 a
suite_new gw2 b
for g in 1 2; do
	echo 'not a secret: a test' | suite_psk gw$g t
done
cat >"$(suite_etc gw1)/ikd.yaml" <<'EOT'
tunnels:
  t1:
    local: { id: "fqdn:a.example.com" }
    remote:
      address: [198.51.100.7, 198.51.100.8, "2001:db8:2::7"]
      id: "fqdn:b.example.com"
    psk: t
    start: answer
    dpd: 2s
    retransmit: { first: 1s, factor: 1.2, tries: 12 }
    children: { net: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
EOT
cat >"$(suite_etc gw2)/ikd.yaml" <<'EOT'
tunnels:
  t1:
    local: { id: "fqdn:b.example.com" }
    remote: { id: "fqdn:a.example.com" }
    psk: t
    start: answer
    retransmit: { first: 1s, factor: 1.2, tries: 12 }
    children: { net: { local: 10.2.1.0/24, remote: 10.1.1.0/24 } }
EOT
wire_start out b
t_ok "the gateway starts" suite_start gw2
t_ok "the client starts" suite_start gw1
t_ok "activate" suite_ctl gw1 activate t1 --timeout 20
t_ok "the client is at its first address" wait_until 20 roam_at gw2 remote 192.0.2.1
spi=$(suite_ctl gw2 show sa t1 --json | grep '"spi_i"')
t_ok "its SPI is shown" [ -n "$spi" ]
t_ok "numbered packets pass" roam_numbers

moves() {	# WHAT, LOCAL, REMOTE
	t_ok "$1: the gateway follows" wait_until 20 roam_at gw2 remote "$2"
	t_ok "$1: both show it" wait_until 15 roam_at gw1 local "$2"
	t_ok "$1: the gateway is at $3" roam_at gw1 remote "$3"
	t_ok "$1: traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 2
}
roam_moves
roam_numbers_end
t_ok "few are lost to the gateway" roam_lost a b "$ROAM_MOST"
t_ok "and to the client" roam_lost b a "$ROAM_MOST"
t_ok "none came twice" [ "$(roam_got a twice)$(roam_got b twice)" = 00 ]
# The way is dead, and nobody says so: liveness finds another one.
in_ns a ip addr add 203.0.113.1/24 dev eth1
in_ns a ip route add default via 203.0.113.2 metric 200
in_ns r sysctl -qw net.ipv6.conf.all.forwarding=0
moves "a way that is dead" 203.0.113.1 198.51.100.7
# The gateway's own address, of which it has told another one before.
in_ns b sysctl -qw net.ipv4.conf.all.promote_secondaries=1
in_ns b ip addr add 198.51.100.8/24 dev eth0
in_ns b ip addr del 198.51.100.7/24 dev eth0
in_ns b ip route replace default via 198.51.100.2
moves "the gateway's address" 203.0.113.1 198.51.100.8
same() { [ "$(suite_ctl gw2 show sa t1 --json | grep '"spi_i"')" = "$spi" ]; }
t_ok "it is the same IKE SA" same
t_not "no session ended" grep -q 't1: down' "$(suite_log gw1)"
t_ok "the client stops" suite_stop gw1
t_ok "the gateway stops" suite_stop gw2
wire_stop out
t_ok "nothing was in clear" wire_clear out
for at in 192.0.2.1 203.0.113.1 2001:db8:3::1; do
	t_ok "ESP from $at" wire_has out "src host $at and ($WIRE_ESP)"
done
lib_end
