/* What annotate and retract have in common. */
#ifndef CLI_CORRECT_H
#define CLI_CORRECT_H

#include "command.h"
#include "evault.h"
#include "refs.h"

struct correcting {
	struct globals *globals;
	struct list operands;
	struct refs refs;
	const char *event; /* the word in --json */
	/* Does it to these items. */
	enum evault_status (*act)(struct correcting *c, struct evault *vault,
				  const struct picked *picked, struct evault_corrected *done,
				  struct evault_error *err);
	/* Says that it is done. */
	void (*say)(const struct correcting *c, const struct evault_corrected *done,
		    const char *first);
	bool warn; /* of items that are retracted */
};

/*
 * Reads the operands' items, opens the vault, acts and says so.  `command`
 * is told in mistakes.  Returns the exit status; releases what it took.
 */
int correct(const struct command *command, struct correcting *c);

#endif
