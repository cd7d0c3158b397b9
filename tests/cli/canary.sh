# Nothing of what a vault keeps can be seen in its folder or in the temporary one, not even while it
# is being written, or after a crash; nor that two vaults keep the same.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT
CANARY=$TOP/tests/lib/canary.py

# All that evault could write to by itself: each is looked through.
mkdir "$T/home" "$T/tmp" "$T/work"
evault() {
	env -C "$T/work" HOME="$T/home" TMPDIR="$T/tmp" "$EVAULT_BIN" "$@"
}
ev() {
	local vault=$1
	shift
	evault -V "$vault" -i "$T/key" "$@"
}
# unseen FOLDER: no canary in this vault, nor in what evault could write to.
unseen() {
	python3 "$CANARY" find "$T/canary" "$1" "$T/home" "$T/tmp" "$T/work" >"$T/seen" || { cat "$T/seen"; false; }
}

python3 "$CANARY" make "$T/canary" || exit 1
# The canaries as they go into files, names and arguments.
raw=$(sed -n 1p "$T/canary" | sed 's/../\\x&/g')
raw=$(printf '%b' "$raw")
word=$(sed -n 2p "$T/canary" | sed 's/../\\x&/g')
word=$(printf '%b' "$word")

recipient=$(evault keygen -o "$T/key" 2>/dev/null | grep -o 'age1[0-9a-z]*')
new() {
	evault init "$1" --to "$recipient" --name "$word" >"$OUT" 2>"$ERR"
}

# ---- the search finds what there is to be found

t() {
	local name needle
	mkdir "$T/planted" && head -c 10000 /dev/urandom >"$T/planted/noise" && python3 "$CANARY" find "$T/canary" "$T/planted" >/dev/null || return 1
	python3 "$CANARY" forms "$T/canary" >"$T/forms" && [ "$(wc -l <"$T/forms")" -ge 25 ] || return 1
	while read -r name needle; do
		{ head -c 1001 /dev/urandom && printf '%b' "$(printf '%s' "$needle" | sed 's/../\\x&/g')" && head -c 1000 /dev/urandom; } >"$T/planted/$name"
		{ head -c 777 /dev/urandom && zstd -qc1 "$T/planted/$name" && head -c 99 /dev/urandom; } >"$T/planted/$name.packed"
	done <"$T/forms"
	run_expect 1 python3 "$CANARY" find "$T/canary" "$T/planted"
	while read -r name needle; do
		says "planted/$name': $name" && says "planted/$name.packed': $name" || return 1
	done <"$T/forms"
	rm -r "$T/planted" && mkdir "$T/planted"
}
claim the_search_finds_each_form_in_a_file_and_in_a_frame_in_a_file t

t() {
	: >"$T/planted/a $word b" && run_expect 1 python3 "$CANARY" find "$T/canary" "$T/planted" && says "name of" && rm "$T/planted/a $word b" &&
		mkdir "$T/planted/$raw" && run_expect 1 python3 "$CANARY" find "$T/canary" "$T/planted" && says "name of"
}
claim the_search_finds_a_name_of_a_file_and_of_a_folder t
t() { base64 -w0 <(printf 'xyz%s' "$raw") >"$T/planted/a" && run_expect 1 python3 "$CANARY" find "$T/canary" "$T/planted/a"; }
claim the_search_finds_what_base64_wrote t

# ---- while it is being written

# Small files in which it stands alone, in text, and often; and long ones with one in each MiB.
make_sources() {
	mkdir -p "$1/$raw/$word" && printf '%s' "$raw" >"$1/$raw/raw" && printf '%s' "$word" >"$1/$raw/$word/word" &&
		printf 'a text with %s in it\n' "$word" >"$1/text" && printf '%s' "$raw" >"$1/name $raw" && printf '%s' "$word" >"$1/$word" || return 1
	yes "$word $raw" | head -c 200000 >"$1/often"
	python3 - "$T/canary" "$1" <<-'END'
		import os, sys
		raw, word = (bytes.fromhex(line) for line in open(sys.argv[1]))
		for n in range(6):
		    with open(os.path.join(sys.argv[2], "long%d" % n), "wb") as f:
		        for mib in range(12):
		            f.write(os.urandom((1 << 20) - 100) + raw + word + os.urandom(36))
	END
}
make_sources "$T/in" || exit 1
# add_all VAULT: in the background it becomes evault, so that signals reach it.
add_all() {
	exec env -C "$T/work" HOME="$T/home" TMPDIR="$T/tmp" "$EVAULT_BIN" -V "$1" -i "$T/key" add "$T/in" --case "$word" --title "$raw" --tag "$word" --tag "$raw" --field "place=$word" --field "k=$raw"
}
t() { new "$T/v" && unseen "$T/v"; }
claim nothing_is_seen_in_a_new_vault t

