#!/bin/sh
# Exit statuses of ikectl, of every verb: what is called wrongly is 2 whether
# the service runs or not, without it 3 (verbs that work on files do their
# work), with it 1 for what is not there or refused.  The rows are held
# against ikectl help, so that no verb is left out.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin exits
topo_pair 1
suite_new gw a
etc=$(suite_etc gw)
cat >"$etc/ikd.yaml" <<EOF
dataplane: $IKD_PLANE
tunnels:
  t: { local: 192.0.2.1, remote: 192.0.2.2, psk: x, start: answer }
EOF
echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' | suite_psk gw x

# Status with wrong words, without the service, with it; the verb; its right
# words, which name something that is not there, or nothing where that is well.
cat >"$LIB/rows" <<'EOF'
2 3 1 activate no-such
2 3 1 remove no-such
2 3 1 restart no-such
2 3 1 rekey no-such
2 3 1 reauth no-such
2 3 1 wait no-such --timeout 1
2 3 1 list no-such
2 3 1 show tunnel no-such
2 3 1 show sa no-such
2 3 1 show policy no-such
2 3 1 show group no-such
2 3 1 show cert no-such
2 3 1 monitor no-such
2 3 1 explain no-such
2 3 1 trace no-such --timeout 1
2 3 1 db get tunnel/no-such
2 3 1 db delete tunnel/no-such
2 3 1 db put tunnel/new /dev/null
2 3 1 db move policy/no-such a up
2 3 1 filter change 7 action deny
2 3 1 filter move 7 1
2 3 1 filter remove 7
2 3 1 filter log 7 on
2 3 1 filter add action no-such
2 3 2 log no-such
2 1 1 diff no-such.yaml
2 3 1 reload --keep
2 3 0 list
2 3 0 filter list
2 3 0 log
2 3 0 diff
2 3 0 reload
2 3 0 db export
2 3 0 explain
2 3 0 show stats
2 3 0 show processes
2 3 0 show dataplane
2 3 0 version
2 0 0 check
2 1 1 check no-such.yaml
2 0 0 help
2 2 2 help no-such
2 1 1 wizard
2 1 1 db import no-such
2 0 0 psk list
2 1 1 psk show no-such
2 1 1 psk create x
2 1 1 psk import y no-such
2 1 1 psk export no-such
2 1 1 psk delete no-such
2 0 0 ppk list
2 1 1 ppk show no-such
2 2 2 ppk create a/b
2 1 1 ppk import y no-such
2 1 1 ppk export no-such
2 1 1 ppk delete no-such
2 0 0 key list
2 2 2 key create y --type no-such
2 1 1 key show no-such
2 1 1 key import y no-such
2 1 1 key export no-such
2 1 1 key unlock no-such
2 1 1 key delete no-such
2 0 0 cert list
2 2 2 cert request y --ip no-such
2 2 2 cert self-sign y --days 0
2 1 1 cert show no-such
2 1 1 cert import y no-such
2 1 1 cert export no-such
2 1 1 cert delete no-such
2 0 0 ca list
2 1 1 ca create y --issuer no-such
2 2 2 ca create y --subject no-such
2 2 2 cert list --warn no-such
2 1 1 ca sign no-such no-such
2 1 1 ca revoke no-such 1
2 1 1 ca crl no-such
2 1 1 ca show no-such
2 1 1 ca import y no-such
2 1 1 ca export no-such
2 1 1 ca delete no-such
EOF

# ends WITH STATUS WORDS...: from an empty directory, nothing to read.
ends() {
	lib_want=$1
	shift
	lib_got=0
	(cd "$LIB/empty" && suite_ctl gw "$@" </dev/null) >"$LIB/said" 2>&1 ||
	    lib_got=$?
	[ "$lib_got" = "$lib_want" ] && return 0
	echo "status $lib_got, not $lib_want:"
	head -n 5 "$LIB/said"
	return 1
}

# The verb alone of a row: what is behind it begins in lower case, too.
verb() {
	case $1 in
	show | db | filter | psk | ppk | key | cert | ca) echo "$1 $2" ;;
	*) echo "$1" ;;
	esac
}

mkdir "$LIB/empty"
suite_ctl gw help | sed -n 's/^  \([a-z].*\)/\1/p' | while read -r w; do
	# shellcheck disable=SC2086	# words
	verb $w
done | sort -u >"$LIB/verbs"
while read -r wrong down up w; do
	# shellcheck disable=SC2086
	verb $w
done <"$LIB/rows" | sort -u >"$LIB/had"
t_ok "every verb has its row" diff "$LIB/verbs" "$LIB/had"

# shellcheck disable=SC2086
while read -r wrong down up w; do
	[ "${w#help}" != "$w" ] || t_ok "wrongly: $w" ends "$wrong" $w --no-such
	t_ok "no service: $w" ends "$down" $w
done <"$LIB/rows"
for w in activate remove restart rekey reauth wait trace 'db delete' 'db move' \
    'db move policy/x' 'filter add' 'filter change 1' 'filter move 1' \
    'filter remove' 'filter log 1'; do
	# shellcheck disable=SC2086
	t_ok "something is missing: $w" ends 2 $w
done
t_ok "no such verb" ends 2 no-such
t_ok "an option twice" ends 2 wait t --timeout 1 --timeout 2
t_ok "no time" ends 2 reload --confirm soon
t_ok "the service starts" suite_start gw
# shellcheck disable=SC2086
while read -r wrong down up w; do
	t_ok "with it: $w" ends "$up" $w
done <"$LIB/rows"
t_ok "what is not built yet" ends 1 lease list
t_ok "too late" ends 4 wait t --until active --timeout 1
t_ok "in time" ends 0 list t
t_ok "it stops" suite_stop gw
lib_end
