# VERIFY.txt: its commands as they are printed, on a bag made here, and on the same bag altered.
. tests/lib/sh
STOCK() {
	(cd "$TOP" && python3 tests/lib/stock.py "$@")
}
# step N FOLDER: the commands of that step in the folder; with dash, and where it differs with bash.
step() {
	STOCK commands "$1" >"$T/step$1"
	run sh -c 'cd "$1" && LC_ALL=C.UTF-8 dash "$2"' - "$2" "$T/step$1"
	cp "$OUT" "$T/dash"
	run sh -c 'cd "$1" && LC_ALL=C.UTF-8 bash "$2"' - "$2" "$T/step$1"
	cmp -s "$OUT" "$T/dash" || {
		echo "# dash and bash differ in step $1"
		diff "$T/dash" "$OUT"
		return 1
	}
}
all_ok() {
	[ -s "$OUT" ] && ! grep -vE '(: | record | file )?OK$|: no file$|^Signature Verified Successfully$' "$OUT"
}
# altered COMMAND…: a copy of the bag in $T/w/b, on which the command ran inside.
altered() {
	rm -rf "$T/w" && mkdir "$T/w" && cp -a "$T/bag" "$T/w/b" && (cd "$T/w/b" && "$@")
}
# resum: all lists made anew, as somebody would who has no key.
# shellcheck disable=SC2317
resum() {
	sha256sum data/* >manifest-sha256.txt
	find . -type f ! -name tagmanifest-sha256.txt ! -name share.note ! -path './data/*' | sed 's/^..//' | sort | xargs sha256sum >tagmanifest-sha256.txt
}
# shellcheck disable=SC2317
edit() {
	sed -i "$@" && resum
}

STOCK bag "$T/bag" || exit 1

t() {
	[ "$(STOCK text | wc -l)" -le 100 ] && ! STOCK text | LC_ALL=C grep -q '[^ -~]' &&
		grep -qx "$(STOCK text | sha256sum | cut -c1-64)" vault/FORMAT.md
}
claim the_text_is_short_and_plain_and_its_hash_is_in_the_format t

t() {
	step 2 "$T/bag" && all_ok && [ "$(wc -l <"$OUT")" = 15 ] && step 3 "$T/bag" && [ ! -s "$OUT" ] && rm "$T/listed" "$T/present" &&
		step 4 "$T/bag" && all_ok && [ "$(grep -c 'record OK' "$OUT")" = 3 ] && [ "$(grep -c 'file OK' "$OUT")" = 2 ]
}
claim its_commands_find_a_good_bundle_good t

t() {
	altered cp "$T/bag.card" CARD && step 5 "$T/w/b" && says "Signature Verified Successfully" &&
		sed -i 's/^time.*/time 2027-11-22T09:20:00Z/' "$T/w/b/evault/share.note" && step 5 "$T/w/b" && ! grep -q Successfully "$OUT" &&
		STOCK bag "$T/other" && altered cp "$T/other.card" CARD && step 5 "$T/w/b" && ! grep -q Successfully "$OUT"
}
claim the_signature_is_checked_against_the_card_that_one_has t

t() {
	command -v age >/dev/null || return 0
	mkdir "$T/d" && (cd "$T/d" && age-keygen -o KEY 2>/dev/null && tar --format=ustar -cf t -C "$T/bag" bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt evault/share.note evault/VERIFY.txt data/0012.jpg &&
		age -r "$(age-keygen -y KEY)" -o NAME.bag.tar.age t && rm t) || return 1
	STOCK commands 1 >"$T/step1"
	run sh -c 'cd "$1" && sh "$2" && cmp bundle/data/0012.jpg "$3"' - "$T/d" "$T/step1" "$T/bag/data/0012.jpg" && [ "$STATUS" = 0 ] && [ ! -s "$OUT" ] || return 1
	rm -rf "$T/d/bundle" "$T/d/bundle.tar" "$T/d/NAME.bag.tar.age" && ln -s / "$T/d/link" && tar -cf "$T/d/t" -C "$T/d" link &&
		age -r "$(age-keygen -y "$T/d/KEY")" -o "$T/d/NAME.bag.tar.age" "$T/d/t" && sed -n 1,2p "$T/step1" >"$T/step1a" &&
		run sh -c 'cd "$1" && sh "$2"' - "$T/d" "$T/step1a" && says link
}
claim it_is_opened_with_age_and_tar_and_links_are_seen_before t

# What is altered, in which step it is seen, and as what.
while IFS='|' read -r name step seen command; do
	t() {
		altered eval "$command" && step "$step" "$T/w/b" && { grep -qE -e "$seen" "$OUT" || { sed 's/^/# /' "$OUT"; false; }; }
	}
	claim "$name" t
done <<'END'
a_file_that_was_altered_is_seen|2|^data/0013.txt: FAILED|echo x >>data/0013.txt
a_file_that_is_missing_is_seen|2|^data/0012.jpg: FAILED|rm data/0012.jpg
a_record_that_was_altered_is_seen|2|^evault/items/0012.record: FAILED|sed -i 's/camera=/kamera=/' evault/items/0012.record
lists_made_anew_are_seen_by_what_was_signed|2|^tagmanifest-sha256.txt: FAILED|resum; echo >>bagit.txt; resum
a_file_that_no_list_names_is_seen|3|^> data/0014.jpg|touch data/0014.jpg
a_link_that_no_list_names_is_seen|3|^> more|ln -s / more
a_hidden_file_is_seen|3|^> evault/.x|touch evault/.x
a_missing_file_is_seen_by_the_lists_too|3|^< bag-info.txt|rm bag-info.txt
a_field_altered_under_new_lists_is_seen|4|^0012: record FAILED|edit 's/camera=/kamera=/' evault/items/0012.record
a_field_dropped_under_new_lists_is_seen|4|^0012: record FAILED|edit '$d' evault/items/0012.record
a_withheld_line_replaced_under_new_lists_is_seen|4|^0012: record FAILED|edit 's/^- witness .*/AAAAAAAAAAAAAAAAAAAAAA witness X/' evault/items/0012.record
a_file_altered_under_new_lists_is_seen|4|^0013: file FAILED|echo x >>data/0013.txt; resum
files_swapped_under_new_lists_are_seen|4|^0012: file FAILED|mv data/0012.jpg x; mv data/0013.txt data/0012.jpg; mv x data/0013.txt; resum
a_record_of_another_entry_is_seen|4|^0013: record FAILED|cp evault/items/0040.entry evault/items/0013.entry; resum
END

# Whatever stands in a bundle, the commands run nothing of it and write nothing into it.
t() {
	altered eval 'mv evault/items/0012.record evault/items/0012\$\(touch\ pwned\).record; mv evault/items/0012.entry "evault/items/0012\$(touch pwned).entry"
		sed -i "s/sha256 [0-9a-f]*\$/sha256 x\`touch pwned\`\|e/" evault/items/0013.record; printf "x  \$(touch pwned)\n" >>manifest-sha256.txt' || return 1
	find "$T/w/b" -type f | sort >"$T/before"
	step 2 "$T/w/b" && step 3 "$T/w/b" && step 4 "$T/w/b" && find "$T/w/b" -type f | sort | cmp - "$T/before" && ! find "$T" -name pwned | grep -q .
}
claim its_commands_run_nothing_that_stands_in_a_bundle t

skip its_powershell_commands 'there is no PowerShell here'
finish
