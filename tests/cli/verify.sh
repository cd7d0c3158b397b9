# What others have shared: read however it was packed, judged by one word, and told what was wrong with it.
: "${EVAULT_BIN:=build/evault}" "${EVAULT_RELEASE:=build/evault}" "${BUILD:=build/asan}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
TOOL=$(realpath "$BUILD/tests/tools/bundle") || exit 1
TABLE=$TOP/tests/interop/bundle_tamper.py
unset EVAULT
cd "$T" || exit 2

ME=$("$EVAULT_BIN" keygen -o me.key 2>/dev/null | grep -o 'age1[0-9a-z]*')
OTHER=$("$EVAULT_BIN" keygen -o other.key 2>/dev/null | grep -o 'age1[0-9a-z]*')
# bundle FOLDER TO [VARIANT]: the folder of a good bundle, beside it FOLDER.parts.
bundle() {
	"$TOOL" make "$1" A "$2" ${3:+"$3"} && "$TOOL" sign "$1" A "$2" "$1.parts"
}
# The names of the members, as FORMAT.md has their order.
members() {
	(cd "$1" && {
		printf '%s\n' bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt evault/share.note evault/VERIFY.txt evault/report.html evault/keys/vault
		find evault/keys evault/consistency evault/items -type f ! -name vault |
			sed 's/\.record$/.a/; s/\.entry$/.b/; s/\.tlog-proof$/.c/' | LC_ALL=C sort | sed '/keys/s/\.b$/.entry/; s/\.a$/.record/; s/\.b$/.entry/; s/\.c$/.tlog-proof/' |
			sed -n '/keys/p; /consistency/H; /items/H; ${x; s/^\n//; p}'
		find data -type f | LC_ALL=C sort
		echo evault/padding
	} | sed '/^$/d')
}
verify() {
	"$EVAULT_BIN" verify "$@"
}
# ends STATUS WORD ARGUMENT…: verify's status and its last word.
ends() {
	local status=$1 word=$2
	shift 2
	run_expect "$status" verify "$@" && { [ -z "$word" ] || says "$word"; }
}
# passes N ARGUMENT…: verify reads its input that often.
passes() {
	local n=$1
	shift
	verify "$@" --json | tail -n 1 | python3 -c "import json, sys; sys.exit(json.load(sys.stdin)['passes'] != $n)"
}

bundle good "$ME" && bundle other "$OTHER" && bundle folder folder && bundle open passphrase || exit 1
CARD=good.parts/card
members good >names
tar -C good --no-recursion -cf good.tar -T names && age -r "$ME" -o good.age good.tar || exit 1

# ---- the words

t() {
	ends 3 'intact, signer unknown: ' good.age -i me.key && says 'IMG_0412.txt' && says 'not checked: whose key' && says 'checked: it is for who opened it' &&
		ends 0 'verified: ' good.age -i me.key --signer $CARD && says 'signed by Aigul (owner)' && passes 1 good.age -i me.key &&
		ends 0 'verified: ' good.age -i me.key --signer "$(cat good.parts/owner.vkey)" &&
		says 'the signer is the one who was given' && ends 0 'verified: ' good.age -i me.key --signer "$(cat good.parts/log.vkey)" && says 'one whom the log admits whose key was given'
}
claim a_good_bundle_is_verified_when_its_signer_was_given t

t() {
	"$TOOL" make strange B "$ME" && ends 3 'another one than was given' good.age -i me.key --signer strange.parts/card &&
		ends 3 'another one than was given' good.age -i me.key --signer "$(cat strange.parts/owner.vkey)" &&
		ends 2 '' good.age -i me.key --signer good.age && ends 2 '' good.age -i me.key --signer none && ends 2 '' good.age -i me.key --signer evault/x+y
}
claim another_signer_is_not_the_one_who_was_given t

t() {
	ends 2 '' good.age -i other.key && warns 'error: good.age: no identity given opens it' && warns 'sealed to somebody else' && ends 2 '' good.age && warns 'error: good.age: sealed to identities, and none was given' && warns 'give your key' &&
		age -r "$OTHER" -o forward.age good.tar && ends 1 'not addressed to you' forward.age -i other.key --signer $CARD &&
		ends 0 'verified: ' forward.age -i other.key -i me.key --signer $CARD
}
claim a_bundle_that_was_sealed_anew_for_another_is_not_addressed_to_them t

