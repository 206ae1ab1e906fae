#!/bin/sh
# inactivity: a child that nobody uses ends, over the kernel plane, as
# regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../net/inactive.sh"
