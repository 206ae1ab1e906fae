# seeds_lib.sh - a gateway with its LAN, another one across the Internet with
# its own, and three who are on the road; the keys of all, made by ikectl as
# its user would.  Needs lib.sh and topo.sh.
#
#    h 10.1.0.5 -- l -- a 192.0.2.1 --- i --- 198.51.100.7 b -- p 10.9.0.5
#	       c1, c2 /			c1, c2, c3 203.0.113.N	  10.2.0.5
#
# l is a switch, i the Internet, which would carry clear text both ways.

net_ns h l a i b p c1 c2 c3
plug() {	# NS IF ADDRESSES: into the switch
	net_link "$1" "$2" "$3" l "to-$1" -
	ip -n "$(ns l)" link set "to-$1" master lan
}
via() {		# NS GATEWAY PREFIX...
	_n=$1 _g=$2
	shift 2
	for _p; do ip -n "$(ns "$_n")" route add "$_p" via "$_g"; done
}
ip -n "$(ns l)" link add lan type bridge
ip -n "$(ns l)" link set lan up
plug a eth1 10.1.0.1/16,fd01::1/48
plug h eth0 10.1.0.5/16,10.1.0.6/16,10.1.128.10/16,fd01::5/48
net_link a eth0 192.0.2.1/24,2001:db8:1::1/64 i to-a 192.0.2.254/24,2001:db8:1::fe/64
net_link b eth0 198.51.100.7/24,2001:db8:2::7/64 i to-b 198.51.100.254/24,2001:db8:2::fe/64
net_link b eth1 10.2.0.1/16,10.9.0.1/16,fd02::1/48 p eth0 \
    10.2.0.5/16,10.2.128.5/16,10.9.0.5/16,10.9.0.6/16,fd02::5/48
for n in 1 2 3; do
	net_link c$n eth0 203.0.113.1$n/32 i to-c$n -
	ip -n "$(ns c$n)" route add 203.0.113.254 dev eth0
	via c$n 203.0.113.254 default
	ip -n "$(ns i)" route add 203.0.113.1$n dev to-c$n
done
ip -n "$(ns i)" addr add 203.0.113.254/32 dev lo
for n in a b i; do forwards $n; done
via h 10.1.0.1 default; via h fd01::1 default
via p 10.9.0.1 default; via p fd02::1 default
via a 192.0.2.254 default; via a 2001:db8:1::fe default
via b 198.51.100.254 default; via b 2001:db8:2::fe default
via i 192.0.2.1 10.1.0.0/16; via i 2001:db8:1::1 fd01::/48
via i 198.51.100.7 10.2.0.0/16 10.9.0.0/16; via i 2001:db8:2::7 fd02::/48
# lyon.example.com, by a hosts file of the lab's.
echo "198.51.100.7 lyon.example.com" >"$LIB/hosts"
suite_in() {
	_si=$1
	shift
	case $_si,$1 in
	corp,* | partner,*) "$@" ;;
	# shellcheck disable=SC2016	# the inner shell's
	a,*/ikd)	in_ns a unshare -m sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' \
		    "$LIB/hosts" "$@" ;;
	*)	in_ns "$_si" "$@" ;;
	esac
}

# ---- keys ----

for s in a b h p c1 c2 c3; do suite_new $s $s; done
for s in corp partner; do suite_new $s -; done
ctl() { suite_ctl "$@" >"$LIB/out" 2>&1 || { cat "$LIB/out"; return 1; }; }
authority() {	# NAME SUBJECT
	ctl "$1" ca create "$1" --subject "$2" &&
	    ctl "$1" ca export "$1" -o "$LIB/$1.crt" &&
	    ctl "$1" ca crl "$1" -o "$LIB/$1.crl"
}
issue() {	# AUTHORITY SUITE NAME OPTION...
	_ca=$1 _su=$2 _na=$3
	shift 3
	ctl "$_su" cert request "$_na" "$@" -o "$LIB/$_su-$_na.csr" &&
	    ctl "$_ca" ca sign "$_ca" "$LIB/$_su-$_na.csr" -o "$LIB/$_su-$_na.pem" &&
	    ctl "$_su" cert import "$_na" "$LIB/$_su-$_na.pem"
}
trusts() {	# SUITE AUTHORITY
	ctl "$1" ca import "$2" "$LIB/$2.crt" && ctl "$1" ca crl "$2" "$LIB/$2.crl"
}
shared() {	# NAME SUITE NAME: made here, brought there
	ctl "$2" psk create "$1" || return 1
	tail -n 1 "$LIB/out" | suite_psk "$3" "$4"
}
# use SUITE EXAMPLE [reload]
use() {
	cp "$TOP/etc/examples/$2.yaml" "$(suite_etc "$1")/ikd.yaml"
	[ -z "${3-}" ] || suite_ctl "$1" reload
}
wait_active() { suite_ctl "$1" wait "$2" --timeout 20; }
clear_none() {	# NAME FILTER
	_c=$(wire_count "$1" "$2")
	[ "$_c" -eq 0 ] || { wire_read "$1" "$2" | head -5; return 1; }
}
INNER="net 10.1.0.0/16 or net 10.2.0.0/16 or net 10.9.0.0/16 or net fd01::/48 or net fd02::/48"
