#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "failure.h"
#include "language.h"
#include "message.h"
#include "progress.h"
#include "secret.h"

static const int watched[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
enum {
	N_WATCHED = sizeof(watched) / sizeof(watched[0])
};

/* Which of them came.  A handler can reach nothing else. */
static volatile sig_atomic_t came[N_WATCHED];

bool
terminal_is(FILE *stream)
{
	return isatty(fileno(stream)) == 1;
}

int
terminal_width(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col < 20)
		return 80;
	return w.ws_col;
}

bool
terminal_size(unsigned *rows, unsigned *columns)
{
	struct winsize w;

	if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 ||
	    w.ws_row == 0 || w.ws_col == 0)
		return false;
	*rows = w.ws_row;
	*columns = w.ws_col;
	return true;
}

static int
open_terminal(void)
{
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

bool
terminal_can_ask(void)
{
	int fd = open_terminal();

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void
note_signal(int number)
{
	size_t i;

	for (i = 0; i < N_WATCHED; i++)
		if (watched[i] == number)
			came[i] = 1;
}

static void
watch_signals(struct sigaction before[N_WATCHED])
{
	struct sigaction ours = { .sa_handler = note_signal }; /* no SA_RESTART: read must end */
	size_t i;

	sigemptyset(&ours.sa_mask);
	for (i = 0; i < N_WATCHED; i++) {
		came[i] = 0;
		sigaction(watched[i], &ours, &before[i]);
	}
}

/*
 * Puts the handlers back and lets what came have its usual effect.  True
 * after stop and go; *ended after one that asks to end.
 */
static bool
release_signals(const struct sigaction before[N_WATCHED], bool *ended)
{
	bool stopped = false;
	size_t i;

	for (i = 0; i < N_WATCHED; i++)
		sigaction(watched[i], &before[i], NULL);
	for (i = 0; i < N_WATCHED; i++) {
		if (!came[i])
			continue;
		if (watched[i] == SIGTSTP || watched[i] == SIGTTIN || watched[i] == SIGTTOU)
			stopped = true;
		else
			*ended = true;
		kill(getpid(), watched[i]);
	}
	return stopped;
}

static bool
any_came(void)
{
	size_t i;

	for (i = 0; i < N_WATCHED; i++)
		if (came[i])
			return true;
	return false;
}

static void
put(int fd, const char *text)
{
	size_t len = strlen(text), done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, text + done, len - done);
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

/* One prompt and one line, with the echo off.  E_CANCELLED also when a signal came. */
static enum evault_status
ask_hidden(int fd, const char *prompt, char *out, size_t size, struct evault_error *err)
{
	struct termios before, hidden;
	enum evault_status rc;

	if (tcgetattr(fd, &before) != 0)
		return failure_set(err, EVAULT_E_IO, _("the terminal cannot be set up: %s"),
				   _(strerror(errno)));
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (tcsetattr(fd, TCSAFLUSH, &hidden) != 0)
		return any_came()
			   ? EVAULT_E_CANCELLED
			   : failure_set(err, EVAULT_E_IO, _("the terminal cannot be set up: %s"),
					 _(strerror(errno)));
	put(fd, prompt);
	rc = secret_read_line(fd, out, size, any_came, err);
	put(fd, "\n");
	while (tcsetattr(fd, TCSAFLUSH, &before) != 0 && errno == EINTR && !came[N_WATCHED - 1])
		;
	return rc;
}

enum evault_status
terminal_ask_secret(const char *prompt, char *out, size_t size, struct evault_error *err)
{
	struct sigaction before[N_WATCHED];
	bool again, ended = false;
	enum evault_status rc;
	int fd = open_terminal();

	if (fd < 0)
		return failure_set(err, EVAULT_E_NOT_FOUND, _("there is no terminal to ask on"));
	progress_hide();
	do {
		watch_signals(before);
		rc = ask_hidden(fd, prompt, out, size, err);
		again = release_signals(before, &ended);
	} while (again && !ended && rc == EVAULT_E_CANCELLED);
	close(fd);
	if (rc == EVAULT_E_CANCELLED)
		return failure_set(err, ended ? EVAULT_E_CANCELLED : EVAULT_E_KEY,
				   _("no passphrase was typed"));
	return rc;
}

/* E_CANCELLED when a signal came. */
static enum evault_status
read_key(int fd, const char *prompt, char key[16])
{
	struct termios before, raw;
	ssize_t n;

	if (tcgetattr(fd, &before) != 0)
		return EVAULT_E_IO;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSADRAIN, &raw) != 0)
		return any_came() ? EVAULT_E_CANCELLED : EVAULT_E_IO;
	put(fd, prompt);
	n = any_came() ? 0 : read(fd, key, 15);
	key[n > 0 ? n : 0] = '\0';
	put(fd, "\r\033[K");
	while (tcsetattr(fd, TCSADRAIN, &before) != 0 && errno == EINTR && !came[N_WATCHED - 1])
		;
	return n > 0 ? EVAULT_OK : EVAULT_E_CANCELLED;
}

void
terminal_ask_key(const char *prompt, char key[16])
{
	struct sigaction before[N_WATCHED];
	bool again, ended = false;
	enum evault_status rc;
	int fd = open_terminal();

	key[0] = '\0';
	if (fd < 0)
		return;
	do {
		watch_signals(before);
		rc = read_key(fd, prompt, key);
		again = release_signals(before, &ended);
	} while (again && !ended && rc == EVAULT_E_CANCELLED);
	close(fd);
}

/* False when nobody can be asked, or nothing is typed any more. */
static bool
ask_line(const char *question, const char *mark, char *answer, size_t size)
{
	enum evault_status rc;
	int fd = open_terminal();

	if (fd < 0)
		return false;
	progress_hide();
	fflush(stdout);
	put(fd, question);
	put(fd, mark);
	rc = secret_read_line(fd, answer, size, NULL, NULL);
	close(fd);
	return rc == EVAULT_OK;
}

bool
terminal_ask_yes(const char *question)
{
	char answer[64];

	return ask_line(question, _(" [y/N]? "), answer, sizeof(answer)) && language_is_yes(answer);
}

bool
terminal_ask_unless_no(const char *question)
{
	char answer[64];

	return ask_line(question, _(" [Y/n]? "), answer, sizeof(answer)) && !language_is_no(answer);
}

bool
terminal_ask_word(const char *question, const char *word)
{
	char answer[64];

	return ask_line(question, "", answer, sizeof(answer)) && strcmp(answer, word) == 0;
}
