#!/bin/sh
# How the database reaches the disk: the new file is written and on the disk
# before it takes the name, and the name is on the disk before anybody is told;
# and the one that writes is killed at each of these steps.
. "$(dirname "$0")/../lib.sh"
lib_begin db_crash
net_ns a
suite_keyed gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOT
tunnels:
  first: { local: 192.0.2.1, remote: 192.0.2.2, psk: t, start: manual }
EOT
command -v strace >/dev/null || {
	t_skip "the order of its writes" "no strace"
	lib_end
}
# watch OPTION...: strace on the starter, which is who writes it.
watch() {
	rm -f "$LIB/trace" "$LIB/strace"	# what it said before
	strace -p "$(suite_ikd gw)" -o "$LIB/trace" "$@" 2>"$LIB/strace" &
	watcher=$!
	wait_until 10 grep -q attached "$LIB/strace"
}
put() {	# NAME
	echo "{ remote: { address: 192.0.2.3, id: \"fqdn:$1.example\" }, psk: t, start: manual }" |
	    suite_ctl gw db put "tunnels/$1"
}
has() { suite_ctl gw db get "tunnels/$1" >/dev/null; }
kept() {	# all that was acknowledged is there
	for _n in $acknowledged; do
		has "$_n" || { echo "$_n was acknowledged, and is not there"; return 1; }
	done
}

# What a trace of one put has to show, in this order; "told" is the first
# message to the parent after all of it.
order() {
	awk '
	    function fd(s) { sub(/^[a-z]*[(]/, "", s); return s + 0 }
	    function step(n) { if (at == n - 1) at = n }
	    / = -1 E/ { next }
	    /^openat.*\.new"/ { new = $NF; at = 1 }
	    /^(write|pwrite64)[(]/ && at >= 1 && fd($0) == new { step(2) }
	    /^fsync[(]/ && at == 2 && fd($0) == new { step(3) }
	    /^renameat2?[(].*\.new"/ { dir = fd($0)
		if (at != 3) { print "renamed after step " at; bad = 1 }
		step(4) }
	    /^fsync[(]/ && at == 4 && fd($0) == dir { step(5) }
	    /^sendmsg[(]/ {
		if (at > 0 && at < 5) { print "told after step " at; bad = 1 }
		if (at == 5) { step(6) } }
	    END { print "steps: " at; exit bad || at != 6 }' "$1"
}

t_ok "it serves" suite_start gw
acknowledged=
t_ok "strace is attached" watch -s 64 -e \
    'trace=openat,write,pwrite64,fsync,renameat,renameat2,sendmsg,close'
t_ok "put" put zero
acknowledged=zero
kill "$watcher"
wait "$watcher" 2>/dev/null
t_ok "written, synced, renamed, the directory synced, told" \
    order "$LIB/trace"
# That would find what is wrong.
for without in write fsync; do
	grep -v "^$without" "$LIB/trace" >"$LIB/less"
	t_not "without $without it is another order" order "$LIB/less"
done

# Killed when it is about to: what was acknowledged before is there, and the
# one that was on its way is whole or not there.
n=0
for at in write:1 fsync:1 unlinkat:1 linkat:1 renameat:1 fsync:2; do
	n=$((n + 1))
	call=${at%:*}
	t_ok "$at: strace is attached" watch -e "trace=$call" \
	    -e "inject=$call:signal=SIGKILL:when=${at#*:}"
	t_not "$at: killed, nobody is told that it is done" put n$n
	wait "$watcher" 2>/dev/null
	t_ok "$at: it was killed there" grep -q "killed by SIGKILL" "$LIB/trace"
	t_ok "$at: the suite has ended" wait_until 30 test -e "$LIB/gw/status"
	t_ok "$at: it serves again" suite_start gw
	t_ok "$at: all that was acknowledged is there" kept
	case $at in
	fsync:2) t_ok "$at: the new one, too" has n$n ;;
	*)	t_not "$at: the new one is not" has n$n ;;
	esac
	t_ok "$at: the policy is good" suite_ctl gw check
	t_ok "$at: another put" put a$n
	acknowledged="$acknowledged a$n"
done
t_ok "it stops" suite_stop gw
t_ok "and starts" suite_start gw
t_ok "with all of them" kept
t_ok "it stops again" suite_stop gw
lib_end
