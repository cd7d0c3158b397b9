# The language of messages: by the user's locale, also where the machine does not have it; and what stays English.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT LC_ALL LANGUAGE LC_MESSAGES LANG
new_vault "$T/v" || exit 1
for n in 1 2 3 4 5; do printf '%s\n' "$n" >"$T/$n.txt"; done

# speaks LOCALE COMMAND…: evault on the vault, in that language.
speaks() {
	local locale=$1
	shift
	LANG=$locale run_expect 0 ev "$T/v" "$@"
}

t() {
	speaks ru_RU.UTF-8 status && says "хранилище " && says "держатель" && says "владелец" &&
		LANG=ru_RU.UTF-8 run_expect 2 "$EVAULT_BIN" -V "$T/nowhere" list && warns "evault: ошибка: " && warns "Нет такого файла" &&
		LANG=ru_RU.UTF-8 run_expect 0 "$EVAULT_BIN" help && says "хранилище для доказательств" && says "сохранить файлы и папки"
}
claim a_russian_locale_that_is_not_installed_speaks_russian t

t() {
	speaks kk_KZ.UTF-8 status && says "қойма " && says "кілт иесі" &&
		LANG=kk_KZ.UTF-8 run_expect 2 "$EVAULT_BIN" -V "$T/v" list && warns "evault: қате: " && warns "evault: кеңес: " &&
		LANG=kk_KZ.UTF-8 run_expect 0 "$EVAULT_BIN" help add && says "қолданылуы: evault add PATH"
}
claim a_kazakh_locale_that_is_not_installed_speaks_kazakh t

# What the library says, and not the command line alone.
t() {
	LANG=ru_RU.UTF-8 run_expect 2 ev "$T/v" get 999 -o "$T/x" && warns "нет материала 999" &&
		printf x >"$T/v/stranger" && LANG=kk_KZ.UTF-8 run_expect 1 ev "$T/v" check && says "қоймаға қатысы жоқ файл" && rm "$T/v/stranger"
}
claim the_library_speaks_the_same_language t

t() {
	speaks ru_RU.UTF-8 add "$T/1.txt" && says "сохранён 1 файл" &&
		speaks ru_RU.UTF-8 add "$T/2.txt" "$T/3.txt" && says "сохранено 2 файла" &&
		printf 'six\n' >"$T/1.txt" && printf 'seven\n' >"$T/2.txt" && printf 'eight\n' >"$T/3.txt" &&
		speaks ru_RU.UTF-8 add "$T"/[1-5].txt && says "сохранено 5 файлов" && speaks kk_KZ.UTF-8 get --all -o "$T/back" && says "8 файл қайтарып берілді"
}
claim numbers_have_their_forms t

t() {
	speaks en_US.UTF-8 status && says "entries" && speaks xx_YY.UTF-8 status && says "entries" && speaks ../../ru status && says "entries" &&
		speaks "" status && says "entries" && speaks C.UTF-8 status && says "entries" && speaks C status && says "entries"
}
claim other_languages_fall_back_to_english t

t() {
	LC_ALL=ru_RU.UTF-8 speaks kk_KZ.UTF-8 status && says "хранилище" && LC_MESSAGES=kk_KZ.UTF-8 speaks ru_RU.UTF-8 status && says "қойма" &&
		LANGUAGE=xx:kk:ru speaks de_DE.UTF-8 status && says "қойма" && LC_ALL=C speaks ru_RU.UTF-8 status && says "entries" &&
		speaks ru status && says "хранилище" && speaks ru_KZ.UTF-8@x status && says "хранилище"
}
claim the_variables_have_their_usual_order t

t() {
	local file
	for file in en ru; do
		[ "$file" = en ] || export LANG=ru_RU.UTF-8
		ev "$T/v" list --json && ev "$T/v" status --json && ev "$T/v" check --json && "$EVAULT_BIN" version --json
	done >"$T/both" 2>"$ERR"
	unset LANG
	[ "$(sed "s/\"unlocked_seconds\": [0-9]*//" "$T/both" | sort | uniq -c | awk '$1 % 2' | wc -l)" -eq 0 ] && ! LC_ALL=C grep -q "$(printf '\320')" "$T/both"
}
claim json_is_the_same_in_all_languages t

# The labels of a column stand under one another, whatever bytes their letters take.
t() {
	local column
	speaks ru_RU.UTF-8 status && column=$(LC_ALL=C.UTF-8 python3 -c '
import sys
rows = [r for r in open(sys.argv[1], encoding="utf-8").read().splitlines() if r.startswith(("имя", "корень", "роль"))]
print(len(rows), *{len(r) - len(r.split(None, 1)[1]) for r in rows})' "$OUT") && [ "$column" = "3 10" ]
}
claim columns_are_straight_in_every_language t

# Words are longer in one language than in another: what follows stands in one column all the same.
t() {
	local language
	"$EVAULT_BIN" keygen -o "$T/hq.key" >"$OUT" 2>"$ERR"
	run_expect 0 ev "$T/v" key add HQ --role reader --to "$(grep -o 'age1[0-9a-z]*' "$T/hq.key")" || return 1
	"$EVAULT_BIN" keygen -o "$T/c.key" >"$OUT" 2>"$ERR"
	run_expect 0 ev "$T/v" key add C --role capture --to "$(grep -o 'age1[0-9a-z]*' "$T/c.key")" || return 1
	for language in en_US ru_RU kk_KZ; do
		speaks $language.UTF-8 key list && cp "$OUT" "$T/keys" && speaks $language.UTF-8 status && cp "$OUT" "$T/status" && speaks $language.UTF-8 show 0 && cp "$OUT" "$T/show" &&
			LC_ALL=C.UTF-8 python3 - "$T/keys" "$T/status" "$T/show" <<'EOF' || return 1
import re, sys
keys, status, show = ([line.rstrip("\n") for line in open(path, encoding="utf-8")] for path in sys.argv[1:])
columns = [{re.search(r"  ([0-9a-f]{16}|- {15})  ", r).start() for r in keys}]
columns += [{re.match(r"\S+( \S+)? +(?=evault/)|.*? +(?=[0-9a-f]{64}$)", r).end() for r in status if re.search(r"evault/|[0-9a-f]{64}$", r)}]
columns[1] |= {len(r) - len(r.split(" ")[-1]) for r in status[-1:]}
columns += [{re.search(r"  +\S", r).end() for r in show}]
if any(len(c) != 1 for c in columns) or len(keys) != 3 or len(show) != 2:
    sys.exit("# columns: %s\n%s" % (columns, "\n".join(keys + status + show)))
EOF
	done
}
claim a_column_is_as_wide_as_its_words t

t() {
	mkdir "$T/many" && (cd "$T/many" && seq 1 1001 | xargs touch) || return 1
	LANG=ru_RU.UTF-8 run_expect 3 on_terminal -a нет "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/many" && says "[д/Н]?" && says "ничего не сохранено" &&
		LANG=kk_KZ.UTF-8 run_expect 3 on_terminal -a жоқ "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/many" && says "[и/Ж]?" &&
		LANG=ru_RU.UTF-8 run_expect 0 on_terminal -a Да "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" add "$T/many"
}
claim yes_and_no_are_understood_in_the_language_of_the_question t

t() {
	mkdir -p "$T/stick" && cp "$EVAULT_BIN" "$T/stick/evault" &&
		LANG=ru_RU.UTF-8 run_expect 0 "$T/stick/evault" help && says "хранилище для доказательств"
}
claim a_copy_on_a_stick_takes_its_language_along t
finish
