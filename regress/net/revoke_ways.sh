#!/bin/sh
# Verdicts that rest on a CRL out of a directory (OpenLDAP's slapd), and on
# one that comes by a SOCKS proxy (Dante, or microsocks where Debian has none):
# entries that are good, that revoke, are stale, or are somebody else's; then
# LDAP by the proxy, too.
#
#    10.1.x.1 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b  lo 10.2.x.1
#                    eth1 198.51.100.1 ----- 198.51.100.9 eth0  h
#                                  proxy at .8    lo 203.0.113.9, where
#                                                 nobody but h has a route to
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin revoke_ways
. "$(dirname "$0")/pki_lib.sh"
. "$(dirname "$0")/revoke_lib.sh"
if ! [ -x /usr/sbin/slapd ]; then
	t_skip "LDAP and SOCKS" "needs OpenLDAP's slapd"
	lib_end
	exit
fi
net_ns a b h
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 h eth0 198.51.100.9/24
net_addr h eth0 198.51.100.8/24
net_addr h lo 203.0.113.9/32
all='good revoked stale other key socks socksrev far'
www=$LIB/www far=203.0.113.9
mkdir "$www" "$LIB/ldap" "$LIB/ldap/data"
cd "$LIB" || exit 1

# crl CA FILE ISSUER [SERIAL]: of ISSUER's name by CA's key, in DER.
crl() {
	printf '%b' "${4:+R\\t351231235959Z\\t260101000000Z\\t$(printf %02X "$4")\\tunknown\\t/CN=x\\n}" >index
	echo 01 >number
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\n%s\n%s\n' \
	    'crlnumber = number' 'default_md = sha256' >crl.cnf
	# shellcheck disable=SC2086	# words
	openssl ca -config crl.cnf -gencrl ${dates:--crldays 10} \
	    -cert "$pki/$3.crt" -keyfile "$pki/$1.key" -out crl.pem \
	    2>crl.err &&
	    openssl crl -in crl.pem -outform DER -out "$2" || {
		cat crl.err
		return 1
	}
}
day() { date -u -d "$1 day" +%Y%m%d%H%M%SZ; }

pki_root one
pki_key a1 p256
pki_cert a1 one /O=Test/CN=a1 'subjectAltName = DNS:a1.example'
dn='dc=example,dc=com' attr='certificateRevocationList;binary'
pki_made() {
	for t in $all; do
		pki_root "c-$t" && pki_key "b-$t" p256 || return 1
		case $t in
		socks*)	url=http://$far/$t.crl ;;
		*)	url="ldap:///cn=c-$t,$dn?$attr" ;;
		esac
		# Commas in a URI: by a section of its own.
		pki_cert "b-$t" "c-$t" "/O=Test/CN=b-$t" \
		    "subjectAltName = DNS:b-$t.example" \
		    'crlDistributionPoints = point' '[point]' \
		    'fullname = @names' '[names]' "URI.1 = $url" || return 1
		serial=$pki_serial
		case $t in
		revoked | socksrev) crl "c-$t" "$www/$t.crl" "c-$t" $serial ;;
		stale)	dates="-crl_lastupdate $(day -3) -crl_nextupdate $(day -1)"
			crl "c-$t" "$www/$t.crl" "c-$t"
			dates= ;;
		other)	cp "$www/good.crl" "$www/other.crl" ;;
		# The name is right; the key is another's, and the serial free.
		key)	pki_key liar p256
			openssl req -x509 -new -key "$pki/liar.key" -days 30 \
			    -subj "/O=Test/CN=c-key" -out "$pki/liar.crt"
			crl liar "$www/key.crl" liar ;;
		*)	crl "c-$t" "$www/$t.crl" "c-$t" ;;
		esac || return 1
	done
}
t_ok "authorities, certificates, CRLs" pki_made

