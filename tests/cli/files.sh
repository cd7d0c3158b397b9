# What to add and where to give it back to: paths that are not there, cannot be read, or are not what they seem.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

# The leak sanitizer does not work under strace, which takes the place of a fault of the system here.
faulty() {
	strace -f -qq -o "$T/strace" "$@"
}

mkdir "$T/in"
printf 'one\n' >"$T/in/a.txt"
printf 'two\n' >"$T/in/b.txt"
printf 'three\n' >"$T/in/c.txt"
new_vault "$T/v" || exit 1

# ---- sources that are not as they should be

t() {
	run_expect 3 ev "$T/v" add "$T/in/a.txt" "$T/in/gone" "$T/gone/x" "$T/in/b.txt" && warns "error: refused $T/in/gone: No such file" &&
		warns "error: refused $T/gone/x: $T/gone/: No such file" && [ "$(named_as_kept)" = 2 ] && says "2 files kept" && says "2 refused" && keeps 2 "$T/v"
}
claim a_path_that_is_not_there_is_refused_and_the_others_kept t

t() {
	run_expect 3 ev "$T/v" add "" "$T/in/c.txt" && warns "error: refused" && warns "an empty name is no file" && keeps 3 "$T/v" &&
		run_expect 3 ev "$T/v" add "" && warns "an empty name is no file" && keeps 3 "$T/v"
}
claim an_empty_path_is_refused t

t() {
	new_vault "$T/race" &&
		run_expect 3 faulty -P b.txt -e trace=openat -e inject=openat:error=ENOENT "$EVAULT_RELEASE" -V "$T/race" -i "$T/race.key" add "$T/in" &&
		warns "error: refused $T/in/b.txt: No such file" && [ "$(named_as_kept)" = 2 ] && keeps 2 "$T/race" &&
		run_expect 0 ev "$T/race" add "$T/in" && says "1 file kept" && says "2 kept already" && keeps 3 "$T/race"
}
claim a_file_that_vanishes_after_it_was_listed_is_refused_and_the_others_kept t

# The question stands between counting and reading: what goes away meanwhile is said to be gone.
t() {
	mkdir "$T/many" && (cd "$T/many" && seq 1 1001 | xargs touch) && new_vault "$T/asked" || return 1
	python3 - "$EVAULT_BIN" -V "$T/asked" -i "$T/asked.key" add "$T/many" "$T/in" >"$OUT" 2>"$ERR" <<-'END'
		import os, pty, shutil, sys
		pid, fd = pty.fork()
		if pid == 0:
		    os.execv(sys.argv[1], sys.argv[1:])
		shown = b""
		try:
		    while b"? " not in shown and b"?] " not in shown and b"] " not in shown:
		        shown += os.read(fd, 4096)
		    shutil.rmtree(sys.argv[-2])
		    os.write(fd, b"y\n")
		    while True:
		        shown += os.read(fd, 65536)
		except OSError:
		    pass
		sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
		sys.stdout.flush()
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
	STATUS=$?
	[ "$STATUS" -eq 3 ] && says "These are 1004 files" && says "refused $T/many: No such file" && says "3 files kept" && keeps 3 "$T/asked"
}
claim a_folder_that_vanishes_while_a_question_stands_is_refused_and_the_others_kept t

t() {
	local pid rc=0 big=$T/grows/big i
	mkdir "$T/grows" && head -c 30000000 /dev/urandom >"$big" && printf 'still\n' >"$T/grows/still" && new_vault "$T/grown" || return 1
	strace -f -qq -o "$T/strace.grows" -P "$big" -e trace=read -e inject=read:delay_enter=3000000:when=2 \
		"$EVAULT_RELEASE" -V "$T/grown" -i "$T/grown.key" add "$T/grows" >"$OUT" 2>"$ERR" &
	pid=$!
	for i in $(seq 1 200); do
		grep -q . "$T/strace.grows" 2>/dev/null && break # the first read has ended
		sleep 0.05
	done
	printf 'more' >>"$big"
	wait $pid || rc=$?
	[ "$rc" -eq 3 ] && warns "error: refused $big: changed while it was read; nothing of it is kept" && [ "$(named_as_kept)" = 1 ] && keeps 1 "$T/grown" &&
		run_expect 0 ev "$T/grown" add "$T/grows" && keeps 2 "$T/grown" && run_expect 0 ev "$T/grown" get --all -o "$T/grown.back" && cmp "$big" "$T/grown.back/grows/big"
}
claim a_file_that_changes_while_it_is_read_is_refused_and_kept_when_it_is_still t

# Faster than anybody reads it.
t() {
	local pid endless=$T/endless/log
	mkdir "$T/endless" && head -c 9000000 /dev/urandom >"$endless" && printf 'still\n' >"$T/endless/still" && new_vault "$T/ends" || return 1
	while truncate -s +64M "$endless" 2>/dev/null; do sleep 0.01; done &
	pid=$!
	run timeout 30 "$EVAULT_RELEASE" -V "$T/ends" -i "$T/ends.key" add --yes "$T/endless"
	kill $pid && rm "$endless"
	[ "$STATUS" -eq 3 ] && warns "error: refused $endless: changed while it was read; nothing of it is kept" && [ "$(named_as_kept)" = 1 ]
}
claim a_file_that_grows_as_fast_as_it_is_read_is_refused_and_the_others_kept t

