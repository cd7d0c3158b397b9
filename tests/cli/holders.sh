# Who holds keys of a vault: giving, taking and changing them, as people type it; what each role may
# do; what a removed holder can do still; forgeries with keys that somebody had; and that everything
# comes out with stock age in every epoch.
: "${EVAULT_BIN:=build/evault}" "${BUILD:=build}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
FORGE=$(realpath "$BUILD/tests/tools/forge") || exit 1
unset EVAULT

# keygen NAME: a key in $T/NAME.key; its recipient is printed.
keygen() {
	"$EVAULT_BIN" keygen -o "$T/$1.key" 2>/dev/null
}
# by NAME COMMAND…: evault on $T/v with that key.
by() {
	local name=$1
	shift
	"$EVAULT_BIN" -V "$T/v" -i "$T/$name.key" "$@"
}
add_item() {
	printf '%s\n' "$2" >"$T/in/$2" && run_expect 0 by "$1" add "$T/in/$2"
}
sound() {
	run_expect 0 by "${1:-owner}" check && says "sound: " && run_expect 0 by "${1:-owner}" check --sealed --quick
}

mkdir "$T/in"
for name in owner reader writer capture second other; do
	keygen $name >"$T/$name.to" || exit 1
done
to() {
	cat "$T/$1.to"
}
printf 'otter velvet cargo mimic bishop lantern\n' >"$T/pass"
printf 'saddle rhubarb comet nylon parsley wagon\n' >"$T/pass2"

# ---- giving and listing

t() {
	run_expect 0 "$EVAULT_BIN" init "$T/v" --to "$(to owner)" --reader "$(to reader)" --name 'A. Lawyer' && add_item owner one && cp -a "$T/v" "$T/v.one"
}
claim vault_with_an_owner_and_a_reader t

t() {
	run_expect 0 by owner key add Aigul --role writer --to "$(to writer)" && says "Aigul has key 2 of the vault now; recorded as" && warns "they can read everything" &&
		run_expect 0 by owner key add Boris --role capture --to "$(to capture)" && says "Boris has key 3" && warns "they can add, and read nothing" &&
		run_expect 0 by owner key add 'С паролем' --role writer --new-passphrase-file "$T/pass" && says "has key 4" && warns "tell them the passphrase by another way" &&
		run_expect 0 by owner key add HQ --role reader --to "$(to other)" && says "HQ may read the vault now" && sound
}
claim holders_of_every_role_are_added t

t() {
	run_expect 0 by reader key list && sed -E 's/[0-9a-f]{16}/KEY/; s/age1[0-9a-z]+/RECIPIENT/' "$OUT" >"$T/list" && diff "$T/list" - <<-'END'
		  1  owner    KEY  A. Lawyer: opens it with a key; signs since entry 0
		  2  writer   KEY  Aigul: opens it with a key; signs since entry 4
		  3  capture  KEY  Boris: opens it with a key; signs since entry 6
		  4  writer   KEY  С паролем: opens it with a passphrase; signs since entry 8
		  -  reader   -                 -: opens it with RECIPIENT
		  -  reader   -                 HQ: opens it with RECIPIENT
	END
}
claim list_says_who_has_which_key_and_since_when t

t() {
	run_expect 0 by writer key list --json && python3 - "$OUT" <<-'END'
		import json, sys
		rows = [json.loads(line) for line in open(sys.argv[1])]
		assert [r.get("number") for r in rows] == [1, 2, 3, 4, None, None], rows
		assert [r["role"] for r in rows] == ["owner", "writer", "capture", "writer", "reader", "reader"]
		assert [r["me"] for r in rows] == [False, True] + [False] * 4
		assert rows[3]["opens_with"] == "passphrase" and rows[3]["name"] == "С паролем"
		assert all(len(r["key"]) == 64 for r in rows[:4]) and all(r["recipient"].startswith("age1") for r in rows[4:])
		assert not any(r["removed"] for r in rows)
	END
}
claim list_in_json_has_the_same t

t() {
	run_expect 0 by owner show 3 && says "Aigul" && says "added" && says "writer" && run_expect 0 by owner list --all && says "(key)"
}
claim each_change_is_recorded_with_the_name t

# ---- what each may

denied() {
	run_expect 2 by "$@" && warns "$why"
}
t() {
	local who
	why="only an owner of the vault changes its keys, and your role is writer"
	denied writer key add X --role reader --to "$(to second)" && denied writer key remove HQ --yes && denied writer key rename Boris B && denied writer key rotate || return 1
	why="may read and not write"
	for who in reader other; do
		denied $who key add X --role reader --to "$(to second)" && denied $who key remove HQ --yes && denied $who key rotate && denied $who key passphrase --to "$(to second)" || return 1
	done
	sound
}
claim only_an_owner_changes_keys_of_others t

