# For life.sh and read.sh: one command of $evault, and what must come of it.
# shellcheck shell=bash disable=SC2154

# does STATUS COMMAND…: evault ends with that status; its output is in out.
does() {
	local want=$1 status=0
	shift
	"$evault" "$@" >out 2>err </dev/null || status=$?
	[ "$status" -eq "$want" ] && return
	printf 'evault %s: %s, not %s\n' "$*" "$status" "$want"
	cat out err
	exit 1
}
# says TEXT: so did the last one.
says() {
	grep -qF -e "$1" out && return
	printf 'nothing says: %s\n' "$1"
	cat out
	exit 1
}
