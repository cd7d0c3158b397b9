# receive, of bundles: what comes in, how it is cited and shown when its name was withheld; the receipt;
# however the bundle was packed; what is cut short, and what was tampered with.
: "${EVAULT_BIN:=build/evault}" "${EVAULT_RELEASE:=build/evault}" "${BUILD:=build/asan}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
TOOL=$(realpath "$BUILD/tests/tools/bundle") || exit 1
unset EVAULT
cd "$T" || exit 1
mounted=()
unmount() {
	local m
	for m in "${mounted[@]}"; do umount "$m"; done
}
trap unmount EXIT

# ---- two vaults that know each other, and what the first has

keygen() {
	"$EVAULT_BIN" keygen -o "$1" 2>/dev/null | grep -o 'age1[0-9a-z]*'
}
make_vault() {
	"$EVAULT_BIN" init "$1" --to "$(keygen "$1.key")" --name "$2" --no-recovery >"$OUT" 2>"$ERR" && ev "$1" card --name "$2" -o "$1.card" >"$OUT" 2>"$ERR"
}
a() {
	ev a "$@"
}
b() {
	ev b "$@"
}
entries() {
	sed -n 2p "$1/log/checkpoint"
}
contents() {
	(cd "$1" && find . ! -name 'index.db*' -print && find . -type f ! -name 'index.db*' -exec sha256sum {} +) | sort
}
# fresh: `b` as it was before anything came.
fresh() {
	rm -rf b receipt ./*.receipt && cp -a b.fresh b
}
# taken N [ARGUMENT…]: the bundle comes in, with N records, and the vault is sound.
taken() {
	local n=$1
	shift
	rm -f receipt
	run_expect 0 b receive "$@" --receipt receipt && says "received: $n record" && says 'verified: ' && run_expect 0 b check && says 'sound: '
}

word=Zhanybek$$
make_vault a Aigul && make_vault b Bota && a contact add b.card --audience court --yes >"$OUT" 2>&1 && b contact add a.card --audience partner --yes >"$OUT" 2>&1 || exit 1
cp -a b b.fresh
A=$(sed -n 's/^origin evault.\(......\).*/\1/p' a/vault) B=$(sed -n 's/^origin evault.\(......\).*/\1/p' b/vault)
mkdir src
head -c 3000000 /dev/urandom >src/film.mov
yes "what $word saw" | head -n 500 >"src/told $word.txt"
printf 'third\n' >"src/$(printf 'n%.0s' {1..255})"
a add --case "C-$word" --field witness="$word" --field consent=court,partner src >added 2>"$ERR" && yes "$word spoke" | head -n 50 | a testify --witness "$word" --field consent=court,partner >"$OUT" 2>"$ERR" || exit 1
S=$(sed -n 's/.*'"$A"'-\([0-9]*\).*/\1/p' "$OUT" | head -n 1)
# number WORDS: of the item that was added with these in its name.
number() {
	sed -n "s/^$A-\([0-9]*\)  .*$1.*/\1/p" added
}
film=$(number film.mov) told=$(number 'told ') long=$(number nnn)
a annotate "$film" --title "The film of $word" >"$OUT" 2>&1 && a annotate "$told" --title 'Wrong' >"$OUT" 2>&1 && a retract "$S" --reason 'asked to' >"$OUT" 2>&1 || exit 1
# share NAME [OPTION…]: all items, to Bota.
share() {
	local name=$1
	shift
	rm -rf "$name" && run_expect 0 a share "$film" "$told" "$long" "$S" "$@" -o "$name"
}
share bundle --to Bota && share withheld --to Bota --withhold name --withhold witness --withhold case --withhold folder || exit 1

# ---- what comes in

t() {
	fresh && contents b >was && mkdir -p elsewhere && run_expect 0 b receive --dry-run bundle && says "would be received: $A-$film  film.mov" && says "would be received: $A-$told" && says '(annotate)' && says '(retract)' &&
		says 'dry run: nothing was received' && ! grep -q 'not received' "$ERR" && contents b | diff was - && [ ! -e bundle.receipt ]
}
claim dry_run_tells_all_and_writes_nothing t

t() {
	taken 7 bundle && run_expect 0 b list && says film.mov && says "$A-$told" && run_expect 0 b list --retracted && says "$A-$S" && run_expect 0 b get "$A-$film" -o - && cmp "$OUT" src/film.mov &&
		run_expect 0 b search "$word" --json && json_is "{o['citation'] for o in all if 'citation' in o} >= {'$A-$film', '$A-$told'}" && run_expect 0 b show "$A-$film" && says "received      from evault/$A" && says "The film of $word" && says "witness       $word" && clean &&
		run_expect 0 b history "$A-$film" && says 'received what Aigul recorded' && run_expect 0 b annotate "$A-$film" --tag seen && run_expect 0 b retract "$A-$long" --reason 'not ours' && run_expect 0 b check && says 'sound: '
}
claim a_bundle_is_received_cited_found_and_annotated t

t() {
	fresh && run_expect 0 b receive bundle --json --receipt receipt &&
		json_is "[o['event'] for o in all if 'event' in o] == ['received'] * 7 and all[-2]['summary']['received'] == 7 and all[-2]['summary']['items'] == 4 and all[-1]['verdict'] == 'verified' and all[-1]['signer_name'] == 'Aigul'" &&
		run_expect 0 b receive bundle --json && json_is "all[-2]['summary']['received'] == 0 and all[-2]['summary']['already'] == 7 and 'log_item' not in all[-2]['summary']"
}
claim json_says_the_same t

t() {
	fresh && taken 7 withheld && run_expect 0 b list && clean && ! grep -q film.mov "$OUT" && says "$A-$film" && run_expect 0 b list --json && json_is "all and not [o for o in all if 'name' in o or 'witness' in o]" &&
		run_expect 0 b show "$A-$film" && clean && says 'The film of' && run_expect 0 b history "$A-$film" && clean && run_expect 0 b get "$A-$film" -o out && run_expect 0 b get "$A-$told" -o folder/ && [ "$(find folder -type f | wc -l)" = 1 ] && cmp out src/film.mov &&
		run_expect 0 b annotate "$A-$film" --field witness=Somebody && run_expect 0 b show "$A-$film" && says Somebody && run_expect 0 b search Somebody && says "$A-$film"
}
claim a_withheld_name_is_no_obstacle t

t() {
	share later --to Bota && rm -f receipt && run_expect 0 b receive later --receipt receipt && says '0 records' && says '7 here already' && says 'goes on from what this vault received of it before' && run_expect 0 b check && run_expect 0 b list --json && json_is "not [o for o in all if 'name' in o]"
}
claim what_a_second_bundle_discloses_does_not_replace_the_first_record t

t() {
	fresh && run_expect 0 b receive bundle --receipt receipt && [ "$(sed -n 1,4p receipt)" = "$(printf 'evault/receipt/v1\n%s\nof evault/%s\ntagmanifest ' "$(sed -n 2p b/vault)" "$(sed -n 's/^origin evault.//p' a/vault)")$(b verify bundle --json | tail -n 1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["tagmanifest"])')" ] &&
		[ "$(grep -c '^result ' receipt)" -ge 1 ] && ! grep '^result ' receipt | grep -qv verified && [ "$(grep -c '^— evault/actor/' receipt)" = 1 ] && run_expect 0 a contact add b.card --name Bota --yes && run_expect 0 a receipt receipt
}
claim the_receipt_says_what_was_found_and_the_sender_takes_it t

# ---- however it was packed

t() {
	run_expect 0 a share "$film" "$told" "$long" "$S" --to Bota --plain-folder plain --not-encrypted || return 1
	fresh && taken 7 plain && fresh && (cd plain && find . -type f | sort -r) >reversed && tar -C plain --no-recursion --format=gnu -cf other.tar -T reversed && taken 7 other.tar || return 1
	share volumes --to Bota --volumes 1000000 && fresh && taken 7 volumes.001 && printf 'orbit velvet kayak mustard thimble quartz lagoon\n' >strong && share secret --to passphrase --new-passphrase-file strong && fresh && taken 7 secret --passphrase-file strong &&
		run_expect 2 b receive secret --passphrase-file <(echo wrong) && run_expect 2 b receive - <bundle && warns 'save it to a file'
}
claim folders_tars_in_any_order_volumes_and_passphrases_are_received t

t() {
	local before
	fresh && before=$(entries b) && make_vault c Third && a contact add c.card --audience court --yes >"$OUT" 2>&1 && run_expect 2 ev c receive bundle && run_expect 2 b receive b.card && run_expect 2 b receive /dev/null && run_expect 2 b receive nowhere &&
		run_expect 2 "$EVAULT_BIN" -V b -i a.key receive bundle && run_expect 2 b receive bundle --signer nothing && [ "$(entries b)" = "$before" ]
	share stranger --to "$(sed -n 's/^recipient //p' c.card)" && run_expect 3 ev c receive stranger && says 'intact, signer unknown' && says 'received: 7 records' && run_expect 0 ev c check
}
claim what_is_not_for_this_vault_is_refused_and_an_unknown_signer_said t

# ---- receipts that cannot be written

t() {
	fresh && echo mine >there && run_expect 2 b receive bundle --receipt there && warns 'what came is kept' && [ "$(cat there)" = mine ] && run_expect 0 b list && says film.mov && run_expect 0 b check &&
		run_expect 2 b receive bundle --receipt no/such/folder && warns 'what came is kept' && run_expect 0 b receive bundle && [ -f bundle.receipt ] && cp bundle.receipt first && run_expect 0 b receive bundle && warns 'left alone' && cmp first bundle.receipt
}
claim a_receipt_that_cannot_be_written_is_told_and_overwrites_nothing t

t() {
	mkdir -p small && mount -t tmpfs -o size=8k none small 2>/dev/null || return 77
	mounted+=("$T/small")
	head -c 100000 /dev/zero >small/full 2>/dev/null
	fresh && run_expect 2 b receive bundle --receipt small/receipt && warns 'what came is kept' && [ ! -s small/receipt ] && run_expect 0 b check && says 'sound: '
}
claim_where_possible receipt_on_a_full_disk 'no tmpfs can be mounted here' t

# ---- cut short

t() {
	mkdir -p disk && mount -t tmpfs -o size=3m none disk 2>/dev/null || return 77
	mounted+=("$T/disk")
	cp -a b.fresh disk/b && cp b.key disk/b.key && run_expect 2 ev disk/b receive bundle --receipt full && [ ! -e full ] && run ev disk/b check && { [ "$STATUS" = 0 ] || [ "$STATUS" = 3 ]; } && mount -o remount,size=20m disk && run_expect 0 ev disk/b receive bundle --receipt full && run_expect 0 ev disk/b check && says 'sound: '
}
claim_where_possible a_full_disk_is_told_and_completed_later 'no tmpfs can be mounted here' t

t() {
	local n
	fresh && for n in 0.02 0.05 0.1 0.15 0.2 0.3 0.5 0.8; do
		(timeout -s KILL "$n" "$EVAULT_BIN" -V b -i b.key receive bundle --receipt receipt; true) >"$OUT" 2>&1
		run b check
		[ "$STATUS" = 0 ] || [ "$STATUS" = 3 ] || { cat "$OUT" "$ERR"; return 1; }
	done
	rm -f receipt
	run_expect 0 b receive bundle --receipt receipt && run_expect 0 b check && run_expect 0 b list --retracted --json && cp "$OUT" retracted && run_expect 0 b list --json && cat retracted >>"$OUT" && json_is "len(all) == 4"
}
claim what_was_killed_is_completed_by_running_it_again t

t() {
	fresh && chmod -R a-w b && run as_nobody "$EVAULT_BIN" -V b -i b.key receive bundle
	[ "$STATUS" = 2 ] && chmod -R u+w b && contents b.fresh >was && contents b | diff was - >/dev/null
}
claim a_vault_that_cannot_be_written_to_is_left_as_it_was t

# ---- nothing in clear

t() {
	fresh && run_expect 0 b receive bundle && ! grep -rqF "$word" a b && ! grep -qF "$word" bundle bundle.receipt && ! find b -name '*.tmp*' | grep -q .
}
claim nothing_of_it_is_on_the_disk_in_clear t

# ---- what its sender should not have put in

t() {
	local to
	to=$(sed -n 's/^recipient //p' b.card)
	"$TOOL" make odd A "$to" hash-in-a-title && "$TOOL" sign odd A "$to" odd.parts && tar -C odd -cf odd.tar . && fresh && run_expect 1 b receive odd.tar --signer odd.parts/card && warns 'its file did not come with it' && run_expect 0 b check && says 'sound: ' && run_expect 0 b list --all
}
claim a_correction_that_names_a_file_is_not_received_without_it t

# ---- the table of tampering

cd "$TOP" || exit 2
python3 tests/interop/bundle_receive.py "$EVAULT_BIN" "$TOOL" "$T/table" 9 || FAILED=1
python3 tests/interop/bundle_receive.py "$EVAULT_RELEASE" "$TOOL" "$T/whole" 3 | sed -E 's/^((not )?ok) /\1 released_/' || FAILED=1
[ "${PIPESTATUS[0]}" = 0 ] || FAILED=1
finish
