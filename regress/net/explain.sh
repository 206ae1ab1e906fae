#!/bin/sh
# `ikectl explain`: why strongSwan and we do not agree, in each way apart,
# and that the smallest change it names is one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin explain
topo_pair 1

suite_keyed gw a
# ours PROPOSAL ESP [SECRET]
ours() {
	cat >"$(suite_etc gw)/ikd.yaml" <<EOF
policies:
  ike: { picky: { proposals: [$1] } }
  child: { picky: { proposals: [$2], pfs: no } }
EOF
	topo_lyon 'policy: picky' 'policy: picky' >>"$(suite_etc gw)/ikd.yaml"
}
# theirs NAME PROPOSAL ESP LOCAL-TS SECRET
theirs() {
	cat <<EOF
connections { $1 { version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	proposals = $2
	local { auth = psk
	}
	remote { auth = psk
	}
	children { net { local_ts = $4
		remote_ts = 10.1.0.0/16
		esp_proposals = $3
	} }
} }
secrets { ike-t { secret = "$5" } }
EOF
}
explained() { suite_ctl gw explain "$@" >"$LIB/out" 2>&1; }
says() { grep -q -- "$1" "$LIB/out" || { cat "$LIB/out"; return 1; }; }
peer() {
	swan peer --initiate --child net --timeout 10 >/dev/null 2>&1
}
# The word in the advice that begins with $1.
word() { sed -n "s/.*$1 \"\([^\"]*\)\".*/\1/p" "$LIB/out" | head -1; }

strict=aes256gcm16-prfsha384-x25519
ours $strict aes256gcm16
t_ok "strongSwan starts" swan_start b peer
t_ok "the suite starts" suite_start gw
t_ok "explain: nothing yet" explained lyon
t_ok "and says so" says 'No failed negotiation'

theirs lyon aes256-aes128-sha256-modp2048-ecp256 aes256gcm16 10.2.0.0/16 \
    'not a secret: a test' | swan_load peer
t_not "other algorithms: no IKE SA" peer
t_ok "explain" explained lyon
t_ok "who refused" says 'lyon (1): 192.0.2.2.* began .*; we refused it: no proposal chosen'
t_ok "encryption" says 'encryption  aes256, aes128  *aes256gcm16  *<- nothing in common'
t_ok "integrity" says 'integrity  *sha256  *(in the cipher)'
t_ok "group" says 'group  *modp2048, ecp256  *x25519  *<- nothing in common'
t_ok "whose policy" says 'ours, policy "picky" (ikd.yaml:2)'
t_ok "and where to add" says 'proposals of policy "picky" (ikd.yaml:2)'
ours_add=$(word 'ours, add') theirs_add=$(word 'theirs, offer')
t_ok "a change of ours" [ -n "$ours_add" ]
ours "$strict, $ours_add" aes256gcm16
t_ok "which the policy takes" suite_ctl gw reload
t_ok "is one: it comes up" peer
t_ok "removed" suite_ctl gw remove lyon --once
ours $strict aes256gcm16
t_ok "back again" suite_ctl gw reload
theirs lyon "aes256-aes128-sha256-modp2048-ecp256,$theirs_add" aes256gcm16 \
    10.2.0.0/16 'not a secret: a test' | swan_load peer
t_ok "the change of theirs is one, too" peer
t_ok "removed" suite_ctl gw remove lyon --once

theirs lyon $strict aes128-sha256 10.2.0.0/16 'not a secret: a test' |
    swan_load peer
t_not "another cipher of the child: no child" peer
t_ok "explain the child" explained lyon/net
t_ok "it is the child's" says 'lyon/net (1.1): 192.0.2.2.*no proposal chosen'
t_not "what is not the matter is not blamed" grep -q '^  esn' "$LIB/out"
t_ok "both sides" says 'encryption  aes128  *aes256gcm16  *<- nothing in common'
ours_add=$(word 'ours, add')
suite_ctl gw remove lyon --once >/dev/null 2>&1
ours $strict "aes256gcm16, $ours_add"
t_ok "the change is taken" suite_ctl gw reload
t_ok "and is one" peer
suite_ctl gw remove lyon --once >/dev/null 2>&1

