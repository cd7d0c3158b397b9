# Everything comes out of a vault without evault: with age, zstd, tar, what every system has, and
# the script that stands in the vault's README.txt, taken from there just as it stands.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

take_script() {
	sed -n '/^#!\/bin\/bash$/,/^rm -r /p' "$1/README.txt" >"$2"
}

# Nothing but these programs can be found by the script.
mkdir "$T/bin"
for program in age zstd tar sha256sum bash cat cp find grep mkdir mktemp realpath rm sed sort tr xargs; do
	ln -s "$(command -v $program)" "$T/bin/$program"
done
recover() {
	env -i PATH="$T/bin" HOME="$HOME" TMPDIR="$TMPDIR" bash "$@"
}

# came_out WANTED OUT: OUT has the files of the folder WANTED, and no others.  Where several had one
# name, all but one have twelve digits before it.  In WANTED each lies in a folder of its own,
# WANTED/<n>, below which its path is.
came_out() {
	python3 - "$1" "$2" <<-'END'
		import hashlib, os, re, sys
		def files(top):
		    for folder, _, names in os.walk(os.fsencode(top)):
		        for name in names:
		            path = os.path.join(folder, name)
		            with open(path, "rb") as f:
		                yield os.path.relpath(path, os.fsencode(top)), hashlib.sha256(f.read()).hexdigest()
		wanted = {}
		for path, sha in files(sys.argv[1]):
		    wanted.setdefault(path.split(b"/", 1)[1], []).append(sha)
		bad = []
		for path, sha in files(sys.argv[2]):
		    folder, name = os.path.split(path)
		    plain = re.sub(rb"^[0-9a-f]{12} ", b"", name)
		    for known in [p for p in wanted if p == path or (plain != name and os.path.dirname(p) == folder
		                  and os.path.basename(p)[:240] == plain[:240])]:
		        if sha in wanted[known]:
		            wanted[known].remove(sha)
		            break
		    else:
		        bad.append(path)
		for path in bad:
		    print("# came out, and was not asked for:", path)
		for path, shas in wanted.items():
		    if shas:
		        print("# did not come out:", path, shas)
		sys.exit(bool(bad) or any(wanted.values()))
	END
}

# ---- a vault with all that is difficult

# w/<n> holds what is to come out; each w/<n> is added by itself, in order.
python3 - "$T/w" <<'END'
import os, random, sys
rng = random.Random(7)

def put(n, path, content):
    path = os.path.join(os.fsencode(sys.argv[1]), b"%d" % n, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)

put(1, b"case/small.txt", b"small\n")
put(1, b"case/empty", b"")
put(1, b"case/long.bin", rng.randbytes(9 << 20))
put(1, b"case/longer.bin", rng.randbytes(20 << 20))
put(1, b"case/8MiB", rng.randbytes(8 << 20))
put(1, b"case/same as small", b"small\n")
put(1, b"case/twin", b"first\n")
put(2, b"case/twin", b"second\n")
put(3, b"case/twin", b"third\n")
put(1, b"case/a/one name", b"in a\n")
put(1, b"case/b/one name", b"in b\n")
names = [b"new\nline", b"end\n", b"\nstart", b"per%41cent %", b"%", b"back\\slash\\x41\\n\\c\\0", b"-rf",
         b"--", b"it's \"so\"", b"$(exit 1)", b"`exit 1`", b"*", b"?", b" lead and trail ", b"~",
         b"\x01f\x1b[31m", b"tab\there", "Кириллица ё й".encode(), "عربي".encode(), b"bad\xff\xfe\xc3",
         b"CON", b"con", b"Con", b".hidden", b"...", b"a=b;c|d&e", b"!", b"#", b"x" * 255, "ш".encode() * 127]
for i, name in enumerate(names):
    put(1, b"case/names/" + name, b"%d\n" % i)
put(2, b"case/names/" + b"x" * 255, b"another one of 255\n")
put(1, b"case/fol der\n%2e -x\\-y/\xff\xfe/leaf", b"leaf\n")
put(1, b"case/" + b"/".join(b"%d" % i for i in range(90)) + b"/deep", b"deep\n")
put(1, b"case/.work/objects/decoy", b"decoy\n")
END

make_vault() {
	local n
	new_vault "$1" || return 1
	for n in 1 2 3; do
		ev "$1" add "$T/w/$n/case" >"$OUT" 2>"$ERR" || { cat "$OUT" "$ERR"; return 1; }
		[ $n = 3 ] || cp -r "$1/log/tile/entries" "$T/entries.$n"
	done
	# Of every state but the last, what a run that was cut short may leave.
	cp -rn "$T/entries.1/." "$T/entries.2/." "$1/log/tile/entries/"
}
claim a_vault_with_all_that_is_difficult_is_made make_vault "$T/v"

