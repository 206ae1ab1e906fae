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

/* Values that both dialects have, as values of the policy file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "import_put.h"
#include "proto_types.h"

void
imp_use(struct imp_at *at, struct imp *im, const struct conf_sec *sec,
    struct conf_set *set)
{
	if (set != NULL)
		set->used = 1;
	at->im = im;
	at->sec = sec;
	at->set = set;
	at->nogroup = 0;
}

void
imp_bring(struct imp *im, const char *of, const struct conf_set *set,
    const char *file, const char *dir, const char *name, int key)
{
	imp_note(im, set->file, set->line, "%.100s: bring %.150s to %s%s%s%s",
	    of, file, dir, name, key ? " and its key to private/" : "",
	    key ? name : "");
}

int
put_id(const struct imp_at *at, const char *value, char *out)
{
	const char *why = imp_id(value, out);

	if (why == NULL)
		return (0);
	imp_refuse(at->im, at->sec, at->set, why);
	return (-1);
}

long
put_time(const struct imp_at *at)
{
	static const struct {
		char	unit;
		long	seconds;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 },
	    { 'd', 86400 } };
	char *end;
	long n = strtol(at->set->value, &end, 10);
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end != at->set->value && n >= 0 && n <= 214783647 &&
		    tolower((unsigned char)*end) == units[i].unit &&
		    (*end == '\0' || end[1] == '\0'))
			return (n * units[i].seconds);
	imp_note_set(at->im, at->sec, at->set, "is no time");
	return (-1);
}

/* Their words for what follows an end; start: where ours does the same. */
struct after {
	const char	*value, *start, *action;
};

/* NULL: noted. */
static const struct after *
after_of(const struct imp_at *at)
{
	static const struct after rows[] = {
		{ "restart", "auto", "restart" },
		{ "restart_by_peer", "auto", "restart" },
		{ "start", "auto", "restart" },
		{ "hold", "trap", "trap" }, { "trap", "trap", "trap" },
		{ "clear", "answer", "clear" }, { "none", "answer", "clear" }
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcasecmp(rows[i].value, at->set->value) == 0)
			return (&rows[i]);
	imp_note_set(at->im, at->sec, at->set, "not known");
	return (NULL);
}

static int
is_start(const struct after *a, const char *start)
{
	return (strcmp(a->start, start) == 0 || (strcmp(a->start,
	    "answer") == 0 && strcmp(start, "manual") == 0));
}

void
put_after(const struct imp_at *at, const char *start)
{
	const struct after *a = after_of(at);
	char why[128];

	if (a == NULL || is_start(a, start))
		return;
	snprintf(why, sizeof(why), "what follows when the peer closes it goes "
	    "by `start`, which is %s here: %s would do this", start,
	    a->start);
	imp_note_set(at->im, at->sec, at->set, why);
}

void
put_death(const struct imp_at *at, struct yn *tunnel, int first, int any)
{
	const struct after *a = after_of(at);
	const char *is = NULL;
	int same;

	if (a == NULL)
		return;
	if (yn_has(tunnel, "dpd"))
		is = yn_get(yn_map(tunnel, "dpd"), "action");
	same = is != NULL ? strcmp(is, a->action) == 0 :
	    is_start(a, yn_get(tunnel, "start"));
	if (any && !same)
		imp_note_set(at->im, at->sec, at->set, "nobody can be called "
		    "without an address: it waits for the peer");
	else if (first && !same)
		yn_set(yn_deeper(tunnel, "dpd", "interval"), "action", "%s",
		    a->action);
	else if (!same)
		imp_note_set(at->im, at->sec, at->set, "one action serves all "
		    "children, the first one's");
}

int
put_bool(const struct imp_at *at)
{
	static const char *const yes[] = { "yes", "true", "1", "on",
	    "enabled", "force" };
	static const char *const no[] = { "no", "false", "0", "off",
	    "disabled" };
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcasecmp(at->set->value, yes[i]) == 0)
			return (1);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (strcasecmp(at->set->value, no[i]) == 0)
			return (0);
	imp_note_set(at->im, at->sec, at->set, "is neither yes nor no");
	return (-1);
}

