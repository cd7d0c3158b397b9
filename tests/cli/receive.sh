# receive: what comes from other vaults, how it is cited, that it is recognised; forks and damage; and
# that what is cut short can be completed.
: "${EVAULT_BIN:=build/evault}" "${BUILD:=build}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
SAY=$(realpath "$BUILD/tests/tools/say") || exit 1
unset EVAULT
cd "$T" || exit 1

for name in hq device; do
	"$EVAULT_BIN" keygen -o $name.key >$name.to 2>/dev/null || exit 1
done
# hq COMMAND…: on the vault of headquarters; field DIR COMMAND…: by the holder of a device.
hq() {
	"$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" "$@"
}
field() {
	local dir=$1
	shift
	"$EVAULT_BIN" -V "$T/$dir" -i "$T/device.key" "$@"
}
# make_vault DIR NAME [OPTION…]
make_vault() {
	local dir=$1 name=$2
	shift 2
	"$EVAULT_BIN" init "$dir" --name "$name" --no-recovery "$@" >"$OUT" 2>"$ERR"
}
capture_vault() {
	"$EVAULT_BIN" init "$1" --name "$2" --capture-only --reader "$(cat hq.to)" --to "$(cat device.to)" >"$OUT" 2>"$ERR"
}
# entries DIR: how many the log has.
entries() {
	sed -n 2p "$1/log/checkpoint"
}
# contents DIR: what is in a folder, and its bytes.
contents() {
	(cd "$1" && find . -print && find . -type f -exec sha256sum {} +) | sort
}
# short DIR: how its items are cited.
short() {
	sed -n 's/^origin evault.\(......\).*/\1/p' "$1/vault"
}

make_vault hq Headquarters --to "$(cat hq.to)" && capture_vault f1 Aigerim && capture_vault f2 Bota &&
	make_vault f3 Daniyar --to "$(cat device.to)" --reader "$(cat hq.to)" || exit 1
word=Zhanybek$$
mkdir one two three
head -c 9000000 /dev/urandom >one/film.mov
cp one/film.mov three/copy.mov
head -c 200000 /dev/urandom >one/same.jpg
cp one/same.jpg two/same.jpg
yes "what $word saw that night" | head -n 2000 >"one/told $word.txt"
printf 'only here\n' >two/only.txt
printf 'a note\n' >three/note.txt
field f1 add --case C1 --field witness="$word" one >f1.added 2>"$ERR" && field f1 annotate 1 --title "Film of $word" >"$OUT" 2>&1 &&
	field f1 retract 3 --reason 'wrong file' >"$OUT" 2>&1 && yes "$word spoke" | head -n 100 | field f1 testify --witness "$word" >"$OUT" 2>&1 || exit 1
field f2 add two >f2.added 2>"$ERR" && field f3 add --tag t three >f3.added 2>"$ERR" && field f3 get 1 -o gone >"$OUT" 2>&1 && field f3 annotate 2 --tag later >"$OUT" 2>&1 || exit 1
A=$(short f1) B=$(short f2) C=$(short f3) H=$(short hq)
cp -a f1 f1.before

# ---- receiving

t() {
	local before
	before=$(entries hq) && run_expect 0 hq receive --dry-run f1 f2 && says "would be received: $A-1" && says 'dry run: nothing was received from f2' && [ "$(entries hq)" = "$before" ]
}
claim dry_run_keeps_nothing t

