# annotate, retract and history; what list and show make of them; item lists from a pipe; pages.
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

# fresh: a vault with items 1, 2, 3 in $T/v.
fresh() {
	rm -rf "$T/v" "$T/v.key" "$T/in" "$T/out"
	mkdir "$T/in"
	for n in 1 2 3; do echo "text $n" >"$T/in/f$n.txt"; done
	new_vault "$T/v" && ev "$T/v" add --case C1 --title 'Old title' --tag red --field place=Aktobe --field k=1 "$T/in" >/dev/null
}

# lists ITEM…: list gives these items and no other.
lists() {
	json_is "[o['item'] for o in all] == [$(IFS=,; echo "$*")]"
}

# ---- annotate

t() {
	fresh && run_expect 0 ev "$T/v" annotate 1 --title 'New title' --field place='Market square' --tag blue &&
		grep -qE '^[0-9a-f]{6}-5  annotated [0-9a-f]{6}-1$' "$OUT" &&
		run_expect 0 ev "$T/v" list && [ "$(wc -l <"$OUT")" -eq 3 ] && says 'f1.txt  "New title"' && says 'f2.txt  "Old title"' &&
		run_expect 0 ev "$T/v" check
}
claim annotation_shows_in_list_and_nothing_is_damaged t

t() {
	run_expect 0 ev "$T/v" show 1 && says "title         Old title  (holds no longer: see " && says "title         New title" &&
		says "place         Market square" && says "annotated     in " && says "(by the clock of the computer that recorded it)" &&
		run_expect 0 ev "$T/v" show 1 --json &&
		json_is "all[0]['title'] == 'Old title' and all[0]['latest']['title'] == 'New title'" &&
		json_is "all[0]['latest']['place'] == 'Market square' and all[0]['latest']['fields'] == {'k': '1'} and all[0]['latest']['tags'] == ['red', 'blue']" &&
		json_is "[c['item'] for c in all[0]['corrections']] == [5] and all[0]['corrections'][0]['taken_back'] is False"
}
claim show_has_the_record_and_each_annotation_in_order t

t() {
	run_expect 0 ev "$T/v" annotate 1 --title 'Newest' --field k=2 --case C2 && run_expect 0 ev "$T/v" list --json --case C2 &&
		json_is "[o['latest']['title'] for o in all] == ['Newest'] and all[0]['latest']['fields'] == {'k': '2'}" &&
		run_expect 0 ev "$T/v" list --json --case C1 && lists 2 3 &&
		run_expect 0 ev "$T/v" list --json --tag blue && lists 1 && run_expect 0 ev "$T/v" list --json --tag red && lists 1 2 3 &&
		run_expect 0 ev "$T/v" annotate 1 --case '' && run_expect 0 ev "$T/v" list --json --case C2 && lists
}
claim the_latest_value_holds_and_tags_add_up t

t() {
	run_expect 0 ev "$T/v" annotate 1-3 --tag all && says "annotated 3 items" && run_expect 0 ev "$T/v" list --json --tag all && lists 1 2 3 &&
		run_expect 0 ev "$T/v" annotate 2 3 2 --tag two --json && json_is "all[0]['items'] == 2 and all[0]['entries'] == 1 and all[0]['event'] == 'annotated'" &&
		run_expect 0 ev "$T/v" list --json --tag two && lists 2 3
}
claim a_range_and_several_items_are_annotated_by_one_entry t

t() {
	run_expect 2 ev "$T/v" annotate 1 && warns "say what" && run_expect 2 ev "$T/v" annotate --tag x && warns "name an item" &&
		run_expect 2 ev "$T/v" annotate 1 --field novalue && warns "K=V" && run_expect 2 ev "$T/v" annotate 1 --field k=1 --field k=2 && warns "given twice" &&
		run_expect 2 ev "$T/v" annotate 1 --title a --field title=b && warns "given twice" &&
		run_expect 2 ev "$T/v" annotate 1 --field consent=all && warns "consent is one or more of" &&
		run_expect 0 ev "$T/v" annotate 1 --field consent=court,partner &&
		run_expect 2 ev "$T/v" annotate 99 --tag x && warns "there is no item 99" &&
		run_expect 2 ev "$T/v" annotate 4 --tag x && warns "no item: pack " &&
		run_expect 2 ev "$T/v" annotate zzz --tag x && warns "names no item" &&
		run_expect 2 ev "$T/v" annotate 123456-1 --tag x && warns "another vault" &&
		run_expect 2 ev "$T/v" annotate 5 --tag x && warns "no item that could be annotated: it is an entry of the action annotate"
}
claim wrong_items_and_fields_are_refused_with_what_is_wrong t

