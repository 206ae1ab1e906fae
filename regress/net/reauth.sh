#!/bin/sh
# key-renewal: reauth towards strongSwan.  make-before-break: a new session
# with all its children, then the old one goes, and hardly a packet is lost;
# break-before-make: one after the other, and it comes back by itself.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin reauth
topo_pair 3

# The shortest lifetime there is: renewed after 6 to 12 s.
often='key-renewal: reauth, lifetime: 2m, overlap: 90%'
suite_keyed gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF2
tunnels:
  make:
    local: { address: 192.0.2.1, id: fqdn:a.example.com }
    remote: { address: 192.0.2.2, id: fqdn:make.example.com }
    psk: t
    policy: { $often }
    children:
      one: { local: 10.1.1.0/24, remote: 10.2.1.0/24 }
      two: { local: 10.1.2.0/24, remote: 10.2.2.0/24 }
  break:
    local: { address: 192.0.2.1, id: fqdn:a.example.com }
    remote: { address: 192.0.2.2, id: fqdn:break.example.com }
    psk: t
    policy: { $often, reauth: break-before-make }
    children: { three: { local: 10.1.3.0/24, remote: 10.2.3.0/24 } }
EOF2
swan_file \
    "$(swan_conn make make.example.com "unique = no
		$SWAN_AT" \
	"$(swan_net one 1; swan_net two 2)")" \
    "$(swan_conn break break.example.com "unique = keep
		$SWAN_AT" \
	"$(swan_net three 3)")" >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
t_ok "make is up" suite_ctl gw wait make --timeout 20
t_ok "break is up" suite_ctl gw wait break --timeout 20
sessions() { suite_ctl gw show sa "$1" --json | grep -c '"spi_i"'; }
pairs() { suite_ctl gw show sa "$1" --json | grep -c '"spi_in"'; }
left() { [ "$(sessions "$1")" = 1 ] && [ "$(pairs "$1")" = "$2" ]; }
t_ok "two children" wait_until 20 left make 2

for i in 1 2; do
	in_ns a ping -n -c 600 -i 0.04 -s 100 -W 3 -I 10.1.$i.1 10.2.$i.1 \
	    >"$LIB/ping$i" 2>&1 &
	eval "pid$i=$!"
done
ups() {	# TUNNEL TIMES
	[ "$(grep -c "$1.* peer is fqdn:$1" "$(suite_log gw)")" -ge "$2" ]
}
t_ok "make is authenticated anew" wait_until 20 ups make 2
t_ok "and once more" wait_until 20 ups make 3
t_ok "so is break, which strongSwan would refuse beside the old one" \
    wait_until 20 ups break 2
carries() { wait_until 20 pings a 10.1.3.1 10.2.3.1 1; }
t_ok "its traffic" carries
# shellcheck disable=SC2154	# set by eval
wait "$pid1" "$pid2"
# strongSwan's new SA is in use before its IKE_AUTH answer, with which alone we
# could read it, is with us: what it sends in between is lost.
anew=$(($(grep -c 'make.* peer is fqdn:make' "$(suite_log gw)") - 1))
for i in 1 2; do
	t_ok "one packet at most is lost at each ($i)" \
	    all_came "$LIB/ping$i" 600 "$anew"
done
t_ok "one session is left" wait_until 20 left make 2
t_ok "strongSwan sees no rekey" not grep -q 'CREATE_CHILD_SA request.*N(REKEY_SA)' \
    "$LIB/peer/log"
t_not "nor do we" grep -q 'IKE SA has new keys' "$(suite_log gw)"
theirs_left() {
	[ "$(swan peer --list-sas | grep -c '^make: .*ESTABLISHED')" = 1 ]
}
t_ok "strongSwan has one, too" wait_until 20 theirs_left

# ---- by hand ----
says() { _w=$1; shift; "$@" 2>&1 | grep -q "$_w"; }
t_ok "ikectl reauth make" says 'authenticated anew' suite_ctl gw reauth make
t_ok "ikectl reauth break" says 'authenticated anew' suite_ctl gw reauth break
t_ok "of a child makes no sense" says 'is a child' suite_ctl gw reauth make/one
t_ok "make's traffic" pings a 10.1.1.1 10.2.1.1
t_ok "break's traffic" carries
t_ok "one session is left" wait_until 15 left make 2
t_ok "the suite stops" suite_stop gw
lib_end
