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

finish
