# Builds the suite into .build/$(VARIANT); the README says how to use it.
#   make deps all check demo install uninstall asan fuzz bench clean
# VARIANT=plain (default) or asan; CC=gcc (default) or clang.

VARIANT ?= plain
PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc/ikd
B := .build/$(VARIANT)

# Programs: where their directory is, and what they link beside libc.
PROGS := ikd ikd-parent ikd-ike ikd-esp tmd tmd-policy certd certd-sign \
	certd-fetch certd-token dhcprelay tmd-metrics ikectl
DIR_ikd := ikd/parent
DIR_ikd-parent := ikd/parent
DIR_ikd-ike := ikd/ike
DIR_ikd-esp := ikd/esp
DIR_tmd := tmd
DIR_tmd-policy := tmd/policy
DIR_tmd-metrics := tmd/metrics
DIR_certd := certd
DIR_certd-sign := certd/sign
DIR_certd-fetch := certd/fetch
DIR_certd-token := certd/token
DIR_dhcprelay := dhcprelay
DIR_ikectl := ikd/ikectl
# The file with main(); every other .c of the directory is in its archive.
MAIN_ikd := ikd/parent/starter_main.c
MAIN_ikd-parent := ikd/parent/parent_main.c
MAIN_ikd-ike := ikd/ike/main.c
MAIN_ikd-esp := ikd/esp/main.c
MAIN_tmd := tmd/main.c
MAIN_tmd-policy := tmd/policy/main.c
MAIN_tmd-metrics := tmd/metrics/main.c
MAIN_certd := certd/main.c
MAIN_certd-sign := certd/sign/main.c
MAIN_certd-fetch := certd/fetch/main.c
MAIN_certd-token := certd/token/main.c
MAIN_dhcprelay := dhcprelay/main.c
MAIN_ikectl := ikd/ikectl/main.c
LIBS_COMMON := -levent_core -lbsd -lseccomp
LIBS_NL := -lnl-route-3 -lnl-xfrm-3 -lnl-3
LIBS_ikd := $(LIBS_COMMON)
LIBS_ikd-parent := $(LIBS_COMMON) $(LIBS_NL)
LIBS_ikd-ike := $(LIBS_COMMON) -lcrypto
LIBS_ikd-esp := $(LIBS_COMMON) -lcrypto
LIBS_tmd := $(LIBS_COMMON)
LIBS_tmd-policy := $(LIBS_COMMON) -lyaml -lcrypto
LIBS_tmd-metrics := $(LIBS_COMMON) -levent_extra
LIBS_certd := $(LIBS_COMMON) -lcrypto
LIBS_certd-sign := $(LIBS_COMMON) -lcrypto
LIBS_certd-fetch := $(LIBS_COMMON) -lcurl -lldap
LIBS_certd-token := $(LIBS_COMMON) -lcrypto
LIBS_dhcprelay := $(LIBS_COMMON)
LIBS_ikectl := $(LIBS_COMMON) -ljansson -lcrypto
LIBS_ALL := $(LIBS_COMMON) $(LIBS_NL) -lcrypto -lyaml -ljansson -lcurl \
	-levent_extra

DIRS := common $(sort $(foreach p,$(PROGS),$(DIR_$(p))))
MAINS := $(foreach p,$(PROGS),$(MAIN_$(p)))

