# The index, as people meet it: whatever becomes of index.db, what is listed, shown and searched
# is right at once, and a word is said only where somebody must have had a hand in it.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

mounted=()
leave() {
	local at
	for at in "${mounted[@]}"; do
		umount "$at" 2>/dev/null
	done
}
trap leave EXIT
mount_at() {
	local at=$1
	shift
	mkdir -p "$at" && mount "$@" "$at" 2>/dev/null && mounted=("$at" "${mounted[@]}")
}
# as_nobody COMMAND…: without the rights of root, who may write everywhere.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
	else
		"$@"
	fi
}

mkdir "$T/in"
for i in $(seq 1 20); do
	printf 'item %s says Zwetschgenkuchen and Гүлдария\n' "$i" >"$T/in/$i.txt"
done
new_vault "$T/v" || exit 1
ev "$T/v" add "$T/in" --case Aktobe-3 --tag pflaume --field place=Hinterzimmer >"$OUT" 2>"$ERR" || exit 1
for i in 1 2 3; do
	printf 'later %s\n' "$i" >"$T/later$i" && ev "$T/v" add "$T/later$i" >"$OUT" 2>"$ERR" || exit 1
done
# What it says now is what it must always say.
answers() {
	ev "$1" list --json 2>>"$ERR.said" && ev "$1" list --case Aktobe-3 2>>"$ERR.said" && ev "$1" show 1-3 2>>"$ERR.said" &&
		ev "$1" search Zwetschgenkuchen --json 2>>"$ERR.said"
}
answers "$T/v" >"$T/right" 2>"$ERR" || { cat "$ERR" "$ERR.said"; exit 1; }
# is_right VAULT: the answers are right; what was said meanwhile is in $T/said.
is_right() {
	: >"$ERR.said"
	answers "$1" >"$T/now"
	local rc=$?
	mv "$ERR.said" "$T/said"
	[ $rc = 0 ] && cmp "$T/right" "$T/now" || { sed 's/^/# said: /' "$T/said"; false; }
}
is_silent() { [ ! -s "$T/said" ] || { sed 's/^/# said: /' "$T/said"; false; }; }
# has_said TEXT: once, and nothing else.
has_said() { [ "$(wc -l <"$T/said")" = 1 ] && grep -qF -e "$1" "$T/said" || { sed 's/^/# said: /' "$T/said"; false; }; }

# ---- what is in it

t() {
	local word
	[ -s "$T/v/index.db" ] || return 1
	for word in Zwetschgenkuchen zwetschgenkuchen Гүлдария гулдария Aktobe-3 aktobe pflaume Hinterzimmer place later1 1.txt "$T" SQLite 'CREATE TABLE'; do
		! grep -qaF -e "$word" "$T/v/index.db" || { echo "# $word"; return 1; }
	done
	ls "$T/v" | sort | tr '\n' ' ' >"$OUT" && says "README.txt index.db keys log packs vault writer "
}
claim no_name_text_field_or_search_term_is_seen_in_it_and_nothing_lies_beside_it t
t() { [ "$(stat -c '%a %Y' "$T/v/index.db")" = "600 946684800" ]; }
claim it_is_its_owners_alone_and_does_not_tell_when_it_was_written t
t() { cp "$T/v/index.db" "$T/before" && is_right "$T/v" && cmp "$T/before" "$T/v/index.db" && is_silent; }
claim asking_does_not_write_it t

# ---- gone, old, of others

