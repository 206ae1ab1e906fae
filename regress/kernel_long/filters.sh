#!/bin/sh
# Filter rules, those of a tunnel among them, groups of IDs, PPKs, and reloads
# that give new keys, over the kernel plane, as regress/net does.
net=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t 1700 "$(dirname "$0")/../kernel/each" \
    "$net/filters.sh" "$net/filter_tunnels.sh" "$net/groups.sh" "$net/ppk.sh" \
    "$net/new_keys.sh"
