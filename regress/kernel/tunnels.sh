#!/bin/sh
# start, selections and reload over the kernel plane, as regress/net does;
# filter rules for one tunnel are in kernel_long.
IKD_PLANE=kernel exec "$(dirname "$0")/vm" "$(dirname "$0")/../net/tunnels.sh"
