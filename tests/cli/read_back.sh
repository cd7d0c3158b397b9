# add --read-back: what was kept is read from the disk itself before it says that the card may be erased.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
# What is mounted here nobody else sees, and it goes when this does.
if [ "$(id -u)" -eq 0 ] && [ -z "${READ_BACK_ALONE:-}" ] && unshare --mount --propagation private true 2>/dev/null; then
	READ_BACK_ALONE=1 exec unshare --mount --propagation private bash "$0" "$@"
fi
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

MAY='The card may be erased.'
MAY_NOT='o not erase the card'
# Is this folder on a file system that reads from a device?
on_device() {
	case $(stat -f -c %t "$1") in
	ef53 | 4d44 | 58465342 | 9123683e | f2f52010) return 0 ;;
	esac
	return 1
}

mkdir "$T/in" "$T/here"
head -c 200000 /dev/urandom >"$T/in/small.jpg"
printf 'said\n' >"$T/in/said.txt"
head -c 9000000 /dev/urandom >"$T/in/long.mp4"

# ---- a disk under our hands: ext4 in a file

DISK=$T/disk.img
why_no_disk() {
	local tool
	[ -n "${READ_BACK_ALONE:-}" ] || { echo 'not root, or no mounts of our own'; return; }
	for tool in mkfs.ext4 losetup mount strace; do
		command -v "$tool" >/dev/null || { echo "no $tool"; return; }
	done
	truncate -s 96M "$DISK" && mkfs.ext4 -q -F "$DISK" && mkdir "$T/disk" && mount -o loop "$DISK" "$T/disk" 2>"$T/why" || tail -n 1 "$T/why"
}
NO_DISK=$(why_no_disk)

# with_vault: a new vault on the disk.
with_vault() {
	rm -rf "$T/disk/v" "$T/disk/v.key" && new_vault "$T/disk/v"
}

# stopped PID: prints which process strace has stopped, once it has; PID is strace itself.
stopped() {
	local at
	while kill -0 "$1" 2>/dev/null; do
		at=$(sed -n 's/^\([0-9]*\) *--- stopped by SIGSTOP ---$/\1/p' "$T/strace" | head -n 1)
		if [ -n "$at" ]; then
			sed -n 's/^Tgid:\t//p' "/proc/$at/status"
			return 0
		fi
		sleep 0.05
	done
	return 1
}

# meanwhile COMMAND ARGUMENT…: add --read-back of these, on the disk; when all is committed, and nothing of it
# read back, COMMAND is run.  The first that asks which file system it is (fstatfs) is reading back.
meanwhile() {
	local between=$1 tracer pid
	shift
	: >"$T/strace"
	# The leak sanitizer does not work under strace.
	timeout -s KILL 60 strace -f -o "$T/strace" -e trace=fstatfs -e inject=fstatfs:signal=STOP:when=1 "$EVAULT_RELEASE" -V "$T/disk/v" -i "$T/disk/v.key" "$@" >"$OUT" 2>"$ERR" &
	tracer=$!
	STATUS=0
	if pid=$(stopped "$tracer"); then
		"$between"
		# Each of its threads is stopped once.
		while kill -0 "$tracer" 2>/dev/null; do
			kill -CONT "$pid" 2>/dev/null
			sleep 0.05
		done
	fi
	wait "$tracer" || STATUS=$?
}

