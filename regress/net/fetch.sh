#!/bin/sh
# certd-fetch by HTTP: what it brings, where it does not go, and what it says
# when there is nothing to bring.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fetch_lib.sh"
lib_begin fetch
fetch_begin
cd "$LIB" || exit 1
head -c 300000 /dev/urandom >d/a.crl
head -c 500 /dev/urandom >d/ocsp.der
: >d/empty
echo "10.9.0.2 www.test
fd09::2 six.test
127.0.0.1 inside.test
10.9.0.2 both.test
127.0.0.1 both.test" >>etc/hosts
cat >d/.rules <<E
/chunked file a.crl
/chunked chunked
/close file a.crl
/close close
/slow file a.crl
/slow slow 100000 50
/ocsp run cat
/short file a.crl
/short truncate 1000
/reset file a.crl
/reset reset 2000
/long file a.crl
/long length 400000
/large size 1048577
/endless endless
/500 status 500
/204 status 204
/r1 redirect http://www.test/a.crl
/r2 redirect /r1
/r3 redirect r2
/r4 redirect http://10.9.0.2/r3
/loop loop
/to4 redirect http://127.0.0.1/a.crl
/to6 redirect http://[::1]/a.crl
/tomap redirect http://[::ffff:127.0.0.1]/a.crl
/tonum redirect http://2130706433/a.crl
/toname redirect http://inside.test/a.crl
/toftp redirect ftp://10.9.0.2/a.crl
/tofile redirect file:///etc/passwd
/touser redirect http://u:p@10.9.0.2/a.crl
/toldap redirect ldap://10.9.0.2/cn=x?certificateRevocationList
/nowhere status 302
/post307 redirect /ocsp
/post307 status 307
/post303 redirect /ocsp
/post303 status 303
/dead dead
/noise garbage
/heads file a.crl
/heads headers 400000
/later file a.crl
/later wait 300
E

# What comes.  A certificate does only from where allow says.
bed 'fetch: { timeout: 20s, max-size: 1MB, allow: ["0.0.0.0/0", "::/0"] }' <<E
crl http://10.9.0.2/a.crl $LIB/out/1
crl http://www.test/a.crl
crl http://[fd09::2]/a.crl
crl http://six.test/a.crl
crl http://www.test./a.crl
crl http://10.9.0.2:80/chunked
crl http://10.9.0.2/close
crl http://10.9.0.2/slow
crl http://both.test/a.crl
ocsp http://10.9.0.2/ocsp $LIB/out/ocsp $PWD/d/ocsp.der
cert http://10.9.0.2/ocsp.der
crl http://10.9.0.2/r3
ocsp http://10.9.0.2/post307 - $PWD/d/ocsp.der
wait
E
t_ok "it runs" test "$bed_status" -eq 0
for i in 1 2 3 4 5 6 7 8 9 12; do
	t_ok "request $i brings the whole list" got $i a.crl
done
t_ok "octet for octet" cmp out/1 d/a.crl
for i in 10 11 13; do
	t_ok "request $i brings what it should" got $i ocsp.der
done
t_ok "an OCSP request goes as it is" cmp out/ocsp d/ocsp.der
t_not "no header but ours" grep -qi "cookie\|authorization" http.log

# What does not, and why.
bed 'fetch: { timeout: 2s, max-size: 1MB }' <<E
crl http://10.9.0.2/short
crl http://10.9.0.2/reset
crl http://10.9.0.2/long
crl http://10.9.0.2/large
crl http://10.9.0.2/endless
crl http://10.9.0.2/a.crl - - 1000
crl http://10.9.0.2/500
crl http://10.9.0.2/204
crl http://10.9.0.2/nothing
crl http://10.9.0.2/r4
crl http://10.9.0.2/nowhere
crl http://10.9.0.2/dead
crl http://10.9.0.2/noise
crl http://10.9.0.2/empty
crl http://10.9.0.2:81/a.crl
crl http://10.9.0.99/a.crl
crl http://nobody.test/a.crl
ocsp http://10.9.0.2/post303 - $PWD/d/ocsp.der
ocsp ldap://10.9.0.2/cn=x
cert https://10.9.0.2/ocsp.der
crl http://10.9.0.2/loop
crl http://10.9.0.2/heads
cert http://10.9.0.2/ocsp.der
wait
E
p="10.9.0.2 port 80"
n=$(wc -c <d/a.crl)
t_ok "truncated" no 1 25 "truncated by $p: got 1000 of $n octets"
t_ok "broken off" grep -q "^2 25 truncated by $p: got [0-9]* of $n octets" answers
t_ok "shorter than it says" no 3 25 "truncated by $p: got $n of 400000 octets"
t_ok "larger than allowed, said before" no 4 25 "too large: $p would send 1048577 octets, at most 1048576 are taken"
t_ok "without an end" no 5 25 "too large: $p sends more than the 1048576 octets that are taken"
t_ok "larger than certd takes" no 6 25 "too large: $p would send $n octets, at most 1000 are taken"
t_ok "status 500" no 7 25 "HTTP status 500 of $p"
t_ok "status 204" no 8 25 "HTTP status 204 of $p"
t_ok "status 404" no 9 25 "HTTP status 404 of $p"
t_ok "four redirects" no 10 25 "after 3 redirects: the redirect to http://www.test/a.crl is refused: more redirects than are followed"
t_ok "a redirect to nowhere" no 11 25 "HTTP status 302 of $p leads nowhere"
t_ok "no answer" no 12 1 "timed out after 2 s waiting for the answer of $p"
t_ok "what is not HTTP" grep -q "^13 25 $p: " answers
t_ok "nothing" no 14 25 "the answer of $p is empty"
t_ok "refused" no 15 25 "connecting to 10.9.0.2 port 81: Connection refused"
t_ok "nobody there" no 16 1 "timed out after 2 s connecting to 10.9.0.99 port 80"
t_ok "a name that is none" grep -q "^17 25 the name nobody.test is not resolved: " answers
t_ok "a POST that should be a GET" no 18 25 "the redirect to http://10.9.0.2/ocsp is refused: asks for a GET in place of the POST"
t_ok "OCSP by LDAP" no 19 9 "an LDAP directory has CRLs alone"
t_ok "a certificate by https" no 20 9 "a certificate by hash and URL is fetched by http alone"
t_ok "a certificate from just anywhere" no 23 9 "allow in fetch does not say which addresses may be asked for a certificate"
t_ok "a loop" grep -q "^21 25 after 3 redirects: the redirect to http://10.9.0.2/loop?[0-9]* is refused: more redirects than are followed" answers
t_ok "a head without an end" grep -q "^22 25 " answers
t_ok "it lives" test "$bed_status" -eq 0

