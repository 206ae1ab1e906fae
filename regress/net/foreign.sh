#!/bin/sh
# What others have set beside ours in the kernel stands untouched at a start,
# a reload, kill -9 of the parent, of all, and a stop: XFRM policies and
# states (also with our selectors and priorities), rules and routes (also with
# our numbers), nft tables, TUN devices.  After the stop there is nothing else.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
lib_begin foreign
topo_pair 1

policy() {	# SIDE PEER [DPD]
	cat <<EOT
retry: { first: 1s, most: 4s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    start: auto
    dpd: ${3:-3s}
    children:
      lan: { local: [10.$1.1.0/24, "fd0$1:1::/64"], remote: [10.$2.1.0/24, "fd0$2:1::/64"] }
EOT
}
for g in 1 2; do
	suite_keyed gw$g "$([ $g = 1 ] && echo a || echo b)" boston
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
done

# ---- what others have ----
x() { in_ns a ip "$@"; }
foreign_set() {
	# The selector of our child, weaker and stronger than ours, and others.
	x xfrm policy add src 10.1.1.0/24 dst 10.2.1.0/24 dir out \
	    priority 0x7fffffff action block &&
	x xfrm policy add src 10.2.1.0/24 dst 10.1.1.0/24 dir fwd \
	    priority 0x1ced3000 action block &&
	x xfrm policy add src 10.70.0.0/16 dst 10.80.0.0/16 dir out \
	    priority 0x1ced1000 tmpl src 198.51.100.1 dst 198.51.100.2 \
	    proto esp reqid 7 mode tunnel &&
	x xfrm policy add src fd70::/64 dst fd80::/64 dir out \
	    mark 0x5 mask 0xff action block &&
	x rule add pref 15750 from 10.9.0.0/16 lookup 157001 &&
	x rule add pref 15700 fwmark 0x77 lookup main &&
	x -6 rule add pref 15750 from fd99::/64 lookup 157001 &&
	x tuntap add dev tun7 mode tun &&
	x link set tun7 up &&
	x route add 10.9.9.0/24 dev tun7 table 157001 &&
	x route add 10.9.8.0/24 dev tun7 proto 150 &&
	x -6 route add fd99:9::/64 dev tun7 table 157001 &&
	in_ns a nft -f - <<'EOT'
table inet lab {
	chain in {
		type filter hook input priority 0;
		udp dport 9 counter drop
	}
}
table ip ikd_of_others {
	set s { type ipv4_addr; elements = { 192.0.2.77 } }
}
EOT
}
# States, where the kernel has ESP: one of the tunnel's own addresses, too.
foreign_states() {
	for _s in '192.0.2.2 dst 192.0.2.1 spi 0x12345678 reqid 7' \
	    '198.51.100.1 dst 198.51.100.2 spi 0x12345679 reqid 0x70000001'; do
		# shellcheck disable=SC2086	# words
		x xfrm state add proto esp src $_s mode tunnel \
		    aead 'rfc4106(gcm(aes))' \
		    0x000102030405060708090a0b0c0d0e0f10111213 128 || return 1
	done
}
# Everything, an entry a line; counters and times move by themselves.
kernel() {
	for _k in "xfrm policy" "xfrm state"; do
		# shellcheck disable=SC2086	# words
		x $_k | awk '/^[^ \t]/ { if (l != "") print l; l = "" }
		    { l = l " " $0 } END { if (l != "") print l }'
	done
	for _k in "rule" "-6 rule" "route show table all" \
	    "-6 route show table all"; do
		# shellcheck disable=SC2086	# words
		x $_k | sed 's/ expires [0-9]*sec//; s/ linkdown//'
	done
	x -o link | sed 's/ state [A-Z]* / /'
	in_ns a nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//'
}
all() { kernel | sed 's/[[:space:]]*$//' | sort; }
as_before() {
	all >"$LIB/after"
	diff "$LIB/before" "$LIB/after"
}
# Nothing of before is missing; more there may be.
untouched() {
	all >"$LIB/now"
	comm -23 "$LIB/before" "$LIB/now" >"$LIB/missing"
	[ ! -s "$LIB/missing" ] || { cat "$LIB/missing"; return 1; }
}
carries() {
	pings a 10.1.1.1 10.2.1.1 1 && pings a fd01:1::1 fd02:1::1 1
}
after() {
	t_ok "$1: theirs is untouched" untouched
	t_ok "$1: ours works" wait_until 30 carries
}

t_ok "others are there" foreign_set
states=yes
foreign_states 2>/dev/null || states=
[ "$states" ] || [ "$IKD_PLANE" = userspace ] ||
	t_ok "others have states" foreign_states
# Neighbours and addresses settle first.
t_ok "the lab is ready" wait_until 20 pings a 2001:db8::1 2001:db8::2 1
# The kernel's own addresses come when they have been found to be alone.
settled() { x -6 addr show dev eth0 scope link -tentative | grep -q fe80; }
wait_until 20 settled
all >"$LIB/before"
# At the peer's: a table of the name that ours would have.
t_ok "a table of our name is there" in_ns b nft add table ip6 ikd \
    '{ set theirs { type ipv4_addr; }; }'
named() { in_ns b nft list table ip6 ikd | grep -q theirs; }
t_ok "the peer starts" suite_start gw2
t_ok "it starts" suite_start gw1
after "start"
policy 1 2 4s >"$(suite_etc gw1)/ikd.yaml"
t_ok "reload" suite_ctl gw1 reload
after "reload"
t_ok "rekey" suite_ctl gw1 rekey boston
after "rekey"
t_ok "kill -9 of the parent" kill_one gw1 ikd-parent
after "kill -9 of the parent"
suite_kill gw1
t_ok "kill -9 of all: theirs is untouched" untouched
t_ok "it starts over what it left" suite_start gw1
after "a second start"
t_ok "it stops" suite_stop gw1
t_ok "all is as before" as_before
t_ok "the peer stops" suite_stop gw2
t_ok "a table of our name: untouched" named
[ "$IKD_PLANE" != userspace ] || t_ok "and spoken of" grep -q \
    'nftables table "ip6 ikd" that is not ours' "$(suite_log gw2)"
lib_end
