#!/bin/sh
# MOBIKE over the kernel plane, with ours and with strongSwan: see
# regress/net/mobike.sh and mobike_swan.sh.
n=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t 900 \
    "$(dirname "$0")/../kernel/each" "$n/mobike.sh" "$n/mobike_swan.sh"
