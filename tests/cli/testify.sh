# Statements typed on a terminal and taken from a pipe; drafts, whatever cuts the typing short.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT
CANARY=$TOP/tests/lib/canary.py

# All that evault could write to by itself: each is looked through while somebody types.
mkdir "$T/home" "$T/tmp"
python3 "$CANARY" make "$T/canary" || exit 1
word=$(sed -n 2p "$T/canary" | python3 -c 'print(bytes.fromhex(input()).decode())')

. tests/lib/typing.sh

# unseen: nothing of what is typed is in clear in the vault, nor in what evault could write to.
unseen() {
	python3 "$CANARY" find "$T/canary" "$T/v" "$T/home" "$T/tmp" >"$T/seen" || { cat "$T/seen"; false; }
}
# newest: the number of the newest item that keeps something.
newest() {
	ev "$T/v" list --json 2>/dev/null | tail -1 | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["item"])'
}
# holds FILE: the newest item is this text.
holds() {
	ev "$T/v" get "$(newest)" -o - >"$T/got" 2>"$ERR" && cmp "$T/got" "$1"
}
# items N: there are so many, no draft, and the vault is sound.
items() {
	[ ! -e "$T/v/drafts" ] || { echo "# drafts are left"; ls "$T/v/drafts"; return 1; }
	keeps "$1" "$T/v"
}

new_vault "$T/v" || exit 1
cd "$T" || exit 1

# ---- from a pipe

t() {
	printf 'Мен сол күні үйде болдым.' >"$T/first"
	run_expect 0 ev "$T/v" testify --witness 'Гүлдария Қ.' --case Aktobe-3 --consent court,partner --field mood=calm <"$T/first" &&
		grep -qE '^kept [0-9a-f]{6}-1  statement of Гүлдария Қ\.$' "$OUT" && holds "$T/first" &&
		run_expect 0 ev "$T/v" show 1 --json && json_is "all[0]['action'] == 'testify' and all[0]['witness'] == 'Гүлдария Қ.' and all[0]['case'] == 'Aktobe-3' and all[0]['consent'] == 'court,partner' and all[0]['media_type'].startswith('text/plain')"
}
claim a_statement_is_taken_from_a_pipe t

t() {
	run_expect 0 ev "$T/v" testify --json --witness 'Гүлдария Қ.' --case Aktobe-3 --consent court,partner --field mood=calm <"$T/first" &&
		json_is "all[0]['event'] == 'already' and all[0]['item'] == 1" && items 1
}
claim the_same_from_the_same_pipe_again_is_kept_once t

t() {
	printf 'other words' | run_expect 0 ev "$T/v" testify --json --witness 'гулдария к' && json_is "len(all[0]['heard_before']) == 1" &&
		warns 'was heard before: ' && warns 'differing statements can discredit both' && items 2
}
claim a_witness_who_was_heard_before_is_pointed_out_in_a_pipe_too t

t() {
	run_expect 2 ev "$T/v" testify </dev/null && warns 'there is nothing in the statement' && run_expect 2 ev "$T/v" testify --consent all <"$T/first" && warns 'consent is one or more' &&
		run_expect 2 ev "$T/v" testify a <"$T/first" && run_expect 2 ev "$T/v" testify --resume <"$T/first" && run_expect 2 ev "$T/v" testify --passphrase-file - <"$T/first" && items 2
}
claim an_empty_statement_and_wrong_words_are_refused t

t() {
	yes 'a line of testimony, again and again' | head -c 10000000 >"$T/long" && run_expect 0 ev "$T/v" testify --title long <"$T/long" && holds "$T/long" && items 3
}
claim ten_megabytes_from_a_pipe_are_kept_whole t

t() {
	local writer reader status=0
	mkfifo "$T/fifo" || return 1
	{ head -c 100000 "$T/long"; exec sleep 60; } >"$T/fifo" 2>/dev/null &
	writer=$!
	"$EVAULT_BIN" -V "$T/v" -i "$T/v.key" testify <"$T/fifo" >"$OUT" 2>"$ERR" &
	reader=$!
	sleep 1
	kill -TERM $reader && wait $reader || status=$?
	kill $writer
	wait $writer
	[ $status = 3 ] && warns 'nothing of it is kept' && items 3
}
claim of_a_pipe_that_is_interrupted_nothing_is_kept t 2>/dev/null

# ---- on a terminal

