#!/bin/sh
# The database and reload as a transaction: puts, what is refused, what a
# kill -9 of any process and of all at once leaves; a reload that would lock
# us out and rolls back; a rename and many reloads under numbered traffic.
#
#	RELOADS=1000 regress/net/db.sh	as many as the issue asks for
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin db
topo_pair 1
RELOADS=${RELOADS-12}

one() {	# SUITE NS LOCAL REMOTE SIDE OTHER
	suite_new "$1" "$2"
	cat >"$(suite_etc "$1")/ikd.yaml" <<EOT
control: { read-only-path: ikd-ro.sock }
tunnels:
  boston:
    local: $3
    remote: $4
    psk: boston
    start: $7
    children: { lan: { local: 10.$5.0.0/16, remote: 10.$6.0.0/16 } }
EOT
	echo 'the one and only long secret' | suite_psk "$1" boston
}
one gw1 a 192.0.2.1 192.0.2.2 1 2 auto
one gw2 b 192.0.2.2 192.0.2.1 2 1 answer
file=$(suite_etc gw1)/ikd.yaml

ctl() {
	suite_ctl gw1 "$@" >"$LIB/out" 2>&1
}
# says STATUS TEXT ARGS...: ikectl ends so and its answer has the text.
says() {
	_want=$1 _text=$2
	shift 2
	ctl "$@"
	_got=$?
	[ "$_got" -eq "$_want" ] && grep -q -- "$_text" "$LIB/out" ||
	    { echo "status $_got:"; cat "$LIB/out"; return 1; }
}
# tunnel N: one that never speaks, as YAML.
tunnel() {
	echo "{ remote: 192.0.2.$((100 + $1 % 100)), psk: boston, start: manual,"
	echo "  local: { id: \"fqdn:n$1.example\" } }"
}
spi() {
	suite_ctl "$1" show sa boston --json | sed -n 's/.*"spi_in": "\(.*\)".*/\1/p'
}

# Whoever starts it: what tmd-policy reads it can read.
start_077() {
	umask 077
	suite_start gw1
	_got=$?
	umask 022
	return $_got
}
t_ok "gw1 serves" start_077
t_ok "gw2 serves" suite_start gw2
t_ok "boston is active" suite_ctl gw1 wait boston --timeout 20

# Objects.
tunnel 1 >"$LIB/one.yaml"
t_ok "put" says 0 "is in the database. Generation 2: 1 kept, 0 rekeyed, 0 restarted, 1 added" \
    db put tunnels/one "$LIB/one.yaml"
t_ok "its origin" says 0 "tunnels/one .* from the database" db get
t_ok "that of the file's" says 0 "tunnels/boston .* from ikd.yaml:3" db get tunnels
t_ok "list -v has it" says 0 "one (from the database)" list -v one
t_ok "its text" says 0 "^# tunnels/one, from the database" db get tunnels/one
cp "$LIB/out" "$LIB/two.yaml"
t_ok "what get gives put takes" says 0 "2 kept, 0 rekeyed, 0 restarted, 0 added" \
    db put tunnels/one "$LIB/two.yaml"
cat >"$LIB/many.yaml" <<EOT
policies: { ike: { modern: { proposals: [ aes256-sha256-x25519, aes128gcm16-prfsha256-x25519 ] } } }
tunnels:
  rome:
    remote: 192.0.2.70
    psk: boston
    policy: modern
    start: manual
EOT
t_ok "several together" says 0 "1 added" db put "$LIB/many.yaml"
t_ok "move" says 0 "moved up. .* 1 rekeyed" \
    db move policies/ike/modern aes128gcm16-prfsha256-x25519 up
t_ok "in the new order" says 0 "\[ aes128gcm16" db get policies/ike/modern
t_ok "what is needed stays" says 1 "database:[0-9]*:[0-9]*: policy \"modern\" is not defined" \
    db delete policies/ike/modern
