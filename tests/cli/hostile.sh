# Vaults that somebody made who has the keys, and means ill: check names what is wrong, get gives
# nothing that is not what was kept and nothing elsewhere, and honest items stay what they are.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
HOSTILE=${BUILD:-build/asan}/tests/tools/hostile
FORGE=${BUILD:-build/asan}/tests/tools/forge
unset EVAULT

mkdir "$T/src"
printf 'the first\n' >"$T/src/one.txt"
head -c 300000 /dev/urandom >"$T/src/two.bin"
new_vault "$T/v" || not_ok vault_for_hostile
ev "$T/v" add "$T/src" >/dev/null 2>&1 || not_ok kept_for_hostile

# limited KIB COMMAND…: with that much memory and no more; of the release build, since sanitizers map all there is.
limited() {
	local kib=$1
	shift
	(ulimit -v "$kib" && exec "$@")
}

# found WORD ABOUT: the last check said this word of the hostile pack, or of the hostile item.
found() {
	python3 - "$OUT" "$T/packs" "$1" "$2" <<-'END'
		import json, sys
		out, packs, word, about = sys.argv[1:]
		lines = [json.loads(line) for line in open(out, encoding="utf-8")]
		honest = open(packs, encoding="utf-8").read().split()
		findings = [l for l in lines if "finding" in l]
		bad = [f for f in findings if f.get("item", 99) < 3 or f.get("path") in honest]
		if about == "item":
		    good = [f for f in findings if f.get("item", 0) > 3 and f["finding"] == word]
		elif about == "pack":
		    good = [f for f in findings if f.get("path", "").startswith("packs/") and f["finding"] == word]
		else:
		    good = not findings
		if bad or not good or not all(f["detail"] for f in findings):
		    print("# wanted", word, about, *findings, sep="\n# ")
		    sys.exit(1)
	END
}

# nothing_strange: what get wrote is what was kept, with a name below the folder, and nothing else.
nothing_strange() {
	local file
	[ -z "$(find "$T/x" -mindepth 1 -maxdepth 1 ! -name out)" ] || { find "$T/x" | sed 's/^/# /'; return 1; }
	[ ! -e /evil ] || { echo "# written outside"; return 1; }
	cmp "$T/src/one.txt" "$T/x/out/src/one.txt" && cmp "$T/src/two.bin" "$T/x/out/src/two.bin" || return 1
	find "$T/x/out" -type f ! -path '*/src/*' >"$T/evil"
	while IFS= read -r file; do
		[ "$(cat "$file")" = "This is what somebody wants to be taken for evidence." ] || { echo "# $file"; return 1; }
	done <"$T/evil"
}

find "$T/v/packs" -type f | sed "s,^$T/v/,," >"$T/packs"
while read -r made word about; do
	t() {
		rm -rf "$T/h" "$T/x"
		cp -R "$T/v" "$T/h" && cp "$T/v.key" "$T/h.key" && mkdir "$T/x" || return 1
		run_expect 0 "$HOSTILE" "$T/h" "$T/h.key" "$made" || return 1
		if [ "$word" = sound ]; then
			run_expect 0 ev "$T/h" check --json && found "$word" "$about" || return 1
		else
			run_expect 1 ev "$T/h" check --json && found "$word" "$about" || return 1
		fi
		run ev "$T/h" list --json
		[ "$STATUS" -le 1 ] || { echo "# list: exit status $STATUS"; cat "$ERR"; return 1; }
		run ev "$T/h" get --all -o "$T/x/out"
		case $STATUS in
		0 | 1 | 2 | 3) nothing_strange || { cat "$ERR"; return 1; } ;;
		*) echo "# get: exit status $STATUS"; cat "$ERR"; return 1 ;;
		esac
		run limited 400000 "$EVAULT_RELEASE" -V "$T/h" -i "$T/h.key" check --json
		found "$word" "$about" || { echo "# with 400 MB: exit status $STATUS"; cat "$ERR"; return 1; }
	}
	claim "hostile_${made}_is_$word" t
done < <("$HOSTILE" --list)

t() {
	rm -rf "$T/h"
	cp -R "$T/v" "$T/h" && run_expect 0 "$FORGE" "$T/h" "$T/h.key" fork 1099511627776 "$T/h/log/checkpoint" || return 1
	run_expect 1 limited 400000 timeout 20 "$EVAULT_RELEASE" -V "$T/h" -i "$T/h.key" check --json && says '"finding": "missing"' || return 1
	run limited 400000 timeout 20 "$EVAULT_RELEASE" -V "$T/h" -i "$T/h.key" list
	[ "$STATUS" -ne 0 ] && warns "error: "
}
claim hostile_head_of_two_to_the_forty_entries_is_found_soon t
finish
