#!/bin/sh
# Rekeys under numbered packets over the kernel plane, as regress/net does.
# REKEYS and PACE as there; LIMIT is the seconds it may take.
export REKEYS="${REKEYS:-60}" PACE="${PACE:-5000}"
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t "${LIMIT:-1500}" "$(dirname "$0")/../net/rekeys.sh"
