#!/bin/sh
# Certificates by hash and URL with strongSwan, in both roles: ours fetched by
# it, its own by us, and kept; what cannot be had: another certificate, not
# there, an address not allowed, slow, too large, a redirect; a chain with
# intermediates; and sent whole where the policy says so.
#
#    10.1.x.1 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
#                    eth1 198.51.100.1 ----- 198.51.100.9 eth0  h (server)
#                 b  eth1 203.0.113.1 ------ 203.0.113.9 eth1  h
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin hash_url
. "$(dirname "$0")/pki_lib.sh"
net_ns a b h
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 h eth0 198.51.100.9/24
net_link b eth1 203.0.113.1/24 h eth1 203.0.113.9/24

all='1 2 3 4 5 6 7 8'
www=$LIB/www
mkdir "$www"
# Each peer has a CA of its own, since strongSwan's base is the CA's.
for i in $all; do
	pki_root c$i
	pki_key b$i p256
	pki_cert b$i c$i "/O=Test/CN=b$i" "subjectAltName = DNS:b$i.example"
done
pki_root one
pki_key a1 p256
pki_cert a1 one "/O=Test/CN=a1" "subjectAltName = DNS:a1.example"
# 8: both have an intermediate.
for i in m8 a8 am; do
	pki_key $i p256
done
pki_cert am one "/O=Test/CN=am" "$pki_ca" "$pki_use"
pki_cert a8 am "/O=Test/CN=a8" "subjectAltName = DNS:a8.example"
pki_cert m8 c8 "/O=Test/CN=m8" "$pki_ca" "$pki_use"
pki_cert b8 m8 "/O=Test/CN=b8" "subjectAltName = DNS:b8.example"
der() { openssl x509 -in "$pki/$1.crt" -outform DER; }
sha1() { der "$1" | openssl dgst -sha1 -r | cut -d' ' -f1; }
put() { der "$1" >"$www/$2$(sha1 "$1")"; }	# NAME PREFIX
for i in a1 a8 am; do
	put $i ours-
done
for i in b1 b5 b8 m8; do
	put $i theirs-
done
# 2: what is there is another certificate; 3: nothing is there.
der b1 >"$www/theirs-$(sha1 b2)"
{
	echo "/theirs-$(sha1 b5) slow 1 300"
	echo "/theirs-$(sha1 b6) size 16385"
	echo "/theirs-$(sha1 b7) redirect http://198.51.100.8/x"
} >"$www/.rules"

server() {	# ADDRESS NAME
	ip netns exec "$(ns h)" "$BUILD/regress/net/http_tool" \
	    "$LIB/$2" "$1" 80 "$www" >"$LIB/$2.out" 2>&1 &
	echo $! >"$LIB/$2.pid"
	wait_until 15 grep -q listening "$LIB/$2"
}
asked() { grep -c "^[A-Z]* /$2 " "$LIB/$1"; }	# SERVER PATH
t_ok "the server serves us" server 198.51.100.9 requests
t_ok "and strongSwan" server 203.0.113.9 requests2

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
for i in $all; do
	cp "$pki/c$i.crt" "$etc/ca/c$i"
	net_addr a lo 10.1.$i.1/32
	net_addr b lo 10.2.$i.1/32
done
cp "$pki/a1.crt" "$etc/certs/a1"
cat "$pki/a8.crt" "$pki/am.crt" >"$etc/certs/a8"
for i in a1 a8; do
	install -m 600 "$pki/$i.key" "$etc/private/$i"
done
# Which of ours meets its N.
mine() { [ "$1" = 8 ] && echo a8 || echo a1; }
policy() {	# VALUE-OF-HASH-AND-URL
	echo 'fetch: { timeout: 2s, allow: 198.51.100.9 }'
	echo "certificates: { hash-and-url: \"$1\" }"
	echo 'tunnels:'
	for i in $all; do
		cat <<EOT
  t$i:
    local: { address: 192.0.2.1, id: $(mine $i).example, auth: { cert: $(mine $i) } }
    remote: { address: 192.0.2.2, id: b$i.example, auth: { ca: c$i, revocation: off } }
    start: answer
    children: { net: { local: 10.1.$i.0/24, remote: 10.2.$i.0/24 } }
EOT
	done
}
policy http://203.0.113.9/ours- >"$etc/ikd.yaml"
t_ok "check accepts it" suite_ctl gw check

