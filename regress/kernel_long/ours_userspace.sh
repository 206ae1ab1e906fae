#!/bin/sh
# The user-space plane on Debian's stock kernel: what regress/net does.
exec "$(dirname "$0")/../kernel/vm" -t 600 "$(dirname "$0")/../net/ours.sh"
