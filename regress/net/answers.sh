#!/bin/sh
# What ikectl answers when something is wrong: each thing differently, with
# its exit status; and what a reload keeps, changes, refuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin answers
topo_pair 2

# exits STATUS SUITE ARGS...: ikectl's exit status; the answer is in $LIB/out.
exits() {
	_want=$1
	shift
	suite_ctl "$@" >"$LIB/out" 2>&1
	_got=$?
	[ "$_got" -eq "$_want" ] || { echo "status $_got"; cat "$LIB/out"; return 1; }
}
says() {
	grep -q -- "$1" "$LIB/out" || { cat "$LIB/out"; return 1; }
}

ours() {	# what stands in gw1's file beside the tunnels' common part
	cat <<EOF
retransmit: { first: 1s, factor: 1, tries: 3 }
tunnels:
  boston:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: boston
    start: manual
    $1
    children: { lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16 } }
  away:
    local: 192.0.2.1
    remote: 192.0.2.99
    psk: boston
    start: manual
    children: { lan: { local: 10.1.0.0/16, remote: 10.3.0.0/16 } }
EOF
}
suite_new gw1 a
suite_new gw2 b
ours "note: first" >"$(suite_etc gw1)/ikd.yaml"
cat >"$(suite_etc gw2)/ikd.yaml" <<EOF
tunnels:
  boston:
    local: 192.0.2.2
    remote: 192.0.2.1
    psk: boston
    start: answer
    children: { lan: { local: 10.2.0.0/16, remote: 10.1.0.0/16 } }
EOF
echo 'the one and only long secret' | suite_psk gw1 boston
echo 'quite another and long secret' | suite_psk gw2 boston

t_ok "not running: status 3" exits 3 gw1 list
t_ok "a good policy passes check" exits 0 gw1 check
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
t_ok "no such verb: status 2" exits 2 gw1 actvate boston
t_ok "no such tunnel: status 1" exits 1 gw1 activate bostn
t_ok "the nearest name is told" says 'nearest is "boston"'
t_ok "not built: status 1" exits 1 gw1 lease
t_ok "and says so" says 'not supported by this version'
t_ok "the wrong secret: status 1" exits 1 gw1 activate boston --timeout 20
t_ok "it is an authentication failure" says 'refused our authentication\|AUTHENTICATION_FAILED'
t_ok "the other side says that the keys differ" wait_until 15 grep -q \
    'pre-shared key of tunnel boston differs' "$(suite_log gw2)"
t_ok "a peer that is away: the deadline, status 4" exits 4 gw1 activate away --timeout 2
t_ok "or no answer, status 1" exits 1 gw1 activate away --timeout 30
t_ok "it says that nobody answers" says 'does not answer'
t_ok "wait has its deadline too" exits 4 gw1 wait boston --until active --timeout 1

echo 'the one and only long secret' | suite_psk gw2 boston
t_ok "the secret is mended, reload" exits 0 gw2 reload
t_ok "now it is Active" exits 0 gw1 activate boston --timeout 20
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
no=$(suite_ctl gw1 list boston | awk '$2 == "boston" { print $1 }')

ours "childern: x" >"$(suite_etc gw1)/ikd.yaml"
t_ok "a mistake: reload is refused" exits 1 gw1 reload
t_ok "with file, line and the nearest name" says 'ikd.yaml:[0-9]*:[0-9]*: unknown key "childern"'
t_ok "and a sentence" says '1 error in the policy\. The running policy (generation [0-9]*) is not touched\.'
t_ok "the old policy holds" pings a 10.1.1.1 10.2.1.1

ours "note: second" >"$(suite_etc gw1)/ikd.yaml"
cat >>"$(suite_etc gw1)/ikd.yaml" <<EOF
  abbot:
    remote: 192.0.2.98
    psk: boston
    start: manual
    children: { lan: { local: 10.1.0.0/16, remote: 10.4.0.0/16 } }
EOF
t_ok "a new tunnel by reload" exits 0 gw1 reload
t_ok "it says what it did" says '2 kept, 0 rekeyed, 0 restarted, 1 added, 0 removed'
t_ok "what is unchanged goes on" pings a 10.1.1.1 10.2.1.1
t_ok "numbers are kept" [ "$(suite_ctl gw1 list boston | awk '$2 == "boston" { print $1 }')" = "$no" ]
t_ok "another user may not: status 5" [ "$(suite_in gw1 setpriv --reuid _tmd \
    --regid _tmd --clear-groups "$BUILD/bin/ikectl" -r "$LIB/gw1/run" list \
    >/dev/null 2>&1; echo $?)" = 5 ]
t_ok "levels are shown and set" exits 0 gw1 log debug ike
t_ok "and refused when there is no such" exits 2 gw1 log loud
t_ok "first gateway stops" suite_stop gw1
t_ok "second gateway stops" suite_stop gw2
lib_end
