# Every command of the real binary: what it prints, its exit status, its JSON.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

# json_lines: each line of the last command's output is one JSON object, and there is one at least.
json_lines() {
	local line n=0
	while IFS= read -r line; do
		printf '%s\n' "$line" | python3 -m json.tool >/dev/null || { echo "# no JSON: $line"; return 1; }
		n=$((n + 1))
	done <"$OUT"
	[ "$n" -gt 0 ]
}

# json_is EXPRESSION: of `all`, the objects of the last output, this Python expression is true.
json_is() {
	python3 - "$OUT" "$1" <<-'END'
		import json, sys
		all = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
		if not eval(sys.argv[2]):
		    print("# not so:", sys.argv[2], all)
		    sys.exit(1)
	END
}

# no_terminal COMMAND…: without one that could be asked on.
no_terminal() {
	setsid -w "$@" </dev/null
}

silent() {
	[ ! -s "$OUT" ] || { sed 's/^/# out: /' "$OUT"; false; }
}

# ---- version, help, and mistakes

t() { run_expect 0 "$EVAULT_BIN" version && says "evault " && run_expect 0 "$EVAULT_BIN" --version && says "evault "; }
claim version_says_which_evault_it_is t

t() { run_expect 0 "$EVAULT_BIN" version --json && json_lines && json_is "all[0]['program'] == 'evault' and all[0]['version']"; }
claim version_is_json_too t

t() {
	local command
	run_expect 0 "$EVAULT_BIN" help || return 1
	for command in keygen init add list show get annotate retract history check checkpoint status version help; do
		says "  $command " || return 1
	done
}
claim help_lists_the_commands t

t() {
	local command
	for command in keygen init add list show get annotate retract history check checkpoint status version help; do
		run_expect 0 "$EVAULT_BIN" help $command && says "usage: evault $command" && says "example:" || return 1
		cp "$OUT" "$T/usage"
		run_expect 0 "$EVAULT_BIN" $command -h && cmp -s "$OUT" "$T/usage" || return 1
		run_expect 0 "$EVAULT_BIN" --help $command && cmp -s "$OUT" "$T/usage" || return 1
	done
}
claim help_of_each_command_has_usage_and_example t

t() { run_expect 2 "$EVAULT_BIN" && silent && warns "usage: evault COMMAND"; }
claim evault_alone_prints_a_short_help_and_fails t

t() { run_expect 2 "$EVAULT_BIN" lsit && silent && warns "error: there is no command lsit" && warns "evault list"; }
claim an_unknown_command_is_refused_with_a_suggestion t

t() { run_expect 2 "$EVAULT_BIN" "$(printf 'a\033[31m')" && warns 'a\x1B[31m'; }
claim an_unknown_command_is_escaped t

t() {
	run_expect 2 "$EVAULT_BIN" list --nope && warns "no such option: --nope" && warns "evault help list" &&
		run_expect 2 "$EVAULT_BIN" list -x && warns "no such option: -x" &&
		run_expect 2 "$EVAULT_BIN" list --case && warns "a value is missing after: --case" &&
		run_expect 2 "$EVAULT_BIN" list --case a --case=b && warns "given twice: --case" &&
		run_expect 2 "$EVAULT_BIN" list --json=1 && warns "takes no value" &&
		run_expect 2 "$EVAULT_BIN" list word && warns "one word too many: word"
}
claim mistakes_in_options_are_named t

t() {
	run_expect 2 "$EVAULT_BIN" add && warns "name the files" &&
		run_expect 2 "$EVAULT_BIN" show && warns "name an item" &&
		run_expect 2 "$EVAULT_BIN" get 1 && warns "-o PATH" &&
		run_expect 2 "$EVAULT_BIN" get -o x && warns "say what" &&
		run_expect 2 "$EVAULT_BIN" get 1 --all -o x && warns "say what" &&
		run_expect 2 "$EVAULT_BIN" keygen && warns "-o FILE" &&
		run_expect 2 "$EVAULT_BIN" init && warns "name one folder" &&
		run_expect 2 "$EVAULT_BIN" add --field novalue x && warns "K=V" &&
		run_expect 2 "$EVAULT_BIN" add --field k=1 --field kk=1 --field k=2 x && warns "has a value already: k=2" &&
		run_expect 2 "$EVAULT_BIN" check --adopt --sealed && warns "--adopt"
}
claim what_is_missing_on_a_command_line_is_named t

