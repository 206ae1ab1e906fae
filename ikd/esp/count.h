/*
 * Copyright (c) 2026 The ikd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */


#ifndef ESP_COUNT_H
#define ESP_COUNT_H

#include <stdint.h>

/*
 * The plane's counters.  Every packet that goes no further ends in exactly
 * one DROP; the name (31 octets) is what `ikectl show dataplane` prints.
 */
#define COUNTERS(X)							\
	X(TUN_READ, "tun packets read")					\
	X(TUN_WRITTEN, "tun packets written")				\
	X(MERGED, "tun writes of several packets")			\
	X(UDP_RECEIVED, "udp datagrams received")			\
	X(UDP_SENT, "udp datagrams sent")				\
	X(UDP_SENDS, "udp sends")					\
	X(KEEPALIVE, "nat keepalives received")				\
	X(DUMMY, "dummy packets received")				\
	X(PADDED, "packets padded to a length")				\
	X(STRAY, "ike datagrams passed on")				\
	X(MAPPING, "mapping changes told")				\
	X(ACQUIRE, "acquire events")					\
	X(EXPIRE, "expire events")					\
	X(FRAGMENTED, "inner packets fragmented")			\
	X(TOO_BIG, "icmp too big sent")					\
	X(CLAMPED, "tcp mss clamped")					\
	X(PMTU, "path mtu changes")					\
	X(CE_SET, "ce marks passed in")				\
	X(HELD, "packets held for an sa")				\
	X(STREAM_IN, "tcp streams accepted")				\
	X(STREAM_OUT, "tcp streams begun")				\
	X(STREAM_READ, "tcp messages received")				\
	X(STREAM_SENT, "tcp messages sent")				\
	X(STREAM_WRITES, "tcp sends")					\
	X(DROP_STREAM_MANY, "drop: too many tcp streams")		\
	X(DROP_STREAM_SILENT, "drop: silent tcp streams")		\
	X(DROP_STREAM_PREFIX, "drop: tcp stream, not IKETCP")		\
	X(DROP_STREAM_STEP, "drop: tcp stream out of step")		\
	X(DROP_STREAM_FULL, "drop: tcp send buffer full")		\
	X(DROP_NO_STREAM, "drop: no such tcp stream")			\
	X(DROP_RECEIVE, "drop: receive buffer full")			\
	X(DROP_RUNT, "drop: runt datagram")				\
	X(DROP_STRAY_RATE, "drop: stray ike over the rate")		\
	X(DROP_STRAY_BAD, "drop: stray ike, not ike")			\
	X(DROP_NO_SA, "drop: unknown spi")				\
	X(DROP_MALFORMED, "drop: malformed esp")			\
	X(DROP_REPLAY, "drop: replay")					\
	X(DROP_ICV, "drop: wrong icv")					\
	X(DROP_PADDING, "drop: wrong padding")				\
	X(DROP_INNER, "drop: malformed inner packet")			\
	X(DROP_NEXT, "drop: next header not ip")			\
	X(DROP_TS_IN, "drop: outside the selectors")	\
	X(DROP_ECN, "drop: ce mark on not-ect")	\
	X(DROP_EXPIRED, "drop: hard limit reached")			\
	X(DROP_OUT_PARSE, "drop: malformed from the tun")		\
	X(DROP_NO_POLICY, "drop: no sa and no policy")			\
	X(DROP_IDLE, "drop: no sa, policy drop")			\
	X(DROP_PASS, "drop: no sa, policy pass")	\
	X(DROP_HELD, "drop: held too long or too many")		\
	X(DROP_SEND, "drop: udp send failed")				\
	X(DROP_MSGSIZE, "drop: larger than the path")		\
	X(DROP_FULL, "drop: send queue full")				\
	X(DROP_TUN_WRITE, "drop: tun write failed")			\
	X(DROP_SEAL, "drop: encryption failed")				\
	X(DROP_NO_SOCKET, "drop: no socket of that family")

#define COUNT_ENUM(id, text)	CNT_##id,
enum count_id { COUNTERS(COUNT_ENUM) CNT_MAX };

extern uint64_t counts[CNT_MAX];

/* Count one. */
#define count(id)	(counts[CNT_##id]++)

/* The printed name of a counter. */
const char	*count_name(unsigned int id);

#endif /* ESP_COUNT_H */