# A whole pack, sealed to the vault's own key, that no entry names.
t() {
	local pack
	cp -a "$T/v" "$T/other" && cp "$T/v.key" "$T/other.key" && printf 'not logged\n' >"$T/unlogged.txt" &&
		ev "$T/other" add "$T/unlogged.txt" >/dev/null || return 1
	for pack in "$T/other"/packs/*/*; do
		[ -e "$T/v${pack#"$T/other"}" ] && continue
		mkdir -p "$(dirname "$T/v${pack#"$T/other"}")" && cp "$pack" "$T/v${pack#"$T/other"}" && echo x >>"$T/put"
	done
	[ "$(wc -l <"$T/put")" = 1 ] && run_expect 0 ev "$T/v" check && says "a pack that no entry names"
}
claim a_pack_that_no_entry_names_is_put_in t

# ---- the script

t() {
	take_script "$T/v" "$T/recover.sh" && [ "$(wc -l <"$T/recover.sh")" -gt 10 ] && [ "$(wc -l <"$T/recover.sh")" -le 40 ] &&
		bash -n "$T/recover.sh" && ! grep -q '	' "$T/recover.sh" && [ "$(grep -c '^rm -r ' "$T/v/README.txt")" = 1 ]
}
claim the_script_of_the_readme_has_at_most_40_lines t

t() { run_expect 0 recover "$T/recover.sh" "$T/v" "$T/v.key" "$T/out" && { [ ! -s "$ERR" ] || { cat "$ERR"; false; }; }; }
claim the_script_runs_with_stock_programs_alone t
claim every_file_comes_out_under_its_name_and_the_unlogged_one_does_not came_out "$T/w" "$T/out"
t() { [ "$(ls -A "$T/out")" = case ] && [ "$(find "$T/out" -name '*unlogged*' | wc -l)" = 0 ]; }
claim nothing_else_is_left_behind t
t() { [ "$(cat "$T/out/case/twin")" = first ] && [ "$(cat "$T"/out/case/*\ twin | sort | tr '\n' ' ')" = "second third " ]; }
claim of_one_name_in_one_folder_all_come_out_and_the_first_has_it_alone t

# The comparison itself must be able to fail.
t() {
	printf 'x' >>"$T/out/case/small.txt" && ! came_out "$T/w" "$T/out" >/dev/null &&
		printf 'small\n' >"$T/out/case/small.txt" && came_out "$T/w" "$T/out" && rm "$T/out/case/b/one name" &&
		! came_out "$T/w" "$T/out" >/dev/null
}
claim the_comparison_sees_a_changed_and_a_lost_file t
rm -rf "$T/out"

# ---- what has been tampered with

# A pack that is whole, and sealed to the vault's key, under the name of another one.
t() {
	local small large
	cp -a "$T/other" "$T/bad" || return 1
	small=$(find "$T/bad/packs" -type f -size -200k | head -n 1)
	large=$(find "$T/bad/packs" -type f -size +200k | head -n 1)
	cp -f "$large" "$small" || return 1
	run recover "$T/recover.sh" "$T/bad" "$T/v.key" "$T/bad.out"
	warns "damaged, and left out: pack $(basename "$small" .tar.zst.age)" && cmp -s "$T/bad.out/case/long.bin" "$T/w/1/case/long.bin"
}
claim a_pack_put_in_anothers_place_is_left_out_and_the_rest_comes t
rm -rf "$T/bad" "$T/bad.out" "$T/other"

# ---- a reader's key; a file with the name of a folder

t() {
	local recipient
	recipient=$("$EVAULT_BIN" keygen -o "$T/r.key" | grep -o 'age1[0-9a-z]*')
	"$EVAULT_BIN" keygen -o "$T/o.key" >"$OUT" &&
		run_expect 0 "$EVAULT_BIN" init "$T/p" --to "$(grep -o 'age1[0-9a-z]*' "$OUT")" --reader "$recipient" || return 1
	mkdir -p "$T/p1" "$T/p2/pair" && printf 'file\n' >"$T/p1/pair" && printf 'below\n' >"$T/p2/pair/x" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/p" -i "$T/o.key" add "$T/p1/pair" "$T/p2/pair" || return 1
	take_script "$T/p" "$T/recover.p" && run_expect 0 recover "$T/recover.p" "$T/p" "$T/r.key" "$T/p.out" &&
		[ "$(cat "$T/p.out/pair")" = file ] && [ "$(cat "$T"/p.out/????????????/x)" = below ] && [ "$(find "$T/p.out" -type f | wc -l)" = 2 ]
}
claim a_readers_key_is_enough_and_a_file_named_as_a_folder_comes_out_too t

t() { run recover "$T/recover.p" "$T/p" "$T/v.key" "$T/q.out"; [ "$STATUS" -ne 0 ] && [ -z "$(find "$T/q.out" -type f)" ]; }
claim a_key_of_another_vault_gives_nothing_and_fails t

# ---- a passphrase, which age asks for on a terminal

with_passphrase() {
	on_terminal -a "$1" env -i PATH="$T/bin" HOME="$HOME" bash "$T/recover.s" "$T/s" "$T/s/keys/1.age" "$2"
}
t() {
	printf 'correct horse battery\n' >"$T/pass" && quick_vault "$T/s" 'correct horse battery' &&
		mkdir "$T/s.in" && cp -r "$T/w/2" "$T/s.in/1" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/s" --passphrase-file "$T/pass" add "$T/s.in/1/case" &&
		take_script "$T/s" "$T/recover.s" && run_expect 0 with_passphrase 'correct horse battery' "$T/s.out" &&
		[ "$(grep -c 'passphrase' "$OUT")" = 1 ] && came_out "$T/s.in" "$T/s.out"
}
claim with_a_passphrase_age_asks_once_and_every_file_comes_out t

t() { run with_passphrase 'wrong horse battery' "$T/s.none"; [ "$STATUS" -ne 0 ] && [ -z "$(find "$T/s.none" -type f)" ]; }
claim a_wrong_passphrase_gives_nothing_and_fails t

finish
