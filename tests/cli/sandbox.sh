# The kernel holds the release build to its work: what is refused, what is opened, and that it fails closed.
. tests/lib/sh
. tests/lib/output.sh
EVAULT_BIN=$(realpath "${EVAULT_RELEASE:-$EVAULT_BIN}")
ATTEMPTS_SO=$(realpath "${BUILD_RELEASE:-build}/sandbox/attempts.so")
unset EVAULT

# The release build is meant: one without a sandbox is a finding, and not a reason to skip.
claim version_says_what_is_active eval '"$EVAULT_BIN" version | grep -q "^sandbox: system calls (seccomp)"'
LANDLOCK=$("$EVAULT_BIN" version --json | sed -n 's/.*"landlock": *\([0-9]*\).*/\1/p')

mkdir "$T/outside" "$T/in" "$T/w"
echo "of somebody else" >"$T/outside/secret"
echo "a statement" >"$T/in/statement.txt"
head -c 3000000 /dev/urandom >"$T/in/photo.jpg"
cd "$T/w" || exit 1

# attempts COMMAND…: evault, with hostile code in it that tries everything when it ends.
attempts() {
	rm -f "$T/tried"
	run env ATTEMPTS="$T/tried" OUTSIDE="$T/outside" LD_PRELOAD="$ATTEMPTS_SO" "$EVAULT_BIN" "$@"
	[ "$STATUS" -eq 0 ] || [ "$STATUS" -eq 3 ] || { sed 's/^/# /' "$ERR"; return 1; }
}
# nothing_works: every attempt was refused, and there were as many as there should be.
nothing_works() {
	local files='another|outside|folder|a file|/etc/shadow|memory|elsewhere'
	[ "$LANDLOCK" -gt 0 ] && files='^$'
	grep -vE ': (EPERM|EACCES)$|^clone3: ENOSYS$|^end: done$' "$T/tried" | grep -vE "$files" >"$T/worked"
	sed 's/^/# /' "$T/worked"
	[ ! -s "$T/worked" ] && [ "$(wc -l <"$T/tried")" -ge 48 ] && tail -n 1 "$T/tried" | grep -qx 'end: done' &&
		[ "$(cat "$T/outside/secret")" = "of somebody else" ] && [ "$(ls "$T/outside")" = secret ]
}
held() {
	local name=$1
	shift
	if attempts "$@" && nothing_works; then ok "$name"; else not_ok "$name" "$*"; fi
}

attempts keygen -o "$T/w/v.key" && R=$(grep -o 'age1[0-9a-z]*' "$OUT")
claim nothing_forbidden_works_in_keygen nothing_works
held nothing_forbidden_works_in_init init "$T/w/v" --to "$R"
on=(-V "$T/w/v" -i "$T/w/v.key")
held nothing_forbidden_works_in_add "${on[@]}" add "$T/in"
held nothing_forbidden_works_in_check "${on[@]}" check
held nothing_forbidden_works_in_get "${on[@]}" get --all -o "$T/w/out"
held nothing_forbidden_works_in_search "${on[@]}" search statement
held nothing_forbidden_works_in_card "${on[@]}" card --name A -o "$T/w/a.card"
new_vault "$T/w/other"
run "$EVAULT_BIN" -V "$T/w/other" -i "$T/w/other.key" card --name B -o "$T/w/b.card"
held nothing_forbidden_works_in_contact_add "${on[@]}" contact add "$T/w/b.card" --yes
held nothing_forbidden_works_in_share "${on[@]}" share --all --to B -o "$T/w/b.evault"
held nothing_forbidden_works_in_verify -V "$T/w/other" -i "$T/w/other.key" verify "$T/w/b.evault" --signer "$T/w/a.card" --extract "$T/w/extracted"
held nothing_forbidden_works_in_receive -V "$T/w/other" -i "$T/w/other.key" receive "$T/w/b.evault"
held nothing_forbidden_works_in_tidy "${on[@]}" tidy
held nothing_forbidden_works_in_version version
held nothing_forbidden_works_where_standard_input_is_a_folder "${on[@]}" list <"$T/outside"

# ---- what is opened -------------------------------------------------------------------------------

