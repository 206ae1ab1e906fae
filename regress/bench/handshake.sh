# handshake.sh - what a handshake costs the responder, and what an SA keeps;
# read by regress/bench/run.  The initiator is ike_load_bench, the same one
# against us and against strongSwan, in one run.

# marks: the numbers of SAs at which is measured; each figure is of the
# handshakes, or the growth, since the mark before.
hs_marks() {
	echo "${BENCH_MARKS:-100 1000 10000}"
}

hs_last() {
	for _m in $(hs_marks); do
		_l=$_m
	done
	echo "$_l"
}

# hs_programs DIR: our programs, the data plane being the one that keeps
# nothing.
hs_programs() {
	mkdir -p "$1" && cp "$BUILD"/bin/* "$1/" &&
	    cp "$BUILD/regress/bench/null_plane_bench" "$1/ikd-esp" &&
	    chmod 755 "$1"
}

# Everybody but the peer's: the starter and its children.
hs_ours() {
	suite_all gw2
}

hs_theirs() {
	cat "$LIB/peer/pid"
}

hs_pin() {
	for _p; do
		taskset -apc "$HS_CORE" "$_p" >/dev/null || return 1
	done
}

# hs_climb OUT PIDS...: brings up SAs to each mark; a line in OUT for each:
# mark, ns a handshake, octets an SA.
hs_climb() {
	_out=$1 _from=1
	shift
	: >"$_out"
	for _m in $(hs_marks); do
		_n=$((_m - _from + 1))
		_c=$(cpu_ns_threads "$@") _k=$(pss_kb "$@")
		# shellcheck disable=SC2086	# a command with its options
		in_ns a ${HS_CORE:+taskset -c $HS_CORE} \
		    "$BUILD/regress/bench/ike_load_bench" -l 192.0.2.1 \
		    -r 192.0.2.2 ${HS_AUTH:--k $HS_PSK} -f "$_from" -n "$_n" \
		    -w "${BENCH_WINDOW:-16}" >"$LIB/up" 2>&1 || {
			cat "$LIB/up"
			return 1
		}
		hs_quiet "$@"
		_c=$(($(cpu_ns_threads "$@") - _c))
		sleep "${BENCH_IDLE:-0}"	# then memory is looked at
		_k=$(($(pss_kb "$@") - _k))
		echo "$_m $((_c / _n)) $((_k * 1024 / _n))" >>"$_out"
		hs_who "$_n" "$@"
		_from=$((_m + 1))
	done
}

# With BENCH_WHO: what each process has grown to, and cost so far.
hs_who() {
	[ -n "${BENCH_WHO-}" ] || return 0
	shift
	sed "s/^/# $_m /" "$LIB/up"
	for _p; do
		echo "# $_m $(cat "/proc/$_p/comm"): $(pss_kb "$_p") kB," \
		    "$(($(cpu_ns_threads "$_p") / 1000000)) ms"
	done
}

# What a handshake has left to do is done when the CPU time stands still.
hs_quiet() {
	_a=0 _b=$(cpu_ns_threads "$@")
	while [ $((_b - _a)) -gt 3000000 ]; do
		sleep 0.3
		_a=$_b _b=$(cpu_ns_threads "$@")
	done
}

# The peer as it comes, but that one address may send as many as it likes.
SWAN_IKE_LOG=1
SWAN_FLUSH=no
SWAN_EXTRA='cookie_threshold = 30000
	cookie_threshold_ip = 30000
	block_threshold = 30000'
export SWAN_IKE_LOG SWAN_FLUSH SWAN_EXTRA

HS_PSK=a-secret-for-measurements-alone

# Who measures another authentication has functions of its own for what is
# done to our policy (in its directory) and to the peer's connections.
HS_AUTH=
HS_OURS=hs_psk_ours
HS_THEIRS=hs_psk_theirs

hs_psk_ours() {
	echo "$HS_PSK" | suite_psk gw2 t
	cat
}

hs_psk_theirs() {
	sed "s/\"bench\"/\"$HS_PSK\"/"
}

hs_policy() {
	{
		echo 'flood: { per-source: 20000, cookies-at: 20000 }'
		policy_many "$1" responder answer 2 1 b a
	} | "$HS_OURS" >"$(suite_etc gw2)/ikd.yaml"
}

# hs_run_ours OUT [LIBEXEC]: pinned when HS_CORE is set.
hs_run_ours() {
	topo_pair 1
	suite_new gw2 b
	hs_policy "$(hs_last)"
	SUITE_BIN=${2-} suite_start gw2 || return 1
	# shellcheck disable=SC2046	# lists of pids
	[ -z "$HS_CORE" ] || hs_pin $(hs_ours) || return 1
	# shellcheck disable=SC2046
	hs_climb "$1" $(hs_ours) || return 1
	suite_kill gw2
	bench_clear
}

hs_run_swan() {
	topo_pair 1
	swan_start b peer
	swan_many "$(hs_last)" | "$HS_THEIRS" | swan_load peer || return 1
	# shellcheck disable=SC2046
	[ -z "$HS_CORE" ] || hs_pin $(hs_theirs) || return 1
	# shellcheck disable=SC2046
	hs_climb "$1" $(hs_theirs) || return 1
	swan_kill peer
	bench_clear
}

# hs_figures NAME COLUMN DIVISOR UNIT OURS [THEIRS]
hs_figures() {
	while read -r _m _cpu _mem; do
		[ "$2" = 2 ] && _v=$_cpu || _v=$_mem
		_w=$(awk -v m="$_m" -v c="$2" '$1 == m { print $c }' \
		    "${6:-/dev/null}")
		figure "$1-$_m" $((_v / $3)) "$4" \
		    "$([ -n "$_w" ] && echo strongswan || echo -)" \
		    "$([ -n "$_w" ] && echo $((_w / $3)) || echo -)"
	done <"$5"
}

bench_handshake() {
	hs_programs "$LIB/null" || return 1
	HS_CORE=$(hs_core)
	hs_run_ours "$LIB/ours" "$LIB/null" && hs_run_swan "$LIB/theirs" ||
	    return 1
	hs_figures handshake-cpu 2 1000 us/handshake "$LIB/ours" "$LIB/theirs"
	hs_figures memory-null 3 1 octets/SA "$LIB/ours" "$LIB/theirs"
	HS_CORE=
	hs_run_ours "$LIB/esp" "$BUILD/bin" || return 1
	hs_figures handshake-cpu-esp 2 1000 us/handshake "$LIB/esp"
	bench_instructions
}

# ---- Resumed (RFC 5723) ----

# One pass asks for tickets, the next one resumes by them, at the same gateway
# that has all of the first pass's sessions.
bench_resumed() {
	hs_programs "$LIB/null" || return 1
	HS_CORE=$(hs_core)
	_n=${BENCH_RESUMED:-1000}
	topo_pair 1
	suite_new gw2 b
	hs_policy "$_n"
	SUITE_BIN=$LIB/null suite_start gw2 || return 1
	# shellcheck disable=SC2046	# lists of pids
	hs_pin $(hs_ours) || return 1
	hs_pass full -s && hs_pass resumed -S || return 1
	suite_kill gw2
	bench_clear
	HS_CORE=
	hs_counts || return 0
	_n=${BENCH_COUNTED:-500}
	hs_counted hs_start_ours "$LIB/count" "$_n" -s && _o0=$counted &&
	    hs_counted hs_start_ours "$LIB/count" "$_n" -S || return 1
	figure resumed-instructions $(((counted - _o0) / _n)) "/handshake" - -
}

# hs_pass NAME OPTION: all of them once more.
hs_pass() {
	# shellcheck disable=SC2046
	_c=$(cpu_ns_threads $(hs_ours))
	in_ns a taskset -c "$HS_CORE" "$BUILD/regress/bench/ike_load_bench" \
	    -l 192.0.2.1 -r 192.0.2.2 -k "$HS_PSK" -n "$_n" \
	    -w "${BENCH_WINDOW:-16}" "$2" "$LIB/tickets" >"$LIB/up" 2>&1 || {
		cat "$LIB/up"
		return 1
	}
	# shellcheck disable=SC2046
	hs_quiet $(hs_ours)
	# shellcheck disable=SC2046
	_c=$(($(cpu_ns_threads $(hs_ours)) - _c))
	figure "resumed-cpu-$1" $((_c / _n / 1000)) us/handshake - -
}

# The last core this process may use.
hs_core() {
	taskset -pc $$ | sed 's/.*[:,-] *//'
}

