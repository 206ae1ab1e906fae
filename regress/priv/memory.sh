#!/bin/sh
# Secrets are in certd-sign's memory alone: while tunnels with each kind of
# key are up, all that can be read of every process of the suite is searched
# for the keys' numbers, for the files they came from, for a pre-shared key,
# a post-quantum one, for the passphrase and for the key of an authority of ours, which not even
# certd-sign has; a directory's password is in certd-fetch's.  That
# certd-sign's memory has its keys shows that the search finds what is there.
# What was deleted is nowhere.
#
#    10.1.x.1/32 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
lib_begin memory
tool=$BUILD/regress/priv/memory_tool
topo_pair 4
psk=0xd6f1b0a29384756a5b4c3d2e1f00ff1122334455667788990a1b2c3d4e5f6071
ppk=0x5c1d0e9fa8b7c6d5e4f30213243546576879808f9eadbccbdae9f8071625344f
pass='a passphrase that nobody guesses'
types='rsa p256 p384 p521 ed25519 ed448'

bind='a word for the directory alone'
policy() {	# OURS PEER START
	cat <<-EOT
	fetch: { ldap: { servers: "ldaps://192.0.2.9", bind-dn: "cn=a", password: reader } }
	ppks: { shared: shared }
	tunnels:
	EOT
	_n=0
	for _t in $types; do
		_n=$((_n + 1))
		cat <<-EOT
		  $_t:
		    local: { address: 192.0.2.$1, id: fqdn:$_t-$1.example, auth: { cert: $_t-$1 } }
		    remote: { address: 192.0.2.$2, id: fqdn:$_t-$2.example, auth: { ca: corp, revocation: off } }
		    start: $3
		    children: { lan: { local: 10.$1.$_n.0/24, remote: 10.$2.$_n.0/24 } }
		EOT
	done
	cat <<-EOT
	  shared:
	    local: { address: 192.0.2.$1, id: fqdn:shared-$1.example }
	    remote: { address: 192.0.2.$2, id: fqdn:shared-$2.example }
	    psk: shared
	    policy: { ppk: require }
	    start: $3
	    children: { lan: { local: 10.$1.9.0/24, remote: 10.$2.9.0/24 } }
	EOT
}
ctl() { suite_ctl "$@" >"$LIB/out" 2>&1 || { cat "$LIB/out"; return 1; }; }
suite_new gw1 a
suite_new gw2 b
etc=$(suite_etc gw1)
policy 1 2 answer >"$etc/ikd.yaml"
policy 2 1 answer >"$(suite_etc gw2)/ikd.yaml"
echo $psk | suite_psk gw1 shared
echo $psk | suite_psk gw2 shared
for _g in gw1 gw2; do
	(umask 077 && mkdir "$(suite_etc $_g)/ppk" &&
	    echo $ppk >"$(suite_etc $_g)/ppk/shared")
done
(umask 077 && echo "$pass" >"$LIB/pw" && mkdir -p "$etc/private/fetch" &&
    echo "$bind" >"$etc/private/fetch/reader")

certs() {
	ctl gw1 ca create corp && ctl gw1 ca export corp -o "$LIB/corp.pem" &&
	    ctl gw2 ca import corp "$LIB/corp.pem" || return 1
	for _g in 1 2; do
		for _t in $types; do
			ctl gw$_g cert request $_t-$_g --type $_t \
			    --dns $_t-$_g.example -o "$LIB/csr" --force &&
			    ctl gw1 ca sign corp "$LIB/csr" -o "$LIB/crt" \
			    --force && ctl gw$_g cert import $_t-$_g \
			    "$LIB/crt" || return 1
			rm -f "$LIB/csr" "$LIB/crt"
		done
	done
	mkdir "$LIB/clear"
	for _t in $types; do
		cp "$etc/private/$_t-1" "$LIB/clear/$_t"
	done
	# One of them with a passphrase.
	ctl gw1 key import ed25519-1 "$LIB/clear/ed25519" --force \
	    --new-passphrase-file "$LIB/pw"
}
t_ok "keys and certificates" certs
t_ok "one key is locked" grep -q ENCRYPTED "$etc/private/ed25519-1"
t_ok "the peer starts" suite_start gw2
t_ok "the suite starts" suite_start gw1
t_ok "the key is unlocked" ctl gw1 key unlock ed25519-1 --passphrase-file "$LIB/pw"
for t in $types shared; do
	t_ok "$t is up" ctl gw1 activate $t --timeout 20