t() {
	new_vault "$T/eio" && run_expect 3 faulty -P "$T/in/b.txt" -e trace=read -e inject=read:error=EIO "$EVAULT_RELEASE" -V "$T/eio" -i "$T/eio.key" add "$T/in" &&
		warns "error: refused $T/in/b.txt: " && warns "Input/output error" && warns "hint: what was refused is not kept, all else is" && [ "$(named_as_kept)" = 2 ] && keeps 2 "$T/eio"
}
claim a_file_that_the_disk_does_not_give_is_refused_and_the_others_kept t

t() {
	mkdir -p "$T/shut/locked" "$T/shut/list" && printf 'secret\n' >"$T/shut/locked.txt" && printf 'open\n' >"$T/shut/open.txt" && printf 'x\n' >"$T/shut/locked/x" &&
		chmod 0 "$T/shut/locked.txt" "$T/shut/locked" && new_vault "$T/nobody" && chmod -R a+rX "$T/shut/open.txt" && chmod a+rx "$T" "$T/shut" || return 1
	[ "$(id -u)" -ne 0 ] || chown -R 65534 "$T/nobody" "$T/nobody.key" "$T/shut"
	if ! as_nobody test -x "$EVAULT_BIN" || ! as_nobody test -r "$T/shut/open.txt"; then
		return 77
	fi
	run_expect 3 as_nobody "$EVAULT_BIN" -V "$T/nobody" -i "$T/nobody.key" add "$T/shut" && warns "refused $T/shut/locked.txt: Permission denied" &&
		warns "refused $T/shut/locked: Permission denied" && [ "$(named_as_kept)" = 1 ]
}
claim_where_possible a_file_and_a_folder_that_may_not_be_read_are_refused_and_the_others_kept \
	"the build or the temporary folder is closed to others" t

t() {
	new_vault "$T/special" && mkdir "$T/odd" && mkfifo "$T/odd/pipe" && ln -s /etc/passwd "$T/odd/link" && ln -s . "$T/odd/loop" && ln -s nowhere "$T/odd/dangling" &&
		python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/odd/socket" && : >"$T/odd/empty" || return 1
	run_expect 3 timeout 60 "$EVAULT_BIN" -V "$T/special" -i "$T/special.key" add "$T/odd" /dev/null "$T/odd/pipe" && [ "$(grep -c 'warning: skipped' "$ERR")" = 7 ] &&
		warns "skipped $T/odd/pipe: is a device, socket or pipe" && warns "skipped $T/odd/link: is a symbolic link" && warns "skipped /dev/null: is a device" && keeps 1 "$T/special"
}
claim links_pipes_sockets_and_devices_are_skipped_by_name_and_wait_for_nothing t

t() {
	run_expect 0 ev "$T/special" list --json && json_is "all[0]['size'] == 0 and all[0]['sha256'].startswith('e3b0c442')" &&
		run_expect 0 ev "$T/special" get 1 -o "$T/empty" && [ -f "$T/empty" ] && [ ! -s "$T/empty" ] && run_expect 0 ev "$T/special" get 1 -o - && silent
}
claim a_file_of_no_bytes_is_kept_and_given_back t

t() {
	local deep
	deep=$(printf 'd%.0s/' $(seq 1 100))
	mkdir -p "$T/deep/$deep" && printf 'deep\n' >"$T/deep/${deep}f" && new_vault "$T/deepv" && run_expect 0 ev "$T/deepv" add "$T/deep" &&
		run_expect 0 ev "$T/deepv" get --all -o "$T/deepback/" && [ "$(cat "$T/deepback/deep/${deep}f")" = deep ] && keeps 1 "$T/deepv"
}
claim a_file_below_a_hundred_folders_is_kept_and_given_back t

t() {
	python3 - "$T/abyss" <<-'END' || return 1
		import os, sys
		os.mkdir(sys.argv[1])
		os.chdir(sys.argv[1])
		open("shallow", "w").close()
		for _ in range(1200):
		    os.mkdir("d" * 20)
		    os.chdir("d" * 20)
		open("f", "w").close()
	END
	run_expect 3 ev "$T/deepv" add "$T/abyss" && warns "refused $T/abyss/ddd" && warns "too many folders in one another" && [ "$(named_as_kept)" = 1 ] && keeps 2 "$T/deepv"
}
claim folders_without_end_are_refused_by_name_and_the_rest_kept t

# ---- how much it is

