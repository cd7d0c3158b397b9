# Wrong keys, folders that are no vault, output that goes nowhere, two at once, and being killed:
# a clear error each, and nothing lost.  Names are in names.sh, files in files.sh, disks in media.sh.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

mkdir "$T/in"
printf 'one\n' >"$T/in/a.txt"
printf 'two\n' >"$T/in/b.txt"
new_vault "$T/v" && ev "$T/v" add "$T/in" >"$OUT" 2>"$ERR" || exit 1
"$EVAULT_BIN" keygen -o "$T/other.key" >"$OUT" 2>"$ERR" || exit 1
printf 'correct horse\n' >"$T/pass"
printf 'wrong horse!\n' >"$T/wrong"
quick_vault "$T/p" 'correct horse' || exit 1

# files_of DIR: every file with its hash, but for the lock.
files_of() {
	(cd "$1" && find . -type f ! -name writer | sort | xargs -d '\n' sha256sum)
}

# all_fail WHAT HINT COMMAND…: each command that opens a vault fails with 2, says this, and prints nothing.
all_fail() {
	local what=$1 hint=$2 command
	shift 2
	for command in list "show 1" "get --all -o $T/none" "get 1 -o -" "add $T/in" check "check --adopt"; do
		# shellcheck disable=SC2086 # the words of a command
		run_expect 2 no_terminal "$@" $command && silent && warns "evault: error: " && warns "$what" && warns "$hint" && [ ! -e "$T/none" ] || { echo "# $command"; return 1; }
	done
}

# ---- keys

files_of "$T/v" >"$T/v.before"
files_of "$T/p" >"$T/p.before"

claim a_wrong_identity_opens_nothing all_fail "error: $T/v: the identity given opens no key of this vault" "hint: give the identity file" "$EVAULT_BIN" -V "$T/v" -i "$T/other.key"
claim a_wrong_passphrase_opens_nothing all_fail "that passphrase opens no key of this vault" "hint:" "$EVAULT_BIN" -V "$T/p" --passphrase-file "$T/wrong"
claim no_key_and_no_terminal_says_what_to_give all_fail "the vault is locked, and there is no terminal to ask" "hint: give a key: an age identity with -i FILE" "$EVAULT_BIN" -V "$T/p"
claim a_key_file_that_is_not_there_is_named all_fail "$T/nokey: No such file" "" "$EVAULT_BIN" -V "$T/v" -i "$T/nokey"
claim a_key_file_that_is_a_folder_is_named all_fail "$T/in: Is a directory" "" "$EVAULT_BIN" -V "$T/v" -i "$T/in"
claim a_file_that_is_no_key_is_named all_fail "$T/in/a.txt" "" "$EVAULT_BIN" -V "$T/v" -i "$T/in/a.txt"
: >"$T/empty"
claim an_empty_key_file_is_named all_fail "$T/empty" "" "$EVAULT_BIN" -V "$T/v" -i "$T/empty"
claim an_empty_passphrase_file_is_named all_fail "$T/empty: it is empty" "" "$EVAULT_BIN" -V "$T/p" --passphrase-file "$T/empty"
head -c 5000 /dev/zero | tr '\0' x >"$T/long"
claim a_passphrase_that_is_too_long_is_refused all_fail "$T/long: the line is longer than " "" "$EVAULT_BIN" -V "$T/p" --passphrase-file "$T/long"

t() {
	local command
	for command in list "get --all -o $T/none" "add $T/in"; do
		# shellcheck disable=SC2086 # the words of a command
		run_expect 2 on_terminal -a one -a two -a three "$EVAULT_BIN" -V "$T/p" $command && [ "$(grep -c 'that passphrase opens no key' "$OUT")" = 3 ] && ! grep -qE '^(one|two|three)' "$OUT" || return 1
		run_expect 2 on_terminal "$EVAULT_BIN" -V "$T/p" $command || return 1 # nothing typed but the end of input
	done
	[ ! -e "$T/none" ]
}
claim wrong_passphrases_on_a_terminal_end_after_three t

