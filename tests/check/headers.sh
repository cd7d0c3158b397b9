# Every header compiles alone; the public one also as C++ and to the letter of the standard.
. tests/check/lib
WARN='-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wundef -Werror'

# alone HEADER COMPILER FLAGS…
alone() {
	local header=$1
	shift
	echo "#include \"$header\"" | "$@" -fsyntax-only - >"$T/out" 2>&1 || {
		echo "$header with $*"
		head -n 5 "$T/out"
	}
}

for header in $(find include vault cli -name '*.h' | sort); do
	for cc in gcc clang; do
		# shellcheck disable=SC2086
		alone "$header" $cc -x c -std=c11 -D_GNU_SOURCE $WARN -I. -Iinclude -Ivault -Icli
	done
done >"$T/found"
verdict every_header_compiles_alone "$T/found"

{
	for cc in gcc clang; do
		# shellcheck disable=SC2086
		alone evault.h $cc -x c -std=c11 -pedantic-errors $WARN -Iinclude
	done
	for cc in g++ clang++; do
		alone evault.h $cc -x c++ -std=c++17 -pedantic-errors -Wall -Wextra -Werror -Iinclude
	done
} >"$T/found"
verdict the_public_header_is_strict_c_and_cpp "$T/found"
exit $FAILED
