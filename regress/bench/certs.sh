# shellcheck shell=sh
# What certd's part of an IKE_AUTH with a certificate costs, beside OpenSSL's
# bare verification of one signature.

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
}
