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

# What the scripts of regress share: users, namespaces, a suite of ours in a
# namespace, waiting for a condition, TAP.  To be sourced by a POSIX shell:
#
#	. "$(dirname "$0")/../lib.sh"
#	lib_begin NAME		temporary directory $LIB, cleanup by trap
#	net_ns a b		namespaces, with a loopback that is up
#	net_link a eth0 10.0.0.1/24 b eth0 10.0.0.2/24
#	suite_new gw a		directories for a suite "gw" in namespace a
#	... write $(suite_etc gw)/ikd.yaml ...
#	suite_start gw
#	t_ok "it does so" COMMAND...
#	suite_stop gw
#	lib_end			prints the plan; the status says the result
#
# The data plane of the suites is $IKD_PLANE, userspace or kernel, unless
# their policy says one: the same scenarios run over both.
#
# Everything made here is removed at the end, also when interrupted, and
# nothing else is touched: names carry the shell's process id.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${BUILD:=$TOP/.build/plain}"
: "${IKD_PLANE:=userspace}"
LIB_USERS="_ikdparent _ikdike _ikdesp _tmd _tmdpolicy _certd _certsign
_certfetch _certtoken _dhcprelay _tmdmetrics"
LIB_START=30		# seconds a suite may take to serve
LIB_STOP=30		# and to stop
LIB_SLOW=1		# what deadlines are multiplied by
LIB_PAUSE=0.05		# between two looks at what is waited for
# An emulated machine is slow, and each look is work.
[ -z "${IKD_VM-}" ] || LIB_SLOW=6 LIB_PAUSE=0.4

# lib_begin NAME: must be root; the rest of the script counts on it.
lib_begin() {
	lib_name=$1
	lib_tests=0
	lib_failed=0
	lib_ns=
	lib_suites=
	if [ "$(id -u)" -ne 0 ]; then
		echo "1..0 # SKIP $lib_name needs root"
		exit 0
	fi
	LIB=$(mktemp -d "/tmp/ikd-$lib_name.XXXXXX") || exit 1
	chmod 755 "$LIB"
	trap 'lib_cleanup' EXIT
	trap 'exit 130' INT TERM HUP PIPE
	lib_users
}

# The users and the group, as ikd(8) says; those that exist stay as they are.
lib_users() {
	getent group _ikdctl >/dev/null || groupadd -r _ikdctl || exit 1
	for lib_u in $LIB_USERS; do
		getent passwd "$lib_u" >/dev/null ||
		    useradd -r -U -M -d /nonexistent -s /usr/sbin/nologin \
		    "$lib_u" || exit 1
	done
}

lib_cleanup() {
	trap '' INT TERM HUP
	lib_ending=1
	for lib_s in $lib_suites; do
		suite_kill "$lib_s"
	done
	for lib_n in $lib_ns; do
		for lib_p in $(ip netns pids "$lib_n" 2>/dev/null); do
			kill -9 "$lib_p" 2>/dev/null
		done
		ip netns del "$lib_n" 2>/dev/null
	done
	if [ -n "${LIB_KEEP-}" ]; then
		echo "# kept: $LIB"
	else
		rm -rf "$LIB"
	fi
}

# Ends the script.
lib_end() {
	echo "1..$lib_tests"
	[ "$lib_failed" -eq 0 ]
	exit $?
}

# ---- TAP ----

# t_ok DESCRIPTION COMMAND...: passed if the command succeeds.
t_ok() {
	lib_what=$1
	shift
	lib_tests=$((lib_tests + 1))
	if "$@" >"$LIB/.out" 2>&1; then
		echo "ok $lib_tests - $lib_what"
	else
		lib_failed=$((lib_failed + 1))
		echo "not ok $lib_tests - $lib_what"
		echo "# $*"
		tail -20 "$LIB/.out" | sed 's/^/# /'
		return 1
	fi
}

# t_not DESCRIPTION COMMAND...: passed if it fails.
t_not() {
	lib_w=$1
	shift
	t_ok "$lib_w" not "$@"
}

not() {
	! "$@"
}

# t_skip DESCRIPTION REASON
t_skip() {
	lib_tests=$((lib_tests + 1))
	echo "ok $lib_tests - $1 # SKIP $2"
}

t_note() {
	echo "# $*"
}

# wait_until SECONDS COMMAND...: until it succeeds; fails at the deadline.
# COMMAND may wait, too: each call has its own deadline, among its arguments.
wait_until() {
	lib_seconds "$1"
	lib_now
	lib_until $((lib_t + lib_sec * 100)) "$@"
}