CSTD := -std=gnu11
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Werror
# Where libbsd's overlay is: Debian 13 has it below the architecture.
BSDINC = $(firstword $(wildcard /usr/include/*/bsd) /usr/include/bsd)
CPPFLAGS += -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -Icommon \
	-I/usr/include/libnl3 -isystem $(BSDINC) -DLIBBSD_OVERLAY \
	-DIKD_LIBEXEC='"$(LIBEXECDIR)"' -DIKD_VERSION='"$(VERSION)"'
LIBEXECDIR ?= $(PREFIX)/libexec/ikd
VERSION := 0.1
HARDEN := -fstack-protector-strong -fPIE -fno-common
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack
OPT ?= -O2 -g
ifeq ($(VARIANT),asan)
OPT := -O1 -g -fno-omit-frame-pointer
CPPFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(CPPFLAGS)) -DIKD_ASAN
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
ifeq ($(VARIANT),fuzz)
OPT := -O1 -g -fno-omit-frame-pointer
CPPFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(CPPFLAGS)) -DIKD_ASAN
SAN := -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-recover=undefined
endif
# Instructions are counted by callgrind, which no sandbox lets in: a build
# for regress/bench alone.
ifeq ($(VARIANT),count)
OPEN_DOOR := $B/regress/bench/count/open_door.o
LDHARDEN += -Wl,--wrap=sandbox_enter
endif
CFLAGS_ALL = $(CSTD) $(OPT) $(WARN) $(HARDEN) $(SAN) $(CFLAGS)
LDFLAGS_ALL = $(LDHARDEN) $(SAN) $(LDFLAGS)

all: $(PROGS:%=$B/bin/%)
$(PROGS:%=$B/bin/%): $(OPEN_DOOR)

# Objects, with their dependencies.
$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# Archives, one a directory; the linker takes only what is used.
libsrc = $(filter-out $(MAINS),$(wildcard $(1)/*.c))
libname = $B/lib/lib$(subst /,-,$(1)).a
define ARCHIVE
$(call libname,$(1)): $(patsubst %.c,$B/%.o,$(call libsrc,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar crs $$@ $$^
endef
$(foreach d,$(DIRS),$(eval $(call ARCHIVE,$(d))))

define PROGRAM
$B/bin/$(1): $B/$(MAIN_$(1):.c=.o) $(call libname,$(DIR_$(1))) \
    $(call libname,common)
	@mkdir -p $$(@D)
	@echo "  LD $$@"; $$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) -o $$@ $$^ \
	    $(LIBS_$(1))
endef
$(foreach p,$(PROGS),$(eval $(call PROGRAM,$(p))))

include regress/Makefile.inc

-include $(shell find $B -name '*.d' 2>/dev/null)

clean:
	rm -rf .build

.PHONY: all clean deps demo check install uninstall asan fuzz bench
.DELETE_ON_ERROR:
.SUFFIXES:

# Installation: programs people run in SBINDIR, the roles in LIBEXECDIR.
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= /lib/systemd/system
SYSUSERSDIR ?= /usr/lib/sysusers.d
RCDIR ?= /etc/rc.d
STATEDIR ?= /var/lib/ikd
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
D := $(DESTDIR)
SBIN := ikd ikectl
LIBEXEC := $(filter-out $(SBIN),$(PROGS))
SUBST := sed -e 's,@SBINDIR@,$(SBINDIR),g' -e 's,@LIBEXECDIR@,$(LIBEXECDIR),g'

install: all
	install -d $D$(SBINDIR) $D$(LIBEXECDIR) $D$(RCDIR) $D$(UNITDIR) \
	    $D$(SYSUSERSDIR) $D$(MANDIR)/man5 $D$(MANDIR)/man8 \
	    $D$(PREFIX)/share/doc/ikd/examples $D$(COMPLETIONDIR)
	install -m 755 $(SBIN:%=$B/bin/%) $D$(SBINDIR)
	install -m 755 $(LIBEXEC:%=$B/bin/%) etc/add-users $D$(LIBEXECDIR)
	$(SUBST) etc/rc.d/ikd >$D$(RCDIR)/ikd && chmod 755 $D$(RCDIR)/ikd
	test -e $D$(RCDIR)/rc.subr || install -m 644 etc/rc.d/rc.subr $D$(RCDIR)
	$(SUBST) etc/systemd/ikd.service >$D$(UNITDIR)/ikd.service
	install -m 644 etc/systemd/ikd.sysusers $D$(SYSUSERSDIR)/ikd.conf
	install -m 644 man/*.5 $D$(MANDIR)/man5
	install -m 644 man/*.8 $D$(MANDIR)/man8
	install -m 644 etc/completion/ikectl $D$(COMPLETIONDIR)
	install -m 644 README etc/examples/*.yaml \
	    $D$(PREFIX)/share/doc/ikd/examples
	install -d -m 755 $D$(SYSCONFDIR) $(addprefix $D$(SYSCONFDIR)/,ca \
	    certs crls pubkeys conf.d)
	install -d -m 700 $(addprefix $D$(SYSCONFDIR)/,psk ppk manual \
	    private) $D$(STATEDIR)
	test -e $D$(SYSCONFDIR)/ikd.yaml || \
	    install -m 644 etc/ikd.yaml $D$(SYSCONFDIR)
	test -n "$(DESTDIR)" || $(LIBEXECDIR)/add-users

# Leaves the policy, the keys and the database alone.
uninstall:
	rm -f $(SBIN:%=$D$(SBINDIR)/%) $D$(RCDIR)/ikd $D$(UNITDIR)/ikd.service \
	    $D$(SYSUSERSDIR)/ikd.conf $D$(COMPLETIONDIR)/ikectl \
	    $(addprefix $D$(MANDIR)/, \
	    $(patsubst man/%.5,man5/%.5,$(wildcard man/*.5)) \
	    $(patsubst man/%.8,man8/%.8,$(wildcard man/*.8)))
	rm -rf $D$(LIBEXECDIR) $D$(PREFIX)/share/doc/ikd
