#!/bin/sh
# A peer by name (strongSwan): looked up by certd-fetch, from a name server
# and from /etc/hosts, again at each attempt, so that one that has moved is
# found; a name that is none, a name server that is dead.
#
#	a (the suite) --- b (the peer, 192.0.2.2 and .3; dnsmasq, .53)
#
# The suite's /etc is a copy, so that names and name server are ours to set.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin names
topo_pair 2
net_addr b eth0 192.0.2.3/24,192.0.2.53/24

cp -a /etc "$LIB/etc" 2>/dev/null
echo "127.0.0.1 localhost" >"$LIB/etc/hosts"
echo "nameserver 192.0.2.53
options timeout:1 attempts:1" >"$LIB/etc/resolv.conf"
suite_in() {
	shift
	case $1 in
	*/ikd)	# shellcheck disable=SC2016	# the inner shell's
		in_ns a unshare -m sh -c 'mount --bind "$0" /etc && exec "$@"' \
		    "$LIB/etc" "$@" ;;
	*)	in_ns a "$@" ;;
	esac
}
dns() {	# ADDRESS: the name has this one
	echo "$1 lyon.test" >"$LIB/names"
	if [ -s "$LIB/dns.pid" ]; then
		kill -HUP "$(cat "$LIB/dns.pid")"
		return
	fi
	in_ns b dnsmasq -C /dev/null -u root --no-resolv --no-hosts \
	    --local=/test/ --listen-address=192.0.2.53 --bind-interfaces \
	    --addn-hosts="$LIB/names" --pid-file="$LIB/dns.pid"
}

suite_keyed gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF2
retransmit: { first: 1s, factor: 1.2, tries: 2 }
retry: { first: 1s, most: 2s }
tunnels:
  lyon:
    local: { id: fqdn:a.example.com }
    remote: lyon.test
    psk: t
    dpd: 2s
    mobike: no # it would find the way back by itself
    children: { net: { local: 10.1.1.0/24, remote: 10.2.1.0/24 } }
  nobody:
    local: { id: fqdn:a.example.com }
    remote: { address: nobody.test, id: fqdn:nobody.example.com }
    psk: t
    children: { net: { local: 10.1.2.0/24, remote: 10.2.2.0/24 } }
EOF2
swan_file "$(swan_conn lyon lyon.test 'dpd_delay = 3' "$(swan_net net 1)")" \
    >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connection" swan_load peer <"$LIB/swan.conf"
dns 192.0.2.2
t_ok "the suite starts" suite_start gw
at() { suite_ctl gw show sa lyon --json | grep '"remote"' | grep -q "$1"; }
carries() { wait_until 20 pings a 10.1.1.1 10.2.1.1 1; }
t_ok "up, by name" suite_ctl gw wait lyon --timeout 20
t_ok "at its address" at 192.0.2.2
t_ok "traffic" carries
lists() { suite_ctl gw list | grep -q "$1"; }
t_ok "a name that is none is said" wait_until 20 lists \
    'nobody.test: Name or service not known'
says() { _w=$1; shift; "$@" 2>&1 | grep -q "$_w"; }
t_ok "activate says it, too" says 'nobody.test: Name or service' suite_ctl gw \
    activate nobody --timeout 10
not_sa() { ! suite_ctl gw show sa nobody --json | grep -q spi; }
t_ok "nothing else comes of it" not_sa

# ---- the peer moves ----
dns 192.0.2.3
in_ns b nft -f - <<'EOF2'
table inet lab {
	chain in {
		type filter hook input priority 0;
		ip daddr 192.0.2.2 meta l4proto { udp, esp } drop
	}
}
EOF2
t_ok "it is found at its new address" wait_until 40 at 192.0.2.3
t_ok "traffic" carries

# ---- the name server dies; /etc/hosts has another name ----
kill "$(cat "$LIB/dns.pid")"
t_ok "removed once" suite_ctl gw remove --once lyon
t_ok "it comes back from what was known" suite_ctl gw wait lyon --timeout 20
fetch=$(suite_pids gw certd-fetch)
kill -9 "$fetch"
t_ok "certd-fetch dies and comes back" wait_until 20 suite_restarted gw \
    certd-fetch "$fetch"
in_ns b nft delete table inet lab
echo "192.0.2.2 nobody.test" >>"$LIB/etc/hosts"
now_other() { ! suite_ctl gw list nobody | grep -q 'not known'; }
t_ok "and finds what /etc/hosts has now" wait_until 20 now_other
t_ok "the suite stops" suite_stop gw
lib_end
