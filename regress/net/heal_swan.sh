#!/bin/sh
# kill -9 of each process in turn, with strongSwan at the other end: it keeps
# its SAs, or is told by INITIAL_CONTACT that ours begins anew.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/heal_lib.sh"
lib_begin heal_swan
# Over the kernel plane there is no ikd-esp.
esp=ikd-esp
[ "$IKD_PLANE" = userspace ] || esp=
topo_pair 1

suite_new gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOT
workers: 2
retry: { first: 1s, most: 4s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
  boston:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: boston
    dpd: 2s
    children:
      lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16 }
EOT
echo 'not a secret: a test' | suite_psk gw boston
swan_start b peer
swan_load peer <<EOF || lib_end
connections {
	boston {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		unique = replace
		local { auth = psk }
		remote { auth = psk }
		children { lan {
			local_ts = 10.2.0.0/16
			remote_ts = 10.1.0.0/16
		} }
	}
}
secrets { ike-t { secret = "not a secret: a test" } }
EOF
swan_sas() {
	swan peer --list-sas --raw | grep -o 'state=ESTABLISHED' | wc -l
}
one_swan_sa() {
	[ "$(swan_sas)" -eq 1 ]
}

wire_start out b
t_ok "the suite starts" suite_start gw
t_ok "start: auto brings it up" suite_ctl gw wait boston --timeout 20
traffic_start a 10.1.1.1 10.2.1.1
t_ok "traffic" wait_until 15 flows
for r in certd certd-sign tmd $esp; do
	keeps gw $r
done
t_ok "tmd says what it found" said gw 'found again'
w=$(worker gw)
keeps gw ikd-ike "$(process_pid gw "ikd-ike[$((1 - w))]")" "ikd-ike[$((1 - w))]"
loses gw ikd-ike "$(process_pid gw "ikd-ike[$w]")" "ikd-ike[$w]"
t_ok "strongSwan has one IKE SA, not two" wait_until 15 one_swan_sa
loses gw ikd-parent
t_ok "strongSwan has one IKE SA, not two" wait_until 15 one_swan_sa
suite_kill gw
t_ok "all of ours dies; it starts again" suite_start gw
_flow=$(traffic_count)
t_ok "traffic comes again by itself" wait_until $HEAL flows
t_ok "strongSwan has one IKE SA, not two" wait_until 15 one_swan_sa
traffic_stop
t_ok "the suite stops" suite_stop gw
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
t_ok "no sequence number came twice" esp_numbers_once out
lib_end
