# Cards, and the cards of others: given away, compared by voice, kept; and what is refused.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

keygen() {
	"$EVAULT_BIN" keygen -o "$1" 2>/dev/null | grep -o 'age1[0-9a-z]*'
}
# vault NAME HOLDER: in $T/NAME, with the key $T/NAME.key.
vault() {
	"$EVAULT_BIN" init "$T/$1" --to "$(keygen "$T/$1.key")" --name "$2" --no-recovery >"$OUT" 2>"$ERR"
}
# digits: the fingerprint in the last standard error.
digits() {
	grep -oE '[0-9]{5}( [0-9]{5}){5}' "$ERR" | head -n 1
}
# unchanged COMMAND…: and the log of $T/hq is as long as before.
unchanged() {
	local before
	before=$(head -n 2 "$T/hq/log/checkpoint" | tail -n 1)
	"$@" && [ "$(head -n 2 "$T/hq/log/checkpoint" | tail -n 1)" = "$before" ]
}
hq() {
	"$EVAULT_BIN" -V "$T/hq" -i "$T/hq.key" "$@"
}

for v in hq:HQ field:Айгүл other:Other; do
	vault "${v%%:*}" "${v#*:}" || exit 1
done

# ---- one's own

t() {
	run_expect 0 ev "$T/field" card && [ "$(wc -l <"$OUT")" = 10 ] && says "name Айгүл" && [ -n "$(digits)" ] && ! grep -q "$(digits)" "$OUT" &&
		says "verify $(python3 tests/lib/stock.py text | sha256sum | cut -c1-64)" && cp "$OUT" "$T/one" && digits >"$T/digits" &&
		run_expect 0 ev "$T/field" card -o "$T/field.card" && [ ! -s "$OUT" ] && [ "$(digits)" = "$(cat "$T/digits")" ] &&
		diff <(head -n 7 "$T/one") <(head -n 7 "$T/field.card") &&
		run_expect 2 ev "$T/field" card -o "$T/field.card" && run_expect 0 ev "$T/field" card --name 'HQ, field' && says "name HQ, field" && [ "$(digits)" != "$(cat "$T/digits")" ] &&
		run_expect 0 ev "$T/field" card --json && json_is "all[0]['name'] == 'Айгүл' and all[0]['card'].startswith('evault/card/v1') and all[0]['fingerprint'] == '$(cat "$T/digits")'"
}
claim card_goes_to_output_and_its_fingerprint_another_way t

t() {
	local text
	sed '/^time/,$d' "$T/field.card" >"$T/lasting"
	text=$(python3 -c 'import hashlib, sys; h = hashlib.sha256(open(sys.argv[1], "rb").read()).digest(); print(*("%05d" % (int.from_bytes(h[i:i + 5], "big") % 100000) for i in range(0, 30, 5)))' "$T/lasting")
	[ "$text" = "$(cat "$T/digits")" ] && grep -qx "recipient $(sed -n 's/^read-key //p' "$T/field/vault")" "$T/field.card" && grep -qx "actor $(sed -n 's/^owner //p' "$T/field/vault")" "$T/field.card"
}
claim the_fingerprint_can_be_computed_from_the_format_alone t

# ---- adding

t() {
	unchanged run_expect 2 no_terminal hq_sh contact add "$T/field.card" && warns "$(cat "$T/digits")" && warns "there is no terminal to ask" &&
		unchanged run_expect 3 on_terminal -a n hq_sh contact add "$T/field.card" && says "Are these the digits that Айгүл read to you [y/N]?" && says "nothing was changed" &&
		unchanged run_expect 3 on_terminal -a '' hq_sh contact add "$T/field.card"
}
printf '#!/bin/sh\nexec "%s" -V "%s/hq" -i "%s/hq.key" "$@"\n' "$EVAULT_BIN" "$T" "$T" >"$T/hq_sh"
chmod +x "$T/hq_sh"
PATH=$T:$PATH
claim without_a_yes_nothing_is_kept t

