#!/bin/sh
# tunnel-lifesize with real octets, and what tunnel-end makes of it: a tunnel
# that is authenticated anew without being down, one that is removed until it
# is activated again, and a child that ends and comes again alone.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin lifesize
topo_pair 4
suite_new gw a
suite_new peer b
for g in gw peer; do
	echo 'not a secret: a test' | suite_psk $g t
done
ours() {	# NAME IKE-POLICY CHILDREN
	cat <<EOT
  $1:
    local: { address: 192.0.2.1, id: "fqdn:$1.a.example" }
    remote: { address: 192.0.2.2, id: "fqdn:$1.b.example" }
    psk: t
    start: answer
    role: both
    policy: { $2 }
    children: { $3 }
EOT
}
theirs() {	# NAME CHILDREN
	cat <<EOT
  $1:
    local: { address: 192.0.2.2, id: "fqdn:$1.b.example" }
    remote: { address: 192.0.2.1, id: "fqdn:$1.a.example" }
    psk: t
    start: answer
    children: { $2 }
EOT
}
net() {		# NAME N OUR-SIDE THEIR-SIDE [POLICY]
	echo "$1: { local: 10.$3.$2.0/24, remote: 10.$4.$2.0/24${5:+, policy: { $5 \}} }"
}
{
	echo 'tunnels:'
	ours renew 'tunnel-lifesize: 200KB' "$(net n 1 1 2)"
	ours remove 'tunnel-lifesize: 200KB, tunnel-end: remove' "$(net n 2 1 2)"
	ours child '' "$(net used 3 1 2 'tunnel-lifesize: 200KB'), $(net other 4 1 2)"
} >"$(suite_etc gw)/ikd.yaml"
{
	echo 'tunnels:'
	theirs renew "$(net n 1 2 1)"
	theirs remove "$(net n 2 2 1)"
	theirs child "$(net used 3 2 1), $(net other 4 2 1)"
} >"$(suite_etc peer)/ikd.yaml"
t_ok "the peer starts" suite_start peer
t_ok "the suite starts" suite_start gw
wire_start out b
for t in renew remove child; do
	t_ok "$t is up" suite_ctl gw activate $t --timeout 20
done
spis() { suite_ctl gw show sa "$1" --json | grep '"spi_i"'; }
in_spi() { suite_ctl gw show sa "$1" --json | awk '/"spi_in"/ { print; exit }'; }
# octets N COUNT: so many times 2 KB there and back through network N.
octets() {
	in_ns a ping -q -c "$2" -i 0.01 -s 1000 -W 3 -I "10.1.$1.1" "10.2.$1.1" \
	    >"$LIB/octets" 2>&1
}
used_up() {	# WHAT
	grep -q "$1.*tunnel-lifesize is used up" "$(suite_log gw)"
}

# ---- renewed: numbered packets all the while ----
was=$(spis renew)
ends() { grep -c 'renew (1): \(Down\|Open\)' "$(suite_log gw)"; }
before=$(ends)
in_ns a ping -n -c 1200 -i 0.02 -s 100 -W 3 -I 10.1.1.1 10.2.1.1 \
    >"$LIB/ping" 2>&1 &
ping=$!
t_ok "200 KB pass" octets 1 150
t_ok "they are used up" wait_until 25 used_up 'renew (1)'
anew() { [ "$(spis renew | wc -l)" = 1 ] && [ "$(spis renew)" != "$was" ]; }
t_ok "it is authenticated anew, and the old session ends" wait_until 30 anew
t_ok "the peer proved who it is" \
    [ "$(grep -c 'renew (1): peer is' "$(suite_log gw)")" = 2 ]
wait $ping
t_note "$(tail -2 "$LIB/ping" | head -1)"
t_ok "no packet is lost" all_came "$LIB/ping" 1200
t_ok "it was never down" [ "$(ends)" = "$before" ]
t_ok "traffic by the new one" pings a 10.1.1.1 10.2.1.1
t_ok "the peer has one session, too" \
    [ "$(suite_ctl peer show sa renew --json | grep -c '"spi_i"')" = 1 ]

# ---- removed ----
t_ok "what the other one used does not count" status_is gw remove Active
t_ok "200 KB pass" octets 2 150
gone() { status_is gw remove Down && [ -z "$(spis remove)" ]; }
t_ok "it is removed" wait_until 25 gone
t_ok "because of that" used_up 'remove (2)'
t_ok "the peer was told" wait_until 20 status_is peer remove Open
t_not "no traffic" pings a 10.1.2.1 10.2.2.1 1
t_not "and the peer cannot begin it" suite_ctl peer activate remove --timeout 3
t_ok "activate begins it again" suite_ctl gw activate remove --timeout 20
t_ok "with all of it before it" pings a 10.1.2.1 10.2.2.1
t_ok "it is Active" status_is gw remove Active

# ---- a child alone ----
was=$(spis child)
old=$(in_spi child/used)
t_ok "200 KB pass" octets 3 150
t_ok "they are used up" wait_until 25 used_up 'child/used'
again() { [ -n "$(in_spi child/used)" ] && [ "$(in_spi child/used)" != "$old" ]; }
t_ok "it comes again" wait_until 20 again
t_ok "with traffic" wait_until 20 pings a 10.1.3.1 10.2.3.1 1
t_ok "on the same IKE SA" [ "$(spis child)" = "$was" ]
t_ok "the other one stays" pings a 10.1.4.1 10.2.4.1
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "the suite stops" suite_stop gw
t_ok "the peer stops" suite_stop peer
lib_end
