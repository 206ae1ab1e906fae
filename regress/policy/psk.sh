#!/bin/sh
# `ikectl psk` and `ppk` without a service: what is exported at one end is
# imported at the other, a secret stays root's alone, and every refusal says
# what to do.  Also the manners of the command line.
cd "$(dirname "$0")/../.." || exit 2
bin=$(cd "${BUILD:-.build/plain}" && pwd)/bin
. regress/tap.sh
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
umask 077
mkdir "$tmp/a" "$tmp/b"

# ctl END ARGS...: what it says, without a terminal.
ctl() {
	_end=$1
	shift
	setsid -w "$bin/ikectl" -f "$tmp/$_end" -r "$tmp/none" "$@" 2>&1 |
	    grep -v '^The service does not run'
}
# says NAME WANTED ARGS...: what comes is WANTED, a line or more.
says() {
	_name=$1 _want=$2
	shift 2
	_have=$(ctl "$@")
	result "$_name" "$([ "$_have" = "$_want" ] ||
	    printf '%s\n' "wanted: $_want" "came:   $_have")"
}
# status NAME STATUS ARGS...
status() {
	_name=$1 _want=$2
	shift 2
	"$bin/ikectl" -f "$tmp/a" -r "$tmp/none" "$@" >"$tmp/out" 2>&1
	_got=$?
	result "$_name" "$([ "$_got" -eq "$_want" ] ||
	    { echo "status $_got"; cat "$tmp/out"; })"
}
same() {
	result "$1" "$(cmp "$2" "$3" 2>&1)"
}
mode() {
	result "$1" "$(stat -c %a "$2" | grep -v '^600$')"
}

for k in psk ppk; do
	line=$(ctl a $k create boston)
	case $line in 0s????????????????????????????????????????????) e= ;;
	*) e=$line ;; esac
	result "$k create prints 256 bits" "$e"
	mode "$k: the file is root's alone" "$tmp/a/$k/boston"
	says "$k export prints the same" "$line" a $k export boston
	says "$k export to a file" "" a $k export boston -o "$tmp/$k.key"
	mode "$k: which is root's alone" "$tmp/$k.key"
	says "$k import" "" b $k import paris "$tmp/$k.key"
	same "$k: both ends have the same" "$tmp/a/$k/boston" \
	    "$tmp/b/$k/paris"
	mode "$k: the other file, too" "$tmp/b/$k/paris"
	says "$k import does not write over a key" \
	    "ikectl: $tmp/b/$k/paris: File exists; --force writes over it" \
	    b $k import paris "$tmp/$k.key"
	says "$k show tells all but the key" "name    paris
file    $tmp/b/$k/paris
key     32 octets, base64
state   the service does not run" b $k show paris
	says "$k show for programs" \
	    "{\"kind\":\"$k\",\"name\":\"paris\",\"problem\":\"\",\"state\":\"\",\"form\":\"base64\",\"octets\":\"32\"}" \
	    b $k show paris --json
	says "$k delete of another" \
	    "ikectl: $tmp/b/$k/pariss: No such file or directory; did you mean \"paris\"?" \
	    b $k delete pariss
	says "$k show of nothing like it" \
	    "ikectl: quito: No such file or directory; list shows what there is" \
	    b $k show quito
	says "$k delete" "" b $k delete paris
	result "$k: it is gone" "$([ ! -e "$tmp/b/$k/paris" ] || echo no)"
	status "$k: a name is no number" 2 $k create 7
	says "$k: it says so" 'ikectl: "7": a name is not a number' \
	    a $k create 7
	status "$k without a verb: its usage" 2 $k
	result "$k: which names all of them" \
	    "$([ "$(grep -c "^  $k " "$tmp/out")" -eq 6 ] || cat "$tmp/out")"
done

# By the standard input; keys that are none.
printf 'correct horse battery staple\n' | ctl b psk import horse - >"$tmp/out"
result "of the standard input" "$(cat "$tmp/out")"
says "a line of text" "correct horse battery staple" b psk export horse
says "is taken over with --force" "" b psk import horse "$tmp/psk.key" --force
same "and is the other" "$tmp/psk.key" "$tmp/b/psk/horse"
printf 'short' | ctl b psk import pony - >"$tmp/out"
result "a short key is warned of" \
    "$(grep -q 'has 5 octets, and should have 16' "$tmp/out" ||
    cat "$tmp/out")"
