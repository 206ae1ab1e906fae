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

#ifndef CERTD_CHAIN_ROWS_H
#define CERTD_CHAIN_ROWS_H

/*
 * Chains with the verdict each must have, in the manner of NIST's PKITS.
 * The leaf is L; the words are certd_pki.h's.
 */
struct row {
	const char	*name;
	const char	*pki;
	const char	*trust, *sent, *crls;	/* names, by comma */
	const char	*opt;		/* see certd_chain_test.c */
	enum chain_why	 why;
};

#define R	"R ca;"
#define RI	"R ca; I by=R ca;"
#define RL	"R ca; L by=R;"
#define RIL	"R ca; I by=R ca; L by=I;"
#define SAME	"R ca; S ca subj=/O=Test/CN=R;"
#define STRICT	"strict"
#define POL	"policy=1.2.3.1"

static const struct row rows[] = {
/* Signatures (PKITS 4.1) and keys. */
{ "direct", RL, "R", "", "", "", CHAIN_OK },
{ "one intermediate", RIL, "R", "I", "", "", CHAIN_OK },
{ "intermediate from ca/", RIL, "R,I", "", "", "", CHAIN_OK },
{ "six intermediates", "R ca; A by=R ca; B by=A ca; C by=B ca; D by=C ca;"
    "E by=D ca; F by=E ca; L by=F;", "R", "A,B,C,D,E,F", "", "", CHAIN_OK },
{ "in any order", "R ca; A by=R ca; B by=A ca; C by=B ca; L by=C;", "R",
    "B,C,A", "", "", CHAIN_OK },
{ "CA signature broken", "R ca; I by=R ca badsig; L by=I;", "R", "I", "", "",
    CHAIN_SIGNATURE },
{ "leaf signature broken", "R ca; L by=R badsig;", "R", "", "", "",
    CHAIN_SIGNATURE },
{ "signed by another key", R "X ca; L by=R signkey=X;", "R", "", "", "",
    CHAIN_SIGNATURE },
{ "inner and outer algorithm differ", "R ca; L by=R oid;", "R", "", "", "",
    CHAIN_SIGNATURE },
{ "P-384", "R ca key=p384; L by=R key=p384;", "R", "", "", "", CHAIN_OK },
{ "P-521", "R ca key=p521; L by=R key=p521;", "R", "", "", "", CHAIN_OK },
{ "Ed25519", "R ca key=ed25519; L by=R key=ed25519;", "R", "", "", "",
    CHAIN_OK },
{ "Ed448", "R ca key=ed448; L by=R key=ed448;", "R", "", "", "", CHAIN_OK },
{ "RSA", "R ca key=rsa2048; L by=R key=rsa2048;", "R", "", "", "", CHAIN_OK },
{ "RSA-PSS key", "R ca key=pss2048; L by=R key=pss2048;", "R", "", "", "",
    CHAIN_OK },
{ "mixed keys", "R ca key=rsa2048; I by=R ca key=ed25519; L by=I;", "R", "I",
    "", "", CHAIN_OK },
{ "leaf on another curve", "R ca; L by=R key=k256;", "R", "", "", "",
    CHAIN_KEY },
{ "intermediate on another curve", "R ca; I by=R ca key=k256; L by=I;", "R",
    "I", "", "", CHAIN_UNKNOWN_CA },
{ "SHA-1 on the leaf", "R ca; L by=R md=SHA1;", "R", "", "", "", CHAIN_WEAK },
{ "SHA-1 on the leaf, allowed", "R ca; L by=R md=SHA1;", "R", "", "", "sha1",
    CHAIN_OK },
{ "SHA-1 on a CA", "R ca; I by=R ca md=SHA1; L by=I;", "R", "I", "", "",
    CHAIN_WEAK },
{ "SHA-1 on a CA, RSA-1024 allowed", "R ca; I by=R ca md=SHA1; L by=I;", "R",
    "I", "", "rsa1024", CHAIN_WEAK },
{ "SHA-1 on the anchor itself", "R ca md=SHA1; L by=R;", "R", "", "", "",
    CHAIN_OK },
{ "MD5 is never allowed", "R ca key=rsa2048; L by=R md=MD5;", "R", "", "",
    "sha1,rsa1024", CHAIN_WEAK },
{ "RSA-1024 leaf", "R ca; L by=R key=rsa1024;", "R", "", "", "", CHAIN_WEAK },
{ "RSA-1024 leaf, allowed", "R ca; L by=R key=rsa1024;", "R", "", "",
    "rsa1024", CHAIN_OK },
{ "RSA-1024 leaf, SHA-1 allowed", "R ca; L by=R key=rsa1024;", "R", "", "",
    "sha1", CHAIN_WEAK },
{ "RSA-1024 CA", "R ca; I by=R ca key=rsa1024; L by=I;", "R", "I", "", "",
    CHAIN_WEAK },
{ "RSA-1024 CA, allowed", "R ca; I by=R ca key=rsa1024; L by=I;", "R", "I",
    "", "rsa1024", CHAIN_OK },
{ "RSA-1024 anchor", "R ca key=rsa1024; L by=R;", "R", "", "", "",
    CHAIN_WEAK },
{ "RSA-512 is never allowed", "R ca; L by=R key=rsa512;", "R", "", "",
    "sha1,rsa1024", CHAIN_WEAK },

/* Validity (4.2). */
{ "leaf not yet valid", "R ca; L by=R nb=1;", "R", "", "", "",
    CHAIN_NOT_YET },
{ "CA not yet valid", "R ca; I by=R ca nb=1; L by=I;", "R", "I", "", "",
    CHAIN_NOT_YET },
{ "anchor not yet valid", "R ca nb=1; L by=R;", "R", "", "", "",
    CHAIN_NOT_YET },
{ "leaf expired", "R ca; L by=R na=-1;", "R", "", "", "", CHAIN_EXPIRED },
{ "CA expired", "R ca; I by=R ca na=-1; L by=I;", "R", "I", "", "",
    CHAIN_EXPIRED },
{ "anchor expired", "R ca na=-1; L by=R;", "R", "", "", "", CHAIN_EXPIRED },
{ "first second", "R ca; L by=R nb=0;", "R", "", "", "", CHAIN_OK },
{ "past 2049", "R ca na=30000; L by=R na=20000;", "R", "", "", "", CHAIN_OK },
{ "since 1990", "R ca nb=-14000; L by=R nb=-13500;", "R", "", "", "",
    CHAIN_OK },
{ "expired long ago", "R ca nb=-14000; L by=R nb=-13500 na=-9000;", "R", "",
    "", "", CHAIN_EXPIRED },
{ "later than now", RL, "R", "", "", "now=11", CHAIN_EXPIRED },
{ "earlier than now", RL, "R", "", "", "now=-11", CHAIN_NOT_YET },

/* Names (4.3). */
{ "another CA", RL "X ca;", "X", "", "", "", CHAIN_UNKNOWN_CA },
{ "issuer of another name", "R ca; L by=R iss=/O=Test/CN=other;", "R", "", "",
    "", CHAIN_UNKNOWN_CA },
{ "issuer's RDNs in another order", "R ca; L by=R iss=/CN=R/O=Test;", "R", "",
    "", "", CHAIN_UNKNOWN_CA },
{ "case of the issuer", "R ca; L by=R iss=/O=tEST/CN=r;", "R", "", "", "",
    CHAIN_OK },
{ "blanks of the issuer", "R ca subj=/O=Te_st/CN=R;"
    "L by=R iss=/O=_Te___st/CN=R_;", "R", "", "", "", CHAIN_OK },
{ "string types of the issuer", "R ca; L by=R iss=/O=%Test/CN=%R;", "R", "",
    "", "", CHAIN_OK },
{ "same name, another key", R "X ca subj=/O=Test/CN=R; L by=X noakid;", "R", "",
    "", "", CHAIN_SIGNATURE },
{ "same name, another key, told by its identifier", R
    "X ca subj=/O=Test/CN=R; L by=X;", "R", "", "", "", CHAIN_UNKNOWN_CA },
{ "no subject, but names", "R ca; L by=R subj=/ "
    "san=critical,DNS:a.example;", "R", "", "", "", CHAIN_OK },
{ "intermediate was not sent", RIL, "R", "", "", "", CHAIN_UNKNOWN_CA },
{ "self-signed leaf", "R ca; L;", "R", "", "", "", CHAIN_UNKNOWN_CA },
{ "the peer's own root", "R ca; X ca; L by=X;", "R", "X", "", "",
    CHAIN_UNKNOWN_CA },
{ "no anchors", "L;", "", "", "", "", CHAIN_UNKNOWN_CA },

/* Basic constraints (4.6). */
{ "CA without basicConstraints", "R ca; I by=R ku=critical,keyCertSign;"
    "L by=I;", "R", "I", "", "", CHAIN_USAGE },
{ "CA with cA false", "R ca; I by=R bc=critical,CA:FALSE"
    " ku=critical,keyCertSign; L by=I;", "R", "I", "", "", CHAIN_USAGE },
{ "CA with cA false, not critical", "R ca; I by=R bc=CA:FALSE"
    " ku=keyCertSign; L by=I;", "R", "I", "", "", CHAIN_USAGE },
{ "CA with neither", "R ca; I by=R; L by=I;", "R", "I", "", "", CHAIN_USAGE },
{ "CA of version 1", "R ca; I by=R v1; L by=I;", "R", "I", "", "",
    CHAIN_USAGE },
{ "anchor of version 1", "R v1; L by=R;", "R", "", "", "", CHAIN_OK },
{ "not critical", "R bc=CA:TRUE; L by=R;", "R", "", "", "", CHAIN_OK },
{ "leaf as a CA", "R ca; X by=R; L by=X;", "R", "X", "", "", CHAIN_USAGE },
{ "path length 0 kept", "R ca; I by=R path=0; L by=I;", "R", "I", "", "",
    CHAIN_OK },
{ "path length 0 broken", "R ca; I by=R path=0; J by=I ca; L by=J;", "R",
    "I,J", "", "", CHAIN_LENGTH },
{ "path length 1 broken", "R ca; I by=R path=1; J by=I ca; K by=J ca;"
    "L by=K;", "R", "I,J,K", "", "", CHAIN_LENGTH },
{ "path length 1 kept", "R ca; I by=R path=1; J by=I ca; L by=J;", "R", "I,J",
    "", "", CHAIN_OK },
{ "nested path lengths broken", "R ca; I by=R path=4; J by=I path=0;"
    "K by=J ca; L by=K;", "R", "I,J,K", "", "", CHAIN_LENGTH },
{ "a CA as leaf counts not", "R ca; I by=R path=0; L by=I ca"
    " ku=digitalSignature,keyCertSign;", "R", "I", "", "", CHAIN_OK },
{ "path length of the anchor", "R path=0; I by=R ca; L by=I;", "R", "I", "",
    "", CHAIN_LENGTH },
{ "self-issued counts not", "R ca; I by=R path=0 subj=/CN=i;"
    "J by=I ca subj=/CN=i; L by=J;", "R", "I,J", "", "", CHAIN_OK },
{ "self-issued, then another", "R ca; I by=R path=0 subj=/CN=i;"
    "J by=I ca subj=/CN=i; K by=J ca; L by=K;", "R", "I,J,K", "", "",
    CHAIN_LENGTH },
{ "more than we take", "R ca; A by=R ca; B by=A ca; C by=B ca; D by=C ca;"
    "E by=D ca; F by=E ca; G by=F ca; H by=G ca; J by=H ca; L by=J;", "R",
    "A,B,C,D,E,F,G,H,J", "", "", CHAIN_LENGTH },

/* keyUsage (4.7; RFC 4945 5.1.3.2). */
{ "CA without keyCertSign", "R ca; I by=R ca ku=critical,cRLSign; L by=I;",
    "R", "I", "", "", CHAIN_USAGE },
{ "CA without keyCertSign, not critical", "R ca; I by=R ca ku=cRLSign;"
    "L by=I;", "R", "I", "", "", CHAIN_USAGE },
{ "anchor without keyCertSign", "R ca ku=cRLSign; L by=R;", "R", "", "", "",
    CHAIN_USAGE },
{ "CA without keyUsage", "R ca; I by=R bc=critical,CA:TRUE; L by=I;", "R",
    "I", "", "", CHAIN_OK },
{ "leaf for signatures", "R ca; L by=R ku=critical,digitalSignature;", "R",
    "", "", "", CHAIN_OK },
{ "leaf for nonRepudiation", "R ca; L by=R ku=critical,nonRepudiation;", "R",
    "", "", "", CHAIN_OK },
{ "leaf for key encipherment", "R ca; L by=R ku=critical,keyEncipherment;",
    "R", "", "", "", CHAIN_USAGE },
{ "leaf for key agreement, not critical", "R ca; L by=R ku=keyAgreement;",
    "R", "", "", "", CHAIN_USAGE },

/* extendedKeyUsage (RFC 4945 5.1.3.12). */
{ "EKU ipsecIKE", "R ca; L by=R eku=1.3.6.1.5.5.7.3.17;", "R", "", "", "",
    CHAIN_OK },
{ "EKU any", "R ca; L by=R eku=anyExtendedKeyUsage;", "R", "", "", "",
    CHAIN_OK },
{ "EKU iKEIntermediate", "R ca; L by=R eku=1.3.6.1.5.5.8.2.2;", "R", "", "",
    "", CHAIN_OK },
{ "EKU serverAuth", "R ca; L by=R eku=critical,serverAuth;", "R", "", "", "",
    CHAIN_OK },
{ "EKU clientAuth", "R ca; L by=R eku=clientAuth;", "R", "", "", "",
    CHAIN_OK },
{ "EKU of mail alone", "R ca; L by=R eku=emailProtection;", "R", "", "", "",
    CHAIN_USAGE },
{ "EKU of code alone, critical", "R ca; L by=R eku=critical,codeSigning;",
    "R", "", "", "", CHAIN_USAGE },
{ "EKU of a CA of mail", "R ca; I by=R ca eku=emailProtection; L by=I;", "R",
    "I", "", "", CHAIN_USAGE },
{ "EKU of a CA for TLS", "R ca; I by=R ca eku=serverAuth; L by=I;", "R", "I",
    "", "", CHAIN_OK },
{ "EKU asked for", "R ca; L by=R eku=serverAuth,1.2.3.4;", "R", "", "",
    "eku=1.2.3.4", CHAIN_OK },
{ "EKU asked for, of mail", "R ca; L by=R eku=emailProtection;", "R", "", "",
    "eku=1.3.6.1.5.5.7.3.4", CHAIN_OK },
{ "EKU asked for, another", "R ca; L by=R eku=serverAuth;", "R", "", "",
    "eku=1.2.3.4", CHAIN_USAGE },
{ "EKU asked for, none", RL, "R", "", "", "eku=1.2.3.4", CHAIN_USAGE },
{ "EKU asked for, any is not it", "R ca; L by=R eku=anyExtendedKeyUsage;",
    "R", "", "", "eku=1.2.3.4", CHAIN_USAGE },
{ "EKUs asked for, one of two", "R ca; L by=R eku=1.2.3.4;", "R", "", "",
    "eku=1.2.3.4 eku=1.2.3.5", CHAIN_USAGE },

/* Certificate policies (4.8 to 4.12). */
{ "policy not asked for", "R ca; I by=R ca; L by=I pol=1.2.3.1;", "R", "I",
    "", "", CHAIN_OK },
{ "policy asked for", "R ca; I by=R ca pol=1.2.3.1; L by=I pol=1.2.3.1;", "R",
    "I", "", POL, CHAIN_OK },
{ "policy asked for, none", RIL, "R", "I", "", POL, CHAIN_POLICY },
{ "policy asked for, leaf has another", "R ca; I by=R ca pol=1.2.3.1;"
    "L by=I pol=1.2.3.2;", "R", "I", "", POL, CHAIN_POLICY },
{ "policy asked for, the CA has not", "R ca; I by=R ca pol=1.2.3.2;"
    "L by=I pol=1.2.3.1;", "R", "I", "", POL, CHAIN_POLICY },
{ "policy by a CA of any", "R ca; I by=R ca pol=2.5.29.32.0;"
    "L by=I pol=1.2.3.1;", "R", "I", "", POL, CHAIN_OK },
{ "policy by a leaf of any", "R ca; I by=R ca pol=1.2.3.1;"
    "L by=I pol=2.5.29.32.0;", "R", "I", "", POL, CHAIN_OK },
{ "any, inhibited", "R ca; I by=R ca pol=1.2.3.1 inhany=critical,0;"
    "L by=I pol=2.5.29.32.0;", "R", "I", "", POL, CHAIN_POLICY },
{ "two policies asked for, one is there", "R ca; L by=R pol=1.2.3.1;", "R",
    "", "", POL " policy=1.2.3.2", CHAIN_POLICY },
{ "two policies asked for", "R ca; L by=R pol=1.2.3.1,1.2.3.2;", "R", "", "",
    POL " policy=1.2.3.2", CHAIN_OK },
{ "explicit policy required by a CA", "R ca;"
    "I by=R ca pol=1.2.3.1 polcon=critical,requireExplicitPolicy:0;"
    "L by=I;", "R", "I", "", "", CHAIN_POLICY },
{ "explicit policy required, and there", "R ca;"
    "I by=R ca pol=1.2.3.1 polcon=critical,requireExplicitPolicy:0;"
    "L by=I pol=1.2.3.1;", "R", "I", "", "", CHAIN_OK },
{ "explicit policy required later", "R ca;"
    "I by=R ca pol=1.2.3.1 polcon=critical,requireExplicitPolicy:5;"
    "L by=I;", "R", "I", "", "", CHAIN_OK },
{ "mapped policy", "R ca; I by=R ca pol=1.2.3.1 polmap=1.2.3.1:1.2.3.9;"
    "L by=I pol=1.2.3.9;", "R", "I", "", POL, CHAIN_OK },
{ "mapped away", "R ca; I by=R ca pol=1.2.3.1 polmap=1.2.3.1:1.2.3.9;"
    "L by=I pol=1.2.3.1;", "R", "I", "", POL, CHAIN_POLICY },
{ "mapping inhibited", "R ca;"
    "I by=R ca pol=1.2.3.1 polcon=critical,inhibitPolicyMapping:0;"
    "J by=I ca pol=1.2.3.1 polmap=1.2.3.1:1.2.3.9;"
    "L by=J pol=1.2.3.9;", "R", "I,J", "", POL, CHAIN_POLICY },
{ "any mapped", "R ca; I by=R ca pol=2.5.29.32.0"
    " polmap=2.5.29.32.0:1.2.3.1; L by=I pol=1.2.3.1;", "R", "I", "", POL,
    CHAIN_POLICY },

#include "certd_chain_rows2.h"
};

#endif /* CERTD_CHAIN_ROWS_H */
