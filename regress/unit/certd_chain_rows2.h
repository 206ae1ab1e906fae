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

/* More rows of certd_chain_rows.h: names, revocation, paths. */

/* Name constraints (4.13). */
{ "DNS permitted", "R ca; I by=R ca nc=critical,permitted|DNS:example.com;"
    "L by=I san=DNS:a.example.com;", "R", "I", "", "", CHAIN_OK },
{ "DNS outside the permitted", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:example.com;"
    "L by=I san=DNS:a.example.org;", "R", "I", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "DNS excluded", "R ca; I by=R ca nc=critical,excluded|DNS:example.com;"
    "L by=I san=DNS:a.example.com;", "R", "I", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "DNS beside the excluded", "R ca;"
    "I by=R ca nc=critical,excluded|DNS:example.com;"
    "L by=I san=DNS:a.example.org;", "R", "I", "", "", CHAIN_OK },
{ "one of two DNS names outside", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:example.com;"
    "L by=I san=DNS:a.example.com,DNS:b.example.org;", "R", "I", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "constraint that is not critical", "R ca;"
    "I by=R ca nc=permitted|DNS:example.com;"
    "L by=I san=DNS:a.example.org;", "R", "I", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "mail permitted", "R ca; I by=R ca nc=critical,permitted|email:example.com;"
    "L by=I san=email:a@example.com;", "R", "I", "", "", CHAIN_OK },
{ "mail outside", "R ca; I by=R ca nc=critical,permitted|email:example.com;"
    "L by=I san=email:a@example.org;", "R", "I", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "address permitted", "R ca;"
    "I by=R ca nc=critical,permitted|IP:10.0.0.0/255.0.0.0;"
    "L by=I san=IP:10.1.2.3;", "R", "I", "", "", CHAIN_OK },
{ "address outside", "R ca;"
    "I by=R ca nc=critical,permitted|IP:10.0.0.0/255.0.0.0;"
    "L by=I san=IP:192.0.2.1;", "R", "I", "", "", CHAIN_NAME_CONSTRAINT },
{ "address excluded", "R ca;"
    "I by=R ca nc=critical,excluded|IP:10.0.0.0/255.0.0.0;"
    "L by=I san=IP:10.1.2.3;", "R", "I", "", "", CHAIN_NAME_CONSTRAINT },
{ "DN permitted", "R ca; I by=R ca nc=critical,permitted|dirName:%O=Test;"
    "L by=I;", "R", "I", "", "", CHAIN_OK },
{ "DN outside", "R ca; I by=R ca nc=critical,permitted|dirName:%O=Acme;"
    "L by=I;", "R", "I", "", "", CHAIN_NAME_CONSTRAINT },
{ "DN excluded", "R ca; I by=R ca nc=critical,excluded|dirName:%O=Test;"
    "L by=I;", "R", "I", "", "", CHAIN_NAME_CONSTRAINT },
{ "constraint of the grandparent", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:example.com; J by=I ca;"
    "L by=J san=DNS:a.example.org;", "R", "I,J", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "narrower below", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:example.com;"
    "J by=I ca nc=critical,permitted|DNS:b.example.com;"
    "L by=J san=DNS:a.example.com;", "R", "I,J", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "wider below does not help", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:b.example.com;"
    "J by=I ca nc=critical,permitted|DNS:example.com;"
    "L by=J san=DNS:a.example.com;", "R", "I,J", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "constraint of the anchor", "R ca nc=critical,permitted|DNS:example.com;"
    "L by=R san=DNS:a.example.org;", "R", "", "", "",
    CHAIN_NAME_CONSTRAINT },
{ "another kind of name is free", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:example.com;"
    "L by=I san=email:a@example.org;", "R", "I", "", "", CHAIN_OK },
{ "a common name is no DNS name", "R ca;"
    "I by=R ca nc=critical,permitted|DNS:example.com;"
    "L by=I subj=/CN=a.example.org;", "R", "I", "", "", CHAIN_OK },

/* Critical extensions (4.16). */
{ "unknown critical on the leaf", "R ca; L by=R crit=1.2.3.4.5;", "R", "", "",
    "", CHAIN_CRITICAL },
{ "unknown critical on a CA", "R ca; I by=R ca crit=1.2.3.4.5; L by=I;", "R",
    "I", "", "", CHAIN_CRITICAL },
{ "unknown, not critical", "R ca; I by=R ca ext=1.2.3.4.5;"
    "L by=I ext=1.2.3.4.6;", "R", "I", "", "", CHAIN_OK },

