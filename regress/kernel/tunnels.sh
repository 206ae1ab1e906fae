#!/bin/sh
# start, selections and reload over the kernel plane, as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/vm" -t 600 "$(dirname "$0")/../net/tunnels.sh"
