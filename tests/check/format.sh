# clang-format ends the talk.  Its versions differ in detail: we format with that of Debian 12.
. tests/check/lib
WITH=14
have=$(clang-format --version | sed -E 's/.*version ([0-9]+).*/\1/')
if [ "$have" != "$WITH" ]; then
	echo "skipped format: clang-format is version $have here; the source is formatted with $WITH"
	exit 0
fi
all_c | xargs clang-format --dry-run -Werror 2>&1 | grep -E '^[^ ]+:[0-9]+:[0-9]+:' | cut -d: -f1,2 | uniq >"$T/found"
verdict source_is_as_clang_format_writes_it "$T/found"
exit $FAILED
