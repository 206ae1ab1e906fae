#!/bin/sh
# A private key with a passphrase: the tunnel says what it waits for, starts
# by itself once the key is open, keeps it open over a reload, and asks again
# when certd-sign was restarted.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin locked
topo_pair 1
policy() {	# OURS PEER START
	cat <<EOF
retry: { first: 2m, most: 5m }
tunnels:
  boston:
    local: { address: 192.0.2.$1, id: fqdn:g$1.example, auth: { cert: g$1 } }
    remote: { address: 192.0.2.$2, id: fqdn:g$2.example, auth: { ca: corp, revocation: off } }
    start: $3
    children:
      lan: { local: 10.$1.0.0/16, remote: 10.$2.0.0/16 }
EOF
}
suite_new gw1 a
suite_new gw2 b
etc=$(suite_etc gw1)
policy 1 2 auto >"$etc/ikd.yaml"
policy 2 1 answer >"$(suite_etc gw2)/ikd.yaml"
(umask 077 && echo 'correct horse battery staple' >"$LIB/pw" &&
    echo 'wrong' >"$LIB/wrong")
ctl1() { suite_ctl gw1 "$@" >"$LIB/out" 2>&1; }
ctl2() { suite_ctl gw2 "$@" >"$LIB/out" 2>&1; }
# status WANT SUITE VERB...: exits so; says leaves it in out.
exits() {
	_want=$1
	shift
	suite_ctl "$@" >"$LIB/out" 2>&1 </dev/null
	_got=$?
	[ $_got -eq "$_want" ] || { echo "status $_got"; cat "$LIB/out"; return 1; }
}
says() { grep -q -- "$1" "$LIB/out" || { cat "$LIB/out"; return 1; }; }

t_ok "an authority" ctl1 ca create corp
t_ok "a key with a passphrase" ctl1 key create g1 --passphrase-file "$LIB/pw"
t_ok "is locked in its file" grep -q 'BEGIN ENCRYPTED' "$etc/private/g1"
t_ok "a request by it" ctl1 cert request g1 --dns g1.example \
    --passphrase-file "$LIB/pw" -o "$LIB/g1.csr"
t_ok "its certificate" ctl1 ca sign corp "$LIB/g1.csr" --name g1
t_ok "the peer's key" ctl2 cert request g2 --dns g2.example -o "$LIB/g2.csr"
ctl1 ca sign corp "$LIB/g2.csr" -o "$LIB/g2.pem"
t_ok "and certificate" ctl2 cert import g2 "$LIB/g2.pem"
ctl1 ca export corp -o "$LIB/corp.pem"
t_ok "and authority" ctl2 ca import corp "$LIB/corp.pem"

t_ok "no service, nobody to unlock for" exits 3 gw1 key unlock g1 \
    --passphrase-file "$LIB/pw"
t_ok "the peer starts" suite_start gw2
t_ok "we start, though the key is locked" suite_start gw1
log=$(suite_log gw1)
t_ok "the log says what to type" wait_until 20 grep -q \
    'private/g1 is locked by its passphrase: ikectl key unlock g1 (tunnel boston' "$log"
listed() { ctl1 list && says "$1"; }
t_ok "the list too" wait_until 20 listed 'ikectl key unlock g1'
t_ok "it tried and failed for that" wait_until 20 grep -q \
    'boston.*locked by its passphrase.*ikectl key unlock' "$log"
ctl1 show processes
t_ok "show processes counts it" says 'certd-sign lacks 1 private key'
t_ok "show cert has the key" ctl1 show cert g1
t_ok "as locked" says 'state  *locked'
t_ok "and the certificate of this name" says '^certificate  *g1'
t_ok "with its end" says 'days_left  *36[45]'
t_ok "and what the list of its authority says" says 'crl  *there is no list'
cred() {	# JQ: of show cert
	suite_ctl gw1 show cert --json | jq -e "$1" >"$LIB/out"
}
t_ok "all of it as JSON" cred '[.rows[].kind] | index("authority") != null
    and index("certificate") != null and index("key") != null'
t_ok "the key waits for a tunnel's sake" cred \
    '.rows[] | select(.kind == "key" and .name == "g1") |
    .state == "locked" and .passphrase == true and .tunnel == "boston"'
t_ok "what is not there" exits 1 gw1 show cert nobody
t_ok "is said not to be" says '"nobody" is loaded'
t_ok "the peer's attempt fails too" not ctl2 activate boston --timeout 10
t_ok "the peer says that we refused" says 'AUTHENTICATION_FAILED'
t_ok "a wrong passphrase" exits 1 gw1 key unlock g1 --passphrase-file "$LIB/wrong"
t_ok "says so" says 'wrong passphrase'
ctl1 key create plain
t_ok "a key without one" exits 1 gw1 key unlock plain --passphrase-file "$LIB/pw"
t_ok "says so" says 'nothing to unlock'
ctl1 key create new --passphrase-file "$LIB/pw"
t_ok "one that was made just now" ctl1 key unlock new --passphrase-file "$LIB/pw"
cp -p "$etc/private/new" "$etc/private/byhand"
t_ok "one that was not read yet" exits 1 gw1 key unlock byhand --passphrase-file "$LIB/pw"
t_ok "says what to do" says 'ikectl reload'

