#!/bin/sh
# Additional key exchanges (RFC 9370): between two of ours, by pre-shared and
# by raw public keys, rekeyed from both ends; an end that lacks them; ML-KEM
# by default where OpenSSL has it; then with a strongSwan that knows them, in
# both roles.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin more-ke
topo_pair 4

KE=aes256gcm16-prfsha384-x25519-ke1_ecp256-ke2_x448
ours() {	# NAME N SIDE AUTH-OURS AUTH-THEIRS POLICY
	cat <<EOT
  $1:
    local: { address: 192.0.2.$3, id: "fqdn:$1$3.example.com", auth: { $4 } }
    remote: { address: 192.0.2.$((3 - $3)), id: "fqdn:$1$((3 - $3)).example.com", auth: { $5 } }
    start: answer
    policy: { proposals: [$6] }
    children:
      net:
        local: 10.$3.$2.0/24
        remote: 10.$((3 - $3)).$2.0/24
        policy: { proposals: [esp-aes256gcm16-x25519-ke1_ecp384] }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	etc=$(suite_etc gw$g)
	mkdir -p "$etc/private" "$etc/pubkeys"
	openssl genpkey -algorithm ed25519 -out "$LIB/k$g"
	openssl pkey -in "$LIB/k$g" -pubout -out "$LIB/p$g" 2>/dev/null
	install -m 600 "$LIB/k$g" "$etc/private/k$g"
done
for g in 1 2; do
	etc=$(suite_etc gw$g)
	o=$((3 - g))
	cp "$LIB/p$o" "$etc/pubkeys/p$o"
	{
		echo 'tunnels:'
		ours t 1 $g 'psk: t' 'psk: t' $KE
		ours k 2 $g "key: k$g" "pubkey: p$o" $KE
		ours n 3 $g 'psk: t' 'psk: t' \
		    "$([ $g = 1 ] && echo $KE || echo ${KE%-ke1*})"
	} >"$etc/ikd.yaml"
	echo 'not a secret: a test' | suite_psk gw$g t
done
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2

# has GATEWAY TUNNEL TEXT: what list -v says of it.
has() {
	suite_ctl "$1" list -v "$2" >"$LIB/list" 2>&1
	grep -qF "$3" "$LIB/list" || { cat "$LIB/list"; return 1; }
}
spi() { suite_ctl "$1" show sa "$2" --json | awk '/"spi_in"/ { print $2 }'; }
spi_differs() { _s=$(spi "$1" "$2"); [ -n "$_s" ] && [ "$_s" != "$3" ]; }
n=0
for t in t k; do
	n=$((n + 1))
	t_ok "$t: activate" suite_ctl gw1 activate $t --timeout 20
	t_ok "$t: all three are in the suite" has gw1 $t "ECP-256 + X448"
	t_ok "$t: and at the other end" has gw2 $t "ECP-256 + X448"
	t_ok "$t: traffic" pings a 10.1.$n.1 10.2.$n.1
	for g in 1 2; do
		old=$(spi gw$g $t)
		t_ok "$t: child rekey from gateway $g" suite_ctl gw$g rekey $t/net
		t_ok "$t: a new SPI" wait_until 20 spi_differs gw$g $t "$old"
		t_ok "$t: with its own two" has gw$g $t "X25519 + ECP-384"
		t_ok "$t: traffic" pings a 10.1.$n.1 10.2.$n.1
		t_ok "$t: IKE rekey from gateway $g" suite_ctl gw$g rekey $t
		t_ok "$t: traffic" pings a 10.1.$n.1 10.2.$n.1
	done
	t_ok "$t: all three are there still" has gw2 $t "ECP-256 + X448"
done
t_not "one end lacks them: no tunnel" suite_ctl gw1 activate n --timeout 4

# ---- ML-KEM: nobody has to name it ----
plain() {	# SIDE
	cat <<EOT
tunnels:
  d:
    local: { address: 192.0.2.$1, id: "fqdn:d$1.example.com" }
    remote: { address: 192.0.2.$((3 - $1)), id: "fqdn:d$((3 - $1)).example.com" }
    psk: t
    start: answer
    children: { net: { local: 10.$1.3.0/24, remote: 10.$((3 - $1)).3.0/24 } }
EOT
}
for g in 1 2; do
	plain $g >"$(suite_etc gw$g)/ikd.yaml"
	t_ok "the default policy for gateway $g" suite_ctl gw$g reload
done
said() {
	suite_ctl gw2 explain d >"$LIB/why" 2>&1
	grep -q "$1" "$LIB/why" || { cat "$LIB/why"; return 1; }
}
plain 1 | sed "s/^    psk: t/&\n    policy: { proposals: [$KE] }/" >"$(suite_etc gw1)/ikd.yaml"
t_ok "one end alone wants them" suite_ctl gw1 reload
t_not "no tunnel" suite_ctl gw1 activate d --timeout 4
t_ok "explain compares them" said 'ke2 .*x448'
plain 1 >"$(suite_etc gw1)/ikd.yaml"
t_ok "the default policy again" suite_ctl gw1 reload
t_ok "default: activate" suite_ctl gw1 activate d --timeout 20
t_ok "default: traffic" pings a 10.1.3.1 10.2.3.1
if openssl list -kem-algorithms 2>/dev/null | grep -qi ml-kem-768; then
	t_ok "default: hybrid" has gw1 d "X25519 + ML-KEM-768"
	t_ok "default: at both ends" has gw2 d "X25519 + ML-KEM-768"
	t_ok "default: IKE rekey" suite_ctl gw2 rekey d
	t_ok "default: hybrid still" has gw2 d "X25519 + ML-KEM-768"
	t_ok "default: traffic" pings a 10.1.3.1 10.2.3.1
else
	plain 1 | sed 's/^    psk: t/&\n    policy: { proposals: [aes256gcm16-prfsha384-x25519-ke1_mlkem768] }/' >"$LIB/ml.yaml"
	lacks() { ! suite_ctl gw1 check "$LIB/ml.yaml" >"$LIB/lacks" 2>&1 && grep -q "mlkem768: this machine's OpenSSL .* does not have it" "$LIB/lacks"; }
	t_ok "named, check says that OpenSSL lacks it" lacks
fi
t_ok "second gateway stops" suite_stop gw2

# ---- strongSwan, which knows them from version 6 on ----
swans=$(swanctl --help 2>&1 | sed -n 's/^strongSwan \([0-9]*\).*/\1/p')
if [ "${swans:-0}" -lt 6 ]; then
	t_skip "with strongSwan" "it has RFC 9370 from version 6 on, here is ${swans:-none}"
	t_ok "first gateway stops" suite_stop gw1
	exit
fi
{
	echo 'tunnels:'
	ours s 4 1 'psk: t' 'psk: t' aes256gcm16-prfsha384-x25519-ke1_ecp256-ke3_x448
} >"$(suite_etc gw1)/ikd.yaml"
t_ok "another policy" suite_ctl gw1 reload
swan_start b peer
cat >"$LIB/s.conf" <<EOT
connections {
	s {
		version = 2
		$SWAN_AT
		proposals = aes256gcm16-prfsha384-x25519-ke1_ecp256-ke3_x448
		local { auth = psk
			id = s2.example.com }
		remote { auth = psk
			id = s1.example.com }
		children { net4 {
			local_ts = 10.2.4.0/24
			remote_ts = 10.1.4.0/24
			esp_proposals = aes256gcm16-x25519-ke1_ecp384
		} }
	}
}
secrets { ike-t { secret = "not a secret: a test" } }
EOT
t_ok "strongSwan loads it" swan_load peer <"$LIB/s.conf"
theirs() { grep -q "$1" "$LIB/peer/log"; }
both_ways() {	# WHO
	t_ok "$1: all three" has gw1 s "ECP-256 + X448"
	t_ok "$1: traffic" pings a 10.1.4.1 10.2.4.1
	old=$(spi gw1 s)
	t_ok "$1: we rekey the child" suite_ctl gw1 rekey s/net
	t_ok "$1: a new SPI" wait_until 20 spi_differs gw1 s "$old"
	t_ok "$1: traffic" pings a 10.1.4.1 10.2.4.1
	old=$(spi gw1 s)
	t_ok "$1: it rekeys the child" swan peer --rekey --child net4
	t_ok "$1: a new SPI" wait_until 20 spi_differs gw1 s "$old"
	t_ok "$1: with both" has gw1 s "Yes, X25519 + ECP-384"
	t_ok "$1: traffic" pings a 10.1.4.1 10.2.4.1
	t_ok "$1: we rekey the IKE SA" suite_ctl gw1 rekey s
	t_ok "$1: traffic" pings a 10.1.4.1 10.2.4.1
	: >"$LIB/peer/log"
	t_ok "$1: it rekeys the IKE SA" swan peer --rekey --ike s
	t_ok "$1: with IKE_FOLLOWUP_KE" wait_until 20 theirs 'parsed IKE_FOLLOWUP_KE response'
	t_ok "$1: all three still" has gw1 s "ECP-256 + X448"
	t_ok "$1: traffic" pings a 10.1.4.1 10.2.4.1
}
t_ok "we begin" suite_ctl gw1 activate s --timeout 20
t_ok "by IKE_INTERMEDIATE" theirs 'parsed IKE_INTERMEDIATE request'
both_ways ours
t_ok "closed" suite_ctl gw1 remove s --once
: >"$LIB/peer/log"
t_ok "it begins" swan peer --initiate --child net4
t_ok "by IKE_INTERMEDIATE" theirs 'parsed IKE_INTERMEDIATE response'
both_ways its
t_ok "first gateway stops" suite_stop gw1
