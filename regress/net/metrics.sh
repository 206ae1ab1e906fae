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
# Each family once, its samples behind its type; nothing else.
form() {
	awk '
	    /^# TYPE / { if (seen[$3]++) bad = bad " twice:" $3
		f = $3; kind = $4; next }
	    /^# HELP / { if ($3 != f) bad = bad " help:" $3; next }
	    /^# EOF$/ { next }
	    { n = $1; sub(/{.*/, "", n)
		if (n != f (kind == "counter" ? "_total" : "") ||
		    $NF !~ /^-?[0-9]+$/) bad = bad " sample:" $0; some++ }
	    END { if (bad != "" || some < 50) { print bad, some; exit 1 } }' "$page"
}
t_ok "the text is OpenMetrics" form
t_ok "the tunnel is up" has 'ikd_tunnel_up\{tunnel="boston",number="1"\} 1'
t_ok "the other is not" has 'ikd_tunnel_up\{tunnel="lyon",number="2"\} 0'
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