/* Revocation (4.4, 4.5); strict, so that what is missing shows. */
{ "no CRL, off", RL, "R", "", "", "", CHAIN_OK },
{ "no CRL, soft", RL, "R", "", "", "soft missing=1", CHAIN_OK },
{ "no CRL, strict", RL, "R", "", "", STRICT, CHAIN_NO_REVOCATION },
{ "fresh CRL", RL "!C by=R;", "R", "", "C", STRICT, CHAIN_OK },
{ "fresh CRLs of both", RIL "!C by=R; !D by=I;", "R", "I", "C,D", STRICT,
    CHAIN_OK },
{ "CRL of the CA is missing", RIL "!D by=I;", "R", "I", "D", STRICT,
    CHAIN_NO_REVOCATION },
{ "CRL of the leaf is missing", RIL "!C by=R;", "R", "I", "C", STRICT,
    CHAIN_NO_REVOCATION },
{ "both missing, soft", RIL, "R", "I", "", "soft missing=2", CHAIN_OK },
{ "revoked leaf", "R ca; L by=R serial=7; !C by=R rev=6,7;", "R", "", "C",
    STRICT, CHAIN_REVOKED },
{ "revoked leaf, soft", "R ca; L by=R serial=7; !C by=R rev=7,8;", "R", "",
    "C", "soft", CHAIN_REVOKED },
{ "revoked leaf, off", "R ca; L by=R serial=7; !C by=R rev=7,8;", "R", "",
    "C", "", CHAIN_OK },
{ "another one is revoked", "R ca; L by=R serial=7; !C by=R rev=6,8;", "R",
    "", "C", STRICT, CHAIN_OK },
{ "revoked CA", "R ca; I by=R ca serial=9; L by=I; !C by=R rev=9; !D by=I;",
    "R", "I", "C,D", STRICT, CHAIN_REVOKED },
{ "revoked CA, the leaf's CRL missing", "R ca; I by=R ca serial=9; L by=I;"
    "!C by=R rev=9;", "R", "I", "C", "soft", CHAIN_REVOKED },
{ "serial revoked by another CA", "R ca; X ca; L by=R serial=7;"
    "!C by=R; !D by=X rev=7;", "R,X", "", "C,D", STRICT, CHAIN_OK },
