#!/bin/sh
# A CRL of 14 MB that comes slowly: the peer whose certificate it is about
# comes up, one that it revokes does not, and meanwhile others negotiate as
# if nothing were.
#
#    10.1.x.1 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b  lo 10.2.x.1
#                    eth1 198.51.100.1 ----- 198.51.100.9 eth0  h (CRLs)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin revoke_big
. "$(dirname "$0")/pki_lib.sh"
. "$(dirname "$0")/revoke_lib.sh"
ca_of() { if [ "$1" = other ]; then echo c-other; else echo c-big; fi; }
net_ns a b h
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
net_link a eth1 198.51.100.1/24 h eth0 198.51.100.9/24
all='big gone other' web=198.51.100.9 www=$LIB/www
mkdir "$www"
cd "$LIB" || exit 1

# 400,000 are revoked, and the peer of "gone" is the last of them.
index() {	# SERIAL
	awk -v last="$1" 'BEGIN {
		for (i = 1; i < 400000; i++)
			printf "R\t351231235959Z\t260101000000Z\t" \
			    "7F1122334455667788990011%08X\tunknown\t" \
			    "/CN=x\n", i
		printf "R\t351231235959Z\t260101000000Z\t%02X\tunknown\t" \
		    "/CN=x\n", last
	}'
}
# crl CA FILE SERIAL: in DER; SERIAL 0: nobody is revoked.
crl() {
	if [ "$3" = 0 ]; then : >index; else index "$3" >index; fi
	printf 'unique_subject = no\n' >index.attr
	echo 01 >number
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\n%s\n%s\n' \
	    'crlnumber = number' 'default_md = sha256' >crl.cnf
	openssl ca -config crl.cnf -gencrl -crldays 10 -cert "$pki/$1.crt" \
	    -keyfile "$pki/$1.key" -out crl.pem 2>crl.err &&
	    openssl crl -in crl.pem -outform DER -out "$www/$2" || {
		cat crl.err
		return 1
	}
}
pki_made() {
	pki_root one && pki_root c-big && pki_root c-other &&
	    pki_key a1 p256 && pki_cert a1 one /O=Test/CN=a1 \
	    'subjectAltName = DNS:a1.example' || return 1
	for t in $all; do
		_ca=$(ca_of "$t")
		pki_key "b-$t" p256 && pki_cert "b-$t" "$_ca" "/O=Test/CN=b-$t" \
		    "subjectAltName = DNS:b-$t.example" \
		    "crlDistributionPoints = URI:http://$web/$_ca.crl" ||
		    return 1
		[ $t = gone ] && gone=$pki_serial
	done
	crl c-other c-other.crl 0 && crl c-big c-big.crl "$gone"
}
t_ok "authorities, certificates, CRLs" pki_made
size=$(wc -c <"$www/c-big.crl")
t_ok "one is of 14 MB" [ "$size" -gt 14000000 ]
echo '/c-big.crl slow 1000000 400' >"$www/.rules"
in_ns h "$BUILD/regress/net/http_tool" "$LIB/requests" $web 80 "$www" &
t_ok "the server serves" wait_until 10 grep -q listening requests

two_suites
{
	echo 'fetch: { timeout: 30s }'
	tunnels_of_gw
} >"$etc/ikd.yaml"
t_ok "the peer starts" suite_start peer
t_ok "the suite starts" suite_start gw

opens() {	# SUITE TUNNEL
	suite_ctl "$1" activate "t-$2" --timeout 30 >"out.$2" 2>&1 ||
	    { cat "out.$2"; return 1; }
}
closes() { suite_ctl "$1" remove "t-$2" >/dev/null; }
fetched() { grep -q 'c-big.crl fetched' "$(suite_log gw)"; }
asked() { grep -c '^GET /c-big.crl ' requests; }
t_ok "another peer's CRL is known" opens peer other
t_ok "it goes" closes peer other
opens peer big &
big=$!
is_asked() { [ "$(asked)" -ge 1 ]; }
t_ok "the CRL of 14 MB is asked for" wait_until 15 is_asked
# As long as it takes: one after the other, and none is put off.
rounds=0 within=0 failed=0
while ! fetched && [ $rounds -lt 200 ] && kill -0 $big 2>/dev/null; do
	if opens peer other && closes peer other; then
		rounds=$((rounds + 1))
		fetched || within=$((within + 1))
	else
		failed=$((failed + 1))
		break
	fi
done
t_note "$rounds sessions of others, $within of them before it was there"
t_ok "others came up while it came" [ $within -ge 1 ]
t_ok "and none failed" [ $failed = 0 ]
t_ok "the peer comes up" wait $big
t_ok "with traffic" wait_until 10 pings a 10.1.1.1 10.2.1.1
t_ok "the next one of others too" opens peer other
refused() {	# SUITE TUNNEL REASON
	suite_ctl "$1" activate "t-$2" --timeout 30 >out 2>&1 && return 1
	grep -Eq "$3" out || { cat out; return 1; }
}
t_ok "the last of 400,000 that it revokes" refused gw gone \
    'revoked since .*CN=c-big"'
t_ok "by one fetch" [ "$(asked)" = 1 ]
t_ok "the suite stops" suite_stop gw
t_ok "and starts" suite_start gw
t_ok "it is on disk" refused gw gone 'revoked since .*CN=c-big"'
t_ok "with no other fetch" [ "$(asked)" = 1 ]
t_ok "the suite stops" suite_stop gw
t_ok "the peer stops" suite_stop peer
lib_end
