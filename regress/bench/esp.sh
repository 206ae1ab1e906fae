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
	wait_until 15 eval 'in_ns b ss -ltn | grep -q :5201'
	in_ns a iperf3 -J -t "$ESP_SECONDS" -c "$_to" -B "$_from" "$@" \
	    >"$LIB/iperf"
	wait "$_srv"
}

# What is lost in front of the plane, and behind it in the application's socket.
esp_lost_tun() {
	in_ns a cat /sys/class/net/ikd0/statistics/tx_dropped 2>/dev/null ||
	    echo 0
}
esp_lost_app() {
	in_ns b awk '/^Udp:/ { if (n++) print $6 }' /proc/net/snmp
}

# esp_tcp WHAT FROM TO: the words SENDER and RECEIVER are lists of processes
# whose time is counted, here by full segments of a TUN of 1400 octets.
esp_tcp() {
	_s=$(cpu_ns_threads ${SENDER:-}) _r=$(cpu_ns_threads ${RECEIVER:-})
	esp_stream "$2" "$3"
	_n=$(jq '.end.sum_received.bytes / 1348 | round' "$LIB/iperf")
	eval "$1_tcp=$(jq '.end.sum_received.bits_per_second / 1e7 | round / 100' "$LIB/iperf")"
	eval "$1_tcpsnd=$(( ($(cpu_ns_threads ${SENDER:-}) - _s) / _n ))"
	eval "$1_tcprcv=$(( ($(cpu_ns_threads ${RECEIVER:-}) - _r) / _n ))"
}

# esp_small WHAT FROM TO THOUSANDS: small packets, so many a second.
esp_small() {
	_k=$4
	_s=$(cpu_ns_threads ${SENDER:-}) _r=$(cpu_ns_threads ${RECEIVER:-})
	_t=$(esp_lost_tun) _a=$(esp_lost_app)
	esp_stream "$2" "$3" -u -l 64 -w 4M -b $((_k * 512))K
	_n=$(jq '.end.sum.packets' "$LIB/iperf")
	eval "$1_loss$_k=$(jq '.end.sum.lost_percent * 100 | round / 100' "$LIB/iperf")"
	eval "$1_snd$_k=$(( ($(cpu_ns_threads ${SENDER:-}) - _s) / _n ))"
	eval "$1_rcv$_k=$(( ($(cpu_ns_threads ${RECEIVER:-}) - _r) / _n ))"
	eval "$1_offered$_k=$((_n / ESP_SECONDS))"
	eval "$1_tun$_k=$(( $(esp_lost_tun) - _t ))"
	eval "$1_app$_k=$(( $(esp_lost_app) - _a ))"
}

# esp_load WHAT FROM TO: TCP, then small packets at two rates.
esp_load() {
	esp_tcp "$@"
	for _rate in 60 200; do
		esp_small "$@" $_rate
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
    children:
      c1: { local: 10.$_g.1.0/24, remote: 10.$((3 - _g)).1.0/24, policy: { proposals: [aes128gcm16] } }
      c2: { local: 10.$_g.2.0/24, remote: 10.$((3 - _g)).2.0/24, policy: { proposals: [chacha20poly1305] } }
      c3: { local: 10.$_g.3.0/24, remote: 10.$((3 - _g)).3.0/24, policy: { proposals: [aes128-sha256] } }
EOF
		echo bench | suite_psk "esp$_g" t
		suite_start "esp$_g" || return 1
	done
	suite_ctl esp1 activate t --timeout 20 >/dev/null || return 1
	SENDER=$(esp_plane esp1) RECEIVER=$(esp_plane esp2)
	esp_load ours 10.1.1.1 10.2.1.1
	for _c in 2 3; do
		esp_tcp ours$_c 10.1.$_c.1 10.2.$_c.1
		esp_small ours$_c 10.1.$_c.1 10.2.$_c.1 200
	done
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

# esp_figure NAME OURS UNIT [PEER'S VALUE]
esp_figure() {
	if [ -n "${4-}" ]; then
		figure "$1" "$2" "$3" kernel-libipsec "$4"
	else
		figure "$1" "$2" "$3" - -
	fi
}

# esp_small_figures NAME VARIABLE THOUSANDS [PEER'S VARIABLE]
esp_small_figures() {
	_f=$1-small-$3k
	esp_figure "$_f-offered" "$(val $2_offered$3)" packets/s \
	    "${4:+$(val $4_offered$3)}"
	for _e in snd rcv; do
		esp_figure "$_f-$_e" "$(us $2_$_e$3)" us-cpu/packet \
		    "${4:+$(us $4_$_e$3)}"
	done
	esp_figure "$_f-loss" "$(val $2_loss$3)" percent \
	    "${4:+$(val $4_loss$3)}"
	esp_figure "$_f-lost-tun" "$(val $2_tun$3)" packets
	esp_figure "$_f-lost-app" "$(val $2_app$3)" packets
}

# esp_tcp_figures NAME VARIABLE [PEER'S VARIABLE]
esp_tcp_figures() {
	esp_figure "$1-tcp" "$(val $2_tcp)" Gbit/s "${3:+$(val $3_tcp)}"
	for _e in snd rcv; do
		esp_figure "$1-tcp-$_e" "$(us $2_tcp$_e)" us-cpu/packet \
		    "${3:+$(us $3_tcp$_e)}"
	done
}

bench_esp() {
	command -v iperf3 >/dev/null ||
	    apt-get install -y -q iperf3 jq >/dev/null
	topo_pair 3
	SENDER='' RECEIVER=''
	esp_load clear 192.0.2.1 192.0.2.2
	esp_ours || return 1
	bench_clear
	topo_pair 1
	esp_swan || return 1
	bench_clear
	esp_figure clear-tcp "$(val clear_tcp)" Gbit/s
	esp_figure clear-small-200k-loss "$(val clear_loss200)" percent
	esp_tcp_figures esp ours swan
	for _rate in 60 200; do
		esp_small_figures esp ours $_rate swan
	done
	esp_tcp_figures esp-chacha20 ours2
	esp_small_figures esp-chacha20 ours2 200
	esp_tcp_figures esp-cbc-sha256 ours3
	esp_small_figures esp-cbc-sha256 ours3 200
}
