#!/bin/sh
# What each process of a running suite may do, read from /proc: ids,
# capabilities, system call filter, root directory, descriptors, libraries,
# and that nobody gets at its memory or at the TUN device.
. "$(dirname "$0")/../lib.sh"
lib_begin priv
tool=$BUILD/regress/priv/intruder_tool
net_ns a
suite_new gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF
workers: 2
control: { read-only-path: ikd-ro.sock }
tunnels:
  boston:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: boston
    start: answer
    children:
      lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16 }
EOF
echo '0x000102030405060708090a0b0c0d0e0f' | suite_psk gw boston
t_ok "a suite runs" suite_start gw
# tmd-policy has had its turn: everybody behind the door, nothing in between.
t_ok "and answers" suite_ctl gw list

status() {	# PID FIELD: its words
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '
}
is() {		# PID FIELD WORDS
	_is=$(status "$1" "$2" | sed 's/ *$//')
	[ "$_is" = "$3" ] || { echo "$2 is \"$_is\", not \"$3\""; return 1; }
}
ids() {		# PID USER: all four, and no group beside its own
	_u=$(id -u "$2") _g=$(id -g "$2")
	is "$1" Uid "$_u $_u $_u $_u" && is "$1" Gid "$_g $_g $_g $_g" &&
	    is "$1" Groups ""
}
caps() {	# PID MASK: permitted and effective; nothing to pass on
	is "$1" CapPrm "$2" && is "$1" CapEff "$2" &&
	    is "$1" CapInh 0000000000000000 && is "$1" CapAmb 0000000000000000
}
filtered() {
	is "$1" Seccomp 2 && is "$1" NoNewPrivs 1
}
empty_root() {
	[ "$(readlink "/proc/$1/root")" = "$(cd "$LIB/gw/run/empty" && pwd -P)" ] &&
	    [ -z "$(ls -A "/proc/$1/root/")" ] &&
	    [ "$(stat -Lc '%U %a' "/proc/$1/root/")" = "root 555" ] &&
	    [ "$(readlink "/proc/$1/cwd")" = "$(readlink "/proc/$1/root")" ]
}
no_core() {
	grep -Eq '^Max core file size +0 +0 ' "/proc/$1/limits"
}
hidden() {	# not dumpable: its files in /proc are root's
	[ "$(stat -c %U "/proc/$1/mem" "/proc/$1/environ" "/proc/$1/fd" |
	    sort -u)" = root ]
}
no_environment() {
	[ -z "$(tr -d '\0' <"/proc/$1/environ")" ] ||
	    [ "$(stat -c %s "/proc/$1/environ")" -eq 0 ]
}

# Descriptors by kind: "eventpoll 1", "file 1" ...; the log is fd 2.
kinds() {
	for _f in "/proc/$1/fd"/*; do
		case ${_f##*/}:$(readlink "$_f") in
		2:*)			echo stderr ;;
		*:socket:*)		echo socket ;;
		*:pipe:*)		echo pipe ;;
		*:'anon_inode:[eventpoll]') echo eventpoll ;;
		*:/memfd:*)		echo memfd ;;
		*:/dev/null)		echo null ;;
		*:/dev/net/tun)		echo tun ;;
		*)			readlink "$_f" ;;
		esac
	done | sort | uniq -c | awk '{ printf "%s%s %d", s, $2, $1; s = ", " }'
}
has_fds() {	# PID "KINDS"
	_k=$(kinds "$1")
	[ "$_k" = "$2" ] || { echo "has: $_k"; echo "not: $2"; return 1; }
}

# Libraries: nothing beside those named.
maps() {
	awk '$6 ~ /\.so/ { sub(/.*\//, "", $6); sub(/[-.0-9]*\.so.*/, "", $6)
	    print $6 }' "/proc/$1/maps" | sort -u
}
base="ld-linux-x ld-linux-aarch libc libbsd libmd libevent_core libseccomp"
maps_only() {	# PID NAME...
	_p=$1
	shift
	for _l in $(maps "$_p"); do
		case " $* " in
		*" $_l "*) ;;
		*)	echo "maps $_l"; return 1 ;;
		esac
	done
}
maps_not() {	# PID NAME...
	_p=$1
	shift
	for _l; do
		! maps "$_p" | grep -q "^$_l" || { echo "maps $_l"; return 1; }
	done
}

# role NAME USER CAPS FDS LIBRARY...
role() {
	_name=$1 _user=$2 _caps=$3 _fds=$4
	shift 4
	for _pid in $(suite_pids gw "$_name"); do
		t_ok "$_name: ids of $_user alone" ids "$_pid" "$_user"
		t_ok "$_name: capabilities" caps "$_pid" "$_caps"
		t_ok "$_name: seccomp, no new privileges" filtered "$_pid"
		t_ok "$_name: no core" no_core "$_pid"
		t_ok "$_name: not dumpable" hidden "$_pid"
		t_ok "$_name: no environment" no_environment "$_pid"
		t_ok "$_name: descriptors" has_fds "$_pid" "$_fds"
		# shellcheck disable=SC2086	# a list of names
		t_ok "$_name: libraries" maps_only "$_pid" $base "$@"
		t_ok "$_name: its own user cannot trace it" \
		    "$tool" "$(id -u "$_user")" trace "$_pid"
		t_ok "$_name: nor read it" \
		    "$tool" "$(id -u "$_user")" read "$_pid"
		[ "$_name" = certd-fetch ] ||
		    t_ok "$_name: an empty root" empty_root "$_pid"
	done
}
none=0000000000000000
ev="eventpoll 1"
rest="null 2, pipe 2"	# the pipe is libevent's, for signals
# Sockets: parent, log, the roles it talks to (2 workers), its own.
role ikd-ike _ikdike $none "$ev, $rest, socket 11, stderr 1" \
    libcrypto libz libzstd
