#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "evault.h"
#include "message.h"

/* What a handler can reach. */
static volatile sig_atomic_t asked;
static volatile time_t asked_at;
static volatile sig_atomic_t due; /* the signal that ends the program soon */
static bool told;

void
interrupt_end(int number)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t open;

	/* A terminal that goes sends more than one. */
	if (due != 0 && (number == SIGHUP || number == SIGINT || number == SIGTERM))
		return;
	evault_wipe_secrets();
	sigemptyset(&usual.sa_mask);
	sigaction(number, &usual, NULL);
	sigemptyset(&open);
	sigaddset(&open, number);
	sigprocmask(SIG_UNBLOCK, &open, NULL);
	kill(getpid(), number);
}

void
interrupt_later(int number)
{
	due = number;
}

void
interrupt_end_due(void)
{
	int number = due;

	due = 0;
	if (number != 0)
		interrupt_end(number);
}

void
interrupt_init(void)
{
	static const int ending[] = { SIGINT,  SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU, SIGXFSZ,
				      SIGSEGV, SIGBUS,  SIGFPE, SIGILL,  SIGABRT, SIGSYS };
	struct sigaction ours = { .sa_handler = interrupt_end }, before;
	size_t i;

	sigemptyset(&ours.sa_mask);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		/* Not over a sanitizer's, and not over "ignore". */
		if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
			sigaction(ending[i], &ours, NULL);
	}
}

static void
mask(int how)
{
	static const int waiting[] = { SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGALRM,
				       SIGXCPU, SIGXFSZ, SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
		sigaddset(&set, waiting[i]);
	sigprocmask(how, &set, NULL);
}

void
interrupt_hold(void)
{
	mask(SIG_BLOCK);
}

void
interrupt_let(void)
{
	mask(SIG_UNBLOCK);
}

static void
on_signal(int number)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!asked) {
		asked_at = now.tv_sec;
		asked = 1;
	} else if (now.tv_sec - asked_at > 1) {
		interrupt_end(number);
	}
}

void
interrupt_watch(void)
{
	static const int watched[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction ours = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, before;
	size_t i;

	sigemptyset(&ours.sa_mask);
	for (i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		/* Who started us with nohup or in the background wants it ignored. */
		if (sigaction(watched[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN)
			continue;
		sigaction(watched[i], &ours, NULL);
	}
}

bool
interrupt_asked(void)
{
	if (asked && !told) {
		told = true;
		message_note(_("stopping when what is at hand is finished …"));
	}
	return asked != 0;
}
