#!/bin/bash
# The share of the lines of vault/ that the tests run: at least MINIMUM percent, or it fails.
set -u
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

# One line for each source file: percent, lines, name.
find $BUILD/vault -name '*.gcno' -print0 | xargs -0 gcov -n 2>/dev/null |
	awk -F"'" '/^File/ { file = $2 }
		/^Lines executed:/ && file ~ /^vault\/.*\.c$/ {
			split($0, part, /[:% ]+/)
			print part[3], part[5], file
			file = ""
		}' >"$dir/lines"
awk '{ printf "%6.1f %% of %5d  %s\n", $1, $2, $3 }' "$dir/lines" | sort -n
awk -v minimum=$MINIMUM '
	{ all += $2; run += $2 * $1 / 100 }
	END {
		percent = all ? 100 * run / all : 0
		printf "# coverage: %.1f %% of %d lines of vault/\n", percent, all
		good = (percent >= minimum)
		printf "%s at_least_%d_percent_of_vault_is_run\n", (good ? "ok" : "not ok"), minimum
		exit !good
	}' "$dir/lines"
