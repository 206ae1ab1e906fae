#!/bin/sh
# Two gateways of ours: a tunnel comes up, carries both families, is rekeyed
# both ways, moved through its life by ikectl, and leaves nothing in clear.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin ours
topo_pair 1

policy() {	# LOCAL-OUTER REMOTE-OUTER LOCAL REMOTE
	cat <<EOF
log: { level: debug }
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: answer
    children:
      lan: { local: [10.$1.0.0/16, "fd0$1::/16"], remote: [10.$2.0.0/16, "fd0$2::/16"] }
EOF
}
topo_suites boston
wire_start out b
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
t_not "before the tunnel nothing passes" pings a 10.1.1.1 10.2.1.1 1
t_ok "activate" suite_ctl gw1 activate boston --timeout 20
suite_ctl gw1 list | sed 's/^/# /'
t_ok "the responder says Active" suite_ctl gw2 wait boston --until active --timeout 10
t_ok "IPv4" pings a 10.1.1.1 10.2.1.1
t_ok "IPv6" pings a fd01:1::1 fd02:1::1
t_ok "IPv4 the other way" pings b 10.2.1.1 10.1.1.1
t_ok "large packets" in_ns a ping -q -c 2 -i 0.1 -s 3000 -I 10.1.1.1 10.2.1.1
t_ok "both ends counted" sa_moved gw1 boston 9
t_ok "both ends counted (2)" sa_moved gw2 boston 9

spi() { suite_ctl "$1" show sa boston --json | awk '/"spi_in"/ { print $2 }'; }
spi_differs() { _s=$(spi "$1"); [ -n "$_s" ] && [ "$_s" != "$2" ]; }
for who in 1 2; do
	old=$(spi gw$who)
	t_ok "child rekey from gateway $who" suite_ctl gw$who rekey boston/lan
	t_ok "a new SPI on gateway $who" wait_until 20 spi_differs gw$who "$old"
	t_ok "traffic after it" pings a 10.1.1.1 10.2.1.1
	t_ok "IKE rekey from gateway $who" suite_ctl gw$who rekey boston
	t_ok "traffic after it" pings a 10.1.1.1 10.2.1.1
done
t_ok "remove" suite_ctl gw1 remove boston
t_ok "the other end is down too" suite_ctl gw2 wait boston --until down --timeout 10
t_not "after it nothing passes" pings a 10.1.1.1 10.2.1.1 1
t_not "a removed tunnel is deaf" suite_ctl gw2 activate boston --timeout 5
t_ok "activated again" suite_ctl gw1 activate boston --timeout 20
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_ok "second gateway stops" suite_stop gw2
t_ok "the first sees it go" suite_ctl gw1 wait boston --until down --timeout 10
t_ok "first gateway stops" suite_stop gw1
t_ok "no policy, rule or device is left" clean a
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
for g in 1 2; do
	t_ok "every line about the tunnel has its fields, gateway $g" \
	    suite_fields gw$g
done
lib_end