theirs lyon $strict aes256gcm16 10.9.0.0/16 'not a secret: a test' |
    swan_load peer
t_not "other selectors" peer
t_ok "explain" explained lyon
t_ok "both sides' selectors" says '10.9.0.0/16.*10.2.0.0/16'
suite_ctl gw remove lyon --once >/dev/null 2>&1

theirs lyon $strict aes256gcm16 10.2.0.0/16 'another one' | swan_load peer
t_not "another secret" peer
t_ok "explain" explained lyon
t_ok "it is the secret" says 'pre-shared key of tunnel lyon differs'
t_ok "as initiator" suite_ctl gw activate lyon --no-wait
t_ok "the peer refused us" wait_until 20 eval \
    'explained lyon && says "we began with 192.0.2.2.*the peer refused it"'
suite_ctl gw remove lyon >/dev/null 2>&1

# What nobody can add to, and what stands in the tunnel.
theirs lyon aes256-aes128-sha256-modp2048-ecp256 aes256gcm16 10.2.0.0/16 \
    'not a secret: a test' | swan_load peer
tunnel_policy() {
	sed -i "s/^    policy: .*/    policy: $1/" "$(suite_etc gw)/ikd.yaml"
}
tunnel_policy strict
t_ok "a policy that is built in" suite_ctl gw reload
t_not "no IKE SA with it" peer
t_ok "explain" explained lyon
t_ok "it is said to be built in" says 'ours, policy "strict" (built in)'
t_ok "it wants one of its own" says 'ours, give tunnel "lyon" (ikd.yaml:5) a policy of its own that has "[a-z0-9-]*" among its proposals ("strict" is built in)'
tunnel_policy "{ proposals: [$strict] }"
t_ok "a policy in the tunnel" suite_ctl gw reload
t_not "no IKE SA with it" peer
t_ok "explain" explained lyon
t_ok "it is the tunnel's" says 'proposals of tunnel "lyon" (ikd.yaml:5)'
t_ok "in the head, too" says 'peer offers  *ours (ikd.yaml:5)'

# A reload while a negotiation is under way: the peer is deaf meanwhile.
suite_ctl gw remove lyon >/dev/null 2>&1
ours $strict aes256gcm16
t_ok "what both have" suite_ctl gw reload
theirs lyon $strict aes256gcm16 10.2.0.0/16 'not a secret: a test' |
    swan_load peer
in_ns b nft -f - <<'EOF2'
table inet lab {
	chain in {
		type filter hook input priority 0;
		udp dport 500 drop
	}
}
EOF2
t_ok "we begin" suite_ctl gw activate lyon --no-wait
t_ok "and wait for an answer" wait_until 20 grep -q \
    'lyon (1): IKE_SA_INIT not answered yet' "$(suite_log gw)"
ours "$strict, aes256-sha256-x25519" aes256gcm16
t_ok "another policy meanwhile" suite_ctl gw reload
in_ns b nft delete table inet lab
t_ok "it is begun anew, and comes up" suite_ctl gw wait lyon --timeout 20
t_ok "explain says so of the one before" wait_until 20 eval 'explained lyon &&
    says "we took it back: closed here" && says "a reload changed the tunnel"'
t_not "and nothing of orders" says 'no such order'
suite_ctl gw remove lyon --once >/dev/null 2>&1

t_ok "by address" explained 192.0.2.2
t_ok "the same" says 'lyon (1)'
t_ok "an address without a story" explained 192.0.2.77
t_ok "says so" says 'No failed negotiation with this address'
t_not "a tunnel that is none" explained nobody
t_ok "JSON" eval "suite_ctl gw explain lyon --json | grep -q '\"verdict\": *\"we refused it\"'"
t_ok "the suite stops" suite_stop gw
lib_end
