# Receipts for bundles: whose they must be, what they say, and that nothing else is recorded.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
RECEIPT=$(realpath "${BUILD:-build/asan}/tests/tools/receipt") || exit 1
unset EVAULT

keygen() {
	"$EVAULT_BIN" keygen -o "$1" 2>/dev/null | grep -o 'age1[0-9a-z]*'
}
# vault NAME HOLDER: in $T/NAME, with the key $T/NAME.key and the card $T/NAME.card.
vault() {
	"$EVAULT_BIN" init "$T/$1" --to "$(keygen "$T/$1.key")" --name "$2" --no-recovery >"$OUT" 2>"$ERR" &&
		ev "$T/$1" card -o "$T/$1.card" >"$OUT" 2>"$ERR"
}
hq() {
	"$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" "$@"
}
entries() {
	sed -n 2p "$T/hq/log/checkpoint"
}
# unchanged COMMAND…: and the log of $T/hq is as long as before; grown: it has one record more, and its pack.
unchanged() {
	local before
	before=$(entries)
	"$@" && [ "$(entries)" = "$before" ]
}
grown() {
	local before
	before=$(entries)
	"$@" && [ "$(entries)" = $((before + 2)) ]
}
# member NAME [FILE]: of the last JSON object of the last output, or of a file.
member() {
	tail -n 1 "${2:-$OUT}" | python3 -c 'import json, sys; o = json.load(sys.stdin); print(o.get("summary", o)[sys.argv[1]])' "$1"
}
origin() {
	sed -n 's/^origin //p' "$T/$1.card"
}
# share NAME ITEM… [--to WHOM]: the bundle $T/NAME.age; its tag manifest in $T/NAME.tm, its entry in $T/NAME.at.
share() {
	local name=$1
	shift
	run_expect 0 hq share "$@" -o "$T/$name.age" --json && member tagmanifest >"$T/$name.tm" && member entry >"$T/$name.at"
}
# receipt NAME VAULT BUNDLE RESULT…: $T/NAME, by the holder of that vault.
receipt() {
	local name=$1 by=$2 bundle=$3
	shift 3
	"$RECEIPT" "$T/$by" "$T/$by.key" "$(origin hq)" "$(cat "$T/$bundle.tm")" 1795000000 "$@" >"$T/$name"
}

vault hq HQ && vault court Сот && vault friend Friend && vault stranger Stranger || exit 1
for v in court friend; do
	run_expect 0 hq contact add "$T/$v.card" --yes && run_expect 0 ev "$T/$v" contact add "$T/hq.card" --yes || exit 1
done
mkdir "$T/src"
for n in a b c d; do echo "text $n" >"$T/src/$n"; done
run_expect 0 hq add "$T/src" --json || exit 1
read -r A B C D <<<"$(hq list --json | python3 -c 'import json, sys; print(*[json.loads(line)["item"] for line in sys.stdin])')"
run_expect 0 hq annotate "$B" --title T --json || exit 1
N=$(member item)
short=$(origin hq | cut -c8-13)
share one "$A" "$B" "$D" --to Сот || exit 1

# ---- the addressee

t() {
	run_expect 0 hq status && says "1 bundle without a receipt:" && says "$short-$(cat "$T/one.at")  " && says "  Сот" &&
		run_expect 0 hq status --json && json_is "[(o['item'], o['contact']) for o in all[0]['without_receipt']] == [($(cat "$T/one.at"), 'Сот')]" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/hq" status && ! grep -q receipt "$OUT"
}
claim status_lists_a_bundle_without_a_receipt_to_who_can_read t

t() {
	receipt good court one "$A=verified" "$B=verified" "$D=verified" "$N=verified" && grown run_expect 0 hq receipt "$T/good" && says "receipt for the bundle $short-$(cat "$T/one.at"), shared with Сот at " &&
		says "in the vault $(origin court)" && says "all 4 items came to them verified" && says "good: signed by Сот, whom the bundle was for" && says "recorded as $short-" &&
		run_expect 0 hq status && ! grep -q "without a receipt" "$OUT" && run_expect 0 hq status --json && json_is "all[0]['without_receipt'] == []"
}
claim a_receipt_of_who_the_bundle_was_for_is_good_and_recorded t

t() {
	run_expect 0 hq history "$A" && says "took the receipt of Сот for the bundle $(cat "$T/one.at"): 4 verified" && run_expect 0 hq history "$(cat "$T/one.at")" --json &&
		json_is "all[-1]['action'] == 'receipt' and all[-1]['other'] == {'receipt': open('$T/good').read(), 'result': '4 verified', 'tagmanifest': '$(cat "$T/one.tm")', 'contact': 'Сот'}" &&
		run_expect 0 hq check && run_expect 0 hq list && [ "$(wc -l <"$OUT")" = 4 ]
}
claim the_record_has_the_whole_receipt_and_is_about_the_share t

