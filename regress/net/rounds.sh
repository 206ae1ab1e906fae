#!/bin/sh
# Several rounds of authentication (RFC 4739) with strongSwan, both roles:
# certificate and pre-shared key mixed, two of one side and one of the other;
# a wrong second round, one that is missing, one too many, two in the wrong
# order; a tunnel that only the second round tells from another; and a
# certificate of the second round that is revoked while the tunnel is up.
#
#    10.1.0.0/16 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/pki_lib.sh"
lib_begin rounds
net_ns a b
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24

# Hosts' certificates are of one, users' of two: names are NAME.example.
pki_root one
pki_root two
end() {	# NAME CA
	pki_key "$1" p256
	pki_cert "$1" "$2" "/O=Test/CN=$1" "subjectAltName = DNS:$1.example"
}
end ah one
end au two
end bh one
end bu two
end bx two

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/crls" "$etc/private"
cp "$pki/one.crt" "$etc/ca/one"
cp "$pki/two.crt" "$etc/ca/two"
for i in ah au; do
	cp "$pki/$i.crt" "$etc/certs/$i"
	install -m 600 "$pki/$i.key" "$etc/private/$i"
done
echo 'not a secret: a test' | suite_psk gw t
echo 'not a secret: another test' | suite_psk gw wrong

# ours N OUR-ID PEER-ID OUR-AUTH THEIR-AUTH
ours() {
	net_addr a lo "10.1.$1.1/32"
	net_addr b lo "10.2.$1.1/32"
	cat <<EOT
  t$1:
    local: { address: 192.0.2.1, id: $2.example, auth: [ $4 ] }
    remote: { address: 192.0.2.2, id: $3.example, auth: [ $5 ] }
    start: answer
    role: both
    policy: { proposals: [aes128-sha256-x25519] }
    children: { net: { local: 10.1.$1.0/24, remote: 10.2.$1.0/24 } }
EOT
}
{
	echo 'tunnels:'
	# a host's certificate and a pre-shared key, both sides
	ours 1 ah bh '{ cert: ah }, { psk: t, id: a1.example }' \
	    '{ ca: one }, { psk: t, id: b1.example }'
	# the peer alone has a second round, a user's certificate
	ours 2 ah b2.x '{ psk: t }' '{ psk: t }, { ca: two, id: bu.example }'
	# we alone have one; strongSwan, with a pre-shared key of its own, wants
	# all of ours at once
	ours 3 a3.x bh '{ psk: t }, { cert: au, id: au.example }' '{ ca: one }'
	# the same as 2, and only the user tells it from 2
	ours 4 ah b2.x '{ psk: t }' '{ psk: t }, { ca: two, id: bx.example }'
	# refused: another key in the second round, one too few, one too many,
	# the wrong order
	ours 5 ah b5.x '{ cert: ah }' '{ psk: t }, { ca: one, id: bu.example }'
	ours 6 ah b6.x '{ psk: t }' '{ psk: t }, { ca: two, id: bu.example }'
	ours 7 ah b7.x '{ psk: t }' '{ psk: t }'
	ours 8 ah b8.x '{ psk: t }' '{ psk: t }, { ca: two, id: bu.example }'
} >"$etc/ikd.yaml"
t_ok "check accepts them" suite_ctl gw check

# theirs N THEIR-ROUNDS OUR-ROUNDS, a round by a function below
theirs() {
	cat <<EOT
	t$1 {
		version = 2
		$SWAN_AT
		proposals = aes128-sha256-x25519
		$2
		$3
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
psk() {	# local|remote ROUND ID
	echo "$1-$2 { auth = psk
		round = $2
		id = $3.example }"
}
crt() {
	[ "$1" = local ] && _c="certs = $3.crt" || _c=
	echo "$1-$2 { auth = pubkey
		round = $2
		id = $3.example
		$_c }"
}
swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$pki/two.crt" "$swan/x509ca/"
for i in bh bu bx; do
	cp "$pki/$i.crt" "$swan/x509/"
	cp "$pki/$i.key" "$swan/private/"
