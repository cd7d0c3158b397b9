# Hostile input takes little memory, and writes no more than it declared: tests/bench/hostile.py, with inputs that are small.
: "${EVAULT_RELEASE:=build/evault}"
: "${BUILD_RELEASE:=build}"
. tests/lib/sh
unset EVAULT

# With the release build, and with tools as they are: sanitizers have memory of their own.
mkdir -p "$T/build/tests" && ln -s "$(realpath "$EVAULT_RELEASE")" "$T/build/evault" && ln -s "$(realpath "${BUILD:-build/asan}")/tests/tools" "$T/build/tests/tools" || exit 1
MEMORY=$(mktemp -d /dev/shm/evault-bounds.XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$MEMORY"' EXIT
TMPDIR=$MEMORY python3 -B tests/bench/hostile.py --quick "$T/build" || FAILED=1
finish
