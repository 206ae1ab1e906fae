#!/bin/sh
# What passes between the headers and what lies beside the tunnels, over the
# kernel plane, as regress/net does.
net=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../kernel/each" \
    "$net/heads.sh" "$net/beside.sh"