t() { rm "$T/v/index.db" && is_right "$T/v" && is_silent && [ -s "$T/v/index.db" ]; }
claim gone_it_is_made_anew_in_silence t
t() { : >"$T/v/index.db" && is_right "$T/v" && has_said "index.db: cut short; the index was made anew"; }
claim empty_it_is_made_anew_and_that_is_said_once t
t() { head -c 3000000 /dev/urandom >"$T/v/index.db" && is_right "$T/v" && has_said "index.db: was altered, or is of another vault; the index was made anew"; }
claim noise_in_its_place_is_replaced t
t() {
	new_vault "$T/other" && ev "$T/other" add "$T/later1" >"$OUT" 2>"$ERR" && cp "$T/other/index.db" "$T/v/index.db" &&
		is_right "$T/v" && has_said "is of another vault; the index was made anew"
}
claim another_vaults_index_is_not_used t
t() {
	cp -a "$T/v" "$T/w" && cp "$T/v.key" "$T/w.key" && cp "$T/w/index.db" "$T/old" && ev "$T/w" add "$T/other.key" >"$OUT" 2>"$ERR" && rm -r "$T/w/index.db" &&
		ev "$T/w" list >"$T/full" && cp "$T/old" "$T/w/index.db" && run_expect 0 ev "$T/w" list && cmp "$OUT" "$T/full" && [ ! -s "$ERR" ]
}
claim yesterdays_index_is_brought_up_to_date_in_silence t
t() {
	cp "$T/w/index.db" "$T/v/index.db" && is_right "$T/v" && has_said "compare it with a checkpoint that you gave away"
}
claim index_that_knows_more_than_the_log_makes_one_think_of_a_checkpoint t
t() { rm "$T/v/index.db" && mkdir "$T/v/index.db" && is_right "$T/v" && is_silent && rmdir "$T/v/index.db"; }
claim folder_in_its_place_is_left_alone t
t() { is_right "$T/v" && mv "$T/v/index.db" "$T/real" && ln -s "$T/real" "$T/v/index.db" && cp "$T/real" "$T/copy" && is_right "$T/v" && cmp "$T/real" "$T/copy" && rm "$T/v/index.db"; }
claim link_in_its_place_is_not_followed t

# ---- each page, altered; old pages put back

t() {
	is_right "$T/v" && python3 - "$T/v/index.db" "$T/w/index.db" "$T/pages" <<-'END'
		import os, random, sys
		good, old, out = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read(), sys.argv[3]
		os.mkdir(out)
		random.seed(1)
		n = len(good) // 4096
		for page in random.sample(range(n), min(n, 40)):
		    b = bytearray(good)
		    b[page * 4096 + random.randrange(4096)] ^= 1 << random.randrange(8)
		    open("%s/%03d.flipped" % (out, page), "wb").write(b)
		    if (page + 1) * 4096 <= len(old):
		        open("%s/%03d.foreign" % (out, page), "wb").write(good[:page * 4096] + old[page * 4096:page * 4096 + 4096] + good[page * 4096 + 4096:])
		    other = random.randrange(n)
		    b = bytearray(good)
		    b[page * 4096:page * 4096 + 4096], b[other * 4096:other * 4096 + 4096] = good[other * 4096:other * 4096 + 4096], good[page * 4096:page * 4096 + 4096]
		    open("%s/%03d.swapped" % (out, page), "wb").write(b)
	END
	local f said=0
	for f in "$T/pages"/*; do
		cp "$f" "$T/v/index.db" && is_right "$T/v" && [ "$(wc -l <"$T/said")" -le 2 ] || { echo "# ${f##*/}"; return 1; }
		[ ! -s "$T/said" ] || said=$((said + 1))
	done
	echo "# of $(ls "$T/pages" | wc -l) altered ones $said were spoken of"
	[ "$said" -gt 20 ]
}
claim flipped_foreign_and_swapped_pages_leave_the_answers_right t
t() {
	cp -a "$T/v" "$T/p" && cp "$T/v.key" "$T/p.key" && rm "$T/p/index.db" && ev "$T/p" list >"$OUT" && cp "$T/p/index.db" "$T/old" || return 1
	# Twice, so that the same places are used again.
	ev "$T/p" add "$T/other.key" >"$OUT" 2>"$ERR" && ev "$T/p" add "$T/w.key" >"$OUT" 2>"$ERR" && cp "$T/p/index.db" "$T/young" || return 1
	ev "$T/p" list --json >"$T/full" && ev "$T/p" search Zwetschgenkuchen >>"$T/full" || return 1
	for page in $(seq 0 $(($(stat -c %s "$T/old") / 4096 - 1))); do
		cp "$T/young" "$T/p/index.db" && dd if="$T/old" of="$T/p/index.db" bs=4096 skip="$page" seek="$page" count=1 conv=notrunc status=none &&
			{ ev "$T/p" list --json && ev "$T/p" search Zwetschgenkuchen; } >"$T/now" 2>"$ERR" && cmp "$T/now" "$T/full" || { echo "# page $page"; cat "$ERR"; return 1; }
	done
}
claim single_old_pages_put_back_leave_the_answers_right t
t() {
	cp "$T/young" "$T/p/index.db" && printf 'x' | dd of="$T/p/index.db" bs=1 seek=20000 conv=notrunc status=none && printf 'more\n' >"$T/more" &&
		run_expect 0 ev "$T/p" add "$T/more" && warns "index.db: its head was altered, and was mended" && run_expect 0 ev "$T/p" list && [ ! -s "$ERR" ]
}
claim adding_mends_it t
t() {
	run_expect 0 ev "$T/p" list && python3 - "$T/p/index.db" <<-'END'
		import sys
		b = bytearray(open(sys.argv[1], "rb").read())
		for at in range(32768 + 100, len(b), 4096):
		    b[at] ^= 1
		open(sys.argv[1], "wb").write(b)
	END
	printf 'most\n' >"$T/most" && run_expect 0 ev "$T/p" add "$T/most" && warns "made anew" && run_expect 0 ev "$T/p" list && says most && [ ! -s "$ERR" ]
}
claim adding_makes_it_anew t

