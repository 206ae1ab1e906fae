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

#ifndef COMMON_ROOTFILE_H
#define COMMON_ROOTFILE_H

#include <sys/types.h>

#include <stdint.h>

/*
 * Files and directories of root's that want care.  Linked by the starter,
 * which has no CAP_DAC_OVERRIDE and no CAP_CHOWN while it serves; and for
 * rootfile_secrets() alone by certd-sign, which root's `ikectl check` runs.
 */

/* Opens a directory (making it 0755 first with create); fatal. */
int	rootfile_dir(int at, const char *name, int create);

/*
 * Opens and makes dir/name, which with these files of it (to NULL; those that
 * are there) everybody may read then, whatever the umask is; fatal.
 */
int	rootfile_read_dir(int at, const char *name, const char *const *files);

/* Opens dir/name, which is uid's and gid's alone (0700) then; fatal. */
int	rootfile_own_dir(int at, const char *name, uid_t uid, gid_t gid);

/*
 * Locks dir/name and writes our pid into it; fatal when another process has
 * the lock, which lasts as long as we live.  where names dir for people.
 */
void	rootfile_pid(int dir, const char *name, const char *where);

/*
 * The run directory for everybody's sockets, root:group 0750, and in it an
 * empty directory (root 0555), which is *empty; fatal.
 */
int	rootfile_run(const char *name, const char *group, int *empty);

/*
 * A listening SEQPACKET socket dir/name (replacing an older socket, nothing
 * else), of this group ("": root's) and mode.  name must be a plain file
 * name.  Returns the descriptor or -1 with errno.
 */
int	rootfile_listen(int dir, const char *name, const char *group,
	    mode_t mode);

/*
 * Replaces dir/name (0644, whatever the umask is) by the octets of a sealed
 * memfd of at most max, whole or not at all; what was there stays as dir/old
 * with keep; without it dir/old stays what it is.  It is safe from a power
 * cut when this returns.  NULL or what failed: then what was there is there.
 */
const char *rootfile_replace(int dir, const char *name, const char *old,
	    int keep, int memfd, size_t max);

/*
 * The secrets of this role as a sealed memfd of SNAP_SECRET rows: for
 * certd-sign the files of dir/psk and dir/private, for certd-fetch and
 * certd-token those of dir/private/fetch and dir/private/token, root's alone.
 * What root may not read is read as the user signer; what is no regular file
 * of at most 8192 octets is named in the log and left out.  where names dir
 * for people.
 */
int	rootfile_secrets(int dir, const char *where, unsigned int role,
	    uint32_t generation, uid_t signer);

#endif /* COMMON_ROOTFILE_H */
