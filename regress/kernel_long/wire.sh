#!/bin/sh
# The outer wire while everything happens, and what others have in the kernel,
# over the kernel plane, as regress/net does.
net=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../kernel/each" \
    "$net/foreign.sh" "$net/wire.sh"
