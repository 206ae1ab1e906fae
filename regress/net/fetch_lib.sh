# What the tests of certd-fetch share; to be sourced behind lib.sh.
#
#	f --- w		f: certd-fetch, 10.9.0.1; w: servers, 10.9.0.2 - .5
#
# /etc of f is a copy, $LIB/etc, so that names, name servers and authorities
# are ours to set.

tool=$BUILD/regress/net/http_tool

fetch_begin() {
	net_ns f w
	net_link f eth0 10.9.0.1/24,fd09::1/64 w eth0 10.9.0.2/24,fd09::2/64
	net_addr w eth0 10.9.0.3/24,10.9.0.4/24,10.9.0.5/24
	mkdir "$LIB/d" "$LIB/out" "$LIB/bin" "$LIB/secrets"
	# Where its user may come: a build below /root is out of reach.
	install -m 755 "$BUILD/bin/certd-fetch" "$LIB/bin"
	chmod 777 "$LIB/out"
	cp -a /etc "$LIB/etc" 2>/dev/null
	echo "127.0.0.1 localhost" >"$LIB/etc/hosts"
	: >"$LIB/etc/resolv.conf"
	: >"$LIB/d/.rules"
	in_ns w "$tool" "$LIB/http.log" :: 80 "$LIB/d" &
	wait_until 20 grep -q listening "$LIB/http.log"
}

# in_f COMMAND...: where /etc is ours.
in_f() {
	# shellcheck disable=SC2016	# the inner shell's
	in_ns f unshare -m sh -c 'mount --bind "$0" /etc && exec "$@"' \
	    "$LIB/etc" "$@"
}

# bed POLICY: asks what stands on standard input; the answers are in
# $LIB/answers, the log in $LIB/fetch.log.
bed() {
	printf '%s\n' "$1" >"$LIB/policy.yaml"
	in_f "$BUILD/regress/net/fetch_bed" "$LIB/bin/certd-fetch" \
	    _certfetch "$LIB/policy.yaml" "$LIB/secrets" >"$LIB/answers" 2>"$LIB/fetch.log"
	bed_status=$?
	return $bed_status
}

# got N FILE: the answer of request N is this file of d.
got() {
	grep -qx "$1 got $(($(wc -c <"$LIB/d/$2")))" "$LIB/answers" ||
	    { answer_of "$1"; return 1; }
}

answer_of() {
	grep "^$1 " "$LIB/answers" || { echo "no answer to $1"
	    tail -n 5 "$LIB/fetch.log"; }
}

# no N CODE SENTENCE: it was refused with exactly this.
no() {
	[ "$(answer_of "$1")" = "$*" ] || { echo "$*"; answer_of "$1"
	    return 1; }
}

# asked TIMES PATH: so many requests for it have come to http_tool.
asked() {
	[ "$(grep -c " $2 " "$LIB/http.log")" -eq "$1" ]
}
