#!/bin/sh
# A second session of one identity under each unique-id, with INITIAL_CONTACT
# and without, from another place while the first is alive, and after a death
# without a word: strongSwan's clients, and then ours.
#
#    a (gw)  eth0 192.0.2.1 ---------- 192.0.2.2 eth0  b  lo 10.2.N.1
#	     eth1 198.51.100.1 ---- 198.51.100.2 eth0  c  lo 10.2.N.2
#    lo: 10.1.N.1; N and the tunnel's name: 1 no, 2 never, 3 keep, 4 replace
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
lib_begin unique_modes
modes='no never keep replace'
net_ns a b c
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 c eth0 198.51.100.2/24
for i in 1 2 3 4; do
	net_addr a lo 10.1.$i.1/32
	net_addr b lo 10.2.$i.1/32
	net_addr c lo 10.2.$i.2/32
done
nth() {	# MODE
	echo "$modes" | tr ' ' '\n' | grep -nx "$1" | cut -d: -f1
}

suite_new gw a
{
	cat <<EOT
retransmit: { first: 1s, factor: 1.2, tries: 3 }
tunnels:
EOT
	for m in $modes; do
		i=$(nth $m)
		cat <<EOT
  $m:
    local: { id: "fqdn:a.example.com" }
    remote: { address: any, id: "fqdn:$m.example.com" }
    psk: t
    unique-id: $m
    start: answer
    dpd: 10m
    children: { net: { local: 10.1.$i.0/24, remote: 10.2.$i.0/24 } }
EOT
	done
} >"$(suite_etc gw)/ikd.yaml"
echo 'not a secret: a test' | suite_psk gw t

# The gateway's view: sessions, and whether the one with this SPI is there.
ids() { suite_ctl gw show sa "$1" --json | sed -n 's/.*"spi_i": "\(.*\)".*/\1/p'; }
has() { [ "$(ids "$1" | wc -l)" = "$2" ]; }
lives() { ids "$1" | grep -qx "$2"; }
# alone MODE OLD: one session, and not this one.
alone() { has "$1" 1 && not lives "$1" "$2"; }
anew='the peer says that it began anew'
kept='this identity has a session already .unique-id: keep.'

# ---- what both kinds of client go through ----
# start WHERE CONTACT; begin WHERE MODE; die WHERE: of swan_ or ours_.
carries() {	# MODE WHERE: the client there has its traffic
	_at=1
	[ "$2" = b ] || _at=2
	_i=$(nth "$1")
	wait_until 10 pings "$2" "10.2.$_i.$_at" "10.1.$_i.1" 1
}
first() {	# MODE: the session of the client in b
	t_ok "$who, $1: the first session" "${who}_begin" b "$1"
	t_ok "$who, $1: its traffic" carries "$1" b
	t_ok "$who, $1: one session" has "$1" 1
	old=$(ids "$1")
	mark
}
# What has become of the first when the second has come from c.
beside() {	# MODE CONTACT
	case $1 in
	no)
		if [ "$2" = yes ]; then
			t_ok "$w: the first ends at once" wait_until 5 alone no "$old"
			t_ok "$w: since the peer says so" told "$anew"
		else
			t_ok "$w: both stay" has no 2
			t_not "$w: nothing began anew" told "$anew"
		fi ;;
	never)
		t_ok "$w: both stay" has never 2
		t_ok "$w: the first, too" lives never "$old"
		[ -n "$died" ] ||
		    t_ok "$w: its traffic goes on" carries never b
		t_not "$w: nothing began anew" told "$anew" ;;
	replace)
		t_ok "$w: the second took its place" wait_until 5 alone replace "$old"
		t_not "$w: by itself" told "$anew" ;;
	esac
	t_ok "$w: traffic of the second" carries "$1" c
}
second() {	# MODE CONTACT
	w="$who, $1, INITIAL_CONTACT $2"
	if [ "$1" = keep ]; then
		t_not "$w: the second is refused" "${who}_begin" c keep
		t_ok "$w: we say why" told "$kept"
		t_ok "$w: the first stays" lives keep "$old"
		t_ok "$w: alone" has keep 1
		t_ok "$w: its traffic goes on" carries keep b
		t_not "$w: nothing began anew" told "$anew"
		return
	fi
	t_ok "$w: the second comes" "${who}_begin" c "$1"
	beside "$1" "$2"
}

