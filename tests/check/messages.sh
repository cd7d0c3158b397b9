# Every sentence that a person may see is in the catalogue and in every translation, with the same placeholders.
. tests/check/lib

cli/po/extract >"$T/evault.pot" 2>"$T/found"
verdict strings_can_be_extracted "$T/found"

find cli vault -name '*.c' | LC_ALL=C sort | xargs python3 tests/check/messages.py "$T/evault.pot" cli/po/*.po -- >"$T/all"
grep ': no translator sees: ' "$T/all" >"$T/found"
verdict every_sentence_is_in_the_catalogue "$T/found"
grep -E ': (lacks|not translated|fuzzy|has, and no source has): ' "$T/all" >"$T/found"
verdict translations_are_complete "$T/found"
grep -vE ': (no translator sees|lacks|not translated|fuzzy|has, and no source has): ' "$T/all" >"$T/found"
verdict translations_have_the_placeholders_options_and_commands_of_the_original "$T/found"

for po in cli/po/*.po; do
	msgfmt --check-format --check-domain -o /dev/null "$po" 2>&1
done >"$T/found"
verdict translations_pass_msgfmt "$T/found"
exit $FAILED
