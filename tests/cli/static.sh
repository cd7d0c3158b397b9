# The static program: what is in it, and that it does all its work with nothing else there, on an old kernel, held by the sandbox, in each language.
: "${BUILD:=build}" "${BUILD_RELEASE:=build}"
. tests/lib/sh
LASTLOOK=$(realpath "$BUILD/tests/tools/lastlook") || exit 1
CANARY=$TOP/tests/lib/canary.py
unset EVAULT LC_ALL LANGUAGE LC_MESSAGES LANG

if ! run_expect 0 make -s -j"${JOBS:-2}" BUILD="$BUILD_RELEASE" static; then
	not_ok a_static_program_can_be_built
	finish
fi
STATIC=$(realpath "$BUILD_RELEASE/static/evault")
EVAULT_BIN=$STATIC
cd "$T" || exit 1

# ---- what is in it

t() {
	readelf -hlW "$STATIC" >elf && ! grep -qE 'INTERP|RWE' elf && grep -q 'GNU_RELRO' elf && grep -qE 'GNU_STACK .* RW ' elf &&
		grep -qE 'Type: +DYN ' elf && ! readelf -dW "$STATIC" | grep -q NEEDED
}
claim it_needs_no_library_and_lies_at_random_addresses t
t() {
	nm "$STATIC.debug" >symbols && grep -qw sandbox_enter symbols && [ "$(nm "$STATIC" 2>&1 | grep -c sandbox)" = 0 ] &&
		! grep -E ' [TtW] _*(execve[a-z]*|posix_spawn[a-z]*|system|popen|v?fork|getaddrinfo|gethostby[a-z_0-9]*|res_n?send|nss_database_lookup[0-9]*)$' symbols
}
claim there_is_no_code_in_it_that_runs_a_program_or_asks_for_an_address t

# ---- with nothing else there

mkdir -p root/in && cp "$STATIC" root/evault && head -c 9000000 /dev/urandom >root/in/photo.jpg && echo 'seen by a witness' >root/in/note.txt
# alone COMMAND…: with a root folder that has only this program and the vault; the words before COMMAND run it.
before=()
alone() {
	if [ "$(id -u)" -eq 0 ]; then
		run "${before[@]}" chroot root /evault "$@"
	else
		run "${before[@]}" unshare -r chroot root /evault "$@"
	fi
}
does() {
	local want=$1
	shift
	alone "$@"
	[ "$STATUS" -eq "$want" ] || { sed 's/^/# /' "$OUT" "$ERR"; echo "# $*: $STATUS"; false; }
}
# whole_life VAULT: makes it, fills it, checks it, shares of it, and takes everything out.
whole_life() {
	does 0 init "/$1" --to "$R" && does 0 -V "/$1" -i /key add --title "a title" /in && says '2 files kept' && does 0 -V "/$1" -i /key check && says 'sound: ' &&
		does 0 -V "/$1" -i /key search witness && says note.txt && does 0 -V "/$1" -i /key get --all -o "/$1.out" &&
		diff -r root/in "root/$1.out/in" && does 0 -V "/$1" -i /key share --all --to "$R" -o "/$1.bag" && does 3 -i /key verify "/$1.bag" && says 'intact'
}
if [ "$(id -u)" -eq 0 ] || unshare -r true 2>/dev/null; then
	t() { does 0 keygen -o /key && R=$(grep -o 'age1[0-9a-z]*' "$OUT") && whole_life v; }
	claim in_an_empty_root_it_does_its_work t
	# What came after Linux 4.4, of January 2016; and the one of 4.4 that libc could do without.
	newer=mlock2,copy_file_range,preadv2,pwritev2,pkey_mprotect,pkey_alloc,pkey_free,statx,io_pgetevents,rseq,pidfd_send_signal,io_uring_setup,open_tree,move_mount,pidfd_open,clone3
	newer+=,close_range,openat2,pidfd_getfd,faccessat2,process_madvise,epoll_pwait2,landlock_create_ruleset,landlock_add_rule,landlock_restrict_self,memfd_secret,futex_waitv
	t() {
		# Of seccomp it has what libseccomp asks for first and for all threads at once, not the later flags.
		before=(strace -f -qq -o "$T/strace" -e "trace=$newer,seccomp" -e "inject=$newer:error=ENOSYS" -e inject=seccomp:error=EINVAL:when=3..4)
		whole_life old && grep -q 'SECCOMP_FILTER_FLAG_TSYNC_ESRCH.*EINVAL.*INJECTED' strace && ! grep -q 'SECCOMP_GET_ACTION_AVAIL' strace && does 0 -V /old -i /key list && warns Landlock && grep -q 'landlock_create_ruleset(.*ENOSYS.*INJECTED' strace && does 2 --require-sandbox -V /old -i /key list
	}
	if strace -o strace true 2>/dev/null; then
		claim on_a_kernel_of_ten_years_ago_it_does_its_work_and_says_what_is_missing t
	else
		skip on_a_kernel_of_ten_years_ago_it_does_its_work_and_says_what_is_missing "strace can trace nothing here"
	fi
	before=()
