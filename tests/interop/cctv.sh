#!/bin/sh
# The test vectors of age (C2SP/CCTV), from the npm package cctv-age.
#   CCTV_AGE: the folder of the package.  AGE_TOOL: what is tested.
# A vector passes when its class of failure is the one expected, and what was released before it
# is exactly the payload.  Hybrid (ML-KEM) keys are not known to evault: such a vector passes when
# it is refused for want of a key, or for its header where its header is bad.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
cd "$here/../.." || exit 2
tool=${AGE_TOOL:-build/tests/interop/age_tool}
package=${CCTV_AGE:-build/npm/node_modules/cctv-age}

if [ ! -f "$package/index.js" ]; then
	echo "skipped cctv: the npm package cctv-age is not there"
	exit 0
fi
if ! command -v node >/dev/null; then
	echo "skipped cctv: node is not installed"
	exit 0
fi
[ -x "$tool" ] || { echo "not ok cctv: age_tool was not built"; exit 1; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
node "$here/cctv_dump.mjs" "$(cd "$package" && pwd)" "$work" || exit 2

class_name() {
	case $1 in
	0) echo success ;;
	3) echo 'header failure' ;;
	4) echo 'no match' ;;
	5) echo 'HMAC failure' ;;
	6) echo 'payload failure' ;;
	7) echo 'armor failure' ;;
	8) echo limit ;;
	9) echo version ;;
	*) echo "exit status $1" ;;
	esac
}

# agrees NAME EXPECTED GOT KIND: is that class what the vector expects of us?
agrees() {
	case $4:$2:$3 in
	native:"$3:$3") return 0 ;;
	# We tell these two from other bad headers.
	native:'header failure:version') [ "$1" = version_unsupported ] ;;
	native:'header failure:limit')
		[ "$1" = scrypt_work_factor_23 ] || [ "$1" = scrypt_work_factor_overflow ]
		;;
	hybrid:'header failure:header failure') return 0 ;;
	hybrid:*':no match') return 0 ;;
	*) return 1 ;;
	esac
}

bad=0
hybrid_no_match=0
hybrid_header=0
tab=$(printf '\t')
while IFS=$tab read -r name expected payload kind form; do
	set -- open
	[ "$form" = armored ] && set -- "$@" -a
	[ -f "$work/$name.ids" ] && set -- "$@" -i "$work/$name.ids"
	[ -f "$work/$name.pass" ] && set -- "$@" -p "$work/$name.pass"
	"$tool" "$@" <"$work/$name.age" >"$work/out" 2>"$work/err"
	got=$(class_name $?)
	wrong=
	agrees "$name" "$expected" "$got" "$kind" || wrong="$expected expected, got $got"
	released=$(sha256sum <"$work/out")
	case $kind:$got in
	hybrid:'no match') hybrid_no_match=$((hybrid_no_match + 1)) ;;
	hybrid:*) hybrid_header=$((hybrid_header + 1)) ;;
	esac
	if [ "$kind" = native ] && [ "$payload" != - ]; then
		[ "${released%% *}" = "$payload" ] || wrong="$wrong; other bytes were released"
	elif [ -s "$work/out" ]; then
		wrong="$wrong; bytes were released"
	fi
	if [ -z "$wrong" ]; then
		echo "ok cctv $name"
	else
		echo "# $wrong: $(cat "$work/err")"
		echo "not ok cctv $name"
		bad=1
	fi
done <"$work/index"
echo "# hybrid vectors: $hybrid_no_match refused as no match, $hybrid_header as header failure"
exit "$bad"
