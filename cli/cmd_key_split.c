/* A key of the vault in several hands: split, and put together again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "escape.h"
#include "failure.h"
#include "guarded.h"
#include "kept.h"
#include "key.h"
#include "message.h"
#include "options.h"
#include "paper.h"
#include "secret_screen.h"
#include "terminal.h"

struct splitting {
	struct paper_showing showing;
	const char *name; /* NULL: made of the set's number */
};

/*
 * Can it come to a good end?  Nobody should write down five shares to be told
 * that somebody else changes the keys here.
 */
static enum evault_status
look_first(struct session *session, const struct splitting *s, char origin[EVAULT_ORIGIN_SIZE],
	   struct evault_error *err)
{
	struct evault_status_info info;
	struct evault_holder holder;
	struct evault *vault = NULL;
	enum evault_status rc = session_open(session, EVAULT_READ, &vault, err);

	if (rc == EVAULT_OK)
		rc = evault_get_status(vault, &info, err);
	if (rc == EVAULT_OK && strcmp(info.role, evault_role_word(EVAULT_ROLE_OWNER)) != 0)
		rc = failure_set(err, EVAULT_E_DENIED,
				 _("only an owner of the vault changes its keys, and "
				   "your role is %s"),
				 _(info.role));
	if (rc == EVAULT_OK)
		memcpy(origin, info.origin, EVAULT_ORIGIN_SIZE);
	if (rc == EVAULT_OK && s->name != NULL &&
	    evault_key_find(vault, s->name, &holder, NULL) == EVAULT_OK)
		rc = failure_set(err, EVAULT_E_EXISTS,
				 _("somebody who has a key of this vault is called that already"));
	evault_close(vault);
	return rc;
}

/* The reader is added when the shares are on paper, and not before. */
static enum evault_status
split(struct session *session, const struct splitting *s, struct evault_key_changed *changed,
      struct evault_error *err)
{
	struct evault_key_add who = { .name = s->name, .role = EVAULT_ROLE_READER };
	char origin[EVAULT_ORIGIN_SIZE], name[EVAULT_PAPER_NAME_SIZE];
	struct evault_paper *paper = NULL;
	struct evault *vault = NULL;
	enum evault_status rc = look_first(session, s, origin, err);

	if (rc == EVAULT_OK)
		rc = evault_paper_new(s->showing.threshold, s->showing.shares, &paper, err);
	if (rc == EVAULT_OK)
		rc = evault_paper_for(paper, origin, err);
	if (rc == EVAULT_OK)
		rc = paper_show(&s->showing, paper, err);
	if (rc == EVAULT_OK)
		rc = session_open(session, EVAULT_WRITE, &vault, err);
	if (rc == EVAULT_OK) {
		evault_paper_name(paper, name);
		who.name = s->name != NULL ? s->name : name;
		who.seal.to = evault_paper_recipient(paper);
		rc = evault_key_add(vault, &who, changed, err);
	}
	evault_close(vault);
	evault_paper_free(paper);
	return rc;
}

static int
run_splitting(const struct globals *globals, struct splitting *s)
{
	struct evault_error err = { .text = "" };
	struct evault_key_changed changed;
	struct session session;
	enum evault_status rc = session_init(&session, globals, &err);
	FILE *out = paper_beside(&s->showing);
	char *name;

	s->showing.dir = session.dir;
	if (rc == EVAULT_OK)
		rc = split(&session, s, &changed, &err);
	if (rc == EVAULT_OK)
		key_warn_armed(&session);
	session_release(&session);
	if (rc != EVAULT_OK && rc != EVAULT_E_EXISTS)
		paper_void(&s->showing);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	if (globals->json) {
		key_print_changed("added", &changed);
	} else {
		name = key_person(&changed.holder);
		fprintf(out,
			_("any %u of these %u shares open the vault now, as %s; recorded as %s\n"),
			s->showing.threshold, s->showing.shares, name, changed.citation);
		free(name);
		fflush(out);
		message_hint(
		    _("give them to people or places that are not found together; then try "
		      "it out: evault key join"));
	}
	paper_warn(&s->showing);
	return EXIT_SOUND;
}

/* "1" to "16", or 0. */
static unsigned
read_number(const char *text)
{
	unsigned n = 0;

	for (; text != NULL && *text >= '0' && *text <= '9' && n <= EVAULT_SHARES_MAX; text++)
		n = n * 10 + (unsigned)(*text - '0');
	return text == NULL || *text != '\0' || n > EVAULT_SHARES_MAX ? 0 : n;
}

static int
run_split(struct globals *globals, char **argv)
{
	struct splitting s = { .name = NULL };
	const char *threshold = NULL, *shares = NULL;
	const struct option_def options[] = {
		{ 'k', NULL, .text = &threshold },
		{ 'n', NULL, .text = &shares },
		{ 0, "name", .text = &s.name },
		{ 0, "paper", .text = &s.showing.pages, .path = SANDBOX_OUTPUT },
		{ 0 },
	};
	int status = options_read(&command_key_split, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	s.showing.threshold = read_number(threshold);
	s.showing.shares = read_number(shares);
	if (s.showing.threshold < 2 || s.showing.shares < s.showing.threshold)
		return options_wrong(
		    &command_key_split,
		    _("say how many shares there shall be, and how many of them open "
		      "the vault, from 2 to 16: -k 3 -n 5"));
	if (globals->json && paper_beside(&s.showing) != stdout)
		return options_wrong(&command_key_split, _("choose one: --json, or --paper -"));
	return run_splitting(globals, &s);
}

const struct command command_key_split = {
	.name = "key split",
	.summary = N_("make a key that several people hold together"),
	.usage = N_(
	    "usage: evault key split -k K -n N [--name NAME] [--paper FILE]\n"
	    "\n"
	    "Makes a further key that can read the vault, and splits it into N shares, any K\n"
	    "of which give it back; fewer than K tell nothing. Each share is 16 groups of\n"
	    "letters. They are shown one after the other, to be written on paper; some groups\n"
	    "of each are asked for, to be sure.\n"
	    "\n"
	    "  -k K           so many shares open the vault, 2 to 16\n"
	    "  -n N           so many shares are made, K to 16\n"
	    "  --name NAME    what the key is called in evault key list\n"
	    "  --paper FILE   write the shares to FILE, as pages to be printed, and do not show\n"
	    "                 them; delete FILE then. - is standard output, for a printer:\n"
	    "                 evault key split -k 3 -n 5 --paper - | …\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault key split -k 3 -n 5\n"),
	.run = run_split,
};
