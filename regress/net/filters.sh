#!/bin/sh
# Filters: every column of a rule against packets that are and are not for
# it, by the rules' counters; the dynamic table as a tunnel comes and goes;
# reload, kill -9, stop, and what others have in nftables meanwhile.
#
#    h lan0 ---- lan0  a (ours) eth0 ---- eth0  b (ours)
#    10.7.0.5	  10.7.0.1  192.0.2.1	  192.0.2.2
#    fd07::5	  fd07::1   2001:db8::1	  2001:db8::2
#		  lo: 10.1.x.1, fd01:x::1	  lo: 10.2.x.1, fd02:x::1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin filters
topo_pair 2
net_ns h
net_link h lan0 10.7.0.5/24,fd07::5/64 a lan0 10.7.0.1/24,fd07::1/64
in_ns h ip route add default via 10.7.0.1
in_ns h ip -6 route add default via fd07::1
in_ns b ip route add 10.7.0.0/24 via 192.0.2.1
in_ns b ip -6 route add fd07::/64 via 2001:db8::1
in_ns a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv4.conf.all.accept_source_route=1 \
    net.ipv4.conf.eth0.accept_source_route=1

tunnels() {	# LOCAL REMOTE START
	cat <<EOF
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: $3
    children: { lan: { local: [10.$1.0.0/16, "fd0$1::/16"], remote: [10.$2.0.0/16, "fd0$2::/16"] } }
EOF
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	echo secret | suite_psk gw$g boston
done
tunnels 2 1 answer >"$(suite_etc gw2)/ikd.yaml"
# with FILTERS: the policy of a.
with() {
	{ cat; tunnels 1 2 manual; } >"$(suite_etc gw1)/ikd.yaml"
}
# reload_with: the same, and a reload of it.
reload_with() {
	with
	suite_ctl gw1 reload
}
send() {	# NS KIND FROM TO FROM-PORT TO-PORT
	_ns=$1
	shift
	in_ns "$_ns" "$BUILD/regress/net/packet_tool" "$@"
}
# packets NAME: what its counter said when the list was read.
list() {
	suite_ctl gw1 filter list "$@" --json | awk '
	    $1 == "\"name\":" { n = $2; gsub(/[",]/, "", n) }
	    $1 == "\"packets\":" { gsub(/[^0-9]/, "", $2); print n, $2 }' \
	    >"$LIB/counts"
}
packets() {
	awk -v n="$1" '$1 == n { print $2 }' "$LIB/counts"
}
counts() {	# NAME N
	_c=$(packets "$1")
	[ "$_c" = "$2" ] || { echo "$1: $_c packets, not $2"; return 1; }
}
foreign() {
	in_ns a nft list table inet lab
}
in_ns a nft -f - <<'EOF'
table inet lab {
	chain in {
		type filter hook input priority 5
		udp dport 9 drop
	}
	chain pre {
		type filter hook prerouting priority -450
		udp dport 9 accept
	}
}
EOF
foreign >"$LIB/foreign"

# ---- how it looks: example 11 of the reference ----
with <"$TOP/regress/policy/reference/11-filters.yaml"
t_ok "the suites start" suite_start gw2
suite_start gw1 || exit 1
cat >"$LIB/want" <<'EOF'
No Name Action From To Proto From-port To-port Scope Dir Interface Frag Srcroute Log Tunnel Packets Bytes
1 ssh-in permit any any tcp any eq 22 local in all all yes no - N N
2 no-telnet deny any any tcp any eq 23 both both all all yes yes - N N
3 dynamic *** placement of the dynamic rules *** no
4 payroll permit 10.2.7.0/24 10.1.7.5 any any any both both all all yes no 1 N N
5 rest deny any any any any any both both eth0 all yes yes - N N
0 default permit any any any any any both both all all yes no - N N
*** Dynamic table: made by negotiation, shown, not edited ***
d1 ike permit any any udp any eq 500 local in all all yes no - N N
d2 ike permit any any udp eq 500 any local out all all yes no - N N
d3 ike-natt permit any any udp any eq 4500 local in all all yes no - N N
d4 ike-natt permit any any udp eq 4500 any local out all all yes no - N N
EOF
looks() {
	suite_ctl gw1 filter list -d | sed 's/  */ /g; s/ *$//
	    s/ [0-9]* [0-9.]* [KMG]*B$/ N N/' >"$LIB/got"
	[ "$IKD_PLANE" = userspace ] || sed -i '/^d[5-8] \(esp\|ah\) /d' "$LIB/got"
	diff "$LIB/want" "$LIB/got"
}
t_ok "the list looks as the manual says" looks
t_ok "-6 leaves out what is for IPv4" not sh -c "
	$(command -v ip) netns exec $(ns a) $BUILD/bin/ikectl -r $LIB/gw1/run \
	filter list -6 | grep payroll"
t_not "what is not on the list passes no interface that is closed" \
    in_ns b ping -q -c 1 -W 1 192.0.2.1

# ---- every column ----
cat >"$LIB/columns" <<'EOF'
filters:
  - dynamic
  - { name: ping, action: permit, family: 4, protocol: icmp, icmp-type: 8, scope: local, direction: in }
  - { name: eq, action: permit, protocol: udp, to-port: 5001 }
  - { name: range, action: permit, protocol: udp, to-port: 5010-5019 }
  - { name: neq, action: permit, protocol: udp, from-port: "!6000", to-port: 5020 }
  - { name: lt, action: permit, protocol: udp, to-port: "<100" }
  - { name: gt, action: permit, protocol: udp, to-port: ">60000" }
  - { name: six, action: permit, family: 6, protocol: udp, to-port: 5030, state: no }
  - { name: four, action: permit, family: 4, protocol: udp, to-port: 5030, state: no }
  - { name: from, action: permit, from: [10.7.0.5, "fd07::1-fd07::f"], protocol: udp, to-port: 5031 }
  - { name: to, action: permit, to: [192.0.2.0/24, "2001:db8::/64"], protocol: udp, to-port: 5032 }
  - { name: here, action: permit, scope: local, protocol: udp, to-port: 5040 }
  - { name: through, action: permit, scope: route, protocol: udp, to-port: 5040 }
  - { name: in, action: permit, scope: local, direction: in, protocol: udp, to-port: 5041 }
  - { name: out, action: permit, scope: local, direction: out, protocol: udp, to-port: 5041 }
  - { name: lan-in, action: permit, interface: lan0, direction: in, protocol: udp, to-port: 5042 }
  - { name: eth-out, action: permit, interface: eth0, direction: out, protocol: udp, to-port: 5043 }
  - { name: whole, action: permit, fragments: none, protocol: udp, to-port: 5050 }
  - { name: heads, action: deny, fragments: headers, protocol: udp, to-port: 5051 }
  - { name: pieces, action: deny, fragments: only, from: ["fd07::/64", 10.7.0.0/24, 192.0.2.2] }
  - { name: straight, action: permit, source-route: no, protocol: udp, to-port: 5060 }
  - { name: routed, action: deny, family: 4, protocol: udp, to-port: 5060, log: yes }
  - { name: routed6, action: deny, family: 6, protocol: udp, to-port: 5060 }
  - { name: asked, action: permit, direction: out, protocol: udp, to-port: 5070 }
  - { name: unasked, action: permit, direction: out, protocol: udp, to-port: 5071, state: no }
  - { name: answers, action: deny, direction: in, protocol: udp, from-port: 5070-5071 }
EOF
logs=/proc/sys/net/netfilter/nf_log_all_netns
seen=
if [ -w $logs ]; then
	was=$(cat $logs)
	echo 1 >$logs
	seen=$(dmesg 2>/dev/null | tail -1 | sed -n "s/^\\[ *\\([0-9.]*\\)\\].*/\\1/p")
fi
t_ok "other filters" reload_with <"$LIB/columns"
counted() {	# DESCRIPTION NAME N
	t_ok "$1" counts "$2" "$3"
}
B4='192.0.2.2 192.0.2.1' B6='2001:db8::2 2001:db8::1'
H4='10.7.0.5 192.0.2.2' H6='fd07::5 2001:db8::2'
in_ns b "$BUILD/regress/net/flow_tool" echo 192.0.2.2 5070 2 &
echo=$!
# shellcheck disable=SC2086	# pairs of addresses
{
in_ns b ping -q -c 2 -i 0.05 -W 1 192.0.2.1 >"$LIB/out"
in_ns b ping -q -c 1 -W 1 2001:db8::1 >"$LIB/out"
send b whole $B4 9 5001; send b whole $B6 9 5001; send b whole $B4 9 5002
for p in 5009 5010 5019 5020; do send b whole $B4 6000 $p; done
send b whole $B4 6001 5020; send b whole $B4 5999 5020
for p in 99 100; do send b whole $B4 9 $p; done
for p in 60000 60001; do send b whole $B6 9 $p; done
send b whole $B4 9 5030; send b whole $B6 9 5030; send b whole $B6 9 5030
send h whole $H4 9 5031; send h whole $H6 9 5031; send b whole $B4 9 5031
send h whole $H4 9 5032; send b whole $B6 9 5032; send h whole 10.7.0.5 10.7.0.1 9 5032
send h whole $H4 9 5040; send h whole $H6 9 5040; send b whole $B4 9 5040
send b whole $B4 9 5041; send b whole $B6 9 5041; send a whole 192.0.2.1 192.0.2.2 9 5041
send h whole $H4 9 5042; send h whole 10.7.0.5 10.7.0.1 9 5042; send b whole 192.0.2.2 10.7.0.5 9 5042
send h whole $H4 9 5043; send a whole 192.0.2.1 192.0.2.2 9 5043; send b whole 192.0.2.2 10.7.0.5 9 5043
send b whole $B4 9 5050; send b whole $B6 9 5050
send b whole $B4 9 5051; send b first $B4 9 5051; send b first $B6 9 5051; send b later $B4 9 5051
for k in first later; do send b $k $B4 9 5052; send h $k $H6 9 5052; done
send b whole $B4 9 5060; send b whole $B6 9 5060; send b routed $B4 9 5060; send b routed $B6 9 5060
}
for p in 5070 5071; do
	in_ns a "$BUILD/regress/net/flow_tool" send 192.0.2.1 192.0.2.2 $p 1 3 1 >"$LIB/flow$p"
done
kill $echo
list
counted "icmp-type, and its family" ping 2
counted "a port" eq 2
counted "a range of ports" range 2
counted "but one port" neq 2
counted "ports below" lt 1
counted "ports above" gt 1
counted "family 6" six 2
counted "family 4" four 1
counted "from" from 2
counted "to" to 2
counted "local" here 1
counted "route" through 2
counted "in" in 2
counted "out" out 1
counted "an interface, in" lan-in 2
counted "an interface, out" eth-out 2
counted "no fragment" whole 2
counted "headers alone" heads 3
# And one that was not the header of port 5051.
counted "fragments alone, local and forwarded" pieces 5
counted "without a source route" straight 2
counted "with one, IPv4" routed 1
counted "with one, IPv6" routed6 1
t_ok "the replies to what was permitted come in" grep -q '^3 ' "$LIB/flow5070"
t_ok "not where no state is kept" grep -q '^0 ' "$LIB/flow5071"
if [ -n "$seen" ]; then
	logged() {
		dmesg | awk -F"[][]" -v t="$seen" "\$2 + 0 > t + 0" |
		    grep "ikd filter 22 routed deny: .*SRC=192.0.2.2 DST=192.0.2.1"
	}
	t_ok "log: a line in the kernel's log" logged
	echo "$was" >$logs
else
	t_skip "log" "the kernel keeps no log of namespaces here"
fi

# ---- a reload keeps the counters of what it does not change ----
grep -v '^default' "$LIB/counts" | grep -v '^eq ' | sort >"$LIB/before"
{
	sed -n '1p; /name: gt/p' "$LIB/columns"
	sed '1d; /name: gt/d; s/to-port: 5001/to-port: 5002/; s/- dynamic/- dynamic: { log: yes }/
	    s/\(name: six.*\) }/\1, log: yes, note: "as it was" }/' "$LIB/columns"
} >"$LIB/moved"
t_ok "a rule changed, one moved, one logged" reload_with <"$LIB/moved"
list
t_ok "the counters of all others stand" sh -c "
	grep -v '^default\|^eq ' $LIB/counts | sort | diff $LIB/before -"
counted "that of the changed one begins anew" eq 0
t_ok "dynamic is logged" sh -c "$(command -v ip) netns exec $(ns a) \
    $BUILD/bin/ikectl -r $LIB/gw1/run filter list -d | grep -q '^d1 .* yes  *- '"
t_ok "what is another's is as it was" sh -c "
	ip netns exec $(ns a) nft list table inet lab | diff $LIB/foreign -"

# ---- a tunnel ----
cat >"$LIB/closed" <<'EOF'
filters:
  - { name: lab, action: deny, from: [10.2.2.0/24, "fd02:2::/32"], tunnel: boston }
  - { name: work, action: permit, to: 10.2.1.1, protocol: icmp, tunnel: any, state: no }
  - dynamic
  - { name: clear, action: deny, interface: eth0 }
EOF
wire_start out b
t_ok "all but tunnels is closed" reload_with <"$LIB/closed"
table() {
	suite_ctl gw1 filter list -d >"$LIB/list"
	grep -c '^d.*boston/lan' "$LIB/list"
}
no_rules() {
	[ "$(table)" = 0 ]
}
t_ok "no tunnel, no rules of one" no_rules
t_ok "IKE passes by its own" suite_ctl gw1 activate boston --timeout 20
t_ok "what comes through the tunnel passes" pings a 10.1.1.1 10.2.1.1
t_ok "IPv6, too" pings a fd01:1::1 fd02:1::1
t_ok "its rules are there" [ "$(table)" -ge 2 ]
# As in the picture: what comes from the peer, then each child's two ways.
cat >"$LIB/want" <<'EOF'
boston permit 192.0.2.2 192.0.2.1 ESP local in all all yes no 1 N N
boston/lan permit 10.1.0.0/16,fd01::/16 10.2.0.0/16,fd02::/16 any any any both out all all yes no 1.1 N N
boston/lan permit 10.2.0.0/16,fd02::/16 10.1.0.0/16,fd01::/16 any any any both in all all yes no 1.1 N N
EOF
picture() {
	suite_ctl gw1 filter list -d | sed -n 's/, /,/g; s/  */ /g; s/ *$//
	    s/^d[0-9]* \(boston.*\) [0-9]* [0-9.]* [KMG]*B$/\1 N N/p' |
	    sed 's/udp any eq 4500/ESP/; s/esp any any/ESP/' >"$LIB/got"
	diff "$LIB/want" "$LIB/got"
}
t_ok "they look as they should" picture
list -d
t_ok "with its packets" [ "$(packets boston/lan | sort -n | head -1)" -ge 6 ]
t_ok "IKE was counted" [ "$(packets ike-natt | head -1)" -ge 1 ]
counted "what went through any tunnel" work 3
t_not "what a rule keeps out of this one" pings b 10.2.2.1 10.1.1.1 1
t_not "IPv6, too" pings b fd02:2::1 fd01:1::1 1
list
counted "was counted by it" lab 2
t_not "clear traffic stays out" pings b 192.0.2.2 192.0.2.1 1
(in_ns a ping -i 0.02 -w 20 -I 10.1.1.1 10.2.1.1 >"$LIB/flow"
    in_ns a ping -c 50 -i 0.02 -I fd01:1::1 fd02:1::1 >"$LIB/flow6") &
flow=$!
t_ok "under traffic: the filters go" reload_with </dev/null
t_not "the table, too" in_ns a nft list table inet ikd_filter
t_ok "clear traffic passes then" pings b 192.0.2.2 192.0.2.1 1
t_ok "they come back" reload_with <"$LIB/closed"
some_came() { [ "$(grep -c 'icmp_seq=' "$LIB/flow")" -gt 12 ]; }
wait_until 20 some_came
pkill -INT -P "$flow" ping
wait "$flow"
all_through() {
	awk '/packets transmitted/ { ok = $1 - $4 <= 1 && $4 > 10 } END { exit !ok }' "$1"
}
t_ok "nothing of the tunnel was lost" all_through "$LIB/flow"
t_ok "IPv6, too" all_through "$LIB/flow6"
suite_ctl gw1 remove boston >"$LIB/out"
t_ok "the tunnel goes, its rules go" no_rules
t_not "and nothing passes" pings a 10.1.1.1 10.2.1.1 1
t_not "IPv6, too" pings a fd01:1::1 fd02:1::1 1

# ---- at run time ----
list
cp "$LIB/counts" "$LIB/before"
filter() {
	suite_ctl gw1 filter "$@"
}
placed() {	# LINE NAME
	[ "$(filter list | awk -v n="$(($1 + 1))" 'NR == n { print $2 }')" = "$2" ]
}
t_ok "a rule is added" filter add name friend action permit \
    from 192.0.2.2 protocol icmp --at 1
t_ok "where it was to be" placed 1 friend
t_ok "and holds" pings b 192.0.2.2 192.0.2.1 1
list
t_ok "the other counters stand" grep -qx "$(grep "^lab " "$LIB/before")" "$LIB/counts"
t_ok "it is changed" filter change friend from 192.0.2.9,192.0.2.10
t_not "and holds so" pings b 192.0.2.2 192.0.2.1 1
t_ok "it is moved" filter move friend 3
t_ok "to there" placed 3 friend
t_ok "one without a name gets one" filter add action permit from 192.0.2.9
t_ok "at the end" placed 6 rule-1
# A place that is taken: who was put there last has it.
t_ok "moved to the other's place" filter move rule-1 3
t_ok "it is there" placed 3 rule-1
t_ok "the other is behind it" placed 4 friend
t_ok "the other way round" filter change friend at 3
t_ok "so they have changed" placed 3 friend
t_ok "places" placed 4 rule-1
t_ok "behind the last" filter move rule-1 99
t_ok "is the end" placed 6 rule-1
t_ok "a rule of the file is logged" filter log clear on
t_ok "dynamic, too, by its number" filter log 4 on
t_ok "and as a change of it" filter change dynamic log no
t_ok "on again" filter change dynamic log yes
logged_now() {
	filter list --json | tr -d ' \n' | grep -q '"name":"clear"[^}]*"log":"yes"' &&
	    filter list | grep -q '^4 .*placement.*yes'
}
t_ok "as the list says" logged_now
said() {	# WHAT COMMAND...
	_what=$1
	shift
	! filter "$@" >"$LIB/out" 2>&1 && grep -q -- "$_what" "$LIB/out"
}
t_ok "a rule of the file is not removed" said 'edit the file' remove clear
t_ok "nor changed" said 'edit the file' change clear action permit
t_ok "nor is rule 0" said 'rule 0 permits' remove 0
t_ok "a key that is none" said 'did you mean "from"' change friend frm 10.0.0.1
t_ok "a name twice" said 'already' add name friend action deny
t_ok "no rule of this name" said 'no rule "fiend"' log fiend on
t_ok "no such verb" said 'no such verb' mv friend 1
t_ok "one is removed" filter remove rule-1

# ---- what stays ----
suite_kill gw1
t_ok "after kill -9 they hold" in_ns a nft list chain inet ikd_filter in
t_not "and keep clear traffic out" pings b 192.0.2.2 192.0.2.1 1
t_ok "the suite starts" suite_start gw1
list
counted "its filters are new" lab 0
t_ok "what was said at run time stands" placed 3 friend
t_ok "the logs, too" logged_now
t_ok "they hold" not pings b 192.0.2.2 192.0.2.1 1
t_ok "the tunnel comes up again" suite_ctl gw1 activate boston --timeout 20
t_ok "and carries" pings a fd01:1::1 fd02:1::1
t_ok "a clean stop" suite_stop gw1
t_not "leaves no filters" in_ns a nft list table inet ikd_filter
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
t_ok "what is another's is as it was" sh -c "
	ip netns exec $(ns a) nft list table inet lab | diff $LIB/foreign -"
in_ns a nft add table inet ikd_filter
t_ok "another's table of our name: the tunnels do not need it" suite_start gw1
t_ok "which is said" grep -q '"inet ikd_filter" that is not ours' "$(suite_log gw1)"
t_ok "and it is left alone" not sh -c "
	ip netns exec $(ns a) nft list table inet ikd_filter | grep chain"
suite_ctl gw1 reload >"$LIB/out" 2>&1
t_ok "a reload ends with 1" [ $? = 1 ]
t_ok "and says it, too" grep -q "filters do not hold" "$LIB/out"
in_ns a nft delete table inet ikd_filter
t_ok "once it is gone, ours comes" wait_until 40 \
    in_ns a nft list chain inet ikd_filter in
t_ok "and a reload is content" suite_ctl gw1 reload
lib_end
