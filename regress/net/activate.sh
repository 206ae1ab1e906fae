#!/bin/sh
# activate and remove by every form that names tunnels: number, list, name,
# remote ID, addresses, child, all.  What begins comes up; a responder opens and
# says that it waits; what was removed is down at once and deaf to the peer
# until activate, reloads and the death of tmd or not.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin activate
topo_pair 5
net_addr b eth0 192.0.2.3/24

# Tunnels 1-4: one, two, "VPN Lyon" and open, which leaves our own address to
# the route; and 5, which has two children.  Number 2 and 5 are between others'
# addresses.
names='one|two|VPN Lyon|open|five'
name() { echo "$names" | cut -d'|' -f"$1"; }
far() {	# N: the outer address of gw2
	case $1 in
	2 | 5)	echo 192.0.2.3 ;;
	*)	echo 192.0.2.2 ;;
	esac
}
tunnel() {	# SIDE N ROLE
	_n=$(name "$2")
	_us=192.0.2.1 _them=$(far "$2")
	[ "$1" = 1 ] || { _us=$_them; _them=192.0.2.1; }
	_l="address: $_us, "
	[ "$1" = 2 ] || [ "$2" != 4 ] || _l=
	cat <<EOT
  "$_n":
    number: $2
    local: { ${_l}id: "fqdn:gw$1-$2.example" }
    remote: { address: $_them, id: "fqdn:gw$((3 - $1))-$2.example" }
    psk: t
    role: $3
    start: manual
    children:
      lan: { local: 10.$1.$2.0/24, remote: 10.$((3 - $1)).$2.0/24 }
EOT
	[ "$2" = 5 ] || return 0
	echo "      six: { local: fd0$1:5::/64, remote: fd0$((3 - $1)):5::/64, start: manual }"
}
for s in 1 2; do
	suite_new gw$s "$(echo "a b" | cut -d' ' -f$s)"
	echo 'not a secret: a test' | suite_psk gw$s t
	{
		echo 'retry: { first: 5m, most: 5m }'
		echo 'tunnels:'
		for i in 1 2 3 4 5; do
			tunnel $s $i "$(echo "initiator responder" | cut -d' ' -f$s)"
		done
	} >"$(suite_etc gw$s)/ikd.yaml"
done

passes() { pings a "10.1.$1.1" "10.2.$1.1" 1; }
passes6() { pings a fd01:5::1 fd02:5::1 1; }
# The status of N (or N.M) in a suite's list.
is() {	# SUITE N STATUS
	suite_ctl "$1" list --all --children --json | tr -d ' ,"\n' | tr '{' '\n' |
	    grep "no:$2name:" | grep -q "status:$3"
}
exits() {	# STATUS TEXT COMMAND...
	_want=$1 _t=$2
	shift 2
	"$@" >"$LIB/said" 2>&1
	[ $? = "$_want" ] && grep -F -- "$_t" "$LIB/said" && return 0
	cat "$LIB/said"
	return 1
}
waits() {	# "N...": gw2 said of each, and of no other, that it waits
	_all=$(echo "$1" | wc -w)
	for _i in $1; do
		_who="$(name "$_i") ($_i)"
		[ "$_all" = 1 ] || _who=$_who:
		echo "$_who is open; it is a responder (its role is responder): start it from the client side."
	done >"$LIB/want"
	[ "$_all" = 1 ] || echo "0 of $_all active, $_all open." >>"$LIB/want"
	sort "$LIB/want" >"$LIB/wanted"
	sort "$LIB/said" | diff "$LIB/wanted" -
}
only() {	# SUITE STATUS "N..." OTHERS': these are so, the others Down
	for _i in 1 2 3 4 5; do
		case " $3 " in
		*" $_i "*)	is "$1" "$_i" "$2" || return 1 ;;
		*)		is "$1" "$_i" Down || return 1 ;;
		esac
	done
}

# form WHAT "N..." FORM-AT-GW1 FORM-AT-GW2, words of a form split by "|": all
# its life.
form() {
	what=$1 these=$2 at1=$3 at2=$4
	split() { (IFS='|'; set -f; f=$1; shift; suite_ctl "$@" $f); }
	t_ok "$what: deaf before" exits 1 '' split "$at1" gw1 activate
	t_ok "$what: the responder opens" exits 0 '' split "$at2" gw2 activate
	t_ok "$what: and says that it waits" waits "$these"
	t_ok "$what: these and no other are Open" only gw2 Open "$these"
	t_ok "$what: the initiator activates" exits 0 'Active after' \
	    split "$at1" gw1 activate
	t_ok "$what: these and no other are Active" only gw1 Active "$these"
	t_ok "$what: there, too" wait_until 5 only gw2 Active "$these"
	for i in $these; do
		t_ok "$what: traffic of $i" wait_until 5 passes "$i"
	done
	t_ok "$what: again" exits 0 'is Active already.' \
	    split "$at1" gw1 activate
	t_ok "$what: the responder removes" exits 0 'removed.' \
	    split "$at2" gw2 remove
	t_ok "$what: none is left there" only gw2 Active ''
	t_ok "$what: nor here" wait_until 10 only gw1 Active ''
	for i in $these; do
		t_not "$what: nothing passes by $i" passes "$i"
	done
	t_ok "$what: deaf after" exits 1 '' split "$at1" gw1 activate
	t_ok "$what: the initiator removes" exits 0 'removed.' \
	    split "$at1" gw1 remove
}

