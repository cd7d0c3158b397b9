# A device that can add and not read: what its holder can do; that nothing on it, in its memory or in
# its holder's head opens a pack, tells a name or confirms a file; and that headquarters has it all.
: "${EVAULT_BIN:=build/evault}" "${BUILD:=build}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
. tests/lib/typing.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
LASTLOOK=$(realpath "$BUILD/tests/tools/lastlook") && TRYKEYS=$(realpath "$BUILD/tests/tools/trykeys") || exit 1
unset EVAULT
CANARY=$TOP/tests/lib/canary.py
cd "$T" || exit 1

mkdir home tmp
for name in hq second device owner; do
	"$EVAULT_BIN" keygen -o $name.key >$name.to 2>/dev/null || exit 1
done
printf 'otter velvet cargo mimic bishop lantern\n' >pass
# field COMMAND…: by the holder of the device; hq COMMAND…: on a copy that was brought to headquarters.
field() {
	"$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass" "$@"
}
hq() {
	rm -rf "$T/copy" && cp -a "$T/v" "$T/copy" && "$EVAULT_BIN" -V "$T/copy" -i "$T/hq.key" "$@"
}
# read_key VAULT: the recipient that its packs are sealed to.
read_key() {
	sed -n 's/^read-key //p' "$1/vault"
}

# The canaries are in names, texts, photographs, and in what is said of them.
python3 "$CANARY" make canary || exit 1
word=$(sed -n 2p canary | python3 -c 'print(bytes.fromhex(input()).decode())')
sed -n 1p canary | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(input()))' >raw
mkdir "in" "in/$word"
for i in 1 2 3; do
	{ head -c 300000 /dev/urandom && cat raw && head -c 100000 /dev/urandom; } >"in/$word/photo $word $i.jpg"
done
yes "what $word saw that night" | head -n 3000 >"in/$word.txt"
{ head -c 9000000 /dev/urandom && cat raw; } >in/film.mov
cp in/film.mov "in/the same film.mov"

# ---- making it

t() {
	run_expect 0 "$EVAULT_BIN" init made --capture-only --reader "$(cat hq.to)" --to "$(cat device.to)" --name Field && says 'made the vault' &&
		warns 'only one key opens what is kept here' && warns 'add something, bring a copy of made to headquarters' && warns 'the key of this vault can add and not read' &&
		run_expect 0 "$EVAULT_BIN" init made2 --capture-only --reader "$(cat hq.to)" --reader "$(cat second.to)" --to "$(cat device.to)" && ! grep -q 'only one key' "$ERR" &&
		[ "$(ls made/keys | tr '\n' ' ')" = "1.age 2.age read.0.age write.0.age " ]
}
claim init_advises_a_trial_and_warns_of_a_single_reader t

t() {
	run_expect 2 "$EVAULT_BIN" init none --capture-only --to "$(cat device.to)" && warns '--reader age1' &&
		run_expect 2 "$EVAULT_BIN" init none --capture-only --reader "$(cat hq.to)" --to "$(cat device.to)" --paper p.html && warns 'whoever has that paper can read' && [ ! -e none ]
}
claim init_refuses_what_would_let_nobody_or_the_device_read t

quick_vault v "$(cat pass)" "$word" "$(cat hq.to)" capture || exit 1

# ---- adding

t() {
	run_expect 0 field add --case "$word" --field witness="$word" in && says '6 files kept' && says 'was in the vault before and not written again' && [ ! -e v/index.db ] && [ ! -e v/index.db.new ]
}
claim photographs_are_kept_and_a_large_file_once t

t() {
	yes "told by $word" | head -n 500 >told && field testify --witness "$word" --language kk <told >"$OUT" 2>"$ERR" && says "statement of $word" &&
		run_expect 0 field annotate 1 --title "title $word" && says annotated && run_expect 0 field retract 2 --reason "reason $word" && says retracted
}
claim statements_and_corrections_are_kept t

t() {
	run_expect 2 field annotate 0 --title x && warns 'an entry of the log and no item' && run_expect 2 field retract 4 --reason x 99 && run_expect 2 field annotate abcdef --title x && warns 'named by its number or citation'
}
claim corrections_are_of_numbered_items_alone t

t() {
	run_expect 0 field status && says 'role      capture' && says 'which this key can add to and not read' && ! grep -q '^items' "$OUT" &&
		run_expect 0 field status --json && says '"role": "capture"' && ! grep -q '"items"' "$OUT"
}
claim status_counts_from_the_log t