t() {
	local access
	run_expect 0 ev "$T/v" get 1 -o "$T/out" && run_expect 2 ev "$T/v" list --all --action get && run_expect 0 ev "$T/v" list --json --action get || return 1
	access=$(python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readlines()[-1])["item"])' "$OUT")
	run_expect 2 ev "$T/v" annotate "$access" --tag x && warns "an entry of the action get" &&
		run_expect 2 ev "$T/v" retract "$access" --reason x && warns "nothing that could be retracted: it is an entry of the action get" &&
		run_expect 2 ev "$T/v" retract 0 --reason x && warns "an entry of the log and no item: "
}
claim an_access_can_be_neither_annotated_nor_retracted t

# ---- retract

t() {
	fresh && run_expect 2 ev "$T/v" retract 2 && warns "say why" && run_expect 2 ev "$T/v" retract 2 --reason '' &&
		run_expect 0 ev "$T/v" retract 2 --reason 'the witness withdrew consent' && grep -qE '^[0-9a-f]{6}-5  retracted [0-9a-f]{6}-2$' "$OUT" &&
		run_expect 0 ev "$T/v" list && [ "$(wc -l <"$OUT")" -eq 2 ] && warns "1 retracted item is left out; --retracted has it" &&
		run_expect 0 ev "$T/v" list --retracted && [ "$(wc -l <"$OUT")" -eq 1 ] && says "RETRACTED  " && says "f2.txt" &&
		run_expect 0 ev "$T/v" list --retracted --json && json_is "[(o['item'], o['retracted']) for o in all] == [(2, True)]" &&
		run_expect 0 ev "$T/v" check
}
claim what_is_retracted_is_left_out_of_list_and_counted t

t() {
	run_expect 0 ev "$T/v" show 2 && sed -n 2p "$OUT" | grep -qE '^RETRACTED     in [0-9a-f]{6}-5: the witness withdrew consent$' &&
		says "reason        the witness withdrew consent"
}
claim show_says_first_that_an_item_is_retracted_and_why t

t() {
	run_expect 0 ev "$T/v" get --all -o "$T/out" && warns "1 retracted item is left out" && [ "$(find "$T/out" -type f | wc -l)" -eq 2 ] &&
		run_expect 0 ev "$T/v" get 2 -o "$T/two" && warns "was retracted in " && warns "the witness withdrew consent" && cmp -s "$T/two" "$T/in/f2.txt" &&
		run_expect 0 ev "$T/v" get --retracted -o "$T/r" && cmp -s "$T/r/in/f2.txt" "$T/in/f2.txt"
}
claim get_gives_what_is_retracted_with_a_warning_when_it_is_named t

t() {
	local before
	before=$(ev "$T/v" checkpoint | sed -n 2p)
	run_expect 0 ev "$T/v" retract 2 --reason again && warns "is retracted already, in " && warns ": the witness withdrew consent" && silent &&
		[ "$(ev "$T/v" checkpoint | sed -n 2p)" = "$before" ]
}
claim retracting_twice_says_so_and_writes_nothing t

t() {
	run_expect 0 ev "$T/v" retract 5 --reason 'a mistake' && run_expect 0 ev "$T/v" list --json && lists 1 2 3 &&
		run_expect 0 ev "$T/v" show 2 && says "(taken back later: it holds no longer)" && ! grep -q '^RETRACTED' "$OUT" &&
		run_expect 2 ev "$T/v" retract "$(ev "$T/v" list --json --action retract | python3 -c 'import json, sys; print([json.loads(l)["item"] for l in sys.stdin][-1])')" --reason x &&
		warns "takes a retraction back already" &&
		run_expect 0 ev "$T/v" retract 2 --reason 'after all' && run_expect 0 ev "$T/v" list --retracted --json && lists 2
}
claim a_retraction_can_be_taken_back_once t

t() {
	fresh && run_expect 0 ev "$T/v" annotate 1 --title Wrong --tag wrong && run_expect 0 ev "$T/v" retract 5 --reason 'of another file' &&
		run_expect 0 ev "$T/v" list && says 'f1.txt  "Old title"' && run_expect 0 ev "$T/v" list --json --tag wrong && lists &&
		run_expect 0 ev "$T/v" show 1 && says "(taken back later: it holds no longer)"
}
claim an_annotation_that_is_taken_back_holds_no_longer t