wire_start out b
t_ok "gateway 1 starts" suite_start gw1
t_ok "gateway 2 starts" suite_start gw2
t_ok "all are down" only gw1 Down ''

form number 1 1 1
form name 1 one one
form "name with a blank" 3 'VPN Lyon' 'VPN Lyon'
form list '1 2 3' '1,two,VPN Lyon' '3,2,1'
form "several names" '1 4' 'one|open' '4|one'
form "remote ID" 2 '--remote-id|fqdn:gw2-2.example' \
    '--remote-id|fqdn:gw1-2.example'
form "addresses" '2 5' '--address|192.0.2.1,192.0.2.3' \
    '--address|192.0.2.3,192.0.2.1'
form "addresses, ours left to the route" '1 3 4' \
    '--address|192.0.2.1,192.0.2.2' '--address|192.0.2.2,192.0.2.1'
form "ID and addresses" 5 \
    '--address|192.0.2.1,192.0.2.3|--remote-id|gw2-5.example' \
    '--address|192.0.2.3|--remote-id|gw1-5.example'
form all '1 2 3 4 5' --all --all

# ---- one child ----
t_ok "child: the responder opens" exits 0 \
    'five/lan (5.1) is open; it is a responder' suite_ctl gw2 activate 5.1
t_ok "child: it alone is opened there" is gw2 5.2 Down
t_ok "child: the initiator activates" exits 0 'lan (5.1)' \
    suite_ctl gw1 activate five/lan
t_ok "child: its traffic" wait_until 5 passes 5
t_not "child: not the other's" passes6
t_ok "child: the other is refused there" exits 1 '' \
    suite_ctl gw1 activate five/six --timeout 20
t_ok "child: until it is opened" suite_ctl gw2 activate five/six
t_ok "child: by number" exits 0 'six (5.2)' \
    suite_ctl gw1 activate 5.2 --timeout 20
t_ok "child: traffic of both" wait_until 5 passes6
t_ok "child: and of the first" passes 5
t_ok "child: removed there" exits 0 'removed.' suite_ctl gw2 remove 5.2
t_ok "child: it is gone here" wait_until 10 not is gw1 5.2 Active
t_ok "child: deaf" exits 1 '' suite_ctl gw1 activate 5.2 --timeout 20
tmd=$(suite_pids gw2 tmd)
kill -9 "$tmd"
t_ok "child: tmd dies there" wait_until 15 suite_restarted gw2 tmd "$tmd"
t_ok "child: a reload" suite_ctl gw2 reload
t_ok "child: deaf still" exits 1 '' suite_ctl gw1 activate 5.2 --timeout 20
t_ok "child: the first goes on" wait_until 10 passes 5
t_ok "child: activate opens it" suite_ctl gw2 activate 5.2
t_ok "child: and it comes" suite_ctl gw1 activate 5.2 --timeout 20
t_ok "child: with traffic" wait_until 5 passes6

# ---- removed stays removed, at either end ----
t_ok "removed at the responder" suite_ctl gw2 remove five
tmd=$(suite_pids gw2 tmd)
kill -9 "$tmd"
t_ok "tmd dies there" wait_until 15 suite_restarted gw2 tmd "$tmd"
t_ok "and reloads" suite_ctl gw2 reload
t_ok "deaf still" exits 1 '' suite_ctl gw1 activate five
suite_ctl gw2 explain five >"$LIB/explain"
t_ok "it says why" grep -q 'the tunnel was removed: ikectl activate' "$LIB/explain"
t_ok "activated" suite_ctl gw2 activate five
t_ok "heard" suite_ctl gw1 activate five --timeout 20
t_ok "removed at the initiator" suite_ctl gw1 remove five
t_ok "reloaded" suite_ctl gw1 reload
t_ok "it stays down" is gw1 5 Down
t_not "its packets wake nothing" passes 5
t_ok "and down it is" is gw1 5 Down
t_ok "--once" suite_ctl gw1 activate five --timeout 20
t_ok "ends it there" suite_ctl gw2 remove five --once
t_ok "but it stays open" is gw2 5 Open
t_ok "to the peer" suite_ctl gw1 activate five --timeout 20

# ---- what names nothing ----
t_ok "no such number" exits 1 'no tunnel 77' suite_ctl gw1 activate 77
t_ok "no such name" exits 1 'nearest is "two"' suite_ctl gw1 activate tow
t_ok "no such child" exits 1 'nearest is "lan"' suite_ctl gw1 activate one/lam
t_ok "no such child's number" exits 1 'no child 2' suite_ctl gw1 activate 1.2
t_ok "no such ID" exits 1 'no tunnel fits fqdn:nobody' suite_ctl gw1 activate \
    --remote-id fqdn:nobody
t_ok "no such address" exits 1 'no tunnel fits 192.0.2.9' suite_ctl gw2 \
    activate --address 192.0.2.9
t_ok "no such peer's address" exits 1 'no tunnel fits 192.0.2.1,192.0.2.9' \
    suite_ctl gw1 activate --address 192.0.2.1,192.0.2.9
t_ok "no address" exits 1 'is not LOCAL[,REMOTE]' suite_ctl gw1 activate \
    --address here
t_ok "nothing at all" exits 2 'activate TUNNEL...' suite_ctl gw1 activate
t_ok "one bad name in a list, and nothing happens" exits 1 'no tunnel 77' \
    suite_ctl gw1 activate 1,77
t_ok "nothing" is gw1 1 Down

t_ok "gateway 1 stops" suite_stop gw1
t_ok "gateway 2 stops" suite_stop gw2
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
