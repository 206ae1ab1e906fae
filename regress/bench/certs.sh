# shellcheck shell=sh
# What certificates cost: certd's part of an IKE_AUTH beside OpenSSL's bare
# verification of one signature, and whole handshakes as handshake.sh takes
# them, each peer with a certificate of its own that was never seen before.

bench_certs() {
	_c=$("$BUILD/regress/bench/certd_bench" "${BENCH_CERTS:-2000}") ||
	    return 1
	for _k in p256 rsa2048; do
		_bare=$(echo "$_c" | awk -v k="$_k-bare-verify" '$1 == k { print $2 }')
		echo "$_c" | grep "^$_k-" | grep -v bare >"$LIB/certs"
		while read -r _n _v; do
			figure "cert-$_n" "$_v" us openssl "$_bare"
		done <"$LIB/certs"
	done
	certs_crl || return 1
	for certs_type in p256 rsa2048; do
		certs_handshake "$certs_type" || return 1
	done
}

# A CRL of 14 MB: what certd does in one turn each, and what a peer costs then.
certs_crl() {
	"$BUILD/regress/bench/crl_bench" "${BENCH_CRL:-520000}" \
	    >"$LIB/certs" || return 1
	_none=$(awk '$1 == "no-crl-peer-us" { print $2 }' "$LIB/certs")
	while read -r _n _v; do
		case $_n in
		crl-octets) figure "$_n" "$_v" octets - - ;;
		crl-rss-kib) figure "$_n" "$_v" KiB - - ;;
		crl-peer-us) figure crl-peer "$_v" us no-crl "$_none" ;;
		no-crl-peer-us) ;;
		*) figure "$_n" "$_v" ms - - ;;
		esac
	done <"$LIB/certs"
}

# certs_key FILE: a private key of $certs_type.
certs_key() {
	if [ "$certs_type" = p256 ]; then
		openssl genpkey -algorithm EC -pkeyopt \
		    ec_paramgen_curve:P-256 -out "$1"
	else
		openssl genpkey -algorithm RSA -pkeyopt \
		    rsa_keygen_bits:2048 -out "$1"
	fi 2>/dev/null
}

# A CA, and the responder's certificate.
certs_pki() {
	pki=$LIB/pki-$certs_type
	mkdir -p "$pki" && certs_key "$pki/ca.key" &&
	    certs_key "$pki/gw.key" || return 1
	openssl req -x509 -new -key "$pki/ca.key" -subj "/CN=Bench" -days 2 \
	    -out "$pki/ca.crt" 2>/dev/null || return 1
	echo 'subjectAltName = DNS:b.example' >"$pki/ext"
	openssl req -new -key "$pki/gw.key" -subj /CN=b.example 2>/dev/null |
	    openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" \
	    -set_serial 1 -extfile "$pki/ext" -days 2 -out "$pki/gw.crt" \
	    2>/dev/null
}

certs_ours() {
	_e=$(suite_etc gw2)
	mkdir -p "$_e/ca" "$_e/certs" "$_e/private"
	cp "$pki/ca.crt" "$_e/ca/bench" && cp "$pki/gw.crt" "$_e/certs/gw" &&
	    install -m 600 "$pki/gw.key" "$_e/private/gw"
	sed -e '/ psk: t$/d' \
	    -e 's/"fqdn:b[0-9]*.example"/"fqdn:b.example", auth: { cert: gw }/' \
	    -e 's/"fqdn:a[0-9]*.example"/&, auth: { ca: bench }/'
}

certs_theirs() {
	cp "$pki/ca.crt" "$LIB/peer/swan/x509ca/"
	cp "$pki/gw.crt" "$LIB/peer/swan/x509/"
	cp "$pki/gw.key" "$LIB/peer/swan/private/"
	sed -e 's/^local { auth = psk$/local { auth = pubkey/' \
	    -e 's/^id = b[0-9]*.example$/id = b.example/' \
	    -e 's/remote { auth = psk$/remote { auth = pubkey\ncacerts = ca.crt/' \
	    -e '/^local {/a certs = gw.crt' -e '/^secrets/d'
}

certs_handshake() {
	certs_pki && hs_programs "$LIB/null" || return 1
	_save=${BENCH_MARKS-}
	BENCH_MARKS=${BENCH_MARKS:-100 1000 4000}
	HS_CORE=$(hs_core)
	HS_AUTH="-g -c $pki/ca.crt -K $pki/ca.key -T $1"
	HS_OURS=certs_ours
	HS_THEIRS=certs_theirs
	_rc=0
	hs_run_ours "$LIB/ours" "$LIB/null" && hs_run_swan "$LIB/theirs" ||
	    _rc=1
	HS_AUTH=
	HS_OURS=hs_psk_ours
	HS_THEIRS=hs_psk_theirs
	BENCH_MARKS=$_save
	[ $_rc -eq 0 ] || return 1
	hs_figures "handshake-$1" 2 1000 us/handshake "$LIB/ours" "$LIB/theirs"
	hs_figures "memory-$1" 3 1 octets/SA "$LIB/ours" "$LIB/theirs"
}
