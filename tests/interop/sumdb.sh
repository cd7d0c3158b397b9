# The log as Go's own libraries for notes and transparency logs see it (golang.org/x/mod/sumdb).
: "${EVAULT_BIN:=build/evault}" "${BUILD:=build}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
FORGE=$(realpath "$BUILD/tests/tools/forge") || exit 1
unset EVAULT
SHARED=/usr/share/gocode

if ! command -v go >/dev/null || [ ! -d "$SHARED/src/golang.org/x/mod/sumdb/tlog" ]; then
	echo "skipped sumdb: go or golang-golang-x-mod-dev is not installed"
	exit 0
fi

build() {
	mkdir -p "$T/go/src" && cp -r tests/interop/sumdb "$T/go/src/sumdb" &&
		(cd "$T/go/src/sumdb" && GO111MODULE=off GOFLAGS='' GOPATH="$T/go:$SHARED" GOCACHE="${GOCACHE:-$T/go-cache}" \
			go build -o "$T/sumdb" . && GO111MODULE=off GOFLAGS='' GOPATH="$T/go:$SHARED" GOCACHE="${GOCACHE:-$T/go-cache}" go vet .) >"$OUT" 2>&1 ||
		{ cat "$OUT"; false; }
}
claim the_go_program_builds build
[ -x "$T/sumdb" ] || finish

