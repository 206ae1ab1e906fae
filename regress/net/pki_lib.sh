# pki_lib.sh - certificates by openssl's command, so that not only our own
# words are checked against our own.  Needs lib.sh; files are $pki/NAME.key
# and $pki/NAME.crt.
pki=$LIB/pki
mkdir -p "$pki"
pki_serial=1

# pki_key NAME TYPE: p256 p384 p521 ed25519 ed448 rsa (2048 bits).
pki_key() {
	case $2 in
	p*) set -- "$1" EC -pkeyopt "ec_paramgen_curve:P-${2#p}" ;;
	rsa) set -- "$1" RSA -pkeyopt rsa_keygen_bits:2048 ;;
	esac
	_k=$1
	shift
	openssl genpkey -out "$pki/$_k.key" -algorithm "$@" 2>/dev/null
}

# pki_root NAME: a self-signed CA.
pki_root() {
	pki_key "$1" p256
	openssl req -x509 -new -key "$pki/$1.key" -subj "/O=Test/CN=$1" \
	    -days 30 -out "$pki/$1.crt" 2>/dev/null
}

# pki_cert NAME CA SUBJECT [EXTENSION...]: NAME.key has to be there; signed
# by the CA, which may be an intermediate.  $pki_out names another file,
# $pki_md the hash (-sha1).
pki_cert() {
	_c=$1 _ca=$2 _s=$3
	shift 3
	pki_serial=$((pki_serial + 1))
	: >"$pki/ext"
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$pki/ext"
	openssl req -new -utf8 -key "$pki/$_c.key" -subj "$_s" \
	    -multivalue-rdn -out "$pki/$_c.csr" 2>/dev/null ||
	    openssl req -new -utf8 -key "$pki/$_c.key" -subj "$_s" \
	    -out "$pki/$_c.csr" 2>/dev/null
	openssl x509 -req -in "$pki/$_c.csr" -CA "$pki/$_ca.crt" \
	    -CAkey "$pki/$_ca.key" -set_serial $pki_serial ${pki_md-} \
	    -extfile "$pki/ext" -days 30 -out "$pki/${pki_out:-$_c}.crt" \
	    2>/dev/null
}

# The extensions of an intermediate.
pki_ca='basicConstraints = critical,CA:TRUE'
pki_use='keyUsage = critical,keyCertSign,cRLSign'

# pki_ski NAME: the key's identifier as strongSwan and openssl compute it.
pki_ski() {
	openssl x509 -in "$pki/$1.crt" -pubkey -noout |
	    openssl pkey -pubin -outform DER |
	    openssl asn1parse -inform DER -strparse "$(openssl x509 \
	    -in "$pki/$1.crt" -pubkey -noout | openssl asn1parse |
	    awk -F: '/BIT STRING/ { print $1; exit }')" -noout \
	    -out "$pki/bits" 2>/dev/null
	openssl dgst -sha1 -r "$pki/bits" | cut -d' ' -f1
}
