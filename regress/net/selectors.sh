#!/bin/sh
# Selectors of protocol and port, end to end; two children of one tunnel and
# two tunnels whose selectors overlap; narrowing by a peer that wants less, in
# both roles.  What a child takes passes in it, what none takes is blocked.
#
#    a (ours) eth0 ---------------- eth0  b (ours, later strongSwan)
#	 192.0.2.1			   192.0.2.2
#    lo: 10.1.x.1			   lo: 10.2.x.1
#
#    1  web: tcp/80 of b; dns: udp 5000-5999 of b; ping: icmp
#    2  strongSwan has 10.2.2.0/25 and tcp/8080 of what we offer
