# Who has the log key, or the actor's key as well, can sign another history.  Whoever kept an old
# checkpoint finds that out.  And what FORMAT.md, section 6, says of checkpoint.new.
: "${EVAULT_BIN:=build/evault}" "${BUILD:=build}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
FORGE=$(realpath "$BUILD/tests/tools/forge") || exit 1
unset EVAULT

ev() {
	local vault=$1
	shift
	"$EVAULT_BIN" -V "$vault" -i "$T/key" "$@"
}

# add VAULT NAME…: each of these files is kept by a commit of its own.
add() {
	local vault=$1 name
	shift
	for name in "$@"; do
		printf '%s\n' "$name" >"$T/in/$name"
		run_expect 0 ev "$vault" add "$T/in/$name" || return 1
	done
}

# kinds: what the findings of the last `check --json` are, each once.
kinds() {
	grep -o '"finding": *"[a-z]*"' "$OUT" | sed 's/.*"\([a-z]*\)"/\1/' | sort -u | paste -sd ' '
}

# finds VAULT STATUS KINDS [OPTION…]: check ends so, with findings of these kinds and no others.
finds() {
	local vault=$1 status=$2 wanted=$3
	shift 3
	run_expect "$status" ev "$vault" check --json "$@" || return 1
	[ "$(kinds)" = "$wanted" ] && return 0
	printf '# check %s: found "%s", not "%s"\n' "$*" "$(kinds)" "$wanted"
	sed 's/^/# /' "$OUT"
	return 1
}

# Entries: 0 the start; then for each add its record and its pack.
mkdir "$T/in"
recipient=$("$EVAULT_BIN" keygen -o "$T/key" 2>/dev/null | grep -o 'age1[0-9a-z]*')
run_expect 0 "$EVAULT_BIN" init "$T/v" --to "$recipient" || exit 1
add "$T/v" one || exit 1
cp -a "$T/v" "$T/at3"
add "$T/v" two three || exit 1
ev "$T/v" checkpoint >"$T/old" && [ "$(sed -n 2p "$T/old")" = 7 ] || exit 1
add "$T/v" four five || exit 1
"$FORGE" "$T/v" "$T/key" print >"$T/records" || exit 1
digest() {
	sed -n "s/^$1 //p" "$T/records"
}

t() { finds "$T/v" 0 "" && finds "$T/v" 0 "" --against "$T/old" && finds "$T/v" 0 "" --sealed --against "$T/old"; }
claim what_was_only_continued_is_sound_against_the_old_checkpoint t

