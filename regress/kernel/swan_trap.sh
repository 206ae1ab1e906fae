#!/bin/sh
# Traps over the kernel plane (acquire), as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/vm" "$(dirname "$0")/../net/swan_trap.sh"