t() {
	unchanged run_expect 0 hq receipt "$T/good" && says "recorded already, as $short-" && unchanged run_expect 0 hq receipt - --json <"$T/good" && json_is "all[0]['already'] and all[0]['verdict'] == 'good' and all[0]['verified'] == 4"
}
claim the_same_receipt_again_is_nothing_new_also_from_a_pipe t

t() {
	receipt worse court one "$A=verified" "$B=damaged" "$D=missing" "$N=damaged" && grown run_expect 3 hq receipt "$T/worse" && says "$short-$B  damaged when it came to them" && says "$short-$N  damaged when" && says "$short-$D  missing when it came to them" &&
		says "1 of 4 items came to them verified" && says "good: signed by Сот" && warns "share these items with them again" &&
		run_expect 3 hq receipt "$T/worse" --json && json_is "[(o['item'], o['result']) for o in all[:-1]] == sorted([($B, 'damaged'), ($D, 'missing'), ($N, 'damaged')]) and (all[-1]['damaged'], all[-1]['missing'], all[-1]['no_result']) == (2, 1, 0)" &&
		run_expect 0 hq history "$A" && says ": 1 verified, 2 damaged, 1 missing"
}
claim another_receipt_for_the_bundle_is_recorded_too_and_what_is_amiss_is_named t

t() {
	receipt less court one "$A=verified" "$D=damaged" && grown run_expect 3 hq receipt "$T/less" && says "$short-$B  was in the bundle, and the receipt says nothing of it" && says "$short-$N  was in the bundle" && says "1 of 4 items" &&
		receipt more court one "$A=verified" "$B=verified" "$C=damaged" "$D=verified" "$N=verified" 400000=verified && grown run_expect 3 hq receipt "$T/more" && says "$short-$C  was not in the bundle" && says "$short-400000  was not in the bundle" &&
		says "all 4 items" && run_expect 0 hq history "$A" && says "4 verified, 2 not shared" && says "1 verified, 1 damaged, 2 without a result"
}
claim results_that_do_not_cover_the_bundle_or_are_of_others_are_told t

# What is said after it was shared is not of the bundle.
t() {
	local later
	run_expect 0 hq annotate "$B" --title Later --json && later=$(member item) && receipt later court one "$A=verified" "$B=verified" "$D=verified" "$N=verified" "$later=verified" &&
		grown run_expect 3 hq receipt "$T/later" && says "$short-$later  was not in the bundle"
}
claim an_annotation_of_later_is_not_of_the_bundle t

# ---- others

t() {
	receipt other friend one "$A=verified" "$B=verified" "$D=verified" "$N=verified" && share two "$C" --to Сот && receipt two.other friend two "$C=verified" && grown run_expect 3 hq receipt "$T/two.other" &&
		says "signed by somebody else: by Friend, and the bundle was for Сот" && run_expect 0 hq status && says "1 bundle without a receipt:" &&
		run_expect 3 hq receipt "$T/two.other" --json && json_is "all[-1]['verdict'] == 'signed by somebody else' and all[-1]['contact'] == 'Friend' and all[-1]['to_contact'] == 'Сот' and all[-1]['already']"
}
claim the_receipt_of_another_contact_is_recorded_as_theirs_and_answers_nothing t

t() {
	receipt unknown stranger two "$C=verified" && unchanged run_expect 3 hq receipt "$T/unknown" && says "signer unknown: " && says "it was not recorded" && warns "evault contact add" && ! grep -q 'came to them' "$OUT" &&
		unchanged run_expect 3 hq receipt "$T/unknown" --json && json_is "all[0]['verdict'] == 'signer unknown' and 'entry' not in all[0] and 'verified' not in all[0]" &&
		run_expect 0 hq contact add "$T/stranger.card" --yes && grown run_expect 3 hq receipt "$T/unknown" && says "by Stranger, and the bundle was for Сот"
}
claim a_signer_whom_nobody_knows_proves_nothing_until_their_card_is_added t