/* A CA renewed with another key has the same name, and other serials. */
{ "two keys of one name, revoked by the older list", SAME
    "L by=R serial=7; !C by=R rev=7; !D by=S tu=0;", "R,S", "", "C,D", STRICT,
    CHAIN_REVOKED },
{ "two keys of one name, the other order", SAME
    "L by=R serial=7; !C by=R rev=7; !D by=S tu=0;", "S,R", "", "D,C", "soft",
    CHAIN_REVOKED },
{ "two keys of one name, revoked by the newer list", SAME
    "L by=R serial=7; !C by=R rev=7 tu=0; !D by=S;", "R,S", "", "C,D", STRICT,
    CHAIN_REVOKED },
{ "two keys of one name, another's list revokes", SAME
    "L by=S serial=7; !C by=R rev=7 tu=0; !D by=S;", "R,S", "", "D,C", STRICT,
    CHAIN_OK },
{ "two keys of one name, only the other's list", SAME
    "L by=R serial=7; !D by=S;", "R,S", "", "D", STRICT,
    CHAIN_NO_REVOCATION },
{ "two keys of one name, the other's delta revokes", SAME
    "L by=R serial=7; !C by=R num=1; !E by=S num=1;"
    "!D by=S num=2 delta=1 rev=7;", "R,S", "", "C,D,E", STRICT, CHAIN_OK },
{ "two keys of one name, its own delta revokes", SAME
    "L by=R serial=7; !C by=R num=1; !E by=S num=1 tu=0;"
    "!D by=R num=2 delta=1 rev=7; !F by=S num=2 tu=0 delta=1;", "R,S", "",
    "C,D,E,F", STRICT, CHAIN_REVOKED },
{ "on hold", "R ca; L by=R serial=7; !C by=R rev=7 reason=6;", "R", "", "C",
    STRICT, CHAIN_REVOKED },
{ "stale CRL, strict", RL "!C by=R tu=-5 nu=-1;", "R", "", "C", STRICT,
    CHAIN_NO_REVOCATION },
{ "stale CRL, soft", RL "!C by=R tu=-5 nu=-1;", "R", "", "C",
    "soft missing=1", CHAIN_OK },
{ "revoked by a stale CRL", "R ca; L by=R serial=7;"
    "!C by=R tu=-5 nu=-1 rev=7;", "R", "", "C", "soft", CHAIN_REVOKED },
{ "CRL of the future", RL "!C by=R tu=1 nu=2;", "R", "", "C", STRICT,
    CHAIN_NO_REVOCATION },
{ "CRL without end", RL "!C by=R nonu;", "R", "", "C", STRICT, CHAIN_OK },
{ "CRL of another CA", RL "X ca; !C by=X;", "R,X", "", "C", STRICT,
    CHAIN_NO_REVOCATION },
{ "forged CRL", RL "!C by=R badsig;", "R", "", "C", STRICT,
    CHAIN_NO_REVOCATION },
{ "forged CRL that got in", RL "!C by=R badsig;", "R", "", "C", "strict raw",
    CHAIN_NO_REVOCATION },
{ "forged CRL does not revoke", "R ca; L by=R serial=7;"
    "!C by=R rev=7 badsig;", "R", "", "C", "soft raw missing=1", CHAIN_OK },
{ "CRL by another key", RL "X ca; !C by=R signkey=X;", "R", "", "C",
    "strict raw", CHAIN_NO_REVOCATION },
{ "CRL by who may not sign CRLs", "R ca ku=keyCertSign; L by=R; !C by=R;",
    "R", "", "C", STRICT, CHAIN_NO_REVOCATION },
{ "the same, raw", "R ca ku=keyCertSign; L by=R; !C by=R;", "R", "", "C",
    "strict raw", CHAIN_NO_REVOCATION },
{ "critical extension in the CRL", RL "!C by=R crit=1.2.3.4;", "R", "", "C",
    STRICT, CHAIN_NO_REVOCATION },
{ "SHA-1 on the CRL", RL "!C by=R md=SHA1;", "R", "", "C", STRICT,
    CHAIN_NO_REVOCATION },
{ "SHA-1 on the CRL, allowed", RL "!C by=R md=SHA1;", "R", "", "C",
    "strict sha1", CHAIN_OK },
{ "SHA-1 on a newer CRL: the other stands", "R ca; L by=R serial=7;"
    "!C by=R rev=7 tu=-3 nu=3; !D by=R md=SHA1 num=2;", "R", "", "C,D",
    STRICT, CHAIN_REVOKED },
{ "SHA-1 on an older CRL: it does not come back", "R ca; L by=R serial=7;"
    "!D by=R num=2 rev=7; !C by=R md=SHA1 tu=-3 nu=3;", "R", "", "D,C",
    "strict sha1", CHAIN_REVOKED },
{ "SHA-1 on the delta that revokes", "R ca; L by=R serial=7; !C by=R;"
    "!D by=R md=SHA1 delta=1 num=2 rev=7;", "R", "", "C,D", STRICT, CHAIN_OK },
{ "the same, allowed", "R ca; L by=R serial=7; !C by=R;"
    "!D by=R md=SHA1 delta=1 num=2 rev=7;", "R", "", "C,D", "strict sha1",
    CHAIN_REVOKED },
{ "SHA-1 on the delta that is asked for", "R ca; L by=R fresh=URI:http://d/;"
    "!C by=R; !D by=R md=SHA1 delta=1 num=2;", "R", "", "C,D", STRICT,
    CHAIN_NO_REVOCATION },
{ "newer of two CRLs", "R ca; L by=R serial=7; !C by=R tu=-3 nu=3;"
    "!D by=R tu=-1 num=2 rev=7;", "R", "", "C,D", STRICT, CHAIN_REVOKED },
{ "an older CRL does not come back", "R ca; L by=R serial=7;"
    "!D by=R tu=-1 num=2 rev=7; !C by=R tu=-3 nu=3;", "R", "", "D,C", STRICT,
    CHAIN_REVOKED },
{ "the anchor is not asked for", "R ca serial=5; L by=R; !C by=R rev=5;",
    "R", "", "C", STRICT, CHAIN_OK },
{ "another key for CRLs", "R ca ku=keyCertSign;"
    "S by=R subj=/O=Test/CN=R ku=cRLSign serial=3; L by=R;"
    "!C by=R signkey=S;", "R", "S", "C", "soft raw", CHAIN_OK },

