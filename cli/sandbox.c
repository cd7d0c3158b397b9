/* Files and folders, by Landlock; and the order in which all of it is taken away. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "sandbox_private.h"

struct allowed {
	int fd; /* O_PATH: it stays this one, whatever its name comes to mean */
	uint64_t rights;
};

/* A process has one sandbox. */
static struct {
	struct allowed *list;
	size_t n;
	bool entered, calls;
	int version;
} state;

struct sandbox_state
sandbox_state(void)
{
	return (struct sandbox_state){ state.calls, state.version };
}

#ifdef EVAULT_NO_SANDBOX

void
sandbox_allow(const char *path, enum sandbox_use use)
{
	(void)path;
	(void)use;
}

bool
sandbox_begin(void)
{
	return true;
}

bool
sandbox_enter(bool require)
{
	if (require)
		message_error(_("this evault was built without a sandbox"));
	return !require;
}

#else

/*
 * Landlock as the kernel's documentation has it: the headers of Debian 12
 * stop at the second version of its interface, and kernels go on.
 */
enum {
	CREATE_RULESET_VERSION = 1,
	RULE_PATH_BENEATH = 1,
	VERSION_LEAST = 2, /* before it, nothing can be renamed into another folder */
	VERSION_TRUNCATE = 3,
	VERSION_NET = 4,
	VERSION_DEVICES = 5,
	VERSION_SCOPES = 6,
};

#define FS_EXECUTE     UINT64_C(1)
#define FS_WRITE_FILE  (UINT64_C(1) << 1)
#define FS_READ_FILE   (UINT64_C(1) << 2)
#define FS_READ_DIR    (UINT64_C(1) << 3)
#define FS_REMOVE_DIR  (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_DIR    (UINT64_C(1) << 7)
#define FS_MAKE_REG    (UINT64_C(1) << 8)
#define FS_REFER       (UINT64_C(1) << 13)
#define FS_TRUNCATE    (UINT64_C(1) << 14)
#define FS_IOCTL_DEV   (UINT64_C(1) << 15)
#define FS_ALL_OF_2    ((UINT64_C(1) << 14) - 1)
#define NET_ALL_OF_4   UINT64_C(3) /* bind and connect by TCP */
#define SCOPE_ALL_OF_6 UINT64_C(3) /* abstract sockets, signals */

#define FOR_FILES (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define READING   (FS_READ_FILE | FS_READ_DIR)
#define CHANGING                                                                                   \
	(READING | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |    \
	 FS_REFER | FS_TRUNCATE)

struct ruleset {
	uint64_t fs, net, scoped;
};

struct rule {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/*
 * What of the system's is read: times, locales and libraries that libc loads by
 * itself, and how the user is called.
 */
static const char *const system_paths[] = {
	"/usr/share/zoneinfo", "/usr/lib",         "/usr/lib64",  "/lib", "/lib64",
	"/etc/localtime",      "/etc/ld.so.cache", "/etc/passwd",
};

static void
keep(int fd, uint64_t rights)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		rights = 0;
	else if (!S_ISDIR(st.st_mode))
		rights &= FOR_FILES;
	if (rights == 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	state.list = memory_grow(state.list, (state.n + 1) * sizeof(*state.list));
	state.list[state.n++] = (struct allowed){ fd, rights };
}

/* The folder that a file is to be made in. */
static int
open_parent(const char *path)
{
	char *copy = memory_copy(path), *slash;
	size_t len;
	int fd;

	for (len = strlen(copy); len > 1 && copy[len - 1] == '/'; len--)
		copy[len - 1] = '\0';
	slash = strrchr(copy, '/');
	if (slash == NULL)
		fd = open(".", O_PATH | O_CLOEXEC);
	else {
		slash[slash == copy] = '\0';
		fd = open(copy, O_PATH | O_CLOEXEC);
	}
	free(copy);
	return fd;
}

/* Where a folder is filled for the first time, the one that it is in is synced. */
static void
allow_folder(const char *path, enum sandbox_use use)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd >= 0 && use == SANDBOX_FILLED)
		keep(openat(fd, "..", O_PATH | O_CLOEXEC), FS_READ_DIR);
	keep(fd, CHANGING);
}

