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
 * A load initiator: brings up thousands of IKE SAs, each with a Child SA,
 * from one process: PSK or certificates, x25519, aes128gcm16-prfsha256, in
 * tunnel mode with encapsulation.  It is built from the suite's own codec and
 * cryptography but keeps only what a handshake needs; both ends' AUTH are
 * computed and the responder's is verified.  A COOKIE is sent back.
 *
 *	ike_load -l LOCAL -r REMOTE -k PSK [-f FIRST] -n COUNT [-t MS]
 *	    [-w WINDOW]
 *	ike_load -l LOCAL -r REMOTE -c CA.crt -K CA.key -T p256|rsa2048 ...
 *
 * SA number i is a<i>.example to b<i>.example (-g: one name b.example for
 * the responder, as a gateway has), with one address of 10.1.0.0/16 on its
 * side and 10.2.1.1 on the responder's.  WINDOW handshakes are under way
 * at a time, and what has no answer is sent again after MS (1000).  Prints
 * a line "up N failed N resent N cookies N ms N".  -s FILE asks for tickets
 * and writes them there; -S FILE resumes by them (RFC 5723).
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "alg.h"
#include "id.h"
#include "log.h"
#include "load_auth.h"
#include "load_cert.h"
#include "load_payload.h"
#include "load_resume.h"
#include "../../ikd/ike/dh.h"
#include "../../ikd/ike/ike_crypto.h"
#include "../../ikd/ike/keymat.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/natt.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_id.h"
#include "../../ikd/ike/pld_ke.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/prf.h"
#include "../../ikd/ike/sk.h"

#define RESEND_MAX	8	/* so often */
#define COOKIES_MAX	4	/* of a handshake */
#define MSG		4096	/* no message of ours is longer */

enum state { IDLE = 0, INIT_SENT, AUTH_SENT, UP, FAILED };

/* A handshake under way; what is up needs none of it. */
struct shake {
	unsigned int	 number;	/* from 1 */
	enum state	 state;
	uint8_t		 spi_i[SPI_LEN];
	uint8_t		 spi_r[SPI_LEN];
	uint8_t		 nonce[32];
	uint8_t		 natd[2][NATT_HASH_LEN];
	struct dh_key	*dh;
	struct ike_keys	 keys;
	struct sk_ctx	*open;
	size_t		 msg_i_len, sent_len, msg_r_len, nonce_r_len;
	uint8_t		 msg_i[MSG];
	uint8_t		 sent[MSG];	/* marker included when natt */
	uint8_t		 msg_r[MSG];
	uint8_t		 nonce_r[256];
	int		 natt;
	int		 resent, cookies;
	uint64_t	 sent_ms;
};

static struct {
	int			 s500, s4500;
	struct sockaddr_in	 to500, to4500;
	const char		*psk;		/* NULL: certificates */
	unsigned int		 next, last;	/* numbers not begun yet */
	unsigned int		 up, failed, resent, cookies;
	int			 gateway;
	struct wt_proposal	 ike, esp;
	uint64_t		 resend_ms;
	size_t			 window;
	struct shake		*slot;
} load;

/* SHA2-256 (RFC 7427 section 4). */
static const uint8_t hashes[] = { 0, 2 };

static const struct wt_suite suite = { PROTO_IKE, ENCR_AES_GCM_16, 128,
	INTEG_NONE, PRF_HMAC_SHA2_256, KE_X25519, { 0 }, 0, 0 };

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

static void
transmit(struct shake *k)
{
	const struct sockaddr_in *to = k->natt ? &load.to4500 : &load.to500;

	k->sent_ms = now_ms();
	if (sendto(k->natt ? load.s4500 : load.s500, k->sent, k->sent_len, 0,
	    (const struct sockaddr *)to, sizeof(*to)) == -1 &&
	    errno != ENOBUFS && errno != EAGAIN)
		err(1, "sendto");
}

static void
finish(struct shake *k, int good, const char *why)
{
	if (good)
		load.up++;
	else if (load.failed++ < 5)
		warnx("%u: %s", k->number, why);
	if (k->dh != NULL)
		dh_openssl.free(k->dh);
	sk_ctx_free(k->open);
	memset(k, 0, sizeof(*k));
}

static void
header(const struct shake *k, struct ike_hdr *h, unsigned int exch,
    uint32_t msgid)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->spi_i, k->spi_i, SPI_LEN);
	memcpy(h->spi_r, k->spi_r, SPI_LEN);
	h->exch = (uint8_t)exch;
	h->flags = HDR_INITIATOR;
	h->msgid = msgid;
}

