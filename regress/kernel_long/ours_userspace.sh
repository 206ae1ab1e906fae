#!/bin/sh
# The user-space plane on Debian's stock kernel: what regress/net does.
exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../net/ours.sh"