# opens COMMAND…: what evault opens once it is in the sandbox, to $T/opened; how it began, to $T/trace.
opens() {
	run strace -f -qq -y -o "$T/trace" "$EVAULT_BIN" "$@" </dev/null
	sed -n '/landlock_restrict_self/,$p' "$T/trace" |
		grep -E '(open|openat|openat2|creat)\(' | grep -vE "= -1 |O_PATH" | sed -nE 's/.* = [0-9]+<([^>]*)>.*/\1/p' |
		sed 's/ (deleted)$//' | sort -u >"$T/opened"
}
# only_beneath PATH…: of what was opened, nothing lies elsewhere but what is the system's.
only_beneath() {
	local system='/usr/lib|/usr/share/zoneinfo|/etc/localtime|/etc/ld.so.cache|/etc/passwd|/var/tmp|/dev/tty|/dev/null'
	local path expr="^($system"
	for path in "$@"; do expr+="|$path"; done
	grep -vE "$expr)(/|\$)" "$T/opened" >"$T/elsewhere"
	sed 's/^/# opened: /' "$T/elsewhere"
	[ ! -s "$T/elsewhere" ]
}
# nothing_else: after it began, no program, no process and no socket.
nothing_else() {
	! grep -E '(socket|socketpair|connect|bind|sendto|sendmsg|ptrace|execveat|fork|vfork)\(' "$T/trace" &&
		[ "$(grep -c 'execve(' "$T/trace")" -eq 1 ]
}
watched() {
	local name=$1
	shift
	local allowed=()
	while [ "$1" != -- ]; do
		allowed+=("$1")
		shift
	done
	shift
	opens "$@"
	if [ "$STATUS" -le 1 ] || [ "$STATUS" -eq 3 ] && [ -s "$T/opened" ] && only_beneath "${allowed[@]}" && nothing_else; then ok "$name"; else
		not_ok "$name" "$* ended with $STATUS"
	fi
}
if [ "$LANDLOCK" -gt 0 ]; then
	watched add_opens_vault_key_and_sources "$T/w/v" "$T/w/v.key" "$T/in" -- "${on[@]}" add "$T/in"
	watched check_opens_vault_and_key "$T/w/v" "$T/w/v.key" -- "${on[@]}" check
	watched get_opens_vault_key_and_output "$T/w/v" "$T/w/v.key" "$T/w/out2" "$T/w" -- "${on[@]}" get --all -o "$T/w/out2"
	watched search_opens_vault_and_key "$T/w/v" "$T/w/v.key" -- "${on[@]}" search statement
	watched verify_opens_bundle_vault_and_key "$T/w/b.evault" "$T/w/other" "$T/w/other.key" -- -V "$T/w/other" -i "$T/w/other.key" verify "$T/w/b.evault"
	watched receive_opens_vault_bundle_and_receipt "$T/w/other" "$T/w/other.key" "$T/w/b.evault" "$T/w" -- \
		-V "$T/w/other" -i "$T/w/other.key" receive "$T/w/b.evault"
else
	skip what_is_opened "this kernel has no Landlock"
fi

# ---- what variables could have loaded -------------------------------------------------------------

# A character set with code of its own, a locale and messages that somebody else made, settings of libraries.
mkdir -p "$T/planted/LC_MESSAGES" "$T/planted/ru_RU.utf8"
echo "module INTERNAL PLANTED// PLANTED 1" >"$T/planted/gconv-modules"
cp -R /usr/lib/locale/C.utf8/. "$T/planted/ru_RU.utf8"
: >"$T/planted/PLANTED.so"
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\nmsgid "error: "\nmsgstr "planted: "\n' |
	msgfmt -o "$T/planted/LC_MESSAGES/evault.mo" - || not_ok messages_for_planting
leads_elsewhere() {
	local planted=$T/planted up
	up=$(sed 's,[^/]*,..,g' <<<"$EVAULT_BIN")
	run strace -f -qq -o "$T/trace" env GCONV_PATH="$planted" OUTPUT_CHARSET=PLANTED LOCPATH="$planted" LANG=ru_RU.UTF-8 \
		LANGUAGE="../$up$planted" NLSPATH="$planted/%N" OPENSSL_CONF="$planted/o" OPENSSL_MODULES="$planted" \
		OPENSSL_ENGINES="$planted" SQLITE_TMPDIR="$planted" TMPDIR="$planted" TERMINFO="$planted" "$EVAULT_BIN" "$@" </dev/null
	grep -F "$planted" "$T/trace" | grep -v execve
}
claim no_variable_has_it_open_anything_elsewhere eval \
	'! leads_elsewhere "${on[@]}" check && [ "$STATUS" -eq 0 ] && ! leads_elsewhere "${on[@]}" show 999 && [ "$STATUS" -eq 2 ] && ! grep -q planted "$ERR"'

# ---- it fails closed ------------------------------------------------------------------------------

refused() {
	run strace -f -qq -o "$T/trace" -e "inject=$1" "$EVAULT_BIN" "${on[@]}" "${@:2}" list </dev/null
}
claim without_seccomp_nothing_is_done eval 'refused seccomp,prctl:error=EINVAL && [ "$STATUS" -eq 2 ] && warns seccomp && ! grep -q "/v/" "$T/trace"'
claim without_landlock_it_warns eval 'refused landlock_create_ruleset:error=ENOSYS && [ "$STATUS" -eq 0 ] && warns Landlock'
claim without_landlock_it_can_be_an_error eval 'refused landlock_create_ruleset:error=ENOSYS --require-sandbox && [ "$STATUS" -eq 2 ] && warns Landlock && ! grep -q "/v/log" "$T/trace"'
claim also_where_no_vault_is_asked_for eval 'run strace -f -qq -o "$T/trace" -e inject=landlock_create_ruleset:error=ENOSYS "$EVAULT_BIN" --require-sandbox lock --all; [ "$STATUS" -eq 2 ] && warns Landlock'
if [ "$LANDLOCK" -gt 0 ]; then
	claim when_landlock_refuses_nothing_is_done eval 'refused landlock_restrict_self:error=E2BIG && [ "$STATUS" -eq 2 ] && ! grep -q "/v/log" "$T/trace"'
fi
finish
