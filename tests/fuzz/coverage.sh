#!/bin/bash
# The share of the lines of vault/format/ that the fuzz targets run over their corpora alone, as they
# are, without mutations: at least MINIMUM percent, or it fails.
set -u
MINIMUM=90
BUILD=build/cov
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
export TMPDIR=$dir

if ! make -s -j"${JOBS:-2}" BUILD=$BUILD COVERAGE=1 CC=gcc fuzzers >"$dir/build" 2>&1; then
	cat "$dir/build"
	echo "not ok fuzz_coverage: build"
	exit 1
fi
find $BUILD -name '*.gcda' -delete
for file in tests/fuzz/fuzz_*.c; do
	name=${file##*/fuzz_}
	name=${name%.c}
	"$BUILD/tests/fuzz/fuzz_$name" -n tests/fuzz/corpus/"$name"/* >"$dir/run" 2>&1 || cat "$dir/run"
done

# One line for each source file: percent, lines, name.
find $BUILD/vault/format -name '*.gcno' -print0 | xargs -0 gcov -n 2>/dev/null |
	awk -F"'" '/^File/ { file = $2 }
		/^Lines executed:/ && file ~ /^vault\/format\/.*\.c$/ {
			split($0, part, /[:% ]+/)
			print part[3], part[5], file
			file = ""
		}' >"$dir/lines"
awk '{ printf "%6.1f %% of %5d  %s\n", $1, $2, $3 }' "$dir/lines" | sort -n
awk -v minimum=$MINIMUM '
	{ all += $2; run += $2 * $1 / 100 }
	END {
		percent = all ? 100 * run / all : 0
		printf "# coverage: %.1f %% of %d lines of vault/format/ by the corpora alone\n", percent, all
		good = (percent >= minimum)
		printf "%s the_corpora_run_at_least_%d_percent_of_vault_format\n", (good ? "ok" : "not ok"), minimum
		exit !good
	}' "$dir/lines"
