# nat_lib.sh - two NAT boxes between the gateways, as nat.sh draws them.
# Needs lib.sh and topo.sh.

nat_topology() {
	net_ns a n m b
	net_link a eth0 203.0.113.2/24,203.0.113.3/24 n in 203.0.113.1/24
	net_link n out 192.0.2.1/24 m out 192.0.2.2/24
	net_link b eth0 198.51.100.2/24 m in 198.51.100.1/24
	for _i in 1 2 3; do
		net_addr a lo "10.1.$_i.1/32"
		net_addr b lo "10.2.$_i.1/32"
	done
	in_ns a ip route add default via 203.0.113.1
	in_ns b ip route add default via 198.51.100.1
	in_ns n ip route add 198.51.100.0/24 via 192.0.2.2
	in_ns m ip route add 203.0.113.0/24 via 192.0.2.1
	for _i in n m; do
		in_ns $_i sysctl -qw net.ipv4.ip_forward=1
	done
	in_ns m nft -f - <<'EOT'
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat;
		ip daddr 192.0.2.2 udp dport { 500, 4500 } dnat to 198.51.100.2
	}
}
EOT
	nat_masquerade 20000
}

# nat_masquerade FIRST: what a's first address looks like from outside; the
# ports differ by destination, so that the second box has none to change.
nat_masquerade() {
	in_ns n nft -f - <<EOT
table ip nat {
}
delete table ip nat
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat;
		ip saddr 203.0.113.2 ip daddr 198.51.100.2 udp dport 1-65535 masquerade to :$1-$(($1 + 499))
		ip saddr 203.0.113.2 udp dport 1-65535 masquerade to :$(($1 + 500))-$(($1 + 999))
	}
}
EOT
}

# nat_remap FIRST: as if the NAT box had been restarted.
nat_remap() {
	nat_masquerade "$1"
	in_ns n conntrack -F >/dev/null 2>&1
}

# nat_address ADDRESS FIRST: the NAT box is somewhere else.
nat_address() {
	net_addr n out "$1/24"
	in_ns n nft -f - <<EOT
delete table ip nat
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat;
		ip saddr 203.0.113.2 udp dport 1-65535 snat to $1:$2-$(($2 + 999))
	}
}
EOT
	in_ns n conntrack -F >/dev/null 2>&1
}

# nat_port SUITE TUNNEL: where the peer is, as ikectl shows it.
nat_port() {
	suite_ctl "$1" show sa "t$2" --json | awk -F'"' '$2 == "remote" {
	    sub(/.*\[/, "", $4); sub(/\]/, "", $4); print $4; exit }'
}
nat_show() {
	suite_ctl "$1" show sa "t$2" | sed 's/^/# /'
}
nat_in_range() {
	[ -n "$1" ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# keepalive_seen NS IF FILTER: within a few seconds, one octet 0xff.
keepalive_seen() {
	in_ns "$1" timeout 4 tcpdump -i "$2" -n -c 1 \
	    "udp and $3 and udp[4:2] = 9 and udp[8] = 0xff" 2>/dev/null |
	    grep -q .
}

# nat_forge TUNNEL: when traffic and IKE have passed, the NAT box sends copies
# of a's packets, true and altered, from a port of its own.
nat_forge() {
	mkfifo "$LIB/forge.go" && exec 7<>"$LIB/forge.go" || return 1
	in_ns n "$BUILD/regress/net/copy_tool" out 192.0.2.1 198.51.100.2 \
	    4500 7777 24 <"$LIB/forge.go" >"$LIB/forge" 2>&1 7>&- &
	_f=$!
	wait_until 15 grep -q listening "$LIB/forge" || return 1
	suite_ctl gw1 rekey "t$1" || return 1
	in_ns a ping -q -c 30 -i 0.02 -W 2 -I "10.1.$1.1" "10.2.$1.1" || return 1
	echo go >&7
	wait "$_f"
}

# Longer without traffic than the NAT boxes would remember.
nat_quiet() {
	for _i in n m; do
		in_ns $_i sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3 \
		    net.netfilter.nf_conntrack_udp_timeout_stream=3
	done
	sleep 6
	in_ns n conntrack -L -p udp --src 203.0.113.2 2>/dev/null |
	    grep -q 'dport=4500'
}
