/*
 * Runs a command, stops it when it ends, and writes down what it has in memory then: all that it
 * could write to.  Its exit status is the command's; 125: that could not be done.
 *
 *	lastlook FILE COMMAND [ARGUMENT…]
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PIECE = 1 << 16,
	FAILED = 125
};

/* Guard pages, and what the kernel maps, cannot be read: they are passed over. */
static void
copy(int mem, uint64_t from, uint64_t to, FILE *out)
{
	static uint8_t piece[PIECE];
	ssize_t got = 1;

	for (; from < to && got > 0; from += (uint64_t)got) {
		size_t want = to - from < PIECE ? (size_t)(to - from) : PIECE;

		got = pread(mem, piece, want, (off_t)from);
		if (got > 0)
			fwrite(piece, 1, (size_t)got, out);
	}
}

static int
look(pid_t pid, const char *path)
{
	char name[64], line[512], rights[8];
	unsigned long long from, to;
	FILE *maps, *out = fopen(path, "wb");
	int mem, copied = 0;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "r");
	snprintf(name, sizeof(name), "/proc/%d/mem", (int)pid);
	mem = open(name, O_RDONLY | O_CLOEXEC);
	while (out != NULL && maps != NULL && mem >= 0 && fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%llx-%llx %7s", &from, &to, rights) != 3 || rights[0] != 'r' ||
		    rights[1] != 'w')
			continue;
		copy(mem, from, to, out);
		copied++;
	}
	if (maps != NULL)
		fclose(maps);
	if (mem >= 0)
		close(mem);
	return out != NULL && fclose(out) == 0 && copied > 0 ? 0 : -1;
}

static int
follow(pid_t pid, const char *path)
{
	int status, signal_now = 0, looked = -1;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC) != 0)
		return FAILED;
	for (;;) {
		if (ptrace(PTRACE_CONT, pid, NULL, signal_now) != 0 ||
		    waitpid(pid, &status, 0) != pid)
			return FAILED;
		if (WIFEXITED(status))
			return looked == 0 ? WEXITSTATUS(status) : FAILED;
		if (WIFSIGNALED(status))
			return looked == 0 ? 128 + WTERMSIG(status) : FAILED;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			looked = look(pid, path);
		signal_now = status >> 16 != 0 ? 0 : WSTOPSIG(status);
	}
}

int
main(int argc, char **argv)
{
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: lastlook FILE COMMAND [ARGUMENT…]\n");
		return FAILED;
	}
	pid = fork();
	if (pid < 0)
		return FAILED;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(FAILED);
		execv(argv[2], argv + 2);
		_exit(FAILED);
	}
	return follow(pid, argv[1]);
}