t() {
	add_item writer two && run_expect 0 by other list && says two && says one && run_expect 0 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass" add "$T/in/two" &&
		run_expect 2 by reader add "$T/in/two" && sound
}
claim each_role_writes_and_reads_what_it_may t

t() {
	run_expect 2 by owner key add Aigul --role reader --to "$(to second)" && warns "is called Aigul already" &&
		run_expect 2 by owner key add 12 --role reader --to "$(to second)" && warns "must not look like a number" &&
		run_expect 2 by owner key add X --role king --to "$(to second)" && warns "one of owner, writer, capture and reader" &&
		run_expect 2 by owner key add X --role reader && warns "a key of their own" &&
		run_expect 2 by owner key add X --to "$(to second)" && warns "say what they may do" &&
		run_expect 2 by owner key add --role writer && warns "name one person" &&
		run_expect 2 by owner key add X --role writer --to nonsense && run_expect 2 by owner key add X --role writer && warns "no terminal" &&
		run_expect 2 by owner key remove Nobody --yes && warns "nobody who has a key of this vault is called Nobody" &&
		run_expect 2 by owner key remove 9 --yes && run_expect 2 by owner key remove 1 --yes && warns "the last owner cannot be removed" &&
		run_expect 2 by owner key remove Boris && warns "give --yes" && run_expect 2 by owner key rename Boris Aigul && run_expect 2 by owner key rename Boris &&
		run_expect 2 by owner key && warns "evault key list" && run_expect 2 by owner key sing && warns "no command key sing" &&
		run_expect 0 by owner key --help && says "usage: evault key list" && run_expect 0 by owner key add --help && says "usage: evault key add" && run_expect 0 "$EVAULT_BIN" help key remove && says "usage: evault key remove" && sound
}
claim mistakes_are_said_and_change_nothing t

# ---- one's own passphrase

t() {
	local pass="$EVAULT_BIN -V $T/v --passphrase-file"
	run_expect 0 $pass "$T/pass" key passphrase --new-passphrase-file "$T/pass2" && says "opens with the new passphrase" && warns "from before still open as they did" &&
		run_expect 2 $pass "$T/pass" list && run_expect 0 $pass "$T/pass2" list && sound &&
		run_expect 0 $pass "$T/pass2" key passphrase --to "$(to second)" && run_expect 2 $pass "$T/pass2" list && run_expect 0 by second list &&
		run_expect 0 by second key passphrase --new-passphrase-file "$T/pass" && run_expect 0 $pass "$T/pass" list && sound
}
claim a_writer_changes_their_own_passphrase t

t() {
	run_expect 0 on_terminal -a 'saddle rhubarb comet nylon parsley wagon' -a 'saddle rhubarb comet nylon parsley rain' -a 'saddle rhubarb comet nylon parsley wagon' -a 'saddle rhubarb comet nylon parsley wagon' \
		"$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass" key passphrase && says "not the same" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass2" list && run_expect 0 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass2" key passphrase --new-passphrase-file "$T/pass"
}
claim a_new_passphrase_is_asked_for_twice_at_the_terminal t

# ---- renaming

t() {
	run_expect 0 by owner key rename 2 'Aigul B.' && says "Aigul is called Aigul B. from now on" && add_item writer three && run_expect 0 by owner list --json &&
		grep -q '"actor": *"Aigul B."' "$OUT" && grep -q '"actor": *"Aigul"' "$OUT" && run_expect 0 by owner key rename 'Aigul B.' Aigul && sound
}
claim a_new_name_is_in_records_from_then_on t

# ---- removing: a new epoch

cp -a "$T/v" "$T/v.before"
cp "$T/v/log/checkpoint" "$T/before.checkpoint"
t() {
	run_expect 3 on_terminal -a n "$EVAULT_BIN" -V "$T/v" -i "$T/owner.key" key remove Aigul || return 1
	says "what Aigul has seen or copied stays with them" && says "Remove Aigul" && diff -r "$T/v.before/keys" "$T/v/keys" && diff -r "$T/v.before/log" "$T/v/log"
}
claim removing_says_what_it_cannot_undo_and_asks t

