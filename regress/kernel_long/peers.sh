#!/bin/sh
# Other ways in and between peers, with strongSwan where it has them, over the
# kernel plane, as regress/net does: redirects, SAs without a child, fragments,
# authentication anew and in rounds, fail-over, names, several key exchanges,
# resumption, peers that forget, and one peer of an ID.
net=$(dirname "$0")/../net
IKD_PLANE=kernel exec "$(dirname "$0")/../kernel/vm" -t "${LIMIT:-3600}" "$(dirname "$0")/../kernel/each" \
    "$net/redirect.sh" "$net/childless.sh" "$net/frag.sh" "$net/reauth.sh" \
    "$net/failover.sh" "$net/names.sh" "$net/more_ke.sh" "$net/rounds.sh" \
    "$net/resume.sh" "$net/crash.sh" "$net/unique.sh" "$net/host_child.sh"