# ---- keygen, init

t() {
	run_expect 0 "$EVAULT_BIN" keygen -o "$T/k" && grep -qx 'age1[0-9a-z]*' "$OUT" && warns "warning:" &&
		grep -q '^AGE-SECRET-KEY-1' "$T/k" && [ "$(stat -c %a "$T/k")" = 600 ]
}
claim keygen_writes_a_key_and_prints_its_recipient t

t() { cp "$T/k" "$T/k.before" && run_expect 2 "$EVAULT_BIN" keygen -o "$T/k" && silent && cmp -s "$T/k" "$T/k.before"; }
claim keygen_never_writes_over_a_file t

t() { run_expect 0 "$EVAULT_BIN" keygen --json -o "$T/k2" && json_lines && json_is "all[0]['recipient'].startswith('age1')"; }
claim keygen_is_json_too t

claim init_makes_a_vault_for_a_key new_vault "$T/v"

t() { says "made the vault" && says "its name is evault/" && says "add PATH" && warns "warning:" && warns "key split"; }
claim init_says_its_name_and_what_a_loss_would_mean t

t() { run_expect 2 "$EVAULT_BIN" init "$T/v" --to "$(cat "$T/v.key" | grep -o 'age1[0-9a-z]*')" && warns "already"; }
claim init_does_not_touch_a_vault_that_is_there t

t() { mkdir "$T/full" && touch "$T/full/x" && run_expect 2 "$EVAULT_BIN" init "$T/full" --to "$(grep -o 'age1[0-9a-z]*' "$T/v.key")" && [ "$(ls "$T/full")" = x ]; }
claim init_does_not_touch_a_folder_that_is_not_empty t

t() {
	run_expect 2 on_terminal -a x -a x "$EVAULT_BIN" init "$T/full" && says "there are files in this folder already" && ! says "assphrase" &&
		run_expect 2 on_terminal -a x -a x "$EVAULT_BIN" init "$T/full" --to "$(grep -o 'age1[0-9a-z]*' "$T/v.key")" && says "there are files in this folder already" && ! says "recovery" &&
		run_expect 2 on_terminal -a x -a x "$EVAULT_BIN" init "$T/none" --reader age1nonsense && says "error:" && ! says "assphrase" && [ "$(ls "$T/full")" = x ] && [ ! -e "$T/none" ]
}
claim init_asks_nothing_before_it_has_looked_at_the_folder_and_the_keys t

t() { run_expect 2 "$EVAULT_BIN" init "$T/bad" --to age1nonsense && warns "error:" && [ ! -e "$T/bad/vault" ]; }
claim init_refuses_what_is_no_recipient t

printf 'gravel-kettle-orbit-mustard-violin-heron\n' >"$T/pass"
printf 'wrong horse!\n' >"$T/wrong"
printf 'short\n' >"$T/short"
: >"$T/empty"

t() {
	run_expect 0 "$EVAULT_BIN" init "$T/p" --passphrase-file "$T/pass" --name 'A. Lawyer' --json \
		--reader "$(grep -o 'age1[0-9a-z]*' "$T/k")" &&
		json_lines && json_is "all[0]['origin'].startswith('evault/')" && ! grep -q warning "$ERR"
}
claim init_takes_a_passphrase_file_and_a_second_reader t

t() {
	run_expect 2 "$EVAULT_BIN" init "$T/q" --passphrase-file "$T/short" && warns "is soon guessed" &&
		run_expect 2 "$EVAULT_BIN" init "$T/q" --passphrase-file "$T/empty" && warns "empty" &&
		run_expect 2 "$EVAULT_BIN" init "$T/q" --passphrase-file "$T/none" && warns "No such file" &&
		[ ! -e "$T/q/vault" ]
}
claim init_refuses_a_short_an_empty_and_a_missing_passphrase t

t() { run_expect 2 no_terminal "$EVAULT_BIN" init "$T/q" && warns "no terminal" && [ ! -e "$T/q" ]; }
claim init_without_terminal_says_what_to_give t