t() {
	run_expect 0 on_terminal -a y hq_sh contact add "$T/field.card" && says "fingerprint: $(cat "$T/digits")" && says "audience: partner" && says "Айгүл is a contact now; recorded as" &&
		run_expect 0 hq contact list && [ "$(cat "$OUT")" = "partner    $(cat "$T/digits")  Айгүл" ] &&
		run_expect 0 hq contact show Айгүл && says "Fingerprint: $(cat "$T/digits")" && says "$(grep -o 'age1.*' "$T/field.card")"
}
claim a_card_is_kept_after_a_yes_at_the_terminal t

t() {
	unchanged run_expect 0 hq contact add "$T/field.card" && says "is known already" && ! grep -q fingerprint "$ERR" &&
		run_expect 0 ev "$T/other" card -o "$T/other.card" && run_expect 0 eval 'hq contact add - --name Прокурор --audience court --yes <"$T/other.card"' &&
		warns "card of Прокурор, who calls themselves Other; audience: court" && run_expect 0 hq contact list && says "court      " &&
		run_expect 0 hq contact show Прокурор && says "Calls themselves: Other"
}
claim the_same_card_is_nothing_new_and_a_card_comes_from_a_pipe_under_another_name t

t() {
	run_expect 0 hq contact add "$T/other.card" --name Прокурор --audience public --yes && warns "the audience of Прокурор was court, and is public from now on" &&
		run_expect 2 hq contact add "$T/other.card" --yes && warns "known here already, as that of the contact Прокурор" && warns "give their name: --name NAME" &&
		run_expect 2 hq contact add "$T/other.card" --audience friends --yes && warns "court, partner and public" &&
		run_expect 2 hq contact add "$T/other.card" --name "$(printf 'x\342\200\256y')" --yes && warns "nothing in it that is hidden"
}
claim an_audience_changes_and_one_key_has_one_name t

t() {
	run_expect 0 hq contact list --json && json_is "[c['name'] for c in all] == ['Айгүл', 'Прокурор'] and all[1]['calls_themselves'] == 'Other' and all[1]['audience'] == 'public' and all[0]['fingerprint'] == '$(cat "$T/digits")'" &&
		run_expect 0 hq contact show Айгүл --json && json_is "all[0]['card'] == open('$T/field.card').read() and all[0]['item'] == 1" &&
		run_expect 0 hq contact add "$T/field.card" --json && json_is "all[0]['change'] == 'unchanged'" && run_expect 2 hq contact show Nobody && warns "no contact is called Nobody"
}
claim all_of_it_is_told_to_programs t

t() {
	run_expect 0 hq list && ! grep -q . "$OUT" && run_expect 0 hq list --all && run_expect 0 hq history && says "kept the card of a new contact: Айгүл" && says "kept another card of the contact Прокурор" &&
		run_expect 0 hq show 1 && says "Айгүл" && run_expect 0 hq check && ! grep -raqF -e Прокурор -e Айгүл -e "$(sed -n 's/^origin evault.//p' "$T/field.card")" "$T/hq"
}
claim list_leaves_contacts_out_and_history_tells_of_them_and_the_vault_does_not_show_them t

# ---- keys that change

t() {
	vault thief Айгүл && run_expect 0 ev "$T/thief" card -o "$T/thief.card" && unchanged run_expect 2 hq contact add "$T/thief.card" --yes && warns "is of another vault, with another key" &&
		warns "the card that is known stays" && warns "contact remove" && unchanged run_expect 2 on_terminal -a y hq_sh contact add "$T/thief.card" && ! grep -q 'y/N' "$OUT" &&
		run_expect 0 hq contact show Айгүл --json && json_is "all[0]['fingerprint'] == '$(cat "$T/digits")'"
}
claim a_card_with_other_keys_under_a_known_name_is_refused t

t() {
	run_expect 0 ev "$T/field" key rotate && sleep 1.1 && run_expect 0 ev "$T/field" card -o "$T/rotated.card" && ! grep -q "another key before" "$ERR" && [ "$(grep -c '^— ' "$T/rotated.card")" = 1 ] &&
		run_expect 0 hq contact add "$T/rotated.card" --yes && warns "sealed to another key from now on" && says "this is the card of Айгүл from now on" &&
		unchanged run_expect 2 hq contact add "$T/field.card" --yes && warns "is older than the one that is known here"
}
claim a_new_epoch_is_vouched_for_by_the_same_key_and_the_older_card_does_not_come_back t

