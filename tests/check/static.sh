# clang-tidy (.clang-tidy says what) and cppcheck over what is shipped.
. tests/check/lib
export FLAGS='-std=c11 -D_GNU_SOURCE -DEVAULT_VERSION="" -DEVAULT_BUILD="" -Iinclude -Ivault'

# tidy FLAGS…: the files that standard input names, one at a time: with several, clang-tidy 14
# takes every va_list for uninitialised.
tidy() {
	xargs -P "${JOBS:-2}" -I {} sh -c 'clang-tidy --quiet "$1" -- $FLAGS $2' tidy {} "$*" 2>/dev/null
}
{
	find vault -name '*.c' -not -path vault/base/error.c | sort | tidy -include tests/check/contracts.h
	find cli vault/base/error.c -name '*.c' | sort | tidy
} | grep -E '(error|warning):' | sort -u >"$T/found"
verdict clang_tidy_finds_nothing "$T/found"

cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr -j "${JOBS:-2}" \
	--suppress=missingIncludeSystem -D_GNU_SOURCE -DEVAULT_VERSION='""' -DEVAULT_BUILD='""' \
	-Iinclude -Ivault vault cli >"$T/found" 2>&1
verdict cppcheck_finds_nothing "$T/found"
exit $FAILED
