#!/bin/bash
# Vaults that evault makes, read by reader.py, which was written from vault/FORMAT.md alone.
# Prints "ok CLAIM" or "not ok CLAIM"; exits 1 if a claim does not hold.
# shellcheck disable=SC2317  # functions are called by claim
set -u
here=$(cd "$(dirname "$0")" && pwd)
evault=$(realpath -m "${EVAULT_BIN:-build/evault}")
[ -x "$evault" ] || { echo "reader.sh: no program at $evault" >&2; exit 2; }
for tool in python3 age zstd openssl; do
    command -v "$tool" >/dev/null || { echo "reader.sh: needs $tool" >&2; exit 2; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
export HOME=$work/home
mkdir home files files/folder
failed=0

reader() { python3 -B "$here/reader.py" "$@"; }

claim() {  # NAME COMMAND...
    local name=$1
    shift
    if "$@" >out 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        head -n 20 out | sed 's/^/# /'
        failed=1
    fi
}

exits() {  # STATUS COMMAND...
    local want=$1 got
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || { echo "exit $got, not $want: $*"; return 1; }
}

# Names, and the same as records spell them.
names=(plain.txt 'two words.txt' $'new\nline' '100%' $'bad\xff\xfe.bin' 'größe.txt' empty nine twenty)
spelt=(plain.txt 'two words.txt' 'new%0Aline' '100%25' 'bad%FF%FE.bin' 'größe.txt' empty nine twenty)
for n in "${names[@]}"; do
    printf 'contents of %s\n' "$n" >"files/$n"
done
: >files/empty
head -c $((9 << 20)) /dev/urandom >files/nine
head -c $((20 << 20)) /dev/urandom >files/twenty
for ((i = 0; i < 300; i++)); do
    echo "$i" >"files/folder/$i"
done
head -c 200000 /dev/urandom >files/folder/0

make_vault() {
    recipient=$("$evault" keygen -o key) || return 1
    recipient=$(grep -o 'age1[a-z0-9]*' <<<"$recipient" | head -n 1)
    [ -n "$recipient" ] || recipient=$(age-keygen -y key)
    "$evault" init my.vault --to "$recipient" &&
        "$evault" -V my.vault -i key add "${names[@]/#/files/}" &&
        "$evault" -V my.vault -i key add files/folder
}

listed() {
    reader list my.vault -i key >listed && mv listed list || return 1
    local i size sha
    for i in "${!names[@]}"; do
        size=$(stat -c %s "files/${names[i]}")
        sha=$(sha256sum <"files/${names[i]}" | cut -d ' ' -f 1)
        cut -f 2- list | grep -qxF "add	$sha	$size	${spelt[i]}" || { echo "not listed: ${spelt[i]}"; return 1; }
    done
    for ((i = 0; i < 300; i++)); do
        sha=$(sha256sum <"files/folder/$i" | cut -d ' ' -f 1)
        grep -q "	add	$sha	.*	folder/$i\$" list || { echo "not listed: folder/$i"; return 1; }
    done
}

citation() { grep -F "	$1" list | awk -F '\t' -v n="$1" '$5 == n { print $1; exit }'; }

extracted() {
    local i item
    for i in "${!names[@]}"; do
        item=$(citation "${spelt[i]}")
        reader extract my.vault -i key "$item" -o theirs && cmp theirs "files/${names[i]}" || return 1
    done
}

program_gets_same() {
    local i item
    for i in "${!names[@]}"; do
        item=$(citation "${spelt[i]}")
        rm -f ours
        "$evault" -V my.vault -i key get "$item" -o ours && cmp ours "files/${names[i]}" || return 1
    done
}

same_count() {
    local ours theirs
    ours=$("$evault" -V my.vault -i key list --json | python3 -c '
import json, sys
text = sys.stdin.read()
try:
    data = json.loads(text)
    data = data if isinstance(data, list) else data["items"]
except ValueError:
    data = [json.loads(line) for line in text.splitlines()]
print(len(data))') || return 1
    theirs=$(reader list my.vault -i key | grep -c '	add	')
    [ "$ours" = "$theirs" ] || { echo "program lists $ours, reader $theirs"; return 1; }
}

correct() {
    "$evault" -V my.vault -i key annotate 1-40 --title 'New title' --case C --tag t --field place=Aktobe --field consent=court,public --field own=1 &&
        "$evault" -V my.vault -i key retract 1 --reason 'The wrong file: 100%' && "$evault" -V my.vault -i key retract 2 3 --reason R
}

times() {
    local bad
    bad=$(find my.vault -type f ! -name index.db ! -name writer -printf '%T@ %p\n' | grep -v '^946684800\.0* ')
    [ -z "$bad" ] || { echo "$bad"; return 1; }
}

flip() {  # FILE OFFSET: changes the lowest bit of one byte, in place
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    printf '%b' "\\x$(printf %02x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

flipped() {  # STATUS FILE: first, middle and last byte
    local size at
    size=$(stat -c %s "$2")
    for at in $((size / 7)) $((size / 2)) $((size - 2)); do
        flip "$2" "$at"
        exits "$1" reader verify my.vault || return 1
        flip "$2" "$at"
    done
}

program_too() {  # FILE: what the reader refuses, the program refuses
    local size
    size=$(stat -c %s "$1")
    flip "$1" $((size / 2))
    "$evault" -V my.vault -i key check
    local status=$?
    flip "$1" $((size / 2))
    [ "$status" != 0 ]
}

without() {  # STATUS FILE
    mv "$2" away
    exits "$1" reader verify my.vault
    local status=$?
    mv away "$2"
    return "$status"
}

with_extra() {  # STATUS PATH
    mkdir -p "$(dirname "$2")"
    echo extra >"$2"
    exits "$1" reader verify my.vault
    local status=$?
    rm -f "$2"
    return "$status"
}

described() {  # a discreet vault with a passphrase, a further reader, and all that add can be told
    local to
    age-keygen -o further 2>/dev/null
    to=$(age-keygen -y further)
    echo 'gravel-kettle-orbit-mustard-violin-heron' >passphrase
    "$evault" init told.vault --reader "$to" --name $'J\xff o%\n' --discreet --passphrase-file passphrase || return 1
    set -- "$evault" -V told.vault --passphrase-file passphrase
    "$@" add files/folder/1 files/folder/2 --case 'C 1' --title $'a\ttitle' --tag a --tag ü \
        --field 'K= v=' --field $'n\n%=' --field Z= &&
        "$@" get --all -o back &&
        "$@" add files/folder/1 files/folder/3 --tag b &&
        reader verify told.vault -i further
}

interrupted() {  # COMMAND...: killed at many moments; then the vault is sound, also after this command
    local i pid
    for ((i = 0; i < 5; i++)); do
        rm -rf cut.vault
        cp -a my.vault cut.vault
        echo "$i" | tee files/folder/{1..40} >/dev/null
        "$evault" -V cut.vault -i key add files/folder >/dev/null 2>&1 &
        pid=$!
        sleep "0.$(printf %03d $((20 + 30 * i)))"
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        reader verify cut.vault || return 1
        "$evault" -V cut.vault -i key "$@" || return 1
        reader verify cut.vault -i key || return 1
    done
}

claim program_makes_a_vault make_vault
claim program_finds_it_sound "$evault" -V my.vault -i key check
claim reader_verifies_without_identity reader verify my.vault
claim reader_verifies_with_identity reader verify my.vault -i key
claim reader_has_nothing_to_note test -z "$(reader verify my.vault -i key 2>&1)"
claim reader_lists_every_file listed
claim reader_extracts_every_original extracted
claim program_gets_the_same_by_the_same_citation program_gets_same
claim program_and_reader_list_as_many same_count
claim modification_times_are_fixed times
claim reader_verifies_after_a_get reader verify my.vault -i key
claim program_annotates_and_retracts correct
claim reader_verifies_after_corrections reader verify my.vault -i key
claim reader_has_nothing_to_note_of_corrections test -z "$(reader verify my.vault -i key 2>&1)"

pack=$(find my.vault/packs -type f | sort | head -n 1)
bundle=$(find my.vault/log/tile/entries -type f | sort | head -n 1)
claim flips_in_vault_note_are_found flipped 1 my.vault/vault
claim flips_in_readme_are_found flipped 1 my.vault/README.txt
claim flips_in_slot_are_found flipped 1 my.vault/keys/1.age
claim flips_in_vault_identity_are_found flipped 1 my.vault/keys/read.0.age
claim flips_in_log_key_are_found flipped 1 my.vault/keys/write.0.age
claim flips_in_pack_are_found flipped 1 "$pack"
claim flips_in_checkpoint_are_found flipped 1 my.vault/log/checkpoint
claim flips_in_bundle_are_found flipped 1 "$bundle"
while read -r tile; do
    claim "flips_in_tile_$(tr -c 'a-z0-9\n' _ <<<"${tile#my.vault/log/tile/}")_are_found" flipped 1 "$tile"
done < <(find my.vault/log/tile/[0-9]* -type f | sort)
for f in index.db writer; do
    [ -s my.vault/$f ] && claim "flips_in_${f%.*}_do_not_matter" flipped 0 my.vault/$f
done
for f in vault README.txt keys/1.age keys/read.0.age log/tile/0/000 "${pack#my.vault/}" "${bundle#my.vault/}"; do
    [ -e "my.vault/$f" ] && claim "program_refuses_too_$(sed -E 's/[0-9a-f]{64}/x/; s/[^A-Za-z0-9]+/_/g' <<<"${f,,}")" program_too "my.vault/$f"
done
claim missing_pack_is_found without 1 "$pack"
claim missing_bundle_is_found without 1 "$bundle"
claim missing_slot_is_found without 1 my.vault/keys/1.age
claim missing_checkpoint_is_found without 1 my.vault/log/checkpoint
[ -e my.vault/index.db ] && claim missing_index_does_not_matter without 0 my.vault/index.db
claim unknown_file_is_found with_extra 1 my.vault/notes.txt
claim unknown_key_file_is_found with_extra 1 my.vault/keys/2.age
claim temporary_file_is_not_damage with_extra 0 my.vault/keys/0123456789abcdef.tmp
claim bad_new_checkpoint_does_not_matter with_extra 0 my.vault/log/checkpoint.new
claim other_identity_cannot_run exits 2 sh -c "age-keygen -o other 2>/dev/null; python3 -B '$here/reader.py' verify my.vault -i other"
claim described_items_are_read_with_a_further_key described
claim still_sound_afterwards reader verify my.vault -i key
head -c 100000 /dev/urandom >files/folder/0
claim interrupted_add_leaves_a_sound_vault interrupted add files/folder
claim interrupted_add_is_adopted interrupted check --adopt
exit $failed
