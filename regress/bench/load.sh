# load.sh - start, list and reload with many tunnels, ours and strongSwan's
# loading of as many connections; read by regress/bench/run.

# load_ms FROM: milliseconds since FROM (date +%s%N).
load_ms() {
	echo $((($(date +%s%N) - $1) / 1000000))
}

# load_cpus NAME: each process and what it has run so far, in us.  tmd-policy,
# which reads and ends, is what the starter has waited for.
load_cpus() {
	for _p in $(suite_all "$1"); do
		echo "$(cat "/proc/$_p/comm").$_p $(cat "/proc/$_p/task"/*/schedstat |
		    awk '{ n += $1 } END { printf "%.0f", n / 1000 }')"
	done
	sed 's/.*) //' "/proc/$(suite_ikd "$1")/stat" |
	    awk '{ print "tmd-policy.0", ($14 + $15) * 10000 }'
}

# load_spent BEFORE AFTER: all of them together, in us.
load_spent() {
	awk 'NR == FNR { was[$1] = $2; next } { n += $2 - was[$1] }
	    END { printf "%d\n", n }' "$1" "$2"
}

# load_by FIGURE BEFORE AFTER: a comment with each one's, in ms.
load_by() {
	awk -v f="$1" 'NR == FNR { was[$1] = $2; next } {
		ms = ($2 - was[$1]) / 1000
		sub(/\..*/, "", $1)
		if (ms >= 1)
			s = s sprintf(" %s %.0f", $1, ms)
		n += ms
	} END { printf "# %s: CPU %.0f ms:%s\n", f, n, s }' "$2" "$3"
}

# load_step FIGURE COMMAND...: variable step_ms; the CPU time to the reader.
load_step() {
	_f=$1
	shift
	load_cpus load >"$LIB/cpu0"
	_t=$(date +%s%N)
	"$@" >"$LIB/out" 2>&1 || { cat "$LIB/out"; return 1; }
	step_ms=$(load_ms "$_t")
	sleep 0.3	# what is left to do behind the answer
	load_cpus load >"$LIB/cpu1"
	load_by "$_f" "$LIB/cpu0" "$LIB/cpu1"
}

# load_serve NAME: from exec to serving.  A blocked reader of the log, which
# costs the suite nothing, unlike asking again and again.
load_serve() {
	: >"$(suite_log "$1")"
	suite_run "$1"
	timeout $LIB_START sh -c 'tail -n +1 -f "$1" | grep -q -m1 \
	    -e " serving: " -e " not started: "' - "$(suite_log "$1")"
	grep -q ' serving: ' "$(suite_log "$1")" && return 0
	sed 's/^/# /' "$(suite_log "$1")"
	return 1
}

# load_ours N START: variables start_ms, list_ms, same_ms (a reload of an
# unchanged file), reload_ms (of one with one tunnel changed), put_ms (one
# tunnel into the database) and diff_ms.
load_ours() {
	net_ns l && net_addr l lo 192.0.2.2/32 || return 1
	suite_new load l
	echo a-key-for-measurements-alone | suite_psk load t
	policy_many "$1" initiator "$2" 2 1 a b >"$(suite_etc load)/ikd.yaml"
	suite_plane load
	_t=$(date +%s%N)
	load_serve load || return 1
	start_ms=$(load_ms "$_t")
	sleep 0.3
	load_cpus load >"$LIB/cpu1"
	echo "nobody.0 0" >"$LIB/cpu0"
	load_by "start-$1" "$LIB/cpu0" "$LIB/cpu1"
	load_step "list-$1" suite_ctl load list || return 1
	list_ms=$step_ms
	load_step "reload-same-$1" suite_ctl load reload || return 1
	same_ms=$step_ms
	sed -i '/^  t500:/,/children:/s/pfs: no/pfs: yes/' \
	    "$(suite_etc load)/ikd.yaml"
	load_step "reload-one-$1" suite_ctl load reload || return 1
	reload_ms=$step_ms
	grep -q " 1 rekeyed, 0 restarted, 0 added, 0 removed" "$LIB/out" ||
	    { cat "$LIB/out"; return 1; }
	echo '{ remote: 192.0.2.99, psk: t, start: manual }' >"$LIB/one.yaml"
	load_step "db-put-$1" suite_ctl load db put tunnels/one \
	    "$LIB/one.yaml" || return 1
	put_ms=$step_ms
	load_step "diff-$1" suite_ctl load diff || return 1
	diff_ms=$step_ms
	suite_stop load
	rm -rf "$LIB/load"
	lib_suites=
	bench_clear
}

# load_theirs N: variable their_ms, swanctl --load-all of as many connections.
load_theirs() {
	net_ns b && net_addr b lo 192.0.2.2/32 || return 1
	swan_start b peer || return 1
	swan_many "$1" >"$LIB/peer/many"
	_t=$(date +%s%N)
	swan_load peer <"$LIB/peer/many" || return 1
	their_ms=$(load_ms "$_t")
	swan_kill peer
	bench_clear
}

bench_load() {
	SWAN_IKE_LOG=0
	for _count in ${BENCH_TUNNELS:-1000 10000}; do
		load_ours "$_count" manual && load_theirs "$_count" || return 1
		figure "start-$_count" "$start_ms" ms strongswan-load "$their_ms"
		figure "list-$_count" "$list_ms" ms - -
		figure "reload-same-$_count" "$same_ms" ms - -
		figure "reload-one-$_count" "$reload_ms" ms - -
		figure "db-put-$_count" "$put_ms" ms - -
		figure "diff-$_count" "$diff_ms" ms - -
		load_ours "$_count" trap || return 1
		figure "start-trap-$_count" "$start_ms" ms - -
		figure "reload-one-trap-$_count" "$reload_ms" ms - -
	done
}
