#!/bin/sh
# certd-fetch by its other ways: LDAP with OpenLDAP's slapd, SOCKS with
# Dante, an HTTP proxy, TLS, and OCSP with OpenSSL's responder.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fetch_lib.sh"
lib_begin ways
fetch_begin
cd "$LIB" || exit 1
e="is excluded by the policy"
p="10.9.0.2 port 80"

# An authority, its CRL, a server's certificate, a revoked one.
pki() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout ca.key -out ca.pem -days 30 -subj "/CN=Test CA" &&
	: >index.txt && echo 01 >serial && echo 01 >crlnumber &&
	cat >ca.cnf <<E
[ca]
default_ca = d
[d]
database = $LIB/index.txt
serial = $LIB/serial
crlnumber = $LIB/crlnumber
new_certs_dir = $LIB
certificate = $LIB/ca.pem
private_key = $LIB/ca.key
default_md = sha256
default_days = 20
default_crl_days = 10
policy = p
copy_extensions = copy
[p]
commonName = supplied
E
	for n in tls.test other.test; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		    -nodes -keyout $n.key -out $n.csr -subj /CN=$n \
		    -addext "subjectAltName=DNS:$n" &&
		openssl ca -batch -config ca.cnf -in $n.csr -out $n.pem \
		    -notext || return 1
	done
	openssl ca -config ca.cnf -revoke other.test.pem &&
	openssl ca -config ca.cnf -gencrl -out crl.pem &&
	openssl crl -in crl.pem -outform DER -out d/crl.der &&
	openssl ocsp -issuer ca.pem -cert other.test.pem -no_nonce -reqout ocsp.req &&
	cat ca.pem >>etc/ssl/certs/ca-certificates.crt
}
t_ok "an authority" pki
echo "10.9.0.2 tls.test wrong.test www.test
127.0.0.1 inside.test" >>etc/hosts

# ---- LDAP ----
directory() {
	mkdir -p ldap/data &&
	cat >ldap/slapd.conf <<E
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $LIB/ldap/pid
TLSCACertificateFile $LIB/ca.pem
TLSCertificateFile $LIB/tls.test.pem
TLSCertificateKeyFile $LIB/tls.test.key
sizelimit 100
database mdb
maxsize 67108864
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
access to dn.base="cn=closed,dc=example,dc=com"
	by dn.exact="cn=reader,dc=example,dc=com" tls_ssf=128 read
	by * none
access to attrs=userPassword by anonymous auth by * none
access to * by * read
directory $LIB/ldap/data
referral ldap://10.9.0.99/
E
	cat >ldap/all.ldif <<E &&
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=CA One,dc=example,dc=com
objectClass: cRLDistributionPoint
cn: CA One
certificateRevocationList;binary:< file://$LIB/d/crl.der
authorityRevocationList;binary:< file://$LIB/d/crl.der
deltaRevocationList;binary:< file://$LIB/d/crl.der

dn: cn=two,dc=example,dc=com
objectClass: cRLDistributionPoint
cn: two
certificateRevocationList;binary:< file://$LIB/d/crl.der
certificateRevocationList;binary:< file://$LIB/crl2.der

dn: cn=empty,dc=example,dc=com
objectClass: cRLDistributionPoint
cn: empty

dn: cn=large,dc=example,dc=com
objectClass: cRLDistributionPoint
cn: large
certificateRevocationList;binary:< file://$LIB/large.der

dn: cn=reader,dc=example,dc=com
objectClass: person
cn: reader
sn: reader
userPassword: the reader of lists

dn: cn=closed,dc=example,dc=com
objectClass: cRLDistributionPoint
cn: closed
certificateRevocationList;binary:< file://$LIB/d/crl.der

dn: cn=away,dc=example,dc=com
objectClass: referral
objectClass: extensibleObject
cn: away
ref: ldap://127.0.0.1/cn=CA%20One,dc=example,dc=com
E
	openssl ca -config ca.cnf -gencrl -out crl2.pem &&
	openssl crl -in crl2.pem -outform DER -out crl2.der &&
	large_crl &&
	/usr/sbin/slapadd -f ldap/slapd.conf -l ldap/all.ldif
}
# 60,000 entries, some 2 MB: only the signature's place is good.
large_crl() {
	awk 'BEGIN { for (i = 1; i <= 60000; i++)
	    printf "R\t400101000000Z\t250101000000Z\t%012X\tunknown\t/CN=%d\n", 1e9 + i, i
	    }' >large.txt &&
	sed "s,index.txt,large.txt," ca.cnf >large.cnf &&
	openssl ca -config large.cnf -gencrl -out large.pem &&
	openssl crl -in large.pem -outform DER -out large.der &&
	[ "$(wc -c <large.der)" -gt 1200000 ]
}
t_ok "a directory" directory
in_ns w /usr/sbin/slapd -d 256 -f ldap/slapd.conf \
    -h "ldap://10.9.0.2 ldap://10.9.0.3:1389 ldaps://10.9.0.2" 2>>slapd.log &
