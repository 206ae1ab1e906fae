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

#ifndef TMD_SESSIONS_H
#define TMD_SESSIONS_H

#include "sess.h"

/*
 * What happens to sessions: what ike says of them, their time, their end.
 */

/* From worker w; a message about another worker's session is refused. */
void	sessions_up(unsigned int w, const struct mx_up *m);
void	sessions_moved(unsigned int w, const struct mx_up *m);
void	sessions_down(unsigned int w, const struct mx_down *m);
void	sessions_failed(unsigned int w, const struct mx_failed *m);
/*
 * The replay of a worker has ended: what it did not name is gone.  first: it
 * had no tmd before us, so the worker of then is gone, too.
 */
void	sessions_replayed(unsigned int w, int first);
/* The worker died with all it had. */
void	sessions_worker_gone(unsigned int w);

/* An enum session_verb for ike, and an enum reason. */
void	sessions_do(const struct session *s, uint8_t what, uint16_t code);
/* Tells ike to end it; the grants fall when it has, or soon. */
void	sessions_end(struct session *s, uint16_t code);
void	sessions_end_all(struct tunnel *t, uint16_t code);
/* The same at once: grants are revoked and the session is forgotten. */
void	sessions_drop(struct session *s, uint16_t code);
void	sessions_drop_all(struct tunnel *t, uint16_t code);
/* A session went by other means: was it the tunnel's last? */
void	sessions_check_lost(struct tunnel *t, uint16_t code,
	    const char *text);
/* Asks the peer for a sign of life. */
void	sessions_probe(const struct session *s);

/* Its alarm rang. */
void	sessions_alarm(struct session *s);
/* A grant went (refused, expired, or the ceiling): what of its session? */
void	sessions_grant_gone(uint32_t id, uint16_t code, const char *text);

#define RECOVER_MS	15000	/* for a worker to name its sessions */
#define ENDING_MS	3000	/* for ike to say that it has ended one */

#endif /* TMD_SESSIONS_H */