t() {
	run_expect 0 by owner key remove Aigul --yes && says "Aigul has no key of the vault any more" && warns "what Aigul has seen or copied stays with them" && warns "shown as forged" &&
		warns "all others open it as before, and need nothing new" && warns "needs a new card" &&
		[ ! -e "$T/v/keys/2.age" ] && [ -e "$T/v/keys/read.1.age" ] && [ -e "$T/v/keys/write.1.age" ] && sound
}
claim a_holder_is_removed_and_a_new_epoch_begins t

t() {
	local pack
	add_item owner after && run_expect 2 by writer list && warns "opens no key of this vault" && run_expect 2 by writer add "$T/in/one" &&
		run_expect 0 by other list && says after && run_expect 0 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass" list && says after || return 1
	# With the slot that they have kept, nothing of what was kept since opens.
	age -d -i "$T/writer.key" "$T/v.before/keys/2.age" >"$T/w.slot" && age -d -i "$T/w.slot" "$T/v/keys/read.0.age" >"$T/w.read" || return 1
	! age -d -i "$T/w.slot" "$T/v/keys/read.1.age" >"$OUT" 2>&1 && ! age -d -i "$T/w.slot" "$T/v/keys/write.1.age" >"$OUT" 2>&1 || return 1
	for pack in "$T"/v/packs/*/*; do
		[ -e "$T/v.before${pack#"$T/v"}" ] || ! age -d -i "$T/w.read" "$pack" >"$OUT" 2>&1 || return 1
	done
}
claim the_removed_opens_nothing_and_no_later_pack t

t() { run_expect 0 by owner key list && says "Aigul: removed; could sign from entry 4 to entry"; }
claim list_says_who_was_removed t

t() { run_expect 0 by owner check --against "$T/before.checkpoint" && run_expect 0 by owner check --sealed --quick --against "$T/before.checkpoint"; }
claim a_checkpoint_by_the_old_log_key_is_the_past_of_the_new_one t
t() {
	cp "$T/v/log/checkpoint" "$T/now.checkpoint" && run_expect 1 "$EVAULT_BIN" -V "$T/v.before" -i "$T/owner.key" check --against "$T/now.checkpoint" && says "the log was cut back to before a change of its keys"
}
claim an_older_copy_from_before_the_change_of_keys_is_seen t

# The number is free again; who gets it is somebody else.
t() {
	run_expect 0 by owner key add Daria --role writer --to "$(to second)" && says "Daria has key 2" && run_expect 0 by second list && says one && says after &&
		run_expect 2 by writer list && sound
}
claim somebody_new_gets_the_number_and_reads_all_epochs t

t() {
	run_expect 0 by owner key rotate && says "new keys of its own" && add_item second rotated && run_expect 0 by owner key rotate && add_item owner again &&
		[ -e "$T/v/keys/read.3.age" ] && run_expect 0 by other list && says rotated && says again && sound other
}
claim rotating_twice_leaves_the_people_as_they_are t

t() {
	run_expect 0 by owner key remove HQ --yes && add_item owner hidden && run_expect 2 by other list && warns "was removed from the vault" && run_expect 0 by reader list && says hidden &&
		run_expect 0 by owner key remove "$(to reader)" --yes && run_expect 2 by reader list && sound
}
claim readers_are_removed_by_name_or_recipient t

t() {
	run_expect 0 by owner key add Owner2 --role owner --to "$(to other)" && run_expect 0 by other key remove 'A. Lawyer' --yes && run_expect 2 by owner list && run_expect 0 by other key list && sound other &&
		run_expect 0 by other key add 'A. Lawyer' --role owner --to "$(to owner)" && sound
}
claim an_owner_can_be_removed_by_another_and_come_back t

t() {
	python3 -B tests/interop/reader.py verify "$T/v" >"$OUT" 2>&1 && python3 -B tests/interop/reader.py verify "$T/v" -i "$T/owner.key" >"$OUT" 2>&1 && python3 -B tests/interop/reader.py verify "$T/v" -i "$T/second.key" >"$OUT" 2>&1 ||
		{ sed 's/^/# /' "$OUT"; false; }
}
claim the_second_reader_finds_all_epochs_sound t

# ---- without evault, in every epoch

t() {
	local own
	sed -n '/^#!\/bin\/bash$/,/^rm -r /p' "$T/v/README.txt" >"$T/recover.sh"
	run_expect 0 bash "$T/recover.sh" "$T/v" "$T/owner.key" "$T/out" && [ ! -s "$ERR" ] || { sed 's/^/# /' "$ERR"; return 1; }
	(cd "$T/in" && for own in one two three after rotated again hidden; do cmp "$own" "$T/out/$own" || exit 1; done) && [ "$(ls "$T/out" | wc -l)" = 7 ]
}
claim stock_tools_bring_everything_out_of_all_epochs t

t() {
	age -d -i "$T/second.key" "$T/v/keys/2.age" >"$T/slot" && grep -q '^# name Daria$' "$T/slot" && for e in "$T"/v/keys/read.*.age; do
		age -d -i "$T/slot" "$e" >"$T/epoch" && grep -q '^AGE-SECRET-KEY-1' "$T/epoch" && cat "$T/epoch" >>"$T/epochs" || return 1
	done
	for pack in "$T"/v/packs/*/*; do
		age -d -i "$T/epochs" "$pack" | zstd -dqc | tar t >>"$T/members" || return 1
	done
	grep -q '^records/' "$T/members" && [ "$(grep -c '^objects/' "$T/members")" = 7 ]
}
claim age_goes_from_the_slot_to_every_epoch_and_every_pack t

