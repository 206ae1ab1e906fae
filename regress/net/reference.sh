#!/bin/sh
# The worked examples of regress/policy/reference do what they say, between the
# very files; and what ikectl prints of tunnels looks as it was drawn before
# it was written: activate, list, explain, check, filter list.  Times, SPIs and
# counters are masked.  What needs the kernel's plane is in
# regress/kernel/reference.sh.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin reference
. "$(dirname "$0")/seeds_lib.sh"
net_addr b eth0 198.51.100.8/24
block() { cat "$TOP/regress/policy/reference/$1.yaml"; }
policy() { cat >"$(suite_etc "$1")/ikd.yaml"; }
# looks NAME COMMAND...: it prints what $LIB/want has.  The samples are from a
# machine without ML-KEM (OpenSSL before 3.5).
looks() {
	_n=$1
	shift
	"$@" 2>&1 | sed -E '/^  ke1 .*mlkem/d; s/(We offered: ).*-ke1_mlkem[^,]*, /\1/
	    s/[0-9]+ ms\>/N ms/g; s/[0-9a-f]{8} (in|out)\>/SPI \1/g
	    s/[0-9.]+ (B|KB|MB)\>/N B/g; s/\<[0-9]+[sm] ago/T ago/
	    s/(Rem Lifetime|rekey in|ticket for) +[0-9]+ Sec/\1 N Sec/
	    s/(Rem Lifesize) +104857[0-9]+ K/\1 N K/; s/[0-9]+ s ago/N s ago/
	    s/  +/  /g; s/ +$//' >"$LIB/got"
	diff "$LIB/want" "$LIB/got"
}

t_ok "certificates" eval 'authority corp "C=DE, O=Acme, CN=Acme CA" &&
    authority partner "C=DE, O=Partner, CN=Partner CA" &&
    issue corp a gw --type p384 --dns gw.example.com &&
    issue corp a paris --dns paris.example.com &&
    issue corp a gw-rsa --type rsa --bits 2048 --dns gw.example.com &&
    issue corp b lyon --dns lyon.example.com &&
    issue corp b bee --subject CN=bee --dns bee.example.com &&
    issue partner b partner-gw --subject "C=DE, O=Partner, CN=gw" &&
    issue corp c1 me --type rsa --bits 2048 --dns ann.sales.example.com &&
    issue corp c2 me --type rsa --bits 2048 --email bob@example.com &&
    issue corp c3 me --type rsa --bits 2048 --subject "C=US, O=Acme, CN=carl"'
t_ok "and who trusts them" eval 'trusts a partner &&
    for s in a b c1 c2 c3; do trusts $s corp; done'
t_ok "a key, printed once" eval 'shared boston a b boston &&
    [ "$(grep -c ^0s "$LIB/out")" = 1 ]'
t_ok "another one" shared lyon a b lyon

# ---- 1, five lines; 11, filters around them ----

mirror() {	# of the five lines
	policy b <<-EOT
	tunnels:
	  acme:
	    remote: 192.0.2.1
	    psk: boston
	    children: { lan: { local: 10.2.0.0/16, remote: 10.1.0.0/16 } }
	EOT
}
mirror
block 01-five-lines | policy a
wire_start out a
t_ok "the other end" suite_start b
t_ok "five lines" suite_start a
t_ok "are a tunnel" wait_active a boston
t_ok "and its traffic" pings h 10.1.0.5 10.2.0.5
block 11-filters | cat - "$TOP/regress/policy/reference/01-five-lines.yaml" | policy a
t_ok "with filters" suite_ctl a reload
t_ok "it has traffic" pings h 10.1.0.5 10.2.0.5
t_not "telnet is closed" in_ns i timeout 2 socat -u OPEN:/dev/null TCP4:192.0.2.1:23
t_ok "as its rule counted" eval 'suite_ctl a filter list |
    awk "\$2 == \"no-telnet\" && \$(NF - 2) > 0 { ok = 1 } END { exit !ok }"'
