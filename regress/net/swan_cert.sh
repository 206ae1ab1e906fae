#!/bin/sh
# Certificates against strongSwan, both roles: each type of key, several CAs
# and an intermediate, a pre-shared key on one side and a certificate on the
# other, raw public keys; and each refusal with its reason.
#
#    10.1.0.0/16 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan_cert
net_ns a b
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24

pki=$LIB/pki
mkdir "$pki"
# key NAME TYPE...: a private key by openssl genpkey's words.
key() {
	_k=$1
	shift
	openssl genpkey -out "$pki/$_k.key" "$@" 2>/dev/null
}
ec() { key "$1" -algorithm EC -pkeyopt "ec_paramgen_curve:$2"; }
# root NAME: a self-signed CA.
root() {
	ec "$1" P-256
	openssl req -x509 -new -key "$pki/$1.key" -subj "/O=Test/CN=$1" \
	    -days 30 -out "$pki/$1.crt" 2>/dev/null
}
# cert NAME CA [DAYS-FROM DAYS-TO EXTENSION...]: signed by the CA.
serial=1
cert() {
	_c=$1 _ca=$2 _from=${3:--1} _to=${4:-30}
	serial=$((serial + 1))
	{
		echo "subjectAltName = DNS:$_c.example"
		[ -z "${5-}" ] || printf '%s\n' "$5"
	} >"$pki/ext"
	openssl req -new -key "$pki/$_c.key" -subj "/O=Test/CN=$_c" \
	    -out "$pki/$_c.csr" 2>/dev/null
	openssl x509 -req -in "$pki/$_c.csr" -CA "$pki/$_ca.crt" \
	    -CAkey "$pki/$_ca.key" -set_serial $serial -extfile "$pki/ext" \
	    -days 30 -out "$pki/$_c.crt" 2>/dev/null
	[ "$_from,$_to" = -1,30 ] && return
	# openssl x509 knows no other times: its ca does.
	: >"$pki/index.$_c"
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = %s\nserial = %s\n' \
	    "$pki/index.$_c" "$pki/serial" >"$pki/ca.cnf"
	printf '%s\n' "new_certs_dir = $pki" 'default_md = sha256' \
	    'policy = p' '[p]' 'O = supplied' 'CN = supplied' >>"$pki/ca.cnf"
	printf '%02x\n' $serial >"$pki/serial"
	openssl ca -batch -config "$pki/ca.cnf" -in "$pki/$_c.csr" \
	    -cert "$pki/$_ca.crt" -keyfile "$pki/$_ca.key" \
	    -extfile "$pki/ext" -out "$pki/$_c.crt" -notext \
	    -startdate "$(date -u -d "$_from days" +%Y%m%d%H%M%SZ)" \
	    -enddate "$(date -u -d "$_to days" +%Y%m%d%H%M%SZ)" 2>/dev/null
}
root one
root two
root other
ec mid P-256
cert mid two -1 30 'basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign'

# A pair of ends for each: an is ours, bn strongSwan's.
key a1 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key b1 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
ec a2 P-384
ec b2 P-521
key a3 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key b3 -algorithm RSA -pkeyopt rsa_keygen_bits:3072
key a4 -algorithm ED25519
key b4 -algorithm ED25519
ec a5 P-256
ec b5 P-256
ec a6 P-256
ec b7 P-256
ec a8 P-256
ec b8 P-256
for i in 1 2 3 4 6; do
	cert a$i one
done
for i in 1 2 3 4 7; do
	cert b$i one
done
cert a5 mid
cert b5 mid
b5=$serial
cat "$pki/mid.crt" >>"$pki/a5.crt"
for i in 8 9; do
	openssl pkey -in "$pki/a8.key" -pubout -out "$pki/a$i.pub"
	openssl pkey -in "$pki/b8.key" -pubout -out "$pki/b$i.pub"
done
# What is refused: b11 and on.
for i in 11 12 13 14 15 16; do
	ec b$i P-256
