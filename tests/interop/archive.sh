# Tars of GNU tar and bsdtar in all their formats are read; what evault writes, they read the same way.
: "${BUILD:=build}"
. tests/lib/sh
tool=$(realpath "$BUILD/tests/interop/archive_tool") || exit 1
cd "$T" || exit 2
LARGE=8589935000

# Bodies of 0, 1, 512, 513 bytes and more; names of 100, 101 and 300 bytes, in letters of others.
n100=$(printf '%0100d' 7)
part=$(printf '%090d' 7)
mkdir -p "in/data/$part/$part/$part" in/empty
: >in/bagit.txt
printf x >in/data/one
head -c 512 /dev/urandom >"in/$n100"
head -c 513 /dev/urandom >"in/${n100}1"
head -c 100000 /dev/urandom >"in/data/$part/$part/$part/long"
printf y >'in/data/жаңа файл ü.txt'
mkdir short && cp in/bagit.txt short/ && cp -r in/data/one short/two

listing() {
	(cd "$1" && find . -type f | sed 's,^\./,,' | while IFS= read -r f; do
		printf '%s %s %s\n' "$(stat -c %s "$f")" "$(sha256sum <"$f" | cut -d' ' -f1)" "$f"
	done | sort)
}
listing in >in.list
listing short >short.list
# reads FOLDER: the tar on standard input has the files of that folder, and no others.
reads() {
	"$tool" list >got 2>err || { sed 's/^/# /' err; return 1; }
	sort got | diff "$1.list" -
}
refuses() {
	! "$tool" list >got 2>err && grep -q "$1" err || { sed 's/^/# /' got err; return 1; }
}
gnu() { tar -C "$1" --format="$2" -cf - .; }
bsd() { bsdtar -C "$1" --format="$2" -cf - .; }
piped() {
	"$1" "$2" "$3" | reads "$2"
}

for f in gnu oldgnu pax posix; do
	claim "gnu_tar_${f}_is_read" piped gnu in $f
done
claim gnu_tar_v7_is_read piped gnu short v7
claim gnu_tar_ustar_is_read piped gnu short ustar
prefixed() {
	mkdir -p "prefix/$part/x" && printf z >"prefix/$part/x/yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" &&
		listing prefix >prefix.list && gnu prefix ustar | reads prefix
}
claim gnu_tar_ustar_with_a_prefix_is_read prefixed
without_dot() {
	(cd short && tar -cf - bagit.txt two) | reads short
}
claim names_without_a_dot_before_them_are_read without_dot

if command -v bsdtar >/dev/null; then
	for f in pax gnutar; do
		claim "bsdtar_${f}_is_read" piped bsd in $f
	done
	claim bsdtar_ustar_is_read piped bsd short ustar
	claim bsdtar_v7tar_is_read piped bsd short v7tar
	claim bsdtar_ustar_with_a_prefix_is_read piped bsd prefix ustar
else
	skip bsdtar 'it is not installed'
fi

# ---- beyond 8 GiB: of what the programs write only the head is taken; the rest is zeros, and sparse.
truncate -s $LARGE big
large_of() {
	"$@" 2>/dev/null | head -c 4096 | "$tool" first >got 2>err
	[ "$(cat got)" = "$LARGE big" ] || { sed 's/^/# /' got err; return 1; }
}
for f in gnu oldgnu pax; do
	claim "gnu_tar_${f}_beyond_8_gib_is_read" large_of tar --format=$f -cf - big
done
if command -v bsdtar >/dev/null; then
	for f in pax gnutar; do
		claim "bsdtar_${f}_beyond_8_gib_is_read" large_of bsdtar --no-read-sparse --format=$f -cf - big
	done
fi
ours_beyond() {
	"$tool" head big $LARGE >large.tar && [ "$(stat -c %s large.tar)" = 1536 ] &&
		truncate -s $((1536 + (LARGE + 511) / 512 * 512 + 1024)) large.tar &&
		"$tool" first <large.tar | grep -qx "$LARGE big" &&
		tar -tvf large.tar >long && awk '{ print $3, $6 }' long | grep -qx "$LARGE big" || return 1
	! command -v bsdtar >/dev/null || bsdtar -tvf large.tar | awk '{ print $5, $9 }' | grep -qx "$LARGE big"
}
claim gnu_tar_and_bsdtar_read_ours_beyond_8_gib ours_beyond
rm -f large.tar big

# ---- ours
"$tool" write bagit.txt short/bagit.txt evault/VERIFY.txt short/two "$n100" "in/$n100" >ours.tar
mkdir -p ours/evault && cp short/bagit.txt ours && cp short/two ours/evault/VERIFY.txt && cp "in/$n100" ours
listing ours >ours.list
read_ours() { reads ours <ours.tar; }
extract_with() {
	rm -rf out && mkdir out && "$@" >log 2>&1 && [ ! -s log ] && diff -r ours out
}
claim evault_reads_what_it_writes read_ours
claim gnu_tar_extracts_what_evault_writes_without_a_word extract_with tar -C out -xf ours.tar
if command -v bsdtar >/dev/null; then
	claim bsdtar_extracts_what_evault_writes_without_a_word extract_with bsdtar -C out -xf ours.tar
fi

# ---- what is no file
refused_as() {
	local word=$1
	shift
	rm -rf odd && mkdir odd && printf x >odd/file && (cd odd && "$@") && gnu odd gnu >odd.tar && refuses "$word" <odd.tar
}
claim a_symbolic_link_is_refused refused_as 'symbolic link' ln -s file link
claim a_hard_link_is_refused refused_as 'hard link' ln file link
claim a_pipe_is_refused refused_as pipe mkfifo pipe
holes() {
	rm -rf odd && mkdir odd && truncate -s 1M odd/hole && tar -C odd -S --format="$1" -cf odd.tar . && refuses holes <odd.tar
}
claim a_file_with_holes_is_refused_in_gnu holes gnu
claim a_file_with_holes_is_refused_in_pax holes pax
absolute() {
	tar -P --format=gnu -cf odd.tar "$T/short/two" && refuses 'begins with a slash' <odd.tar
}
claim an_absolute_name_is_refused absolute
upwards() {
	(cd in && tar -P --format=gnu -cf ../odd.tar ../short/two) && refuses 'is . or ..' <odd.tar
}
claim a_name_that_leads_upwards_is_refused upwards
labelled() {
	tar -C short -V label --format=gnu -cf odd.tar . && refuses 'of a kind' <odd.tar
}
claim a_volume_label_is_refused labelled
two_in_one() {
	tar -C short -cf odd.tar . && cat odd.tar odd.tar | refuses 'after its end'
}
claim two_archives_in_one_are_refused two_in_one
cut() {
	tar -C in -cf odd.tar . && head -c 60000 odd.tar | refuses 'cut short'
}
claim an_archive_that_was_cut_is_refused cut
finish
