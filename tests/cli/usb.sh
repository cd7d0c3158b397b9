# The whole life of a vault on a stick: exFAT, and FAT32, each by a driver that is a program, on an image.
: "${EVAULT_RELEASE:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_RELEASE")
unset EVAULT

if [ "$(id -u)" -ne 0 ] || [ ! -e /dev/fuse ] || ! unshare -m true 2>/dev/null; then
	skip usb "a stick can be mounted by root alone, where there is FUSE"
	exit 0
fi
# In a namespace of its own: what is mounted is gone with it.
if [ -z "${USB_ALONE:-}" ]; then
	USB_ALONE=1 EVAULT_RELEASE=$EVAULT_BIN exec unshare -m bash tests/cli/usb.sh
fi

STICK=$T/stick
IMAGE=$T/image
LOOP='' DRIVER=''
SHARES=$T/shares.html
mkdir "$STICK"
pulled_out() {
	[ -z "$DRIVER" ] || kill -9 "$DRIVER" 2>/dev/null
	wait "$DRIVER" 2>/dev/null
	umount -l "$STICK" 2>/dev/null
	[ -z "$LOOP" ] || losetup -d "$LOOP"
	DRIVER='' LOOP=''
}
trap pulled_out EXIT

# plug_in: mounts the stick, by the driver of its file system.
plug_in() {
	if [ "$FS" = exFAT ]; then
		LOOP=$(losetup -f --show "$IMAGE") || return 1
		mount.exfat-fuse -d "$LOOP" "$STICK" >/dev/null 2>&1 &
	else
		fusefat -f -o rw+ "$IMAGE" "$STICK" >/dev/null 2>&1 &
	fi
	DRIVER=$!
	for _ in $(seq 1 200); do
		mountpoint -q "$STICK" && return 0
		kill -0 "$DRIVER" 2>/dev/null || return 1
		sleep 0.02
	done
	return 1
}
# put_away: as the button does; all that waits is written.
put_away() {
	for _ in $(seq 1 50); do
		umount "$STICK" 2>/dev/null && break
		sleep 0.05
	done
	wait "$DRIVER" 2>/dev/null
	[ -z "$LOOP" ] || losetup -d "$LOOP"
	DRIVER='' LOOP=''
}
# mended: as a system does with a stick that was not put away.
mended() {
	[ "$FS" != exFAT ] || fsck.exfat -y "$IMAGE" >"$OUT" 2>&1 || [ $? -le 1 ] || { sed 's/^/# /' "$OUT"; false; }
}
again() { put_away && plug_in; }

on_stick() { "$EVAULT_BIN" -V "$STICK/case.vault" -i "$T/me.key" "$@"; }
# note_kept: what the last command says is kept, as lines of `<sha256>  <name>`.
note_kept() { sed -nE 's/^[0-9a-f]{6}-[0-9]+  ([0-9a-f]{64})  (.*)$/\1/p' "$OUT" >>"$T/kept"; }
# fusefat loses what is written to a file once that has another name: the index, which is then made anew.
remakes_index() { [ "$FS" = FAT32 ] && grep -q 'index.db.new: cut short; it will be made anew' "$ERR"; }
get_all() { run on_stick get --all -o "$T/back" && [ "$STATUS" -eq 0 ]; }
# all_there: every item that was said to be kept is given back, and nothing is damaged.
all_there() {
	rm -rf "$T/back"
	run_expect 0 on_stick check || return 1
	get_all || { remakes_index && get_all; } || { sed 's/^/# /' "$ERR"; return 1; }
	find "$T/back" -type f -exec sha256sum {} + | cut -d' ' -f1 | sort -u >"$T/given"
	sort -u "$T/kept" | comm -23 - "$T/given" | sed 's/^/# kept, and not there: /' | grep . && return 1
	return 0
}

