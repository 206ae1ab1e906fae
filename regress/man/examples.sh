#!/bin/sh
# What ikd.yaml(5) shows is a policy: each block and each line of it goes
# through the policy reader.
cd "$(dirname "$0")/../.." || exit 2
prog=${BUILD:-.build/plain}/bin/tmd-policy
page=man/ikd.yaml.5
. regress/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# refused FILE: prints what the reader has against it, and fails if nothing.
refused() {
	"$prog" -n "$1" >"$tmp/out" 2>&1 && grep -q ': ok, ' "$tmp/out" &&
	    return 1
	cat "$tmp/out"
}

# Literal blocks, one a file, named by the line they begin in.
awk -v dir="$tmp" '
	/^\.Bd -literal/ { f = sprintf("%s/block-%04d.yaml", dir, NR); next }
	/^\.Ed/ { f = ""; next }
	f != "" { gsub(/\\&/, ""); gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\")
	    print >f }
' $page
blocks=0
for f in "$tmp"/block-*.yaml; do
	[ -s "$f" ] || continue
	blocks=$((blocks + 1))
	line=${f##*block-}
	result "$page:${line%.yaml}" "$(refused "$f")"
done
[ "$blocks" -ge 6 ] && out= || out="only $blocks blocks were found"
result "the blocks were found" "$out"

# Single lines: of the top, or else a child.
sed -n 's/^\.Dl //p' $page | sed 's/^"\(.*\)"$/\1/' >"$tmp/lines"
while read -r l; do
	printf '%s\n' "$l" >"$tmp/top.yaml"
	printf 'tunnels: { t: { remote: 192.0.2.1, psk: t, children: { %s } } }\n' \
	    "$l" >"$tmp/child.yaml"
	out=$(refused "$tmp/top.yaml") &&
	    { refused "$tmp/child.yaml" >/dev/null || out=; }
	result "$l" "$out"
done <"$tmp/lines"
[ -s "$tmp/lines" ] && out= || out="none were found"
result "the lines were found" "$out"
echo "1..$n"
