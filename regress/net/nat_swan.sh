#!/bin/sh
# NAT boxes between us and strongSwan, who is once behind one and once not;
# the mapping changes in mid-life.  The topology is nat.sh's:
#
#    a  eth0 -------- in  n  out -------- out  m  in -------- eth0  b
#    203.0.113.2      .1  (NAT) 192.0.2.1  .2  (NAT)  .1     198.51.100.2
#    lo: 10.1.x.1/32				    lo: 10.2.x.1/32
#
#    x = 1: b's own address; x = 2: m forwards its ports 500 and 4500 to b
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/nat_lib.sh"
lib_begin nat_swan
nat_topology

ends() {	# SIDE N: l, r
	case $1$2 in
	11) l=203.0.113.2 r=198.51.100.2 ;;
	12) l=203.0.113.2 r=192.0.2.2 ;;
	2?) l=198.51.100.2 r=192.0.2.1 ;;
	esac
}
ours() {	# SIDE
	printf 'nat-keepalive: 1s\ntunnels:\n'
	for x in 1 2; do
		ends "$1" $x
		cat <<EOT
  t$x:
    local: { address: $l, id: "fqdn:gw$1-$x.example" }
    remote: { address: $r, id: "fqdn:gw$((3 - $1))-$x.example" }
    psk: t
    start: answer
    dpd: 3s
    children:
      net: { local: 10.$1.$x.0/24, remote: 10.$((3 - $1)).$x.0/24 }
EOT
	done
}
theirs() {	# SIDE
	echo 'connections {'
	for x in 1 2; do
		ends "$1" $x
		cat <<EOT
	t$x {
		version = 2
		local_addrs = $l
		remote_addrs = $r
		local { auth = psk
			id = gw$1-$x.example }
		remote { auth = psk
			id = gw$((3 - $1))-$x.example }
		# Not the group that its Child SAs want.
		proposals = aes128-sha256-ecp256
		children { net$x {
			local_ts = 10.$1.$x.0/24
			remote_ts = 10.$((3 - $1)).$x.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
	done
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
}
suite_new gw1 a
suite_new gw2 b
for g in 1 2; do
	echo 'not a secret: a test' | suite_psk gw$g t
	ours $g >"$(suite_etc gw$g)/ikd.yaml"
done
wire_start out b

# ---- strongSwan is behind the NAT and begins; we follow it ----
swan_start a inside
theirs 1 >"$LIB/swan1.conf"
t_ok "strongSwan inside loads" swan_load inside <"$LIB/swan1.conf"
t_ok "we start outside" suite_start gw2
for x in 1 2; do
	t_ok "strongSwan initiates ($x)" swan inside --initiate --child net$x
	t_ok "traffic ($x)" pings a 10.1.$x.1 10.2.$x.1
	t_ok "and back ($x)" pings b 10.2.$x.1 10.1.$x.1
done
t_ok "we show the mapped port" nat_in_range "$(nat_port gw2 1)" 20000 20499
nat_remap 30000
moved() { nat_in_range "$(nat_port gw2 1)" 30000 30499; }
t_ok "ESP from the new port" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
t_ok "we follow" wait_until 15 moved
t_ok "traffic" pings b 10.2.1.1 10.1.1.1
t_ok "we rekey the child there" suite_ctl gw2 rekey t1/net
t_ok "and the IKE SA" suite_ctl gw2 rekey t1
t_ok "strongSwan rekeys" swan inside --rekey --child net1
t_ok "traffic" wait_until 15 pings b 10.2.1.1 10.1.1.1
t_ok "we stop" suite_stop gw2
swan_stop inside

# ---- we are behind the NAT and begin; strongSwan follows us ----
nat_remap 20000
swan_start b outside
theirs 2 >"$LIB/swan2.conf"
t_ok "strongSwan outside loads" swan_load outside <"$LIB/swan2.conf"
t_ok "we start inside" suite_start gw1
for x in 1 2; do
	t_ok "we initiate ($x)" suite_ctl gw1 activate t$x --timeout 20
	t_ok "traffic ($x)" pings a 10.1.$x.1 10.2.$x.1
	t_ok "and back ($x)" pings b 10.2.$x.1 10.1.$x.1
done
t_ok "our keepalives" keepalive_seen n in \
    'src host 203.0.113.2 and dst host 198.51.100.2'
# Before it sees us elsewhere: to its user-space plane that is a rekey.
t_ok "counted" wait_until 20 sa_moved gw1 t2 6
nat_remap 40000
shown() {
	swan outside --list-sas --ike t1 | grep -q '192.0.2.1\[4[0-9]*\]'
}
# Its user-space plane is told by IKE alone, and IKE by MOBIKE: our liveness
# probe finds that it sees us elsewhere (RFC 4555 3.8).
t_ok "strongSwan follows" wait_until 15 shown
t_ok "we rekey from there" suite_ctl gw1 rekey t1/net
t_ok "traffic" wait_until 15 pings b 10.2.1.1 10.1.1.1
t_ok "strongSwan rekeys" swan outside --rekey --child net1
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1
t_ok "we stop" suite_stop gw1
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP in UDP was there" wire_has out 'udp port 4500'
lib_end
