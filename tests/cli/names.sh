# Names that are hard to keep, to give back, or to show: kept and given back exactly, never shown raw.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

# make_names DIR: a file for each name, with the name as its content; prints how many.
make_names() {
	python3 - "$1" <<-'END'
		import os, sys
		top = os.fsencode(sys.argv[1])
		names = [
		    b"new\nline", b"tab\there", b"return\rover", b"esc\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"bell\x07", b"back\x08\x08",
		    b"del\x7f", b"c1\xc2\x9b31m", b"bidi\xe2\x80\xaegpj.exe", b"isolate\xe2\x81\xa7x\xe2\x81\xa9", b"mark\xe2\x80\x8f\xd8\x9c",
		    b"line\xe2\x80\xa8para\xe2\x80\xa9", b"joiner\xe2\x80\x8d", b"\xef\xbb\xbfbom", b"invalid\xff\xfe", b"overlong\xc0\xaf", b"surrogate\xed\xa0\x80",
		    b"cut\xe2\x80", b"beyond\xf4\x90\x80\x80", b"\x80", b"a" * 255, "中".encode() * 85, b"CON", b"con", b"aux.txt", b"NUL", b"COM1.jpg",
		    b"trailing dot.", b"trailing space ", b" leading space", b" ", b"...", b"..x", b"-n", b"--help", b"-", b"~", b"*", b"?", b"a:b",
		    b"quo\"te", b"quo'te", b"back\\slash", b"\\x1B", b"\\u{202E}", b"%0A", b"%s%n%d", b"$(id)", b"`id`", b"<|>", b"README", b"readme", b"ReadMe",
		    "Гүлдария.txt".encode(), "елка/ёлка".replace("/", "_").encode(), "新疆.jpg".encode(), "é".encode(), b"e\xcc\x81", b"{\"citation\": \"000000-1\"}",
		]
		os.makedirs(os.path.join(top, b"deep\n\x1b[2J\xff", b"CON ", b"."))
		names += [b"deep\n\x1b[2J\xff/CON /inside", b"deep\n\x1b[2J\xff/x"]
		assert len(set(names)) == len(names)
		for name in names:
		    with open(os.path.join(top, name), "wb") as f:
		        f.write(name)
		print(len(names))
	END
}

# same_tree A B: the same names, contents and times, byte for byte.
same_tree() {
	python3 - "$1" "$2" <<-'END'
		import os, sys
		def tree(top):
		    top = os.fsencode(top)
		    found = {}
		    for folder, _, names in os.walk(top):
		        for name in names:
		            path = os.path.join(folder, name)
		            found[os.path.relpath(path, top)] = (open(path, "rb").read(), os.stat(path).st_mtime_ns)
		    return found
		a, b = tree(sys.argv[1]), tree(sys.argv[2])
		if a != b:
		    sys.exit("# differ: %r" % sorted(k for k in a.keys() | b.keys() if a.get(k) != b.get(k))[:4])
	END
}

mkdir "$T/odd"
n=$(make_names "$T/odd") || exit 1

t() { new_vault "$T/v" && run_expect 0 ev "$T/v" add "$T/odd" && [ "$(named_as_kept)" -eq "$n" ] && clean; }
claim add_keeps_every_name_and_prints_none_raw t

t() { run_expect 0 ev "$T/v" add "$T/odd" && says "$n kept already" && clean && run_expect 0 ev "$T/v" add --dry-run --json "$T/odd" && clean; }
claim add_again_knows_every_name_again t

t() { keeps "$n" "$T/v" && run_expect 0 ev "$T/v" list && clean; }
claim list_has_one_line_for_each_whatever_the_name t

t() {
	run_expect 0 ev "$T/v" list --json && clean &&
		json_is "len(all) == $n and all[0]['folder'] == 'odd' and len({o.get('name_base64', o['name']) for o in all}) == $n" || return 1
	# The exact bytes can be had from JSON.
	python3 - "$OUT" <<-'END'
		import base64, hashlib, json, os, sys
		for line in open(sys.argv[1], encoding="utf-8"):
		    o = json.loads(line)
		    name = base64.b64decode(o["name_base64"]) if "name_base64" in o else o["name"].encode()
		    folder = base64.b64decode(o["folder_base64"]) if "folder_base64" in o else o["folder"].encode()
		    if hashlib.sha256((folder + b"/" + name)[len(b"odd/"):]).hexdigest() != o["sha256"]:
		        sys.exit("# not the name that was kept: %r %r" % (folder, name))
	END
}
claim list_json_is_json_and_has_the_exact_bytes t

t() { run_expect 0 ev "$T/v" show "1-$n" && clean && run_expect 0 ev "$T/v" show "1-$n" --json && clean && json_is "len(all) >= $n"; }
claim show_prints_none_raw t

