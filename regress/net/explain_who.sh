#!/bin/sh
# `ikectl explain`: who began each exchange, the groups of a child that names
# none, a policy that has changed since, and a number that is another's now.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/swan.sh"
. "$(dirname "$0")/topo.sh"
lib_begin explain_who
topo_pair 1

suite_keyed gw a
etc=$(suite_etc gw)
# ours PFS [NAME]
ours() {
	cat >"$etc/ikd.yaml" <<EOT
dataplane: $IKD_PLANE
policies:
  ike: { picky: { proposals: [aes256gcm16-prfsha384-x25519] } }
  child: { picky: { proposals: [aes256gcm16], pfs: $1 } }
tunnels:
  ${2-lyon}:
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: t
    start: answer
    role: both
    policy: picky
    children:
      net: { local: 10.1.0.0/16, remote: 10.2.0.0/16, policy: picky }
      more: { local: 10.3.0.0/16, remote: 10.4.0.0/16, policy: picky, start: manual }
EOT
}
# theirs ESP TS: of a second child of theirs.
theirs() {
	cat <<EOT
connections { lyon { version = 2
	local_addrs = 192.0.2.2
	remote_addrs = 192.0.2.1
	proposals = aes256gcm16-prfsha384-x25519
	local { auth = psk
	}
	remote { auth = psk
	}
	children {
		net { local_ts = 10.2.0.0/16
			remote_ts = 10.1.0.0/16
			esp_proposals = aes256gcm16-x25519 }
		more { local_ts = $2
			remote_ts = 10.3.0.0/16
			esp_proposals = $1 }
	}
} }
secrets { ike-t { secret = "not a secret: a test" } }
EOT
}
explained() { suite_ctl gw explain "$@" >"$LIB/out" 2>&1; }
says() { grep -q -- "$1" "$LIB/out" || { cat "$LIB/out"; return 1; }; }
exits() {
	_e=$1
	shift
	"$@"
	[ $? -eq "$_e" ]
}
peer() { swan peer --initiate --child "$1" --timeout 10; }

ours yes
t_ok "strongSwan starts" swan_start b peer
t_ok "the suite starts" suite_start gw
theirs aes256gcm16-modp2048 10.9.0.0/16 | swan_load peer
t_ok "the peer opens the tunnel" peer net

# Their session, our exchange.
t_not "we open another child, which the peer refuses" suite_ctl gw \
    activate lyon/more --timeout 10
t_ok "explain" explained lyon/more
t_ok "we began" says 'lyon/more (1.2): we began with 192.0.2.2.*the peer refused it'
t_ok "removed" suite_ctl gw remove lyon

# Our session, their exchange, with a group that we do not have.
theirs aes256gcm16-modp2048 10.4.0.0/16 | swan_load peer
t_ok "we open the tunnel" suite_ctl gw activate lyon/net --timeout 20
t_ok "and the child waits" suite_ctl gw activate lyon/more --no-wait
suite_ctl gw remove lyon/more >/dev/null 2>&1
t_ok "for the peer" suite_ctl gw activate lyon/more --no-wait
peer more >/dev/null 2>&1
t_ok "explain their child" wait_until 10 eval 'explained lyon/more &&
    says "lyon/more (1.2): 192.0.2.2.* began .*we refused it: no proposal"'
t_ok "our groups are those of the IKE SA" says \
    'group  *modp2048  *x25519  *<- nothing in common'
t_ok "the advice has one" says 'offer "esp-aes256gcm16-x25519"'
t_not "the policy is as it was" says 'has changed since'

# Another policy, without a reload of its own sessions' end.
ours no
t_ok "another policy" suite_ctl gw reload
t_ok "explain" explained lyon/more
t_ok "says that it has changed" says 'The policy of this tunnel has changed since'
t_ok "and that a group is not wanted" says 'group  *modp2048  *none (pfs: no)'
t_ok "JSON has it" eval \
    "suite_ctl gw explain lyon/more --json | grep -q '\"changed\": true'"

# Its number goes to another tunnel.
ours no other
sed -i -e '/^  other:/a\    number: 1' -e 's/remote: 192.0.2.2/remote: 192.0.2.77/' \
    "$etc/ikd.yaml"
t_ok "another tunnel of its number" suite_ctl gw reload
t_ok "that is it" eval "suite_ctl gw list other | grep -q '^1 '"
t_ok "explain the new one" explained other
t_ok "it has no story" says 'No failed negotiation is remembered'
t_ok "what is no tunnel is refused, as elsewhere" exits 1 explained nobody
t_ok "and so it is with list" exits 1 suite_ctl gw list nobody
t_ok "the suite stops" suite_stop gw
lib_end
