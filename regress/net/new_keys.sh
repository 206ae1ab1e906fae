#!/bin/sh
# A reload that asks for other keys only, of Child SAs or of the IKE SA: diff
# says "rekeyed", and so it is: the sessions stay, no numbered packet is lost,
# with ourselves and with strongSwan.  A peer that does not agree keeps what
# it has, for a while.
#
#    b (ours) eth0 ---- eth0  a (ours)  eth1 ---- eth0  c (strongSwan)
#	192.0.2.2	192.0.2.1   192.0.3.1	   192.0.3.2
#    lo: 10.2.1.1	lo: 10.1.1.1, 10.1.2.1	   lo: 10.3.2.1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin new_keys
topo_pair 1
net_ns c
net_link a eth1 192.0.3.1/24 c eth0 192.0.3.2/24
net_addr a lo 10.1.2.1/32
net_addr c lo 10.3.2.1/32

# gw1 CHILD-POLICY IKE-POLICY [IKE-PROPOSALS]
gw1() {
	cat >"$(suite_etc gw1)/ikd.yaml" <<EOT
policies:
  child: { p: { $1 } }
  ike: { q: { proposals: [${3:-aes128-sha256-x25519}], $2 } }
defaults: { tunnel: { psk: t, policy: q }, child: { policy: p } }
tunnels:
  ours:
    local: 192.0.2.1
    remote: 192.0.2.2
    children: { one: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
  swan:
    local: { address: 192.0.3.1, id: fqdn:a.example.com }
    remote: { address: 192.0.3.2, id: fqdn:c.example.com }
    children: { two: { local: 10.1.2.0/24, remote: 10.3.2.0/24 } }
EOT
}
suite_new gw1 a
suite_new gw2 b
for i in gw1 gw2; do echo 'not a secret: a test' | suite_psk $i t; done
small='proposals: [aes128gcm16-x25519], lifetime: 1h'
gw1 "$small" 'lifetime: 4h'
cat >"$(suite_etc gw2)/ikd.yaml" <<'EOT'
tunnels:
  ours:
    local: 192.0.2.2
    remote: 192.0.2.1
    start: answer
    psk: t
    policy: { proposals: [aes128-sha256-x25519] }
    children:
      one:
        local: 10.2.1.0/24
        remote: 10.1.1.0/24
        policy: { proposals: [aes128gcm16-x25519, aes256gcm16-x25519], overlap: 1% }
EOT
swan_file "$(swan_conn c c.example.com 'local_addrs = 192.0.3.2
	remote_addrs = 192.0.3.1' 'two { local_ts = 10.3.2.0/24
	remote_ts = 10.1.2.0/24
	esp_proposals = aes128gcm16-x25519,aes256gcm16-x25519 }')" >"$LIB/swan.conf"
swan_start c peer
t_ok "strongSwan loads the connection" swan_load peer <"$LIB/swan.conf"
t_ok "gw2 serves" suite_start gw2
t_ok "gw1 serves" suite_start gw1
t_ok "both are up" suite_ctl gw1 wait ours swan --timeout 20

says() {	# TEXT ARGS...
	_t=$1
	shift
	suite_ctl gw1 "$@" >"$LIB/out" 2>&1
	grep -q -- "$_t" "$LIB/out" || { cat "$LIB/out"; return 1; }
}
# sa TUNNEL KEY: each value, a line.
sa() {
	suite_ctl gw1 show sa "$1" --json |
	    sed -n "s/^ *\"$2\": \"\{0,1\}\([^\",]*\).*/\1/p"
}
# now TUNNEL SUITE: its only pair has that suite.
now() {
	[ "$(sa "$1" spi_in | wc -l)" = 1 ] && sa "$1" suite | grep -q "esp-$2"
}
same_session() { [ "$(sa "$1" spi_i)" = "$(cat "$LIB/$1.ike")" ]; }
new_session() { not same_session "$1"; }
for t in ours swan; do
	t_ok "$t begins with 128 bits" wait_until 20 now $t aes128gcm16
	sa $t spi_i >"$LIB/$t.ike"
done
in_ns a ping -n -c 500 -i 0.02 -s 100 -W 3 -I 10.1.1.1 10.2.1.1 >"$LIB/ping.ours" 2>&1 &
ours=$!
in_ns a ping -n -c 500 -i 0.02 -s 100 -W 3 -I 10.1.2.1 10.3.2.1 >"$LIB/ping.swan" 2>&1 &
swan=$!

# ---- Child SAs ----
gw1 'proposals: [aes256gcm16-x25519], lifetime: 20m, replay-window: 256' 'lifetime: 4h'
for t in ours swan; do
	t_ok "diff: $t is rekeyed" says "^$t ([12]) *rekeyed" diff
done
t_ok "nothing else" says '0 kept (0 renamed), 2 rekeyed, 0 restarted, 0 added, 0 removed' diff
t_ok "reload" says ': 0 kept, 2 rekeyed, 0 restarted' reload
for t in ours swan; do
	t_ok "$t has 256 bits" wait_until 15 now $t aes256gcm16
	t_ok "$t: the session is the same" same_session $t
done
life() { sa "$1" rekey_in | sort -n | head -1 | { read -r _r; [ "$_r" -le 1200 ]; }; }
t_ok "the new lifetime holds" life ours
t_ok "once more nothing is changed" says '2 kept, 0 rekeyed, 0 restarted' reload

# ---- the IKE SA ----
gw1 'proposals: [aes256gcm16-x25519], lifetime: 20m, replay-window: 256' 'lifetime: 2h'
t_ok "diff says rekeyed" says '^ours (1) *rekeyed' diff
sa ours spi_in >"$LIB/ours.child"
t_ok "reload" says ': 0 kept, 2 rekeyed, 0 restarted' reload
for t in ours swan; do
	t_ok "$t: a new IKE SA" wait_until 15 new_session $t
done
t_ok "the Child SA is the same" [ "$(sa ours spi_in)" = "$(cat "$LIB/ours.child")" ]
t_ok "ours is Active" status_is gw1 ours Active
# shellcheck disable=SC2154	# of a background job
wait $ours $swan
for t in ours swan; do
	t_ok "$t: no packet was lost" all_came "$LIB/ping.$t" 500
done
t_not "nobody was restarted" grep -q 'session ended' "$(suite_log gw1)"

# ---- the peers do not agree ----
in_ns a ping -n -c 150 -i 0.02 -s 100 -W 3 -I 10.1.1.1 10.2.1.1 >"$LIB/ping.ours" 2>&1 &
ours=$!
gw1 'proposals: [chacha20poly1305-x25519], lifetime: 20m' 'lifetime: 2h'
t_ok "reload" says '2 rekeyed' reload
refused() {
	[ "$(grep -c 'child [12].1: .*no proposal\|NO_PROPOSAL_CHOSEN\|no proposal chosen' "$(suite_log gw1)")" -ge "$1" ]
}
t_ok "both refuse" wait_until 15 refused 2
t_ok "what was there stays" now ours aes256gcm16
# The other end follows: it is rekeyed from there.
sed -i 's/aes128gcm16-x25519, aes256/chacha20poly1305-x25519, aes256/' "$(suite_etc gw2)/ikd.yaml"
t_ok "gw2 agrees now" suite_ctl gw2 reload
t_ok "so they have it" wait_until 15 now ours chacha20poly1305
wait $ours
t_ok "no packet was lost" all_came "$LIB/ping.ours" 150
t_ok "strongSwan's goes on as it was" now swan aes256gcm16
t_ok "its traffic, too" pings a 10.1.2.1 10.3.2.1
gw1 "$small" 'lifetime: 2h'
t_ok "back again" says '2 rekeyed' reload
t_ok "strongSwan has 128 bits" wait_until 15 now swan aes128gcm16

# ---- another PRF, which no rekey can bring ----
sed -i 's/\[aes128-sha256-x25519\]/[aes128-sha256-x25519, aes256gcm16-prfsha384-x25519]/
    s/chacha20poly1305-x25519, aes256/aes128gcm16-x25519, aes256/' "$(suite_etc gw2)/ikd.yaml"
t_ok "gw2 allows it" suite_ctl gw2 reload
t_ok "ours has 128 bits" wait_until 20 now ours aes128gcm16
for t in ours swan; do
	sa $t spi_i >"$LIB/$t.ike"
done
in_ns a ping -n -c 300 -i 0.02 -s 100 -W 3 -I 10.1.1.1 10.2.1.1 >"$LIB/ping.ours" 2>&1 &
ours=$!
gw1 "$small" 'lifetime: 2h' aes256gcm16-prfsha384-x25519
t_ok "reload" says '2 rekeyed' reload
ike_suite() { sa "$1" suite | grep -q 'prfsha384'; }
t_ok "ours is authenticated anew, and has it" wait_until 20 ike_suite ours
t_ok "its old session goes" wait_until 20 now ours aes128gcm16
t_ok "it is another session" new_session ours
wait $ours
t_ok "no packet was lost" all_came "$LIB/ping.ours" 300
t_ok "of strongSwan's, which refuses, people are told" wait_until 20 says 'keeps the old suite' list swan
t_ok "and it goes on" same_session swan
t_ok "its traffic, too" pings a 10.1.2.1 10.3.2.1
t_ok "explain has what the peer said" says 'NO_PROPOSAL_CHOSEN' explain swan
t_not "of ours nothing is said" says 'keeps the old suite' list ours
t_ok "gw1 stops" suite_stop gw1
t_ok "gw2 stops" suite_stop gw2
lib_end