wait_until 15 in_ns w sh -c 'ss -ltn | grep -q "10.9.0.2:636"'
dn="cn=CA%20One,dc=example,dc=com" x="dc=example,dc=com"
bed 'fetch: { timeout: 5s, max-size: 1MB, ldap: { servers: ["ldap://10.9.0.4", "ldap://10.9.0.3:1389"], base: "dc=example,dc=com" } }' <<E
crl ldap://10.9.0.2/$dn?certificateRevocationList;binary $LIB/out/l1
crl ldap://10.9.0.2/$dn?certificateRevocationList?base?(objectClass=cRLDistributionPoint)
crl ldap://10.9.0.2/$dn?authorityRevocationList;binary
crl ldap://10.9.0.2/$dn?deltaRevocationList
crl ldap://10.9.0.2/$dn
crl ldap:///$dn?certificateRevocationList;binary
crl ldap:///cn=CA%20One?certificateRevocationList;binary
crl ldaps://tls.test/$dn?certificateRevocationList;binary
crl ldap://www.test/cn=two,$x?certificateRevocationList;binary $LIB/out/two
crl ldap://10.9.0.2/cn=empty,$x?certificateRevocationList;binary
crl ldap://10.9.0.2/cn=none,$x?certificateRevocationList;binary
crl ldap://10.9.0.2/cn=large,$x?certificateRevocationList;binary
crl ldap://10.9.0.2/cn=away,$x?certificateRevocationList;binary
crl ldap://10.9.0.2/$dn?userPassword
crl ldap://10.9.0.5/$dn?certificateRevocationList;binary
crl ldap://127.0.0.1/$dn?certificateRevocationList;binary
crl ldap://inside.test/$dn?certificateRevocationList;binary
crl ldaps://wrong.test/$dn?certificateRevocationList;binary
crl ldap:///cn=none?certificateRevocationList;binary
crl ldap://10.9.0.2/$dn?certificateRevocationList;binary???x=y
crl ldap://10.9.0.2:80/$dn?certificateRevocationList;binary
crl ldap://10.9.0.2/$x?certificateRevocationList;binary?sub?(cn=CA%20One)
E
for i in 1 2 3 4 5 6 7 8 22; do
	t_ok "LDAP request $i brings the CRL" got $i crl.der
