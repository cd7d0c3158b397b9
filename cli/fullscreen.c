#include "fullscreen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "failure.h"
#include "interrupt.h"
#include "message.h"

/* Second screen, emptied; pastes in brackets; no wrapping at the margin. */
#define ENTER "\033[?1049h\033[0m\033[2J\033[?2004h\033[?7l"
#define LEAVE "\033[?2004l\033[?7h\033[0m\033[H\033[2J\033[?1049l"

static const int watched[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH };
static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
enum {
	N_WATCHED = sizeof(watched) / sizeof(watched[0]),
	N_CRASHES = sizeof(crashes) / sizeof(crashes[0]),
};

/* What a handler, and the end of the program, can reach. */
static volatile sig_atomic_t came[N_WATCHED];
static volatile sig_atomic_t terminal = -1; /* while the screen is ours */
static struct termios usual;
static struct sigaction actions[N_WATCHED], crash_actions[N_CRASHES];
static sigset_t mask_before, mask_waiting;
static int ended_by;
static bool registered;

/* Calls only what a handler may call. */
static void
restore(void)
{
	int fd = terminal, saved = errno;
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	if (fd < 0)
		return;
	terminal = -1;
	/* Not for ever, where it takes no more. */
	(void)poll(&room, 1, 1000);
	if (write(fd, LEAVE, strlen(LEAVE)) < 0)
		errno = saved;
	/* What was typed ahead is part of the statement, and no command for a shell. */
	(void)tcflush(fd, TCIFLUSH);
	(void)tcsetattr(fd, TCSANOW, &usual);
	close(fd);
	errno = saved;
}

static void
on_signal(int number)
{
	size_t i;

	for (i = 0; i < N_WATCHED; i++)
		if (watched[i] == number)
			came[i] = 1;
}

static void
on_crash(int number)
{
	restore();
	interrupt_end(number);
}

static bool
take(int number)
{
	size_t i;

	for (i = 0; i < N_WATCHED; i++) {
		if (watched[i] != number || !came[i])
			continue;
		came[i] = 0;
		return true;
	}
	return false;
}

static void
watch(void)
{
	struct sigaction ours = { .sa_handler = on_signal };
	struct sigaction crash = { .sa_handler = on_crash,
				   .sa_flags = (int)(SA_RESETHAND | SA_NODEFER) };
	sigset_t held;
	size_t i;

	sigemptyset(&held);
	sigaddset(&held, SIGTTOU); /* to set the terminal up after coming back */
	for (i = 0; i < N_WATCHED; i++)
		sigaddset(&held, watched[i]);
	sigprocmask(SIG_BLOCK, &held, &mask_before);
	mask_waiting = mask_before;
	sigemptyset(&ours.sa_mask);
	sigemptyset(&crash.sa_mask);
	for (i = 0; i < N_WATCHED; i++) {
		came[i] = 0;
		sigdelset(&mask_waiting, watched[i]);
		sigaction(watched[i], &ours, &actions[i]);
	}
	for (i = 0; i < N_CRASHES; i++) {
		sigaction(crashes[i], NULL, &crash_actions[i]);
		if (crash_actions[i].sa_handler == interrupt_end) /* not over a sanitizer's */
			sigaction(crashes[i], &crash, NULL);
	}
}

static void
unwatch(void)
{
	size_t i;

	for (i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &crash_actions[i], NULL);
	for (i = 0; i < N_WATCHED; i++)
		sigaction(watched[i], &actions[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

static bool
set_raw(int fd)
{
	struct termios raw = usual;

	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON | INLCR | IGNCR);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_cflag |= CS8;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(fd, TCSADRAIN, &raw) == 0;
}

bool
fullscreen_possible(void)
{
	const char *term = getenv("TERM");

	return term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

enum evault_status
fullscreen_begin(struct evault_error *err)
{
	int fd;

	if (!fullscreen_possible())
		return failure_set(err, EVAULT_E_NOT_FOUND,
				   _("this terminal cannot be written on at any place: the "
				     "variable TERM says so"));
	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return failure_set(err, EVAULT_E_NOT_FOUND, _("there is no terminal to ask on"));
	if (!registered)
		registered = atexit(restore) == 0;
	watch();
	if (tcgetattr(fd, &usual) != 0 || !set_raw(fd)) {
		failure_set(err, EVAULT_E_IO, _("the terminal cannot be set up: %s"),
			    _(strerror(errno)));
		unwatch();
		close(fd);
		return EVAULT_E_IO;
	}
	terminal = fd;
	ended_by = 0;
	fullscreen_write(ENTER, strlen(ENTER));
	return EVAULT_OK;
}

void
fullscreen_end(void)
{
	if (terminal < 0)
		return;
	restore();
	unwatch();
}

void
fullscreen_size(unsigned *rows, unsigned *columns)
{
	struct winsize w;

	*rows = 24;
	*columns = 80;
	if (ioctl(terminal, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0) {
		*rows = w.ws_row;
		*columns = w.ws_col;
	}
}

static bool
is_ending(void)
{
	static const int ending[] = { SIGTERM, SIGHUP, SIGQUIT };
	size_t i;

	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (take(ending[i]))
			ended_by = ending[i];
	return ended_by != 0;
}

void
fullscreen_write(const char *data, size_t len)
{
	struct pollfd poll = { .fd = terminal, .events = POLLOUT };
	ssize_t n;

	while (len > 0) {
		n = write(terminal, data, len);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return;
		if (ppoll(&poll, 1, NULL, &mask_waiting) < 0 && is_ending())
			return;
	}
}

/* What signals ask for; FULLSCREEN_NOTHING when none came. */
static enum fullscreen_event
signalled(void)
{
	if (is_ending())
		return FULLSCREEN_ENDING;
	if (take(SIGTSTP))
		return FULLSCREEN_STOP;
	if (take(SIGINT))
		return FULLSCREEN_INTERRUPT;
	if (take(SIGCONT)) { /* who stopped us may have changed it */
		(void)set_raw(terminal);
		fullscreen_write(ENTER, strlen(ENTER));
		return FULLSCREEN_RESIZED;
	}
	return take(SIGWINCH) ? FULLSCREEN_RESIZED : FULLSCREEN_NOTHING;
}

enum fullscreen_event
fullscreen_wait(int milliseconds, char *out, size_t size, size_t *got)
{
	struct timespec time = { .tv_sec = milliseconds / 1000,
				 .tv_nsec = (long)(milliseconds % 1000) * 1000000 };
	struct pollfd poll = { .fd = terminal, .events = POLLIN };
	enum fullscreen_event event = signalled();
	ssize_t n;
	int ready;

	*got = 0;
	if (event != FULLSCREEN_NOTHING)
		return event;
	ready = ppoll(&poll, 1, &time, &mask_waiting);
	if (ready <= 0)
		return ready < 0 ? signalled() : FULLSCREEN_NOTHING;
	n = read(terminal, out, size);
	if (n > 0) {
		*got = (size_t)n;
		return FULLSCREEN_INPUT;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return signalled();
	if (!is_ending())
		ended_by = SIGHUP;
	return FULLSCREEN_ENDING;
}

void
fullscreen_stop(void)
{
	fullscreen_write(LEAVE, strlen(LEAVE));
	(void)tcsetattr(terminal, TCSADRAIN, &usual);
	kill(getpid(), SIGSTOP);
	/* Here somebody has said SIGCONT. */
	(void)take(SIGCONT);
	(void)set_raw(terminal);
	fullscreen_write(ENTER, strlen(ENTER));
}

int
fullscreen_signal(void)
{
	return ended_by;
}
