#!/bin/sh
# A private key in a PKCS#11 token: with OpenSSL's provider and SoftHSM our
# gateway signs with each type of key, in both roles; a token that is slow,
# gone or locked harms nobody else.  Where the provider is not to be had, the
# policy is refused, by check and at the start, with what to install.
#
#    10.1.x.1/32 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b

# /etc and SoftHSM's directory are ours to change: a mount namespace.
if [ -z "${TOKEN_MOUNTS-}" ] && [ "$(id -u)" -eq 0 ]; then
	TOKEN_MOUNTS=1 exec unshare --mount "$0" "$@"
fi
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin token
topo_pair 5
. "$(dirname "$0")/pki_lib.sh"
module=/usr/lib/softhsm/libsofthsm2.so
provider=$(openssl version -m | sed 's/.*"\(.*\)"/\1/')/pkcs11.so
types='p256 p384 rsa ed25519'
pin=a-PIN-that-nobody-guesses-61

suite_new gw1 a
suite_new gw2 b
etc=$(suite_etc gw1)
mkdir -p "$etc/certs" "$etc/ca" "$etc/private/token" \
    "$(suite_etc gw2)/certs" "$(suite_etc gw2)/ca"
chmod 700 "$etc/private/token"
log=$(suite_log gw1)
ctl() { suite_ctl "$@" >"$LIB/out" 2>&1 || { cat "$LIB/out"; return 1; }; }
says() { grep -q -- "$1" "$LIB/out" || { cat "$LIB/out"; return 1; }; }
set_pin() { (umask 077 && echo "$1" >"$etc/private/token/gw"); }
# policy MODULE-LINE: ours.
ours() {
	echo "retry: { first: 2m, most: 5m }"
	echo "$1"
	echo "tunnels:"
	_n=0
	for _t in $types; do
		_n=$((_n + 1))
		cat <<-EOT
		  $_t:
		    local: { address: 192.0.2.1, auth: { cert: $_t, key: "pkcs11:object=$_t" } }
		    remote: { address: 192.0.2.2, id: fqdn:$_t-2.example, auth: { ca: root, revocation: off } }
		    start: answer
		    children: { lan: { local: 10.1.$_n.0/24, remote: 10.2.$_n.0/24 } }
		EOT
	done
	# The peer by a pre-shared key, we by the token; and nothing of it.
	cat <<-EOT
	  mixed:
	    local: { address: 192.0.2.1, auth: { cert: p256, key: "pkcs11:token=gw;object=p256" } }
	    remote: { address: 192.0.2.2, id: fqdn:mixed-2.example, auth: { psk: shared } }
	    start: answer
	    children: { lan: { local: 10.1.5.0/25, remote: 10.2.5.0/25 } }
	  plain:
	    local: { address: 192.0.2.1, id: fqdn:plain-1.example }
	    remote: { address: 192.0.2.2, id: fqdn:plain-2.example }
	    psk: shared
	    start: answer
	    children: { lan: { local: 10.1.5.128/25, remote: 10.2.5.128/25 } }
	EOT
}
theirs() {
	echo "tunnels:"
	_n=0
	for _t in $types; do
		_n=$((_n + 1))
		cat <<-EOT
		  $_t:
		    local: { address: 192.0.2.2, auth: { cert: $_t-2 } }
		    remote: { address: 192.0.2.1, id: fqdn:$_t.example, auth: { ca: root, revocation: off } }
		    start: answer
		    children: { lan: { local: 10.2.$_n.0/24, remote: 10.1.$_n.0/24 } }
		EOT
	done
	cat <<-EOT
	  mixed:
	    local: { address: 192.0.2.2, id: fqdn:mixed-2.example, auth: { psk: shared } }
	    remote: { address: 192.0.2.1, id: fqdn:p256.example, auth: { ca: root, revocation: off } }
	    start: answer
	    children: { lan: { local: 10.2.5.0/25, remote: 10.1.5.0/25 } }
	  plain:
	    local: { address: 192.0.2.2, id: fqdn:plain-2.example }
	    remote: { address: 192.0.2.1, id: fqdn:plain-1.example }
	    psk: shared
	    start: answer
	    children: { lan: { local: 10.2.5.128/25, remote: 10.1.5.128/25 } }
	EOT
}
with="pkcs11: { module: $module, token: gw, pin: gw, paths: $LIB/tokens }"

