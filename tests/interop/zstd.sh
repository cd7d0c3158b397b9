#!/bin/sh
# Stock zstd and evault read each other's frames.  BUILD: where frame_tool was built.
set -u
tool=$(cd "${BUILD:-build}" && pwd)/tests/interop/frame_tool
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
bad=0

claim() {
	name=$1
	shift
	if "$@" >claim.out 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		sed 's/^/# /' claim.out
		bad=1
	fi
}
refused() {
	! "$@"
}

if ! command -v zstd >/dev/null; then
	echo "skipped zstd: it is not installed"
	exit 0
fi
[ -x "$tool" ] || { echo "not ok frame_tool was not built"; exit 1; }

# Text, bytes that cannot be compressed, and zeros: three frames of 1 MiB and more.
{
	seq 1 200000
	head -c 1500000 /dev/urandom
	head -c 1000000 /dev/zero
} >plain
: >empty
printf x >one

pack_is_read_by_zstd() {
	"$tool" pack <"$1" >"$1.zst" && zstd -q -d -c "$1.zst" | cmp - "$1"
}
pack_is_tested_by_zstd() {
	zstd -q -t "$1.zst"
}
pack_comes_back_by_the_seek_table() {
	"$tool" unpack <"$1.zst" | cmp - "$1"
}
frame_of_zstd_is_read() {
	head -c "$1" plain >part
	zstd -q -f "$2" part -o part.zst && "$tool" decode "$1" <part.zst | cmp - part
}
decode_file() {
	"$tool" decode "$1" <"$2"
}
unpack_file() {
	"$tool" unpack <"$1"
}

for f in plain empty one; do
	claim "zstd_reads_a_pack_of_$f" pack_is_read_by_zstd $f
	claim "zstd_tests_a_pack_of_$f" pack_is_tested_by_zstd $f
	claim "a_pack_of_${f}_comes_back_by_its_seek_table" pack_comes_back_by_the_seek_table $f
done
for level in -1 -3 -19 --no-check; do
	claim "a_frame_of_zstd_${level}_is_read" frame_of_zstd_is_read 1048576 $level
done
claim a_frame_of_zstd_of_one_byte_is_read frame_of_zstd_is_read 1 -3

printf 'testimony\n' | zstd -q -c >piped.zst
claim a_frame_of_zstd_from_a_pipe_is_refused refused decode_file 10 piped.zst
head -c 1100000 plain >long
zstd -q -f long -o long.zst
claim a_frame_above_1_mib_is_refused refused decode_file 1100000 long.zst
printf 'testimony\n' >words
zstd -q -f words -o words.zst
claim the_same_words_from_a_file_are_read decode_file 10 words.zst
claim a_pack_of_stock_zstd_without_a_seek_table_is_refused refused unpack_file words.zst
exit $bad