/*
 * IKE_SA_INIT; the NAT detection hashes match nothing, so both encapsulate.
 * With a cookie it begins with that and is the same again (RFC 7296 2.6).
 */
static void
send_init(struct shake *k, struct slice cookie)
{
	struct msg_build	 m;
	struct ike_hdr		 h;
	const uint8_t		*pub;
	size_t			 len;
	long			 n;

	header(k, &h, EXCH_SA_INIT, 0);
	msg_begin(&m, k->msg_i, sizeof(k->msg_i), &h);
	if (cookie.len > 0)
		msg_add_notify(&m, N_COOKIE, cookie.p, cookie.len);
	msg_add_sa(&m, &load.ike, 1, NULL, 0);
	pub = dh_openssl.public_value(k->dh, &len);
	msg_add_ke(&m, KE_X25519, pub, len);
	msg_add_nonce(&m, k->nonce, sizeof(k->nonce));
	msg_add_notify(&m, N_NAT_DETECTION_SOURCE_IP, k->natd[0],
	    NATT_HASH_LEN);
	msg_add_notify(&m, N_NAT_DETECTION_DESTINATION_IP, k->natd[1],
	    NATT_HASH_LEN);
	if (load.psk == NULL)
		msg_add_notify(&m, N_SIGNATURE_HASH_ALGORITHMS, hashes,
		    sizeof(hashes));
	if ((n = msg_finish(&m)) == -1)
		errx(1, "IKE_SA_INIT does not fit");
	k->msg_i_len = k->sent_len = (size_t)n;
	memcpy(k->sent, k->msg_i, k->msg_i_len);
	transmit(k);
}

/* IKE_SESSION_RESUME: the same without SA and KE, and the ticket. */
static void
send_resume(struct shake *k, struct slice cookie)
{
	struct slice		 ticket = load_resume_ticket(k->number);
	struct msg_build	 m;
	struct ike_hdr		 h;
	long			 n;

	header(k, &h, EXCH_SESSION_RESUME, 0);
	msg_begin(&m, k->msg_i, sizeof(k->msg_i), &h);
	if (cookie.len > 0)
		msg_add_notify(&m, N_COOKIE, cookie.p, cookie.len);
	msg_add_nonce(&m, k->nonce, sizeof(k->nonce));
	msg_add_notify(&m, N_TICKET_OPAQUE, ticket.p, ticket.len);
	msg_add_notify(&m, N_NAT_DETECTION_SOURCE_IP, k->natd[0],
	    NATT_HASH_LEN);
	msg_add_notify(&m, N_NAT_DETECTION_DESTINATION_IP, k->natd[1],
	    NATT_HASH_LEN);
	if ((n = msg_finish(&m)) == -1)
		errx(1, "IKE_SESSION_RESUME does not fit");
	k->msg_i_len = k->sent_len = (size_t)n;
	memcpy(k->sent, k->msg_i, k->msg_i_len);
	transmit(k);
}

static void
begin(struct shake *k, unsigned int number)
{
	k->number = number;
	k->state = INIT_SENT;
	if (RAND_bytes(k->spi_i, SPI_LEN) != 1 ||
	    RAND_bytes(k->nonce, sizeof(k->nonce)) != 1 ||
	    natt_fake(k->natd[0]) == -1 || natt_fake(k->natd[1]) == -1)
		errx(1, "random numbers");
	/* Which SA it is: the answers find their way back by the SPI. */
	put32(k->spi_i, (uint32_t)(k - load.slot));
	k->spi_i[4] |= 1;
	if (load_resume_shows()) {
		send_resume(k, (struct slice){ NULL, 0 });
		return;
	}
	if ((k->dh = dh_openssl.generate(KE_X25519)) == NULL)
		errx(1, "x25519");
	send_init(k, (struct slice){ NULL, 0 });
}

/* CERT, CERTREQ and AUTH, or AUTH alone. */
static void
add_auth(struct msg_build *m, const struct shake *k,
    const struct slice octets[3], const char *fqdn)
{
	uint8_t		 buf[LOAD_PRF];

	if (load_resume_shows()) {
		load_resume_auth(k->keys.pi, octets, buf);
		msg_add_auth(m, AUTH_PSK, buf, LOAD_PRF);
		return;
	}
	if (load.psk != NULL) {
		load_auth_psk(load.psk, octets, buf);
		msg_add_auth(m, AUTH_PSK, buf, 32);
		return;
	}
	load_add_cert(m, octets, fqdn, k->number);
}

