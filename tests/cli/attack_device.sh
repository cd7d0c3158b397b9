# Who has the machine, the folder or the person: what is left where it is found.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

new_vault "$T/v" && echo "what a witness said" >"$T/said.txt" && run_expect 0 ev "$T/v" add "$T/said.txt" || not_ok vault_to_attack
find "$T/v" -type f ! -name writer | LC_ALL=C sort >"$T/files"

# refuses COMMAND…: it writes nothing into the vault.
refuses() {
	run_expect 2 "$EVAULT_BIN" -i "$T/v.key" "$@" && warns "is found with it" || return 1
	find "$T/v" -type f ! -name writer | LC_ALL=C sort | cmp - "$T/files"
}
t() {
	local here=(-V "$T/v")
	ln -s v/packs "$T/elsewhere"
	refuses "${here[@]}" get 1 -o "$T/v/said.txt" && refuses "${here[@]}" get --all -o "$T/v" &&
		refuses "${here[@]}" get --all -o "$T/v/out/" && refuses "${here[@]}" get --all -o "$T/elsewhere/out" &&
		refuses "${here[@]}" share 1 --to passphrase -o "$T/v/b.evault" && refuses "${here[@]}" card --name A -o "$T/v/a.card" &&
		refuses "${here[@]}" key split -k 2 -n 3 --paper "$T/v/keys/paper.html" &&
		refuses verify "$T/b.evault" --extract "$T/v/extracted" && refuses keygen -o "$T/v/keys/mine" &&
		cd "$T/v" && refuses get 1 -o said.txt && refuses receive "$T/said.txt" &&
		run_expect 0 "$EVAULT_BIN" -i "$T/v.key" get 1 -o ../given && cmp "$T/said.txt" "$T/given" &&
		run_expect 0 "$EVAULT_BIN" -i "$T/v.key" get 1 -o - && run_expect 0 "$EVAULT_BIN" -i "$T/v.key" check
}
claim nothing_is_written_in_clear_into_the_folder_of_a_vault t
cd "$TOP" || exit 1

finish
