#!/bin/sh
# Secret sharing and keys on paper by a second implementation, in Python.  BUILD: where paper_tool was built.
# shellcheck disable=SC2317 # functions are called by claim
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
tool=$(cd "${BUILD:-build}" && pwd)/tests/interop/paper_tool
[ -x "$tool" ] || { echo "not ok paper: paper_tool was not built"; exit 1; }
if ! command -v python3 >/dev/null; then
	echo "skipped paper: python3 is not installed"
	exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
export PYTHONDONTWRITEBYTECODE=1
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

ours() { "$tool" "$@"; }
theirs() { python3 "$here/shamir.py" "$@"; }
secret=00ff5380a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbcc

# exchange SPLITTER JOINER: every threshold of 7 shares, the first and the last ones.
exchange() {
	for k in 2 3 4 5 6 7; do
		"$1" split $k 7 $secret | tr ' ' : >shares || return 1
		for end in head tail; do
			# shellcheck disable=SC2046 # one word for each share
			[ "$("$2" join $($end -n $k shares))" = $secret ] || return 1
		done
	done
}
claim "python joins what evault split" exchange ours theirs
claim "evault joins what python split" exchange theirs ours
one_too_few() {
	ours split 4 7 $secret | tr ' ' : >shares
	# shellcheck disable=SC2046
	[ "$(theirs join $(head -n 3 shares))" != $secret ]
}
claim "one share too few gives something else" one_too_few
vector_is_in_the_unit_test() {
	theirs vector | awk '{ print $2 }' | while read -r value _; do
		grep -q "$value" "$here/../unit/test_shamir.c" || echo "$value"
	done >missing
	! grep -q . missing
}
claim "the vector of the unit test is python's" vector_is_in_the_unit_test

origin=evault/3f9a01c2d4e5f607182930a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5
identity=AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX
paper() { [ "$(python3 "$here/paper.py" <"$1")" = $identity ]; }
whole() { echo $identity | ours print $origin 1 1 >text && paper text; }
claim "python reads a recovery key" whole
shares() {
	echo $identity | ours print $origin 3 5 >text
	# Five lines each, the last one empty: the second, the third and the fifth share.
	sed -n '6,15p; 21,25p' text >three && paper three &&
		tr 'A-Z10' 'a-zlo' <three >typed && paper typed
}
claim "python joins shares that evault printed" shares
two() { sed -n 1,10p text >two && ! paper two; }
claim "python says when shares are too few" two
example() {
	sed -n '/^2003ZW 6G1RB0/,/^9AXJQE/p' "$here/../../vault/FORMAT.md" >text
	python3 "$here/paper.py" <text | grep -q '^AGE-SECRET-KEY-1QV9PZX'
}
claim "python reads the example of the format" example
exit "$bad"
