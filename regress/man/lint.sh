#!/bin/sh
# Every manual page is lint-clean mdoc.  Every verb has its paragraph and an
# example, and every key, with each of its words, a paragraph at its place:
# the programs say which there are.  What the pages say is not in this
# version is what the programs refuse, no more and no less.
cd "$(dirname "$0")/../.." || exit 2
bin=${BUILD:-.build/plain}/bin
. regress/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

for p in man/*.[58]; do
	# Cross references to pages of other systems are not ours to lint.
	result "$p" "$(mandoc -T lint -W warning "$p" 2>&1 |
	    grep -v 'referenced manual not found')"
done
for want in ikd.8 tmd.8 certd.8 dhcprelay.8 ikectl.8 ikd.yaml.5; do
	result "man/$want exists" "$([ -s man/$want ] || echo missing)"
done

# The verbs, as ikectl itself lists them.
"$bin/ikectl" help | awk '/^  [a-z]/ {
	print $1 ($2 ~ /^[a-z][a-z-]*$/ ? " " $2 : "") }' | sort -u >"$tmp/verbs"
sed -n '/^\.Sh DESCRIPTION/,/^\.Sh JSON/p' man/ikectl.8 |
    grep -E '^\.(It|Ic|Xo)' | sed 's/$/ /' >"$tmp/paragraphs"
awk '/^\.(Bd|Dl)/ { on = 1 } on { sub(/^\.Dl /, ""); sub(/^[#$] /, "")
    print $0 " " } /^\.Ed/ { on = 0 }' man/ikectl.8 |
    grep '^ikectl ' >"$tmp/examples"
miss= none=
while read -r v; do
	grep -q "Ic $v " "$tmp/paragraphs" || miss="$miss $v,"
	grep -q "^ikectl $v " "$tmp/examples" || none="$none $v,"
done <"$tmp/verbs"
[ "$(wc -l <"$tmp/verbs")" -gt 50 ] || miss="ikectl help lists no verbs"
result "every verb has its paragraph" "$miss"
result "every verb has an example" "$none"

# not_in PAGE: the paragraph about what is refused.
not_in() {
	sed -n '/^\.S[hs] N[Oo][Tt] [Ii][Nn] [Tt][Hh][Ii][Ss]/,/^\.Sh/p' "$1"
}
# ikectl's own list: the verbs without a line of help.
sed -n '/^} verbs\[\]/,/^};/s/^	{ "\([a-z ]*\)",.*NULL },*$/\1/p' \
    ikd/ikectl/main.c | sort >"$tmp/want"
not_in man/ikectl.8 | sed -n 's/^\.Ic //p' | sed 's/ , /\n/g; s/ [,.]$//' |
    sort >"$tmp/have"
[ -s "$tmp/want" ] || echo "no such verbs were found" >"$tmp/have"
result "the verbs that are refused, and no others, are said to be" \
    "$(diff "$tmp/want" "$tmp/have")"

# The policy reader's own list: map, key or key:word, built or refused.
"$bin/tmd-policy" -K >"$tmp/keys"
[ "$(wc -l <"$tmp/keys")" -gt 200 ] || echo none >"$tmp/keys"
not_in man/ikd.yaml.5 | awk '
	/^\.El/ { map = "" }
	/^\.It / { gsub(/ (Ic|No) /, " "); map = substr($0, 5); next }
	map != "" && /^\.(Li|Ic) / {
		key = ""
		for (i = 2; i <= NF; i++)
			if ($(i + 1) == ":") {
				key = $i ":"
				i++
			} else if ($i ~ /^[,;.]$/)
				key = ""
			else if ($i != "Cm" && $i != "|")
				print map "\t" key $i
	}' | sort >"$tmp/have"
awk -F '\t' '$3 == "refused" { print $1 "\t" $2 }' "$tmp/keys" |
    sort >"$tmp/want"
result "the keys that are refused, and no others, are said to be" \
    "$(diff "$tmp/want" "$tmp/have")"

result "every key has its paragraph at its place, with its words" \
    "$(awk -f regress/man/keys.awk "$tmp/keys" man/ikd.yaml.5)"
echo "1..$n"