done
swan_file \
    "$(theirs 1 "$(crt local 1 bh; psk local 2 b1)" \
	"$(crt remote 1 ah; psk remote 2 a1)")" \
    "$(theirs 2 "$(psk local 1 b2.x; crt local 2 bu)" "$(psk remote 1 ah)")" \
    "$(theirs 3 "$(crt local 1 bh)" "$(psk remote 1 a3.x; crt remote 2 au)")" \
    "$(theirs 4 "$(psk local 1 b2.x; crt local 2 bx)" "$(psk remote 1 ah)")" \
    "$(theirs 5 "$(psk local 1 b5.x; crt local 2 bu)" "$(crt remote 1 ah)")" \
    "$(theirs 6 "$(psk local 1 b6.x)" "$(psk remote 1 ah)")" \
    "$(theirs 7 "$(psk local 1 b7.x; crt local 2 bu)" "$(psk remote 1 ah)")" \
    "$(theirs 8 "$(crt local 1 bu; psk local 2 b8.x)" "$(psk remote 1 ah)")" \
    >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw

carries() { wait_until 15 pings a "10.1.$1.1" "10.2.$1.1"; }
for i in 1 2 3 4; do
	t_ok "$i: strongSwan initiates" up $i
	t_ok "$i: traffic" carries $i
	[ $i = 1 ] && suite_ctl gw list -v t1 | tr -s ' ' >"$LIB/shown"
	t_ok "$i: and ends it" down $i
done
# list -v shows the round, and who the peer was in it
t_ok "list -v shows the second round" grep -q \
    '^Auth Round 2 Pre-shared Key, the peer by Pre-shared Key, it is .*b1.example' \
    "$LIB/shown"
for i in 1 2 3; do
	t_ok "$i: we initiate" suite_ctl gw activate t$i --timeout 20
	t_ok "$i: traffic" carries $i
	t_ok "$i: removed" suite_ctl gw remove --once t$i
done

# refused N REASON: strongSwan tries, and our log says why not.
refused() {
	mark
	up "$1" && return 1
	wait_until 15 told "$2"
}
# refuses N REASON: we try, and activate says why not; nothing is left.
refuses() {
	suite_ctl gw activate "t$1" --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "$2" "$LIB/out"
}
t_ok "a second round by another authority" refused 5 'round 2: .*CN=bu'
t_ok "likewise, we initiate" refuses 5 'round 2: .*CN=bu'
t_ok "one that is missing" refused 6 \
    'tunnel t6 expects 2 authentications of the peer, and it ends after 1'
t_ok "likewise, we initiate" refuses 6 \
    'tunnel t6 expects 2 authentications of the peer, and it ends after 1'
t_ok "one too many" refused 7 \
    'tunnel t7 expects 1 authentication of the peer, and it goes on after 1'
t_ok "likewise, we initiate" refuses 7 \
    'tunnel t7 expects 1 authentication of the peer, and it goes on after 1'
t_ok "the wrong order" refused 8 'it failed: '
t_ok "likewise, we initiate" refuses 8 AUTHENTICATION_FAILED
none() { [ "$(suite_ctl gw show sa --json | grep -c '"spi_i"')" = 0 ]; }
t_ok "nothing is established by any of them" wait_until 15 none
explains() {
	suite_ctl gw explain t6 | tr '\n' ' ' | grep -q 'it ends after 1'
}
t_ok "explain says it" explains

# The user's certificate is revoked while the tunnel is up.
t_ok "2: up once more" up 2
serial=$(openssl x509 -in "$pki/bu.crt" -noout -serial | cut -d= -f2)
printf 'R\t%s\t%s\t%s\tunknown\t/O=Test/CN=bu\n' \
    "$(date -u -d '10 days' +%y%m%d%H%M%SZ)" \
    "$(date -u -d '-1 hour' +%y%m%d%H%M%SZ)" "$serial" >"$pki/index"
printf '%s\n' '[ca]' 'default_ca = d' '[d]' "database = $pki/index" \
    "crlnumber = $pki/crlnumber" 'default_md = sha256' >"$pki/crl.cnf"
echo 01 >"$pki/crlnumber"
openssl ca -config "$pki/crl.cnf" -gencrl -crldays 10 -cert "$pki/two.crt" \
    -keyfile "$pki/two.key" -out "$etc/crls/two" 2>/dev/null
mark
t_ok "its second round's certificate is revoked" suite_ctl gw reload
t_ok "and the session ends" wait_until 20 none
t_ok "with the reason" told 'session ended: .*CN=bu.*revoked'
t_ok "and does not come again" refused 2 'round 2: .*CN=bu.*revoked'
t_ok "the suite stops" suite_stop gw
lib_end