t() {
	local to
	to=$(sed -n 's/^recipient //p' "$T/friend.card") && share bare "$C" --to "$to" && receipt bare friend bare "$C=verified" && grown run_expect 0 hq receipt "$T/bare" && says "good: signed by Friend" && receipt bare.other court bare "$C=verified" &&
		grown run_expect 3 hq receipt "$T/bare.other" && says "and the bundle was for $to" && printf 'otter velvet cargo sunny maple drift\n' >"$T/pass" && run_expect 0 hq share "$C" --to passphrase -o "$T/pass.age" --new-passphrase-file "$T/pass" &&
		run_expect 0 hq status && says "1 bundle without a receipt:"
}
claim a_bundle_for_a_recipient_alone_is_answered_by_whose_card_has_it_and_is_not_waited_for t

# ---- altered

# altered STATUS TEXT: $T/bad is judged so, and nothing is recorded.
altered() {
	unchanged run_expect "$1" hq receipt "$T/bad" && { grep -qF -e "$2" "$OUT" || warns "$2"; } && clean
}
t() {
	receipt two court two "$C=damaged" && sed 's/damaged/verified/' "$T/two" >"$T/bad" && altered 1 "damaged: it is not what Сот signed" && unchanged run_expect 1 hq receipt "$T/bad" --json && json_is "all[0]['verdict'] == 'damaged' and 'verified' not in all[0]" &&
		sed 's/^time .*/time 2026-01-01T00:00:00Z/' "$T/two" >"$T/bad" && altered 1 "damaged: " &&
		sed "s/^tagmanifest .*/tagmanifest $(cat "$T/one.tm")/" "$T/two" >"$T/bad" && altered 1 "damaged: " &&
		python3 - "$T/two" "$T/bad" <<-'END' && altered 1 "damaged: "
			import base64, sys
			text = open(sys.argv[1]).read()
			head, _, last = text.rstrip("\n").rpartition(" ")
			raw = bytearray(base64.b64decode(last))
			raw[40] ^= 1
			open(sys.argv[2], "w").write(head + " " + base64.b64encode(raw).decode() + "\n")
		END
		python3 - "$T/two" "$T/bad" <<-'END' && altered 1 "damaged: "
			import base64, sys
			text = open(sys.argv[1]).read()
			head, _, last = text.rstrip("\n").rpartition(" ")
			raw = bytearray(base64.b64decode(last))
			raw[0] ^= 1
			open(sys.argv[2], "w").write(head + " " + base64.b64encode(raw).decode() + "\n")
		END
}
claim what_was_changed_in_it_or_in_its_signature_is_damage_and_is_not_recorded t

t() {
	receipt less court one "$A=verified" "$B=verified" "$D=damaged" && sed '/damaged/d' "$T/less" >"$T/bad" && altered 1 "damaged: " &&
		sed "s,^origin .*,origin $(origin stranger)," "$T/two" >"$T/bad" && altered 3 "signer unknown" &&
		sed "s,^— evault/actor/[0-9a-f]*,— evault/actor/$(printf 0%.0s {1..64})," "$T/two" >"$T/bad" && altered 3 "signer unknown" &&
		{ sed '/^— /d' "$T/two" && grep '^— ' "$T/two.other"; } >"$T/bad" && altered 3 "signer unknown"
}
claim a_result_left_out_and_the_signature_of_somebody_else_do_not_hold t

t() {
	"$RECEIPT" "$T/court" "$T/court.key" "$(origin friend)" "$(cat "$T/two.tm")" 1795000000 "$C=verified" >"$T/bad" && altered 2 "for a bundle of the vault $(origin friend), and not of this one" &&
		sed "s,^of .*,of $(origin court)," "$T/two" >"$T/bad" && altered 2 "and not of this one" && warns "with -V DIR" &&
		"$RECEIPT" "$T/court" "$T/court.key" "$(origin hq)" "$(printf a%.0s {1..64})" 1795000000 "$C=verified" >"$T/bad" && altered 2 "this vault has made no such bundle" &&
		sed "s/^tagmanifest .*/tagmanifest $(printf b%.0s {1..64})/" "$T/two" >"$T/bad" && altered 2 "no such bundle"
}
claim a_receipt_for_another_vault_or_for_no_bundle_is_refused t

