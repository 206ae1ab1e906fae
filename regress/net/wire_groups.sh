#!/bin/sh
# The outer wire, as in wire.sh, for children of groups and generic ones
# (any-host), inside and outside of both families: kill -9 of tmd-policy and
# tmd-metrics, and of each process while the policy is reloaded and while a
# filter changes.  What has fixed selectors is held from the moment a gateway
# serves until it stops; the gateway's end of a generic child while the peer is
# known, and after the death of the gateway's parent, which forgets it, until it
# has come again.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
. "$(dirname "$0")/wire_lib.sh"
lib_begin wire_groups
esp=ikd-esp
[ "$IKD_PLANE" = userspace ] || esp=
topo_pair 2
in_ns a ip route add default via 192.0.2.2
in_ns a ip -6 route add default via 2001:db8::2
in_ns b ip route add default via 192.0.2.1
in_ns b ip -6 route add default via 2001:db8::1
inner() {	# 1: the gateway's, fixed; 2: the client's; 3: the generic ones
	case $1 in
	1)	echo "src net 10.1.2.0/24 or src net fd01:2::/64" ;;
	2)	echo "src net 10.2.0.0/16 or src net fd02::/16" ;;
	3)	echo "src net 10.1.1.0/24 or src net fd01:1::/64" ;;
	esac
}
# Both ways, with the gateway's own words.
generic() {
	suite_ctl gw list staff >"$LIB/list"
	grep -q 'four 10.2.1.1' "$LIB/list" && grep -q 'six fd02:1::1' "$LIB/list"
}

suite_new gw a
suite_new cl b
for s in gw cl; do
	echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' |
	    suite_psk $s t
done
cat >"$(suite_etc gw)/ikd.yaml" <<EOT
retransmit: { first: 1s, factor: 1.2, tries: 3 }
metrics: 127.0.0.1:9100
groups:
  staff: [ "fqdn:*.staff.example.com", "email:bob@example.com" ]
  desks: [ "subnet:10.2.2.0/24", "subnet:fd02:2::/64" ]
tunnels:
  staff:
    note: "0"
    local: { id: "fqdn:gw.example.com" }
    remote: { address: any, id: "group:staff" }
    psk: t
    allow-shared-psk: yes
    unique-id: replace
    dpd: 2s
    children:
      desk: { peers: "email:bob@example.com", remote: "group:desks",
        local: [10.1.2.0/24, "fd01:2::/64"] }
      four: { remote: any-host, local: 10.1.1.0/24 }
      six: { remote: any-host, local: "fd01:1::/64" }
EOT
cat >"$(suite_etc cl)/ikd.yaml" <<EOT
workers: 2
retry: { first: 1s, most: 4s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
defaults: { tunnel: { dpd: 2s, psk: t } }
tunnels:
  ann:
    note: "0"
    local: { address: 192.0.2.2, id: "fqdn:ann.staff.example.com" }
    remote: { address: 192.0.2.1, id: "fqdn:gw.example.com" }
    children:
      four: { local: 10.2.1.1, remote: 10.1.1.0/24 }
      six: { local: "fd02:1::1", remote: "fd01:1::/64" }
  bob:
    local: { address: "2001:db8::2", id: "email:bob@example.com" }
    remote: { address: "2001:db8::1", id: "fqdn:gw.example.com" }
    children:
      desk: { local: [10.2.2.0/24, "fd02:2::/64"],
        remote: [10.1.2.0/24, "fd01:2::/64"] }
EOT
# A group that nobody uses, so that reading the policy takes a while.
for s in gw cl; do
	awk 'BEGIN { print "groups:"; print "  many:"
		for (i = 0; i < 60000; i++)
			print "    - \"fqdn:m" i ".example.net\"" }' |
	    { [ $s = cl ] || sed 1d; cat; } >"$LIB/many"
	if [ $s = gw ]; then
		sed -i "/^groups:/r $LIB/many" "$(suite_etc gw)/ikd.yaml"
	else
		cat "$LIB/many" >>"$(suite_etc cl)/ikd.yaml"
	fi
