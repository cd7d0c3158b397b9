#!/bin/bash
# Shows the main job in a temporary folder, each command as one would type it: demo.sh [FILE…]
# Without files it takes the sample evidence.  Ends with 0 when everything was as it should be.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
bin=${EVAULT_BIN:-$here/../build/evault}
evidence=()
if [ $# -eq 0 ]; then
	evidence=("$here"/samples/*)
else
	for file in "$@"; do
		evidence+=("$(realpath -e -- "$file")") || exit 2
	done
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/bin" "$work/evidence"
ln -s "$(realpath -- "$bin")" "$work/bin/evault"
export PATH=$work/bin:$PATH
unset EVAULT
cp -a -- "${evidence[@]}" "$work/evidence/" || exit 2
cd "$work" || exit 2

if [ -t 1 ]; then
	bold=$'\033[1m' plain=$'\033[0m'
else
	bold='' plain=''
fi

step() {
	printf '\n# %s\n' "$*"
}

failed() {
	printf '\ndemo: this should not have happened: %s\n' "$*" >&2
	exit 1
}

# type_in STATUS COMMAND-LINE: shows it, runs it, and expects that exit status.
type_in() {
	local status=0
	printf '%s$ %s%s\n' "$bold" "$2" "$plain"
	eval "$2" || status=$?
	[ "$status" -eq 0 ] || printf '(exit status %s)\n' "$status"
	[ "$status" -eq "$1" ] || failed "exit status $status, not $1"
}

step 'A key in a file, so that nobody needs to be asked (evault init alone asks for a passphrase)'
type_in 0 'evault keygen -o my.key'
step 'A vault that opens with it'
recipient=$(grep -o 'age1[0-9a-z]*' my.key)
type_in 0 "evault init case.vault --no-recovery --to $recipient"
step 'Keep the evidence: each line is an item, with its number and its SHA-256'
type_in 0 'evault -V case.vault -i my.key add --case "Case 7" evidence'
type_in 0 'evault -V case.vault -i my.key list'
step 'What leaves the building today: the head of the log. Who has it sees every later change of history'
type_in 0 'evault -V case.vault -i my.key checkpoint | tee head.txt'
step 'Have it back, folders and all, byte for byte'
type_in 0 'evault -V case.vault -i my.key get --all -o back'
type_in 0 'diff -r evidence back/evidence && echo the same'
step 'Is all of it there and unchanged?'
type_in 0 'evault -V case.vault -i my.key check --against head.txt'

step 'If evault were gone: only age, zstd, tar, sha256sum, and the script from the README.txt of the vault'
type_in 0 "sed -n '/^#!/,/^rm -r/p' case.vault/README.txt >recover.sh"
type_in 0 'bash recover.sh case.vault my.key recovered'
type_in 0 'find recovered -type f'
find evidence -type f -exec sha256sum {} + | cut -d' ' -f1 | sort -u >kept
find recovered -type f -exec sha256sum {} + | cut -d' ' -f1 | sort -u >recovered.sums
[ -z "$(comm -23 kept recovered.sums)" ] || failed 'the script did not recover everything'

step 'Somebody changes one byte in a copy'
type_in 0 'cp -R case.vault copy.vault'
pack=$(find copy.vault/packs -name '*.age' -printf '%s %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
offset=$(($(stat -c %s "$pack") / 2))
old=$(od -An -tu1 -j "$offset" -N 1 "$pack" | tr -d ' ')
type_in 0 "printf '\\x$(printf %02x $((old ^ 1)))' | dd of=$pack bs=1 seek=$offset conv=notrunc status=none"
step 'Anyone can see that, even without a key'
type_in 1 'evault -V copy.vault check --sealed'
step 'and with the key, what it concerns'
type_in 1 'evault -V copy.vault -i my.key check'

count=$(find evidence -type f | wc -l)
printf '\ndemo: kept %d files, gave them back the same, recovered them without evault, and caught one changed byte\n' "$count"
