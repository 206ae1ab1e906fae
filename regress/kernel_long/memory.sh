#!/bin/sh
# Secrets in memory, where nothing limits what may be locked.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t 600 "$(dirname "$0")/../priv/memory.sh"