begins() {
	run_expect 0 on_stick init "$STICK/case.vault" --to "$ME" --name Aigul && again &&
		run_expect 0 on_stick add "$T/photographs" && note_kept && again && [ -s "$T/kept" ] && all_there
}
speaks() {
	run_expect 0 on_stick testify --witness 'Гүлдария' --title 'what she saw' <"$T/statement" && note_kept && run_expect 0 on_stick annotate 1 --title 'the square, 14:20' &&
		again && run_expect 0 on_stick search Гүлдария && says 'what she saw' && run_expect 0 on_stick list && says 'the square, 14:20'
}
# A driver that is a program gives no way past the memory of the computer: then that is said, with 3.
reads_back() {
	run on_stick add --read-back "$T/more.jpg"
	note_kept
	[ "$STATUS" -eq 0 ] || { [ "$STATUS" -eq 3 ] && grep -qiE 'not (be )?(read|compared)|memory' "$ERR" "$OUT"; } || { sed 's/^/# /' "$OUT" "$ERR"; false; }
}
splits_key() {
	run_expect 0 on_stick key split -k 2 -n 3 --paper "$SHARES" && [ -s "$SHARES" ] && run_expect 0 on_stick key list && again && all_there
}
shares() {
	run_expect 0 on_stick share --all --to "$PARTNER" -o "$STICK/for-partner.evault" && again &&
		run_expect 3 "$EVAULT_BIN" -i "$T/partner.key" verify "$STICK/for-partner.evault" --extract "$STICK/extracted" &&
		cmp "$T/statement" "$(grep -lr 'at the corner' "$STICK/extracted" | head -n 1)" && rm -r "$STICK/extracted" &&
		run "$EVAULT_BIN" -V "$T/partner.vault" -i "$T/partner.key" receive "$STICK/for-partner.evault" --receipt "$STICK/receipt" && [ "$STATUS" -le 3 ] && [ "$STATUS" -ne 1 ] && [ -s "$STICK/receipt" ] &&
		"$EVAULT_BIN" -V "$T/partner.vault" -i "$T/partner.key" search Гүлдария | grep -q 'what she saw'
}
# All of the stick goes into the vault at home; what is there already is recognised.
comes_home() {
	rm -rf "$T/home.vault"
	"$EVAULT_BIN" init "$T/home.vault" --to "$ME" >/dev/null 2>&1 &&
		run_expect 0 "$EVAULT_BIN" -V "$T/home.vault" -i "$T/me.key" receive "$STICK/case.vault" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/home.vault" -i "$T/me.key" receive "$STICK/case.vault" && says '0 records received' &&
		run_expect 0 "$EVAULT_BIN" -V "$T/home.vault" -i "$T/me.key" check
}
# pulled PART: the stick is pulled when so many hundredths of the card were read.
pulled() {
	local part=$1 adding read status
	on_stick add --yes "$T/card" >"$OUT" 2>"$ERR" &
	adding=$!
	while kill -0 "$adding" 2>/dev/null; do
		read=$(sed -n 's/^rchar: //p' "/proc/$adding/io" 2>/dev/null)
		if [ "${read:-0}" -gt $((CARD * part / 100)) ]; then
			kill -9 "$DRIVER"
			break
		fi
	done
	wait "$adding"
	status=$?
	pulled_out
	# It had no time to know of it, or says what happened and what to do.
	note_kept
	[ "$status" -eq 0 ] || { [ "$status" -eq 2 ] && warns 'evault: error: ' && warns 'evault: hint: '; } || { echo "# pulled at $part: exit status $status"; sed 's/^/# /' "$ERR"; return 1; }
	mended && plug_in && all_there
}
goes_on() {
	run_expect 0 on_stick add --yes "$T/card" && grep -qE '(kept already|files? kept)' "$OUT" && note_kept
	for file in "$T"/card/*; do sha256sum <"$file" | cut -d' ' -f1; done >>"$T/kept"
	again && all_there && run_expect 0 on_stick check --sealed
}

life() {
	FS=$1
	rm -rf "$T/kept" "$T/partner.vault" "$SHARES"
	: >"$T/kept"
	"$EVAULT_BIN" init "$T/partner.vault" --to "$PARTNER" >/dev/null 2>&1 || exit 1
	truncate -s 128M "$IMAGE" && if [ "$FS" = exFAT ]; then mkfs.exfat "$IMAGE"; else mkfs.vfat -F 32 -s 1 "$IMAGE"; fi >/dev/null 2>&1 && plug_in ||
		{ not_ok "${FS}_is_mounted"; pulled_out; return; }
	claim "${FS}_init_add_check" begins
	claim "${FS}_testify_annotate_search" speaks
	claim "${FS}_add_read_back" reads_back
	claim "${FS}_key_split" splits_key
	claim "${FS}_share_verify_receive_from_the_stick" shares
	claim "${FS}_the_vault_on_it_is_received_at_home" comes_home
	if [ "$FS" = exFAT ]; then
		for part in 20 60 95; do
			claim "${FS}_pulled_at_${part}_hundredths_keeps_what_was_kept" pulled "$part"
		done
		claim "${FS}_plugged_in_again_it_goes_on" goes_on
	fi
	put_away
	rm -f "$IMAGE"
}

ME=$("$EVAULT_BIN" keygen -o "$T/me.key" 2>/dev/null | grep -o 'age1[0-9a-z]*')
PARTNER=$("$EVAULT_BIN" keygen -o "$T/partner.key" 2>/dev/null | grep -o 'age1[0-9a-z]*')
mkdir "$T/photographs" "$T/card"
printf 'I stood at the corner and saw it.\n' >"$T/statement"
for i in 1 2 3; do head -c 1500000 /dev/urandom >"$T/photographs/IMG_$i.jpg"; done
for i in $(seq 10 25); do head -c 2000000 /dev/urandom >"$T/card/IMG_$i.jpg"; done
CARD=32000000
head -c 700000 /dev/urandom >"$T/more.jpg"

for fs in exFAT:mkfs.exfat:mount.exfat-fuse:fsck.exfat:losetup FAT32:mkfs.vfat:fusefat; do
	IFS=: read -ra needs <<<"$fs"
	missing=
	for program in "${needs[@]:1}"; do command -v "$program" >/dev/null || missing=$program; done
	if [ -n "$missing" ]; then
		skip "${needs[0]}" "no $missing here"
	else
		life "${needs[0]}"
	fi
done
finish