t_not "what is on no list does not come in" in_ns i ping -q -c 1 -W 1 192.0.2.1
wire_stop out
t_ok "nothing was in clear" clear_none out "$INNER"

# ---- 2, a branch office ----

use b branch-office-lyon
block 02-branch-office | policy a
t_ok "Lyon" suite_ctl b reload
t_ok "Paris" suite_ctl a reload
t_ok "are connected" wait_active a lyon
t_ok "by IPv4" pings h 10.1.0.5 10.2.0.5
t_ok "and IPv6" pings p fd02::5 fd01::5

# ---- 3, a business partner ----

use b business-partner-theirs
block 03-partner-gateway | policy a
t_ok "the partner" suite_ctl b reload
t_ok "and we" suite_ctl a reload
t_ok "are connected" wait_active a partner
t_ok "for two hosts" pings h 10.1.0.5 10.9.0.5
t_not "and no others" pings p 10.9.0.6 10.1.0.5 1

# ---- 4, road warriors ----

block 04-road-warriors | policy a
t_ok "the gateway of the road" suite_ctl a reload
for n in 1 2 3; do
	policy c$n <<-EOT
	tunnels:
	  office:
	    local: { auth: { cert: me, signatures: [rsa] } }
	    remote: { address: 192.0.2.1, id: fqdn:gw.example.com, auth: { ca: corp, signatures: [rsa] } }
	    children: { net: { remote: 10.1.0.0/16 } }
	EOT
	t_ok "client $n starts" suite_start c$n
	t_ok "it comes in by what its certificate says" wait_active c$n office
	t_ok "and its traffic" pings c$n 203.0.113.1$n 10.1.0.5
done
t_ok "start it from the client side" eval 'suite_ctl a activate sales | grep -qx \
    "sales (1) is open; it is a responder (remote ID is group sales): start it from the client side."'

# ---- how it looks ----

{
	cat <<'EOT'
groups:
  sales: ["fqdn:*.sales.example.com", email:bob@example.com, ip:203.0.113.9, range:10.0.0.5-10.0.0.9, "dn:C=US, O=Acme, *", keyid:42]
policies:
  ike:
    modern: { proposals: [aes256gcm16-prfsha384-x25519] }
  child:
    modern: { proposals: [esp-aes256gcm16-x25519], lifesize: 10GB }
tunnels:
  lyon:
    number: 2
    policy: strict
    remote: { address: 198.51.100.8, id: fqdn:lyon.example.com }
    psk: lyon
  boston:
    number: 1
    start: manual
    policy: modern
    local: { address: 192.0.2.1, id: fqdn:gw.example.com, auth: { cert: gw } }
    remote: { address: 198.51.100.7, id: fqdn:bee.example.com, auth: { ca: corp, revocation: strict } }
    children: { lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16, policy: modern } }
EOT
	block 04-road-warriors | sed '1,/^tunnels:/d; s/^  sales:/&\n    number: 3/'
	echo "retransmit: { first: 2s, factor: 1, tries: 2 }"
} | policy a
policy b <<'EOT'
policies:
  ike: { old: { proposals: [aes256-aes128-sha256-modp2048-ecp256] } }
tunnels:
  boston:
    start: answer
    local: { address: 198.51.100.7, id: fqdn:bee.example.com, auth: { cert: bee } }
    remote: { address: 192.0.2.1, id: fqdn:gw.example.com, auth: { ca: corp } }
    children: { lan: { local: 10.2.0.0/16, remote: 10.1.0.0/16 } }
  lyon:
    policy: old
    retry: { first: 1h, most: 1h }
    local: { address: 198.51.100.8, id: fqdn:lyon.example.com }
    remote: 192.0.2.1
    psk: lyon
EOT
t_ok "three tunnels" suite_ctl a reload
t_ok "and their other ends" suite_ctl b reload
t_ok "the three clients are there" wait_until 20 eval \
    'suite_ctl a list sales | grep "(3 of 6 members)"'
