# What an audit found: two writers and a key that comes late, calls of the system that fail, kept bytes that are
# damaged and kept again, and files in the vault that are not what they should be.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

mkdir "$T/in"
printf 'one\n' >"$T/in/one.txt"
printf 'two\n' >"$T/in/two.txt"
head -c 300000 /dev/urandom >"$T/in/noise.bin"
new_vault "$T/v" && run_expect 0 ev "$T/v" add "$T/in" || exit 1
recipient=$(grep -o 'age1[0-9a-z]*' "$T/v.key")

# copy NAME: the vault again, as it was made above.
copy() {
	rm -rf "${T:?}/$1" && cp -a "$T/v" "$T/$1" && cp "$T/v.key" "$T/$1.key"
}
until_true() {
	local waited=0
	until "$@"; do
		sleep 0.01
		waited=$((waited + 1))
		[ $waited -lt 3000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
# traced ARGUMENT… of strace and a command; the leak sanitizer does not work under it.
traced() {
	ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o "$T/trace" "$@"
}
# everything_in DIR: each name below it, and the hash of each file.
everything_in() {
	(cd "$1" && find . -type d -o -type l && find . -type f -exec sha256sum {} +) | sort
}

# ---- a fork

# The call, and which one of its kind, that gives the new head its name.
find_the_rename() {
	copy dry && run_expect 0 traced -e trace=renameat2,renameat,rename "$EVAULT_BIN" -V "$T/dry" -i "$T/v.key" add "$1" || return 1
	RENAME=$(sed -n 's/^[0-9]* *\(rename[a-z0-9]*\)(.*"log\/checkpoint".*/\1/p' "$T/trace")
	NTH=$(grep -E "^[0-9]* *$RENAME\(" "$T/trace" | grep -n '"log/checkpoint"' | cut -d: -f1)
	[ -n "$RENAME" ] && [ -n "$NTH" ]
}
# The key comes through a pipe when $T/go is there; $T/asked is there when somebody waits for it.
give_key_late() {
	exec 9>"$T/fifo" || return
	: >"$T/asked"
	until_true [ -e "$T/go" ]
	cat "$T/v.key" >&9
}
see_head() {
	run_expect 0 "$EVAULT_BIN" -V "$T/f" checkpoint && cp "$OUT" "$T/heads/$1" && sed -n '2,3p' "$OUT" | tr '\n' ' ' >>"$T/seen" && echo >>"$T/seen"
}
no_two_heads_of_one_size() {
	[ -z "$(sort -u "$T/seen" | cut -d' ' -f1 | uniq -d)" ] || { sed 's/^/# /' "$T/seen"; false; }
}
# late_key_after_a_killed_writer ITEMS COMMAND…: so many in the end; the command stands between the two.
late_key_after_a_killed_writer() {
	local late giver rc=0 head items=$1
	shift
	rm -rf "$T/go" "$T/asked" "$T/fifo" "$T/seen" "$T/heads"
	copy f && mkdir "$T/heads" && printf 'late\n' >"$T/late" && printf 'killed\n' >"$T/killed" && mkfifo "$T/fifo" && find_the_rename "$T/killed" && see_head before || return 1
	give_key_late &
	giver=$!
	timeout 60 "$EVAULT_BIN" -V "$T/f" -i "$T/fifo" add "$T/late" >"$T/late.out" 2>&1 &
	late=$!
	until_true [ -e "$T/asked" ] || { kill $giver; return 1; }
	(traced -e trace="$RENAME" -e inject="$RENAME:signal=KILL:when=$NTH" "$EVAULT_BIN" -V "$T/f" -i "$T/v.key" add "$T/killed") >"$OUT" 2>"$ERR"
	[ $? = 137 ] && [ -e "$T/f/log/checkpoint.new" ] && cmp -s "$T/f/log/checkpoint" "$T/heads/before" || { echo "# not killed where it should be"; rc=1; }
	"$@" && see_head saved || rc=1
	: >"$T/go"
	wait $late || { echo "# the late one ended with $?"; sed 's/^/# /' "$T/late.out"; rc=1; }
	wait $giver
	[ $rc = 0 ] && see_head after && no_two_heads_of_one_size || return 1
	for head in before saved; do
		run_expect 0 ev "$T/f" check --against "$T/heads/$head" && grep -q '^sound: ' "$OUT" || return 1
	done
	keeps "$items" "$T/f"
} 2>/dev/null
claim writer_whose_key_comes_late_goes_on_from_a_head_that_a_killed_writer_signed late_key_after_a_killed_writer 5 true
t() { run_expect 0 ev "$T/f" add "$T/in/one.txt" "$T/late" && see_head between; }
claim writer_whose_key_comes_late_goes_on_from_what_others_added_meanwhile late_key_after_a_killed_writer 6 t

# ---- calls that fail

mkdir "$T/large"
for n in $(seq 1 12); do head -c 7000000 /dev/urandom >"$T/large/l$n"; done
for fault in ENOENT:1 ENOENT:2 EIO:1; do
	t() {
		new_vault "$T/r" && run_expect 0 ev "$T/r" add "$T/in" || return 1
		run_expect 2 traced -e trace=renameat2 -e inject="renameat2:error=${fault%:*}:when=${fault#*:}" "$EVAULT_BIN" -V "$T/r" -i "$T/r.key" add "$T/large" && warns "error: " || return 1
		grep -oE '^[0-9a-f]{6}-[0-9]+  [0-9a-f]{64}' "$OUT" | sed 's/.*  //' | sort >"$T/named"
		run_expect 0 ev "$T/r" list --json && sed -E 's/.*"sha256": *"([^"]*)".*/\1/' "$OUT" | sort >"$T/listed"
		[ -z "$(comm -23 "$T/named" "$T/listed")" ] && interrupted_only "$T/r" && run_expect 0 ev "$T/r" get --all -o "$T/r.part" || return 1
		run_expect 0 ev "$T/r" add "$T/large" && keeps 15 "$T/r" && run_expect 0 ev "$T/r" get --all -o "$T/r.back" && diff -r "$T/large" "$T/r.back/large" && diff -r "$T/in" "$T/r.back/in"
	}
	claim "rename_${fault#*:}_of_a_pack_that_fails_with_${fault%:*}_loses_nothing_and_running_again_completes" t
	rm -rf "${T:?}/r" "$T/r.key" "$T/r.part" "$T/r.back"
done
rm -rf "$T/large"

# ---- kept bytes that are damaged, and kept again

flip() {
	python3 -c 'import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2])); c = f.read(1)[0]; f.seek(int(sys.argv[2])); f.write(bytes([c ^ 1]))' "$@"
}
packs() {
	find "$1/packs" -name '*.age' | wc -l
}
# The first finding is of the damaged pack, and there is no other.
damage_is_of_the_pack_alone() {
	run_expect 1 ev "$1" check --json && json_is "len([o for o in all if 'finding' in o]) >= 1 and not any('finding' in o and ('item' in o or o['path'] != '$2') for o in all)"
}
# heals DIR OFFSET FILE: of files that DIR keeps, FILE is in the pack's damaged part.
heals() {
	local vault=$T/$1 pack before
	pack=$(cd "$vault" && find packs -name '*.age') && [ "$(echo "$pack" | wc -l)" = 1 ] && flip "$vault/$pack" "$2" || return 1
	run_expect 1 ev "$vault" check --json && json_is "any(o.get('finding') == 'altered' and 'item' in o for o in all)" && run_expect 1 ev "$vault" get --all -o "$T/$1.torn" || return 1
	before=$(packs "$vault")
	run_expect 0 ev "$vault" add "$3" && says "kept already" && [ "$(packs "$vault")" -gt "$before" ] &&
		run_expect 0 ev "$vault" get --all -o "$T/$1.back" && diff -r "$3" "$T/$1.back/$(basename "$3")" && damage_is_of_the_pack_alone "$vault" "$pack" || return 1
	before=$(packs "$vault")
	run_expect 0 ev "$vault" add "$3" && [ "$(packs "$vault")" = "$before" ]
}
t() { copy h && heals h 150000 "$T/in"; }
claim file_whose_kept_bytes_are_damaged_is_healed_by_adding_it_again t
t() { mkdir "$T/long" && head -c 20000000 /dev/urandom >"$T/long/long.bin" && new_vault "$T/hl" && run_expect 0 ev "$T/hl" add "$T/long" && heals hl 10000000 "$T/long"; }
claim long_file_whose_kept_bytes_are_damaged_is_healed_by_adding_it_again t
t() {
	local number
	copy n && flip "$(find "$T/n/packs" -name '*.age')" 150000 && cp "$T/in/noise.bin" "$T/noise-again.bin" && run_expect 0 ev "$T/n" add "$T/noise-again.bin" && says "1 file kept" || return 1
	number=$(sed -nE 's/^[0-9a-f]{6}-([0-9]+)  .*/\1/p' "$OUT")
	run_expect 0 ev "$T/n" get "$number" -o "$T/n.back" && cmp "$T/in/noise.bin" "$T/n.back"
}
claim copy_of_a_file_whose_kept_bytes_are_damaged_is_really_kept t

# ---- what is not what it should be

for file in log/checkpoint log/checkpoint.new vault; do
	for kind in folder link link_to_nothing; do
		t() {
			copy s && { [ ! -e "$T/s/$file" ] || mv "$T/s/$file" "$T/elsewhere"; } || return 1
			[ -e "$T/elsewhere" ] || cp "$T/v/log/checkpoint" "$T/elsewhere"
			case $kind in
			folder) mkdir "$T/s/$file" ;;
			link) ln -s "$T/elsewhere" "$T/s/$file" ;;
			link_to_nothing) ln -s nowhere "$T/s/$file" ;;
			esac
			run_expect 1 ev "$T/s" check --json && json_is "any('finding' in o for o in all) and not any('finding' in o and not o['detail'] for o in all)" &&
				run_expect 1 "$EVAULT_BIN" -V "$T/s" check --sealed --json && json_is "any('finding' in o for o in all)"
		}
		claim "check_finds_a_${kind}_at_${file//[\/.]/_}" t
		rm -rf "$T/elsewhere"
	done
