#!/bin/sh
# A hostile stub in place of each process: whatever it says on whichever of
# its pipes, it is found out, named and started again; nobody else dies,
# ikectl is answered, and block policies stand.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/suite.sh"
lib_begin hostile
bin_new hostile_stub
net_ns a b
net_addr b lo 127.0.0.2/8
WORKERS=2

suite() {	# NAME NAMESPACE
	suite_new "$1" "$2"
	cat >"$(suite_etc "$1")/ikd.yaml" <<EOT
workers: $WORKERS
tunnels:
  boston:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: boston
    start: answer
    children:
      lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16 }
EOT
	echo '0x000102030405060708090a0b0c0d0e0f' | suite_psk "$1" boston
}
suite gw a
log=$(suite_log gw)

since() {	# what the log says since the mark
	tail -n "+$mark" "$log"
}
told() {
	since | grep -Eq -- "$1"
}
blocked() {
	in_ns a ip xfrm policy | grep -q 'action block'
}
answered() {
	suite_in gw timeout 10 "$bin/ikectl" -r "$LIB/gw/run" show processes |
	    grep -q tmd
}
copies() {
	if [ "$1" = ikd-ike ]; then echo $WORKERS; else echo 1; fi
}

# attack ROLE TARGET ATTACK WHAT-THE-LOG-SAYS
attack() {
	_old=$(pids gw "$1" | head -1)
	everybody gw | grep -v "^$1 " >"$LIB/before"
	mark=$(($(wc -l <"$log") + 1))
	order "$1" "$2 $3"
	kill -9 "$_old"
	_rc=0
	wait_until 30 told "$4" || { echo "never said: $4"; _rc=1; }
	honest "$1"
	# What was not worth killing for does not stay either.
	for _p in $(pids gw "$1"); do
		real "$_p" || kill -9 "$_p"
	done
	wait_until 30 back gw "$1" "$(copies "$1")" "$_old" ||
	    { echo "$1 is not back"; _rc=1; }
	told "$1.*; started again in [0-9]+ ms" ||
	    { echo "no back-off was told"; _rc=1; }
	# Whom strangers can reach and who accuses is doubted itself.
	_doubted=$1
	if told 'accuses others: killed'; then
		_doubted=$2
		told "pipe to $2: .*: killed\$" && echo "$2" >>"$LIB/believed"
		told 'not believed again$' && echo "$2" >>"$LIB/doubted"
		wait_until 30 back gw "$2" "$(copies "$2")" 0 ||
		    { echo "$2 is not back"; _rc=1; }
	fi
	everybody gw | grep -Ev "^($1|$_doubted) " >"$LIB/after"
	grep -v "^$_doubted " "$LIB/before" | diff - "$LIB/after" || _rc=1
	answered || { echo "ikectl is not answered"; _rc=1; }
	blocked || { echo "no block policy"; _rc=1; }
	[ $_rc -eq 0 ] || since
	return $_rc
}
hostile() {
	t_ok "$1: $3 to $2" attack "$@"
}

broke='broke a rule of its pipe'
end='killed$'
said='(killed|not believed again)$'

# Silence takes its time (90 s): in a suite of its own, looked at last.  Its
# programs are its own, too: who starts again there takes no order meant here.
suite silent b
gw_bin=$bin
bin_new hostile_stub
t_ok "a suite for those that say nothing" suite_start silent
silent() {	# ROLE WHAT
	order "$1" "ikd-parent $2"
	_p=$(pids silent "$1")
	kill -9 "$_p"
	wait_until 20 gone_stub "$1" "$_p"
	honest "$1"
}
gone_stub() {
	_n=$(pids silent "$1") && [ -n "$_n" ] && [ "$_n" != "$2" ] &&
	    ordered "$_n"
}
t_ok "certd never gets ready" silent certd silence
t_ok "dhcprelay answers no ping" silent dhcprelay mute
bin=$gw_bin
SUITE_BIN=$bin