# ---- history

t() {
	fresh && ev "$T/v" annotate 1 2 --title 'New title' >/dev/null && ev "$T/v" get 1 -o "$T/got" >/dev/null && ev "$T/v" retract 1 --reason 'no reason' >/dev/null &&
		run_expect 0 ev "$T/v" history 1 && [ "$(wc -l <"$OUT")" -eq 4 ] && says "kept f1.txt  (retracted later)" && says "annotated 1, 2: title=New title" &&
		says "gave back 1" && says "retracted 1: no reason" && grep -qE '^[0-9a-f]{6}-1 +20..-..-.. ..:..Z  .*\[[0-9a-f]{8}\]  kept' "$OUT" &&
		run_expect 0 ev "$T/v" history 3 && [ "$(wc -l <"$OUT")" -eq 1 ] &&
		run_expect 0 ev "$T/v" history 1 --json && json_is "[o['action'] for o in all] == ['add', 'annotate', 'get', 'retract']"
}
claim history_of_an_item_is_all_that_is_about_it t

t() {
	run_expect 0 ev "$T/v" history && says "may sign from here on, in the role owner" && says "key slot 1 was set" && says "joined the vault" &&
		says "kept f3.txt" && says "retracted 1: no reason" &&
		run_expect 0 ev "$T/v" history --json && json_is "[o['item'] for o in all] == list(range(len(all)))" &&
		json_is "{c['change'] for o in all for c in o.get('changes', [])} == {'actor', 'read-key', 'slot', 'file', 'pack'}" &&
		run_expect 2 ev "$T/v" history 99 && warns "there is no item 99" && run_expect 0 ev "$T/v" history 0 && says "key slot 1"
}
claim history_of_the_vault_tells_of_keys_and_packs_too t

# ---- values that mean harm

t() {
	local bad
	bad=$(printf 'a\033[31mb\r\302\233c\342\200\256d\377e\n\tf')
	fresh && run_expect 0 ev "$T/v" annotate 1 --title "$bad" --case "$bad" --tag "$bad" --field "place=$bad" --field "k$bad=$bad" && clean &&
		run_expect 0 ev "$T/v" list && clean && says 'a\x1B[31mb\x0D\u{009B}c\u{202E}d\xFFe\x0A\x09f' &&
		run_expect 0 ev "$T/v" show 1 && clean && run_expect 0 ev "$T/v" history && clean && run_expect 0 ev "$T/v" history 1 && clean &&
		run_expect 0 ev "$T/v" show 1 --json && clean && json_is "base64.b64decode(all[0]['latest']['title_base64']) == b'a\x1b[31mb\r\xc2\x9bc\xe2\x80\xaed\xffe\n\tf'" &&
		run_expect 0 ev "$T/v" retract 1 --reason "$bad" && clean && run_expect 0 ev "$T/v" show 1 && clean &&
		run_expect 0 ev "$T/v" retract 1 --reason x && clean && run_expect 0 ev "$T/v" history && clean && run_expect 0 ev "$T/v" list --retracted && clean &&
		run_expect 0 ev "$T/v" list --retracted --json --case "$bad" && lists 1 && run_expect 0 ev "$T/v" check
}
claim hostile_values_are_kept_as_they_are_and_shown_escaped t

t() {
	head -c 120000 /dev/zero | tr '\0' x >"$T/long"
	fresh && run_expect 0 ev "$T/v" annotate 1 --field "note=$(cat "$T/long")" && run_expect 0 ev "$T/v" show 1 && [ "$(wc -c <"$OUT")" -gt 120000 ] &&
		run_expect 2 ev "$T/v" annotate 1 --field "a=$(cat "$T/long")" --field "b=$(cat "$T/long")" --field "c=$(cat "$T/long")" && warns "too much for one record"
}
claim very_long_values_are_kept_up_to_the_record_and_refused_beyond t

# ---- from a pipe

