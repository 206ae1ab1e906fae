#!/bin/sh
# What start means, what ikectl's selections mean, and what a reload does to
# tunnels that are up: kept, changed, added, removed.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin tunnels
topo_pair 4

head() {
	cat <<EOT
workers: 2
retry: { first: 1s, most: 4s }
tunnels:
EOT
}
# tunnel SIDE NAME N START [LIFETIME [UNIQUE]]: inner network N.
tunnel() {
	cat <<EOT
  $2:
    local: { address: 192.0.2.$1, id: "fqdn:gw$1-$3.example" }
    remote: { address: 192.0.2.$((3 - $1)), id: "fqdn:gw$((3 - $1))-$3.example" }
    psk: boston
    start: $4
    unique-id: ${6:-no}
    policy: { lifetime: ${5:-4h} }
    children:
      lan: { local: 10.$1.$3.0/24, remote: 10.$((3 - $1)).$3.0/24 }
EOT
}
config() {	# SIDE: reads the tunnels' lines from standard input
	{ head; cat; } >"$(suite_etc gw$1)/ikd.yaml"
}
suite_new gw1 a
suite_new gw2 b
for g in gw1 gw2; do
	echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' |
	    suite_psk $g boston
done
{
	tunnel 1 crossed 1 auto
	tunnel 1 trapped 2 trap
	tunnel 1 handmade 3 manual
} | config 1
{
	tunnel 2 crossed 1 auto
	tunnel 2 trapped 2 answer
	tunnel 2 handmade 3 manual
} | config 2

spi() { suite_ctl "$1" show sa "$2" --json | awk '/"spi_in"/ { print $2 }'; }
sessions() { suite_ctl "$1" show sa "$2" --json | grep -c '"spi_i"'; }
one_session() { [ "$(sessions "$1" "$2")" = 1 ]; }
passes() { pings a "10.1.$1.1" "10.2.$1.1" 1; }
exits() {	# STATUS COMMAND...
	_e=$1
	shift
	"$@"
	[ $? -eq "$_e" ]
}
says() {	# TEXT COMMAND...
	_t=$1
	shift
	"$@" 2>&1 | grep -F -- "$_t"
}

wire_start out b
t_ok "gateway 1 starts" suite_start gw1
t_ok "gateway 2 starts" suite_start gw2

t_ok "auto at both ends is up" suite_ctl gw1 wait crossed --timeout 20
t_ok "and at the other" suite_ctl gw2 wait crossed --timeout 20
t_ok "one session is left of two" wait_until 20 one_session gw1 crossed
t_ok "at both ends" wait_until 20 one_session gw2 crossed
t_ok "its traffic" wait_until 20 passes 1

t_ok "trap is dormant" status_is gw1 trapped Dormant
t_ok "answer is open" status_is gw2 trapped Open
t_ok "a packet wakes it" wait_until 20 passes 2
t_ok "then it is Active" status_is gw1 trapped Active

t_ok "manual is down" status_is gw1 handmade Down
t_ok "deaf while down at the other end" exits 1 suite_ctl gw1 activate \
    handmade --timeout 20
t_ok "opened there" suite_ctl gw2 activate handmade --no-wait
t_ok "activate" suite_ctl gw1 activate handmade --timeout 20
t_ok "its traffic" wait_until 20 passes 3

t_ok "by number" suite_ctl gw1 list 1,2.1
t_ok "by NAME/CHILD" suite_ctl gw1 list crossed/lan
t_ok "by remote ID" says trapped suite_ctl gw1 list --remote-id \
    fqdn:gw2-2.example
t_ok "by address" says handmade suite_ctl gw1 list --address \
    192.0.2.1,192.0.2.2
t_ok "nearest name" says 'nearest is "crossed"' suite_ctl gw1 list crosed
t_ok "what is not built says so" says 'not supported by this version' \
    suite_ctl gw1 lease
t_ok "the deadline has its own status" exits 4 suite_ctl gw1 wait crossed \
    --until down --timeout 1
t_ok "verbose list has AIX's labels" says 'Phase 1 Tunnel ID' \
    suite_ctl gw1 list -v crossed

t_ok "remove one child" suite_ctl gw1 remove handmade/lan
t_not "nothing passes" passes 3
t_ok "and bring it back" suite_ctl gw1 activate handmade/lan --timeout 20
t_ok "its traffic again" wait_until 20 passes 3

t_ok "removed stays down" suite_ctl gw1 remove crossed
t_ok "after a reload, too" suite_ctl gw1 reload
t_ok "it is down" status_is gw1 crossed Down
tmd=$(suite_pids gw1 tmd)
kill -9 "$tmd"
t_ok "tmd is killed and comes back" wait_until 15 suite_restarted gw1 tmd "$tmd"
t_ok "it is still down" status_is gw1 crossed Down
t_ok "what was opened by hand is still Active" suite_ctl gw1 wait handmade \
    --timeout 20
t_ok "activated again" suite_ctl gw1 activate crossed --timeout 20

# Who watches from here on; the first event says that it does.
monitors=
for g in gw1 gw2; do
	suite_ctl $g monitor >"$LIB/$g.events" 2>&1 &
	monitors="$monitors $!"
	t_ok "somebody watches $g" wait_until 20 eval \
	    'suite_ctl $g reload &&
	    grep -q "policy generation" "$LIB/$g.events"'
done

# crossed is kept (though renamed: its number is given), trapped changed,
# handmade removed, fourth added.
a=$(spi gw1 crossed)
b=$(spi gw1 trapped)
{
	tunnel 1 crossed 1 auto
	tunnel 1 trapped 2 auto 3h
	tunnel 1 fourth 4 auto
} | config 1
{
	tunnel 2 crossed 1 auto
	tunnel 2 trapped 2 answer
	tunnel 2 fourth 4 answer
} | config 2
t_ok "reload at the other end" says '2 kept, 0 rekeyed, 0 restarted, 1 added, 1 removed' \
    suite_ctl gw2 reload
t_ok "reload" says '1 kept, 0 rekeyed, 1 restarted, 1 added, 1 removed' suite_ctl gw1 reload
down() {	# SIDE TUNNEL WHY
	grep "session-down *$2  session ended: reload: $3" "$LIB/$1.events"
}
t_ok "the changed one's session ended by it" wait_until 10 down gw1 trapped \
    "its policy changed"
t_ok "and the removed one's, where it was first" wait_until 10 down gw2 \
    handmade ""
t_not "but not the kept one's" down gw1 crossed
kill $monitors
wait $monitors 2>/dev/null
t_ok "the kept one is untouched" [ "$a" = "$(spi gw1 crossed)" ]
t_ok "the changed one comes back" suite_ctl gw1 wait trapped --timeout 20
t_ok "with another SA" [ "$b" != "$(spi gw1 trapped)" ]
t_ok "the added one comes up" suite_ctl gw1 wait fourth --timeout 20
t_ok "its traffic" wait_until 20 passes 4
t_ok "the removed one is unknown" exits 1 suite_ctl gw1 list handmade
t_not "its traffic is not" passes 3
t_ok "traffic of the kept one" passes 1

t_ok "gateway 1 stops" suite_stop gw1
t_ok "gateway 2 stops" suite_stop gw2
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
t_ok "every line about a tunnel or a peer has its fields, gw1" suite_fields gw1
t_ok "every line about a tunnel or a peer has its fields, gw2" suite_fields gw2
lib_end