/* Deltas (4.15). */
#define FRESH	" fresh=URI:http://c.example/delta"
{ "delta revokes", "R ca; L by=R serial=7" FRESH "; !C by=R num=1;"
    "!D by=R num=2 delta=1 rev=7;", "R", "", "C,D", STRICT, CHAIN_REVOKED },
{ "delta of a base without freshestCRL revokes", "R ca; L by=R serial=7;"
    "!C by=R num=1; !D by=R num=2 delta=1 rev=7;", "R", "", "C,D", STRICT,
    CHAIN_REVOKED },
{ "delta says nothing", "R ca; L by=R serial=7" FRESH "; !C by=R num=1;"
    "!D by=R num=2 delta=1 rev=8;", "R", "", "C,D", STRICT, CHAIN_OK },
{ "delta takes back a hold", "R ca; L by=R serial=7" FRESH ";"
    "!C by=R num=1 rev=7 reason=6; !D by=R num=2 delta=1 remove=7;", "R", "",
    "C,D", STRICT, CHAIN_OK },
{ "delta without a base", "R ca; L by=R serial=7" FRESH ";"
    "!D by=R num=2 delta=1 rev=8;", "R", "", "D", STRICT,
    CHAIN_NO_REVOCATION },
{ "delta of a later base takes nothing back", "R ca; L by=R serial=7" FRESH
    "; !C by=R num=1 rev=7 reason=6; !D by=R num=9 delta=8 remove=7;", "R",
    "", "C,D", STRICT, CHAIN_REVOKED },
{ "forged delta takes nothing back", "R ca; L by=R serial=7" FRESH ";"
    "!C by=R num=1 rev=7 reason=6; !D by=R num=2 delta=1 remove=7 badsig;",
    "R", "", "C,D", STRICT, CHAIN_REVOKED },

/* Distribution points (4.14). */
#define CDP(u)	" cdp=URI:http://c.example/" u
#define IDP(t)	" idp=critical,@" t
{ "point and CRL agree", "R ca; L by=R" CDP("a") ";"
    "!C by=R" IDP("fullname=URI:http://c.example/a") ";", "R", "", "C",
    STRICT, CHAIN_OK },
{ "point and CRL differ", "R ca; L by=R" CDP("a") ";"
    "!C by=R" IDP("fullname=URI:http://c.example/b") ";", "R", "", "C",
    STRICT, CHAIN_NO_REVOCATION },
{ "CRL of a point, certificate of none", RL
    "!C by=R" IDP("fullname=URI:http://c.example/b") ";", "R", "", "C",
    STRICT, CHAIN_NO_REVOCATION },
{ "point, CRL of all", "R ca; L by=R" CDP("a") "; !C by=R;", "R", "", "C",
    STRICT, CHAIN_OK },
{ "CRL of users", RL "!C by=R" IDP("onlyuser=TRUE") ";", "R", "", "C", STRICT,
    CHAIN_OK },
{ "CRL of CAs for a user", RL "!C by=R" IDP("onlyCA=TRUE") ";", "R", "", "C",
    STRICT, CHAIN_NO_REVOCATION },
{ "CRL of users for a CA", RIL "!C by=R" IDP("onlyuser=TRUE") "; !D by=I;",
    "R", "I", "C,D", STRICT, CHAIN_NO_REVOCATION },
{ "CRL of attributes", RL "!C by=R" IDP("onlyAA=TRUE") ";", "R", "", "C",
    STRICT, CHAIN_NO_REVOCATION },
{ "CRL of users revokes", "R ca; L by=R serial=7;"
    "!C by=R rev=7" IDP("onlyuser=TRUE") ";", "R", "", "C", STRICT,
    CHAIN_REVOKED },
{ "CRL of some reasons", RL "!C by=R"
    IDP("onlysomereasons=keyCompromise,CACompromise") ";", "R", "", "C",
    STRICT, CHAIN_NO_REVOCATION },
{ "CRLs of all reasons, divided", RL "!C by=R"
    IDP("onlysomereasons=keyCompromise,CACompromise") ";"
    "!D by=R" IDP("onlysomereasons=affiliationChanged,superseded,"
    "cessationOfOperation,certificateHold,privilegeWithdrawn,AACompromise")
    ";", "R", "", "C,D", STRICT, CHAIN_OK },
{ "revoked for one of the reasons", "R ca; L by=R serial=7;"
    "!C by=R rev=7 reason=1"
    IDP("onlysomereasons=keyCompromise,CACompromise") ";", "R", "", "C",
    STRICT, CHAIN_REVOKED },

