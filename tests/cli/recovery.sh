# Keys on paper: a recovery key made with the vault, a key split into shares, and both typed again.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

# All of it in a session of its own, so that it does not touch that of whoever runs the tests.
if [ -z "${OWN_SESSION:-}" ]; then
	OWN_SESSION=$(python3 "$TOP/tests/lib/session.py")
	export OWN_SESSION
	[ "$OWN_SESSION" = none ] || exec python3 "$TOP/tests/lib/session.py" bash "$0"
fi

# pen OPTION… COMMAND…: on a terminal, with pen and paper.
pen() {
	python3 "$TOP/tests/lib/pen.py" "$@"
}
recipient() {
	grep -o 'age1[0-9a-z]*' "$1"
}
# nothing_of FILE DIR…: none of the groups from the sixth on of its lines is anywhere below.
nothing_of() {
	local paper=$1
	shift
	cut -d' ' -f6- "$paper" | tr ' ' '\n' | grep -v '^$' >"$T/groups"
	! grep -rqaiF -f "$T/groups" "$@"
}
keyring() {
	[ "$OWN_SESSION" != none ]
}

# ---- with the vault

"$EVAULT_BIN" keygen -o "$T/v.key" >"$OUT" 2>"$ERR" || exit 1
t() {
	run_expect 0 pen -w "$T/recovery" -x -a y "$EVAULT_BIN" init "$T/v" --to "$(recipient "$T/v.key")" && says "Recovery key" && says "that is not group" && says "made the vault" && ! grep -q "nobody can open this vault" "$OUT" &&
		[ "$(wc -l <"$T/recovery")" = 1 ] && [ "$(wc -w <"$T/recovery")" = 16 ] && nothing_of "$T/recovery" "$T/v" &&
		run_expect 0 ev "$T/v" key list && says "recovery: opens it with age1" && run_expect 0 ev "$T/v" check && run_expect 0 ev "$T/v" status && ! grep -q "only one key" "$ERR"
}
claim init_offers_one_at_a_terminal_and_asks_for_groups_from_the_paper t

t() {
	run_expect 0 pen -a n "$EVAULT_BIN" init "$T/n" --to "$(recipient "$T/v.key")" && ! grep -q "Recovery key" "$OUT" && says "nobody can open this vault" && says "key split" &&
		run_expect 0 pen "$EVAULT_BIN" init "$T/n2" --no-recovery --to "$(recipient "$T/v.key")" && ! grep -q recovery "$OUT" &&
		run_expect 0 no_terminal "$EVAULT_BIN" init "$T/n3" --to "$(recipient "$T/v.key")" && warns "nobody can open this vault"
}
claim who_does_not_want_one_is_warned_and_without_a_terminal_nobody_is_asked t

t() {
	run_expect 0 "$EVAULT_BIN" -V "$T/n" -i "$T/v.key" status && warns "only one key opens this vault" && warns "key split" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/n" -i "$T/v.key" status --json && json_is "all[0]['ways'] == 1" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/n" -i "$T/v.key" key add HQ --role reader --to "$("$EVAULT_BIN" keygen -o "$T/hq" 2>/dev/null | grep -o 'age1[0-9a-z]*')" &&
		run_expect 0 "$EVAULT_BIN" -V "$T/n" -i "$T/v.key" status && ! grep -q "only one key" "$ERR"
}
claim status_warns_while_one_loss_would_close_the_vault t

# Left in the middle: no vault, and nothing of one; a folder that was there stays, and is empty.
t() {
	run_expect 3 pen -a y -a '' -l "$EVAULT_BIN" init "$T/left" --to "$(recipient "$T/v.key")" && says "left; nothing was changed" && [ ! -e "$T/left" ] &&
		mkdir "$T/left" && run_expect 130 pen -a y -a '' -c "$EVAULT_BIN" init "$T/left" --to "$(recipient "$T/v.key")" && says "left; nothing was changed" &&
		[ -d "$T/left" ] && [ -z "$(ls -A "$T/left")" ] && rmdir "$T/left" &&
		run_expect 3 pen -l "$EVAULT_BIN" init "$T/left" --paper "$T/left.html" --to "$(recipient "$T/v.key")" && says "pages that were written are of no use" && [ ! -e "$T/left" ] &&
		run_expect 0 no_terminal "$EVAULT_BIN" init "$T/left" --to "$(recipient "$T/v.key")" && run_expect 0 "$EVAULT_BIN" -V "$T/left" -i "$T/v.key" check
}
claim who_leaves_before_it_is_on_paper_has_no_vault_and_nothing_of_one t

# The terminal is closed while the groups are on it.
t() {
	run_expect 129 python3 - "$EVAULT_BIN" init "$T/hup" --to "$(recipient "$T/v.key")" <<'EOF' && [ ! -e "$T/hup" ]
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvpe(sys.argv[1], sys.argv[1:], {**os.environ, "TERM": "xterm"})
shown = b""
while b"written down" not in shown:
    shown += os.read(fd, 65536)
    if b"Y/n" in shown:
        os.write(fd, b"y\n")
        shown = b""
os.close(fd)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(status if status >= 0 else 128 - status)
EOF
}
claim a_terminal_that_goes_meanwhile_leaves_nothing_either t