bench_memory() {
	_save=${BENCH_MARKS-}
	BENCH_MARKS=${BENCH_MARKS:-1000 10000}
	HS_CORE=
	hs_run_ours "$LIB/ours" "$BUILD/bin" && hs_run_swan "$LIB/theirs" ||
	    return 1
	hs_figures memory 3 1 octets/SA "$LIB/ours" "$LIB/theirs"
	BENCH_MARKS=$_save
}

# ---- Instructions ----

# hs_count_dir DIR: the programs of the count build behind count_tool.
hs_count_dir() {
	mkdir -p "$1/real" "$1/out"
	chmod 755 "$1" "$1/real" && chmod 1777 "$1/out"
	cp "$COUNT"/bin/* "$1/" && cp "$COUNT"/bin/* "$1/real/" &&
	    cp "$BUILD/regress/bench/null_plane_bench" "$1/ikd-esp" || return 1
	for _r in ikd-parent ikd-ike tmd certd-sign; do
		cp "$BUILD/regress/bench/count_tool" "$1/$_r" || return 1
	done
}

# Instructions of all processes that left their counts in DIR/out.
hs_total() {
	awk '/^(totals|summary):/ { if (!seen[FILENAME]++) n += $2 }
	    END { printf "%.0f\n", n }' "$1"/out/*
}

# hs_counted START DIR N [-s, -S]: in $counted the instructions of a life with
# N handshakes that ends without a goodbye (SIGABRT, which callgrind survives
# for its report).  -s: with tickets; -S: and all resumed by them.
hs_counted() {
	topo_pair 1
	"$1" "$2" || return 1
	if [ "$3" -gt 0 ]; then
		hs_up 1 "$3" "${BENCH_WINDOW:-16}" -t 10000 \
		    ${4:+-s "$LIB/tickets"} >&2 || return 1
		[ "${4-}" != -S ] || hs_up 1 "$3" "${BENCH_WINDOW:-16}" \
		    -t 10000 -S "$LIB/tickets" >&2 || return 1
		sleep 3
	fi
	_p=$(pgrep -x "callgrind-.*" | while read -r _q; do
		tr '\0' ' ' <"/proc/$_q/cmdline" | grep -q "$2/" && echo "$_q"
	done)
	# shellcheck disable=SC2086	# a list of pids
	kill -ABRT $_p
	for _q in $_p; do
		wait_until 60 not kill -0 "$_q" || return 1
	done
	suite_kill gw2 2>/dev/null
	counted=$(hs_total "$2")
	[ -z "${BENCH_KEEP-}" ] || cp -r "$2/out" "$BENCH_KEEP.$1.$3"
	bench_clear
}

hs_start_ours() {
	rm -rf "$1" && hs_count_dir "$1" || return 1
	suite_new gw2 b
	hs_policy 1000
	SUITE_BIN=$1 LIB_START=120 suite_start gw2
}

hs_start_swan() {
	mkdir -p "$1/out" "$1/bin" && rm -f "$1"/out/* "$LIB/peer/vici"
	cat >"$1/bin/charon-systemd" <<EOS
#!/bin/sh
exec valgrind -q --tool=callgrind --fair-sched=try \
    --callgrind-out-file=$1/out/c.%p \
    $(command -v charon-systemd)
EOS
	chmod 755 "$1/bin/charon-systemd"
	_path=$PATH
	PATH=$1/bin:$PATH
	swan_start b peer
	PATH=$_path
	wait_until 60 [ -S "$LIB/peer/vici" ] &&
	    swan_many 1000 | sed "s/\"bench\"/\"$HS_PSK\"/" | swan_load peer
}

# Initiates N handshakes from number F, WINDOW at a time, with more options.
hs_up() {	# F N WINDOW [OPTIONS]
	_f=$1 _n=$2 _w=$3
	shift 3
	in_ns a timeout "${BENCH_LIMIT:-300}" \
	    "$BUILD/regress/bench/ike_load_bench" -l 192.0.2.1 -r 192.0.2.2 \
	    -k "$HS_PSK" -f "$_f" -n "$_n" -w "$_w" "$@" >"$LIB/up" 2>&1 ||
	    { sed 's/^/# /' "$LIB/up"; return 1; }
}

# Only where valgrind is: it is no dependency of the tests.
hs_counts() {
	COUNT=$TOP/.build/count
	command -v valgrind >/dev/null && [ -x "$COUNT/bin/ikd" ] && return 0
	echo "# no valgrind, or no \`make VARIANT=count\`: instructions are" \
	    "not counted"
	return 1
}

bench_instructions() {
	hs_counts || return 0
	_n=${BENCH_COUNTED:-500}
	hs_counted hs_start_ours "$LIB/count" 0 && _o0=$counted &&
	    hs_counted hs_start_ours "$LIB/count" "$_n" && _o=$counted ||
	    return 1
	_k=${BENCH_COUNTED_SWAN:-50} _s=-
	if hs_counted hs_start_swan "$LIB/scount" 0 && _s0=$counted &&
	    hs_counted hs_start_swan "$LIB/scount" "$_k"; then
		_s=$(((counted - _s0) / _k))
	else
		echo "# strongSwan under valgrind did not bring up $_k SAs" \
		    "in ${BENCH_LIMIT:-300} s: valgrind runs its threads in" \
		    "turns"
		swan_kill peer 2>/dev/null
		bench_clear
	fi
	figure handshake-instructions $(((_o - _o0) / _n)) "/handshake" \
	    strongswan "$_s"
}
