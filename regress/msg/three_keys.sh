#!/bin/sh
# A stolen ikd-ike on the real pipes: what it cannot get (stub/thief_stub.c
# says what it tries).  Tunnel boston is honest, with a peer, on worker 1;
# the thief is worker 0, and gets one honest verdict of tunnel lyon.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../net/topo.sh"
. "$(dirname "$0")/suite.sh"
lib_begin three_keys
topo_pair 1

key=000102030405060708090a0b0c0d0e0f1011121314151617
suite_new peer b
cat >"$(suite_etc peer)/ikd.yaml" <<EOF
workers: 1
tunnels:
  boston:
    local: 192.0.2.2
    remote: 192.0.2.1
    psk: boston
    start: answer
    children:
      lan: { local: 10.2.0.0/16, remote: 10.1.0.0/16 }
EOF
suite_new gw a
cat >"$(suite_etc gw)/ikd.yaml" <<EOF
workers: 2
policies:
  child:
    one: { proposals: [aes256gcm16-x25519] }
tunnels:
  lyon:
    number: 1
    local: 192.0.2.1
    remote: { address: 198.51.100.7, id: fqdn:lyon.example.com }
    psk: lyon
    start: answer
    children:
      lan: { local: 10.1.0.0/16, remote: 10.3.0.0/16, policy: one }
  boston:
    number: 2
    local: 192.0.2.1
    remote: 192.0.2.2
    psk: boston
    start: answer
    children:
      lan: { local: 10.1.0.0/16, remote: 10.2.0.0/16 }
EOF
echo 0x0f0e0d0c0b0a09080706050403020100 | suite_psk gw boston
echo 0x0f0e0d0c0b0a09080706050403020100 | suite_psk peer boston
echo 0x$key | suite_psk gw lyon
log=$(suite_log gw)

t_ok "the peer starts" suite_start peer
bin_new thief_stub
t_ok "the suite starts" suite_start gw
t_ok "boston is up" suite_ctl gw activate boston --timeout 20
t_ok "and carries traffic" pings a 10.1.1.1 10.2.1.1
policies() {
	in_ns a ip xfrm policy | grep -A2 -B2 'action block' | grep -c 10.3
}
before=$(policies)
t_ok "lyon is blocked" test "$before" -gt 0
spi=$(suite_ctl gw show sa boston --json | sed -n \
    's/.*"spi_in": *"*\([0-9a-fx]*\).*/\1/p' | head -1)
t_ok "boston's SPI is known ($spi)" test -n "$spi"

order ikd-ike "$key $spi"
old=$(suite_ctl gw show processes | awk '$1 == "ikd-ike[0]" { print $2 }')
kill -9 "$old"
asked() {
	grep -q '^thief: please activate' "$log"
}
done_or_dead() {
	grep -Eq '^thief: (done|not ok.*(came|ended))' "$log"
}
t_ok "the thief is in its place" wait_until 20 asked
suite_ctl gw activate lyon --no-wait >/dev/null 2>&1
t_ok "it has tried everything" wait_until 60 done_or_dead
grep '^thief: ' "$log" >"$LIB/found"
while read -r _ line; do
	case $line in
	"ok - "*)	t_ok "${line#ok - }" true ;;
	"not ok - "*)	t_ok "${line#not ok - }" false ;;
	*)		t_note "$line" ;;
	esac
done <"$LIB/found"
t_ok "every act was played" test "$(grep -c '^thief: ok' "$LIB/found")" -ge 45

killed() {
	grep -q 'ikd-ike\[0\]: serial 1 after [0-9]*: killed$' "$log"
}
t_ok "a serial that does not rise is its end" wait_until 20 killed
honest ikd-ike
t_ok "an honest worker is back" wait_until 30 back gw ikd-ike 2 "$old"
t_ok "boston still carries traffic" pings a 10.1.1.1 10.2.1.1
same_spi() {
	suite_ctl gw show sa boston --json | grep -q "$spi"
}
t_ok "on the same SA" same_spi
t_ok "lyon is blocked as before" test "$(policies)" -eq "$before"
t_ok "nothing of lyon is left" not sh -c \
    "ip netns exec $(ns a) ip route show table all | grep -q 10.3.0.0"
t_ok "the suite stops" suite_stop gw
t_ok "the peer stops" suite_stop peer
lib_end
