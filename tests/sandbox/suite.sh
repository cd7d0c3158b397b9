#!/bin/bash
# Watches the release build over whole test scripts: no socket, no program, no process, and no file but its own.
#
#   tests/sandbox/suite.sh [SCRIPT…]     tests/cli/*.sh and tests/interop/*.sh when none is named; hours of strace
#
# Every evault that the scripts start runs under strace; suite.py then reads the traces, prints a table, and names
# what is a violation.  What the scripts themselves say goes to $TRACES/said, and does not count: under strace
# some of them wait for too little, or look into the process themselves.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-$PWD/build}
TRACES=$(mktemp -d)
trap 'chmod -R u+rwX "$TRACES"; rm -rf "$TRACES"' EXIT
trap 'exit 130' INT TERM
[ -x "$BUILD/evault" ] || { echo "suite.sh: no evault in $BUILD; run make first" >&2; exit 2; }
mkdir -m 1777 "$TRACES/of"
CALLS=execve,execveat,fork,vfork,clone,clone3,socket,socketpair,connect,bind,listen,accept,accept4,sendto,sendmsg,recvfrom,ptrace,process_vm_readv,process_vm_writev,io_uring_setup,bpf,open,openat,openat2,creat,landlock_restrict_self
mkdir "$TRACES/bin"
cat >"$TRACES/bin/evault" <<-END2
	#!/bin/bash
	exec strace -f -qq -y -v -s 4096 --seccomp-bpf -e trace=$CALLS -o "\$(mktemp "$TRACES/of/XXXXXXXX")" "$BUILD/evault" "\$@"
END2
chmod -R a+rX "$TRACES" && chmod a+x "$TRACES/bin/evault"

[ $# -gt 0 ] || set -- tests/cli/*.sh tests/interop/*.sh
for script in "$@"; do
	case $script in
	# They trace, or look into, what they start; or start none.
	*/cli/sandbox.sh | */cli/memory.sh | */cli/bounds.sh | */cli/tamper.sh) continue ;;
	esac
	mkdir -p "$TRACES/t/home" "$TRACES/t/tmp"
	echo "# $script" >>"$TRACES/said"
	env -i PATH="$PATH" HOME="$TRACES/t/home" TMPDIR="$TRACES/t/tmp" LC_ALL=C.UTF-8 TZ=UTC TERM=dumb JOBS=1 \
		EVAULT_BIN="$TRACES/bin/evault" EVAULT_RELEASE="$TRACES/bin/evault" BUILD="$BUILD" BUILD_RELEASE="$BUILD" \
		AGE_TOOL="$BUILD/tests/interop/age_tool" SAMPLES="$PWD/tests/samples" \
		timeout -k 10 3000 bash "$script" </dev/null >>"$TRACES/said" 2>&1
	chmod -R u+rwX "$TRACES/t" && rm -rf "$TRACES/t"
done
printf '# the scripts said: %s ok, %s not ok\n' "$(grep -c '^ok ' "$TRACES/said")" "$(grep -c '^not ok ' "$TRACES/said")"
python3 -B tests/sandbox/suite.py "$TRACES/of"