# Where it does not go.
: >http.log
bed 'fetch: { timeout: 5s }' <<E
crl http://127.0.0.1/a.crl
crl http://[::1]/a.crl
crl http://[::ffff:127.0.0.1]/a.crl
crl http://0/a.crl
crl http://0x7f.1/a.crl
crl http://localhost/a.crl
crl http://inside.test/a.crl
crl http://169.254.1.1/a.crl
crl http://[fe80::1]/a.crl
crl http://[64:ff9b::7f00:1]/a.crl
crl http://10.9.0.2/to4
crl http://10.9.0.2/to6
crl http://10.9.0.2/tomap
crl http://10.9.0.2/tonum
crl http://10.9.0.2/toname
crl http://10.9.0.2/toftp
crl http://10.9.0.2/tofile
crl http://10.9.0.2/touser
crl http://10.9.0.2/toldap
crl ftp://10.9.0.2/a.crl
crl file:///etc/passwd
crl http://u:p@10.9.0.2/a.crl
crl http://10.9.0.2:0/a.crl
crl http:///a.crl
crl http://[fe80::1%25eth0]/a.crl
E
e="is excluded by the policy" r="after 1 redirect: the address"
t_ok "127.0.0.1" no 1 21 "the address 127.0.0.1 $e"
t_ok "::1" no 2 21 "the address ::1 $e"
t_ok "127.0.0.1 in IPv6" no 3 21 "the address ::ffff:127.0.0.1 $e"
t_ok "0.0.0.0" no 4 21 "the address 0.0.0.0 $e"
t_ok "0x7f.1" no 5 21 "the address 127.0.0.1 $e"
t_ok "localhost" no 6 21 "the address 127.0.0.1 of localhost $e"
t_ok "a name for it" no 7 21 "the address 127.0.0.1 of inside.test $e"
t_ok "link-local" no 8 21 "the address 169.254.1.1 $e"
t_ok "link-local, IPv6" no 9 21 "the address fe80::1 $e"
t_ok "NAT64 of loopback" no 10 21 "the address 64:ff9b::7f00:1 $e"
t_ok "redirected to 127.0.0.1" no 11 21 "$r 127.0.0.1 $e"
t_ok "redirected to ::1" no 12 21 "$r ::1 $e"
t_ok "redirected there in IPv6" no 13 21 "$r ::ffff:127.0.0.1 $e"
t_ok "redirected to a number" no 14 21 "$r 127.0.0.1 $e"
t_ok "redirected to a name" no 15 21 "$r 127.0.0.1 of inside.test $e"
t_ok "redirected to ftp" no 16 25 "the redirect to ftp://10.9.0.2/a.crl is refused: only http, https, ldap and ldaps are fetched"
t_ok "redirected to a file" no 17 25 "the redirect to file:///etc/passwd is refused: only http, https, ldap and ldaps are fetched"
t_ok "redirected with a user" no 18 25 "the redirect to http://u:p@10.9.0.2/a.crl is refused: the URL has a user, and none is ever sent"
t_ok "redirected to LDAP" no 19 25 "the redirect to ldap://10.9.0.2/cn=x?certificateRevocationList is refused: leads from HTTP to LDAP"
t_ok "ftp" no 20 9 "only http, https, ldap and ldaps are fetched"
t_ok "a file" no 21 9 "only http, https, ldap and ldaps are fetched"
t_ok "a user" no 22 9 "the URL has a user, and none is ever sent"
t_ok "port 0" no 23 9 "the port is none"
t_ok "no host" no 24 9 "the URL has no host"
t_ok "a zone" no 25 9 "the host is no IPv6 address"
t_not "and it has asked for nothing there" grep -q passwd http.log