/* Indirect CRLs. */
#define INDIRECT IDP("indirectCRL=TRUE")
#define BY_X	" cdp=%CRLissuer=dirName:t&[t]&O=Test&CN=X"
{ "indirect CRL", "R ca; X by=R ca; L by=R serial=7" BY_X ";"
    "!C by=X" INDIRECT ";", "R,X", "", "C", "soft", CHAIN_OK },
{ "indirect CRL, strict", "R ca; X by=R ca; L by=R serial=7" BY_X ";"
    "!C by=X" INDIRECT "; !D by=R" IDP("onlyCA=TRUE") ";", "R,X", "", "C,D",
    STRICT, CHAIN_OK },
{ "indirect CRL, strict, its issuer unknown to be good", "R ca;"
    "X by=R ca; L by=R serial=7" BY_X "; !C by=X" INDIRECT ";", "R,X", "",
    "C", STRICT, CHAIN_NO_REVOCATION },
{ "indirect CRL by a revoked issuer", "R ca; X by=R ca serial=3;"
    "L by=R serial=7" BY_X ";"
    "!C by=X rev=7 for=R" INDIRECT "; !D by=R rev=3" IDP("onlyCA=TRUE") ";",
    "R,X", "", "C,D", STRICT, CHAIN_NO_REVOCATION },
{ "indirect CRL revokes", "R ca; X by=R ca; L by=R serial=7" BY_X ";"
    "!C by=X rev=7 for=R" INDIRECT ";", "R,X", "", "C", "soft",
    CHAIN_REVOKED },
{ "indirect CRL revokes another CA's", "R ca; X by=R ca;"
    "L by=R serial=7" BY_X "; !C by=X rev=7" INDIRECT ";", "R,X", "", "C",
    "soft missing=0", CHAIN_OK },
{ "named issuer, but no indirect CRL", "R ca; X by=R ca; L by=R serial=7"
    BY_X "; !C by=X;", "R,X", "", "C", STRICT, CHAIN_NO_REVOCATION },
{ "indirect CRL of another anchor", "R ca; X ca; L by=R serial=7" BY_X ";"
    "!C by=X" INDIRECT ";", "R,X", "", "C", STRICT, CHAIN_NO_REVOCATION },
{ "indirect CRL that the certificate does not name", "R ca; X by=R ca;"
    "L by=R; !C by=X" INDIRECT ";", "R,X", "", "C", STRICT,
    CHAIN_NO_REVOCATION },

/* I and J: one key, by A and by B. */
#define TWICE	"A ca; B ca; I by=A ca; J by=B ca keyof=I subj=/O=Test/CN=I;" \
	"L by=I;"

