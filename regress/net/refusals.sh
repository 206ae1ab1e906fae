#!/bin/sh
# What a reload refuses is seen before it: by `check`, without a service, and
# by `diff`.  And what it changes beside tunnels is said by both.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/topo.sh"
lib_begin refusals
topo_pair 1

suite_new gw a
etc=$(suite_etc gw)
good='not a secret: a test'
echo "$good" | suite_psk gw t
policy() {	# the lines before tunnels:
	{ printf 'dataplane: %s\n%s\n' "$IKD_PLANE" "$1" && topo_lyon; } \
	    >"$etc/ikd.yaml"
}
says() {	# TEXT COMMAND...: it fails and says so
	_t=$1
	shift
	! "$@" >"$LIB/said" 2>&1 && grep -q -- "$_t" "$LIB/said" ||
	    { cat "$LIB/said"; return 1; }
}
tells() {	# TEXT COMMAND...: it succeeds and says so
	_t=$1
	shift
	"$@" >"$LIB/said" 2>&1 && grep -q -- "$_t" "$LIB/said" ||
	    { cat "$LIB/said"; return 1; }
}
silent() {	# TEXT COMMAND...: it succeeds and does not
	_t=$1
	shift
	"$@" >"$LIB/said" 2>&1 && ! grep -q -- "$_t" "$LIB/said" ||
	    { cat "$LIB/said"; return 1; }
}
# refused WHAT TEXT: by all three.
refused() {
	for _v in check diff reload; do
		t_ok "$1: $_v refuses it" says "$2" suite_ctl gw $_v
	done
}

policy
t_ok "the suite starts" suite_start gw
for v in check diff reload; do
	t_ok "nothing is wrong: $v" suite_ctl gw $v
done

chmod 640 "$etc/ikd.yaml"
refused "a policy for root alone" 'ikd.yaml: may not be read by the user _tmdpolicy'
chmod 644 "$etc/ikd.yaml"
mkdir "$etc/conf.d"
echo 'workers: 2' >"$etc/conf.d/more.yaml"
policy 'include: conf.d/*.yaml'
chmod 600 "$etc/conf.d/more.yaml"
refused "an included file for root alone" 'more.yaml: may not be read by the user _tmdpolicy'
chmod 644 "$etc/conf.d/more.yaml"
chmod 700 "$etc/conf.d"
refused "a directory for root alone" 'may not be read by the user _tmdpolicy'
chmod 755 "$etc/conf.d"
policy

chmod 644 "$etc/psk/t"
refused "a key for all to read" 'psk/t: readable by others (mode 0644): chmod 600'
chmod 600 "$etc/psk/t"
printf 'one\ntwo\n' | suite_psk gw t
refused "a key of two lines" 'psk/t: more than one line (tunnel lyon)'
echo "$good" | suite_psk gw t

policy 'ports: { ike: 1500, nat-t: 5500 }'
t_ok "other ports: check cannot know" suite_ctl gw check
for v in diff reload; do
	t_ok "other ports: $v refuses them" says \
	    '`ports` has changed: that needs a restart' suite_ctl gw $v
done

# Certificates and their keys.
mkdir -p "$etc/ca" "$etc/certs" "$etc/private"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$etc/private/gw" -out "$etc/certs/gw" -subj "/CN=gw" -days 90 \
    -addext "subjectAltName=DNS:gw.example" 2>/dev/null
openssl genpkey -algorithm ed25519 -out "$LIB/other" 2>/dev/null
chmod 600 "$etc/private/gw"
cp "$etc/certs/gw" "$etc/ca/corp"
cp "$etc/certs/gw" "$LIB/cert"
cp "$etc/private/gw" "$LIB/key"
cat >"$etc/ikd.yaml" <<EOT
dataplane: $IKD_PLANE
tunnels:
  lyon:
    local: { address: 192.0.2.1, auth: { cert: gw } }
    remote: { address: 192.0.2.2, auth: { ca: corp } }
    start: answer
    children: { net: { local: 10.1.0.0/16, remote: 10.2.0.0/16 } }
  paris:
    local: { address: 192.0.2.1, auth: { psk: t } }
    remote: { address: 192.0.2.3, auth: { psk: t } }
    start: answer
EOT
for v in check diff reload; do
	t_ok "with a certificate: $v" suite_ctl gw $v
