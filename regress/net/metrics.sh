#!/bin/sh
# Metrics for a scraper: what is there, of what, and when there is nothing to
# be had; a stranger at the port costs nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin metrics
topo_pair 1
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	echo secret | suite_psk gw$g boston
	echo "wrong $g" | suite_psk gw$g lyon
	cat >"$(suite_etc gw$g)/ikd.yaml" <<-EOF
	metrics: $([ $g = 1 ] && echo 127.0.0.1:9100 || echo no)
	tunnels:
	  boston:
	    local: 192.0.2.$g
	    remote: 192.0.2.$((3 - g))
	    psk: boston
	    children: { net: { local: 10.$g.1.0/24, remote: 10.$((3 - g)).1.0/24 } }
	  lyon:
	    local: "2001:db8::$g"
	    remote: "2001:db8::$((3 - g))"
	    psk: lyon
	    start: manual
	EOF
	[ $g = 2 ] || {		# what ends one day
		for c in corp other; do
			suite_ctl gw1 ca create $c --subject "O=$c" --days 300 --crl-days 20
			suite_ctl gw1 ca crl $c --crl-days 20
		done
		suite_ctl gw1 cert self-sign own --dns own.example --days 40
		cat >>"$(suite_etc gw1)/ikd.yaml" <<-EOF
		  nice:
		    start: manual
		    local: { address: 192.0.2.1, auth: { cert: own } }
		    remote: { address: 192.0.2.9, auth: { ca: [corp, other] } }
		EOF
	} >"$LIB/made" 2>&1
	t_ok "gateway $g starts" suite_start gw$g
done
page=$LIB/page
# http METHOD PATH [NAMESPACE ADDRESS]: the answer's head and its page.
http() {
	in_ns "${3:-a}" timeout 20 bash -c "
	    exec 3<>/dev/tcp/${4:-127.0.0.1}/9100 || exit 1
	    printf '%s %s HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' \
		$1 $2 >&3
	    cat <&3" 2>/dev/null >"$LIB/answer" || return 1
	sed 's/\r$//; /^$/q' "$LIB/answer" >"$LIB/head"
	sed '1,/^\r*$/d' "$LIB/answer" >"$page"
	[ -s "$LIB/head" ]
}
scrape() { http GET /metrics; }
has() { scrape && grep -qE "^$1\$" "$page"; }
t_ok "active" suite_ctl gw1 wait boston --until active --timeout 20
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_ok "a page" scrape
t_ok "of its type" grep -qi '^content-type: application/openmetrics-text; version=1.0.0' "$LIB/head"
t_ok "it ends as it should" [ "$(tail -1 "$page")" = '# EOF' ]
parser=$TOP/regress/net/openmetrics.awk
form() { awk -f "$parser" "$page"; }
t_ok "the text is OpenMetrics" form
for t in '# TYPE a gauge\na 1' '# TYPE a gauge\na 1\na 2\n# EOF' \
    '# TYPE a counter\na 1\n# EOF' '# TYPE a counter\na_total -1\n# EOF' \
    '# TYPE a gauge\na{b="c\\x"} 1\n# EOF' 'a 1\n# EOF' \
    '# TYPE a gauge\na{x="1",y="2"} 1\na{y="2",x="1"} 1\n# EOF' \
    '# TYPE a gauge\na{b="c" } 1\n# EOF' '# TYPE a gauge\na 1\n\n# EOF'; do
	# shellcheck disable=SC2059
	printf "$t\n" >"$LIB/bad"
	t_not "what is not is found" awk -f "$parser" "$LIB/bad"
done
t_ok "the tunnel is up" has 'ikd_tunnel_up\{tunnel="boston",number="1"\} 1'
t_ok "the other is not" has 'ikd_tunnel_up\{tunnel="lyon",number="2"\} 0'
t_ok "nor is its child" has 'ikd_child_up\{number="2.1",child="host"\} 0'
days() {	# KIND NAME FROM TO
	scrape && awk -v k="kind=\"$1\",name=\"$2\"}" -v from="$3" -v to="$4" '
	    index($0, "ikd_certificate_days_left{" k " ") {
		n++; ok = $NF >= from && $NF <= to; print }
	    END { exit !(n == 1 && ok) }' "$page"
}
t_ok "days of a certificate" days certificate own 38 40
t_ok "of an authority" days authority corp 298 300
t_ok "of its list" days crl O=corp 18 20
t_ok "of another's" days crl O=other 18 20
gauge() { grep -q "^# TYPE ikd_$1 gauge$" "$page"; }
for m in process_tunnels_active process_tunnels_down process_sessions \
    process_queue_octets process_queue_requests process_queue_verdicts \
    process_half_open process_tickets dataplane_sa_pairs certificate_days_left; do
	[ $m != dataplane_sa_pairs ] || [ "$IKD_PLANE" = userspace ] || continue
	t_ok "$m goes up and down" gauge $m
