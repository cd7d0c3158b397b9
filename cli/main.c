/*
 * evault, the command: a thin skin over the library.  Here is the table of
 * commands, and what a process does once.
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "forget.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"

/* clang-format off */
const struct command *const command_table[] = {
	&command_init,
	&command_add,
	&command_testify,
	&command_receive,
	&command_list,
	&command_search,
	&command_show,
	&command_get,
	&command_annotate,
	&command_retract,
	&command_history,
	&command_check,
	&command_status,
	&command_verify,
	&command_checkpoint,
	&command_tidy,
	&command_unlock,
	&command_lock,
	&command_panic,
	&command_key,
	&command_card,
	&command_contact,
	&command_share,
	&command_receipt,
	&command_keygen,
	&command_version,
	&command_help,
	NULL,
};
/* clang-format on */

const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; command_table[i] != NULL; i++)
		if (strcmp(command_table[i]->name, name) == 0)
			return command_table[i];
	return NULL;
}

/* How many letters must be changed, added or left out to make `b` of `a`; both short. */
static size_t
distance(const char *a, const char *b)
{
	enum {
		LONGEST = 16
	};
	size_t row[LONGEST + 1], diagonal, above, i, j, n = strlen(b);

	if (n > LONGEST || strlen(a) > LONGEST)
		return LONGEST;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= n; j++) {
			above = row[j];
			row[j] = diagonal + (a[i - 1] != b[j - 1]);
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (above + 1 < row[j])
				row[j] = above + 1;
			diagonal = above;
		}
	}
	return row[n];
}

void
command_unknown(const char *name)
{
	const struct command *best = NULL;
	size_t least = 6, d, i; /* two letters amiss, and the first one right counts for half */
	char *shown = escape_text(name);

	for (i = 0; command_table[i] != NULL; i++) {
		d = 2 * distance(name, command_table[i]->name) +
		    (name[0] != command_table[i]->name[0]);
		if (d < least) {
			least = d;
			best = command_table[i];
		}
	}
	message_error(_("there is no command %s"), shown);
	if (best != NULL)
		message_hint(_("did you mean: evault %s"), best->name);
	else
		message_hint(_("see: evault help"));
	free(shown);
}

/*
 * A descriptor of 0, 1, 2 that is closed would be given to the next file that
 * is opened, and messages would be written into the vault.
 */
static bool
fill_standard_descriptors(void)
{
	struct stat st;
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &st) == 0)
			continue;
		/* Opened the wrong way round, so that using it is an error. */
		if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

/*
 * What is large goes back to the system when it is freed.  Left alone, libc
 * learns from what was freed to keep ever larger pieces, and memory grows with
 * all that was done (G9).
 */
static void
keep_no_large_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}

/* Keys are in memory: leave no picture of it behind. */
static void
refuse_core_dumps(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak sanitizer reads its own process */
	/* Where cores are piped to a program, the limit does not hold. */
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int
run(struct globals *globals, char **argv)
{
	const struct command *command;
	char *none[] = { NULL }, **rest;

	rest = options_before_command(globals, argv);
	if (rest == NULL)
		return EXIT_FAILED;
	if (*rest == NULL && globals->version)
		return command_version.run(globals, none);
	if (*rest == NULL) {
		command_overview(globals->help ? stdout : stderr);
		return globals->help ? EXIT_SOUND : EXIT_FAILED;
	}
	command = command_find(*rest);
	if (command == NULL) {
		command_unknown(*rest);
		return EXIT_FAILED;
	}
	return command->run(globals, rest + 1);
}

int
main(int argc, char **argv)
{
	struct globals globals = { 0 };
	int status;

	if (argc < 1 || !fill_standard_descriptors())
		return EXIT_FAILED;
	refuse_core_dumps();
	keep_no_large_memory();
	if (atexit(evault_wipe_secrets) != 0)
		return EXIT_FAILED;
	interrupt_init();
	signal(SIGPIPE, SIG_IGN);
	message_init();
	if (!sandbox_begin())
		return EXIT_FAILED;
	status = run(&globals, argv + 1);
	if (!message_close_output())
		status = EXIT_FAILED;
	list_release(&globals.identities);
	forget_rest(argc, argv);
	interrupt_end_due();
	return status;
}
