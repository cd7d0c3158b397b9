/*
 * Which system calls evault has a use of: all others fail with EPERM.  Those
 * that a newer libc tries first, and does without, fail with ENOSYS.
 */
#ifndef EVAULT_NO_SANDBOX
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox_private.h"

enum {
	FILTER_MEMORY = 1 << 20, /* bytes: libseccomp takes a quarter of it for the filter below */
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const int allowed[] = {
	/* files that are open */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write),
	SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(sync_file_range), SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate), SCMP_SYS(fadvise64), SCMP_SYS(readahead), SCMP_SYS(fcntl),
	SCMP_SYS(flock), SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(getdents64), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(dup), SCMP_SYS(dup2),
	SCMP_SYS(dup3), SCMP_SYS(fchmod), SCMP_SYS(utimensat), SCMP_SYS(fgetxattr),
	SCMP_SYS(flistxattr),
	/* files by name: which, is Landlock's */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
	SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(getcwd), SCMP_SYS(umask),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mlock),
	SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(mincore),
	/* signals, time, threads and the process itself */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(alarm), SCMP_SYS(setitimer),
	SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(set_tid_address),
	SCMP_SYS(rseq), SCMP_SYS(membarrier), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid),
	SCMP_SYS(getpgrp), SCMP_SYS(getpgid), SCMP_SYS(getsid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrlimit), SCMP_SYS(setrlimit),
	SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(getrandom), SCMP_SYS(arch_prctl),
	/*
	 * the kernel's keyring: unlock and lock.  Not request_key: it has the
	 * kernel start a program, outside of this.
	 */
	SCMP_SYS(add_key),
	/* what is left is taken away by these */
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
	SCMP_SYS(landlock_restrict_self)
};

/* libc goes on with an older call, or without. */
static const int unknown[] = { SCMP_SYS(clone3),          SCMP_SYS(faccessat2),
			       SCMP_SYS(openat2),         SCMP_SYS(close_range),
			       SCMP_SYS(copy_file_range), SCMP_SYS(epoll_pwait2) };

/* Of a terminal, and how much waits in a pipe.  Not TIOCSTI: it types. */
static const unsigned long terminal_calls[] = { TCGETS, TCSETS,     TCSETSW,   TCSETSF,
						TCFLSH, TIOCGWINSZ, TIOCGPGRP, FIONREAD };

/* What vault/base/os_keyring.c does.  Not a session of its own, nor one for others. */
static const unsigned long keyring_calls[] = {
	KEYCTL_GET_KEYRING_ID, KEYCTL_SEARCH, KEYCTL_READ,   KEYCTL_DESCRIBE,  KEYCTL_SET_TIMEOUT,
	KEYCTL_SETPERM,        KEYCTL_LINK,   KEYCTL_UNLINK, KEYCTL_INVALIDATE
};

/*
 * What follows returns as libseccomp does: 0, or a negative errno value.
 */

/* The value of one argument that a call needs, to be allowed. */
static int
allow_if(scmp_filter_ctx filter, int call, unsigned argument, enum scmp_compare how, uint64_t a,
	 uint64_t b)
{
	struct scmp_arg_cmp needed = { argument, how, a, b };

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &needed);
}

static int
allow_lists(scmp_filter_ctx filter)
{
	int rc = 0;
	size_t i;

	for (i = 0; i < COUNT(allowed) && rc == 0; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; i < COUNT(unknown) && rc == 0; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), unknown[i], 0);
	for (i = 0; i < COUNT(terminal_calls) && rc == 0; i++)
		rc = allow_if(filter, SCMP_SYS(ioctl), 1, SCMP_CMP_MASKED_EQ, UINT32_MAX,
			      terminal_calls[i]);
	for (i = 0; i < COUNT(keyring_calls) && rc == 0; i++)
		rc = allow_if(filter, SCMP_SYS(keyctl), 0, SCMP_CMP_MASKED_EQ, UINT32_MAX,
			      keyring_calls[i]);
	return rc;
}

/* Calls that depend on what is asked of them. */
static int
allow_some(scmp_filter_ctx filter)
{
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	const uint64_t own = (uint64_t)getpid();
	const struct {
		int call;
		unsigned argument;
		enum scmp_compare how;
		uint64_t a, b;
	} calls[] = {
		{ SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, thread, thread },
		/* Nothing that was written is ever run. */
		{ SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE },
		{ SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_WRITE, 0 },
		{ SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 },
		{ SCMP_SYS(prctl), 0, SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS, 0 },
		{ SCMP_SYS(prctl), 0, SCMP_CMP_EQ, PR_SET_NAME, 0 },
		/* Signals to itself alone. */
		{ SCMP_SYS(kill), 0, SCMP_CMP_EQ, own, 0 },
		{ SCMP_SYS(tgkill), 0, SCMP_CMP_EQ, own, 0 },
		{ SCMP_SYS(rt_tgsigqueueinfo), 0, SCMP_CMP_EQ, own, 0 },
		{ SCMP_SYS(prlimit64), 0, SCMP_CMP_EQ, 0, 0 },
	};
	int rc = 0;
	size_t i;

	for (i = 0; i < COUNT(calls) && rc == 0; i++)
		rc = allow_if(filter, calls[i].call, calls[i].argument, calls[i].how, calls[i].a,
			      calls[i].b);
	return rc;
}

/*
 * libseccomp does not survive that there is no memory: it ends the process, or
 * goes round for ever.  So it is not begun with where there is less than it takes.
 */
static bool
has_memory(void)
{
	void *volatile p = malloc(FILTER_MEMORY); /* volatile: it is not left out */
	bool has = p != NULL;

	free(p);
	return has;
}

bool
sandbox_filter_calls(void)
{
	scmp_filter_ctx filter = has_memory() ? seccomp_init(SCMP_ACT_ERRNO(EPERM)) : NULL;
	int rc = filter == NULL ? -ENOMEM : 0;

	if (rc == 0)
		rc = allow_lists(filter);
	if (rc == 0)
		rc = allow_some(filter);
	/* A search in the list and not its length: it is gone through at each call. */
	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = seccomp_load(filter); /* no new privileges, too */
	if (filter != NULL)
		seccomp_release(filter);
	/* That it says when it had no memory for the filter, too. */
	errno = rc == -EFAULT ? ENOMEM : -rc;
	return rc == 0;
}
#endif