done
# As responder too.
for t in $types shared; do
	ctl gw1 remove $t --once
	t_ok "$t is up by the peer" ctl gw2 activate $t --timeout 20
done
# search PID...: what is found, into found.
search() {
	set -- -t "psk=$psk" -t "ppk=$ppk" -t "passphrase=$pass" -t "bind=$bind" "$@"
	for _t in $types; do
		set -- -p "$_t=$LIB/clear/$_t" "$@"
	done
	set -- -p "authority=$etc/private/ca/corp/key" "$@"
	"$tool" "$@" >"$LIB/found" || { cat "$LIB/found"; return 1; }
}
finds() {	# WHAT
	grep -q " $1[. ]" "$LIB/found" || { cat "$LIB/found"; return 1; }
}
nothing() {
	grep -q ' read [1-9]' "$LIB/found" && ! grep -v ' read ' "$LIB/found"
}
sign=$(suite_pids gw1 certd-sign)
t_ok "certd-sign can be searched" search "$sign"
for t in $types psk ppk; do
	t_ok "it has $t" finds $t
done
t_not "not the passphrase" finds passphrase
t_not "nor the directory's password" finds bind
t_not "nor the authority's key, which signs no AUTH" finds authority
t_not "not the text of a file" grep '\.file ' "$LIB/found"
sed 's/^/# /' "$LIB/found"
# OpenSSL keeps what it has computed of RSA's factors in its ordinary heap.
if grep -q 'Max locked memory *unlimited' "/proc/$sign/limits"; then
	t_not "none in memory that may be swapped out" grep ' open ' "$LIB/found"
else
	t_skip "none in memory that may be swapped out" \
	    "the limit of locked memory cannot be raised here"
fi
ctl gw1 reload
t_ok "after a reload" ctl gw1 wait "$(echo $types | tr ' ' ,),shared" --timeout 10

t_ok "certd-sign can be searched" search "$sign"
for t in $types psk ppk; do
	t_ok "it has $t" finds $t
done
t_not "no key not yet used is where it may be swapped out" \
    grep ' open ' "$LIB/found"
t_ok "it may not be dumped" [ "$(stat -c %U "/proc/$sign/mem")" = root ]
locked() { [ "$(awk '/^VmLck/ { print $2 }' "/proc/$1/status")" -gt 1000 ]; }
t_ok "its memory is locked" locked "$sign"
sed 's/^/# /' "$LIB/found"
fetch=$(suite_pids gw1 certd-fetch)
search "$fetch"
t_ok "certd-fetch has the directory's password" finds bind
t_not "and nothing else" grep -Ev ' (read|bind[. ])' "$LIB/found"
t_ok "once" [ "$(grep -c ' bind' "$LIB/found")" -le 1 ]
sed 's/^/# /' "$LIB/found"
for p in $(suite_ikd gw1) $(pgrep -P "$(suite_ikd gw1)"); do
	[ "$p" != "$sign" ] && [ "$p" != "$fetch" ] || continue
	search "$p"
	t_ok "$(cat "/proc/$p/comm") ($p) has none of them" nothing
done

# The same when each process was started again.
for r in certd tmd ikd-ike; do
	for p in $(suite_pids gw1 $r); do
		kill -9 "$p"
		t_ok "$r is started again" wait_until 20 suite_restarted gw1 $r "$p"
	done
done
for p in $(suite_ikd gw1) $(pgrep -P "$(suite_ikd gw1)"); do
	[ "$p" != "$sign" ] && [ "$p" != "$fetch" ] || continue
	search "$p"
	t_ok "$(cat "/proc/$p/comm") ($p) still has none" nothing
done

# Deleted: the tunnels of certificates leave the policy, their keys the disk.
types_were=$types
types=
policy 1 2 answer >"$etc/ikd.yaml"
types=$types_were
for t in $types; do
	ctl gw1 key delete $t-1 --force
done
t_ok "reload" ctl gw1 reload
search "$sign"
for t in $types; do
	t_not "certd-sign has $t no more" finds $t
done
t_ok "the pre-shared key is still there" finds psk
t_ok "so is the post-quantum one" finds ppk
ctl gw1 psk delete shared
ctl gw1 ppk delete shared
search "$sign"
t_not "until it is deleted" finds psk
t_not "so is the post-quantum one" finds ppk
sed 's/^/# /' "$LIB/found"
t_ok "the suite stops" suite_stop gw1
t_ok "the peer stops" suite_stop gw2
lib_end
