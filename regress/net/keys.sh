#!/bin/sh
# The key manager: keys, certificates, authorities, from the first key to a
# CRL.  OpenSSL's own tool, and strongSwan's pki where it is, are the
# strangers who read what we write and write what we read.  No network, and
# no service but in the last part.
. "$(dirname "$0")/../lib.sh"
lib_begin keys
suite_new k -
etc=$(suite_etc k)
cd "$LIB" || exit 1
umask 077
echo 'open sesame' >pw
echo 'another one' >pw2
umask 022

# exits STATUS VERB...; what it said is in out and err.
exits() {
	_want=$1
	shift
	suite_ctl k "$@" >out 2>err </dev/null
	_got=$?
	[ "$_got" -eq "$_want" ] ||
	    { echo "status $_got"; cat out err; return 1; }
}
ok() {
	exits 0 "$@"
}
refused() {
	exits 1 "$@"
}
says() {
	grep -q -- "$1" out err || { cat out err; return 1; }
}
# mode FILE: as ls shows it
mode() {
	[ "$(stat -c %a "$1")" = "$2" ] || { stat "$1"; return 1; }
}
# field KEY VALUE of the last JSON
field() {
	_v=$(jq -r ".rows[0].$1" out)
	[ "$_v" = "$2" ] || { echo "$1 is $_v, not $2"; return 1; }
}

# ---- keys ----

for t in rsa:rsa-3072 p256:ecdsa-p256 p384:ecdsa-p384 p521:ecdsa-p521 \
    ed25519:ed25519 ed448:ed448; do
	k=k-${t%:*}
	t_ok "a key of type ${t%:*}" ok key create $k --type "${t%:*}" --json
	t_ok "it says so" field type "${t#*:}"
	t_ok "OpenSSL reads it" \
	    openssl pkey -in "$etc/private/$k" -noout -check
	t_ok "root alone may" mode "$etc/private/$k" 600
	openssl pkey -in "$etc/private/$k" -pubout -outform DER 2>/dev/null |
	    sha256sum | cut -c1-64 >sum
	t_ok "the fingerprint is SHA-256 of its public half" \
	    field 'fingerprint | gsub(":"; "") | ascii_downcase' "$(cat sum)"
done
t_ok "the directory is root's" mode "$etc/private" 700
t_ok "rsa of 2048 bits" ok key create two --type rsa --bits 2048
t_ok "rsa of 1024 bits is refused" exits 2 key create one --type rsa --bits 1024
t_ok "with the bounds" says 'from 2048 to 8192'
t_ok "a type nobody has" exits 2 key create one --type dsa
t_ok "bits of a curve" exits 2 key create one --type p256 --bits 256
t_not "and nothing was made" test -e "$etc/private/one"
cp "$etc/private/k-p256" before
t_ok "an existing key stays" refused key create k-p256
t_ok "and says how to write over it" says '--force'
t_ok "it is the same" cmp before "$etc/private/k-p256"
t_ok "unless --force" ok key create k-p256 --force
t_not "it is another" cmp -s before "$etc/private/k-p256"

for n in 42 1.2 'a/b' 'a,b' ' a' 'a ' .hidden ../out ca \
    "$(printf 'a\tb')" \
    12345678901234567890123456789012345678901234567890123456789012345a; do
	t_ok "\"$n\" is no name" refused key create "$n"
done
t_ok "nor is nothing" refused key create ''
t_ok "64 characters are one, and blanks" ok key create \
    'VPN Boston 789012345678901234567890123456789012345678901234567a' \
    --type ed25519
t_ok "a word too many: status 2" exits 2 key create a b
t_ok "an option of another verb: status 2" exits 2 key create a --days 3
t_ok "no option at all: status 2" exits 2 key create a --colour red
t_ok "no such verb: status 2" exits 2 key paint a

# Passphrases.
t_ok "a locked key" ok key create locked --passphrase-file pw
t_ok "is encrypted" grep -q 'BEGIN ENCRYPTED PRIVATE KEY' "$etc/private/locked"
t_ok "OpenSSL opens it" openssl pkey -in "$etc/private/locked" \
    -passin file:pw -noout
t_ok "we do" ok key show locked --passphrase-file pw
t_ok "not by another passphrase" refused key show locked --passphrase-file pw2
t_ok "and say so" says 'wrong passphrase'
t_ok "nor without a terminal" refused key show locked
t_ok "and say that" says 'no terminal'
cp pw open-pw
chmod 644 open-pw
t_ok "a passphrase others can read" refused key show locked \
    --passphrase-file open-pw
t_ok "is pointed out" says 'open to others'
: >empty-pw
chmod 600 empty-pw
t_ok "an empty one" refused key create e --passphrase-file empty-pw
t_ok "a file that is missing" refused key create e --passphrase-file nothing
t_not "no option takes the passphrase itself" exits 0 key create e \
    --passphrase secret

# On a terminal: it is asked for, and does not appear.
typed() {	# ANSWERS VERB...; waits for each question
	_answers=$1
	shift
	rm -f fifo typed
	mkfifo fifo
	: >typed
	script -qefc "$BUILD/bin/ikectl -f $etc -r $LIB/k/run $*" /dev/null \
	    <fifo >typed 2>&1 &
	_pid=$!
	exec 9>fifo
	_n=0
	for _a in $_answers; do
		_n=$((_n + 1))
		wait_until 20 asked $_n || break
		echo "$_a" >&9
	done
	wait $_pid
	_rc=$?
	exec 9>&-
	return $_rc
}
asked() {
	[ "$(grep -Eo '(assphrase[^:]*|again): ' typed | wc -l)" -ge "$1" ]
}
if script -qefc true /dev/null </dev/null >pty 2>&1; then
	t_ok "a passphrase typed twice" typed "hush-1 hush-1" key create typed --encrypt
	t_not "without echo" grep -q hush typed
	echo hush-1 >pw3
	chmod 600 pw3
	t_ok "it is the key's" ok key show typed --passphrase-file pw3
	t_ok "and typed once opens it" typed hush-1 key show typed
	t_ok "a wrong one does not" not typed hush-2 key show typed
	t_ok "two that differ" not typed "hush-1 hush-2" key create differ --encrypt
	t_not "make nothing" test -e "$etc/private/differ"