# Into lib_t, in hundredths of a second; no program is started for it.
lib_now() {
	read -r lib_t _ </proc/uptime
	lib_t=${lib_t%.*}${lib_t#*.}
}

# lib_seconds N: into lib_sec; on a slow machine more, unless it is so short
# that it is the test itself.
lib_seconds() {
	lib_sec=$1
	[ "$1" -lt 10 ] || lib_sec=$(($1 * LIB_SLOW))
}

lib_until() {	# DEADLINE SECONDS COMMAND...
	until lib_after 2 "$@" >/dev/null 2>&1; do
		lib_now
		[ "$lib_t" -lt "$1" ] || return 1
		sleep $LIB_PAUSE
	done
}

lib_after() {	# N ARGUMENT...: those after the first N are a command
	shift $(($1 + 1))
	"$@"
}

# ---- Namespaces ----

# The namespace's real name.
ns() {
	echo "ikd$$-$1"
}

# net_ns NAME...
net_ns() {
	for lib_n; do
		ip netns add "$(ns "$lib_n")" || return 1
		lib_ns="$lib_ns $(ns "$lib_n")"
		ip -n "$(ns "$lib_n")" link set lo up
	done
}

# in_ns NAME COMMAND...
in_ns() {
	lib_in=$1
	shift
	ip netns exec "$(ns "$lib_in")" "$@"
}

# net_link NS1 IF1 ADDR1 NS2 IF2 ADDR2: a veth pair; addresses of both
# families may be given, separated by commas; "-" for none.
net_link() {
	ip link add "$2" netns "$(ns "$1")" type veth \
	    peer name "$5" netns "$(ns "$4")" || return 1
	net_addr "$1" "$2" "$3" && net_addr "$4" "$5" "$6"
}

# net_addr NS IF ADDR,...
net_addr() {
	for lib_a in $(echo "$3" | tr , ' '); do
		case $lib_a in
		-)	continue ;;
		*:*)	ip -n "$(ns "$1")" addr add "$lib_a" dev "$2" nodad ;;
		*)	ip -n "$(ns "$1")" addr add "$lib_a" dev "$2" ;;
		esac || return 1
	done
	ip -n "$(ns "$1")" link set "$2" up
}

# ---- A suite of ours ----

# suite_new NAME NAMESPACE: its directories; "-" is the namespace we are in.
suite_new() {
	mkdir -p "$LIB/$1/etc/psk" "$LIB/$1/etc/private" "$LIB/$1/state"
	chmod 700 "$LIB/$1/etc/psk" "$LIB/$1/etc/private"
	echo "$2" >"$LIB/$1/ns"
	lib_suites="$lib_suites $1"
}

suite_etc() {
	echo "$LIB/$1/etc"
}

suite_log() {
	echo "$LIB/$1/log"
}

# suite_fields NAME: every line of its log that is about a tunnel or a peer
# (the subsystems ike and child) has its fields: a number and a name, which
# ikd-parent does not know, or a peer's address; what has neither is shown.
# Lines about none of them are these few.
suite_fields() {
	awk '$3 ~ /^(error|warning|notice|info|debug)$/ &&
	    $4 ~ /^(ike|child):$/ {
		if (/: (listen: |a trace is refused|[0-9]+ SPIs seen in)/ ||
		    /: [0-9]+ (failures of peers|more refusals)/ ||
		    / of ikd-ike.[0-9]+. refused: /)
			next
		n++
		got = / peer=/
		if (/ no=[0-9]/)
			got = $2 ~ /^ikd-parent/ || / tunnel=/
		if (!got)
			lack = lack "# no field: " $0 "\n"
		else if ($2 ~ /^ikd-ike/ && !/ peer=/)
			lack = lack "# no peer: " $0 "\n"
	} END {
		printf "# %d lines with fields\n%s", n, lack
		exit n < 5 || lack != ""
	}' "$(suite_log "$1")"
}

# A command where the suite is.
suite_in() {
	read -r lib_sn <"$LIB/$1/ns"
	shift
	if [ "$lib_sn" = - ]; then
		"$@"
	else
		in_ns "$lib_sn" "$@"
	fi
}

# suite_psk NAME SECRETNAME: the secret itself on standard input.
suite_psk() {
	(umask 077 && cat >"$LIB/$1/etc/psk/$2")
}

# suite_keyed NAME NAMESPACE [KEY]: a new one with a pre-shared key, t.
suite_keyed() {
	suite_new "$1" "$2"
	echo 'not a secret: a test' | suite_psk "$1" "${3:-t}"
}

