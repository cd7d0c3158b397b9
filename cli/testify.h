/*
 * What the two ways to testify share: cmd_testify.c has the command and the
 * pipe, testify_typed.c the terminal, testify_sealed.c what cannot be opened.
 */
#ifndef CLI_TESTIFY_H
#define CLI_TESTIFY_H

#include "command.h"
#include "session.h"
#include "statement.h"

/* An item that the witness was heard in. */
struct testify_heard {
	char citation[EVAULT_CITATION_SIZE];
	char date[11];
};

struct testify {
	struct globals *globals;
	bool resume;
	const char *draft; /* the id that was given with --resume, or NULL */
	struct session session;
	struct evault *vault; /* NULL: closed */
	struct statement statement;
	struct testify_heard *heard;
	size_t n_heard;
	bool warned; /* that the text is not in locked memory */
};

/*
 * Looks whether the witness was heard before.  *text is a sentence about it,
 * new memory, or NULL: no.
 */
enum evault_status testify_hear(struct testify *t, char **text, struct evault_error *err);
/* Keeps it, in the vault that is open for writing, and says so. */
enum evault_status testify_keep(struct testify *t, struct evault_testify *what,
				struct evault_error *err);
/* Says that it is kept. */
void testify_say(const struct testify *t, const struct evault_testified *kept);

/* Says that another is at the draft.  Returns the exit status. */
int testify_is_live(const struct evault_error *err);

/* --resume, for who may only add.  Returns the exit status. */
int testify_resume_sealed(struct testify *t);

/* All of it on the terminal.  Returns the exit status. */
int testify_typed(struct testify *t);

#endif
