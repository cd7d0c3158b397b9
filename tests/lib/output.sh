# Sourced after tests/lib/sh: what commands may print, and that nothing is lost.

# clean: neither what the last command printed nor what it warned of has a byte that could command a
# terminal, turn text around, or is no UTF-8.
clean() {
	python3 - "$OUT" "$ERR" <<-'END'
		import sys
		turns = {0x61C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
		for path in sys.argv[1:]:
		    data = open(path, "rb").read()
		    try:
		        text = data.decode()
		    except UnicodeDecodeError as wrong:
		        sys.exit("# no UTF-8: %s" % wrong)
		    for at, c in enumerate(text):
		        o = ord(c)
		        if (o < 32 and c != "\n") or 127 <= o < 160 or o in turns:
		            sys.exit("# raw U+%04X after %r" % (o, text[max(0, at - 40):at]))
	END
}

# json_is EXPRESSION: each line of the last output is a JSON object, and of `all` of them this Python expression is true.
json_is() {
	python3 - "$OUT" "$1" <<-'END'
		import base64, json, sys
		all = [json.loads(line) for line in open(sys.argv[1], "rb").read().decode().splitlines()]
		if not eval(sys.argv[2]):
		    sys.exit("# not so: %s: %s" % (sys.argv[2], all[:8]))
	END
}

# no_terminal COMMAND…: without one that could be asked on.
no_terminal() {
	setsid -w "$@" </dev/null
}

silent() {
	[ ! -s "$OUT" ] || { sed 's/^/# out: /' "$OUT"; false; }
}

# keeps N DIR: the vault has N items that keep a file, and is sound.
keeps() {
	run_expect 0 ev "$2" list || return 1
	[ "$(wc -l <"$OUT")" -eq "$1" ] || { echo "# $(wc -l <"$OUT") items, not $1"; return 1; }
	run_expect 0 ev "$2" check && grep -q '^sound: ' "$OUT"
}

# interrupted_only DIR: what check finds there, if anything, is what an interrupted run leaves.
interrupted_only() {
	run_expect 0 ev "$1" check --json && json_is "{o['finding'] for o in all[:-1]} <= {'interrupted'} and all[-1]['summary']['sound']"
}

# named_as_kept: how many items the last output says are kept.
named_as_kept() {
	grep -cE '^[0-9a-f]{6}-[0-9]+  [0-9a-f]{64}  ' "$OUT"
}

# as_nobody COMMAND…: by somebody who may not read what is forbidden; root becomes another user.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}

# claim_where_possible NAME REASON COMMAND…: a claim, skipped for that reason when the command ends with 77.
claim_where_possible() {
	local name=$1 reason=$2 rc=0
	shift 2
	"$@" || rc=$?
	case $rc in
	0) ok "$name" ;;
	77) skip "$name" "$reason" ;;
	*) not_ok "$name" "failed: $*" ;;
	esac
}