pki_root root
cp "$pki/root.crt" "$etc/ca/root"
cp "$pki/root.crt" "$(suite_etc gw2)/ca/root"
for t in $types; do
	pki_key $t $t
	pki_cert $t root "/O=Test/CN=$t" "subjectAltName = DNS:$t.example"
	cp "$pki/$t.crt" "$etc/certs/$t"
	pki_key $t-2 p256
	pki_cert $t-2 root "/O=Test/CN=$t-2" "subjectAltName = DNS:$t-2.example"
	cp "$pki/$t-2.crt" "$(suite_etc gw2)/certs/$t-2"
	install -m 600 "$pki/$t-2.key" "$(suite_etc gw2)/private/$t-2"
done
for g in gw1 gw2; do
	echo 0x000102030405060708090a0b0c0d0e0f | suite_psk $g shared
done
set_pin $pin
theirs >"$(suite_etc gw2)/ikd.yaml"
ours "$with" >"$etc/ikd.yaml"

# ---- Without the provider: refused, with what to do ----
if [ ! -e "$provider" ]; then
	t_note "no $provider"
	t_not "check refuses the policy" ctl gw1 check
	t_ok "and says what is missing" says \
	    "OpenSSL has no provider for tokens here, $provider: install the package pkcs11-provider"
	suite_start gw1 >"$LIB/started"
	t_not "the service does not start" grep -q ' serving: ' "$log"
	t_ok "its status says so" wait_until 20 test -e "$LIB/gw1/status"
	t_ok "it says what is missing" grep -q \
	    "not started: pkcs11: OpenSSL has no provider for tokens here ($provider): install the package pkcs11-provider" "$log"
	ours "" >"$etc/ikd.yaml"
	t_not "keys in a token, and no token" ctl gw1 check
	t_ok "says what to add" says 'key "pkcs11:object=p256" is in a token, and the policy has none: add pkcs11'
	types=
	ours "" | sed '/mixed:/,/lan:/d' >"$etc/ikd.yaml"
	t_ok "without both the policy is fine" ctl gw1 check
	t_ok "and serves" suite_start gw1
	t_not "without certd-token" suite_pids gw1 certd-token
	pid=$(suite_ikd gw1)
	ours "$with" | sed '/mixed:/,/lan:/d' >"$etc/ikd.yaml"
	t_not "a reload does not bring a token" ctl gw1 reload
	t_ok "says what would" says 'needs a restart of the service'
	t_ok "it serves on" ctl gw1 list
	t_ok "stops" suite_stop gw1
	lib_end
fi