t() { run_expect 0 on_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list && ! LC_ALL=C grep -q "$(printf '\033')\|$(printf '\302\233')\|$(printf '\342\200\256')" "$OUT"; }
claim a_terminal_gets_none_raw_either t

t() { run_expect 0 ev "$T/v" get --all -o "$T/back" && clean && same_tree "$T/odd" "$T/back/odd"; }
claim get_gives_every_name_back_exactly t

t() {
	local cite
	cite=$(ev "$T/v" list | head -c 6)
	run ev "$T/v" get --all -o "$T/back"
	# One that differs by case only may have been another item's, and is given under a name of its own.
	find "$T/back" -name "* ($cite-*)" -delete
	[ "$STATUS" -eq 3 ] && clean && warns "$cite-1: a file of this name is there already; it was left alone" && same_tree "$T/odd" "$T/back/odd"
}
claim get_again_leaves_alone_what_is_there t

t() {
	run_expect 0 ev "$T/v" get --all --json -o "$T/back2" && clean &&
		json_is "len(all) == $n + 1 and {o['event'] for o in all[:-1]} == {'given'}"
}
claim get_json_is_json t

# ---- collisions

t() {
	local long
	long=$(printf 'é%.0s' $(seq 1 125)).jpg # 254 bytes
	mkdir -p "$T/one/same" "$T/two/same" && echo one >"$T/one/same/$long" && echo two >"$T/two/same/$long" &&
		echo one >"$T/one/same/a.tar.gz" && echo two >"$T/two/same/a.tar.gz" &&
		new_vault "$T/twice" && run_expect 0 ev "$T/twice" add "$T/one/same" "$T/two/same" &&
		run_expect 0 ev "$T/twice" get --all -o "$T/both" && clean && [ "$(find "$T/both" -type f | wc -l)" = 4 ] &&
		[ "$(cat "$T/both/same/$long")" = one ] && [ "$(sort "$T/both/same/"*.jpg | xargs)" = 'one two' ] && [ "$(sort "$T/both/same/"a* | xargs)" = 'one two' ]
}
claim two_files_of_one_long_name_both_come_out t

t() { find "$T/both" -name '*(*' -print0 | xargs -0 -n 1 basename | iconv -f utf-8 -t utf-16 >"$T/null" && says '.jpg' && [ "$(find "$T/both" -name '*(*).jpg' | wc -l)" = 1 ]; }
claim the_name_made_for_the_second_is_whole_characters_and_keeps_its_ending t

# ---- what a person types

t() {
	local odd
	odd=$(printf 'x\033[31m\nY\342\200\256z\377')
	printf 'typed' >"$T/typed"
	run_expect 0 ev "$T/v" add --case "$odd" --title "$odd" --tag "$odd" --field "$odd=$odd" "$T/typed" && clean &&
		run_expect 0 ev "$T/v" list --case "$odd" && clean && [ "$(wc -l <"$OUT")" = 1 ] &&
		run_expect 0 ev "$T/v" list --tag "$odd" --json && clean && json_is "len(all) == 1" &&
		run_expect 0 ev "$T/v" show $((n + 3)) && clean
}
claim case_title_tag_and_field_are_not_shown_raw t

t() {
	local odd
	odd=$T/$(printf 'x\033[31m\nY\342\200\256z\377')
	run_expect 2 "$EVAULT_BIN" -V "$odd" list && clean && run_expect 2 "$EVAULT_BIN" -V "$T/v" -i "$odd" list && clean &&
		run_expect 3 ev "$T/v" add "$odd" && clean && run_expect 2 ev "$T/v" show "$odd" && clean &&
		run_expect 2 ev "$T/v" get 1 -o "$odd/x" && clean && run_expect 2 ev "$T/v" check --against "$odd" && clean &&
		run_expect 2 ev "$T/v" add --files-from "$odd" && clean && run_expect 2 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$odd" list && clean &&
		run_expect 2 "$EVAULT_BIN" "$odd" && clean && run_expect 2 "$EVAULT_BIN" list "--$odd" && clean &&
		run_expect 2 "$EVAULT_BIN" keygen -o "$odd/k" && clean && run_expect 2 "$EVAULT_BIN" init "$odd/v" --to "$odd" && clean
}
claim no_error_shows_what_was_typed_raw t

t() {
	local odd
	odd=$T/$(printf 'v\033[31m\nY\342\200\256z')
	new_vault "$odd" && clean && run_expect 0 ev "$odd" add "$T/typed" && clean && run_expect 0 ev "$odd" status && clean && keeps 1 "$odd" && clean
}
claim a_vault_may_have_an_odd_name_itself t

finish
