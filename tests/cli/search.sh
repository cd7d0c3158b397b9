# Search over a corpus of texts in Russian, Kazakh, Uyghur, English and Chinese, in the forms that files have:
# each query of a table finds exactly what it should.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

python3 tests/lib/corpus.py "$T/corpus" "$T/table" || exit 1
new_vault "$T/v" || exit 1
kept() {
	run_expect 0 ev "$T/v" "$@" || exit 1
}
kept add --case Казахстан "$T/corpus/ru"
kept add --field 'Источник=Архив, Уральск' "$T/corpus/kk"
kept add --case 'Уйгурское дело' "$T/corpus/ug"
kept add --tag перевод "$T/corpus/en"
kept add "$T/corpus/zh"
kept add --field 'witness=Сәуле Ахмет' --field 'Колхоз=Красная Заря' "$T/corpus/extra/one.txt"
kept add "$T/corpus/extra/two.txt" "$T/corpus/extra/three.txt" "$T/corpus/extra/new-year.txt"
item_of() {
	ev "$T/v" list --json | python3 -c 'import json, sys
print(*[o["item"] for o in map(json.loads, sys.stdin) if o["name"] == sys.argv[1]])' "$1"
}
two=$(item_of two.txt)
three=$(item_of three.txt)
kept annotate "$two" --field place=Қарағаш --title Черновик
kept annotate "$two" --field place=Астана
kept retract "$three" --reason 'Попало по ошибке'

python3 tests/cli/search_table.py "$EVAULT_BIN" "$T/v" "$T/v.key" "$T/table" || FAILED=1

# ---- what is shown

t() {
	run_expect 0 ev "$T/v" search сауле ахмет && says 'one.txt' && says '    witness: Сәуле Ахмет' && clean &&
		run_expect 0 ev "$T/v" search name:ru-00 елка && says '    name: ru-00.txt' &&
		says '    text: В ту ночь пришли трое и забрали со стола одну вещь: ёлка.' && [ "$(wc -l <"$OUT")" -eq 3 ] && clean
}
claim a_hit_is_the_line_of_the_list_and_the_places t

t() { run_expect 0 ev "$T/v" search карагаш && says two.txt && says "${two%%-*}" && grep -qE '^    [0-9a-f]{6}-[0-9]+ place: Қарағаш$' "$OUT" && [ "$(wc -l <"$OUT")" -eq 2 ]; }
claim what_an_annotation_says_shows_the_item_once_and_who_says_it t

t() {
	run_expect 0 ev "$T/v" search взято && silent && warns 'nothing found' && warns '1 retracted item is left out' &&
		run_expect 0 ev "$T/v" search --retracted взято && says three.txt && says 'text: Это будет взято назад.' &&
		run_expect 0 ev "$T/v" search --retracted ошибке && says 'reason: Попало по ошибке' &&
		run_expect 0 ev "$T/v" search --retracted --json елка && silent
}
claim what_was_retracted_is_left_out_and_found_when_asked_for t

t() {
	run_expect 0 ev "$T/v" search --case Казахстан --json алматы && json_is "len(all) == 9 and {o['name'][:2] for o in all} == {'ru'}" &&
		run_expect 0 ev "$T/v" search --tag перевод --json statement && json_is "{o['name'][:2] for o in all} == {'en'}" &&
		run_expect 0 ev "$T/v" search --until 2001 алматы && silent && run_expect 0 ev "$T/v" search --since 2001 алматы && says kk- &&
		run_expect 0 ev "$T/v" search --action get алматы && silent
}
claim filters_are_those_of_list t

t() {
	run_expect 0 ev "$T/v" search --limit 2 --json алматы && json_is "len(all) == 2" && warns 'there are more; only the first 2 are shown' &&
		run_expect 0 ev "$T/v" search --limit 18 --json алматы && json_is "len(all) == 18" && ! grep -q more "$ERR"
}
claim a_limit_is_kept_and_said t

t() {
	run_expect 2 ev "$T/v" search && warns 'say what to look for' && run_expect 2 ev "$T/v" search '...' && warns 'there is no word in it' &&
		run_expect 2 ev "$T/v" search --limit 0 x && warns 'takes a number' && run_expect 2 ev "$T/v" search --since yesterday x && warns 'takes a time'
}
claim mistakes_are_told t

t() {
	run_expect 0 ev "$T/v" search 'новый год' && says 'text: В 10:30 наступил новый год, 2018.' &&
		run_expect 0 ev "$T/v" search "$(printf 'a%.0s' {1..256})" && says new-year.txt && clean && [ "$(wc -c <"$OUT")" -lt 700 ] &&
		run_expect 0 ev "$T/v" search "$(printf 'b%.0s' {1..300})" && silent
}
claim a_line_of_100_KB_is_shown_in_part t

t() {
	printf 'evil \xe2\x80\xae turned \xff\tmarker\n' >"$T/evil$(printf '\033')[31m.txt" &&
		run_expect 0 ev "$T/v" add "$T/evil$(printf '\033')[31m.txt" && run_expect 0 ev "$T/v" search marker && says 'evil\x1B[31m.txt' && says '\u{202E} turned' && clean &&
		run_expect 0 ev "$T/v" search --json marker && clean && json_is "all[0]['found'][0]['line'][slice(*all[0]['found'][0]['ranges'][0])] == 'marker'"
}
claim what_is_shown_is_escaped t

t() {
	run_expect 0 on_terminal env TERM=xterm "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" search 边疆日报 && grep -qF "$(printf '\033[1m边疆日报\033[22m')" "$OUT" &&
		run_expect 0 ev "$T/v" search 边疆日报 && ! grep -q "$(printf '\033')" "$OUT"
}
claim on_a_terminal_what_was_found_is_bold t

# ---- the index is no truth

t() {
	local before
	run_expect 0 ev "$T/v" search --json 2018 && before=$(sha256sum <"$OUT") && rm "$T/v/index.db" &&
		run_expect 0 ev "$T/v" search --json 2018 && [ "$(sha256sum <"$OUT")" = "$before" ] &&
		printf 'x' | dd of="$T/v/index.db" bs=1 seek=20000 conv=notrunc 2>/dev/null &&
		run_expect 0 ev "$T/v" search --json 2018 && [ "$(sha256sum <"$OUT")" = "$before" ]
}
claim search_is_the_same_with_an_index_made_anew t

t() {
	local word
	for word in Гүлдария гулдария турсун 新疆 疆 Christmas мадина; do
		! grep -rqF -e "$word" "$T/v" || return 1
	done
}
claim no_word_is_in_the_folder_in_clear t

t() {
	cp -a "$T/v" "$T/hole" && cp "$T/v.key" "$T/hole.key" && rm "$T/hole/index.db" && find "$T/hole/packs" -type f | head -n 1 | xargs rm &&
		run_expect 1 ev "$T/hole" search --json 2018 && warns 'not searched' && warns 'hint: to see what is wrong: evault check'
}
claim what_could_not_be_read_is_said t
finish
