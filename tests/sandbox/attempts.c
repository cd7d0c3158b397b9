/*
 * Loaded into evault by LD_PRELOAD: when evault ends, and is held to its work
 * by the kernel, tries what hostile code in it would try.  A line for each
 * goes to the file ATTEMPTS, opened before the sandbox: "NAME: ERROR", or
 * "NAME: done".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

static int out = -1;

static void
tell(const char *name, long rc)
{
	int sys = errno;
	char line[200];
	int len =
	    snprintf(line, sizeof(line), "%s: %s\n", name, rc < 0 ? strerrorname_np(sys) : "done");

	if (write(out, line, (size_t)len) != len)
		abort();
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("ATTEMPTS");

	if (path != NULL)
		out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void
try_the_network(void)
{
	int pair[2];

	tell("socket inet", socket(AF_INET, SOCK_STREAM, 0));
	tell("socket inet6 udp", socket(AF_INET6, SOCK_DGRAM, 0));
	tell("socket unix", socket(AF_UNIX, SOCK_STREAM, 0));
	tell("socket netlink", socket(AF_NETLINK, SOCK_RAW, 0));
	tell("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	tell("connect", connect(out, NULL, 0));
	tell("sendto", sendto(out, "", 1, 0, NULL, 0));
	tell("io_uring_setup", syscall(SYS_io_uring_setup, 1, NULL));
}

static void
try_programs(void)
{
	char name[] = "true", *const argv[] = { name, NULL };
	struct clone_args {
		unsigned long long args[11];
	} child = { { 0 } };

	tell("execve", execve("/bin/true", argv, argv + 1));
	tell("execveat", syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, argv + 1, 0));
	tell("fork", syscall(SYS_fork));
	tell("vfork by clone", syscall(SYS_clone, CLONE_VM | CLONE_VFORK, NULL, NULL, NULL, 0));
	tell("clone", syscall(SYS_clone, 17, NULL, NULL, NULL, 0));
	tell("clone3", syscall(SYS_clone3, &child, sizeof(child)));
	tell("request_key", syscall(SYS_request_key, "user", "attempt", "start", 0));
	tell("memfd_create", syscall(SYS_memfd_create, "code", 0));
	tell("mmap to write and run", mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
					  ? -1
					  : 0);
}

static void
try_others(void)
{
	struct iovec none = { NULL, 0 };

	tell("ptrace", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
	tell("process_vm_readv", process_vm_readv(getppid(), &none, 1, &none, 1, 0));
	tell("process_vm_writev", process_vm_writev(getppid(), &none, 1, &none, 1, 0));
	tell("kill", syscall(SYS_kill, getppid(), 0));
	tell("pidfd_open", syscall(SYS_pidfd_open, getppid(), 0));
	tell("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, NULL, 0));
	tell("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	tell("userfaultfd", syscall(SYS_userfaultfd, 0));
	tell("unshare", unshare(CLONE_NEWUSER));
	tell("mount", syscall(SYS_mount, "x", "/tmp", "tmpfs", 0, NULL));
	tell("chroot", chroot("/"));
	tell("ptraced by anybody", prctl(PR_SET_PTRACER, 1, 0, 0, 0));
	tell("dumpable", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	tell("typing into the terminal", syscall(SYS_ioctl, 0, TIOCSTI, "x"));
	tell("keyctl new session", syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0));
	tell("keyctl session to parent", syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT, 0, 0, 0, 0));
	tell("init_module", syscall(SYS_init_module, NULL, 0, ""));
}

static void
try_files(void)
{
	const char *outside = getenv("OUTSIDE"); /* a folder with a file `secret` */
	char path[4096];

	snprintf(path, sizeof(path), "%s/secret", outside);
	tell("read another file", open(path, O_RDONLY));
	tell("change another file", open(path, O_WRONLY));
	tell("truncate another file", truncate(path, 0));
	tell("delete another file", unlink(path));
	tell("list another folder", open(outside, O_RDONLY | O_DIRECTORY));
	tell("make a link", symlink("/etc/passwd", path));
	tell("chmod", chmod(path, 0777));
	tell("setxattr", setxattr(path, "user.x", "x", 1, 0));
	snprintf(path, sizeof(path), "%s/new", outside);
	tell("make a file", open(path, O_WRONLY | O_CREAT, 0600));
	tell("make a folder", mkdir(path, 0700));
	tell("make a device", mknod(path, S_IFCHR | 0600, 0));
	tell("read /etc/shadow", open("/etc/shadow", O_RDONLY));
	tell("read other memory", open("/proc/1/environ", O_RDONLY));
	tell("read own memory", open("/proc/self/mem", O_RDWR));
	tell("write elsewhere", open("/var/lib/evault-attempt", O_WRONLY | O_CREAT, 0600));
}

__attribute__((destructor)) static void
attempt(void)
{
	if (out < 0)
		return;
	try_the_network();
	try_programs();
	try_others();
	try_files();
	tell("end", 0);
}
