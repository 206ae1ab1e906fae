#!/bin/sh
# Lifetimes by time, bytes and packets, soft and hard, over the kernel plane,
# as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../net/swan_life.sh"