# Whoever can read has the roster; it is in no file for others.
t() {
	age -d -i "$T/slot" "$(ls "$T"/v/keys/read.*.age | sort -V | tail -n 1)" | grep -q '^# holder 2 writer [0-9a-f]* age1[0-9a-z]* Daria$' &&
		! grep -rqaF -e Daria -e Aigul -e 'A. Lawyer' "$T/v/keys" "$T/v/log" "$T/v/vault"
}
claim names_are_in_the_newest_identity_alone t

# ---- interruptions: a change that the log has, and its files have not got their names yet

t() {
	local f
	rm -rf "$T/f" && cp -a "$T/v" "$T/f" && mv "$T/f/keys/1.age" "$T/keep" && for f in "$T"/f/keys/read.*.age "$T"/f/keys/write.*.age; do mv "$f" "$f.new"; done
	mv "$T/keep" "$T/f/keys/1.age"
	run_expect 0 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" check --json && grep -q '"finding": *"interrupted"' "$OUT" && ! grep '"finding"' "$OUT" | grep -qv interrupted &&
		run_expect 0 bash "$T/recover.sh" "$T/f" "$T/owner.key" "$T/out.new" && [ "$(ls "$T/out.new" | wc -l)" = 7 ] &&
		python3 -B tests/interop/reader.py verify "$T/f" -i "$T/owner.key" >"$OUT" 2>&1 &&
		run_expect 0 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" add "$T/in/one" && ! ls "$T"/f/keys/*.new 2>/dev/null && run_expect 0 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" check --json && ! grep -q '"finding"' "$OUT"
}
claim key_files_that_lack_their_names_count_and_get_them t

# ---- forgeries: each is found by its words, with a key and without

# forged NAME WORDS STEP…: with these steps of the forging tool, or of the shell before.
kinds() {
	grep -o '"finding": *"[a-z]*"' "$OUT" | sed 's/.*"\([a-z]*\)"/\1/' | sort -u | paste -sd ' '
}
named() {
	local name=$1 words=$2 rc=0
	run_expect 1 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" check && says "$words" || rc=1
	run_expect 1 "$EVAULT_BIN" -V "$T/f" check --sealed && says "$words" || rc=1
	rm -rf "$T/f"
	[ $rc = 0 ] && ok "$name" || not_ok "$name"
}
forged() {
	local name=$1 words=$2
	shift 2
	rm -rf "$T/f" && cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/owner.key" "$@" && named "$name" "$words" || not_ok "$name"
}
"$FORGE" "$T/v" "$T/owner.key" print >"$T/records"
last=$(tail -n 1 "$T/records" | cut -d ' ' -f 1)
some=$(printf '%064d' 7)
# The admission of Aigul, and of Boris.
actor_line() {
	cat "$T"/v/log/tile/entries/* "$T"/v/log/tile/entries/*/* 2>/dev/null | tr -d '\0' | grep -ao "^actor .* $1\$" | sed -n "${2}p"
}
aigul=$(actor_line writer 1)