# ---- With it ----
t_ok "SoftHSM is there" test -e "$module"
token() {
	mkdir "$LIB/tokens" "$LIB/softhsm" &&
	    cat >"$LIB/softhsm/softhsm2.conf" <<-EOT &&
	directories.tokendir = $LIB/tokens
	objectstore.backend = file
	log.level = ERROR
	EOT
	    mount --bind "$LIB/softhsm" /etc/softhsm &&
	    sed 's/^softhsm:.*/&,_certtoken/; s/:,_certtoken/:_certtoken/' \
	    /etc/group >"$LIB/group" && mount --bind "$LIB/group" /etc/group &&
	    softhsm2-util --init-token --free --label gw --so-pin 1234 \
	    --pin $pin || return 1
	_n=0
	for _t in $types; do
		_n=$((_n + 1))
		softhsm2-util --import "$pki/$_t.key" --token gw --label $_t \
		    --id 0$_n --pin $pin || return 1
	done
	# As Debian has it: root's, and the group's.
	chown -R root:softhsm "$LIB/tokens" "$LIB/softhsm" &&
	    chmod 750 "$LIB/softhsm" && chmod 640 "$LIB/softhsm"/* &&
	    chmod -R g+rwX,o= "$LIB/tokens"
}
t_ok "a token with keys" token
t_ok "the policy is fine" ctl gw1 check
t_ok "the peer starts" suite_start gw2
t_ok "we start" suite_start gw1
ready() { suite_ctl gw1 show cert --json | jq -e ".rows[] | select(.kind == \"key\" and
	.name == \"pkcs11:token=gw;object=$1\" and .state == \"ready\")"; }
for t in $types; do
	t_ok "the key $t is ready" wait_until 20 ready $t
done
for t in $types mixed; do
	t_ok "$t: we initiate" ctl gw1 activate $t --timeout 10
	t_ok "$t: it is up there too" ctl gw2 wait $t --timeout 10
	t_ok "$t: down" ctl gw1 remove $t
	t_ok "$t: open again" ctl gw2 wait $t --until down --timeout 10
done
ctl gw1 restart plain --timeout 10
for t in $types mixed; do
	ctl gw1 activate $t --timeout 10
	t_ok "$t: we answer" ctl gw2 restart $t --timeout 10
done
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
ctl gw1 show processes
t_ok "show processes has it" says certd-token

# ---- What it may do ----
pid=$(suite_pids gw1 certd-token)
of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status" | tr '\t' ' ' | sed 's/ *$//'; }
is() { [ "$(of "$1")" = "$2" ] || { echo "$1 is \"$(of "$1")\", not \"$2\""; return 1; }; }
u=$(id -u _certtoken)
g=$(getent group softhsm | cut -d: -f3)
t_ok "a user of its own" is Uid "$u $u $u $u"
t_ok "its groups let it to the token" is Groups \
    "$(printf '%s\n' "$g" "$(id -g _certtoken)" | sort -n | xargs)"
t_ok "no capability" is CapEff 0000000000000000
t_ok "nor one to regain" is CapPrm 0000000000000000
t_ok "a filter" is Seccomp 2
t_ok "no new privileges" is NoNewPrivs 1
t_ok "not dumpable" test "$(stat -c %U "/proc/$pid/mem")" = root
mapped() { grep -lq "$1" /proc/[0-9]*/maps 2>/dev/null; grep -l "$1" $(pgrep -P "$(suite_ikd gw1)" | sed 's,.*,/proc/&/maps,'); }
t_ok "the module is mapped there and nowhere else" test \
    "$(mapped libsofthsm2)" = "/proc/$pid/maps"
t_ok "it has no network" test -z "$(suite_in gw1 ss -Htuanp | grep "pid=$pid,")"
# The PIN and the keys: nobody else has them; tool as regress/priv/memory.sh.
tool=$BUILD/regress/priv/memory_tool
search() {
	set -- -t "pin=$pin" "$@"
	for _t in $types; do
		set -- -p "$_t=$pki/$_t.key" "$@"
	done
	"$tool" "$@" >"$LIB/found" || { cat "$LIB/found"; return 1; }
}
nothing() { grep -q ' read [1-9]' "$LIB/found" && ! grep -v ' read ' "$LIB/found"; }
search "$pid"
t_ok "certd-token has the PIN: the search finds what is there" \
    grep -q ' pin' "$LIB/found"
for p in $(suite_ikd gw1) $(pgrep -P "$(suite_ikd gw1)"); do
	[ "$p" != "$pid" ] || continue
	search "$p"
	t_ok "$(cat "/proc/$p/comm") ($p) has neither PIN nor keys" nothing
done

# ---- A token that does not answer ----
kill -STOP "$pid"
suite_ctl gw1 restart p256 --timeout 20 >"$LIB/slow" 2>&1 &
slow=$!
suite_ctl gw2 restart rsa --timeout 20 >"$LIB/slow2" 2>&1 &
slow2=$!
t_ok "others do not wait for it" ctl gw1 restart plain --timeout 4
wait $slow
t_ok "who needs it hears why" wait_until 15 grep -q \
    'key pkcs11:token=gw;object=p256: the token did not sign in time' "$log"
wait $slow2
t_ok "as responder too" wait_until 15 grep -q \
    'key pkcs11:token=gw;object=rsa: the token did not sign in time' "$log"