t_ok "delete" says 0 "1 removed" db delete tunnels/rome
suite_ctl gw1 db export >"$(suite_etc gw1)/exported.yaml"
t_ok "an export is a policy" says 0 "ok, 1 tunnel" check "$(suite_etc gw1)/exported.yaml"
rm "$(suite_etc gw1)/exported.yaml"

# Refused: the same words as for the file, and nothing changes.
echo 'remote: 192.0.2.71
psk: bosto' >"$LIB/bad.yaml"
t_ok "a secret that is not there" says 1 "psk/bosto: no such file" \
    db put tunnels/bad "$LIB/bad.yaml"
echo 'remote: [' >"$LIB/bad.yaml"
t_ok "no YAML" says 1 "bad.yaml:2:1: YAML: " db put tunnels/bad "$LIB/bad.yaml"
printf 'remote: 192.0.2.71\npsk: boston\nrol: both\n' >"$LIB/bad.yaml"
t_ok "an unknown key" says 1 "standard input:3:1: unknown key \"rol\" in tunnel \"bad\"" \
    db put tunnels/bad <"$LIB/bad.yaml"
t_ok "the file's name" says 1 "\"boston\" is in .*ikd.yaml, line 3: the database cannot have it too" \
    db put tunnels/boston "$LIB/one.yaml"
t_ok "the file's object" says 1 "is from ikd.yaml:3, not from the database" \
    db delete tunnels/boston
# Before the reload, too: by name, by number, and what is one with the database.
cp "$file" "$LIB/as_was"
t_ok "check has the database's tunnels" says 0 "ok, 2 tunnels, with what is in the database" check
also() { sed "s/^tunnels:/&\n  $1/" "$LIB/as_was" >"$file"; }
also 'one: { remote: 192.0.2.99, psk: boston, start: manual }'
t_ok "a name of the database's" says 1 '"one" is in .*ikd.yaml, line [0-9]*: the database cannot have it too' check
t_ok "which a file that is named has not" says 0 "ok, 2 tunnels$" check "$file"
cp "$LIB/as_was" "$file"
tunnel 3 | sed 's/ }$/, number: 77 }/' >"$LIB/n.yaml"
t_ok "one with a number" says 0 "1 added" db put tunnels/numbered "$LIB/n.yaml"
also 'two: { remote: 192.0.2.98, psk: boston, start: manual, number: 77 }'
t_ok "a number of the database's" says 1 "number 77 is also that" check
cp "$LIB/as_was" "$file"
t_ok "out again" says 0 "1 removed" db delete tunnels/numbered
t_ok "who may not read it is told" sh -c "
	chmod 700 $LIB/gw1/state; chmod 755 $LIB $LIB/gw1
	setpriv --reuid=65534 --clear-groups $BUILD/bin/tmd-policy -n \
	    -s $LIB/gw1/state $TOP/etc/ikd.yaml 2>&1 |
	    grep 'the files alone are checked: .*Permission denied'
	chmod 755 $LIB/gw1/state"
t_ok "no such object" says 1 "no such object" db get tunnels/bad
t_ok "not without its name" says 2 "db delete KIND/NAME" db delete
t_ok "nothing has changed" says 0 "A reload would mean: 2 kept (0 renamed), 0 rekeyed, 0 restarted, 0 added, 0 removed" diff
chmod 700 "$LIB/gw1/run"
mv "$LIB/gw1/run/ikd.sock" "$LIB/gw1/run/kept.sock"
ln -s ikd-ro.sock "$LIB/gw1/run/ikd.sock"
t_ok "the socket for looking: get" says 0 "tunnels/one" db get
for v in "db put tunnels/x $LIB/one.yaml" "db delete tunnels/one" \
    "db move tunnels/one 1 up" diff "reload --keep"; do
	# shellcheck disable=SC2086	# words
	t_ok "the socket for looking: no $v" says 5 "not permitted" $v
