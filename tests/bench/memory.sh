#!/bin/bash
# How much memory and time the main work takes (G9); see README.md.
#
#   tests/bench/memory.sh                    one file of 4 GiB, and 100,000 small ones
#   MEMORY_QUICK=1 tests/bench/memory.sh     256 MiB, and 10,000
#   EVAULT_BIN=… BENCH_DIR=…                 which evault; where there are 14 GiB of room
set -u
cd "$(dirname "$0")/../.." || exit 2
EVAULT_BIN=$(realpath "${EVAULT_BIN:-build/evault}") || exit 2
LIMIT_MIB=96
if [ -n "${MEMORY_QUICK:-}" ]; then
	LARGE_MIB=256 SMALL_FILES=10000
else
	LARGE_MIB=4096 SMALL_FILES=100000
fi

[ -x "$EVAULT_BIN" ] || { echo "memory.sh: no evault at $EVAULT_BIN; run make first" >&2; exit 2; }
work=$(mktemp -d -p "${BENCH_DIR:-${TMPDIR:-/tmp}}") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# measure COMMAND…: its exit status, seconds and peak of resident KiB go to $rc, $seconds and $peak.
# VmHWM is looked at until the end, because the maximum that wait4 gives includes what Python took
# before it became the command.
measure() {
	local said
	said=$(python3 - "$work/out" "$EVAULT_BIN" "$@" <<-'END'
		import os, re, sys, time
		out, argv = sys.argv[1], sys.argv[2:]
		began, peak = time.monotonic(), 0
		pid = os.fork()
		if pid == 0:
		    os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
		    os.dup2(1, 2)
		    os.execv(argv[0], argv)
		while True:
		    ended, status = os.waitpid(pid, os.WNOHANG)
		    if ended:
		        break
		    with open("/proc/%d/cmdline" % pid, "rb") as f:
		        ours = f.read().startswith(os.fsencode(argv[0]) + b"\0")
		    with open("/proc/%d/status" % pid) as f:
		        found = re.search(r"VmHWM:\s+(\d+)", f.read())
		    if ours and found:
		        peak = max(peak, int(found.group(1)))
		    time.sleep(0.002)
		print(os.waitstatus_to_exitcode(status), "%.2f" % (time.monotonic() - began), peak)
	END
	)
	read -r rc seconds peak <<<"$said"
}

failed=0

mib() {
	awk -v kib="$1" 'BEGIN { printf "%.1f", kib / 1024 }'
}

# row WHAT BYTES: what was measured last, as a line of the table.
row() {
	local verdict=yes
	if [ "$rc" -ne 0 ]; then
		verdict="exit status $rc"
	elif [ "$peak" -gt $((LIMIT_MIB * 1024)) ]; then
		verdict=NO
	fi
	[ "$verdict" = yes ] || failed=1
	printf '%-34s %9s %8s %10s  %s\n' "$1" "$seconds" \
		"$(awk -v b="$2" -v s="$seconds" 'BEGIN { if (b == 0 || s == 0) print "-"; else printf "%.1f", b / s / 1e6 }')" \
		"$(mib "$peak")" "$verdict"
}

# work WHAT BYTES COMMAND…: measures evault at it.
work() {
	local what=$1 bytes=$2
	shift 2
	measure "${on[@]}" "$@"
	[ "$rc" -eq 0 ] || tail -n 3 "$work/out" >&2
	row "$what" "$bytes"
}

# make_vault DIR: opens with DIR.key; "${on[@]}" goes before a command on it.
make_vault() {
	"$EVAULT_BIN" keygen -o "$1.key" >"$work/out" 2>&1 &&
		"$EVAULT_BIN" init "$1" --to "$(grep -o 'age1[0-9a-z]*' "$work/out" | head -n 1)" >"$work/out" 2>&1 ||
		{ cat "$work/out" >&2; exit 2; }
	on=(-V "$1" -i "$1.key")
}

# Texts of 100 to 4,000 bytes in folders of a thousand; prints how many bytes they are.
make_small() {
	python3 - "$1" "$2" <<-'END'
		import os, random, sys
		top, n = sys.argv[1], int(sys.argv[2])
		dice, total = random.Random(1), 0
		for i in range(n):
		    folder = "%s/%03d" % (top, i // 1000)
		    if i % 1000 == 0:
		        os.makedirs(folder)
		    words = " ".join("%x" % dice.getrandbits(32) for _ in range(dice.randint(12, 440)))
		    total += len(words)
		    with open("%s/statement-%06d.txt" % (folder, i), "w") as f:
		        f.write(words)
		print(total)
	END
}

head_of_table() {
	printf '\n%-34s %9s %8s %10s  %s\n' "$1" seconds MB/s 'peak MiB' "under $LIMIT_MIB"
}

"$EVAULT_BIN" version
make_vault "$work/empty"
head_of_table "an empty vault"
work 'status (opening it)' 0 status

bytes=$((LARGE_MIB << 20))
head -c "$bytes" /dev/urandom >"$work/large.mp4"
make_vault "$work/one"
head_of_table "one file of $LARGE_MIB MiB, random bytes"
work add "$bytes" add --yes "$work/large.mp4"
work 'add again, nothing new' "$bytes" add --yes "$work/large.mp4"
work check "$bytes" check
work 'check --sealed' "$bytes" check --sealed
work get "$bytes" get --all -o "$work/back/"
cmp "$work/large.mp4" "$work/back/large.mp4" || failed=1
rm -rf "$work/back" "$work/one" "$work/large.mp4"

mkdir "$work/small"
bytes=$(make_small "$work/small" "$SMALL_FILES") || exit 2
make_vault "$work/many"
head_of_table "$SMALL_FILES texts, $((bytes / 1000000)) MB"
work add "$bytes" add --yes "$work/small"
work 'status (opening it)' 0 status
work 'add again, nothing new' "$bytes" add --yes "$work/small"
work list 0 list
work 'search, few' 0 search "$(head -n 1 "$work/small/000/statement-000000.txt" | cut -d' ' -f1)"
work 'search, in every name' 0 search statement
work check "$bytes" check
work 'check --sealed' "$bytes" check --sealed
rm -f "$work"/many/index.db*
work 'status, making the index anew' "$bytes" status
work get "$bytes" get --all -o "$work/back/"
diff -r "$work/small" "$work/back/small" >/dev/null || { echo "what came back differs" >&2; failed=1; }
exit "$failed"
