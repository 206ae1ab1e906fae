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

#ifndef IKECTL_PCAPNG_H
#define IKECTL_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

#include "proto_trace.h"

/*
 * What `ikectl trace` writes: pcapng (draft-ietf-opsawg-pcapng), little-endian,
 * one interface of raw IP; the headers of IP and UDP or TCP are made here, of
 * what ikd-ike says.  And lines of Wireshark's ikev2_decryption_table.
 */
#define PCAPNG_HEAD	128		/* room for the head */
#define PCAPNG_MORE	320		/* around a message's own octets */
#define PCAPNG_STREAMS	64		/* of TCP, known at once */
#define KEY_LINE	1024		/* room for a line of keys */

/*
 * The TCP streams (RFC 9329) whose messages were written, for their sequence
 * numbers; zeroed by who keeps it.  The stream in the file has the messages
 * that were shown and nothing else of what it carried; where it is too old to
 * be known, it begins anew.
 */
struct pcapng_stream {
	struct wt_sock	 local, remote;
	uint32_t	 seq[2];	/* next, in and out */
	int		 prefixed;	/* IKETCP was written */
	uint64_t	 used;		/* when last; 0: free */
};
struct pcapng_streams {
	struct pcapng_stream	 v[PCAPNG_STREAMS];
	uint64_t		 clock;
};

/* Section and interface; returns their length. */
size_t	pcapng_head(const char *program, uint8_t out[PCAPNG_HEAD]);

/*
 * One message: a datagram, or two segments of its stream, the first with what
 * precedes the message there.  size is at least its length and PCAPNG_MORE.
 * Returns the length, 0 when the addresses are of no or of two families.
 */
size_t	pcapng_packet(struct pcapng_streams *, const struct mp_packet *m,
	    uint8_t *out, size_t size);

/*
 * A line, without its end: SPIs, SK_ei, SK_er, cipher, SK_ai, SK_ar,
 * integrity.  0, or -1: Wireshark has no name for the cipher.
 */
int	pcapng_key_line(const struct mp_keys *m, char *out, size_t size);

#endif /* IKECTL_PCAPNG_H */
