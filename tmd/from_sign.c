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
 * What certd-sign and certd say: verdicts.  dhcprelay has nothing to say
 * in this version.
 */
#include <stddef.h>

#include "ctl_cert.h"
#include "locked.h"
#include "log.h"
#include "manual.h"
#include "own_end.h"
#include "pipes.h"
#include "proto_sign_tmd.h"
#include "proto_small.h"
#include "resume.h"
#include "verdict.h"

static void
on_verdict(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	verdict_take(body, 0);
}

static void
on_certd_verdict(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	verdict_take(body, 1);
}

static void
on_keys_are(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	manual_keys(body);
}

static void
on_keys_used(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	manual_used(body);
}

static void
on_locked(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	locked_said(body);
}

static void
on_certd_locked(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	log_error(LS_CERT, "certd speaks of private keys");
}

static void
on_own_end(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	own_end_said(body);
}

static void
on_distrust(void *ctx, const void *body, int fd)
{
	const struct mv_distrust *m = body;

	(void)ctx;
	(void)fd;
	verdict_withdrawn(m->fingerprint, m->text);
}

static void
on_cred(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_cred_came(1, body);
}

static void
on_certd_cred(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_cred_came(0, body);
}

static void
on_creds(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_creds_end(1, body);
}

static void
on_certd_creds(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_creds_end(0, body);
}

static void
on_proof_want(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	resume_wanted(body);
}

static void
on_kept(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	resume_kept(body);
}

static void
on_lease(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	log_error(LS_DHCP, "a lease that nobody asked for");
}

const struct pipe_handler tmd_from_sign[] = {
	{ M_VERDICT, on_verdict },
	{ M_LOCKED, on_locked },
	{ M_KEYS_ARE, on_keys_are },
	{ M_KEYS_USED, on_keys_used },
	{ M_CRED, on_cred },
	{ M_CREDS, on_creds },
	{ M_PROOF_WANT, on_proof_want },
	{ M_TICKET_KEPT, on_kept },
	{ 0, NULL }
};

const struct pipe_handler tmd_from_certd[] = {
	{ M_VERDICT, on_certd_verdict },
	{ M_LOCKED, on_certd_locked },
	{ M_DISTRUST, on_distrust },
	{ M_OWN_END, on_own_end },
	{ M_CRED, on_certd_cred },
	{ M_CREDS, on_certd_creds },
	{ 0, NULL }
};

const struct pipe_handler tmd_from_dhcp[] = {
	{ M_LEASE, on_lease },
	{ 0, NULL }
};
