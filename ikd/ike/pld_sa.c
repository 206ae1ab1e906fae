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

/*
 * The Security Association payload, RFC 7296 section 3.3: proposals,
 * transforms, attributes.
 */

#include <string.h>

#include "alg.h"
#include "pld_sa.h"

#define PROP_LEN	8	/* proposal substructure, without SPI */
#define PROP_MORE	2
#define XF_LEN		8	/* transform substructure */
#define XF_MORE		3
#define ATTR_LEN	4
#define ATTR_TV		0x8000	/* the value is in the length's place */
#define ATTR_KEYLEN	14

/*
 * Section 3.3.5.  *known becomes 0 when there is an attribute that we do
 * not understand: the transform must then not be chosen.
 */
static const char *
parse_attrs(const uint8_t *p, size_t len, struct wt_xform *xf, int *known)
{
	size_t alen;
	uint16_t type;

	while (len > 0) {
		if (len < ATTR_LEN)
			return ("transform attribute cut short");
		type = get16(p);
		alen = ATTR_LEN;
		if (type == (ATTR_TV | ATTR_KEYLEN)) {
			if (xf->keybits != 0)
				return ("two key lengths in a transform");
			if ((xf->keybits = get16(p + 2)) == 0)
				return ("key length of zero");
		} else
			*known = 0;
		if (!(type & ATTR_TV))
			alen += get16(p + 2);
		if (alen > len)
			return ("transform attribute out of bounds");
		p += alen;
		len -= alen;
	}
	return (NULL);
}

/* One transform of at least XF_LEN octets. */
static const char *
parse_xform(const uint8_t *p, size_t len, struct sa_prop *prop)
{
	struct wt_xform xf;
	const char *why;
	int known = 1;

	memset(&xf, 0, sizeof(xf));
	xf.type = p[4];
	xf.id = get16(p + 6);
	why = parse_attrs(p + XF_LEN, len - XF_LEN, &xf, &known);
	if (why != NULL)
		return (why);
	if (xf.type < XF_ENCR || xf.type > XF_KE7) {
		prop->unusable = 1;
		return (NULL);
	}
	if (!known)
		return (NULL);
	if (prop->nxf == IKE_XFORMS_MAX) {
		prop->unusable = 1;
		return (NULL);
	}
	prop->xf[prop->nxf++] = xf;
	return (NULL);
}

static const char *
parse_xforms(const uint8_t *p, size_t len, size_t count,
    struct sa_prop *prop)
{
	const char *why;
	size_t i, xlen;

	for (i = 0; i < count; i++) {
		if (len < XF_LEN)
			return ("transform cut short");
		xlen = get16(p + 2);
		if (xlen < XF_LEN || xlen > len)
			return ("transform length out of bounds");
		if (p[0] != (i + 1 < count ? XF_MORE : 0))
			return ("transform's last marker and count disagree");
		if ((why = parse_xform(p, xlen, prop)) != NULL)
			return (why);
		p += xlen;
		len -= xlen;
	}
	return (len == 0 ? NULL : "octets behind the last transform");
}

/* One proposal of len octets, at least PROP_LEN. */
static const char *
parse_prop(const uint8_t *p, size_t len, struct sa_prop *prop)
{
	size_t spi_len = p[6], count = p[7];

	prop->num = p[4];
	prop->proto = p[5];
	prop->spi_len = p[6];
	prop->nxf = 0;
	prop->unusable = count == 0;
	memset(prop->spi, 0, sizeof(prop->spi));
	if (spi_len > len - PROP_LEN)
		return ("SPI out of bounds");
	if (spi_len == 0 || spi_len == 4 || spi_len == SPI_LEN)
		memcpy(prop->spi, p + PROP_LEN, spi_len);
	else
		prop->unusable = 1;
	return (parse_xforms(p + PROP_LEN + spi_len,
	    len - PROP_LEN - spi_len, count, prop));
}

const char *
pld_sa_parse(const uint8_t *p, size_t len, struct sa_payload *sa)
{
	struct sa_prop spare, *prop;
	const char *why;
	size_t plen;
	unsigned int num = 0, more = 1;

	sa->n = 0;
	if (len == 0)
		return ("no proposal");
	while (more) {
		if (len < PROP_LEN)
			return ("proposal cut short");
		plen = get16(p + 2);
		if (plen < PROP_LEN || plen > len)
			return ("proposal length out of bounds");
		if (p[0] != 0 && p[0] != PROP_MORE)
			return ("proposal's last marker is neither 0 nor 2");
		more = p[0] == PROP_MORE;
		prop = sa->n < IKE_PROPS_MAX ? &sa->prop[sa->n] : &spare;
		if ((why = parse_prop(p, plen, prop)) != NULL)
			return (why);
		/* An answer's single proposal may have any number. */
		if (num != 0 && prop->num != num + 1)
			return ("proposal numbers do not follow");
		if ((num = prop->num) == 0)
			return ("proposal number is zero");
		if (prop != &spare)
			sa->n++;
		p += plen;
		len -= plen;
	}
	return (len == 0 ? NULL : "octets behind the last proposal");
}
