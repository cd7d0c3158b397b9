#!/bin/bash
# The share of the lines of vault/ that the tests run: at least MINIMUM percent, or it fails.
set -u
. tests/lib/coverage.sh
MINIMUM=85
BUILD=build/cov
dir=$(mktemp -d)

if ! make -s -j"${JOBS:-2}" BUILD=$BUILD COVERAGE=1 CC=gcc all units fuzzers tools >"$dir/build" 2>&1; then
	cat "$dir/build"
	echo "not ok coverage: build"
	exit 1
fi
find $BUILD -name '*.gcda' -delete
COVERAGE_OF=$BUILD EVAULT_BIN=$PWD/$BUILD/evault tests/run unit fuzz >"$dir/run" 2>&1
tail -n 1 "$dir/run" | sed 's/^/# with coverage: /'

lines_run $BUILD vault $MINIMUM at_least_${MINIMUM}_percent_of_vault_is_run
