#!/bin/sh
# Two gateways of ours over the kernel plane: what regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/vm" "$(dirname "$0")/../net/ours.sh"