static void
send_auth(struct shake *k)
{
	struct msg_build	 m;
	struct ike_hdr		 h;
	struct sk_ctx		*seal;
	struct wt_id		 id, idr;
	struct slice		 octets[3];
	uint8_t			 body[4 + ID_MAX] = { 0 }, mac[64];
	char			 text[64];
	long			 n;

	load_name(&idr, load.gateway ? 'g' : 'b', k->number, text);
	load_name(&id, 'a', k->number, text);
	body[0] = id.type;
	memcpy(body + 4, id.data, id.data_len);
	load_auth_octets((struct slice){ k->msg_i, k->msg_i_len },
	    (struct slice){ k->nonce_r, k->nonce_r_len }, k->keys.pi,
	    (struct slice){ body, 4 + id.data_len }, mac, octets);
	seal = sk_ctx_new(&suite, SK_SEAL, (struct slice){ k->keys.ei,
	    k->keys.e_len }, (struct slice){ NULL, 0 });
	if (seal == NULL)
		errx(1, "keys");
	memset(k->sent, 0, NATT_MARKER_LEN);
	header(k, &h, EXCH_AUTH, 1);
	msg_begin(&m, k->sent + NATT_MARKER_LEN, MSG - NATT_MARKER_LEN, &h);
	msg_begin_sk(&m, seal);
	msg_add_id(&m, PLD_IDI, &id);
	msg_add_id(&m, PLD_IDR, &idr);
	add_auth(&m, k, octets, text + strlen("fqdn:"));
	if (load_resume_saves())
		msg_add_notify(&m, N_TICKET_REQUEST, NULL, 0);
	load_add_child(&m, &load.esp, k->number);
	if ((n = msg_finish_sk(&m, seal, 1)) == -1)
		errx(1, "IKE_AUTH does not fit");
	sk_ctx_free(seal);
	k->natt = 1;
	k->sent_len = (size_t)n + NATT_MARKER_LEN;
	k->resent = 0;
	k->state = AUTH_SENT;
	transmit(k);
}

/* Of the answer's SA and KE; 0, or -1. */
static int
make_keys(struct shake *k, const struct packet *pkt, const struct nonces *n)
{
	const struct pld	*ke = packet_find(pkt, PLD_KE, NULL);
	struct pld_ke		 peer;
	uint8_t			 gir[IKE_KE_MAX];
	long			 glen;

	if (ke == NULL || packet_find(pkt, PLD_SA, NULL) == NULL ||
	    pld_ke_parse(ke->p, ke->len, &peer) != NULL)
		return (-1);
	glen = dh_openssl.shared(k->dh, peer.data.p, peer.data.len, gir,
	    sizeof(gir));
	return (glen == -1 ? -1 : keymat_ike(&suite, n, (struct slice){ gir,
	    (size_t)glen }, k->spi_i, k->spi_r, &k->keys));
}

static void
got_init(struct shake *k, const uint8_t *buf, size_t len,
    const struct packet *pkt)
{
	struct pld_notify	 notify;
	struct nonces		 n = { 0 };
	const struct pld	*nr;
	char			 text[256];

	/* Who asks again and again gets no more of them. */
	if (packet_notify(pkt, N_COOKIE, &notify) &&
	    k->cookies++ < COOKIES_MAX) {
		load.cookies++;
		(load_resume_shows() ? send_resume : send_init)(k,
		    notify.data);
		return;
	}
	if (packet_error(pkt, &notify)) {
		finish(k, 0, notify_name(notify.type));
		return;
	}
	if (packet_notify(pkt, N_TICKET_NACK, &notify)) {
		finish(k, 0, "TICKET_NACK");
		return;
	}
	nr = packet_find(pkt, PLD_NONCE, NULL);
	if (nr == NULL || pld_nonce_parse(nr->p, nr->len, &n.r) != NULL ||
	    len > MSG) {
		finish(k, 0, packet_print(pkt, text, sizeof(text)));
		return;
	}
	memcpy(k->spi_r, pkt->hdr.spi_r, SPI_LEN);
	memcpy(k->msg_r, buf, len);
	k->msg_r_len = len;
	memcpy(k->nonce_r, n.r.p, n.r.len);
	k->nonce_r_len = n.r.len;
	n.i = (struct slice){ k->nonce, sizeof(k->nonce) };
	if ((load_resume_shows() ? load_resume_keys(k->number, &suite, &n,
	    k->spi_i, k->spi_r, &k->keys) : make_keys(k, pkt, &n)) == -1) {
		finish(k, 0, packet_print(pkt, text, sizeof(text)));
		return;
	}
	k->open = sk_ctx_new(&suite, SK_OPEN, (struct slice){ k->keys.er,
	    k->keys.e_len }, (struct slice){ NULL, 0 });
	send_auth(k);
}

