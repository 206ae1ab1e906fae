#!/bin/sh
# The outer wire for groups and generic children, over the kernel plane, as
# regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t 850 \
    "$(dirname "$0")/../net/wire_groups.sh"
