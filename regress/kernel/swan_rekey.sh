#!/bin/sh
# strongSwan's kernel-netlink in both roles over the kernel plane: rekeys
# under traffic, as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/vm" "$(dirname "$0")/../net/swan_rekey.sh"