# ---- check

t() {
	find "$T/pages" -name '*flipped*' | sort | tail -1 >"$T/last" && cp "$(cat "$T/last")" "$T/v/index.db" && cp "$T/v/index.db" "$T/before" && run_expect 0 ev "$T/v" check && says "sound" &&
		printf x >"$T/v/index.db.new" && run_expect 0 ev "$T/v" check && says "sound" && cmp "$T/before" "$T/v/index.db" && is_right "$T/v" && [ ! -e "$T/v/index.db.new" ]
}
claim check_does_not_look_at_it_and_leftovers_go t

# ---- where it cannot be kept

nothing_can_be_written() {
	cp -a "$T/v" "$T/ro" && cp "$T/v.key" "$T/ro.key" && rm -f "$T/ro/index.db" && chmod -R a+rX,a-w "$T/ro" && chmod a+r "$T/ro.key" && chmod a+rx "$T" && mkdir -m 777 "$T/mine" || return 1
	as_nobody test -x "$EVAULT_BIN" && as_nobody test -r "$T/ro/vault" || return 77
	run_expect 0 as_nobody "$EVAULT_BIN" -V "$T/ro" -i "$T/ro.key" list --case Aktobe-3 && [ "$(wc -l <"$OUT")" = 20 ] && [ ! -s "$ERR" ] && [ ! -e "$T/ro/index.db" ] &&
		run_expect 0 as_nobody "$EVAULT_BIN" -V "$T/ro" -i "$T/ro.key" --index "$T/mine" list && [ "$(wc -l <"$OUT")" = 23 ] && [ ! -s "$ERR" ] &&
		find "$T/mine" -type f -printf '%f\n' | grep -qxE '[0-9a-f]{16}\.index\.db'
}
nothing_can_be_written
case $? in
0) ok where_nothing_can_be_written_it_is_in_memory_or_in_a_folder_of_ones_own ;;
77) skip where_nothing_can_be_written_it_is_in_memory_or_in_a_folder_of_ones_own "the build or the temporary folder is closed to others" ;;
*) not_ok where_nothing_can_be_written_it_is_in_memory_or_in_a_folder_of_ones_own ;;
esac
index_is_old() {
	chmod u+w "$T/ro" && cp "$T/old" "$T/ro/index.db" && cp -a "$T/p/." "$T/ro/" 2>/dev/null
	cp "$T/old" "$T/ro/index.db" && chmod -R a+rX,a-w "$T/ro" || return 1
	as_nobody test -x "$EVAULT_BIN" && as_nobody test -r "$T/ro/vault" || return 77
	ev "$T/p" list >"$T/full" && run_expect 0 as_nobody "$EVAULT_BIN" -V "$T/ro" -i "$T/ro.key" list && cmp "$OUT" "$T/full" && [ ! -s "$ERR" ] && cmp "$T/old" "$T/ro/index.db"
}
index_is_old
case $? in
0) ok old_index_that_cannot_be_written_answers_for_all_that_is_there ;;
77) skip old_index_that_cannot_be_written_answers_for_all_that_is_there "the build or the temporary folder is closed to others" ;;
*) not_ok old_index_that_cannot_be_written_answers_for_all_that_is_there ;;
esac
t() { run_expect 2 ev "$T/v" --index "$T/nowhere" list && warns nowhere; }
claim folder_for_it_must_be_there t