done

# found_soon WORDS PATH: a check says one of these of it, without reading what is there.
found_soon() {
	run_expect 1 timeout 30 "$EVAULT_BIN" -V "$T/g" -i "$T/v.key" check --json && json_is "any(o.get('path') == '$2' and o.get('finding') in '$1'.split() for o in all)"
}
stray=packs/00/00$(printf '%062d' 1).tar.zst.age
huge() {
	mkdir -p "$(dirname "$1")" && rm -f "$1" && truncate -s 40G "$1" 2>/dev/null || return 77
}
t() { copy g && { huge "$T/g/$stray" || return 77; } && found_soon "unknown altered" "$stray"; }
claim_where_possible huge_file_under_the_name_of_a_pack_is_found_soon "no such file can be made here" t
t() {
	local pack
	copy g && pack=$(cd "$T/g" && find packs -name '*.age') && { huge "$T/g/$pack" || return 77; } && found_soon altered "$pack"
}
claim_where_possible huge_file_in_the_place_of_a_pack_is_found_soon "no such file can be made here" t
t() { copy g && { huge "$T/g/keys/1.age" || return 77; } && found_soon altered keys/1.age; }
claim_where_possible huge_file_in_the_place_of_a_slot_is_found_soon "no such file can be made here" t
t() { copy g && mkdir -p "$T/g/packs/00" && printf 0123456789 >"$T/g/$stray" && found_soon unknown "$stray"; }
claim file_under_the_name_of_a_pack_that_it_is_not_is_unknown t
rm -rf "$T/g"

