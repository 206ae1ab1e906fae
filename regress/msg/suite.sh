# A suite whose programs a stub can replace; needs lib.sh.
#
#	bin_new STUB		$bin: the stub in place of every role, for
#				the suites that start from now on
#	order ROLE TEXT		its next start is the stub, with this order
#	honest ROLE		its next start is the real one

roles="ikd-ike ikd-esp tmd certd certd-sign certd-fetch dhcprelay"

bin_new() {
	bin=$(mktemp -d "$LIB/bin.XXXXXX")
	chmod 755 "$bin"
	for _p in "$BUILD"/bin/*; do
		case ${_p##*/} in
		ikd | ikectl)
			cp "$_p" "$bin" ;;
		*)	cp "$_p" "$bin/${_p##*/}.real"
			cp "$BUILD/regress/msg/stub/$1" "$bin/${_p##*/}" ;;
		esac
	done
	SUITE_BIN=$bin
}

order() {
	echo "$2" >"$bin/$1.new"
	mv "$bin/$1.new" "$bin/$1.order"
}

honest() {
	rm -f "$bin/$1.order"
}

# real PID: not a stub.
real() {
	case $(readlink "/proc/$1/exe") in
	*.real)	return 0 ;;
	*)	return 1 ;;
	esac
}

# ordered PID: a stub that has read its order.
ordered() {
	[ "$(cat "/proc/$1/comm" 2>/dev/null)" = ordered ]
}

# everybody SUITE: every process, "ROLE PID" a line.
everybody() {
	_k=$(suite_ikd "$1") && pgrep -a -P "$_k" | awk '{ print $2, $1 }' |
	    sort
}

# pids SUITE ROLE: as suite_pids, but fast.
pids() {
	everybody "$1" | sed -n "s/^$2 //p"
}

# back SUITE ROLE N OLDPID: N of it run, none a stub nor the old one, and a
# new one serves.
back() {
	_pids=$(pids "$1" "$2")
	[ "$(echo "$_pids" | wc -w)" -eq "$3" ] || return 1
	for _p in $_pids; do
		real "$_p" && [ "$_p" != "$4" ] || return 1
	done
	for _p in $_pids; do
		grep -q " $2.* serves again, pid $_p\$" "$(suite_log "$1")" &&
		    return 0
	done
	return 1
}
