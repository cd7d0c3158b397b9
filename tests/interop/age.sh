#!/bin/sh
# Stock age and evault open each other's files.  AGE_TOOL: evault's side.
# shellcheck disable=SC2317 # functions are called by claim
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
cd "$here/../.." || exit 2
tool=${AGE_TOOL:-build/tests/interop/age_tool}
[ -x "$tool" ] || { echo "not ok age: age_tool was not built"; exit 1; }
tool=$(cd "$(dirname "$tool")" && pwd)/$(basename "$tool")
if ! command -v age >/dev/null || ! command -v age-keygen >/dev/null; then
	echo "skipped age: it is not installed"
	exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
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

age-keygen -o one.key 2>/dev/null || exit 2
age-keygen -o two.key 2>/dev/null || exit 2
one=$(age-keygen -y one.key)
two=$(age-keygen -y two.key)
printf 'correct horse battery\n' >pass

ours_by_age() {
	"$tool" seal -r "$one" -r "$two" ${armor:+"$armor"} <plain >ours.age &&
		age -d -i one.key ours.age >back1 && cmp plain back1 &&
		age -d -i two.key ours.age >back2 && cmp plain back2
}
ages_by_us() {
	age -r "$one" -r "$two" ${armor:+"$armor"} <plain >theirs.age &&
		"$tool" open -i one.key <theirs.age >back1 && cmp plain back1 &&
		"$tool" open -i two.key <theirs.age >back2 && cmp plain back2
}

for size in 0 1 65535 65536 65537 10485760; do
	head -c "$size" /dev/urandom >plain
	for armor in '' -a; do
		form=binary
		[ -z "$armor" ] || form=armored
		claim "age opens $size bytes that we sealed, $form" ours_by_age
		claim "we open $size bytes that age sealed, $form" ages_by_us
		rm -f ours.age theirs.age back1 back2
	done
done

# age asks for a passphrase on a terminal only: on_terminal answers there, each time it is asked.
on_terminal() {
	python3 - "$@" <<'PYTHON'
import os, pty, select, sys, time

word = open("pass", "rb").read().strip()
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said, answered, end = b"", 0, time.time() + 60
while time.time() < end:
    if not select.select([master], [], [], 0.2)[0]:
        continue
    try:
        piece = os.read(master, 4096)
    except OSError:
        break
    if not piece:
        break
    said += piece
    while said.count(b"passphrase") > 0 and said.rstrip(b" ").endswith(b":"):
        time.sleep(0.1)
        os.write(master, word + b"\n")
        answered, said = answered + 1, b""
_, status = os.waitpid(pid, 0)
if status != 0:
    sys.stderr.write("%r after %d answers: %r\n" % (sys.argv[1:], answered, said))
sys.exit(0 if status == 0 else 1)
PYTHON
}
passphrase_ours_by_age() {
	"$tool" seal -p pass -w 12 <plain >ours.age && on_terminal age -d -o back ours.age &&
		cmp plain back
}
passphrase_ages_by_us() {
	on_terminal age -p -o theirs.age plain && "$tool" open -p pass <theirs.age >back &&
		cmp plain back
}
other_passphrase_is_no_match() {
	echo other >pass2
	"$tool" open -p pass2 <theirs.age
	[ $? -eq 4 ]
}
if command -v python3 >/dev/null; then
	head -c 100000 /dev/urandom >plain
	claim "age opens with a passphrase what we sealed with it" passphrase_ours_by_age
	rm -f back
	claim "we open with a passphrase what age sealed with it" passphrase_ages_by_us
	claim "another passphrase does not open it" other_passphrase_is_no_match
else
	echo "skipped age with a passphrase: python3 is not installed"
fi
exit "$bad"
