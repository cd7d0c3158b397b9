# Who has a valid key and another program: a writer, a device that only adds.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
TOOLS=$(realpath "${BUILD:-build/asan}/tests/tools")
unset EVAULT

new_vault "$T/v" || not_ok vault_to_attack
for who in bob cam; do "$EVAULT_BIN" keygen -o "$T/$who.key" >/dev/null 2>&1; done
recipient() {
	grep -o 'age1[0-9a-z]*' "$T/$1.key"
}
echo evidence >"$T/e.txt"
run_expect 0 ev "$T/v" key add Bob --role writer --to "$(recipient bob)" || not_ok writer_to_attack_with
run_expect 0 ev "$T/v" key add Cam --role capture --to "$(recipient cam)" || not_ok device_to_attack_with
run_expect 0 ev "$T/v" key rename 1 Alice || not_ok owner_to_attack
run_expect 0 ev "$T/v" add "$T/e.txt" || not_ok item_to_attack
ITEM=$(ev "$T/v" list --json | sed -n 's/.*"item": *\([0-9]*\).*/\1/p')
DIGEST=$(ev "$T/v" list --json | sed -n 's/.*"digest": *"\([0-9a-f]*\)".*/\1/p')

# say WHO NAME=VALUE…: a record that says this, rightly signed; its number to $SAID.
say() {
	local who=$1
	shift
	SAID=$("$TOOLS/say" "$T/v" "$T/$who.key" time=2026-11-22T09:15:09Z "$@") || return 1
}

printf x >"$T/x"

# ---- in another's name ------------------------------------------------------------------------------

line_of() {
	grep -E "^[0-9a-f]{6}-$1 " "$OUT"
}
t() {
	say "$1" actor=Alice action=annotate "about=$ITEM $DIGEST" title=forged || return 1
	run_expect 0 ev "$T/v" history && line_of "$SAID" | grep -q " $2 (as .*Alice.*) \[" || { line_of "$SAID"; return 1; }
	run_expect 0 ev "$T/v" show "$ITEM" && says "($2)" || return 1
	say "$1" actor=Alice action=key change=added holder=Mallory role=owner || return 1
	run_expect 0 ev "$T/v" history && line_of "$SAID" | grep -q " $2 (as .*Alice.*) \[" || return 1
	run_expect 0 ev "$T/v" key list && ! grep -q Mallory "$OUT"
}
claim writer_who_signs_as_another_is_named_by_the_key t bob Bob
claim device_that_signs_as_another_is_named_by_the_key t cam Cam
t() {
	run_expect 0 ev "$T/v" history && line_of "$ITEM" | grep -qF ' Alice ['
}
claim who_signs_in_their_own_name_is_named_once t

# ---- other bytes under the name of an original --------------------------------------------------------

# A device that knows of a film what its SHA-256 is keeps something else as it, before the film comes.
head -c 200000 /dev/urandom >"$T/film.mp4"
F=$(sha256sum <"$T/film.mp4" | cut -c1-64)
t() {
	rm -rf "$T/a" "$T/out"
	cp -R "$T/v" "$T/a" && cp "$T/v.key" "$T/a.key" || return 1
	"$TOOLS/say" "$T/a" "$T/$1.key" "as=$F" "object=@$T/x" action=add time=2026-11-22T09:15:09Z name=f.bin size=200000 \
		"sha256=$F" media-type=video/mp4 >/dev/null || return 1
	run_expect 0 ev "$T/a" list && says f.bin || return 1
	run_expect 0 ev "$T/a" add "$T/film.mp4" && ! grep -q "not written again" "$OUT" || return 1
	run_expect 0 ev "$T/a" add "$T/film.mp4" && says "not written again" || return 1
	run_expect 0 ev "$T/a" get --all -o "$T/out" && cmp "$T/film.mp4" "$T/out/film.mp4" || return 1
	run_expect 1 ev "$T/a" check && says "its bytes are not the original it is named for"
}
claim writer_cannot_have_a_film_taken_for_kept_that_is_not t bob
claim device_cannot_have_a_film_taken_for_kept_that_is_not t cam

