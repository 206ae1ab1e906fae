#!/bin/sh
# strongSwan in both roles, with each cipher and group that is built in, over
# IPv4 and IPv6, carrying IPv4 and IPv6.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin swan-matrix

# Each line: IKE proposal, Child proposal.
matrix="aes128gcm16-prfsha256-x25519 aes128gcm16-x25519
aes256gcm16-prfsha384-x448 aes256gcm16-x448
chacha20poly1305-prfsha512-ecp256 chacha20poly1305-ecp256
aes128-sha256-ecp384 aes128-sha256-ecp384
aes256-sha384-ecp521 aes256-sha384-ecp521
aes256-sha512-modp2048 aes256-sha512-modp2048
aes128gcm16-prfsha256-modp3072 aes128gcm16-modp3072
aes256gcm16-prfsha256-modp4096 aes256gcm16
aes256-sha256-modp6144 aes256-sha256
aes256gcm16-prfsha384-modp8192 aes128gcm16"
# MATRIX=few: one of each kind, where the machine is slow.
[ "${MATRIX-}" != few ] || matrix=$(echo "$matrix" | sed -n '1p;3,4p;8p')
count=$(echo "$matrix" | wc -l)
topo_pair "$count"

# A Child proposal without a group is one without PFS.
no_pfs() {
	case $1 in
	*-x*|*-ecp*|*-modp*) ;;
	*) echo ", pfs: no" ;;
	esac
}

# Ours and strongSwan's view of tunnel $1; $4 the outer family.
ours_tunnel() {
	[ "$4" = 6 ] && o='2001:db8::' || o=192.0.2.
	cat <<EOF
  t$1:
    local: { address: "${o}1", id: "fqdn:a$1.example.com", auth: { psk: t } }
    remote: { address: "${o}2", id: "fqdn:b$1.example.com", auth: { psk: t } }
    start: answer
    policy: { proposals: [$2] }
    children:
      net:
        local: [10.1.$1.0/24, "fd01:$1::/64"]
        remote: [10.2.$1.0/24, "fd02:$1::/64"]
        policy: { proposals: [esp-$3]$(no_pfs "$3") }
EOF
}
swan_conn() {
	[ "$4" = 6 ] && o=2001:db8:: || o=192.0.2.
	cat <<EOF
	t$1 {
		version = 2
		local_addrs = ${o}2
		remote_addrs = ${o}1
		proposals = $2
		local { auth = psk
			id = b$1.example.com }
		remote { auth = psk
			id = a$1.example.com }
		children { net$1 {
			local_ts = 10.2.$1.0/24,fd02:$1::/64
			remote_ts = 10.1.$1.0/24,fd01:$1::/64
			esp_proposals = $3
		} }
	}
EOF
}

suite_keyed gw a
{
	echo "tunnels:"
	i=0
	echo "$matrix" | while read -r ike esp; do
		i=$((i + 1))
		ours_tunnel $i "$ike" "$esp" $((i % 2 ? 4 : 6))
	done
} >"$(suite_etc gw)/ikd.yaml"
swan_start b peer
{
	echo "connections {"
	i=0
	echo "$matrix" | while read -r ike esp; do
		i=$((i + 1))
		swan_conn $i "$ike" "$esp" $((i % 2 ? 4 : 6))
	done
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
} >"$LIB/swan.conf"
t_ok "strongSwan loads the connections" swan_load peer <"$LIB/swan.conf"
t_ok "the suite starts" suite_start gw
wire_start out b

# Does strongSwan list the connection as established, and its child?
swan_up() {
	swan peer --list-sas --ike "t$1" | tee "$LIB/sas" |
	    grep -q ESTABLISHED && grep -q INSTALLED "$LIB/sas"
}
swan_gone() {
	! swan peer --list-sas --ike "t$1" | grep -q .
}
# All that a tunnel must do once it is up; $2 says who started it.
carries() {
	t_ok "$2: strongSwan has it ($1)" swan_up "$1"
	t_ok "$2: IPv4 inside ($1)" pings a "10.1.$1.1" "10.2.$1.1"
	t_ok "$2: IPv6 inside ($1)" pings a "fd01:$1::1" "fd02:$1::1"
	t_ok "$2: the SA counted every packet ($1)" sa_moved gw "t$1" 6
}

i=0
for p in $(echo "$matrix" | tr ' ' '+'); do
	i=$((i + 1))
	t_ok "initiator: $p" suite_ctl gw activate t$i --timeout 20
	carries $i initiator
	t_ok "initiator: removed ($i)" suite_ctl gw remove --once t$i
	t_ok "initiator: strongSwan was told ($i)" wait_until 20 swan_gone $i
	t_ok "responder: $p" swan peer --initiate --child net$i --timeout 20
	t_ok "responder: ours says Active ($i)" \
	    suite_ctl gw wait t$i --until active --timeout 10
	carries $i responder
	t_ok "responder: strongSwan deletes ($i)" swan peer --terminate --ike t$i
	t_ok "responder: ours follows ($i)" \
	    suite_ctl gw wait t$i --until down --timeout 10
done
wire_stop out
t_ok "nothing left in clear" wire_clear out
t_ok "ESP was seen" wire_has out "$WIRE_ESP"
t_ok "the suite stops" suite_stop gw
lib_end