t() {
	local command
	for command in "list" "show 1" "search word" "get 1 -o $T/got" "get --all -o -" "history" "history 1"; do
		# shellcheck disable=SC2086 # several words
		run_expect 2 field $command && warns 'this key can add and not read: that protects what is kept when the device is taken; open the vault at headquarters' && [ ! -s "$OUT" ] || return 1
	done
	[ ! -e got ]
}
claim what_reads_says_in_one_line_why_not t

t() {
	run_expect 3 field check && says 'not checked: what is inside the packs, because this key can add and not read' && says 'sound: all that was checked' &&
		run_expect 0 field check --sealed && says 'sound: ' && run_expect 0 field check --quick && run_expect 3 field check --json && says '"adds_only": true' && run_expect 2 field check --adopt && warns 'add and not read'
}
claim check_does_what_it_can_and_says_what_it_could_not t

t() {
	local short
	run_expect 0 field checkpoint --short && [ "$(wc -l <"$OUT")" = 1 ] && [ "$(wc -c <"$OUT")" -le 101 ] && short=$(cat "$OUT") && printf 'x\n' >later && run_expect 0 field add later &&
		run_expect 0 field check --sealed --against "$short" && says 'checked: the log against the checkpoint' && run_expect 0 field check --sealed --quick --against "$(tr 'A-Z-' 'a-z ' <<<"$short")" &&
		run_expect 2 field check --sealed --against "${short%?}-" && warns 'group 11 of the short checkpoint is mistyped' &&
		printf '%s\n' "$short" >short.txt && run_expect 2 field check --sealed --against short.tx && warns 'short.tx' &&
		cp -a v forked && rm -r forked/log && cp -a made/log forked/log && run_expect 1 "$EVAULT_BIN" -V forked check --sealed --quick --against "$short" && run_expect 1 "$EVAULT_BIN" -V made check --sealed --quick --against "$short" && says 'of a vault whose name begins with'
}
claim short_checkpoint_is_given_away_and_typed_in_again t

# ---- a statement that is cut short is kept as it was sealed

begin_field() {
	put "clear; '$EVAULT_BIN' -V v --passphrase-file pass testify $*; echo ended with \$?" && press Enter
}
page=(--case K --title T --interviewer I --interpreter N --language kk --consent none --place P)
t() {
	terminal 80 24 && begin_field "${page[@]}" --witness "$word" && see 'Ctrl-D finish' && put "half of what $word said" && seal && kill -KILL "$(pid)" && see 'ended with 137' && put reset && press Enter && sleep 1 &&
		[ "$(find v/drafts -type f | wc -l)" = 1 ] && run_expect 0 field status && says '1 unfinished statement' &&
		on_terminal -a n "$EVAULT_BIN" -V v --passphrase-file pass testify --resume >"$OUT" 2>&1
	says 'was sealed and cannot be opened here; keep it as it is' && says 'nothing was kept yet' && [ -e v/drafts ] || return 1
	on_terminal -a y "$EVAULT_BIN" -V v --passphrase-file pass testify --resume >"$OUT" 2>&1 && says kept && [ ! -e v/drafts ] &&
		on_terminal "$EVAULT_BIN" -V v --passphrase-file pass testify --resume >"$OUT" 2>&1
	says 'there is no unfinished statement' && hq list >"$T/listed" && hq search "half of what" >"$OUT" 2>"$ERR" && says "half of what $word said"
}
claim a_statement_that_was_cut_short_is_kept_without_being_opened t

t() {
	terminal 80 24 && begin_field "${page[@]}" --witness "$word" && see 'Ctrl-D finish' && put "all that $word said" && finish_page && see 'kept ' 'ended with 0' && [ ! -e v/drafts ] && hq search '"all that"' >"$OUT" 2>"$ERR" && says "all that $word said"
}
claim a_typed_statement_is_kept t
stop_tmux

# ---- headquarters

t() {
	run_expect 0 hq check && says 'sound: ' && says 'of 12 items' && hq get 1-6 -o "$T/all" >"$OUT" 2>"$ERR" || return 1
	diff -r "in/$word" "all/in/$word" && cmp in/film.mov "all/in/the same film.mov" && run_expect 0 hq show 1 && says "title $word" && run_expect 0 hq show 2 && says "reason $word" 
}
claim headquarters_opens_a_copy_and_has_every_item t

t() {
	sed -n '/^#!\/bin\/bash$/,/^rm -r /p' v/README.txt >recover.sh && bash recover.sh v hq.key recovered >"$OUT" 2>"$ERR" && cmp in/film.mov recovered/in/film.mov && cmp "in/$word.txt" "recovered/in/$word.txt" && [ "$(find recovered -type f | wc -l)" = 10 ]
}
claim the_script_in_readme_txt_reads_it_with_the_key_of_headquarters t