/* NULL when the answer proves the peer and has a Child SA. */
static const char *
judge(struct shake *k, const struct packet *pkt)
{
	const struct pld	*p;
	struct pld_notify	 n;
	struct pld_id		 id;
	struct pld_auth		 auth;
	struct slice		 octets[3], cert = { NULL, 0 };
	const char		*why;
	uint8_t			 want[64], mac[64];

	if (packet_error(pkt, &n))
		return (notify_name(n.type));
	if ((p = packet_find(pkt, PLD_IDR, NULL)) == NULL ||
	    pld_id_parse(p->p, p->len, &id) != NULL)
		return ("no IDr");
	if ((p = packet_find(pkt, PLD_AUTH, NULL)) == NULL ||
	    pld_auth_parse(p->p, p->len, &auth) != NULL)
		return ("no AUTH");
	load_auth_octets((struct slice){ k->msg_r, k->msg_r_len },
	    (struct slice){ k->nonce, sizeof(k->nonce) }, k->keys.pr,
	    id.body, mac, octets);
	if (load.psk == NULL && !load_resume_shows()) {
		if ((p = packet_find(pkt, PLD_CERT, NULL)) != NULL &&
		    p->len > 1)
			cert = (struct slice){ p->p + 1, p->len - 1 };
		if ((why = load_cert_check(cert, auth.method, auth.data,
		    octets)) != NULL)
			return (why);
		return (packet_find(pkt, PLD_SA, NULL) == NULL ?
		    "no Child SA" : NULL);
	}
	if (load_resume_shows())
		load_resume_auth(k->keys.pr, octets, want);
	else
		load_auth_psk(load.psk, octets, want);
	if (auth.data.len != 32 || memcmp(want, auth.data.p, 32) != 0)
		return ("AUTH is wrong");
	if (packet_find(pkt, PLD_SA, NULL) == NULL)
		return ("no Child SA");
	return (NULL);
}

static void
got_auth(struct shake *k, uint8_t *buf, size_t len, struct packet *pkt)
{
	const uint8_t		*plain;
	struct pld_notify	 lt;
	size_t			 plen;
	const char		*why;

	if (pkt->sk_off == 0 || sk_open(k->open, buf, len, pkt->sk_off,
	    &plain, &plen) != SK_GOOD ||
	    packet_parse_inner(pkt, plain, plen) != NULL)
		return;		/* as if it had not come */
	why = judge(k, pkt);
	if (why == NULL && load_resume_saves()) {
		if (packet_notify(pkt, N_TICKET_LT_OPAQUE, &lt))
			load_resume_put(k->number, (struct slice){
			    lt.data.p + 4, lt.data.len - 4 }, k->keys.d);
		else
			why = "no ticket";
	}
	finish(k, why == NULL, why);
}

static void
arrived(uint8_t *buf, size_t len)
{
	struct packet	 pkt;
	struct shake	*k;
	uint32_t	 i;

	if (packet_parse(buf, len, &pkt) != NULL ||
	    !(pkt.hdr.flags & HDR_RESPONSE))
		return;
	i = get32(pkt.hdr.spi_i);
	if (i >= load.window)
		return;
	k = &load.slot[i];
	if (memcmp(k->spi_i, pkt.hdr.spi_i, SPI_LEN) != 0)
		return;
	if (k->state == INIT_SENT && pkt.hdr.exch == (load_resume_shows() ?
	    EXCH_SESSION_RESUME : EXCH_SA_INIT))
		got_init(k, buf, len, &pkt);
	else if (k->state == AUTH_SENT && pkt.hdr.exch == EXCH_AUTH)
		got_auth(k, buf, len, &pkt);
}

static void
drain(int fd, size_t skip)
{
	uint8_t	 buf[65536];
	ssize_t	 n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		if ((size_t)n > skip)
			arrived(buf + skip, (size_t)n - skip);
}