/* Paths: cross-signatures, self-issued, loops, partial. */
{ "cross-signed", "A ca; B ca; X by=B ca keyof=A subj=/O=Test/CN=A;"
    "L by=A;", "B", "X", "", "", CHAIN_OK },
{ "cross-signed, both trusted", "A ca; B ca;"
    "X by=B ca keyof=A subj=/O=Test/CN=A; L by=A;", "A,B", "X", "", "",
    CHAIN_OK },
{ "cross-signature expired, root trusted", "A ca; B ca;"
    "X by=B ca keyof=A subj=/O=Test/CN=A na=-1; L by=A;", "A,B", "X", "", "",
    CHAIN_OK },
{ "cross-signature expired", "A ca; B ca;"
    "X by=B ca keyof=A subj=/O=Test/CN=A na=-1; L by=A;", "B", "X", "", "",
    CHAIN_EXPIRED },
{ "cross-signed by one nobody trusts", "A ca; B ca; Z ca;"
    "X by=B ca keyof=A subj=/O=Test/CN=A; L by=A;", "Z", "X,B", "", "",
    CHAIN_UNKNOWN_CA },
{ "new key with the old one's signature", "R ca;"
    "N by=R ca subj=/O=Test/CN=R; L by=N;", "R", "N", "", "", CHAIN_OK },
{ "loop", "R ca; A ca; B by=A ca; X by=B ca keyof=A subj=/O=Test/CN=A;"
    "L by=A;", "R", "X,B", "", "", CHAIN_UNKNOWN_CA },
{ "loop with an exit", "R ca; A by=R ca; B by=A ca;"
    "X by=B ca keyof=A subj=/O=Test/CN=A; L by=A;", "R", "X,B,A", "", "",
    CHAIN_OK },
{ "intermediate as anchor", RIL, "I", "", "", "", CHAIN_OK },
{ "intermediate as anchor, its sibling", RIL "J by=R ca;", "J", "I,R", "", "",
    CHAIN_UNKNOWN_CA },
{ "expired intermediate as anchor", "R ca; I by=R ca na=-1; L by=I;", "I", "",
    "", "", CHAIN_EXPIRED },
{ "the same certificate twice", RIL, "R", "I,I,I", "", "", CHAIN_OK },
{ "a valid CA beside an expired one", "R ca;"
    "O by=R ca subj=/CN=i na=-1; N by=R ca subj=/CN=i keyof=O; L by=N;",
    "R", "O,N", "", "", CHAIN_OK },
{ "two CAs for one key, the second trusted", TWICE, "B", "I,J", "", "",
    CHAIN_OK },
{ "the same the other way round", TWICE, "B", "J,I", "", "", CHAIN_OK },
{ "the first trusted", TWICE, "A", "I,J", "", "", CHAIN_OK },
{ "the same the other way round, the first", TWICE, "A", "J,I", "", "",
    CHAIN_OK },
{ "neither trusted", TWICE "Z ca;", "Z", "J,I", "", "", CHAIN_UNKNOWN_CA },
{ "two CAs for one key, one more above", TWICE
    "Z ca; Q by=Z keyof=B subj=/O=Test/CN=B ca;", "Z", "I,A,J,Q",
    "", "", CHAIN_OK },
{ "a renewed root of the same name in ca/", "O ca; I by=O ca noakid;"
    "R ca subj=/O=Test/CN=O; L by=I;", "I,R", "", "", "", CHAIN_OK },
{ "two that certified each other", "A ca; B ca;"
    "X by=B ca keyof=A subj=/O=Test/CN=A;"
    "Y by=A ca keyof=B subj=/O=Test/CN=B; L by=A;", "X,Y", "", "", "",
    CHAIN_OK },

/* Pinned certificates. */
{ "pinned, self-signed", "L;", "", "", "", "pin=L notrust", CHAIN_OK },
{ "pinned, by a CA nobody knows", RL, "", "", "", "pin=L notrust",
    CHAIN_OK },
{ "pinned, its CAs sent beside it", RIL, "", "I,R", "", "pin=L notrust",
    CHAIN_OK },
{ "pinned, an expired CA sent beside it", "R ca; I by=R ca na=-1; L by=I;",
    "", "I,R", "", "pin=L notrust", CHAIN_OK },
{ "pinned, revocation strict", RL, "", "", "", "pin=L notrust strict",
    CHAIN_OK },
{ "pinned, and the CA is asked for", RL, "R", "", "", "pin=L", CHAIN_OK },
{ "pinned, of another CA than asked for", RL "X ca;", "X", "", "", "pin=L",
    CHAIN_UNKNOWN_CA },
{ "another one pinned", RL "X by=R;", "R", "", "", "pin=X", CHAIN_PINNED },
{ "pinned, expired", "L na=-1;", "", "", "", "pin=L notrust",
    CHAIN_EXPIRED },
{ "pinned, weak", "L key=rsa1024;", "", "", "", "pin=L notrust",
    CHAIN_WEAK },
{ "pinned, wrong usage", "L ku=keyEncipherment;", "", "", "",
    "pin=L notrust", CHAIN_USAGE },
{ "same subject and key as the pinned one", "R ca; X by=R subj=/CN=l;"
    "L by=R subj=/CN=l keyof=X;", "R", "", "", "pin=X", CHAIN_PINNED },
