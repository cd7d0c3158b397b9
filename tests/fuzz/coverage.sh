#!/bin/bash
# The share of the lines of vault/format/ that the fuzz targets run over their corpora alone, as they
# are, without mutations: at least MINIMUM percent, or it fails.
set -u
MINIMUM=90
BUILD=build/cov
cd "$(dirname "$0")/../.." || exit 2
. tests/lib/coverage.sh
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

lines_run $BUILD vault/format $MINIMUM the_corpora_run_at_least_${MINIMUM}_percent_of_vault_format "by the corpora alone"