# Its index is made anew there, however large the other vault is.
t() {
	local made
	run_expect 0 env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -y -e trace=openat -o "$T/trace" "$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" receive --dry-run f1 || return 1
	made=$(grep -c 'O_TMPFILE' "$T/trace")
	[ "$made" -ge 1 ] && [ "$(grep O_TMPFILE "$T/trace" | grep -c "openat([0-9]*<[^>]*/hq>")" = "$made" ]
}
if strace -qq -o "$T/trace" true 2>/dev/null; then
	claim the_index_of_the_other_vault_is_in_no_memory_and_not_there t
else
	skip the_index_of_the_other_vault_is_in_no_memory_and_not_there "nothing can be traced here"
fi

t() {
	contents f1 >f1.was && contents f3 >f3.was && chmod -R a-w f1 && run_expect 0 hq receive f1 f2 f3 && chmod -R u+w f1 &&
		says "f1 ($A): 6 records received, 4 of them items" && says "f2 ($B): 2 records received" && says "f3 ($C): 4 records received" &&
		contents f1 | diff f1.was - && contents f3 | diff f3.was - && run_expect 0 hq check && says 'sound: '
}
claim vaults_are_received_and_nothing_is_written_to_them t

# Each line of add is how to cite it, its hash, its name.
t() {
	local line cited hash
	run_expect 0 hq list --retracted --json && cp "$OUT" listed && run_expect 0 hq list --json && cat listed >>"$OUT" &&
		json_is "sorted(o['citation'] for o in all) == sorted(['$A-1', '$A-2', '$A-3', '$A-9', '$B-1', '$B-2', '$C-1', '$C-2'])" || return 1
	grep -h "^[0-9a-f]\{6\}-" f1.added f2.added f3.added >added && [ "$(wc -l <added)" = 7 ] || return 1
	while read -r cited hash _; do
		run_expect 0 hq get "$cited" -o - && [ "$(sha256sum <"$OUT" | cut -d' ' -f1)" = "$hash" ] || return 1
	done <added
}
claim items_are_cited_as_where_they_were_recorded t

t() {
	[ "$(du -sk hq/packs | cut -f1)" -lt 12000 ] && run_expect 0 hq list --json && json_is "len([o for o in all if o['name'] == 'same.jpg']) == 2 and len([o for o in all if o['name'] in ('film.mov', 'copy.mov')]) == 2" &&
		run_expect 0 hq list --retracted --json && json_is "[o['citation'] for o in all] == ['$A-3']"
}
claim bytes_are_kept_once_and_both_records t

t() {
	run_expect 0 hq show "$A-1" && says "received      from evault/$A" && says ', entry 1, where key ' && says 'here it is number ' && says "Film of $word" && says 'actor         Aigerim' && ! grep -q '^source\|^from-' "$OUT" &&
		run_expect 0 hq show --json "$C-2" && json_is "all[0]['received'][0]['citation'] == '$C-2' and len(all[0]['received'][0]['actor_key']) == 64 and all[0]['received'][0]['actor_key'] != all[0]['actor_key'] and all[0]['latest']['tags'] == ['t', 'later']" &&
		run_expect 0 hq history "$C-1" && says 'received what Daniyar recorded: kept' && says 'received what Daniyar recorded: gave back' && says "from evault/$C"
}
claim show_and_history_say_from_whom t

t() {
	run_expect 0 hq history --json && json_is "[o['action'] for o in all if 'action' in o].count('receive') == 3" && run_expect 0 hq list && ! grep -q 'log.tar' "$OUT" && run_expect 0 hq list --all && says "$A-log.tar" &&
		run_expect 0 hq list --action receive --json && json_is "[o['from'][:13] for o in all] == ['evault/$A', 'evault/$B', 'evault/$C'] and all[0]['tree'].split()[0] == '$(entries f1)'" &&
		hq get "$(sed -n '1s/.*"citation": "\([^"]*\)".*/\1/p' "$OUT")" -o log.tar >/dev/null 2>"$ERR" && tar -tf log.tar >"$OUT" && [ "$(head -n 2 "$OUT" | tr '\n' ' ')" = 'vault log/checkpoint ' ] && tar -xOf log.tar log/checkpoint | cmp - f1/log/checkpoint && tar -xOf log.tar vault | cmp - f1/vault
}
claim the_signed_log_is_kept_and_given_back t

t() {
	run_expect 0 hq search "$word" --json && json_is "{o['citation'] for o in all if 'citation' in o} >= {'$A-1', '$A-9'}" && run_expect 0 hq list --case C1 --json && json_is "len(all) == 2" && run_expect 0 hq annotate "$A-9" --tag heard && says "annotated $A-9" && run_expect 0 hq show "$A-9" && says heard &&
		run_expect 0 hq retract "$B-1" --reason x && run_expect 2 hq show "$A-99" && warns 'was not received from that vault' && run_expect 2 hq show "ffffff-1" && warns "cites another vault, and nothing was received from it; this one is $H"
}
claim what_was_received_is_found_annotated_and_retracted_here t

# ---- again

t() {
	local before
	before=$(entries hq) && run_expect 0 hq receive f1 f2 f3 && says '0 records received' && says '6 here already' && [ "$(entries hq)" = "$before" ]
}
claim received_twice_is_recognised_and_writes_nothing t

t() {
	printf 'more\n' >extra && field f1 add extra >"$OUT" 2>&1 && field f1 annotate 1 --title 'Another title' >"$OUT" 2>&1 && run_expect 0 hq receive f1 --json &&
		json_is "[(o['event'], o['citation'].split('-')[0]) for o in all[:-1]] == [('received', '$A')] * 2 and all[-1]['summary']['received'] == 2 and all[-1]['summary']['already'] == 6 and all[-1]['summary']['log_item'] > 0" &&
		run_expect 0 hq show "$A-1" && says 'Another title' && run_expect 0 hq check && says 'sound: '
}
claim what_came_since_is_received t

t() {
	local before
	before=$(entries hq) && cp -a f1.before forked && printf 'other\n' >other && field forked add other extra >"$OUT" 2>&1 && field forked add one >"$OUT" 2>&1 && field forked annotate 1 --title x >"$OUT" 2>&1 && field forked add two >"$OUT" 2>&1 &&
		run_expect 1 hq receive forked && warns 'is a fork, and its past was rewritten; nothing was received' && warns 'forked: ' && warns "evault/$A" && [ "$(entries hq)" = "$before" ] &&
		run_expect 1 hq receive f1.before && warns 'this is an older copy, or its log was cut back; nothing was received' && [ "$(entries hq)" = "$before" ] && run_expect 0 hq check
}
claim a_fork_and_an_older_copy_are_refused t

t() {
	run_expect 2 hq receive hq && warns 'hq: is this vault itself' && run_expect 2 hq receive && warns 'name what to receive' && run_expect 2 hq receive nowhere && mkdir empty && run_expect 2 hq receive empty && warns 'there is no vault here' && warns "hint: name the other vault's own folder" && ! warns 'evault init' &&
		make_vault closed Nobody --to "$(cat device.to)" && run_expect 2 hq receive closed && warns 'error: closed: the identity given opens no key' && [ ! -s "$OUT" ] && run_expect 2 "$EVAULT_BIN" -V hq -i device.key receive f3 && warns 'error: hq: the identity given opens no key' && run_expect 2 field f1 receive f2 && rm -rf closed
}
claim what_cannot_be_received_says_why t

# Its items are cited by their numbers here: the other ones are taken.
t() {
	local n
	cp -a hq alone && run_expect 0 hq receive alone && says '0 records received' && printf 'alone\n' >alone.txt && run_expect 0 "$EVAULT_BIN" -V alone -i hq.key add alone.txt &&
		run_expect 2 hq receive alone && warns "use it in this one's place" && printf 'here\n' >here.txt && run_expect 0 hq add here.txt && run_expect 1 hq receive alone --dry-run && says 'would be received: entry ' && says ' of alone  alone.txt' && ! says "$(short hq)-" >/dev/null &&
		run_expect 1 hq receive alone && warns 'alone is a copy of this vault that went on alone, after the first' && says '1 record received' && n=$(awk '/alone.txt/ { print $1 }' "$OUT") && run_expect 0 hq show "$n" && says alone.txt &&
		run_expect 1 hq receive alone && says '0 records received' && run_expect 0 hq list && says 'here.txt' && says 'alone.txt' && n=$(awk '/alone.txt/ { print $1 }' "$OUT") &&
		run_expect 0 hq get "$n" -o alone.back && cmp alone.back alone.txt && run_expect 0 hq check && says 'sound: '
}
claim a_copy_that_went_on_alone_is_a_fork_and_is_received t

t() {
	quick_vault locked 'otter velvet cargo' Locked && "$EVAULT_BIN" -V locked --passphrase-file <(echo 'otter velvet cargo') add extra >"$OUT" 2>"$ERR" &&
		on_terminal -a 'otter velvet cargo' "$EVAULT_BIN" -V hq -i hq.key receive locked >"$OUT" 2>&1 && says 'Passphrase of locked' && says '1 record received'
}
claim a_passphrase_is_asked_for_by_the_name_of_the_vault t

# ---- damage

# Two commits, two packs.
t() {
	local pack
	make_vault f4 Erlan --to "$(cat device.to)" --reader "$(cat hq.to)" && printf 'first\n' >first && printf 'second\n' >second && field f4 add first >"$OUT" 2>&1 && pack=$(find f4/packs -name '*.age') && field f4 add second >"$OUT" 2>&1 && field f4 annotate 1 --title x >"$OUT" 2>&1 && field f4 annotate 3 --title y >"$OUT" 2>&1 || return 1
	cp -a f4 f4.good && printf X | dd of="f4/${pack#f4/}" bs=1 seek=2000 conv=notrunc status=none && rm -f f4/index.db &&
		run_expect 1 hq receive f4 && says "$(short f4)-3" && warns "not received: $(short f4)-1" && warns "it is about $(short f4)-1, which could not be received" && says '2 records received' && says '2 not received' && run_expect 0 hq check &&
		run_expect 0 hq receive f4.good && says '2 records received' && says '2 here already' && run_expect 0 hq get "$(short f4)-1" -o - && cmp "$OUT" first && run_expect 0 hq check
}
claim what_is_damaged_there_is_told_and_all_else_received t

t() {
	cp -a f2 f5 && printf X | dd of="$(find f5/log/tile/entries -type f | head -n 1)" bs=1 seek=900 conv=notrunc status=none && run_expect 1 hq receive f5 && warns f5 && ! grep -q received "$OUT"
}
claim a_damaged_log_is_not_received t

t() {
	local pack
	cp -a hq hurt && find hurt/packs -name '*.age' >packs && while read -r pack; do printf X | dd of="$pack" bs=1 seek=3000 conv=notrunc status=none; done <packs
	run_expect 1 "$EVAULT_BIN" -V hurt -i hq.key check && says damage && rm -rf hurt
}
claim damage_of_what_was_received_is_found t

# place_of PATTERN: where it is first in kept.tar.
place_of() {
	grep -abo "$1" kept.tar | sed 1q | cut -d: -f1
}
# keep_log TAR: by who may write here, in a copy of hq, and once more the log that was received first.
keep_log() {
	rm -rf hurt && cp -a hq hurt && "$SAY" hurt hq.key "object=@$1" action=receive time=2026-11-22T09:15:09Z "from=$from" "tree=$tree" \
		name=log.tar "size=$(wc -c <"$1")" "sha256=$(sha256sum <"$1" | cut -c1-64)" >"$OUT"
}
# A byte of the head's signature, of an entry, of the padding.  What was not altered is sound: it is not the keeping.
t() {
	local from tree cited at byte
	hq list --action receive --json >listed 2>"$ERR" && from=$(sed -n '1s/.*"from": "\([^"]*\)".*/\1/p' listed) &&
		tree=$(sed -n '1s/.*"tree": "\([^"]*\)".*/\1/p' listed) && cited=$(sed -n '1s/.*"citation": "\([^"]*\)".*/\1/p' listed) &&
		hq get "$cited" -o - >kept.tar 2>"$ERR" && keep_log kept.tar && run_expect 0 "$EVAULT_BIN" -V hurt -i hq.key check && says 'sound: ' || return 1
	for at in $(($(place_of "— $from") + 90)) $(($(place_of 'record [0-9a-f]') + 20)) $(($(wc -c <kept.tar) - 1)); do
		byte=X && dd if=kept.tar bs=1 skip="$at" count=1 status=none | grep -q X && byte=Y
		cp kept.tar bad.tar && printf $byte | dd of=bad.tar bs=1 seek="$at" conv=notrunc status=none && keep_log bad.tar && run_expect 1 "$EVAULT_BIN" -V hurt -i hq.key check --json &&
			json_is "[o['finding'] for o in all if 'finding' in o] == ['forged'] and 'the log that was kept with it: ' in all[0]['detail']" || return 1
	done
	rm -rf hurt
}
claim a_kept_log_that_was_altered_is_forged t

# ---- through another vault, and back

t() {
	make_vault top Top --to "$(cat hq.to)" && printf 'own\n' >own && hq add own >"$OUT" 2>&1 && own=$(cut -d' ' -f1 "$OUT" | head -n 1) &&
		run_expect 0 "$EVAULT_BIN" -V top -i hq.key receive hq && run_expect 0 "$EVAULT_BIN" -V top -i hq.key check && says 'sound: ' && run_expect 0 "$EVAULT_BIN" -V top -i hq.key show "$A-1" && says "from evault/$H" && says "from evault/$A" && says 'Another title' &&
		run_expect 0 "$EVAULT_BIN" -V top -i hq.key get "$A-1" -o - && cmp "$OUT" one/film.mov && run_expect 0 "$EVAULT_BIN" -V top -i hq.key show "$own" &&
		run_expect 0 "$EVAULT_BIN" -V top -i hq.key receive f1 f2 && says "f1 ($A): 0 records received" && says '8 here already'
}
claim a_vault_that_received_is_received t

t() {
	"$EVAULT_BIN" -V top -i hq.key annotate "$A-1" --title 'From the top' >"$OUT" 2>&1 && run_expect 0 hq receive top && run_expect 0 hq show "$A-1" && says 'From the top' && run_expect 0 hq check && says 'sound: ' &&
		run_expect 0 hq list --json && json_is "len({o['citation'] for o in all}) == len(all)"
}
claim what_comes_back_is_recognised_and_what_was_said_of_it_counts t

# ---- cut short

t() {
	local n
	make_vault hq2 Second --to "$(cat hq.to)" || return 1
	for n in 0.02 0.05 0.1 0.15 0.2 0.3 0.6 1; do
		(timeout -s KILL "$n" "$EVAULT_BIN" -V hq2 -i hq.key receive f1 f2 f3; true) >"$OUT" 2>&1
		run "$EVAULT_BIN" -V hq2 -i hq.key check
		[ "$STATUS" = 0 ] || [ "$STATUS" = 3 ] || { cat "$OUT" "$ERR"; return 1; }
	done
	run_expect 0 "$EVAULT_BIN" -V hq2 -i hq.key receive f1 f2 f3 && run_expect 0 "$EVAULT_BIN" -V hq2 -i hq.key check && run_expect 0 "$EVAULT_BIN" -V hq2 -i hq.key list --all --json &&
		json_is "len([o for o in all if 'received' in o and o['retracted'] == False]) == 13"
}
claim what_was_killed_is_completed_by_running_it_again t

t() {
	! grep -rqF "$word" hq hq2 top f1
}
claim nothing_of_it_is_on_the_disk_in_clear t
finish