recipient=$("$EVAULT_BIN" keygen -o "$T/key" 2>/dev/null | grep -o 'age1[0-9a-z]*')
ev() {
	local vault=$1
	shift
	"$EVAULT_BIN" -V "$vault" -i "$T/key" "$@"
}
# with_entries VAULT N: of N entries, in commits of different sizes.
with_entries() {
	local at=1 n files=$T/files.${1##*/}
	run_expect 0 "$EVAULT_BIN" init "$1" --to "$recipient" && mkdir "$files" || return 1
	while [ $at -lt "$2" ]; do
		# A commit of n files has n + 1 entries.
		n=$((at < 12 ? at : 70))
		[ $((at + n + 1)) -le "$2" ] || n=$(($2 - at - 1))
		[ $((at + n + 2)) -ne "$2" ] || n=$((n - 1))
		mkdir "$files/$at" && (cd "$files/$at" && seq "$at" $((at + n - 1)) | split -l 1) && run_expect 0 ev "$1" add "$files/$at" || return 1
		at=$((at + n + 1))
		# The heads on the way, for later.
		cp "$1/log/checkpoint" "$1.$at"
	done
	[ "$(sed -n 2p "$1/log/checkpoint")" = "$2" ]
}

for n in 1 12 256 300; do
	claim "a_vault_of_${n}_entries_is_made" with_entries "$T/v$n" $n
	# Its own claims are of this test.
	"$T/sumdb" "$T/v$n" >"$OUT" 2>&1 || FAILED=1
	sed -E "s/^(ok|not ok) (.*)/\1 of_${n}_entries_\2/" "$OUT"
done

t() {
	local head
	for head in "$T"/v12.* "$T"/v256.* "$T"/v300.*; do
		run_expect 0 "$T/sumdb" "${head%.*}" "$head" && says "ok old_checkpoint_is_the_past_of_this_log" || return 1
	done
	[ "$(ls "$T"/v300.* | wc -l)" -ge 5 ]
}
claim each_head_on_the_way_is_the_past_of_the_last t

t() { [ -f "$T/v300/log/tile/0/000" ] && [ -f "$T/v300/log/tile/0/001.p/44" ] && [ -f "$T/v300/log/tile/1/000.p/1" ] && [ -f "$T/v300/log/tile/entries/000" ]; }
claim the_tiles_of_300_entries_are_where_tlog_tiles_puts_them t
t() { [ "$(cd "$T/v256/log/tile" && find . -type f | sort | tr '\n' ' ')" = "./0/000 ./1/000.p/1 ./entries/000 " ]; }
claim the_tiles_of_256_entries_have_no_partial_one_but_the_top t

# What a vault keeps of another one, when it has received that.
t() {
	local n item
	run_expect 0 "$EVAULT_BIN" init "$T/hq" --to "$recipient" || return 1
	for n in 12 300; do
		run_expect 0 ev "$T/hq" receive "$T/v$n" && item=$(sed -n 's/.* is kept as //p' "$OUT") && run_expect 0 ev "$T/hq" get "$item" -o "$T/log$n.tar" && mkdir "$T/log$n" && tar -xf "$T/log$n.tar" -C "$T/log$n" &&
			run_expect 0 "$T/sumdb" -entries "$T/log$n" && says "ok every_entry_is_signed" && says "ok root_of_the_entries_is_the_root_of_the_checkpoint" && cmp "$T/log$n/log/checkpoint" "$T/v$n/log/checkpoint" || return 1
	done
}
claim the_log_of_a_vault_that_was_received_is_whole_by_itself t
t() {
	local bundle=$T/log300/log/tile/entries/001.p/44
	printf X | dd of="$bundle" bs=1 seek=200 conv=notrunc status=none && run_expect 1 "$T/sumdb" -entries "$T/log300" && says "not ok "
}
claim and_an_altered_one_is_not t

# Under one log key after another: each signs over the next, and old heads stay good.
t() {
	local n
	run_expect 0 "$EVAULT_BIN" init "$T/rotated" --to "$recipient" && mkdir "$T/files.rotated" || return 1
	for n in 1 2 3; do
		cp "$T/rotated/log/checkpoint" "$T/rotated.$n" && seq "$n" 9 >"$T/files.rotated/$n" && run_expect 0 ev "$T/rotated" add "$T/files.rotated/$n" && run_expect 0 ev "$T/rotated" key rotate || return 1
	done
	for n in 1 2 3; do
		run_expect 0 "$T/sumdb" "$T/rotated" "$T/rotated.$n" && says "ok old_checkpoint_is_the_past_of_this_log" && says "ok checkpoint_is_signed_by_the_log_key" || return 1
	done
}
claim a_log_whose_key_was_replaced_twice_and_each_head_on_the_way t
t() {
	cp -a "$T/rotated" "$T/f" && "$FORGE" "$T/f" "$T/key" log-key && run_expect 1 "$T/sumdb" "$T/f" && says "not ok every_entry_is_signed"
}
claim a_log_key_that_the_one_before_has_not_signed t
rm -rf "$T/f"

# ---- tampered: NAME CLAIM COMMAND…: the command changes $T/f, and this claim does not hold then.
tampered() {
	local name=$1 what=$2
	shift 2
	rm -rf "$T/f" && cp -a "$T/v300" "$T/f" && "$@" || { not_ok "$name" "could not be made"; return; }
	run "$T/sumdb" "$T/f"
	[ "$STATUS" = 1 ] && says "not ok $what" && ok "$name" || not_ok "$name" "$STATUS"
}
flip() {
	python3 - "$T/f/$1" "$2" <<-'END'
		import sys
		path, at = sys.argv[1], int(sys.argv[2])
		data = bytearray(open(path, "rb").read())
		data[at] ^= 1
		open(path, "wb").write(data)
	END
}
tampered a_byte_of_an_entry root_of_the_entries flip log/tile/entries/000 5000
tampered a_byte_of_the_last_entries root_of_the_entries flip log/tile/entries/001.p/44 4000
tampered a_byte_of_a_full_tile every_hash_in_the_tiles flip log/tile/0/000 33
tampered a_byte_of_a_partial_tile every_hash_in_the_tiles flip log/tile/0/001.p/44 700
tampered a_byte_of_an_upper_tile every_hash_in_the_tiles flip log/tile/1/000.p/1 7
tampered a_byte_of_the_root checkpoint_ flip log/checkpoint 90
tampered a_byte_of_the_signature checkpoint_is_signed flip log/checkpoint 260
tampered a_byte_of_the_vault_note vault_note flip vault 100
tampered a_lost_tile every_tile_is_there rm "$T/f/log/tile/0/000"
tampered a_lost_bundle every_entry_bundle rm "$T/f/log/tile/entries/001.p/44"
tampered a_cut_bundle every_entry_bundle truncate -s -1 "$T/f/log/tile/entries/001.p/44"
tampered an_older_checkpoint every_entry_bundle cp "$T/v300.15" "$T/f/log/checkpoint"

# Everything signed anew with the log key, and with the actor's too.
forge() {
	"$FORGE" "$T/f" "$T/key" "$@"
}
tampered entries_reordered_with_the_log_key every_entry_is_signed forge swap 1 2
tampered an_entry_dropped_with_the_log_key every_entry_is_signed forge drop 5
tampered an_entry_of_nobody every_entry_is_signed forge stranger "$(printf '%064d' 7)"
tampered a_checkpoint_of_another_key checkpoint_is_signed forge stray-key
t() {
	rm -rf "$T/f" && cp -a "$T/v300" "$T/f" && forge actor swap 1 2 && run_expect 0 "$T/sumdb" "$T/f" &&
		run_expect 1 "$T/sumdb" "$T/f" "$T/v300.15" && says "not ok old_checkpoint_is_the_past_of_this_log"
}
claim what_was_rewritten_with_all_keys_is_seen_with_an_old_checkpoint_only t

finish