else
	t_skip "a passphrase typed" "no terminal can be made: $(head -1 pty)"
fi

# What others wrote: forms of private keys.
openssl genrsa -traditional -aes128 -passout file:pw 2048 >t.pem 2>/dev/null
openssl pkey -in t.pem -passin file:pw -outform DER -out t.der
openssl pkcs8 -topk8 -in t.der -inform DER -outform DER -out t8.der \
    -passout file:pw
openssl ecparam -name prime256v1 -genkey >ec.pem 2>/dev/null
t_ok "PEM of its own form, locked" ok key import t t.pem --passphrase-file pw
t_ok "stays locked" grep -q ENCRYPTED "$etc/private/t"
t_ok "by the same passphrase" ok key show t --passphrase-file pw
t_ok "unless --decrypt" ok key import t t.pem --passphrase-file pw --decrypt \
    --force
t_not "then it is open" grep -q ENCRYPTED "$etc/private/t"
t_ok "DER" ok key import td t.der
t_ok "DER of PKCS#8, locked" ok key import t8 t8.der --passphrase-file pw \
    --new-passphrase-file pw2
t_ok "with a new passphrase" ok key show t8 --passphrase-file pw2
t_ok "PEM with parameters before it" ok key import ec ec.pem
t_ok "a wrong passphrase" refused key import no t.pem --passphrase-file pw2
t_ok "no key at all" refused key import no pw
t_ok "no file" refused key import no nothing
t_ok "a directory" refused key import no .
openssl genrsa 1024 >weak.pem 2>/dev/null
openssl ecparam -name secp256k1 -genkey >k1.pem 2>/dev/null
t_ok "1024 bits" refused key import no weak.pem
t_ok "are too weak" says 'too weak'
t_ok "another curve" refused key import no k1.pem
head -c 100 t.der >cut.der
t_ok "a key cut short" refused key import no cut.der
t_not "nothing came of these" test -e "$etc/private/no"

# Public halves; what is exported comes back.
t_ok "the public half goes out" ok key export k-ed25519 -o ed.pub
t_ok "OpenSSL reads it" openssl pkey -pubin -in ed.pub -noout
t_ok "and comes in as a peer's" ok key import peer ed.pub --public
t_ok "into pubkeys/" test -s "$etc/pubkeys/peer"
t_ok "a private key is none" refused key import peer2 ec.pem --public
t_ok "the output is not overwritten" refused key export k-ed25519 -o ed.pub
t_ok "the private half goes out when asked for" ok key export k-p256 \
    --private -o p256.pem
t_ok "for us alone" mode p256.pem 600
t_ok "it is the same key" ok key import same p256.pem
t_ok "locked for the way" ok key export k-p256 --private \
    --new-passphrase-file pw -o p256l.pem
t_ok "OpenSSL opens it" openssl pkey -in p256l.pem -passin file:pw -noout
t_ok "not as a row of JSON" refused key export k-p256 --private --json

# Wrong modes and other things that are no keys.
cp "$etc/private/k-p256" "$etc/private/wide"
chmod 640 "$etc/private/wide"
t_ok "a key others can read is not used" refused key show wide
t_ok "and what to do is said" says 'mode 0640): chmod 600'
ln -s /etc/passwd "$etc/private/link"
t_ok "nor a symbolic link" refused key show link
mkdir "$etc/private/dir"
t_ok "nor a directory" refused key show dir
t_ok "the list says it of each" ok key list --json
t_ok "open to others" jq -e '.rows[] | select(.name == "wide") |
    .problem | test("chmod 600")' out
t_ok "no file" jq -e '.rows[] | select(.name == "link") |
    .problem == "not a regular file"' out
t_ok "locked" jq -e '.rows[] | select(.name == "locked") | .encrypted' out
t_ok "a peer's" jq -e '.rows[] | select(.name == "peer") |
    .half == "public" and .type == "ed25519"' out
rm -r "$etc/private/wide" "$etc/private/link" "$etc/private/dir"
t_ok "a key goes" ok key delete same
t_ok "once" refused key delete same

# ---- an authority, requests, certificates ----

base='C=DE, O=Acme\, Inc'
t_ok "an authority" ok ca create corp --subject "$base, CN=Acme CA" \
    --crl http://crl.acme.example/corp.crl --ocsp http://ocsp.acme.example/
t_ok "its key is root's alone" mode "$etc/private/ca/corp/key" 600
t_ok "so is the directory" mode "$etc/private/ca/corp" 700
t_ok "what is trusted is public" mode "$etc/ca/corp" 644
t_ok "OpenSSL trusts it by the book" openssl verify -x509_strict \
    -CAfile "$etc/ca/corp" "$etc/ca/corp"
t_ok "not twice" refused ca create corp
t_ok "nor over what is trusted" sh -c "echo >'$etc/ca/other' &&
    ! $BUILD/bin/ikectl -f '$etc' ca create other"