t() {
	run_expect 0 hq key add 'Another owner' --role owner --to "$(cat second.to)" && run_expect 0 "$EVAULT_BIN" -V copy -i second.key list && run_expect 0 "$EVAULT_BIN" -V copy -i hq.key key remove "$word" --yes && run_expect 2 "$EVAULT_BIN" -V copy --passphrase-file pass add told
}
claim headquarters_owns_it_and_can_remove_the_device t

# ---- nothing on the device opens a pack

# What its holder can be made to give: the passphrase, and all that it opens.
give_up() {
	local vault=$1 n=$2
	"$TRYKEYS" try "$vault" "$(read_key "$vault")" "${@:3}" >"$T/tried"
	[ $? = 1 ] && [ "$(grep -c opens "$T/tried")" = "$n" ] || { cat "$T/tried"; false; }
}
t() {
	age -d -i hq.key v/keys/read.0.age >identity && "$TRYKEYS" plant v identity planted && run_expect 1 "$TRYKEYS" try v "$(read_key v)" planted || return 1
	local kind packs
	packs=$(find v/packs -name '*.age' | wc -l)
	for kind in 'its file key' 'the key of its payload' 'the key that wraps its key' 'what two keys agree upon' 'a secret key'; do
		[ "$(grep -c "/packs/.* opens as $kind" "$OUT")" = "$packs" ] || { echo "# $kind: not all found"; return 1; }
	done
	give_up v 2 hq.key && grep -q 'keys/1.age opens' tried && grep -q 'keys/read.0.age opens' tried
}
claim the_tool_finds_keys_of_every_kind_that_open_a_pack t

t() {
	"$EVAULT_BIN" init opened --capture-only --reader "$(cat hq.to)" --to "$(cat device.to)" >"$OUT" 2>&1 && "$EVAULT_BIN" -V opened -i device.key add in >"$OUT" 2>&1 || return 1
	age -d -i device.key opened/keys/2.age >slot && age -d -i slot opened/keys/write.0.age >log_key && ! age -d -i slot opened/keys/read.0.age >/dev/null 2>&1 && ! age -d -i device.key opened/keys/1.age >/dev/null 2>&1 || return 1
	give_up opened 1 device.key && grep -q 'keys/2.age opens' tried && give_up opened 1 slot && grep -q 'keys/write.0.age opens' tried && run_expect 0 "$TRYKEYS" try opened "$(read_key opened)" log_key
}
claim all_that_the_holder_has_opens_only_what_adds t

# ---- nor is there anything in memory when a command has ended

can_look() {
	"$LASTLOOK" look.self /bin/true 2>/dev/null && [ -s look.self ]
}
# A picture of evault's memory at its end; look.N for each.
looks=0
last_look() {
	looks=$((looks + 1))
	"$LASTLOOK" look.$looks "$EVAULT_RELEASE" -V "$T/v" --passphrase-file "$T/pass" "$@" >"$OUT" 2>"$ERR"
}
t() {
	"$LASTLOOK" look.python "$(command -v python3)" -c 'import sys, os; kept = open(sys.argv[1], "rb").read() + open("raw", "rb").read(); os._exit(0)' planted && run_expect 1 python3 "$CANARY" find canary look.python && run_expect 1 "$TRYKEYS" try v "$(read_key v)" look.python && says 'its file key'
}
u() {
	local n
	last_look add --case "$word" --field witness="$word" --title "$word" in && says "$word" && last_look testify --witness "$word" <told && last_look annotate 1 --title "$word" && last_look retract 1 --reason "$word" && last_look status && last_look checkpoint --short && last_look check --sealed || return 1
	last_look list
	last_look check
	"$LASTLOOK" look.init "$EVAULT_RELEASE" init made3 --capture-only --name "$word" --reader "$(cat hq.to)" --to "$(cat device.to)" >"$OUT" 2>"$ERR" || return 1
	[ $looks = 9 ] && run_expect 0 python3 "$CANARY" find canary look.[0-9]* look.init
}
keyless() {
	for n in $(seq $looks); do
		run_expect 0 "$TRYKEYS" try v "$(read_key v)" "look.$n" || return 1
	done
	run_expect 0 "$TRYKEYS" try made3 "$(read_key made3)" look.init
}
if can_look; then
	claim a_picture_of_memory_shows_what_is_in_it t
	claim no_name_text_or_witness_is_left_in_memory_when_a_command_ends u
	claim no_key_that_opens_anything_is_left_in_memory keyless
