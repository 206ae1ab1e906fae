#!/bin/sh
# dataplane: kernel and auto where the kernel has ESP.
exec "$(dirname "$0")/vm" "$(dirname "$0")/../net/plane_choice.sh"