# ---- split

printf 'seen\n' >"$T/note.txt"
run_expect 0 ev "$T/v" add "$T/note.txt" || exit 1
t() {
	run_expect 0 pen -w "$T/shares" -x "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 3 -n 5 && says "any 3 of these 5 shares" && [ "$(wc -l <"$T/shares")" = 5 ] && nothing_of "$T/shares" "$T/v" &&
		run_expect 0 ev "$T/v" key list && grep -qE 'reader .* shares [0-9a-f]{8}, 3 of 5: opens it with age1' "$OUT" && run_expect 0 ev "$T/v" check
}
claim split_shows_each_share_alone_and_asks_for_groups_of_each t

t() {
	local n
	run_expect 0 ev "$T/v" key list --json && cp "$OUT" "$T/before"
	for n in '-k 1 -n 3' '-k 4 -n 3' '-k 2 -n 17' '-k 0 -n 0' '-k 2' '-n 3' '-k two -n 3'; do
		run_expect 2 ev "$T/v" key split $n && warns "from 2 to 16" || return 1
	done
	run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 2 -n 3 && warns "no terminal to show the key on" &&
		run_expect 3 pen -a '' -l "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 2 -n 3 &&
		run_expect 2 pen "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 2 -n 3 --name recovery && says "is called that already" &&
		run_expect 2 "$EVAULT_BIN" -V "$T/n" -i "$T/hq" key split -k 2 -n 3 --paper "$T/p.html" && warns "only an owner" && [ ! -e "$T/p.html" ] &&
		run_expect 0 ev "$T/v" key list --json && cmp "$OUT" "$T/before"
}
claim what_cannot_come_to_a_good_end_changes_nothing t

t() {
	run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 2 -n 3 --name printed --paper "$T/pages.html" && warns "delete it as soon as it is printed" && warns "--paper -" &&
		[ "$(stat -c %a "$T/pages.html")" = 600 ] && [ "$(grep -c '<section>' "$T/pages.html")" = 3 ] && ! grep -qiE '<script|https?:|src=|<link|@import|url\(' "$T/pages.html" &&
		run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 2 -n 3 --paper "$T/pages.html" && warns "pages.html" &&
		run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" key split -k 2 -n 2 --paper - && [ "$(grep -c '<section>' "$OUT")" = 2 ] && tail -n 1 "$OUT" | grep -q '^</html>$' && warns "any 2 of these 2 shares" &&
		run_expect 0 no_terminal "$EVAULT_BIN" init "$T/printed" --to "$(recipient "$T/v.key")" --paper "$T/recovery.html" && [ "$(grep -c '<section>' "$T/recovery.html")" = 1 ] && grep -q Recovery "$T/recovery.html" && ! grep -q "nobody can open" "$ERR" &&
		run_expect 2 "$EVAULT_BIN" init "$T/nn" --to "$(recipient "$T/v.key")" --paper "$T/x.html" --no-recovery
}
claim pages_go_to_a_file_of_the_users_alone_or_to_a_pipe t

# The pages hold what the shares are: typed from there, they open the vault.
t() {
	python3 - "$T/pages.html" >"$T/printed.shares" <<-'END'
		import html.parser, re, sys
		class Page(html.parser.HTMLParser):
		    def __init__(self):
		        super().__init__()
		        self.deep, self.groups, self.stack = 0, [], []
		    def handle_starttag(self, tag, attrs):
		        if tag not in ("meta", "br"):
		            self.stack.append(tag)
		        if tag == "section":
		            self.groups.append([])
		    def handle_endtag(self, tag):
		        while self.stack and self.stack.pop() != tag:
		            pass
		    def handle_data(self, data):
		        if self.stack and self.stack[-1] == "b":
		            self.groups[-1].append(data.strip())
		page = Page()
		page.feed(open(sys.argv[1], encoding="utf-8").read())
		assert not page.stack and all(len(g) == 16 for g in page.groups)
		print("\n".join(" ".join(g) for g in page.groups))
	END
	run_expect 0 pen -t "$T/printed.shares:3,1" "$EVAULT_BIN" -V "$T/v" key join --print && says AGE-SECRET-KEY-1
}
claim what_is_printed_opens_the_vault t

# ---- joined

if ! keyring; then
	skip join "this kernel, or this container, has no keyring"