cat >"$LIB/want" <<'EOT'
boston (1)  192.0.2.1 -> 198.51.100.7  IKEv2, role both
  IKE_SA_INIT  sent, answered in N ms  aes256gcm16-prfsha384-x25519, no NAT, both force UDP
  IKE_AUTH  sent, answered in N ms  peer says it is fqdn:bee.example.com, by signature
  peer  proved  certificate "CN=bee", CA corp, not revoked
  lan (1.1)  10.1.0.0/16 = 10.2.0.0/16  esp-aes256gcm16-esn, tunnel, SPIs SPI in, SPI out
Active after N ms.
EOT
t_ok "activate" looks activate suite_ctl a activate boston --timeout 20
pings h 10.1.0.5 10.2.0.1 >"$LIB/out"
t_ok "lyon is down" suite_ctl a wait lyon --until down --timeout 20
cat >"$LIB/want" <<'EOT'
No  Tunnel  Remote  Status  Since  In  Out
1  boston  198.51.100.7 fqdn:bee.example.com  Active  T  N B  N B
1.1  lan  10.1.0.0/16 = 10.2.0.0/16  Active  T  N B  N B
2  lyon  198.51.100.8 fqdn:lyon.example.com  Down  T  the peer answered NO_PROPOSAL_CHOSEN in IKE_SA_INIT (unprotected), and nothing else: ikectl explain lyon
3  sales  group:sales (3 of 6 members)  Open  T
1 Active, 1 Down, 1 Open (3 peers)
EOT
list() { suite_ctl a list | sed -E 's/(Active|Down|Open) +[0-9]+[sm]/\1  T/'; }
t_ok "list" looks list list
cat >"$LIB/want" <<'EOT'
Phase 1 Tunnel ID  1
Name  boston (from ikd.yaml:14)
Local ID Type  Fully_Qualified_Domain_Name
Remote ID Type  Fully_Qualified_Domain_Name
Local ID  gw.example.com
Remote ID  bee.example.com
Local Address  192.0.2.1[4500], forces UDP
Remote Address  198.51.100.7[4500], forces UDP
Mode  IKEv2
Role  Initiator
Security Policy  modern
Auth Alg  ECDSA-384, peer ECDSA-256
Encryption Alg  AES-GCM-256
Hash Alg  PRF-HMAC-SHA2-384, group X25519
Key Lifetime  14400 Seconds
Key Rem Lifetime N Seconds
Key Lifesize  0 Kbytes
Key Rem Lifesize  0 Kbytes
Key Refresh Overlap  5% (rekey in N Seconds)
Status  Active
Tunnel Lifetime  2592000 Seconds
Tun Rem Lifetime N Seconds
Tunnel Lifesize  0 Kbytes
Tun Rem Lifesize  0 Kbytes
Peer Proof  certificate "CN=bee", CA corp, not revoked
Resumption  ticket for N Seconds
  Phase 2 Tunnel ID  1.1
  Name  lan
  Local ID Type  IPv4_Subnet
  Remote ID Type  IPv4_Subnet
  Local ID  10.1.0.0
  Remote ID  10.2.0.0
  Local Subnet Mask  255.255.0.0
  Remote Subnet Mask  255.255.0.0
  Local Port  any
  Remote Port  any
  Local Protocol  all
  Remote Protocol  all
  Mode  IKEv2
  Security Policy  modern
  Encryption Alg  ESP_AES_GCM_256
  Role  Initiator
  Auth Alg  N/A (in the cipher)
  AH Transform  N/A
  PFS  Yes, with the first rekey
  Encap Mode  ESP_tunnel in UDP
  SA Lifetime  3600 Seconds
  SA Rem Lifetime N Seconds
  SA Lifesize  10485760 Kbytes
  SA Rem Lifesize N Kbytes
  Key Refresh Overlap  15%
  Assoc P1 Tunnel  1
  Tunnel Lifetime  2592000 Seconds
  Tun Rem Lifetime N Seconds
  Tunnel Lifesize  0 Kbytes
  Tun Rem Lifesize  0 Kbytes
  Status  Active
  SPIs  SPI in, SPI out
  Traffic  N B in, N B out, last packet N s ago
