/*
 * Reading a command line by a table.  Options may stand before and after
 * operands; `--` ends them; `--name=value`, `--name value`, `-o value` and
 * `-ovalue` are the same.  An option that takes one text is refused when it
 * is given twice.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "command.h"
#include "sandbox.h"

/*
 * One of flag, text and list is set; a table ends with an empty one.  What is
 * a path says what for, and the sandbox lets it be reached.
 */
struct option_def {
	char letter;      /* or 0 */
	const char *name; /* long form, without "--"; or NULL */
	bool *flag;
	const char **text;
	struct list *list;
	enum sandbox_use path;
};

enum {
	OPTIONS_GO_ON = -1
};

/*
 * Reads the options of `command` and the global ones; what is left is added
 * to `operands` (NULL: the command takes none).  Returns OPTIONS_GO_ON, or
 * the exit status to end with: after a mistake (which it has said), --help or
 * --version.
 */
int options_read(const struct command *command, const struct option_def *defs,
		 struct globals *globals, char **argv, struct list *operands);

/* Global options up to the first operand; returns where that is, or NULL after a mistake. */
char **options_before_command(struct globals *globals, char **argv);

/* A mistake in how `command` was called: says so, and where help is.  Returns EXIT_FAILED. */
int options_wrong(const struct command *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
