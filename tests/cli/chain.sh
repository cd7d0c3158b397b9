# What was received is shared on: the bundle proves where it was recorded first, or it is said that it
# does not; and nobody can make it prove what is not so.
: "${EVAULT_BIN:=build/evault}" "${AGE_TOOL:=build/tests/interop/age_tool}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT
READER=$TOP/tests/lib/bundle.py
TAMPER=$TOP/tests/cli/chain_tamper.py
cd "$T" || exit 1

# vault DIR NAME: opens with DIR.key.
vault() {
	"$EVAULT_BIN" init "$1" --name "$2" --to "$("$EVAULT_BIN" keygen -o "$1.key" 2>/dev/null | grep -o 'age1[0-9a-z]*')" --no-recovery >"$OUT" 2>"$ERR"
}
# by DIR COMMAND…: on that vault, by its owner.
by() {
	local dir=$1
	shift
	"$EVAULT_BIN" -V "$T/$dir" -i "$T/$dir.key" "$@"
}
quietly() {
	"$@" >"$OUT" 2>"$ERR" || { sed 's/^/# /' "$ERR"; false; }
}
# takes DIR FROM: receives all of that vault.
takes() {
	quietly by "$1" -i "$T/$2.key" receive "$T/$2"
}
short() {
	sed -n 's/^origin evault.\(......\).*/\1/p' "$1/vault"
}
# item DIR NAME: the number here of the item with that file name.
item() {
	by "$1" list --json 2>/dev/null | python3 -c 'import json, sys
for line in sys.stdin:
    said = json.loads(line)
    if said["name"] == sys.argv[1]:
        print(said["item"])' "$2" | head -n 1
}
# gives DIR OUT ITEM…: as a folder.
gives() {
	local dir=$1 out=$2
	shift 2
	quietly by "$dir" share "$@" --plain-folder "$T/$out" --not-encrypted
}
# opened NAME KEY: NAME.age as NAME.tar.
opened() {
	if command -v age >/dev/null; then
		age -d -i "$2" -o "$1.tar" "$1.age"
	else
		"$AGE_TOOL" open "$2" <"$1.age" >"$1.tar"
	fi
}
reads() {
	python3 "$READER" check "$@" >"$OUT" 2>"$ERR" || { sed 's/^/# /' "$OUT" "$ERR"; false; }
}
word=Zhanybek$$

# Aigul keeps a vault with Bota, who records and is then removed; Daniyar has one of his own. Headquarters receive both.
for name in aigul daniyar hq court other far; do
	vault $name "$name" || exit 1
done
bota=$("$EVAULT_BIN" keygen -o bota.key 2>/dev/null | grep -o 'age1[0-9a-z]*')
printf 'told by %s\n' "$word" >told.txt
printf 'seen\n' >seen.txt
printf 'heard\n' >heard.txt
printf 'later\n' >later.txt
printf 'strange\n' >strange.txt
quietly by aigul key add Bota --role writer --to "$bota" && quietly "$EVAULT_BIN" -V aigul -i bota.key add --field witness="$word" told.txt &&
	quietly by aigul key remove Bota --yes && quietly by aigul add seen.txt && quietly by daniyar add heard.txt && quietly by other add strange.txt &&
	takes hq aigul && gives hq older "$(item hq told.txt)" && quietly by aigul add later.txt && quietly by aigul annotate "$(item aigul told.txt)" --title Told &&
	takes hq aigul && takes hq daniyar && takes far other && gives far stranger "$(item far strange.txt)" || exit 1
by hq card -o hq.card >"$OUT" 2>&1 && by aigul card -o aigul.card >"$OUT" 2>&1 && quietly by court contact add aigul.card --name Aigul --yes &&
	quietly by court contact add hq.card --name Headquarters --yes || exit 1
A=$(short aigul) D=$(short daniyar)
told=$(item hq told.txt) seen=$(item hq seen.txt) heard=$(item hq heard.txt)

