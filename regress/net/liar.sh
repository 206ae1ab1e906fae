#!/bin/sh
# A peer with the right certificate whose signature is wrong: a bit of it is
# another, it is all zeros, or it is its own of another handshake.  In both
# roles it is refused, told so and why, and no SA is left.
#
#	10.1.x.1 lo  a  eth0 192.0.2.1 ----- 192.0.2.2 eth0  b (ours, but for
#							 liar_bed.c)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin liar
. "$(dirname "$0")/pki_lib.sh"
net_ns a b
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
kinds='rsa p256 p384 ed25519'

pki_root one
for k in $kinds; do
	for w in a b; do
		pki_key $w-$k $k
		pki_cert $w-$k one /O=Test/CN=$w-$k \
		    "subjectAltName = DNS:$w-$k.example"
	done
done
suite() {	# NAME US THEM NUMBER
	suite_new $1 $2
	_etc=$(suite_etc $1)
	mkdir -p "$_etc/ca" "$_etc/certs"
	cp "$pki/one.crt" "$_etc/ca/one"
	for k in $kinds; do
		cp "$pki/$2-$k.crt" "$_etc/certs/$k"
		install -m 600 "$pki/$2-$k.key" "$_etc/private/$k"
	done
	{
		echo 'tunnels:'
		n=0
		for k in $kinds; do
			n=$((n + 1))
			net_addr $2 lo 10.$4.$n.1/32
			cat <<EOT
  $k:
    local: { address: 192.0.2.$4, auth: { cert: $k } }
    remote: { address: 192.0.2.$((3 - $4)), id: $3-$k.example, auth: { ca: one } }
    start: answer
    children: { net: { local: 10.$4.$n.0/24, remote: 10.$((3 - $4)).$n.0/24 } }
EOT
		done
	} >"$_etc/ikd.yaml"
}
suite gw a b 1
suite liar b a 2

bin=$LIB/bin
mkdir "$bin"
cp "$BUILD"/bin/* "$bin"
cp "$BUILD/regress/net/liar_bed" "$bin/certd-sign"
# Written in place: the liar has it mapped.
lie() { printf "$1" 1<>"$bin/lie"; }
echo 0 >"$bin/lie"
t_ok "a gateway starts" suite_start gw || lib_end
SUITE_BIN=$bin t_ok "the other one" suite_start liar || lib_end

mark() { wc -l <"$(suite_log gw)" >"$LIB/before"; }
since() { tail -n "+$(($(cat "$LIB/before") + 1))" "$(suite_log gw)"; }
told() { since | grep -q "$1"; }
none() {	# no SA at either end
	for _s in gw liar; do
		suite_ctl $_s list --active | grep -Eq 'rsa|p256|p384|ed25519' && return 1
	done
	return 0
}
wrong() { echo "tunnel $1: certificate \"O=Test, CN=b-$1\": the peer.s signature is wrong"; }
caught() {	# KIND: the liar initiates
	mark
	suite_ctl liar activate $1 --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q 'the peer answers AUTHENTICATION_FAILED' "$LIB/out" &&
	    wait_until 15 told "it failed: $(wrong $1)" && wait_until 5 none
}
catches() {	# KIND: we initiate
	mark
	suite_ctl gw activate $1 --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "$(wrong $1)" "$LIB/out" &&
	    wait_until 15 told ": $(wrong $1)" && wait_until 5 none
}
passes() {	# KIND N: with traffic; then it is ended
	lie 0
	suite_ctl liar activate $1 --timeout 20 &&
	    wait_until 15 pings a 10.1.$2.1 10.2.$2.1 &&
	    suite_ctl liar remove $1 --once && wait_until 15 none
}
n=0
for k in $kinds; do
	n=$((n + 1))
	t_ok "$k: the truth passes" passes $k $n
	for l in f z r; do
		lie $l
		case $l in
		f) what='a wrong bit' ;;
		z) what='zeros' ;;
		r) what='of another handshake' ;;
		esac
		t_ok "$k, $what: it initiates" caught $k
		t_ok "$k, $what: we initiate" catches $k
	done
	t_ok "$k: the truth passes again" passes $k $n
done
t_ok "the liar stops" suite_stop liar
t_ok "and we do" suite_stop gw
lib_end
