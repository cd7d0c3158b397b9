# Disks that are full, cannot be written, or have rules of their own about names.  Needs root for mounts.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

loops=()
mounted=()
unmount_all() {
	local at
	for at in "${mounted[@]}"; do
		umount "$at" 2>/dev/null
	done
	for at in "${loops[@]}"; do
		losetup -d "$at" 2>/dev/null
	done
}
trap unmount_all EXIT

# mount_at DIR ARGUMENTS…: mounts there until the end.
mount_at() {
	local at=$1
	shift
	mkdir -p "$at" && mount "$@" "$at" 2>/dev/null && mounted=("$at" "${mounted[@]}")
}

# tree_is_as DIR: the same files and bytes as when `remember_tree DIR` was called.
remember_tree() {
	(cd "$1" && find . -type f | sort | xargs -d '\n' sha256sum) >"$T/.tree"
}
tree_is_as() {
	(cd "$1" && find . -type f | sort | xargs -d '\n' sha256sum) | cmp -s - "$T/.tree"
}

mkdir "$T/in"
for i in 1 2 3; do
	printf 'file %s\n' $i >"$T/in/$i.txt"
done
new_vault "$T/v" || exit 1
ev "$T/v" add "$T/in" >"$OUT" 2>"$ERR" || exit 1

# ---- a medium that cannot be written

if mount_at "$T/ro" --bind "$T/v" && mount -o remount,ro,bind "$T/ro" 2>/dev/null; then
	cp "$T/v.key" "$T/ro.key"
	remember_tree "$T/v"

	t() {
		run_expect 0 ev "$T/ro" list && [ "$(wc -l <"$OUT")" = 3 ] && run_expect 0 ev "$T/ro" show 1 && run_expect 0 ev "$T/ro" status && run_expect 0 ev "$T/ro" checkpoint &&
			run_expect 0 ev "$T/ro" check && grep -q '^sound: ' "$OUT" && run_expect 0 ev "$T/ro" check --sealed && run_expect 0 ev "$T/ro" add --dry-run "$T/in"
	}
	claim a_vault_on_a_read_only_medium_can_be_read_and_checked t

	t() {
		run_expect 3 ev "$T/ro" get --all -o "$T/ro.back" && warns "warning: access was not logged: " && warns "Read-only file system" && says "3 files given back" && diff -r "$T/in" "$T/ro.back/in" &&
			run_expect 3 ev "$T/ro" get 1 -o - && cmp "$OUT" "$T/in/1.txt" && warns "access was not logged" && run_expect 3 ev "$T/ro" get 1 --json -o "$T/ro.one" && json_is "all[-1]['summary']['logged'] is False and 'Read-only' in all[-1]['summary']['detail']"
	}
	claim get_from_a_read_only_medium_says_that_it_was_not_logged t

	t() { run_expect 2 ev "$T/ro" add "$T/in" && warns "Read-only file system" && warns "hint: list, show, get and check work here" && run_expect 2 ev "$T/ro" check --adopt && warns "Read-only"; }
	claim a_read_only_medium_is_not_added_to t

	t() {
		mkdir "$T/empty" && mount_at "$T/card" --bind "$T/empty" && mount -o remount,ro,bind "$T/card" &&
			run_expect 2 ev "$T/v" get 1 -o "$T/card/x" && warns "Read-only file system" && run_expect 2 ev "$T/v" get --all -o "$T/card/x/" && warns "Read-only" &&
			run_expect 2 "$EVAULT_BIN" init "$T/card/new" --to "$(grep -o 'age1[0-9a-z]*' "$T/v.key")" && warns "Read-only" && run_expect 2 "$EVAULT_BIN" keygen -o "$T/card/k" && warns "Read-only"
	}
	claim nothing_is_written_to_a_read_only_medium_and_that_is_said t

	umount "$T/ro"
	claim and_the_vault_there_is_as_it_was keeps 3 "$T/v"
else
	skip a_vault_on_a_read_only_medium "nothing can be mounted here"
fi

# Rights of the folder, as on a stick that the system mounted for somebody else.
t() {
	cp -a "$T/v" "$T/theirs" && cp "$T/v.key" "$T/theirs.key" && chmod -R a+rX,a-w "$T/theirs" && chmod a+r "$T/theirs.key" && chmod a+rx "$T" && mkdir -m 777 "$T/nobody" || return 1
	as_nobody test -x "$EVAULT_BIN" && as_nobody test -r "$T/theirs/vault" || return 77
	remember_tree "$T/theirs"
	run_expect 0 as_nobody "$EVAULT_BIN" -V "$T/theirs" -i "$T/theirs.key" list && run_expect 0 as_nobody "$EVAULT_BIN" -V "$T/theirs" -i "$T/theirs.key" check &&
		run_expect 2 as_nobody "$EVAULT_BIN" -V "$T/theirs" -i "$T/theirs.key" add "$T/theirs/vault" && warns "Permission denied" &&
		run_expect 3 as_nobody "$EVAULT_BIN" -V "$T/theirs" -i "$T/theirs.key" get --all -o "$T/nobody/back" && warns "access was not logged: " && warns "Permission denied" && says "3 files given back" && tree_is_as "$T/theirs"
}
claim_where_possible a_vault_that_may_be_read_and_not_written_gives_back_and_says_that_it_was_not_logged \
	"the build or the temporary folder is closed to others" t

