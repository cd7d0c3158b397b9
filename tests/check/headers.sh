# Every header compiles alone; the public ones also as C++, to the letter of the standard, and with
# no other headers than the compiler's own.
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

# own_headers COMPILER: where it has the headers that C has without a library.
own_headers() {
	case $1 in
	gcc) gcc -print-file-name=include ;;
	clang) echo "$(clang -print-resource-dir)/include" ;;
	esac
}
for header in evault.h $(cd include && echo evault/*.h); do
	for cc in gcc clang; do
		# shellcheck disable=SC2086
		alone "$header" $cc -x c -std=c11 -ffreestanding -nostdinc -isystem "$(own_headers $cc)" -pedantic-errors $WARN -Iinclude
	done
	for cc in g++ clang++; do
		alone "$header" $cc -x c++ -std=c++17 -pedantic-errors -Wall -Wextra -Werror -Iinclude
	done
done >"$T/found"
verdict the_public_headers_are_strict_c_and_cpp "$T/found"

# Who includes evault.h has all of them.
grep -oE '^#include "evault/[a-z]+\.h"' include/evault.h | sed 's/.*"\(.*\)"/include\/\1/' | sort >"$T/included"
find include/evault -name '*.h' | sort | diff "$T/included" - >"$T/found"
verdict evault_h_includes_all_public_headers "$T/found"
exit $FAILED