# ---- writing goes nowhere else

for folder in packs log keys log/tile; do
	t() {
		local n
		copy l && mv "$T/l/$folder" "$T/outside" && ln -s "$T/outside" "$T/l/$folder" && everything_in "$T/outside" >"$T/outside.before" && printf 'new\n' >"$T/new" || return 1
		for n in 1 2; do
			run ev "$T/l" add "$T/new"
			[ "$STATUS" = 1 ] || [ "$STATUS" = 2 ] || { echo "# exit status $STATUS"; return 1; }
			warns "error: " && [ "$(named_as_kept)" = 0 ] && everything_in "$T/outside" | diff "$T/outside.before" - || return 1
		done
		# In the sandbox what lies outside cannot even be read.
		run ev "$T/l" check --json
		[ "$STATUS" = 1 ] || { [ "$STATUS" = 2 ] && warns "Permission denied"; }
	}
	claim "add_writes_nothing_where_${folder//\//_}_leads_out" t
	rm -rf "$T/outside"
done

t() {
	copy w && rm -f "$T/w/writer" && printf 'precious\n' >"$T/precious" && ln "$T/precious" "$T/w/writer" || return 1
	run_expect 2 ev "$T/w" add "$T/in/one.txt" && warns "error: " && warns "writer: is linked to another file" && [ "$(cat "$T/precious")" = precious ] &&
		run ev "$T/w" check --adopt && [ "$(cat "$T/precious")" = precious ]
}
claim lock_that_is_another_file_too_is_refused_and_the_file_left_alone t

