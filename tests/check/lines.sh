# A function fits on a screen (70 lines at most), a file in an afternoon (600 at most).
. tests/check/lib
all_c | xargs awk '
	FNR == 1 { start = 0 }
	FNR == 601 { print FILENAME ": more than 600 lines" }
	/^\{/ { start = FNR; name = before }
	/^\}/ && start {
		if (FNR - start > 70)
			print FILENAME ":" start ": " FNR - start " lines: " name
		start = 0
	}
	{ before = /^[a-z_]+\(/ ? $0 : before }' >"$T/found"
verdict functions_and_files_are_short "$T/found"
exit $FAILED
