# Who sends bundles and checkpoints, and who carries them: what is in another one's place, or does not end.
: "${EVAULT_BIN:=build/evault}" "${EVAULT_RELEASE:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

new_vault "$T/v" && new_vault "$T/q" || not_ok vaults_to_attack
for n in 1 2; do
	head -c 300000 /dev/urandom >"$T/$n.bin"
	run_expect 0 ev "$T/v" add "$T/$n.bin" --field consent=partner || not_ok item_to_attack
done
run_expect 0 ev "$T/v" card --name Sender -o "$T/v.card" && run_expect 0 ev "$T/q" card --name Receiver -o "$T/q.card" &&
	run_expect 0 ev "$T/v" contact add "$T/q.card" --yes && run_expect 0 ev "$T/q" contact add "$T/v.card" --yes || not_ok contacts_to_attack
ITEMS=$(ev "$T/v" list | cut -d' ' -f1)
for n in 1 2; do
	run_expect 0 ev "$T/v" share "$(sed -n ${n}p <<<"$ITEMS")" --to Receiver --volumes 100000 -o "$T/$n.age" || not_ok bundle_to_attack
done

# ---- volumes --------------------------------------------------------------------------------------

# volumes FROM AS…: volumes of the first bundle in $T/x.age, with others in their places.
volumes() {
	rm -f "$T"/x.age.*
	cp "$T/1.age.001" "$T/x.age.001" && cp "$T/1.age.002" "$T/x.age.002" && cp "$T/1.age.003" "$T/x.age.003" && cp "$T/1.age.004" "$T/x.age.004" || return 1
	while [ $# -gt 0 ]; do
		cp "$T/$1" "$T/x.age.$2" && shift 2 || return 1
	done
}
t() {
	volumes && run_expect 0 ev "$T/q" verify "$T/x.age.001" || return 1
	while [ $# -gt 0 ]; do
		volumes "$1" "$2" && run_expect 1 ev "$T/q" verify "$T/x.age.001" --extract "$T/out" && says "cannot be read to its end" && ! says " good " >/dev/null || return 1
		run_expect 1 ev "$T/q" receive "$T/x.age.001" --receipt "$T/receipt" && [ ! -e "$T/receipt" ] || return 1
		rm -rf "$T/out"
		shift 2
	done
}
claim volume_of_another_bundle_or_in_another_place_is_damage t 2.age.002 002 1.age.001 002 1.age.003 002 1.age.001 005

# ---- what a passphrase would cost -------------------------------------------------------------------

# scrypt LOG_N: a file that is sealed to a passphrase with that work factor, or says so.
scrypt() {
	printf 'age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA %s\n%s\n--- %s\n' "$1" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	head -c 1000 /dev/zero
}
t() {
	local n
	printf 'orbit velvet kayak\n' >"$T/pass"
	for n in 21 30 64 255 9999999999 0 01 -1; do
		scrypt "$n" >"$T/costly.age"
		# The sanitizers take more.
		(ulimit -v 400000 && run_expect 2 "$EVAULT_RELEASE" verify "$T/costly.age" --passphrase-file "$T/pass" && warns "work factor") || return 1
	done
}
claim passphrase_that_would_cost_more_than_a_gigabyte_is_not_tried t

# ---- checkpoints ------------------------------------------------------------------------------------

# Other signatures are others' business; what is not the log's own form is no checkpoint.
t() {
	ev "$T/v" checkpoint >"$T/c" && run_expect 0 ev "$T/v" check --quick --against "$T/c" || return 1
	{ cat "$T/c" && echo "— example.com/witness $(head -c 76 /dev/urandom | base64 -w0)"; } >"$T/c.cosigned"
	{ cat "$T/c" && tail -n 1 "$T/c"; } >"$T/c.twice"
	{ sed '$d' "$T/c" && echo "— example.com/witness $(head -c 76 /dev/urandom | base64 -w0)" && tail -n 1 "$T/c"; } >"$T/c.second"
	for c in cosigned twice second; do
		run_expect 0 ev "$T/v" check --quick --against "$T/c.$c" || return 1
	done
	sed 's/$/\r/' "$T/c" >"$T/c.cr"
	sed '3a more' "$T/c" >"$T/c.line"
	sed '2s/^/0/' "$T/c" >"$T/c.zero"
	sed '1s/^evault/Evault/' "$T/c" >"$T/c.origin"
	sed '$d' "$T/c" >"$T/c.unsigned"
	for c in cr line zero origin unsigned; do
		run_expect 2 ev "$T/v" check --quick --against "$T/c.$c" || return 1
	done
}
claim checkpoint_with_other_signatures_is_one_and_of_another_form_is_none t

finish
