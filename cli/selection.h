/* Which items a command takes: those that are named, or all of a case, of a tag, of the vault. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include "command.h"
#include "evault.h"
#include "refs.h"

struct selection {
	/* What the options said: set by options_read. */
	struct list operands;
	struct evault_filter filter;
	bool all, retracted;
	bool group;           /* selection_settle: not named one by one */
	struct refs refs;     /* refs_take, of the operands: last of all, as it may read much */
	struct picked picked; /* selection_resolve: one or more */
	uint64_t left_out;    /* … and how many retracted ones are not among them */
};

/*
 * Checks that items were chosen, and in one way only.  Returns OPTIONS_GO_ON,
 * or the exit status after a mistake, which it has said.
 */
int selection_settle(const struct command *command, struct selection *sel);
/*
 * Finds what the options and refs_take chose, says of those that are named
 * which were retracted, and how many retracted ones are left out.
 * E_NOT_FOUND when no item with a file is among them; or what evault_list and
 * refs_pick return.
 */
enum evault_status selection_resolve(struct selection *sel, struct evault *vault,
				     struct evault_error *err);
void selection_release(struct selection *sel);

#endif
