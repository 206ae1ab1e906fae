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
 * Identities: the policy file's text forms, comparison and matching
 * (RFC 7296 section 3.5).  Distinguished names are dn.c's and dn_text.c's.
 */

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "dn.h"
#include "fnv.h"
#include "hex.h"
#include "id.h"
#include "id_net.h"
#include "log.h"

static void
id_set(struct wt_id *id, unsigned int type, const void *data, size_t len)
{
	memset(id, 0, sizeof(*id));
	id->type = (uint8_t)type;
	id->data_len = (uint16_t)len;
	memcpy(id->data, data, len);
}

void
id_from_addr(const struct wt_addr *a, struct wt_id *id)
{
	id_set(id, a->af == 4 ? ID_IPV4_ADDR : a->af == 6 ? ID_IPV6_ADDR :
	    ID_ANY, a->a, addr_len(a));
}

/* Visible ASCII: what a name may be made of. */
static int
visible(const char *s)
{
	size_t i, len = strlen(s);

	for (i = 0; i < len; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return (0);
	return (len > 0 && len <= ID_MAX);
}

static const char *
parse_ip(const char *v, struct wt_id *id)
{
	struct wt_addr a;

	if (addr_parse(v, &a) == -1)
		return (strchr(v, '/') != NULL ? "not an IP address; a prefix "
		    "is subnet:" : strchr(v, '-') != NULL ? "not an IP "
		    "address; from one to another is range:" :
		    "not an IP address");
	id_from_addr(&a, id);
	return (NULL);
}

static const char *
parse_fqdn(const char *v, struct wt_id *id)
{
	if (!visible(v))
		return ("not a domain name");
	id_set(id, ID_FQDN, v, strlen(v));
	return (NULL);
}

static const char *
parse_email(const char *v, struct wt_id *id)
{
	const char *at = strrchr(v, '@');

	if (!visible(v) || at == NULL || at == v || at[1] == '\0')
		return ("not a mail address (user@host)");
	id_set(id, ID_RFC822_ADDR, v, strlen(v));
	return (NULL);
}

/* "0x2a" is octets; anything else stands for itself. */
static const char *
parse_keyid(const char *v, struct wt_id *id)
{
	uint8_t buf[ID_MAX];
	size_t len = strlen(v);

	if (len == 0)
		return ("an empty key ID");
	if (len > 2 * ID_MAX + 2)
		return ("the key ID is too long");
	if (v[0] != '0' || (v[1] != 'x' && v[1] != 'X')) {
		if (len > ID_MAX)
			return ("the key ID is too long");
		id_set(id, ID_KEY_ID, v, len);
		return (NULL);
	}
	if (len == 2 || len % 2 != 0)
		return ("hexadecimal octets need two digits each");
	if (hex_octets(v + 2, len - 2, buf) == -1)
		return ("not hexadecimal octets");
	id_set(id, ID_KEY_ID, buf, len / 2 - 1);
	return (NULL);
}

static const char *
parse_dn(const char *v, struct wt_id *id)
{
	uint8_t der[ID_MAX];
	const char *why;
	size_t len;

	if ((why = dn_parse(v, 1, der, sizeof(der), &len)) != NULL)
		return (why);
	id_set(id, ID_DER_ASN1_DN, der, len);
	return (NULL);
}

static const char *
parse_group(const char *v, struct wt_id *id)
{
	(void)v;
	(void)id;
	return ("a group is no ID here: it stands as the remote ID of a "
	    "tunnel, and in remote: and peers: of a child");
}

static const struct {
	const char	*prefix;
	const char	*(*parse)(const char *, struct wt_id *);
} forms[] = {
	{ "ip:", parse_ip },
	{ "fqdn:", parse_fqdn },
	{ "email:", parse_email },
	{ "keyid:", parse_keyid },
	{ "dn:", parse_dn },
	{ "group:", parse_group },
	{ "subnet:", id_net_parse_subnet },
	{ "range:", id_net_parse_range },
};

/* A bare value: address, user@host, a DN (a=b), else a domain name. */
static const char *
parse_bare(const char *s, struct wt_id *id)
{
	if (parse_ip(s, id) == NULL)
		return (NULL);
	if (strchr(s, '=') != NULL)
		return (parse_dn(s, id));
	if (s[0] == '@')
		return ("write fqdn: or keyid: before the name instead of @");
	if (s[0] == '%')
		return ("not an ID: whoever it is, is `any`");
	if (strchr(s, '@') != NULL)
		return (parse_email(s, id));
	if (strchr(s, ':') != NULL)
		return ("not an ID: known are ip: fqdn: email: dn: keyid: "
		    "subnet: range:");
	return (parse_fqdn(s, id));
}

const char *
id_parse(const char *s, struct wt_id *id)
{
	size_t i, len;

	memset(id, 0, sizeof(*id));
	if (strcmp(s, "any") == 0)
		return (NULL);
	if (s[0] == '\0')
		return ("an empty ID");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		len = strlen(forms[i].prefix);
		if (strncmp(s, forms[i].prefix, len) == 0)
			return (forms[i].parse(s + len, id));
	}
	return (parse_bare(s, id));
}