done
cert b11 other
cert b12 one -20 -10
cert b13 one 10 20
cert b14 one -1 30 'keyUsage = critical,keyEncipherment'
cp "$pki/b1.crt" "$pki/b15.crt"		# another's name and key
cp "$pki/b1.key" "$pki/b15.key"
cert b16 one
# crl CA NAME SERIAL: its certificate NAME is revoked.
echo 01 >"$pki/crlnumber"
crl() {
	printf 'R\t%s\t%s\t%02X\tunknown\t/O=Test/CN=%s\n' \
	    "$(date -u -d '10 days' +%y%m%d%H%M%SZ)" \
	    "$(date -u -d '-1 hour' +%y%m%d%H%M%SZ)" "$3" "$2" >"$pki/index"
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = %s\n' \
	    "$pki/index" >"$pki/crl.cnf"
	printf '%s\n' "crlnumber = $pki/crlnumber" 'default_md = sha256' \
	    >>"$pki/crl.cnf"
	openssl ca -config "$pki/crl.cnf" -gencrl -crldays 10 \
	    -cert "$pki/$1.crt" -keyfile "$pki/$1.key" -out "$pki/$1.crl" \
	    2>/dev/null
}
crl one b16 $serial
crl mid b5 $b5
openssl verify -CAfile "$pki/one.crt" "$pki/b16.crt" >/dev/null ||
    t_note "the test's own certificates are broken"

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/crls" "$etc/pubkeys" "$etc/private"
cp "$pki/one.crt" "$etc/ca/one"
cp "$pki/two.crt" "$etc/ca/two"
cp "$pki/one.crl" "$etc/crls/one"
for i in 1 2 3 4 5 6 8; do
	[ $i = 8 ] || cp "$pki/a$i.crt" "$etc/certs/a$i"
	install -m 600 "$pki/a$i.key" "$etc/private/a$i"
done
cp "$pki/b8.pub" "$etc/pubkeys/b8"
echo 'not a secret: a test' | suite_psk gw t

ours() {	# N LOCAL-AUTH REMOTE-AUTH
	net_addr a lo 10.1.$1.1/32
	net_addr b lo 10.2.$1.1/32
	cat <<EOT
  t$1:
    local: { address: 192.0.2.1, id: a$1.example, auth: { $2 } }
    remote: { address: 192.0.2.2, id: b$1.example, auth: { $3 } }
    start: answer
    role: both
    children: { net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24 } }
EOT
}
{
	echo 'tunnels:'
	ours 1 'cert: a1' 'ca: one'
	ours 2 'cert: a2' 'ca: [two, one]'
	ours 3 'cert: a3' 'ca: one, signatures: [rsa-pss, rsa]'
	ours 4 'cert: a4' 'revocation: soft'
	ours 5 'cert: a5' 'ca: two'
	ours 6 'cert: a6' 'psk: t'
	ours 7 'psk: t' 'ca: one'
	ours 8 'key: a8' 'pubkey: b8'
	for i in 11 12 13 14 15 16; do
		ours $i 'cert: a1' 'ca: one'
	done
} | sed '/t1[1-6]:/,$s/id: a1[1-6].example/id: a1.example/' >"$etc/ikd.yaml"
t_ok "check accepts them" suite_ctl gw check

