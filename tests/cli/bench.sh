# tests/bench/bench.py, with corpora so small that its times say nothing: does it do the work, and see when that is wrong?
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
EVAULT_RELEASE=$(realpath "$EVAULT_RELEASE")
unset EVAULT

# quick EVAULT SCENES [PROGRAMS]: the bench, quickly; its report goes to $T/report.
quick() {
	env EVAULT_BIN="$1" BENCH_QUICK=1 BENCH_ONLY="$2" BENCH_PROGRAMS="${3:-}" BENCH_DIR="$T" BENCH_MEMORY="$T" \
		python3 -B tests/bench/bench.py "$T/report"
}
# rows PATTERN N: so many rows of the first table begin so, and each ends with what became of its goals.
rows() {
	[ "$(grep -cE "^\| $1 \|.*\| (met|not met: .*) \|$" "$OUT")" -eq "$2" ] || { sed 's/^/# /' "$OUT"; false; }
}
# all_programs: the rows have a time of each program that is here.
all_programs() {
	local program
	for program in restic borg; do
		if command -v "$program" >/dev/null; then
			grep -qE "^\| in memory: get, texts \| $program \| [0-9.]+ \|" "$OUT" || return 1
		else
			says "left out: $program: it is not installed" || return 1
		fi
	done
}

# liar WHAT COMMAND: an evault $T/liar, which does COMMAND once it has done WHAT.
liar() {
	cat >"$T/liar" <<-END2
		#!/bin/bash
		"$EVAULT_RELEASE" "\$@" || exit
		case " \$* " in *" $1 "*) $2 ;; esac
	END2
	chmod +x "$T/liar"
}
finds() {
	run_expect 1 quick "$T/liar" large evault && says "FAILED: " && says "$1"
}

claim bench_does_all_work_right_and_ends_with_0 run_expect 0 quick "$EVAULT_RELEASE" "memory large"
claim bench_prints_a_row_for_each_work eval 'rows "(add|add again|check|get), (incompressible|documents|texts)" 12 && rows "(add|check|get), large" 3'
claim bench_names_what_it_was_run_on says 'cores, with'
claim bench_has_every_program_that_is_here all_programs
claim bench_writes_its_report cmp "$OUT" "$T/report"
claim bench_leaves_nothing_behind eval '[ -z "$(find "$T" -name "evault-bench.*")" ]'

liar get 'for given in "${@: -1}"/large/*; do printf x >>"$given"; done'
claim bench_finds_what_comes_back_changed finds 'it is not what was added'
liar get 'rm "${@: -1}"/large/*'
claim bench_finds_what_does_not_come_back finds 'it is not what was added'
liar check 'echo damaged; exit 1'
claim bench_finds_a_command_that_failed finds 'damaged'
exit $FAILED
