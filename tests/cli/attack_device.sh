# Who has the machine, the folder or the person: what is left where it is found.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
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

# ---- limits, and what moves under it ---------------------------------------------------------------

# Blocks of 1 KiB; with the signal as it is, and where who started it has it ignored.
t() {
	local signal blocks
	head -c 100000 /dev/urandom >"$T/photo.jpg"
	for signal in default ignore; do
		for blocks in 0 1 8 64 66 100 300; do
			rm -rf "$T/a" && cp -R "$T/v" "$T/a" && cp "$T/v.key" "$T/a.key" || return 1
			(ulimit -f $blocks && exec env --$signal-signal=XFSZ "$EVAULT_RELEASE" -V "$T/a" -i "$T/a.key" add "$T/photo.jpg" </dev/null 2>&1 | cat >"$T/said") 2>/dev/null
			interrupted_only "$T/a" || { echo "# $signal $blocks"; return 1; }
			! grep -q '^[0-9a-f]*-[0-9]*  ' "$T/said" || { keeps 2 "$T/a" && continue; } || return 1
			run_expect 0 ev "$T/a" add "$T/photo.jpg" && run_expect 0 ev "$T/a" get --all -o "$T/a.out" && cmp "$T/photo.jpg" "$T/a.out/photo.jpg" || return 1
			rm -r "$T/a.out"
		done
	done
}
claim however_small_a_file_may_be_nothing_is_lost_and_running_it_again_completes_it t

# Each write waits for a tenth of a second.
slowly() {
	strace -f -qq -o /dev/null -e trace=write -e inject=write:delay_enter=100000 "$EVAULT_RELEASE" "$@"
}
t() {
	local pid
	mkdir "$T/theirs" "$T/film" && head -c 20000000 /dev/urandom >"$T/film/film" && run_expect 0 ev "$T/v" add "$T/film" || return 1
	slowly -V "$T/v" -i "$T/v.key" get --all -o "$T/out" >"$OUT" 2>"$ERR" &
	pid=$!
	for _ in $(seq 200); do compgen -G "$T/out/film/*.tmp" >/dev/null && break; sleep 0.05; done
	mv "$T/out" "$T/moved" && ln -s "$T/theirs" "$T/out"
	wait $pid || return 1
	cmp "$T/film/film" "$T/moved/film/film" && [ -z "$(ls "$T/theirs")" ]
}
if command -v strace >/dev/null; then
	claim a_folder_that_is_put_in_the_place_of_the_one_given_back_into_gets_nothing t
fi

# Names as programs for keeping folders alike give them.
t() {
	local pack
	rm -rf "$T/a" && cp -R "$T/v" "$T/a" && cp "$T/v.key" "$T/a.key" && pack=$(find "$T/a/packs" -type f | head -n 1) || return 1
	cp "$T/a/log/checkpoint" "$T/a/log/checkpoint.sync-conflict-20261123-101010-ABCDEFG" && cp "$T/a/keys/1.age" "$T/a/keys/1 (conflicted copy 2026-11-23).age" &&
		cp "$T/a/vault" "$T/a/vault (1)" && cp "$pack" "${pack%.tar*} (1).tar.zst.age" || return 1
	run_expect 0 ev "$T/a" list && run_expect 0 ev "$T/a" add "$T/photo.jpg" && run_expect 0 ev "$T/a" get 1 -o - && run_expect 1 ev "$T/a" check --json &&
		json_is "sum(o.get('finding') == 'unknown' for o in all) == 4 and len(all) == 5"
}
claim copies_that_a_program_made_are_named_and_change_nothing t

finish
