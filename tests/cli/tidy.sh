# tidy: a thousand accesses, statements apart, damage, media, two at once, readers meanwhile.
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "${EVAULT_RELEASE:-$EVAULT_BIN}")
unset EVAULT

files_in() { find "$1" -type f | wc -l; }
bytes_in() { find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }'; }
packs_in() { find "$1/packs" -name '*.age' | wc -l; }

# fresh: a vault $T/v with twelve files, a long one, four statements and a few accesses: 20 small packs and more.
fresh() {
	rm -rf "$T/v" "$T/v.key" "$T/in"
	mkdir "$T/in"
	new_vault "$T/v" || return 1
	for n in $(seq 1 12); do
		echo "file $n" >"$T/in/f$n"
		"$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" add --tag t "$T/in/f$n" >/dev/null || return 1
	done
	head -c 9000000 /dev/urandom >"$T/in/long"
	"$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" add "$T/in/long" >/dev/null || return 1
	for n in 1 2 3 4; do
		echo "said $n" | "$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" testify --witness "W$n" >/dev/null || return 1
	done
	accesses 4
}
# accesses N: so many are logged.
accesses() {
	local n
	for n in $(seq 1 "$1"); do
		"$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" get 1 -o - >/dev/null || return 1
	done
}
# given DIR: everything, as it is given back.
given() {
	rm -rf "$T/given"
	"$EVAULT_BIN" -V "$1" -i "$T/v.key" get --all -o "$T/given" >/dev/null 2>&1 && (cd "$T/given" && find . -type f -exec sha256sum {} + | sort)
}
sound() { run_expect 0 "$EVAULT_BIN" -V "$1" -i "$T/v.key" check --json && [ "$(wc -l <"$OUT")" -eq 1 ]; }
# tidy [OPTION…]
# shellcheck disable=SC2120  # with options by way of run_expect
tidy() { "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" tidy "$@"; }

# ---- what it does

t() {
	local files bytes
	fresh && accesses 1000 && sound "$T/v" && given "$T/v" >"$T/before" && run_expect 0 ev "$T/v" list --json && cp "$OUT" "$T/listed" || return 1
	files=$(files_in "$T/v") bytes=$(bytes_in "$T/v")
	run_expect 0 tidy --dry-run && says "would merge 10" && [ "$(files_in "$T/v")" -eq "$files" ] || return 1
	run_expect 0 tidy && says "merged 10" || return 1
	echo "# $files files of $bytes bytes; then $(files_in "$T/v") of $(bytes_in "$T/v")"
	[ "$(files_in "$T/v")" -lt 40 ] && [ "$(bytes_in "$T/v")" -lt $((bytes / 3)) ] && sound "$T/v" &&
		run_expect 0 ev "$T/v" list --json && cmp "$OUT" "$T/listed" && given "$T/v" >"$T/after" && cmp "$T/before" "$T/after" && sound "$T/v"
}
claim after_a_thousand_accesses_a_few_files_are_left_and_all_is_as_it_was t

t() {
	run_expect 0 tidy && says "nothing to merge" && run_expect 0 tidy --json && json_is "all[-1]['summary']['merged'] == 0 and all[-1]['summary']['made'] == 0" &&
		run_expect 0 ev "$T/v" history && says "merged small packs into larger ones: 10" && says "left the vault" &&
		run_expect 0 ev "$T/v" history --json && json_is "any(o.get('action') == 'tidy' for o in all)"
}
claim done_twice_it_does_nothing_and_the_log_says_what_it_did t