t() {
	terminal 80 24 && begin v --language Kazakh && see 'Which case' && put K-9 && press Enter && see 'Who speaks' && put 'Әлімнұр' && press Enter && see 'Who asks' && press Enter &&
		see 'interprets' && press Enter && see 'may it be given' && put everybody && press Enter && see 'consent is one or more' && press C-a && press BSpace BSpace BSpace BSpace BSpace BSpace BSpace BSpace BSpace &&
		put court && press Enter && see 'Where is it given' && put Aktobe && press Enter && see 'Ctrl-D finish' 'draft sealed' || return 1
	put 'Алғашқы сөйлем. 我在新疆。' && press Enter && put 'Second line.' && see 'Second line.' && finish_page && see 'ended with 0' 'statement of Әлімнұр' || return 1
	printf 'Алғашқы сөйлем. 我在新疆。\nSecond line.' >"$T/want" && holds "$T/want" && items 4 &&
		run_expect 0 ev "$T/v" show "$(newest)" --json && json_is "all[0]['case'] == 'K-9' and all[0]['witness'] == 'Әлімнұр' and all[0]['language'] == 'Kazakh' and all[0]['consent'] == 'court' and all[0]['place'] == 'Aktobe' and 'interviewer' not in all[0] and all[0]['media_type'] == 'text/plain; charset=utf-8'"
}
claim questions_are_asked_first_and_what_was_given_is_not_asked t

t() {
	! tm capture-pane -p -S - -t s | grep -qE 'Алғашқы|Second line|Aktobe' && put 'stty -a | md5sum; cat -v' && press Enter && put 'typed again' && press Enter C-d && see 'typed again'
}
claim nothing_of_it_stays_in_the_scrollback_and_the_terminal_is_as_before t

t() {
	begin v --case K --witness "'АЛІМНУР'" --interviewer I --interpreter N --language kk --consent none --place P && see 'was heard before' 'discredit both' 'Enter: go on' && press C-c && see 'ended with 3' 'nothing was kept' && items 4
}
claim a_witness_who_was_heard_before_is_pointed_out_before_the_statement_begins t

t() {
	begin_page v && press C-d && put x && sleep 0.3 && press BSpace && press C-d && sleep 0.3 && ! pane | grep -q 'again: yes' && press C-c && see 'Leave?' && press Enter && see 'ended with 3' 'nothing was kept' && items 4
}
claim an_empty_page_cannot_be_finished_and_leaves_nothing t

t() {
	begin_page v && put 'thrown away' && seal && press C-c && see 'Leave?' && put 'but no ' && see 'but no' && press C-c && see 'Leave?' && press C-x && see 'ended with 3' && items 4
}
claim a_draft_can_be_thrown_away t

