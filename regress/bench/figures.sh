# figures.sh - the benchmarks; read by regress/bench/run.

# figure NAME OURS UNIT PEER VALUE: a line for people; one JSON object in
# $BENCH_JSON for programs.  PEER and VALUE are - where there is none.
figure() {
	printf '%-28s %10s %-14s %-12s %s\n' "$1" "$2" "$3" "$4" "$5"
	[ -z "${BENCH_JSON-}" ] || printf \
	    '{"name":%s,"value":%s,"unit":%s,"peer":%s,"peer-value":%s}\n' \
	    "$(figure_text "$1")" "$(figure_value "$2")" \
	    "$(figure_text "$3")" "$(figure_text "$4")" \
	    "$(figure_value "$5")" >>"$BENCH_JSON"
}

# A JSON string, or null for -: names of figures need no escapes.
figure_text() {
	case $1 in
	-|'') echo null;;
	*[!A-Za-z0-9./%\ _+-]*) echo "figure: no name: $1" >&2; echo null;;
	*) echo "\"$1\"";;
	esac
}

# A JSON number, or null for what is none.
figure_value() {
	printf '%s\n' "$1" | awk \
	    '/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/ { print; next } { print "null" }'
}

# cpu_ns PID...: what they have run so far, in nanoseconds.
cpu_ns() {
	for _p; do
		awk '{ print $1 }' "/proc/$_p/schedstat" 2>/dev/null
	done | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

suite_all() {
	_i=$(suite_ikd "$1")
	echo "$_i" "$(pgrep -P "$_i" | tr '\n' ' ')"
}

pss_kb() {
	for _p; do
		awk '/^Pss:/ { print $2 }' "/proc/$_p/smaps_rollup" 2>/dev/null
	done | awk '{ n += $1 } END { printf "%d\n", n }'
}

# policy_many N ROLE START LOCAL REMOTE: N tunnels between two addresses,
# told apart by identity; no child traffic is needed.
policy_many() {
	echo "tunnels:"
	awk -v n="$1" -v role="$2" -v start="$3" -v l="$4" -v r="$5" \
	    -v a="$6" -v b="$7" 'BEGIN { for (i = 1; i <= n; i++) {
		printf "  t%d:\n    role: %s\n    start: %s\n    psk: t\n", i, role, start
		printf "    policy: { proposals: [aes128gcm16-prfsha256-x25519] }\n"
		# The load initiator forgets an SA that is up: nobody answers.
		printf "    dpd: 0\n"
		printf "    local: { address: 192.0.2.%s, id: \"fqdn:%s%d.example\" }\n", l, a, i
		printf "    remote: { address: 192.0.2.%s, id: \"fqdn:%s%d.example\" }\n", r, b, i
		hi = int(i / 250); lo = i % 250 + 1
		me = l == 1 ? sprintf("10.1.%d.%d", hi + 2, lo) : "10.2.1.1"
		it = l == 1 ? "10.2.1.1" : sprintf("10.1.%d.%d", hi + 2, lo)
		printf "    children: { c: { local: %s, remote: %s, policy: { proposals: [aes128gcm16], pfs: no } } }\n", me, it
	} }'
}

swan_many() {
	echo "connections {"
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) {
		hi = int(i / 250); lo = i % 250 + 1
		printf "t%d { version = 2\nlocal_addrs = 192.0.2.2\nremote_addrs = 192.0.2.1\nproposals = aes128gcm16-prfsha256-x25519\n", i
		printf "local { auth = psk\nid = b%d.example\n}\nremote { auth = psk\nid = a%d.example\n}\n", i, i
		printf "children { c%d { local_ts = 10.2.1.1/32\nremote_ts = 10.1.%d.%d/32\nesp_proposals = aes128gcm16\n} } }\n", i, hi + 2, lo
	} }'
	echo '}'
	echo 'secrets { ike-t { secret = "bench" } }'
}

# strongSwan is one process of many threads.
cpu_ns_threads() {
	for _p; do
		cat "/proc/$_p/task"/*/schedstat 2>/dev/null
	done | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

bench_clear() {
	for _n in $lib_ns; do
		ip netns del "$_n"
	done
	lib_ns=
}