t() {
	ends 0 'the log goes on from the checkpoint given, of 5 entries' good.age -i me.key --signer $CARD --against good.parts/checkpoint-5 &&
		ends 0 'of 9 entries' good.age -i me.key --signer $CARD --against good.parts/checkpoint-9 &&
		ends 0 'of 4 entries' good.age -i me.key --signer $CARD --against good.parts/checkpoint-4 &&
		ends 3 'consistency not shown: ' good.age -i me.key --signer $CARD --against good.parts/checkpoint-6 &&
		ends 3 'intact, signer unknown: ' good.age -i me.key --against good.parts/checkpoint-6
}
claim a_checkpoint_from_before_is_joined_to_the_log_or_it_is_said t

t() {
	for n in 5 9; do
		ends 1 'fork: ' good.age -i me.key --signer $CARD --against good.parts/fork-$n && sed -n '/^fork: /,$p' "$OUT" >both &&
			sed 1,2d both | diff - <(cat good.parts/fork-$n; echo; cat good.parts/checkpoint-9) || return 1
		verify good.age -i me.key --against good.parts/fork-$n --json | grep '^{"fork"' | python3 -c "
import json, sys
e = json.loads(sys.stdin.read())
assert (e['fork'], e['against']) == (open('good.parts/fork-$n').read(), open('good.parts/checkpoint-9').read())" || return 1
	done
}
claim two_pasts_of_one_log_are_a_fork_and_both_heads_are_given_whole t

t() {
	"$TOOL" make strange2 B "$ME" && ends 2 '' good.age -i me.key --against strange2.parts/checkpoint-5 && warns 'and the bundle is of' &&
		sed 's/^— \(.*\) ..../— \1 AAAA/' good.parts/checkpoint-5 >unsigned && ends 2 '' good.age -i me.key --against unsigned &&
		ends 2 '' good.age -i me.key --against good.age && ends 2 '' good.age -i me.key --against 3f9a01-17-909MJG
}
claim a_checkpoint_that_is_none_of_this_log_is_refused t

# ---- however it was packed

repacked() {
	"$@" >packed.tar && age -r "$ME" <packed.tar >packed.age && ends 0 'verified: ' packed.age -i me.key --signer $CARD && says '(43 B)'
}
for f in gnu oldgnu pax posix ustar v7; do
	claim "gnu_tar_$f" repacked tar -C good --format=$f -cf - .
done
for f in ustar pax gnutar; do
	claim "bsdtar_$f" repacked bsdtar -C good --format=$f -cf - .
done
tac names >reversed
for f in gnu pax; do
	claim "gnu_tar_${f}_with_files_alone_in_reverse" repacked tar -C good --no-recursion --format=$f -cf - -T reversed
done
orders() {
	local seed
	for seed in 1 2 3 4 5 6; do
		shuf --random-source=<(yes $seed) names >shuffled && repacked tar -C good --no-recursion -cf - -T shuffled || return 1
		rm -rf out && run_expect 0 verify packed.age -i me.key --signer $CARD --extract out && [ "$(ls out | wc -l)" = 3 ] || return 1
	done
}
claim any_order_verifies_and_extracts orders
t() {
	tar -C good --no-recursion -cf - -T reversed | age -r "$ME" >reverse.age && verify - -i me.key <good.age >got; [ $? = 3 ] && grep -q 'intact, signer unknown' got &&
		run_expect 2 eval 'verify - -i me.key <reverse.age' && warns 'save it to a file' && passes 2 reverse.age -i me.key
}
claim standard_input_is_read_once t
t() {
	age -a -r "$ME" -o armored good.tar && ends 0 'verified: ' armored -i me.key --signer $CARD &&
		split -b 7000 -a 3 --numeric-suffixes=1 good.age good.age. && [ -f good.age.003 ] && ends 0 'verified: ' good.age.001 -i me.key --signer $CARD &&
		split -b 20 -a 3 --numeric-suffixes=1 <(head -c 1000 good.age) tiny. && ends 1 'damaged: ' tiny.001 -i me.key &&
		mv good.age.002 away && ends 1 'damaged: ' good.age.001 -i me.key && says 'cannot be read to its end'
}
claim armor_and_volumes_are_read t
t() {
	ends 0 'verified: ' good.tar -i me.key --signer $CARD && says 'it is for who opened it' && ends 0 'verified: ' good.tar --signer $CARD && says 'not checked: whether it is for you' &&
		ends 1 'not addressed to you' good.tar -i other.key --signer $CARD && ends 0 'verified: ' good --signer $CARD && ends 0 'verified: ' good/ -i me.key --signer $CARD &&
		passes 1 good && passes 1 good.tar &&
		ends 0 'verified: ' folder --signer folder.parts/card && says 'it is for who opened it' && ! grep -q 'not checked: whether it is' "$OUT" &&
		tar -C folder -cf - . | age -r "$ME" >folder.age && ends 1 'not addressed to you' folder.age -i me.key
}
claim a_tar_and_a_folder_are_read_as_they_are t
t() {
	cp -r good linked && ln -s /etc/passwd linked/data/0099.txt && ends 1 'damaged: ' linked -i me.key && says 'data/0099.txt: is a symbolic link' &&
		rm linked/data/0099.txt && ln -s ../good/data linked/more && ends 1 'damaged: ' linked && rm linked/more && mkfifo linked/data/0098.txt && ends 1 'damaged: ' linked
}
claim links_and_pipes_in_a_folder_belong_to_no_bundle t

