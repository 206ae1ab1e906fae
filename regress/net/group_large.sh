#!/bin/sh
# A group of 100,000 members of all types as remote ID: it is checked, loaded
# and reloaded; the first, the last and some between come, by name, pattern and
# address; who is not among them is refused; first match counts.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/swan.sh"
lib_begin group_large
topo_pair 6
MEMBERS=${MEMBERS-100000}

suite_keyed gw a
etc=$(suite_etc gw)
# members LAST: as many as it takes, ending in LAST.
members() {
	echo 'groups:'
	echo '  staff:'
	awk -v n="$MEMBERS" -v last="$1" 'BEGIN {
		for (i = 1; i < n; i++) {
			k = i % 10
			if (k == 0)
				id = "email:u" i "@example.com"
			else if (k == 1)
				id = "subnet:10." 100 + int(i / 25600) "." \
				    int(i / 100) % 256 ".0/24"
			else if (k == 2)
				id = sprintf("keyid:0x%08x", i)
			else if (k == 3)
				id = "dn:C=US, O=Acme, CN=u" i
			else if (k == 4)
				id = "fqdn:*.d" i ".example.com"
			else
				id = "fqdn:h" i ".example.com"
			# The same member twice would be an error.
			if (k == 1 && id == before)
				id = "fqdn:s" i ".example.com"
			else if (k == 1)
				before = id
			print "    - \"" id "\""
		}
		print "    - \"" last "\"" }'
}
policy() {	# LAST
	members "$1"
	cat <<EOT
tunnels:
  staff:
    local: { address: 192.0.2.1, id: "fqdn:a.example.com" }
    remote: { address: any, id: "group:staff" }
    psk: t
    unique-id: never
    children: { net: { local: 10.1.0.0/16, remote: 10.2.0.0/16 } }
EOT
}
policy fqdn:last.example.com >"$etc/ikd.yaml"
t_ok "it is checked" suite_ctl gw check
t_ok "the suite starts" suite_start gw
suite_ctl gw show group >"$LIB/groups"
t_ok "all members are there" grep -Eq "staff.* $MEMBERS( |$)" "$LIB/groups"

pick() {	# K: a number that ends in K, far into the list
	echo $((MEMBERS / 2 - MEMBERS / 2 % 10 + $1))
}
n=0
conns=
id() {	# ID: one connection more; its child is netN
	n=$((n + 1))
	conns="$conns
	$(swan_conn "t$n" "$1" "$SWAN_AT" "net$n { local_ts = 10.2.$n.1/32
		remote_ts = 10.1.$n.0/24
		esp_proposals = aes256gcm16-x25519 }")"
}
id h5.example.com
id "u$(pick 0)@example.com"
id "new.d$(pick 4).example.com"
id "C=US, O=Acme, CN=u$(pick 3)"
id last.example.com
id nobody.example.com
swan_start b peer
t_ok "strongSwan loads the connections" swan_load peer <<EOT
$(swan_file "$conns")
EOT
i=0
for what in "a name near the top" "a mail address" "a pattern" "a DN" "the last"; do
	i=$((i + 1))
	t_ok "$what comes" up $i
	t_ok "$what: traffic" wait_until 10 pings a 10.1.$i.1 10.2.$i.1 1
done
mark
t_not "a stranger is refused" up 6
t_ok "and we say why" wait_until 5 told 'no tunnel fits: peer .*nobody.example.com'
t_ok "five are there" [ "$(suite_ctl gw show sa staff --json | grep -c '"spi_i"')" = 5 ]

# One member changes.
policy fqdn:nobody.example.com >"$etc/ikd.yaml"
t_ok "one is another" suite_ctl gw reload
has() { suite_ctl gw list staff | grep -q "peer .*$1"; }
t_ok "who is no member any more has to go" wait_until 10 not has last.example
t_ok "the others stay" has "u$(pick 0)@example.com"
t_ok "with their traffic" pings a 10.1.1.1 10.2.1.1 3
t_ok "the new one comes" up 6
t_ok "with its traffic" wait_until 10 pings a 10.1.6.1 10.2.6.1 1
t_not "the old one does not" up 5
t_ok "the suite stops" suite_stop gw
lib_end
