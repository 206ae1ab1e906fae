#!/bin/sh
# A certificate that the policy names (remote.auth: { cert: X }) needs no
# authority: self-signed ones by ikectl at both ends, exchanged as files, both
# roles, ours with ours and with strongSwan; one of a CA that nobody here
# knows; and what is refused all the same: another one, one that has ended,
# one that an authority of ours has revoked.
#
#    b (ours) 192.0.2.2 ---- 192.0.2.1  a  198.51.100.1 ---- 198.51.100.2  c
#    10.2.0.0/16 lo                10.1.0.0/16 lo	 (strongSwan) 10.3.0.0/16 lo
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin pinned
. "$(dirname "$0")/pki_lib.sh"
net_ns a b c
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 c eth0 198.51.100.2/24
for i in 1 2 3 4 5 6 7 8 9; do
	net_addr a lo 10.1.$i.1/32
	net_addr b lo 10.2.$i.1/32
	net_addr c lo 10.3.$i.1/32
done
suite_new gw a
suite_new far b
etc=$(suite_etc gw)
fetc=$(suite_etc far)
mkdir "$etc/crls"

# ---- certificates ----

for n in gw:a far:b; do
	t_ok "${n%:*} makes its own" suite_ctl ${n%:*} cert self-sign own \
	    --dns ${n#*:}.example
	t_ok "and gives it away" suite_ctl ${n%:*} cert export own \
	    -o "$LIB/${n%:*}.pem"
done
t_ok "each takes the other's" suite_ctl gw cert import far "$LIB/far.pem"
t_ok "as a peer's" suite_ctl far cert import gw "$LIB/gw.pem"
t_not "no authority is there" sh -c "ls '$etc/ca' '$fetc/ca' | grep -v :"
# Of the same name as far's, but not far's.
t_ok "one that is another" suite_ctl far cert self-sign other --dns b.example
# It has ended: the service would not make it.
pki_key old p256
openssl req -new -key "$pki/old.key" -subj /CN=old -out "$pki/old.csr" 2>/dev/null
: >"$pki/index"
printf '%s\n' '[ca]' 'default_ca = d' '[d]' "database = $pki/index" \
    "new_certs_dir = $pki" 'default_md = sha256' 'policy = p' \
    'rand_serial = yes' '[p]' 'CN = supplied' >"$pki/ca.cnf"
echo 'subjectAltName = DNS:old.example' >"$pki/ext"
openssl ca -batch -config "$pki/ca.cnf" -selfsign -in "$pki/old.csr" \
    -keyfile "$pki/old.key" -extfile "$pki/ext" -notext -out "$pki/old.crt" \
    -startdate "$(date -u -d '-20 days' +%Y%m%d%H%M%SZ)" \
    -enddate "$(date -u -d '-10 days' +%Y%m%d%H%M%SZ)" 2>/dev/null
cp "$pki/old.crt" "$fetc/certs/old"
install -m 600 "$pki/old.key" "$fetc/private/old"
cp "$pki/old.crt" "$etc/certs/old"
# strongSwan's: self-signed, and by a CA that gw does not know.
pki_key c4 p256
openssl req -x509 -new -key "$pki/c4.key" -subj /CN=c4 -days 30 \
    -addext 'subjectAltName = DNS:c4.example' -out "$pki/c4.crt" 2>/dev/null
pki_root strange
pki_key c5 p256
pki_cert c5 strange /O=Test/CN=c5 'subjectAltName = DNS:c5.example'
# By one that gw comes to know: far's sixth, through an intermediate.
pki_root known
pki_key mid p256
pki_cert mid known /O=Test/CN=mid "$pki_ca" "$pki_use"
pki_key b6 p256
pki_cert b6 mid /O=Test/CN=b6 'subjectAltName = DNS:b6.example'
crl_of() {	# CA [SERIAL]: NAME.crl, with this one revoked
	: >"$pki/crl.index"
	[ -z "${2-}" ] || printf 'R\t%s\t%s\t%s\tunknown\t/CN=x\n' \
	    "$(date -u -d '10 days' +%y%m%d%H%M%SZ)" \
	    "$(date -u -d '-1 hour' +%y%m%d%H%M%SZ)" "$2" >"$pki/crl.index"
	printf '%s\n' '[ca]' 'default_ca = d' '[d]' \
	    "database = $pki/crl.index" 'default_md = sha256' >"$pki/crl.cnf"
	openssl ca -config "$pki/crl.cnf" -gencrl -crldays 10 -cert "$pki/$1.crt" \
	    -keyfile "$pki/$1.key" -out "$pki/$1.crl" 2>/dev/null
}
cp "$pki/c4.crt" "$etc/certs/c4"
cp "$pki/c5.crt" "$etc/certs/c5"
cat "$pki/b6.crt" "$pki/mid.crt" >"$etc/certs/b6"
cp "$pki/b6.crt" "$fetc/certs/b6"
install -m 600 "$pki/b6.key" "$fetc/private/b6"

# ---- tunnels ----

tunnel() {	# SIDE(1 2) N OUR-CERT PEER-NET PEER-ADDR PEER-ID WHAT-OF-THE-PEER
	_our=192.0.2.$1
	case $5 in 198.*) _our=198.51.100.1 ;; esac
	cat <<EOT
  t$2:
    local: { address: $_our, auth: { cert: $3 } }
    remote: { address: $5, id: $6, auth: { $7 } }
    start: answer
    role: both
    children: { net: { local: 10.$1.$2.0/24, remote: 10.$4.$2.0/24 } }
EOT
}
policy() {
	echo 'tunnels:'
	tunnel 1 1 own 2 192.0.2.2 b.example "cert: far"
	tunnel 1 2 own 2 192.0.2.2 other.b.example 'cert: far'
	tunnel 1 3 own 2 192.0.2.2 old.example 'cert: old'
	tunnel 1 4 own 3 198.51.100.2 c4.example 'cert: c4'
	tunnel 1 5 own 3 198.51.100.2 c5.example 'cert: c5'
	tunnel 1 6 own 2 192.0.2.2 b6.example 'cert: b6'
}
policy >"$etc/ikd.yaml"
{
	echo 'tunnels:'
	tunnel 2 1 own 1 192.0.2.1 a.example 'cert: gw'
	tunnel 2 2 other2 1 192.0.2.1 a.example 'cert: gw'
	tunnel 2 3 old 1 192.0.2.1 a.example 'cert: gw'
	tunnel 2 6 b6 1 192.0.2.1 a.example 'cert: gw'
} >"$fetc/ikd.yaml"
t_ok "another key's certificate of the ID" suite_ctl far cert self-sign other2 \
    --dns other.b.example
