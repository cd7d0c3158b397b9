# Who can write to the folder of a vault, or to one above, while it is used.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

# ---- a vault that somebody else put above the working folder ----------------------------------------

# Its key opens for the victim, and for who made it.
new_vault "$T/v" || not_ok vault_to_attack
mkdir -p "$T/shared/work"
echo "what a witness said" >"$T/said.txt"
"$EVAULT_BIN" init "$T/theirs" --to "$(grep -o 'age1[0-9a-z]*' "$T/v.key")" >/dev/null 2>&1
mv "$T"/theirs/* "$T/shared/"
there() {
	(cd "$T/shared/work" && "$EVAULT_BIN" -i "$T/v.key" "$@")
}
t() {
	run_expect 0 there checkpoint || return 1
	chown -R 65534 "$T/shared/vault" || return 1
	run_expect 2 there add "$T/said.txt" && warns "another user's" || return 1
	run_expect 2 there testify <"$T/said.txt" && warns "another user's" || return 1
	run_expect 0 there -V "$T/shared" checkpoint
}
if [ "$(id -u)" -eq 0 ]; then
	claim vault_of_another_user_above_the_working_folder_is_used_only_when_it_is_named t
else
	skip vault_of_another_user_above_the_working_folder_is_used_only_when_it_is_named "only root can make one"
fi

# ---- something else in the place of a pack ---------------------------------------------------------

for i in 1 2 3; do
	echo "file $i" >"$T/$i.txt"
	run_expect 0 ev "$T/v" add "$T/$i.txt" || not_ok file_to_attack
done
run_expect 0 ev "$T/v" list || not_ok list_to_attack
echo "of somebody else" >"$T/outside"
"$EVAULT_BIN" keygen -o "$T/other.key" >/dev/null 2>&1

# instead HOW FILE: another thing of that name.
instead() {
	rm -f "$2"
	case $1 in
	sealed_for_another) age -r "$(grep -o 'age1[0-9a-z]*' "$T/other.key")" -o "$2" "$T/1.txt" ;;
	huge) truncate -s 1T "$2" ;;
	empty) : >"$2" ;;
	pipe) mkfifo "$2" ;;
	folder) mkdir "$2" ;;
	link) ln -s "$T/outside" "$2" ;;
	linked_file) ln "$T/outside" "$2" ;;
	endless) ln -s /dev/zero "$2" ;;
	esac
}
PACK=$(cd "$T/v" && find packs -type f | LC_ALL=C sort | head -n 1)
# What cannot be read is not called damage: 3.
t() {
	local want=1
	rm -rf "$T/a" "$T/out"
	cp -R "$T/v" "$T/a" && cp "$T/v.key" "$T/a.key" && instead "$1" "$T/a/$PACK" || return 1
	case $1 in pipe | folder | link | endless) want=3 ;; esac
	run timeout 20 "$EVAULT_BIN" -V "$T/a" -i "$T/a.key" check --json
	[ "$STATUS" -eq 1 ] || [ "$STATUS" -eq "$want" ] || { echo "# check: $STATUS"; return 1; }
	says "$PACK" || return 1
	run timeout 20 "$EVAULT_BIN" -V "$T/a" -i "$T/a.key" list
	[ "$STATUS" -eq 1 ] || [ "$STATUS" -eq "$want" ] || { echo "# list: $STATUS"; return 1; }
	[ "$(wc -l <"$OUT")" -eq 3 ] || return 1
	run_expect "$want" timeout 20 "$EVAULT_BIN" -V "$T/a" -i "$T/a.key" get --all -o "$T/out" || return 1
	[ "$(find "$T/out" -type f | wc -l)" -eq 2 ] && [ "$(cat "$T/outside")" = "of somebody else" ] || return 1
	for file in "$T/out"/*; do
		cmp -s "$file" "$T/${file##*/}" || return 1
	done
}
claim pack_sealed_for_another_is_found_and_the_other_files_are_given t sealed_for_another
claim pack_huge_is_found_and_the_other_files_are_given t huge
claim pack_empty_is_found_and_the_other_files_are_given t empty
claim pack_pipe_is_found_and_the_other_files_are_given t pipe
claim pack_folder_is_found_and_the_other_files_are_given t folder
claim pack_link_is_found_and_the_other_files_are_given t link
claim pack_linked_file_is_found_and_the_other_files_are_given t linked_file
claim pack_endless_is_found_and_the_other_files_are_given t endless

# ---- what was there before, put back ----------------------------------------------------------------

# Bob was a writer, is removed, and has kept a copy of all: his slot, his key, the log of then.
"$EVAULT_BIN" keygen -o "$T/bob.key" >/dev/null 2>&1
run_expect 0 ev "$T/v" key add Bob --role writer --to "$(grep -o 'age1[0-9a-z]*' "$T/bob.key")" || not_ok writer_to_remove
cp -R "$T/v" "$T/then"
run_expect 0 ev "$T/v" key remove Bob --yes || not_ok writer_removed
run_expect 0 ev "$T/v" add "$T/said.txt" || not_ok file_after_the_removal
run_expect 0 ev "$T/v" checkpoint && cp "$OUT" "$T/head" || not_ok checkpoint_after_the_removal

# put_back WHAT…: a copy of today's vault, with these of its files as they were then.
put_back() {
	rm -rf "$T/a"
	cp -R "$T/v" "$T/a" && cp "$T/v.key" "$T/a.key" || return 1
	for what in "$@"; do
		rm -rf "${T:?}/a/$what"
		cp -R "$T/then/$what" "$T/a/$what" || return 1
	done
}
bob() {
	"$EVAULT_BIN" -V "$T/a" -i "$T/bob.key" "$@"
}
keeps_bob_out() {
	run bob list
	[ "$STATUS" -ne 0 ] && ! grep -q said.txt "$OUT" || return 1
	run bob add "$T/1.txt"
	[ "$STATUS" -ne 0 ]
}
t() {
	put_back keys/2.age && keeps_bob_out && run_expect 0 ev "$T/a" check || return 1
	put_back keys/2.age index.db && keeps_bob_out && run_expect 0 ev "$T/a" check || return 1
	put_back keys && keeps_bob_out && run_expect 1 ev "$T/a" check && says keys/read.1.age || return 1
	put_back keys index.db && keeps_bob_out && run_expect 1 ev "$T/a" check
}
claim keys_put_back_let_nobody_in_who_was_removed t
t() {
	put_back log keys index.db || return 1
	run bob list
	! grep -q said.txt "$OUT" || return 1
	run_expect 1 ev "$T/a" check --against "$T/head" && says "the log was cut back to before a change of its keys"
}
claim an_older_log_with_its_keys_is_seen_by_who_has_a_checkpoint t
t() {
	put_back log/checkpoint && run_expect 1 ev "$T/a" check || return 1
	put_back vault || return 1
	cp "$T/shared/vault" "$T/a/vault"
	run ev "$T/a" list
	[ "$STATUS" -ne 0 ] && run_expect 1 ev "$T/a" check
}
claim a_head_alone_put_back_and_the_note_of_another_vault_are_found t

finish
