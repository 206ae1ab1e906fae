#!/bin/sh
# Who is revoked, by network, with strongSwan as the peer: CRLs by their
# distribution points, deltas, OCSP, what the policy adds to an authority;
# servers that are dead, slow, stale, broken or lie; what is kept over a
# restart, renewed ahead of its end, and takes a live session down.
#
#    10.1.x.1 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
#                    eth1 198.51.100.1 ----- 198.51.100.9 eth0  h (servers)
#                    eth2 192.0.3.1 -------- 192.0.3.2 eth0  d (ours)
#                                 d  eth1 203.0.113.1 -- 203.0.113.9 eth1  h
#
# Tunnel N has the authority cN, whose CRL is http://198.51.100.9/N.crl; the
# server counts who asks for it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin revoke
net_ns a b h d
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 h eth0 198.51.100.9/24
net_link a eth2 192.0.3.1/24 d eth0 192.0.3.2/24
net_link d eth1 203.0.113.1/24 h eth1 203.0.113.9/24
all='1 2 3 4 5 6 7 8 9 10 11 12 13 14 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30'
strict='2 4 6 7 8 9 10 16 17 18 19 20 21 22 23 25 29 30'
web=http://198.51.100.9

pki=$LIB/pki www=$LIB/www
mkdir "$pki" "$www"
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "$pki/$1.key" 2>/dev/null; }
root() {	# NAME [CN]
	key "$1"
	openssl req -x509 -new -key "$pki/$1.key" -subj "/O=Test/CN=${2-$1}" \
	    -days 30 -out "$pki/$1.crt" 2>/dev/null
	: >"$pki/$1.index"
	echo 01 >"$pki/$1.number"
}
# cert NAME CA [EXTENSION...]: with serial 2, or $SERIAL.
cert() {
	_c=$1 _ca=$2
	shift 2
	key "$_c"
	{
		echo "subjectAltName = DNS:$_c.example"
		for _x; do echo "$_x"; done
	} >"$pki/ext"
	openssl req -new -key "$pki/$_c.key" -subj "/O=Test/CN=$_c" \
	    -out "$pki/$_c.csr" 2>/dev/null
	openssl x509 -req -in "$pki/$_c.csr" -CA "$pki/$_ca.crt" \
	    -CAkey "$pki/$_ca.key" -set_serial "${SERIAL-2}" -extfile "$pki/ext" \
	    -days 30 -out "$pki/$_c.crt" 2>/dev/null
}
revoke() {	# CA: serial 2 is revoked
	printf 'R\t%s\t%s\t02\tunknown\t/O=Test/CN=x\n' \
	    "$(date -u -d '10 days' +%y%m%d%H%M%SZ)" \
	    "$(date -u -d '-1 hour' +%y%m%d%H%M%SZ)" >"$pki/$1.index"
}
# crl CA FILE [OPTION...]: a CRL in DER into the web; DELTA=N: a delta of N;
# AKI=: it does not say by which key.
crl() {
	_ca=$1 _f=$2
	shift 2
	{
		printf '[ca]\ndefault_ca = d\n[d]\n'
		echo "database = $pki/$_ca.index"
		echo "crlnumber = $pki/$_ca.number"
		printf 'default_md = sha256\ncrl_extensions = e\n[e]\n'
		[ -z "${AKI-1}" ] ||
		    echo 'authorityKeyIdentifier = keyid:always'
		[ -z "${DELTA-}" ] ||
		    echo "2.5.29.27 = critical,ASN1:INTEGER:$DELTA"
	} >"$pki/crl.cnf"
	[ $# -gt 0 ] || set -- -crldays 10
	openssl ca -config "$pki/crl.cnf" -gencrl "$@" -cert "$pki/$_ca.crt" \
	    -keyfile "$pki/$_ca.key" -out "$pki/crl.pem" 2>"$pki/crl.err" ||
	    { cat "$pki/crl.err"; return 1; }
	openssl crl -in "$pki/crl.pem" -outform DER -out "$www/.new"
	mv "$www/.new" "$www/$_f"
}
point() { echo "crlDistributionPoints = URI:$web/$1.crl"; }

root one
cert a1 one
for i in $all; do
	root c$i
done
root evil
for i in 1 2 6 7 8 9 10 11; do
	cert b$i c$i "$(point $i)"
done
# 20 to 23: OCSP that is dead, slow, cut short, lies; 29, 30: of yesterday.
for i in 3 4 20 21 22 23 29 30; do
	cert b$i c$i "authorityInfoAccess = OCSP;URI:$web/ocsp$i"
done
cert b5 c5 "$(point 5)" "freshestCRL = URI:$web/delta5.crl"
cert b12 evil "$(point 12)"
cert b13 c13 "$(point 13)"
cert b14 c14
# 16 and 17: a CA that was renewed with another key, under the same name.
root c17 c16
for i in 16 17; do
	cert b$i c$i "$(point $i)"
done
# 18 and 19: two CAs with their CRLs in one file.
for i in 18 19; do
	cert b$i c$i "$(point both)"
done
# 24 and 25: base and delta lie in crls/, and nothing else names them.
cert b24 c24
cert b25 c25 "freshestCRL = URI:$web/delta25.crl"
cert b26 c26 'extendedKeyUsage = emailProtection'
# 27 is revoked by OCSP alone; 28 is of the same CA.
cert b27 c27 "$(point 27)" "authorityInfoAccess = OCSP;URI:$web/ocsp27"
SERIAL=3 cert b28 c27 "$(point 27)"
root c15
cert b15 c15 'authorityInfoAccess = OCSP;URI:http://203.0.113.9/ocsp15'
revoke c1
for i in 1 2 6 7 9 11 12; do
	crl c$i $i.crl
done
revoke c16
AKI= crl c16 16.crl -crl_lastupdate "$(date -u -d '-1 hour' +%Y%m%d%H%M%SZ)" \
    -crl_nextupdate "$(date -u -d '10 days' +%Y%m%d%H%M%SZ)"
AKI= crl c17 17.crl
crl c18 18.crl && cp "$pki/crl.pem" "$pki/both.pem"
crl c19 19.crl && cat "$pki/both.pem" "$pki/crl.pem" >"$www/both.crl"
# 5: the base knows nothing, the delta does.
crl c5 5.crl
revoke c5
DELTA=1 crl c5 delta5.crl
crl c8 8.crl -crl_lastupdate "$(date -u -d '-2 days' +%Y%m%d%H%M%SZ)" \
    -crl_nextupdate "$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)"
file() {	# CA NAME: the CRL goes to crls/ instead
	mv "$www/file" "$pki/$1.file$2"
}
crl c24 file
file c24 base
revoke c24
DELTA=1 crl c24 file
file c24 delta
crl c25 file
file c25 base
DELTA=1 crl c25 file
file c25 delta
crl c27 27.crl
# 10: a CRL in the right name by another key.
cp "$pki/c10.crt" "$pki/liar.crt"
openssl req -x509 -new -key "$pki/evil.key" -subj "/O=Test/CN=c10" -days 30 \
    -out "$pki/liar.crt" 2>/dev/null
cp "$pki/evil.key" "$pki/liar.key"
: >"$pki/liar.index"
echo 01 >"$pki/liar.number"
crl liar 10.crl
# 14: revoked, and only the policy says where that stands.
revoke c14
crl c14 other14.crl
# OCSP: the body comes by stdin.
printf 'V\t%s\t\t02\tunknown\t/O=Test/CN=b4\n' \
    "$(date -u -d '10 days' +%y%m%d%H%M%SZ)" >"$pki/c4.index"
sed 's/b4/b15/' "$pki/c4.index" >"$pki/c15.index"
for i in 21 22 23; do
	sed "s/b4/b$i/" "$pki/c4.index" >"$pki/c$i.index"
done
revoke c3
revoke c27
responder() {	# CA [SIGNER]
	echo "openssl ocsp -index $pki/$1.index -CA $pki/$1.crt" \
	    "-rsigner $pki/${2-$1}.crt -rkey $pki/${2-$1}.key -nmin 60" \
	    "-reqin /dev/stdin -respout /dev/stdout"
}
{
	echo '/ocsp20 dead'
	echo '/ocsp21 slow 1 300'
	echo '/ocsp22 truncate 100'
	echo '/ocsp23 type application/ocsp-response'
	echo "/ocsp23 run $(responder c23 evil)"
	for i in 3 4 15 21 22 27; do
		echo "/ocsp$i type application/ocsp-response"
		echo "/ocsp$i run $(responder c$i)"
	done
	for i in 29 30; do
		_s=good
		[ $i = 30 ] && _s=revoked
		echo "/ocsp$i type application/ocsp-response"
		echo "/ocsp$i run $BUILD/regress/net/ocsp_tool $pki/c$i.crt" \
		    "$pki/c$i.key $_s -90000 -3600"
	done
	echo '/6.crl dead'
	echo '/7.crl slow 1 300'
	echo '/9.crl truncate 100'
	echo '/11.crl dead'
} >"$www/.rules"
server() {	# ADDRESS NAME
	ip netns exec "$(ns h)" "$BUILD/regress/net/http_tool" \
	    "$LIB/$2" "$1" 80 "$www" >"$LIB/$2.out" 2>&1 &
	echo $! >"$LIB/$2.pid"
	wait_until 15 grep -q listening "$LIB/$2"
}
asked() {	# PATH: how often
	grep -c "^[A-Z]* /$1 " "$LIB/requests"
}
t_ok "the server serves" server 198.51.100.9 requests
t_ok "another one too" server 203.0.113.9 requests2

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs" "$etc/private" "$etc/crls"
for i in 24 25; do
	cp "$pki/c$i.filebase" "$etc/crls/base$i"
	cp "$pki/c$i.filedelta" "$etc/crls/delta$i"
done
for i in $all; do
	cp "$pki/c$i.crt" "$etc/ca/c$i"
done
cp "$pki/a1.crt" "$etc/certs/a1"
install -m 600 "$pki/a1.key" "$etc/private/a1"
policy() {
	# openssl ocsp begins anew for each request: slowly in an emulator.
	echo "fetch: { timeout: ${IKD_VM:+1}2s, refresh: 25% }"
	echo 'authorities:'
	echo "  fourteen: { file: c14, crl: \"$web/other14.crl\", revocation: strict }"
	echo 'tunnels:'
	for i in $all; do
		_ca=c$i _r=
		[ $i = 14 ] && _ca=fourteen
		[ $i = 28 ] && _ca=c27
		[ $i = "${other-}" ] && _ca=c1
		case $i in 16 | 17) _ca='[c16, c17]' ;; esac
		case " $strict " in *" $i "*) _r=', revocation: strict' ;; esac
		cat <<EOT
  t$i:
    local: { address: 192.0.2.1, id: a1.example, auth: { cert: a1 } }
    remote: { address: 192.0.2.2, id: b$i.example, auth: { ca: $_ca$_r } }
    start: answer
    children: { net: { local: 10.1.$i.0/24, remote: 10.2.$i.0/24 } }
