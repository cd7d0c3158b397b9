#!/bin/bash
# The short run of the harness, as a test among others: EXTRA=tests/fault/short.sh tests/run (as .ci/run does).
# Its tables begin with "# |", so that they are shown when all is well too.
set -u
make -s fault BUILD="${BUILD_RELEASE:-build}" JOBS="${JOBS:-2}" 2>&1 | sed -u '/^make: \*\*\* /d; /^[0-9]* passed, [0-9]* failed/s/^/# /'
exit "${PIPESTATUS[0]}"