# suite_plane NAME: a policy that is silent about its plane says $IKD_PLANE.
suite_plane() {
	[ ! -f "$LIB/$1/etc/ikd.yaml" ] ||
	    grep -q '^dataplane:' "$LIB/$1/etc/ikd.yaml" ||
	    printf '\ndataplane: %s\n' "$IKD_PLANE" >>"$LIB/$1/etc/ikd.yaml"
}

# suite_run NAME [OPTION...]: in a background job, the log in suite_log, its
# exit status in .../status at the end; does not wait.
suite_run() {
	lib_sr=$1
	shift
	suite_plane "$lib_sr"
	rm -f "$LIB/$lib_sr/status"
	(
		exec >>"$LIB/$lib_sr/log" 2>&1
		suite_in "$lib_sr" "${SUITE_BIN:-$BUILD/bin}/ikd" -d \
		    -f "$LIB/$lib_sr/etc" -r "$LIB/$lib_sr/run" \
		    -s "$LIB/$lib_sr/state" -l "${SUITE_BIN:-$BUILD/bin}" "$@"
		echo $? >"$LIB/$lib_sr/status.new"
		mv "$LIB/$lib_sr/status.new" "$LIB/$lib_sr/status"
	) &
}

# suite_start NAME: until it serves; its log when it does not.
suite_start() {
	: >"$LIB/$1/log"
	suite_run "$1"
	wait_until $LIB_START suite_serves_or_ended "$1"
	grep -q ' serving: ' "$LIB/$1/log" && return 0
	sed 's/^/# /' "$LIB/$1/log"
	return 1
}

suite_serves_or_ended() {
	grep -q ' serving: ' "$LIB/$1/log" || test -e "$LIB/$1/status"
}

# The starter's pid; fails when it does not run.
suite_ikd() {
	lib_pid=$(cat "$LIB/$1/run/ikd.pid" 2>/dev/null) || return 1
	kill -0 "$lib_pid" 2>/dev/null && echo "$lib_pid"
}

# suite_pids NAME PROGRAM: the pids of a role, one a line.
suite_pids() {
	lib_pp=$(suite_ikd "$1") || return 1
	pgrep -P "$lib_pp" -f "^$2\$" || pgrep -P "$lib_pp" -x "$2"
}

# suite_restarted NAME PROGRAM OLDPID: that one is gone, a younger one serves.
suite_restarted() {
	suite_pids "$1" "$2" | grep -qx "$3" && return 1
	for lib_new in $(suite_pids "$1" "$2"); do
		grep -q " $2.* serves again, pid $lib_new\$" "$LIB/$1/log" &&
		    return 0
	done
	return 1
}

# suite_stop NAME: the clean way; fails when it takes too long or ends badly.
suite_stop() {
	kill -TERM "$(suite_ikd "$1")" &&
	    wait_until $LIB_STOP test -e "$LIB/$1/status" &&
	    [ "$(cat "$LIB/$1/status")" = 0 ] && return 0
	tail -n 40 "$LIB/$1/log" | sed 's/^/# /'
	return 1
}

# suite_reload NAME: asks by signal; see the log for the result.
suite_reload() {
	suite_plane "$1"
	kill -HUP "$(suite_ikd "$1")"
}

# As if the power of the suite alone had failed.
suite_kill() {
	lib_k=$(suite_ikd "$1") || return 0
	lib_all=$(pgrep -P "$lib_k" | tr '\n' ' ')
	# shellcheck disable=SC2086	# a list of pids
	kill -9 "$lib_k" $lib_all 2>/dev/null
	# The shell that waits for it must have written, or the next run's
	# status would be this one's.
	[ -z "${lib_ending-}" ] || return 0
	wait_until 20 test -e "$LIB/$1/status"
}

# ikectl of that suite.
suite_ctl() {
	lib_sc=$1
	shift
	[ "$1" != reload ] || suite_plane "$lib_sc"
	lib_is=
	for lib_a; do
		if [ "$lib_is" = --timeout ]; then
			lib_seconds "$lib_a"
			lib_a=$lib_sec
		fi
		lib_is=$lib_a
		shift
		set -- "$@" "$lib_a"
	done
	suite_in "$lib_sc" "${SUITE_BIN:-$BUILD/bin}/ikectl" \
	    -r "$LIB/$lib_sc/run" -f "$LIB/$lib_sc/etc" \
	    -s "$LIB/$lib_sc/state" "$@"
}