# ---- passphrases, one's own vault

t() {
	printf 'correct horse battery\n' >pass && printf 'another one\n' >wrong
	tar -C open --no-recursion -cf open.tar -T names || return 1
	python3 - <<'PY' || return 1
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp("age", ["age", "-p", "-o", "open.age", "open.tar"])
sent = 0
try:
    while True:
        said = os.read(fd, 1000)
        if b":" in said and b"passphrase" in said.lower() and sent < 2:
            os.write(fd, b"correct horse battery\n")
            sent += 1
except OSError:
    pass
os.waitpid(pid, 0)
sys.exit(not os.path.exists("open.age"))
PY
	ends 0 'verified: ' open.age --passphrase-file pass --signer open.parts/card && says 'made for passphrase' && ends 2 '' open.age --passphrase-file wrong && ends 2 '' open.age &&
		warns 'no terminal to ask' && age -r "$ME" -o open.forward open.tar && ends 1 'not addressed to you' open.forward -i me.key
}
claim a_passphrase_opens_a_bundle_that_was_made_for_one t

t() {
	new_vault "$T/hq" && ev "$T/hq" card --name HQ -o hq.card 2>/dev/null || return 1
	recipient=$(sed -n 's/^recipient //p' hq.card)
	bundle forhq "$recipient" && tar -C forhq -cf - . | age -r "$recipient" >forhq.age && ends 2 '' forhq.age -i hq.key &&
		run_expect 3 ev "$T/hq" verify forhq.age && says 'intact, signer unknown: ' &&
		ev "$T/hq" contact add good.parts/card --name Айгүл --yes >/dev/null 2>&1 && run_expect 0 ev "$T/hq" verify forhq.age && says 'signed by Айгүл (owner)'
}
claim ones_own_vault_opens_what_is_sealed_to_it_and_knows_contacts t

# ---- originals

t() {
	rm -rf out && ends 0 'written: 3 originals' good.age -i me.key --signer $CARD --extract out && [ "$(cat out/IMG_0412.txt out/statement.txt out/IMG_0412\ *.txt)" = "$(cat good/data/*2.txt good/data/*3.txt good/data/*7.txt)" ] &&
		[ "$(ls out | wc -l)" = 3 ] && ends 2 '' good.age -i me.key --extract out && warns 'is not empty' && [ "$(ls out | wc -l)" = 3 ] && mkdir empty && ends 3 'written: 3' good.age -i me.key --extract empty
}
claim originals_go_by_their_names_to_a_new_or_empty_folder t

t() {
	cp -r good bad && printf x >>bad/data/0003.txt && rm -rf out && ends 1 'damaged: ' bad --extract out && [ "$(ls out | wc -l)" = 2 ] && [ ! -e out/statement.txt ] &&
		says 'statement.txt' && says 'NOT GOOD'
}
claim what_is_not_as_its_record_says_is_not_extracted t

t() {
	python3 - <<'PY'
import hashlib, re
p = "good/evault/items/0002.record"
lines = open(p, "rb").read().split(b"\n")
line = next(l for l in lines if b" name " in l)
lines[lines.index(line)] = b"- name " + hashlib.sha256(line).hexdigest().encode()
import os, shutil
shutil.rmtree("withheld", True); shutil.copytree("good", "withheld"); shutil.copytree("good.parts", "withheld.parts")
open("withheld/evault/items/0002.record", "wb").write(b"\n".join(lines))
PY
	"$TOOL" sign withheld A "$ME" withheld.parts && rm -rf out && ends 0 'withheld: name' withheld --signer $CARD --extract out && [ -f out/0002.txt ] &&
		verify withheld --json | grep '"item": *2,' | grep -q '"withheld": *"name"' && [ "$(verify good --json | grep -o '"record": *"[0-9a-f]*"')" = "$(verify withheld --json | grep -o '"record": *"[0-9a-f]*"')" ]
}
claim a_withheld_name_is_not_known_and_the_record_is_the_same t

t() {
	bundle named "$ME" names && rm -rf out && ends 0 'verified: ' named --signer named.parts/card --extract out && [ -f out/_CON ] && [ ! -e out/CON ]
}
claim names_that_windows_does_not_take_are_made_fit t

# ---- for scripts