t() {
	command -v age >/dev/null && command -v zstd >/dev/null || return 1
	local pack file said
	file=$(sha256sum <"$T/in/f1" | cut -c1-64) said=$(echo "said 1" | sha256sum | cut -c1-64)
	"$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key export -o "$T/keys" >/dev/null 2>&1
	age -d -i "$T/v.key" "$T/v/keys/read.0.age" >"$T/read" 2>"$ERR" || age -d -i "$T/v.key" "$T/v/keys/1.age" >"$T/slot" && age -d -i "$T/slot" "$T/v/keys/read.0.age" >"$T/read" || return 1
	for pack in "$T/v"/packs/*/*.age; do
		age -d -i "$T/read" "$pack" | zstd -dc 2>/dev/null | tar t >"$T/members" 2>/dev/null || return 1
		grep -q "$file" "$T/members" && echo "$pack" >>"$T/has.file"
		grep -q "$said" "$T/members" && echo "$pack" >>"$T/has.said"
	done
	[ "$(wc -l <"$T/has.file")" -eq 1 ] && [ "$(wc -l <"$T/has.said")" -eq 1 ] && ! cmp -s "$T/has.file" "$T/has.said"
}
claim statements_stay_apart_from_files_and_stock_tools_read_the_packs t

t() {
	run_expect 0 python3 -B tests/interop/reader.py -i "$T/v.key" verify "$T/v"
}
claim the_second_reader_finds_nothing_wrong t

# ---- what is damaged, or in the way

t() {
	local pack
	fresh || return 1
	pack=$(find "$T/v/packs" -name '*.age' -size -100k | sort | head -1)
	dd if=/dev/zero of="$pack" bs=1 seek=30000 count=8 conv=notrunc 2>/dev/null
	run_expect 3 tidy && warns "${pack#"$T/v/"} stays as it is: is not what was kept" && says "merged " && [ -e "$pack" ] && [ "$(packs_in "$T/v")" -le 5 ] &&
		run_expect 1 ev "$T/v" check && says "${pack#"$T/v/"}"
}
claim damaged_pack_is_left_alone_and_named t

t() {
	local before
	fresh && before=$(find "$T/v" -type f ! -name 'index.db*' -exec sha256sum {} + | sort) &&
		run_expect 0 flock "$T/v/writer" true &&
		run_expect 2 flock "$T/v/writer" "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" tidy && warns "error:" &&
		[ "$(find "$T/v" -type f ! -name 'index.db*' -exec sha256sum {} + | sort)" = "$before" ] && run_expect 0 tidy && sound "$T/v"
}
claim beside_another_writer_it_does_nothing t

t() {
	fresh && given "$T/v" >"$T/before" || return 1
	tidy >"$T/one" 2>&1 &
	tidy >"$T/two" 2>&1
	wait
	grep -hE '^merged |error: ' "$T/one" "$T/two" | grep -q '^merged ' && [ "$(grep -hc '^merged ' "$T/one" "$T/two" | awk '{ n += $1 } END { print n }')" -eq 1 ] &&
		sound "$T/v" && given "$T/v" >"$T/after" && cmp "$T/before" "$T/after"
}
claim of_two_at_once_one_does_it t

t() {
	fresh && recipient=$("$EVAULT_BIN" keygen -o "$T/reader.key" 2>/dev/null | grep -o 'age1[0-9a-z]*') && run_expect 0 ev "$T/v" key add R --role reader --to "$recipient" &&
		run_expect 2 "$EVAULT_BIN" -V "$T/v" -i "$T/reader.key" tidy && warns "may read and not write" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/v" -i "$T/reader.key" tidy --dry-run && says "would merge" &&
		hq=$("$EVAULT_BIN" keygen -o "$T/hq.key" 2>/dev/null | grep -o 'age1[0-9a-z]*') && own=$("$EVAULT_BIN" keygen -o "$T/c.key" 2>/dev/null | grep -o 'age1[0-9a-z]*') &&
		run_expect 0 "$EVAULT_BIN" init "$T/c" --capture-only --to "$own" --reader "$hq" && run_expect 2 ev "$T/c" tidy && warns "can add and not read" &&
		"$EVAULT_RELEASE" -V "$T/c" -i "$T/c.key" add "$T/in/f1" >/dev/null && run_expect 0 "$EVAULT_BIN" -V "$T/c" -i "$T/hq.key" tidy
}
claim who_may_not_is_told_why t

# ---- readers meanwhile

t() {
	local rounds=0 bad=0
	fresh || return 1
	mkdir -p "$T/own"
	: >"$T/writing"
	{
		for n in 1 2 3 4 5 6; do
			accesses 9
			"$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" tidy || echo failed >>"$T/tidy-failed"
		done >"$T/tidied" 2>&1
		rm "$T/writing"
	} &
	while [ -e "$T/writing" ]; do
		rounds=$((rounds + 1))
		for index in "" "--index $T/own"; do
			# shellcheck disable=SC2086  # none, or two words
			run "$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" $index list --json
			{ [ "$STATUS" -eq 0 ] && [ "$(grep -c '"sha256"' "$OUT")" -eq 17 ]; } || { bad=1; sed 's/^/# list: /' "$ERR"; wc -l "$OUT"; }
		done
		run "$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" check
		{ [ "$STATUS" -eq 0 ] || { [ "$STATUS" -eq 2 ] && grep -q "run this again" "$ERR"; }; } || { bad=1; sed 's/^/# check: /' "$OUT" "$ERR"; }
	done
	wait
	[ $bad -eq 0 ] && [ ! -e "$T/tidy-failed" ] && [ "$(grep -c '^merged ' "$T/tidied")" -ge 5 ] && echo "# $rounds rounds" && sound "$T/v"
}
claim readers_beside_it_miss_nothing t

# ---- media

t() {
	fresh || return 1
	chmod -R a+rX "$T" "$T/v" && chmod a+r "$T/v.key"
	run_expect 2 setpriv --reuid=65534 --regid=65534 --clear-groups "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" tidy && warns "error:" && sound "$T/v"
}
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$EVAULT_BIN"; then
	claim read_only_vault_is_not_touched t
else
	skip read_only_vault_is_not_touched "nobody cannot be played here"
fi

full_disk() {
	fresh && given "$T/v" >"$T/before" && cp -r "$T/v" "$T/disk/v" && cp "$T/v.key" "$T/disk/v.key" && before=$(packs_in "$T/disk/v") &&
		{ cat /dev/zero >"$T/disk/fill" 2>/dev/null; true; } && run_expect 2 "$EVAULT_BIN" -V "$T/disk/v" -i "$T/v.key" tidy && warns "No space left" &&
		[ "$(packs_in "$T/disk/v")" -eq "$before" ] && rm "$T/disk/fill" && run_expect 0 "$EVAULT_BIN" -V "$T/disk/v" -i "$T/v.key" tidy && sound "$T/disk/v" &&
		given "$T/disk/v" >"$T/after" && cmp "$T/before" "$T/after"
}
mkdir -p "$T/disk"
if mount -t tmpfs -o size=40m none "$T/disk" 2>/dev/null; then
	claim full_disk_keeps_the_old_packs_and_leaves_no_new_one full_disk
	umount "$T/disk"
else
	skip full_disk_keeps_the_old_packs_and_leaves_no_new_one "no file system can be mounted here"
fi

finish
