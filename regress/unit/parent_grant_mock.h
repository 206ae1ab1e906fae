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

#ifndef REGRESS_PARENT_GRANT_MOCK_H
#define REGRESS_PARENT_GRANT_MOCK_H

/*
 * The grant half of ikd-parent between a kernel and a life half that only
 * take notes.  Code, not declarations: it takes the place of objects of the
 * archives, so no other test may link it, and one file includes it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../ikd/parent/asroot_nft.h"
#include "../../ikd/parent/asroot_route.h"
#include "../../ikd/parent/asroot_tun.h"
#include "../../ikd/parent/asroot_vrf.h"
#include "../../ikd/parent/asroot_xfrm.h"
#include "../../ikd/parent/parent.h"

struct sent {
	enum role	 role;
	unsigned int	 inst;
	uint16_t	 type;
	int		 taken;
	union {
		struct mi_result	 result;
		struct mi_removed	 removed;
		struct mi_expire	 expire;
		struct mt_result	 tmd;
		struct mt_pair		 pair;
		struct mt_old		 old;
		struct me_sa_add	 add;
		struct me_handle	 handle;
		struct me_move		 move;
		struct me_query		 query;
		struct me_idle		 idle;
	} u;
};

#define SENT_MAX	256

static int	 mock_esp_up;		/* parent_send() to ikd-esp works */
static int	 mock_violations;
static unsigned int mock_del_credit = 1024;	/* SA_DELs that still go */
static size_t	 mock_queued;		/* octets tmd has not read */
static int	 mock_descriptors;	/* given to ikd-esp */
static uint64_t	 mock_clock = 1000, mock_clock_step;
static const char *mock_xfrm_why;	/* what the kernel refuses */
static void	(*mock_tmd_says)(void);	/* pipe_read_now() of tmd's pipe */

static struct sent	 sent[SENT_MAX];
static size_t		 nsent;
static char		 asked[8192], told[8192];

static void note(const char *, ...) __attribute__((format(printf, 1, 2)));

static void
note(const char *fmt, ...)
{
	size_t	 at = strlen(asked);
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(asked + at, sizeof(asked) - at, fmt, ap);
	va_end(ap);
}

/* What the kernel was asked since the last call, one word an item. */
static const char *
mock_kernel(void)
{
	memcpy(told, asked, sizeof(told));
	asked[0] = '\0';
	return (told);
}

static size_t
body_size(uint16_t type, enum role role)
{
	if (role == ROLE_SIGN)
		return (sizeof(struct mi_result));
	if (role == ROLE_IKE)
		return (type == M_SA_EXPIRE ? sizeof(struct mi_expire) :
		    type == M_REMOVED || type == M_SA_INFO ?
		    sizeof(struct mi_removed) : sizeof(struct mi_result));
	if (role == ROLE_TMD)
		return (type == M_PAIR ? sizeof(struct mt_pair) :
		    type == M_GRANT_OLD ? sizeof(struct mt_old) :
		    type == M_GRANTS_END ? 0 :
		    type == M_ACQUIRE || type == M_PLANE ? 0 :
		    sizeof(struct mt_result));
	switch (type) {
	case M_SA_ADD:
		return (sizeof(struct me_sa_add));
	case M_SA_DEL:
	case M_SA_RETIRE:
	case M_SA_RELEASE:
		return (sizeof(struct me_handle));
	case M_SA_MOVE:
		return (sizeof(struct me_move));
	case M_SA_QUERY:
		return (sizeof(struct me_query));
	case M_SET_IDLE_ROW:
		return (sizeof(struct me_idle));
	default:
		return (0);
	}
}

int
parent_send(struct parent *p, enum role role, unsigned int inst,
    uint16_t type, const void *body, int fd)
{
	struct sent	*s;

	(void)p;
	if (fd != -1) {
		mock_descriptors++;
		close(fd);
	}
	if (role == ROLE_ESP && !mock_esp_up)
		return (PIPE_CLOSED);
	if (type == M_SA_DEL && mock_del_credit-- == 0) {
		mock_del_credit = 0;
		return (PIPE_NOCREDIT);
	}
	if (nsent == SENT_MAX)
		fatal("more messages than a test should send");
	s = &sent[nsent++];
	memset(s, 0, sizeof(*s));
	s->role = role;
	s->inst = inst;
	s->type = type;
	if (body_size(type, role) > 0)
		memcpy(&s->u, body, body_size(type, role));
	return (PIPE_OK);
}

/* The next message of this type to this role, or NULL; each once. */
static struct sent *
mock_sent(enum role role, uint16_t type)
{
	size_t	 i;

	for (i = 0; i < nsent; i++)
		if (!sent[i].taken && sent[i].role == role &&
		    sent[i].type == type) {
			sent[i].taken = 1;
			return (&sent[i]);
		}
	return (NULL);
}

static void
mock_forget(void)
{
	nsent = 0;
}

struct pipe *
parent_pipe(struct parent *p, enum role role, unsigned int inst)
{
	static int	 there;

	(void)p;
	(void)inst;
	return (role == ROLE_TMD ? (struct pipe *)(void *)&there : NULL);
}

