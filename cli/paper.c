#include "paper.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "failure.h"
#include "guarded.h"
#include "memory.h"
#include "message.h"
#include "secret_screen.h"
#include "terminal.h"

enum {
	PROOFS = 2,      /* groups that are asked for, of each share */
	PROOF_FIRST = 5, /* the groups before are alike on all shares */
	TYPED_SIZE = 64,
};

static bool
to_output(const struct paper_showing *how)
{
	return how->pages != NULL && strcmp(how->pages, "-") == 0;
}

FILE *
paper_beside(const struct paper_showing *how)
{
	return to_output(how) ? stderr : stdout;
}

/* Nothing of the key goes through this. */
static bool __attribute__((format(printf, 2, 3))) add(struct guarded *g, const char *fmt, ...)
{
	char line[500];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	return guarded_puts(g, line);
}

static bool
add_title(const struct paper_showing *how, unsigned number, struct guarded *g)
{
	if (how->shares == 1)
		return add(g, _("Recovery key: with it and a copy of the vault, everything in it "
				"can be read."));
	return add(g, _("Share %u of %u. Any %u of them open the vault; fewer tell nothing."),
		   number, how->shares, how->threshold);
}

/* Groups with their places, four in a line. */
static bool
add_groups(const struct evault_paper *paper, unsigned number, struct guarded *g)
{
	char *text = evault_secret_new(EVAULT_PAPER_TEXT_SIZE);
	bool good = text != NULL;
	unsigned place;

	if (good)
		evault_paper_text(paper, number, text);
	for (place = 0; place < EVAULT_PAPER_GROUPS && good; place++) {
		good =
		    add(g, "%6u  ", place + 1) &&
		    guarded_add(g, text + place * (size_t)(EVAULT_PAPER_GROUP + 1),
				EVAULT_PAPER_GROUP) &&
		    (place % EVAULT_PAPER_LINE != EVAULT_PAPER_LINE - 1 || guarded_puts(g, "\n"));
	}
	evault_secret_free(text);
	return good;
}

static enum evault_status
show_one(struct secret_screen *screen, const struct paper_showing *how,
	 const struct evault_paper *paper, unsigned number, struct evault_error *err)
{
	struct guarded text = { 0 };
	char nothing[TYPED_SIZE];
	enum evault_status rc = EVAULT_OK;

	if (!add_title(how, number, &text) || !guarded_puts(&text, "\n\n") ||
	    !add_groups(paper, number, &text) || !guarded_puts(&text, "\n") ||
	    !add(&text, _("Write down all 16 groups in their order. They are shown this once, and "
			  "kept nowhere. The letters I, L, O and U do not occur: these are the "
			  "digits 1 and 0.")) ||
	    !guarded_add(&text, "\n\n", 3))
		rc = failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	if (rc == EVAULT_OK)
		rc =
		    secret_screen_ask(screen, text.data, _("Press Enter when it is written down: "),
				      nothing, sizeof(nothing), err);
	guarded_release(&text);
	return rc;
}

/* Some group that was not asked for yet: whoever wrote down all of them can type any. */
static unsigned
choose_place(unsigned not )
{
	unsigned char random = 0;
	unsigned place = 0;

	do {
		if (getentropy(&random, 1) != 0)
			random++;
		place = PROOF_FIRST + random % (EVAULT_PAPER_GROUPS - PROOF_FIRST);
	} while (place == not );
	return place;
}

/* Asks for one group until it is right; E_NOT_FOUND: show it again. */
static enum evault_status
prove_group(struct secret_screen *screen, const struct paper_showing *how,
	    const struct evault_paper *paper, unsigned number, unsigned place,
	    struct evault_error *err)
{
	char *typed = evault_secret_new(TYPED_SIZE), above[600], question[200];
	struct evault_error why = { .text = "" };
	enum evault_status rc = EVAULT_E_FORMAT;

	if (typed == NULL)
		return failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	if (how->shares == 1)
		snprintf(question, sizeof(question), _("Group %u, from the paper: "), place + 1);
	else
		snprintf(question, sizeof(question), _("Group %u of share %u, from the paper: "),
			 place + 1, number);
	while (rc == EVAULT_E_FORMAT) {
		snprintf(above, sizeof(above), "%s%s%s\n\n", why.text,
			 why.text[0] == '\0' ? "" : "\n",
			 how->pages == NULL ? _("To be sure that it is on paper. Enter alone shows "
						"it again.")
					    : _("To be sure that it is on paper: print the page "
						"first."));
		rc = secret_screen_ask(screen, above, question, typed, TYPED_SIZE, err);
		if (rc != EVAULT_OK)
			break;
		if (typed[0] == '\0' && how->pages == NULL)
			rc = EVAULT_E_NOT_FOUND;
		else
			rc = evault_paper_proves(paper, number, place, typed, &why);
	}
	if (rc == EVAULT_E_NOMEM)
		failure_set(err, rc, "%s", why.text);
	evault_secret_free(typed);
	return rc;
}

static enum evault_status
prove_one(struct secret_screen *screen, const struct paper_showing *how,
	  const struct evault_paper *paper, unsigned number, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	unsigned place = EVAULT_PAPER_GROUPS, i;

	for (i = 0; i < PROOFS && rc == EVAULT_OK; i++) {
		place = choose_place(place);
		rc = prove_group(screen, how, paper, number, place, err);
	}
	return rc;
}

static enum evault_status
show_all(const struct paper_showing *how, const struct evault_paper *paper,
	 struct evault_error *err)
{
	struct secret_screen *screen = NULL;
	enum evault_status rc = secret_screen_begin(&screen, err);
	unsigned number;

	for (number = 1; number <= how->shares && rc == EVAULT_OK; number++) {
		do {
			if (how->pages == NULL)
				rc = show_one(screen, how, paper, number, err);
			if (rc == EVAULT_OK)
				rc = prove_one(screen, how, paper, number, err);
		} while (rc == EVAULT_E_NOT_FOUND);
	}
	secret_screen_end(screen);
	return rc;
}

enum evault_status
paper_show(const struct paper_showing *how, const struct evault_paper *paper,
	   struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	char *label;

	if (how->pages == NULL && !terminal_can_ask())
		return failure_set(err, EVAULT_E_KEY,
				   _("there is no terminal to show the key on: give --paper FILE"));
	if (how->pages != NULL) {
		label = memory_last_part(how->dir);
		fflush(stdout);
		rc = evault_paper_pages(paper, label, to_output(how) ? NULL : how->pages,
					STDOUT_FILENO, err);
		free(label);
	}
	if (rc != EVAULT_OK || !terminal_can_ask())
		return rc;
	return show_all(how, paper, err);
}

void
paper_void(const struct paper_showing *how)
{
	if (how->pages != NULL)
		message_note(
		    _("pages that were written are of no use: the key on them opens nothing"));
}

void
paper_warn(const struct paper_showing *how)
{
	char *shown;

	if (how->pages == NULL || to_output(how))
		return;
	shown = escape_text(how->pages);
	message_warning(_("whoever reads %s has the key: delete it as soon as it is printed"),
			shown);
	free(shown);
	message_hint(_("what was on a disk can often be found again: better send the pages to the "
		       "printer and to no file, with --paper -"));
}