# Each round is a new life of the suite, with new back-offs.
round() {
	t_ok "a suite starts" suite_start gw
	while read -r role target what why; do
		hostile "$role" "$target" "$what" "$why"
	done
	t_ok "and stops" suite_stop gw
}

# On the pipe to the parent.
for what in \
    "garbage unknown flags" \
    "wrong-side message of the wrong side" \
    "wrong-phase message in the wrong phase" \
    "oversize record too large" \
    "descriptor a descriptor nobody asked for" \
    "before-ready message in the wrong phase"
do
	for r in $roles; do
		echo "$r ikd-parent ${what%% *} $r.* $broke: ${what#* }: $end"
	done >"$LIB/round.$((${n:-0} / 2)).$((n % 2))"
	n=$((n + 1))
done
for n in 0 1 2; do
	cat "$LIB/round.$n".* >"$LIB/round"
	round <"$LIB/round"
done
for r in $roles; do
	echo "$r ikd-parent exit $r.*: exit status 7; started again"
	echo "$r ikd-parent flood stub: [0-9]+ of [A-Z_]+ thrown|$r.*killed"
done >"$LIB/round"
round <"$LIB/round"

# On the pipes between two of them.
while read -r r target what why; do
	echo "$r $target $what $r.* $broke to $target: $why: $said"
done >"$LIB/round" <<EOT
ikd-ike certd-sign garbage unknown flags
ikd-ike tmd wrong-side message of the wrong side
ikd-esp ikd-ike garbage unknown flags
tmd certd-sign wrong-side a descriptor nobody asked for|message of the wrong side
tmd ikd-ike oversize record too large
tmd certd-fetch garbage unknown flags
certd tmd garbage unknown flags
certd-sign ikd-ike wrong-side message of the wrong side
certd-sign tmd garbage unknown flags
certd-fetch certd wrong-side message of the wrong side
dhcprelay ikd-ike garbage unknown flags
dhcprelay tmd wrong-side message of the wrong side
EOT
round <"$LIB/round"
while read -r r target what why; do
	echo "$r $target $what $r.* $broke to $target: $why: $said"
done >"$LIB/round" <<EOT
ikd-ike certd descriptor a descriptor nobody asked for
ikd-ike ikd-esp wrong-side no such message|message of the wrong side
ikd-ike dhcprelay garbage unknown flags
tmd certd oversize record too large
tmd dhcprelay garbage unknown flags
certd certd-sign wrong-side message of the wrong side
certd certd-fetch garbage unknown flags
certd ikd-ike oversize record too large
certd-fetch tmd wrong-side message of the wrong side
certd-sign certd garbage unknown flags
EOT
round <"$LIB/round"
t_ok "an ikd-ike that accuses is believed once" grep -q ikd-ike "$LIB/believed"
t_ok "and then pays for it alone" grep -q ikd-ike "$LIB/doubted"
t_not "tmd is reached by no stranger" grep -q tmd "$LIB/believed"

# tmd-policy lives for one load: the old policy holds.
t_ok "a suite starts" suite_start gw
load() {	# ATTACK WHAT-THE-LOG-SAYS
	mark=$(($(wc -l <"$log") + 1))
	everybody gw >"$LIB/before"
	order tmd-policy "ikd-parent $1"
	suite_reload gw
	wait_until 30 told "$2" && wait_until 30 told 'policy not reloaded'
	_rc=$?
	honest tmd-policy
	everybody gw | diff "$LIB/before" - && answered && blocked || _rc=1
	[ $_rc -eq 0 ] || since
	return $_rc
}
t_ok "tmd-policy: garbage" load garbage "tmd-policy.* $broke: unknown flags"
t_ok "tmd-policy: wrong-side" load wrong-side "$broke: message of the wrong"
t_ok "tmd-policy: before-ready" load before-ready "$broke: message in the wr"
t_ok "tmd-policy: exit" load exit 'exit status 7'
t_ok "tmd-policy: junk for snapshots" load junk 'policy not reloaded'
mark=$(($(wc -l <"$log") + 1))
suite_reload gw
t_ok "an honest one is believed again" wait_until 20 told 'generation [0-9]* holds'