rm "$etc/ca/other"
t_ok "a URL that is none" refused ca create bad --crl 'ftp://x/y'
t_ok "a subject that is none" exits 2 ca create bad --subject 'Acme'
t_ok "a country that is none" refused ca create bad --subject 'C=DEU, CN=x'
t_ok "a part nobody knows" exits 2 ca create bad --subject 'XX=1, CN=x'
t_ok "days that are none" exits 2 ca create bad --days 0
t_not "nothing came of these" test -e "$etc/private/ca/bad"

x509() {
	openssl x509 -in "$1" -noout -text >text && shift
	for _p; do
		grep -q -- "$_p" text || { echo "no: $_p"; cat text; return 1; }
	done
}
t_ok "a request, and a key for it" ok cert request paris \
    --subject "$base, CN=paris" --dns paris.example.com --ip 192.0.2.1 \
    --ip 2001:db8::1 --email ann@example.com -o paris.csr
t_ok "OpenSSL verifies it" openssl req -in paris.csr -noout -verify
t_ok "we do" ok cert show ./paris.csr
t_ok "it is signed" ok ca sign corp paris.csr -o paris.pem
t_ok "OpenSSL verifies that" openssl verify -x509_strict \
    -CAfile "$etc/ca/corp" paris.pem
t_ok "with all that was asked for and set" x509 paris.pem \
    'DNS:paris.example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:ann@example.com' \
    'URI:http://crl.acme.example/corp.crl' 'OCSP - URI:http://ocsp.acme' \
    'CA:FALSE' 'Digital Signature' 'Authority Key Identifier'
t_ok "it is taken in" ok cert import paris paris.pem --json
t_ok "for the key that is here" field private_key yes
serial=$(openssl x509 -in paris.pem -noout -serial | cut -d= -f2)
t_ok "show: serial" field serial "$serial"
t_ok "show: fingerprint" field fingerprint \
    "$(openssl x509 -in paris.pem -noout -fingerprint -sha256 | cut -d= -f2)"
t_ok "show: the subject as it was written" field subject "$base, CN=paris"
t_ok "show: days left" jq -e '.rows[0].days_left | . == 364 or . == 365' out
t_ok "not twice" refused cert import paris paris.pem
t_ok "not for another key" refused cert import k-rsa paris.pem
t_ok "and says why" says 'no certificate of the key'
t_ok "a locked key is not compared, which is said" ok cert import locked \
    paris.pem
t_ok "as a warning" says 'is locked'
t_ok "with its passphrase it is" refused cert import locked paris.pem --force \
    --passphrase-file pw
t_ok "it goes" ok cert delete locked
t_ok "no private key, a peer's" ok cert import lyon paris.pem --json
t_ok "says so" field private_key no
t_ok "what is needed does not go" refused key delete paris
t_ok "what is no certificate" refused cert import x pw

for t in rsa p256 p384 p521 ed25519 ed448; do
	t_ok "a request by $t, signed by p256" sh -c "
	    $BUILD/bin/ikectl -f $etc cert request k-$t --dns $t.example.com |
	    $BUILD/bin/ikectl -f $etc ca sign corp - --name k-$t"
	t_ok "verifies" openssl verify -x509_strict -CAfile "$etc/ca/corp" \
	    "$etc/certs/k-$t"
	t_ok "an authority by $t" ok ca create ca-$t --type $t
	t_ok "signs" ok ca sign ca-$t paris.csr -o "by-$t.pem"
	t_ok "verifies" openssl verify -x509_strict -CAfile "$etc/ca/ca-$t" \
	    "by-$t.pem"
	t_ok "issues CRLs" ok ca crl ca-$t
	t_ok "that verify" openssl crl -in "$etc/crls/ca-$t" -noout -verify \
	    -CAfile "$etc/ca/ca-$t"
done

# What an authority must not sign.
openssl req -in paris.csr -outform DER -out paris.der
size=$(stat -c %s paris.der)
{ head -c $((size - 1)) paris.der; tail -c 1 paris.der | tr '\000-\377' '\001-\377\000'; } >broken.der
t_ok "a request whose signature is broken" refused ca sign corp broken.der
t_ok "and says so" says 'signature is not by its own key'
t_ok "show says it too" ok cert show ./broken.der
t_ok "as the problem" says 'not by its own key'
openssl req -new -key weak.pem -subj /CN=weak -out weak.csr
t_ok "a weak key" refused ca sign corp weak.csr
openssl req -new -key k1.pem -subj /CN=k1 -out k1.csr
t_ok "a curve nobody takes" refused ca sign corp k1.csr
t_ok "no request" refused ca sign corp paris.pem
openssl req -new -key "$etc/private/ca/corp/key" -subj /CN=me -out me.csr
t_ok "its own key" refused ca sign corp me.csr
openssl req -new -key "$etc/private/k-rsa" -subj /CN=ask -out ask.csr \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign \
    -addext 'subjectAltName=DNS:ok.example,DNS:*.wild.example,URI:http://x/'
t_ok "what a request may not ask for" ok ca sign corp ask.csr -o ask.pem
t_ok "is not given" x509 ask.pem 'CA:FALSE' 'DNS:ok.example$'
t_ok "and the names left out are said" says 'wild.example, which is left out'
t_ok "the authority's options come first" ok ca sign corp ask.csr -o own.pem \
    --subject 'CN=other' --dns other.example --days 30 --usage ike,server \
    --crl http://other/crl
t_ok "all of them" x509 own.pem 'CN *= *other' 'DNS:other.example$' \
    'TLS Web Server Authentication' 'ipsec Internet Key Exchange' \
    'URI:http://other/crl'
