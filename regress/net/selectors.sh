#!/bin/sh
# Selectors of protocol and port end to end: what a child takes passes in it,
# what none takes is blocked.  Several children of one tunnel; tunnels that
# overlap; a peer that wants less, in both roles.
#
#    a (ours)  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (ours)
#	       eth1 198.51.100.1 -- 198.51.100.3 eth0  c (strongSwan)
#    lo: 10.1.x.1/32		   lo: 10.2.x.1/32 (b: 1, 3; c: 2, 3)
#
#    t1  web (tcp/80), names (udp/5000-5999) and ping (icmp) of b
#    t2  c wants 10.2.2.0/25 and tcp/8080 of the 10.2.2.0/24 that a offers
#    t3  all of 10.2.3.0/24; t4, to c, wants 10.2.3.0/24 as well
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin selectors
net_ns a b c
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 c eth0 198.51.100.3/24
net_addr a lo 10.1.1.1/32,10.1.2.1/32,10.1.3.1/32
net_addr b lo 10.2.1.1/32,10.2.3.1/32
net_addr c lo 10.2.2.1/32,10.2.2.200/32,10.2.3.1/32

head() {
	echo 'retry: { first: 1s, most: 2s }'
	echo 'tunnels:'
}
tunnel() {	# SIDE N PEER : its children's lines follow
	case $1$3 in
	12) l=192.0.2.1 r=192.0.2.2 ;;
	13) l=198.51.100.1 r=198.51.100.3 ;;
	21) l=192.0.2.2 r=192.0.2.1 ;;
	esac
	cat <<EOT
  t$2:
    local: { address: $l, id: "fqdn:gw$1-$2.example" }
    remote: { address: $r, id: "fqdn:gw$((3 - $1))-$2.example" }
    psk: t
    start: answer
    children:
EOT
}
three() {	# SIDE LOCAL REMOTE PORT-KEY
	cat <<EOT
      web: { local: $2, remote: $3, protocol: tcp, $4-port: 80 }
      names: { local: $2, remote: $3, protocol: udp, $4-port: 5000-5999 }
      ping: { local: $2, remote: $3, protocol: icmp, policy: { tunnel-lifetime: 2h } }
EOT
}
suite_new gw1 a
suite_new gw2 b
for g in gw1 gw2; do
	echo 'not a secret: a test' | suite_psk $g t
done
{
	head
	tunnel 1 1 2
	three 1 10.1.1.0/24 10.2.1.0/24 remote
	tunnel 1 2 3
	echo '      net: { local: 10.1.2.0/24, remote: 10.2.2.0/24, tfc: mtu }'
	tunnel 1 3 2
	echo '      net: { local: 10.1.3.0/24, remote: 10.2.3.0/24 }'
	tunnel 1 4 3
	echo '      net: { local: 10.1.3.0/24, remote: 10.2.3.0/24 }'
} >"$(suite_etc gw1)/ikd.yaml"
{
	head
	tunnel 2 1 1
	three 2 10.2.1.0/24 10.1.1.0/24 local
	tunnel 2 3 1
	echo '      net: { local: 10.2.3.0/24, remote: 10.1.3.0/24 }'
} >"$(suite_etc gw2)/ikd.yaml"
conn() {	# N LOCAL-TS REMOTE-TS
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = 198.51.100.3
		remote_addrs = 198.51.100.1
		local { auth = psk
			id = gw2-$1.example }
		remote { auth = psk
			id = gw1-$1.example }
		children { net$1 {
			local_ts = $2
			remote_ts = $3
			esp_proposals = aes128gcm16-x25519
		} }
	}
EOT
}
swan_start c peer
{
	echo 'connections {'
	# By number: /etc/protocols may not be there.
	conn 2 '10.2.2.0/25[6/8080]' 10.1.2.0/24
	conn 4 10.2.3.0/24 10.1.3.0/24
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"

# Servers that say what they are.
serve() {	# NS KIND ADDRESS PORT
	case $2 in
	tcp) in_ns "$1" socat "TCP4-LISTEN:$4,bind=$3,fork,reuseaddr" \
	    "SYSTEM:echo $2-$4" ;;
	udp) in_ns "$1" socat "UDP4-LISTEN:$4,bind=$3,fork,reuseaddr" \
	    "SYSTEM:read x; echo $2-$4" ;;
	esac >/dev/null 2>&1 &
}
for p in 80 81 8080; do
	serve b tcp 10.2.1.1 $p
done
for p in 4999 5000 5999 6000; do
	serve b udp 10.2.1.1 $p
done
for p in 8080 80; do
	serve c tcp 10.2.2.1 $p
	serve c tcp 10.2.2.200 $p
done
asks() {	# KIND FROM TO PORT: is it answered?
	case $1 in
	tcp) in_ns a timeout 5 socat -T 1 \
	    "TCP4:$3:$4,bind=$2,connect-timeout=1" - </dev/null ;;
	udp) echo | in_ns a timeout 3 socat -t 1 -T 1 "UDP4:$3:$4,bind=$2" - ;;
	esac 2>&1 | grep -x "$1-$4"
}
takes() {	# CHILD COMMAND...: its SA, and no other, counts packets
	_ch=$1
	shift
	_all=$(out_packets t1) _one=$(out_packets "t1/$_ch")
	"$@" || return 1
	_all2=$(out_packets t1) _one2=$(out_packets "t1/$_ch")
	echo "all $_all to $_all2, $_ch $_one to $_one2"
	[ $((_one2 - _one)) -gt 0 ] &&
	    [ $((_all2 - _all)) -eq $((_one2 - _one)) ]
}
out_packets() { sa_sum gw1 "$1" out_packets; }

