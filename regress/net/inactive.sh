#!/bin/sh
# inactivity: a child that nobody uses ends, the other one and the IKE SA stay;
# with the last one the IKE SA ends, too, and the next packet brings it back.
# strongSwan is the other end, which hears of it; then it is strongSwan's own
# inactivity that ends a child, and ours takes it as it is meant.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
lib_begin inactive
topo_pair 4
idle=3		# seconds
if [ "$IKD_PLANE" != userspace ]; then
	# In the machine it takes some to send another packet.
	idle=20
	# What springs a trap is kept.
	in_ns a sysctl -qw net.core.xfrm_larval_drop=0
fi

suite_keyed gw a
{
	cat <<EOT
retry: { first: 1s, most: 2s }
tunnels:
  boston:
    local: { address: 192.0.2.1, id: "fqdn:a.example.com" }
    remote: { address: 192.0.2.2, id: "fqdn:b.example.com" }
    psk: t
    start: trap
    children:
      used: { local: 10.1.1.0/24, remote: 10.2.1.0/24, inactivity: ${idle}s }
      idle: { local: 10.1.2.0/24, remote: 10.2.2.0/24, inactivity: ${idle}s }
  lyon:
    local: { address: 192.0.2.1, id: "fqdn:a2.example.com" }
    remote: { address: 192.0.2.2, id: "fqdn:b2.example.com" }
    psk: t
    start: trap
    children:
      lan: { local: 10.1.3.0/24, remote: 10.2.3.0/24 }
EOT
} >"$(suite_etc gw)/ikd.yaml"
child() {	# NAME N [OPTION]
	cat <<EOT
		$1 {
			local_ts = 10.2.$2.0/24
			remote_ts = 10.1.$2.0/24
			esp_proposals = aes128gcm16
			${3-}
		}
EOT
}
{
	echo 'connections {'
	for c in '' 2; do
		cat <<EOT
	t$c {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		local { auth = psk
			id = b$c.example.com }
		remote { auth = psk
			id = a$c.example.com }
		children {
EOT
		if [ -z "$c" ]; then
			child used 1
			child idle 2
		else
			child lan 3 "inactivity = ${idle}s"
		fi
		echo '	} }'
	done
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} >"$LIB/swan.conf"
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
t_ok "the trap is set" wait_until 20 status_is gw boston Dormant
wire_start out b
child_up() { suite_ctl gw list -v "boston/$1" | grep -q '^ *Status *Active'; }
child_says() { suite_ctl gw list -v "boston/$1" | grep "^ *Status *$2"; }
spi() { suite_ctl gw show sa boston --json | awk '/"spi_i"/ { print; exit }'; }
t_ok "list shows it" grep -q . <<EOT
$(suite_ctl gw list -v boston/used | grep "^ *Inactivity  *$idle")
EOT
first() { wait_until 60 pings a "10.1.$1.1" "10.2.$1.1" 1; }
t_ok "a packet brings it up" first 1
(exec ip netns exec "$(ns a)" ping -q -i 0.5 -I 10.1.1.1 10.2.1.1 \
    >"$LIB/ping" 2>&1) &
ping=$!
at=$(date +%s%N)
t_ok "and one its other child" first 2
was=$(spi)
t_ok "both are there" child_up idle
down() { ! child_up idle; }
none() { ! swan peer --list-sas --ike t | grep -q ESTABLISHED; }
t_ok "what is idle ends" wait_until $((idle * 5)) down
t_ok "not too soon" [ $((($(date +%s%N) - at) / 1000000)) -ge \
    $(((idle - 1) * 1000)) ]
t_ok "and says why" child_says idle 'Down: no traffic'
t_ok "strongSwan was told" wait_until 30 grep -q \
    "received DELETE for ESP CHILD_SA" "$LIB/peer/log"
t_ok "what is used stays" child_up used
t_ok "and the IKE SA" [ "$(spi)" = "$was" ]
t_ok "a packet brings it back" first 2
t_ok "on the same IKE SA" [ "$(spi)" = "$was" ]
t_ok "it ends again" wait_until $((idle * 5)) down
t_ok "the other one never did" child_up used

# Another tmd knows of it by what the worker and the plane say.
old=$(suite_pids gw tmd)
kill -9 "$old"
t_ok "tmd is back" wait_until 20 suite_restarted gw tmd "$old"
t_ok "the child, too" wait_until 20 child_up used
t_ok "of the same IKE SA" [ "$(spi)" = "$was" ]
kill "$ping"
t_ok "with the last one the tunnel" \
    wait_until $((idle * 5)) status_is gw boston Dormant
t_ok "strongSwan has none" wait_until 30 none
t_ok "in the log" said gw "boston.*no traffic for $idle s"
t_ok "a packet brings it up again" first 1
t_ok "by another IKE SA" [ "$(spi)" != "$was" ]

t_ok "strongSwan's: up" first 3
gone() { status_is gw lyon Dormant || ! suite_ctl gw list -v lyon/lan |
    grep -q '^ *Status *Active'; }
t_ok "it ends it" wait_until $((idle * 5)) gone
t_ok "a packet brings that up, too" first 3
wire_stop out
t_ok "nothing was in clear" wire_clear out
t_ok "the suite stops" suite_stop gw
swan_kill peer
lib_end