n=$(wc -l <"$etc/private/ca/corp/index")
t_ok "an output that exists" refused ca sign corp ask.csr -o own.pem
t_ok "nothing was issued" [ "$(wc -l <"$etc/private/ca/corp/index")" = "$n" ]
t_ok "an authority that is not ours" refused ca sign nobody paris.csr
t_ok "a certificate does not outlive its authority" ok ca sign corp paris.csr \
    -o long.pem --days 36500
t_ok "which is said" says 'ends with its authority'

# An authority below another.
t_ok "an authority below" ok ca create branch --issuer corp
t_ok "its path length is 0" x509 "$etc/ca/branch" 'CA:TRUE, pathlen:0'
t_ok "it signs" ok ca sign branch paris.csr -o branch.pem
t_ok "the file has the chain" [ "$(grep -c BEGIN branch.pem)" = 2 ]
t_ok "which verifies" openssl verify -x509_strict -CAfile "$etc/ca/corp" \
    -untrusted branch.pem branch.pem
t_ok "and is kept" ok cert import via branch.pem
t_ok "as it is" [ "$(grep -c BEGIN "$etc/certs/via")" = 2 ]
{ cat "$etc/ca/corp"; openssl x509 -in "$etc/ca/branch"
    openssl x509 -in branch.pem; } >mixed.pem
t_ok "in any order, for the key that is here" ok cert import paris mixed.pem \
    --force
t_ok "sorted, and without the root" sh -c "cmp branch.pem '$etc/certs/paris'"
t_ok "none may stand below it" refused ca sign branch ask.csr --usage ca
t_ok "one may below the root" ok ca sign corp ask.csr --usage ca \
    --path-length 1 -o sub.pem
t_ok "as asked" x509 sub.pem 'CA:TRUE, pathlen:1' 'Certificate Sign, CRL Sign'
t_ok "a use of its own" exits 2 ca sign corp ask.csr --usage ca,ike -o no.pem

# ---- revocation ----

t_ok "taken back" ok cert import paris paris.pem --force
t_ok "good so far" ok ca crl corp
t_ok "says show" ok cert show paris
t_ok "by the CRL" says 'good by crls/corp'
t_ok "OpenSSL says so" openssl verify -crl_check -CAfile "$etc/ca/corp" \
    -CRLfile "$etc/crls/corp" paris.pem
t_ok "revoked" ok ca revoke corp paris --reason keyCompromise -o corp.crl --der
t_ok "OpenSSL says so" sh -c "openssl verify -crl_check \
    -CAfile '$etc/ca/corp' -CRLfile '$etc/crls/corp' paris.pem 2>&1 |
    grep 'certificate revoked'"
openssl crl -in "$etc/crls/corp" -noout -text >text
t_ok "the CRL is the second" grep -A1 'CRL Number' text
t_ok "by number" sh -c "grep -A1 'CRL Number' text | grep -qw 2"
t_ok "with the reason" grep -q 'Key Compromise' text
t_ok "the copy to publish is DER" openssl crl -in corp.crl -inform DER -noout
t_ok "show says so" ok cert show paris
t_ok "with the day and the reason" says 'revoked .*keyCompromise'
t_ok "so does the list" ok cert list
t_ok "as a problem" says '^paris .*revoked'
t_ok "not twice" refused ca revoke corp paris
t_ok "by serial number" ok ca revoke corp \
    "$(openssl x509 -in ask.pem -noout -serial | cut -d= -f2 | tr A-F a-f)"
t_ok "by file" ok ca revoke corp own.pem --reason superseded
t_ok "not another's" refused ca revoke corp by-rsa.pem
t_ok "not what nobody knows" refused ca revoke corp 123456
t_ok "no such reason" exits 2 ca revoke corp long.pem --reason boredom
t_ok "three in the CRL" ok ca show corp --json
t_ok "as show says" field crl_revoked 3
t_ok "of those issued" [ "$(jq '[.rows[] | select(.kind == "issued" and
    .state == "revoked")] | length' out)" = 3 ]

# The index is OpenSSL's: its responder answers from it.
openssl ocsp -issuer "$etc/ca/corp" -cert paris.pem -cert long.pem -no_nonce \
    -reqout ocsp.req
t_ok "OpenSSL's OCSP responder reads the index" openssl ocsp \
    -index "$etc/private/ca/corp/index" -CA "$etc/ca/corp" \
    -rsigner "$etc/ca/corp" -rkey "$etc/private/ca/corp/key" \
    -reqin ocsp.req -respout ocsp.resp
openssl ocsp -respin ocsp.resp -issuer "$etc/ca/corp" -CAfile "$etc/ca/corp" \
    -cert paris.pem -cert long.pem -no_nonce >ocsp 2>&1
t_ok "revoked" grep -q 'paris.pem: revoked' ocsp
t_ok "good" grep -q 'long.pem: good' ocsp

# Others' CRLs.
openssl x509 -in "$etc/ca/corp" >corp.pem
cp "$etc/crls/corp" mine.crl
t_ok "an authority elsewhere" sh -c "mkdir far &&
    $BUILD/bin/ikectl -f far ca import corp corp.pem"
far() {
	"$BUILD/bin/ikectl" -f far "$@" >out 2>err
}
t_ok "takes its CRL" far ca crl corp corp.crl --force
t_ok "not an older one" far ca crl corp mine.crl
t_not "and not back" far ca crl corp corp.crl
t_ok "which is said" says 'older'
t_not "not another's" far ca crl corp "$etc/crls/ca-rsa"
t_not "not one that was changed" sh -c "openssl crl -in mine.crl -outform DER |
    { head -c 300; echo x; cat; } >bad.crl; $BUILD/bin/ikectl -f far ca crl \
    corp bad.crl"
