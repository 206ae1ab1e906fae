#!/bin/sh
# The scenarios of etc/examples over the kernel plane; AH, too.
IKD_PLANE=kernel exec "$(dirname "$0")/vm" -t 900 "$(dirname "$0")/../net/seeds.sh"