theirs() {	# N LOCAL REMOTE
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		proposals = aes128-sha256-x25519
		local { id = b$1.example
			$2 }
		remote { id = a${4:-$1}.example
			$3 }
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
pub() { echo "auth = pubkey
			$1"; }
swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$pki/two.crt" "$pki/other.crt" "$swan/x509ca/"
cp "$pki/mid.crt" "$swan/x509ca/"
for i in 1 2 3 4 5 7 11 12 13 14 15 16; do
	cp "$pki/b$i.crt" "$swan/x509/"
	cp "$pki/b$i.key" "$swan/private/"
done
cp "$pki/b8.key" "$swan/private/"
cp "$pki/a8.pub" "$pki/b8.pub" "$swan/pubkey/"
psk='auth = psk'
{
	echo 'connections {'
	for i in 1 2 3 4 5; do
		theirs $i "$(pub "certs = b$i.crt")" "auth = pubkey"
	done
	theirs 6 "$psk" "auth = pubkey"
	theirs 7 "$(pub 'certs = b7.crt')" "$psk"
	theirs 8 "$(pub 'pubkeys = b8.pub')" "$(pub 'pubkeys = a8.pub')"
	for i in 11 12 13 14 15 16; do
		theirs $i "$(pub "certs = b$i.crt")" "auth = pubkey" 1
	done
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
kinds="ECDSA-256 ECDSA-384/521 RSA Ed25519 intermediate mixed-psk-theirs mixed-psk-ours raw-key"
for i in 1 2 3 4 5 6 7 8; do
	kind=$(echo $kinds | cut -d' ' -f$i)
	t_ok "$kind: we initiate" suite_ctl gw activate t$i --timeout 20
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
	t_ok "$kind: removed" suite_ctl gw remove t$i
done
proved() {
	suite_ctl gw activate t5 --timeout 20 |
	    grep -q 'peer  *proved  *certificate "O=Test, CN=b5", CA two, rev'
}
t_ok "activate says by which certificate" proved
t_ok "the suite stops" suite_stop gw
t_ok "and starts" suite_start gw
for i in 1 2 3 4 5 6 7 8; do
	kind=$(echo $kinds | cut -d' ' -f$i)
	t_ok "$kind: strongSwan initiates" swan peer --initiate --child net$i --timeout 20
	t_ok "$kind: traffic" wait_until 15 pings a 10.1.$i.1 10.2.$i.1
done

says() { suite_ctl gw list -v t1 | tr -s ' ' | grep -q "^Peer Proof $1$"; }
t_ok "list -v says what proved the peer" \
    says 'certificate "O=Test, CN=b1", CA one, not revoked'

# refused N REASON: strongSwan tries, and our log says why not, in one line.
refused() {
	suite_log gw | xargs wc -l | awk '{ print $1 }' >"$LIB/before"
	swan peer --initiate --child "net$1" --timeout 10 && return 1
	wait_until 15 told "it failed: tunnel t$1: .*$2" &&
	    [ "$(since | grep -c "tunnel t$1: .*$2")" = 1 ]
}
# refuses N REASON: we try, and activate says why not; nothing is left.
refuses() {
	suite_ctl gw activate t$1 --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "tunnel t$1: .*$2" "$LIB/out" && wait_until 15 gone t$1
}
gone() { ! swan peer --list-sas --ike "$1" | grep -q ESTABLISHED; }
both() {	# WHAT N REASON
	t_ok "$1" refused "$2" "$3"
	t_ok "$1: we initiate" refuses "$2" "$3"
}
told() { since | grep -q "$1"; }
both "another CA" 11 'CN=b11.*CN=other'
both "expired" 12 'CN=b12.*expired'
both "not yet valid" 13 'CN=b13.*not valid before'
both "for another use" 14 'CN=b14.*[uU]sage'
both "another's certificate" 15 'the peer.s ID is not in its certificate'
both "revoked" 16 'CN=b16.*revoked'
t_ok "those that stand go on" pings a 10.1.1.1 10.2.1.1
# A CRL by a CA that is not ours, but under one: the peer shows it.
cp "$pki/mid.crl" "$etc/crls/mid"
t_ok "a CRL by an intermediate that the peer alone has" suite_ctl gw reload
ended() { suite_ctl gw list | grep -Eq '^5 .*(Down|Open)'; }
t_ok "it ends who is up" wait_until 15 ended
both "revoked by it" 5 'CN=b5.*revoked'
# A certificate that cannot be read: the policy is not taken.
echo junk >"$etc/certs/a1"
suite_pids gw certd >"$LIB/certd"
for i in 1 2 3 4; do
	t_not "a certificate that is none: reload $i is refused" suite_ctl gw reload
done
t_ok "for a reason that certd is not ended for" [ "$(suite_pids gw certd)" = "$(cat "$LIB/certd")" ]
t_ok "and the old policy holds" pings a 10.1.1.1 10.2.1.1
t_ok "the suite stops" suite_stop gw
lib_end