t() { files_of "$T/v" | cmp - "$T/v.before" && files_of "$T/p" | cmp - "$T/p.before" && keeps 2 "$T/v"; }
claim and_both_vaults_are_as_they_were t

t() { run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/p" check --sealed && run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/p" checkpoint && run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/p" status; }
claim what_needs_no_key_asks_for_none t

# ---- what is no vault, and one of the future

on_v() {
	"$EVAULT_BIN" -V "$1" -i "$T/v.key" "${@:2}"
}

t() {
	local what
	mkdir -p "$T/no/empty" "$T/no/garbage" "$T/no/void" "$T/no/folder/vault" "$T/no/pipe" "$T/no/link" "$T/no/huge" && printf 'hello\n' >"$T/no/garbage/vault" && : >"$T/no/void/vault" &&
		mkfifo "$T/no/pipe/vault" && ln -s "$T/v/vault" "$T/no/link/vault" && head -c 3000000 /dev/urandom >"$T/no/huge/vault" || return 1
	for what in empty garbage void folder pipe link huge; do
		run_expect 2 timeout 60 "$EVAULT_BIN" -V "$T/no/$what" -i "$T/v.key" list && silent && warns "error: $T/no/$what: " || return 1
		run_expect 2 timeout 60 "$EVAULT_BIN" -V "$T/no/$what" -i "$T/v.key" check && warns "error: $T/no/$what: " || return 1
		run_expect 2 timeout 60 "$EVAULT_BIN" -V "$T/no/$what" -i "$T/v.key" add "$T/in" && silent && warns "error: $T/no/$what: " && [ ! -e "$T/no/$what/writer" ] || return 1
	done
	run_expect 2 on_v "$T/nowhere" list && warns "$T/nowhere: No such file" && run_expect 2 on_v "$T/in/a.txt" list && warns "$T/in/a.txt: Not a directory" &&
		run_expect 2 on_v "$T/no/empty" list && warns "hint: name a vault with -V DIR"
}
claim what_is_no_vault_is_said_to_be_none_and_left_alone t

t() {
	local command
	cp -a "$T/v" "$T/new" && cp "$T/v.key" "$T/new.key" && chmod u+w "$T/new/vault" && sed -i '1s/v1$/v2/' "$T/new/vault" && files_of "$T/new" >"$T/new.before" || return 1
	for command in list status check "check --sealed" checkpoint "add $T/in" "get --all -o $T/none"; do
		# shellcheck disable=SC2086 # the words of a command
		run_expect 2 ev "$T/new" $command && silent && warns "error: $T/new: " && warns "newer" && warns "hint: a newer evault made this vault; nothing was changed" || return 1
	done
	files_of "$T/new" | cmp - "$T/new.before" && [ ! -e "$T/none" ]
}
claim a_vault_of_a_newer_version_is_left_alone_and_said_to_be_newer t

t() {
	local file
	for file in vault log/checkpoint keys/read.0.age keys/write.0.age keys/1.age; do
		rm -rf "$T/cut" && cp -a "$T/v" "$T/cut" && cp "$T/v.key" "$T/cut.key" && chmod u+w "$T/cut/$file" && : >"$T/cut/$file" || return 1
		run ev "$T/cut" add "$T/in"
		[ "$STATUS" -eq 1 ] || [ "$STATUS" -eq 2 ] || { echo "# $file: $STATUS"; return 1; }
		silent && warns "evault: error: " && warns "${file##*/}" || { echo "# $file"; return 1; }
	done
}
claim a_vault_with_an_emptied_file_is_not_added_to_and_is_named t

# ---- standard input, output and error

t() {
	run_expect 0 bash -c '"$@" <&-' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list && [ "$(wc -l <"$OUT")" = 2 ] &&
		run_expect 2 setsid -w bash -c '"$@" <&-' - "$EVAULT_BIN" -V "$T/p" list && warns "no terminal" &&
		run_expect 2 bash -c '"$@" <&-' - "$EVAULT_BIN" -V "$T/p" --passphrase-file - list && silent && warns "error: " &&
		run_expect 2 bash -c '"$@" <&-' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add --files-from - && silent && warns "error: " &&
		run_expect 2 bash -c '"$@" <&-' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" get - -o "$T/none" && silent && warns "error: "
}
claim a_closed_standard_input_is_an_error_where_it_is_needed t

n=2
t() {
	local to
	for to in '>/dev/full' '>&-' '>&- 2>&-' '>/dev/full 2>/dev/full' '<&- >&- 2>&-'; do
		n=$((n + 1))
		printf '%s\n' $n >"$T/in/$n.txt"
		run_expect 2 bash -c '"$@" '"$to" - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/in" && keeps $n "$T/v" || { echo "# $to"; return 1; }
	done
}
claim an_add_whose_output_goes_nowhere_fails_and_loses_nothing t

t() {
	run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" get 1 -o - && warns "No space left" &&
		run_expect 2 bash -c '"$@" >&-' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" get 1 -o - && warns "error: " &&
		run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" get --all -o "$T/nowhere" && diff -r "$T/in" "$T/nowhere/in" &&
		run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" check && run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list --json &&
		run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" checkpoint && keeps $n "$T/v"
}
claim no_command_is_content_with_output_that_goes_nowhere t

t() {
	local rc
	mkdir "$T/pipes" && (cd "$T/pipes" && for i in $(seq 1 300); do echo $i >$i; done) && new_vault "$T/piped" || return 1
	"$EVAULT_BIN" -V "$T/piped" -i "$T/piped.key" add "$T/pipes" 2>"$ERR" | :
	rc=${PIPESTATUS[0]}
	[ "$rc" -eq 2 ] || [ "$rc" -eq 141 ] || { echo "# exit status $rc"; cat "$ERR"; return 1; }
	interrupted_only "$T/piped" && run_expect 0 ev "$T/piped" add "$T/pipes" && keeps 300 "$T/piped" || return 1
	"$EVAULT_BIN" -V "$T/piped" -i "$T/piped.key" get --all -o "$T/pipes.back" 2>"$ERR" | :
	rc=${PIPESTATUS[0]}
	[ "$rc" -eq 2 ] || [ "$rc" -eq 141 ] && [ -z "$(find "$T/pipes.back" -type f -empty)" ]
}
claim a_reader_that_leaves_loses_nothing t

# ---- two at once

mkdir "$T/big"
for i in $(seq 1 40); do
	head -c 2000000 /dev/urandom >"$T/big/$i.jpg"
done
new_vault "$T/two" && ev "$T/two" add "$T/in/a.txt" >"$OUT" 2>"$ERR" || exit 1

# begin_add DIR: starts an add of $T/big there, and stops it in the middle; its number is in $adding.
begin_add() {
	local i
	"$EVAULT_BIN" -V "$1" -i "$1.key" add "$T/big" >"$T/adding.out" 2>"$T/adding.err" &
	adding=$!
	for i in $(seq 1 400); do
		ls "$1/packs/"*.tmp >/dev/null 2>&1 && break
		sleep 0.02
	done
	kill -STOP "$adding" && ls "$1/packs/"*.tmp >/dev/null 2>&1
}

t() {
	begin_add "$T/two" || return 1
	run_expect 2 ev "$T/two" add "$T/in/b.txt" && silent && warns "error: " && warns "another evault is writing: " && warns "$adding" && warns "hint: wait until it is done" &&
		run_expect 0 ev "$T/two" list && [ "$(wc -l <"$OUT")" = 1 ] && run_expect 0 ev "$T/two" show 1 && run_expect 0 ev "$T/two" check && grep -q '^sound: ' "$OUT" &&
		run_expect 3 ev "$T/two" get 1 -o "$T/two.back" && warns "access was not logged: " && warns "another evault is writing" && cmp "$T/two.back" "$T/in/a.txt"
	local rc=$?
	kill -CONT "$adding"
	wait "$adding" && keeps 41 "$T/two" && return $rc
}
claim while_one_writes_a_second_is_told_who_and_others_read_the_old_state t

# ---- killed

t() {
	begin_add "$T/p.not" 2>/dev/null
	wait "$adding" 2>/dev/null
	cp -a "$T/v" "$T/killed" && cp "$T/v.key" "$T/killed.key" && begin_add "$T/killed" || return 1
	kill -KILL "$adding"
	wait "$adding" 2>/dev/null
	interrupted_only "$T/killed" && run_expect 0 ev "$T/killed" check && says "interrupted" && run_expect 0 ev "$T/killed" list && [ "$(wc -l <"$OUT")" = $n ] &&
		run_expect 0 ev "$T/killed" add "$T/big" && [ "$(named_as_kept)" = 40 ] && keeps $((n + 40)) "$T/killed" && run_expect 0 ev "$T/killed" get --all -o "$T/killed.back" && diff -r "$T/big" "$T/killed.back/big"
}
claim a_killed_add_leaves_what_was_kept_no_lock_and_is_completed_by_running_it_again t

t() {
	local ms kept now
	new_vault "$T/often" && : >"$T/often.out" || return 1
	kept=0
	for ms in 00 02 04 06 08 10 15 20 30 40; do
		"$EVAULT_BIN" -V "$T/often" -i "$T/often.key" add "$T/in" "$T/big/1.jpg" --tag "$ms" --field "ms=$ms" >"$T/often.out" 2>/dev/null &
		adding=$!
		sleep 0.$ms
		kill -KILL "$adding" 2>/dev/null
		wait "$adding" 2>/dev/null
		now=$(ev "$T/often" list | wc -l)
		[ "$now" -ge "$kept" ] && [ "$now" -ge "$(grep -cE '^[0-9a-f]{6}-[0-9]+  ' "$T/often.out")" ] && interrupted_only "$T/often" || { echo "# at $ms: $now of $kept"; return 1; }
		kept=$now
	done
	run_expect 0 ev "$T/often" add "$T/in" "$T/big/1.jpg" && keeps $((n + 1)) "$T/often"
}
claim killed_at_any_moment_the_vault_stays_sound t

# ---- what is typed wrongly

t() {
	run_expect 2 ev "$T/v" add --nope "$T/in" && warns "no such option: --nope" && warns "evault help add" && run_expect 2 ev "$T/v" add && warns "name the files" &&
		run_expect 2 ev "$T/v" get && warns "evault help get" && run_expect 2 ev "$T/v" get 1 && warns "-o PATH" && run_expect 2 ev "$T/v" show && warns "name an item" &&
		run_expect 2 ev "$T/v" add --case && warns "a value is missing after: --case" && run_expect 2 "$EVAULT_BIN" -V && warns "a value is missing" &&
		run_expect 2 ev "$T/v" add --case x --case y "$T/in" && warns "given twice: --case" && run_expect 2 ev "$T/v" check extra && warns "one word too many: extra" && keeps $n "$T/v"
}
claim a_mistake_on_the_command_line_is_named_and_changes_nothing t

t() {
	local odd
	for odd in 0 99999 -1 1-0 18446744073709551616 99999999999999999999999 1x "" ' ' 000000-1 zzzzzz-1 deadbeef dead 1-18446744073709551615 ../1; do
		run ev "$T/v" get -o "$T/none/" -- "$odd"
		[ "$odd" != 1-18446744073709551615 ] || { [ "$STATUS" -eq 0 ] && rm -rf "$T/none" && continue; }
		[ "$STATUS" -eq 2 ] && silent && warns "error: " && [ ! -e "$T/none" ] || { echo "# '$odd': $STATUS"; cat "$ERR"; return 1; }
	done
}
claim what_names_no_item_is_refused t

t() {
	run_expect 2 ev "$T/v" list --since garbage && warns "--since" && run_expect 2 ev "$T/v" list --until 2026-1-4 && warns "--until" && run_expect 2 ev "$T/v" add --case "" "$T/in" && warns "--case"
}
claim what_is_no_date_and_an_empty_case_are_refused t

finish
