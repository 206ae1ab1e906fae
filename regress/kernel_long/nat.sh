#!/bin/sh
# NAT boxes of IPv4 and IPv6 between two of ours over the kernel plane, with
# mappings that change in mid-life, as regress/net does.
net=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" \
    "$(dirname "$0")/../kernel/each" "$net/nat.sh" "$net/nat6.sh"