else
	t() {
		run_expect 2 "$EVAULT_BIN" -V "$T/v" list && run_expect 0 pen -x -t "$T/shares:5,1,3" "$EVAULT_BIN" -V "$T/v" key join && says "a letter is wrong" && says "unlocked $T/v until" && says "for 15:00" &&
			run_expect 0 "$EVAULT_BIN" -V "$T/v" list && says note.txt && run_expect 3 "$EVAULT_BIN" -V "$T/v" get 1 -o - && warns "not logged" && [ "$(cat "$OUT")" = seen ] &&
			run_expect 2 "$EVAULT_BIN" -V "$T/v" add "$T/note.txt" && run_expect 0 "$EVAULT_BIN" -V "$T/v" status && says reader && run_expect 0 "$EVAULT_BIN" -V "$T/v" lock && run_expect 2 "$EVAULT_BIN" -V "$T/v" list
	}
	claim any_three_shares_open_the_vault_for_reading t

	t() {
		local three
		for three in 1,2,3 2,4,5 4,3,1; do
			run_expect 0 pen -t "$T/shares:$three" "$EVAULT_BIN" -V "$T/v" key join --for 1m && run_expect 0 "$EVAULT_BIN" -V "$T/v" list && run_expect 0 "$EVAULT_BIN" -V "$T/v" lock || return 1
		done
		run_expect 0 pen -t "$T/recovery:1" "$EVAULT_BIN" -V "$T/v" key join --for 1s && says "for 0:01" && sleep 2 && run_expect 2 "$EVAULT_BIN" -V "$T/v" list
	}
	claim so_do_others_and_the_recovery_key_for_as_long_as_said t

	t() {
		run_expect 0 pen -t "$T/recovery:1" "$EVAULT_BIN" -V "$T/v" key join && run_expect 0 ev "$T/v" key remove recovery --yes && run_expect 2 "$EVAULT_BIN" -V "$T/v" list &&
			run_expect 0 ev "$T/v" list && run_expect 2 pen -t "$T/recovery:1" "$EVAULT_BIN" -V "$T/v" key join && says "removed from the vault" &&
			run_expect 0 pen -t "$T/shares:1,2,3" "$EVAULT_BIN" -V "$T/v" key join && run_expect 0 "$EVAULT_BIN" -V "$T/v" list && run_expect 0 "$EVAULT_BIN" -V "$T/v" lock
	}
	claim a_key_that_was_removed_opens_no_more_and_others_do t
fi

t() {
	run_expect 3 pen -t "$T/shares:1,1" "$EVAULT_BIN" -V "$T/v" key join && says "share 1 was given already" &&
		run_expect 3 pen -t "$T/recovery:1" "$EVAULT_BIN" -V "$T/n" key join && says "of another vault" &&
		paste -sd '\n' "$T/shares" "$T/printed.shares" >"$T/mixed" && run_expect 3 pen -t "$T/mixed:1,6" "$EVAULT_BIN" -V "$T/v" key join && says "foreign set" &&
		run_expect 3 pen -t "$T/shares:2,3" "$EVAULT_BIN" -V "$T/v" key join && says "Complete shares: 2 of 3"
}
claim a_share_that_is_repeated_or_foreign_is_told_and_two_are_not_enough t

t() {
	run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/v" key join && warns "typed at a terminal" && run_expect 2 "$EVAULT_BIN" -V "$T/v" key join 24G45F && run_expect 2 "$EVAULT_BIN" -V "$T/v" key join --for 25h &&
		run_expect 2 "$EVAULT_BIN" -V "$T/nowhere" key join
}
claim shares_come_from_a_terminal_alone t

# The identity opens the vault with stock age, too.
t() {
	run_expect 0 pen -t "$T/shares:1,4,5" "$EVAULT_BIN" -V "$T/v" key join --print && grep -o 'AGE-SECRET-KEY-1[A-Z0-9]*' "$OUT" >"$T/joined" && [ "$(wc -l <"$T/joined")" = 1 ] &&
		run_expect 0 "$EVAULT_BIN" -V "$T/v" -i "$T/joined" list && says note.txt && run_expect 0 age -d -i "$T/joined" -o "$T/read" "$T/v/keys/read.0.age" && grep -q AGE-SECRET-KEY "$T/read"
}
claim printed_at_the_terminal_it_is_an_age_identity t

# ---- where the secrets went

t() {
	local calls=openat,open,creat,write,pwrite64,rename,renameat,renameat2,execve
	run_expect 0 pen -t "$T/shares:1,2,5" strace -f -qq -v -x -s 100000 -e trace=$calls -o "$T/strace" "$EVAULT_RELEASE" -V "$T/v" key join --print || return 1
	! grep -E '^[0-9]+ +(open|openat|creat)\(.*O_(WRONLY|RDWR|CREAT)' "$T/strace" | grep -vE '"/dev/(tty|null)"' && ! grep -q 'execve.*AGE-SECRET' "$T/strace"
}
claim join_writes_no_file t

t() {
	run_expect 0 pen -w "$T/again" strace -f -qq -y -v -s 100000 -e trace=openat,write,pwrite64 -o "$T/strace" "$EVAULT_RELEASE" -V "$T/v" -i "$T/v.key" key split -k 2 -n 2 || return 1
	nothing_of "$T/again" "$T/v" "$HOME" && ! grep -F -f "$T/groups" "$T/strace" | grep -vE ' write\([0-9]+</dev/(tty|pts/[0-9]+)>' | grep -q .
}
claim split_leaves_nothing_on_disk t
finish
