# Two processes on one vault, and a process that does not come to its end.
: "${EVAULT_BIN:=build/evault}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
unset EVAULT

recipient=$("$EVAULT_BIN" keygen -o "$T/key" 2>/dev/null | grep -o 'age1[0-9a-z]*')
new() {
	run_expect 0 "$EVAULT_BIN" init "$1" --to "$recipient"
}
ev() {
	local vault=$1
	shift
	"$EVAULT_BIN" -V "$vault" -i "$T/key" "$@"
}
# start VAULT COMMAND…: in the background as $PID, with signals as at a terminal; output to $T/bg and $T/bg.err.
start() {
	local vault=$1
	shift
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$EVAULT_BIN" -V "$vault" -i "$T/key" "$@" >"$T/bg" 2>"$T/bg.err" &
	PID=$!
}
# until_true COMMAND…: waits until it succeeds, 30 seconds at most.
until_true() {
	local waited=0
	until "$@"; do
		sleep 0.01
		waited=$((waited + 1))
		[ $waited -lt 3000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
writes_pack() {
	[ -n "$(find "$1/packs" -name '*.tmp' -size +"$2")" ]
}
# Waits for $PID: true when it ended with this status.
ended() {
	local rc=0
	wait "$PID" 2>/dev/null || rc=$?
	[ $rc = "$1" ] || { echo "# ended with $rc, not $1"; sed 's/^/# /' "$T/bg.err"; false; }
}
items() {
	ev "$1" list --json | wc -l
}
no_leftovers() {
	run_expect 0 ev "$1" check --json && ! grep -q '"finding"' "$OUT" || { sed 's/^/# /' "$OUT"; false; }
}
# Killed when its packs are there, and nothing of the log is: at the first renaming below log/.
killed_before_the_log() {
	local vault=$1
	shift
	(ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o "$T/trace" -P "$vault/log/tile/0" -P "$vault/log/tile/entries" -P log/checkpoint.new \
		-e trace=renameat2,renameat,rename -e inject=renameat2,renameat,rename:signal=KILL "$EVAULT_BIN" -V "$vault" -i "$T/key" add "$@") >"$OUT" 2>"$ERR"
	[ $? = 137 ]
} 2>/dev/null

mkdir "$T/in" "$T/long" "$T/short"
for n in $(seq 1 25); do printf 'file %s\n' "$n" >"$T/in/f$n"; done
for n in $(seq 1 24); do head -c 8000000 /dev/urandom >"$T/long/l$n"; done
printf 'short\n' >"$T/short/s"

# ---- readers beside a writer

# Each state that a reader sees has at least what was kept before it began, and no more than what was
# begun until it ended; each head that was ever seen is a past of the last one.
put() {
	echo "$1" >"$2.tmp" && mv "$2.tmp" "$2"
}
write_all() {
	local n
	for n in $(seq 1 25); do
		put "$n" "$T/begun"
		ev "$T/v" add "$T/in/f$n" >>"$T/writes" 2>&1 || echo failed >>"$T/write-failed"
		put "$n" "$T/done"
	done
	rm "$T/writing"
}
t() {
	local writer before seen rounds=0 bad=0
	new "$T/v" && echo 0 >"$T/begun" && echo 0 >"$T/done" && touch "$T/writing" && mkdir "$T/heads" || return 1
	write_all &
	writer=$!
	while [ -e "$T/writing" ] && [ $bad = 0 ]; do
		before=$(cat "$T/done")
		run_expect 0 ev "$T/v" list --json || bad=1
		seen=$(wc -l <"$OUT")
		[ "$seen" -ge "$before" ] && [ "$seen" -le "$(cat "$T/begun")" ] || { echo "# $seen items, after $before"; bad=1; }
		run_expect 0 ev "$T/v" check --json && ! grep -E '"finding": "(missing|altered|forged|history|unknown|unreadable)"' "$OUT" || bad=1
		run_expect 0 ev "$T/v" status || bad=1
		"$EVAULT_BIN" -V "$T/v" checkpoint >"$T/heads/$rounds" 2>"$ERR" || { cat "$ERR"; bad=1; }
		rounds=$((rounds + 1))
	done
	wait $writer
	echo "# read $rounds times"
	[ $bad = 0 ] && [ $rounds -ge 3 ] && [ ! -e "$T/write-failed" ] && [ "$(items "$T/v")" = 25 ]
}
claim readers_see_the_old_state_or_a_new_one_beside_25_writers t
t() {
	local head
	for head in "$T"/heads/*; do
		run_expect 0 ev "$T/v" check --quick --against "$head" || return 1
	done
	no_leftovers "$T/v"
}
claim each_head_that_was_seen_is_a_past_of_the_last t

# One long commit: nothing of it is seen before it is all there.
t() {
	local bad=0 rounds=0
	start "$T/v" add "$T/long"
	until_true writes_pack "$T/v" 8M || bad=1
	while [ $rounds -lt 4 ] && [ $bad = 0 ] && kill -STOP $PID 2>/dev/null; do
		[ "$(items "$T/v")" = 25 ] || [ -s "$T/bg" ] || bad=1
		run_expect 0 ev "$T/v" check --json || bad=1
		[ $bad = 0 ] || grep -v interrupted "$OUT"
		rounds=$((rounds + 1))
		kill -CONT $PID
		sleep 0.01
	done
	ended 0 && [ $bad = 0 ] && [ $rounds -ge 1 ] && [ "$(items "$T/v")" = 49 ] && no_leftovers "$T/v"
}
claim a_reader_beside_a_long_add_sees_the_old_state t

# ---- a second writer

t() {
	local rc=0
	new "$T/w" || return 1
	start "$T/w" add "$T/long"
	until_true writes_pack "$T/w" 8M && kill -STOP $PID || return 1
	run_expect 2 ev "$T/w" add "$T/short" && warns "another evault is writing" && warns "$(id -un)@$(uname -n)" && warns "process $PID," || rc=1
	run_expect 2 ev "$T/w" check --adopt && warns "process $PID," || rc=1
	run_expect 0 ev "$T/w" add --dry-run "$T/short" || rc=1
	run_expect 0 ev "$T/w" status || rc=1
	kill -CONT $PID
	ended 0 && [ $rc = 0 ] && run_expect 0 ev "$T/w" add "$T/short" && [ "$(items "$T/w")" = 25 ] && [ ! -s "$T/w/writer" ]
}
claim a_second_writer_is_told_who_writes t

# What is given back meanwhile is given, and said not to be logged.
t() {
	local rc=0 item
	item=$(ev "$T/w" list --json | sed -n '1s/.*"item": *\([0-9]*\).*/\1/p')
	head -c 60000000 /dev/urandom >"$T/another" || return 1
	start "$T/w" add "$T/another"
	until_true writes_pack "$T/w" 1M && kill -STOP $PID || return 1
	run_expect 3 ev "$T/w" get "$item" -o "$T/back" && warns "not logged" && [ -s "$T/back" ] || rc=1
	kill -CONT $PID
	ended 0 && [ $rc = 0 ]
}
claim a_file_is_given_back_beside_a_writer_and_the_access_said_not_to_be_logged t

insist() {
	local n=0 rc
	until rc=0; ev "$T/m" add "$T/in/f$1" >"$T/insist.$1" 2>&1 || rc=$?; [ $rc -ne 2 ]; do
		n=$((n + 1))
		[ $n -lt 300 ] || break
	done
	return $rc
}
t() {
	local n pids=() bad=0
	new "$T/m" || return 1
	for n in 1 2 3 4 5 6; do
		insist $n &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || bad=1
	done
	[ $bad = 0 ] && [ "$(items "$T/m")" = 6 ] && no_leftovers "$T/m" || { cat "$T"/insist.*; false; }
}
claim six_writers_that_try_until_they_may_lose_nothing t

# ---- a writer that is killed

t() {
	new "$T/k" && run_expect 0 ev "$T/k" add "$T/in" || return 1
	start "$T/k" add "$T/long"
	until_true writes_pack "$T/k" 8M && kill -KILL $PID && ended 137 && [ -s "$T/k/writer" ] && [ "$(items "$T/k")" = 25 ]
}
claim a_killed_writer_leaves_what_was_kept_before t 2>/dev/null
t() { run_expect 0 ev "$T/k" check && says interrupted && grep -q '^sound' "$OUT" && run_expect 0 ev "$T/k" get --all -o "$T/k.back" && diff -r "$T/in" "$T/k.back/in"; }
claim what_it_leaves_is_reported_as_interrupted_and_sound t
t() { run_expect 0 ev "$T/k" add "$T/short" && [ "$(items "$T/k")" = 26 ]; }
claim its_lock_does_not_stay t
t() { run_expect 0 ev "$T/k" add "$T/long" && [ "$(items "$T/k")" = 50 ] && run_expect 0 ev "$T/k" add "$T/long" && says "0 files kept"; }
claim running_it_again_completes_it t

# Of an import with many commits: what was named is kept, whatever happens afterwards.
t() {
	local kept
	new "$T/many" && mkdir "$T/tiny" && (cd "$T/tiny" && seq 1 20100 | split -l 1 -a 4) || return 1
	start "$T/many" add --yes "$T/tiny"
	until_true [ -s "$T/bg" ] && kill -KILL $PID 2>/dev/null
	wait $PID 2>/dev/null
	# The last line may have been cut off.
	kept=$(grep -cE '^[0-9a-f]{6}-[0-9]+  [0-9a-f]{64}  .*/xaaa?' "$T/bg")
	[ "$kept" -ge 1 ] && run_expect 0 ev "$T/many" list --json || return 1
	grep -oE '^[0-9a-f]{6}-[0-9]+  [0-9a-f]{64}' "$T/bg" | sed 's/  / /' | sort >"$T/named"
	sed -E 's/.*"citation": *"([^"]*)".*"sha256": *"([^"]*)".*/\1 \2/' "$OUT" | sort >"$T/listed"
	[ -z "$(comm -23 "$T/named" "$T/listed")" ] && echo "# $(wc -l <"$T/named") were named, $(wc -l <"$T/listed") are kept" && run_expect 0 ev "$T/many" check
}
claim of_many_commits_what_was_named_before_the_kill_is_whole t 2>/dev/null

# ---- leftovers, and taking them in

t() {
	new "$T/a" && run_expect 0 ev "$T/a" add "$T/short" && killed_before_the_log "$T/a" "$T/in" && [ "$(find "$T/a/packs" -name '*.age' | wc -l)" = 2 ] &&
		run_expect 0 ev "$T/a" check && says interrupted && says "check --adopt" && grep -q '^sound' "$OUT" && [ "$(items "$T/a")" = 1 ]
}
claim packs_of_a_run_killed_before_the_log_are_reported_as_interrupted t
t() {
	"$EVAULT_BIN" -V "$T/a" checkpoint >"$T/a.head" && run_expect 0 ev "$T/a" check --adopt && says "taken in: 25" && [ "$(items "$T/a")" = 26 ] && no_leftovers "$T/a" &&
		run_expect 0 ev "$T/a" check --against "$T/a.head" && run_expect 0 ev "$T/a" get --all -o "$T/a.back" && diff -r "$T/in" "$T/a.back/in" &&
		run_expect 0 ev "$T/a" list --action adopt --json && [ "$(wc -l <"$OUT")" = 1 ]
}
claim adopting_takes_them_in_and_says_so_in_the_log t
t() { run_expect 0 ev "$T/a" add "$T/in" && says "0 files kept" && run_expect 0 ev "$T/a" check --adopt && ! says "taken in" >/dev/null && [ "$(items "$T/a")" = 26 ]; }
claim what_was_taken_in_is_not_kept_again_and_nothing_is_taken_in_twice t

t() {
	new "$T/t" && run_expect 0 ev "$T/t" add "$T/short" || return 1
	cp "$(find "$T/t/packs" -name '*.age' | head -n 1)" "$T/pack" && head -c 4000 "$T/pack" >"$T/t/packs/0123456789abcdef.tmp"
	run_expect 0 ev "$T/t" check && says interrupted && says "temporary file" && run_expect 0 ev "$T/t" check --adopt && [ ! -e "$T/t/packs/0123456789abcdef.tmp" ] && no_leftovers "$T/t"
}
claim a_temporary_file_is_reported_and_removed_by_adopting t

# Of an import that was begun again before anybody thought of adopting.
t() {
	new "$T/b" && killed_before_the_log "$T/b" "$T/in" && run_expect 0 ev "$T/b" add "$T/in" && says "25 files kept" && run_expect 0 ev "$T/b" check --adopt && ! says "taken in" >/dev/null &&
		no_leftovers "$T/b" && run_expect 0 ev "$T/b" get --all -o "$T/b.back" && diff -r "$T/in" "$T/b.back/in"
}
claim adopting_after_running_it_again_is_harmless t

# ---- interrupted politely

for signal in INT TERM; do
	t() {
		local kept
		new "$T/$signal" || return 1
		start "$T/$signal" add "$T/long"
		until_true writes_pack "$T/$signal" 8M && kill -$signal $PID && ended 3 && grep -q "what is named above is kept" "$T/bg.err" || return 1
		kept=$(grep -cE '^[0-9a-f]{6}-[0-9]+  ' "$T/bg")
		[ "$kept" -ge 1 ] && [ "$kept" -lt 24 ] && [ "$(items "$T/$signal")" = "$kept" ] && no_leftovers "$T/$signal" &&
			run_expect 0 ev "$T/$signal" add "$T/long" && [ "$(items "$T/$signal")" = 24 ] && no_leftovers "$T/$signal"
	}
	claim "SIG${signal}_finishes_the_commit_and_says_what_is_kept" t
	rm -rf "${T:?}/$signal"
done

finish
