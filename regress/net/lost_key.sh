#!/bin/sh
# A key's file is removed, and then a process dies: the policy was accepted, so
# that the tunnel with this key alone is down, with its reason, and the others
# are not; by a reload it is still refused.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
lib_begin lost_key
topo_pair 1

policy() {	# LOCAL REMOTE START
	cat <<EOT
retry: { first: 1s, most: 2s }
defaults: { tunnel: { local: 192.0.2.$1, remote: 192.0.2.$2, start: $3 } }
tunnels:
  boston:
    local: { id: "fqdn:b$1.example.com" }
    remote: { id: "fqdn:b$2.example.com" }
    psk: boston
    children: { lan: { local: 10.$1.1.0/24, remote: 10.$2.1.0/24 } }
  lyon:
    local: { id: "fqdn:l$1.example.com" }
    remote: { id: "fqdn:l$2.example.com" }
    psk: lyon
    children: { lan: { local: 10.$1.2.0/24, remote: 10.$2.2.0/24 } }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) "$([ $g = 1 ] && echo auto || echo answer)" \
	    >"$(suite_etc gw$g)/ikd.yaml"
	for k in boston lyon; do
		echo "the secret of $k, which is long enough" |
		    suite_psk gw$g $k
	done
done
key=$(suite_etc gw1)/psk/lyon
t_ok "the responder starts" suite_start gw2
t_ok "the initiator starts" suite_start gw1
for k in boston lyon; do
	t_ok "$k is up" suite_ctl gw1 wait $k --timeout 20
done

lost='psk/lyon: no such file.*the policy holds since it was accepted before'
down() { suite_ctl gw1 list -v lyon | grep -q 'psk/lyon'; }
restart_is() { [ "$(restarts gw1 certd-sign)" = "$1" ]; }
without() {	# NAME
	t_ok "$1: it says what it misses" wait_until 20 said gw1 "$lost"
	t_ok "$1: boston begins anew" suite_ctl gw1 restart boston
	t_ok "$1: and is up" suite_ctl gw1 wait boston --timeout 20
	suite_ctl gw1 restart lyon >/dev/null 2>&1
	t_ok "$1: lyon is down, and says why" wait_until 20 down
}
mv "$key" "$LIB/lyon"
t_ok "certd-sign dies" kill_one gw1 certd-sign
without "without the key"
t_ok "nothing else was started" restart_is 1
t_not "a reload is refused" suite_ctl gw1 reload
t_ok "boston stays" suite_ctl gw1 wait boston --timeout 5
mv "$LIB/lyon" "$key"
t_ok "the key is back" suite_ctl gw1 reload
t_ok "lyon is up again" suite_ctl gw1 wait lyon --timeout 20

# All of it but the starter: the policy is the one that held.
mv "$key" "$LIB/lyon"
: >"$(suite_log gw1)"
t_ok "ikd-parent dies" kill_one gw1 ikd-parent
without "all started again"
mv "$LIB/lyon" "$key"
t_ok "the key is back once more" suite_ctl gw1 reload
t_ok "and lyon is up" suite_ctl gw1 wait lyon --timeout 20
t_ok "the initiator stops" suite_stop gw1
t_ok "the responder stops" suite_stop gw2
lib_end