t_ok "the right one" ctl1 key unlock g1 --passphrase-file "$LIB/pw"
t_ok "and the tunnel starts by itself" ctl1 wait boston --timeout 10
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_ok "once more is no harm" ctl1 key unlock g1 --passphrase-file "$LIB/pw"
t_ok "a reload keeps it open" suite_ctl gw1 reload
t_ok "a restart of the tunnel needs it" suite_ctl gw1 restart boston --timeout 10
t_ok "the key is ready" cred '.rows[] | select(.kind == "key" and
    .name == "g1") | .state == "ready" and .type == "ecdsa-p256"'
ctl1 show processes
t_ok "the other key is needed by no tunnel" not says locked

pid=$(suite_pids gw1 certd-sign)
kill -9 "$pid"
t_ok "certd-sign is started again" wait_until 20 suite_restarted gw1 certd-sign "$pid"
t_ok "the session stands" pings a 10.1.1.1 10.2.1.1
t_ok "the key is locked again, says the log" wait_until 20 sh -c \
    "[ \$(grep -c 'private/g1 is locked' '$log') -ge 2 ]"
t_not "a new negotiation fails" suite_ctl gw1 restart boston --timeout 10
t_ok "for that reason" listed 'ikectl key unlock g1'
t_ok "unlocked anew" ctl1 key unlock g1 --passphrase-file "$LIB/pw"
t_ok "it starts by itself" ctl1 wait boston --timeout 10
t_ok "traffic" pings a 10.1.1.1 10.2.1.1

# Another passphrase is another file.
ctl1 key export g1 --private -o "$LIB/copy" --passphrase-file "$LIB/pw" \
    --new-passphrase-file "$LIB/wrong"
cp -p "$etc/private/g1" "$LIB/before"
t_ok "the passphrase is changed" ctl1 key import g1 "$LIB/copy" --force \
    --passphrase-file "$LIB/wrong"
t_ok "which is read at once" wait_until 20 sh -c \
    "[ \$(grep -c 'private/g1 is locked' '$log') -ge 3 ]"
t_ok "and opened by the new one" ctl1 key unlock g1 --passphrase-file "$LIB/wrong"
t_ok "changed back by hand" cp -p "$LIB/before" "$etc/private/g1"
t_ok "the service has read another file" exits 1 gw1 key unlock g1 \
    --passphrase-file "$LIB/pw"
t_ok "and says so" says 'file has changed'
t_ok "after a reload" suite_ctl gw1 reload
t_ok "it has to be opened" wait_until 20 sh -c \
    "[ \$(grep -c 'private/g1 is locked' '$log') -ge 4 ]"
t_ok "by the first one" ctl1 key unlock g1 --passphrase-file "$LIB/pw"
t_ok "and the tunnel is up all the while" status_is gw1 boston Active

# certificates: of the policy.
certificates() {
	{ echo "certificates: $1"; policy 1 2 auto; } >"$etc/ikd.yaml"
	suite_ctl gw1 reload
}
ctl1 ca crl corp
t_ok "what ends within 400 days is warned of" certificates '{ warn: 400d }'
t_ok "in the log" wait_until 20 grep -q \
    'certs/g1: the certificate "CN=g1" ends in 36[45] days, on' "$log"
t_ok "and in show cert" ctl1 show cert g1
t_ok "as a problem" says 'problem  *ends in 36[45] days'
t_ok "with the list" says 'crl  *not revoked; the list is good until'
t_ok "the list has a place of its own" cred '.rows[] |
    select(.kind == "crl") | .issuer == "CN=corp" and .days_left >= 28'
t_ok "a revoked one" ctl1 ca revoke corp g1
t_ok "is loaded" suite_ctl gw1 reload
t_ok "and shown so" ctl1 show cert g1
t_ok "since when" says 'crl  *revoked on'
t_ok "our certificate is not sent" certificates '{ send: never }'
t_not "so the peer believes nothing" suite_ctl gw1 restart boston --timeout 10
t_ok "sent, asked for or not" certificates '{ send: always }'
t_ok "it is up" suite_ctl gw1 restart boston --timeout 10
t_not "nothing of the passphrase is in the log" grep -q 'horse' "$log"
t_ok "both stop" suite_stop gw1
t_ok "both stop (2)" suite_stop gw2
lib_end