result "and gets its newline" "$([ "$(wc -l <"$tmp/b/psk/pony")" -eq 1 ] || echo no)"
bad() {	# NAME SENTENCE FORMAT
	# shellcheck disable=SC2059
	printf "$3" | ctl b psk import wrong - >"$tmp/out"
	result "$1" "$([ "$(cat "$tmp/out")" = "ikectl: psk wrong: $2" ] ||
	    cat "$tmp/out"; [ ! -e "$tmp/b/psk/wrong" ] || echo written)"
}
bad "an empty one" "an empty file" ''
bad "two lines" "more than one line" 'a\nb\n'
bad "no base64" "0s needs base64 with its padding" '0sabc\n'
bad "a carriage return" \
    "the line ends in a carriage return: save it with plain newlines" \
    'secret of the other\r\n'
echo 'a secret that all may read' >"$tmp/open"
chmod 644 "$tmp/open"
says "a file that others read" \
    "ikectl: $tmp/open: readable by others (mode 0644): chmod 600" \
    b psk import wrong "$tmp/open"
says "no terminal to ask" "ikectl: there is no terminal to ask for the key: \
name a file, or - for the standard input" b psk import wrong </dev/null
chmod 644 "$tmp/b/psk/horse"
says "a key that others read is not exported" \
    "ikectl: horse: readable by others (mode 0644): chmod 600" \
    b psk export horse

# From a terminal: script(1) makes one.
mkfifo "$tmp/keys"
typed() {	# FIRST SECOND
	: >"$tmp/out"
	exec 3<>"$tmp/keys"
	script -qec "'$bin/ikectl' -f '$tmp/b' -r '$tmp/none' psk import typed" \
	    /dev/null <"$tmp/keys" >"$tmp/out" &
	for want in "Pre-shared key of typed:" "The same again:"; do
		i=0
		until grep -q "$want" "$tmp/out" || [ $((i += 1)) -gt 100 ]; do
			sleep 0.1
		done
		echo "$1" >&3
		shift
	done
	exec 3>&-
	wait $!
}
typed 'mellow is the key' 'mellow is the kye'
result "a key mistyped is not taken" "$(grep -q 'the two differ' "$tmp/out" &&
    [ ! -e "$tmp/b/psk/typed" ] || cat "$tmp/out")"
typed 'mellow is the key' 'mellow is the key'
result "a key typed twice is" \
    "$(grep -qx 'mellow is the key' "$tmp/b/psk/typed" || cat "$tmp/out")"
result "and it is not seen" "$(grep mellow "$tmp/out")"

mkdir "$tmp/a/private" "$tmp/a/certs"
says "key show of another" "ikectl: $tmp/a/private/boston: No such file or \
directory; list shows what there is" a key show boston

# The command line.
status "help behind options" 0 help filter
result "is of that verb alone" \
    "$(grep '^  ' "$tmp/out" | grep -v '^  filter \|^      ')"
status "help of an alias" 0 help up
result "is that of the verb" "$(grep -q '^  activate' "$tmp/out" || echo no)"
status "help of nothing" 2 help nothing
for v in filter show db; do
	status "$v alone: its usage" 2 $v
	result "$v: names its verbs" "$(grep -q "^  $v [a-z]" "$tmp/out" ||
	    cat "$tmp/out")"
done
says "the nearest verb" \
    'ikectl: no such verb: lst; did you mean "list"?' a lst
says "also of two words" \
    'ikectl: no such verb: show tunel; did you mean "show tunnel"?' \
    a show tunel
says "an option of a verb before it" 'ikectl: --remote-id is no option before '\
'a verb; those of the verb stand behind it' a --remote-id x list
status "which is a wrong call" 2 --remote-id x list
status "nothing at all" 2
result "is three lines" "$([ "$(wc -l <"$tmp/out")" -eq 3 ] || cat "$tmp/out")"
echo "1..$n"
