#!/bin/sh
# listen: an interface.  IKE is answered on its addresses alone, as they come
# and go, and on an interface that comes later.
#
#    a  eth0 192.0.2.1 ------ 192.0.2.2 eth0  b
#       eth1 198.51.100.1 --- 198.51.100.2 eth1
#       eth9 203.0.113.1 ---- 203.0.113.2 eth9, later
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin listen
net_ns a b
net_link a eth0 192.0.2.1/24,2001:db8::1/64 b eth0 192.0.2.2/24,2001:db8::2/64
net_link a eth1 198.51.100.1/24,2001:db8:1::1/64 \
    b eth1 198.51.100.2/24,2001:db8:1::2/64

head='retransmit: { first: 1s, factor: 1, tries: 2 }
retry: { first: 1s, most: 2s }'
tunnel() {	# NAME LOCAL REMOTE N START OURS THEIRS
	cat <<EOT
  $1:
    local: { address: "$2", id: "fqdn:$6$4" }
    remote: { address: "$3", id: "fqdn:$7$4" }
    psk: t
    start: $5
    dpd: 2s
    children: { net: { local: 10.$6.$4.0/24, remote: 10.$7.$4.0/24 } }
EOT
}
each() {	# START WHOSE
	while read -r n name here there; do
		if [ "$2" = ours ]; then
			tunnel "$name" "$here" "$there" "$n" "$1" 1 2
		else
			tunnel "$name" "$there" "$here" "$n" "$1" 2 1
		fi
	done <<EOT
1 wrong 192.0.2.1 192.0.2.2
2 right 198.51.100.1 198.51.100.2
3 six 2001:db8:1::1 2001:db8:1::2
4 more 198.51.100.9 198.51.100.2
5 later 203.0.113.1 203.0.113.2
EOT
}
suite_new gw a
suite_new peer b
policy() {	# LISTEN
	echo "listen: $1
$head
tunnels:"
	each answer ours
}
policy '[eth1, eth9]' >"$(suite_etc gw)/ikd.yaml"
{
	echo "$head
tunnels:"
	each manual theirs
} >"$(suite_etc peer)/ikd.yaml"
for s in gw peer; do echo 'not a secret: a test' | suite_psk $s t; done
log=$(suite_log gw)
warned() { [ "$(grep -c "interface $1 has no address" "$log")" = "$2" ]; }
there() { [ "$(grep -c "interface $1 has an address" "$log")" = "$2" ]; }
up() { suite_ctl peer activate "$1" --timeout 15; }
unheard() { ! up "$1" && suite_ctl peer remove "$1"; }

t_ok "the suite starts, though one is not there" suite_start gw
t_ok "which is said" wait_until 20 warned eth9 1
t_ok "by one worker, of one interface" warned eth1 0
t_ok "the peer starts" suite_start peer
t_ok "IKE is answered there" up right
t_ok "in IPv6" up six
t_ok "not on another interface" unheard wrong
unlistened() {
	[ "$(suite_ctl gw show stats --json | sed -n 's/.*"not-listening": *"*\([0-9]*\).*/\1/p' |
	    awk '{ n += $1 } END { print n + 0 }')" -ge 2 ]
}
t_ok "where it is counted" unlistened

in_ns a ip addr add 198.51.100.9/24 dev eth1
t_ok "an address that comes" up more
in_ns a ip addr del 198.51.100.9/24 dev eth1
in_ns a ip addr add 198.51.100.9/32 dev eth0
t_ok "its tunnel is removed" suite_ctl peer remove more
t_ok "and is on another interface now" unheard more

net_link a eth9 203.0.113.1/24 b eth9 203.0.113.2/24
t_ok "an interface that comes" wait_until 20 there eth9 1
t_ok "answers" up later
in_ns a ip link del eth9
t_ok "that it went is said" wait_until 20 warned eth9 2

lacks() { [ "$(grep -c "listen: $1 is no address of this host" "$log")" = "$2" ]; }
policy '[192.0.2.1, eth1, 203.0.113.77, "::", 127.0.0.1]' >"$(suite_etc gw)/ikd.yaml"
t_ok "an address beside an interface" suite_ctl gw reload
t_ok "one that the host lacks is said" wait_until 20 lacks 203.0.113.77 1
t_ok "no other" [ "$(grep -c 'is no address of this host' "$log")" = 1 ]
in_ns a ip addr add 203.0.113.77/32 dev eth1
t_ok "and that it came" wait_until 20 \
    grep -q 'listen: 203.0.113.77 is an address of this host' "$log"
t_ok "answers" up wrong
t_ok "so does the interface" suite_ctl peer restart right
t_ok "and is up" suite_ctl peer wait right --timeout 15

# A host of many addresses, all before the one that is asked for.
many() {	# FROM TO
	i=$1
	while [ "$i" -le "$2" ]; do
		echo "addr add 10.77.$((i / 250)).$((i % 250 + 1))/32 dev eth0"
		i=$((i + 1))
	done >"$LIB/many"
	in_ns a ip -batch "$LIB/many"
}
more() { [ "$(grep -c 'more than 512 addresses' "$log")" = 1 ]; }
t_ok "200 addresses" many 1 200
t_ok "the peer ends it" suite_ctl peer remove right
t_ok "it is answered as before" up right
t_not "which is nothing to say" grep -q 'more than 512' "$log"
t_ok "600 addresses" many 201 600
t_ok "are too many, which is said" wait_until 10 more
t_ok "and one more" many 601 601
in_ns a ip addr flush dev eth0 to 10.77.0.0/16
t_ok "the peer ends it again" suite_ctl peer remove right
t_ok "fewer again: it is answered" wait_until 20 up right
t_ok "it was said once" more
t_ok "the peer stops" suite_stop peer
t_ok "the suite stops" suite_stop gw
lib_end