/* What `check` takes: 120 s at least, an overlap of 1 to 90 percent. */
void
put_life(struct yn *policy, long life, long margin)
{
	long percent;

	if (life > 0)
		yn_set(policy, "lifetime", "%lds", life < 120 ? 120 : life);
	if (life <= 0 || margin <= 0)
		return;
	percent = (margin * 100 + life / 2) / life;
	yn_set(policy, "overlap", "%ld%%", percent < 1 ? 1 : percent > 90 ?
	    90 : percent);
}

void
put_size(const struct imp_at *at, struct yn *policy, const char *key)
{
	unsigned long long n;
	char *end;

	n = strtoull(at->set->value, &end, 10);
	switch (tolower((unsigned char)*end)) {
	case 'k':
		n <<= 10;
		break;
	case 'm':
		n <<= 20;
		break;
	case 'g':
		n <<= 30;
		break;
	case '\0':
		break;
	default:
		end = NULL;
	}
	if (end == NULL || at->set->value[0] == '-')
		imp_note_set(at->im, at->sec, at->set, "is no size");
	else if (n != 0)
		yn_set(policy, key, "%llu", n);
}

void
put_mark(const struct imp_at *at, struct yn *map)
{
	if (at->set->value[0] == '%')
		imp_refuse(at->im, at->sec, at->set, "marks are fixed here");
	else {
		yn_set(map, "mark", "%s", at->set->value);
		put_kernel(at->im, at->sec, "a mark");
	}
}

void
put_any_id(struct yn *end)
{
	const char *a = yn_get(end, "address");
	struct yn *list = NULL;

	if (yn_get(end, "id") != NULL)
		return;
	if (a == NULL) {
		list = yn_first(yn_map(end, "address"));
		if (list != NULL && yn_next(list) == NULL &&
		    strpbrk(yn_key(list), "/%") == NULL)
			return;
	}
	yn_set(end, "id", "any");
}

void
put_kernel(struct imp *im, const struct conf_sec *sec, const char *what)
{
	if (yn_get(im->out, "dataplane") == NULL)
		imp_note(im, sec->file, sec->line, "%.100s has %s, which "
		    "only the kernel's data plane has", sec->name, what);
	yn_set(im->out, "dataplane", "kernel");
}

/* "tcp", "6", "%any": into protocol; 0, or -1. */
static int
put_protocol(const struct imp_at *at, struct yn *child, const char *proto)
{
	static const struct {
		const char	*number, *name;
	} known[] = { { "1", "icmp" }, { "6", "tcp" }, { "17", "udp" } };
	const char *was = yn_get(child, "protocol");
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].number, proto) == 0)
			proto = known[i].name;
	if (proto[0] == '\0' || strcmp(proto, "%any") == 0 ||
	    strcmp(proto, "0") == 0)
		return (0);
	if (was != NULL && strcmp(was, proto) != 0) {
		imp_refuse(at->im, at->sec, at->set, "one child has one "
		    "protocol here: make it two children");
		return (-1);
	}
	yn_set(child, "protocol", "%s", proto);
	return (0);
}

void
put_protoport(const struct imp_at *at, const char *value, struct yn *child,
    const char *port_key)
{
	char proto[32], port[32];
	const char *slash = strchr(value, '/');

	snprintf(proto, sizeof(proto), "%.*s", slash == NULL ?
	    (int)strlen(value) : (int)(slash - value), value);
	if (put_protocol(at, child, proto) == -1 || slash == NULL)
		return;
	snprintf(port, sizeof(port), "%s", slash + 1);
	if (strcmp(port, "%any") == 0 || port[0] == '\0' ||
	    strcmp(port, "0") == 0)
		return;
	if (strcmp(port, "%opaque") == 0) {
		imp_refuse(at->im, at->sec, at->set, "opaque ports are not "
		    "known here");
		return;
	}
	yn_set(child, port_key, "%s", port);
}