done
t_ok "its child" has 'ikd_child_up\{number="1.1",child="net"\} 1'
t_ok "its octets" has 'ikd_tunnel_received_bytes_total\{tunnel="boston",number="1"\} 252'
t_ok "tunnels by state" has 'ikd_tunnels\{state="active"\} 1'
t_ok "a handshake" has 'ikd_handshakes_total\{.*result="established",reason=""\} 1'
t_ok "processes" has 'ikd_process_up\{process="tmd-metrics"\} 1'
t_ok "the plane" has "ikd_dataplane_sa_pairs\\{plane=\"$IKD_PLANE\"\\} [1-9]"
suite_ctl gw2 activate lyon --no-wait >/dev/null 2>&1
suite_ctl gw1 activate lyon --timeout 10 >/dev/null 2>&1
refused() { has 'ikd_handshakes_total\{process="tmd",role="(initi|respond).*",result="failed",reason=".*(AUTH|authentication).*"\} [1-9][0-9]*'; }
t_ok "one that failed, and why" wait_until 20 refused

# ---- a queue: certd-sign stands still, and the page is there ----
queued() { has "ikd_process_queue_requests\\{process=\"ikd-ike\\[[0-9]*\\]\"\\} $1"; }
sign=$(suite_pids gw1 certd-sign)
t_ok "no request waits" wait_until 10 not queued '[1-9][0-9]*'
kill -STOP "$sign"
suite_ctl gw2 activate lyon --no-wait >/dev/null 2>&1
t_ok "one does" wait_until 20 queued '[1-9][0-9]*'
t_ok "the page has what certd says" grep -q ikd_certificate_days_left "$page"
t_ok "and is OpenMetrics" form
kill -CONT "$sign"
t_ok "none again" wait_until 20 not queued '[1-9][0-9]*'
t_ok "all of it again" wait_until 20 has 'ikd_certificate_days_left.* [0-9]*'

# ---- strangers ----
t_ok "another path" http GET /
t_ok "is not found" grep -q '^HTTP/1.1 404' "$LIB/head"
t_ok "nothing can be posted" http POST /metrics
t_ok "it is told so" grep -q '^HTTP/1.1 [45]' "$LIB/head"
garbage() {
	head -c 100000 /dev/urandom |
	    in_ns a timeout 10 bash -c 'cat >/dev/tcp/127.0.0.1/9100' 2>/dev/null
	return 0
}
t_ok "garbage" garbage
i=0
while [ $i -lt 40 ]; do		# they say nothing
	in_ns a timeout 60 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9100; read -r _ <&3' &
	idle="${idle-} $!"
	i=$((i + 1))
done
many() { for _i in 1 2 3 4; do scrape || return 1; done; }
t_ok "scrapes beside them" many
# shellcheck disable=SC2086	# a list of pids
kill $idle 2>/dev/null
t_not "the loopback alone" http GET /metrics b 192.0.2.1

# ---- who it depends on ----
pid=$(suite_pids gw1 tmd)
kill -9 "$pid"
t_ok "tmd again" wait_until 20 suite_restarted gw1 tmd "$pid"
t_ok "and the page" wait_until 20 has 'ikd_process_restarts_total\{process="tmd"\} 1'
pid=$(suite_pids gw1 tmd-metrics)
t_ok "as its own user" [ "$(stat -c %U "/proc/$pid")" = _tmdmetrics ]
kill -9 "$pid"
t_ok "tmd-metrics again" wait_until 20 suite_restarted gw1 tmd-metrics "$pid"
t_ok "and the page" wait_until 20 has 'ikd_tunnel_up\{tunnel="boston",number="1"\} 1'
t_ok "who has none has no process" [ -z "$(suite_pids gw2 tmd-metrics)" ]
for g in 1 2; do
	t_ok "gateway $g stops" suite_stop gw$g
done
lib_end