# ---- a full disk

mkdir "$T/big"
for i in 1 2 3 4 5 6; do
	head -c 3000000 /dev/urandom >"$T/big/$i.jpg"
done

if mount_at "$T/small" -t tmpfs -o size=9m none; then
	t() {
		new_vault "$T/small/v" && run_expect 0 ev "$T/small/v" add "$T/in" && keeps 3 "$T/small/v" &&
			run_expect 2 ev "$T/small/v" add "$T/big/1.jpg" "$T/big/1.jpg" "$T/in/1.txt" "$T/big" && warns "error: " && warns "No space left on device" &&
			warns "hint: what was reported as kept is kept; make room and run the same command again" && [ "$(named_as_kept)" = 0 ] && says "0 files kept"
	}
	claim an_add_that_fills_the_disk_says_so t

	t() { ! grep 'already kept' "$OUT" | grep -q jpg; }
	claim and_names_nothing_as_kept_that_is_not t

	t() { ! grep -q 'adopt' "$ERR" && [ "$(grep -c 'error: ' "$ERR")" = 1 ] && warns "error: $T/small/v: "; }
	claim and_says_it_once_and_with_the_name_of_the_vault t

	t() { keeps 3 "$T/small/v" && interrupted_only "$T/small/v" && run_expect 0 ev "$T/small/v" check --sealed; }
	claim and_the_vault_is_as_it_was_before t

	t() {
		mount -o remount,size=40m "$T/small" && run_expect 0 ev "$T/small/v" add "$T/big" && [ "$(named_as_kept)" = 6 ] && keeps 9 "$T/small/v" &&
			run_expect 0 ev "$T/small/v" get --all -o "$T/small.back" && diff -r "$T/big" "$T/small.back/big"
	}
	claim with_room_made_the_same_command_completes_it t

	# At each of many fill levels: the disk is full at another moment of the commit.
	t() {
		local left kept=9 now
		cp -a "$T/small/v" "$T/tight" && cp "$T/small/v.key" "$T/tight.key" || return 1
		for left in 0 4 8 16 64 72 80 88 96 104 112 160; do
			printf '%s\n' "$left" >"$T/new.txt"
			rm -f "$T/small/fill"
			head -c 100000000 /dev/zero >"$T/small/fill" 2>/dev/null
			truncate -s $(($(stat -c %s "$T/small/fill") - left * 1024)) "$T/small/fill"
			run ev "$T/small/v" add "$T/new.txt"
			now=$(named_as_kept)
			kept=$((kept + now))
			[ "$STATUS" -eq $((now == 1 ? 0 : 2)) ] || { echo "# $left KiB left: status $STATUS, $now kept"; cat "$ERR"; return 1; }
			[ "$STATUS" -eq 0 ] || warns "No space left" || return 1
			[ "$(ev "$T/small/v" list | wc -l)" = "$kept" ] && interrupted_only "$T/small/v" || { echo "# $left KiB left: lost, not $kept"; return 1; }
		done
		rm -f "$T/small/fill"
		[ "$kept" -gt 9 ] && [ "$kept" -lt 21 ] && keeps "$kept" "$T/small/v"
	}
	claim however_little_room_there_was_what_was_named_is_kept_and_nothing_else_is_lost t

	t() {
		rm -f "$T/small/fill"
		head -c 100000000 /dev/zero >"$T/small/fill" 2>/dev/null
		run_expect 3 ev "$T/small/v" get 1 -o "$T/full.txt" && warns "access was not logged: " && warns "No space left" && cmp "$T/full.txt" "$T/in/1.txt" && run_expect 0 ev "$T/small/v" list
	}
	claim get_from_a_full_disk_gives_and_says_that_it_was_not_logged t

	t() {
		rm -f "$T/small/fill"
		mount -o remount,size=140m "$T/small" && mkdir "$T/bigger" || return 1
		for i in 1 2 3 4 5 6 7; do head -c 20000000 /dev/urandom >"$T/bigger/$i.mov"; done
		run_expect 2 ev "$T/small/v" add "$T/bigger" && warns "hint: 6" && warns "MiB of it were written and are not yet kept; to keep what they hold: evault check --adopt" && [ "$(named_as_kept)" = 0 ] || return 1
		run_expect 0 ev "$T/small/v" check --adopt && says "taken in: " && mount -o remount,size=200m "$T/small" &&
			run_expect 0 ev "$T/small/v" add "$T/bigger" && says "4 files kept" && says "3 kept already" && rm -r "$T/bigger"
	}
	claim what_was_written_when_the_disk_was_full_is_kept_by_check_adopt t

	t() {
		local before
		head -c 300000000 /dev/zero >"$T/small/fill" 2>/dev/null
		before=$(find "$T/small" | wc -l)
		run_expect 2 ev "$T/tight" get --all -o "$T/small/out" && warns "No space left" && [ "$(grep -c 'error: ' "$ERR")" = 1 ] && [ -z "$(find "$T/small/out" -type f)" ] &&
			run_expect 2 "$EVAULT_BIN" init "$T/small/new" --to "$(grep -o 'age1[0-9a-z]*' "$T/v.key")" && warns "error: $T/small/new" && warns "No space left" && warns "hint: no vault was made" && [ ! -e "$T/small/new/vault" ] &&
			run_expect 2 "$EVAULT_BIN" keygen -o "$T/small/k" && warns "No space left" && [ ! -s "$T/small/k" ]
	}
	claim get_init_and_keygen_onto_a_full_disk_say_so_and_leave_nothing_half t

	t() {
		rm -f "$T/small/fill" && rm -rf "$T/small/out" && run_expect 0 "$EVAULT_BIN" init "$T/small/new" --to "$(grep -o 'age1[0-9a-z]*' "$T/v.key")" && run_expect 0 "$EVAULT_BIN" keygen -o "$T/small/k"
	}
	claim with_room_made_init_and_keygen_work_in_the_same_place t
	umount "$T/small"
