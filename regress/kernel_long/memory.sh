#!/bin/sh
# Secrets in memory, where nothing limits what may be locked.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" "$(dirname "$0")/../priv/memory.sh"