int
pipe_read_now(struct pipe *p)
{
	(void)p;
	if (mock_tmd_says != NULL)
		mock_tmd_says();
	return (0);
}

size_t
pipe_queued(const struct pipe *p)
{
	(void)p;
	return (mock_queued);
}

void
child_violation(const struct child_id *c, const char *fmt, ...)
{
	(void)c;
	(void)fmt;
	mock_violations++;
}

uint64_t
parent_now(void)
{
	mock_clock += mock_clock_step;
	return (mock_clock);
}

unsigned int
parent_slot_worker(const struct parent *p, unsigned int slot)
{
	return (slot % p->workers);
}

/* The kernel.  Only the third octet of the local prefix names a flow. */
void
asroot_block(int add, const struct flow *f, int *refused)
{
	note("%cblock%u ", add ? '+' : '-', f->l.addr.a[2]);
	if (mock_xfrm_why != NULL && refused != NULL)
		*refused = 1;
}

void
asroot_beside(int add, const struct flow *f, int wall, int *refused)
{
	note("%c%s%u ", add ? '+' : '-', wall ? "wall" : "hole",
	    f->l.addr.a[2]);
	if (mock_xfrm_why != NULL && refused != NULL)
		*refused = 1;
}

void
asroot_allow_flow(int add, const struct flow *f, int inbound)
{
	(void)inbound;
	if (f->l.addr.af == 6)
		note("%callow%u ", add ? '+' : '-', f->l.addr.a[2]);
}

void
asroot_rule(int add, const struct flow *f, uint32_t table,
    enum rule_prio prio)
{
	note("%c%s%u ", add ? '+' : '-', prio == RULE_FLOW ? "rule" :
	    table == 0 ? "past" : "hint", f->l.addr.a[2]);
}

void
asroot_rule_guard(int add, const struct flow *f, enum rule_prio prio)
{
	(void)prio;
	note("%cguard%u ", add ? '+' : '-', f->l.addr.a[2]);
}

void
asroot_route(int add, uint32_t table, const struct wt_prefix *dst,
    const struct wt_addr *src, unsigned int ifindex)
{
	(void)table;
	(void)src;
	(void)ifindex;
	note("%croute%u ", add ? '+' : '-', dst->addr.a[2]);
}

void
asroot_rules_base(int add)
{
	note("%cbase ", add ? '+' : '-');
}

void
asroot_xfrm_clean(int but_hosts)
{
	note(but_hosts ? "cleanx-hosts " : "cleanx ");
}

void
asroot_route_clean(void)
{
	note("cleanr ");
}

int	 asroot_xfrm_open(void) { return (0); }
int	 asroot_xfrm_there(void) { return (1); }
const char *asroot_xfrm_flush(void) { return (mock_xfrm_why); }
void	 asroot_xfrm_recognise(void) { }
void	 asroot_allow_out(int add, unsigned int i) { (void)add; (void)i; }
void	 asroot_allow_device(int add, unsigned int i) { (void)add; (void)i; }
void	 asroot_route_open(void) { }
const char *asroot_route_flush(void) { return (NULL); }
unsigned int
asroot_route_dev(const struct wt_addr *s, const struct wt_addr *d)
{
	(void)s;
	(void)d;
	return (3);
}
int
asroot_route_src(const struct wt_addr *d, struct wt_addr *s)
{
	(void)d;
	memset(s, 0, sizeof(*s));
	return (-1);
}
int	 asroot_events_fd(void) { return (-1); }
int	 asroot_events(void) { return (0); }
int	 asroot_nft_marks(void) { return (1); }
void	 asroot_nft_open(void) { }
void	 asroot_nft_set(unsigned int i) { (void)i; }
void	 asroot_nft_clear(void) { }
int	 asroot_tun_queue(unsigned int i) { return (i == 0 ? dup(0) : -1); }
void	 asroot_tun_open(void) { }
unsigned int asroot_tun_make(void) { return (5); }
void	 asroot_tun_close(void) { }
void	 asroot_vrf_open(void) { }
const char *
asroot_vrf_join(unsigned int i, unsigned int vrf, int up)
{
	(void)i;
	(void)vrf;
	(void)up;
	return (NULL);
}
void	 asroot_vrf_load(void) { }
const struct vrf_link *
asroot_vrf_link(unsigned int i)
{
	(void)i;
	return (NULL);
}
const struct vrf_link *
asroot_vrf_named(const char *name)
{
	(void)name;
	return (NULL);
}
int
asroot_link_up(unsigned int i, unsigned int mtu)
{
	(void)i;
	(void)mtu;
	return (0);
}

void
asroot_links(void (*fn)(unsigned int, const char *, void *), void *arg)
{
	(void)fn;
	(void)arg;
}

void
asroot_addrs(void (*fn)(const struct wt_prefix *, unsigned int, void *),
    void *arg)
{
	(void)fn;
	(void)arg;
}

#endif /* REGRESS_PARENT_GRANT_MOCK_H */
