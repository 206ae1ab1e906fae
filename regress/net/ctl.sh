#!/bin/sh
# What ikectl(8) promises programs and users: the JSON of every verb, with no
# key the manual does not have; options; who may do what on which socket; a
# client that does not behave.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin ctl
topo_pair 1

one() {	# SUITE LOCAL REMOTE SIDE OTHER START
	suite_new "$1" "$7"
	cat >"$(suite_etc "$1")/ikd.yaml" <<EOT
control: { read-only-path: ikd-ro.sock }
tunnels:
  boston:
    local: $2
    remote: $3
    psk: boston
    start: $6
    children: { lan: { local: 10.$4.0.0/16, remote: 10.$5.0.0/16 } }
EOT
	echo 'the one and only long secret' | suite_psk "$1" boston
}
one gw1 192.0.2.1 192.0.2.2 1 2 manual a
one gw2 192.0.2.2 192.0.2.1 2 1 answer b
cat >>"$(suite_etc gw1)/ikd.yaml" <<EOT
  away:
    remote: 192.0.2.99
    psk: boston
    start: manual
    children: { lan: { local: 10.1.0.0/16, remote: 10.3.0.0/16 } }
EOT

# exits STATUS SUITE ARGS...; the answer is in $LIB/out.
exits() {
	_want=$1
	shift
	suite_ctl "$@" >"$LIB/out" 2>"$LIB/err"
	_got=$?
	[ "$_got" -eq "$_want" ] ||
	    { echo "status $_got"; cat "$LIB/out" "$LIB/err"; return 1; }
}
says() {
	grep -q -- "$1" "$LIB/out" "$LIB/err" ||
	    { cat "$LIB/out" "$LIB/err"; return 1; }
}

# The manual's lists: a line "KIND KEY..." each.
awk '
/^\.Sh JSON/ { on = 1 }
/^\.Sh FILES/ { on = 0 }
on && /^\.It/ { kinds = "" }
on && /^\.Li/ {
	sub(/^\.Li /, "")
	gsub(/ [,.;]|[,.;]$/, "")
	if ($NF == ":") {
		kinds = $0
		sub(/ :$/, "", kinds)
		next
	}
	n = split(kinds, k, " ")
	for (i = 1; i <= n; i++)
		print k[i], $0
}' "$TOP/man/ikectl.8" >"$LIB/manual"

# json SUITE VERB...: a document, or lines, of rows that the manual knows.
json() {
	suite_ctl "$@" --json >"$LIB/json" 2>"$LIB/err"
	_st=$?
	jq -e . "$LIB/json" >/dev/null || { cat "$LIB/json"; return 1; }
	jq -r '(.rows? // [.])[] | select(.kind? != null) | .kind as $k |
	    keys[] | select(. != "kind") | "\($k) \(.)"' "$LIB/json" |
	    sort -u >"$LIB/keys"
	return $_st
}
# documented [KIND...]: each key is in the manual, and these kinds came.
documented() {
	_bad=0
	while read -r _k _key; do
		# Free counters: the manual says so in words.
		case $_k in stats | dataplane | *-full) continue ;; esac
		awk -v k="$_k" -v key="$_key" '$1 == k {
			for (i = 2; i <= NF; i++) if ($i == key) found = 1 }
		    END { exit !found }' "$LIB/manual" ||
		    { echo "not in the manual: $_k $_key"; _bad=1; }
	done <"$LIB/keys"
	for _k; do
		grep -q "^$_k " "$LIB/keys" || { echo "no $_k"; _bad=1; }
	done
	return $_bad
}
j_ok() {	# KINDS VERB...
	_kinds=$1
	shift
	t_ok "$* --json is JSON" json "${J_ON:-gw1}" "$@"
	# shellcheck disable=SC2086	# a list of words
	t_ok "$*: kinds and keys as in the manual" documented $_kinds
}