done
t_ok "octet for octet" cmp out/l1 d/crl.der
two() {
	[ "$(grep -c BEGIN out/two)" -eq 2 ] &&
	    openssl crl -in out/two -noout -CAfile ca.pem
}
t_ok "two values are two CRLs" two
l="10.9.0.2 port 389"
t_ok "no such attribute" no 10 25 "the directory's entry has no such attribute"
t_ok "no such object" no 11 25 "LDAP: $l: No such object"
t_ok "too large" grep -q "^12 25 too large: " answers
t_ok "a referral is not followed" grep -q "^13 25 " answers
t_ok "an attribute without CRLs" no 14 9 "the LDAP URL asks for an attribute that has no CRL"
t_ok "no directory there" no 15 25 "connecting to 10.9.0.5 port 389: Connection refused"
t_ok "LDAP to loopback" no 16 21 "the address 127.0.0.1 $e"
t_ok "LDAP to a name for it" no 17 21 "the address 127.0.0.1 of inside.test $e"
t_ok "LDAP behind a certificate of another" grep -q "^18 25 wrong.test port 636 (10.9.0.2): .*wrong.test" answers
t_ok "neither with base nor without" no 19 25 "LDAP: 10.9.0.3 port 1389: No such object"
t_ok "extensions" no 20 9 "the LDAP URL has extensions"
t_ok "a server that is none" grep -q "^21 " answers
t_ok "it lives" test "$bed_status" -eq 0
bed 'fetch: {}' <<E
crl ldap:///$dn?certificateRevocationList;binary
E
t_ok "no server is known" no 1 9 "the LDAP URL has no server, and the policy neither (fetch: ldap: servers)"

# ---- LDAP: a list that only a reader sees, and only behind TLS ----
mkdir -p secrets/private/fetch
(umask 077 && echo "the reader of lists" >secrets/private/fetch/reader &&
    echo "the writer of lists" >secrets/private/fetch/wrong &&
    echo "the reader of lists" >secrets/private/fetch/open)
chmod 644 secrets/private/fetch/open
closed="cn=closed,$x?certificateRevocationList;binary"
reader='bind-dn: "cn=reader,dc=example,dc=com"'
ldap() {	# SERVER [PASSWORD]: and requests on standard input
	bed "fetch: { timeout: 5s, ldap: { servers: \"$1\"${2:+, $reader, password: $2} } }"
}
none="^2 25 LDAP: tls.test port 636 (10.9.0.2): No such object"
ldap ldaps://tls.test <<E
crl ldap:///$dn?certificateRevocationList;binary
crl ldap:///$closed
E
t_ok "ldaps, anonymously" got 1 crl.der
t_ok "and some lists are not there" grep -q "$none" answers
ldap ldaps://tls.test reader <<E
crl ldap:///$closed
crl ldaps://tls.test/$closed
E
t_ok "with a password they are" got 1 crl.der
t_ok "it was told behind TLS" grep -Eq 'BIND dn="cn=reader,.* ssf=(128|256)' slapd.log
t_ok "whom a certificate names does not get it" grep -q "$none" answers
ldap ldaps://tls.test wrong <<E
crl ldap:///$closed
E
t_ok "a wrong password" no 1 25 "LDAP: tls.test port 636 (10.9.0.2) does not take bind-dn and password of the policy"
for f in open none; do
	ldap ldaps://tls.test $f <<E
crl ldap:///$closed
E
	t_ok "a password that is $f" no 1 9 "private/fetch/$f, the directory's password: no such file, or it is not root's alone (mode 600)"
done
: >slapd.log
ldap ldaps://wrong.test reader <<E
crl ldap:///$closed
E
t_ok "a server's certificate of another" grep -q "^1 25 .*wrong.test" answers
t_ok "the server saw us" wait_until 15 grep -q ACCEPT slapd.log
t_not "but no bind" grep -q BIND slapd.log
ldap ldaps://tls.test:389 reader <<E
crl ldap:///$closed
E
t_ok "a server that has no TLS" grep -q "^1 25 " answers
t_not "the password is in no log" grep -q 'of lists' fetch.log

# ---- TLS, OCSP ----
in_ns w socat openssl-listen:443,bind=10.9.0.2,reuseaddr,fork,verify=0,cert="$LIB/tls.test.pem",key="$LIB/tls.test.key" tcp:10.9.0.2:80 2>/dev/null &
in_ns w openssl ocsp -port 2560 -index index.txt -CA ca.pem -rsigner ca.pem \
    -rkey ca.key -ignore_err >ocsp.log 2>&1 &
