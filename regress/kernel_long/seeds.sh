#!/bin/sh
# The scenarios of etc/examples over the kernel plane, AH among them.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" \
    "$(dirname "$0")/../net/seeds.sh"