t() {
	fresh && ev "$T/v" list --json >"$T/list" && run_expect 0 ev "$T/v" get - -o "$T/out" <"$T/list" && [ "$(find "$T/out" -type f | wc -l)" -eq 3 ] &&
		run_expect 0 ev "$T/v" annotate - --tag piped <"$T/list" && says "annotated 3 items" &&
		ev "$T/v" list --json --tag piped >"$T/list" && run_expect 0 ev "$T/v" show - --json <"$T/list" && lists 1 2 3 &&
		printf '1\n\n  3  \r\n' >"$T/list" && run_expect 0 ev "$T/v" retract - --reason r <"$T/list" && says "retracted 2 items" &&
		run_expect 0 ev "$T/v" list --json && lists 2 &&
		run_expect 0 ev "$T/v" list --json --retracted && cp "$OUT" "$T/list" && run_expect 0 ev "$T/v" history - --json <"$T/list" &&
		json_is "[o['item'] for o in all if o['action'] == 'add'] == [1, 3]"
}
claim items_come_from_a_pipe_as_list_prints_them t

t() {
	printf '1\n2\n77\n' >"$T/list" && run_expect 2 ev "$T/v" get - -o "$T/none" <"$T/list" && warns "standard input, line 3: there is no item 77" && [ ! -e "$T/none" ] &&
		printf '1\nx y\n' >"$T/list" && run_expect 2 ev "$T/v" show - <"$T/list" && warns "standard input, line 2: x y names no item" &&
		printf '1\n{"path": "x"}\n' >"$T/list" && run_expect 2 ev "$T/v" annotate - --tag t <"$T/list" && warns "standard input, line 2: this names no item" &&
		printf '1\n{"item": 2' >"$T/list" && run_expect 2 ev "$T/v" annotate - --tag t <"$T/list" && warns "line 2" &&
		printf '{"item": 2} 3\n' >"$T/list" && run_expect 2 ev "$T/v" annotate - --tag t <"$T/list" && warns "line 1" &&
		printf '1\0002\n' >"$T/list" && run_expect 2 ev "$T/v" annotate - --tag t <"$T/list" && warns "line 1" &&
		cat "$T/long" >"$T/list" && run_expect 2 ev "$T/v" annotate - --tag t <"$T/list" && warns "line 1" &&
		: >"$T/list" && run_expect 2 ev "$T/v" annotate - --tag t <"$T/list" && warns "standard input names no item" &&
		run_expect 2 ev "$T/v" show 1 - <"$T/list" && warns "from standard input" &&
		run_expect 2 "$EVAULT_BIN" -V "$T/v" --passphrase-file - show - <"$T/list" && warns "standard input can be only one of"
}
claim what_names_no_item_is_named_by_its_line t

t() {
	printf '%s\n' '{"a": {"citation": "x", "b": ["}", "\"]", 1]}, "item": 1, "c": "\\", "d": [[]], "e": null, "f": -1.5e3}' \
		'{"summary": {"hits": 2}}' '{ "note" : "\"item\": 3" , "item" :	2 }' '{"item": 99, "citation": "'"$(ev "$T/v" list --retracted --json | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["citation"])')"'"}' >"$T/list"
	run_expect 0 ev "$T/v" show - --json <"$T/list" && lists 1 2 1
}
claim objects_are_read_as_json_and_a_citation_comes_first t

t() {
	python3 - >"$T/list" <<-'END'
		print('{"item": 1, "x": "' + "y" * 8000000 + '"}')
	END
	run_expect 0 ev "$T/v" show - --json <"$T/list" && lists 1
}
claim an_object_of_megabytes_is_read t

t() {
	local seed
	for seed in $(seq 25); do
		python3 - "$seed" "$T/list" <<-'END'
			import random, sys
			rng = random.Random(int(sys.argv[1]))
			good = b'{"item": 1, "a": {"b": ["x", {"c": "\\"]"}]}, "citation": "0-1"}\n2\n1-3\n{"summary": {}}\n'
			out = bytearray(good * 3)
			for _ in range(rng.randrange(1, 8)):
			    at = rng.randrange(len(out))
			    out[at:at + rng.randrange(3)] = rng.choice([b'"', b"\\", b"{", b"}", b"[", b"]", b"\n", b"\0", b",", b":", b"\xff", b"9" * 200])
			open(sys.argv[2], "wb").write(out)
		END
		run ev "$T/v" show - <"$T/list"
		[ "$STATUS" -eq 0 ] || [ "$STATUS" -eq 2 ] || { echo "# seed $seed: exit status $STATUS"; cat "$ERR"; return 1; }
		clean || return 1
	done
}
claim lists_that_are_spoiled_are_refused_in_words_and_never_crash t

