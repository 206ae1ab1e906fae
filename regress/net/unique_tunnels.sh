#!/bin/sh
# One identity in several tunnels, told apart by address: strongSwan says
# INITIAL_CONTACT in one, and what that ends of the others is for the unique-id
# of both to say.
#
#    a (gw)  eth0 192.0.2.1 ---------- 192.0.2.2 eth0  b  lo 10.2.1.1
#	     eth1 198.51.100.1 ---- 198.51.100.2 eth0  c  lo 10.2.2.1
#    lo: 10.1.1.1 10.1.2.1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
lib_begin unique_tunnels
net_ns a b c
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 c eth0 198.51.100.2/24
net_addr b lo 10.2.1.1/32
net_addr c lo 10.2.2.1/32
for i in 1 2; do net_addr a lo 10.1.$i.1/32; done

suite_new gw a
echo 'not a secret: a test' | suite_psk gw t
tunnel() {	# N REMOTE UNIQUE
	cat <<EOT
  t$1:
    local: { id: "fqdn:a.example.com" }
    remote: { address: $2, id: "fqdn:p.example.com" }
    psk: t
    unique-id: $3
    start: answer
    children: { net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24 } }
EOT
}
policy() {	# UNIQUE-OF-T1 UNIQUE-OF-T2
	{
		echo 'tunnels:'
		tunnel 1 192.0.2.2 "$1"
		tunnel 2 198.51.100.2 "$2"
	} >"$(suite_etc gw)/ikd.yaml"
}
client() {	# WHERE N LOCAL REMOTE
	swan_start "$1" "peer$1" &&
	    swan_file "$(swan_conn "t$2" p.example.com "local_addrs = $3
		remote_addrs = $4" "$(swan_net "net$2" "$2")")" |
	    swan_load "peer$1"
}
has() { suite_ctl gw show sa "t$1" --json | grep -q '"spi_i"'; }
anew='t1.*the peer says that it began anew'

# both OF-T1 OF-T2 stays|ends: the client of t2 comes after that of t1.
both() {
	w="$1 and then $2"
	policy "$1" "$2"
	t_ok "$w: the policy" suite_ctl gw reload
	mark
	t_ok "$w: strongSwan in b" client b 1 192.0.2.2 192.0.2.1
	t_ok "$w: is up" swan peerb --initiate --child net1 --timeout 10
	t_ok "$w: strongSwan in c" client c 2 198.51.100.2 198.51.100.1
	t_ok "$w: is up, too" swan peerc --initiate --child net2 --timeout 10
	if [ "$3" = ends ]; then
		t_ok "$w: the first ends" wait_until 10 told "$anew"
		t_not "$w: and is gone" has 1
	else
		t_ok "$w: traffic of the second" wait_until 10 pings c 10.2.2.1 10.1.2.1 1
		t_not "$w: nothing began anew" told "$anew"
		t_ok "$w: the first is there" has 1
		t_ok "$w: and has its traffic" pings b 10.2.1.1 10.1.1.1
	fi
	swan_stop peerb
	swan_stop peerc
	suite_ctl gw remove --all --once >/dev/null
	for n in 1 2; do t_not "$w: t$n is empty" has $n; done
}
policy no no
t_ok "the gateway starts" suite_start gw
both no no ends
both no never stays
both never no stays
both keep replace stays
both replace keep ends
t_ok "the gateway stops" suite_stop gw
t_ok "nothing is left" clean a
lib_end
