#!/bin/sh
# GNU tar, Python and bsdtar read our tar streams the same way.  BUILD: where frame_tool was built.
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

[ -x "$tool" ] || { echo "not ok frame_tool was not built"; exit 1; }

# Members of 0, 1, 512 and 513 bytes and more; names as packs have them, and the longest there is.
hex=00112233445566778899aabbccddeeff
long=$(printf '%0100d' 7)
mkdir -p in/objects in/parts in/records
: >in/objects/$hex$hex
printf x >in/objects/$hex$hex.parts
head -c 512 /dev/urandom >in/parts/$hex.00001
head -c 513 /dev/urandom >in/records/$hex$hex
head -c 100000 /dev/urandom >"in/$long"
names="objects/$hex$hex objects/$hex$hex.parts parts/$hex.00001 records/$hex$hex $long"
set --
for n in $names; do
	set -- "$@" "$n" "in/$n"
done
"$tool" tar "$@" >stream.tar || exit 1
for n in $names; do
	echo "$n $(wc -c <"in/$n")"
done >expected

same_as_expected() {
	"$@" >listed && diff expected listed
}
list_ours() {
	"$tool" untar <"$1"
}
list_gnu() {
	tar --warning=no-timestamp -tvf stream.tar >long && awk '{ print $6, $3 }' long
}
extract_with() {
	rm -rf out && mkdir out && "$@" && diff -r in out
}
list_python() {
	python3 - <<'END'
import tarfile
with tarfile.open("stream.tar", "r:") as t:
    for m in t:
        assert m.isreg() and m.mode == 0o600 and m.uid == m.gid == m.mtime == 0
        assert m.uname == m.gname == m.linkname == "" and not m.pax_headers
        body = t.extractfile(m).read()
        assert body == open("in/" + m.name, "rb").read()
        print(m.name, len(body))
END
}
gnu_writes() {
	format=$1
	shift
	tar "$format" --owner=:0 --group=:0 --numeric-owner --mtime=@0 --mode=0600 -b 1 -C in -cf - $names "$@"
}
gnu_writes_the_same() {
	gnu_writes --format=ustar | cmp - stream.tar
}
other_tar_is_refused() {
	gnu_writes "$@" >other.tar && [ -s other.tar ] && refused list_ours other.tar
}
# Like the stream in everything but the type of one more member.
member_is_read() {
	printf odd >in/odd && gnu_writes --format=ustar odd >other.tar && list_ours other.tar &&
		rm -rf in/odd
}
member_is_refused() {
	"$@" && gnu_writes --format=ustar odd >other.tar && refused list_ours other.tar &&
		rm -rf in/odd
}

claim our_reader_lists_the_stream same_as_expected list_ours stream.tar
claim gnu_tar_lists_the_same same_as_expected list_gnu
claim gnu_tar_extracts_the_same extract_with tar -C out -xf stream.tar
claim gnu_tar_can_write_the_stream_byte_for_byte gnu_writes_the_same
claim gnu_format_is_refused other_tar_is_refused --format=gnu
claim pax_format_is_refused other_tar_is_refused --format=pax
claim v7_format_is_refused other_tar_is_refused --format=v7
claim an_ordinary_file_more_is_read member_is_read
claim a_symbolic_link_is_refused member_is_refused ln -s "$long" in/odd
claim a_hard_link_is_refused member_is_refused ln "in/$long" in/odd
claim a_folder_is_refused member_is_refused mkdir in/odd
claim a_fifo_is_refused member_is_refused mkfifo in/odd
claim two_streams_in_one_are_refused refused sh -c "cat stream.tar stream.tar | '$tool' untar"
if command -v python3 >/dev/null; then
	claim python_lists_the_same same_as_expected list_python
else
	echo "skipped python: it is not installed"
fi
if command -v bsdtar >/dev/null; then
	claim bsdtar_extracts_the_same extract_with bsdtar -C out -xf stream.tar
else
	echo "skipped bsdtar: it is not installed"
fi
exit $bad