t() {
	gives hq good "$told" "$seen" "$heard" && run_expect 0 "$EVAULT_BIN" -V court -i court.key verify good && says 'verified: ' &&
		says "$(sed -n 's/^origin //p' aigul/vault) as $A-$(item aigul told.txt)" && says "as $A-$(item aigul seen.txt)" && says "as $D-$(item daniyar heard.txt)" &&
		says 'proved, signed there by Aigul, with the key' && says 'proved, signed there by the key' && says '(writer)' && says 'that key was removed later' &&
		says 'checked: 4 of them were recorded in other vaults' && ! grep -q 'not proved' "$OUT"
}
claim a_bundle_proves_where_items_were_recorded_and_by_whom t

t() {
	[ "$(find good/evault/sources -mindepth 1 -maxdepth 1 | wc -l)" = 2 ] && [ -f "good/evault/sources/$(sed -n 's/^origin evault.\(.\{16\}\).*/\1/p' aigul/vault)-$(printf %04d "$(sed -n 2p aigul/log/checkpoint)")/vault" ]
}
claim there_is_one_folder_for_a_vault_and_it_has_the_largest_tree t

t() {
	reads good && says '4 links proved, 0 not'
}
claim a_reader_without_our_source_says_the_same t

t() {
	run_expect 0 "$EVAULT_BIN" -V court -i court.key verify good --json && python3 - "$OUT" "$A" <<-'END'
		import json, sys
		lines = [json.loads(line) for line in open(sys.argv[1])]
		found = [l for l in lines if l.get("sources")]
		ours = [s for l in found for s in l["sources"] if s["citation"].startswith(sys.argv[2])]
		good = len(found) == 4 and len(ours) == 3 and all(s["proved"] == "holds" and s["entries"] > 3 for s in ours)
		good = good and any(s.get("signer_name") == "Aigul" and s["role"] == "owner" for s in ours) and any(s["actor_removed"] and s["role"] == "writer" for s in ours)
		sys.exit(not (good and lines[-1]["received"] == 4 and lines[-1]["unproved"] == 0))
	END
}
claim programs_are_told_it_too t

t() {
	grep -q "Recorded first" good/evault/report.html && grep -q "<code>$A-" good/evault/report.html
}
claim the_page_for_people_says_it_in_a_line t

t() {
	quietly by hq share "$told" --withhold witness,name --plain-folder "$T/hidden" --not-encrypted && run_expect 0 "$EVAULT_BIN" verify hidden --signer hq.card &&
		says 'proved, signed there by' && says 'withheld: name, witness' && ! grep -rq "witness $word" hidden/evault && reads hidden && says '2 links proved, 0 not' &&
		quietly by hq share "$told" --disclose-only case --no-files --plain-folder "$T/bare" --not-encrypted && run_expect 0 "$EVAULT_BIN" verify bare --signer hq.card &&
		says 'proved, signed there by' && ! grep -rq "$word" bare && reads bare && says '2 links proved, 0 not'
}
claim what_is_withheld_stays_so_and_the_proof_holds t

t() {
	local judge
	judge=$("$EVAULT_BIN" keygen -o judge.key 2>/dev/null | grep -o 'age1[0-9a-z]*')
	quietly by hq share "$told" "$heard" --to "$judge" -o sealed.age && run_expect 0 "$EVAULT_BIN" -V court -i court.key -i judge.key verify sealed.age &&
		says "as $A-" && says "as $D-" && run_expect 0 "$EVAULT_BIN" verify sealed.age -i judge.key --signer hq.card --json &&
		tail -n 1 "$OUT" | grep -q '"received": 3, "unproved": 0.*"passes": 1}' && opened sealed judge.key && python3 "$READER" tar sealed.tar
}
claim it_is_one_pass_over_the_bundle t

t() {
	rm -rf mixed && mkdir mixed && tar -xf sealed.tar -C mixed && tar -tf sealed.tar | tac >names && tar -C mixed --no-recursion -cf mixed.tar -T names &&
		run_expect 0 "$EVAULT_BIN" -V court -i court.key -i judge.key verify mixed.tar && says 'proved, signed there by Aigul' || return 1
	(cd mixed && find . -type f | LC_ALL=C sort -R --random-source=<(yes)) >names && tar -C mixed --no-recursion --format=gnu -cf mixed.tar -T names &&
		run_expect 0 "$EVAULT_BIN" -V court -i court.key -i judge.key verify mixed.tar && ! grep -q 'not proved' "$OUT"
}
claim members_may_come_in_any_order t

