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
 * Tries, as another user, what nobody may do to a process of the suite:
 *
 *	intruder UID trace PID	attach as a debugger
 *	intruder UID read PID	read its memory, its environment
 *	intruder UID tun NAME	attach to its TUN device
 *
 * Succeeds when each is refused, and says how.
 */
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
refused(const char *what, int rc)
{
	if (rc != -1) {
		printf("%s: allowed\n", what);
		return (0);
	}
	printf("%s: %s\n", what, strerror(errno));
	return (errno == EPERM || errno == EACCES || errno == EBUSY);
}

static int
may_not_trace(pid_t pid)
{
	return (refused("PTRACE_SEIZE", (int)ptrace(PTRACE_SEIZE, pid, 0, 0)) &&
	    refused("PTRACE_ATTACH", (int)ptrace(PTRACE_ATTACH, pid, 0, 0)));
}

static int
may_not_read(pid_t pid)
{
	static const char *const files[] = { "mem", "environ", "maps", "fd/3",
	    "root", "auxv" };
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid,
		    files[i]);
		if (!refused(path, open(path, O_RDONLY)))
			return (0);
	}
	return (1);
}

/*
 * Each way to attach: by the device's own flags, and by others, which are
 * refused for that alone.
 */
static int
may_not_attach(const char *name)
{
	static const short flags[] = { IFF_MULTI_QUEUE | IFF_VNET_HDR,
	    IFF_MULTI_QUEUE, IFF_VNET_HDR, 0 };
	struct ifreq ifr;
	size_t i;
	int fd, rc;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if ((fd = open("/dev/net/tun", O_RDWR)) == -1)
			return (refused("/dev/net/tun", -1));
		memset(&ifr, 0, sizeof(ifr));
		strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
		ifr.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | flags[i]);
		rc = ioctl(fd, TUNSETIFF, &ifr);
		/* Flags that are not the device's are refused before. */
		if (rc == -1 && errno == EINVAL && i > 0)
			printf("TUNSETIFF: other flags\n");
		else if (!refused("TUNSETIFF", rc))
			return (0);
		close(fd);
	}
	return (1);
}

int
main(int argc, char *argv[])
{
	uid_t uid;

	if (argc != 4)
		return (2);
	uid = (uid_t)atol(argv[1]);
	if (setgroups(0, NULL) == -1 || setresgid(uid, uid, uid) == -1 ||
	    setresuid(uid, uid, uid) == -1) {
		perror("setresuid");
		return (2);
	}
	if (strcmp(argv[2], "trace") == 0)
		return (!may_not_trace((pid_t)atol(argv[3])));
	if (strcmp(argv[2], "read") == 0)
		return (!may_not_read((pid_t)atol(argv[3])));
	if (strcmp(argv[2], "tun") == 0)
		return (!may_not_attach(argv[3]));
	return (2);
}
