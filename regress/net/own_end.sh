#!/bin/sh
# Our own certificate has ended: `check`, the log, `list`, `show processes`
# and `explain` say so, where a peer's log alone would.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin own_end
. "$(dirname "$0")/pki_lib.sh"
topo_pair 1

pki_root corp
pki_key gw p256
pki_cert gw corp /O=Test/CN=gw subjectAltName=DNS:gw.example
pki_key peer p256
pki_cert peer corp /O=Test/CN=peer subjectAltName=DNS:peer.example
# The same key and name, but over since the beginning of this century.
openssl req -new -key "$pki/gw.key" -subj /O=Test/CN=gw -out "$pki/old.csr" \
    2>/dev/null
echo subjectAltName=DNS:gw.example >"$pki/old.ext"
mkdir "$pki/db"
: >"$pki/db/index"
echo 77 >"$pki/db/serial"
cat >"$pki/ca.conf" <<EOT
[ca]
default_ca = c
[c]
database = $pki/db/index
serial = $pki/db/serial
new_certs_dir = $pki/db
default_md = sha256
policy = p
[p]
commonName = supplied
EOT
openssl ca -batch -notext -config "$pki/ca.conf" -cert "$pki/corp.crt" \
    -keyfile "$pki/corp.key" -in "$pki/old.csr" -extfile "$pki/old.ext" \
    -startdate 20010101000000Z -enddate 20020101000000Z -out "$pki/old.crt" \
    >"$LIB/ca" 2>&1 || { cat "$LIB/ca"; exit 1; }

# gateway NAME NS LOCAL REMOTE PEER
gateway() {
	suite_new "$1" "$2"
	_e=$(suite_etc "$1")
	mkdir -p "$_e/ca" "$_e/certs" "$_e/private"
	cp "$pki/corp.crt" "$_e/ca/corp"
	cp "$pki/$1.crt" "$_e/certs/$1"
	install -m 600 "$pki/$1.key" "$_e/private/$1"
	cat >"$_e/ikd.yaml" <<EOT
dataplane: $IKD_PLANE
tunnels:
  lyon:
    local: { address: 192.0.2.$3, id: "fqdn:$1.example", auth: { cert: $1 } }
    remote: { address: 192.0.2.$4, id: "fqdn:$5.example", auth: { ca: corp } }
    start: manual
    children: { net: { local: 10.$3.0.0/16, remote: 10.$4.0.0/16 } }
EOT
}
gateway gw a 1 2 peer
gateway peer b 2 1 gw
says() {	# TEXT COMMAND...
	_t=$1
	shift
	"$@" >"$LIB/said" 2>&1
	grep -q -- "$_t" "$LIB/said" || { cat "$LIB/said"; return 1; }
}
ended='certs/gw ended on 2002-01-01 00:00:00 UTC'
t_ok "the peer starts" suite_start peer
t_ok "we start" suite_start gw
t_not "nothing is said of a good one" says 'certs/gw ended' suite_ctl gw list
cp "$pki/old.crt" "$(suite_etc gw)/certs/gw"
t_ok "check warns" says 'certs/gw ended at 2002-01-01' suite_ctl gw check
t_ok "and finds no error" suite_ctl gw check
t_ok "it is taken" suite_ctl gw reload
t_ok "the log has it" grep -q 'certs/gw ended at 2002-01-01' \
    "$(suite_log gw)"
t_ok "list says so" wait_until 10 says "our certificate $ended" \
    suite_ctl gw list
t_ok "so does show processes" says \
    'Our own certificate of 1 tunnel is out of its time' \
    suite_ctl gw show processes
t_ok "the peer waits" suite_ctl peer activate lyon --no-wait
t_not "and refuses us" suite_ctl gw activate lyon --timeout 10
t_ok "explain says why" says "Our certificate $ended: no peer takes it" \
    suite_ctl gw explain lyon
# Whoever is started again is told again.
tmd=$(suite_pids gw tmd)
kill -9 "$tmd"
t_ok "tmd comes back" wait_until 15 suite_restarted gw tmd "$tmd"
t_ok "and knows it" wait_until 10 says "our certificate $ended" \
    suite_ctl gw list
cp "$pki/gw.crt" "$(suite_etc gw)/certs/gw"
t_ok "another one" suite_ctl gw reload
t_ok "is no word worth" wait_until 10 not says 'certs/gw ended' \
    suite_ctl gw list
t_ok "and the peer takes it" suite_ctl gw activate lyon --timeout 20
t_ok "we stop" suite_stop gw
t_ok "the peer stops" suite_stop peer
lib_end