t_ok "the manual lists kinds" [ "$(wc -l <"$LIB/manual")" -gt 15 ]
t_ok "first gateway starts" suite_start gw1
t_ok "second gateway starts" suite_start gw2
suite_ctl gw1 monitor --json >"$LIB/events" 2>&1 &
monitor=$!
j_ok "start step" activate boston
t_not "boston is not down" json gw1 wait boston,away --until down --timeout 1
t_ok "the deadline is in the document" [ "$(jq .status "$LIB/json")" = 4 ]
j_ok "tunnel child total" list
j_ok "tunnel-full child-full" list -v
j_ok "tunnel-full child-full" show tunnel
j_ok "ike-sa child-sa" show sa
j_ok "policy policy-child" show policy
j_ok "" show group
j_ok "stats" show stats
j_ok "process" show processes
j_ok "dataplane" show dataplane
j_ok "log" log
j_ok "version" version
j_ok "" rekey --all
t_ok "what is down is left out" [ "$(jq .status "$LIB/json")" = 0 ]
j_ok "reload" reload
j_ok "start step" restart boston
# One that the other end has no algorithm for.
cat >"$LIB/odd.yaml" <<EOT
local: { address: 192.0.2.1, id: fqdn:odd.example }
remote: { address: 192.0.2.2, id: fqdn:even.example }
psk: boston
role: initiator
start: manual
policy: { proposals: [3des-sha1-modp1024], allow-weak: [3des, sha1, modp1024] }
children: { lan: { local: 10.1.0.0/16, remote: 10.4.0.0/16 } }
EOT
j_ok "reload problem" db put tunnels/odd "$LIB/odd.yaml"
t_not "no algorithm in common" exits 0 gw1 activate odd --timeout 2
J_ON=gw2 j_ok "refusal offer advice" explain
j_ok "reload" db delete tunnels/odd
sed 's/10.3.0.0/10.33.0.0/' "$(suite_etc gw1)/ikd.yaml" >"$LIB/next.yaml"
j_ok "change" diff "$LIB/next.yaml"
cat >"$LIB/oslo.yaml" <<EOT
remote: 192.0.2.98
psk: boston
start: manual
EOT
j_ok "reload" db put tunnels/oslo "$LIB/oslo.yaml"
j_ok "entry" db get
j_ok "origin text" db get tunnels/oslo
j_ok "text" db export
j_ok "reload" db delete tunnels/oslo
j_ok "reload" filter add name all action permit
j_ok "filter" filter list -d
j_ok "reload" filter remove all
j_ok "" show cert
j_ok "" remove boston
t_ok "check --json" json gw1 check
t_ok "is one object" jq -e '.ok == true and .tunnels == 2' "$LIB/json"
t_ok "psk list --json" json gw1 psk list
t_ok "a key is exported" exits 0 gw1 psk export boston
(umask 077; cp "$LIB/out" "$LIB/key")
t_ok "and taken in" exits 0 gw1 psk import spare - <"$LIB/key"
t_ok "the service has it at once" exits 0 gw1 psk show spare
t_ok "and says so" says 'loaded, not used'
t_ok "a key in use" exits 0 gw1 psk show boston
t_ok "is said to be" says 'loaded, used'
t_ok "taken away again" exits 0 gw1 psk delete spare
said_events() {
	jq -rs '.[].kind' "$LIB/events" | sort -u >"$LIB/kinds"
	grep -qx session-up "$LIB/kinds" && grep -qx child-up "$LIB/kinds" &&
	    grep -qx session-down "$LIB/kinds"
}
t_ok "monitor told what happened, a JSON object a line" \
    wait_until 15 said_events
kill "$monitor"
wait "$monitor" 2>/dev/null

