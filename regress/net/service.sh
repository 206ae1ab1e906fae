#!/bin/sh
# The service as it is installed: the tree, the rc.d script, readiness.
. "$(dirname "$0")/../lib.sh"
lib_begin service
cd "$TOP" || exit 1
net_ns s
root=$LIB/root
# A prefix of its own: nothing of this machine's is touched.
put() {
	make -s install B="$BUILD" PREFIX="$root/usr" RCDIR="$root/rc.d" \
	    UNITDIR="$root/unit" SYSUSERSDIR="$root/sysusers" \
	    SYSCONFDIR="$root/etc" STATEDIR="$root/state" DESTDIR=/
}
rc() {
	in_ns s env IKD_RC_SUBR="$root/rc.d/rc.subr" ikd_rundir="$LIB/run" \
	    ikd_flags="-f $root/etc -r $LIB/run -s $LIB/state -l $root/usr/libexec/ikd" \
	    ikd_policy="$root/etc" "$root/rc.d/ikd" "$@"
}
mkdir -p "$LIB/state"
t_ok "make install" put
for f in usr/sbin/ikd usr/sbin/ikectl usr/libexec/ikd/ikd-parent rc.d/ikd \
    rc.d/rc.subr unit/ikd.service sysusers/ikd.conf etc/ikd.yaml \
    usr/share/man/man8/ikectl.8 usr/share/man/man5/ikd.yaml.5; do
	t_ok "$f is there" [ -s "$root/$f" ]
done
t_ok "the unit starts what was installed" grep -q \
    "^ExecStart=$root/usr/sbin/ikd" "$root/unit/ikd.service"
sysusers() {
	systemd-sysusers --dry-run "$TOP/etc/systemd/ikd.sysusers"
}
# tmd-policy opens by openat2(2), which this would forbid.
lets_openat2() { ! grep -q '^RestrictSUIDSGID=yes' "$TOP/etc/systemd/ikd.service"; }
t_ok "the unit lets tmd-policy open files" lets_openat2
if command -v systemd-sysusers >/dev/null; then
	t_ok "systemd takes the list of users" sysusers
fi
t_ok "secrets' directories are root's alone" [ "$(stat -c %a "$root/etc/psk")" = 700 ]
t_not "check before: it does not run" rc check
t_ok "start" rc start
t_ok "check" rc check
t_ok "reload" rc reload
t_ok "restart" rc restart
t_ok "check again" rc check
t_ok "stop" rc stop
t_not "check after: it does not run" rc check
echo 'tunnels: { x: { remote: nonsense! } }' >"$root/etc/ikd.yaml"
t_not "a broken policy does not start" rc start
t_not "and nothing is left running" rc check
lib_end
