# swan.sh - strongSwan as the peer: charon-systemd with kernel-libipsec (ESP
# in UDP on its own TUN) or, over the kernel plane, kernel-netlink alone, one per namespace, steered over vici.  Needs lib.sh;
# what runs in a namespace of ours dies with it.

# swan_start NS NAME: starts charon in the namespace.  Its files are in
# $LIB/NAME: conf (strongswan.conf), swan/ (swanctl directory), log, pid.
swan_start() {
	_d=$LIB/$2
	_k=kernel-libipsec
	[ "$IKD_PLANE" = userspace ] || _k=
	for _s in conf.d x509 x509ca x509ocsp x509aa x509ac x509crl pubkey \
	    private rsa ecdsa bliss pkcs8 pkcs12; do
		mkdir -p "$_d/swan/$_s"
	done
	cat >"$_d/conf" <<EOF
charon-systemd {
	load = random nonce openssl curve25519 hmac kdf gcm aes sha1 sha2 chapoly pem pkcs1 x509 pubkey constraints socket-default vici $_k kernel-netlink counters ${SWAN_PLUGINS-}
	retransmit_timeout = ${SWAN_RT:-1}
	retransmit_tries = ${SWAN_TRIES:-5}
	${SWAN_EXTRA-}
	make_before_break = yes
	cert_cache = no
	install_virtual_ip = no
	filelog {
		main {
			path = $_d/log
			time_format = %H:%M:%S
			default = 1
			ike = ${SWAN_IKE_LOG:-2}
			esp = 1
			flush_line = ${SWAN_FLUSH:-yes}
		}
	}
	journal { default = -1 }
	plugins {
		vici { socket = unix://$_d/vici }
		kernel-libipsec { allow_peer_ts = yes }
	}
	port = ${SWAN_PORT:-500}
	port_nat_t = ${SWAN_NATT:-4500}
}
swanctl { load = random openssl pem pkcs1 pkcs8 x509 pubkey }
EOF
	# What loads no credentials has no use for those, and starts faster.
	echo 'swanctl { load = random }' >"$_d/ctl"
	rm -f "$_d/vici"	# of one that was killed
	ip netns exec "$(ns "$1")" env STRONGSWAN_CONF="$_d/conf" charon-systemd \
	    >"$_d/out" 2>&1 &
	echo $! >"$_d/pid"
	lib_swans="${lib_swans-} $2"
	wait_until 20 [ -S "$_d/vici" ]
}

# swan_stop NAME / swan_kill NAME: the end, clean or not.
swan_stop() {
	[ -s "$LIB/$1/pid" ] || return 0
	kill "$(cat "$LIB/$1/pid")" 2>/dev/null
	wait_until 20 not kill -0 "$(cat "$LIB/$1/pid")"
	rm -f "$LIB/$1/pid" "$LIB/$1/vici"
}
swan_kill() {
	kill -9 "$(cat "$LIB/$1/pid")" 2>/dev/null
	wait_until 20 not kill -0 "$(cat "$LIB/$1/pid")"
	rm -f "$LIB/$1/pid" "$LIB/$1/vici"
}

# swan_load NAME <swanctl.conf: loads connections and secrets.
swan_load() {
	cat >"$LIB/$1/swan/swanctl.conf"
	swan "$1" --load-all --noprompt -f "$LIB/$1/swan/swanctl.conf" \
	    >"$LIB/$1/load" 2>&1 || { cat "$LIB/$1/load"; return 1; }
}

# swan NAME ARGS...: swanctl against that instance.
swan() {
	_n=$1
	shift
	_verb=$1
	shift
	_c=ctl
	[ "$_verb" != --load-all ] || _c=conf
	SWANCTL_DIR=$LIB/$_n/swan STRONGSWAN_CONF=$LIB/$_n/$_c \
	    swanctl "$_verb" --uri "unix://$LIB/$_n/vici" "$@"
}

# ---- what many scripts tell it ----

# swan_net NAME N: a child between 10.2.N.0/24 there and 10.1.N.0/24 here.
swan_net() {
	echo "$1 { local_ts = 10.2.$2.0/24
		remote_ts = 10.1.$2.0/24
		esp_proposals = aes256gcm16-x25519 }"
}
# Among SETTINGS where both ends are at their first addresses.
SWAN_AT='local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1'
# swan_conn NAME ID SETTINGS CHILDREN: a connection of ID with a.example.com by
# pre-shared key.
swan_conn() {
	cat <<-EOT
	$1 {
		version = 2
		proposals = aes128-sha256-x25519
		$3
		local { auth = psk
			id = $2 }
		remote { auth = psk
			id = a.example.com }
		children { $4 }
	}
	EOT
}
# swan_file CONNECTION...: all of a file, with the tests' key.
swan_file() {
	echo 'connections {'
	printf '%s\n' "$@"
	echo '}'
	echo 'secrets { ike-t { secret = "not a secret: a test" } }'
}

# swan_cert_conn N ID: connection tN by certificate, of peer to the suite gw,
# whose ID is this; bN.crt is its own, netN the child.
swan_cert_conn() {
	cat <<EOT
	t$1 {
		version = 2
		local_addrs = 192.0.2.2
		remote_addrs = 192.0.2.1
		proposals = aes128-sha256-x25519
		local { id = b$1.example
			auth = pubkey
			certs = b$1.crt }
		remote { id = $2
			auth = pubkey }
		children { net$1 {
			local_ts = 10.2.$1.0/24
			remote_ts = 10.1.$1.0/24
			esp_proposals = aes256gcm16-x25519
		} }
	}
EOT
}
up() { swan peer --initiate --child "net$1" --timeout 30; }
down() { swan peer --terminate --ike "t$1" --timeout 10; }
# mark: from here on; told RE: the suite gw has logged it since.
mark() { wc -l <"$(suite_log gw)" >"$LIB/before"; }
since() { tail -n "+$(($(cat "$LIB/before") + 1))" "$(suite_log gw)"; }
told() { since | grep -Eq -- "$1"; }
