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

#ifndef PARENT_ASROOT_NFT_H
#define PARENT_ASROOT_NFT_H

/*
 * One nftables table of our own, "ikd" of family ip6, with one chain and one
 * rule: what came in by the TUN gets XFRM_MARK in the upper half of its mark,
 * by which an XFRM policy lets it pass.  (IPv4 needs none.)  Without nf_tables
 * in the kernel a flow that is routed is let in by its addresses alone, which
 * says a warning.
 */
void	asroot_nft_open(void);		/* before the door */
/* Replaces the table; behind the door, the TUN is there. */
void	asroot_nft_set(unsigned int ifindex);
void	asroot_nft_clear(void);
/* 1 while the kernel marks for us. */
int	asroot_nft_marks(void);

#endif /* PARENT_ASROOT_NFT_H */