/* Appends what a peer may have written, never more than fits. */
static void
print_text(const struct wt_id *id, char *out, size_t size)
{
	size_t i, at = strlen(out);

	for (i = 0; i < id->data_len && at + 5 < size; i++) {
		uint8_t c = id->data[i];

		if (c < 0x21 || c > 0x7e || c == '\\')
			at += (size_t)snprintf(out + at, size - at, "\\x%02x",
			    c);
		else
			out[at++] = (char)c;
	}
	if (size > 0)
		out[at < size ? at : size - 1] = '\0';
}

static void
print_hex(const struct wt_id *id, char *out, size_t size)
{
	size_t i, at;

	at = strlen(out);
	at += (size_t)snprintf(out + at, size - at, "0x");
	for (i = 0; i < id->data_len && at + 3 < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%02x",
		    id->data[i]);
}

/* Would the text form of this key ID mean the same octets? */
static int
keyid_is_text(const struct wt_id *id)
{
	size_t i;

	if (id->data_len >= 2 && id->data[0] == '0' &&
	    (id->data[1] == 'x' || id->data[1] == 'X'))
		return (0);
	for (i = 0; i < id->data_len; i++)
		if (id->data[i] < 0x21 || id->data[i] > 0x7e ||
		    id->data[i] == '\\')
			return (0);
	return (id->data_len > 0);
}

static int
print_addr_id(const struct wt_id *id, char *out, size_t size)
{
	struct wt_addr a = { .af = id->type == ID_IPV4_ADDR ? 4 : 6 };

	if (id->data_len != addr_len(&a))
		return (0);
	memcpy(a.a, id->data, id->data_len);
	addr_print(&a, out, size);
	return (1);
}

static struct slice
octets(const struct wt_id *id)
{
	return ((struct slice){ id->data, id->data_len });
}

static int
print_dn(const struct wt_id *id, char *out, size_t size)
{
	size_t at;

	if (!dn_valid(octets(id), 1))
		return (0);
	snprintf(out, size, "dn:");
	at = strlen(out);
	dn_print(octets(id), out + at, size - at);
	return (1);
}

char *
id_print(const struct wt_id *id, char *out, size_t size)
{
	switch (id->type) {
	case ID_ANY:
		snprintf(out, size, "any");
		return (out);
	case ID_IPV4_ADDR:
	case ID_IPV6_ADDR:
		if (print_addr_id(id, out, size))
			return (out);
		break;
	case ID_FQDN:
	case ID_RFC822_ADDR:
		snprintf(out, size, "%s",
		    id->type == ID_FQDN ? "fqdn:" : "email:");
		print_text(id, out, size);
		return (out);
	case ID_DER_ASN1_DN:
		if (print_dn(id, out, size))
			return (out);
		break;
	case ID_IPV4_SUBNET:
	case ID_IPV6_SUBNET:
	case ID_IPV4_RANGE:
	case ID_IPV6_RANGE:
		return (id_net_print(id, out, size));
	case ID_KEY_ID:
		snprintf(out, size, "keyid:");
		if (keyid_is_text(id))
			print_text(id, out, size);
		else
			print_hex(id, out, size);
		return (out);
	default:
		break;
	}
	if (id->type == ID_DER_ASN1_DN)
		snprintf(out, size, "dn:");
	else
		snprintf(out, size, "id-%u:", id->type);
	print_hex(id, out, size);
	return (out);
}

/* Where the part begins whose case does not matter: a host name. */
static size_t
host_at(const struct wt_id *id)
{
	size_t i;

	if (id->type == ID_FQDN)
		return (0);
	if (id->type == ID_RFC822_ADDR)
		for (i = id->data_len; i > 0; i--)
			if (id->data[i - 1] == '@')
				return (i);
	return (id->data_len);
}