t() {
	local good
	good=$(cat "$T/pass")
	run_expect 0 on_terminal -a short -a "$good" -a 'correct house' -a "$good" -a "$good" \
		"$EVAULT_BIN" init "$T/tty" --no-recovery &&
		says "nothing is shown while you type" && says "is soon guessed" && says "not the same" &&
		says "made the vault" && ! grep -qE 'kettle|house' "$OUT"
}
claim init_asks_twice_and_shows_nothing t

# ---- unlocking

t() {
	run_expect 0 on_terminal -a 'wrong one' -a "$(cat "$T/pass")" "$EVAULT_BIN" -V "$T/p" list &&
		says "that passphrase opens no key of this vault"
}
claim a_wrong_passphrase_is_asked_again_on_a_terminal t

t() {
	run_expect 2 on_terminal -a a -a b -a c -a d "$EVAULT_BIN" -V "$T/p" list &&
		[ "$(grep -c 'Passphrase of' "$OUT")" = 3 ] && [ "$(grep -c 'opens no key' "$OUT")" = 3 ]
}
claim after_three_wrong_passphrases_it_ends t

t() {
	run_expect 2 "$EVAULT_BIN" -V "$T/p" list --passphrase-file "$T/wrong" && silent &&
		warns "error: $T/p: that passphrase opens no key of this vault" && warns "hint:"
}
claim a_wrong_passphrase_file_fails_with_2 t

t() { run_expect 0 "$EVAULT_BIN" list -V "$T/p" --passphrase-file - <"$T/pass" && run_expect 0 "$EVAULT_BIN" -V "$T/p" -i "$T/k" list; }
claim a_passphrase_on_standard_input_and_a_reader_key_unlock t

t() { run_expect 2 "$EVAULT_BIN" -V "$T/v" -i "$T/k" list && silent && warns "error:" && warns "hint:"; }
claim a_key_of_another_vault_fails_with_2 t

t() { run_expect 2 "$EVAULT_BIN" -V "$T/v" -i "$T/nokey" list && warns "nokey" && warns "No such file"; }
claim a_missing_key_file_is_named t