echo "/down redirect http://tls.test/crl.der" >d/.rules
echo "/up redirect https://tls.test/crl.der" >>d/.rules
wait_until 20 in_ns w sh -c 'ss -ltn | grep -q ":443 " && ss -ltn | grep -q ":2560 "'
bed 'fetch: { timeout: 3s }' <<E
crl https://tls.test/crl.der
crl https://wrong.test/crl.der
crl https://tls.test/down
crl http://tls.test/up
ocsp http://10.9.0.2:2560/ $LIB/out/ocsp $LIB/ocsp.req
crl https://10.9.0.2:80/crl.der
E
t_ok "https" got 1 crl.der
t_ok "https behind a certificate of another" grep -q "^2 25 wrong.test port 443 (10.9.0.2): .*wrong.test" answers
t_ok "no redirect from https to http" no 3 25 "the redirect to http://tls.test/crl.der is refused: leads from https to http"
t_ok "but the other way" got 4 crl.der
revoked() {
	openssl ocsp -issuer ca.pem -cert other.test.pem -respin out/ocsp \
	    -CAfile ca.pem -VAfile ca.pem | grep -q "other.test.pem: revoked"
}
t_ok "an OCSP responder's answer" revoked
t_ok "https where there is none" no 6 1 "timed out after 3 s beginning TLS with $p"

# ---- Proxies ----
cat >danted.conf <<E
logoutput: $LIB/dante.log
internal: 10.9.0.3 port = 1080
external: 10.9.0.3
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
cat >tinyproxy.conf <<E
User root
Group root
Port 3128
Listen 10.9.0.4
Timeout 20
LogFile "$LIB/tiny.log"
LogLevel Info
MaxClients 20
Allow 10.9.0.0/24
E
# The proxies know names that we do not.
in_w() {
	# shellcheck disable=SC2016	# the inner shell's
	in_ns w unshare -m sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' \
	    "$LIB/hosts.w" "$@"
}
echo "10.9.0.2 far.test www.test" >hosts.w
if [ -x /usr/sbin/danted ]; then
	in_w /usr/sbin/danted -f danted.conf &
	socks4=proxy.test
else	# which knows version 5 alone
	in_w microsocks -q -i 10.9.0.3 -p 1080 &
	socks4=proxy4a.test
fi
in_w tinyproxy -d -c tinyproxy.conf >/dev/null 2>&1 &
wait_until 20 in_ns w sh -c 'ss -ltn | grep -q "10.9.0.3:1080" && ss -ltn | grep -q "10.9.0.4:3128"'
echo "10.9.0.3 proxy.test" >>etc/hosts
# Dante ends at its first request by SOCKS 4a: that one is ours.
in_w "$BUILD/regress/net/socks4_tool" "$LIB/socks4.log" 10.9.0.4 1080 &
wait_until 20 grep -q listening socks4.log
echo "10.9.0.4 proxy4a.test" >>etc/hosts
for s in socks4 socks5 socks4a socks5h; do
	proxy=proxy.test via="proxy.test port 1080 (10.9.0.3)"
	case $s in
	socks4) proxy=$socks4 ;;
	socks4a) proxy=proxy4a.test ;;
	esac
	[ $proxy != proxy4a.test ] || via="proxy4a.test port 1080 (10.9.0.4)"
	: >dante.log
	: >http.log
	bed "fetch: { timeout: 5s, socks: $s://$proxy, allow: 10.9.0.0/24 }" <<E
