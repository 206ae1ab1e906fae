#!/bin/sh
# What people want tunnels for, each from the files of etc/examples as they
# stand there: a branch office; a business partner, the tunnel of two hosts
# inside that of two gateways; remote access by name, mail address and key ID;
# a server on a LAN whose clients have their addresses by DHCP.  Keys and
# certificates are made by ikectl, as its user would.
# The topology is seeds_lib.sh's.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin seeds
. "$(dirname "$0")/seeds_lib.sh"

t_ok "two authorities" eval 'authority corp "C=DE, O=Acme, CN=Acme CA" &&
    authority partner "C=DE, O=Partner, CN=Partner CA"'
t_ok "gateways have certificates" eval \
    'issue corp a paris --dns paris.example.com && issue corp b lyon --dns lyon.example.com &&
    issue corp a gw --dns gw.example.com &&
    issue partner b partner-gw --subject "C=DE, O=Partner, CN=gw"'
t_ok "those of the LAN have RSA keys" eval \
    'issue corp h files --type rsa --bits 2048 --dns files.example.com &&
    issue corp c1 desk --type rsa --bits 2048 --dns one.desks.example.com &&
    issue corp c2 desk --type rsa --bits 2048 --email carol@example.com'
t_ok "each trusts whom it has to" eval 'trusts a corp && trusts b corp && trusts a partner &&
    trusts h corp && trusts c1 corp && trusts c2 corp'
t_ok "and there are keys for two" eval 'shared order h p order && shared ann a c1 ann &&
    shared bob a c2 bob && shared car-7 a c3 car-7'

# ---- a branch office ----

wire_start out a
use b branch-office-lyon
t_ok "Lyon starts" suite_start b
t_not "without the tunnel nothing passes" pings p 10.2.0.5 10.1.0.5 1
use a branch-office
t_ok "Paris starts" suite_start a
t_ok "the branch office is connected" wait_active a lyon
t_ok "from network to network" pings h 10.1.0.5 10.2.0.5
t_ok "IPv6, the other way" pings p fd02::5 fd01::5
in_ns p "$BUILD/regress/net/flow_tool" echo 10.2.128.5 5060 1 &
echo=$!
calls() { in_ns h "$BUILD/regress/net/flow_tool" send 10.1.128.10 10.2.128.5 5060 1 4 1; }
t_ok "voice" wait_until 60 eval 'calls | grep "^4 "'
kill $echo
t_ok "has its own child" sa_moved a lyon/voice 4
t_ok "the engineers have theirs" sa_moved a lyon/engineering 6
t_ok "Lyon's certificate is revoked" ctl corp ca revoke corp "$LIB/b-lyon.pem" -o "$LIB/corp.crl"
t_ok "which Paris learns" ctl a ca crl corp "$LIB/corp.crl"
t_not "and Lyon stays out" suite_ctl a restart lyon --timeout 10
t_ok "for that reason" eval 'suite_ctl a explain lyon | grep -i revoked'
t_not "nothing passes" pings h 10.1.0.5 10.2.0.5 1
t_not "IPv6, too" pings p fd02::5 fd01::5 1

# ---- a business partner ----

asks() { echo | in_ns h timeout 20 socat -t 15 - TCP4:10.9.0.5:8443 | grep here; }
t_ok "the partner's gateway" use b business-partner-theirs reload
t_ok "and ours" use a business-partner reload
t_ok "are connected" wait_active a partner
t_ok "for two hosts" pings h 10.1.0.5 10.9.0.5
use p business-partner-host-theirs
use h business-partner-host
t_ok "the partner's host starts" suite_start p
t_ok "ours starts" suite_start h
in_ns p socat TCP4-LISTEN:8443,bind=10.9.0.5,fork,reuseaddr SYSTEM:'echo here' &
wire_start lan h
t_ok "what they have to say" wait_until 40 asks
t_ok "is in a tunnel of their own" sa_moved h order 3
t_ok "inside that of the gateways" sa_moved a partner 6
t_ok "from another host of the partner nothing comes" not pings p 10.9.0.6 10.1.0.5 1
denied() { suite_ctl a filter list | awk '$2 == "partner-only" && $(NF - 2) > 0 { ok = 1 } END { exit !ok }'; }
t_ok "it was denied" denied
wire_stop lan
t_ok "behind the gateway, too, only ESP was seen" clear_none lan 'tcp'
t_ok "ESP was there" wire_has lan "$WIRE_ESP"
if [ "$IKD_PLANE" = kernel ]; then
	t_ok "the partner's host goes over to AH" use p business-partner-host-ah-theirs reload
	t_ok "ours, too" use h business-partner-host-ah reload
	wire_start lan h
	t_ok "what they have to say" wait_until 40 asks
	t_ok "is in a tunnel of their own" sa_moved h order 3
	wire_stop lan
	t_ok "AH was there" wire_has lan 'ip proto 51'
	t_ok "and no TCP without" clear_none lan 'ip proto 6'
