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

/* The wizard's questions. */
#include <sys/stat.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "addr.h"
#include "id.h"
#include "km.h"
#include "name.h"
#include "wizard.h"

/*
 * A question: take() keeps the answer, or says what is wrong with it;
 * offer() writes what an empty answer means ("": there must be one).
 */
struct question {
	const char	*ask, *help;
	void		(*offer)(const struct wizard *, char *);
	const char	*(*take)(struct wizard *, const char *);
};

static const char *
take_name(struct wizard *w, const char *s)
{
	char path[512];
	struct stat st;
	const char *why = name_file_wrong(s);

	if (why != NULL)
		return (why);
	snprintf(path, sizeof(path), "%s/conf.d/%s.yaml", w->o->policy_dir, s);
	if (stat(path, &st) == 0)
		return ("conf.d/ has a file of this name");
	snprintf(path, sizeof(path), "%s/psk/%s", w->o->policy_dir, s);
	if (!w->only_cert && stat(path, &st) == 0)
		return ("psk/ has a file of this name");
	snprintf(path, sizeof(path), "%s-peer", s);
	if (stat(path, &st) == 0)
		return ("there is a directory NAME-peer here");
	(void)strlcpy(w->name, s, sizeof(w->name));
	return (NULL);
}

/* An address, or a host's name. */
static const char *
where_wrong(const char *s)
{
	struct wt_addr a;
	size_t n = strlen(s);

	if (addr_parse(s, &a) == 0)
		return (NULL);
	if (strspn(s, "0123456789.") == n || strchr(s, ':') != NULL ||
	    strchr(s, '/') != NULL)
		return ("that is no address");
	if (strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.-") != n || s[0] == '-' || s[0] == '.')
		return ("that is no host's name");
	return (NULL);
}

static const char *
take_remote(struct wizard *w, const char *s)
{
	const char *why = where_wrong(s);

	if (why == NULL)
		(void)strlcpy(w->remote, s, sizeof(w->remote));
	return (why);
}

/* "10.1.0.0/16, 2001:db8::/32"; none is the host alone. */
static const char *
take_nets(char *out, const char *s)
{
	char list[WZ_TEXT], *p = list, *net;
	struct wt_prefix prefix;

	(void)strlcpy(list, s, sizeof(list));
	if (strcasecmp(s, "none") == 0)
		list[0] = '\0';
	out[0] = '\0';
	while ((net = strsep(&p, ", \t")) != NULL) {
		if (*net == '\0')
			continue;
		if (prefix_parse(net, &prefix) == -1)
			return ("that is no list of networks (10.1.0.0/16)");
		if (out[0] != '\0')
			(void)strlcat(out, ",", WZ_TEXT);
		(void)strlcat(out, net, WZ_TEXT);
	}
	return (NULL);
}

static const char *
take_here(struct wizard *w, const char *s)
{
	return (take_nets(w->here, s));
}

static const char *
take_there(struct wizard *w, const char *s)
{
	return (take_nets(w->there, s));
}

static void
offer_none(const struct wizard *w, char *out)
{
	(void)w;
	(void)strlcpy(out, "none", WZ_TEXT);
}

static void
offer_auth(const struct wizard *w, char *out)
{
	if (!w->only_cert)
		(void)strlcpy(out, "psk", WZ_TEXT);
	else {
		wizard_certs(w, out);
		if (strchr(out, ',') != NULL)	/* more than one: choose */
			out[0] = '\0';
	}
}

static const char *
take_auth(struct wizard *w, const char *s)
{
	static char all[WZ_TEXT + 64];
	char have[WZ_TEXT];
	const char *why;

	if (strcasecmp(s, "psk") == 0 && !w->only_cert) {
		w->cert[0] = '\0';
		return (NULL);
	}
	if ((why = wizard_cert(w, s)) == NULL)
		return (NULL);
	wizard_certs(w, have);
	snprintf(all, sizeof(all), "%s; there is: %s", why,
	    have[0] != '\0' ? have : "none, see ikectl cert");
	return (all);
}

/* By PSK: where the peer finds us.  By certificate: who the peer is. */
static void
offer_last(const struct wizard *w, char *out)
{
	if (w->cert[0] == '\0')
		wizard_route(w->remote, out);
	else
		wizard_id(w->remote, out);
}

static const char *
take_last(struct wizard *w, const char *s)
{
	struct wt_id id;
	const char *why;

	if (w->cert[0] != '\0') {
		(void)strlcpy(w->peer_id, s, sizeof(w->peer_id));
		return (id_parse(s, &id));
	}
	if ((why = where_wrong(s)) != NULL)
		return (why);
	(void)strlcpy(w->us, s, sizeof(w->us));
	wizard_id(s, w->us_id);
	return (NULL);
}

enum { Q_NAME, Q_REMOTE, Q_HERE, Q_THERE, Q_AUTH, Q_US, Q_PEER,
	Q_CERT };
static const struct question questions[] = {
	[Q_NAME] = { "Name of the tunnel",
	    "You use it in \"ikectl activate NAME\" and see it in lists and "
	    "logs.\nA place or a partner is a good one: boston.", NULL,
	    take_name },
	[Q_REMOTE] = { "Address or name of the other side",
	    "Where IKE messages go to: the gateway's own address, "
	    "198.51.100.7, "
	    "or a name\nin the DNS, vpn.example.com, which is looked up again "
	    "when it changes.", NULL, take_remote },
	[Q_HERE] = { "Networks on this side",
	    "Whose traffic the tunnel carries: 10.1.0.0/16, or a list "
	    "10.1.0.0/16, 10.7.0.0/24.\n\"none\" is this host alone.  The "
	    "other side must say the same.", offer_none, take_here },
	[Q_THERE] = { "Networks on the other side",
	    "The same for the other end: 10.2.0.0/16.  \"none\" is the host "
	    "alone.", offer_none, take_there },
	[Q_AUTH] = { "Proof of who we are: psk, or the name of our "
	    "certificate",
	    "psk: a secret that both sides know; one of 256 random bits is "
	    "made.\nA certificate: its name below certs/ (\"ikectl cert "
	    "list\"), with its key.", offer_auth, take_auth },
	[Q_CERT] = { "The name of our certificate",
	    "Its name below certs/ (\"ikectl cert list\"), with its key in "
	    "private/.", offer_auth, take_auth },
	[Q_US] = { "Address or name by which the other side finds this one",
	    "The address that the other side sees.  With NAT before this "
	    "side: the outer one.", offer_last, take_last },
	[Q_PEER] = { "Who the other side is by its certificate",
	    "A name that its certificate has: fqdn:vpn.example.com, an "
	    "address,\nemail:ann@example.com, or \"dn:C=DE, O=Acme, "
	    "CN=boston\".", offer_last, take_last },
};

/* A line without its blanks; -1 at the end. */
static int
read_answer(char *out)
{
	char line[WZ_TEXT];
	size_t n;
	char *s = line;
	int c;

	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return (-1);
	n = strlen(line);
	if (n > 0 && line[n - 1] != '\n')	/* longer than is taken */
		while ((c = getchar()) != EOF && c != '\n')
			;
	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	(void)strlcpy(out, s, WZ_TEXT);
	return (0);
}

static int
ask(struct wizard *w, unsigned int number, const struct question *q)
{
	char offer[WZ_TEXT], answer[WZ_TEXT];
	const char *why;

	for (;;) {
		offer[0] = '\0';
		if (q->offer != NULL)
			q->offer(w, offer);
		printf("%u. %s%s%s%s: ", number, q->ask,
		    offer[0] != '\0' ? " [" : "", offer,
		    offer[0] != '\0' ? "]" : "");
		if (read_answer(answer) == -1)
			return (-1);
		if (strcmp(answer, "?") == 0) {
			printf("%s\n", q->help);
			continue;
		}
		if (answer[0] == '\0')
			(void)strlcpy(answer, offer, sizeof(answer));
		why = answer[0] == '\0' ? "an answer is needed (? explains)" :
		    q->take(w, answer);
		if (why == NULL)
			return (0);
		printf("   \"%s\": %s\n", answer, why);
	}
}

int
wizard_ask(struct wizard *w)
{
	unsigned int i;

	for (i = Q_NAME; i <= Q_AUTH; i++)
		if (ask(w, i + 1, &questions[i == Q_AUTH && w->only_cert ?
		    Q_CERT : i]) == -1)
			return (-1);
	if (ask(w, i + 1, &questions[w->cert[0] != '\0' ? Q_PEER : Q_US]) ==
	    -1)
		return (-1);
	if (w->cert[0] != '\0')
		wizard_route(w->remote, w->us);
	return (0);
}

int
wizard_yes(const char *question)
{
	char answer[WZ_TEXT];

	for (;;) {
		printf("%s [yes] ", question);
		if (read_answer(answer) == -1)
			return (-1);
		if (answer[0] == '\0' || strcasecmp(answer, "yes") == 0 ||
		    strcasecmp(answer, "y") == 0)
			return (1);
		if (strcasecmp(answer, "no") == 0 ||
		    strcasecmp(answer, "n") == 0)
			return (0);
		printf("yes or no\n");
	}
}
