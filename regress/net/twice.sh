#!/bin/sh
# A second service in one network namespace: it does not start, and the first
# one's traffic does not notice.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin twice
topo_pair 1

one() {	# SUITE NS LOCAL REMOTE SIDE OTHER START
	suite_new "$1" "$2"
	cat >"$(suite_etc "$1")/ikd.yaml" <<EOT
tunnels:
  boston:
    local: $3
    remote: $4
    psk: t
    start: $7
    children: { lan: { local: 10.$5.0.0/16, remote: 10.$6.0.0/16 } }
EOT
	echo 'not a secret: a test' | suite_psk "$1" t
}
one gw1 a 192.0.2.1 192.0.2.2 1 2 auto
one again a 192.0.2.1 192.0.2.2 1 2 auto
one gw2 b 192.0.2.2 192.0.2.1 2 1 answer
t_ok "gw2 serves" suite_start gw2
t_ok "gw1 serves" suite_start gw1
t_ok "they meet" suite_ctl gw1 wait boston --timeout 20
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_not "a second service does not start" suite_start again
t_ok "and says why" grep -q 'not started: another service lives in this network namespace' "$(suite_log again)"
t_ok "gw1 is Active" status_is gw1 boston Active
t_ok "its traffic goes on" pings a 10.1.1.1 10.2.1.1
kill -KILL "$(suite_pids gw1 ikd-parent)"
t_ok "a parent that is killed comes again" wait_until 30 \
    grep -q 'started again with the kept policy' "$(suite_log gw1)"
t_ok "with its traffic" wait_until 30 pings a 10.1.1.1 10.2.1.1 1
t_ok "gw1 stops" suite_stop gw1
rm -f "$LIB/again/status"
t_ok "now the other one serves" suite_start again
t_ok "and meets gw2" suite_ctl again wait boston --timeout 20
t_ok "it stops" suite_stop again
t_ok "gw2 stops" suite_stop gw2
lib_end
