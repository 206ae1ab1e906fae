#!/bin/sh
# How peers sign and what their certificates hang on, against strongSwan in
# both roles: the keys that swan_cert.sh has not, RSA-PSS with each hash, the
# methods of before RFC 7427; a cross-signed intermediate, anchors of one
# tunnel that are not another's; and what is refused, with its reason.
#
#   10.1.0.0/16 lo  a  eth0 192.0.2.1 ------- 192.0.2.2 eth0  b (strongSwan)
#                      eth1 198.51.100.1 - 198.51.100.2 eth0  c (the same,
#                                         without signature authentication)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan_cert_algs
. "$(dirname "$0")/pki_lib.sh"
net_ns a b c
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 c eth0 198.51.100.2/24

pki_root one
pki_root two
pki_key mid p256
pki_out=mid1 pki_cert mid one /O=Test/CN=mid "$pki_ca" "$pki_use"
pki_out=mid2 pki_cert mid two /O=Test/CN=mid "$pki_ca" "$pki_use"
cp "$pki/mid2.crt" "$pki/mid.crt"
pki_key nc p256
pki_cert nc one /O=Test/CN=nc "$pki_ca" "$pki_use" \
    'nameConstraints = critical,permitted;DNS:allowed.example'
# pair N KEY CA: an is ours, bn the peer's.
pair() {
	pki_key a$1 $2
	pki_key b$1 $2
	pki_cert a$1 ${4:-$3} /O=Test/CN=a$1 "subjectAltName = DNS:a$1.example"
	pki_cert b$1 $3 /O=Test/CN=b$1 "subjectAltName = DNS:b$1.example"
}
pair 1 ed448 one
pair 2 p384 one
pair 3 p521 one
pair 4 rsa one
for i in 5 6; do
	for w in a b; do
		cp "$pki/${w}4.key" "$pki/$w$i.key"
		pki_cert $w$i one /O=Test/CN=$w$i "subjectAltName = DNS:$w$i.example"
	done
done
# One intermediate under two roots: we show both ways, each peer one.
pair 7 p256 mid
pair 12 p256 mid
for i in 7 12; do
	cat "$pki/mid1.crt" "$pki/mid2.crt" >>"$pki/a$i.crt"
done
for i in 8 9 10 11; do
	n=$((i == 8 ? 4 : i == 9 ? 7 : i == 10 ? 2 : 3))
	for w in a b; do
		cp "$pki/$w$n.key" "$pki/$w$i.key"
		pki_cert $w$i one /O=Test/CN=$w$i "subjectAltName = DNS:$w$i.example"
	done
done
for i in 21 22 23; do
	cp "$pki/b7.key" "$pki/b$i.key"
done
pki_cert b21 one /O=Test/CN=b21 'subjectAltName = DNS:b21.example'
pki_cert b22 nc /O=Test/CN=b22 'subjectAltName = DNS:b22.example'
# What is weak: its CA signed with SHA-1; its key is RSA of 1024 bits.
cp "$pki/b7.key" "$pki/b24.key"
pki_md=-sha1 pki_cert b24 one /O=Test/CN=b24 'subjectAltName = DNS:b24.example'
openssl genpkey -out "$pki/b25.key" -algorithm RSA \
    -pkeyopt rsa_keygen_bits:1024 2>/dev/null
pki_cert b25 one /O=Test/CN=b25 'subjectAltName = DNS:b25.example'
pki_cert b23 one /O=Test/CN=b23 'subjectAltName = DNS:b23.example'
# Its signature's last octet is another.
openssl x509 -in "$pki/b23.crt" -outform DER -out "$pki/der"
size=$(wc -c <"$pki/der")
last=$(tail -c 1 "$pki/der" | od -An -tu1)
{
	head -c $((size - 1)) "$pki/der"
	printf "\\$(printf %03o $((last ^ 1)))"
} >"$pki/b23.crt"

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
cp "$pki/one.crt" "$etc/ca/one"
cp "$pki/two.crt" "$etc/ca/two"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	cp "$pki/a$i.crt" "$etc/certs/a$i"
	install -m 600 "$pki/a$i.key" "$etc/private/a$i"
done
net_of() { [ $1 = b ] && echo 192.0.2 || echo 198.51.100; }
ours() {	# N PEER CERT REMOTE-AUTH [MORE]
	net_addr a lo 10.1.$1.1/32
	net_addr $2 lo 10.2.$1.1/32
	_n=$(net_of $2)
	cat <<EOT
  t$1:
    local: { address: $_n.1, auth: { cert: $3 } }
    remote: { address: $_n.2, id: b$1.example, auth: { $4 } }
    start: answer
    role: both
    children: { net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24 } }
