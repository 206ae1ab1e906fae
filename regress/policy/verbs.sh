#!/bin/sh
# One table of verbs in three places: `ikectl help`, ikectl(8) and the
# completion.  Each verb stands in all of them with the same options, has an
# example, and says how it is used to who uses it wrongly.  (completion.sh asks
# the completion word for word; it lives on what help says.)
cd "$(dirname "$0")/../.." || exit 2
bin=$(cd "${BUILD:-.build/plain}" && pwd)/bin
page=man/ikectl.8
. regress/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# options LINE...: "--once -o", sorted; what stands in it as -x or --xx.
options() { grep -oE -- '(^|[[ ])--?[a-z0-9][a-z0-9-]*' | tr -d '[ ' | sort -u; }
# Verb and options of help: "activate<TAB>--no-wait --timeout".
"$bin/ikectl" help | awk '
	/^  [a-z]/ {
		two = "^(show|filter|db|psk|ppk|key|cert|ca)$"
		v = $1 ~ two ? $1 " " $2 : $1
		print v "\t" $0 }' |
    while IFS='	' read -r v rest; do
	printf '%s\t%s\n' "$v" "$(echo "$rest" | options | xargs)"
done | sort >"$tmp/help"

# The same of the manual: one item may go on with .Oo lines up to .Xc.
# Fl -once is --once; the JSON section names verbs again, behind a comma.
awk '
	/^\.Sh JSON|^\.Ss JSON/ { exit }
	function item(s,    w, n, i, v, o) {
		n = split(s, w, " ")
		for (i = 1; i <= n && w[i] ~ /^[a-z-]+$/ && w[i] != "Oo"; i++)
			v = v (v == "" ? "" : " ") w[i]
		for (; i <= n; i++)
			if (w[i] == "Fl") {
				while (++i <= n && w[i] ~ /^[-a-z0-9|]+$/)
					if (w[i] != "|")
						o = o " -" w[i]
				i--
			}
		print v "\t" o }
	/^\.It Xo/ { open = 1; s = ""; next }
	open && /^\.Xc/ { open = 0; item(s); next }
	open { sub(/^\.(Ic )?/, ""); s = s " " $0; next }
	/^\.It Ic [a-z]/ { sub(/^\.It Ic /, ""); item($0) }' $page |
    while IFS='	' read -r v o; do
	printf '%s\t%s\n' "$v" "$(printf '%s\n' $o | sort -u | xargs)"
done | sort -u >"$tmp/man"
# A verb of two items has the options of both.
awk -F'\t' '{ n = split($2, o, " ")
	if (!($1 in all)) all[$1] = ""
	for (i = 1; i <= n; i++)
		if (index(" " all[$1] " ", " " o[i] " ") == 0)
			all[$1] = all[$1] " " o[i] }
	END { for (v in all) print v "\t" all[v] }' "$tmp/man" |
    while IFS='	' read -r v o; do
	printf '%s\t%s\n' "$v" "$(printf '%s\n' $o | sort -u | xargs)"
done | sort >"$tmp/page"
cut -f1 "$tmp/help" | uniq >"$tmp/verbs"
[ "$(wc -l <"$tmp/verbs")" -gt 60 ] && out= || out="$(wc -l <"$tmp/verbs")"
result "the verbs of help were found" "$out"
result "the manual has the same verbs" "$(cut -f1 "$tmp/page" | diff "$tmp/verbs" - | grep '^[<>]')"
while IFS='	' read -r v o; do
	result "$v: the same options" "$(awk -F'\t' -v v="$v" -v o="$o" '
	    $1 == v && $2 != o { print "help: " o; print "manual: " $2 }' "$tmp/page")"
done <"$tmp/help"

# An example: a line that runs it, at a prompt or in a script.
grep -E '^(\.Dl )?[#$] ikectl |^ikectl |\| ikectl |\(ikectl ' $page >"$tmp/examples"
while read -r v; do
	grep -Eq "ikectl (-[a-z] |--json )*$v( |\$)" "$tmp/examples" && out= ||
	    out="no example"
	result "$v: an example" "$out"
done <"$tmp/verbs"

# Used wrongly: status 2, with the verb's own line or the option that is wrong;
# no service is needed to be told.
wrong() {	# WANTED ARGS...
	_want=$1
	shift
	"$bin/ikectl" -r "$tmp" -f "$tmp" "$@" >"$tmp/out" 2>&1 </dev/null
	_st=$?
	[ $_st -eq 2 ] && grep -qE -- "$_want" "$tmp/out" ||
	    { echo "status $_st: ikectl $*"; cat "$tmp/out"; }
}
while read -r v; do
	# shellcheck disable=SC2086	# a verb of two words
	result "$v: an unknown option" \
	    "$(wrong "^ikectl: .*(--)?no-such|^(usage: ikectl|  ) ?$v( |\$)" $v --no-such)"
done <"$tmp/verbs"
# For a program it is an object.
object() {	# ARGS...
	"$bin/ikectl" -r "$tmp" -f "$tmp" -j "$@" >"$tmp/out" 2>/dev/null \
	    </dev/null
	_st=$?
	[ $_st -eq 2 ] && tr -d ' \n' <"$tmp/out" |
	    grep -q '^{"rows":\[\],"status":2,"text":"..*"}$' ||
	    { echo "status $_st: ikectl -j $*"; cat "$tmp/out"; }
}
while read -r v; do
	# shellcheck disable=SC2086
	result "$v: an unknown option, in JSON" "$(object $v --no-such)"
done <"$tmp/verbs"
result "a second time the same option" \
    "$(wrong 'a second time' wait x --timeout 3 --timeout 4)"
# What is refused leaves no file with nothing but a head.
"$bin/ikectl" -r "$tmp/none" trace nobody >"$tmp/trace" 2>/dev/null
result "trace of nothing writes nothing" "$(wc -c <"$tmp/trace" | grep -vx 0)"
for v in psk ppk key cert ca db filter show; do
	result "$v alone" "$(wrong "  $v " $v)"
	result "$v: no such verb" "$(wrong "^  $v |nosuch" $v nosuch)"
done
result "no such verb" "$(wrong 'no such verb: nosuch' nosuch)"
result "no verb" "$(wrong usage:)"
echo "1..$n"