t() {
	mkdir "$T/lots" && (cd "$T/lots" && seq 1 1001 | xargs touch) && new_vault "$T/q" &&
		run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/q" -i "$T/q.key" add "$T/lots" && warns "these are 1001 files" && warns "hint: if they are: --yes" && keeps 0 "$T/q" &&
		run_expect 3 on_terminal -a n "$EVAULT_BIN" -V "$T/q" -i "$T/q.key" add "$T/lots" && says "These are 1001 files" && says "nothing was kept" && keeps 0 "$T/q" &&
		run_expect 0 no_terminal "$EVAULT_BIN" -V "$T/q" -i "$T/q.key" add --yes "$T/lots" && keeps 1001 "$T/q"
}
claim more_than_a_thousand_files_are_asked_about_and_taken_with_yes t

t() {
	truncate -s 1T "$T/sparse" 2>/dev/null || return 77
	run_expect 2 no_terminal "$EVAULT_BIN" -V "$T/q" -i "$T/q.key" add "$T/sparse" && warns "these are 1 files (1.0 TiB)" && warns "hint: if they are: --yes" &&
		run_expect 3 on_terminal -a '' "$EVAULT_BIN" -V "$T/q" -i "$T/q.key" add "$T/sparse" && says "nothing was kept" && keeps 1001 "$T/q"
}
claim_where_possible a_file_of_a_tebibyte_is_asked_about \
	"no such file can be made here" t
rm -f "$T/sparse"

# ---- ways to name what is to be added

t() {
	new_vault "$T/ways" && run_expect 0 ev "$T/ways" add "$T/in/" && keeps 3 "$T/ways" &&
		run_expect 0 ev "$T/ways" add "$T/in" && says "3 kept already" && run_expect 0 ev "$T/ways" add "$T//in/../in/." && keeps 6 "$T/ways" &&
		run_expect 0 env -C "$T/in" "$EVAULT_BIN" -V "$T/ways" -i "$T/ways.key" add . && says "3 kept already" &&
		run_expect 0 env -C "$T/in" "$EVAULT_BIN" -V "$T/ways" -i "$T/ways.key" add ./a.txt && says "1 kept already" && run_expect 0 ev "$T/ways" list --json &&
		json_is "[o.get('folder', '') for o in all] == ['in', 'in', 'in', '', '', '']"
}
claim trailing_slashes_and_dots_do_not_get_into_names t

t() {
	new_vault "$T/in/own" && run_expect 3 ev "$T/in/own" add "$T/in" && warns "warning: skipped $T/in/own: is the vault itself" && [ "$(named_as_kept)" = 4 ] && keeps 4 "$T/in/own" &&
		run_expect 3 env -C "$T/in/own" "$EVAULT_BIN" -i "$T/in/own.key" add . && warns "is the vault itself" && keeps 4 "$T/in/own"
	local rc=$?
	rm -rf "$T/in/own" "$T/in/own.key"
	return $rc
}
claim a_vault_does_not_take_in_itself t

# ---- where to give back to

t() {
	printf 'mine\n' >"$T/mine" && cp "$T/mine" "$T/mine.before" && run_expect 2 ev "$T/v" get 1 -o "$T/mine" && warns "there already; it was left alone" && cmp "$T/mine" "$T/mine.before" &&
		run_expect 2 ev "$T/v" get --all -o "$T/mine" && warns "error: $T/mine: " && cmp "$T/mine" "$T/mine.before" &&
		run_expect 2 ev "$T/v" get 1 -o "$T/mine/" && warns "error: $T/mine/: " && cmp "$T/mine" "$T/mine.before" &&
		run_expect 2 ev "$T/v" get 1 -o "$T/nowhere/x" && warns "error: $T/nowhere/: No such file" && run_expect 2 ev "$T/v" get 1 -o "" && warns "error:"
}
claim get_writes_over_nothing_and_names_what_is_in_the_way t

t() {
	mkdir -p "$T/to" "$T/else" && ln -s "$T/else" "$T/to/in" && run ev "$T/v" get --all -o "$T/to" && [ -z "$(ls "$T/else")" ] || [ -z "$(ls "$T/else")" ]
}
claim get_follows_no_link_on_its_way t

t() {
	mkdir "$T/closed" && chmod 555 "$T/closed" && mkdir "$T/nb" && chmod 755 "$T/nb" && cp -a "$T/v" "$T/nb/v" && cp "$T/v.key" "$T/nb/v.key" || return 1
	[ "$(id -u)" -ne 0 ] || chown -R 65534 "$T/nb"
	as_nobody test -x "$EVAULT_BIN" && as_nobody test -r "$T/nb/v.key" || return 77
	run_expect 2 as_nobody "$EVAULT_BIN" -V "$T/nb/v" -i "$T/nb/v.key" get 1 -o "$T/closed/x" && warns "Permission denied" && [ -z "$(ls "$T/closed")" ] &&
		run_expect 2 as_nobody "$EVAULT_BIN" -V "$T/nb/v" -i "$T/nb/v.key" get --all -o "$T/closed" && warns "Permission denied" && [ -z "$(ls "$T/closed")" ]
}
claim_where_possible get_into_a_folder_that_may_not_be_written_says_so \
	"the build or the temporary folder is closed to others" t

finish