# Two who go on with one would keep it twice, differently.
t() {
	local id
	begin_page v Twofold && put 'one hand' && seal && put ' only' && seal && id=$(basename v/drafts/*.age) && id=${id%%.*} || return 1
	run_expect 2 python3 "$TOP/tests/lib/pen.py" "$EVAULT_BIN" -V v -i v.key testify --resume && says "the statement $id is being typed now" && says 'leave it there first' &&
		run_expect 2 python3 "$TOP/tests/lib/pen.py" "$EVAULT_BIN" -V v -i v.key testify --resume "$id" && says 'is being typed now' || return 1
	cp "v/drafts/$(ls v/drafts)" "v/drafts/0123456789abcdef.000001.$(ls v/drafts | cut -d. -f3).tar.zst.age"
	cp "v/drafts/$(ls v/drafts | head -1)" "v/drafts/0123456789abcdee.000001.$(ls v/drafts | head -1 | cut -d. -f3).tar.zst.age"
	run_expect 3 python3 "$TOP/tests/lib/pen.py" "$EVAULT_BIN" -V v -i v.key testify --resume && [ "$(grep -c 'Twofold' "$OUT")" = 3 ] && [ "$(grep -c 'being typed now' "$OUT")" = 1 ] &&
		grep -q "^$id .*Twofold  (being typed now)" "$OUT" && rm v/drafts/0123* && kill -KILL "$(pid)" && see 'ended with 137' && put reset && press Enter && sleep 1 &&
		begin v --resume && see 'one hand only' && press C-c && see 'Leave?' && press C-x && see 'ended with 3' && items 4
}
claim a_draft_that_is_being_typed_is_listed_and_not_taken_up_elsewhere t

# ---- cut short

# cut_short SIGNAL SAID: types, is ended by the signal, is taken up again.
cut_short() {
	local signal=$1 before
	before=$(newest)
	terminal 80 24 && begin_page v && put "one $word two" && see "$word two" && unseen || return 1
	[ "$signal" != KILL ] || seal || return 1
	unseen && kill -"$signal" "$(pid)" || return 1
	for _ in $(seq 100); do
		[ -n "$(pid)" ] || break
		sleep 0.1
	done
	# HUP ends the shell as well: the terminal is gone.
	unseen && [ "$(find v/drafts -type f | wc -l)" = 1 ] && run_expect 0 ev "$T/v" check && says 'evault testify --resume' && grep -q '^sound: ' "$OUT" &&
		run_expect 0 ev "$T/v" status && says '1 unfinished statement' && [ "$(newest)" = "$before" ] || return 1
	terminal 80 24 && begin v --resume && see "$word two" && put ' and three' && see 'three' && finish_page && see 'ended with 0' && unseen &&
		printf 'one %s two and three' "$word" >"$T/want" && holds "$T/want" && [ ! -e v/drafts ]
}
claim after_sigkill_what_was_sealed_is_taken_up_and_becomes_one_item cut_short KILL
claim after_sighup_what_was_typed_is_taken_up_and_becomes_one_item cut_short HUP
claim after_sigterm_what_was_typed_is_taken_up_and_becomes_one_item cut_short TERM
t() { items 7; }
claim each_became_one_item_and_the_vault_is_sound t

# The terminal itself goes.
t() {
	terminal 80 24 && begin_page v && put 'before the window was closed' && see closed && tm kill-server && sleep 1 && [ "$(find v/drafts -type f | wc -l)" = 1 ] &&
		terminal 80 24 && begin v --resume && see 'window was closed' && finish_page && see 'ended with 0' && items 8
}
claim what_was_typed_survives_the_terminal t

t() {
	local draft
	begin_page v && put "$word" && draft=$(cat v/drafts/*.age | sha256sum) || return 1
	for _ in $(seq 34); do
		sleep 1
		[ "$(cat v/drafts/*.age | sha256sum)" = "$draft" ] || break
	done
	kill -KILL "$(pid)" && unseen && see 'ended with 137' && put reset && press Enter && sleep 1 && begin v --resume && see "$word" && press C-c && see 'Leave?' && press Enter && see 'the draft is sealed' 'ended with 3'
}
claim every_30_seconds_a_draft_is_sealed_without_being_asked t

t() {
	local id
	begin_page v 'Somebody' && put 'a second one' && press C-c && see 'Leave?' && press Enter && see 'ended with 3' && begin v --resume && see 'Somebody' '12 characters' "${#word} characters" 'ended with 3' || return 1
	id=$(pane | grep Somebody | grep -oE '^[0-9a-f]{16}') && begin v --resume "$id" && see 'a second one' && finish_page && see 'statement of Somebody' || return 1
	begin v --resume && see "$word" && press C-c && see 'Leave?' && press C-x && see 'ended with 3' && items 9 && begin v --resume && see 'there is no unfinished statement' && begin v --resume 0123456789abcdef && see 'no unfinished statement 0123456789abcdef' 'ended with 2'
}
claim of_several_drafts_one_is_named t

t() {
	begin_page v && put 'stopped' && press C-z && see Stopped && ! pane | grep -q '^stopped' && put 'fg' && press Enter && see 'stopped' 'Ctrl-D finish' && kill -STOP "$(pid)" && sleep 0.5 && put 'fg' && press Enter && sleep 0.5 && put ' and went on' && see 'went on' && finish_page && see 'kept ' && sleep 0.5 && items 10
}
claim it_can_be_stopped_and_goes_on t

# A crash; the sanitizers' own handler would not let the terminal go.
t() {
	[ -x "${EVAULT_RELEASE:-}" ] || return 77
	terminal 80 24 && put "stty -a >before; clear; '$EVAULT_RELEASE' -V v -i v.key testify --case K --witness W --interviewer I --interpreter N --language kk --consent none --place P; stty -a >after; echo ended with \$?" && press Enter && see Ctrl-C && put crash && see crash &&
		kill -SEGV "$(pid)" && see 'ended with' && cmp before after && rm -r v/drafts
}
claim_where_possible after_a_crash_the_terminal_is_as_before 'no release build' t

# ---- long lines, pastes, sizes

t() {
	python3 -c 'print("слово " * 1000, end="")' >"$T/want" && terminal 80 24 && begin_page v || return 1
	tm load-buffer -b p "$T/want" && tm paste-buffer -d -r -b p -t s && see 'слово' && sleep 1 && finish_page && see 'ended with 0' && holds "$T/want"
}
claim a_line_of_11_000_bytes_can_be_typed t

t() {
	python3 -c 'print("".join(chr(0x430 + i % 32) if i % 9 else " " for i in range(51200)), end="")' >"$T/want" && begin_page v && paste "$T/want" && sleep 1 && finish_page && see 'ended with 0' && holds "$T/want"
}
claim a_line_of_100_kb_can_be_pasted t

t() {
	python3 -c 'import random; random.seed(5); print("\n".join(" ".join(random.choice(["сөз", "слово", "word", "新疆", "سۆز"]) for _ in range(random.randrange(60))) for _ in range(9500)), end="")' >"$T/want"
	[ "$(stat -c %s "$T/want")" -gt 2000000 ] && begin_page v && paste "$T/want" && sleep 3 && press C-Home && sleep 1 && press C-End && finish_page && see 'ended with 0' && holds "$T/want"
}
claim two_megabytes_can_be_pasted t

t() {
	printf 'a\033[31mred\033]0;title\007\r\nb\001' >"$T/evil" && begin_page v && paste "$T/evil" && see 'a\x1B[31mred\x1B]0;title\x07' 'b\x01' && finish_page && see 'ended with 0' && printf 'a\033[31mred\033]0;title\007\nb\001' >"$T/want" && holds "$T/want"
}
claim controls_that_are_pasted_are_kept_and_shown_by_name t

t() {
	terminal 20 5 && put "clear" && press Enter && begin v --language kk && see 'Which case' && press Enter Enter Enter Enter Enter Enter && see '^D finish' && put 'Күз келді де бәрі өзгерді, мен қалада едім' && see 'қалада' 'едім' && [ "$(pane | wc -l)" = 5 ] && [ "$(pane | tail -1 | sed 's/ *$//')" = '^D finish  ^C leave' ] || return 1
	tm resize-window -t s -x 60 -y 12 && see 'Күз келді де бәрі өзгерді, мен қалада едім' && tm resize-window -t s -x 20 -y 5 && sleep 0.5 && see 'қалада' 'едім' && press Home Up && put '|' && press C-d && see 'Keep it?' && press C-d && see 'ended with 0' && items 15
}
claim on_20_columns_and_5_rows_and_when_resized_it_can_be_used t

t() {
	terminal 60 12 && begin_page v && put "café" && press Left Left && put 'X' && see 'caXfé' && press End && put ' 新疆' && press Left && put '-' && see '新-疆' && press Home Delete && see 'aXfé 新-疆' && put 'ئۇيغۇر ' && press BSpace BSpace && finish_page && see 'ended with 0' && printf 'ئۇيغۇaXfé 新-疆' >"$T/want" && holds "$T/want"
}
claim the_cursor_passes_whole_characters t

# ---- a disk that is full

t() {
	mkdir "$T/small" && mount -t tmpfs -o size=1m none "$T/small" 2>/dev/null || return 77
	cp v.key small.key && mkdir small.files && new_vault "$T/small/v" && mv small/v.key small.key || return 1
	terminal 80 24 && put "clear; '$EVAULT_BIN' -V small/v -i small.key testify --case K --witness W --interviewer I --interpreter N --language kk --consent none --place P; echo ended with \$?" && press Enter && see Ctrl-C && put 'the disk is full' || return 1
	head -c 2000000 /dev/zero >small/fill 2>/dev/null
	press C-s && see 'could not be sealed' && press C-d && see 'again: yes' && press C-d && see 'could not be kept' 'as this page is open' && rm small/fill && press Enter && see 'the disk is full' && finish_page && see 'ended with 0' &&
		"$EVAULT_BIN" -V small/v -i small.key get 1 -o - 2>"$ERR" | grep -qx 'the disk is full'
}
claim_where_possible on_a_full_disk_nothing_typed_is_lost 'mounts need root' t

t() { unseen && run_expect 0 ev "$T/v" check && grep -q '^sound: ' "$OUT"; }
claim in_the_end_the_vault_is_sound_and_shows_nothing t

finish
