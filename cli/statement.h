/*
 * A statement as somebody types it: the questions before it, the text, and
 * its draft, which is sealed into the vault's folder all the while.
 */
#ifndef CLI_STATEMENT_H
#define CLI_STATEMENT_H

#include <time.h>

#include "editor.h"
#include "evault.h"
#include "memory.h"
#include "page.h"

enum statement_end {
	STATEMENT_DONE,    /* go on */
	STATEMENT_LEFT,    /* the person leaves; the draft stays, if there is text */
	STATEMENT_DROPPED, /* and throws it away */
	STATEMENT_ENDING,  /* the program must end: fullscreen_signal */
	STATEMENT_FAILED,  /* no memory */
};

enum statement_asking {
	ASKING_NOTHING,
	ASKING_FINISH,
	ASKING_LEAVE,
};

struct statement {
	struct evault *vault; /* borrowed; NULL: no draft can be sealed */
	struct list pairs;    /* what is said of it: "K=V", our memory */
	struct evault_draft draft;
	struct editor editor;
	uint64_t sealed_changes; /* editor.changes when it was sealed last */
	bool sealed;             /* there is a draft on disk, */
	time_t sealed_at;        /* from then */
	char problem[500];       /* why the last sealing failed; or "" */
	enum statement_asking asking;
	enum statement_end end;
};

/* False: no memory. */
bool statement_init(struct statement *s, struct evault *vault);
/* Wipes. */
void statement_release(struct statement *s);

/* Adds "name=value"; the value of one that is there already, or NULL. */
void statement_say(struct statement *s, const char *name, const char *value);
const char *statement_said(const struct statement *s, const char *name);
struct evault_details statement_details(const struct statement *s);
/* Takes up a draft.  False: no memory. */
bool statement_take_up(struct statement *s, const struct evault_draft *draft);

/* Seals the draft, changed or not. */
enum evault_status statement_seal(struct statement *s, struct evault_error *err);
bool statement_is_blank(const struct statement *s);
/* All of it is in the draft on disk. */
bool statement_is_safe(const struct statement *s);

/* What follows needs the full screen. */

/* Asks for what is not said yet. */
enum statement_end statement_ask(struct statement *s);
/* Shows a text; Enter goes on, Ctrl-C leaves. */
enum statement_end statement_show(const char *text);
enum statement_end statement_write(struct statement *s);

#endif