fi
t_ok "they part" suite_ctl h remove order
wire_stop out
t_ok "out there nothing was in clear" clear_none out "($INNER) and not src host 10.9.0.6"
t_ok "and no AH or ESP but of the gateways" clear_none out \
    "($WIRE_ESP or ip proto 51) and not (host 192.0.2.1 and host 198.51.100.7)"
t_ok "ESP was there" wire_has out "$WIRE_ESP"

# ---- remote access ----

begins() { in_ns "$1" ping -q -c 1 -W 1 10.1.0.5; }
wire_start out a
t_ok "the gateway of those who are on the road" use a remote-access reload
echo 'some other key' | suite_psk c3 car-7.wrong
mv "$(suite_etc c3)/psk/car-7" "$LIB/car-7"
cp -p "$(suite_etc c3)/psk/car-7.wrong" "$(suite_etc c3)/psk/car-7"
for c in 'c1 fqdn' 'c2 email' 'c3 keyid'; do
	# shellcheck disable=SC2086	# suite and kind
	set -- $c
	use "$1" "remote-access-$2"
	t_ok "$2: the client starts" suite_start "$1"
	if [ "$1" = c3 ]; then
		t_not "$2: with another's key" suite_ctl c3 activate office --timeout 10
		mv "$LIB/car-7" "$(suite_etc c3)/psk/car-7"
		t_ok "$2: with its own" ctl c3 reload
	fi
	t_ok "$2: the first packets start its tunnel" wait_until 20 begins "$1"
	t_ok "$2: traffic" sa_moved "$1" office 1
done
t_ok "all three are there" eval \
    'suite_ctl a list staff | grep -E "group:staff \(3 of 3 members\) +Open"'
t_ok "each by its name" eval '[ "$(suite_ctl a list staff |
    grep -Ec "fqdn:ann.example.com|email:bob@example.com|keyid:.*car-7|keyid:0x6361722d37")" = 3 ]'
wire_stop out
t_ok "nothing was in clear" clear_none out "$INNER"
t_ok "ESP was there" wire_has out "$WIRE_ESP"

# ---- a server on a LAN whose clients have DHCP addresses ----

cat >"$LIB/leased" <<'EOT'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr flush dev "$interface"
ip addr add "$ip/$mask" dev "$interface"
ip route replace default via "$router"
echo "$ip" >"$ADDRESS"
EOT
chmod 755 "$LIB/leased"
serves() {	# FIRST LAST: addresses it has to give
	[ ! -s "$LIB/dhcpd" ] || kill "$(cat "$LIB/dhcpd")"
	: >"$LIB/leases"
	cat >"$LIB/dhcpd.conf" <<-EOT
	start $1
	end $2
	interface eth1
	lease_file $LIB/leases
	pidfile $LIB/dhcpd
	option subnet 255.255.0.0
	option router 10.1.0.1
	option lease 600
	EOT
	in_ns a busybox udhcpd -f -a 50 "$LIB/dhcpd.conf" >"$LIB/dhcpd.log" 2>&1 &
	wait_until 20 test -s "$LIB/dhcpd"
}
leases() {	# CLIENT
	ADDRESS=$LIB/$1.ip in_ns "$1" busybox udhcpc -f -q -n -t 5 -T 1 -i lan0 -s "$LIB/leased"
}
address() { cat "$LIB/$1.ip"; }
use h lan-server
t_ok "the server" suite_ctl h reload
t_ok "waits for its clients" eval 'suite_ctl h activate desks |
    grep "is open; it is a responder (remote ID is group desks): start it from the client side"'
serves 10.1.0.100 10.1.0.139
wire_start lan h
for c in c1 c2; do
	ip -n "$(ns $c)" link set eth0 down
	plug $c lan0 -
	t_ok "$c comes into the office and has an address" leases $c
	t_ok "$c has the LAN's file" use $c lan-client reload
	t_ok "and a tunnel" wait_active $c files
	t_ok "for $(address $c)" pings $c "$(address $c)" 10.1.0.5
done
t_ok "the server knows both" eval 'suite_ctl h list desks | grep "2 of 2 members" &&
    suite_ctl h list desks | grep "one.desks.example.com.*generic $(address c1)" &&
    suite_ctl h list desks | grep "carol@example.com.*generic $(address c2)"'
was=$(address c1)
serves 10.1.0.150 10.1.0.199
t_ok "a client is given another address" leases c1
t_not "which is another one" [ "$was" = "$(address c1)" ]
t_ok "and goes on with it" wait_until 40 pings c1 "$(address c1)" 10.1.0.5 1
t_ok "the server knows" eval 'suite_ctl h list desks | grep "one.desks.example.com.*generic $(address c1)"'
t_ok "the other one has stayed" pings c2 "$(address c2)" 10.1.0.5
wire_stop lan
t_ok "nothing was in clear" clear_none lan icmp
t_ok "ESP was there" wire_has lan "$WIRE_ESP"
lib_end
