# Every byte of a small vault changed, and more, in process and with sanitizers: see tests/tools/tamper.c.
. tests/lib/sh
MEMORY=$(mktemp -d /dev/shm/evault-tamper.XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$MEMORY"' EXIT

"${BUILD:-build/asan}/tests/tools/tamper" "$MEMORY"
STATUS=$?
[ "$STATUS" -le 1 ] || not_ok tamper "exit status $STATUS"
[ "$STATUS" -eq 0 ] || FAILED=1
finish