done
mv "$LIB/gw1/run/kept.sock" "$LIB/gw1/run/ikd.sock"

# Puts without an end, each one that was answered noted, while somebody dies.
puts() {	# FROM TO
	_i=$1
	while [ "$_i" -le "$2" ] && [ ! -e "$LIB/enough" ]; do
		tunnel "$_i" | suite_ctl gw1 db put "tunnels/n$_i" \
		    >/dev/null 2>&1 && echo "tunnels/n$_i" >>"$LIB/acked"
		_i=$((_i + 1))
	done
}
acked() {
	[ "$(wc -l <"$LIB/acked")" -ge "$1" ]
}
# Every one that was answered is there; ctl answers again.
all_there() {
	wait_until 20 ctl db get tunnels || return 1
	sed 's/ .*//' "$LIB/out" | sort >"$LIB/there"
	sort "$LIB/acked" >"$LIB/want"
	comm -23 "$LIB/want" "$LIB/there" >"$LIB/lost"
	[ ! -s "$LIB/lost" ] || { echo "lost:"; cat "$LIB/lost"; return 1; }
}
: >"$LIB/acked"
from=100
for role in tmd tmd-policy certd-sign ikd-ike ikd-parent all; do
	rm -f "$LIB/enough"
	have=$(wc -l <"$LIB/acked")
	puts $from $((from + 99)) &
	putter=$!
	t_ok "puts go on" wait_until 20 acked $((have + 2))
	case $role in
	all)	suite_kill gw1 ;;
	tmd-policy)	# it lives only while it loads
		wait_until 15 suite_pids gw1 tmd-policy
		kill -9 $(suite_pids gw1 tmd-policy) 2>/dev/null ;;
	*)	kill -9 $(suite_pids gw1 $role) ;;
	esac
	touch "$LIB/enough"
	wait $putter
	[ $role != all ] || t_ok "gw1 serves again" start_077
	t_ok "$role dies: what was answered is there" all_there
	from=$((from + 100))
done
t_ok "what is there is whole" says 0 "0 restarted, 0 added, 0 removed" diff
t_ok "boston is active again" suite_ctl gw1 wait boston --timeout 20

# What cannot be read is not nothing: the next put would erase it.
db=$LIB/gw1/state/db/database
# The one before may be away: a death in the middle of a put.
modes() {
	_m=$(stat -c %a "${db%/*}" "$db" "$db.old" | tr '\n' ' ')
	echo "$_m"
	[ "$_m" = "755 644 644 " ] || { [ ! -e "$db.old" ] && [ "$_m" = "755 644 " ]; }
}
t_ok "modes in spite of the umask" modes
chmod 0 "$db"
t_ok "not to be read: refused" says 1 'database file "database" cannot be read: Permission denied' \
    db put tunnels/one "$LIB/one.yaml"
chmod 600 "$db"
suite_stop gw1
t_ok "gw1 serves with the modes of before" start_077
t_ok "all is there" all_there

# The disk has not kept the last change: the state before, and it is said.
tunnel 99 | suite_ctl gw1 db put tunnels/last >/dev/null
suite_stop gw1
printf x | dd of="$LIB/gw1/state/db/database" bs=1 seek=100 conv=notrunc 2>/dev/null
cp "$db.old" "$LIB/kept"
t_ok "gw1 serves with a damaged database" start_077
t_ok "and has put another beside the good one" cmp "$db.old" "$LIB/kept"
t_ok "it is said" grep -q 'digest differs; what holds is "database.old"' "$(suite_log gw1)"
t_not "it is the state before" ctl db get tunnels/last
t_ok "all before is there" all_there
tunnel 99 >"$LIB/last.yaml"
t_ok "and puts go on" says 0 "in the database" db put tunnels/last "$LIB/last.yaml"
suite_ctl gw1 wait boston --timeout 20 >/dev/null