t_not "it cannot sign there" far ca crl corp

# Deltas stand beside the whole one, never in its place.
cat >delta.cnf <<EOT
[ca]
default_ca = d
[d]
database = delta.index
crlnumber = delta.number
default_md = sha256
default_crl_days = 3
[of2]
2.5.29.27 = critical,DER:020102
[of9]
2.5.29.27 = critical,DER:020109
[part]
2.5.29.27 = critical,DER:020102
issuingDistributionPoint = critical,onlyuser:TRUE
EOT
# delta SECTION NUMBER FILE [SERIAL]: SERIAL is revoked in it.
delta() {
	printf '%b' "${4:+R\\t351231235959Z\\t260101000000Z\\t$4\\tunknown\\t/CN=x\\n}" \
	    >delta.index
	echo "$2" >delta.number
	openssl ca -config delta.cnf -gencrl -cert "$etc/ca/corp" \
	    -keyfile "$etc/private/ca/corp/key" ${1:+-crlexts "$1"} \
	    -out "$3" 2>>log
}
t_ok "one more certificate" ok ca sign corp paris.csr -o third.pem
serial=$(openssl x509 -in long.pem -noout -serial | cut -d= -f2)
base=$(sha256sum <far/crls/corp)
t_ok "a delta CRL" delta of2 7F d1.crl "$serial"
t_ok "of that kind" sh -c "openssl crl -in d1.crl -noout -text |
    grep -q 'Delta CRL Indicator'"
t_ok "is taken" far ca crl corp d1.crl
t_ok "beside the whole one" [ "$(sha256sum <far/crls/corp)" = "$base" ]
for c in paris long third; do
	t_ok "$c is known there" far cert import $c $c.pem
done
t_ok "which still revokes" far cert show paris
t_ok "what it did" says 'revoked .*, by crls/corp$'
t_ok "and the delta" far cert show long
t_ok "what it does" says 'revoked .*, by crls/corp.delta'
t_ok "what neither has" far cert show third
t_ok "is good" says 'good by crls/corp$'
t_ok "show has both" far ca show corp
t_ok "the whole one" says 'crls/corp$'
t_ok "the delta" says 'crls/corp.delta$'
delta of2 7E d0.crl
t_not "no older delta" far ca crl corp d0.crl
t_ok "which is said" says older
delta of9 80 d9.crl
t_not "no delta of a base that is not here" far ca crl corp d9.crl
t_ok "which is said" says 'later one than is here'
delta part 80 dp.crl
t_not "no delta of another scope" far ca crl corp dp.crl --force
t_ok "which is said" says 'issuingDistributionPoint'
t_ok "the delta is what it was" [ -e far/crls/corp.delta ]
delta "" 90 whole.crl
t_ok "a whole one that has the delta in it" far ca crl corp whole.crl
t_not "ends it" [ -e far/crls/corp.delta ]
mkdir near && "$BUILD/bin/ikectl" -f near ca import corp corp.pem >out 2>err
t_not "no delta without a whole one" "$BUILD/bin/ikectl" -f near ca crl corp \
    d1.crl
t_not "it is nobody's list" [ -e near/crls/corp ]

# The files of an authority, damaged.
index=$etc/private/ca/corp/index
cp paris.csr long.csr
cp -p "$index" index.good
for bad in 'V' 'X	271121074928Z		01	unknown	CN=x' \
    'V	2711210749		01	unknown	CN=x' \
    'R	271121074928Z		01	unknown	CN=x' \
    'R	271121074928Z	261121074928Z,why	01	unknown	CN=x' \
    'V	271121074928Z		0g	unknown	CN=x'; do
	echo "$bad" >>"$index"
	t_ok "an index that is damaged is not written over" refused ca sign \
	    corp long.csr -o no.pem
	t_ok "and its line is named" says 'index: line [0-9]* is not understood'
	cat index.good >"$index"
done
chmod 640 "$etc/private/ca/corp/key"
t_ok "an open key of an authority is not used" refused ca crl corp
chmod 600 "$etc/private/ca/corp/key"
cp -p "$etc/private/ca/corp/key" key.good
cat "$etc/private/k-p256" >"$etc/private/ca/corp/key"
t_ok "nor another's" refused ca crl corp
cat key.good >"$etc/private/ca/corp/key"
echo junk >"$etc/private/ca/corp/.new"
t_ok "what was interrupted is nobody's" ok ca crl corp
t_not "and is gone" test -e "$etc/private/ca/corp/.new"
mkdir -p "$etc/private/ca/.new/issued"
echo junk >"$etc/private/ca/.new/issued/x"
t_ok "a half authority too" ok ca create locked-ca --passphrase-file pw
t_not "it is gone" test -e "$etc/private/ca/.new"
t_ok "one with a passphrase" refused ca sign locked-ca paris.csr -o no.pem
t_ok "signs with it" ok ca sign locked-ca paris.csr -o yes.pem \
    --passphrase-file pw
t_ok "not with another" refused ca crl locked-ca --passphrase-file pw2

# Two at once: none is lost.
n=$(wc -l <"$index")
for i in 1 2 3 4 5 6; do
	suite_ctl k ca sign corp long.csr -o "at-once-$i.pem" >/dev/null 2>&1 &
	pids="${pids-} $!"
done
for p in $pids; do
	wait "$p"
done
t_ok "six at once are six in the index" [ "$(wc -l <"$index")" = $((n + 6)) ]
t_ok "of six serial numbers" [ "$(cut -f4 "$index" | sort -u | wc -l)" = \
    $((n + 6)) ]