done
carries() {
	for _i in 1 2; do
		pings a 10.1.$_i.1 10.2.$_i.1 1 &&
		    pings b fd02:$_i::1 fd01:$_i::1 1 || return 1
	done
}
again() { t_ok "$1: traffic" wait_until 30 carries; }

# A change of the policy; whether it is done is not told.
reloads() {	# SUITE
	_c=$((${_c:-0} + 1))
	sed -i "s/note: .*/note: \"$_c\"/" "$(suite_etc "$1")/ikd.yaml"
	suite_ctl "$1" reload >/dev/null 2>&1 &
}
filters() {	# SUITE
	_c=$((${_c:-0} + 1))
	suite_ctl "$1" filter add name "f$_c" action permit protocol tcp \
	    to-port $_c >/dev/null 2>&1 &
}
# during SUITE WHAT COMMAND...: the change is on its way, which is as long as
# tmd-policy reads, when the command is begun.  One that was faster is followed
# by another.
during() {
	_s=$1 _what=$2
	shift 2
	for _try in 1 2 3 4 5 6 7 8 9; do
		$_what "$_s"
		_asked=$!
		until _tp=$(suite_pids "$_s" tmd-policy); do
			kill -0 $_asked 2>/dev/null || continue 2
		done
		"$@"
		_done=$?
		wait $_asked
		[ $_done -ne 0 ] || return 0
	done
	return 1
}
kill_reader() { kill -9 "$_tp"; }

wire_start out b
for i in 1 2; do
	send a 10.1.$i.1 10.2.$i.1
	send b 10.2.$i.1 10.1.$i.1
	send a fd01:$i::1 fd02:$i::1
	send b fd02:$i::1 fd01:$i::1
done
t_ok "before the start it does pass in clear" wait_until 20 carries
t_ok "the capture sees it" wait_until 10 some_clear 1 0
t_ok "of both ends" wait_until 10 some_clear 2 0
t_ok "the gateway starts" suite_start gw
from1=$(now)
t_ok "the client starts" suite_start cl
from2=$(now)
again "up"
t_ok "generic children of both families" wait_until 20 generic
from3=$(now)

t_ok "kill -9 of tmd-metrics" kill_one gw tmd-metrics
again "tmd-metrics"
for g in gw cl; do
	for what in reloads filters; do
		t_ok "$g, $what: kill -9 of tmd-policy" during $g $what kill_reader
		again "$g, $what: tmd-policy"
		t_ok "$g, $what: the next is taken" suite_ctl $g reload
		for r in tmd certd-sign certd $esp; do
			t_ok "$g, $what: kill -9 of $r" during $g $what kill_one $g $r
			again "$g, $what: $r"
		done
		t_ok "$g, $what: no generic child was in clear" \
		    none_clear 3 "$from3"
		t_ok "$g, $what: kill -9 of ikd-parent" \
		    during $g $what kill_one $g ikd-parent
		again "$g, $what: ikd-parent"
		t_ok "$g, $what: the generic children again" \
		    wait_until 30 generic
		# Where the peer's dies, liveness checks may find it gone.
		[ $g = cl ] || t_ok "$g, $what: nor was one, then, in clear" \
		    none_clear 3 "$from3"
		from3=$(now)
		t_ok "$g, $what: a reload" suite_ctl $g reload
		again "$g, $what: reloaded"
	done
	t_ok "$g: the service answers" suite_ctl $g filter list
done

stop2=$(now)
t_ok "the client stops" suite_stop cl
t_ok "it has left nothing" clean b
stop1=$(now)
t_ok "the gateway stops" suite_stop gw
t_ok "it has left nothing" clean a
# shellcheck disable=SC2086	# a list of pids
kill $pids
wire_stop out
t_ok "none in clear from the client until it stopped" none_clear 2 "$from2" "$stop2"
t_ok "none while it stopped" clear_after_last 2 "$from2"
t_ok "none in clear from the gateway until it stopped" \
    none_clear 1 "$from1" "$stop1"
t_ok "none of the generic ones while the client was there" \
    none_clear 3 "$from3" "$stop2"
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