wire_start out b
wire_start swan c
t_ok "gateway 1 starts" suite_start gw1
t_ok "gateway 2 starts" suite_start gw2
t_not "before the tunnel nothing passes" asks tcp 10.1.1.1 10.2.1.1 80

# ---- three children of one tunnel ----
t_ok "activate" suite_ctl gw1 activate t1 --timeout 20
t_ok "tcp/80 passes in web" takes web asks tcp 10.1.1.1 10.2.1.1 80
t_not "tcp/81 does not" asks tcp 10.1.1.1 10.2.1.1 81
t_not "nor tcp/8080" asks tcp 10.1.1.1 10.2.1.1 8080
t_ok "udp/5000 passes in names" takes names asks udp 10.1.1.1 10.2.1.1 5000
t_ok "udp/5999, too" takes names asks udp 10.1.1.1 10.2.1.1 5999
t_not "udp/4999 does not" asks udp 10.1.1.1 10.2.1.1 4999
t_not "nor udp/6000" asks udp 10.1.1.1 10.2.1.1 6000
t_ok "icmp passes in ping" takes ping pings a 10.1.1.1 10.2.1.1
t_ok "and back" pings b 10.2.1.1 10.1.1.1

# ---- what the listings make of them ----
dyn() {		# NAME DIRECTION WORDS: of its dynamic rule
	suite_ctl gw1 filter list -d | sed 's/  */ /g' | grep "^d.* $1 " |
	    grep " $2 all " | grep -F -- " $3 "
}
field() {
	suite_ctl gw1 list -v "$1" | sed -n "s/^ *$2  *//p" >"$LIB/field"
	grep -x "$3" "$LIB/field" || { cat "$LIB/field"; return 1; }
}
t_ok "the rule of web, out" dyn t1/web out '10.1.1.0/24 10.2.1.0/24 tcp any eq 80'
t_ok "and in" dyn t1/web in '10.2.1.0/24 10.1.1.0/24 tcp eq 80 any'
t_ok "the rule of names" dyn t1/names out 'udp any 5000-5999'
t_ok "the rule of ping" dyn t1/ping out 'icmp any any'
t_ok "list -v: a port" field t1/web 'Remote Port' 80
t_ok "our side has any" field t1/web 'Local Port' any
t_ok "a protocol by its name" field t1/web 'Remote Protocol' tcp
t_ok "how long a child is good for" field t1/ping 'Tun Rem Lifetime' \
    '7[12][0-9][0-9] Seconds'
t_ok "a range of ports" field t1/names 'Remote Port' 5000-5999

t_ok "one child is removed" suite_ctl gw1 remove --once t1/web
t_not "its traffic does not take another" asks tcp 10.1.1.1 10.2.1.1 80
t_ok "the others stay" takes ping pings a 10.1.1.1 10.2.1.1

# ---- a peer that wants less ----
narrowed() {
	suite_ctl gw1 show sa t2 --json | grep '"ts_remote"' |
	    grep '10.2.2.0/25' | grep -q 8080
}
less() {	# WHO
	t_ok "$1: narrowed" wait_until 15 narrowed
	t_ok "$1: what is left passes" asks tcp 10.1.2.1 10.2.2.1 8080
	t_not "$1: another port does not" asks tcp 10.1.2.1 10.2.2.1 80
	t_not "$1: another host does not" asks tcp 10.1.2.1 10.2.2.200 8080
	t_not "$1: another protocol does not" pings a 10.1.2.1 10.2.2.1 1
}
t_ok "we initiate" suite_ctl gw1 activate t2 --timeout 20
less initiator
padded() { suite_ctl gw1 show dataplane | grep -E 'padded to a length +[1-9]'; }
t_ok "strongSwan takes packets that were padded" padded
t_ok "removed" suite_ctl gw1 remove --once t2
t_ok "strongSwan initiates" swan peer --initiate --child net2
less responder

# ---- two tunnels to one network ----
t_ok "the first has it" suite_ctl gw1 activate t3 --timeout 20
t_ok "its traffic" pings a 10.1.3.1 10.2.3.1
t_not "the second is refused" suite_ctl gw1 activate t4 --timeout 5
t_ok "and the log says why" grep -q 'of tunnel 4 is owned by tunnel 3' \
    "$(suite_log gw1)"
t_not "the peer may not either" swan peer --initiate --child net4 --timeout 5
owned() { [ "$(grep -c 'INSTALL.*owned by tunnel 3' "$(suite_log gw1)")" -ge 2 ]; }
t_ok "for the same reason" owned
t_ok "traffic goes to the first" pings a 10.1.3.1 10.2.3.1
t_ok "the first is removed" suite_ctl gw1 remove --once t3
t_ok "now the second has it" suite_ctl gw1 activate t4 --timeout 20
t_ok "its traffic" wait_until 20 pings a 10.1.3.1 10.2.3.1 1
t_ok "the SA of the second counts" [ "$(out_packets t4)" -gt 0 ]
wire_stop out
wire_stop swan
t_ok "nothing was in clear" wire_clear out
t_ok "nor to strongSwan" wire_clear swan
t_ok "ESP in UDP was there" wire_has out 'udp port 4500'
t_ok "gateway 1 stops" suite_stop gw1
t_ok "gateway 2 stops" suite_stop gw2
t_ok "the kernel is as before" clean a
lib_end
