#!/bin/sh
# Revocation, with strongSwan as the peer, over the kernel plane, as
# regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../net/revoke.sh"