t() {
	local n size
	size=$(wc -c <"$T/two") || return 1
	for n in 0 1 20 200 $((size - 60)) $((size - 1)); do
		head -c "$n" "$T/two" >"$T/bad" && altered 2 "not a receipt of evault" || return 1
	done
	sed 's/$/\r/' "$T/two" >"$T/bad" && altered 2 "not a receipt" && { cat "$T/two" && echo; } >"$T/bad" && altered 2 "not a receipt" && { cat "$T/two" && tail -n 1 "$T/two"; } >"$T/bad" && altered 2 "not a receipt" &&
		cp "$T/hq.card" "$T/bad" && altered 2 "not a receipt" && cp "$T/hq/log/checkpoint" "$T/bad" && altered 2 "not a receipt" && cp "$T/two.age" "$T/bad" && altered 2 "not a receipt" && sed 's/damaged/fine/' "$T/two" >"$T/bad" && altered 2 "not a receipt" &&
		sed 's/receipt.v1/receipt\/v9/' "$T/two" >"$T/bad" && altered 2 "another version" && warns "get that version" &&
		sed 's/^time .*/time \x1b[2J/' "$T/two" >"$T/bad" && altered 2 "not a receipt" && head -c 65536 /dev/zero >"$T/bad" && altered 2 "too long" &&
		unchanged run_expect 2 eval 'head -c 100000000 /dev/zero | hq receipt -' && warns "too long" && unchanged run_expect 2 hq receipt "$T/none" && unchanged run_expect 2 hq receipt "$T"
}
claim what_is_no_receipt_is_refused_in_bounded_memory t

t() {
	unchanged run_expect 2 hq receipt && unchanged run_expect 2 hq receipt "$T/two" "$T/good" && unchanged run_expect 2 eval 'hq receipt - --passphrase-file - <"$T/two"' && warns "cannot both come from standard input" &&
		run_expect 0 "$EVAULT_BIN" help receipt && says "usage: evault receipt" && run_expect 2 ev "$T/court" receipt "$T/two" && warns "and not of this one"
}
claim mistakes_are_told_and_change_nothing t

# ---- whose word counts

# A device that may only add writes a share that nobody made, and a receipt that nobody sent.
t() {
	run_expect 0 hq key add Device --role capture --to "$(keygen "$T/device.key")" && run_expect 0 hq key add Guest --role reader --to "$(keygen "$T/guest.key")" &&
		unchanged run_expect 2 "$EVAULT_BIN" -V "$T/hq" -i "$T/device.key" receipt "$T/two" && warns "can add and not read" && unchanged run_expect 2 "$EVAULT_BIN" -V "$T/hq" -i "$T/guest.key" receipt "$T/two" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/hq" -i "$T/guest.key" status && says "1 bundle without a receipt:"
}
claim who_only_adds_or_only_reads_takes_no_receipt t

t() {
	local i
	run_expect 0 hq receipt "$T/good" && for i in {1..11}; do share "many$i" "$C" --to Friend || return 1; done
	run_expect 0 hq status && says "12 bundles without a receipt:" && [ "$(grep -c '  Friend$' "$OUT")" = 10 ] && says "  and 2 older ones" && says "$short-$(cat "$T/many11.at")  " && ! grep -q "$short-$(cat "$T/many1.at")  " "$OUT" &&
		run_expect 0 hq status --json && json_is "len(all[0]['without_receipt']) == 12 and all[0]['without_receipt'][-1]['item'] == $(cat "$T/many11.at")" &&
		receipt many3 friend many3 "$C=verified" && run_expect 0 hq receipt "$T/many3" && run_expect 0 hq status && says "11 bundles" && says "  and 1 older one"
}
claim status_shows_the_latest_ten t

# Headquarters' own records count, and not those that came with another vault.
t() {
	vault far Far && run_expect 0 ev "$T/far" contact add "$T/court.card" --yes && printf x >"$T/x" && run_expect 0 ev "$T/far" add "$T/x" --json && run_expect 0 ev "$T/far" share "$(ev "$T/far" list --json | member item /dev/stdin)" --to Сот -o "$T/far.age" --json &&
		member tagmanifest >"$T/far.tm" && run_expect 0 ev "$T/far" status && says "1 bundle without" && run_expect 0 "$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" -i "$T/far.key" receive "$T/far" && run_expect 0 hq status && says "11 bundles" &&
		receipt bad court far 3=verified && altered 2 "no such bundle"
}
claim what_was_shared_by_a_vault_that_was_received_is_not_waited_for t

# Records that cannot be read.
t() {
	local pack
	cp -a "$T/hq" "$T/damaged" || return 1
	for pack in "$T/damaged"/packs/*/*.age; do rm "$pack"; done
	run_expect 1 "$EVAULT_BIN" -V "$T/damaged" -i "$T/hq.key" --index "$T" receipt "$T/two" && warns "of the records that can be read" && warns "evault check"
}
claim a_bundle_whose_record_is_lost_is_not_said_to_be_none t

t() {
	run_expect 0 hq check && run_expect 0 hq history && clean && ! grep -raqF "$(cat "$T/one.tm")" "$T/hq"
}
claim the_vault_is_sound_and_tells_nobody_of_it t

finish
