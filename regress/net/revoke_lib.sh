# revoke_lib.sh - two suites of ours, gw in a and peer in b, with a tunnel t-T
# for each T of $all: the peer has the certificate b-T, of the authority that
# ca_of names, and asks for one for gw's a1.  Needs pki_lib.sh and topo.sh.

# ca_of T: a script may say otherwise.
ca_of() { echo "c-$1"; }

# tunnels LOCAL REMOTE OURS THEIRS CA REVOCATION NET NET: % is the tunnel, @
# its authority.
tunnels() {
	echo 'tunnels:'
	n=0
	for t in $all; do
		n=$((n + 1))
		sed "s/%/$t/g; s/@/$(ca_of "$t")/g" <<EOT
  t-%:
    local: { address: $1, id: $3.example, auth: { cert: $3 } }
    remote: { address: $2, id: $4.example, auth: { ca: $5, revocation: $6 } }
    start: answer
    children: { net: { local: $7.$n.0/24, remote: $8.$n.0/24 } }
EOT
	done
}
tunnels_of_gw() { tunnels 192.0.2.1 192.0.2.2 a1 b-% @ strict 10.1 10.2; }

# Addresses, certificates, and the peer's policy; $etc is gw's directory.
two_suites() {
	n=0
	for t in $all; do
		n=$((n + 1))
		net_addr a lo 10.1.$n.1/32
		net_addr b lo 10.2.$n.1/32
	done
	suite_new gw a
	suite_new peer b
	for s in gw peer; do
		mkdir -p "$(suite_etc $s)/ca" "$(suite_etc $s)/certs"
	done
	etc=$(suite_etc gw)
	cp "$pki/a1.crt" "$etc/certs/a1"
	install -m 600 "$pki/a1.key" "$etc/private/a1"
	cp "$pki/one.crt" "$(suite_etc peer)/ca/one"
	for t in $all; do
		cp "$pki/$(ca_of "$t").crt" "$etc/ca/$(ca_of "$t")"
		cp "$pki/b-$t.crt" "$(suite_etc peer)/certs/b-$t"
		install -m 600 "$pki/b-$t.key" \
		    "$(suite_etc peer)/private/b-$t"
	done
	tunnels 192.0.2.2 192.0.2.1 b-% a1 one off 10.2 10.1 \
	    >"$(suite_etc peer)/ikd.yaml"
}
