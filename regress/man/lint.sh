#!/bin/sh
# Every manual page is lint-clean mdoc; every verb and key has its paragraph.
cd "$(dirname "$0")/../.." || exit 2
. regress/tap.sh

for p in man/*.[58]; do
	# Cross references to pages of other systems are not ours to lint.
	result "$p" "$(mandoc -T lint -W warning "$p" 2>&1 |
	    grep -v 'referenced manual not found')"
done
for want in ikd.8 tmd.8 certd.8 dhcprelay.8 ikectl.8 ikd.yaml.5; do
	result "man/$want exists" "$([ -s man/$want ] || echo missing)"
done

# ikectl's verbs with help text, from its own table.
miss=
for v in $(sed -n '/^} verbs\[\]/,/Known, refused/s/^	{ "\([a-z ]*\)".*/\1/p' \
    ikd/ikectl/main.c | tr ' ' '_') check psk_create psk_list psk_delete; do
	v=$(echo "$v" | tr _ ' ')
	grep -Eq "^\.(It|Ic|Cm|Xo|It Xo|It Ic|It Cm) .*${v##* }" man/ikectl.8 ||
	    miss="$miss $v"
done
result "every verb has its paragraph" "$miss"

# The policy reader's own list of the keys it has built.
keys=$("${BUILD:-.build/plain}/bin/tmd-policy" -K 2>/dev/null)
miss=
for k in $keys; do
	grep -Eq "^\.It (Ic|Cm|Va) $(echo "$k" | sed 's/[.]/[.]/g')( |$)" \
	    man/ikd.yaml.5 || miss="$miss $k"
done
[ -n "$keys" ] || miss="tmd-policy -K printed no keys"
result "every key has its paragraph" "$miss"
echo "1..$n"
