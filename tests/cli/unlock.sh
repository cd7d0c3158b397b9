# unlock and lock: one passphrase serves for a while, in one login session, and nothing of it is on disk.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT
SESSION=$TOP/tests/lib/session.py

# All of it in a session of its own, so that it does not touch that of whoever runs the tests.
if [ -z "${OWN_SESSION:-}" ]; then
	OWN_SESSION=$(python3 "$SESSION")
	export OWN_SESSION
	if [ "$OWN_SESSION" = shared ]; then
		t() {
			printf 'correct horse battery\n' >"$T/pass"
			quick_vault "$T/u" 'correct horse battery' &&
				run_expect 0 "$EVAULT_BIN" -V "$T/u" --passphrase-file "$T/pass" unlock --for 1m &&
				run_expect 0 "$EVAULT_BIN" -V "$T/u" list && run_expect 0 "$EVAULT_BIN" -V "$T/u" lock && says locked &&
				run_expect 2 "$EVAULT_BIN" -V "$T/u" list
		}
		claim a_login_without_a_session_of_its_own_uses_that_of_the_user t
	fi
	[ "$OWN_SESSION" = none ] || exec python3 "$SESSION" bash "$0"
	skip unlock "this kernel, or this container, has no keyring"
	finish
fi

printf 'correct horse battery\n' >"$T/pass"
printf 'another one of mine\n' >"$T/pass2"
for v in v w; do
	pass=$T/pass
	[ "$v" = v ] || pass=$T/pass2
	quick_vault "$T/$v" "$(cat "$pass")" 'A. Lawyer' || exit 1
done
printf 'seen\n' >"$T/note.txt"

# evault on a vault without any key; unasked: it worked; asked: it wanted a passphrase.
plain() {
	local vault=$1
	shift
	"$EVAULT_BIN" -V "$T/$vault" "$@"
}
unasked() { run_expect 0 plain "$1" list; }
asked() { run_expect 2 plain "$1" list && warns "the vault is locked"; }
unlock() {
	local pass=$T/pass
	[ "$1" = v ] || pass=$T/pass2
	"$EVAULT_BIN" -V "$T/$1" --passphrase-file "$pass" unlock "${@:2}"
}
kept() { grep -c ' user  *evault:' /proc/keys; }

# ---- what it is for

t() {
	asked v && run_expect 0 unlock v --for 10s && says "unlocked $T/v until " && says "for 0:10" && warns "evault lock" &&
		unasked v && run_expect 0 plain v add "$T/note.txt" && run_expect 0 plain v get 1 -o - && [ "$(cat "$OUT")" = seen ] &&
		run_expect 0 plain v check && sleep 11 && asked v
}
claim after_unlock_nothing_is_asked_until_the_time_is_over t

t() {
	run_expect 0 on_terminal -a 'correct horse battery' "$EVAULT_BIN" -V "$T/v" unlock --for 1m && says "Passphrase of $T/v" && says "unlocked" &&
		run_expect 0 on_terminal "$EVAULT_BIN" -V "$T/v" list && ! grep -q Passphrase "$OUT" &&
		run_expect 0 plain v lock && says "locked $T/v" &&
		run_expect 0 on_terminal -a 'correct horse battery' "$EVAULT_BIN" -V "$T/v" list && says Passphrase
}
claim on_a_terminal_it_asks_once_and_after_lock_again t

t() {
	run_expect 0 plain v lock && says "$T/v was not unlocked" && run_expect 0 plain v lock --all && says "no vault was unlocked" &&
		run_expect 0 plain v lock --json && says '"was_unlocked": false'
}
claim lock_says_when_there_was_nothing_to_lock t

t() {
	run_expect 0 unlock v && says "for 8:00:00" && run_expect 0 unlock v --for 24h --json && says '"seconds": 86400' && says '"unlocked_until": "20' &&
		[ "$(kept)" = 1 ] && run_expect 0 plain v lock --json && says '"was_unlocked": true'
}
claim without_a_time_it_is_eight_hours_and_at_most_a_day t