SWAN_PLUGINS=curl
SWAN_EXTRA='hash_and_url = yes'
swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$swan/x509ca/"
for i in $all; do
	cp "$pki/c$i.crt" "$swan/x509ca/"
	cp "$pki/b$i.crt" "$swan/x509/"
	cp "$pki/b$i.key" "$swan/private/"
done
cp "$pki/m8.crt" "$swan/x509ca/"
{
	echo 'authorities {'
	for i in c1 c2 c3 c5 c6 c7 c8 m8; do
		echo "$i { cacert = $i.crt"
		echo 'cert_uri_base = http://198.51.100.9/theirs- }'
	done
	# 4: where we may not ask.
	echo 'c4 { cacert = c4.crt'
	echo 'cert_uri_base = http://198.51.100.8/theirs- }'
	echo '}'
	echo 'connections {'
	for i in $all; do
		swan_cert_conn "$i" "$(mine $i).example"
	done
	echo '}'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw

refused() {	# N REASON
	mark
	up "$1" && return 1
	wait_until 15 told "it failed: .*$2"
}
refuses() {	# N REASON
	suite_ctl gw activate "t$1" --timeout 20 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "$2" "$LIB/out"
}
ours=ours-$(sha1 a1) theirs=theirs-$(sha1 b1)

t_ok "strongSwan initiates" up 1
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1
t_ok "we fetched its certificate" [ "$(asked requests "$theirs")" = 1 ]
t_ok "and it ours" [ "$(asked requests2 "$ours")" = 1 ]
t_ok "down" down 1
t_ok "we initiate" suite_ctl gw activate t1 --timeout 20
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1
t_ok "its certificate was kept" [ "$(asked requests "$theirs")" = 1 ]
t_ok "it fetched ours" [ "$(asked requests2 "$ours")" -ge 1 ]
t_ok "removed" suite_ctl gw remove t1

# Each of the chain by its own URL.
t_ok "intermediates: strongSwan initiates" up 8
t_ok "intermediates: traffic" wait_until 15 pings a 10.1.8.1 10.2.8.1
for i in a8 am; do
	t_ok "intermediates: it fetched our $i" \
	    [ "$(asked requests2 "ours-$(sha1 $i)")" = 1 ]
done
for i in b8 m8; do
	t_ok "intermediates: we fetched its $i" \
	    [ "$(asked requests "theirs-$(sha1 $i)")" = 1 ]
done
t_ok "intermediates: down" down 8
t_ok "intermediates: we initiate" suite_ctl gw activate t8 --timeout 20
t_ok "intermediates: removed" suite_ctl gw remove t8

both() {	# WHAT N REASON
	t_ok "$1: strongSwan initiates" refused "$2" "$3"
	t_ok "$1: we initiate" refuses "$2" "$3"
}
both "another certificate" 2 "by its URL: http://198.51.100.9/theirs-$(sha1 b2): what is there has another SHA-1"
both "not there" 3 "by its URL: http://198.51.100.9/theirs-$(sha1 b3): .*404"
both "an address not allowed" 4 'by its URL: http://198.51.100.8/theirs-.*: the address 198.51.100.8 is excluded by the policy'
both "slow" 5 "by its URL: http://198.51.100.9/theirs-$(sha1 b5): timed out after 2 s"
both "too large" 6 "by its URL: http://198.51.100.9/theirs-$(sha1 b6): too large"
both "a redirect to elsewhere" 7 "after 1 redirect: the address 198.51.100.8 is excluded by the policy"

# Accepted, and ours sent whole.
policy yes >"$etc/ikd.yaml"
t_ok "reload: yes" suite_ctl gw reload
n=$(asked requests2 "$ours")
mark
t_ok "we initiate" suite_ctl gw activate t1 --timeout 20
t_ok "ours was sent" [ "$(asked requests2 "$ours")" = "$n" ]
t_ok "its was fetched, with the new policy" told "$theirs fetched"
t_ok "removed" suite_ctl gw remove t1

# Not by the policy: we do not announce it, and it sends the certificate.
policy no >"$etc/ikd.yaml"
t_ok "reload: no" suite_ctl gw reload
n=$(asked requests "$theirs")
t_ok "strongSwan initiates with 2" up 2
t_ok "down" down 2
t_ok "we initiate with 3" suite_ctl gw activate t3 --timeout 20
t_ok "without a fetch" [ "$(asked requests "$theirs")" = "$n" ]
t_ok "the suite stops" suite_stop gw
lib_end
