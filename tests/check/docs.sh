# What the documents say is there: links, commands, options; and no trace of the machine that we work on.
. tests/check/lib

project_files >"$T/files"
grep -v -e '^tests/check/docs\.sh$' "$T/files" | tr '\n' '\0' |
	xargs -0 grep -InE '(^|[^A-Za-z0-9_.$}/])/(home|root|work|Users)(/|$|[^a-z0-9_-])|(^|[^A-Za-z0-9_.$}/])/tmp/' 2>/dev/null |
	grep -vE '^tests/.*/tmp/[a-z-]+XXXXXX' >"$T/found"
verdict no_path_of_a_machine_is_in_the_files "$T/found"

grep '\.md$' "$T/files" | while read -r file; do
	grep -oE '\]\([^)#]+' "$file" | sed 's/^](//' | grep -vE '^[a-z]+:' | while read -r link; do
		[ -e "$(dirname "$file")/$link" ] || echo "$file: $link is not there"
	done
done >"$T/found"
verdict links_lead_somewhere "$T/found"

# The commands that `evault help` names are those of README.md, the manual and the completion.
"$BUILD/evault" help 2>/dev/null | sed -nE 's/^ +([a-z][a-z-]+)( .*|$)/\1/p' | grep -vx evault | sort -u >"$T/commands"
[ -s "$T/commands" ] || echo none >"$T/commands"
while read -r command; do
	grep -qE "^\| \`$command\b" README.md || echo "README.md does not have: $command"
	grep -qE "^\.(B|BI|SS) \"?(evault )?$command\b" cli/evault.1 || echo "cli/evault.1 does not have: $command"
	grep -qE "\b$command\b" cli/evault.bash || echo "cli/evault.bash does not have: $command"
done <"$T/commands" >"$T/found"
grep -oE '^\| `[a-z]+' README.md | sed 's/.*`//' | sort -u | comm -23 - "$T/commands" |
	sed 's/^/README.md has, and evault help has not: /' >>"$T/found"
verdict documents_name_the_commands_that_there_are "$T/found"

# The options that each command explains are those of its completion, and are in the manual.
while read -r command; do
	"$BUILD/evault" help "$command" | grep -oE '^  (-., )?--[a-z][a-z-]+|, --[a-z][a-z-]+' | grep -oE -e '--[a-z-]+' |
		grep -vxE -e '--(json|passphrase-file)' | sort -u >"$T/explained"
	sed -nE "s/^	$command\\) options='(.*)'.*/\\1/p" cli/evault.bash | tr ' ' '\n' |
		grep -e '^--' | sort -u >"$T/completed"
	comm -23 "$T/explained" "$T/completed" | sed "s/^/cli\/evault.bash lacks: $command /"
	comm -13 "$T/explained" "$T/completed" | sed "s/^/cli\/evault.bash has, and evault help has not: $command /"
	while read -r option; do
		grep -qF -e "$(printf '%s' "$option" | sed 's/-/\\-/g')" cli/evault.1 || echo "cli/evault.1 lacks: $command $option"
	done <"$T/explained"
done <"$T/commands" >"$T/found"
verdict documents_name_the_options_that_there_are "$T/found"

man --warnings -l cli/evault.1 2>"$T/found" >/dev/null
verdict the_manual_is_well_formed "$T/found"
exit $FAILED
