# Sourced by the scripts that say how many lines the tests run, of a build with COVERAGE=1 that has run.

# lines_run BUILD FOLDER MINIMUM CLAIM [BY]: a line for each source file of FOLDER (and those in it), and
# how it is in all; fails below MINIMUM percent.
lines_run() {
	find "$1/$2" -name '*.gcno' -print0 | xargs -0 gcov -n 2>/dev/null |
		awk -F"'" -v folder="$2/" '/^File/ { file = $2 }
			/^Lines executed:/ && index(file, folder) == 1 && file ~ /\.c$/ {
				split($0, part, /[:% ]+/)
				print part[3], part[5], file
				file = ""
			}' | sort -n | awk -v folder="$2/" -v minimum="$3" -v claim="$4" -v by="${5:+ $5}" '
			{ printf "%6.1f %% of %5d  %s\n", $1, $2, $3 }
			{ all += $2; run += $2 * $1 / 100 }
			END {
				percent = all ? 100 * run / all : 0
				printf "# coverage: %.1f %% of %d lines of %s%s\n", percent, all, folder, by
				good = (percent >= minimum)
				printf "%s %s\n", (good ? "ok" : "not ok"), claim
				exit !good
			}'
}
