# groups.sh - a peer's ID in a group of 100,000; read by regress/bench/run.
# ms: its index made, as with each load; ns: one match, of the slowest kind
# of ID (distinguished names with wildcards).  CPU time of the one thread.
bench_groups() {
	"$BUILD/regress/bench/group_bench" "${BENCH_MEMBERS:-100000}" \
	    >"$LIB/groups" || return 1
	read -r _ms _ns <"$LIB/groups"
	figure group-index-100000 "$_ms" ms - -
	figure group-match-100000 "$_ns" ns - -
}