# ---- a checkpoint that somebody else wrote

for origin in '\xe2\x80\xae' '\xc2\x9b2J' '\xe2\x80\xae\xc2\x9b31m' '\x1b[2J'; do
	t() {
		python3 - "$T/v/log/checkpoint" "$T/forged" "$(printf '%b' "$origin")" <<-'END' || return 1
			import os, sys
			path, forged, bad = sys.argv[1:]
			lines = open(path, encoding="utf-8").read().split("\n")
			name = lines[0][:40] + bad + lines[0][40:64]
			with open(forged, "wb") as f:
			    f.write(os.fsencode("\n".join([name] + lines[1:4] + [lines[4].replace(lines[0], name), ""])))
		END
		run ev "$T/v" check --against "$T/forged"
		[ "$STATUS" = 2 ] && warns "error: " && warns "is no checkpoint" && clean
	}
	claim "check_against_an_origin_with_$(printf %s "$origin" | tr -dc 'a-z0-9')_says_so_and_prints_nothing_of_it" t
done

# ---- two who begin

t() {
	local first second rcs n bad=0
	for n in $(seq 1 8); do
		rcs=
		"$EVAULT_RELEASE" init "$T/two$n" --to "$recipient" >"$T/first" 2>&1 &
		first=$!
		"$EVAULT_RELEASE" init "$T/two$n" --to "$recipient" >"$T/second" 2>&1 &
		second=$!
		wait $first; rcs+=$?
		wait $second; rcs+=$?
		case $rcs in
		02) grep -qE 'another evault is writing|there are files in this folder already' "$T/second" || bad=1 ;;
		20) grep -qE 'another evault is writing|there are files in this folder already' "$T/first" || bad=1 ;;
		*) bad=1 ;;
		esac
		cp "$T/v.key" "$T/two$n.key"
		[ $bad = 0 ] && run_expect 0 ev "$T/two$n" add "$T/in" && keeps 3 "$T/two$n" || { echo "# $n: $rcs"; cat "$T/first" "$T/second"; return 1; }
	done
}
claim of_two_who_make_a_vault_at_once_one_does_and_the_other_is_told t
being_made() {
	[ -n "$(find "$T/slow" -name '*.tmp' 2>/dev/null)" ]
}
# The first one stands still where its first file gets its name.
t() {
	local first rc=0
	traced -e trace=renameat,renameat2,rename -e inject=renameat,renameat2,rename:delay_enter=3000000:when=1 "$EVAULT_RELEASE" init "$T/slow" --to "$recipient" >"$T/first" 2>&1 &
	first=$!
	until_true being_made
	run_expect 2 "$EVAULT_BIN" init "$T/slow" --to "$recipient" && warns "another evault is writing" || rc=1
	cp "$T/v.key" "$T/slow.key"
	wait $first && [ $rc = 0 ] && run_expect 0 ev "$T/slow" add "$T/in" && keeps 3 "$T/slow"
}
claim who_begins_a_vault_that_another_is_making_is_told t

finish
