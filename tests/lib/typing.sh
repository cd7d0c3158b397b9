# Sourced by the tests that type on a page of evault:  . tests/lib/typing.sh
#
# A terminal: tmux, on a socket of its own; in $T, with its home in $T/home.

terminals=0
tm() {
	tmux -S "$T/tmux$terminals" -f /dev/null "$@"
}
# shellcheck disable=SC2317 # called by the trap
stop_tmux() {
	tm kill-server 2>/dev/null
	umount "$T/small" 2>/dev/null
}
trap stop_tmux EXIT

# terminal COLUMNS ROWS: a new one with a shell, whose prompt is "$ ".
terminal() {
	tm kill-server 2>/dev/null
	terminals=$((terminals + 1))
	env -u TMUX HOME="$T/home" TMPDIR="$T/tmp" TERM=screen ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" \
		tmux -S "$T/tmux$terminals" -f /dev/null new-session -d -s s -x "$1" -y "$2" "cd '$T' && exec env PS1='$ ' HISTFILE= bash --norc --noprofile" || return 1
	tm set -g history-limit 20000 && see '$'
}
pane() {
	tm capture-pane -p -t s
}
# see TEXT…: waits until all of these are in the picture.
see() {
	local text tries=0
	for text; do
		until pane | grep -qF -e "$text"; do
			tries=$((tries + 1))
			[ $tries -lt 100 ] || {
				echo "# not seen: $text"
				pane | sed 's/^/# pane: /'
				return 1
			}
			sleep 0.1
		done
	done
}
# press KEY…: as send-keys names them.
press() {
	tm send-keys -t s "$@"
}
# put TEXT: types it.
put() {
	tm send-keys -t s -l -- "$1"
}
# paste FILE: as a terminal with bracketed paste gives it.
paste() {
	tm load-buffer -b p "$1" && tm paste-buffer -d -p -r -b p -t s
}
# begin VAULT ARGUMENTS…: testify in the terminal; its status is shown after it.
begin() {
	local vault=$1
	shift
	put "clear; '$EVAULT_BIN' -V $vault -i $vault.key testify $*; echo ended with \$?" && press Enter
}
# begin_page VAULT [WITNESS]: with nothing to be asked; somebody new each time.
pages=0
begin_page() {
	pages=$((pages + 1))
	begin "$1" --case K --witness "${2:-Witness$pages}" --interviewer I --interpreter N --language kk --consent none --place P && see Ctrl-C
}
finish_page() {
	press C-d && see 'Ctrl-D again' && press C-d
}
# pid: of evault in the terminal, the shell's only child; nothing when it has ended.
pid() {
	local shell
	shell=$(tm display -p -t s '#{pane_pid}') && tr -d ' ' <"/proc/$shell/task/$shell/children" | grep .
} 2>/dev/null
# seal: waits until Ctrl-S has sealed a draft.
seal() {
	local before
	before=$(cat v/drafts/*.age 2>/dev/null | sha256sum)
	press C-s
	for _ in $(seq 100); do
		[ "$(cat v/drafts/*.age 2>/dev/null | sha256sum)" = "$before" ] || return 0
		sleep 0.1
	done
	return 1
}
