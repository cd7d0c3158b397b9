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
for how in sealed_for_another huge empty pipe folder link linked_file endless; do
	claim "pack_${how}_is_found_and_the_other_files_are_given" t "$how"
done

finish