# What the policy allows and excludes, and that a reload changes it.
echo 'fetch: { allow: [10.9.0.0/24, 127.0.0.1], exclude: 10.9.0.3 }' >two.yaml
bed 'fetch: { exclude: [10.9.0.2, "fd09::/64"], timeout: 3s }' <<E
crl http://10.9.0.2/a.crl
crl http://six.test/a.crl
crl http://both.test/a.crl
crl http://10.9.0.3/a.crl
wait
policy $LIB/two.yaml
crl http://10.9.0.2/a.crl
crl http://six.test/a.crl
crl http://10.9.0.3/a.crl
crl http://127.0.0.1:81/a.crl
E
t_ok "an address is excluded" no 1 21 "the address 10.9.0.2 $e"
t_ok "a network is" no 2 21 "the address fd09::2 of six.test $e"
t_ok "what is not excluded is tried" grep -q "^3 25 connecting to both.test port 80 (127.0.0.1): " answers
t_ok "another address is not" got 4 a.crl
t_ok "a reload lets it in" got 5 a.crl
t_ok "what is not allowed is excluded" no 6 21 "the address fd09::2 of six.test $e"
t_ok "exclude goes before allow" no 7 21 "the address 10.9.0.3 $e"
t_ok "loopback when told so" no 8 25 "connecting to 127.0.0.1 port 81: Connection refused"

# Identical ones are one; others wait for their turn; certd may go.
: >http.log
{
	i=0
	while [ $((i += 1)) -le 5 ]; do echo "crl http://10.9.0.2/later"; done
	while [ $((i += 1)) -le 40 ]; do echo "crl http://10.9.0.2/dead?$i"; done
	echo wait
	echo "crl http://10.9.0.2/dead?last"
	echo gone
	echo "crl http://10.9.0.2/later"
} | bed 'fetch: { timeout: 1s }'
for i in 1 2 3 4 5; do
	t_ok "one of five that are the same" got $i a.crl
done
late() { [ "$(grep -c "timed out after 1 s waiting" answers)" -eq 34 ]; }
t_ok "each has an end" late
t_ok "the new certd's is answered" got 41 a.crl
t_ok "the old one's is not" test "$(grep -c . answers)" -eq 40
# One for five, and one afterwards.
t_ok "one request for five" asked 2 /later

# Names: by DNS over UDP and TCP, unanswered, of a file that is replaced.
{
	i=0
	while [ $((i += 1)) -le 60 ]; do echo "10.9.0.2 many.test"; done
	i=0
	while [ $((i += 1)) -le 60 ]; do echo "10.9.1.$i many.test"; done
	echo "10.9.0.2 dns.test"
	echo "127.0.0.1 rebind.test"
} >names
in_ns w dnsmasq -k -C /dev/null -u root --no-resolv --no-hosts --local=/test/ \
    --listen-address=10.9.0.2 --bind-interfaces --addn-hosts="$LIB/names" \
    --pid-file="$LIB/dns.pid" --log-facility="$LIB/dns.log" &
wait_until 20 grep -q started dns.log
echo "nameserver 10.9.0.2" >etc/resolv.conf
bed 'fetch: { timeout: 8s, exclude: [loopback, 10.9.1.0/24] }' <<E
crl http://dns.test/a.crl
crl http://many.test/a.crl
crl http://rebind.test/a.crl
crl http://none.test/a.crl
E
t_ok "a name by DNS" got 1 a.crl
t_ok "one with an answer too large for UDP" got 2 a.crl
t_ok "one that leads here" no 3 21 "the address 127.0.0.1 of rebind.test $e"
t_ok "one that is none" no 4 25 "the name none.test is not resolved: Name or service not known"
echo "nameserver 10.9.0.77" >etc/resolv.conf
bed 'fetch: { timeout: 1s }' <<E
crl http://dns.test/a.crl
crl http://10.9.0.2/a.crl
E
t_ok "no name server answers" no 1 1 "timed out after 1 s looking up the name dns.test"
t_ok "an address needs none" got 2 a.crl
: >answers
{
	echo "crl http://10.9.0.2/a.crl"
	echo "wait"
	wait_until 20 grep -q got answers
	echo "nameserver 10.9.0.2" >etc/new
	chmod 644 etc/new
	mv etc/new etc/resolv.conf
	echo "crl http://dns.test/a.crl"
} | bed 'fetch: { timeout: 1s }'
t_ok "another resolv.conf: it leaves, to come again" \
    grep -q "^ended: status 0" answers
t_ok "and says why" grep -q "/etc/resolv.conf is another file now" fetch.log
lib_end
