#!/bin/sh
# inactivity: a child that nobody uses ends, over the kernel plane, as
# regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t 600 "$(dirname "$0")/../net/inactive.sh"
