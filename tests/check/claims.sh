# What threat-model/claims.md and attacks.md say is there: each function in its file, and each test under its name.
. tests/check/lib

# rows: the cells "kept by" and "shown by" of each row, two lines for each, with the claim before them.
awk -F ' \\| ' '/^\| / && NF >= 3 && !/^\| claim / && !/^\|---/ { sub(/^\| /, "", $1); sub(/ \|$/, "", $3); print $1 "\t" $2 "\t" $3 }' \
	threat-model/claims.md >"$T/rows"

# names CELL: "file name" for each of `file` (`name`, `name`); a file alone has no name.
names() {
	printf '%s\n' "$1" | grep -oE '`[^`]+`( \((`[^`]+`(, )?)+\))?' | while read -r found; do
		file=${found#\`}
		file=${file%%\`*}
		case $found in
		*\(*) printf '%s\n' "${found#*\(}" | grep -oE '`[^`]+`' | tr -d '`' | sed "s,^,$file ," ;;
		*) echo "$file" ;;
		esac
	done
}
# defines FILE NAME: a function of C, a claim of a script, or a unit test.
defines() {
	case $1 in
	*.c) grep -qE "^([a-z].* \**)?$2\(|[(]$2[),]" "$1" ;;
	*) grep -qwF -- "$2" "$1" ;;
	esac
}

while IFS="$(printf '\t')" read -r claim kept shown; do
	[ -n "$kept" ] && [ -n "$shown" ] || echo "$claim: a cell is empty"
	for cell in "$kept" "$shown"; do
		[ "$(names "$cell" | wc -l)" -gt 0 ] || echo "$claim: names no file"
		names "$cell" | while read -r file name; do
			if [ ! -e "$file" ]; then
				echo "$claim: $file is not there"
			elif [ -n "$name" ] && ! defines "$file" "$name"; then
				echo "$claim: $file has no $name"
			fi
		done
	done
	names "$shown" | grep -q '^tests/' || echo "$claim: no test shows it"
done <"$T/rows" >"$T/found"
[ "$(wc -l <"$T/rows")" -gt 40 ] || echo "claims.md has few rows" >>"$T/found"
verdict each_claim_names_functions_and_tests_that_exist "$T/found"

# The tests that stay of what was tried.
grep '^| G' threat-model/attacks.md >"$T/tried"
while IFS= read -r row; do
	cell=${row%" |"}
	cell=${cell##*" | "}
	[ "$cell" != "by hand" ] || continue
	[ "$(names "$cell" | wc -l)" -gt 0 ] || echo "$row: names no test"
	names "$cell" | while read -r file name; do
		{ [ -e "$file" ] && { [ -z "$name" ] || defines "$file" "$name"; }; } || echo "there is no $file ${name:-}"
	done
done <"$T/tried" >"$T/found"
[ "$(wc -l <"$T/tried")" -gt 15 ] || echo "attacks.md has few rows" >>"$T/found"
verdict each_attack_names_tests_that_exist "$T/found"

# Each promise of the design has claims.
for n in 1 2 3 4 5 6 7 8 9 10; do
	grep -qE "^## G$n\b" threat-model/claims.md || echo "G$n has no claims"
done >"$T/found"
verdict each_promise_has_claims "$T/found"
exit $FAILED