t() {
	local time
	for time in 0s 25h 1441m 86401s 5 s 5x -5s 1h30m 99999999999999999999s ''; do
		run_expect 2 unlock v --for "$time" && warns "like 90s, 15m or 8h" || return 1
	done
	[ "$(kept)" = 0 ] && asked v
}
claim other_times_are_refused t

# ---- whose keys

t() {
	run_expect 0 unlock v --for 1m && unasked v && asked w && run_expect 0 unlock w --for 1m && unasked w && [ "$(kept)" = 2 ] &&
		run_expect 0 plain v lock && asked v && unasked w && run_expect 0 unlock v --for 1m &&
		run_expect 0 "$EVAULT_BIN" lock --all && says "locked 2 vaults" && asked v && asked w && [ "$(kept)" = 0 ]
}
claim two_vaults_are_kept_apart_and_locked_together t

t() {
	local ok=0
	run_expect 0 unlock v --for 1m && cp -a "$T/v/vault" "$T/vault.of.v" && cp -a "$T/w" "$T/x" && cp "$T/vault.of.v" "$T/x/vault" || return 1
	# The name of the one, the log of the other.
	run "$EVAULT_BIN" -V "$T/x" list
	[ "$STATUS" -ne 0 ] || ok=1
	run_expect 0 plain v lock && [ $ok = 0 ]
}
claim keys_do_not_open_another_log_under_the_same_name t

t() {
	run_expect 0 unlock v --for 1m && run_expect 0 cp -a "$T/v" "$T/copy" && unasked copy &&
		run_expect 2 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass2" list && warns "that passphrase opens no key" &&
		run_expect 0 "$EVAULT_BIN" keygen -o "$T/stranger" && run_expect 2 "$EVAULT_BIN" -V "$T/v" -i "$T/stranger" list && warns "opens no key of this vault" &&
		run_expect 0 plain v lock && asked copy
}
claim a_key_that_is_given_is_used_instead_of_the_one_that_is_kept t

t() {
	local status=0
	run_expect 0 unlock v --for 1m || return 1
	python3 "$SESSION" "$EVAULT_BIN" -V "$T/v" list >"$OUT" 2>"$ERR" || status=$?
	[ "$status" = 2 ] && warns "the vault is locked" && unasked v && run_expect 0 plain v lock
}
claim another_session_of_the_same_user_is_asked t

if ! command -v tmux >/dev/null; then
	skip panes "no tmux here"
else
	t() {
		local i
		rm -f "$T"/pane.*
		TERM=screen tmux -S "$T/tmux" -f /dev/null new-session -d \
			"'$EVAULT_BIN' -V '$T/v' --passphrase-file '$T/pass' unlock --for 1m; echo \$? >'$T/pane.1'; sleep 20" || return 1
		for i in $(seq 1 100); do [ -s "$T/pane.1" ] && break; sleep 0.1; done
		tmux -S "$T/tmux" split-window "'$EVAULT_BIN' -V '$T/v' list >'$T/pane.out'; echo \$? >'$T/pane.2'"
		for i in $(seq 1 100); do [ -s "$T/pane.2" ] && break; sleep 0.1; done
		tmux -S "$T/tmux" kill-server
		[ "$(cat "$T/pane.1" "$T/pane.2" | tr -d '\n')" = 00 ] && grep -q note.txt "$T/pane.out" && unasked v && run_expect 0 plain v lock
	}
	claim panes_of_one_session_share_it t
fi

# ---- status

t() {
	run_expect 0 plain v status && says "or after evault unlock" && run_expect 0 plain v status --json && says '"unlocked": false' && ! says unlocked_until >/dev/null &&
		run_expect 0 unlock v --for 2m && run_expect 0 plain v status && says "until " && says "for " && says "A. Lawyer" &&
		run_expect 0 plain v status --json && says '"unlocked_until": "20' && says '"unlocked_seconds": 1' && says '"items": 1' &&
		run_expect 0 plain v lock && run_expect 0 plain v status --json && says '"unlocked": false'
}
claim status_says_how_long_and_asks_nobody t

