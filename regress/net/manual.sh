#!/bin/sh
# Manual keys between two gateways: up from the start, kept through the death
# of each process, a restart and a reload; another key is installed by a
# reload, and what comes under the old one is dropped and counted; with
# without-tunnel: pass nothing goes in clear meanwhile.  No replay is noticed.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin manual
topo_pair 3

# Each pair of files is the same at both ends, in is the other's out.
keys() {	# NAME ENC-OCTETS AUTH-OCTETS
	for _d in 1to2 2to1; do
		printf '# %s\nenc: %s\nauth: 0x%s\n' "$1" \
		    "$(openssl rand -hex "$2")" "$(openssl rand -hex "$3")" \
		    >"$LIB/$1.$_d"
		for _g in 1 2; do
			install -m 600 "$LIB/$1.$_d" \
			    "$(suite_etc gw$_g)/manual/$1.$_d"
		done
	done
}
policy() {	# OURS PEERS
	cat <<EOT
tunnels:
  lab:
    keying: manual
    local: 192.0.2.$1
    remote: 192.0.2.$2
    children:
      one:
        local: 10.$1.1.0/24
        remote: 10.$2.1.0/24
        sa: { protocol: esp, algorithm: aes256-sha256, in: { spi: 0x10$2$1, key: one.$2to$1 }, out: { spi: 0x10$1$2, key: one.$1to$2 } }
      two:
        start: manual
        local: 10.$1.2.0/24
        remote: 10.$2.2.0/24
        sa: { protocol: esp, algorithm: aes128-sha512, in: { spi: 0x20$2$1, key: two.$2to$1 }, out: { spi: 0x20$1$2, key: two.$1to$2 } }
      three:
        without-tunnel: pass
        local: 10.$1.3.0/24
        remote: 10.$2.3.0/24
        sa: { algorithm: aes256-sha256, in: { spi: 0x30$2$1, key: three.$2to$1 }, out: { spi: 0x30$1$2, key: three.$1to$2 } }
EOT
}
for g in 1 2; do
	suite_new gw$g "$([ $g = 1 ] && echo a || echo b)"
	mkdir -m 700 "$(suite_etc gw$g)/manual"
	policy $g $((3 - g)) >"$(suite_etc gw$g)/ikd.yaml"
done
keys one 32 32
keys two 16 64
keys three 32 32
# What no tunnel holds back would go by that.
in_ns a ip route add 10.2.3.0/24 via 192.0.2.2

one() { pings a 10.1.1.1 10.2.1.1 "$@"; }
two() { pings b 10.2.2.1 10.1.2.1 "$@"; }
says() {	# TEXT COMMAND...: what it prints has that
	_t=$1
	shift
	"$@" >"$LIB/said" 2>&1
	grep -q -- "$_t" "$LIB/said" || { cat "$LIB/said"; return 1; }
}
out_of() { sa_sum gw1 "lab/$1" out_packets; }
in_by() {	# CHILD N: so many have come in there, or more
	[ "$(sa_sum gw2 "lab/$1" in_packets)" -ge "$2" ]
}
anew() {	# CHILD: it has other SAs, which are up
	[ "$(out_of "$1")" -lt 5 ] &&
	    suite_ctl gw1 wait "lab/$1" --until active --timeout 5
}
serves_again() {	# N: it has said so more often
	[ "$(grep -c ' serving: ' "$(suite_log gw1)")" -gt "$1" ]
}
dropped() {
	suite_ctl gw2 show dataplane | awk '/wrong icv/ { n = $NF }
	    END { exit !(n > 0) }'
}

wire_start wire b
t_ok "gateway 1 starts" suite_start gw1
t_not "alone it keeps traffic back" one 1
t_ok "gateway 2 starts" suite_start gw2
t_ok "it is up" suite_ctl gw1 wait lab --until active --timeout 10
t_ok "and there" suite_ctl gw2 wait lab --until active --timeout 10
t_ok "traffic" one
t_ok "and back" pings b 10.2.1.1 10.1.1.1
t_not "a child with start: manual is not" two 1
t_ok "it is opened" suite_ctl gw1 activate lab/two
t_ok "at both ends" suite_ctl gw2 activate lab/two
t_ok "traffic" two
t_ok "counted" sa_moved gw1 lab/one 6
t_ok "list has it among the others" says '192.0.2.2 manual keys *Active' \
    suite_ctl gw1 list
suite_ctl gw1 list -v lab | tr -s ' ' >"$LIB/full"
for f in 'Mode Manual' 'Hash Alg N/A' 'Key Lifetime N/A' 'Role N/A' \
    'Encryption Alg ESP_AES_CBC_256' 'Auth Alg HMAC-SHA2-512' 'PFS N/A' \
    'SA Lifetime N/A' 'Replay Window None' 'SPIs 00001021 in, 00001012 out'; do
	t_ok "list -v: $f" grep -q "$f" "$LIB/full"
done
t_ok "there is nothing to rekey" says 'manual keys: change' \
    not suite_ctl gw1 rekey lab
t_ok "nor to authenticate" says 'nobody authenticates' \
    not suite_ctl gw1 reauth lab

# No process's death is felt by an SA; numbered echoes go on all the while.
(exec ip netns exec "$(ns a)" ping -i 0.05 -W 3 -I 10.1.1.1 10.2.1.1 \
    >"$LIB/numbers" 2>&1) &
