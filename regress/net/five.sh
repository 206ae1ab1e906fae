#!/bin/sh
# README's "Certificates in five commands", as it stands there: taken out of
# it, run by somebody new with an authority and two gateways, and with the
# mistake of a wrong name.
#
#    ca (no service)	paris, 192.0.2.1 ---- lyon, 192.0.2.2
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin five
topo_pair 1
suite_new ca -
suite_new paris a
suite_new lyon b
mkdir "$LIB/w" && cd "$LIB/w" || exit 1

sed -n '/^Certificates in five/,/^The house/p' "$TOP/README" >text
grep '^	ikectl ' text | sed 's/^	//' >commands
awk '/ikd.yaml/ { on = 1 } on && /^	/ { seen = 1; print substr($0, 2) }
    seen && !/^	/ { exit }' text >yaml
t_ok "there are five" [ "$(wc -l <commands)" -eq 5 ]
t_ok "and a tunnel" grep -q '^tunnels:' yaml

# run WHERE NUMBER [SED]: that line of README, by the machine WHERE.
run() {
	sed -n "$2p" commands | sed "${3-}" >line
	at=$1
	ikectl() { suite_ctl "$at" "$@"; }
	# shellcheck disable=SC1091	# made above
	. ./line >out 2>&1
	rc=$?
	unset -f ikectl
	[ $rc -eq 0 ] || { cat line out; return 1; }
}
say() {	# WHERE VERB...
	suite_ctl "$@" >out 2>&1
	rc=$?
	[ $rc -eq 0 ] || { cat out; return 1; }
}
fp() { suite_ctl "$1" ca show corp --json | jq -r '.rows[0].fingerprint'; }

# ---- as it is written ----
lyon=s/paris/lyon/g
t_ok "the authority" run ca 1
t_ok "paris asks" run paris 2
t_ok "the authority signs" run ca 3
t_ok "paris has its certificate" run paris 4
t_ok "the authority's own goes out" run ca 5
t_ok "lyon asks" run lyon 2 "$lyon"
t_ok "is signed" run ca 3 "$lyon"
t_ok "and has it" run lyon 4 "$lyon"
for g in paris lyon; do
	t_ok "$g trusts the authority" say $g ca import corp corp.pem
	t_ok "its fingerprint is the same" [ "$(fp $g)" = "$(fp ca)" ]
	t_not "no other key has come there" \
	    sh -c "ls $(suite_etc $g)/private | grep -vx $g"
done
{ sed 's/198\.51\.100\.7/192.0.2.2/' yaml; } >"$(suite_etc paris)/ikd.yaml"
sed -e 's/198\.51\.100\.7/192.0.2.1/' -e 's/paris/PARIS/g' -e s/lyon/paris/g \
    -e s/PARIS/lyon/g -e 's/local: 10.1\(.*\), remote: 10.2/local: 10.2\1, remote: 10.1/' \
    yaml >"$(suite_etc lyon)/ikd.yaml"
for g in paris lyon; do
	t_ok "$g: check finds nothing wrong" say $g check
	t_ok "$g starts" suite_start $g
	t_ok "$g reloads" say $g reload
done
t_ok "activate shows that it is up" say paris activate lyon --timeout 20
t_note "$(cat out)"
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_ok "lyon knows paris by its certificate" \
    wait_until 20 grep -q 'paris.*peer proved, certificate "CN=paris", CA corp' "$(suite_log lyon)"
t_ok "the lists say when it ends" say paris cert list

# ---- one mistake: lyon's certificate has another name ----
t_ok "lyon asks with a typing error" run lyon 2 "$lyon; s/lyon.example/lion.example/; s/\$/ --force/"
t_ok "is signed as it asks" run ca 3 "$lyon; s/\$/ --force/"
t_ok "and takes it" run lyon 4 "$lyon; s/\$/ --force/"
t_not "it comes up no more" say lyon restart paris
t_ok "since paris does not take it" grep -q 'where we are fqdn:lion.example.com: the certificate, its key or this identity is not what it expects (its log says which)' out
t_ok "paris's log says which" grep -q 'says it is fqdn:lion.example.com' \
    "$(suite_log paris)"
t_not "nor from paris" say paris activate lyon --timeout 10
say lyon explain
t_ok "lyon explains who it is there" grep -q 'tunnel paris expects fqdn:paris.example.com and is fqdn:lion.example.com itself' out
t_ok "and what to change" grep -q 'Smallest change: .*certificate' out
t_ok "lyon asks as it should" run lyon 2 "$lyon; s/\$/ --force/"
t_ok "is signed" run ca 3 "$lyon; s/\$/ --force/"
t_ok "takes it" run lyon 4 "$lyon; s/\$/ --force/"
t_ok "and is there again" say paris activate lyon --timeout 20
t_ok "with traffic" pings a 10.1.1.1 10.2.1.1
for g in paris lyon; do
	t_ok "$g stops" suite_stop $g
done
lib_end