else
	skip an_add_that_fills_the_disk_says_so "nothing can be mounted here"
fi

# ---- FAT and exFAT, as sticks and cards have them

mkdir "$T/odd"
printf 'colon' >"$T/odd/a:b"
printf 'question' >"$T/odd/what?.txt"
printf 'plain' >"$T/odd/plain.txt"
printf 'upper' >"$T/odd/README"
printf 'lower' >"$T/odd/readme"
mkdir "$T/odd/x:y"
printf 'inside' >"$T/odd/x:y/inside"

# on_medium NAME: the same claims about whatever is mounted at $T/NAME.
on_medium() {
	local at=$T/$1 back=$T/$1.back

	t() {
		new_vault "$at/v" && run_expect 0 ev "$at/v" add "$T/in" "$T/odd" "$T/big/1.jpg" && [ "$(named_as_kept)" = 10 ] && keeps 10 "$at/v" &&
			run_expect 0 ev "$at/v" get --all -o "$back" && diff -r "$T/odd" "$back/odd" && cmp "$T/big/1.jpg" "$back/1.jpg" && keeps 10 "$at/v" && run_expect 0 ev "$at/v" check --sealed
	}
	claim "a_vault_works_on_$1" t

	t() {
		run_expect 3 ev "$at/v" get --all -o "$at/out" && [ "$(grep -c '^evault: error: [0-9a-f]*-[0-9]*: .*the file system there does not take this name$' "$ERR")" = 3 ] && warns "a:b: the file system" && warns "x:y: the file system" && says "7 files given back" &&
			[ "$(cat "$at/out/odd/plain.txt")" = plain ] && [ "$(cat "$at/out/odd/"[Rr][Ee]* | wc -c)" = 10 ] && cmp "$T/big/1.jpg" "$at/out/1.jpg" && [ -z "$(find "$at" -name '*.tmp')" ]
	}
	claim "what_$1_cannot_name_is_said_and_the_others_are_given" t

	t() {
		local item
		item=$(ev "$at/v" list --json | grep '"name": "a:b"' | sed 's/.*"citation": "\([^"]*\).*/\1/')
		run_expect 0 ev "$at/v" get "$item" -o "$at/colon" && [ "$(cat "$at/colon")" = colon ]
	}
	claim "and_it_can_be_had_on_$1_under_another_name" t
}

if command -v mkfs.vfat >/dev/null && command -v fusefat >/dev/null && truncate -s 64M "$T/fat.img" && mkfs.vfat "$T/fat.img" >/dev/null && mkdir "$T/FAT" &&
	fusefat -o rw+ "$T/fat.img" "$T/FAT" >/dev/null 2>&1 && mountpoint -q "$T/FAT"; then
	mounted=("$T/FAT" "${mounted[@]}")
	on_medium FAT
	umount "$T/FAT"
elif command -v mkfs.vfat >/dev/null && truncate -s 64M "$T/fat.img" && mkfs.vfat "$T/fat.img" >/dev/null && mount_at "$T/FAT" -o loop "$T/fat.img"; then
	on_medium FAT
	umount "$T/FAT"
else
	skip a_vault_works_on_FAT "no FAT can be mounted here (dosfstools, fusefat)"
fi

if command -v mkfs.exfat >/dev/null && command -v mount.exfat-fuse >/dev/null && truncate -s 64M "$T/exfat.img" && mkfs.exfat "$T/exfat.img" >/dev/null &&
	loop=$(losetup -f --show "$T/exfat.img" 2>/dev/null) && loops+=("$loop") && mkdir "$T/exFAT" && mount.exfat-fuse "$loop" "$T/exFAT" >/dev/null 2>&1; then
	mounted=("$T/exFAT" "${mounted[@]}")
	on_medium exFAT
	umount "$T/exFAT"
else
	skip a_vault_works_on_exFAT "no exFAT can be mounted here (exfatprogs, exfat-fuse)"
fi

finish
