#!/bin/sh
# kill -9 of each process over the kernel plane, as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../net/heal_swan.sh"