# ---- what is seen of it

t() {
	run_expect 0 unlock v --for 1m && grep ' user  *evault:' /proc/keys >"$OUT" && [ "$(wc -l <"$OUT")" = 1 ] && says " 1b000000 " && ! grep -q ' perm ' "$OUT" &&
		run_expect 0 plain v lock
}
claim the_key_is_the_possessors_alone_and_has_a_time t

# What strace saw: the secret goes to add_key alone, and no file is opened for writing.
t() {
	find "$T/v" -type f -exec sha256sum {} + | sort >"$T/before"
	run_expect 0 strace -f -qq -s 2000 -o "$T/strace" "$EVAULT_RELEASE" -V "$T/v" --passphrase-file "$T/pass" unlock --for 1m || return 1
	find "$T/v" -type f -exec sha256sum {} + | sort >"$T/after"
	cmp "$T/before" "$T/after" && grep -q 'add_key("user", "evault:.*AGE-SECRET-KEY-1' "$T/strace" &&
		! grep -v add_key "$T/strace" | grep -q AGE-SECRET-KEY && ! grep -E '^[0-9]+ +(open|openat|creat)\(.*O_(WRONLY|RDWR|CREAT)' "$T/strace" | grep -vq /dev/ &&
		grep -q AGE-SECRET-KEY "$T/strace" && ! grep -q 'execve.*horse' "$T/strace" && run_expect 0 plain v lock
}
claim the_secret_goes_to_the_kernel_and_nowhere_else t

# ---- where the kernel keeps nothing

# without ERROR CALLS COMMAND…: these system calls fail.
without() {
	local error=$1 calls=$2
	shift 2
	strace -f -qq -o "$T/strace" -e trace="$calls" -e inject="$calls:error=$error" "$@"
}
release_unlock() { without "$1" "$2" "$EVAULT_RELEASE" -V "$T/v" --passphrase-file "$T/pass" unlock; }

t() {
	run_expect 2 release_unlock ENOSYS keyctl,add_key && warns "this kernel has no keyring" && warns "hint: " && warns "--passphrase-file" &&
		run_expect 2 release_unlock EPERM keyctl,add_key && warns "container" &&
		run_expect 2 release_unlock EDQUOT add_key && warns "no room left for this user" &&
		run_expect 2 release_unlock EKEYREVOKED keyctl && warns "has ended" && [ "$(kept)" = 0 ]
}
claim a_kernel_without_a_keyring_is_told_with_what_to_do t

t() {
	run_expect 0 unlock v --for 1m &&
		run_expect 2 without ENOSYS keyctl,add_key "$EVAULT_RELEASE" -V "$T/v" list && warns "the vault is locked" &&
		run_expect 0 without EPERM keyctl,add_key "$EVAULT_RELEASE" -V "$T/v" --passphrase-file "$T/pass" list &&
		run_expect 0 without EPERM keyctl,add_key "$EVAULT_RELEASE" -V "$T/v" status && says locked &&
		run_expect 2 without EPERM keyctl "$EVAULT_RELEASE" -V "$T/v" lock && warns "may not be used here" && run_expect 0 plain v lock
}
claim without_a_keyring_all_else_works_as_before t

t() {
	run_expect 2 "$EVAULT_BIN" -V "$T/v" unlock && warns "no terminal to ask" && [ "$(kept)" = 0 ] &&
		run_expect 2 "$EVAULT_BIN" -V "$T/v" --passphrase-file "$T/pass2" unlock && warns "error: $T/v: that passphrase opens no key" && [ "$(kept)" = 0 ] &&
		run_expect 2 "$EVAULT_BIN" -V "$T/nowhere" lock && run_expect 2 plain v unlock word && run_expect 2 plain v lock word
}
claim a_wrong_passphrase_keeps_nothing t
finish