# Killed at any moment: the index is whole, and knows what was handed out.
killed() {
	for _i in 01 02 03 04 05 06 07 08 10 12 15 20 30 50; do
		"$BUILD/bin/ikectl" -f "$etc" ca sign corp long.csr \
		    -o "killed-$_i.pem" >/dev/null 2>&1 &
		_p=$!
		sleep "0.$_i"
		kill -9 $_p 2>/dev/null
		wait $_p 2>/dev/null
		ok ca show corp || return 1
		[ -e "killed-$_i.pem" ] || continue
		_s=$(openssl x509 -in "killed-$_i.pem" -noout -serial) ||
		    return 1
		cut -f4 "$index" | grep -qx "${_s#serial=}" ||
		    { echo "${_s} is not in the index"; return 1; }
	done
}
t_ok "killed at any moment, the index is whole" killed
t_ok "and the next one signs" ok ca sign corp long.csr -o after.pem
t_ok "and issues its list" ok ca crl corp

# A disk that is full: nothing, or all of it.
cat >full.sh <<EOT
set -e
mkdir -p full
mount -t tmpfs -o size=32k none full
mkdir -m 700 full/private full/certs
$BUILD/bin/ikectl -f full key create before >/dev/null
dd if=/dev/zero of=full/fill bs=1k 2>/dev/null || true
! $BUILD/bin/ikectl -f full key create after 2>err || exit 1
cat err
grep -q 'No space left' err
! $BUILD/bin/ikectl -f full key create before --type p521 --force || exit 1
[ "\$(ls -A full/private)" = before ]
openssl pkey -in full/private/before -noout
EOT
t_ok "a full disk leaves what was, whole" unshare -m sh full.sh

# Warnings.
t_ok "a short one" ok ca sign corp long.csr --days 20 --name short
t_ok "is warned of" ok cert list
t_ok "in the list" says '^short .*ends in \(19\|20\) days'
t_ok "not earlier than asked" ok cert list --warn 10
t_not "then" says '^short .*ends in'
cat >ca.cnf <<EOT
[ca]
default_ca = x
[x]
database = $LIB/old.index
serial = $LIB/old.serial
new_certs_dir = $LIB
default_md = sha256
unique_subject = no
policy = p
[p]
commonName = optional
EOT
: >old.index
echo 01 >old.serial
stranger() {
	openssl ca -batch -config ca.cnf -cert "$etc/ca/corp" \
	    -keyfile "$etc/private/ca/corp/key" "$@"
}
stranger -in ask.csr -out old.pem -startdate 20200101000000Z \
    -enddate 20200201000000Z -notext 2>/dev/null
stranger -in ask.csr -out new.pem -startdate 20450101000000Z \
    -enddate 20460101000000Z -notext 2>/dev/null
t_ok "one that has ended" ok cert show ./old.pem
t_ok "says so" says 'ended [0-9]* days ago'
t_ok "one that has not begun" ok cert show ./new.pem
t_ok "says so" says 'begins in [0-9]* days'
stranger -gencrl -out old.crl -crl_lastupdate 20200101000000Z \
    -crl_nextupdate 20200201000000Z
cp "$etc/crls/corp" now.crl
t_ok "a stale CRL" ok ca crl corp old.crl --force
t_ok "is shown" ok ca show corp
t_ok "as stale" says 'stale: the next CRL was due [0-9]* days ago'
t_ok "and listed" ok ca list
t_ok "as a problem" says '^corp .*stale'
cp now.crl "$etc/crls/corp"

# ---- PKCS#12 ----

t_ok "out" ok cert export k-rsa --pkcs12 -o rsa.p12 --new-passphrase-file pw
t_ok "for us alone" mode rsa.p12 600
t_ok "OpenSSL opens it" openssl pkcs12 -in rsa.p12 -passin file:pw -nodes \
    -out rsa.all
t_ok "with key, certificate and authority" [ "$(grep -c BEGIN rsa.all)" = 3 ]
t_ok "not without a passphrase" refused cert export k-rsa --pkcs12 -o x.p12
t_ok "in" ok cert import twelve rsa.p12 --passphrase-file pw
t_ok "the same key" cmp "$etc/private/k-rsa" "$etc/private/twelve"
t_ok "the same certificate" cmp "$etc/certs/k-rsa" "$etc/certs/twelve"
t_ok "a wrong passphrase" refused cert import wrong rsa.p12 \
    --passphrase-file pw2
t_ok "says so" says 'wrong passphrase'
t_not "leaves nothing" test -e "$etc/private/wrong"
head -c 700 rsa.p12 >cut.p12
t_ok "one cut short" refused cert import wrong cut.p12 --passphrase-file pw
openssl pkcs12 -export -in "$etc/certs/via" -inkey "$etc/private/paris" \
    -certfile "$etc/ca/corp" -out chain.p12 -passout file:pw
t_ok "OpenSSL's, with a chain, and its authority" ok cert import chained \
    chain.p12 --passphrase-file pw --new-passphrase-file pw2 --ca far-corp
t_ok "the key is locked" grep -q ENCRYPTED "$etc/private/chained"
t_ok "the chain is whole" [ "$(grep -c BEGIN "$etc/certs/chained")" = 2 ]
t_ok "the authority is trusted" cmp "$etc/ca/corp" "$etc/ca/far-corp"

# ---- self-signed ----

t_ok "self-signed" ok cert self-sign lone --type ed25519 --dns lone.example
t_ok "verifies" openssl verify -partial_chain -trusted "$etc/certs/lone" \
    "$etc/certs/lone"
