#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "message.h"

/* What a handler can reach. */
static volatile sig_atomic_t asked;
static volatile time_t asked_at;
static bool told;

static void
on_signal(int number)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!asked) {
		asked_at = now.tv_sec;
		asked = 1;
	} else if (now.tv_sec - asked_at > 1) {
		signal(number, SIG_DFL);
		kill(getpid(), number);
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
