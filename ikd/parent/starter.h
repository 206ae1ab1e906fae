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

#ifndef PARENT_STARTER_H
#define PARENT_STARTER_H

#include <sys/types.h>
#include <stdint.h>

#include "roles.h"

struct ms_listen;

/* The directories, open; their names are for people. */
struct starter_dirs {
	const char	*policy_name, *run_name, *state_name, *prog_name;
	int		 policy, run, state, prog, empty;
};
extern struct starter_dirs dirs;

/* Opens the directories, makes what is missing; fatal. */
void	files_open(void);
/* Locks and writes the pid file; fatal when another one runs here. */
void	files_pid(void);
/* Removes sockets and the pid file. */
void	files_clean(void);

/* A listening socket below the run directory; -1 with errno. */
int	files_listen(const struct ms_listen *m);
/* The numbers file to read, or /dev/null. */
int	files_numbers_open(void);
/* Replaces the numbers file by the octets of a sealed memfd. */
void	files_numbers_write(int memfd);
/*
 * psk/ and private/ as a sealed memfd of SNAP_SECRET rows; signer is the
 * user whose files root without CAP_DAC_OVERRIDE reads under that name.
 */
int	files_secrets(uint32_t generation, uid_t signer);

#endif /* PARENT_STARTER_H */