# ---- three vaults

t() {
	takes far hq && gives far three "$(item far told.txt)" "$(item far heard.txt)" && run_expect 3 "$EVAULT_BIN" verify three && says "as $A-" && says "as $D-" &&
		says "received by the vault $(sed -n 's/^origin //p' hq/vault) as $(short hq)-$told" && ! grep -q 'not proved' "$OUT" && reads three && says ' links proved, 0 not'
}
claim of_a_chain_of_three_each_link_is_proved t

t() {
	run_expect 0 "$EVAULT_BIN" -V far -i far.key check && run_expect 0 "$EVAULT_BIN" -V hq -i hq.key check
}
claim the_vaults_themselves_are_sound t

# ---- bundles all the way

t() {
	vault ngo ngo && vault press press && run_expect 3 by ngo receive "$T/good" && run_expect 0 "$EVAULT_BIN" -V ngo -i ngo.key check &&
		quietly by ngo share "$(item ngo told.txt)" "$(item ngo heard.txt)" --plain-folder "$T/second" --not-encrypted && run_expect 3 "$EVAULT_BIN" verify second &&
		says "as $A-" && says "as $D-" && says "received by the vault $(sed -n 's/^origin //p' hq/vault) as $(short hq)-$told" && ! grep -q 'not proved' "$OUT" &&
		reads second && says '6 links proved, 0 not' || return 1
	# What was kept of the first bundle is in the second one as it was.
	! diff -r "good/evault/keys" "second/evault/sources/$(sed -n 's/^origin evault.\(.\{16\}\).*/\1/p' hq/vault)-$(sed -n 's/^tree \([0-9]*\) .*/\1/p' good/evault/share.note | xargs printf %04d)/keys" |
		grep -v '^Only in good/evault/keys: vault$' || return 1
	run_expect 3 by press receive "$T/second" && run_expect 0 "$EVAULT_BIN" -V press -i press.key check &&
		quietly by press share "$(item press told.txt)" --plain-folder "$T/third" --not-encrypted && run_expect 3 "$EVAULT_BIN" verify third && says "as $A-" &&
		says "received by the vault $(sed -n 's/^origin //p' ngo/vault)" && ! grep -q 'not proved' "$OUT" && reads third && says '6 links proved, 0 not'
}
claim bundles_of_bundles_prove_each_link t

t() {
	run_expect 3 by far receive "$T/second" && quietly by far share "$(item far told.txt)" --plain-folder "$T/both" --not-encrypted && run_expect 3 "$EVAULT_BIN" verify both && ! grep -q 'not proved' "$OUT"
}
claim what_is_here_already_is_proved_by_either t

# ---- what is kept and is damaged proves nothing

t() {
	local pack found=
	# The later log is in one of the packs; what is given is not, and the earlier log reaches all but the annotation.
	for pack in $(cd hq && find packs -type f | sort); do
		rm -rf torn torn.out && cp -a hq torn && cp hq.key torn.key && rm "torn/$pack"
		by torn share "$told" --plain-folder "$T/torn.out" --not-encrypted >"$OUT" 2>"$ERR" && warns 'nothing that is kept here proves all of that' >/dev/null && found=yes && break
	done
	[ "$found" = yes ] && run_expect 0 "$EVAULT_BIN" verify torn.out --signer hq.card && says 'which is not proved in this bundle' && says 'proved, signed there by' &&
		says 'not proved in this bundle: where 1 of these was received from' && reads torn.out && says '1 links proved, 1 not' &&
		grep -q 'nothing here proves all of that' torn.out/evault/report.html
}
claim what_no_log_that_is_kept_proves_is_given_and_said_to_be_unproved t

python3 "$TAMPER" "$EVAULT_BIN" "$T/good" "$T/hq" "$T/hq.key" "$T/older" "$T/stranger" "$T/court" "$T/court.key" || FAILED=1
exit $FAILED
