#!/bin/sh
# Who a peer is by its certificate, against strongSwan in both roles: each
# type of ID, exact names and wildcards, KEY_ID by cert-id, our own ID by the
# certificate alone; and what does not fit, at the peer and in our own files.
#
#    10.1.0.0/16 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan_cert_ids
. "$(dirname "$0")/pki_lib.sh"
net_ns a b
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24

pki_root one
for i in 1 2 3 4 5 6 7; do
	pki_key a$i p256
	pki_key b$i p256
done
pki_cert a1 one '/O=Test/CN=a1' 'subjectAltName = IP:192.0.2.1'
pki_cert b1 one '/O=Test/CN=b1' 'subjectAltName = IP:192.0.2.2'
pki_cert a2 one '/O=Test/CN=a2' 'subjectAltName = DNS:A2.example,DNS:x.example'
pki_cert b2 one '/O=Test/CN=b2' 'subjectAltName = DNS:b2.example'
pki_cert a3 one '/O=Test/CN=a3' 'subjectAltName = email:a3@example.com'
pki_cert b3 one '/O=Test/CN=b3' 'subjectAltName = email:b3@example.com'
# No alternative name: the ID is the subject.
pki_cert a4 one '/C=DE/O=Test/OU=West+CN=a4'
pki_cert b4 one '/C=DE/O=Test/CN=b4'
pki_cert a5 one '/C=DE/O=Test Corp/CN=a5' 'subjectAltName = DNS:a5.example'
pki_cert b5 one '/C=DE/O=Partner/CN=b5' 'subjectAltName = DNS:b5.example'
pki_cert a6 one '/O=Test/CN=a6' 'subjectKeyIdentifier = hash'
pki_cert b6 one '/O=Test/CN=b6' 'subjectAltName = DNS:b6.example' \
    'subjectKeyIdentifier = hash'
pki_cert b7 one '/C=DE/O=Partners/CN=b7'
pki_cert a7 one '/O=Test/CN=a7' 'subjectAltName = DNS:a7.example'
ka=$(pki_ski a6)
kb=$(pki_ski b6)

# Its text knows no plus: octets, as they are in the certificate.
openssl x509 -in "$pki/a4.crt" -outform DER -out "$pki/der"
at=$(openssl asn1parse -inform DER -in "$pki/der" |
    sed -n 's/^ *\([0-9]*\):d=2 *hl=\([0-9]*\) *l= *\([0-9]*\) cons: SEQ.*/\1 \2 \3/p' |
    sed -n 4p)
# shellcheck disable=SC2086
set -- $at
da=$(tail -c "+$(($1 + 1))" "$pki/der" | head -c $(($2 + $3)) |
    od -An -tx1 | tr -d ' \n')
suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
cp "$pki/one.crt" "$etc/ca/one"
for i in 1 2 3 4 5 6 7; do
	cp "$pki/a$i.crt" "$etc/certs/a$i"
	install -m 600 "$pki/a$i.key" "$etc/private/a$i"
done
ours() {	# N LOCAL-ID-OR-NOTHING REMOTE-ID [MORE-OF-REMOTE-AUTH]
	net_addr a lo 10.1.$1.1/32
	net_addr b lo 10.2.$1.1/32
	_id=
	[ -z "$2" ] || _id="id: \"$2\", "
	cat <<EOT
  t$1:
    local: { address: 192.0.2.1, ${_id}auth: { cert: a$1 } }
    remote: { address: 192.0.2.2, id: "$3", auth: { ca: one${4+, $4} } }
    start: answer
    role: both
    children: { net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24 } }
EOT
}
policy() {
	echo 'tunnels:'
	ours 1 192.0.2.1 192.0.2.2
	ours 2 '' b2.example
	ours 3 a3@example.com b3@example.com
	ours 4 '' 'C=DE,O=Test, CN=b4'
	ours 5 'dn:C=DE, O=test  corp, CN=A5' 'dn:c=de, O=PARTNER, CN=*'
	ours 6 "keyid:0x$ka" "keyid:0x$kb" 'cert-id: "fqdn:*.example"'
	ours 7 '' 'dn:C=DE, O=Partner, *'
}
policy >"$etc/ikd.yaml"
t_ok "check accepts them" suite_ctl gw check

