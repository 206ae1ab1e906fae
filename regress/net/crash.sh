#!/bin/sh
# Quick crash detection (RFC 6290): a gateway dies with all its processes and
# starts again; its peer, which would wait a minute and more for answers, is
# shown the token at its first question and begins anew.  In both roles; and
# without the key it waits.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
lib_begin crash
topo_pair 1

policy() {	# LOCAL-OUTER REMOTE-OUTER START CRASH-DETECTION
	cat <<EOT
workers: 2
retry: { first: 1s, most: 2s }
retransmit: { first: 5s, factor: 1.8, tries: 7 }
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: $3
    dpd: 2s
    crash-detection: $4
    initial-contact: no
    children:
      lan: { local: 10.$1.0.0/16, remote: 10.$2.0.0/16 }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) "$([ $g = 1 ] && echo auto || echo answer)" yes \
	    >"$(suite_etc gw$g)/ikd.yaml"
	echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' |
	    suite_psk gw$g boston
done
t_ok "the responder starts" suite_start gw2
t_ok "the initiator starts" suite_start gw1
t_ok "start: auto brings it up" suite_ctl gw1 wait boston --timeout 20
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
secret=$(sha256sum <"$LIB/gw2/state/secret")
t_ok "the machine's secret is root's alone" \
    [ "$(stat -c '%a %U %s' "$LIB/gw2/state/secret")" = '600 root 32' ]

tokens() { grep -c 'the peer shows its crash token' "$(suite_log "$1")"; }
more_tokens() { [ "$(tokens "$1")" -gt "$2" ]; }

# The responder, all of it: its peer is at it within two questions.
suite_kill gw2
t_ok "the responder is started again" suite_start gw2
t_ok "its secret is the same" [ "$secret" = "$(sha256sum <"$LIB/gw2/state/secret")" ]
t_ok "the initiator sees the token" wait_until 20 more_tokens gw1 0
t_ok "says why it is down" said gw1 'boston.*the peer has restarted'
t_ok "and begins anew" suite_ctl gw1 wait boston --timeout 10
t_ok "traffic again" wait_until 15 pings a 10.1.1.1 10.2.1.1 1

# Rekeyed, and then only the worker dies; its tunnel manager starts nothing.
t_ok "rekey" suite_ctl gw1 rekey boston
t_ok "a new IKE SA" wait_until 20 said gw1 'IKE SA rekeyed'
n=$(tokens gw1)
w=$(worker gw2)
t_ok "the responder's worker dies" kill_one gw2 ikd-ike \
    "$(process_pid gw2 "ikd-ike[$w]")"
t_ok "the initiator sees the new SA's token" wait_until 20 more_tokens gw1 "$n"
t_ok "up again" suite_ctl gw1 wait boston --timeout 10
t_ok "and traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 1

# The initiator: the responder has one session, the new one.
suite_kill gw1
sed -i 's/start: auto/start: manual/' "$(suite_etc gw1)/ikd.yaml"
t_ok "the initiator is started again" suite_start gw1
t_ok "the responder sees its token" wait_until 20 more_tokens gw2 0
t_ok "it says so" said gw2 'boston.*the peer has restarted'
no_session() { [ -z "$(spis gw2)" ]; }
t_ok "and holds nothing any more" wait_until 15 no_session

# Switched off: the peer hears nothing that it would believe.
t_ok "up by hand" suite_ctl gw1 activate boston
policy 2 1 answer no >"$(suite_etc gw2)/ikd.yaml"
t_ok "without the key it is another tunnel" suite_ctl gw2 reload
t_ok "up by hand, again" suite_ctl gw1 activate boston
n=$(tokens gw1)
suite_kill gw2
t_ok "the responder is started once more" suite_start gw2
asked() { [ "$(suite_ctl gw2 show stats | awk '/unknown-spi/ { n += $2 } END { print n + 0 }')" -ge "$1" ]; }
t_ok "it is asked" wait_until 15 asked 1
t_ok "nobody sees a token" [ "$(tokens gw1)" = "$n" ]
t_ok "the initiator stops" suite_stop gw1
t_ok "the responder stops" suite_stop gw2
lib_end
