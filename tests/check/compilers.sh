# gcc and clang build all of it without a warning.
. tests/check/lib
for cc in gcc clang; do
	dir=build/$cc
	: >"$T/found"
	make -s -j"${JOBS:-2}" BUILD="$dir" CC=$cc all units fuzzers tools >"$T/out" 2>&1 || cp "$T/out" "$T/found"
	grep -i warning "$T/out" >>"$T/found"
	verdict "${cc}_builds_without_a_warning" "$T/found"
done
exit $FAILED