t() { run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/p" list && warns "error:" && warns "-i FILE"; }
claim without_key_and_terminal_it_says_what_to_give t

t() {
	mkdir "$T/novault" && run_expect 2 "$EVAULT_BIN" -V "$T/novault" -i "$T/k" list && warns "error:" && warns "evault init DIR" &&
		run_expect 2 "$EVAULT_BIN" -V "$T/nothing" -i "$T/k" list && warns "error:" &&
		run_expect 2 env -C "$T/novault" "$EVAULT_BIN" status && warns "not a vault"
}
claim what_is_no_vault_is_said_to_be_none t

# ---- add

mkdir -p "$T/in/DCIM/deep"
printf 'one\n' >"$T/in/a.txt"
printf 'two\n' >"$T/in/DCIM/b.txt"
printf 'three\n' >"$T/in/DCIM/deep/c.txt"
printf 'left out\n' >"$T/in/DCIM/x.bak"
touch -d '2026-01-02T03:04:05Z' "$T/in/a.txt"

t() { run_expect 0 ev "$T/v" add --dry-run "$T/in" && says "would be kept" && says "nothing was kept" && run_expect 0 ev "$T/v" list && silent; }
claim add_dry_run_keeps_nothing t

t() {
	run_expect 0 ev "$T/v" add --case C1 --title 'A title' --tag t1 --tag t2 --field place=Aktobe --field k=1 \
		--exclude '*.bak' "$T/in" &&
		grep -qE "^[0-9a-f]{6}-[0-9]+  $(sha256sum <"$T/in/a.txt" | cut -c1-64)  .*a\.txt$" "$OUT" &&
		says "3 files kept" && says "the originals remain where they were" && ! grep -q 'x.bak' "$OUT"
}
claim add_prints_citation_hash_and_name t

t() { run_expect 0 ev "$T/v" add --case C1 --exclude '*.bak' "$T/in" && says "already kept as" && says "0 files kept"; }
claim add_again_recognises_what_is_kept t

t() {
	ln -s a.txt "$T/in/link" && printf 'new\n' >"$T/in/new.txt" &&
		run_expect 3 ev "$T/v" add --json "$T/in/link" "$T/in/new.txt" && json_lines && warns "warning: skipped" &&
		json_is "[o.get('event') for o in all[:-1]].count('skipped') == 1 and [o.get('event') for o in all[:-1]].count('kept') == 1" &&
		json_is "all[-1]['summary']['kept'] == 1 and all[-1]['summary']['skipped'] == 1"
	local rc=$?
	rm -f "$T/in/link"
	return $rc
}
claim add_skips_a_link_and_exits_3 t

t() { run_expect 3 ev "$T/v" add "$T/in/gone.txt" "$T/in/a.txt" && warns "refused $T/in/gone.txt" && says "  $T/in/a.txt" && says "1 refused"; }
claim add_names_a_path_that_is_not_there_and_keeps_the_others t

t() {
	printf 'f1\n' >"$T/in/f 1" && printf 'f2\n' >"$T/in/f
2" && printf '%s\n\n%s\n' "$T/in/f 1" "$T/in/a.txt" >"$T/list" &&
		run_expect 0 ev "$T/v" add --files-from "$T/list" && says "1 file kept" &&
		printf '%s\0' "$T/in/f
2" | run_expect 0 ev "$T/v" add --files-from - -0 && says 'f\x0A2' && says "1 file kept" &&
		run_expect 2 ev "$T/v" add --files-from "$T/list" x && warns "choose one"
}
claim add_takes_paths_from_a_file_and_from_standard_input t

t() { printf '%s\n%070000d' "$T/in/a.txt" 1 >"$T/list" && run_expect 2 ev "$T/v" add --files-from "$T/list" && warns "has a line of more than 65536 bytes"; }
claim add_takes_no_path_that_is_longer_than_any_name t

t() {
	mkdir "$T/many" && (cd "$T/many" && seq 1 1001 | xargs touch) &&
		run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/many" && warns "1001 files" && warns "--yes" &&
		run_expect 3 on_terminal -a n "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/many" && says "Keep them all" && says "nothing was kept"
}
claim add_asks_above_1000_files t

hostile=$(printf 'e\033[31m\316\223\377\342\200\256x\342\200\215')
t() {
	printf 'hostile\n' >"$T/in/$hostile" && run_expect 0 ev "$T/v" add --tag hostile "$T/in/$hostile" &&
		says 'e\x1B[31mΓ\xFF\u{202E}x' && run_expect 0 ev "$T/v" list --tag hostile && says 'e\x1B[31mΓ\xFF\u{202E}x' &&
		! LC_ALL=C grep -q "$(printf '\033')" "$OUT" &&
		run_expect 0 ev "$T/v" list --tag hostile --json && json_lines &&
		json_is "__import__('base64').b64decode(all[0]['name_base64']) == b'e\x1b[31m\xce\x93\xff\xe2\x80\xaex\xe2\x80\x8d'" &&
		! LC_ALL=C grep -q "$(printf '\033')" "$OUT" &&
		run_expect 0 ev "$T/v" get --tag hostile -o "$T/hostile/" && [ "$(cat "$T/hostile/$hostile")" = hostile ]
}
claim a_hostile_name_is_kept_and_given_back_and_never_shown_raw t

# ---- list, show

t() {
	run_expect 0 ev "$T/v" list && says "a.txt" && says "DCIM/deep/c.txt" && ! grep -q RECORDED "$OUT" &&
		run_expect 0 on_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list && says "RECORDED (UTC)"
}
claim list_has_a_header_on_terminals_only t

t() {
	run_expect 0 ev "$T/v" list --json --case C1 && json_lines && json_is "len(all) == 3" &&
		json_is "all[0]['case'] == 'C1' and all[0]['title'] == 'A title' and all[0]['tags'] == ['t1', 't2']" &&
		json_is "all[0]['fields'] == {'k': '1'} and all[0]['place'] == 'Aktobe'" &&
		json_is "set('item citation action time actor name folder size sha256 media_type modified digest actor_key'.split()) <= set(all[0])" &&
		json_is "[o for o in all if o['name'] == 'a.txt'][0]['modified'] == '2026-01-02T03:04:05Z'" &&
		json_is "type(all[0]['item']) is int and type(all[0]['size']) is int and all[0]['citation'].endswith('-%d' % all[0]['item'])"
}
claim list_json_has_the_names_that_scripts_rely_on t

t() {
	run_expect 0 ev "$T/v" list --tag t1 && [ "$(wc -l <"$OUT")" = 3 ] &&
		run_expect 0 ev "$T/v" list --case none && silent &&
		run_expect 0 ev "$T/v" list --until 2001 && silent && run_expect 0 ev "$T/v" list --since 2001 && says a.txt &&
		run_expect 0 ev "$T/v" list --action get --json && json_is "all[0]['action'] == 'get' and all[0]['about']"
}
claim list_filters t

t() {
	run_expect 0 ev "$T/v" list --all && says "(get)" && says "a.txt" && run_expect 2 ev "$T/v" list --all --action get && warns "choose one"
}
claim list_all_has_accesses_too t

item=$(ev "$T/v" list --case C1 --json | grep '"name": "a.txt"' | grep -o '"item": [0-9]*' | grep -o '[0-9]*')
cite=$(ev "$T/v" list --case C1 --json | grep '"name": "a.txt"' | grep -o '"citation": "[^"]*' | sed 's/.*"//')
sha=$(sha256sum <"$T/in/a.txt" | cut -c1-64)

t() {
	run_expect 0 ev "$T/v" show "$item" && says "$cite" && says "$sha" && says "place         Aktobe" && cp "$OUT" "$T/shown" &&
		run_expect 0 ev "$T/v" show "$cite" && cmp -s "$OUT" "$T/shown" &&
		run_expect 0 ev "$T/v" show "$(printf '%s' "$sha" | cut -c1-10)" && says "$cite" && says "$sha" &&
		run_expect 0 ev "$T/v" show --json "$item" && json_lines
}
claim show_takes_number_citation_and_hash t

t() {
	run_expect 0 ev "$T/v" show 0 && says "no item" && run_expect 0 ev "$T/v" show 0 --json && json_lines &&
		json_is "all[0]['item'] == 0 and all[0]['entry']"
}
claim show_says_what_an_entry_is_that_is_no_item t

t() {
	run_expect 2 ev "$T/v" show 99999 && warns "error:" && silent && run_expect 2 ev "$T/v" show nonsense && warns "error:" &&
		run_expect 2 ev "$T/v" show 000000-1 && warns "error:"
}
claim show_refuses_what_is_not_there t

# ---- get

t() { run_expect 0 ev "$T/v" get "$item" -o "$T/back.txt" && says "$cite" && cmp -s "$T/back.txt" "$T/in/a.txt" && [ "$(stat -c %Y "$T/back.txt")" = "$(stat -c %Y "$T/in/a.txt")" ]; }
claim get_gives_the_file_back_with_its_time t

t() {
	printf 'mine\n' >"$T/mine" && run_expect 2 ev "$T/v" get "$item" -o "$T/mine" && warns "error:" && [ "$(cat "$T/mine")" = mine ] &&
		run_expect 0 ev "$T/v" get "$item" -o "$T/mine" --force && cmp -s "$T/mine" "$T/in/a.txt"
}
claim get_replaces_a_file_only_with_force t

t() { run_expect 0 ev "$T/v" get "$cite" -o - && cmp -s "$OUT" "$T/in/a.txt"; }
claim get_writes_to_standard_output t

t() {
	run_expect 2 on_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" get "$item" -o - && says "not written to a terminal" &&
		run_expect 2 ev "$T/v" get --case C1 -o - && silent && run_expect 2 ev "$T/v" get "$item" -o - --json
}
claim get_refuses_a_terminal_and_more_than_one_file_on_standard_output t

t() {
	run_expect 0 ev "$T/v" get --case C1 -o "$T/c1" --json && json_lines &&
		json_is "sum(o.get('event') == 'given' for o in all) == 3 and all[-1]['summary']['given'] == 3 and all[-1]['summary']['logged'] is True" &&
		[ "$(find "$T/c1" -type f | wc -l)" = 3 ] && cmp -s "$(find "$T/c1" -name c.txt)" "$T/in/DCIM/deep/c.txt"
}
claim get_restores_folders_of_a_case t

t() {
	ev "$T/v" list --case C1 --json >"$T/items" && run_expect 0 ev "$T/v" get - -o "$T/piped" <"$T/items" && [ "$(find "$T/piped" -type f | wc -l)" = 3 ] &&
		printf '%s\n' "$item" | run_expect 0 ev "$T/v" get - -o "$T/one.txt" && run_expect 2 ev "$T/v" get - -o "$T/none" </dev/null && warns "names no item"
}
claim get_reads_items_from_standard_input t

t() { run_expect 0 ev "$T/v" get --all -o "$T/everything" && run_expect 2 ev "$T/v" get --case none -o "$T/none" && warns "error:" && [ ! -e "$T/none" ]; }
claim get_all_and_none t

t() {
	run_expect 0 "$EVAULT_BIN" -V "$T/p" --passphrase-file "$T/pass" add "$T/in/a.txt" &&
		run_expect 3 "$EVAULT_BIN" -V "$T/p" -i "$T/k" get --all -o "$T/r" && warns "access was not logged" && [ "$(find "$T/r" -type f | wc -l)" = 1 ]
}
claim get_by_a_reader_says_that_it_was_not_logged t

# ---- checkpoint, status, check

t() { run_expect 0 "$EVAULT_BIN" -V "$T/v" checkpoint && says "— evault/" && cp "$OUT" "$T/checkpoint" && run_expect 0 "$EVAULT_BIN" -V "$T/v" checkpoint --json && json_lines; }
claim checkpoint_needs_no_key t

t() {
	run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/v" status && says "evault/" && ! grep -q '^items' "$OUT" &&
		run_expect 0 ev "$T/v" status && says "items" && says "owner" &&
		run_expect 0 env -C "$T/v/log" "$EVAULT_BIN" status && run_expect 0 env EVAULT="$T/v" "$EVAULT_BIN" status --json && json_lines &&
		json_is "all[0]['unlocked'] is False and all[0]['entries'] > 0" && run_expect 0 ev "$T/v" status --json && json_is "all[0]['unlocked'] is True and all[0]['items'] >= 3"
}
claim status_never_asks_and_finds_the_vault_around_it t

t() {
	run_expect 0 ev "$T/v" check && grep -q '^sound: ' "$OUT" && run_expect 0 "$EVAULT_BIN" -V "$T/v" check --sealed && says "no key was used" && grep -q '^sound: ' "$OUT" &&
		run_expect 0 ev "$T/v" check --quick && says "not checked" &&
		run_expect 0 ev "$T/v" check --against "$T/checkpoint" && says "checked: the log against the checkpoint" &&
		run_expect 0 ev "$T/v" check --json && json_lines && json_is "all[-1]['summary']['sound'] is True"
}
claim check_says_what_was_and_what_was_not_checked t

t() {
	cp -a "$T/v" "$T/less" && cp -a "$T/v" "$T/shorter" && rm "$(find "$T/less/packs" -type f | head -n 1)" && truncate -s -1 "$(find "$T/shorter/packs" -type f | head -n 1)" || return 1
	local n dir
	n=$(find "$T/v/packs" -type f | wc -l)
	for dir in less shorter; do
		run_expect 1 "$EVAULT_BIN" -V "$T/$dir" check --sealed && says "checked: every byte of $((n - 1)) packs" && says "not checked: the bytes of 1 pack that is missing, of a wrong size" &&
			run_expect 1 "$EVAULT_BIN" -V "$T/$dir" check --sealed --json && json_is "all[-1]['summary']['packs'] == $n and all[-1]['summary']['packs_read'] == $n - 1" || return 1
	done
}
claim check_counts_the_packs_that_it_has_read t

t() {
	cp -a "$T/v" "$T/longer" && cp "$T/v.key" "$T/longer.key" && printf 'more\n' >"$T/in/more" &&
		run_expect 0 ev "$T/longer" add "$T/in/more" && run_expect 0 ev "$T/longer" checkpoint && cp "$OUT" "$T/checkpoint.longer" &&
		run_expect 0 ev "$T/longer" check --quick --against "$T/checkpoint" &&
		run_expect 1 ev "$T/v" check --quick --against "$T/checkpoint.longer" && says "history: " && grep -q '^DAMAGED: 1 finding$' "$OUT"
}
claim check_against_a_checkpoint_finds_a_log_that_was_cut t

t() { run_expect 2 ev "$T/v" check --against "$T/nothing" && warns "nothing: No such file"; }
claim check_against_nothing_cannot_run t

t() {
	local pack
	cp -a "$T/v" "$T/bad" && cp "$T/v.key" "$T/bad.key" && pack=$(find "$T/bad/packs" -type f | sort | head -n 1) && chmod u+w "$pack" &&
		printf 'X' | dd of="$pack" bs=1 seek=5000 conv=notrunc status=none && rm -f "$T/bad/keys/write.0.age" || return 1
	run_expect 1 ev "$T/bad" check && grep -q '^DAMAGED: [0-9]* findings' "$OUT" && says "altered" && says "missing" &&
		run_expect 1 "$EVAULT_BIN" -V "$T/bad" check --sealed --json && json_lines &&
		json_is "all[-1]['summary']['sound'] is False and {'altered', 'missing'} <= {o['finding'] for o in all[:-1]}" &&
		json_is "[set(o) >= {'finding', 'path', 'detail'} for o in all[:-1]].count(False) == 0"
}
claim check_finds_damage_and_exits_1 t

t() {
	local pack
	cp -a "$T/v" "$T/cut" && cp "$T/v.key" "$T/cut.key" && printf 'cut short\n' >"$T/in/cut.txt" &&
		cp -a "$T/cut" "$T/cut.whole" && cp "$T/v.key" "$T/cut.whole.key" && run_expect 0 ev "$T/cut.whole" add "$T/in/cut.txt" &&
		pack=$(diff -rq "$T/cut/packs" "$T/cut.whole/packs" | sed -n 's/^Only in \(.*\): \(.*\)$/\1\/\2/p') || return 1
	cp -a "$T/cut.whole/packs/." "$T/cut/packs/" && [ -n "$pack" ] &&
		run_expect 0 ev "$T/cut" check && says "interrupted: " && says "this is no damage" && grep -q '^sound: ' "$OUT" &&
		run_expect 0 ev "$T/cut" check --adopt && says "taken in: 1 record" && run_expect 0 ev "$T/cut" list && says cut.txt &&
		run_expect 0 ev "$T/cut" check && ! grep -q 'interrupted: ' "$OUT"
}
claim check_adopt_takes_in_a_pack_that_no_entry_names t

# ---- output that goes nowhere

t() {
	run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list && warns "cannot write to standard output" &&
		run_expect 2 bash -c '"$@" >&-' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list &&
		run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" version &&
		run_expect 2 bash -c '"$@" >/dev/full' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" get "$item" -o -
}
claim output_that_cannot_be_written_is_a_failure t

t() {
	printf 'closed\n' >"$T/in/closed.txt" && run_expect 2 bash -c '"$@" >&- 2>&-' - "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/in/closed.txt" &&
		run_expect 0 ev "$T/v" check && run_expect 0 ev "$T/v" list && says closed.txt
}
claim closed_descriptors_do_not_reach_the_vault t

t() {
	# The reader is gone before anything is written.
	bash -c '{ sleep 0.3; "$@" 2>"$0"; echo $? >"$0.status"; } | exec true' "$ERR" "$EVAULT_BIN" help
	[ ! -s "$ERR" ] && [ "$(cat "$ERR.status")" = 2 ]
}
claim a_reader_that_leaves_is_not_complained_about t

# ---- being interrupted

t() {
	local pid rc=0 kept
	new_vault "$T/int" && mkdir "$T/big" && (cd "$T/big" && for i in $(seq 1 60); do head -c 8000000 /dev/urandom >$i; done) || return 1
	"$EVAULT_BIN" -V "$T/int" -i "$T/int.key" add "$T/big" >"$OUT" 2>"$ERR" &
	pid=$!
	# The first pack has begun: the handler is in place, and most is still to do.
	while [ -z "$(ls "$T/int/packs")" ] && kill -0 $pid; do sleep 0.01; done
	kill -INT $pid # ignored by what a script starts in the background, as it should be
	kill -TERM $pid
	wait $pid || rc=$?
	kept=$(grep -cE '^[0-9a-f]{6}-' "$OUT")
	[ "$rc" = 3 ] && warns "what is named above is kept" || { echo "# $rc $(tail -n 3 "$OUT" "$ERR")"; return 1; }
	run_expect 0 ev "$T/int" list && [ "$(wc -l <"$OUT")" = "$kept" ] && [ "$kept" -lt 60 ] &&
		run_expect 0 ev "$T/int" add "$T/big" && run_expect 0 ev "$T/int" list && [ "$(wc -l <"$OUT")" = 60 ] && run_expect 0 ev "$T/int" check
}
claim an_interrupted_add_keeps_what_it_named_and_is_completed_by_running_it_again t

finish