ping=$!
for r in ikd-ike tmd certd-sign certd ikd-esp; do
	p=$(suite_pids gw1 $r | head -1)
	n=$(out_of one)
	kill -9 "$p"
	t_ok "$r is back" wait_until 20 suite_restarted gw1 $r "$p"
	t_ok "the tunnel is as it was" suite_ctl gw1 wait lab/one --until active --timeout 10
	t_ok "on the same SA" [ "$(out_of one)" -gt "$n" ]
done
kill -INT $ping
wait $ping
t_ok "all echoes came" all_came "$LIB/numbers" "$(out_of one)" 3
t_ok "both children are there" two

t_ok "a reload without a change" suite_ctl gw1 reload
t_ok "keeps the SA" [ "$(out_of one)" -gt "$n" ]
n=$(out_of two)
keys one 32 32
t_ok "a reload with another key" suite_ctl gw1 reload
t_ok "installs it" wait_until 15 anew one
t_ok "and keeps the other child's" [ "$(out_of two)" -ge "$n" ]
t_not "the other end has the old one" one 2
t_ok "and counts what it drops" dropped
t_ok "it is loaded there" suite_ctl gw2 reload
t_ok "traffic" wait_until 15 one 1
t_ok "and of the other child" two

# The echoes of one that may pass in clear go on while its key changes.
t_ok "without-tunnel: pass: traffic" pings a 10.1.3.1 10.2.3.1 10
(exec ip netns exec "$(ns a)" ping -q -i 0.005 -W 1 -I 10.1.3.1 10.2.3.1 \
    >/dev/null 2>&1) &
ping=$!
for i in 1 2 3; do
	t_ok "echoes go" wait_until 20 eval '[ "$(out_of three)" -ge 400 ]'
	keys three 32 32
	n=$(out_of three)
	t_ok "another key: $i" suite_ctl gw1 reload
	t_ok "is installed" wait_until 15 eval '[ "$(out_of three)" -lt "$n" ]'
done
kill -INT $ping
wait $ping

# A third party sends once more what it has seen: nobody looks.
if [ "$IKD_PLANE" = userspace ]; then
	n=$(sa_sum gw2 lab/one in_packets)
	mkfifo "$LIB/go"
	exec 7<>"$LIB/go"
	in_ns a "$BUILD/regress/net/copy_tool" eth0 192.0.2.1 192.0.2.2 4500 \
	    7777 20 <"$LIB/go" >"$LIB/copies" 2>&1 7>&- &
	copies=$!
	t_ok "a third party listens" wait_until 15 grep -q listening "$LIB/copies"
	t_ok "traffic" pings a 10.1.1.1 10.2.1.1 20
	t_ok "once" in_by one $((n + 20))
	t_not "not more" in_by one $((n + 30))
	echo go >&7
	t_ok "it copies it" wait $copies
	exec 7>&-
	t_ok "which counts as traffic" wait_until 15 in_by one $((n + 40))
	t_ok "and as no replay" [ "$(sa_sum gw2 lab/one replays)" -eq 0 ]
	t_ok "traffic" one
fi

t_ok "a child is removed" suite_ctl gw1 remove lab/two
t_not "nothing passes" two 1
t_ok "the other one is there" one
t_ok "and opened again" suite_ctl gw1 activate lab/two
t_ok "traffic" two
t_ok "the tunnel is removed" suite_ctl gw1 remove lab
t_not "nothing passes" one 1
t_ok "it says so" says Down suite_ctl gw1 list lab
t_ok "it is opened again" suite_ctl gw1 activate lab
t_ok "traffic" one
t_ok "and restarted" suite_ctl gw1 restart lab
t_ok "traffic" one

# Numbers begin anew at one end: the other does not look.
t_ok "gateway 1 stops" suite_stop gw1
t_not "nothing passes" one 1
t_ok "gateway 1 starts again" suite_start gw1
t_ok "it is up" suite_ctl gw1 wait lab --until active --timeout 10
t_ok "traffic" wait_until 15 one 1
n=$(grep -c ' serving: ' "$(suite_log gw1)")
p=$(suite_pids gw1 ikd-parent)
kill -9 "$p"
t_ok "after the parent's death" wait_until 20 serves_again "$n"
t_ok "traffic" wait_until 20 one 1

# What certd-sign finds in the files is what the reload is refused with.
k=$(suite_etc gw1)/manual/one.1to2
sed -i 's/^enc: ../enc: /' "$k"
t_ok "a key too short" says 'manual/one.1to2:2: 31 octets, but aes256' \
    not suite_ctl gw1 reload
chmod 644 "$k"
t_ok "a file for others" says 'readable by others' not suite_ctl gw1 reload
rm "$k"
t_ok "no file" says 'no such file\|there is no file' not suite_ctl gw1 reload
t_ok "what ran goes on" one
t_ok "gateway 1 stops" suite_stop gw1
t_ok "gateway 2 stops" suite_stop gw2
t_ok "nothing is left" clean a
wire_stop wire
t_ok "ESP was there" wire_has wire "$WIRE_ESP"
t_ok "nothing was in clear" wire_clear wire
t_ok "every line about a tunnel or a peer has its fields, gw1" suite_fields gw1
lib_end