role ikd-esp _ikdesp $none "$ev, $rest, socket 6, stderr 1, tun 5" \
    libcrypto libz libzstd
role tmd _tmd $none "$ev, $rest, socket 10, stderr 1"
crls=$(cd "$LIB/gw/state/crls" && pwd -P)	# its own; nothing beside it
role certd _certd $none "$crls 1, $ev, $rest, socket 7, stderr 1" \
    libcrypto libz libzstd
# And what certd said of our own certificates, in a memfd.
role certd-sign _certsign $none "$ev, memfd 1, $rest, socket 8, stderr 1" \
    libcrypto libz libzstd
# What libcurl needs is much, and its own affair; but nothing that was loaded
# by name later (a way to look up names, an engine).  Its sockets: parent,
# log, starter, certd, tmd, and by its version two more or an eventfd to wake
# itself with.
linked=$(ldd "$BUILD/bin/certd-fetch" | sed 's/^[[:space:]]*//; s/ .*//
    s,.*/,,; s/[-.0-9]*\.so.*//')
wake="socket 7"
kinds "$(suite_pids gw certd-fetch)" | grep -q eventfd &&
    wake="socket 5" ev_fetch="anon_inode:[eventfd] 1, "
# shellcheck disable=SC2086	# a list of names
role certd-fetch _certfetch $none \
    "${ev_fetch-}$ev, null 2, pipe 4, $wake, stderr 1" $linked
role dhcprelay _dhcprelay $none "$ev, $rest, socket 5, stderr 1"

# The parent: NET_BIND_SERVICE (bit 10) and NET_ADMIN (12); its memfds are
# the seven snapshots, what the last load leaves for the next and the SA table;
# the kernel's drops by /proc; sockets: starter, log and pipe of 8 roles, its
# own log, 10 UDP, 3 listening, netlink, and the name that one service of a
# namespace has; nothing of the network.
pid=$(suite_pids gw ikd-parent)
sockets=$(kinds "$pid" | sed -n 's/.*socket \([0-9]*\).*/\1/p')
role ikd-parent _ikdparent 0000000000001400 \
    "/proc/$pid/net/xfrm_stat 1, $ev, memfd 9, $rest, socket $sockets, stderr 1, tun 5" \
    libnl-3 libnl libnl-route libnl-route-3 libnl-xfrm libnl-xfrm-3
t_ok "ikd-parent: no more than 41 sockets" test "$sockets" -le 41
t_ok "ikd-parent: no cryptography, no YAML" \
    maps_not "$pid" libcrypto libssl libyaml libjansson

for r in tmd dhcprelay; do
	t_ok "$r: no cryptography, no YAML" \
	    maps_not "$(suite_pids gw $r)" libcrypto libssl libyaml libnl
done
for r in certd certd-sign certd-fetch ikd-esp; do
	t_ok "$r: no YAML, no netlink" \
	    maps_not "$(suite_pids gw $r)" libyaml libnl libjansson
done

# (certd-token, which runs only with a token: regress/net/token.sh.)
# certd-fetch has Landlock in place of an empty root, which /proc does not
# show: that it stands there at all says that sandbox_enter() had it.

# The starter: root, SETGID SETUID (6, 7), KILL (5), SYS_CHROOT (18); what it
# may hand on is that and the parent's.
pid=$(suite_ikd gw)
t_ok "ikd: root, no groups" ids "$pid" root
t_ok "ikd: capabilities" caps "$pid" 00000000000400e0
t_ok "ikd: bounding set" is "$pid" CapBnd 00000000000414e0
t_ok "ikd: no network, no parser, no cryptography" \
    maps_not "$pid" libcrypto libssl libyaml libnl libjansson
no_inet() {
	# shellcheck disable=SC2009	# sockets, not processes
	! suite_in gw ss -Htuanp | grep -q "pid=$1,"
}
t_ok "ikd: no network socket" no_inet "$pid"
for r in tmd certd certd-sign certd-fetch dhcprelay; do
	t_ok "$r: no network socket" no_inet "$(suite_pids gw $r)"
done

# Every process has a user of its own; no file of ours is theirs.
own_users() {
	for _p in $(pgrep -P "$(suite_ikd gw)"); do
		echo "$(status "$_p" Uid | cut -d' ' -f1) $(cat "/proc/$_p/comm")"
	done | sort -u | awk '{ if (n[$1]++ || $1 == 0) bad = 1 } END { exit bad }'
}
t_ok "a user each" own_users

# The TUN device is the parent's; neither another role nor anybody else gets
# on, not even by the user whose process has its queues.
for u in _ikdesp _ikdike _tmd _certfetch nobody; do
	t_ok "$u cannot attach to ikd0" \
	    in_ns a "$tool" "$(id -u $u)" tun ikd0
done
owned() {
	in_ns a ip tuntap | grep -q "ikd0: tun.* user $(id -u _ikdparent)"
}
t_ok "it has an owner" owned

# The run directory lets nobody in who is not of the group.
modes() {
	[ "$(stat -c '%U %G %a' "$LIB/gw/run")" = "root _ikdctl 751" ] &&
	    [ "$(stat -c '%U %G %a' "$LIB/gw/run/ikd.sock")" = "root _ikdctl 660" ] &&
	    [ "$(stat -c '%U %G %a' "$LIB/gw/run/ikd-ro.sock")" = "root _ikdctl 666" ] &&
	    [ "$(stat -c '%U %a' "$LIB/gw/run/secrets.sock")" = "root 600" ]
}
t_ok "modes of the sockets" modes
t_ok "it stops" suite_stop gw
lib_end