static int
is_range(const char *net, const char *dash)
{
	struct wt_addr lo, hi;
	char first[64];

	snprintf(first, sizeof(first), "%.*s", (int)(dash - net), net);
	return (addr_parse(first, &lo) == 0 && addr_parse(dash + 1, &hi) ==
	    0 && lo.af == hi.af && addr_cmp(&lo, &hi) <= 0);
}

/* "10.1.0.0/16[tcp/80]", "%dynamic", "2001:db8::/32". */
static void
put_net(const struct imp_at *at, struct yn *child, const char *key,
    const char *port_key, const char *word, char *net)
{
	char *slot = strchr(net, '['), *dash;
	struct wt_prefix p;

	if (slot != NULL) {
		*slot++ = '\0';
		slot[strcspn(slot, "]")] = '\0';
		put_protoport(at, slot, child, port_key);
	}
	if (strcmp(net, "%dynamic") == 0 || strcmp(net, "dynamic") == 0 ||
	    net[0] == '\0') {
		if (word != NULL)
			yn_add(child, key, word);
	} else if ((dash = strchr(net, '-')) != NULL && is_range(net, dash))
		yn_add(child, key, net);
	else if (net[0] == '%' || strncmp(net, "vhost:", 6) == 0 ||
	    strncmp(net, "vnet:", 5) == 0)
		imp_refuse(at->im, at->sec, at->set, "no such network here");
	else if (prefix_parse(net, &p) == -1)
		imp_refuse(at->im, at->sec, at->set, "is no network");
	else
		yn_add(child, key, net);
}

void
put_nets(const struct imp_at *at, struct yn *child, const char *key,
    const char *port_key, const char *word)
{
	char list[2048], *p = list, *net;

	if (strlcpy(list, at->set->value, sizeof(list)) >= sizeof(list)) {
		imp_refuse(at->im, at->sec, at->set, "a longer list than is "
		    "read");
		return;
	}
	while ((net = strsep(&p, ", \t")) != NULL)
		if (*net != '\0')
			put_net(at, child, key, port_key, word, net);
}

static int
says_any(const char *s)
{
	static const char *const any[] = { "%any", "%any4", "%any6",
	    "0.0.0.0", "::", "0.0.0.0/0", "::/0", "%defaultroute", "%group",
	    "%opportunistic" };
	size_t i;

	for (i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		if (strcmp(s, any[i]) == 0)
			return (1);
	return (0);
}

int
put_address(const struct imp_at *at, struct yn *end)
{
	char list[2048], *p = list, *a;
	int any = 0;

	(void)strlcpy(list, at->set->value, sizeof(list));
	while ((a = strsep(&p, ", \t")) != NULL) {
		if (*a == '%' && a[1] != '\0' && !says_any(a))
			a++;		/* %name: any may come as well */
		if (says_any(a))
			any = 1;
		else if (*a != '\0')
			yn_add(end, "address", a);
	}
	return (any);
}

void
put_words(const struct imp_at *at, struct yn *map, const char *key)
{
	char list[2048], *p = list, *word;

	(void)strlcpy(list, at->set->value, sizeof(list));
	while ((word = strsep(&p, ", \t")) != NULL)
		if (*word != '\0')
			yn_add(map, key, word);
}

void
put_base(const char *path, char out[65])
{
	const char *slash = strrchr(path, '/');
	char *dot;

	(void)snprintf(out, 65, "%s", slash != NULL ? slash + 1 : path);
	dot = strrchr(out, '.');
	if (dot != NULL && dot != out)
		*dot = '\0';
	put_name(out, out);
}

void
put_name(const char *theirs, char out[65])
{
	char name[65];
	size_t n = 0;
	int number = 1;

	for (; *theirs != '\0' && n + 1 < sizeof(name) - 5; theirs++) {
		name[n] = *theirs == '/' || *theirs == ',' ||
		    !isprint((unsigned char)*theirs) ? '-' : *theirs;
		number &= isdigit((unsigned char)name[n]) != 0;
		n++;
	}
	name[n] = '\0';
	(void)strlcpy(out, number ? "conn-" : "", 65);
	(void)strlcat(out, name, 65);
}
