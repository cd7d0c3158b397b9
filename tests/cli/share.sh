# Bundles: what is in them, what is not, and what is left when making one fails.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT
BUNDLE=$TOP/tests/lib/bundle.py
CANARY=$TOP/tests/lib/canary.py
STOCK() {
	(cd "$TOP" && python3 tests/lib/stock.py "$@")
}
mounted=()
unmount_all() {
	local at
	for at in "${mounted[@]}"; do
		umount "$at" 2>/dev/null
	done
}
trap unmount_all EXIT

keygen() {
	"$EVAULT_BIN" keygen -o "$1" 2>/dev/null | grep -o 'age1[0-9a-z]*'
}
# vault NAME HOLDER: in $T/NAME, with the key $T/NAME.key.
vault() {
	"$EVAULT_BIN" init "$T/$1" --to "$(keygen "$T/$1.key")" --name "$2" --no-recovery >"$OUT" 2>"$ERR"
}
hq() {
	"$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" "$@"
}
# entries: how many the log of $T/hq has.
entries() {
	sed -n 2p "$T/hq/log/checkpoint"
}
# unchanged COMMAND…: and the log is as long as before.
unchanged() {
	local before
	before=$(entries)
	"$@" && [ "$(entries)" = "$before" ]
}
# opened NAME [KEY]: $T/NAME.bag.tar.age, as the tar $T/NAME.tar and the folder $T/NAME, by Debian's age where it is.
opened() {
	local key=${2:-$T/to.key}
	rm -rf "$T/${1:?}" "$T/$1.tar"
	if command -v age >/dev/null; then
		age -d -i "$key" -o "$T/$1.tar" "$T/$1.bag.tar.age" || return 1
	else
		"$AGE_TOOL" open "$key" <"$T/$1.bag.tar.age" >"$T/$1.tar" || return 1
	fi
	mkdir "$T/$1" && tar -xf "$T/$1.tar" -C "$T/$1" && python3 "$BUNDLE" tar "$T/$1.tar"
}
# holds NAME "2 items, 1 keys, 0 pasts": the unpacked bundle is right, and has so many.
holds() {
	run_expect 0 python3 "$BUNDLE" check "$T/$1" && says "$2"
}
# step N FOLDER: the commands of that step of VERIFY.txt, as they are printed.
step() {
	STOCK commands "$1" >"$T/step"
	run sh -c 'cd "$1" && LC_ALL=C.UTF-8 sh "$2"' - "$2" "$T/step"
}
# nothing_left FOLDER: no file there that is not finished.
nothing_left() {
	! find "$1" -maxdepth 1 -name '*.tmp' | grep .
}
# traced ARGUMENT… of strace and a command; the leak sanitizer does not work under it.
traced() {
	ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o "$T/trace" "$@"
}

