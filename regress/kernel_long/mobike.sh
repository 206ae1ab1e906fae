#!/bin/sh
# MOBIKE between two of ours over the kernel plane, as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" \
    "$(dirname "$0")/../net/mobike.sh"
