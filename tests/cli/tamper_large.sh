# Ten items, one of them over 100 MiB and one over 8 MiB: a few hundred changes to the vault's files,
# and each time exactly the items that were hit are named.  With the release build: it reads a lot.
: "${EVAULT_RELEASE:=build/evault}"
. tests/lib/sh
MEMORY=$(mktemp -d /dev/shm/evault-tamper.XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$MEMORY"' EXIT
unset EVAULT

python3 tests/cli/tamper_large.py "$(realpath "$EVAULT_RELEASE")" "$MEMORY" 300 || FAILED=1
finish