# Bota, an owner of the vault too, is removed, and comes back with a new key; her former one is in an export.
t() {
	local to
	to=$(keygen "$T/bota.key") || return 1
	bota() { "$EVAULT_BIN" -V "$T/field" -i "$T/bota.key" "$@"; }
	run_expect 0 ev "$T/field" key add Bota --role owner --to "$to" && run_expect 0 bota card -o "$T/bota.card" && run_expect 0 hq contact add "$T/bota.card" --yes &&
		run_expect 0 ev "$T/field" key export -o "$T/exported" && run_expect 0 ev "$T/field" key remove Bota --yes && run_expect 0 ev "$T/field" key add Bota --role writer --to "$to" &&
		run_expect 0 bota card -o "$T/bota.new" && warns "signed with another key before" && warns "--former" &&
		unchanged run_expect 2 hq contact add "$T/bota.new" --yes && warns "has another key: this one is not signed by it" &&
		run_expect 2 bota card --former "$T/exported/keys/1.age" && warns "no key that was given opens this key slot" && run_expect 2 bota card --former "$T/field/keys/2.age" && warns "not a former key" &&
		run_expect 0 bota card --former "$T/exported/keys/2.age" -o "$T/bota.over" && ! grep -q "another key before" "$ERR" && [ "$(grep -c '^— ' "$T/bota.over")" = 2 ] &&
		run_expect 3 on_terminal -a n hq_sh contact add "$T/bota.over" && says "Bota has other keys than on the card that is known here" &&
		run_expect 0 hq contact add "$T/bota.over" --yes --json && json_is "all[0]['change'] == 'keys-changed' and all[0]['signed_over']" && unchanged run_expect 2 hq contact add "$T/bota.card" --yes
}
claim the_former_key_brings_the_new_one_in_where_it_is_left t

t() {
	quick_vault "$T/p" 'otter velvet cargo' Dana && printf 'otter velvet cargo\n' >"$T/pass" && run_expect 0 "$EVAULT_BIN" key export -V "$T/p" -o "$T/p.keys" &&
		run_expect 0 ev "$T/other" card --passphrase-file "$T/pass" --former "$T/p.keys/keys/1.age" && [ "$(grep -c '^— ' "$OUT")" = 2 ] &&
		run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/other" -i "$T/other.key" card --former "$T/p.keys/keys/1.age" && warns "error: $T/p.keys/keys/1.age: no passphrase that was given opens the former key"
}
claim the_key_of_an_earlier_vault_signs_too_by_its_passphrase t

t() {
	run_expect 0 hq contact remove Айгүл && says "is no contact any more" && run_expect 2 hq contact remove Айгүл && run_expect 0 hq contact list && ! grep -q Айгүл "$OUT" &&
		run_expect 0 hq contact add "$T/thief.card" --yes && run_expect 0 hq history && says "removed the contact Айгүл" && run_expect 0 hq check
}
claim who_was_removed_can_be_added_with_other_keys t

# ---- what comes from outside

