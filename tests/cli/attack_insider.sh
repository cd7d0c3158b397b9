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
cp -R "$T/v" "$T/fresh"
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

# ---- a witness's consent ------------------------------------------------------------------------

# may_have AUDIENCE: what the witness said lets it be given to them.
may_have() {
	run ev "$T/v" share "$WITNESSED" --to "$(recipient bob)" --audience "$1" --dry-run
	[ "$STATUS" -eq 0 ]
}
digest_of() {
	ev "$T/v" show --json "$1" | grep -o '"digest": *"[0-9a-f]*", *"actor_key' | head -n 1 | cut -d'"' -f4
}
# annotated WHO CONSENT: its number to $SAID.
annotated() {
	say "$1" actor=x action=annotate "about=$WITNESSED $(digest_of "$WITNESSED")" "consent=$2"
}
# taken_back WHO N
taken_back() {
	say "$1" actor=x action=retract "about=$2 $(digest_of "$2")" reason=none
}
t() {
	echo witness >"$T/w.txt" && run_expect 0 ev "$T/v" add "$T/w.txt" --field consent=partner || return 1
	WITNESSED=$(ev "$T/v" list --json | grep w.txt | sed -n 's/.*"item": *\([0-9]*\).*/\1/p')
	may_have partner && ! may_have public && warns 'its consent does not name the audience' || return 1
	run_expect 0 ev "$T/v" share "$WITNESSED" --to Partner -o "$T/w.age" && run_expect 0 ev "$T/p" receive "$T/w.age" --receipt "$T/w.receipt" &&
		run_expect 0 ev "$T/p" annotate "${ORIGIN_V:0:6}-$WITNESSED" --field consent=public,partner &&
		run_expect 0 "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" -i "$T/p.key" receive "$T/p" && run_expect 0 ev "$T/v" show "$WITNESSED" && says "public,partner" || return 1
	! may_have public && may_have partner
}
ORIGIN_V=$(ev "$T/v" checkpoint | sed -n '1s/^evault.//p')
claim partner_cannot_widen_what_a_witness_consented_to t
t() {
	local no
	annotated cam public,partner && ! may_have public && may_have partner || return 1
	run_expect 0 ev "$T/v" annotate "$WITNESSED" --field consent=none && no=$(sed -n '1s/^[0-9a-f]*-\([0-9]*\) .*/\1/p' "$OUT") && [ -n "$no" ] && ! may_have partner &&
		run_expect 0 ev "$T/v" retract "$no" --reason mistaken && may_have partner && ! may_have public || return 1
	run_expect 0 ev "$T/v" annotate "$WITNESSED" --field consent=none && no=$(sed -n '1s/^[0-9a-f]*-\([0-9]*\) .*/\1/p' "$OUT") && taken_back cam "$no" &&
		run_expect 0 ev "$T/v" show "$WITNESSED" && says "taken back" && ! may_have partner || return 1
	run_expect 0 ev "$T/v" annotate "$WITNESSED" --field consent=public && may_have public && annotated cam none && ! may_have public
}
claim device_can_narrow_what_a_witness_consented_to_and_not_widen_it t

# What was retracted, since the witness asked for it, is given to nobody because a device took that back.
t() {
	local no
	run_expect 0 ev "$T/v" annotate "$WITNESSED" --field consent=public && run_expect 0 ev "$T/v" retract "$WITNESSED" --reason 'the witness asked for it' &&
		no=$(sed -n '1s/^[0-9a-f]*-\([0-9]*\) .*/\1/p' "$OUT") && [ -n "$no" ] && taken_back cam "$no" && run_expect 0 ev "$T/v" list && says w.txt || return 1
	! may_have public && warns "taken back by somebody who may not say whom it is given to"
}
claim device_cannot_have_given_to_others_what_was_retracted t

# ---- what somebody was when they signed -------------------------------------------------------------

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

# ---- a slot for somebody else -------------------------------------------------------------------

# A writer seals their own slot to a device's key, too: who opened that one would sign as the writer, and could read.
t() {
	rm -rf "$T/a"
	cp -R "$T/fresh" "$T/a" && cp "$T/v.key" "$T/a.key" && age -d -i "$T/bob.key" "$T/a/keys/2.age" >"$T/slot" &&
		age -r "$(recipient bob)" -r "$(recipient cam)" -o "$T/planted" "$T/slot" && "$TOOLS/forge" "$T/a" "$T/bob.key" slot 2 "$T/planted" &&
		cat "$T/planted" >"$T/a/keys/2.age" || return 1
	run_expect 0 "$EVAULT_BIN" -V "$T/a" -i "$T/cam.key" status && says "holder    Cam" && says "role      capture" || return 1
	run_expect 0 "$EVAULT_BIN" -V "$T/a" -i "$T/cam.key" add "$T/e.txt" && run_expect 2 "$EVAULT_BIN" -V "$T/a" -i "$T/cam.key" list || return 1
	run_expect 0 "$EVAULT_BIN" -V "$T/a" -i "$T/bob.key" history && grep -q " Cam .*kept e.txt" "$OUT"
}
claim writer_cannot_have_a_device_work_with_the_keys_of_a_writer t
# The same with a slot that has another holder's key in it: a writer has that of nobody, unless they were given it.
t() {
	age -d -i "$T/cam.key" "$T/a/keys/3.age" | age -r "$(recipient bob)" -o "$T/planted" && "$TOOLS/forge" "$T/a" "$T/bob.key" slot 2 "$T/planted" && cat "$T/planted" >"$T/a/keys/2.age" &&
		run_expect 1 "$EVAULT_BIN" -V "$T/a" -i "$T/bob.key" list && warns "keys/2.age: has the key of somebody else than its holder" && run_expect 0 ev "$T/a" list
}
claim slot_with_the_key_of_another_holder_is_damaged t

# ---- a past that this vault never had -----------------------------------------------------------

# Who has the owner's key makes another past, in which the log's key is replaced before a checkpoint that somebody holds.
t() {
	rm -rf "$T/a" "$T/true"
	cp -R "$T/fresh" "$T/true" && cp "$T/v.key" "$T/true.key" && run_expect 0 ev "$T/true" add "$T/e.txt" && ev "$T/true" checkpoint >"$T/held" &&
		cp -R "$T/fresh" "$T/a" && run_expect 0 ev "$T/a" key rotate && run_expect 0 ev "$T/a" add "$T/theirs.txt" || return 1
	run_expect 1 ev "$T/a" check --against "$T/held" && says "signed by a key that the log here had at another time: the past was rewritten" || return 1
	run_expect 0 ev "$T/a" share --all --to "$(recipient bob)" -o "$T/rewritten.age" &&
		run_expect 1 "$EVAULT_BIN" -i "$T/bob.key" verify "$T/rewritten.age" --against "$T/held" && says "fork: the log has signed two pasts" && says "had at another time"
}
claim checkpoint_by_a_key_that_was_replaced_earlier_in_a_rewritten_past_shows_it t

finish
