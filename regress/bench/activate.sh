# activate.sh - all tunnels activated at once, with a peer that is silent and
# with one that answers; read by regress/bench/run.

# act_policy N ROLE START LOCAL REMOTE OURS THEIRS: of a suite, for many.
act_policy() {
	echo 'flood: { per-source: 20000, cookies-at: 20000 }'
	policy_many "$@"
}

# act_suite NAME NS N ROLE START LOCAL REMOTE OURS THEIRS
act_suite() {
	_an=$1
	suite_new "$1" "$2"
	echo a-key-for-measurements-alone | suite_psk "$1" t
	shift 2
	act_policy "$@" >"$(suite_etc "$_an")/ikd.yaml"
	suite_start "$_an"
}

# act_are NAME STATE N: so many of its tunnels, or more, are in that state.
act_are() {
	sleep 0.3
	suite_ctl "$1" show stats | awk -v k="tunnels_$2" -v n="$3" \
	    '$1 == k { is = $2 } END { exit !(is >= n) }'
}

# act_spent NAME N COMMAND...: variables act_ms until the command succeeds,
# and act_us, the CPU time of all processes by tunnel; each process's to the
# reader.
act_spent() {
	_s=$1 _n=$2 _at=$(date +%s%N)
	shift 2
	load_cpus "$_s" >"$LIB/cpu0"
	suite_ctl "$_s" activate --all --no-wait >"$LIB/act" || return 1
	wait_until "${BENCH_LIMIT:-600}" "$@" || return 1
	act_ms=$(load_ms "$_at")
	load_cpus "$_s" >"$LIB/cpu1"
	act_us=$(($(load_spent "$LIB/cpu0" "$LIB/cpu1") / _n))
	load_by "activate-$_n" "$LIB/cpu0" "$LIB/cpu1"
}

# Nobody is there, and nobody says so.
act_silent() {
	net_ns l m
	net_link l eth0 192.0.2.2/24 m eth0 - || return 1
	ip -n "$(ns l)" neigh add 192.0.2.1 dev eth0 \
	    lladdr 02:00:00:00:00:01 nud permanent || return 1
	act_suite quiet l "$1" initiator manual 2 1 a b || return 1
	act_spent quiet "$1" act_are quiet negotiating "$1" || return 1
	suite_kill quiet
	rm -rf "$LIB/quiet"
	lib_suites=
	bench_clear
}

act_answered() {
	topo_pair 1
	act_suite gw2 b "$1" responder answer 2 1 b a || return 1
	act_suite gw1 a "$1" initiator manual 1 2 a b || return 1
	act_spent gw1 "$1" act_are gw1 active "$1" || return 1
	suite_kill gw1
	suite_kill gw2
	rm -rf "$LIB/gw1" "$LIB/gw2"
	lib_suites=
	bench_clear
}

bench_activate() {
	for _count in ${BENCH_TUNNELS:-1000 10000}; do
		act_silent "$_count" || return 1
		figure "activate-silent-$_count" "$act_ms" ms - -
		figure "activate-silent-cpu-$_count" "$act_us" us/tunnel - -
		act_answered "$_count" || return 1
		figure "activate-$_count" "$act_ms" ms - -
		figure "activate-cpu-$_count" "$act_us" us/tunnel - -
	done
}