# What was checked nobody refuses for ever.
veto() {	# ROLE
	_old=$(pids gw "$1" | head -1)
	mark=$(($(wc -l <"$log") + 1))
	order "$1" 'ikd-parent veto'
	kill -9 "$_old"
	wait_until 30 told "$1.*serves again"
	_rc=$?
	honest "$1"
	suite_reload gw
	wait_until 20 told 'policy not reloaded: ' || _rc=1
	told 'refuses every policy' && _rc=1
	suite_reload gw
	wait_until 20 told "$1.*refuses every policy: killed" || _rc=1
	wait_until 30 back gw "$1" "$(copies "$1")" "$_old" || _rc=1
	suite_reload gw
	wait_until 40 told 'policy generation [0-9]* holds: ' || _rc=1
	answered && blocked || _rc=1
	[ $_rc -eq 0 ] || since
	return $_rc
}
# certd may have a reason, and a fresh one is asked in the end.
refuse_once() {
	_told=$(since | grep -c 'policy not reloaded: ')
	suite_reload gw
	wait_until 20 more_refused
}
more_refused() { [ "$(since | grep -c 'policy not reloaded: ')" -gt "$_told" ]; }
opinions() {
	_old=$(pids gw certd)
	mark=$(($(wc -l <"$log") + 1))
	order certd 'ikd-parent veto'
	kill -9 "$_old"
	wait_until 30 told "certd.*serves again"
	_rc=$?
	honest certd
	_old=$(pids gw certd)
	for _i in 1 2 3 4 5 6 7; do
		refuse_once || _rc=1
	done
	[ "$(pids gw certd)" = "$_old" ] || _rc=1
	refuse_once || _rc=1
	wait_until 20 told 'certd has refused 8 policies in a row' || _rc=1
	wait_until 30 back gw certd 1 "$_old" || _rc=1
	suite_reload gw
	wait_until 40 told 'policy generation [0-9]* holds: ' || _rc=1
	answered && blocked || _rc=1
	[ $_rc -eq 0 ] || since
	return $_rc
}
t_ok "certd: refuses with a reason, until a fresh one is asked" opinions
t_ok "ikd-ike: refuses every policy" veto ikd-ike
t_ok "tmd: refuses every policy" veto tmd

# A hostile parent holds the most, but it is not the starter: all are killed
# and started again with the policy that was kept.
parent() {	# ATTACK WHY
	_old=$(pids gw ikd-parent)
	mark=$(($(wc -l <"$log") + 1))
	order ikd-parent "ikd $1"
	kill -9 "$_old"
	wait_until 30 told "ikd-parent $broke: $2"
	_rc=$?
	honest ikd-parent
	wait_until 30 told ' serving: ' && answered && blocked || _rc=1
	[ $_rc -eq 0 ] || since
	return $_rc
}
t_ok "ikd-parent: garbage" parent garbage 'unknown flags'
t_ok "ikd-parent: wrong-side" parent wrong-side 'message of the wrong side'
t_ok "ikd-parent: oversize" parent oversize 'record too large'
t_ok "and the suite stops" suite_stop gw

log=$(suite_log silent)
mark=1
t_ok "who does not get ready is killed" wait_until 150 \
    told 'certd did not get ready in time: killed'
t_ok "who answers no ping is killed" wait_until 90 \
    told 'dhcprelay has not answered for [0-9]+ s: killed'
all_back() {
	everybody silent | while read -r _ p; do real "$p" || echo "$p"; done |
	    { ! grep -q .; } && [ "$(everybody silent | wc -l)" -eq 9 ]
}
t_ok "honest ones are in their places" wait_until 20 all_back
t_ok "and that suite stops" suite_stop silent
lib_end
