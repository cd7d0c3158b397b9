#!/bin/bash
# How long the daily commands take in a vault of many small texts, and how much memory; see README.md.
#
#   tests/bench/items.sh [N]        N texts, 100,000 if it is not said
#   EVAULT_BIN=… BENCH_DIR=…        which evault; where there is room (about 1 GB for 100,000)
#   BENCH_WITH='chrt -f 10'         goes before the short commands
#   ITEMS_VAULT=DIR                 keeps the vault there, or uses the one that is there
set -u
cd "$(dirname "$0")/../.." || exit 2
EVAULT_BIN=$(realpath "${EVAULT_BIN:-build/evault}") || exit 2
N=${1:-100000}
RUNS=9
LIMIT_MIB=96

[ -x "$EVAULT_BIN" ] || { echo "items.sh: no evault at $EVAULT_BIN; run make first" >&2; exit 2; }
work=$(mktemp -d -p "${BENCH_DIR:-${TMPDIR:-/tmp}}") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
vault=${ITEMS_VAULT:-$work/vault}
failed=0

# make_vault DIR: opens with DIR.key.
make_vault() {
	local recipient
	recipient=$("$EVAULT_BIN" keygen -o "$1.key" 2>&1 | grep -o 'age1[0-9a-z]*' | head -n 1)
	"$EVAULT_BIN" init "$1" --to "$recipient" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 2; }
}

# Texts of 10 to 60 words, of a vocabulary of 20,000, in folders of a thousand.
make_texts() {
	python3 - "$1" "$2" <<-'END'
		import os, random, sys
		top, n = sys.argv[1], int(sys.argv[2])
		dice = random.Random(1)
		letters = "abcdefghijklmnopqrstuvwxyz"
		words = ["".join(dice.choice(letters) for _ in range(dice.randint(3, 9))) for _ in range(20000)]
		for i in range(n):
		    folder = "%s/%03d" % (top, i // 1000)
		    if i % 1000 == 0:
		        os.makedirs(folder)
		    with open("%s/statement-%06d.txt" % (folder, i), "w") as f:
		        f.write(" ".join(dice.choice(words) for _ in range(dice.randint(10, 60))) + "\n")
	END
}

# row WHAT RUNS LIMIT_MS COMMAND…: the median of wall and processor milliseconds, the peak of MiB; a
# limit of 0 is none.  The command's {} becomes the number of the run.  The median is in $median afterwards.
row() {
	local what=$1 runs=$2 limit=$3 said with=()
	shift 3
	[ "$runs" -eq 1 ] || read -ra with <<<"${BENCH_WITH:-}"
	set -- "${with[@]}" "$@"
	said=$(python3 - "$work/out" "$runs" "$@" <<-'END'
		import os, resource, statistics, sys, time
		out, runs, argv = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
		wall, cpu, peak, bad = [], [], 0, 0
		for run in range(runs):
		    command = [a.replace("{}", str(run)) for a in argv]
		    began = time.monotonic()
		    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[
		        (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
		        (os.POSIX_SPAWN_DUP2, 1, 2)])
		    _, status, used = os.wait4(pid, 0)
		    wall.append(1000 * (time.monotonic() - began))
		    cpu.append(1000 * (used.ru_utime + used.ru_stime))
		    peak, bad = max(peak, used.ru_maxrss), bad or os.waitstatus_to_exitcode(status)
		print("%d %.1f %.1f %.1f" % (bad, statistics.median(wall), statistics.median(cpu), peak / 1024))
	END
	)
	read -r rc median cpu peak <<<"$said"
	verdict=yes
	[ "$rc" -eq 0 ] || { verdict="exit status $rc"; tail -n 3 "$work/out" >&2; }
	[ "$rc" -ne 0 ] || awk -v a="$median" -v b="$limit" 'BEGIN { exit !(b == 0 || a <= b) }' || verdict="NO: over $limit ms"
	[ "$rc" -ne 0 ] || awk -v a="$peak" -v b="$LIMIT_MIB" 'BEGIN { exit !(a <= b) }' || verdict="NO: over $LIMIT_MIB MiB"
	[ "$verdict" = yes ] || failed=1
	printf '%-36s %10s %10s %10s  %s\n' "$what" "$median" "$cpu" "$peak" "$verdict"
}

on=("$EVAULT_BIN" -V "$vault" -i "$vault.key")
"$EVAULT_BIN" version
printf '\n%-36s %10s %10s %10s  %s\n' "$N items" 'ms' 'ms of CPU' 'peak MiB' 'as it should be'
if [ ! -d "$vault" ]; then
	make_texts "$work/texts" "$N"
	make_vault "$vault"
	row "add all" 1 0 "${on[@]}" add --yes "$work/texts"
fi
make_vault "$work/empty"
empty=("$EVAULT_BIN" -V "$work/empty" -i "$work/empty.key")
for ((i = 0; i < RUNS; i++)); do
	echo "one more, $i, $RANDOM" >"$work/one-$i"
done
word=$("${on[@]}" get 2 -o - 2>/dev/null | cut -d " " -f 2)

# The first opening by another version makes the index; that is not what is measured.
"${on[@]}" list --limit 1 >/dev/null 2>&1
row "list, first page" $RUNS 50 "${on[@]}" list --limit 50
row "search, one word" $RUNS 50 "${on[@]}" search --limit 20 "$word"
row "search, two words" $RUNS 50 "${on[@]}" search --limit 20 "$word" "$word"
row "search, beginning of a word" $RUNS 50 "${on[@]}" search --limit 20 "${word:0:3}*"
row "search, nothing found" $RUNS 50 "${on[@]}" search --limit 20 qqqqqqqqqqq
row "show one" $RUNS 50 "${on[@]}" show 2
row "add one, in an empty vault" $RUNS 0 "${empty[@]}" add --yes "$work/one-{}"
row "add one" $RUNS "$(awk -v m="$median" 'BEGIN { print 2 * m }')" "${on[@]}" add --yes "$work/one-{}"
row "get one" $RUNS 0 "${on[@]}" get 2 -o "$work/back-{}/"
row "status" 1 0 "${on[@]}" status
row "list, all" 1 0 "${on[@]}" list
row "key export" 1 0 "${on[@]}" key export -o "$work/keys"
# Where there is a keyring.
if "${on[@]}" unlock --for 1m >/dev/null 2>&1; then
	row "unlock" $RUNS 0 "${on[@]}" unlock --for 1m
	"${on[@]}" lock >/dev/null 2>&1
fi
rm -f "$vault/index.db"
row "index made anew" 1 0 "${on[@]}" list --limit 1
echo "    (it is $(($(stat -c %s "$vault/index.db") / 1048576)) MiB, the vault without it $(($(du -s --apparent-size -B1 --exclude index.db "$vault" | cut -f 1) / 1048576)) MiB)"
row "check --quick" 1 0 "${on[@]}" check --quick
row "check --sealed" 1 0 "${on[@]}" check --sealed
row "check" 1 0 "${on[@]}" check
exit "$failed"
