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

#ifndef UNIT_BROKEN_H
#define UNIT_BROKEN_H

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

/*
 * Calls of OpenSSL that a test makes fail.  BROKEN() defines one before
 * libcrypto's: it is that one until broken.call names it, and answers
 * broken.with then.  0, -1 and 2 are no success where 1 is.
 */
static struct { const char *call; int with; unsigned int n; } broken;

static const int broken_answers[] = { 0, -1, 2 };

static int
broken_here(const char *name)
{
	if (broken.call == NULL || strcmp(broken.call, name) != 0)
		return (0);
	broken.n++;
	return (1);
}

#define BROKEN_AS(type, answer, name, params, args)			\
	type								\
	name params							\
	{								\
		static type (*real)params;				\
									\
		if (real == NULL)					\
			real = (type (*)params)(uintptr_t)		\
			    dlsym(RTLD_NEXT, #name);			\
		return (broken_here(#name) ? (answer) : real args);	\
	}
#define BROKEN(name, params, args)					\
	BROKEN_AS(int, broken.with, name, params, args)
/* One that gives something gives nothing then. */
#define BROKEN_PTR(type, name, params, args)				\
	BROKEN_AS(type, NULL, name, params, args)

/* Each call of the list, with each answer: STATEMENT, which has to call it. */
#define BREAK_EACH(list, statement) do {				\
	size_t b_i, b_k;						\
									\
	for (b_i = 0; b_i < sizeof(list) / sizeof((list)[0]); b_i++)	\
		for (b_k = 0; b_k < 3; b_k++) {				\
			broken.call = (list)[b_i];			\
			broken.with = broken_answers[b_k];		\
			broken.n = 0;					\
			statement;					\
			broken.call = NULL;				\
			if (broken.n == 0)				\
				fail_msg("%s is never called",		\
				    (list)[b_i]);			\
		}							\
} while (0)

#endif /* UNIT_BROKEN_H */
