#!/bin/sh
# Rekeying with strongSwan: each kind from each side, both at once under
# numbered traffic, with another group than the peer guesses; deleting;
# strongSwan killed and back.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan-rekey
topo_pair 1

# A slow machine is no dead peer, and crosses as much with fewer packets.
tries=3 pings=500
[ $LIB_SLOW -eq 1 ] || tries=5 pings=200

suite_keyed gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF
log: { level: debug }
tunnels:
  t:
    local: { address: 192.0.2.1, id: "fqdn:a.example.com", auth: { psk: t } }
    remote: { address: 192.0.2.2, id: "fqdn:b.example.com", auth: { psk: t } }
    start: answer
    dpd: 3
    retransmit: { first: 1s, factor: 1.5, tries: $tries }
    policy: { proposals: [aes256gcm16-prfsha384-x25519-ecp256] }
    children:
      net:
        local: 10.1.1.0/24
        remote: 10.2.1.0/24
        policy: { proposals: [esp-aes256gcm16-x25519-ecp384] }
EOF
swan_start b peer
cat >"$LIB/swan.conf" <<EOF
connections {
	t {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		proposals = aes256gcm16-prfsha384-ecp256-x25519
		local { auth = psk
			id = b.example.com }
		remote { auth = psk
			id = a.example.com }
		children { net {
			local_ts = 10.2.1.0/24
			remote_ts = 10.1.1.0/24
			esp_proposals = aes256gcm16-ecp384
		} }
	}
}
secrets { ike-t { secret = "not a secret: a test" } }
EOF
t_ok "strongSwan loads the connection" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
wire_start out b

spi() { suite_ctl gw show sa t --json | awk '/"spi_in"/ { print $2 }'; }
one_pair() { [ "$(spi | wc -l)" = 1 ]; }
other_spi() { one_pair && [ "$(spi)" != "$1" ]; }
swan_one() {
	[ "$(swan peer --list-sas | grep -c ' INSTALLED')" = 1 ] &&
	    [ "$(swan peer --list-sas | grep -c ' ESTABLISHED')" = 1 ]
}
# strongSwan's word for the key exchange of the pair itself: pfs is yes.
exchanged() { swan peer --list-sas | grep -q 'ESP:AES_GCM_16-256/ECP_384'; }
carries() { t_ok "$1: traffic" pings a 10.1.1.1 10.2.1.1; }

for starter in ours swan; do
	if [ $starter = ours ]; then
		t_ok "ours initiates" suite_ctl gw activate t --timeout 20
	else
		t_ok "strongSwan initiates" swan peer --initiate --child net
	fi
	carries "$starter started"
	t_not "IKE_AUTH's pair is without a key exchange" exchanged
	old=$(spi)
	t_ok "our child rekey" suite_ctl gw rekey t/net
	t_ok "a new SPI" wait_until 20 other_spi "$old"
	carries "our child rekey"
	t_ok "with a key exchange (pfs: yes)" exchanged
	old=$(spi)
	t_ok "its child rekey" swan peer --rekey --child net
	t_ok "a new SPI" wait_until 20 other_spi "$old"
	carries "its child rekey"
	t_ok "with a key exchange, too" exchanged
	t_ok "our IKE rekey" suite_ctl gw rekey t
	t_ok "one of each" wait_until 20 swan_one
	carries "our IKE rekey"
	t_ok "its IKE rekey" swan peer --rekey --ike t
	t_ok "one of each" wait_until 20 swan_one
	carries "its IKE rekey"
	t_ok "our child rekey under the new SA" suite_ctl gw rekey t/net
	carries "rekey under the new SA"
	in_ns a ping -c $pings -i 0.02 -I 10.1.1.1 10.2.1.1 >"$LIB/ping" 2>&1 &
	ping=$!
	while kill -0 $ping 2>/dev/null; do
		swan peer --rekey --child net >/dev/null 2>&1 &
		job=$!
		suite_ctl gw rekey t/net >/dev/null 2>&1
		wait $job
		swan peer --rekey --ike t >/dev/null 2>&1 &
		job=$!
		suite_ctl gw rekey t >/dev/null 2>&1
		wait $job
		swan peer --rekey --ike t >/dev/null 2>&1 &
		job=$!
		suite_ctl gw rekey t/net >/dev/null 2>&1
		wait $job
	done
	wait $ping
	t_ok "both at once, often: one pair left" wait_until 40 one_pair
	t_ok "and at strongSwan" wait_until 40 swan_one
	tail -3 "$LIB/ping" | sed 's/^/# /'
	t_ok "no packet lost meanwhile" all_came "$LIB/ping" $pings
	carries "after the collisions"
	t_ok "remove" suite_ctl gw remove --once t
done
t_ok "again" suite_ctl gw activate t --timeout 20
swan_kill peer
t_ok "strongSwan is killed: noticed" suite_ctl gw wait t --until down --timeout 30
swan_start b peer
t_ok "it loads" swan_load peer <"$LIB/swan.conf"
t_ok "and comes back" swan peer --initiate --child net
carries "back"
wire_stop out
t_ok "nothing left in clear" wire_clear out

# Both sides as they come: no word about algorithms.  What strongSwan's own
# default has for a rekey, a key exchange or none, is agreed on.
sed -i '/policy:/d' "$(suite_etc gw)/ikd.yaml"
sed '/proposals =/d' "$LIB/swan.conf" >"$LIB/plain.conf"
t_ok "the defaults" suite_ctl gw reload
suite_ctl gw remove --once t >/dev/null
wait_until 20 not swan_one
t_ok "of both" swan_load peer <"$LIB/plain.conf"
t_ok "they agree" swan peer --initiate --child net
old=$(spi)
t_ok "on our rekey" suite_ctl gw rekey t/net
t_ok "a new SPI" wait_until 20 other_spi "$old"
old=$(spi)
t_ok "on its rekey" swan peer --rekey --child net
t_ok "a new SPI" wait_until 20 other_spi "$old"
carries "by default"
t_ok "remove" suite_ctl gw remove --once t
t_ok "we begin" suite_ctl gw activate t --timeout 20
carries "by default, from us"
t_ok "the suite stops" suite_stop gw
t_ok "every line about a tunnel or a peer has its fields, gw" suite_fields gw
lib_end
