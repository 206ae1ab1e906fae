#!/bin/bash
# Completion knows whatever `ikectl help` says: each verb, its options, names.
cd "$(dirname "$0")/../.." || exit 2
bin=$(cd "${BUILD:-.build/plain}" && pwd)/bin
. regress/tap.sh
# shellcheck disable=SC1091
. etc/completion/ikectl

ikectl() {
	case "$1 ${2-}" in
	"filter list"*)
		printf '      "kind": "filter",\n      "name": "ssh-in",\n' ;;
	"db get"*)
		printf '      "kind": "entry",\n      "object": "tunnels/oslo",\n' ;;
	"list "*)
		printf '      "kind": "%s",\n      "no": "1",\n      "name": "%s",\n      "status": "Down"\n    }\n' \
		    tunnel boston child net tunnel "VPN Lyon" ;;
	*)	"$bin/ikectl" "$@" ;;
	esac
}
# complete_at WORD...: what is offered for the last one.
complete_at() {
	COMP_WORDS=(ikectl "$@")
	COMP_CWORD=$#
	_ikectl
	printf '%s\n' "${COMPREPLY[@]}"
}
# offers NAME WANTED WORD...: WANTED is among what is offered.
offers() {
	local name=$1 want=$2
	shift 2
	result "$name" "$(complete_at "$@" | grep -qxF -- "$want" ||
	    echo "$want is not offered after $*: $(complete_at "$@" | xargs)")"
}
not() {
	local name=$1 want=$2
	shift 2
	result "$name" "$(complete_at "$@" | grep -xF -- "$want")"
}

for v in $("$bin/ikectl" help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' | sort -u); do
	offers "verb $v" "$v" "${v%?}"
done
while read -r a b; do
	offers "$a $b" "$b" "$a" ''
done <<EOF
$("$bin/ikectl" help | sed -n 's/^  \([a-z]*\) \([a-z][a-z-]*\)\( .*\)*$/\1 \2/p')
EOF
offers "an alias" down d
offers "a kind" policies/child/ db put po
offers "an object" tunnels/oslo db get tun
offers "a rule" ssh-in filter move ss
offers "on or off" off filter log ssh-in o
not "not sooner" off filter log o
offers "a field" status list --sort st
offers "a field of" status= list --where st
offers "a verb's help" filter help f
offers "a tunnel" boston activate ''
offers "of an alias" boston up bo
offers "with a blank" 'VPN\ Lyon' list VPN
not "no child" net activate ''
offers "an option" --timeout activate --t
offers "another's of its own" --no-wait restart --no
for v in activate remove restart rekey reauth list wait monitor explain trace \
    "show tunnel" "show sa" "show policy"; do
	for o in --remote-id --address --all; do
		# shellcheck disable=SC2086	# words
		offers "$v by $o" $o $v --
	done
done
not "which is not for all" --remote-id reload --
not "not another's" --until activate --
offers "after a name" --no-wait activate boston --no
offers "an option's values" ed25519 key create x --type ''
offers "of another verb" down wait --until ''
offers "a level" debug log ''
offers "a subsystem" cert log debug c
offers "behind options of ikectl" --once -r /run/x remove --
offers "a file" README check READ
offers "the wizard's" --cert wizard -
result "nothing for nonsense" "$(complete_at nonsense x | grep .)"
echo "1..$n"
