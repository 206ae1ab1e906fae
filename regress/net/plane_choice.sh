#!/bin/sh
# dataplane: on a kernel without ESP `kernel` is refused with the reason and
# `auto` falls back with one line; where there is ESP both take the kernel.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin plane-choice
net_ns a
has_esp() {
	in_ns a ip xfrm state add src 127.0.0.1 dst 127.0.0.2 proto esp \
	    spi 0x1234567 mode tunnel aead 'rfc4106(gcm(aes))' \
	    0x000102030405060708090a0b0c0d0e0f10111213 128 &&
	    in_ns a ip xfrm state flush
}
suite_new gw a
policy() {
	echo "dataplane: $1" >"$(suite_etc gw)/ikd.yaml"
}
said() { grep -q -- "$1" "$(suite_log gw)"; }
once() { [ "$(grep -c -- "$1" "$(suite_log gw)")" = 1 ]; }
states() { [ "$(in_ns a ip xfrm state | wc -l)" = "$1" ]; }
if has_esp >/dev/null 2>&1; then
	for p in kernel auto; do
		policy $p
		t_ok "$p starts" suite_start gw
		t_ok "$p is the kernel" said 'kernel data plane'
		t_ok "the trial left nothing" states 0
		t_ok "it stops" suite_stop gw
	done
else
	policy kernel
	t_not "kernel is refused" suite_start gw
	t_ok "with the reason" said 'not started: .*ESP'
	policy auto
	t_ok "auto starts" suite_start gw
	t_ok "in user space" said 'user-space data plane'
	t_ok "with one line that says why" once 'no ESP in the kernel'
	t_ok "it stops" suite_stop gw
fi
t_ok "nothing is left" clean a
lib_end
