# Secrets in memory: in locked pages alone while a command runs, nowhere when it ends, whatever ends it; and no core.
: "${EVAULT_BIN:=build/evault}"
: "${EVAULT_RELEASE:=$EVAULT_BIN}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_RELEASE") # a sanitizer keeps what was freed
unset EVAULT
LOOK=$TOP/tests/lib/memory.py

new_vault "$T/v" 2>/dev/null || exit 1
head -c 300000 /dev/urandom >"$T/noise"
printf 'seen by a witness\n' >"$T/note.txt"
head -c 200000 /dev/urandom >"$T/more.txt"
run_expect 0 ev "$T/v" add "$T/noise" "$T/note.txt" || exit 1
quick_vault "$T/p" 'otter velvet cargo mimic' Aigul || exit 1
printf 'otter velvet cargo mimic\n' >"$T/pass"

# Every secret of the vault, as stock age tells them.
age -d -i "$T/v.key" "$T/v/keys/1.age" >"$T/slot" && age -d -i "$T/slot" "$T/v/keys/read.0.age" >"$T/read" && age -d -i "$T/slot" "$T/v/keys/write.0.age" >"$T/write" || exit 1
python3 - "$T/v.key" "$T/slot" "$T/read" "$T/write" >"$T/secrets" <<'END' || exit 1
import sys
letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
def decoded(text):
    acc = bits = 0
    out = bytearray()
    for c in text.lower()[text.rindex("1") + 1:-6]:
        acc, bits = acc << 5 | letters.index(c), bits + 5
        if bits >= 8:
            bits -= 8
            out.append(acc >> bits & 255)
    return bytes(out)
for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        if line.startswith("AGE-SECRET-KEY-1"):
            print("text", line.strip())
            print("hex", decoded(line.strip()).hex())
        elif line.startswith(("# actor-key ", "# log-key ")):
            print("text", line.split()[2])
            print("hex", line.split()[2])
END
[ "$(wc -l <"$T/secrets")" = 10 ] || exit 1
printf 'control %s\n' "$T/v" >>"$T/secrets"
printf 'text otter velvet cargo mimic\ntext otter velvet\ncontrol %s\n' "$T/p" >"$T/phrase"

# clean COMMAND…: what the command has in memory, when it is stopped again and again.
clean() {
	run python3 "$LOOK" "$T/secrets" "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" "$@"
	[ "$STATUS" = 0 ] || [ "$STATUS" = 77 ] || sed 's|^|# |' "$OUT" "$ERR"
	return "$STATUS"
}
claim_where() {
	local rc=0 name=$1
	shift
	"$@" || rc=$?
	case $rc in
	0) ok "$name" ;;
	77) skip "$name" "processes cannot be looked into here" ;;
	*) not_ok "$name" "failed: $*" ;;
	esac
}
if ! command -v strace >/dev/null; then
	skip memory "no strace here"
	finish
fi
claim_where list_has_secrets_in_locked_pages_alone clean list
claim_where get_has_secrets_in_locked_pages_alone clean get --all -o "$T/back"
claim_where add_has_secrets_in_locked_pages_alone clean add "$T/note.txt" "$T/more.txt"
claim_where search_has_secrets_in_locked_pages_alone clean search witness
claim_where check_has_secrets_in_locked_pages_alone clean check
claim_where annotate_has_secrets_in_locked_pages_alone clean annotate 1 --title T
claim_where key_add_has_secrets_in_locked_pages_alone clean key add HQ --role reader --to "$("$EVAULT_BIN" keygen -o "$T/hq" 2>/dev/null | grep -o 'age1[0-9a-z]*')"
claim_where key_split_has_secrets_in_locked_pages_alone clean key split -k 2 -n 3 --paper "$T/pages.html"
claim_where key_rotate_has_secrets_in_locked_pages_alone clean key rotate

t() {
	run python3 "$LOOK" "$T/phrase" "$EVAULT_BIN" -V "$T/p" --passphrase-file "$T/pass" list
	[ "$STATUS" = 0 ] || [ "$STATUS" = 77 ] || sed 's|^|# |' "$OUT" "$ERR"
	return "$STATUS"
}
claim_where a_passphrase_is_in_locked_pages_alone t

