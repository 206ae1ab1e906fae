#!/bin/sh
# What a policy says of whole kinds of peers, against strongSwan: pre-shared
# keys by the peer's identity (psk: by-id, psks), both roles and each type of
# ID; one key for many (allow-shared-psk); and certificates of which a usage
# (eku) or a policy (cert-policy) is demanded.
#
#    10.1.0.0/16 lo  a  eth0 192.0.2.1 -------- 192.0.2.2 eth0  b (strongSwan)
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin by_id
. "$(dirname "$0")/pki_lib.sh"
net_ns a b
net_link a eth0 192.0.2.1/24 b eth0 192.0.2.2/24
for i in 1 2 3 4 5 6 7 8 9; do
	net_addr a lo 10.1.$i.1/32
	net_addr b lo 10.2.$i.1/32
done
net_addr b lo 10.9.0.5/32

usage=1.3.6.1.5.5.7.3.17	# id-kp-ipsecIKE
rule=1.3.6.1.4.1.32473.1	# of the documents' enterprise number
pki_root one
for k in a7 b7 b8; do
	pki_key $k p256
done
pki_cert a7 one /O=Test/CN=a7 'subjectAltName = DNS:a.example.com'
pki_cert b7 one /O=Test/CN=b7 'subjectAltName = DNS:b7.example' \
    "extendedKeyUsage = serverAuth,$usage" "certificatePolicies = $rule"
pki_cert b8 one /O=Test/CN=b8 'subjectAltName = DNS:b8.example' \
    'extendedKeyUsage = serverAuth' "certificatePolicies = $rule.2"

suite_new gw a
etc=$(suite_etc gw)
mkdir -p "$etc/ca" "$etc/certs"
cp "$pki/one.crt" "$etc/ca/one"
cp "$pki/a7.crt" "$etc/certs/a7"
install -m 600 "$pki/a7.key" "$etc/private/a7"
for i in 1 2 3 4 5; do
	echo "not a secret: test $i" | suite_psk gw k$i
done
echo 'not a secret: one for all' | suite_psk gw all
policy() {
	cat <<EOT
psks:
  b1.branch.example: k1
  fqdn:B2.branch.example: k2
  keyid:0x2a17: k3
  "dn:C=DE, O=Test, CN=b4": k4
  b5@example.com: k5
defaults:
  tunnel: { local: { address: 192.0.2.1, id: a.example.com }, role: both, start: answer }
tunnels:
  branches:
    remote: { address: any, id: "fqdn:*.branch.example" }
    role: responder
    psk: by-id
    children:
      t1: { local: 10.1.1.0/24, remote: 10.2.1.0/24 }
      t2: { local: 10.1.2.0/24, remote: 10.2.2.0/24 }
  t3:
    remote: { address: 192.0.2.2, id: "keyid:0x2a17" }
    psk: by-id
    children: { net: { local: 10.1.3.0/24, remote: 10.2.3.0/24 } }
  t4:
    remote: { address: 192.0.2.2, id: "dn:C=DE, O=Test, CN=b4" }
    psk: by-id
    children: { net: { local: 10.1.4.0/24, remote: 10.2.4.0/24 } }
  t5:
    remote: { address: 192.0.2.2, id: b5@example.com }
    psk: by-id
    children: { net: { local: 10.1.5.0/24, remote: 10.2.5.0/24 } }
  all:
    remote: { address: any, id: "fqdn:*.many.example" }
    role: responder
    psk: all
    allow-shared-psk: ${1-yes}
    children: { host: { local: 10.1.6.0/24, remote: any-host } }
  t7:
    local: { auth: { cert: a7 } }
    remote: { address: 192.0.2.2, id: b7.example, auth: { ca: one, eku: $usage, cert-policy: $rule } }
    children: { net: { local: 10.1.7.0/24, remote: 10.2.7.0/24 } }
  t8:
    local: { auth: { cert: a7 } }
    remote: { address: 192.0.2.2, id: b8.example, auth: { ca: one, ${2-eku: $usage} } }
    children: { net: { local: 10.1.8.0/24, remote: 10.2.8.0/24 } }
EOT
}
policy no >"$etc/ikd.yaml"
shared_said() {
	! suite_ctl gw check >"$LIB/out" 2>&1 && cat "$LIB/out" &&
	    grep -q allow-shared-psk "$LIB/out"
}
t_ok "one key for all hosts: check refuses it" shared_said
policy >"$etc/ikd.yaml"
t_ok "unless the policy says so" suite_ctl gw check

