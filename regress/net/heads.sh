#!/bin/sh
# DSCP, ECN and DF between inner and outer headers (RFC 4301 section 5.1.2,
# RFC 6040): as they come, and as copy-dscp, ecn and copy-df say.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin heads
topo_pair 5

suite() {	# SUITE NS LOCAL REMOTE START
	suite_new "$1" "$2"
	echo 'the one and only long secret' | suite_psk "$1" boston
	cat >"$(suite_etc "$1")/ikd.yaml" <<EOF
tunnels:
  boston:
    local: 192.0.2.$3
    remote: 192.0.2.$4
    psk: boston
    start: $5
    children:
      plain: { local: 10.$3.1.0/24, remote: 10.$4.1.0/24 }
      other: { local: 10.$3.2.0/24, remote: 10.$4.2.0/24,
        copy-dscp: both, ecn: no, copy-df: no }
      hidden: { local: 10.$3.3.0/24, remote: 10.$4.3.0/24, copy-dscp: no }
      even: { local: 10.$3.5.0/24, remote: 10.$4.5.0/24, tfc: 700 }
EOF
	# The kernel's SAs have none of their own.
	[ "$IKD_PLANE" != userspace ] || cat >>"$(suite_etc "$1")/ikd.yaml" <<EOF
      own: { local: 10.$3.4.0/24, remote: 10.$4.4.0/24, dscp: 10 }
EOF
}
suite gw1 a 1 2 manual
suite gw2 b 2 1 answer
t_ok "one suite starts" suite_start gw2
t_ok "the other starts" suite_start gw1
t_ok "the tunnel comes up" suite_ctl gw1 activate boston --timeout 20

# Marked: DSCP 46, ECT(0), not to be fragmented.
marked() {	# NET
	in_ns a ping -q -c 3 -i 0.05 -W 3 -Q 0xba -M do -I "10.1.$1.1" \
	    "10.2.$1.1"
}
# outer NET TOS DF: what leaves for them looks so, each of the three.
outer() {
	wire_start "w$1" a
	marked "$1" || return 1
	wire_stop "w$1"
	_got=$(wire_count "w$1" "src host 192.0.2.1 and ($WIRE_ESP) and
	    ip[1] = $2 and ip[6] & 0x40 = $3")
	[ "$_got" -eq 3 ] || { echo "$_got"; wire_read "w$1" ip; return 1; }
}
t_ok "DSCP, ECN and DF are seen outside" outer 1 0xba 0x40
t_ok "DSCP alone" outer 2 0xb8 0
t_ok "ECN and DF alone" outer 3 0x02 0x40
[ "$IKD_PLANE" != userspace ] || t_ok "a DSCP of its own" outer 4 0x2a 0x40

# Packets of several lengths look alike (RFC 4303 section 2.7), longer ones not.
lengths() {
	wire_start long a
	for _s in 1 99 400 672; do
		in_ns a ping -q -c 2 -i 0.05 -W 3 -s $_s -I 10.1.5.1 10.2.5.1 ||
		    return 1
	done
	in_ns a ping -q -c 1 -W 3 -s 800 -I 10.1.5.1 10.2.5.1 || return 1
	wire_stop long
	wire_read long "src host 192.0.2.1 and ($WIRE_ESP)" | grep 'ESP(spi' |
	    sed 's/.*length //' | sort | uniq -c | sort -n >"$LIB/lengths"
	cat "$LIB/lengths"
	[ "$(wc -l <"$LIB/lengths")" -eq 2 ] &&
	    [ "$(awk 'END { print $1 }' "$LIB/lengths")" -eq 8 ]
}
t_ok "short packets are as long as others" lengths

# On the way the outer headers are marked: another DSCP, and congestion.
in_ns a nft -f - <<EOF
table ip way {
	chain out {
	type filter hook postrouting priority 0
	ip daddr 192.0.2.2 udp dport 4500 ip dscp set cs1 ip ecn set ce
	ip daddr 192.0.2.2 ip protocol esp ip dscp set cs1 ip ecn set ce
	}
}
EOF
in_ns b nft -f - <<EOF
table ip came {
	chain in {
	type filter hook input priority 0
$(for n in 1 2 3; do
	echo "ip saddr 10.1.$n.1 ip dscp cs1 counter comment \"$n-outer-dscp\""
	echo "ip saddr 10.1.$n.1 ip dscp ef counter comment \"$n-inner-dscp\""
	echo "ip saddr 10.1.$n.1 ip ecn ce counter comment \"$n-ce\""
	echo "ip saddr 10.1.$n.1 ip ecn ect0 counter comment \"$n-ect\""
done)
	}
}
EOF
# inner NET WHAT...: each of the three came in with these.
inner() {
	_net=$1
	shift
	marked "$_net" || return 1
	for _what; do
		in_ns b nft list table ip came |
		    grep "packets 3 .*\"$_net-$_what\"" || {
			in_ns b nft list table ip came
			return 1
		}
	done
}
t_ok "inside, DSCP stays and congestion is told" inner 1 inner-dscp ce
t_ok "DSCP comes in, congestion does not" inner 2 outer-dscp ect
t_ok "DSCP stays, congestion is told" inner 3 inner-dscp ce

# What is too large for one outer packet and may not be fragmented.
size() {	# NET
	in_ns a ping -q -c 2 -i 0.2 -W 2 -s 1360 -M do -I "10.1.$1.1" \
	    "10.2.$1.1"
}
in_ns a ip link set eth0 mtu 1400
in_ns b ip link set eth0 mtu 1400
t_ok "with DF it does not go" not size 1
# Linux refuses it inside, whatever is outside.
[ "$IKD_PLANE" != userspace ] ||
	t_ok "without, it does, in fragments" size 2
t_ok "one suite stops" suite_stop gw1
t_ok "the other stops" suite_stop gw2
lib_end