theirs() {	# N LOCAL-ID REMOTE-ID
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		proposals = aes128-sha256-x25519
		local {
			auth = pubkey
			certs = b$1.crt
			id = "$2"
		}
		remote {
			auth = pubkey
			id = "$3"
		}
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$swan/x509ca/"
for i in 1 2 3 4 5 6 7; do
	cp "$pki/b$i.crt" "$swan/x509/"
	cp "$pki/b$i.key" "$swan/private/"
done
{
	echo 'connections {'
	theirs 1 192.0.2.2 192.0.2.1
	theirs 2 b2.example a2.example
	theirs 3 b3@example.com a3@example.com
	theirs 4 'C=DE, O=Test, CN=b4' "asn1dn:#$da"
	theirs 5 'C=DE, O=Partner, CN=b5' 'C=DE, O=Test Corp, CN=*'
	theirs 6 "@#$kb" "@#$ka"
	theirs 7 'C=DE, O=Partners, CN=b7' a7.example
	echo '}'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf" || lib_end
t_ok "the suite starts" suite_start gw || lib_end
kinds="address domain-name mail-address name wildcard key-ID"
for i in 1 2 3 4 5 6; do
	kind=$(echo $kinds | cut -d' ' -f$i)
	t_ok "$kind: we initiate" suite_ctl gw activate t$i --timeout 20
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
	t_ok "$kind: removed" suite_ctl gw remove t$i
done
t_ok "the suite stops" suite_stop gw
t_ok "and starts" suite_start gw
for i in 1 2 3 4 5 6; do
	kind=$(echo $kinds | cut -d' ' -f$i)
	t_ok "$kind: strongSwan initiates" swan peer --initiate --child net$i --timeout 20
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
done
# Names are for people everywhere.
list_has() { suite_ctl gw "$@" | grep -q 'C=DE, O=Partner, CN=b5'; }
t_ok "list -v names the peer" list_has list -v t5
t_ok "show sa does" list_has show sa t5
t_ok "and with --json" list_has -j list t5
t_ok "the log does" grep -q 'dn:C=DE, O=Partner, CN=b5' "$(suite_log gw)"

# told REASON: our log says so, after the mark.
told() { tail -n "+$(($(cat "$LIB/before") + 1))" "$(suite_log gw)" | grep -q "$1"; }
refused() {	# N REASON
	mark
	swan peer --initiate --child "net$1" --timeout 10 && return 1
	wait_until 15 told "$2"
}
t_ok "a name that the wildcard does not fit" refused 7 \
    'no tunnel .*says it is dn:C=DE, O=Partners, CN=b7'
# refuses WHAT: a reload is refused with these words, and nothing changes.
refuses() {
	suite_ctl gw reload >"$LIB/reload" 2>&1 && return 1
	cat "$LIB/reload"
	for _w; do
		grep -q "$_w" "$LIB/reload" || return 1
	done
}
policy | sed 's/cert-id: "fqdn:\*.example"/cert-id: "fqdn:*.other"/' >"$etc/ikd.yaml"
t_ok "another cert-id: reload" suite_ctl gw reload
t_ok "a certificate that does not show it" refused 6 \
    'it failed: tunnel t6: the certificate does not show what cert-id asks for'
policy | sed 's/id: "a3@example.com"/id: "a4@example.com"/' >"$etc/ikd.yaml"
t_ok "an ID that our certificate has not" refuses 'local.id email:a4@example.com is not in certs/a3' 'email:a3@example.com'
policy >"$etc/ikd.yaml"
install -m 600 "$pki/a2.key" "$etc/private/a1"
t_ok "another certificate's private key" refuses 'certs/a1 and .*private/a1 do not belong together'
t_ok "those that stand go on" pings a 10.1.4.1 10.2.4.1
install -m 600 "$pki/a1.key" "$etc/private/a1"
t_ok "the right one: reload" suite_ctl gw reload
t_ok "the suite stops" suite_stop gw
# From the start: the tunnel says it instead of a peer that only refuses us.
install -m 600 "$pki/a2.key" "$etc/private/a1"
t_ok "the wrong key at a start" suite_start gw
mark
t_not "does not initiate" suite_ctl gw activate t1 --timeout 10
t_ok "and says why" told 'certs/a1 and private/a1 do not belong together'
t_ok "the others do" suite_ctl gw activate t2 --timeout 20
t_ok "the suite stops" suite_stop gw
lib_end
