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
 * certd-sign, but for its signatures, which lie as the first octet of the
 * file "lie" beside the program says at that moment: 'f' one bit is another,
 * 'z' all zeros, 'r' one that the same key made before, over the octets of
 * another handshake; whatever else: the truth.
 */

#include "../../certd/sign/main.c"

#include <sys/mman.h>

#include <openssl/evp.h>

#include <fcntl.h>
#include <stdio.h>

#define AUTH_LEAST	200	/* fewer octets are no AUTH: a warm-up */
#define KEYS		8
#define SIGNATURE	1024

int	__real_EVP_DigestSign(EVP_MD_CTX *, unsigned char *, size_t *,
	    const unsigned char *, size_t);
int	__wrap_EVP_DigestSign(EVP_MD_CTX *, unsigned char *, size_t *,
	    const unsigned char *, size_t);

static const volatile char *lie = "0";
static struct {
	const EVP_PKEY	*key;
	unsigned char	 sig[SIGNATURE];
	size_t		 len;
} old[KEYS];

/* Mapped, since nothing can be opened or read from within. */
static void __attribute__((constructor))
find_lie(void)
{
	char path[512], *slash;
	ssize_t n;
	void *p;
	int fd;

	n = readlink("/proc/self/exe", path, sizeof(path) - 8);
	if (n <= 0)
		return;
	path[n] = '\0';
	if ((slash = strrchr(path, '/')) == NULL)
		return;
	strlcpy(slash, "/lie", sizeof(path) - (size_t)(slash - path));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p != MAP_FAILED)
		lie = p;
}

/* Of another handshake by this key; 0 when there was none. */
static int
replay(const EVP_PKEY *key, unsigned char *sig, size_t *len)
{
	size_t i;

	for (i = 0; i < KEYS && old[i].key != key; i++)
		;
	if (i == KEYS)
		return (0);
	memcpy(sig, old[i].sig, old[i].len);
	*len = old[i].len;
	return (1);
}

static void
keep(const EVP_PKEY *key, const unsigned char *sig, size_t len)
{
	size_t i;

	for (i = 0; i < KEYS && old[i].key != NULL && old[i].key != key; i++)
		;
	if (i == KEYS || len > SIGNATURE)
		return;
	old[i].key = key;
	memcpy(old[i].sig, sig, len);
	old[i].len = len;
}

int
__wrap_EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *sig, size_t *len,
    const unsigned char *octets, size_t n)
{
	/* 0 and 0, as ECDSA encodes them. */
	static const unsigned char none[] = { 0x30, 6, 2, 1, 0, 2, 1, 0 };
	const EVP_PKEY *key = EVP_PKEY_CTX_get0_pkey(
	    EVP_MD_CTX_get_pkey_ctx(ctx));
	int r = __real_EVP_DigestSign(ctx, sig, len, octets, n);

	if (r != 1 || sig == NULL || n < AUTH_LEAST)
		return (r);
	switch (*lie) {
	case 'f':
		sig[*len - 1] ^= 1;
		break;
	case 'z':
		memset(sig, 0, *len);
		if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
			memcpy(sig, none, sizeof(none));
			*len = sizeof(none);
		}
		break;
	case 'r':
		if (!replay(key, sig, len))
			return (0);
		break;
	default:
		keep(key, sig, *len);
		break;
	}
	return (r);
}
