# evault.  `make` builds, `make demo` shows, `make test` proves; see README.md.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
BUILD    ?= build
CC       ?= cc
JOBS     ?= 2
# Set to "address,undefined" for a build with sanitizers; with "fuzzer" in it, for libFuzzer.
SANITIZE ?=
COVERAGE ?=

PKGS     := libsodium sqlite3 libzstd libcrypto libutf8proc zlib
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wpointer-arith -Wstrict-prototypes \
            -Wmissing-prototypes -Wwrite-strings -Wundef -Wvla -Wformat=2 -Werror
HARDEN   := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
ifneq ($(shell $(CC) --version 2>/dev/null | grep -c -i clang),1)
HARDEN   += -fstack-clash-protection -fcf-protection=full
# What a function left in memory and in registers is not what the next one begins with: gcc 12.
HARDEN   += $(shell $(CC) -Werror -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr -E -x c /dev/null \
                >/dev/null 2>&1 && echo -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr)
endif
OPT      := -O2
ifneq ($(SANITIZE),)
HARDEN   := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LDHARDEN := -fsanitize=$(SANITIZE)
OPT      := -O1
endif
ifneq ($(COVERAGE),)
HARDEN   := --coverage -fprofile-update=atomic
LDHARDEN := --coverage
OPT      := -O0
endif
CFLAGS   ?= -g $(OPT)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARN) $(HARDEN) -pthread $(CFLAGS) -Iinclude -Ivault \
             -ffile-prefix-map=$(CURDIR)=.
