# Each floor of the house includes only those below it, and only the file whose job it is
# talks to a library or to the system (DESIGN: base < format < store < operations < cli).
. tests/check/lib

# includes FOLDER DEPTH: "file:header" for each #include "…" of its C files.
includes() {
	find "$1" -maxdepth "$2" -name '*.[ch]' -exec grep -HE '^#include "' {} + |
		sed -E 's/^([^:]*):#include "([^"]*)".*/\1:\2/'
}

includes vault/base 1 | grep -vE ':(base/[^/]*|evault\.h)$' >"$T/floors"
includes vault/format 1 | grep -vE ':((base|format)/[^/]*|evault\.h)$' >>"$T/floors"
includes vault/store 1 | grep -vE ':((base|format|store)/[^/]*|evault\.h)$' >>"$T/floors"
includes vault 1 | grep -vE ':((base|format|store)/[^/]*|[^/]*)$' >>"$T/floors"
includes cli 2 | grep -vE ':((cli/)?[^/]*)$' >>"$T/floors"
# The public headers are a floor of their own.
includes include/evault 1 | while IFS=: read -r file header; do
	[ -f "include/evault/$header" ] || echo "$file:$header"
done >>"$T/floors"
includes include 1 | grep -vE '^include/evault\.h:evault/[a-z]*\.h$' >>"$T/floors"
# A header of an operation is no business of the command line.
includes cli 2 | while IFS=: read -r file header; do
	[ "$header" = evault.h ] || [ -f "cli/${header#cli/}" ] || echo "$file:$header"
done >>"$T/floors"
verdict each_floor_includes_only_those_below "$T/floors"

# only NAME HEADERS FILES: no other shipped file includes such a header.
only() {
	shipped_c | xargs grep -HE "^#include <($2)" | grep -vE "^($3):" >"$T/only"
	verdict "$1" "$T/only"
}
# For hashes, and for bulk sealing, where its speed counts.
only openssl_is_included_by_hash_and_aead_alone 'openssl/' 'vault/format/(hash|aead)\.c'
only zstd_is_included_by_frame_alone 'zstd|zdict' 'vault/format/frame\.c'
only sqlite_is_included_by_the_catalog_alone 'sqlite3' 'vault/store/catalog[a-z_]*\.[ch]'
only zxcvbn_is_included_by_passphrase_alone 'zxcvbn' 'vault/format/passphrase\.c'
only utf8proc_is_included_by_fold_letter_alone 'utf8proc' 'vault/format/fold_letter\.c|cli/glyph\.c'
only seccomp_is_included_by_the_sandbox_alone 'seccomp' 'cli/sandbox_calls\.c'
only zlib_is_included_by_unzip_alone 'zlib' 'vault/format/unzip\.c'
only sodium_is_included_by_base_and_format_alone 'sodium' 'vault/(base|format)/[a-z0-9_]*\.[ch]'
only threads_are_the_worker_s_business 'pthread|threads' 'vault/base/(worker|secret)\.c'
grep -rHE '^#include <' include | grep -vE '<(stdbool|stddef|stdint)\.h>$' >"$T/found"
verdict the_public_headers_include_c_headers_alone "$T/found"

# used FILE-OF-OBJECTS: "object: symbol" for each undefined symbol, fortified names made plain.
used() {
	xargs nm -A -u <"$1" | sed -E "s,^$BUILD/,,; s/:.* U /: /; s/@.*//" |
		sed -E 's/: __(.*)_chk$/: \1/; s/: __(open|openat|open64|openat64)_2$/: \1/; s/: (.*[a-z])64$/: \1/'
}
words() {
	printf '%s\n' "$@" | paste -sd '|'
}
FILE_CALLS=$(words open openat creat fopen freopen fdopen read readv pread preadv write writev pwrite pwritev \
	close lseek rename renameat renameat2 unlink unlinkat link linkat symlink symlinkat mkdir mkdirat rmdir \
	remove stat lstat fstat fstatat statx access faccessat opendir fdopendir readdir closedir scandir nftw \
	truncate ftruncate fallocate fsync fdatasync sync syncfs flock fcntl ioctl chmod fchmod fchmodat chown \
	fchown utimensat futimens utimes mmap mkstemp mkdtemp tmpfile sendfile copy_file_range splice syscall \
	clock_gettime gettimeofday time gethostname getpid uname)
SPEAKING=$(words stdout stderr printf fprintf vprintf vfprintf puts fputs putchar perror exit _exit quick_exit \
	getenv secure_getenv environ signal sigaction)
ESCAPES=$(words socket socketpair connect bind listen accept accept4 sendto sendmsg recvfrom recvmsg \
	getaddrinfo gethostbyname fork vfork clone execve execv execvp execvpe execl execlp execle fexecve \
	posix_spawn posix_spawnp system popen dlopen wordexp)

# objects FOLDER…: what was built of its sources.
objects() {
	find "$@" -name '*.c' | sort | sed "s,^,$BUILD/,; s/c$/o/"
}
objects vault >"$T/library"
objects vault cli >"$T/all"
grep -v '/base/os[a-z_]*\.o$' "$T/library" >"$T/above"
if ! xargs ls <"$T/all" >/dev/null; then
	echo "not ok layers: not all of it is built in $BUILD"
	exit 1
fi
used "$T/above" | grep -E ": ($FILE_CALLS)$" >"$T/found"
verdict only_os_calls_the_system "$T/found"
used "$T/library" | grep -E ": ($SPEAKING)$" >"$T/found"
verdict the_library_never_prints_exits_or_reads_the_environment "$T/found"
used "$T/all" | grep -E ": ($ESCAPES)$" >"$T/found"
verdict nothing_opens_a_socket_or_runs_a_program "$T/found"
exit $FAILED
