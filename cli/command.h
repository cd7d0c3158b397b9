/*
 * A command: its words, and what it does.  Each cmd_*.c defines one; main.c
 * has the table.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "memory.h"

/* The options that every command takes. */
struct globals {
	const char *vault;           /* -V, or NULL */
	struct list identities;      /* -i */
	const char *passphrase_file; /* or NULL; "-" is standard input */
	const char *index;           /* --index, or NULL */
	bool json;
	bool require_sandbox; /* a kernel that cannot hold evault to its files is an error */
	bool help;
	bool version;
};

struct command {
	const char *name;
	const char *summary; /* one line */
	const char *usage;   /* synopsis, what it does, options, example */
	/* argv: what stands after the command's name, NULL at its end.  Returns an exit status. */
	int (*run)(struct globals *globals, char **argv);
};

extern const struct command command_key;
extern const struct command command_keygen;
extern const struct command command_init;
extern const struct command command_add;
extern const struct command command_testify;
extern const struct command command_receive;
extern const struct command command_list;
extern const struct command command_search;
extern const struct command command_show;
extern const struct command command_get;
extern const struct command command_annotate;
extern const struct command command_retract;
extern const struct command command_history;
extern const struct command command_check;
extern const struct command command_tidy;
extern const struct command command_checkpoint;
extern const struct command command_status;
extern const struct command command_unlock;
extern const struct command command_lock;
extern const struct command command_panic;
extern const struct command command_verify;
extern const struct command command_card;
extern const struct command command_contact;
extern const struct command command_share;
extern const struct command command_receipt;
extern const struct command command_version;
extern const struct command command_help;

/* All of them in the order of the help, NULL at the end. */
extern const struct command *const command_table[];

const struct command *command_find(const char *name);

/* All commands and the global options, in short. */
void command_overview(FILE *out);

/* Says that there is no such command, and which one may have been meant. */
void command_unknown(const char *name);

#endif