for signal in INT TERM HUP QUIT SEGV ABRT; do
	t() {
		run python3 "$LOOK" -s "$signal" "$T/secrets" "$EVAULT_BIN" -V "$T/v" -i "$T/v.key" list
		[ "$STATUS" = 0 ] || [ "$STATUS" = 77 ] || sed 's|^|# |' "$OUT" "$ERR"
		return "$STATUS"
	}
	claim_where "SIG${signal}_leaves_no_secret_in_memory" t
done

# No core, where the limit is none and where cores are piped to a program.
t() {
	python3 - "$EVAULT_BIN" "$T/p" "$T" <<-'END'
		import os, pty, resource, signal, sys, time
		binary, vault, folder = sys.argv[1:]
		pid, fd = pty.fork()
		if pid == 0:
		    os.chdir(folder)
		    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
		    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
		    os.execv(binary, [binary, "-V", vault, "list"])
		shown = b""
		while b"Passphrase of" not in shown:
		    shown += os.read(fd, 4096)
		limits = open("/proc/%d/limits" % pid, encoding="ascii").read()
		owner = os.stat("/proc/%d/mem" % pid).st_uid
		os.kill(pid, signal.SIGSEGV)
		status = os.waitpid(pid, 0)[1]
		core = [line for line in limits.splitlines() if line.startswith("Max core")][0].split()
		assert core[4] == "0", core
		assert owner == 0, owner
		assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSEGV and not os.WCOREDUMP(status), status
		assert not [name for name in os.listdir(folder) if name.startswith("core")]
	END
}
claim a_crash_leaves_no_core t

# As a user who may lock 8 MiB: the usual limit.
limited() {
	bash -c 'ulimit -l 8192 && exec "$@"' - setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$EVAULT_BIN" -V "$T/n" -i "$T/v.key" --index "$T/index" "$@"
}
t() {
	cp -a "$T/v" "$T/n" && mkdir "$T/index" && chown -R 65534 "$T/n" "$T/index" "$T/v.key" && chmod 755 "$T" || return 1
	local i
	for i in $(seq 1 30); do
		run_expect 0 limited key add "holder $i" --role writer --to "$("$EVAULT_BIN" keygen -o "$T/h$i" 2>/dev/null | grep -o 'age1[0-9a-z]*')" || return 1
	done
	run_expect 0 limited list && run_expect 0 limited add "$T/note.txt" && run_expect 0 limited annotate 1 --title T && run_expect 0 limited key rotate && run_expect 0 limited search seen && run_expect 0 limited check &&
		head -c 7000000 /dev/zero | tr '\0' 'a' >"$T/long.txt" && run_expect 0 limited testify --title long <"$T/long.txt" && run_expect 0 limited get 1 --force -o "$T/index/out"
}
if [ "$(id -u)" = 0 ] && chmod 755 "$T" && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$EVAULT_BIN" && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$T/."; then
	claim eight_mebibytes_of_locked_memory_suffice t
	t() { run bash -c 'ulimit -l 64 && exec "$@"' - setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$EVAULT_BIN" -V "$T/n" -i "$T/v.key" list; [ "$STATUS" != 0 ] || return 0; warns "ulimit -l"; }
	claim with_less_it_works_or_says_what_to_do t
	# What is left of an older system, or of a container: keys have to be locked there, and a statement is taken all the same.
	t() {
		local tight=(bash -c 'ulimit -l 64 && exec "$@"' - setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
		cp -a "$T/v" "$T/tight" && chown -R 65534 "$T/tight" || return 1
		printf 'from a pipe' | run_expect 0 "${tight[@]}" "$EVAULT_BIN" -V "$T/tight" -i "$T/v.key" testify && run_expect 0 "${tight[@]}" "$EVAULT_BIN" -V "$T/tight" -i "$T/v.key" list &&
			run_expect 0 python3 "$TOP/tests/lib/typist.py" 'hello there' "${tight[@]}" "$EVAULT_BIN" -V "$T/tight" -i "$T/v.key" testify --case K --witness W --interviewer I --interpreter N --language kk --consent none --place P &&
			says "too little locked memory" && [ "$(grep -c "too little locked memory" "$OUT")" = 1 ] && says 'statement of W' && run_expect 0 "$EVAULT_BIN" -V "$T/tight" -i "$T/v.key" search hello && says hello
	}
	claim with_64_kibibytes_a_statement_is_taken_and_that_it_is_not_locked_is_said_once t
else
	skip eight_mebibytes_of_locked_memory_suffice "only root becomes another user, who must reach the build and the temporary folder"
fi
finish
