#!/bin/sh
# A tunnel's life beside strongSwan: keys that end by time, packets and bytes,
# with and without PFS, re-authentication, all under numbered traffic; hard
# limits; deletion; a peer that is away, dies and comes back.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan_life
topo_pair 9

# ours N START PEER IKE-POLICY CHILD-POLICY
ours() {
	cat <<EOF
  t$1:
    local: { address: 192.0.2.1, id: "fqdn:a$1.example.com" }
    remote: { address: 192.0.2.$3, id: "fqdn:b$1.example.com" }
    psk: t
    start: $2
    dpd: 2s
    policy: { $4 }
    children:
      net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24, policy: { $5 } }
EOF
}
# theirs N ADDRESS IKE-SETTINGS CHILD-SETTINGS
theirs() {
	cat <<EOF
	t$1 {
		version = 2
		proposals = aes128-sha256-x25519
		local_addrs = 192.0.2.$2
		remote_addrs = 192.0.2.1
		$3
		local { auth = psk
			id = b$1.example.com }
		remote { auth = psk
			id = a$1.example.com }
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			$4
		} }
	}
EOF
}
suite_keyed gw a
{
	echo 'workers: 2'
	echo 'retry: { first: 1s, most: 3s }'
	echo 'retransmit: { first: 1s, factor: 1.2, tries: 3 }'
	echo 'tunnels:'
	ours 1 answer 2 '' ''
	ours 2 answer 2 '' 'pfs: no'
	ours 3 answer 2 'lifetime: 2m, overlap: 90%' 'lifetime: 2m, overlap: 90%'
	ours 4 answer 2 '' 'packets: 100'
	ours 5 answer 2 '' 'lifesize: 40KB'
	ours 6 answer 2 '' ''
	ours 7 auto 2 '' ''
	ours 8 auto 3 '' ''
	ours 9 answer 2 '' 'packets: 100, overlap: 20%'
} >"$(suite_etc gw)/ikd.yaml"
{
	echo 'connections {'
	short='rekey_time = 7s
		over_time = 60s
		rand_time = 0s'
	theirs 1 2 "$short" 'rekey_time = 3s
			life_time = 60s
			rand_time = 0s
			esp_proposals = aes256gcm16-x25519'
	theirs 2 2 "$short" 'rekey_time = 3s
			life_time = 60s
			rand_time = 0s
			esp_proposals = aes128gcm16'
	theirs 3 2 '' 'esp_proposals = aes256gcm16-x25519'
	theirs 4 2 '' 'esp_proposals = aes256-sha256-x25519'
	theirs 5 2 '' 'esp_proposals = aes256gcm16-x25519'
	theirs 6 2 'reauth_time = 6s
		over_time = 60s
		rand_time = 0s' ''
	theirs 7 2 '' 'esp_proposals = aes256gcm16-x25519'
	theirs 8 3 '' 'esp_proposals = aes256gcm16-x25519'
	theirs 9 2 '' 'esp_proposals = aes256gcm16-x25519'
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
wire_start out b
t_ok "the suite starts" suite_start gw
t_ok "what ike does is logged, too" suite_ctl gw log debug child

# ---- all kinds of renewal at once, for a while ----
for i in 1 2 3 4 5; do
	t_ok "activate ($i)" suite_ctl gw activate t$i --timeout 20
done
t_ok "strongSwan initiates (6)" swan peer --initiate --child net6
pids=
for i in 1 2 3 4 5 6; do
	in_ns a ping -n -c 500 -i 0.04 -s 100 -W 3 -I 10.1.$i.1 10.2.$i.1 \
	    >"$LIB/ping$i" 2>&1 &
	pids="$pids $!"
done
# Meanwhile: auto has tried to reach 192.0.2.3, which is not there.
t_ok "the peer that is there is up (7)" suite_ctl gw wait t7 --timeout 20
t_not "the other is not (8)" status_is gw t8 Active
tries() {
	[ "$(grep -c 't8.*Negotiating' "$(suite_log gw)")" -ge "$1" ]
}
t_ok "it is tried again" wait_until 20 tries 2
net_addr b eth0 192.0.2.3/24
t_ok "it comes up when the peer appears" suite_ctl gw wait t8 --timeout 20
t_ok "traffic (8)" pings a 10.1.8.1 10.2.8.1
# shellcheck disable=SC2086	# a list of pids
wait $pids
# All SPIs of a direction with packets in the capture.
spis() {	# FROM
	wire_read out "src host 192.0.2.$1 and ($WIRE_ESP)" | grep -o 'ESP(spi=0x[0-9a-f]*' | sort | uniq -c | wc -l
}
whole() { all_came "$LIB/ping$1" 500; }
renewed() {	# N TIMES WHAT
	[ "$(grep -c "t$1[: ].*$3" "$(suite_log gw)")" -ge "$2" ] ||
	    { grep "t$1[: ]" "$(suite_log gw)" | tail -15
	    grep -E "(t$1|net$1)[^0-9]|EMPORARY|expire|rekey.*again" \
		"$LIB/peer/log" | tail -30
	    return 1; }
}
pairs() { suite_ctl gw show sa "t$1" --json | grep -c '"spi_in"'; }
sessions() { suite_ctl gw show sa "t$1" --json | grep -c '"spi_i"'; }
one_each() { [ "$(pairs "$1")" = 1 ] && [ "$(sessions "$1")" = 1 ]; }
what='rekeyed by its time with PFS:rekeyed by its time without PFS
rekeyed by our time:by packets:by bytes:re-authenticated by strongSwan'
i=0
echo "$what" | tr ':' '\n' >"$LIB/what"
while read -r w; do
	i=$((i + 1))
	t_ok "$w: no packet lost" whole $i
	t_ok "$w: one SA of each kind is left" wait_until 20 one_each $i
done <"$LIB/what"
t_note "$(spis 1) SPIs out, $(spis 2) in"
# Ours, of the shortest lifetime there is, once in 6 to 12 s.
for i in 1 2 3; do
	t_ok "the Child SA had new keys ($i)" renewed $i $((i < 3 ? 2 : 1)) \
	    'net .* rekeyed'
	t_ok "the IKE SA, too ($i)" renewed $i 1 'IKE SA has new keys'
done
t_ok "by packets, often" renewed 4 3 'net .* rekeyed'
t_ok "by bytes, often" renewed 5 1 'net .* rekeyed'
t_ok "authenticated anew, twice" renewed 6 3 'peer is fqdn:b6'
t_ok "with PFS" renewed 1 2 'rekeyed: .*x25519'
t_not "without PFS" renewed 2 1 'rekeyed: .*x25519'

# ---- what only comes in counts, too, on a pair that the peer has made ----
spi_in() { suite_ctl gw show sa "t$1" --json | awk -F'"' '/"spi_in"/ { print $4 }'; }
other_spi() { one_each "$1" && [ "$(spi_in "$1")" != "$2" ]; }
spi=$(spi_in 4)
t_ok "strongSwan rekeys (4)" swan peer --rekey --child net4
t_ok "a new pair (4)" wait_until 20 other_spi 4 "$spi"
in_ns a sysctl -qw net.ipv4.icmp_echo_ignore_all=1
# Ours may have had a rekey in mind itself.
settled() {
	spi=$(spi_in 4)
	sleep 0.7
	one_each 4 && [ "$(spi_in 4)" = "$spi" ]
}
t_ok "nothing else is new" wait_until 20 settled
in_ns b ping -q -c 60 -i 0.01 -W 1 -I 10.2.4.1 10.1.4.1 >/dev/null
t_ok "not before its soft limit" [ "$(spi_in 4)" = "$spi" ]
in_ns b ping -q -c 32 -i 0.01 -W 1 -I 10.2.4.1 10.1.4.1 >/dev/null
t_ok "its soft limit has made another (4)" wait_until 20 other_spi 4 "$spi"
in_ns a sysctl -qw net.ipv4.icmp_echo_ignore_all=0

# ---- a hard limit: no IKE passes, so renewal cannot succeed ----
ike_off() {
	in_ns b nft -f - <<'EOF'
table inet lab {
	chain in {
		type filter hook input priority 0;
		udp dport 500 drop
		udp dport 4500 @th,64,32 0 drop
	}
}
EOF
}
# How many packets of ours, all of one length; a line may be of several, which
# left in one piece (UDP GSO).
sent_by() {	# SPI
	wire_read out "src host 192.0.2.1 and ($WIRE_ESP)" |
	    sed -n "s/.*spi=0x$1.* length \([0-9]*\).*/\1/p" |
	    awk '{ all += $1; if (!one || $1 < one) one = $1 }
	    END { print one ? all / one : 0 }'
}
t_ok "activate (9)" suite_ctl gw activate t9 --timeout 20
spi=$(suite_ctl gw show sa t9 --json | awk -F'"' '/"spi_out"/ { print $4 }')
t_ok "IKE is cut" ike_off
some_lost() {
	in_ns a ping -q -c 130 -i 0.002 -W 1 -I 10.1.9.1 10.2.9.1 \
	    >"$LIB/ping9"
	! grep -q ' 0% packet loss' "$LIB/ping9"
}
t_ok "more packets than the SA may send do not all pass" some_lost
all_sent() { [ "$(sent_by "$spi")" -ge 100 ]; }
t_ok "as many as it may send do" wait_until 20 all_sent
t_ok "IKE is back" in_ns b nft delete table inet lab
t_ok "so is the tunnel" suite_ctl gw activate t9 --timeout 20
t_ok "traffic (9)" wait_until 15 pings a 10.1.9.1 10.2.9.1 1

# ---- strongSwan deletes ----
carries() { wait_until 20 pings a 10.1.7.1 10.2.7.1 1; }
t_ok "traffic (7)" carries
t_ok "strongSwan deletes the Child SA" swan peer --terminate --child net7
t_ok "auto brings it up again" wait_until 15 one_each 7
t_ok "traffic" carries
t_ok "strongSwan deletes the IKE SA" swan peer --terminate --ike t7
t_ok "auto brings it up again" wait_until 15 one_each 7
t_ok "traffic" carries
t_ok "strongSwan deletes one that waits for it" swan peer --terminate --ike t1
t_ok "it is Open" wait_until 15 status_is gw t1 Open

# ---- strongSwan dies and comes back ----
swan_kill peer
t_ok "its death is noticed (7)" suite_ctl gw wait t7 --until down --timeout 20
t_ok "and said" wait_until 15 grep -q 't7.*not answer' "$(suite_log gw)"
swan_start b peer
t_ok "it is there again" swan_load peer <"$LIB/swan.conf"
t_ok "auto brings it up again" suite_ctl gw wait t7 --timeout 20
t_ok "traffic" carries
# Dead for a moment only: ours still believes in the old SA when it comes.
t_ok "strongSwan initiates (6)" swan peer --initiate --child net6
swan_kill peer
swan_start b peer
t_ok "killed and back at once" swan_load peer <"$LIB/swan.conf"
t_ok "it begins anew, with INITIAL_CONTACT (6)" swan peer --initiate --child net6
# Not for want of an answer, which would take longer, or not much.
t_ok "the old SA is gone" wait_until 20 one_each 6
t_ok "for that" grep -q 't6.*began anew' "$(suite_log gw)"
t_ok "traffic (6)" pings a 10.1.6.1 10.2.6.1
t_ok "the suite stops" suite_stop gw
wire_stop out
t_ok "the hard limit held" [ "$(sent_by "$spi")" -eq 100 ]
t_ok "nothing was in clear" wire_clear out
lib_end