crl http://10.9.0.2/crl.der
crl http://www.test/crl.der
crl http://127.0.0.1/crl.der
crl http://inside.test/crl.der
crl http://far.test/crl.der
crl http://10.9.0.2:81/crl.der
crl https://tls.test/crl.der
cert http://far.test/crl.der
cert http://10.9.0.2/crl.der
E
	t_ok "$s: an address" got 1 crl.der
	t_ok "$s: a name" got 2 crl.der
	t_ok "$s: an address that is excluded" no 3 21 "the address 127.0.0.1 $e"
	t_ok "$s: a name for it" no 4 21 "the address 127.0.0.1 of inside.test $e"
	case $s in
	*[ah])	t_ok "$s: a name that the proxy knows" got 5 crl.der
		t_ok "$s: not for a certificate" no 8 21 "the proxy finds the address of far.test, so that allow in fetch does not hold" ;;
	*)	t_ok "$s: a name must be known here" grep -q "^5 25 the name far.test is not resolved" answers ;;
	esac
	t_ok "$s: a certificate from an address" got 9 crl.der
	t_ok "$s: nobody there" grep -q "^6 25 the proxy $via: " answers
	case $s in
	*[ah])	;;
	*)	t_ok "$s: TLS" got 7 crl.der ;;
	esac
	t_ok "$s: it went by the proxy" \
	    test "$(grep -c "10.9.0.[2-4] " http.log)" -ge 2
	t_not "$s: and not beside it" grep -q "10.9.0.1" http.log
done
: >http.log
bed 'fetch: { timeout: 5s, http-proxy: "http://10.9.0.4:3128", exclude: [loopback, 10.9.0.5] }' <<E
crl http://10.9.0.2/crl.der
crl http://far.test/crl.der
crl http://127.0.0.1/crl.der
crl http://inside.test/crl.der
crl http://10.9.0.5/crl.der
crl http://unknown.test/crl.der
ocsp http://10.9.0.2:2560/ $LIB/out/ocsp $LIB/ocsp.req
E
t_ok "HTTP proxy: an address" got 1 crl.der
t_ok "HTTP proxy: a name it knows" got 2 crl.der
t_ok "HTTP proxy: an address that is excluded" no 3 21 "the address 127.0.0.1 $e"
t_ok "HTTP proxy: a name for it" no 4 21 "the address 127.0.0.1 of inside.test $e"
t_ok "HTTP proxy: another address" no 5 21 "the address 10.9.0.5 $e"
t_ok "HTTP proxy: a name nobody knows" grep -q "^6 25 HTTP status 5[0-9]* of the proxy 10.9.0.4 port 3128" answers
t_ok "HTTP proxy: OCSP" revoked
t_ok "HTTP proxy: it went there" test "$(grep -c "10.9.0.[2-4]" http.log)" -ge 2
t_not "HTTP proxy: and not beside it" grep -q "10.9.0.1" http.log
# ---- LDAP by the same proxies, where the policy says so ----
echo "10.9.0.2 far.test www.test tls.test" >hosts.w
for s in "socks: socks4://$socks4" "socks: socks5://proxy.test" \
    "socks: socks5h://proxy.test" 'http-proxy: "http://10.9.0.4:3128"'; do
	: >slapd.log
	bed "fetch: { timeout: 5s, $s, ldap: { proxy: yes, servers: \"ldap://10.9.0.2\" } }" <<E
crl ldap://10.9.0.2/$dn?certificateRevocationList;binary
crl ldap:///$dn?certificateRevocationList;binary
crl ldaps://tls.test/$dn?certificateRevocationList;binary
crl ldap://10.9.0.2/cn=none,$x?certificateRevocationList;binary
crl ldap://127.0.0.1/$dn?certificateRevocationList;binary
crl ldap://10.9.0.5:999/$dn?certificateRevocationList;binary
crl ldap://far.test/$dn?certificateRevocationList;binary
E
	s=${s#*: } s=${s%%:*}
	t_ok "LDAP by $s" got 1 crl.der
	t_ok "LDAP by $s: the policy's directory" got 2 crl.der
	t_ok "LDAP by $s: TLS" got 3 crl.der
	t_ok "LDAP by $s: no such object" grep -q "^4 25 LDAP: the proxy .*: No such object" answers
	t_ok "LDAP by $s: an excluded address" no 5 21 "the address 127.0.0.1 $e"
	t_ok "LDAP by $s: nobody there" grep -q "^6 25 the proxy " answers
	case $s in
	socks4 | socks5) t_ok "LDAP by $s: a name must be known here" grep -q "^7 25 the name far.test is not resolved" answers ;;
	*)	t_ok "LDAP by $s: a name that the proxy knows" got 7 crl.der ;;
	esac
	t_ok "LDAP by $s: it went there" grep -q "ACCEPT from IP=10.9.0.[2-4]:" slapd.log
	t_not "LDAP by $s: and not beside it" grep -q "ACCEPT from IP=10.9.0.1:" slapd.log