/* ASCII alone, whatever the locale. */
static int
lower(int c)
{
	return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int
equal_nocase(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return (0);
	return (1);
}

int
id_equal(const struct wt_id *a, const struct wt_id *b)
{
	size_t h;

	if (a->type != b->type)
		return (0);
	if (a->type == ID_DER_ASN1_DN && dn_equal(octets(a), octets(b)))
		return (1);
	if (a->data_len != b->data_len)
		return (0);
	h = host_at(a);
	return (memcmp(a->data, b->data, h) == 0 &&
	    equal_nocase(a->data + h, b->data + h, a->data_len - h));
}

/* Canonical names apart from all other data: nobody makes the one the other. */
size_t
id_canon(const struct wt_id *id, uint8_t out[ID_CANON_MAX])
{
	size_t i, n = 0, host;

	out[0] = id->type;
	if (id->type == ID_DER_ASN1_DN)
		n = dn_canon(octets(id), out + 2, ID_CANON_MAX - 2);
	out[1] = n != 0;
	if (n != 0)
		return (2 + n);
	host = host_at(id);
	for (i = 0; i < id->data_len; i++)
		out[2 + i] = i < host ? id->data[i] :
		    (uint8_t)lower(id->data[i]);
	return (2U + id->data_len);
}

uint32_t
id_hash(const struct wt_id *id)
{
	uint8_t canon[ID_CANON_MAX];

	return (fnv_octets(canon, id_canon(id, canon)));
}

/*
 * The wildcards "*.x.example" and "*@x.example": at least one character
 * stands for the star.  dn.h has those of names.
 */
int
id_is_wild(const struct wt_id *id)
{
	if (id->type == ID_DER_ASN1_DN)
		return (dn_is_wild(octets(id)));
	if (id_net_is(id))
		return (1);
	return ((id->type == ID_FQDN || id->type == ID_RFC822_ADDR) &&
	    id->data_len > 0 && id->data[0] == '*');
}

static int
wild_match(const struct wt_id *want, const struct wt_id *id)
{
	char sep = want->type == ID_FQDN ? '.' : '@';
	size_t tail;

	if (!id_is_wild(want) || want->type != id->type ||
	    want->data_len < 3 || want->data[1] != (uint8_t)sep)
		return (0);
	tail = want->data_len - 1U;
	if (id->data_len <= tail)
		return (0);
	if (sep == '@' && host_at(id) != id->data_len - tail + 1)
		return (0);
	return (equal_nocase(want->data + 1, id->data + id->data_len - tail,
	    tail));
}

int
id_match(const struct wt_id *want, const struct wt_id *id)
{
	if (want->type == ID_ANY)
		return (1);
	/* Not what a peer says in the octets of our pattern. */
	if (want->type == ID_DER_ASN1_DN)
		return (id->type == ID_DER_ASN1_DN &&
		    dn_match(octets(want), octets(id)));
	if (id_net_is(want))
		return (id_net_match(want, id));
	return (id_equal(want, id) || wild_match(want, id));
}

const char *
id_type_aix(unsigned int type)
{
	switch (type) {
	case ID_ANY:
		return ("Any");
	case ID_IPV4_ADDR:
		return ("IPv4_Address");
	case ID_FQDN:
		return ("Fully_Qualified_Domain_Name");
	case ID_IPV4_SUBNET:
		return ("IPv4_Subnet");
	case ID_IPV6_SUBNET:
		return ("IPv6_Subnet");
	case ID_IPV4_RANGE:
		return ("IPv4_Address_Range");
	case ID_IPV6_RANGE:
		return ("IPv6_Address_Range");
	case ID_RFC822_ADDR:
		return ("User_Fully_Qualified_Domain_Name");
	case ID_IPV6_ADDR:
		return ("IPv6_Address");
	case ID_DER_ASN1_DN:
		return ("ASN.1_Distinguished_Name");
	case ID_DER_ASN1_GN:
		return ("ASN.1_General_Name");
	case ID_KEY_ID:
		return ("Key_ID");
	default:
		return ("Unknown");
	}
}

void
id_copy(struct wt_id *to, const struct wt_id *from)
{
	to->type = from->type;
	to->data_len = from->data_len;
	memcpy(to->data, from->data, from->data_len);
}

struct wt_id *
id_keep(const struct wt_id *id)
{
	struct wt_id *kept;

	/* A flexible end in all but name: what lies behind is never read. */
	kept = xcalloc(1, offsetof(struct wt_id, data) + id->data_len);
	id_copy(kept, id);
	return (kept);
}

size_t
id_body_make(const struct wt_id *id, uint8_t body[ID_BODY_MAX])
{
	memset(body, 0, 4);
	body[0] = id->type;
	memcpy(body + 4, id->data, id->data_len);
	return (4U + id->data_len);
}

const char *
id_body_read(struct slice body, struct wt_id *id)
{
	memset(id, 0, sizeof(*id));
	if (body.len < 5 || body.len > ID_BODY_MAX)
		return ("an ID payload of a wrong length");
	if (body.p[0] == 0)
		return ("an ID payload without a type");
	id->type = body.p[0];
	if (id_net_is(id))
		return ("an ID payload of a reserved type");
	id->data_len = (uint16_t)(body.len - 4);
	memcpy(id->data, body.p + 4, body.len - 4);
	return (NULL);
}
