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

#ifndef COMMON_ROLES_H
#define COMMON_ROLES_H

/*
 * Who is who.  The numbers travel on pipes; they are never reused.
 */
enum role {
	ROLE_NONE = 0,
	ROLE_STARTER,		/* ikd */
	ROLE_PARENT,		/* ikd-parent */
	ROLE_IKE,		/* ikd-ike */
	ROLE_ESP,		/* ikd-esp */
	ROLE_TMD,		/* tmd */
	ROLE_POLICY,		/* tmd-policy */
	ROLE_CERTD,		/* certd */
	ROLE_SIGN,		/* certd-sign */
	ROLE_FETCH,		/* certd-fetch */
	ROLE_DHCP,		/* dhcprelay */
	ROLE_CTL,		/* ikectl, not one of the suite's processes */
	ROLE_TOKEN,		/* certd-token, where the policy has one */
	ROLE_METRICS,		/* tmd-metrics, where the policy has it */
	ROLE_MAX
};

struct role_info {
	const char	*name;		/* of the process, for people */
	const char	*prog;		/* file below the program directory */
	const char	*user;		/* the uid it runs as */
};

#define WORKERS_MAX	64		/* ikd-ike processes: slots 0..63 */
#define SLOTS		64

/* The row for r; a row of "?" for what is not a role. */
const struct role_info *role_info(unsigned int r);

/* "ikd-ike[1]" for roles that have instances, else "tmd"; static buffer. */
const char	*role_name(unsigned int r, unsigned int inst);

#endif /* COMMON_ROLES_H */