done
bed 'fetch: { timeout: 5s, socks: "socks5://proxy.test" }' <<E
crl ldap://10.9.0.2/$dn?certificateRevocationList;binary
E
t_ok "LDAP without that goes directly" got 1 crl.der
t_ok "as the directory saw" grep -q "ACCEPT from IP=10.9.0.1:" slapd.log

bed 'fetch: { timeout: 2s, http-proxy: "http://10.9.0.4:3129" }' <<E
crl http://10.9.0.2/crl.der
E
t_ok "socks4a: the name goes to the proxy" grep -qx "0.0.0.1 far.test" socks4.log
t_ok "a proxy that is not there" no 1 25 "connecting to the proxy 10.9.0.4 port 3129: Connection refused"
bed 'fetch: { timeout: 2s, socks: "socks5://nobody.test" }' <<E
crl http://10.9.0.2/crl.der
E
t_ok "a proxy without an address" grep -q "^1 25 the proxy's name nobody.test is not resolved" answers

# ---- Directories and proxies that say nothing, half of it, or nonsense ----
printf '\060\202\020\000\002\001\001\144\202' >half.ldap
printf '\005' >half.socks
printf '\005\000\005\005\000\001\000\000\000\000\000\000' >refusal.socks
printf '\005\377' >key.socks
echo "220 what are you saying?" >other
in_ns w socat -u tcp-listen:1500,bind=10.9.0.2,reuseaddr,fork open:/dev/null &
n=1500
for f in half.ldap half.socks refusal.socks key.socks other; do
	n=$((n + 1))
	in_ns w socat tcp-listen:$n,bind=10.9.0.2,reuseaddr,fork \
	    exec:"cat $LIB/$f" 2>/dev/null &
done
wait_until 20 in_ns w sh -c 'for n in 0 1 2 3 4 5; do ss -ltn | grep -q ":150$n " || exit 1; done'
c="certificateRevocationList;binary"
bed 'fetch: { timeout: 2s }' <<E
crl ldap://10.9.0.2:1500/cn=x?$c
crl ldaps://10.9.0.2:1500/cn=x?$c
crl ldap://10.9.0.2:1501/cn=x?$c
crl ldap://10.9.0.2:1505/cn=x?$c
E
t_ok "LDAP: a server that says nothing" grep -q "^1 1 timed out after 2 s" answers
t_ok "LDAPS: the same" grep -q "^2 1 timed out after 2 s" answers
t_ok "LDAP: half an answer" grep -q "^3 25 .*10.9.0.2 port 1501" answers
t_ok "LDAP: no LDAP" grep -q "^4 25 .*10.9.0.2 port 1505" answers
t_ok "it lives" test "$bed_status" -eq 0
through() {	# PORT WHAT: by a SOCKS proxy there
	bed "fetch: { timeout: 2s, socks: \"socks5://10.9.0.2:$1\" }" <<E
crl http://10.9.0.3/crl.der
E
	cat answers
	grep -q "$2" answers && [ "$bed_status" -eq 0 ]
}
t_ok "SOCKS: a proxy that says nothing" through 1500 "^1 1 timed out after 2 s"
t_ok "SOCKS: half an answer" through 1502 "^1 25 "
t_ok "SOCKS: refused" through 1503 "^1 25 .*10.9.0.2 port 1503"
t_ok "SOCKS: it wants a password" through 1504 "^1 25 "
t_ok "SOCKS: no SOCKS" through 1505 "^1 25 "
lib_end
