#!/bin/sh
# An authority's OCSP responder that signs with a certificate of its own
# (authorities: ocsp-signer), strongSwan as the peer: believed where the
# policy names that certificate, and nowhere else.
#
#    10.1.x.1 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
#                    eth1 198.51.100.1 ----- 198.51.100.9 eth0  h (responder)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin ocsp_signer
. "$(dirname "$0")/pki_lib.sh"
net_ns a b h
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 h eth0 198.51.100.9/24
www=$LIB/www
mkdir "$www"

# The responder's are self-signed: no authority issued them.
for k in one watch other; do
	pki_root $k
done
for k in a1 b1 b2; do
	pki_key $k p256
	pki_cert $k one /O=Test/CN=$k "subjectAltName = DNS:$k.example"
done
serial() { openssl x509 -in "$pki/$1.crt" -noout -serial | cut -d= -f2; }
end=$(date -u -d '10 days' +%y%m%d%H%M%SZ)
printf 'V\t%s\t\t%s\tunknown\t/O=Test/CN=b1\n' "$end" "$(serial b1)" \
    >"$pki/index"
printf 'R\t%s\t%s\t%s\tunknown\t/O=Test/CN=b2\n' "$end" \
    "$(date -u -d '-1 hour' +%y%m%d%H%M%SZ)" "$(serial b2)" >>"$pki/index"
cat >"$www/.rules" <<EOT
/ocsp type application/ocsp-response
/ocsp run openssl ocsp -index $pki/index -CA $pki/one.crt -rsigner $pki/watch.crt -rkey $pki/watch.key -nmin 60 -reqin /dev/stdin -respout /dev/stdout
EOT
in_ns h "$BUILD/regress/net/http_tool" "$LIB/requests" 198.51.100.9 80 \
    "$www" >"$LIB/requests.out" 2>&1 &
t_ok "the responder serves" wait_until 15 grep -q listening "$LIB/requests"

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs"
cp "$pki/one.crt" "$etc/ca/one"
cp "$pki/a1.crt" "$etc/certs/a1"
cp "$pki/watch.crt" "$etc/certs/watch"
cp "$pki/other.crt" "$etc/certs/other"
install -m 600 "$pki/a1.key" "$etc/private/a1"
policy() {	# MORE-OF-THE-AUTHORITY
	echo 'authorities:'
	echo "  corp: { file: one, ocsp: \"http://198.51.100.9/ocsp\", revocation: strict$1 }"
	echo 'tunnels:'
	for i in 1 2; do
		cat <<EOT
  t$i:
    local: { address: 192.0.2.1, id: a1.example, auth: { cert: a1 } }
    remote: { address: 192.0.2.2, id: b$i.example, auth: { ca: corp } }
    role: both
    start: answer
    children: { net: { local: 10.1.$i.0/24, remote: 10.2.$i.0/24 } }
EOT
	done
}
policy '' >"$etc/ikd.yaml"
swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$swan/x509ca/"
for i in 1 2; do
	net_addr a lo 10.1.$i.1/32
	net_addr b lo 10.2.$i.1/32
	cp "$pki/b$i.crt" "$swan/x509/"
	cp "$pki/b$i.key" "$swan/private/"
done
{
	echo 'connections {'
	swan_cert_conn 1 a1.example
	swan_cert_conn 2 a1.example
	echo '}'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf" || lib_end
t_ok "the suite starts" suite_start gw || lib_end

refused() {	# N REASON
	mark
	up "$1" && return 1
	wait_until 20 told "it failed: tunnel t$1: .*CN=b$1\".*$2"
}
asked() { grep -c '^POST /ocsp \|^GET /ocsp' "$LIB/requests"; }
t_ok "signed by whom the policy does not name" refused 1 'revocation is strict'
t_ok "though it was asked" [ "$(asked)" -gt 0 ]
policy ', ocsp-signer: other' >"$etc/ikd.yaml"
t_ok "another one is named: reload" suite_ctl gw reload
t_ok "neither" refused 1 'revocation is strict'
policy ', ocsp-signer: watch' >"$etc/ikd.yaml"
t_ok "the one that signs: reload" suite_ctl gw reload
t_ok "believed: strongSwan initiates" up 1
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1
proof() {
	suite_ctl gw list -v t1 | tr -s ' ' >"$LIB/list"
	cat "$LIB/list"
	grep -q '^Peer Proof .*CN=b1.*CA one, not revoked$' "$LIB/list"
}
t_ok "which is said" proof
t_ok "removed" suite_ctl gw remove --once t1
t_ok "we initiate" suite_ctl gw activate t1 --timeout 30
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1
t_ok "its word against another" refused 2 'revoked since .*OCSP responder'
t_ok "the suite stops" suite_stop gw
lib_end
