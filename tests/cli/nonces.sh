# No key is used twice with one nonce, over all that evault writes: packs, index, slots, bundles, drafts.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
unset EVAULT
python3 -B tests/cli/nonces.py "$(realpath "$EVAULT_RELEASE")" "$T" || FAILED=1
finish