# Two clients of one identity, alive both.
alive() {	# CONTACT: of the second
	died=
	t_ok "$who: the client in b" "${who}_start" b yes
	for m in $modes; do
		first $m
		"${who}_start" c "$1" || t_ok "$who: the client in c" false
		second $m "$1"
		"${who}_die" c
	done
	"${who}_die" b
	suite_ctl gw remove --all --once >/dev/null
	for m in $modes; do
		t_ok "$who: $m is empty again" wait_until 15 has $m 0
	done
}
# One client, dead without a word, that begins again.  The tunnels' dpd finds
# nothing within ten minutes: that a dead one ends is the new one's doing.
dead() {
	died=
	t_ok "$who: the client that will die" "${who}_start" b yes
	for m in $modes; do
		first $m
		eval "old_$m=\$old"
	done
	"${who}_die" b
	died=yes
	t_ok "$who: and comes back from elsewhere" "${who}_start" c yes
	for m in no never replace; do
		eval "old=\$old_$m"
		mark
		second $m yes
	done
	mark
	t_not "$who: keep still believes in the dead" "${who}_begin" c keep
	t_ok "$who: keep says so" told "$kept"
	t_ok "$who: but asks it" wait_until 20 has keep 0
	t_not "$who: no INITIAL_CONTACT has ended it" told "keep.*$anew"
	t_ok "$who: then it takes the new one" "${who}_begin" c keep
	t_ok "$who: and carries it" carries keep c
	"${who}_die" c
	suite_ctl gw remove --all --once >/dev/null
	for m in $modes; do
		t_ok "$who: $m is empty" wait_until 15 has $m 0
	done
}

# ---- strongSwan: with unique = never it says no INITIAL_CONTACT ----
swan_start_at() {	# WHERE UNIQUE
	_at=1 _ip=192.0.2
	[ "$1" = b ] || _at=2 _ip=198.51.100
	swan_start "$1" "peer$1" || return 1
	{
		echo 'connections {'
		for _m in $modes; do
			_i=$(nth $_m)
			swan_conn $_m $_m.example.com "unique = $2
				local_addrs = $_ip.2
				remote_addrs = $_ip.1" "$_m {
				local_ts = 10.2.$_i.$_at/32
				remote_ts = 10.1.$_i.0/24
				esp_proposals = aes256gcm16-x25519 }"
		done
		echo '}'
		echo 'secrets { ike-t { secret = "not a secret: a test" } }'
	} | swan_load "peer$1"
}
s_start() {
	_u=no
	[ "$2" = yes ] || _u=never
	swan_start_at "$1" $_u
}
s_begin() { swan "peer$1" --initiate --child "$2" --timeout 10; }
s_die() {
	swan_kill "peer$1"
	ip -n "$(ns "$1")" link del ipsec0 2>/dev/null
	[ "$IKD_PLANE" = userspace ] || in_ns "$1" ip xfrm state flush
	[ "$IKD_PLANE" = userspace ] || in_ns "$1" ip xfrm policy flush
}

# ---- ours ----
o_start() {	# WHERE CONTACT
	_at=1 _ip=192.0.2
	[ "$1" = b ] || _at=2 _ip=198.51.100
	{
		cat <<EOT
retransmit: { first: 1s, factor: 1.2, tries: 3 }
retry: { first: 5m, most: 5m }
tunnels:
EOT
		for _m in $modes; do
			_i=$(nth $_m)
			cat <<EOT
  $_m:
    local: { address: $_ip.2, id: "fqdn:$_m.example.com" }
    remote: { address: $_ip.1, id: "fqdn:a.example.com" }
    psk: t
    start: manual
    initial-contact: $2
    children: { net: { local: 10.2.$_i.$_at, remote: 10.1.$_i.0/24 } }
EOT
		done
	} >"$(suite_etc "$1")/ikd.yaml"
	suite_start "$1"
}
o_begin() { suite_ctl "$1" activate "$2" --timeout 15; }
o_die() { suite_kill "$1"; }
for c in b c; do
	suite_new $c $c
	echo 'not a secret: a test' | suite_psk $c t
done

wire_start out b
t_ok "the gateway starts" suite_start gw
for who in s o; do
	alive no
	alive yes
	dead
done
t_ok "the gateway stops" suite_stop gw
t_ok "nothing is left" clean a
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "ESP was there" wire_has out "$WIRE_ESP"
lib_end
