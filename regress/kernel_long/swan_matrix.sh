#!/bin/sh
# strongSwan's kernel-netlink in both roles over the kernel plane, with one of
# each kind of cipher and group, as regress/net does with all.
export MATRIX=few
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../net/swan_matrix.sh"
