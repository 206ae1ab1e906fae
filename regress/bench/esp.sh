# esp.sh - the data plane under load: ikd-esp, strongSwan's kernel-libipsec and
# the clear path, one after the other; read by regress/bench/run.

ESP_SECONDS=${BENCH_SECONDS:-5}

# esp_stream FROM TO OPTIONS...: one iperf3 run from a to b, its JSON in
# $LIB/iperf.
esp_stream() {
	_from=$1 _to=$2
	shift 2
	in_ns b iperf3 -s -1 -B "$_to" >/dev/null 2>&1 &
	_srv=$!
	wait_until 5 eval 'in_ns b ss -ltn | grep -q :5201'
	in_ns a iperf3 -J -t "$ESP_SECONDS" -c "$_to" -B "$_from" "$@" \
	    >"$LIB/iperf"
	wait "$_srv"
}

# esp_load WHAT FROM TO: TCP, then small packets at two rates.  The words
# SENDER and RECEIVER are lists of processes whose time is counted.
esp_load() {
	esp_stream "$2" "$3"
	eval "$1_tcp=$(jq '.end.sum_received.bits_per_second / 1e7 | round / 100' "$LIB/iperf")"
	for _k in 60 200; do
		_s=$(cpu_ns_threads ${SENDER:-}) _r=$(cpu_ns_threads ${RECEIVER:-})
		esp_stream "$2" "$3" -u -l 64 -w 4M -b $((_k * 512))K
		_n=$(jq '.end.sum.packets' "$LIB/iperf")
		eval "$1_loss$_k=$(jq '.end.sum.lost_percent * 100 | round / 100' "$LIB/iperf")"
		eval "$1_snd$_k=$(( ($(cpu_ns_threads ${SENDER:-}) - _s) / _n ))"
		eval "$1_rcv$_k=$(( ($(cpu_ns_threads ${RECEIVER:-}) - _r) / _n ))"
	done
}

esp_plane() {	# SUITE
	suite_pids "$1" ikd-esp
}

esp_ours() {
	for _g in 1 2; do
		suite_new "esp$_g" "$([ $_g = 1 ] && echo a || echo b)"
		cat >"$(suite_etc "esp$_g")/ikd.yaml" <<EOF
dataplane: userspace
tunnels:
  t:
    local: 192.0.2.$_g
    remote: 192.0.2.$((3 - _g))
    psk: t
    start: $([ $_g = 1 ] && echo manual || echo answer)
    children: { c: { local: 10.$_g.1.0/24, remote: 10.$((3 - _g)).1.0/24, policy: { proposals: [aes128gcm16] } } }
EOF
		echo bench | suite_psk "esp$_g" t
		suite_start "esp$_g" || return 1
	done
	suite_ctl esp1 activate t --timeout 20 >/dev/null || return 1
	SENDER=$(esp_plane esp1) RECEIVER=$(esp_plane esp2)
	esp_load ours 10.1.1.1 10.2.1.1
	suite_stop esp1 && suite_stop esp2
}

esp_swan() {
	for _g in 1 2; do
		_ns=$([ $_g = 1 ] && echo a || echo b)
		SWAN_IKE_LOG=0 SWAN_FLUSH=no swan_start $_ns swan$_g || return 1
		swan_load swan$_g <<EOF || return 1
connections { t { version = 2
	local_addrs = 192.0.2.$_g
	remote_addrs = 192.0.2.$((3 - _g))
	encap = yes
	local { auth = psk
		id = g$_g.example }
	remote { auth = psk
		id = g$((3 - _g)).example }
	children { c { local_ts = 10.$_g.1.0/24
		remote_ts = 10.$((3 - _g)).1.0/24
		esp_proposals = aes128gcm16 } } } }
secrets { ike-t { secret = "bench" } }
EOF
	done
	swan swan1 --initiate --child c >/dev/null || return 1
	SENDER=$(cat "$LIB/swan1/pid") RECEIVER=$(cat "$LIB/swan2/pid")
	esp_load swan 10.1.1.1 10.2.1.1
	swan_stop swan1
	swan_stop swan2
}

val() {	# NAME: what the variable holds
	eval "echo \"\$$1\""
}
us() {	# NAME: nanoseconds as microseconds
	val "$1" | awk '{ printf "%.2f", $1 / 1000 }'
}

bench_esp() {
	command -v iperf3 >/dev/null ||
	    apt-get install -y -q iperf3 jq >/dev/null
	topo_pair 1
	SENDER='' RECEIVER=''
	esp_load clear 192.0.2.1 192.0.2.2
	esp_ours || return 1
	bench_clear
	topo_pair 1
	esp_swan || return 1
	bench_clear
	figure clear-tcp "$(val clear_tcp)" Gbit/s - -
	figure esp-tcp "$(val ours_tcp)" Gbit/s kernel-libipsec \
	    "$(val swan_tcp)"
	for _k in 60 200; do
		for _e in snd rcv; do
			figure "esp-small-${_k}k-$_e" "$(us ours_$_e$_k)" \
			    us-cpu/packet kernel-libipsec "$(us swan_$_e$_k)"
		done
		figure "esp-small-${_k}k-loss" "$(val ours_loss$_k)" percent \
		    kernel-libipsec "$(val swan_loss$_k)"
	done
}
