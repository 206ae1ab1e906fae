#!/bin/sh
# `ikectl db import`: each file of import/ gives the YAML and the notes beside
# it (NAME.out), and `check` accepts what it gives, once the files that the
# notes name are where they belong.
#
#	import.sh		runs
#	import.sh -u		writes the NAME.out files anew, to be read
cd "$(dirname "$0")/../.." || exit 2
bin=$(cd "${BUILD:-.build/plain}" && pwd)/bin
. regress/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# import FILE: what it says, its YAML in $tmp/yaml.
import() {
	s=${1%.*}.secrets
	if [ -f "$s" ]; then
		"$bin/ikectl" db import "$1" --secrets "$s" >"$tmp/yaml" \
		    2>"$tmp/notes"
	else
		"$bin/ikectl" db import "$1" >"$tmp/yaml" 2>"$tmp/notes"
	fi
	rc=$?
	cat "$tmp/yaml" "$tmp/notes"
	echo "status $rc"
}

cd regress/policy/import || exit 2
if [ "${1-}" = -u ]; then
	for f in *.conf *.swanctl; do
		import "$f" >"${f%.*}.out"
	done
	exit 0
fi

# names KEY: the values of a key that names files.
names() {
	sed -n "s/^ *\(- \)*$1: *//p" "$tmp/yaml" | tr -d '[]",' | tr ' ' '\n' |
	    sort -u
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj /CN=import -days 2 -keyout "$tmp/key" -out "$tmp/cert" \
    >/dev/null 2>&1
openssl pkey -in "$tmp/key" -pubout -out "$tmp/pub" 2>/dev/null

# furnish DIR: the files that the YAML names.
furnish() {
	rm -rf "$1"
	mkdir -p "$1/psk" "$1/certs" "$1/private" "$1/ca" "$1/pubkeys"
	for i in $(names psk); do echo secret >"$1/psk/$i"; done
	for i in $(names cert); do
		cp "$tmp/cert" "$1/certs/$i"
		cp "$tmp/key" "$1/private/$i"
	done
	for i in $(names key); do cp "$tmp/key" "$1/private/$i"; done
	for i in $(names pubkey); do cp "$tmp/pub" "$1/pubkeys/$i"; done
	for i in any $(names ca) $(names file); do
		cp "$tmp/cert" "$1/ca/$i"
	done
	chmod 600 "$1"/psk/* "$1"/private/* 2>/dev/null
	cp "$tmp/yaml" "$1/ikd.yaml"
}

count=0
for f in *.conf *.swanctl; do
	count=$((count + 1))
	import "$f" >"$tmp/out"
	result "${f%.*}" "$(diff "${f%.*}.out" "$tmp/out" 2>&1)"
	[ -s "$tmp/yaml" ] && grep -q '^tunnels:' "$tmp/yaml" || continue
	furnish "$tmp/etc"
	if "$bin/tmd-policy" -n "$tmp/etc/ikd.yaml" >"$tmp/said" 2>&1; then
		result "${f%.*}: check accepts it" ""
	else
		result "${f%.*}: check accepts it" "$(cat "$tmp/said")"
	fi
done
# --add: the policy and its keys, or nothing of them.
into=$tmp/into
mkdir -p "$into/conf.d" "$into/run"
echo 'include: conf.d/*.yaml' >"$into/ikd.yaml"
add() {
	"$bin/ikectl" -f "$into" -r "$into/run" -l "$bin" db import "$@" \
	    --add >"$tmp/said" 2>&1
}
# left: what stands in the policy directory.
left() {
	(cd "$into" && find . -type f | sort | tr '\n' ' ')
}
if [ "$(id -u)" -eq 0 ]; then
	add sw-net2net-cert.swanctl &&
	    bad="taken without its certificates" || bad=
	[ "$(left)" = "./ikd.yaml " ] || bad="$bad left: $(left)"
	result "what check refuses is not added" "$bad"
	echo 'log: { level: info }' >"$into/ikd.yaml"
	add ss-net2net-psk.conf --secrets ss-net2net-psk.secrets &&
	    bad="added where nobody reads it" || bad=
	grep -q "does not read conf.d" "$tmp/said" || bad="$bad $(cat "$tmp/said")"
	[ "$(left)" = "./ikd.yaml " ] || bad="$bad left: $(left)"
	result "what the policy does not include is not added" "$bad"
	echo 'include: conf.d/*.yaml' >"$into/ikd.yaml"
	add ss-net2net-psk.conf --secrets ss-net2net-psk.secrets && bad= ||
	    bad=$(cat "$tmp/said")
	[ "$(left)" = "./conf.d/ss-net2net-psk.yaml ./ikd.yaml ./psk/net-net " ] ||
	    bad="$bad left: $(left)"
	[ "$(cat "$into/psk/net-net")" = "0sv+NkxY9LLZvwj4qCC2o/gGrWDF2d21jL" ] ||
	    bad="$bad another key"
	[ "$(stat -c %a "$into/psk/net-net")" = 600 ] || bad="$bad mode"
	result "the policy and its key are added" "$bad"
	"$bin/tmd-policy" -n "$into/ikd.yaml" >"$tmp/out" 2>&1
	grep -q "ok, 1 tunnel" "$tmp/out" && bad= || bad=$(cat "$tmp/out")
	result "and are part of the policy" "$bad"
	add ss-net2net-psk.conf --secrets ss-net2net-psk.secrets &&
	    bad="added twice" || bad=
	grep -q "is there already: --replace puts this in its place" "$tmp/said" || bad="$bad $(cat "$tmp/said")"
	result "not twice" "$bad"

	# Again, with another key and another network; then what is no good.
	cp ss-net2net-psk.conf ss-net2net-psk.secrets "$tmp"
	sed -i 's/^\([[:space:]]*rightsubnet=\).*/\110.77.0.0\/16/' \
	    "$tmp/ss-net2net-psk.conf"
	sed -i 's/0sv+NkxY9LLZvwj4qCC2o/0sAANkxY9LLZvwj4qCC2o/' \
	    "$tmp/ss-net2net-psk.secrets"
	cp "$into/conf.d/ss-net2net-psk.yaml" "$tmp/before"
	add "$tmp/ss-net2net-psk.conf" --secrets "$tmp/ss-net2net-psk.secrets" \
	    --replace && bad= || bad=$(cat "$tmp/said")
	grep -q "10.77.0.0/16" "$into/conf.d/ss-net2net-psk.yaml" ||
	    bad="$bad the tunnel is not new"
	grep -q '^0sAANkxY9' "$into/psk/net-net" || bad="$bad the key is old"
	cmp -s "$tmp/before" "$into/conf.d/ss-net2net-psk.yaml.old" ||
	    bad="$bad the file before is not kept"
	"$bin/tmd-policy" -n "$into/ikd.yaml" >"$tmp/out" 2>&1
	grep -q "ok, 1 tunnel" "$tmp/out" || bad="$bad $(cat "$tmp/out")"
	result "--replace: the tunnel and its key are new" "$bad"
	cp "$into/conf.d/ss-net2net-psk.yaml" "$tmp/before"
	printf '%s\n' '' 'conn more' ' left=192.0.2.9' ' right=192.0.2.10' \
	    ' authby=pubkey' ' leftcert=none.pem' ' keyexchange=ikev2' \
	    ' auto=add' >>"$tmp/ss-net2net-psk.conf"
	add "$tmp/ss-net2net-psk.conf" --secrets ss-net2net-psk.secrets \
	    --replace && bad="taken without its certificate" || bad=
	grep -q "nothing was added" "$tmp/said" || bad="$bad $(cat "$tmp/said")"
	cmp -s "$tmp/before" "$into/conf.d/ss-net2net-psk.yaml" ||
	    bad="$bad the file is another"
	grep -q '^0sAANkxY9' "$into/psk/net-net" || bad="$bad the key is another"
	[ ! -e "$into/conf.d/ss-net2net-psk.yaml.old" ] || bad="$bad old is left"
	result "--replace: what check refuses leaves all as it was" "$bad"
	printf 'tunnels:\n  other: { local: 192.0.2.1, remote: 192.0.2.2, psk: x }\n' \
	    >"$into/conf.d/ss-net2net-psk.yaml"
	cp "$into/conf.d/ss-net2net-psk.yaml" "$tmp/before"
	add ss-net2net-psk.conf --secrets ss-net2net-psk.secrets \
	    --replace && bad="took another's key" || bad=
	cmp -s "$tmp/before" "$into/conf.d/ss-net2net-psk.yaml" ||
	    bad="$bad the file is another"
	grep -q '^0sAANkxY9' "$into/psk/net-net" || bad="$bad the key is another"
	result "--replace: a key of another's is not written over" "$bad"
	grep -rq "v+NkxY9LLZvwj4qCC2o" "$tmp/said" "$into/conf.d" &&
	    bad="the key was shown" || bad=
	result "the key is nowhere but in its file" "$bad"
else
	for i in 1 2 3 4 5 6 7 8 9; do
		n=$((n + 1))
		echo "ok $n - db import --add # SKIP not root"
	done
fi
"$bin/ikectl" --json db import ss-options.conf >"$tmp/json" 2>"$tmp/err"
[ -s "$tmp/err" ] && bad=$(cat "$tmp/err") || bad=
grep -qv '^{"kind":".*}$' "$tmp/json" && bad="$bad $(cat "$tmp/json")"
[ "$(grep -c '"kind":"note"' "$tmp/json")" -gt 5 ] &&
    grep -q '"kind":"policy","yaml":"dataplane' "$tmp/json" ||
    bad="$bad rows are missing"
result "JSON, an object a line" "$bad"

[ "$count" -ge 60 ] && few= || few="only $count configurations"
result "at least sixty configurations" "$few"
echo "1..$n"