else
	skip no_key_that_opens_anything_is_left_in_memory 'the memory of another process cannot be read here'
fi

# ---- nor in the folder

t() {
	run_expect 0 python3 "$CANARY" find canary v home tmp && ! grep -rqF "$word" v
}
claim no_name_text_or_witness_is_in_the_folder t

# ---- and nothing confirms a file

# shape VAULT: kinds, rights, sizes and times of all files, without names that are hashes.
shape() {
	(cd "$1" && find . -type f -printf '%M %s %T@ %p\n' -o -type d -printf '%M %p\n' | sed -E 's,packs/[0-9a-f]{2}(/[0-9a-f]{64})?,packs/…,' | sort)
}
t() {
	mkdir a b && head -c 399360 /dev/urandom >a/IMG_0412.jpg && head -c 398400 /dev/urandom >b/other.jpg && touch -d '2020-05-05 10:00:00' a/IMG_0412.jpg || return 1
	cp -a made with && cp -a made without && "$EVAULT_BIN" -V with -i device.key add a/IMG_0412.jpg >"$OUT" 2>&1 && "$EVAULT_BIN" -V without -i device.key add b/other.jpg >"$OUT" 2>&1 || return 1
	shape with >shape.with && shape without >shape.without && diff shape.with shape.without && ! find with -name "*$(sha256sum a/IMG_0412.jpg | cut -c1-16)*" | grep . &&
		! grep -rlF "$(sha256sum a/IMG_0412.jpg | cut -c1-64)" with
}
claim a_vault_with_a_suspected_file_looks_like_one_with_another_of_its_size t

t() {
	local vault
	for vault in with without; do
		run "$EVAULT_BIN" -V $vault -i device.key add a/IMG_0412.jpg && [ "$STATUS" = 0 ] && says '1 file kept (390 KiB)' && sed 's/^[0-9a-f]*-[0-9]* //' "$OUT" >"said.$vault" && run "$EVAULT_BIN" -V $vault -i device.key add --dry-run a/IMG_0412.jpg && cat "$OUT" >>"said.$vault" || return 1
	done
	cmp said.with said.without && shape with >shape.with && shape without >shape.without && diff shape.with shape.without
}
claim adding_it_again_tells_no_more t

t() {
	run_expect 0 "$EVAULT_BIN" -V with -i device.key add --remember a/IMG_0412.jpg && warns 'can then find out whether a file of theirs is in it' && [ -s with/index.db ] && run_expect 0 "$EVAULT_BIN" -V with -i device.key add --remember a/IMG_0412.jpg && says 'already kept as' &&
		run_expect 0 "$EVAULT_BIN" -V with -i device.key add b/other.jpg && [ ! -e with/index.db ] && run_expect 0 "$EVAULT_BIN" -V with -i device.key add a/IMG_0412.jpg && says '1 file kept' && run_expect 0 "$EVAULT_BIN" -V with -i hq.key check
}
claim remembering_is_asked_for_with_a_warning_and_ends t

# ---- a vault that could be read becomes one

by() {
	local name=$1
	shift
	"$EVAULT_BIN" -V "$T/r" -i "$T/$name.key" "$@"
}
t() {
	run_expect 0 "$EVAULT_BIN" init r --to "$(cat owner.to)" --name Laptop && run_expect 0 by owner add told && run_expect 0 by owner key add HQ --role owner --to "$(cat hq.to)" && run_expect 0 by owner key add Field --role capture --to "$(cat device.to)" &&
		run_expect 0 by hq key remove Laptop --yes && run_expect 0 by device add later && run_expect 2 by device list && warns 'add and not read' && run_expect 2 by owner list && run_expect 2 by owner add told &&
		run_expect 0 by hq check && says 'sound: ' && run_expect 0 by hq list && says told && says later
}
claim a_vault_that_can_be_read_becomes_one_that_only_adds t

t() {
	local read_key
	age -d -i hq.key r/keys/2.age >hq.slot && read_key=$(age -d -i hq.slot r/keys/read.1.age | grep AGE-SECRET | age-keygen -y) && age -d -i device.key r/keys/3.age >field.slot &&
		"$TRYKEYS" try r "$read_key" device.key field.slot owner.key >tried
	[ "$(grep -c opens tried)" = 3 ] && grep -q 'keys/3.age opens' tried && [ "$(grep -c 'keys/write.[01].age opens' tried)" = 2 ] || { cat tried; false; }
}
claim what_was_added_since_opens_for_headquarters_alone t

finish