t_ok "is no authority" x509 "$etc/certs/lone" 'CA:FALSE'
t_ok "nor taken for one" refused ca import lone "$etc/certs/lone"
t_ok "DER goes out" ok cert export lone --der -o lone.der
t_ok "and is read" openssl x509 -in lone.der -inform DER -noout
t_ok "and comes in" ok cert import lone2 lone.der
for bad in '--dns *.x.example' '--dns a..b' '--ip 1.2.3' '--email nobody' \
    '--days 0' '--usage paint' '--subject CN='; do
	# shellcheck disable=SC2086	# an option and its value
	t_ok "$bad" exits 2 cert self-sign bad $bad
done
t_not "none of these made a key" test -e "$etc/private/bad"

# ---- authorities of others ----

t_ok "an authority comes in" ok ca import mirror corp.pem
t_ok "with a word about its fingerprint" says 'Compare the fingerprint'
t_ok "goes out" ok ca export mirror
t_ok "is listed" ok ca list --json
t_ok "as not ours" jq -e '.rows[] | select(.name == "mirror") |
    .ours == false and .crl == true' out
t_ok "goes" ok ca delete mirror
t_ok "ours does not" refused ca delete branch
t_ok "but by force" ok ca delete branch --force
t_not "with its key" test -e "$etc/private/ca/branch"

# ---- strongSwan's tool ----

if command -v pki >/dev/null; then
	t_ok "pki verifies our certificate" pki --verify --in "$etc/certs/k-p256" \
	    --cacert "$etc/ca/corp"
	t_ok "pki reads our key" pki --print --type priv --in "$etc/private/k-p384"
	t_ok "pki reads our CRL" pki --print --type crl --in "$etc/crls/corp"
	pki --gen --type ecdsa --size 256 --outform pem >swan.key 2>/dev/null
	pki --req --type priv --in swan.key --dn "C=DE, CN=swan" \
	    --san swan.example.com --outform pem >swan.csr 2>/dev/null
	t_ok "we sign pki's request" ok ca sign corp swan.csr -o swan.pem
	t_ok "with its name" x509 swan.pem 'DNS:swan.example.com'
	t_ok "we read pki's key" ok key import swan swan.key
	t_ok "pki verifies what we signed" pki --verify --in swan.pem \
	    --cacert "$etc/ca/corp" --crl "$etc/crls/corp"
else
	t_skip "strongSwan's pki" "package strongswan-pki is not installed"
fi

# ---- who may; the manual's example; the service ----

t_ok "only root" sh -c "setpriv --reuid nobody --regid nogroup --clear-groups \
    $BUILD/bin/ikectl -f '$etc' key list; [ \$? -eq 5 ]"

# What ikectl(8) shows, in its order.
sed -n '/^\.\\" BEGIN keys/,/^\.\\" END keys/p' "$TOP/man/ikectl.8" |
    sed -n 's/^# ikectl //p' | sed 's/\\&//g; s/\\e/\\/g' >manual
t_ok "the manual has an example for each" [ "$(wc -l <manual)" -ge 20 ]
# The one that needs the service is regress/net/locked.sh's.
grep -v '^key unlock ' manual >run-here
suite_new m -
while read -r l; do
	t_ok "manual: $l" sh -c "cd '$LIB/m' && '$BUILD/bin/ikectl' \
	    -f etc -r run $l"
done <run-here
for v in $("$BUILD/bin/ikectl" -h |
    sed -n 's/^  \(key\|cert\|ca\) \([a-z-]*\).*/\1_\2/p'); do
	t_ok "manual: ${v%_*} ${v#*_} has its example" \
	    grep -q "^${v%_*} ${v#*_}" manual
	t_ok "manual: ${v%_*} ${v#*_} has its paragraph" \
	    grep -Eq "^\.It Ic ${v%_*} ${v#*_}( |$)" "$TOP/man/ikectl.8"
done

# The JSON has no key that the manual has not.
awk '
/^\.Sh JSON/ { on = 1 }
/^\.Sh FILES/ { on = 0 }
on && /^\.It/ { kind = "" }
on && /^\.Li/ {
	sub(/^\.Li /, "")
	gsub(/ [,.;]|[,.;]$/, "")
	if ($NF == ":")
		kind = $1
	else if (kind != "")
		for (i = 1; i <= NF; i++)
			print kind, $i
}' "$TOP/man/ikectl.8" | sort -u >known
j_ok() {
	suite_ctl k "$@" --json >out 2>err </dev/null &&
	    jq -e '.status == 0 and (.text | type) == "string"' out &&
	    jq -r '.rows[] | .kind as $k | keys[] | select(. != "kind") |
	    "\($k) \(.)"' out | sort -u >keys && [ -s keys ] &&
	    ! comm -23 keys known | grep .
}
for l in 'key list' 'key show k-rsa' 'key show peer' 'key export k-rsa' \
    'key create j1' 'cert list' 'cert show paris' 'cert show via' \
    'cert show ./paris.csr' 'cert self-sign j2' 'cert request j2' \
    'cert export paris' 'ca list' 'ca show corp' 'ca create j3' 'ca crl j3' \
    'ca sign j3 paris.csr' 'ca export j3' 'ca import j4 corp.pem'; do
	# shellcheck disable=SC2086	# words
	t_ok "$l --json: as in the manual" j_ok $l