t() {
	verify good.age -i me.key --signer $CARD --against good.parts/checkpoint-5 --json >got && python3 - <<'PY'
import json
events = [json.loads(line) for line in open("got")]
items, last = [e for e in events if "item" in e], events[-1]
assert [i["item"] for i in items] == [2, 3, 4, 7, 8] and all(i["good"] for i in items), items
assert last["verdict"] == "verified" and last["against"] == "holds" and last["signer_known"] == "holds" and last["addressee"] == "holds", last
assert items[0]["annotations"] == 1 and items[1]["retracted"] and items[0]["actor_removed"] and items[1]["role"] == "capture"
assert last["items"] == last["good"] == 5 and last["files"] == 3 and last["signer_name"] == "Aigul" and last["earlier_trees"] == 1
PY
}
claim json_says_the_same t

t() {
	[ "$(verify good --json | tail -n 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["verdict"])')" = "intact, signer unknown" ] &&
		ends 2 '' && ends 2 '' one two && ends 2 '' nothing.age && ! verify good | grep -qiE 'authentic|admissible'
}
claim it_never_says_more_than_it_knows t

# ---- what evault share makes

t() {
	"$EVAULT_BIN" init real --to "$("$EVAULT_BIN" keygen -o real.key 2>/dev/null | grep -o 'age1[0-9a-z]*')" --name Aigul --no-recovery >/dev/null 2>&1 &&
		mkdir src && echo one >src/one.txt && echo two >src/two.txt && head -c 300000 /dev/urandom >src/big.bin &&
		ev real add src --field witness=W --field consent=court,partner,public >/dev/null 2>&1 && ev real checkpoint >before && ev real checkpoint --short >before.short &&
		ev real annotate 2 --title T >/dev/null 2>&1 && ev real checkpoint >between && ev real retract 3 --reason R >/dev/null 2>&1 && ev real card -o real.card 2>/dev/null || return 1
	ev real share 1 2 3 --to "$ME" --withhold witness -o real.age >/dev/null 2>"$ERR" || { cat "$ERR"; return 1; }
	ends 0 'verified: ' real.age -i me.key --signer real.card && says 'withheld: witness' && says 'retracted' || return 1
	ends 0 'of 5 entries' real.age -i me.key --signer real.card --against before && ends 0 'of 5 entries' real.age -i me.key --signer real.card --against "$(cat before.short)" &&
		ev real share 1 --to "$OTHER" -o one.age >/dev/null 2>&1 && ends 3 'consistency not shown: ' one.age -i other.key --signer real.card --against between || return 1
	ev real key rotate >/dev/null 2>&1 && ev real add good.tar --field consent=public >/dev/null 2>&1 && ev real share 1 2 --to "$ME" --volumes 100000 -o real2.age >/dev/null 2>"$ERR" || { cat "$ERR"; return 1; }
	ends 0 'verified: ' real2.age.001 -i me.key --signer real.card --extract real.out && cmp real.out/one.txt src/one.txt || return 1
	age -d -i me.key real.age | tar -xO evault/items/0001.tlog-proof | sed '1,/^$/d' >shared && ends 0 'the log goes on from the checkpoint given' real2.age.001 -i me.key --signer real.card --against shared &&
		ev real checkpoint >later && ends 3 'consistency not shown: ' real2.age.001 -i me.key --signer real.card --against later
}
claim what_share_made_is_verified_before_and_after_a_change_of_keys t
t() {
	ev real share 1 2 --to "$ME" --plain-folder plain --not-encrypted >/dev/null 2>"$ERR" || { cat "$ERR"; return 1; }
	ends 0 'verified: ' plain --signer real.card && printf 'orbit velvet kayak mustard thimble quartz lagoon\n' >strong && ev real share 1 2 --to passphrase --new-passphrase-file strong -o real3.age >/dev/null 2>"$ERR" || { cat "$ERR"; return 1; }
	ends 0 'verified: ' real3.age --passphrase-file strong --signer real.card && ev real share 1 --no-files --to "$ME" -o real4.age >/dev/null 2>"$ERR" &&
		ends 0 'its file is not in the bundle' real4.age -i me.key --signer real.card
}
claim folders_passphrases_and_records_alone_are_verified t

# ---- the table of tampering: with sanitizers, and with little memory

cd "$TOP" || exit 2
python3 "$TABLE" "$EVAULT_BIN" "$TOOL" "$T/table" 0 || FAILED=1
python3 "$TABLE" "$EVAULT_RELEASE" "$TOOL" "$T/little" 400000 | sed -E 's/^((not )?ok) /\1 in_400_megabytes_/' || FAILED=1
[ "${PIPESTATUS[0]}" = 0 ] || FAILED=1
finish