# A device keeps the film before it comes, and retracts it: who adds it then is told that no list has it.
t() {
	rm -rf "$T/a"
	cp -R "$T/v" "$T/a" && cp "$T/v.key" "$T/a.key" && touch -d 2026-11-01T00:00:00Z "$T/film.mp4" || return 1
	local n digest
	n=$("$TOOLS/say" "$T/a" "$T/cam.key" "object=@$T/film.mp4" action=add time=2026-11-22T09:15:09Z name=film.mp4 size=200000 \
		"sha256=$F" modified=2026-11-01T00:00:00Z) || return 1
	run_expect 0 ev "$T/a" add "$T/film.mp4" && says "already kept as" || return 1
	digest=$(ev "$T/a" show --json "$n" | sed -n 's/.*"digest": *"\([0-9a-f]*\)".*/\1/p')
	"$TOOLS/say" "$T/a" "$T/cam.key" action=retract time=2026-11-22T09:15:09Z "about=$n $digest" reason=none >/dev/null || return 1
	run_expect 3 ev "$T/a" add "$T/film.mp4" && says "already kept as" && warns "was retracted" || return 1
	run_expect 3 ev "$T/a" add --json "$T/film.mp4" && says '"retracted": true'
}
claim who_adds_what_was_retracted_is_told_so t

# ---- a past that another vault never had ------------------------------------------------------------

# A device says that a partner's vault was received, with a tree of its own making.
new_vault "$T/p" || not_ok vault_of_a_partner
echo theirs >"$T/theirs.txt"
X=$(sha256sum <"$T/x" | cut -c1-64)
partner() {
	run_expect 0 ev "$T/p" add "$T/theirs.txt" && run_expect 0 ev "$T/p" card --name Partner -o "$T/p.card" &&
		run_expect 0 ev "$T/v" card --name Here -o "$T/v.card" && run_expect 0 ev "$T/v" contact add "$T/p.card" --yes &&
		run_expect 0 ev "$T/p" contact add "$T/v.card" --yes && run_expect 0 ev "$T/p" share --all --to Here -o "$T/b.age"
}
partner || not_ok bundle_of_a_partner
ORIGIN=$(ev "$T/p" checkpoint | head -n 1)
t() {
	local size
	for size in 2 3 4 1000000; do
		say cam action=receive "from=$ORIGIN" "tree=$size $X" name=log.tar size=1 "sha256=$X" "object=@$T/x" || return 1
	done
	run_expect 0 ev "$T/v" verify "$T/b.age" && says "verified: " || return 1
	run_expect 0 ev "$T/v" receive "$T/b.age" --receipt "$T/b.receipt" || return 1
	run_expect 0 "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" -i "$T/p.key" receive "$T/p" || return 1
	run_expect 1 ev "$T/v" check && says "its signer may only add" && [ "$(grep -c 'its signer may only add' "$OUT")" -eq 4 ] &&
		says "DAMAGED: 4 findings"
}
claim device_cannot_have_a_partner_taken_for_one_with_two_pasts t

# What a key signed is judged as what it was then: a device that is made a writer, a writer who is made a device.
entries_of() {
	find "$1/log/tile/entries" -type f -exec cat {} +
}
vkey_of() {
	entries_of "$T/v" | grep -aoE "evault/actor/[0-9a-f]{64}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+ $1" | tail -n 1
}
t() {
	local cam bob
	cam=$(vkey_of capture) && bob=$(vkey_of writer) && run_expect 0 ev "$T/p" add "$T/e.txt" || return 1
	run_expect 0 "$EVAULT_BIN" -V "$T/v" -i "$T/bob.key" -i "$T/p.key" receive "$T/p" || return 1
	run_expect 0 "$EVAULT_BIN" -V "$T/v" -i "$T/bob.key" contact remove Partner || return 1
	"$TOOLS/forge" "$T/v" "$T/v.key" line "actor ${cam% *} writer" line "actor ${bob% *} capture" >/dev/null || return 1
	run_expect 1 ev "$T/v" check && [ "$(grep -c 'its signer may only add' "$OUT")" -eq 4 ] || return 1
	run_expect 0 ev "$T/v" verify "$T/b.age" --signer "$T/p.card" && says "goes on from what this vault received" || return 1
	run_expect 0 ev "$T/v" contact list && ! grep -q Partner "$OUT"
}
claim role_is_judged_as_it_was_when_it_was_signed t

finish
