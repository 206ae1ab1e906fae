#!/bin/sh
# What the kernel has been told of an SA, by `ip -d xfrm state`: extended
# sequence numbers and replay windows of 4096, 32 and none, with two of ours
# and with strongSwan; and events that were lost, which are made up for.
export IKD_PLANE=kernel
[ -n "${IKD_VM-}" ] || exec "$(dirname "$0")/../kernel/vm" "$0"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
. "$(dirname "$0")/../net/swan.sh"
lib_begin state
topo_pair 5

child() {	# N SIDE PEER POLICY
	cat <<EOT
      c$1: { local: 10.$2.$1.0/24, remote: 10.$3.$1.0/24, policy: { $4 } }
EOT
}
policy() {	# SIDE PEER
	cat <<EOT
tunnels:
  boston:
    local: { address: 192.0.2.$1, id: "fqdn:gw$1.example.com" }
    remote: { address: 192.0.2.$2, id: "fqdn:gw$2.example.com" }
    psk: t
    start: answer
    children:
EOT
	child 1 "$1" "$2" 'esn: yes, replay-window: 4096'
	child 2 "$1" "$2" 'esn: no, replay-window: 32'
	child 3 "$1" "$2" 'esn: no, replay-window: 0'
	child 4 "$1" "$2" 'esn: no, replay-window: 4096'
	child 5 "$1" "$2" 'packets: 200, overlap: 50%'
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
	echo 'not a secret: a test' | suite_psk gw$g t
done
spi() {		# N: the SPI that a receives under
	suite_ctl gw1 show sa boston --json | awk -v c="c$1" '
	    index($0, "\"" c "\"") { on = 1 }
	    on && /"spi_in"/ { gsub(/[^0-9a-f]/, "", $2); print $2; exit }'
}
state() {	# N
	in_ns a ip -d -s xfrm state get src 192.0.2.2 dst 192.0.2.1 \
	    proto esp spi "0x$(spi "$1")"
}
has() {		# N PATTERN: a line of the state matches
	state "$1" >"$LIB/state"
	grep -q -- "$2" "$LIB/state" || { cat "$LIB/state"; return 1; }
}
lacks() {	# N PATTERN: it is there, and no line matches
	state "$1" >"$LIB/state"
	[ -s "$LIB/state" ] && ! grep -- "$2" "$LIB/state"
}
carries() {	# N
	pings a "10.1.$1.1" "10.2.$1.1" 3
}
windows() {	# WHO
	for i in 1 2 3 4; do
		t_ok "$1: traffic ($i)" carries $i
	done
	t_ok "$1: ESN by name" has 1 'flag.* esn'
	t_ok "$1: a window of 4096 with it" has 1 'replay_window 4096'
	t_ok "$1: none where it was not asked for" lacks 2 'flag.* esn'
	t_ok "$1: a window of 32" has 2 'replay[-_]window 32'
	t_ok "$1: no window" lacks 3 'replay_window [1-9]'
	t_ok "$1: a window of 4096 without ESN" has 4 'replay_window 4096'
}

t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
t_ok "activate" suite_ctl gw1 activate boston --timeout 60
windows ours

# ---- events that were lost ----
t_ok "traffic (5)" carries 5
spi5=$(spi 5)
spi1=$(spi 1)
parent=$(suite_pids gw1 ikd-parent)
# Others' states that end at once fill the socket while nobody reads it.
flood() {
	_i=0
	while [ $_i -lt 1500 ]; do
		_i=$((_i + 1))
		echo "xfrm state add src 203.0.113.1 dst 203.0.113.2 proto esp" \
		    "spi $((0x9000 + _i)) reqid 99 mode tunnel" \
		    "aead rfc4106(gcm(aes))" \
		    "0x000102030405060708090a0b0c0d0e0f10111213 128" \
		    "limit time-hard 1"
	done >"$LIB/flood"
	in_ns a ip -batch "$LIB/flood"
}
flooded() { ! in_ns a ip xfrm state | grep -q 203.0.113.1; }
t_ok "the parent reads no events" kill -STOP "$parent"
t_ok "others' SAs" flood
t_ok "they have expired" wait_until 60 flooded
# Its soft limit is at 100, the hard one at 200.
t_ok "past the soft limit (5)" pings a 10.1.5.1 10.2.5.1 120
t_ok "one of ours is gone (1)" in_ns a ip xfrm state del \
    src 192.0.2.2 dst 192.0.2.1 proto esp spi "0x$spi1"
kill -CONT "$parent"
lost() { grep -q 'events were lost' "$(suite_log gw1)"; }
t_ok "the parent says that events were lost" wait_until 20 lost
other() { _s=$(spi "$1") && [ -n "$_s" ] && [ "$_s" != "$2" ]; }
t_ok "what reached its soft limit has new keys" wait_until 20 other 5 "$spi5"
t_ok "what was gone has new keys" wait_until 20 other 1 "$spi1"
t_ok "traffic (5)" carries 5
t_ok "traffic (1)" carries 1
t_not "no hard limit" grep -q 'hard packet limit' "$(suite_log gw1)"

# ---- with strongSwan ----
t_ok "second gateway stops" suite_stop gw2
t_ok "the first sees it go" suite_ctl gw1 wait boston --until down --timeout 10
swan_start b peer
{
	cat <<EOT
connections { boston {
	version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	local { auth = psk
		id = gw2.example.com }
	remote { auth = psk
		id = gw1.example.com }
	children {
EOT
	i=0
	for o in '-esn 4096' '-noesn 32' '-noesn 0' '-noesn 4096'; do
		i=$((i + 1))
		cat <<EOT
		c$i {
			local_ts = 10.2.$i.0/24
			remote_ts = 10.1.$i.0/24
			esp_proposals = aes256gcm16-x25519${o% *}
			replay_window = ${o#* }
		}
EOT
	done
	echo '} } }'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} | swan_load peer
for i in 1 2 3 4; do
	t_ok "strongSwan initiates ($i)" swan peer --initiate --child c$i
done
windows strongSwan
t_ok "first gateway stops" suite_stop gw1
t_ok "nothing is left" clean a
lib_end