if mount_at "$T/small" -t tmpfs -o size=64k none; then
	t() { run_expect 0 ev "$T/v" --index "$T/small" list && [ "$(wc -l <"$OUT")" = 23 ] && [ ! -s "$ERR" ] && [ -z "$(ls "$T/small")" ]; }
	claim full_disk_leaves_it_in_memory_and_nothing_behind t
	t() {
		printf 'on a full disk\n' >"$T/onfull" && run_expect 0 ev "$T/v" --index "$T/small" add "$T/onfull" && says "1 file kept" && [ -z "$(ls "$T/small")" ] &&
			run_expect 0 ev "$T/v" list && says onfull
	}
	claim what_is_added_meanwhile_is_kept t
else
	skip full_disk_leaves_it_in_memory_and_nothing_behind "no file system can be mounted here"
fi

# ---- killed, and two at once

# Killed at its n-th write to the index, until one run comes through.
t() {
	local n=0 rc=137 items text
	new_vault "$T/k" && ev "$T/k" add "$T/in" >"$OUT" 2>"$ERR" || return 1
	items=20
	while [ $rc = 137 ] && [ $n -lt 200 ]; do
		n=$((n + 1))
		text=$T/k$n
		printf 'killed %s\n' "$n" >"$text"
		rc=0
		(ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o "$T/trace" -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when="$n" \
			"$EVAULT_BIN" -V "$T/k" -i "$T/k.key" add "$text" >"$OUT" 2>"$ERR") || rc=$?
		# Its item is there or not, as the log says; the index answers as if nothing had been.
		run_expect 0 ev "$T/k" list --json && [ ! -s "$ERR" ] || return 1
		[ "$(wc -l <"$OUT")" -ge "$items" ] && [ "$(wc -l <"$OUT")" -le $((items + 1)) ] || return 1
		items=$(wc -l <"$OUT")
		rm "$T/k/index.db" && ev "$T/k" list --json | cmp - "$OUT" || return 1
	done
	echo "# killed at each of $((n - 1)) writes of the index"
	[ $rc = 0 ] && [ $n -gt 5 ] && run_expect 0 ev "$T/k" check
}
if command -v strace >/dev/null && strace -qq -o "$T/trace" true 2>/dev/null; then
	claim killed_at_any_write_it_needs_no_mending t 2>/dev/null
else
	skip killed_at_any_write_it_needs_no_mending "no strace here"
fi
t() {
	local i pids=() pid
	for i in 1 2 3 4; do
		rm -f "$T/v/index.db"
		for pid in 1 2 3; do
			ev "$T/v" list --json >"$T/many$pid" 2>"$T/many$pid.err" &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid" || return 1
		done
		pids=()
		cmp "$T/many1" "$T/many2" && cmp "$T/many1" "$T/many3" && [ ! -s "$T/many1.err" ] && [ ! -s "$T/many2.err" ] && [ ! -s "$T/many3.err" ] || return 1
	done
	[ -s "$T/v/index.db" ] && [ ! -e "$T/v/index.db.new" ]
}
claim several_that_make_it_at_once_are_all_right t
t() {
	local pid n last=0 looks=0
	mkdir "$T/much" && for n in $(seq 1 400); do head -c 300000 /dev/urandom >"$T/much/$n.jpg"; done
	new_vault "$T/busy" && ev "$T/busy" add "$T/in" >"$OUT" 2>"$ERR" || return 1
	ev "$T/busy" add "$T/much" >"$T/bg" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		run_expect 0 timeout 20 "$EVAULT_BIN" -V "$T/busy" -i "$T/busy.key" list || return 1
		n=$(wc -l <"$OUT")
		[ "$n" -ge "$last" ] && [ "$n" -ge 20 ] || return 1
		! grep -v "behind: somebody is adding to this vault" "$ERR" || return 1
		last=$n
		looks=$((looks + 1))
	done
	wait $pid && run_expect 0 ev "$T/busy" list && [ "$(wc -l <"$OUT")" = 420 ] && [ ! -s "$ERR" ] && [ $looks -gt 1 ]
}
claim readers_beside_an_import_are_not_kept_waiting_and_never_go_back t

finish
