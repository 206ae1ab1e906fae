#!/bin/sh
# What a person answers to the wizard becomes a tunnel of both sides, by PSK
# and by certificate; what it cannot make leaves nothing behind.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin wizard
topo_pair 2
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	echo 'log: { level: info }' >"$(suite_etc gw$g)/ikd.yaml"
	t_ok "gateway $g starts without a tunnel" suite_start gw$g
done
w=$LIB/w
mkdir "$w" && cd "$w" || exit 1
wizard() { suite_ctl gw1 wizard "$@" >"$LIB/out" 2>&1; }
said() { grep -q "$1" "$LIB/out"; }

# Nothing is left of what was not made.
left() { find "$w" "$(suite_etc gw1)" -type f -exec cksum {} + | sort; }
left >"$LIB/before"
nothing() { left | cmp -s - "$LIB/before"; }
t_not "the input ends" wizard </dev/null
t_ok "it says so" said 'nothing was written'
printf '?\nboston\n300.1.1.1\n-x\n192.0.2.2\n10.1.1.0/33\n10.1.1.0/24\n10.2.1.0/24\n\nparis\n' |
	wizard
t_ok "a question is explained" said 'You use it in "ikectl activate NAME"'
t_ok "an address that is none" said '"300.1.1.1": that is no address'
t_ok "a name that is none" said '"-x": that is no host'
t_ok "networks that are none" said '"10.1.1.0/33": that is no list'
printf 'boston\n192.0.2.2\n\n\nparis\n' | wizard
t_ok "a certificate that is not there" said 'no such certificate.*there is: none'
t_ok "nothing is left" nothing
echo 'tunels: {}' >"$(suite_etc gw1)/ikd.yaml"
left >"$LIB/before"
answers='boston\n192.0.2.2\n10.1.1.0/24\n10.2.1.0/24\npsk\n192.0.2.1\n'
# shellcheck disable=SC2059	# a format
t_not "a policy with a mistake" sh -c "printf '$answers' | \"$BUILD/bin/ikectl\" -f \"$(suite_etc gw1)\" wizard"
t_ok "nothing is left" nothing
echo 'log: { level: debug }' >"$(suite_etc gw1)/ikd.yaml"
suite_plane gw1
left >"$LIB/before"
printf "${answers}no\n" | wizard
t_ok "conf.d is not read" said 'ikd.yaml does not read conf.d/'
t_ok "nothing is left" nothing

# ---- by PSK; the other side is told what to do ----
printf "${answers}yes\nno\n" | wizard
t_ok "the other side's files" said 'copy what is in boston-peer/'
t_ok "ikd.yaml reads conf.d now" grep -q '^include: conf.d/\*.yaml' \
    "$(suite_etc gw1)/ikd.yaml"
t_ok "and has what it had" grep -q 'level: debug' "$(suite_etc gw1)/ikd.yaml"
t_ok "the secret is root's alone" [ "$(stat -c %a boston-peer/psk/boston)" = 600 ]
echo 'include: conf.d/*.yaml' >"$(suite_etc gw2)/ikd.yaml"
suite_plane gw2
carry() { cp -r "$1"/* "$(suite_etc gw2)/" && suite_ctl gw2 reload; }
t_ok "it is carried over" carry boston-peer
t_ok "this side reads it" suite_ctl gw1 reload
t_ok "active" suite_ctl gw1 wait boston --until active --timeout 20
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
rm -rf boston-peer
printf 'boston\n' | wizard
t_ok "a name that is taken" said 'conf.d/ has a file of this name'

# ---- by certificate; activated by the wizard ----
certificate() {	# GATEWAY NAME
	suite_ctl "$1" cert request "$2" --dns "$1.example" -o "$1.csr" &&
	    suite_ctl gw1 ca sign corp "$1.csr" -o "$1.pem" &&
	    suite_ctl "$1" cert import "$2" "$1.pem"
}
t_ok "an authority" suite_ctl gw1 ca create corp
t_ok "a certificate" certificate gw1 gw
printf 'lyon\n192.0.2.2\n10.1.2.0/24\n10.2.2.0/24\n\n' | wizard --cert
t_ok "the one certificate is offered" said 'our certificate \[gw\]'
t_ok "and who the other side would be" said 'by its certificate \[ip:192.0.2.2\]'
answers() {
	printf 'lyon\n192.0.2.2\n10.1.2.0/24\n10.2.2.0/24\n\nfqdn:gw2.example\n'
	{
		wait_until 20 test -s lyon-peer/ca/corp
		cp -r lyon-peer/ca "$(suite_etc gw2)/"
		certificate gw2 lyon
		carry lyon-peer
	} >"$LIB/carried" 2>&1
	echo yes
}
by_cert() { answers | wizard --cert; }
t_ok "made and activated" by_cert
t_ok "it shows the steps" said 'lyon.* is Active\|Active after'
t_ok "traffic" pings a 10.1.2.1 10.2.2.1
t_ok "the first is as it was" pings a 10.1.1.1 10.2.1.1
for g in 1 2; do
	t_ok "gateway $g stops" suite_stop gw$g
done
lib_end