EOT
	[ -z "${5-}" ] || echo "    $5"
}
{
	echo 'tunnels:'
	ours 1 b a1 'ca: one, signatures: [ed448]'
	ours 2 b a2 'ca: one, signatures: [ecdsa]'
	ours 3 b a3 'ca: one'
	for i in 4 5 6; do
		ours $i b a$i 'ca: one, signatures: [rsa-pss]'
	done
	ours 7 b a7 'ca: one'
	ours 12 c a12 'ca: two'
	ours 8 c a8 'ca: one' 'policy: { allow-weak: [sha1] }'
	for i in 9 10 11; do
		ours $i c a$i 'ca: one, signatures: [ecdsa]'
	done
	ours 21 b a1 'ca: two'
	ours 22 b a1 'ca: one'
	for i in 23 24 25; do
		ours $i b a1 'ca: one'
	done
} >"$etc/ikd.yaml"
t_ok "check accepts them" suite_ctl gw check

theirs() {	# N PEER LOCAL-AUTH [OUR-NAME]
	_n=$(net_of $2)
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = $_n.2
		remote_addrs = $_n.1
		proposals = aes128-sha256-x25519
		local {
			auth = $3
			certs = b$1.crt
			id = b$1.example
		}
		remote {
			auth = pubkey
			id = ${4:-a$1}.example
		}
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
# with NAME N...: its files.
with() {
	_w=$1
	shift
	cp "$pki/one.crt" "$pki/two.crt" "$LIB/$_w/swan/x509ca/"
	cp "$pki/$mid.crt" "$pki/nc.crt" "$LIB/$_w/swan/x509/"
	for i; do
		cp "$pki/b$i.crt" "$LIB/$_w/swan/x509/"
		cp "$pki/b$i.key" "$LIB/$_w/swan/private/"
	done
}
swan_start b peer
mid=mid1 with peer 1 2 3 4 5 6 7 21 22 23 24 25
{
	echo 'connections {'
	for i in 1 2 3 7; do
		theirs $i b pubkey
	done
	theirs 4 b ike:rsa/pss-sha256
	theirs 5 b ike:rsa/pss-sha384
	theirs 6 b ike:rsa/pss-sha512
	for i in 21 22 23 24 25; do
		theirs $i b pubkey a1
	done
	echo '}'
} >"$LIB/b.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/b.conf" || lib_end
SWAN_EXTRA='signature_authentication = no' swan_start c old
mid=mid2 with old 8 9 10 11 12
{
	echo 'connections {'
	for i in 8 9 10 11 12; do
		theirs $i c pubkey
	done
	echo '}'
} >"$LIB/c.conf"
t_ok "the old one does" swan_load old <"$LIB/c.conf"
t_ok "the suite starts" suite_start gw || lib_end
kinds="Ed448 ECDSA-384 ECDSA-521 PSS-SHA-256 PSS-SHA-384 PSS-SHA-512 cross-signed-one method-1 method-9 method-10 method-11 cross-signed-two"
peer_of() { [ $1 -lt 8 ] && echo peer || echo old; }
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	kind=$(echo $kinds | cut -d' ' -f$i)
	t_ok "$kind: we initiate" suite_ctl gw activate t$i --timeout 20
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
	t_ok "$kind: removed" suite_ctl gw remove t$i
done
t_ok "the suite stops" suite_stop gw
t_ok "and starts" suite_start gw
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	kind=$(echo $kinds | cut -d' ' -f$i)
	t_ok "$kind: strongSwan initiates" swan "$(peer_of $i)" --initiate --child net$i --timeout 20
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
done
for h in 256 384 512; do
	t_ok "PSS with SHA-$h it was" grep -q "RSA_EMSA_PSS.*SHA2_$h" "$LIB/peer/log"
done

told() { tail -n "+$(($(cat "$LIB/before") + 1))" "$(suite_log gw)" | grep -q "$1"; }
refused() {	# N REASON
	mark
	swan peer --initiate --child "net$1" --timeout 10 && return 1
	wait_until 15 told "$2"
}
refuses() {	# N REASON: we initiate
	suite_ctl gw activate t$1 --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "tunnel t$1: .*$2" "$LIB/out"
}
both() {	# WHAT N REASON
	t_ok "$1" refused "$2" "it failed: tunnel t$2: .*$3"
	t_ok "$1: we initiate" refuses "$2" "$3"
}
both "another tunnel's CA" 21 'CN=b21.*CAs that this tunnel trusts'
both "a name that its CA may not give" 22 'CN=b22.*nameConstraints'
both "a broken signature on the certificate" 23 'CN=b23.*its signature is broken'
both "a certificate signed with SHA-1" 24 'CN=b24.*weak hash .allow-weak: sha1'
both "RSA of 1024 bits" 25 'allow-weak: rsa1024'
t_ok "those that stand go on" pings a 10.1.1.1 10.2.1.1
t_ok "the suite stops" suite_stop gw
lib_end
