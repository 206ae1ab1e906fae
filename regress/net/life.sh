#!/bin/sh
# The life of a suite: every process is killed and comes back, a bad policy
# changes nothing, a stop leaves nothing behind.
. "$(dirname "$0")/../lib.sh"
lib_begin life

net_ns a
suite_new gw a
log=$(suite_log gw)
yaml=$(suite_etc gw)/ikd.yaml

policy() {	# WORKERS PORT
	cat <<EOT
workers: $1
ports: { ike: $2 }
tunnels:
  boston:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: boston
    start: answer
    children:
      lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16 }
EOT
}
policy 2 500 >"$yaml"
echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' |
    suite_psk gw boston

kernel() {
	in_ns a ip -d xfrm policy
	in_ns a ip rule
	in_ns a ip -6 rule
	in_ns a ip route show table all
	in_ns a ip -6 route show table all
	in_ns a ip -o link
}
kernel >"$LIB/kernel.before"
same_kernel() {
	kernel >"$LIB/kernel.after"
	diff "$LIB/kernel.before" "$LIB/kernel.after"
}

# COUNT lines of the log match.
said() {
	[ "$(grep -c -- "$2" "$log")" -ge "$1" ]
}
blocked() {
	in_ns a ip xfrm policy | grep -q 'action block'
}
everybody() {
	for _r in ikd-parent ikd-ike ikd-esp tmd certd certd-sign \
	    certd-fetch dhcprelay; do
		suite_pids gw "$_r" >/dev/null || { echo "no $_r"; return 1; }
	done
}
sockets() {	# 2 workers: 2 families x (2 x 2 + esp)
	[ "$(in_ns a ss -Hanu | grep -cE ':(500|4500) ')" -eq 10 ]
}

t_ok "it starts" suite_start gw || lib_end
t_ok "every process is there" everybody
t_ok "every socket is there" sockets
t_ok "traffic of the tunnel is blocked" blocked
t_ok "numbers are kept" test -s "$LIB/gw/state/db/database"
t_not "a second one does not start" suite_in gw "$BUILD/bin/ikd" -d \
    -f "$LIB/gw/etc" -r "$LIB/gw/run" -s "$LIB/gw/state" -l "$BUILD/bin"

for r in ikd-ike ikd-esp tmd certd certd-sign certd-fetch dhcprelay; do
	p=$(suite_pids gw $r | head -1)
	kill -9 "$p"
	t_ok "$r is back" wait_until 20 suite_restarted gw $r "$p"
	t_ok "its death was told" grep -q "$r.*\[$p\]: killed by signal 9" "$log"
	t_ok "still blocked" blocked
done
t_ok "ikectl sees them" suite_ctl gw show processes

# A role that hangs is found by its silence; here only that a stopped one
# does not keep the others from working.
suite_reload gw
t_ok "reload" wait_until 20 said 1 'policy generation 2 holds'
echo 'tunnels: {' >>"$yaml"
suite_reload gw
t_ok "a broken policy is refused" wait_until 20 said 1 'policy not reloaded'
t_ok "with file and line" grep -q 'ikd.yaml:[0-9]*:[0-9]*' "$log"
policy 2 501 >"$yaml"
suite_reload gw
t_ok "another port needs a restart" wait_until 20 said 1 'ports.*restart'
policy 3 500 >"$yaml"
suite_reload gw
t_ok "so do workers" wait_until 20 said 1 'workers.*restart'
t_ok "the rest of it holds" wait_until 20 said 1 'policy generation 5 holds'
t_ok "still blocked" blocked

p=$(suite_pids gw ikd-parent)
rm -f "$yaml"
kill -9 "$p"
t_ok "after the parent's death all come back with the kept policy" \
    wait_until 20 said 2 ' serving: '
t_ok "every process is there" everybody
t_ok "the policy is the kept one" grep -q 'with the kept policy' "$log"
t_ok "still blocked" blocked

t_ok "it stops" suite_stop gw
t_ok "no process is left" not suite_in gw pgrep -f "$LIB/gw/etc"
t_ok "no socket is left" not ls "$LIB"/gw/run/*.sock "$LIB"/gw/run/ikd.pid
t_ok "the kernel is as before" same_kernel

# Everything dies at once: blocked until the next start takes over.
policy 2 500 >"$yaml"
t_ok "it starts again" suite_start gw
suite_kill gw
t_ok "blocked after the death of all" blocked
wait_until 20 test -e "$LIB/gw/status"
t_ok "and starts over it" suite_start gw
t_ok "and stops" suite_stop gw
t_ok "the kernel is as before" same_kernel

# In the background: the exit status and stderr say how it went.
background() {
	suite_in gw "$BUILD/bin/ikd" -f "$LIB/gw/etc" -r "$LIB/gw/run" \
	    -s "$LIB/gw/state" -l "$BUILD/bin" >"$LIB/bg" 2>&1
}
ended() {
	not test -e "$LIB/gw/run/ikd.pid"
}
t_ok "it goes into the background" background
t_ok "and serves" everybody
kill -TERM "$(suite_ikd gw)"
t_ok "and stops" wait_until 20 ended
echo 'nonsense: 1' >"$yaml"
t_not "a bad policy does not start" background
t_ok "and says where" grep -q 'ikd.yaml:1:' "$LIB/bg"
t_ok "the kernel is as before" same_kernel
lib_end