done
t_ok "a failure is a document too" sh -c "$BUILD/bin/ikectl -f '$etc' \
    cert show nobody --json | jq -e '.status == 1 and .rows == [] and
    (.text | test(\"nobody\"))'"

# ---- what a key is for ----

tagged() {	# FILE PURPOSE
	[ "$(head -1 "$1")" = "ikd key purpose: $2" ] || { head -1 "$1"; return 1; }
}
t_ok "a key is IKE's" ok key create for-ike --json
t_ok "and says so" field purpose ike
t_ok "in its file" tagged "$etc/private/for-ike" ike
t_ok "which OpenSSL reads" openssl pkey -in "$etc/private/for-ike" -noout
t_ok "or of TLS" ok key create for-tls --purpose tls --json
t_ok "and says that" field purpose tls
t_ok "not of an authority" exits 2 key create for-ca --purpose ca
t_ok "whose maker is named" says 'ikectl ca create'
t_ok "nor of nothing known" exits 2 key create for-x --purpose coffee
t_ok "an authority's says so, locked or not" tagged "$etc/private/ca/corp/key" ca
t_ok "so does the authority" ok ca show corp --json
t_ok "of its key" field key_purpose ca
t_ok "a certificate of ours" ok cert show paris --json
t_ok "of its key" field key_purpose ike
t_ok "a locked key has its line too" tagged "$etc/private/locked" ike
t_ok "the list has it" ok key list --json
t_ok "of each" jq -e '[.rows[] | select(.name == "for-tls" or
    .name == "for-ike" or .name == "peer") | .purpose] | sort ==
    ["", "ike", "tls"]' out
t_ok "a key goes out" ok key export for-tls --private -o for-tls.pem
t_ok "with its purpose" tagged for-tls.pem tls
t_ok "which stays on the way in" ok key import for-tls2 for-tls.pem
t_ok "there" tagged "$etc/private/for-tls2" tls
t_ok "and is not changed in passing" refused key import for-tls3 for-tls.pem \
    --purpose ike
t_ok "by what it says" says 'for tls, not for ike'
t_ok "an old file says nothing: it is IKE's" ok key import old ec.pem --json
t_ok "from then on" field purpose ike

t_ok "an authority without a passphrase" ok ca create bare --type p256
cp "$etc/private/ca/bare/key" bare.key
sed 1d bare.key >bare2.key
t_ok "its key is none of IKE" refused key import bare bare.key
t_ok "by its file" says 'bare.key: this is an authority.s key, as its file'
t_ok "nor without the line" refused key import bare bare2.key
t_ok "since it is an authority's here" says 'the key of the authority bare'
install -m 600 bare2.key "$etc/private/bare"
t_ok "nor put in place by hand" refused cert request bare -o bare.csr
t_ok "for the same reason" says 'private/bare: this is the key of the authority'
install -m 600 bare.key "$etc/private/bare"
t_ok "the list says it" ok key list --json
t_ok "of that one" jq -e '.rows[] | select(.name == "bare") |
    .purpose == "ca" and (.problem | test("authority"))' out
rm "$etc/private/bare"
cp "$etc/private/for-ike" "$etc/private/ca/bare/key"
t_ok "an authority signs with no key of IKE" refused ca crl bare
t_ok "and says so" says 'for ike, and an authority signs with no such key'
sed -i 1d "$etc/private/ca/bare/key"
t_ok "nor with another one" refused ca crl bare
t_ok "that is not its certificate's" says "not its certificate's"
cp bare.key "$etc/private/ca/bare/key"
t_ok "but with its own" ok ca crl bare

cat >"$etc/ikd.yaml" <<EOT
tunnels:
  t: { remote: 192.0.2.99, psk: t, start: manual }
EOT
echo 'a secret of the tunnel' | suite_psk k t
t_ok "a key before the service runs" ok key create quiet
t_not "needs no word" says reload
t_ok "the service starts beside all these files" suite_start k
t_not "and does not stumble over the authorities" \
    grep -q 'private/ca' "$(suite_log k)"
t_ok "a key while it runs" ok key create told
t_ok "is told to it" says 'The service has read it: Generation 2: 1 kept'
t_ok "a certificate too" ok cert self-sign told
t_ok "is told" says 'has read it: Generation 3'
# settled: what is loaded now is surely loaded later than it was written, by
# times of files that may be 10 ms coarse.
settled() { sleep 0.03; }
sed -i '/^  t:/a\  u: { remote: 192.0.2.98, psk: t, start: manual }' "$etc/ikd.yaml"
settled
t_ok "but a policy that has changed meanwhile" ok key create later
t_ok "is left to its author" says 'policy itself has changed.*ikectl reload'
t_not "and is not in force" ok list u
t_ok "until a reload" ok reload
t_ok "then it is" ok list u
# What the policy needs is refused for as long as it does not fit.
sed -i -e '/^  u:/s/psk: t/local: { auth: { cert: told } }/' \
    -e '/^  u:/s/192.0.2.98/{ address: 192.0.2.98, id: u.example, auth: { ca: corp } }/' \
    "$etc/ikd.yaml"
settled
t_ok "a tunnel with that certificate" ok reload
t_ok "another key in its place" ok key create told --force
t_ok "is not taken" says 'has not taken it: .*do not belong together.*not touched'
t_ok "before its certificate is made" ok cert self-sign told --key told --force
t_ok "which is" says 'has read it: '
# A key that is there for something else is none.
cp "$etc/private/told" told.key
for p in tls ca; do
	sed -i "1s/.*/ikd key purpose: $p/" "$etc/private/told"
	t_ok "a key of $p is not IKE's: no reload" refused reload
	t_ok "by the side of its name" says 'private/told: is .*, as its file says'
done
cp told.key "$etc/private/told"
t_ok "its own is" ok reload
t_ok "it stops" suite_stop k
lib_end