t() {
	rm -rf "$T/many" && mkdir "$T/many" && for n in $(seq 1000); do echo "$n" >"$T/many/$n"; done && new_vault "$T/w" && ev "$T/w" add --yes "$T/many" >/dev/null &&
		ev "$T/w" list --json >"$T/list" && run_expect 0 ev "$T/w" annotate - --case Many <"$T/list" && says "annotated 1000 items" &&
		run_expect 0 ev "$T/w" list --case Many && [ "$(wc -l <"$OUT")" -eq 1000 ] && run_expect 0 ev "$T/w" check
}
claim a_thousand_items_are_annotated_at_once t

# ---- where it cannot be written

t() {
	[ "$(id -u)" -eq 0 ] && ! command -v setpriv >/dev/null && return 77
	fresh && chmod -R a+rX "$T" && chmod a+r "$T/v.key" && chmod -R a-w "$T/v"
	as_nobody test -r "$T/v/vault" && as_nobody test -x "$EVAULT_BIN" || return 77
	run_expect 2 as_nobody "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" annotate 1 --tag x && warns "what writes needs a copy elsewhere" &&
		run_expect 2 as_nobody "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" retract 1 --reason x &&
		run_expect 0 as_nobody "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" history 1
}
claim_where_possible a_vault_that_is_read_only_is_not_annotated "nobody cannot be played here" t
chmod -R u+w "$T"

t() {
	fresh || return 1
	ev "$T/v" annotate 1 --title A >"$T/a" 2>&1 & local one=$!
	ev "$T/v" retract 2 --reason B >"$T/b" 2>&1 & local two=$!
	local first=0 second=0
	wait "$one" || first=$?
	wait "$two" || second=$?
	# One may find the other writing; what said that it is done is done.
	[ "$first" -eq 0 ] || [ "$second" -eq 0 ] || { cat "$T/a" "$T/b"; return 1; }
	run_expect 0 ev "$T/v" check && run_expect 0 ev "$T/v" list --json || return 1
	if [ "$first" -eq 0 ]; then json_is "all[0]['latest']['title'] == 'A'" || return 1; else grep -q "is writing" "$T/a" || return 1; fi
	if [ "$second" -eq 0 ]; then lists 1 3; else grep -q "is writing" "$T/b" && lists 1 2 3; fi
}
claim two_that_correct_at_once_do_not_harm_each_other t

# ---- pages

pages() {
	python3 "$TOP/tests/lib/pages.py" "$@"
}

cat >"$T/ev" <<-END
	#!/bin/sh
	exec "$EVAULT_BIN" -V "$T/w" -i "$T/w.key" "\$@"
END
chmod +x "$T/ev"
t() {
	run_expect 0 pages 10x80 ' q' "$T/ev" list && [ "$(grep -c '<page>' "$OUT")" -eq 2 ] && [ "$(wc -l <"$OUT")" -eq 20 ] &&
		run_expect 0 pages 10x80 '     ^D' "$T/ev" history && [ "$(grep -c '<page>' "$OUT")" -eq 6 ] && [ "$(wc -l <"$OUT")" -le 60 ]
}
claim a_page_ends_where_the_screen_is_full_and_q_ends_all t

t() {
	run_expect 0 pages 12x80 '  ' "$T/ev" show 1 && [ "$(grep -c '<page>' "$OUT")" -eq 2 ] && says "actor-key" &&
		run_expect 0 pages 60x100 '' "$T/ev" show 1 && ! grep -q '<page>' "$OUT" &&
		run_expect 0 pages 10x80 '' "$T/ev" list --json && ! grep -q '<page>' "$OUT"
}
claim what_fits_the_screen_and_json_is_not_paged t

t() {
	run_expect 130 pages 10x80 ' ^C' "$T/ev" list && run_expect 0 ev "$T/w" list
}
claim control_c_ends_at_a_page_too t

t() {
	fresh && ev "$T/v" annotate 1-3 --title "$(printf '%0100d' 0)" >/dev/null && cat >"$T/ev" <<-END &&
		#!/bin/sh
		exec "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" "\$@"
	END
	run_expect 0 pages 24x80 '' "$T/ev" list && [ "$(wc -l <"$OUT")" -eq 4 ] && says "f3.txt" && says "…" &&
		! awk 'length($0) > 82' "$OUT" | grep -q . && run_expect 0 ev "$T/v" list && says "$(printf '%0100d' 0)"
}
claim lines_of_list_are_cut_to_the_terminal_and_nowhere_else t

finish