void
sandbox_allow(const char *path, enum sandbox_use use)
{
	struct stat st;
	bool folder;

	if (path == NULL || use == SANDBOX_UNUSED || strcmp(path, "-") == 0 || state.entered)
		return;
	folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (use == SANDBOX_READ)
		keep(open(path, O_PATH | O_CLOEXEC), READING);
	else if (use == SANDBOX_BESIDE)
		keep(open_parent(path), READING);
	else if (folder)
		allow_folder(path, use);
	else
		keep(open_parent(path), CHANGING);
}

bool
sandbox_begin(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && sandbox_filter_calls()) {
		state.calls = true;
		return true;
	}
	message_error(_("this system lets no program give up what it does not need (seccomp): %s"),
		      _(strerror(errno)));
	return false;
}

static long
create_ruleset(const struct ruleset *set, size_t size, uint32_t flags)
{
	return syscall(SYS_landlock_create_ruleset, set, size, flags);
}

static struct ruleset
all_of(int version)
{
	struct ruleset set = { .fs = FS_ALL_OF_2 };

	if (version >= VERSION_TRUNCATE)
		set.fs |= FS_TRUNCATE;
	if (version >= VERSION_NET)
		set.net = NET_ALL_OF_4;
	if (version >= VERSION_DEVICES)
		set.fs |= FS_IOCTL_DEV;
	if (version >= VERSION_SCOPES)
		set.scoped = SCOPE_ALL_OF_6;
	return set;
}

static bool
add_rules(int ruleset, uint64_t handled)
{
	struct rule rule;
	bool good = true;
	size_t i;

	for (i = 0; i < state.n && good; i++) {
		rule.allowed = state.list[i].rights & handled;
		rule.parent_fd = state.list[i].fd;
		/* What has no place in a file system, a pipe, needs no rule. */
		good = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0 ||
		       errno == EBADFD;
	}
	return good;
}

/* errno tells why it is false. */
static bool
restrict_files(int version)
{
	struct ruleset set = all_of(version);
	/* An older kernel knows a shorter one, and takes a longer one whose rest is zero. */
	int fd = (int)create_ruleset(&set, sizeof(set), 0);
	bool good =
	    fd >= 0 && add_rules(fd, set.fs) && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return good;
}

/* As /dev/stdin it is opened again.  A folder is no input: all that is in it would be. */
static void
allow_input(void)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == 0 && !S_ISDIR(st.st_mode))
		keep(open("/proc/self/fd/0", O_PATH | O_CLOEXEC), FS_READ_FILE);
}

static void
allow_system(void)
{
	size_t i;

	for (i = 0; i < sizeof(system_paths) / sizeof(system_paths[0]); i++)
		sandbox_allow(system_paths[i], SANDBOX_READ);
	sandbox_allow("/var/tmp", SANDBOX_OUTPUT); /* files without a name (store/sealed.h) */
	keep(open("/dev/tty", O_PATH | O_CLOEXEC), FOR_FILES);
	keep(open("/dev/null", O_PATH | O_CLOEXEC), FOR_FILES);
	allow_input();
}

static void
forget_paths(void)
{
	while (state.n > 0)
		close(state.list[--state.n].fd);
	free(state.list);
	state.list = NULL;
}

bool
sandbox_enter(bool require)
{
	long version;
	bool good = true;

	if (state.entered)
		return true;
	version = create_ruleset(NULL, 0, CREATE_RULESET_VERSION);
	if (version >= VERSION_LEAST) {
		allow_system();
		good = restrict_files((int)version);
		if (good)
			state.version = (int)version;
		else
			message_error(_("the sandbox for files (Landlock) cannot be entered: %s"),
				      _(strerror(errno)));
	} else if (require) {
		good = false;
		message_error(_("this system has no sandbox for files (Landlock)"));
	} else {
		message_warning(_("this system has no sandbox for files (Landlock): a fault in "
				  "evault could reach files that are not the vault's"));
	}
	state.entered = true;
	forget_paths();
	return good;
}

#endif

void
sandbox_allow_all(const struct list *paths, enum sandbox_use use)
{
	size_t i;

	for (i = 0; i < paths->n; i++)
		sandbox_allow(paths->items[i], use);
}