# Known to one object only, so that a new commit rebuilds nothing else.
# A released source has no git: .revision says what it is of, and when that was committed.
REVISION := $(shell cut -s -d' ' -f1 .revision 2>/dev/null || git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
COMMITTED := $(shell cut -s -d' ' -f2 .revision 2>/dev/null || git log -1 --format=%ct 2>/dev/null || echo 1)
$(BUILD)/vault/version.o: ALL_CFLAGS += -DEVAULT_VERSION='"$(VERSION)"' -DEVAULT_BUILD='"$(REVISION)"'

LIB_SRC  := $(wildcard vault/base/*.c vault/format/*.c vault/store/*.c vault/*.c)
STATIC_SRC := $(wildcard cli/static_*.c)
CLI_SRC  := $(filter-out $(STATIC_SRC),$(wildcard cli/*.c))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
# What several targets share.
FUZZ_REST := $(filter-out $(FUZZ_SRC) tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
# Programs that tests use: to hold evault's formats against other people's, and to forge.
TOOL_SRC := $(wildcard tests/interop/*.c tests/tools/*.c)
# What all unit tests share, and the driver of a fuzz target that is run as an ordinary test.
FRAME    := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
REPLAY   := tests/fuzz/replay.c
ifneq ($(findstring fuzzer,$(SANITIZE)),)
REPLAY   :=
endif

comma    := ,
object    = $(1:%.c=$(BUILD)/%.o)
# The rest of a tool is in tests/<its name>; and of what several programs share, what it uses.
tool_rest = $(call object,$(wildcard $(1:tests/tools/%.c=tests/%)/*.c) $(if $(filter %/forge.c %/longlog.c,$(1)),tests/lib/remove.c))
LIB_OBJ  := $(call object,$(LIB_SRC))
CLI_OBJ  := $(call object,$(CLI_SRC)) $(BUILD)/cli/catalogues.o
STATIC_OBJ := $(call object,$(STATIC_SRC))
UNITS    := $(UNIT_SRC:%.c=$(BUILD)/%)
FUZZERS  := $(FUZZ_SRC:%.c=$(BUILD)/%)
TOOLS    := $(TOOL_SRC:%.c=$(BUILD)/%)
ALL_OBJ  := $(LIB_OBJ) $(CLI_OBJ) $(STATIC_OBJ) $(call object,$(UNIT_SRC) $(FUZZ_SRC) $(TOOL_SRC) $(FUZZ_REST) $(FRAME) $(REPLAY)) \
            $(foreach t,$(TOOL_SRC),$(call tool_rest,$(t)))
LANGUAGES := $(patsubst cli/po/%.po,%,$(wildcard cli/po/*.po))
LIBS     := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
ifeq ($(LIBS)$(filter clean demo dist test check coverage fuzz fuzz-all fault alloc bench,$(MAKECMDGOALS)),)
$(warning pkg-config does not find all of: $(PKGS).  Try: tests/install-packages build)
endif
# libzxcvbn has no file for pkg-config.
LIBS     += -lzxcvbn -lm
# The command alone is held to its work by the kernel.  The leak sanitizer and valgrind need what
# that forbids: SANDBOX=0 is for builds with them.
# Messages come from catalogues in the program (cli/catalogue.c).
CLI_LIBS := $(foreach f,gettext ngettext,$(f:%=-Wl,--wrap=%) $(f:%=-Wl,--wrap=d%) $(f:%=-Wl,--wrap=dc%))
SANDBOX  ?= $(if $(SANITIZE)$(COVERAGE),0,1)
ifeq ($(SANDBOX),0)
$(CLI_OBJ): ALL_CFLAGS += -DEVAULT_NO_SANDBOX
else
CLI_LIBS += $(shell pkg-config --libs libseccomp)
endif

all: $(BUILD)/evault $(STATIC_OBJ)

$(BUILD)/libevault.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/evault: $(CLI_OBJ) $(BUILD)/libevault.a
	$(CC) $(LDHARDEN) -pthread -o $@ $(CLI_OBJ) $(BUILD)/libevault.a $(LIBS) $(CLI_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/cli/catalogues.o: cli/catalogues.S $(LANGUAGES:%=$(BUILD)/cli/po/%.mo)
	$(CC) -Wa,-I,$(BUILD)/cli/po -c -o $@ $<

# With the numbers of this machine: libc's gettext would put them in when it loads a catalogue.
LONG_64  := $(if $(filter 8,$(shell echo __SIZEOF_LONG__ | $(CC) -E -P - 2>/dev/null)),l,ll)
$(BUILD)/cli/po/%.mo: cli/po/%.po
	@mkdir -p $(@D)
	sed 's/%<PRI\([dux]\)64>/%$(LONG_64)\1/g; s/%<PRI\([dux]\)32>/%\1/g' $< | msgfmt --check-format --no-hash -o $@ -

# One file for any Linux: with its libraries in it, and without what of theirs evault never lets them do
# (cli/static_absent.c).  Its symbols go into a file of their own.
STATIC_LIBS  := $(filter-out -ldl,$(shell pkg-config --static --libs $(PKGS) libseccomp 2>/dev/null)) -lm
STATIC_WRAP  := free realloc dlopen getaddrinfo freeaddrinfo getnameinfo gethostbyname
STATIC_PARTS := $(filter-out $(call object,cli/forget.c cli/language_libc.c),$(CLI_OBJ)) $(STATIC_OBJ) \
                $(BUILD)/static/forget.o

static: $(BUILD)/static/evault

$(BUILD)/static/evault: $(STATIC_PARTS) $(BUILD)/libevault.a
	$(CC) $(LDHARDEN:-pie=-static-pie) $(STATIC_WRAP:%=-Wl,--wrap=%) -pthread -o $@.whole $^ $(filter -Wl%,$(CLI_LIBS)) $(STATIC_LIBS)
	objcopy --only-keep-debug $@.whole $@.debug
	objcopy --strip-all --add-gnu-debuglink=$@.debug $@.whole $@
	@rm $@.whole

$(BUILD)/static/forget.o: cli/forget.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DEVAULT_STATIC -MMD -MP -c -o $@ $<

$(UNITS): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(call object,$(FRAME)) $(BUILD)/libevault.a
	$(CC) $(LDHARDEN) -pthread -o $@ $(filter %.o,$^) $(BUILD)/libevault.a $(LIBS)

# What of the command line knows nothing of a terminal is tested as the library is.
$(BUILD)/tests/unit/test_editor $(BUILD)/tests/unit/test_editor_input: $(call object,$(addprefix cli/,editor.c glyph.c guarded.c keys.c rows.c screen.c utf8.c))

# It makes the bundle that its input changes.
$(BUILD)/tests/fuzz/fuzz_verify: $(call object,tests/bundle/log.c)
# They work on folders.
$(addprefix $(BUILD)/tests/fuzz/fuzz_,open_vault insider receive model): $(call object,tests/fuzz/folder.c tests/lib/remove.c)
$(addprefix $(BUILD)/tests/fuzz/fuzz_,open_vault receive): $(call object,tests/fuzz/alter.c)
$(addprefix $(BUILD)/tests/fuzz/fuzz_,insider receive): $(call object,tests/fuzz/forge.c)
$(BUILD)/tests/fuzz/fuzz_model: $(call object,tests/fuzz/model.c)

$(FUZZERS): $(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(call object,$(REPLAY)) $(BUILD)/libevault.a
	$(CC) $(LDHARDEN) -pthread -o $@ $(filter %.o,$^) $(BUILD)/libevault.a $(LIBS)

$(foreach t,$(TOOL_SRC),$(eval $(BUILD)/$(t:%.c=%): $(call tool_rest,$(t))))
$(TOOLS): %: %.o $(BUILD)/libevault.a
	$(CC) $(LDHARDEN) -pthread -o $@ $(filter %.o,$^) $(BUILD)/libevault.a $(LIBS)

units: $(UNITS)
fuzzers: $(FUZZERS)
tools: $(TOOLS)
objects: $(LIB_OBJ) $(CLI_OBJ) $(STATIC_OBJ)

# Written anew only when it says something else.
$(BUILD)/revision: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION) $(REVISION)' | cmp -s - $@ || echo '$(VERSION) $(REVISION)' > $@
$(BUILD)/vault/version.o: $(BUILD)/revision

# Does not build, so that `sudo make install` leaves nothing of root's in the source.
PROGRAM  ?= $(BUILD)/evault
install:
	@test -x $(PROGRAM) || { echo 'make: nothing built yet; run make first' >&2; exit 1; }
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/evault
	install -D -m 644 cli/evault.1 $(DESTDIR)$(PREFIX)/share/man/man1/evault.1
	install -D -m 644 cli/evault.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/evault

# Takes new and changed strings of the source into the translations (cli/po/README.md).
po:
	cli/po/update

# The package of Debian: $(BUILD)/evault_$(VERSION)_….deb.  What cli/dist/within names lies in its program.
MAINTAINER ?= The evault authors <evault@example.org>
WITHIN   := $(shell sed 's/ *\#.*//' cli/dist/within | awk '{ print $$1 }')
DEB_LIBS  = $(foreach l,$(LIBS),$(if $(filter $(l:-l%=lib%),$(WITHIN)),-l:$(l:-l%=lib%).a,$(l)))

$(BUILD)/deb/evault: $(CLI_OBJ) $(BUILD)/libevault.a cli/dist/within
	@mkdir -p $(@D)
	$(CC) $(LDHARDEN) -pthread -o $@ $(CLI_OBJ) $(BUILD)/libevault.a $(DEB_LIBS) $(CLI_LIBS)

deb: all $(BUILD)/deb/evault
	SOURCE_DATE_EPOCH=$(COMMITTED) cli/dist/deb $(BUILD) $(VERSION) $(REVISION) '$(MAINTAINER)'

# The package, the static program and the source in a fresh Debian 12 and 13, of which Tails is made:
# tests/systems/README.md.  As root, with a network; a quarter of an hour.
systems: static deb
	tests/install-packages build dist systems
	BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) tests/systems/systems.sh

# A release, of the commit that is checked out, with the hashes of its files, to $(BUILD)/dist.  SIGN is the file
# of the release key, which is nowhere in the source; without it the list is not signed.
SIGN ?=
dist:
	tests/install-packages build dist
	cli/dist/dist $(BUILD)/dist $(VERSION) $(if $(SIGN),'$(SIGN)')

# make demo [FILES='photo.jpg statement.pdf …']
demo:
	tests/install-packages build demo
	$(MAKE) -s -j$(JOBS) all
	EVAULT_BIN=$(abspath $(BUILD))/evault tests/demo.sh $(FILES)

test:
	tests/install-packages build demo dist test npm
	@JOBS=$(JOBS) tests/run

check:
	tests/install-packages build demo dist test
	@JOBS=$(JOBS) tests/run check

# Lines of vault/ that the tests run; fails below 85 %.
coverage:
	tests/install-packages build demo test npm
	@JOBS=$(JOBS) tests/run tests/coverage.sh

# make fuzz T=age [MINUTES=5]: new inputs and findings go to build/fuzz/found.
MINUTES  ?= 1
fuzz:
	@test -f tests/fuzz/fuzz_$(T).c || { echo 'make: name a target: make fuzz T=…' >&2; exit 1; }
	$(MAKE) -s -j$(JOBS) BUILD=build/fuzz CC=clang SANITIZE=fuzzer,address,undefined \
		build/fuzz/tests/fuzz/fuzz_$(T)
	@mkdir -p build/fuzz/found/$(T)
	build/fuzz/tests/fuzz/fuzz_$(T) -max_total_time=$$(($(MINUTES) * 60)) -print_final_stats=1 \
		-artifact_prefix=build/fuzz/found/ build/fuzz/found/$(T) tests/fuzz/corpus/$(T)

# make fuzz-all [MINUTES=5]: each target in turn, and what it finds into its corpus: tests/fuzz/README.md.
fuzz-all:
	@MINUTES=$(MINUTES) JOBS=$(JOBS) tests/fuzz/run

# Power cuts, full disks, pulled sticks: tests/fault/README.md.  As root, for all of it; LONG=1 takes hours.
# What cannot be had here is skipped, with the reason.
fault:
	tests/install-packages build fault || true
	$(MAKE) -s -j$(JOBS) all $(BUILD)/fault/short.so
	if pkg-config --exists fuse3; then $(MAKE) -s $(BUILD)/fault/recorder; fi
	$(MAKE) -s -j$(JOBS) BUILD=$(BUILD)/asan SANITIZE=address,undefined all
	@JOBS=$(JOBS) python3 tests/fault/fault.py $(if $(LONG),--long) $(BUILD)

# Memory that is refused, at each place that asks for it: tests/alloc/README.md.  EVERY=1 takes each asking, and a day;
# SANITIZED=1 strikes the sanitized build.
alloc:
	$(MAKE) -s -j$(JOBS) all $(BUILD)/alloc/strike.so
	$(if $(SANITIZED),$(MAKE) -s -j$(JOBS) BUILD=$(BUILD)/asan SANITIZE=address$(comma)undefined all)
	@JOBS=$(JOBS) python3 tests/alloc/alloc.py $(if $(EVERY),--every,--places) $(if $(SANITIZED),--sanitized) $(BUILD)

# Seals a million times, and reads back with which keys and nonces: two minutes.  `make test` seals 20,000 times.
nonces: $(BUILD)/tests/unit/test_nonces
	NONCES=1000000 $<

# How fast it is, beside restic, borg and tar | zstd | age: tests/bench/README.md.  As root, for a cold cache;
# BENCH_LONG=1 takes a million small files, too.  What it prints is in $(BUILD)/bench.md as well.
bench:
	tests/install-packages build bench || true
	$(MAKE) -s -j$(JOBS) all
	@EVAULT_BIN=$(abspath $(BUILD))/evault python3 tests/bench/bench.py $(BUILD)/bench.md

$(BUILD)/fault/recorder: tests/fault/recorder.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 $(shell pkg-config --cflags fuse3) -o $@ $< $(shell pkg-config --libs fuse3)

# Hostile code in evault's own process: tests/cli/sandbox.sh.
$(BUILD)/sandbox/attempts.so: tests/sandbox/attempts.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -shared -fPIC -o $@ $<

$(BUILD)/alloc/strike.so: tests/alloc/strike.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -shared -fPIC -o $@ $< -ldl

# The whole command suite under strace: no socket, no program, no file but its own.  Hours; a table at the end.
sandbox-suite: all tools
	BUILD=$(abspath $(BUILD)) tests/sandbox/suite.sh $(SCRIPTS)

$(BUILD)/fault/short.so: tests/fault/short.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -shared -fPIC -o $@ $< -ldl

# evault with one bug planted: made by tests/fault/plants.py, PLANT=<name> [PLANT_IN=<the source that has it>].
$(BUILD)/fault/plant/$(PLANT): tests/fault/plant.c $(CLI_OBJ) $(BUILD)/libevault.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DEV_PLANT_$(PLANT)=1 $(LDHARDEN) -o $@ $< $(PLANT_IN:%=%.c) $(CLI_OBJ) $(BUILD)/libevault.a $(LIBS) $(CLI_LIBS)

clean:
	rm -rf $(BUILD)

-include $(ALL_OBJ:.o=.d) $(BUILD)/static/forget.d
FORCE:
.PHONY: all static deb dist systems units fuzzers tools objects install po demo test check coverage fuzz fuzz-all fault alloc nonces sandbox-suite bench clean FORCE
.SECONDARY:
