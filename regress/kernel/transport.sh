#!/bin/sh
# Transport mode over the kernel plane, which alone has it: two hosts of ours,
# then strongSwan's kernel-netlink in both roles; raw ESP, both families.  With
# it, too, packets that are padded to a length by both (RFC 4303 section 2.7).
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
. "$(dirname "$0")/../net/swan.sh"
lib_begin transport
topo_pair 1

policy() {	# OURS PEERS
	cat <<EOT
tunnels:
  four:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: t
    start: answer
    children: { host: { mode: transport } }
  six:
    local: { address: "2001:db8::$1", id: "fqdn:six$1" }
    remote: { address: "2001:db8::$2", id: "fqdn:six$2" }
    psk: t
    start: answer
    children: { host: { mode: transport } }
  even:
    local: { address: 192.0.2.$1, id: "fqdn:even$1" }
    remote: { address: 192.0.2.$2, id: "fqdn:even$2" }
    psk: t
    start: answer
    children: { net: { local: 10.$1.1.0/24, remote: 10.$2.1.0/24, tfc: 700 } }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
	echo transport-secret-transport | suite_psk gw$g t
done
states() { in_ns "$1" ip xfrm state | grep -c "mode $2"; }
there() { [ "$(states "$1" transport)" -ge "$2" ] && [ "$(states "$1" tunnel)" = 0 ]; }
swan_is() { swan peer --list-sas | grep -q "$1"; }
t_ok "first host starts" suite_start gw1
t_ok "second host starts" suite_start gw2
t_not "in clear nothing passes" pings a 192.0.2.1 192.0.2.2 1
t_ok "IPv4 comes up" suite_ctl gw1 activate four --timeout 20
t_ok "IPv6 comes up, from the other end" suite_ctl gw2 activate six --timeout 20
t_ok "the kernel has transport mode" there a 4
wire_start out b
t_ok "IPv4" pings a 192.0.2.1 192.0.2.2
t_ok "IPv6" pings b 2001:db8::2 2001:db8::1
t_ok "our counters" sa_moved gw1 four 3
for g in 1 2; do
	t_ok "rekey from host $g" suite_ctl gw$g rekey four/host
	t_ok "traffic after it" pings a 192.0.2.1 192.0.2.2
done
wire_stop out
t_ok "raw ESP was there" wire_has out esp
t_not "no echo was in clear" wire_has out 'icmp or (icmp6 and ip6[40] >= 128 and ip6[40] <= 129)'
t_ok "second host stops" suite_stop gw2
in_ns b ip xfrm state flush
swan_start b peer
swan_load peer <<EOT
connections { four {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	local { auth = psk
		id = 192.0.2.2 }
	remote { auth = psk
		id = 192.0.2.1 }
	children { host { mode = transport
		esp_proposals = aes256gcm16 } }
} even {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	local { auth = psk
		id = even2 }
	remote { auth = psk
		id = even1 }
	children { net { local_ts = 10.2.1.0/24
		remote_ts = 10.1.1.0/24
		tfc_padding = 700
		esp_proposals = aes256gcm16 } }
} }
secrets { ike-t { secret = "transport-secret-transport" } }
EOT
t_ok "strongSwan answers" suite_ctl gw1 activate four --timeout 20
t_ok "traffic with it" pings a 192.0.2.1 192.0.2.2
t_ok "it says so" swan_is TRANSPORT
t_ok "strongSwan rekeys" swan peer --rekey --child host
t_ok "traffic after it" pings a 192.0.2.1 192.0.2.2
swan peer --terminate --ike four >/dev/null 2>&1
t_ok "strongSwan closes it" suite_ctl gw1 wait four --until down --timeout 10
t_ok "strongSwan initiates" swan peer --initiate --child host
t_ok "traffic again" pings a 192.0.2.1 192.0.2.2

t_ok "a padded child" suite_ctl gw1 activate even --timeout 20
lengths() {	# FROM: what it sends is of one length, whatever is inside
	wire_read even "src host $1 and esp" | sed 's/.*length //' | sort -u \
	    >"$LIB/lengths"
	cat "$LIB/lengths"
	[ "$(wc -l <"$LIB/lengths")" -eq 1 ] && [ "$(cat "$LIB/lengths")" -ge 700 ]
}
wire_start even b
for s in 1 100 600; do
	t_ok "$s octets pass" in_ns a ping -q -c 2 -i 0.1 -W 3 -s $s \
	    -I 10.1.1.1 10.2.1.1
done
wire_stop even
t_ok "ours are of one length" lengths 192.0.2.1
t_ok "strongSwan's are" lengths 192.0.2.2
t_ok "first host stops" suite_stop gw1
t_ok "nothing is left" clean a
lib_end