static void
resend(void)
{
	struct shake	*k;
	uint64_t	 now = now_ms();
	size_t		 i;

	for (i = 0; i < load.window; i++) {
		k = &load.slot[i];
		if (k->state == IDLE || now - k->sent_ms <
		    load.resend_ms)
			continue;
		if (k->resent++ == RESEND_MAX) {
			finish(k, 0, "no answer");
			continue;
		}
		load.resent++;
		transmit(k);
	}
}

/* Free places take the next numbers; 0 when all is done. */
static int
fill(void)
{
	size_t	 i;
	int	 busy = 0;

	for (i = 0; i < load.window; i++) {
		if (load.slot[i].state == IDLE && load.next <= load.last)
			begin(&load.slot[i], load.next++);
		if (load.slot[i].state != IDLE)
			busy = 1;
	}
	return (busy);
}

static int
udp(const char *local, int port)
{
	struct sockaddr_in	 sin = { .sin_family = AF_INET };
	int			 s, size = 4 << 20;

	sin.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, local, &sin.sin_addr) != 1)
		errx(1, "%s: not an address", local);
	if ((s = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    bind(s, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "%s:%d", local, port);
	(void)setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return (s);
}

static void
options(int argc, char **argv)
{
	const char	*local = NULL, *remote = NULL, *ca = NULL;
	const char	*ca_key = NULL, *type = "p256";
	int		 c, count = 0;

	load.next = 1;
	load.window = 16;
	load.resend_ms = 1000;
	while ((c = getopt(argc, argv, "c:f:gk:K:l:n:r:s:S:t:T:w:")) != -1)
		switch (c) {
		case 'c': ca = optarg; break;
		case 'f': load.next = (unsigned int)atoi(optarg); break;
		case 'g': load.gateway = 1; break;
		case 'k': load.psk = optarg; break;
		case 'K': ca_key = optarg; break;
		case 'l': local = optarg; break;
		case 'n': count = atoi(optarg); break;
		case 'r': remote = optarg; break;
		case 's': load_resume_save(optarg); break;
		case 'S': load_resume_read(optarg); break;
		case 't': load.resend_ms = (uint64_t)atoi(optarg); break;
		case 'T': type = optarg; break;
		case 'w': load.window = (size_t)atoi(optarg); break;
		default: exit(2);
		}
	if (local == NULL || remote == NULL ||
	    (load.psk == NULL && (ca == NULL || ca_key == NULL)) ||
	    count < 1 || load.next < 1 || load.window < 1)
		errx(2, "usage: ike_load -l addr -r addr -k psk | -c ca.crt "
		    "-K ca.key [-T type] [-f first] [-g] -n count [-s file] "
		    "[-S file] [-t ms] [-w window]");
	if (load.psk == NULL)
		load_cert_init(ca, ca_key, type);
	load.last = load.next + (unsigned int)count - 1;
	load.s500 = udp(local, 500);
	load.s4500 = udp(local, 4500);
	load.to500.sin_family = load.to4500.sin_family = AF_INET;
	if (inet_pton(AF_INET, remote, &load.to500.sin_addr) != 1)
		errx(2, "%s: not an address", remote);
	load.to4500.sin_addr = load.to500.sin_addr;
	load.to500.sin_port = htons(500);
	load.to4500.sin_port = htons(4500);
}

int
main(int argc, char **argv)
{
	struct pollfd	 p[2];
	uint64_t	 t0;
	char		 why[256];

	options(argc, argv);
	ike_crypto_init();
	if (proposal_parse("aes128gcm16-prfsha256-x25519", PROTO_IKE, NULL,
	    &load.ike, why, sizeof(why)) == -1 ||
	    proposal_parse("aes128gcm16-noesn", PROTO_ESP, NULL, &load.esp,
	    why, sizeof(why)) == -1)
		errx(1, "%s", why);
	if ((load.slot = calloc(load.window, sizeof(*load.slot))) == NULL)
		err(1, "memory");
	p[0] = (struct pollfd){ .fd = load.s500, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = load.s4500, .events = POLLIN };
	t0 = now_ms();
	while (fill()) {
		if (poll(p, 2, 100) == -1 && errno != EINTR)
			err(1, "poll");
		drain(load.s500, 0);
		drain(load.s4500, NATT_MARKER_LEN);
		resend();
	}
	printf("up %u failed %u resent %u cookies %u ms %llu\n", load.up,
	    load.failed,
	    load.resent, load.cookies, (unsigned long long)(now_ms() - t0));
	return (load.failed != 0);
}