# Stops the writer again and again, and looks.
t() {
	local pid bad=0 looked=0
	add_all "$T/v" >"$OUT" 2>"$ERR" &
	pid=$!
	while kill -STOP $pid 2>/dev/null; do
		# Only while it writes a pack.
		if [ -n "$(find "$T/v/packs" -name '*.tmp' -size +0)" ]; then
			looked=$((looked + 1))
			unseen "$T/v" || bad=1
		fi
		kill -CONT $pid
		[ $bad = 0 ] || break
		sleep 0.02
	done
	wait $pid || { cat "$ERR"; return 1; }
	echo "# looked $looked times while it was written"
	[ $bad = 0 ] && [ $looked -ge 2 ]
}
claim nothing_is_seen_while_it_is_written t
t() { unseen "$T/v" && grep -q "looked at 7[0-9]*[0-9]\{7\} bytes" "$T/seen"; }
claim nothing_is_seen_in_a_vault_that_keeps_it t

t() {
	run_expect 0 ev "$T/v" list --json && run_expect 0 ev "$T/v" check && run_expect 0 ev "$T/v" get --all -o "$T/back" &&
		cmp -s "$T/back/in/$word" "$T/in/$word" && ev "$T/v" checkpoint >"$T/work/checkpoint" && unseen "$T/v"
}
claim nothing_is_seen_after_it_was_listed_checked_and_given_back t

t() {
	run_expect 0 ev "$T/v" annotate 1-4 --case "$word" --title "$raw" --tag "$word" --field "place=$word" --field "k=$raw" &&
		run_expect 0 ev "$T/v" retract 2 --reason "$word $raw" && run_expect 0 ev "$T/v" history && run_expect 0 ev "$T/v" show 2 && says "$word" && unseen "$T/v"
}
claim nothing_is_seen_of_annotations_and_retractions t

t() {
	local pid rc=0 waited=0
	new "$T/k" || return 1
	add_all "$T/k" >"$OUT" 2>"$ERR" &
	pid=$!
	while [ -z "$(find "$T/k/packs" -name '*.tmp' -size +8M)" ] && [ $waited -lt 2000 ]; do
		sleep 0.01
		waited=$((waited + 1))
	done
	kill -KILL $pid
	wait $pid 2>/dev/null || rc=$?
	[ $rc = 137 ] && [ -n "$(find "$T/k/packs" -name '*.tmp' -size +8M)" ] && unseen "$T/k"
}
claim nothing_is_seen_after_it_was_killed t 2>/dev/null

# Killed when the packs are there, and the log does not name them yet: in the first file of the log.
t() {
	new "$T/l" && (cd "$T/work" && HOME="$T/home" TMPDIR="$T/tmp" ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o "$T/trace" -P "$T/l/log/tile/0" -P "$T/l/log/tile/entries" \
		-P "$T/l/log/checkpoint.new" -P log/checkpoint.new -e trace=renameat2,renameat,rename -e inject=renameat2,renameat,rename:signal=KILL \
		"$EVAULT_BIN" -V "$T/l" -i "$T/key" add "$T/in" >"$OUT" 2>"$ERR")
	[ -n "$(find "$T/l/packs" -name '*.age')" ] && unseen "$T/l" && run_expect 0 ev "$T/l" check && says "no entry names"
}
claim nothing_is_seen_in_packs_that_no_entry_names_yet t 2>/dev/null

# ---- two vaults that keep the same

t() {
	local n packs=()
	head -c 3000 /dev/urandom >"$T/same" && yes 'the same line again and again' | head -c 30000 >"$T/same.txt" || return 1
	for n in 1 2; do
		new "$T/same$n" && run_expect 0 ev "$T/same$n" add "$T/same" --case C && run_expect 0 ev "$T/same$n" add "$T/same.txt" --case C || return 1
	done
	mapfile -t packs < <(find "$T/same1/packs" "$T/same2/packs" -type f)
	[ "${#packs[@]}" = 4 ] && run_expect 0 python3 "$CANARY" common "${packs[@]}"
}
claim packs_with_the_same_in_them_have_no_16_bytes_in_common t

t() {
	local packs=()
	mapfile -t packs < <(find "$T/same1/packs" "$T/same2/packs" -type f)
	{ head -c 40000 "${packs[0]}" && dd if="${packs[1]}" bs=1 skip=20001 count=16 status=none; } >"$T/planted/pack" &&
		run_expect 1 python3 "$CANARY" common "$T/planted/pack" "${packs[1]}" && says "have in common"
}
claim the_comparison_finds_16_bytes_at_any_offset t

# Sizes tell of a small file nothing but that it is small.
t() { [ "$(find "$T/same1/packs" "$T/same2/packs" -type f -size -80k | wc -l)" = 4 ] && [ "$(find "$T/same1/packs" "$T/same2/packs" -type f -printf '%s\n' | sort -u | wc -l)" = 1 ]; }
claim packs_of_small_files_are_of_one_size t

finish
