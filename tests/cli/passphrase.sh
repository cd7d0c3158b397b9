# Passphrases wherever one is set: made by evault, or chosen and judged; what opening costs is bounded.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT
GOOD=gravel-kettle-orbit-mustard-violin-heron
printf '%s\n' "$GOOD" >"$T/good"

# pen OPTION… COMMAND…: on a terminal, with pen and paper.
pen() {
	python3 "$TOP/tests/lib/pen.py" "$@"
}

t() {
	run_expect 0 pen -w "$T/paper" -a '' "$EVAULT_BIN" init "$T/v" --no-recovery && says "Your new passphrase:" && says "Type it now, from the paper" && says "made the vault" || return 1
	[ "$(wc -l <"$T/paper")" = 1 ] && [ "$(tr -dc - <"$T/paper" | wc -c)" = 7 ] && ! grep -q '[^a-z-]' "$T/paper" &&
		[ "$(grep -c "$(cat "$T/paper")" "$OUT")" = 1 ] && run_expect 0 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/paper" list
}
claim an_empty_answer_makes_one_of_eight_words_which_is_shown_once_and_opens_the_vault t

t() {
	run_expect 0 pen -w "$T/paper2" -x -a '' "$EVAULT_BIN" init "$T/w" --no-recovery && says "that was something else" &&
		[ "$(wc -l <"$T/paper2")" = 1 ] && ! cmp -s "$T/paper" "$T/paper2" && run_expect 0 "$EVAULT_BIN" -V "$T/w" --passphrase-file "$T/paper2" list
}
claim one_that_was_copied_wrong_is_noticed_and_shown_again t

t() {
	run_expect 0 env LC_ALL=ru_RU.UTF-8 LANGUAGE=ru python3 "$TOP/tests/lib/pen.py" -w "$T/paper3" -r -a '' "$EVAULT_BIN" init "$T/x" --no-recovery || return 1
	[ "$(wc -l <"$T/paper3")" = 1 ] && python3 - "$T/paper3" <<-'END' && run_expect 0 "$EVAULT_BIN" -V "$T/x" --passphrase-file "$T/paper3" list
		import re, sys
		sys.exit(not re.fullmatch("[а-я]+(-[а-я]+){7}\n", open(sys.argv[1], encoding="utf-8").read()))
	END
}
claim for_who_reads_russian_it_is_of_russian_words t

# refused NAME TEXT REASON: as a first line of a file, wherever one is set, and at the terminal.
refused() {
	printf '%s\n' "$1" >"$T/weak"
	run_expect 2 "$EVAULT_BIN" init "$T/no" --name 'Aigul Serikova' --passphrase-file "$T/weak" && warns "error: " && warns "$2" && [ ! -e "$T/no/vault" ] &&
		run_expect 2 ev "$T/k" key add 'Aigul Serikova' --role writer --new-passphrase-file "$T/weak" && warns "$2" &&
		run_expect 2 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/paper" key passphrase --new-passphrase-file "$T/weak" && warns "error: "
}
new_vault "$T/k" 2>/dev/null || exit 1
claim nothing_but_digits_is_refused refused 23111987 'digits'
claim one_word_is_refused refused 'hippopotamus1!' 'one word is soon guessed'
claim a_short_one_is_refused refused 'x9$Lq' 'too short'
claim neighbouring_keys_are_refused refused 'qwertyuiopasd' 'neighbouring keys'
claim a_name_is_refused refused 'Aigul-Serikova-77' 'a name that goes with this vault'
claim a_common_one_is_refused refused 'photograph1!' 'many people have this passphrase'
claim four_common_words_are_refused refused 'correct horse battery staple' 'passphrase'
run_expect 0 ev "$T/k" key list && [ "$(wc -l <"$OUT")" = 1 ] && ok who_was_refused_one_has_no_key || not_ok who_was_refused_one_has_no_key

t() {
	run_expect 0 on_terminal -a 12345678 -a "$GOOD" -a "${GOOD}x" -a "$GOOD" -a "$GOOD" "$EVAULT_BIN" init "$T/y" --no-recovery && says "digits" && says "not the same" && ! grep -q kettle "$OUT" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/y" --passphrase-file "$T/good" list
}
claim at_the_terminal_a_weak_one_is_asked_again_and_nothing_is_shown t

t() {
	local n
	for n in 10 17 21 0 -1 18x ''; do
		run_expect 2 "$EVAULT_BIN" init "$T/z" --passphrase-file "$T/good" --work-factor "$n" && warns "18 to 20" && [ ! -e "$T/z" ] || return 1
	done
	run_expect 0 "$EVAULT_BIN" init "$T/z" --passphrase-file "$T/good" --work-factor 19 && grep -q '^-> scrypt [A-Za-z0-9+/]* 19$' <(head -n 2 -z "$T/z/keys/1.age" | tr -d '\0' | head -n 2) &&
		grep -qa '^-> scrypt [A-Za-z0-9+/]* 18$' "$T/v/keys/1.age" && run_expect 0 "$EVAULT_BIN" -V "$T/z" --passphrase-file "$T/good" list
}
claim the_work_factor_is_18_and_can_be_raised_to_20 t

# The names of processes and what surrounds them are everybody's.
t() {
	run_expect 0 strace -f -qq -v -s 4096 -e trace=execve -o "$T/strace" "$EVAULT_RELEASE" -V "$T/v" --passphrase-file "$T/paper" list &&
		! grep -q "$(cat "$T/paper")" "$T/strace" && run_expect 2 "$EVAULT_BIN" -V "$T/v" --passphrase "$(cat "$T/paper")" list
}
claim no_option_takes_a_passphrase_itself t
finish
