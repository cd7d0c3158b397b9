# Our scripts, as shellcheck sees them.
. tests/check/lib
project_files | while read -r file; do
	case $file in
	*.sh | tests/lib/sh | tests/check/lib | cli/evault.bash) echo "$file" ;;
	*.[a-z]*) ;;
	*) head -c 20 "$file" 2>/dev/null | grep -aqE '^#!/bin/(ba)?sh' && echo "$file" ;;
	esac
done >"$T/scripts"
xargs shellcheck -s bash -S warning -e SC1091,SC1090,SC2034 -f gcc <"$T/scripts" >"$T/found" 2>&1
verdict shellcheck_finds_nothing "$T/found"
exit $FAILED