EOT
		net_addr a lo 10.1.$i.1/32
		net_addr b lo 10.2.$i.1/32
	done
	far gw 15 192.0.3.1 a1 192.0.3.2 b15 c15
}
# far NAME N LOCAL OURS REMOTE THEIRS CA: a strict tunnel of ours to ours.
far() {
	cat <<EOT
  t$2:
    local: { address: $3, id: $4.example, auth: { cert: $4 } }
    remote: { address: $5, id: $6.example, auth: { ca: $7, revocation: strict } }
    start: answer
EOT
}
cp "$pki/c15.crt" "$etc/ca/c15"
policy >"$etc/ikd.yaml"
t_ok "check accepts it" suite_ctl gw check

# The far end: nobody but it reaches the responder for its certificate.
suite_new far d
mkdir -p "$(suite_etc far)/ca" "$(suite_etc far)/certs" "$(suite_etc far)/private"
cp "$pki/one.crt" "$pki/c15.crt" "$(suite_etc far)/ca/"
cp "$pki/b15.crt" "$(suite_etc far)/certs/b15"
install -m 600 "$pki/b15.key" "$(suite_etc far)/private/b15"
{
	echo 'tunnels:'
	far far 15 192.0.3.2 b15 192.0.3.1 a1 one.crt | sed 's/strict/soft/'
} >"$(suite_etc far)/ikd.yaml"

swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$swan/x509ca/"
for i in $all; do
	cp "$pki/b$i.crt" "$swan/x509/"
	cp "$pki/b$i.key" "$swan/private/"
done
{
	echo 'connections {'
	for i in $all; do
		swan_cert_conn "$i" a1.example
	done
	echo '}'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw

refused() {	# N REASON
	mark
	up "$1" && return 1
	wait_until 15 told "it failed: tunnel t$1: .*CN=b$1\".*$2"
}
# refuses N REASON: we initiate, and say why not.
refuses() {
	suite_ctl gw activate "t$1" --timeout 30 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -Eq "tunnel t$1: .*$2" "$LIB/out"
}
both() {	# WHAT N REASON
	t_ok "$1" refused "$2" "$3"
	t_ok "$1: we initiate" refuses "$2" "$3"
}
passes() {	# N: with traffic
	mark
	up "$1" && wait_until 15 pings a "10.1.$1.1" "10.2.$1.1"
}

# 13 lives on a CRL of a minute, and ends with its successor's word.
crl c13 13.crl -crlsec 60
t_ok "a peer with a short-lived CRL comes up" passes 13
revoke c13
crl c13 13.crl -crlsec 600

t_ok "revoked by a CRL: strongSwan initiates" \
    refused 1 'revoked since .* by the CRL of .*CN=c1"'
t_not "revoked by a CRL: we initiate" suite_ctl gw activate t1 --timeout 20
t_ok "and say so" wait_until 15 told 't1: .*revoked since'
t_ok "one fetch for both" [ "$(asked 1.crl)" = 1 ]
t_ok "strict, not revoked: up" passes 2
t_ok "again" down 2
t_ok "strict, not revoked: we initiate" suite_ctl gw activate t2 --timeout 20
t_ok "removed" suite_ctl gw remove t2
t_ok "one fetch for both" [ "$(asked 2.crl)" = 1 ]
both "revoked by OCSP" 3 'revoked since .*OCSP'
t_ok "strict, good by OCSP: up" passes 4
# OCSP in IKE, both ways round: what the far end fetched for itself.
t_ok "the far end starts" suite_start far
fetched() { grep -q 'ocsp15 fetched' "$(suite_log far)"; }
t_ok "it fetches for its own certificate" wait_until 20 fetched
mark
t_ok "strict, OCSP by IKE: we initiate" suite_ctl gw activate t15 --timeout 20
t_ok "removed" suite_ctl gw remove t15
t_ok "opened again" suite_ctl gw activate t15 --timeout 20
t_ok "removed" suite_ctl far remove t15
opened() { suite_ctl far activate t15 --timeout 20; }
t_ok "strict, OCSP by IKE: it initiates" opened
t_ok "without a fetch of ours" [ "$(since | grep -c 'ocsp15')" = 0 ]
t_ok "the far end stops" suite_stop far

both "revoked by a delta CRL" 5 'revoked (since|by the delta)'
t_ok "base and delta were fetched" [ "$(asked 5.crl),$(asked delta5.crl)" = 1,1 ]
began=$(date +%s)
t_ok "strict, dead server" refused 6 "strict: .*$web/6.crl: "
t_ok "strict, dead server: we initiate" refuses 6 "strict: .*$web/6.crl: "
# Ten seconds at least lie between two requests.
t_ok "a failure is not asked for again at once" \
    [ "$(asked 6.crl)" -le $((1 + ($(date +%s) - began) / 10)) ]
cred() { suite_ctl gw show cert "$web/$1" --json | jq -e "$2" >"$LIB/out" ||
    { suite_ctl gw show cert "$web/$1"; return 1; }; }
t_ok "show cert says what failed, when, and when it is tried again" \
    cred 6.crl '.rows[0] | .kind == "fetch" and .what == "CRL" and
	.state == "not to be had" and (.problem | length > 0) and
	(.tried | test("^2")) and (.next | test("when it is needed, not before 2"))'
t_ok "and what is fresh" cred 2.crl '.rows[0] | .state == "fresh" and
    .issuer == "O=Test, CN=c2" and .good_until > .next and .problem == null'
both "strict, slow server" 7 "strict: .*$web/7.crl: "
both "strict, stale CRL" 8 "strict: .*$web/8.crl: the CRL is stale since "
both "strict, truncated CRL" 9 "strict: .*$web/9.crl: "
both "strict, a CRL by another key" 10 "strict: .*$web/10.crl: .*signature"
both "strict, dead responder" 20 "strict: .*$web/ocsp20: "
both "strict, slow responder" 21 "strict: .*$web/ocsp21: "
both "strict, truncated response" 22 "strict: .*$web/ocsp22: "
both "strict, a response by another key" 23 \
    "strict: .*$web/ocsp23: .*signer is not of the certificate's issuer"
# Recorded while it was good; recorded after it was revoked.
both "strict, a response of yesterday" 29 \
    "strict: .*$web/ocsp29: the OCSP response is stale"
both "a response of yesterday that revokes" 30 'revoked since .*OCSP'
both "revoked by a delta of crls/" 24 'revoked by the delta'
t_ok "strict, base and delta of crls/: up" passes 25
t_ok "without a request" [ "$(asked delta25.crl)" = 0 ]
both "for another purpose than IKE" 26 'another purpose than IKE'
# OCSP revokes the one; a fresh CRL of their CA does not bring it back.
t_ok "revoked by OCSP, and by no CRL" refused 27 'revoked since .*OCSP'
t_ok "a peer whose CRL that is" passes 28
both "revoked by OCSP, whatever the CRL says" 27 'revoked since .*OCSP'
t_ok "soft, dead server: up" passes 11
t_ok "with a line" told "tunnel t11: certificate .*CN=b11.*revocation is soft: $web/11.crl: "
t_ok "a chain that does not verify" refused 12 'CN=evil'
t_ok "leads to no host" [ "$(asked 12.crl)" = 0 ]
t_ok "revoked by what the policy names" refused 14 'revoked since .*CN=c14"'

t_ok "two CAs of one name: the one's list revokes" refused 16 'revoked since'
t_ok "the other's does not" passes 17
t_ok "and has not taken its place" refused 16 'revoked since'

t_ok "two CAs with their CRLs in one file: the one" passes 18
t_ok "the other" passes 19
t_ok "by one fetch" [ "$(asked both.crl)" = 1 ]

t_ok "reload" suite_reload gw
# While the policy is changed a check may be put off.
t_ok "what was fetched holds" wait_until 20 refused 1 'revoked since'
t_ok "without the network" [ "$(asked 1.crl)" = 1 ]

# What was found good before is asked for anew by another policy.
t_ok "good before" pings a 10.1.18.1 10.2.18.1
t_ok "it ends" down 18
other=18
policy >"$etc/ikd.yaml"
t_ok "another CA alone is trusted: reload" suite_reload gw
t_ok "refused" wait_until 20 refused 18 'not among the CAs that this tunnel trusts'
t_ok "refused: we initiate" refuses 18 'not among the CAs that this tunnel trusts'
other=
strict="$strict 11"
policy >"$etc/ikd.yaml"
t_ok "it ends" down 11
t_ok "trusted again, and another one strict: reload" suite_reload gw
t_ok "good again" wait_until 20 passes 18
t_ok "refused, since it is strict now" refused 11 "strict: .*$web/11.crl: "

# The CRL of a minute was renewed before it ended, and revokes; and that at a
# quarter (fetch.refresh), which is long before the default's 48 seconds.
renewed() { [ "$(asked 13.crl)" -ge 2 ]; }
t_ok "a CRL is renewed ahead of its end" wait_until 60 renewed
said_at() {	# WORDS: when the log had them first, in seconds
	date -d "$(grep -m 1 "$1" "$(suite_log gw)" | cut -d ' ' -f 1)" +%s
}
at_a_quarter() {
	_after=$(($(said_at '/13.crl renewed') - $(said_at '/13.crl fetched')))
	echo "after $_after s"
	[ $_after -ge 8 ] && [ $_after -le 40 ]
}
t_ok "by fetch.refresh" wait_until 20 at_a_quarter
gone() { ! swan peer --list-sas --ike t13 | grep -q ESTABLISHED; }
t_ok "and takes the live session down" wait_until 20 gone
mark
t_ok "which the log says" \
    grep -Eq 'no longer trusted: tunnel t13: .*CN=b13".*revoked' "$(suite_log gw)"
t_not "no traffic any more" pings a 10.1.13.1 10.2.13.1 1

# A restart with the server dead.
t_ok "the suite stops" suite_stop gw
kill "$(cat "$LIB/requests.pid")"
t_ok "and starts" suite_start gw
t_ok "strict, the CRL is still there" passes 2
t_ok "from the disk" told "the CRL of $web/2.crl is taken from disk"
t_ok "revoked stays revoked" refused 1 'revoked since'
t_ok "the suite stops" suite_stop gw
junk=$(ls "$LIB/gw/state/crls" | head -1)
[ -n "$junk" ] && echo junk >"$LIB/gw/state/crls/$junk"
t_ok "and starts with a broken file" suite_start gw
dropped() { grep -q "CRL file $junk is dropped: " "$(suite_log gw)"; }
t_ok "which is dropped" wait_until 15 dropped
t_ok "the suite stops" suite_stop gw
lib_end