kill -CONT "$pid"
t_ok "it comes back" ctl gw1 restart p256 --timeout 10

# ---- It dies ----
kill -9 "$pid"
t_ok "sessions stand" pings a 10.1.1.1 10.2.1.1
t_ok "it is started again" wait_until 20 suite_restarted gw1 certd-token "$pid"
t_ok "its keys are ready" wait_until 20 ready p256
t_ok "and sign" ctl gw1 restart p256 --timeout 10
sign=$(suite_pids gw1 certd-sign)
kill -9 "$sign"
t_ok "certd-sign is started again" wait_until 20 suite_restarted gw1 certd-sign "$sign"
t_ok "is told of the keys" wait_until 20 ready rsa
t_ok "and asks for signatures" ctl gw1 restart rsa --timeout 10

# ---- Another PIN, another key ----
set_pin 9999
t_ok "a wrong PIN: what is open stays open" ctl gw1 reload
t_ok "traffic" ctl gw1 restart p256 --timeout 10
pid=$(suite_pids gw1 certd-token)
kill -9 "$pid"
t_ok "a new certd-token" wait_until 20 suite_restarted gw1 certd-token "$pid"
t_ok "the token refuses the PIN, says the log" wait_until 20 grep -q \
    'the token has refused the PIN of private/token/gw' "$log"
t_not "nobody signs" ctl gw1 restart p256 --timeout 10
set_pin $pin
t_ok "the right one" ctl gw1 reload
t_ok "is taken" wait_until 20 ready p256
t_ok "and good" ctl gw1 restart p256 --timeout 10
chmod 644 "$etc/private/token/gw"
t_ok "a PIN that others can read" ctl gw1 reload
t_ok "is not taken" wait_until 20 grep -q \
    "private/token/gw: must be root's alone" "$log"
chmod 600 "$etc/private/token/gw"
ours "$with" | sed 's/cert: p384, key: "pkcs11:object=p384"/cert: p384, key: "pkcs11:object=p256"/' >"$etc/ikd.yaml"
t_not "a key that is another certificate's" ctl gw1 reload
t_ok "is named" says 'tunnel p384: its certificate has another public key than pkcs11:token=gw;object=p256'
ours "$with" | sed 's/object=p384/object=none/' >"$etc/ikd.yaml"
t_ok "a key that is not there: the token may come later" ctl gw1 reload
t_ok "says the log" wait_until 20 grep -q \
    'key pkcs11:token=gw;object=none: there is no such token, or no such private key' "$log"
ours "$with" | sed 's/object=p384/token=x;&/' >"$etc/ikd.yaml"
t_ok "a token that is not there" ctl gw1 reload
t_ok "says so too" wait_until 20 grep -q \
    'key pkcs11:token=x;object=p384: there is no such token' "$log"
ours "$with" >"$etc/ikd.yaml"
t_ok "back" ctl gw1 reload
ours "$with" | sed 's/paths: [^ ]*/paths: \/var/' >"$etc/ikd.yaml"
t_not "what was opened at the start" ctl gw1 reload
t_ok "stays" says 'needs a restart of the service'
t_not "the PIN is in no log" grep -q $pin "$log"
t_not "seccomp met nothing" grep -q 'signal 31' "$log"
t_ok "we stop" suite_stop gw1
t_ok "the peer stops" suite_stop gw2
# ---- A module that is none ----
ours "pkcs11: { module: /nonexistent.so, token: gw }" >"$etc/ikd.yaml"
t_not "check refuses a module that is not there" ctl gw1 check
t_ok "and names it" says 'there is no module /nonexistent.so'
suite_start gw1 >"$LIB/started"
t_ok "so does the start" grep -q 'not started: pkcs11: /nonexistent.so' "$log"
ours "pkcs11: { module: $module, token: gw, pin: gw, paths: /nonexistent }" >"$etc/ikd.yaml"
suite_start gw1 >"$LIB/started"
t_ok "nor without its files" grep -q \
    'not started: pkcs11: paths: /nonexistent: No such file' "$log"
lib_end
