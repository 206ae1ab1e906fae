#!/bin/sh
# start, selections, reload, and filter rules for one tunnel over the kernel
# plane, as regress/net does.
net=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/vm" "$(dirname "$0")/each" \
    "$net/tunnels.sh" "$net/filter_tunnels.sh"
