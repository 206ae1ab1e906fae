#!/bin/sh
# Identities in certificates, with strongSwan's
# kernel-netlink in both roles over the kernel plane, as regress/net does.
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" \
    "$(dirname "$0")/../net/swan_cert_ids.sh"