# What a verb does not obey it refuses.
t_ok "restart --once: status 2" exits 2 gw1 restart boston --once
t_ok "and says which" says 'restart takes no option --once'
t_ok "show stats --all: status 2" exits 2 gw1 show stats --all
t_ok "filter list --family 5: status 2" exits 2 gw1 filter list --family 5
t_ok "one of two families: status 2" exits 2 gw1 filter list -4 -6
t_ok "log with too much: status 2" exits 2 gw1 log info ike child
t_ok "an option nobody has" exits 2 gw1 list --colour
for v in pool lease; do
	t_ok "show $v is not built: status 1" exits 1 gw1 show $v
	t_ok "and says so" says "show $v: not supported by this version"
done
t_ok "nothing to rekey" exits 0 gw1 rekey --all
t_ok "by its name it is an error" exits 1 gw1 rekey boston

# In another order, and of some alone.
names() {
	suite_ctl gw1 list "$@" |
	    awk '$1 ~ /^[0-9]+$/ && NF > 3 { printf "%s ", $2 }'
}
t_ok "list --sort name" [ "$(names --sort name)" = "away boston " ]
t_ok "by number, from the last" [ "$(names --sort=-no)" = "away boston " ]
t_ok "list --where" [ "$(names --where 'NAME=b*')" = "boston " ]
t_ok "both conditions" [ "$(names --where status=down --where 'name=b*' --where in=0)" = "boston " ]
t_ok "none of them" exits 0 gw1 list --where status=active
t_ok "it is said" says 'No tunnels'
t_ok "JSON, too" json gw1 list --where name=away --sort since
t_ok "one tunnel" [ "$(jq -r '[.rows[] | select(.kind == "tunnel") | .name] | join(" ")' "$LIB/json")" = away ]
t_ok "and what is counted is shown" jq -e '.rows[-1] | .kind == "total" and .down == 1' "$LIB/json"
t_ok "list -v by a label" [ "$(suite_ctl gw1 list -v --where 'name=away*' | grep -c '^Phase 1')" = 1 ]
t_ok "a field nobody has: status 2" exits 2 gw1 list --where colour=red
t_ok "and which there are" says 'no field "colour"; there are no, name, remote'
t_ok "no order in what acts" exits 2 gw1 remove --all --sort name
t_ok "a tunnel by number and name" [ "$(names 2,boston)" = "away boston " ]
t_ok "the fields stand as on AIX" [ "$(suite_ctl gw1 list -v boston |
    awk '/^  / { exit } { print $1, $2, $3 }' | sed -n 3,6p | tr '\n' ,)" = \
    "Local ID Type,Remote ID Type,Local ID 192.0.2.1,Remote ID 192.0.2.2," ]

# Who may do what.  The runtime directory is as the service makes it.
as() {	# USER GROUP ARGS...
	_u=$1 _g=$2
	shift 2
	suite_in gw1 setpriv --reuid "$_u" --regid "$_g" --clear-groups \
	    "$BUILD/bin/ikectl" -r "$LIB/gw1/run" -f "$(suite_etc gw1)" "$@" \
	    >"$LIB/out" 2>"$LIB/err"
}
as_exits() {
	_want=$1
	shift
	as "$@"
	_got=$?
	[ "$_got" -eq "$_want" ] ||
	    { echo "status $_got"; cat "$LIB/out" "$LIB/err"; return 1; }
}
t_ok "a member of the group lists" as_exits 0 _dhcprelay _ikdctl list
t_ok "and operates" as_exits 0 _dhcprelay _ikdctl activate boston
t_ok "but gets no secret" as_exits 5 _dhcprelay _ikdctl psk list
t_ok "a stranger lists by the read-only socket" as_exits 0 nobody nogroup list
t_ok "and sees SAs" as_exits 0 nobody nogroup show sa
t_ok "but may not remove" as_exits 5 nobody nogroup remove boston
t_ok "nor reload" as_exits 5 nobody nogroup reload
t_ok "nor set a log level" as_exits 5 nobody nogroup log debug
t_ok "nor see the PSKs" as_exits 5 nobody nogroup psk list
t_ok "the tunnel is still Active" exits 0 gw1 wait boston --timeout 1
t_ok "both stop" suite_stop gw1
t_ok "both stop" suite_stop gw2
lib_end