t_ok "check accepts ours" suite_ctl gw check
t_ok "and far's" suite_ctl far check

theirs() {	# N
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = 198.51.100.2
		remote_addrs = 198.51.100.1
		proposals = aes128-sha256-x25519
		local { id = c$1.example
			auth = pubkey
			certs = c$1.crt }
		remote { id = a.example
			auth = pubkey
			certs = gw.crt }
		children { net$1 {
			local_ts = 10.3.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
swan_start c peer
swan=$LIB/peer/swan
cp "$LIB/gw.pem" "$swan/x509/gw.crt"
for i in 4 5; do
	cp "$pki/c$i.crt" "$swan/x509/"
	cp "$pki/c$i.key" "$swan/private/"
done
{
	echo 'connections {'
	theirs 4
	theirs 5
	echo '}'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw || lib_end
t_ok "the other starts" suite_start far || lib_end

# ---- they are believed ----

passes() { wait_until 15 pings a 10.1.$1.1 "10.$2.$1.1"; }
proof() {	# SUITE TUNNEL TEXT
	suite_ctl "$1" list -v "$2" | tr -s ' ' >"$LIB/list"
	cat "$LIB/list"
	grep -q "^Peer Proof $3\$" "$LIB/list"
}
down_at() { suite_ctl "$1" wait "$2" --until down --timeout 20; }
one_cert='the one that cert names'
t_ok "self-signed: we initiate" suite_ctl gw activate t1 --timeout 20
t_ok "traffic" passes 1 2
t_ok "list -v says why it is believed, and nothing of revocation" \
    proof gw t1 "certificate \"CN=own\", $one_cert"
t_ok "there, too" proof far t1 "certificate \"CN=own\", $one_cert"
t_ok "removed" suite_ctl gw remove --once t1
t_ok "there, too" down_at far t1
t_ok "self-signed: the other initiates" suite_ctl far activate t1 --timeout 20
t_ok "traffic" passes 1 2
for i in 4 5; do
	[ $i = 4 ] && k=self-signed || k="of a strange CA"
	t_ok "strongSwan, $k: we initiate" suite_ctl gw activate t$i --timeout 20
	t_ok "traffic" passes $i 3
	t_ok "removed" suite_ctl gw remove --once t$i
	t_ok "strongSwan, $k: it initiates" \
	    swan peer --initiate --child net$i --timeout 20
	t_ok "traffic" passes $i 3
done
t_ok "by which certificate" proof gw t5 "certificate \"O=Test, CN=c5\", $one_cert"

# ---- and what is not ----

# refused SUITE N REASON: activate there fails, and here is why
refused() {
	mark
	suite_ctl far activate "t$1" --timeout 10 && return 1
	wait_until 15 told "tunnel t$1: .*$2"
}
refuses() {
	suite_ctl gw activate "t$1" --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "tunnel t$1: .*$2" "$LIB/out"
}
both() {	# WHAT N REASON
	t_ok "$1: the other initiates" refused "$2" "$3"
	t_ok "$1: we initiate" refuses "$2" "$3"
}
both "another certificate" 2 'CN=other2.*the policy names another certificate'
both "one that has ended" 3 'CN=old.*expired since'
# Nothing leads to an authority of ours yet.
t_ok "of a strange CA with an intermediate" suite_ctl far activate t6 --timeout 20
t_ok "removed" suite_ctl far remove --once t6
t_ok "here, too" down_at gw t6

# The authority is known: its path is verified, and its word counts, also
# where the peer does not send what lies between.
t_ok "the authority comes" suite_ctl gw ca import known "$pki/known.crt"
crl_of known
cp "$pki/known.crl" "$etc/crls/one"
t_ok "reload" suite_ctl gw reload
t_ok "by its authority" suite_ctl far activate t6 --timeout 20
t_ok "which is said" proof gw t6 'certificate "O=Test, CN=b6", CA known, revocation unknown'
t_ok "removed" suite_ctl far remove --once t6
crl_of known "$(openssl x509 -in "$pki/mid.crt" -noout -serial | cut -d= -f2)"
cp "$pki/known.crl" "$etc/crls/one"
t_ok "reload" suite_ctl gw reload
both "revoked by it" 6 'CN=mid.*revoked since'
t_ok "those that stand go on" passes 1 2

# An authority that is named has to have issued it.
reloads() {
	suite_ctl gw reload >"$LIB/out" 2>&1 || { cat "$LIB/out"; return 1; }
}
not_taken() {	# TEXT
	! reloads && cat "$LIB/out" && grep -q "$1" "$LIB/out"
}
policy | sed 's/cert: c5/cert: c5, ca: known/' >"$etc/ikd.yaml"
t_ok "an authority beside it: reload" reloads
swan_fails() {
	mark
	swan peer --terminate --ike t5 --timeout 10
	swan peer --initiate --child net5 --timeout 10 && return 1
	wait_until 15 told 'tunnel t5: .*CN=strange.* is not known'
}
t_ok "has to have issued it" swan_fails
# Nothing could ever answer.
policy | sed 's/cert: far/cert: far, revocation: strict/' >"$etc/ikd.yaml"
t_ok "strict, where nobody can answer" not_taken \
    'tunnel t1: revocation: strict, but no authority of ca/ issued certs/far'
policy | sed 's/cert: b6/cert: b6, revocation: strict/' >"$etc/ikd.yaml"
t_ok "strict, where its authority is there" reloads
rm "$etc/ca/known" "$etc/crls/one"
t_ok "check says it where ca/ is empty" sh -c "! $BUILD/bin/ikectl -f '$etc' \
    check >'$LIB/out' 2>&1 && grep 'strict.*there is no authority' '$LIB/out'"
t_ok "those that stand go on" passes 1 2
t_ok "the suite stops" suite_stop gw
t_ok "the other stops" suite_stop far
lib_end