swan_start b peer
swan=$LIB/peer/swan
cp "$pki/one.crt" "$swan/x509ca/"
for i in 7 8; do
	cp "$pki/b$i.crt" "$swan/x509/"
	cp "$pki/b$i.key" "$swan/private/"
done
theirs() {	# N ID NET-LOCAL NET-REMOTE
	cat <<EOT
	t$1 { version = 2
		proposals = aes128-sha256-x25519
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		local { auth = psk
			id = "$2" }
		remote { auth = psk
			id = a.example.com }
		children { net$1 { local_ts = $3
			remote_ts = $4
			esp_proposals = aes256gcm16-x25519 } } }
EOT
}
ids='b1.branch.example b2.branch.example @#2a17 C=DE,O=Test,CN=b4 b5@example.com'
{
	echo 'connections {'
	i=0
	for id in $ids; do
		i=$((i + 1))
		theirs $i "$id" 10.2.$i.0/24 10.1.$i.0/24
	done
	theirs 6 b6.many.example 10.9.0.5/32 10.1.6.0/24
	theirs 9 b9.branch.example 10.2.1.0/24 10.1.1.0/24
	swan_cert_conn 7 a.example.com
	swan_cert_conn 8 a.example.com
	echo '}'
	echo 'secrets {'
	i=0
	for id in $ids; do
		i=$((i + 1))
		echo "ike-$i { id = \"$id\""
		echo "secret = \"not a secret: test $i\" }"
	done
	# The second knows the first's key; the ninth has the first's, too.
	echo 'ike-6 { id = b6.many.example'
	echo 'secret = "not a secret: one for all" }'
	echo 'ike-9 { id = b9.branch.example'
	echo 'secret = "not a secret: test 1" }'
	echo '}'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf" || lib_end
t_ok "the suite starts" suite_start gw || lib_end
passes() { wait_until 15 pings a 10.1.$1.1 10.2.$1.1; }
for i in 1 2 3 4 5; do
	t_ok "by ID $i: strongSwan initiates" up $i
	t_ok "traffic" passes $i
done
for i in 3 4 5; do
	t_ok "removed" suite_ctl gw remove --once t$i
	t_ok "by ID $i: we initiate" suite_ctl gw activate t$i --timeout 20
	t_ok "traffic" passes $i
done
refused() {	# N REASON
	mark
	up "$1" && return 1
	wait_until 15 told "$2"
}
t_ok "an ID without a key" refused 9 'psks: has no key for fqdn:b9.branch.example'
sed 's/test 2"/test 1"/' "$LIB/swan.conf" >"$LIB/swan2.conf"
t_ok "another peer's key" swan_load peer <"$LIB/swan2.conf"
t_ok "(ended)" down 2
t_ok "is no proof of who it is" refused 2 'tunnel branches.*(differ|wrong|key)'
t_ok "those that stand go on" passes 1

t_ok "one key for all: up" up 6
t_ok "traffic" wait_until 15 pings b 10.9.0.5 10.1.6.1

t_ok "a usage and a policy, demanded and there: we initiate" \
    suite_ctl gw activate t7 --timeout 20
t_ok "traffic" passes 7
t_ok "removed" suite_ctl gw remove --once t7
t_ok "strongSwan initiates" up 7
t_ok "traffic" passes 7
refuses() {	# N REASON
	suite_ctl gw activate "t$1" --timeout 10 >"$LIB/out" 2>&1 && return 1
	cat "$LIB/out"
	grep -q "tunnel t$1: .*$2" "$LIB/out"
}
t_ok "a usage that is not there" refused 8 \
    "tunnel t8: .*CN=b8.*lacks the extendedKeyUsage $usage"
t_ok "we initiate" refuses 8 "lacks the extendedKeyUsage $usage"
policy yes "cert-policy: $rule" >"$etc/ikd.yaml"
t_ok "reload" suite_ctl gw reload
t_ok "a policy that is not there" refused 8 \
    'tunnel t8: .*CN=b8.*certificate policy'
t_ok "we initiate" refuses 8 'certificate policy'
policy yes "cert-policy: $rule.2" >"$etc/ikd.yaml"
t_ok "reload" suite_ctl gw reload
t_ok "the one that is" up 8
t_ok "traffic" passes 8
t_ok "the suite stops" suite_stop gw
lib_end