forged entry_by_a_removed_holder "after that key was removed" as "$T/v.before" "$T/writer.key" line "record $some"
forged keys_changed_by_a_removed_holder "after that key was removed" as "$T/v.before" "$T/writer.key" line "$aigul"
forged capture_holder_admits_an_actor "changes keys, and its signer is no owner but a capture" as "$T/v.before" "$T/capture.key" line "$aigul"
forged capture_holder_drops_a_slot "changes keys, and its signer is no owner but a capture" as "$T/v.before" "$T/capture.key" line "slot-end 1"
forged writer_seals_the_slot_of_another "changes keys, and its signer is no owner but a writer" as "$T/v" "$T/second.key" slot 1 "$T/v/keys/3.age"
forged replay_of_an_old_admission_at_the_end "signed for another place in the log" copy 4 $((last + 1))
forged replay_of_an_old_admission_signed_anew_is_none "whom no owner admitted" line "record $some" stranger "$(printf '%064d' 8)"
forged log_key_that_the_old_one_has_not_signed "does not have the signatures that it must have" log-key
forged log_key_named_by_a_capture_holder "does not have the signatures that it must have" as "$T/v.before" "$T/capture.key" log-key

t() {
	rm -rf "$T/f" && cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/owner.key" as "$T/v.before" "$T/writer.key" line "record $some" &&
		run_expect 1 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" check && says "this is the key of Aigul" && run_expect 1 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" list
}
claim with_a_key_the_forger_is_named t

copied() {
	local name=$1 words=$2 from=$3 to=$4
	rm -rf "$T/f" && cp -a "$T/v" "$T/f" && cp "$from" "$T/f/keys/$to" && named "$name" "$words" || not_ok "$name"
}
run_expect 0 "$EVAULT_BIN" init "$T/foreign" --to "$(to owner)" || exit 1
newest=$(basename "$(ls "$T"/v/keys/read.*.age | sort -V | tail -n 1)")
copied swapped_slots "keys/2.age: is not the file that the log names" "$T/v/keys/1.age" 2.age
copied slot_of_another_vault "keys/1.age: is not the file that the log names" "$T/foreign/keys/1.age" 1.age
copied slot_of_somebody_who_was_removed_put_back "keys/2.age: is not the file that the log names" "$T/v.before/keys/2.age" 2.age
copied identity_of_an_old_epoch_put_back "keys/$newest: is not the file that the log names" "$T/v/keys/read.0.age" "$newest"
copied identity_from_before_a_change_put_back "keys/read.0.age: is not the file that the log names" "$T/v.before/keys/read.0.age" read.0.age
copied log_key_of_an_old_epoch_put_back "is not the file that the log names" "$T/v/keys/write.0.age" "write.${newest#read.}"
copied slot_of_another_vault_put_beside "keys/9.age: a file that does not belong to the vault" "$T/foreign/keys/1.age" 9.age

# ---- slots that are hostile, and that an owner has named

# A slot is named by the log; opening it ends soon, with little memory, in words.
hostile() {
	local name=$1 words=$2 rc=0
	rm -rf "$T/f" && cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/owner.key" slot 7 "$T/slot.bad" && cp "$T/slot.bad" "$T/f/keys/7.age" || { not_ok "$name"; return; }
	# Nobody else is kept out by it …
	run_expect 0 "$EVAULT_BIN" -V "$T/f" -i "$T/owner.key" list && says one || rc=1
	# … and with it alone there is a reason.
	rm "$T"/f/keys/[1-6].age
	SECONDS=0
	run bash -c 'ulimit -v 700000; exec "$@"' - "$EVAULT_RELEASE" -V "$T/f" --passphrase-file "$T/pass" list
	[ "$STATUS" != 0 ] && [ "$STATUS" -lt 4 ] && [ $SECONDS -lt 20 ] && warns "$words" || rc=1
	[ $rc = 0 ] && ok "$name" || not_ok "$name" "$STATUS after $SECONDS s"
}
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
python3 - "$T/v/keys/4.age" "$T" <<'END'
import re, sys
slot = open(sys.argv[1], "rb").read()
def put(name, data):
    open(sys.argv[2] + "/slot." + name, "wb").write(data)
put("work", re.sub(rb"(?m)^(-> scrypt \S+) \d+$", rb"\1 40", slot, count=1))
put("cut", slot[:150])
stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
put("many", b"age-encryption.org/v1\n" + b"-> x\n\n" * 10**6 + b"--- " + b"A" * 43 + b"\n" + b"x" * 40)
put("some", b"age-encryption.org/v1\n" + stanza * 5000 + b"--- " + b"A" * 43 + b"\n" + b"x" * 40)
END
for name in work:"work factor" cut:"keys/" many:"keys/7.age: this key file was altered" some:"keys/"; do
	cp "$T/slot.${name%%:*}" "$T/slot.bad"
	hostile "hostile_slot_${name%%:*}_is_refused_soon_and_in_words" "${name#*:}"
done

finish