# A change that locks us out comes back by itself.
before=$(spi gw1)
sed 's,remote: 10.2.0.0/16,remote: 10.7.0.0/16,' "$file" >"$LIB/new"
cp "$file" "$LIB/good"
cp "$LIB/new" "$file"
t_ok "diff says that boston restarts" says 0 "boston (1) *restarted" diff
t_ok "reload --confirm" says 0 "rolled back in 12 s" reload --confirm 12
t_not "nobody comes through" pings a 10.1.1.1 10.2.1.1 1
t_ok "nothing else is changed meanwhile" says 1 "waits for .ikectl reload --keep" \
    db delete tunnels/one
suite_reload gw1
t_ok "nor by a signal" wait_until 15 grep -q "not reloaded: a reload waits" "$(suite_log gw1)"
t_ok "who looks may" says 0 "0 restarted" diff
t_ok "rolled back" wait_until 40 grep -q 'was not kept: back to generation' "$(suite_log gw1)"
t_ok "boston is up again" suite_ctl gw1 wait boston --timeout 20
t_ok "traffic passes again" pings a 10.1.1.1 10.2.1.1 3
t_ok "nothing is left to keep" says 1 "nothing waits to be kept" reload --keep
t_ok "on trial again" says 0 "rolled back in 60 s" reload --confirm 60
kill -9 "$(suite_pids gw1 ikd-parent)"
t_ok "the parent's death ends a trial" wait_until 20 says 0 "boston (1) *restarted" diff
cp "$LIB/good" "$file"
t_ok "kept" says 0 "rolled back in 60 s" reload --confirm 60
t_ok "keep" says 0 "is kept" reload --keep
# A tunnel more has a number, which is to be on the disk before it is kept.
sed -i "s|^  boston:|  extra: $(tunnel 98 | tr -d "\n")\n&|" "$file"
t_ok "one more on trial" says 0 "rolled back in 60 s" reload --confirm 60
mkdir "$LIB/gw1/state/db/database.new"
t_ok "what cannot be saved is not kept" says 1 "could not be written" reload --keep
t_not "it is not there" grep -aq '^[0-9]* extra' "$LIB/gw1/state/db/database"
rmdir "$LIB/gw1/state/db/database.new"
t_ok "it is when it can" says 0 "is kept" reload --keep
t_ok "and is there" grep -aq '^[0-9]* extra' "$LIB/gw1/state/db/database"
cp "$LIB/good" "$file"
t_ok "without it again" says 0 "1 removed" reload
t_ok "boston is up" suite_ctl gw1 wait boston --timeout 20

# Renamed, and many reloads, each with another note, under numbered traffic.
before=$(spi gw1)
n=$((RELOADS * 20 + 50))
in_ns a ping -i 0.02 -c $n -W 2 -I 10.1.1.1 10.2.1.1 >"$LIB/ping" 2>&1 &
pinger=$!
sed -i 's/^  boston:/  bostonia:/' "$file"
t_ok "diff says renamed" says 0 "bostonia (1) *renamed, was boston" diff
t_ok "a rename restarts nothing" says 0 " 0 rekeyed, 0 restarted, 0 added, 0 removed" reload
i=0
while [ $i -lt "$RELOADS" ]; do
	i=$((i + 1))
	sed -i '/^    note:/d; s/^  bostonia:/&\n    note: "'$i'"/' "$file"
	ctl reload || break
done
t_ok "$RELOADS reloads were taken" [ "$i" -eq "$RELOADS" ]
wait $pinger
t_ok "nothing was lost" all_came "$LIB/ping" $n
t_ok "the number is the same" says 0 "^1 *bostonia .* Active" list bostonia
after=$(suite_ctl gw1 show sa bostonia --json | sed -n 's/.*"spi_in": "\(.*\)".*/\1/p')
t_ok "so are the SAs" [ "$before" = "$after" ]
lib_end
