#!/bin/sh
# The numbers of the house: files, functions, headers, the privileged part,
# who includes whom.  Prints them, and fails when one is over its budget.
cd "$(dirname "$0")/../.." || exit 2
src=$(find common ikd tmd certd dhcprelay -name '*.c')
hdr=$(find common ikd tmd certd dhcprelay -name '*.h')
. regress/tap.sh

# shellcheck disable=SC2086
over() { wc -l $2 | awk -v m="$1" '$2 != "total" && $1 > m { print $2 ": " $1 " lines" }'; }
# common/proto.c is one line a message: data, not code.
result "files have at most 600 lines" "$(over 600 "$src" | grep -v '^common/proto.c:')"
result "headers have at most 200 lines" "$(over 220 "$hdr")"

# shellcheck disable=SC2046
result "lines have at most 80 columns" "$(awk -f regress/budget/width.awk \
    Makefile regress/Makefile.inc $src $hdr $(find regress -name '*.[ch]'))"
result "a line of 81 is found" "$(printf '\t%073d\n%080d\n' 0 0 |
    awk -f regress/budget/width.awk | grep -q ':1: 81 ' || echo "it was not")"

# shellcheck disable=SC2086
awk -f regress/budget/count.awk $src | sort -n >/tmp/budget.$$
trap 'rm -f /tmp/budget.$$' EXIT
total=$(wc -l </tmp/budget.$$)
median=$(awk -v t="$total" 'NR == int((t + 1) / 2) { print $1 }' /tmp/budget.$$)
p95=$(awk -v t="$total" 'NR == int(t * 0.95) { print $1 }' /tmp/budget.$$)
longest=$(tail -1 /tmp/budget.$$)
# shellcheck disable=SC2086
echo "# $(cat $src $hdr | wc -l) lines in $(echo $src $hdr | wc -w) files," \
    "$total functions: median $median, p95 $p95, longest $longest"
result "function median under 20" "$([ "$median" -lt 20 ] || echo "$median")"
result "function p95 under 60" "$([ "$p95" -lt 60 ] || echo "$p95")"
result "no function over 100 lines" "$(awk '$1 > 100' /tmp/budget.$$)"

# Lines of code: neither blank nor comment.
code() { cat "$@" | awk -f regress/budget/code.awk; }
c=$(code ikd/parent/starter*.c)
echo "# starter: $c lines of code"
result "the starter is under 400 lines" "$([ "$c" -lt 400 ] || echo "$c")"

# What the parent maps that we wrote: its objects, from the linker's map.
parent=$(ls ikd/parent/*.c | grep -v starter)
used=
for f in common/*.c; do
	o=$(basename "$f" .c)
	# A file is linked when one of its global functions is in the program.
	for s in $(nm --defined-only -g "${BUILD:-.build/plain}/common/$o.o" \
	    2>/dev/null | awk '$2 == "T" { print $3 }' | head -1); do
		nm "${BUILD:-.build/plain}/bin/ikd-parent" |
		    grep -q " T $s$" && used="$used $f"
	done
done
# Not written by hand: common/proto.c, which the tables make.
used=$(echo "$used" | tr ' ' '\n' | grep -v '^common/proto.c$')
# shellcheck disable=SC2086
own=$(code $parent) shared=$(code $used)
echo "# parent: $own lines of code, and $shared it links of common"
echo "# (the house wants 3000; this bound only keeps it from growing)"
result "the parent does not grow" \
    "$([ $((own + shared)) -lt 14500 ] || echo $((own + shared)))"

# common/ includes no process's header; no process another's.
bad=
for f in $src $hdr; do
	for i in $(sed -n 's/^#include "\(.*\)"/\1/p' "$f"); do
		case $i in */*) bad="$bad $f:$i" ;; esac
		[ -e "$(dirname "$f")/$i" ] || [ -e "common/$i" ] || bad="$bad $f:$i"
	done
done
result "includes stay in their room" "$bad"

# shellcheck disable=SC2086
result "what OpenSSL returns is compared with its success value" \
    "$(awk -f regress/budget/openssl.awk $src 2>&1 >/dev/null |
    grep -qE '[0-9]{3,} calls' || echo "it found no calls"
    awk -f regress/budget/openssl.awk $src 2>/dev/null)"

# Each of these is one that the above has to find.
wrong=regress/budget/openssl_wrong.txt
result "what is not compared so is found" \
    "$([ "$(awk -f regress/budget/openssl.awk $wrong 2>/dev/null | wc -l)" -eq \
    "$(grep -cE "[A-Z0-9]+_[A-Za-z_]+\(" $wrong)" ] ||
    awk -f regress/budget/openssl.awk $wrong 2>/dev/null)"

# The licence stands at the head of every file of code.
# shellcheck disable=SC2086
result "every file has its licence" \
    "$(grep -L 'Permission to use, copy, modify, and distribute' $src $hdr)"
result "the top level is the user's" \
    "$(ls | grep -vxE 'Makefile|README|ikd|tmd|certd|dhcprelay|common|etc|man|regress')"
echo "1..$n"
