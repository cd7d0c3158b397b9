# Bags as other people's programs make and break them, each with what is to be said of it.
#
# The cases are those of the Library of Congress's bagit-conformance-suite, whose bags cannot be had
# where these tests run: they are made here anew.  Of the suite itself, read once by hand, tests/tools/bag
# classifies 58 of 60 bags as it wants: 26 of 27 valid, 5 of 6 with a warning, all 27 invalid (also those
# that are so on one system alone).  The two others:
# - v0.97/valid/UTF-16-encoded-tag-files is refused in words: RFC 8493 recommends UTF-8, and what makes
#   such bags is not known.
# - v0.97/warning/special-system-files is invalid: a .DS_Store is listed and not there, and what is listed
#   and not there is missing, whatever its name is.
: "${BUILD:=build}"
. tests/lib/sh
tool=$(realpath "$BUILD/tests/tools/bag") || exit 1
cd "$T" || exit 2

# bag VERSION ALGORITHM…: makes a bag in ./bag, whole, with two files.
bag() {
	local version=$1 algorithm
	shift
	rm -rf bag && mkdir -p bag/data/sub
	printf 'BagIt-Version: %s\nTag-File-Character-Encoding: UTF-8\n' "$version" >bag/bagit.txt
	printf 'Bagging-Date: 2026-11-22\nPayload-Oxum: 11.2\n' >bag/bag-info.txt
	printf hello >bag/data/one
	printf 'world!' >bag/data/sub/two.txt
	for algorithm in "$@"; do
		(cd bag && "${algorithm}sum" data/one data/sub/two.txt >"manifest-$algorithm.txt")
	done
	tags "$@"
}
# tags ALGORITHM…: tag manifests anew.
tags() {
	local algorithm
	for algorithm in "$@"; do
		(cd bag && rm -f tagmanifest-*.txt && "${algorithm}sum" ./*.txt | sed 's,\./,,' >../tags &&
			mv ../tags "tagmanifest-$algorithm.txt")
	done
}
# edit FILE SED: changes a tag file, and the tag manifest with it.
edit() {
	sed -i "$2" "bag/$1" && tags sha256
}
# is VERDICT [WORDS]: valid (and not a word), warning, invalid.
is() {
	local verdict=$1 words=${2:-}
	"$tool" bag >said 2>&1
	case $verdict in
	valid) printf 'valid\n' | cmp -s - said ;;
	warning) grep -q '^warning: ' said && grep -qx valid said && grep -qF "$words" said ;;
	invalid) grep -q '^invalid: ' said && ! grep -qx valid said && grep -qF "$words" said ;;
	esac || { sed 's/^/# /' said; return 1; }
}
# says NAME VERDICT [WORDS]: of ./bag.
verdict() {
	local name=$1
	shift
	claim "$name" is "$@"
}

# ---- valid
for v in 0.93 0.94 0.95 0.96 0.97 1.0; do
	bag $v sha256
	verdict "a_bag_of_version_${v}_is_valid" valid
done
for a in md5 sha1 sha224 sha384 sha512; do
	bag 1.0 $a
	verdict "a_bag_with_${a}_is_valid" valid
done
bag 1.0 md5 sha512
verdict a_bag_with_two_manifests_is_valid valid
bag 1.0 sha256
rm bag/tagmanifest-sha256.txt bag/bag-info.txt
verdict a_bag_without_what_is_optional_is_valid valid
bag 0.97 sha256
sed -i 's/$/\r/' bag/*.txt
printf 'BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8' >bag/bagit.txt
tags sha256
verdict ends_of_lines_of_windows_are_valid valid
bag 0.97 sha256
edit manifest-sha256.txt 's/^\([0-9a-f]*\)  /\U\1\t/'
verdict capitals_and_tabs_are_valid valid
bag 0.97 sha256
edit bagit.txt 's/UTF-8/ISO-8859-1/'
verdict another_encoding_with_ascii_in_it_is_valid valid
bag 0.97 sha256
printf 'Contact-Name: A\ncontact-name :  B\nLong: one\n  two\n' >>bag/bag-info.txt
tags sha256
verdict repeated_labels_odd_separators_and_long_values_are_valid valid
bag 0.97 sha256
cp -r bag inner && mv inner bag/data/inner
(cd bag && rm bag-info.txt && find data -type f -exec sha256sum {} + >manifest-sha256.txt)
tags sha256
verdict a_bag_in_a_bag_is_valid valid
# Before 1.0 a % is itself; from then on CR, LF and % are encoded.
named() {
	bag "$1" sha256
	mv bag/data/one "bag/data/$2"
	printf '%s  data/%s\n' "$(printf hello | sha256sum | cut -d' ' -f1)" "$3" >bag/manifest-sha256.txt
	(cd bag && sha256sum data/sub/two.txt >>manifest-sha256.txt)
	tags sha256
}
named 0.97 'x y~%7E%25' 'x y~%7E%25'
verdict names_with_space_tilde_and_percent_are_valid valid
named 1.0 $'x%\ny\rz' 'x%25%0Ay%0dz'
verdict encoded_names_are_valid valid
named 1.0 'x%y' 'x%y'
verdict a_percent_that_stands_for_itself_is_valid valid
named 1.0 'x%0Ay' 'x%0Ay'
verdict an_encoded_name_is_not_the_file_of_that_spelling invalid missing
named 1.0 '*one' '*one'
verdict a_name_with_a_star_is_valid valid
bag 0.97 sha256
printf 'https://example.com/one - data/one\n' >bag/fetch.txt
verdict a_bag_with_fetch_txt_and_all_its_files_is_valid warning 'not followed'

# ---- valid, with a warning
bag 0.97 sha256
edit manifest-sha256.txt 's,  data/one, *data/one,'
verdict what_md5sum_writes_has_a_warning warning md5sum
bag 0.97 sha256
edit manifest-sha256.txt 's,  data/one,  ./data/one,'
verdict dot_slash_has_a_warning warning ./
bag 0.97 sha256
edit manifest-sha256.txt '1p'
verdict a_file_listed_twice_has_a_warning_before_1_0 warning twice
bag 0.97 sha256
edit manifest-sha256.txt '1{p;s,data/one,data/ONE,}'
verdict another_case_has_a_warning warning 'take for one'
named 0.97 $'Nu\xcc\x81n' $'N\xc3\xban'
verdict another_form_of_unicode_has_a_warning warning 'another name'
bag 1.0 sha256
mv bag/manifest-sha256.txt bag/manifest-blake3.txt
rm bag/tagmanifest-sha256.txt
(cd bag && sha512sum data/one data/sub/two.txt >manifest-sha512.txt)
verdict an_algorithm_that_is_not_known_is_not_checked warning 'not checked'

# ---- invalid
bag 0.97 sha256
edit bagit.txt 2d
verdict bagit_txt_without_an_encoding_is_invalid invalid bagit.txt
bag 0.97 sha256
printf '\357\273\277' | cat - bag/bagit.txt >bom && mv bom bag/bagit.txt
tags sha256
verdict a_byte_order_mark_is_invalid invalid bagit.txt
bag 1.0 sha256
edit bagit.txt 's/:/ :/'
verdict a_space_before_the_colon_is_invalid invalid bagit.txt
bag .97 sha256
verdict half_a_version_is_invalid invalid bagit.txt
bag 1.1 sha256
verdict a_version_that_is_not_known_is_refused invalid 'does not know version'
bag 0.97 sha256
edit bagit.txt 's/UTF-8/UTF-16/'
verdict an_encoding_without_ascii_in_it_is_refused invalid encoding
bag 0.97 sha256
rm bag/bagit.txt
verdict no_bagit_txt_is_invalid invalid 'no bagit.txt'
bag 0.97 sha256
printf x >>bag/data/one
verdict a_changed_file_is_invalid invalid damaged
bag 0.97 md5
printf x >>bag/data/one
verdict a_changed_file_is_invalid_by_md5_too invalid damaged
bag 0.97 sha256
printf x >>bag/bag-info.txt
verdict a_changed_tag_file_is_invalid invalid damaged
bag 0.97 sha256
rm bag/bag-info.txt
verdict a_missing_tag_file_is_invalid invalid missing
bag 0.97 sha256
rm bag/data/one
verdict a_missing_file_is_invalid invalid missing
bag 0.97 sha256
printf x >bag/data/extra
verdict a_file_that_is_not_listed_is_invalid invalid 'not listed'
bag 1.0 sha256 sha512
sed -i 1d bag/manifest-sha512.txt
tags sha256
verdict every_manifest_lists_every_file_from_1_0_on invalid 'not listed'
bag 0.97 sha256
edit manifest-sha256.txt '1{p;s/^......../deadbeef/}'
verdict a_file_listed_twice_with_two_hashes_is_invalid invalid twice
bag 1.0 sha256
edit manifest-sha256.txt 1p
verdict a_file_listed_twice_is_invalid_from_1_0_on invalid twice
bag 1.0 sha256
edit bag-info.txt 's/11.2/11.3/'
verdict another_payload_oxum_is_invalid invalid Oxum
bag 1.0 sha256
edit bag-info.txt 's/Date: /Date /'
verdict a_label_without_a_colon_is_invalid invalid bag-info.txt
bag 1.0 sha256
edit manifest-sha256.txt 's/^.//'
verdict a_hash_that_is_too_short_is_invalid invalid 'not a hash'
# shellcheck disable=SC2088 # it is not to expand
outside=('../../README.md' '/etc/hostname' '~/x' '~root/x' 'C:\x.exe' 'C:/x.exe' '%HOME%\x' '\\?\UNC\host\x'
	'data/../../x' 'data//one' 'data/./one' '\.\./\.\./x' 'bag-info.txt' 'data/')
n=0
for name in "${outside[@]}"; do
	n=$((n + 1))
	bag 0.97 sha256
	printf '%064d  %s\n' 0 "$name" >>bag/manifest-sha256.txt
	tags sha256
	verdict "a_name_that_leads_out_is_invalid_$n" invalid 'line 3'
	bag 0.97 sha256
	printf 'https://example.com/x - %s\n' "$name" >bag/fetch.txt
	verdict "a_name_that_leads_out_is_invalid_in_fetch_txt_$n" invalid 'line 1'
done
bag 0.97 sha256
(cd bag && sha256sum data/one >>tagmanifest-sha256.txt)
verdict a_tag_manifest_lists_no_payload invalid 'no tag file'
bag 0.97 sha256
ln -s one bag/data/link
verdict a_link_is_no_file invalid 'no file'
finish