python3 "$CANARY" make "$T/canary" || exit 1
word=$(printf '%b' "$(sed -n 2p "$T/canary" | sed 's/../\\x&/g')")
vault hq HQ && vault court Court && vault friend Friend || exit 1
to=$(keygen "$T/to.key")
mkdir "$T/src" && printf 'what was said' >"$T/src/a.txt" && head -c 300000 /dev/urandom >"$T/src/b" && printf 'other' >"$T/src/$word.txt"
python3 - "$T/src/c.jpg" <<'END'
import struct, sys
def ifd(entries):
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries) + bytes(4)
first = [(0x010F, 2, 5, 200), (0x013B, 2, 5, 200), (0x8825, 4, 1, 8 + 2 + 3 * 12 + 4)]
tiff = b"II*\0" + struct.pack("<I", 8) + ifd(first) + ifd([(2, 5, 3, 200), (4, 5, 3, 200)])
tiff += bytes(300 - len(tiff))
body = b"Exif\0\0" + tiff
open(sys.argv[1], "wb").write(b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9")
END
for v in court:court friend:partner; do
	run_expect 0 ev "$T/${v%%:*}" card -o "$T/${v%%:*}.card" && run_expect 0 hq contact add "$T/${v%%:*}.card" --audience "${v#*:}" --yes || exit 1
done
run_expect 0 hq add "$T/src/a.txt" "$T/src/b" "$T/src/c.jpg" --case C --field "witness=$word" --field place=Somewhere --field source=S --json || exit 1
# number NAME: of the item that keeps a file of this name.
number() {
	hq list --json | python3 -c 'import json, sys; print(next(o["item"] for o in map(json.loads, sys.stdin) if o.get("name") == sys.argv[1]))' "$1"
}
A=$(number a.txt) B=$(number b) C=$(number c.jpg)
run_expect 0 hq add "$T/src/$word.txt" --field consent=court || exit 1
D=$(number "$word.txt")

# ---- a bundle

t() {
	run_expect 0 hq share "$A" "$B" "$C" --to "$to" --withhold witness -o "$T/one.bag.tar.age" && says "3 items" && opened one && holds one "3 items, 1 keys, 0 pasts" &&
		(cd "$T/one" && sha256sum --strict --quiet -c manifest-sha256.txt tagmanifest-sha256.txt) &&
		[ "$(wc -l <"$T/one/manifest-sha256.txt")" = 3 ] && cmp "$T/one/data/000$A.txt" "$T/src/a.txt" && cmp "$T/one/data/000$C.jpg" "$T/src/c.jpg" &&
		[ "$(stat -c %a "$T/one.bag.tar.age")" = 600 ]
}
claim a_bundle_is_opened_by_age_tar_and_sha256sum_and_its_proofs_hold t

t() {
	cp -a "$T/one" "$T/stock" && run_expect 0 hq card -o "$T/stock/CARD" && cp "$T/stock/CARD" "$T/hq.card" && step 2 "$T/stock" && ! grep -v 'OK$' "$OUT" && [ ! -s "$ERR" ] &&
		step 4 "$T/stock" && ! grep -vE '(record|file) OK$' "$OUT" && [ "$(grep -c 'record OK' "$OUT")" = 3 ] && step 5 "$T/stock" && says "Signature Verified Successfully" &&
		rm "$T/stock/CARD" && step 3 "$T/stock" && [ ! -s "$OUT" ]
}
claim the_commands_of_verify_txt_pass_on_it_as_they_are_printed t

t() {
	grep -q "tagmanifest $(sha256sum <"$T/one/tagmanifest-sha256.txt" | cut -c1-64)" "$T/one/evault/share.note" && grep -qx "to $to" "$T/one/evault/share.note" &&
		run_expect 0 hq history "$A" && says "with $to, and withheld witness" && run_expect 0 hq history "$A" --json && says "$(sha256sum <"$T/one/tagmanifest-sha256.txt" | cut -c1-64)"
}
claim what_was_shared_is_an_entry_of_the_vault t

# ---- what is withheld

t() {
	run_expect 0 hq share "$A" "$D" --to "$to" --audience court --withhold witness,name,folder,actor -o "$T/two.bag.tar.age" && opened two && holds two "2 items, 1 keys, 1 pasts" &&
		python3 "$CANARY" find "$T/canary" "$T/two" "$T/two.tar" && ! grep -rqw HQ "$T/two" && grep -q '^- witness ' "$T/two/evault/items/000$A.record" && ! grep -rq Somewherx "$T/two"
}
claim a_withheld_witness_and_a_withheld_name_are_nowhere_in_the_bundle t

t() {
	python3 "$BUNDLE" digests "$T/one" | grep "^000$A " >"$T/first" && python3 "$BUNDLE" digests "$T/two" | grep "^000$A " | cmp - "$T/first" &&
		! cmp -s "$T/one/evault/items/000$A.record" "$T/two/evault/items/000$A.record" && cmp "$T/one/evault/items/000$A.entry" "$T/two/evault/items/000$A.entry"
}
claim shared_twice_with_other_fields_withheld_a_record_has_one_digest t

t() {
	run_expect 0 hq share "$A" --to "$to" --disclose-only case,source -o "$T/few.bag.tar.age" && opened few && holds few "1 items" && python3 "$CANARY" find "$T/canary" "$T/few" &&
		[ "$(grep -vc '^- \|^evault' "$T/few/evault/items/000$A.record")" = 6 ] && [ -f "$T/few/data/000$A.bin" ]
}
claim only_what_is_disclosed_is_and_what_a_file_is_judged_by t

t() {
	run_expect 0 hq share "$A" "$B" --to "$to" --no-files --withhold sha256,source -o "$T/none.bag.tar.age" && opened none && holds none "2 items" && [ ! -d "$T/none/data" ] &&
		grep -q '^- field source=' "$T/none/evault/items/000$A.record" && [ ! -s "$T/none/manifest-sha256.txt" ]
}
claim records_are_given_without_their_files t

t() {
	unchanged run_expect 2 hq share "$A" --to "$to" --withhold wittness -o "$T/x" && warns "wittness" && unchanged run_expect 2 hq share "$A" --to "$to" --withhold time -o "$T/x" &&
		unchanged run_expect 2 hq share "$A" --to "$to" --withhold sha256 -o "$T/x" && [ ! -e "$T/x" ] && nothing_left "$T"
}
claim what_cannot_be_withheld_is_not_given_in_silence t

# People write the names of their own fields as they come.
t() {
	local n
	printf 'spelled\n' >"$T/spelled.txt" && run_expect 0 hq add "$T/spelled.txt" --field 'Witness=Spelled One' --field 'WITNESS =Spelled Two' --field 'Имя=Spelled Three' --field 'witnessed=by nobody' || return 1
	n=$(hq list | awk '/spelled.txt/ { print $1 }') && run_expect 0 hq share "$n" --to "$to" --withhold witness,имя --dry-run && ! grep -q Spelled "$OUT" &&
		says 'withheld      field Witness, field WITNESS , field Имя' && says 'field         witnessed=by nobody' &&
		run_expect 0 hq share "$n" --to "$to" --disclose-only witness --dry-run && ! grep -q Spelled "$OUT"
}
claim what_is_withheld_is_withheld_however_its_name_is_spelled t

# ---- what was said later goes along

t() {
	run_expect 0 hq annotate "$A" "$B" --title First && run_expect 0 hq annotate "$A" --title Second && run_expect 0 hq retract "$B" --reason "wrong file" &&
		run_expect 0 hq share "$A" --to "$to" -o "$T/later.bag.tar.age" && opened later && holds later "3 items" && [ "$(grep -rlE '^[^-].{21} about ' "$T/later/evault/items" | wc -l)" = 2 ] &&
		grep -rq '^- about ' "$T/later/evault/items" && grep -q 'Second' "$T/later/evault/report.html" && ! grep -q 'wrong file' "$T/later/evault/report.html"
}
claim annotations_go_along_and_do_not_tell_of_other_items t

t() {
	run_expect 0 hq share --case C --to "$to" -o "$T/case.bag.tar.age" && says "2 items" && warns "left out" && opened case && [ ! -e "$T/case/data/000$B.bin" ] &&
		run_expect 0 hq share "$B" --to "$to" -o "$T/taken.bag.tar.age" && warns "retracted" && opened taken && holds taken "3 items" && grep -q 'wrong file' "$T/taken/evault/report.html" &&
		run_expect 0 hq retract "$(hq list --retracted --json | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["corrections"][-1]["item"])')" --reason "it was right"
}
claim what_was_retracted_is_given_by_number_alone t

t() {
	run_expect 0 hq share "$A" --to "$to" --withhold title,witness --dry-run && ! grep -q "First\|Second\|$word" "$OUT" && [ "$(grep -c 'withheld .*title' "$OUT")" = 2 ] && [ "$(grep -c 'about  *'"$A " "$OUT")" = 2 ] && ! grep -q "about  *$B " "$OUT" &&
		run_expect 0 hq share "$A" --to "$to" --dry-run --json && json_is "[o['correction'] for o in all[:-1]] == [False, True, True] and 'Second' in str(all[2]) and all[-1]['summary']['corrections'] == 2"
}
claim a_dry_run_shows_what_was_said_later_too t

# ---- whom consent covers

t() {
	unchanged run_expect 2 hq share "$D" --to Friend -o "$T/x" && warns "partner" && warns "--override-consent" && [ ! -e "$T/x" ] &&
		run_expect 3 hq share "$A" "$D" --to Friend -o "$T/part.bag.tar.age" && warns "$D: its consent does not name" && opened part "$T/friend.inner" && holds part "3 items" && ! [ -e "$T/part/data/000$D.txt" ]
}
# The addressee's own vault has the key that it is sealed to: what a reader of that vault has.
friend_key() {
	age -d -i "$T/friend.key" "$T/friend/keys/1.age" >"$T/friend.slot" && age -d -i "$T/friend.slot" "$T/friend/keys/read.0.age" >"$T/friend.inner"
}
if command -v age >/dev/null; then
	friend_key || not_ok the_key_of_the_other_vault
	claim what_no_consent_covers_is_refused_and_the_rest_given t
else
	skip what_no_consent_covers_is_refused_and_the_rest_given "no age here"
fi

t() {
	run_expect 0 hq share "$D" --to Court -o "$T/c1" && run_expect 0 hq share "$D" --to Friend --audience court -o "$T/c2" &&
		run_expect 0 hq share "$D" --to Friend --override-consent "a judge ordered it" -o "$T/c3" && warns "no consent covers" && run_expect 0 hq history "$D" && run_expect 0 hq history "$D" --json && says "a judge ordered it" &&
		run_expect 0 hq annotate "$D" --field consent=none && unchanged run_expect 2 hq share "$D" --to Court -o "$T/c4" && run_expect 0 hq annotate "$D" --field consent=partner,public &&
		run_expect 0 hq share "$D" --to Friend -o "$T/c5" && unchanged run_expect 2 hq share "$D" --to Court -o "$T/c6" && run_expect 0 hq share "$A" --to Court -o "$T/c7" && warns "nothing is said of consent"
}
claim consent_is_the_latest_and_the_audience_that_of_the_contact t

# ---- a dry run

t() {
	unchanged run_expect 0 hq share "$A" "$C" --to Court --withhold witness,place --dry-run && ! grep -q "Somewhere\|$word" "$OUT" && says "withheld" && says "a position on the map" &&
		says "is given" && clean && unchanged run_expect 0 hq share "$C" --to Court --withhold place --dry-run --json &&
		json_is "all[0]['event'] == 'would' and 'place' in all[0]['carries'] and 'place' in all[0]['withheld'] and 'Somewhere' not in str(all) and all[-1]['summary']['given'] == 1"
}
claim a_dry_run_shows_what_would_be_seen_and_writes_nothing t
t() {
	run_expect 0 hq share "$C" --to "$to" --withhold place -o "$T/exif" && warns "a position on the map" && ! grep -q author "$ERR" && run_expect 0 hq share "$C" --to "$to" --withhold case -o "$T/exif2" && ! grep -q position "$ERR"
}
claim a_share_warns_of_what_the_file_itself_says t

# ---- who signed

t() {
	echo new >"$T/src/new" && run_expect 0 hq key add Second --role writer --to "$(keygen "$T/second.key")" && run_expect 0 "$EVAULT_BIN" -V "$T/hq" -i "$T/second.key" add "$T/src/new" --title new --json &&
		n=$(python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["item"])' "$OUT") && run_expect 0 hq share "$n" --to "$to" -o "$T/s1.bag.tar.age" && opened s1 && holds s1 "1 items, 2 keys" &&
		run_expect 0 hq key remove Second --yes && run_expect 0 hq share "$n" --to "$to" -o "$T/s2.bag.tar.age" && opened s2 && holds s2 "1 items, 3 keys" && run_expect 0 hq share "$A" --to "$to" -o "$T/s3.bag.tar.age" && opened s3 && holds s3 "2 keys"
}
claim the_entries_that_admitted_signers_and_changed_the_log_key_go_along t

t() {
	run_expect 0 hq key add Reads --role reader --to "$(keygen "$T/reads.key")" && unchanged run_expect 2 "$EVAULT_BIN" -V "$T/hq" -i "$T/reads.key" share "$A" --to "$to" -o "$T/x" && [ ! -e "$T/x" ]
}
claim who_does_not_sign_does_not_share t

# ---- to whom, and where

t() {
	run_expect 0 hq share "$A" --to Court --to Friend --to "$to" -o "$T/many" --json && json_is "len([o for o in all if not o.get('correction')]) == 6 and {o['summary']['to'] for o in all if 'summary' in o} > {'$to'}" &&
		[ "$(find "$T/many" -name '*.bag.tar.age' | wc -l)" = 3 ] && [ -f "$T/many/Court.bag.tar.age" ] && nothing_left "$T/many"
}
claim several_addressees_get_one_bundle_each t

t() {
	unchanged run_expect 2 hq share "$A" --plain-folder "$T/plain" && run_expect 0 hq share "$A" --to Court --plain-folder "$T/plain" --not-encrypted && warns "not encrypted" && holds plain "items" &&
		grep -qx "to folder" "$T/plain/evault/share.note" && unchanged run_expect 2 hq share "$A" --plain-folder "$T/plain" --not-encrypted && nothing_left "$T"
}
claim a_plain_folder_is_made_for_who_insists t

t() {
	run_expect 0 hq share "$B" --to "$to" --volumes 100K -o "$T/vol.bag.tar.age" && [ ! -e "$T/vol.bag.tar.age" ] && [ -z "$(find "$T" -maxdepth 1 -name 'vol.*' -size +102399c)" ] && [ "$(find "$T" -maxdepth 1 -name 'vol.bag.tar.age.*' | wc -l)" -ge 4 ] &&
		cat "$T"/vol.bag.tar.age.[0-9]* >"$T/vol.bag.tar.age" && opened vol && holds vol "items" && unchanged run_expect 2 hq share "$B" --to "$to" --volumes 100K -o "$T/vol.bag.tar.age"
}
claim volumes_are_smaller_than_said_and_one_file_when_joined t

t() {
	printf 'copper-lantern-drifting-osprey-velvet-hinge-9\n' >"$T/pass" && run_expect 0 hq share "$A" --to passphrase --new-passphrase-file "$T/pass" -o "$T/pass.bag.tar.age" && head -c 200 "$T/pass.bag.tar.age" | grep -aq '^-> scrypt' &&
		unchanged run_expect 2 no_terminal hq_sh share "$A" --to passphrase -o "$T/x"
}
printf '#!/bin/sh\nexec "%s" -V "%s/hq" -i "%s/hq.key" "$@"\n' "$EVAULT_BIN" "$T" "$T" >"$T/hq_sh"
chmod +x "$T/hq_sh"
PATH=$T:$PATH
claim a_passphrase_is_asked_for_or_read_from_a_file t

t() {
	echo mine >"$T/there" && unchanged run_expect 2 hq share "$A" --to "$to" -o "$T/there" && [ "$(cat "$T/there")" = mine ] && unchanged run_expect 2 hq share "$A" --to Nobody -o "$T/x" && warns "Nobody" &&
		unchanged run_expect 2 hq share "$A" -o "$T/x" && unchanged run_expect 2 hq share "$A" --to "$to" && unchanged run_expect 2 hq share 1 --to "$to" -o "$T/x" && [ ! -e "$T/x" ] && nothing_left "$T"
}
claim mistakes_are_told_before_anything_is_recorded t

# ---- trees that they were given

t() {
	run_expect 0 hq share "$A" --to Court -o "$T/k1" --json && before=$(python3 -c 'import json, sys; print([json.loads(x) for x in open(sys.argv[1])][-1]["summary"]["entries"])' "$OUT") &&
		run_expect 0 hq share "$A" --to Friend -o "$T/k2" && run_expect 0 hq share "$A" --to Court --plain-folder "$T/k3" --not-encrypted && holds k3 "pasts" && [ -f "$(printf '%s/k3/evault/consistency/%04d.proof' "$T" "$before")" ] &&
		[ "$(find "$T/k3/evault/consistency" -type f | wc -l)" -ge 3 ]
}
claim a_later_bundle_proves_that_the_log_went_on_from_earlier_ones t

# ---- padding

t() {
	printf 'z' >"$T/src/d1" && head -c 2000 /dev/urandom >"$T/src/d2" && run_expect 0 hq add "$T/src/d1" "$T/src/d2" && run_expect 0 hq share "$(number d1)" --to "$to" -o "$T/p1" && run_expect 0 hq share "$(number d2)" --to "$to" -o "$T/p2" &&
		[ "$(stat -c %s "$T/p1")" = "$(stat -c %s "$T/p2")" ]
}
claim small_bundles_are_of_one_size t

# ---- when it fails

run_expect 0 hq check || not_ok the_vault_is_sound
head -c 12000000 /dev/urandom >"$T/src/large" && printf '%s' "$word" >>"$T/src/large" && run_expect 0 hq add "$T/src/large" --case L || exit 1
L=$(number large)
mkdir "$T/place"

# failed N: the last share left no bundle and nothing clear in $T/place; the log has its entry, and is sound.
failed() {
	[ -z "$(find "$T/place" -name '*.age')" ] && python3 "$CANARY" find "$T/canary" "$T/place" "$T/hq" && run_expect 0 hq check && [ "$(entries)" -gt "$1" ] && run_expect 0 hq history "$L" && says "shared"
}
t_full() {
	local before
	before=$(entries)
	mkdir -p "$T/place/small" && mount -t tmpfs -o size=1m none "$T/place/small" 2>/dev/null || return 77
	mounted+=("$T/place/small")
	run_expect 2 hq share "$L" --to "$to" -o "$T/place/small/x.age" && warns "was not finished" && [ -z "$(ls "$T/place/small")" ] && failed "$before"
}
t_large() {
	local before
	before=$(entries)
	run_expect 2 sh -c 'trap "" XFSZ; ulimit -f 2000; exec "$@"' - "$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" share "$L" --to "$to" -o "$T/place/x.age" && warns "--volumes 4G" && warns "was not finished" && nothing_left "$T/place" && failed "$before"
}
if command -v strace >/dev/null && strace -qq -o "$T/trace" true 2>/dev/null; then
	t_kill() {
		local before
		before=$(entries)
		# The sealed file alone takes so many writes.
		traced -e trace=write -e inject=write:signal=KILL:when=120 "$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" share "$L" --to "$to" -o "$T/place/x.age" >"$OUT" 2>"$ERR"
		failed "$before" && rm -f "$T"/place/*.tmp
	}
	claim killed_in_the_middle_it_leaves_no_bundle_and_an_honest_log t_kill
else
	skip killed_in_the_middle_it_leaves_no_bundle_and_an_honest_log "no strace here"
fi
claim_where_possible a_full_disk_leaves_nothing_and_is_told "no file system can be mounted here" t_full
claim what_the_file_system_does_not_take_is_told_with_what_helps t_large

t() {
	local before pack
	run_expect 0 hq share "$L" --to "$to" -o "$T/place/good.age" && python3 "$CANARY" find "$T/canary" "$T/place" "$T/home" && rm "$T/place/good.age"
	before=$(entries) pack=$(find "$T/hq/packs" -type f -size +10M)
	cp "$pack" "$T/pack" && printf 'XXXX' | dd of="$pack" bs=1 seek=9000000 conv=notrunc status=none
	run_expect 1 hq share "$L" --to "$to" -o "$T/place/x.age" && warns "was not finished" && nothing_left "$T/place" && [ ! -e "$T/place/x.age" ] && [ "$(entries)" -gt "$before" ] &&
		cp "$T/pack" "$pack" && failed "$before"
}
mkdir "$T/home"
claim a_pack_that_was_altered_ends_it_and_nothing_is_given t
finish