# The tool writes the same log again when told to change nothing.
t() { cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/key" actor && diff -r "$T/v/log" "$T/f/log" && finds "$T/f" 0 "" --against "$T/old"; }
claim the_forging_tool_alone_changes_nothing t
rm -rf "$T/f"

# ---- forged: NAME PLAIN KINDS AGAINST-KINDS STEP…: PLAIN is the status of a check without the old
# checkpoint, with findings of these kinds; with it the status is 1.  Without a key the history and
# the signatures are seen all the same.
forged() {
	local name=$1 plain=$2 alone=$3 against=$4 rc=0
	shift 4
	cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/key" "$@" && finds "$T/f" "$plain" "$alone" && finds "$T/f" 1 "$against" --against "$T/old" || rc=1
	[ $rc = 1 ] || run_expect 1 ev "$T/f" check --sealed --quick --against "$T/old" || rc=1
	rm -rf "$T/f"
	[ $rc = 0 ] && ok "$name" || not_ok "$name"
}

# An older copy of the whole vault: sound in itself.
t() { finds "$T/at3" 0 "" && finds "$T/at3" 1 history --against "$T/old" && finds "$T/at3" 1 history --sealed --quick --against "$T/old"; }
claim an_older_copy_put_back_is_seen_with_the_old_checkpoint_only t

t() {
	cp -a "$T/at3" "$T/f" && add "$T/f" other-two other-three other-four && finds "$T/f" 0 "" && finds "$T/f" 1 history --against "$T/old" &&
		run_expect 1 ev "$T/f" check --against "$T/old" && says "the past was rewritten"
}
claim an_older_copy_continued_with_other_items_is_seen_with_the_old_checkpoint_only t
rm -rf "$T/f"

forged log_cut_and_signed_anew 0 "interrupted" "history interrupted" keep 3
forged log_cut_within_a_commit_leaves_an_item_without_its_record 1 "interrupted missing" "history interrupted missing" keep 4
forged log_cut_and_continued_with_a_copy_of_what_came_later 1 "forged interrupted" "forged history interrupted" keep 3 copy 2 3 copy 2 3 copy 2 3 copy 2 3 copy 2 3
# What comes after a forged entry was signed for another history, and does not count.
forged entry_edited_with_the_log_key 1 "altered forged interrupted" "altered forged history interrupted" record 3 "$(digest 9)"
forged entry_edited_with_the_actor_key_too 0 "" history actor record 3 "$(digest 9)" drop 9
forged entries_reordered_with_the_log_key 1 "forged interrupted" "forged history interrupted" swap 1 3
forged entries_reordered_with_the_actor_key_too 0 "" history actor swap 1 3
forged entry_replayed_in_the_past_with_the_log_key 1 "forged interrupted" "forged history interrupted" copy 1 3
forged entry_replayed_in_the_past_with_the_actor_key_too 1 forged "forged history" actor copy 1 3
forged entry_replayed_at_the_end_with_the_log_key 1 forged forged copy 3 11
forged entry_replayed_at_the_end_with_the_actor_key_too 1 forged forged actor copy 3 11
forged entry_dropped_with_the_log_key 1 "forged interrupted" "forged history interrupted" drop 3
forged entry_dropped_with_the_actor_key_too 0 "" history actor drop 3
forged pack_entry_dropped_with_the_actor_key_too 1 "interrupted missing" "history interrupted missing" actor drop 4
forged entry_of_an_actor_whom_no_owner_admitted 1 forged forged stranger "$(digest 3)"
forged record_added_twice 1 forged forged again 3
forged checkpoint_signed_by_another_log_key 1 altered altered stray-key
forged checkpoint_signed_by_another_log_key_over_another_past 1 altered altered stray-key actor swap 1 3

# Without its first entry a log names neither keys nor files: what else is found depends on the order.
t() {
	cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/key" actor drop 0 && run_expect 1 ev "$T/f" check && says "does not begin the log" &&
		run_expect 1 ev "$T/f" check --against "$T/old" && says "the past was rewritten" && run_expect 1 ev "$T/f" check --sealed
}
claim first_entry_dropped_with_the_actor_key_too t
rm -rf "$T/f"

# What check says is a sentence, and names the entry.
t() {
	cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/key" stranger "$(digest 3)" && run_expect 1 ev "$T/f" check && says "whom no owner admitted" && says "-11" &&
		run_expect 1 ev "$T/f" list && warns "entry 11" && warns "whom no owner admitted" && run_expect 1 ev "$T/f" add "$T/in/one" && [ "$(sed -n 2p "$T/f/log/checkpoint")" = 12 ]
}
claim a_forged_log_is_neither_read_nor_continued t
rm -rf "$T/f"

# Packs that only forged entries name look as if an interrupted run had left them.
t() {
	cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/key" swap 1 3 && cp "$T/f/log/checkpoint" "$T/forged" && run_expect 1 ev "$T/f" check --adopt &&
		cmp "$T/f/log/checkpoint" "$T/forged" && [ ! -e "$T/f/log/checkpoint.new" ]
}
claim a_forged_log_is_not_continued_by_adopting t
rm -rf "$T/f"

t() {
	run_expect 0 "$EVAULT_BIN" init "$T/w" --to "$recipient" && ev "$T/w" checkpoint >"$T/foreign" && finds "$T/v" 1 history --against "$T/foreign" &&
		run_expect 1 ev "$T/v" check --against "$T/foreign" && says "the checkpoint given is of" &&
		sed 2s/7/6/ "$T/old" >"$T/edited" && run_expect 2 ev "$T/v" check --against "$T/edited" && warns "not signed by this vault's log"
}
claim a_checkpoint_of_another_vault_is_a_finding_and_an_edited_one_is_refused t

# ---- checkpoint.new

# A commit that was cut short after it was signed: $T/cut has its tiles, and those of before.
cp -a "$T/v" "$T/cut" && add "$T/cut" six && cp "$T/cut/log/checkpoint" "$T/good" && cp -rn "$T/v/log/tile/." "$T/cut/log/tile/" || exit 1
cp "$T/v/log/checkpoint" "$T/cut/log/checkpoint"
"$FORGE" "$T/v" "$T/key" head 3 "$T/older" && "$FORGE" "$T/v" "$T/key" fork 3 "$T/older-fork" &&
	"$FORGE" "$T/v" "$T/key" fork 11 "$T/fork" && "$FORGE" "$T/v" "$T/key" fork 40 "$T/fork-ahead" || exit 1
cp -a "$T/v" "$T/f" && "$FORGE" "$T/f" "$T/key" stray-key && mv "$T/f/log/checkpoint" "$T/strange" || exit 1
rm -rf "$T/f"
head -c 60 "$T/good" >"$T/torn"
head -c $(($(wc -c <"$T/good") - 1)) "$T/good" >"$T/torn-late"
head -c 300 /dev/urandom >"$T/garbage"
: >"$T/empty"

# has VAULT NAME…: list gives just these.
has() {
	local vault=$1
	shift
	run_expect 0 ev "$vault" list --json || return 1
	[ "$(grep -o '"name": *"[a-z-]*"' "$OUT" | sed 's/.*"\([a-z-]*\)"/\1/' | paste -sd ' ')" = "$*" ] || { sed 's/^/# /' "$OUT"; false; }
}

# rolled BASE OLD NEW STATUS KINDS NAME…: with these heads (- for none) check ends so, and a reader
# finds just these items; the next writer goes on from them, leaves no checkpoint.new, and the log
# goes on from what was signed before.
rolled() {
	local base=$1 old=$2 new=$3 kinds=$4 rc=0
	shift 4
	cp -a "$T/$base" "$T/f" && rm -f "$T/f/log/checkpoint"
	[ "$old" = - ] || cp "$old" "$T/f/log/checkpoint"
	cp "$new" "$T/f/log/checkpoint.new"
	finds "$T/f" 0 "$kinds" && has "$T/f" "$@" && [ -e "$T/f/log/checkpoint.new" ] && add "$T/f" later && has "$T/f" "$@" later &&
		[ ! -e "$T/f/log/checkpoint.new" ] && finds "$T/f" 0 "${after-}" --against "$T/v/log/checkpoint" || rc=1
	rm -rf "$T/f"
	return $rc
}
# stays BASE OLD NEW KINDS WORDS: damage; no command goes on, and nothing is changed.
stays() {
	local rc=0
	cp -a "$T/$1" "$T/f" && rm -f "$T/f/log/checkpoint"
	[ "$2" = - ] || cp "$2" "$T/f/log/checkpoint"
	cp "$3" "$T/f/log/checkpoint.new" && cp -a "$T/f" "$T/f2"
	finds "$T/f" 1 "$4" && run_expect 1 ev "$T/f" check && says "$5" && run_expect 1 ev "$T/f" list && run_expect 1 ev "$T/f" add "$T/in/one" &&
		run_expect 1 ev "$T/f" check --adopt || rc=1
	rm -f "$T/f/writer" "$T/f2/writer"
	diff -r "$T/f" "$T/f2" || rc=1
	rm -rf "$T/f" "$T/f2"
	return $rc
}

head=$T/v/log/checkpoint
all="one two three four five"
claim new_head_good_and_larger_counts_and_is_rolled_forward rolled cut "$head" "$T/good" interrupted $all six
t() { cp -a "$T/cut" "$T/f" && cp "$T/good" "$T/f/log/checkpoint.new" && add "$T/f" later && finds "$T/f" 0 "" --against "$T/good"; }
claim what_comes_after_goes_on_from_the_new_head t
rm -rf "$T/f"
claim new_head_good_and_no_head_counts rolled cut - "$T/good" interrupted $all six
claim new_head_good_and_a_torn_head_counts rolled cut "$T/torn" "$T/good" interrupted $all six
claim new_head_equal_to_the_head_is_a_leftover rolled v "$head" "$head" interrupted $all
claim new_head_torn_is_a_leftover rolled v "$head" "$T/torn" interrupted $all
claim new_head_torn_in_its_last_byte_is_a_leftover rolled v "$head" "$T/torn-late" interrupted $all
claim new_head_of_garbage_is_a_leftover rolled v "$head" "$T/garbage" interrupted $all
claim new_head_of_no_bytes_is_a_leftover rolled v "$head" "$T/empty" interrupted $all
claim new_head_signed_by_another_key_is_a_leftover rolled v "$head" "$T/strange" interrupted $all
claim new_head_older_is_a_leftover rolled v "$head" "$T/older" interrupted $all
# Its pack is on disk, and stays until it is adopted.
after=interrupted
claim new_head_torn_over_the_tiles_of_its_commit_is_a_leftover rolled cut "$head" "$T/torn" interrupted $all
unset after

claim new_head_of_the_same_size_and_another_root_is_a_fork stays v "$head" "$T/fork" history "the log was forked"
claim new_head_smaller_and_no_past_is_a_fork stays v "$head" "$T/older-fork" "history interrupted" "the log was forked"
claim new_head_that_does_not_go_on_from_the_head_is_a_fork stays cut "$T/older-fork" "$T/good" "history interrupted" "the log was forked"
claim new_head_whose_entries_are_not_there_is_missing_entries stays v "$head" "$T/fork-ahead" missing "are not there"
claim new_head_torn_and_no_head_is_damage stays v - "$T/torn" "interrupted missing" "the log's head is missing"
claim two_torn_heads_are_damage stays v "$T/torn" "$T/torn" "altered interrupted" "no checkpoint"

finish