else
	skip in_an_empty_root_it_does_its_work "no root folder of one's own can be had here"
fi

# ---- held to its work

t() {
	run_expect 0 "$STATIC" version --json && says '"seccomp": true' && new_vault v 2>/dev/null && run_expect 0 strace -f -qq -o strace -e trace=%network,%process,seccomp,landlock_restrict_self "$STATIC" -V v -i v.key add root/in &&
		grep -q 'seccomp(SECCOMP_SET_MODE_FILTER.* = 0' strace && ! grep -E '(socket|connect|bind|execveat|fork)\(' strace && [ "$(grep -c 'execve(' strace)" = 1 ]
}
claim it_enters_the_sandbox_as_others_do t
t() {
	python3 "$CANARY" make canary && word=$(sed -n 2p canary | sed 's/../\\x&/g') && word=$(printf '%b' "$word") || return 1
	"$LASTLOOK" look.python "$(command -v python3)" -c 'import sys, os; os._exit(len(sys.argv) - 2)' "$word" && run_expect 1 python3 "$CANARY" find canary look.python || return 1
	"$LASTLOOK" look.add "$STATIC" -V v -i v.key add --title "$word" --tag "$word" root/in/note.txt >"$OUT" 2>&1
	"$LASTLOOK" look.list "$STATIC" -V v -i v.key list --tag "$word" >"$OUT" 2>&1 && says "$word" &&
		"$LASTLOOK" look.check "$STATIC" -V v -i v.key check >"$OUT" 2>&1 && [ -s look.check ] && run_expect 0 python3 "$CANARY" find canary look.add look.list look.check
}
if "$LASTLOOK" look.self /bin/true 2>/dev/null && [ -s look.self ]; then
	claim what_it_has_read_is_not_left_in_its_memory t
else
	skip what_it_has_read_is_not_left_in_its_memory "the memory of another process cannot be read here"
fi

# ---- what it refuses

# It has no libzxcvbn, and its own lists are to be enough for what everybody knows.
t() {
	local weak
	while read -r weak; do
		printf '%s\n' "$weak" >weak && run_expect 2 "$STATIC" init never --no-recovery --passphrase-file weak && warns 'guessed' && [ ! -e never ] || { echo "# taken: $weak"; return 1; }
	done <<-END
		correct horse battery staple
		correct-horse-battery-staple
		correcthorsebatterystaple
		Tr0ub4dor&3
		P@ssw0rd2024!
		you are my sunshine
		may the force be with you
		john michael david robert
		to be or not to be
		Freedom for all people
		я тебя люблю мама
		привет всем как дела
		ghbdtn dctv rfr ltkf
		lyublyu tebya natasha
	END
	printf 'gravel-kettle-orbit-mustard-violin-heron\n' >good && run_expect 0 "$STATIC" init taken --no-recovery --passphrase-file good
}
claim passphrases_that_everybody_knows_are_refused_as_elsewhere t

# ---- in each language, without a file of it

t() {
	local po code language
	for po in "$TOP"/cli/po/*.po; do
		code=$(basename "$po" .po)
		run_expect 0 "$STATIC" help && cp "$OUT" english && LANG=${code}_XX.UTF-8 run_expect 0 "$STATIC" help && ! cmp -s "$OUT" english || { echo "# not spoken: $code"; return 1; }
	done
	[ "$(grep -h '^"Plural-Forms' "$TOP"/cli/po/*.po | sort)" = "$(printf '%s\n' '"Plural-Forms: nplurals=1; plural=0;\n"' \
		'"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"')" ]
}
claim it_speaks_each_language_by_itself t
t() {
	local n word
	for n in 1:файл 2:файла 5:файлов 11:файлов 21:файл; do
		word=${n#*:} n=${n%:*}
		rm -rf many && mkdir many && (cd many && for i in $(seq "$n"); do echo "$n.$i" >"$i"; done) || return 1
		LANG=ru_RU.UTF-8 run_expect 0 "$STATIC" -V v -i v.key add many && grep -qE "сохран[а-яё]+ $n $word( |\$)" "$OUT" || { sed 's/^/# /' "$OUT"; return 1; }
	done
	LANG=kk_KZ run_expect 0 "$STATIC" -V v -i v.key check && says "тексерілді" || return 1
	LANGUAGE=xx:kk LANG=de_DE run_expect 0 "$STATIC" help && says "қойма" && LANGUAGE=ru LC_ALL=C run_expect 0 "$STATIC" help && says "vault" && ! grep -q хранилище "$OUT"
}
claim numbers_have_their_forms_and_variables_their_order t
finish
