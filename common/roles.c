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

/* Who is who: names, programs, users. */
#include <stdio.h>

#include "roles.h"

static const struct role_info infos[ROLE_MAX] = {
	[ROLE_NONE] = { "?", "", "" },
	[ROLE_STARTER] = { "ikd", "ikd", "root" },
	[ROLE_PARENT] = { "ikd-parent", "ikd-parent", "_ikdparent" },
	[ROLE_IKE] = { "ikd-ike", "ikd-ike", "_ikdike" },
	[ROLE_ESP] = { "ikd-esp", "ikd-esp", "_ikdesp" },
	[ROLE_TMD] = { "tmd", "tmd", "_tmd" },
	[ROLE_POLICY] = { "tmd-policy", "tmd-policy", "_tmdpolicy" },
	[ROLE_CERTD] = { "certd", "certd", "_certd" },
	[ROLE_SIGN] = { "certd-sign", "certd-sign", "_certsign" },
	[ROLE_FETCH] = { "certd-fetch", "certd-fetch", "_certfetch" },
	[ROLE_DHCP] = { "dhcprelay", "dhcprelay", "_dhcprelay" },
	[ROLE_CTL] = { "ikectl", "ikectl", "" },
	[ROLE_TOKEN] = { "certd-token", "certd-token", "_certtoken" },
	[ROLE_METRICS] = { "tmd-metrics", "tmd-metrics", "_tmdmetrics" },
};

const struct role_info *
role_info(unsigned int r)
{
	return (&infos[r < ROLE_MAX ? r : ROLE_NONE]);
}

const char *
role_name(unsigned int r, unsigned int inst)
{
	static char buf[32];

	if (r != ROLE_IKE)
		return (role_info(r)->name);
	snprintf(buf, sizeof(buf), "%s[%u]", role_info(r)->name, inst);
	return (buf);
}
