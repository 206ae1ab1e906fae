#!/bin/sh
# Copyright (c) 2026 The ikd authors
#
# Permission to use, copy, modify, and distribute this software for any
# purpose with or without fee is hereby granted, provided that the above
# copyright notice and this permission notice appear in all copies.
#
# THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
# WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
# MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
# ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
# WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
# ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
# OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.

# regress/run, interrupted as by ^C at a terminal: the tests that run are
# ended, have removed what they made before it returns, and no other begins.
set -u
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$T/regress/slow" "$T/build"
cp "$TOP/regress/run" "$T/regress/run"
for n in 1 2 3; do
	cat >"$T/regress/slow/$n.sh" <<-EOF
		#!/bin/sh
		trap 'sleep 0.5; echo removed >$T/removed.$n' EXIT
		trap 'exit 130' INT TERM HUP
		echo begun >$T/begun.$n
		sleep 120
		echo ok
	EOF
	chmod +x "$T/regress/slow/$n.sh"
done

# A group of its own, as a terminal's foreground job has.
cat >"$T/job" <<EOF
cd $T && exec regress/run -b build -j 2 slow
EOF
# In the background ^C is ignored, and stays so for all that follow.
setsid env --default-signal=INT sh "$T/job" >"$T/out" 2>&1 &
tries=0
until [ -e "$T/begun.1" ] && [ -e "$T/begun.2" ]; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || break
	sleep 0.1
done
group=$(pgrep -f "regress/run -b build -j 2 slow" | while read -r p; do
	[ "$(readlink "/proc/$p/cwd")" = "$T" ] && ps -o pgid= -p "$p"
done | sort -u | head -1 | tr -d ' ')
kill -INT -"$group"
wait $!

n=0
check() {
	n=$((n + 1))
	if eval "$2"; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		ls "$T" | sed 's/^/# /'
		sed 's/^/# /' "$T/out"
	fi
}
check "both that ran have removed what they made" \
    '[ -e "$T/removed.1" ] && [ -e "$T/removed.2" ]'
check "the third was not begun" '[ ! -e "$T/begun.3" ]'
echo "1..$n"