EOT
t_ok "list -v" looks verbose suite_ctl a list -v boston
t_ok "in two columns on a terminal" eval 'suite_in a script -qec \
    "$BUILD/bin/ikectl -r $LIB/a/run list -v boston" /dev/null |
    grep -q "^Phase 1 Tunnel ID    1  *Name                 boston (from ikd.yaml:14)"'
cat >"$LIB/want" <<'EOT'
lyon (2): 198.51.100.8[4500] began T ago; we refused it: no proposal chosen.
  the tunnel of this peer does not allow the suite that IKE_SA_INIT chose by address
  peer offers  ours, policy "strict" (built in)
  encryption  aes256, aes128  aes256gcm16, chacha20poly1305  <- nothing in common
  integrity  sha256  (in the cipher)
  prf  sha256  sha384, sha256  sha256
  group  modp2048, ecp256  x25519, ecp384  <- nothing in common
Smallest change: ours, give tunnel "lyon" (ikd.yaml:9) a policy of its own that has "aes256-sha256-prfsha256-modp2048" among its proposals ("strict" is built in); or theirs, offer "aes256gcm16-prfsha256-x25519".
EOT
refusal() { suite_ctl a explain lyon | sed -n '/we refused it/,/^Smallest/p'; }
t_ok "explain, as we refused the peer" looks explain refusal
cat >"$LIB/want" <<'EOT'
lyon (2): we began with 198.51.100.8[500] T ago; the peer refused it: no proposal chosen.
  the peer answered NO_PROPOSAL_CHOSEN in IKE_SA_INIT (unprotected), and nothing else
We offered: aes256gcm16-chacha20poly1305-prfsha384-prfsha256-x25519-ecp384.
A peer that refuses does not say what it wants. Its log may.
EOT
refused() { suite_ctl a explain lyon | sed -n '/we began with/,/^A peer/p'; }
t_ok "explain, as it refused us" looks explained refused
again() {
	suite_ctl a restart lyon >/dev/null 2>&1
	suite_ctl a explain lyon | grep -E "$said"
}
said='^lyon \(2\): we began with 198\.51\.100\.8\[500\] [0-9]+s ago \([0-9]+ times since [0-9]{2}:[0-9]{2}\); the peer refused it: no proposal chosen\.'
t_ok "and how often, since when" wait_until 20 again

# ---- a policy that is wrong ----

etc=$(suite_etc a)
cp "$TOP/regress/policy/bad/reference-check.yaml" "$etc/new.yaml"
cp -p "$etc/psk/boston" "$etc/psk/nice"
chmod 644 "$etc/psk/boston"
{
	sed '/^status/d; /^[0-9]* error/d; /psk is not there/d; /^warning/d' \
	    "$TOP/regress/policy/bad/reference-check.out" |
	    sed "s|^reference-check|$etc/new|; s/  */ /g"
	echo "$etc/psk/boston: readable by others (mode 0644): chmod 600"
} >"$LIB/errors"
checks() {
	suite_ctl a check "$etc/new.yaml" 2>&1 | sed 's/  */ /g' >"$LIB/got"
	sed '$d' "$LIB/got" | diff "$LIB/errors" -
}
t_ok "check" checks
t_ok "and counts" grep -qx '[0-9]* errors\.' "$LIB/got"
mv "$etc/ikd.yaml" "$etc/kept.yaml"
mv "$etc/new.yaml" "$etc/ikd.yaml"
t_ok "a reload of it" eval 'suite_ctl a reload 2>&1 |
    grep "errors in the policy. The running policy (generation [0-9]*) is not touched"'
t_ok "the tunnel is there" pings h 10.1.0.5 10.2.0.5
lib_end