hostile() {
	unchanged run_expect "$1" hq contact add "$T/bad" --name Bad --yes && warns "$2" && ! LC_ALL=C grep -q "$(printf '\033\|\342\200\256')" "$ERR"
}
t() {
	sed 's/^name .*/name Mallory/' "$T/other.card" >"$T/bad" && hostile 1 "does not verify" &&
		sed "s/^recipient .*/$(grep '^recipient' "$T/thief.card")/" "$T/other.card" >"$T/bad" && hostile 1 "does not verify" &&
		printf 'evault/card/v1\norigin \033[2Jx\n' >"$T/bad" && hostile 2 "this card is not a signed note" &&
		sed 's/^name .*/name x\xe2\x80\xaey/' "$T/other.card" >"$T/bad" && hostile 2 "would be shown otherwise than it is" &&
		sed 's/^name .*/name %1B[2J/' "$T/other.card" >"$T/bad" && hostile 2 "would be shown otherwise" &&
		sed 's/$/\r/' "$T/other.card" >"$T/bad" && hostile 2 "not a card of evault"
}
claim an_altered_card_is_named_for_what_it_is t
t() {
	{ cat "$T/other.card" && grep '^— ' "$T/thief.card" | head -n 1; } >"$T/bad" && unchanged run_expect 2 hq contact add "$T/bad" --name Прокурор2 --yes &&
		{ cat "$T/bota.over" && grep '^— ' "$T/thief.card"; } >"$T/bad" && hostile 1 "or not by that and one more alone" &&
		{ sed '/^— /d' "$T/other.card" && grep '^— ' "$T/thief.card" && grep '^— ' "$T/other.card"; } >"$T/bad" && hostile 1 "not signed by the key that it names"
}
claim a_card_has_its_own_signature_and_at_most_one_more t
t() {
	cp "$T/field/vault" "$T/bad" && hostile 2 "not a card of evault" && cp "$T/field/log/checkpoint" "$T/bad" && hostile 2 "not a card of evault" && cp "$T/field.key" "$T/bad" && hostile 2 "not a card of evault" &&
		sed 's/card.v1/card\/v9/' "$T/other.card" >"$T/bad" && hostile 2 "of a newer evault" && : >"$T/bad" && hostile 2 "not a card of evault" &&
		head -c 100000 /dev/zero >"$T/bad" && hostile 2 "too long" && { cat "$T/other.card" && head -c 3000 /dev/zero; } >"$T/bad" && hostile 2 "too long" &&
		unchanged run_expect 2 eval 'head -c 100000000 /dev/zero | hq contact add - --yes' && unchanged run_expect 2 hq contact add "$T/none" --yes && unchanged run_expect 2 hq contact add "$T" --yes
}
claim what_is_no_card_is_refused_in_bounded_memory t
t() {
	run_expect 0 hq card -o "$T/hq.card" && unchanged run_expect 2 hq contact add "$T/hq.card" --yes && warns "of this very vault" &&
		unchanged run_expect 2 hq contact && unchanged run_expect 2 hq contact befriend && unchanged run_expect 2 hq contact add && unchanged run_expect 2 hq contact show &&
		unchanged run_expect 2 eval 'hq contact add - --passphrase-file - <"$T/other.card"' && warns "cannot both come from standard input" &&
		run_expect 0 "$EVAULT_BIN" help contact add && says "usage: evault contact add"
}
claim mistakes_are_told_and_change_nothing t

# ---- who may

t() {
	local to
	to=$(keygen "$T/device.key") && run_expect 0 hq key add Device --role capture --to "$to" && run_expect 0 hq key add Guest --role reader --to "$(keygen "$T/guest.key")" || return 1
	device() { "$EVAULT_BIN" -V "$T/hq" -i "$T/device.key" "$@"; }
	guest() { "$EVAULT_BIN" -V "$T/hq" -i "$T/guest.key" "$@"; }
	local command
	for command in card 'contact list' 'contact show Bota' "contact add $T/other.card --yes" 'contact remove Bota'; do
		# shellcheck disable=SC2086
		unchanged run_expect 2 device $command && warns "this key can add and not read" || return 1
	done
	run_expect 0 guest contact list && says Bota && run_expect 2 guest card && warns "can read and not sign" && unchanged run_expect 2 guest contact remove Bota
}
claim a_device_that_cannot_read_has_no_contacts_and_a_reader_has_no_card t

# A record that cannot be read may be of a contact: that is said.
t() {
	local pack n
	cp -a "$T/hq" "$T/damaged" && n=0 || return 1
	for pack in "$T/damaged"/packs/*/*.age; do
		[ $((n += 1)) -gt 2 ] || rm "$pack"
	done
	run "$EVAULT_BIN" -V "$T/damaged" -i "$T/hq.key" --index "$T" contact list && [ "$STATUS" = 3 ] && warns "could not be read" && warns "evault check" &&
		run "$EVAULT_BIN" -V "$T/damaged" -i "$T/hq.key" --index "$T" contact show Nobody && [ "$STATUS" -ge 1 ] && warns "of the records that can be read" &&
		run_expect 2 "$EVAULT_BIN" -V "$T/damaged" -i "$T/hq.key" --index "$T" contact add "$T/field.card" --name Nobody --yes && warns "without --yes, you are asked"
}
claim records_that_cannot_be_read_are_told t

finish