done
echo junk >"$etc/certs/gw"
refused "no certificate" 'certs/gw: no certificate in it (tunnel lyon)'
cp "$LIB/cert" "$etc/certs/gw"
chmod 640 "$etc/private/gw"
refused "a private key for others" 'private/gw: readable by others (mode 0640): chmod 600 (tunnel lyon)'
echo junk >"$etc/private/gw"
chmod 600 "$etc/private/gw"
refused "no private key" 'private/gw: not a private key in PEM or DER (tunnel lyon)'
cat "$LIB/other" >"$etc/private/gw"
refused "another one's" 'certs/gw and .*private/gw do not belong together'
rm "$etc/private/gw"
printf 'one\ntwo\n' | suite_psk gw t
t_ok "a key" says 'private/gw: no such file' suite_ctl gw check
t_ok "and another in the same run" grep -q 'psk/t: more than one line' \
    "$LIB/said"
t_ok "JSON has it, too" eval \
    "! suite_ctl gw check -j | grep -q '\"ok\":true'"
echo "$good" | suite_psk gw t
cp "$LIB/key" "$etc/private/gw"
chmod 600 "$etc/private/gw"
echo junk >"$etc/ca/corp"
t_ok "junk in place of an authority is told" tells \
    'warning: ca/corp: there is no certificate in it' suite_ctl gw check
t_ok "and what that means" grep -q 'no certificate will be believed' \
    "$LIB/said"
cp "$LIB/cert" "$etc/ca/corp"

# What changes beside tunnels.
t_ok "good again" suite_ctl gw reload
t_ok "nothing is said of nothing" silent ' -> ' suite_ctl gw diff
policy "metrics: 127.0.0.1:9109
workers: 2
log: { level: debug }
filters: [ { name: no-telnet, action: deny, protocol: tcp, to-port: 23 }, dynamic ]"
for v in diff reload; do
	t_ok "metrics: $v" tells \
	    'metrics: not set -> 127.0.0.1:9109: needs a restart' \
	    suite_ctl gw $v
	t_ok "workers: $v" grep -q \
	    'workers: auto -> 2: needs a restart of the service' "$LIB/said"
	t_ok "log: $v" grep -qx 'log.level: info -> debug' "$LIB/said"
	t_ok "filters: $v" grep -qx 'filters: none -> 2 rules' "$LIB/said"
done
policy "metrics: 127.0.0.1:9109
workers: 2
log: { level: debug }
listen: 192.0.2.1
filters: [ { name: no-telnet, action: deny, protocol: tcp, to-port: 23, log: yes }, dynamic ]"
for v in diff reload; do
	t_ok "listen: $v" tells \
	    'listen: \[0.0.0.0, "::"\] -> 192.0.2.1' suite_ctl gw $v
	t_ok "a filter's log: $v" grep -qx \
	    'filters.no-telnet.log: no -> yes' "$LIB/said"
	t_not "not the others: $v" grep -q 'workers\|metrics' "$LIB/said"
done
# What was waiting for a restart, and is now as what runs, waits no more.
policy "log: { level: debug }
metrics: 127.0.0.1:9110"
: >"$LIB/gw/log"
for v in diff reload; do
	t_ok "workers as they run: $v" tells 'workers: 2 -> auto$' \
	    suite_ctl gw $v
	t_ok "metrics, another again: $v" grep -q \
	    'metrics: 127.0.0.1:9109 -> 127.0.0.1:9110: needs a restart' \
	    "$LIB/said"
done
t_ok "the log has that" wait_until 10 grep -q \
    '`metrics` has changed: that needs' "$LIB/gw/log"
t_not "and not the other" grep -q '`workers` has changed' "$LIB/gw/log"
policy "workers: 2"
t_ok "which waits again" tells 'workers: auto -> 2: needs a restart' \
    suite_ctl gw reload
t_ok "and metrics do not" grep -q 'metrics: 127.0.0.1:9110 -> not set$' \
    "$LIB/said"
t_ok "JSON" eval "suite_ctl gw diff -j | grep -q '\"rows\"'"

# FILE stands in the place of the main file, for both.
policy 'include: conf.d/*.yaml'
mkdir -p "$LIB/elsewhere/conf.d"
cp "$etc/ikd.yaml" "$LIB/elsewhere/new.yaml"
echo 'workers: 7' >"$LIB/elsewhere/conf.d/more.yaml"
echo 'workers: 3' >"$etc/conf.d/more.yaml"
t_ok "check FILE includes from the policy directory" tells 'workers: 3' \
    suite_ctl gw check -v "$LIB/elsewhere/new.yaml"
t_ok "so does diff FILE" tells 'workers: 2 -> 3' suite_ctl gw diff \
    "$LIB/elsewhere/new.yaml"
chmod 600 "$LIB/elsewhere/new.yaml"
t_ok "whose own mode does not matter" suite_ctl gw check \
    "$LIB/elsewhere/new.yaml"
t_ok "a key is looked for there, too" silent 'were not looked at' \
    suite_ctl gw check "$LIB/elsewhere/new.yaml"

t_ok "a diff has left nothing behind" suite_ctl gw reload
t_ok "the suite stops" suite_stop gw
lib_end