directory() {
	cat >ldap/slapd.conf <<E &&
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $LIB/ldap/pid
database mdb
maxsize 67108864
suffix "$dn"
directory $LIB/ldap/data
access to * by * read
E
	{
		printf 'dn: %s\nobjectClass: dcObject\n' "$dn"
		printf 'objectClass: organization\ndc: example\no: Example\n'
		for t in $all; do
			printf '\ndn: cn=c-%s,%s\ncn: c-%s\n' "$t" "$dn" "$t"
			echo 'objectClass: cRLDistributionPoint'
			echo "$attr:< file://$www/$t.crl"
		done
	} >ldap/all.ldif
	/usr/sbin/slapadd -f ldap/slapd.conf -l ldap/all.ldif
}
t_ok "a directory" directory
cat >danted.conf <<E
logoutput: $LIB/proxy.log
internal: 198.51.100.8 port = 1080
external: $far
socksmethod: none
clientmethod: none
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass {
	from: 0.0.0.0/0 to: 0.0.0.0/0
	command: connect
	protocol: tcp
	log: connect
}
E
in_ns h /usr/sbin/slapd -d 256 -f ldap/slapd.conf \
    -h "ldap://198.51.100.9 ldap://$far" 2>slapd.log &
if [ -x /usr/sbin/danted ]; then
	in_ns h /usr/sbin/danted -f danted.conf &
else
	in_ns h microsocks -i 198.51.100.8 -p 1080 2>proxy.log &
fi
in_ns h "$BUILD/regress/net/http_tool" "$LIB/requests" $far 80 "$www" &
listens() {
	in_ns h ss -ltn >ss || return 1
	for _p in 198.51.100.9:389 $far:389 198.51.100.8:1080 $far:80; do
		grep -q "$_p " ss || return 1
	done
}
t_ok "directory, proxy and server listen" wait_until 15 listens

policy() {	# LDAP
	echo "fetch: { timeout: 5s, socks: \"socks5://198.51.100.8\", ldap: { $1 } }"
	tunnels_of_gw
}
two_suites
policy 'servers: "ldap://198.51.100.9"' >"$etc/ikd.yaml"
t_ok "the peer starts" suite_start peer
t_ok "the suite starts" suite_start gw

number() {	# TUNNEL
	# shellcheck disable=SC2086	# words
	printf '%s\n' $all | grep -nx "$1" | cut -d: -f1
}
passes() {	# TUNNEL: we begin, with traffic
	suite_ctl gw activate "t-$1" --timeout 20 >out 2>&1 ||
	    { cat out; return 1; }
	_n=$(number "$1")
	wait_until 15 pings a "10.1.$_n.1" "10.2.$_n.1"
}
refused() {	# TUNNEL REASON
	suite_ctl gw activate "t-$1" --timeout 20 >out 2>&1 && return 1
	grep -Eq "$2" out || { cat out; return 1; }
}
t_ok "by a directory: not revoked" passes good
t_ok "by a directory: revoked" refused revoked 'revoked since .*CN=c-revoked"'
t_ok "by a directory: stale" refused stale 'strict: .*the CRL is stale since '
t_ok "by a directory: another authority's list" refused other \
    'strict: .*could have issued it'
t_ok "by a directory: the right name, another key" refused key \
    'strict: .*signature'
searched() {	# TUNNEL: it was asked for, and by whom
	_c=$(grep "SRCH base=\"cn=c-$1," slapd.log | sed 's/.*\(conn=[0-9]*\).*/\1/' | head -1)
	[ -n "$_c" ] && grep -q "$_c .*ACCEPT from IP=$2:" slapd.log
}
t_ok "it was asked directly" searched good 198.51.100.1
t_ok "and never by the proxy" not grep -q "$far.389" proxy.log
t_ok "by SOCKS: not revoked" passes socks
t_ok "by SOCKS: revoked" refused socksrev 'revoked since .*CN=c-socksrev"'
t_ok "from nowhere but the proxy" [ "$(grep -c '^[A-Z]* /socks' requests)" -eq 2 ]
t_ok "which says so" grep -Eq 'tcp/connect|connected to' proxy.log

# The same directory where only the proxy reaches it.
policy "servers: \"ldap://$far\"" >"$etc/ikd.yaml"
t_ok "reload: a directory out of reach" suite_ctl gw reload
t_ok "is not to be had directly" refused far "strict: .*ldap:///"
policy "servers: \"ldap://$far\", proxy: yes" >"$etc/ikd.yaml"
t_ok "reload: by the proxy" suite_ctl gw reload
# The failure of before is not asked again at once.
t_ok "by SOCKS and a directory: not revoked" wait_until 40 passes far
t_ok "it was asked by the proxy" searched far $far
t_ok "what was revoked stays so" refused revoked 'revoked since'
t_ok "the suite stops" suite_stop gw
t_ok "the peer stops" suite_stop peer
lib_end