# place_of FILE AT: where in the image that byte of the file lies.
place_of() {
	python3 - "$1" "$2" <<-'END'
		import fcntl, os, struct, sys
		FIBMAP, at = 1, int(sys.argv[2])
		fd = os.open(sys.argv[1], os.O_RDONLY)
		size = os.fstatvfs(fd).f_bsize
		block = struct.unpack("i", fcntl.ioctl(fd, FIBMAP, struct.pack("i", at // size)))[0]
		assert block > 0, "in no block"
		print(block * size + at % size)
	END
}

# lie FILE AT: on the disk below one byte of the file is another; what the system has of it in memory stays.
lie() {
	local at
	sync -f "$T/disk"
	at=$(place_of "$1" "$2") && sum_before=$(sha256sum <"$1") &&
		printf '\377\377\377\377' | dd of="$DISK" bs=1 seek="$at" conv=notrunc status=none && sync "$DISK" &&
		[ "$(sha256sum <"$1")" = "$sum_before" ] && touch "$T/lied"
}
largest_pack() {
	find "$T/disk/v/packs" -name '*.age' -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2
}
lie_in_pack() {
	pack=$(largest_pack)
	lie "$pack" 50000
}
lie_in_entries() {
	lie "$(find "$T/disk/v/log/tile/entries" -type f | tail -n 1)" 200
}
lie_in_tile() {
	lie "$(find "$T/disk/v/log/tile/0" -type f | tail -n 1)" 64
}
lie_in_head() {
	lie "$T/disk/v/log/checkpoint" 100
}
lose_entries() {
	rm "$(find "$T/disk/v/log/tile/entries" -type f | tail -n 1)"
}

t() {
	with_vault && run_expect 0 ev "$T/disk/v" add --read-back "$T/in" && says "all 3 files are whole. $MAY" && keeps 3 "$T/disk/v" &&
		run_expect 0 ev "$T/disk/v" --json add --read-back "$T/in" && says '"already": 3' && says '"read_back": "whole"' && says '"damage": 0'
}
disk_claim() {
	if [ -n "$NO_DISK" ]; then
		skip "$1" "$NO_DISK"
	else
		claim "$1" t
	fi
}
disk_claim what_is_whole_on_the_disk_is_said_to_be_so_and_that_the_card_may_be_erased

t() {
	rm -f "$T/lied"
	with_vault && meanwhile lie_in_pack add --read-back "$T/in/long.mp4" "$T/in/said.txt"
	[ -f "$T/lied" ] && [ "$STATUS" -eq 1 ] && says "${pack#"$T/disk/v/"}: read back from the disk, it is not what was written" &&
		says "this pack has all or a part of $T/in/long.mp4" && warns "$MAY_NOT" && ! says "$MAY" >/dev/null
}
disk_claim bytes_that_only_the_systems_memory_has_are_found_before_the_card_is_erased

t() {
	rm -f "$T/lied"
	with_vault && meanwhile lie_in_pack --json add --read-back "$T/in/small.jpg"
	[ -f "$T/lied" ] && [ "$STATUS" -eq 1 ] && says '"finding": "altered"' && says '"read_back": "damaged"' && says '"damage": 2' && says '"item": ' && warns "$MAY_NOT"
}
disk_claim json_names_what_is_altered

t() {
	local where
	for where in entries tile head; do
		rm -f "$T/lied"
		with_vault && meanwhile "lie_in_$where" add --read-back "$T/in/small.jpg"
		[ -f "$T/lied" ] && [ "$STATUS" -eq 1 ] && says "  log/" && warns "$MAY_NOT" || { echo "# in $where: $STATUS"; sed 's/^/# /' "$OUT" "$ERR"; return 1; }
	done
}
disk_claim a_log_that_the_disk_has_otherwise_is_found

t() {
	with_vault && meanwhile lose_entries add --read-back "$T/in/small.jpg"
	[ "$STATUS" -eq 1 ] && says "missing" && says "log/tile/entries/" && warns "$MAY_NOT" || return 1
	# Its bytes are written anew; the record of the same file is nowhere any more.
	with_vault && ev "$T/disk/v" add "$T/in/small.jpg" >/dev/null && pack=$(largest_pack) && rm "$pack" &&
		run_expect 1 ev "$T/disk/v" add --read-back "$T/in/small.jpg" && says "missing" && says "$(basename "$pack")" && warns "$MAY_NOT"
}
disk_claim what_is_gone_is_found

# What was kept before rests on packs of before; add compares those, in memory, and so does not see it.
t() {
	with_vault && ev "$T/disk/v" add "$T/in" >/dev/null && rm -f "$T/lied" && lie_in_pack && [ -f "$T/lied" ] &&
		run_expect 0 ev "$T/disk/v" add "$T/in" && says "3 kept already" &&
		sha256sum <"$pack" >/dev/null && run_expect 1 ev "$T/disk/v" add --read-back "$T/in" && says "3 kept already" &&
		says "this pack has all or a part of $T/in/long.mp4" && warns "$MAY_NOT"
}
disk_claim what_was_kept_already_is_read_back_too

t() {
	with_vault && run_expect 3 strace -f -qq -o "$T/strace" -P "$T/disk/v/log/checkpoint" -e trace=pread64 -e inject=pread64:error=EIO \
		"$EVAULT_RELEASE" -V "$T/disk/v" -i "$T/disk/v.key" add --read-back "$T/in/small.jpg" &&
		says "unreadable" && says "log/checkpoint" && warns "could not be read back" && warns "$MAY_NOT"
}
disk_claim what_the_system_does_not_read_is_no_damage_and_no_success

t() {
	with_vault && run_expect 0 strace -f -qq -o "$T/strace" -P "$T/disk/v/log/checkpoint" -e trace=pread64 -e inject=pread64:error=EINVAL:when=1 \
		"$EVAULT_RELEASE" -V "$T/disk/v" -i "$T/disk/v.key" add --read-back "$T/in/small.jpg" && says "$MAY"
}
disk_claim where_direct_reading_is_refused_it_is_read_after_memory_was_dropped

t() {
	with_vault && run_expect 3 strace -f -qq -o "$T/strace" -e trace=mincore -e inject=mincore:error=EPERM \
		"$EVAULT_RELEASE" -V "$T/disk/v" -i "$T/disk/v.key" add --read-back "$T/in/small.jpg" &&
		warns "no way to read past the computer's memory" && warns "$MAY_NOT" && ! says "$MAY" >/dev/null
}
disk_claim where_it_is_not_known_whether_memory_was_passed_it_is_said

# ---- other file systems

t() {
	local loop
	loop=$(losetup -f --show "$T/exfat.img") && mkdir "$T/fuse" && mount.exfat-fuse "$loop" "$T/fuse" >/dev/null 2>&1 && losetup -d "$loop" && new_vault "$T/fuse/v" &&
		run_expect 3 ev "$T/fuse/v" add --read-back "$T/in" && says "3 files are whole, as far as" && warns "no way to read past the computer's memory" &&
		warns "evault check" && ! says "$MAY" >/dev/null && umount "$T/fuse"
}
if [ -n "$NO_DISK" ] || ! command -v mount.exfat-fuse >/dev/null || ! command -v mkfs.exfat >/dev/null || [ ! -e /dev/fuse ]; then
	skip a_file_system_that_is_a_program_is_not_believed "${NO_DISK:-no exfat-fuse}"
else
	truncate -s 64M "$T/exfat.img" && mkfs.exfat "$T/exfat.img" >/dev/null
	claim a_file_system_that_is_a_program_is_not_believed t
fi

t() {
	new_vault "$SHM/v" && run_expect 3 ev "$SHM/v" add --read-back "$T/in" && says "3 files are whole, as far as" &&
		warns "lies in this computer's memory" && warns "$MAY_NOT" && run_expect 3 ev "$SHM/v" --json add --read-back "$T/in" && says '"read_back": "memory"'
}
if [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] && SHM=$(mktemp -d /dev/shm/evault-test.XXXXXX); then
	claim a_vault_in_memory_is_no_reason_to_erase_the_card t
	rm -rf "$SHM"
else
	skip a_vault_in_memory_is_no_reason_to_erase_the_card 'no tmpfs in /dev/shm'
fi

# ---- what is not in the vault

# Here: whatever this file system is, never "may" when something is left.
status_here=0
on_device "$T/here" || status_here=3
t() {
	new_vault "$T/here/v" && run_expect 3 ev "$T/here/v" add --read-back "$T/in/said.txt" "$T/in/gone" && ! says "$MAY" >/dev/null &&
		{ [ "$status_here" -ne 0 ] || says "1 is not in the vault; it is named above. Do not erase the card."; } &&
		ln -s said.txt "$T/in/link" && run_expect 3 ev "$T/here/v" add --read-back "$T/in" && ! says "$MAY" >/dev/null && rm "$T/in/link" &&
		run_expect "$status_here" ev "$T/here/v" add --read-back --exclude said.txt "$T/in" && ! says "$MAY" >/dev/null &&
		{ [ "$status_here" -ne 0 ] || says "What --exclude left out is not in the vault"; } &&
		mkdir "$T/empty" && run_expect "$status_here" ev "$T/here/v" add --read-back "$T/empty" && ! says "$MAY" >/dev/null
}
claim a_card_with_something_that_is_not_in_the_vault_may_not_be_erased t

t() {
	run_expect 2 ev "$T/here/v" add --read-back --dry-run "$T/in" && warns "choose one: --read-back, or --dry-run"
}
claim a_dry_run_has_nothing_to_read_back t

# Who may only add relies on the packs of the import.
t() {
	"$EVAULT_BIN" keygen -o "$T/hq.key" >"$T/hq" && "$EVAULT_BIN" keygen -o "$T/here/c.key" >"$T/own" &&
		"$EVAULT_BIN" init "$T/here/c" --capture-only --to "$(grep -o 'age1[0-9a-z]*' "$T/own" | head -n 1)" \
			--reader "$(grep -o 'age1[0-9a-z]*' "$T/hq" | head -n 1)" >"$OUT" 2>"$ERR" &&
		run_expect "$status_here" ev "$T/here/c" add --read-back "$T/in" && says "3 files"
}
claim a_device_that_can_add_and_not_read_reads_back_too t

finish
