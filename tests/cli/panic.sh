# panic: the keys that lie in a vault are destroyed, at once when it is armed; what was exported opens it again.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

# In a session of its own: what unlock left there must go, too.
if [ -z "${OWN_SESSION:-}" ]; then
	OWN_SESSION=$(python3 "$TOP/tests/lib/session.py")
	export OWN_SESSION
	[ "$OWN_SESSION" = none ] || exec python3 "$TOP/tests/lib/session.py" bash "$0"
fi
pen() {
	python3 "$TOP/tests/lib/pen.py" "$@"
}
recipient() {
	grep -o 'age1[0-9a-z]*' "$1"
}
"$EVAULT_BIN" keygen -o "$T/hq" >"$OUT" 2>"$ERR" || exit 1
printf 'seen\n' >"$T/note.txt"
# A vault v with an item, a passphrase, and a reader whose key lies elsewhere; its keys, exported to x.
make() {
	rm -rf "$T/v" "$T/x"
	printf 'otter velvet cargo mimic\n' >"$T/pass"
	quick_vault "$T/v" 'otter velvet cargo mimic' Aigul "$(recipient "$T/hq")" && run_expect 0 owner add "$T/note.txt" && run_expect 0 plain key export -o "$T/x"
}
plain() { "$EVAULT_BIN" -V "$T/v" "$@"; }
owner() { plain --passphrase-file "$T/pass" "$@"; }
hq() { plain -i "$T/hq" "$@"; }
opens() { run_expect 0 owner list && run_expect 0 hq list; }
closed() { run_expect 1 owner list && run_expect 1 hq list && [ -z "$(ls "$T/v/keys")" ]; }

t() {
	make && [ "$(ls "$T/x" "$T/x/keys" | tr '\n' ' ')" = "$T/x: keys vault  $T/x/keys: 1.age read.0.age write.0.age " ] && cmp "$T/v/keys/1.age" "$T/x/keys/1.age" &&
		run_expect 2 plain key export -o "$T/x" && warns "left alone" && run_expect 2 plain key export -o "$T/v/x" && warns "in the vault itself" && [ ! -e "$T/v/x" ] && run_expect 2 plain key export &&
		run_expect 0 owner check
}
claim export_copies_the_key_files_and_needs_no_key t

t() {
	make && run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" panic && warns "not armed" && opens &&
		run_expect 3 on_terminal -a no "$EVAULT_BIN" -V "$T/v" panic && says "nobody can ever open it again" && says "nothing was done" && opens &&
		run_expect 3 on_terminal "$EVAULT_BIN" -V "$T/v" panic && opens &&
		run_expect 0 on_terminal -a panic "$EVAULT_BIN" -V "$T/v" panic && says "the keys are destroyed" && closed
}
claim unarmed_it_asks_for_a_word t

t() {
	make && run_expect 2 plain panic --arm && run_expect 2 plain panic --exported "$T/x" && run_expect 2 plain panic --arm --disarm --exported "$T/x" &&
		run_expect 2 plain -i "$T/nokey" panic --arm --exported "$T/x" && run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" panic --arm --exported "$T/x" && warns "typed at a terminal" &&
		"$EVAULT_BIN" keygen -o "$T/stranger" >"$OUT" 2>"$ERR" && run_expect 2 plain -i "$T/stranger" panic --arm --exported "$T/x" && warns "opens no key" &&
		run_expect 2 hq panic --arm --exported "$T/nothing" && run_expect 2 hq panic --arm --exported "$T/v" && warns "in the vault itself" &&
		cp -r "$T/x" "$T/bad" && printf x >>"$T/bad/keys/read.0.age" && run_expect 1 hq panic --arm --exported "$T/bad" && warns "$T/bad: keys/read.0.age" &&
		rm -r "$T/bad" && [ ! -e "$T/v/panic" ] && run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" panic && opens
}
claim without_proof_that_it_opens_from_outside_it_is_not_armed t

arm() { run_expect 0 hq panic --arm --exported "$T/x" && says "is armed" && warns "same disk"; }
t() {
	make && arm && [ -f "$T/v/panic" ] && run_expect 0 owner check && run_expect 0 plain check --sealed && run_expect 0 owner status && warns "it is armed" && run_expect 0 owner status --json && json_is "all[0]['armed'] == 'yes'" &&
		run_expect 0 plain panic --disarm && says "asks first" && [ ! -e "$T/v/panic" ] && run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" panic && opens
}
claim that_it_is_armed_is_plain_to_see_and_can_be_undone t

t() {
	make && arm || return 1
	[ "$OWN_SESSION" = none ] || { run_expect 0 owner unlock && [ "$(grep -c ' evault:' /proc/keys)" = 1 ]; } || return 1
	run_expect 0 plain panic && silent && [ ! -s "$ERR" ] && [ ! -e "$T/v/panic" ] && closed || return 1
	[ "$OWN_SESSION" = none ] || { [ "$(grep -c ' evault:' /proc/keys)" = 0 ] && run_expect 1 plain list; } || return 1
	run_expect 1 plain check --sealed && says keys/1.age && says keys/read.0.age && run_expect 0 plain status && says locked
}
claim armed_it_asks_nothing_says_nothing_and_nothing_opens t

t() {
	make && arm && run_expect 0 plain panic && closed && cp -r "$T/x/keys" "$T/v" && opens && run_expect 0 owner check && run_expect 0 owner get 1 -o - && [ "$(cat "$OUT")" = seen ] && run_expect 0 owner add "$T/hq"
}
claim put_back_what_was_exported_opens_it_as_before t

