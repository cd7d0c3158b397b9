# Every program that our scripts run comes with a package of tests/packages, or with every Debian.
. tests/check/lib

sed -e 's/#.*//' tests/packages | awk -F'|' 'NF == 3 { print $3 }' | tr -s ' ' '\n' | sort -u >"$T/listed"

project_files | while read -r file; do
	case $file in
	*.sh | tests/run | tests/install-packages | tests/lib/sh | tests/check/lib | .ci/run | cli/dist/* | Makefile)
		python3 tests/check/commands.py "$file"
		;;
	*.py)
		grep -oE "(run|Popen|check_output|check_call|call)\(\[ ?[\"'][a-z][a-z0-9-]*" "$file" |
			grep -oE '[a-z0-9-]+$'
		;;
	esac
done | sort -u >"$T/words"

# Essential and required packages are on every Debian.
every_debian_has() {
	local path owner
	path=$(command -v "$1")
	for path in "$path" "${path#/usr}" "/usr$path" "$(readlink -f "$path")"; do
		owner=$(dpkg -S "$path" 2>/dev/null | grep -v "^diversion" | head -n 1 | cut -d: -f1)
		[ -n "$owner" ] || continue
		dpkg-query -W -f='${Essential} ${Priority}\n' "$owner" | grep -qE 'yes|required' && return 0
	done
	return 1
}

if ! command -v dpkg >/dev/null; then
	echo "skipped packages: no dpkg here"
	exit 0
fi
while read -r word; do
	# A function, a builtin or no program at all.
	path=$(type -P "$word") || continue
	[ "$(type -t "$word")" = builtin ] || [ "$(type -t "$word")" = keyword ] && continue
	grep -qx -e "$word" "$T/listed" && continue
	every_debian_has "$word" || echo "$word ($path): used in our scripts, and not in tests/packages"
done <"$T/words" >"$T/found"
verdict every_program_that_scripts_run_is_on_the_list "$T/found"

# What a script asks for by name belongs on the list too, there or not.
project_files | grep -E '^tests/.*\.sh$|^tests/run$' | tr '\n' '\0' |
	xargs -0 grep -ohE 'command -v [a-z][a-z0-9-]*' | sed 's/.* //' | sort -u >"$T/asked"
while read -r word; do
	grep -qx -e "$word" "$T/listed" || [ "$(type -t "$word")" = builtin ] || every_debian_has "$word" ||
		echo "$word: a test asks whether it is there, and it is not in tests/packages"
done <"$T/asked" >"$T/found"
verdict every_program_that_tests_ask_for_is_on_the_list "$T/found"

# Those that evault is measured beside are installed by `make bench` alone, what makes other systems by `make systems`.
sed -e 's/#.*//' tests/packages | awk -F'|' 'NF == 3 && $1 !~ /^(bench|systems) / { print $3 }' | tr -s ' ' '\n' |
	sort -u | grep -vx '' | while read -r word; do
	command -v "$word" >/dev/null || echo "$word: on the list, and not here after tests/install-packages"
done >"$T/found"
verdict every_program_on_the_list_is_here "$T/found"
exit $FAILED
