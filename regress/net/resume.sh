#!/bin/sh
# Session resumption (RFC 5723): what is lost without anybody's will is resumed
# by a ticket, by client and gateway; what was ended on purpose, or the ticket
# of a gateway that began anew, or of a proof that nobody watches any more, is
# a full exchange.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
. "$(dirname "$0")/heal_lib.sh"
. "$(dirname "$0")/pki_lib.sh"
lib_begin resume
topo_pair 2

# lyon has a PPK, and is resumed by what says so alone.
policy() {	# LOCAL-OUTER REMOTE-OUTER START
	cat <<EOT
workers: 2
retry: { first: 1s, most: 2s }
retransmit: { first: 1s, factor: 1.2, tries: 3 }
policies:
  ike: { hour: { tunnel-lifetime: 1h }, pq: { ppk: require } }
ppks: { west: west }
tunnels:
  boston:
    local: 192.0.2.$1
    remote: 192.0.2.$2
    psk: boston
    policy: hour
    start: $3
    dpd: 2s
    children:
      lan: { local: 10.$1.1.0/24, remote: 10.$2.1.0/24 }
  lyon:
    local: { address: 192.0.2.$1, id: "fqdn:pq$1.example.com" }
    remote: { address: 192.0.2.$2, id: "fqdn:pq$2.example.com" }
    psk: boston
    policy: pq
    ppk: west
    start: $([ "$1" = 1 ] && echo manual || echo answer)
    children:
      lan: { local: 10.$1.2.0/24, remote: 10.$2.2.0/24 }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	policy $g $((3 - g)) "$([ $g = 1 ] && echo auto || echo answer)" \
	    >"$(suite_etc gw$g)/ikd.yaml"
	echo '0x000102030405060708090a0b0c0d0e0f1011121314151617' |
	    suite_psk gw$g boston
	(umask 077 && mkdir -p "$(suite_etc gw$g)/ppk" &&
	    echo '0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' \
	    >"$(suite_etc gw$g)/ppk/west")
done
t_ok "the gateway starts" suite_start gw2
t_ok "the client starts" suite_start gw1
t_ok "start: auto brings it up" suite_ctl gw1 wait boston --timeout 20
t_ok "traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 1

field() { suite_ctl "$1" list -v "${3-boston}" | tr -s ' ' | sed -n "s/^$2 //p"; }
holds() { field gw1 Resumption | grep -q '^ticket for [0-9]* Seconds'; }
stat_of() {
	suite_ctl "$1" show stats | awk -v k="$2" '$0 ~ k { n += $NF }
	    END { print n + 0 }'
}
resumed() { grep -c 'peer is .* resumed' "$(suite_log "$1")"; }
more_resumed() { [ "$(resumed "$1")" -gt "$2" ]; }
one_session() { [ "$(suite_ctl "$1" show sa boston --json |
    grep -c '"spi_in"')" = 1 ]; }
left() { field "$1" 'Tun Rem Lifetime' | sed -n '1s/ .*//p'; }
t_ok "the client holds a ticket" wait_until 15 holds
t_ok "nothing was resumed" [ "$(resumed gw1)$(resumed gw2)" = 00 ]
before=$(left gw1)

# back WHAT: both resume, by themselves, and what was there goes on.
back() {
	t_ok "$1: the client resumes" wait_until 15 more_resumed gw1 "$n1"
	t_ok "$1: the gateway knows it" wait_until 15 more_resumed gw2 "$n2"
	t_ok "$1: it is up" suite_ctl gw1 wait boston --timeout 5
	t_ok "$1: traffic" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
	t_ok "$1: one pair at the gateway" wait_until 15 one_session gw2
	t_ok "$1: and a ticket again" wait_until 15 holds
	n1=$(resumed gw1) n2=$(resumed gw2)
}
n1=0 n2=0
w=$(worker gw1)
t_ok "the client's worker dies" kill_one gw1 ikd-ike \
    "$(process_pid gw1 "ikd-ike[$w]")"
back "its own death"
t_ok "list says so" [ -n "$(field gw1 Resumed)" ]
t_ok "at the gateway, too" [ -n "$(field gw2 Resumed)" ]
t_ok "the proof is no younger" [ "$(left gw1)" -le "$before" ]
t_ok "nor at the gateway" [ "$(left gw2)" -le "$((before + 5))" ]
t_ok "counted by the client" [ "$(stat_of gw1 sessions-resumed)" -ge 1 ]

w=$(worker gw2)
t_ok "the gateway's worker dies" kill_one gw2 ikd-ike \
    "$(process_pid gw2 "ikd-ike[$w]")"
back "its peer's death"

# The link is down until both have given up.
in_ns b ip link set eth0 down
is_down() { ! status_is gw1 boston Active; }
t_ok "the client gives up without a link" wait_until 20 is_down
in_ns b ip link set eth0 up
back "the link is back"

# With a PPK, of which a tmd that was started anew knows by its memos: the new
# tickets that a rekey brings say so, too.
t_ok "one with a PPK" suite_ctl gw1 activate lyon --timeout 20
lyon_holds() { field gw1 Resumption lyon | grep -q '^ticket for'; }
t_ok "and a ticket of it" wait_until 15 lyon_holds
for g in 1 2; do
	old=$(suite_pids gw$g tmd)
	kill -9 "$old"
	t_ok "gw$g: another tmd" wait_until 20 suite_restarted gw$g tmd "$old"
	knows() { field gw$g PPK lyon | grep -q '^west'; }
	t_ok "gw$g: it knows of the PPK" wait_until 20 knows
done
was=$(suite_ctl gw1 show sa lyon --json | grep '"spi_i"')
rekeyed() { _s=$(suite_ctl gw1 show sa lyon --json | grep '"spi_i"') &&
    [ "$_s" != "$was" ]; }
t_ok "rekeyed" suite_ctl gw1 rekey lyon
t_ok "that is done" wait_until 20 rekeyed
t_ok "a ticket of the new SA" wait_until 15 lyon_holds
w=$(suite_ctl gw1 show sa lyon --json |
    sed -n 's/.*"worker": *"\{0,1\}\([0-9]*\).*/\1/p' | head -1)
n=$(resumed gw2)
t_ok "its worker dies" kill_one gw1 ikd-ike "$(process_pid gw1 "ikd-ike[$w]")"
t_ok "lyon again" suite_ctl gw1 activate lyon --timeout 20
lyon_resumed() { field gw2 Resumed lyon | grep -q .; }
t_ok "by the ticket" wait_until 20 lyon_resumed
t_ok "with its PPK" [ -n "$(field gw2 PPK lyon)" ]
t_ok "traffic of it" wait_until 15 pings a 10.1.2.1 10.2.2.1 1
t_ok "lyon is removed" suite_ctl gw1 remove lyon
t_ok "boston is there" suite_ctl gw1 wait boston --timeout 20
t_ok "with a ticket" wait_until 15 holds
n1=$(resumed gw1) n2=$(resumed gw2)

# On purpose: by the peer, then by us.
ends() { grep -c 'session ended' "$(suite_log gw1)"; }
more_ends() { [ "$(ends)" -gt "$e1" ]; }
e1=$(ends)
t_ok "the gateway removes it for now" suite_ctl gw2 remove --once boston
t_ok "the client's session ends" wait_until 20 more_ends
t_ok "up again" suite_ctl gw1 wait boston --timeout 15
t_ok "traffic after a Delete" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
t_ok "by a full exchange" [ "$(resumed gw1)" = "$n1" ]
t_ok "no ticket was shown" [ "$(stat_of gw2 resumptions-refused)" = 0 ]
t_ok "a new ticket" wait_until 15 holds
t_ok "the client removes it" suite_ctl gw1 remove boston
t_ok "and the ticket with it" eval '! holds'
t_ok "activated" suite_ctl gw1 activate boston
t_ok "by a full exchange, too" [ "$(resumed gw1)" = "$n1" ]
t_ok "a ticket of that" wait_until 15 holds

# A gateway that began anew knows no ticket: in the same attempt without.
suite_kill gw2
t_ok "the gateway is started again" suite_start gw2
refused() { [ "$(stat_of gw2 resumptions-refused)" -ge 1 ]; }
t_ok "it refuses the ticket" wait_until 15 refused
t_ok "up all the same" suite_ctl gw1 wait boston --timeout 10
t_ok "traffic with it" wait_until 15 pings a 10.1.1.1 10.2.1.1 1
t_ok "not resumed" [ "$(resumed gw1)" = "$n1" ]
t_ok "the client says why" said gw1 'cannot be resumed (answered TICKET_NACK)'

# The key has changed at the gateway: no ticket passes for it.
t_ok "a ticket of the new gateway" wait_until 15 holds
echo '0xffffffffffffff08090a0b0c0d0e0f101112131415161718' |
    suite_psk gw2 boston
t_ok "another key is loaded" suite_ctl gw2 reload
w=$(worker gw1)
t_ok "the client's worker dies again" kill_one gw1 ikd-ike \
    "$(process_pid gw1 "ikd-ike[$w]")"
t_ok "refused again" wait_until 15 said gw2 'not resumed: .*key.*changed'
t_ok "the full exchange behind it is, too" wait_until 20 said gw2 \
    'it failed: .*differs'
t_ok "and nothing is up" is_down
none_at() { ! one_session "$1"; }
t_ok "nor at the gateway, once it has looked" wait_until 20 none_at gw2

# Certificates.  When certd began again nobody looks at news of the client's:
# its session gets no ticket any more, the one after that does.
pki_root root
for g in 1 2; do
	pki_key h$g p256
	pki_cert h$g root "/O=Test/CN=h$g" "subjectAltName = DNS:h$g.example"
	etc=$(suite_etc gw$g)
	mkdir -p "$etc/ca" "$etc/certs" "$etc/crls" "$etc/private"
	cp "$pki/root.crt" "$etc/ca/root"
	cp "$pki/h$g.crt" "$etc/certs/h"
	install -m 600 "$pki/h$g.key" "$etc/private/h"
	_b='/^  boston:/,/^  lyon:/'
	sed -i -e "${_b}{/psk:/d}" -e "${_b}s/^    local: .*/    local: { \
address: 192.0.2.$g, id: h$g.example, auth: { cert: h } }/" \
	    -e "${_b}s/^    remote: .*/    remote: { \
address: 192.0.2.$((3 - g)), id: h$((3 - g)).example, auth: { ca: root } }/" \
	    "$etc/ikd.yaml"
done
t_ok "the gateway reads it" suite_ctl gw2 reload
# Tickets of the second in which it was read fall with those from before.
t0=$(date +%s)
later() { [ "$(date +%s)" -ge $((t0 + 2)) ]; }
t_ok "that second is over" wait_until 15 later
t_ok "the client, too" suite_ctl gw1 reload
t_ok "up by certificates" suite_ctl gw1 wait boston --timeout 20
t_ok "a ticket of that, too" wait_until 15 holds
n1=$(resumed gw1) n2=$(resumed gw2)
w=$(worker gw1)
t_ok "the client's worker dies once more" kill_one gw1 ikd-ike \
    "$(process_pid gw1 "ikd-ike[$w]")"
back "by a certificate"
t_ok "the gateway's certd dies" kill_one gw2 certd "$(process_pid gw2 certd)"
t_ok "the client asks for another ticket" suite_ctl gw1 rekey boston
t_ok "which it does not get" wait_until 15 said gw2 \
    'no ticket to resume it by: .*certd began again'
t_ok "nor has it one" eval '! holds'
w=$(worker gw1)
t_ok "the client's worker dies" kill_one gw1 ikd-ike \
    "$(process_pid gw1 "ikd-ike[$w]")"
t_ok "up again without" suite_ctl gw1 wait boston --timeout 20
t_ok "with a ticket" wait_until 20 holds
t_ok "by a full exchange after certd" [ "$(resumed gw1)" = "$n1" ]
t_ok "the client stops" suite_stop gw1
t_ok "the gateway stops" suite_stop gw2
lib_end
