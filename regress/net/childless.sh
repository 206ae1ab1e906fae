#!/bin/sh
# RFC 6023 with strongSwan, in both roles: IKE_AUTH makes no child, all of
# them come by CREATE_CHILD_SA; and with a peer that does not have it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin childless
topo_pair 3

suite_keyed gw a
ours() {	# NAME NET START
	cat <<EOF2
  $1:
    local: { address: 192.0.2.1, id: fqdn:a.example.com }
    remote: { address: 192.0.2.2, id: fqdn:$1.example.com }
    psk: t
    start: $3
    childless: yes
    children: { net$2: { local: 10.1.$2.0/24, remote: 10.2.$2.0/24 } }
EOF2
}
{
	echo 'tunnels:'
	ours first 1 manual
	ours second 2 answer
	ours third 3 manual
} >"$(suite_etc gw)/ikd.yaml"
theirs() {	# NAME NET CHILDLESS
	swan_conn "$1" "$1.example.com" "childless = $3
		$SWAN_AT" "$(swan_net "net$2" "$2")"
}
swan_start b peer
load() { swan_file "$("$@")" | swan_load peer; }
t_ok "strongSwan wants it (as responder)" load theirs first 1 force
t_ok "the suite starts" suite_start gw
t_ok "we begin" suite_ctl gw activate first --timeout 20
said() { grep -q "$1" "$LIB/peer/log"; }
no_ts() {
	said 'parsed IKE_AUTH request' &&
	    ! grep 'parsed IKE_AUTH request' "$LIB/peer/log" | grep -q TSi
}
t_ok "our IKE_AUTH has no child" no_ts
t_ok "it came by CREATE_CHILD_SA" said 'parsed CREATE_CHILD_SA request .* TSi TSr'
t_ok "traffic" pings a 10.1.1.1 10.2.1.1

: >"$LIB/peer/log"
t_ok "strongSwan wants it (as initiator)" load theirs second 2 force
t_ok "it begins" swan peer --initiate --child net2
theirs_no_ts() {
	said 'generating IKE_AUTH request' &&
	    ! grep 'generating IKE_AUTH request' "$LIB/peer/log" | grep -q TSi
}
t_ok "its IKE_AUTH has no child" theirs_no_ts
t_ok "it came by CREATE_CHILD_SA" said 'generating CREATE_CHILD_SA request .* TSi TSr'
t_ok "traffic" pings a 10.1.2.1 10.2.2.1

: >"$LIB/peer/log"
t_ok "strongSwan does not have it" load theirs third 3 never
t_ok "we begin" suite_ctl gw activate third --timeout 20
t_ok "our IKE_AUTH has a child" said 'parsed IKE_AUTH request .*TSi TSr'
t_ok "traffic" pings a 10.1.3.1 10.2.3.1
t_ok "the suite stops" suite_stop gw
lib_end