# The order is what counts when the power goes: the kernel's key and what the files held, then a sync, then the names.
t() {
	make && arm && run_expect 0 owner status || return 1
	[ "$OWN_SESSION" = none ] || run_expect 0 owner unlock || return 1
	run_expect 0 strace -f -qq -y -e trace=unlinkat,keyctl,fsync,fdatasync,pwrite64,flock -o "$T/strace" "$EVAULT_RELEASE" -V "$T/v" panic && python3 - "$T/strace" "$OWN_SESSION" <<-'END'
		import re, sys
		order = ""
		for line in open(sys.argv[1], errors="replace"):
		    call = line.split("(")[0].split()[-1]
		    assert call != "flock", "it waits for a lock"
		    if call == "keyctl" and not re.search("KEYCTL_(UNLINK|REVOKE|INVALIDATE)|0x(9|3|15)[,)]", line):
		        continue
		    order += {"unlinkat": "u", "keyctl": "k", "fsync": "s", "fdatasync": "s", "pwrite64": "w"}.get(call, "")
		print("#", order)
		first, name = order.index("s"), order.index("u")
		good = first < name and order[:first].count("w") >= 3 and "w" not in order[first:] and order[:name].count("s") >= 3
		sys.exit(not (good and order.count("u") == 4 and "s" in order[order.rindex("u"):] and (sys.argv[2] == "none" or order[0] == "k")))
	END
}
if command -v strace >/dev/null; then
	claim what_keys_held_is_overwritten_and_synced_and_then_the_names_vanish t
fi

# Who has typed it closes the terminal, or wants to stop it.
t() {
	local number tracer
	for number in HUP INT TERM QUIT; do
		make && arm || return 1
		strace -qq -e trace=fsync -e inject=fsync:delay_enter=1000000:when=1 -o /dev/null "$EVAULT_RELEASE" -V "$T/v" panic </dev/null 2>/dev/null &
		tracer=$!
		while grep -q '^age-encryption' "$T/v/keys/write.0.age"; do sleep 0.02; done # it is overwritten last
		kill -s "$number" "$(pgrep -P $tracer)" || return 1
		wait $tracer 2>/dev/null
		closed || { echo "# SIG$number"; return 1; }
	done
}
if command -v strace >/dev/null; then
	claim no_signal_stops_it_in_the_middle t
fi

t() {
	make && arm || return 1
	(ulimit -f 0 && exec env --default-signal=XFSZ "$EVAULT_RELEASE" -V "$T/v" panic) 2>/dev/null
	closed
}
claim where_no_file_may_grow_the_names_go_all_the_same t

t() {
	make && arm && run_expect 2 strace -qq -e trace=unlinkat -e inject=unlinkat:error=EROFS:when=1 -o /dev/null "$EVAULT_RELEASE" -V "$T/v" panic &&
		warns "keys may still lie there" && [ "$(ls "$T/v/keys")" = read.0.age ]
}
if command -v strace >/dev/null; then
	claim keys_that_cannot_be_destroyed_are_told_of_and_the_others_go t
fi

t() {
	make && arm && cp "$T/v/keys/read.0.age" "$T/v/keys/read.0.sync-conflict-20261123-101010-ABCDEFG.age" && run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/v" panic && silent && closed
}
claim copies_that_a_program_made_of_the_keys_do_not_disarm_it_and_go_too t

# While somebody writes.
t() {
	make && arm || return 1
	head -c 200000000 /dev/zero >"$T/large"
	"$EVAULT_RELEASE" -V "$T/v" --passphrase-file "$T/pass" add "$T/large" >"$T/add.out" 2>&1 &
	local writer=$! _
	for _ in $(seq 1 200); do grep -q . "$T/v/writer" && break; sleep 0.02; done
	run_expect 0 "$EVAULT_RELEASE" -V "$T/v" panic && silent && [ -z "$(ls "$T/v/keys")" ]
	local good=$?
	wait "$writer"
	rm "$T/large"
	[ $good = 0 ] && closed
}
claim it_waits_for_no_other_program t

t() {
	make && arm && run_expect 0 owner key rotate && warns "no longer armed" && run_expect 0 owner status && warns "keys were changed since it was armed" && run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" panic && opens &&
		run_expect 2 hq panic --arm --exported "$T/x" && warns "changed since" && rm -r "$T/x" && run_expect 0 plain key export -o "$T/x" && arm && run_expect 0 plain panic && closed &&
		cp -r "$T/x/keys" "$T/v" && opens
}
claim a_change_of_keys_disarms_it t

t() {
	make && run_expect 0 pen -w "$T/shares" "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass" key split -k 2 -n 3 && rm -r "$T/x" && run_expect 0 plain key export -o "$T/x" &&
		run_expect 0 pen -t "$T/shares:3,2" "$EVAULT_BIN" -V "$T/v" panic --arm --exported "$T/x" && says "is armed" && run_expect 0 plain panic && closed
}
claim it_is_armed_with_shares_as_well t

# Nobody else's files.
t() {
	make && mkdir "$T/elsewhere" && cp -a "$T/v/keys/." "$T/elsewhere" && rm -r "$T/v/keys" && ln -s "$T/elsewhere" "$T/v/keys" && run on_terminal -a panic "$EVAULT_BIN" -V "$T/v" panic && [ "$(ls "$T/elsewhere" | wc -l)" = 3 ] &&
		run_expect 2 plain -V "$T" panic
	[ "$(ls "$T/elsewhere" | wc -l)" = 3 ] && cmp -s "$T/elsewhere/1.age" "$T/x/keys/1.age"
}
claim what_a_link_leads_to_is_left_alone t
finish
