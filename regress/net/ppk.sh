#!/bin/sh
# Post-quantum pre-shared keys (RFC 8784) with strongSwan, in both roles: by
# pre-shared key and by certificate, required and offered, unknown on one side,
# different under one name; what is shown of it, and that rekeys carry traffic.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/pki_lib.sh"
lib_begin ppk
topo_pair 5

pki_root corp
for c in a5 b5; do
	pki_key $c p256
	pki_cert $c corp "/CN=$c" "subjectAltName = DNS:$c.example"
done
suite_new gw a
etc=$(suite_etc gw)
echo 'not a secret: a test' | suite_psk gw t
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
cp "$pki/corp.crt" "$etc/ca/corp"
cp "$pki/a5.crt" "$etc/certs/a5"
install -m 600 "$pki/a5.key" "$etc/private/a5"
create() { suite_ctl gw ppk create "$1" >"$LIB/$1.key" && grep -q '^0s' "$LIB/$1.key"; }
t_ok "ikectl makes a key" create boston
t_ok "of its own mode" [ "$(stat -c %a "$etc/ppk/boston")" = 600 ]
(umask 077 && echo 'text:guess me' >"$etc/ppk/short")

ours() {	# NAME NET POLICY PPK START
	cat <<EOF2
  $1:
    local: { address: 192.0.2.1, id: fqdn:a.example.com }
    remote: { address: 192.0.2.2, id: fqdn:$1.example.com }
    psk: t
    policy: $3
    ppk: $4
    start: $5
    retransmit: { first: 1s, factor: 1.2, tries: 2 }
    children: { net$2: { local: 10.1.$2.0/24, remote: 10.2.$2.0/24 } }
EOF2
}
cat >"$etc/ikd.yaml" <<EOF2
policies:
  ike:
    must: { proposals: aes128-sha256-x25519, ppk: require }
    may: { proposals: aes128-sha256-x25519, ppk: offer }
ppks: { boston: boston, guessed: short }
tunnels:
$(ours first 1 must boston manual)
$(ours second 2 must boston answer)
$(ours third 3 may boston answer)
$(ours fourth 4 may guessed manual)
  fifth:
    local: { address: 192.0.2.1, id: fqdn:a5.example, auth: { cert: a5 } }
    remote: { address: 192.0.2.2, id: fqdn:b5.example, auth: { ca: corp, revocation: off } }
    policy: may
    ppk: boston
    start: manual
    children: { net5: { local: 10.1.5.0/24, remote: 10.2.5.0/24 } }
EOF2
theirs() {	# NAME NET PPK_ID REQUIRED
	swan_conn "$1" "$1.example.com" "ppk_id = $3
		ppk_required = $4
		$SWAN_AT" "$(swan_net "net$2" "$2")"
}
file() {	# BOSTON
	swan_file "$(theirs first 1 boston yes)" \
	    "$(theirs second 2 boston yes)" \
	    "$(theirs third 3 unheard-of no)" \
	    "$(swan_conn fourth fourth.example.com "$SWAN_AT" "$(swan_net net4 4)")" \
	    "$(swan_cert_conn 5 a5.example | sed 's/version = 2/&\
		ppk_id = boston\
		ppk_required = no/')"
	cat <<-EOT
	secrets {
		ppk-1 {
			id = boston
			secret = $1
		}
		ppk-2 {
			id = unheard-of
			secret = 0x$(printf '%064d' 7)
		}
	}
	EOT
}
swan_start b peer
cp "$pki/corp.crt" "$LIB/peer/swan/x509ca/"
cp "$pki/b5.crt" "$LIB/peer/swan/x509/"
cp "$pki/b5.key" "$LIB/peer/swan/private/"
load() { file "$1" | swan_load peer; }
t_ok "strongSwan has it, too" load "$(cat "$LIB/boston.key")"
t_ok "the suite starts" suite_start gw
log=$(suite_log gw)
t_ok "of a short one it warns" wait_until 20 grep -q \
    'ppk/short: 8 octets are less than the 256 bits' "$log"
held() { suite_ctl gw ppk list | grep -q "$1"; }
t_ok "what certd-sign has is listed" held 'boston  *loaded, used'
used() { suite_ctl gw list -v "$1" | grep -q "PPK  *$2"; }

t_ok "we begin, both require it" suite_ctl gw activate first --timeout 20
t_ok "strongSwan used it" grep -q "using PPK for PPK_ID 'boston'" "$LIB/peer/log"
t_ok "it is shown" used first 'boston (RFC 8784)'
t_ok "traffic" pings a 10.1.1.1 10.2.1.1
t_ok "the IKE SA and its child are rekeyed" suite_ctl gw rekey first
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
t_ok "authenticated anew" suite_ctl gw reauth first
t_ok "with it" used first 'boston (RFC 8784)'
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 1

begin() { swan peer --initiate --child "net$1" --timeout 20; }
t_ok "strongSwan begins, both require it" begin 2
t_ok "it is shown" used second 'boston (RFC 8784)'
t_ok "traffic" pings a 10.1.2.1 10.2.2.1

t_ok "strongSwan begins with one that we have not, and need not" begin 3
t_ok "it is shown" used third \
    'None: we have no PPK "unheard-of", which the peer wants to use'
t_ok "and logged" grep -q \
    'third ([0-9]*): without a post-quantum pre-shared key: we have no PPK' "$log"
t_ok "traffic" pings a 10.1.3.1 10.2.3.1

t_ok "we begin, strongSwan has none for it" suite_ctl gw activate fourth --timeout 20
t_ok "it is shown" used fourth 'None: the peer does not'

t_ok "by certificate: we begin" suite_ctl gw activate fifth --timeout 20
t_ok "with it" used fifth 'boston (RFC 8784)'
t_ok "traffic" pings a 10.1.5.1 10.2.5.1
t_ok "it ends" suite_ctl gw remove fifth --once
t_ok "by certificate: strongSwan begins" begin 5
t_ok "with it" used fifth 'boston (RFC 8784)'
t_ok "traffic" pings a 10.1.5.1 10.2.5.1

for n in first second third fifth; do
	suite_ctl gw remove $n --once >/dev/null 2>&1
done
t_ok "strongSwan has another key of this name" load "0x$(printf '%064d' 8)"
t_not "we do not come in" suite_ctl gw activate first --timeout 20
why() { suite_ctl gw explain "$1" | tee "$LIB/why" | grep -q -- "$2" || { cat "$LIB/why"; return 1; }; }
t_ok "it is said why" why first 'PPK "boston" or this identity is not what it expects'
t_not "nor does it" begin 2
t_ok "it is said why" why second 'or PPK "boston", differs from the peer'
t_not "by certificate" begin 5
t_ok "it is said why" why fifth 'PPK boston (RFC 8784) differs from the peer'

t_ok "deleted" suite_ctl gw ppk delete boston
t_not "nothing goes without its file" suite_ctl gw activate first --timeout 20
t_ok "it is said why" why first 'ppk/boston: no such file'
t_ok "the suite stops" suite_stop gw
lib_end
