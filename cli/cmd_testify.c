#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "failure.h"
#include "interrupt.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "terminal.h"
#include "testify.h"

/* ---- who was heard before ------------------------------------------------------------ */

static enum evault_status
hear(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct testify *t = ctx;
	const struct evault_field *time = evault_item_field(item, "time");
	struct testify_heard *one;

	(void)err;
	t->heard = memory_grow(t->heard, (t->n_heard + 1) * sizeof(*t->heard));
	one = &t->heard[t->n_heard++];
	memcpy(one->citation, item->citation, sizeof(one->citation));
	snprintf(one->date, sizeof(one->date), "%.10s", time == NULL ? "" : time->value);
	return EVAULT_OK;
}

enum evault_status
testify_hear(struct testify *t, char **text, struct evault_error *err)
{
	enum {
		NAMED_MAX = 5
	};
	const char *witness = statement_said(&t->statement, "witness");
	char items[NAMED_MAX * 120] = "", *shown;
	size_t i, size, used = 0;
	enum evault_status rc;

	*text = NULL;
	/* Who may only add cannot know. */
	if (witness == NULL || witness[0] == '\0' || !evault_reads(t->vault))
		return EVAULT_OK;
	rc = evault_heard(t->vault, witness, hear, t, err);
	if (rc != EVAULT_OK || t->n_heard == 0)
		return rc;
	for (i = 0; i < t->n_heard && i < NAMED_MAX && used < sizeof(items); i++) {
		if (i > 0)
			used += (size_t)snprintf(items + used, sizeof(items) - used, ", ");
		/* TRANSLATORS: an item and the day it was recorded: 3f9a01-12 of 2026-11-22. */
		used += (size_t)snprintf(items + used, sizeof(items) - used, _("%s of %s"),
					 t->heard[i].citation, t->heard[i].date);
	}
	if (t->n_heard > NAMED_MAX && used < sizeof(items))
		snprintf(items + used, sizeof(items) - used, ", …");
	shown = escape_text(witness);
	size = strlen(shown) + strlen(items) + 400;
	*text = memory_need(size);
	snprintf(*text, size, _("%s was heard before: %s; differing statements can discredit both"),
		 shown, items);
	free(shown);
	return EVAULT_OK;
}

/* ---- keeping ------------------------------------------------------------------------- */

static void
print_json(const struct testify *t, const struct evault_testified *kept, const char *witness)
{
	struct json json = json_begin(stdout);
	size_t i;

	json_text(&json, "event", kept->already ? "already" : "kept");
	json_number(&json, "item", kept->index);
	json_text(&json, "citation", kept->citation);
	if (kept->sha256[0] != '\0') {
		json_text(&json, "sha256", kept->sha256);
		json_number(&json, "size", kept->size);
	}
	if (kept->name[0] != '\0')
		json_text(&json, "name", kept->name);
	if (witness != NULL)
		json_text(&json, "witness", witness);
	json_array_begin(&json, "heard_before");
	for (i = 0; i < t->n_heard; i++)
		json_string(&json, t->heard[i].citation, strlen(t->heard[i].citation));
	json_array_end(&json);
	json_end(&json);
}

enum evault_status
testify_keep(struct testify *t, struct evault_testify *what, struct evault_error *err)
{
	struct evault_testified kept = { 0 };
	enum evault_status rc;

	what->said = statement_details(&t->statement);
	rc = evault_testify(t->vault, what, &kept, err);
	if (rc == EVAULT_OK)
		testify_say(t, &kept);
	return rc;
}

void
testify_say(const struct testify *t, const struct evault_testified *kept)
{
	const char *witness = statement_said(&t->statement, "witness");
	char *shown = escape_text(witness == NULL ? "" : witness);

	if (t->globals->json)
		print_json(t, kept, witness);
	else if (kept->already)
		printf(_("already kept as %s\n"), kept->citation);
	else if (shown[0] != '\0')
		printf(_("kept %s  statement of %s\n"), kept->citation, shown);
	else
		printf(_("kept %s  statement\n"), kept->citation);
	free(shown);
	fflush(stdout);
}

int
testify_is_live(const struct evault_error *err)
{
	return failure_say(err, _("leave it there first, with Ctrl-C; or type another statement: "
				  "evault testify"));
}

/* ---- from a pipe --------------------------------------------------------------------- */

static enum evault_status
read_pipe(void *ctx, uint8_t *out, size_t size, size_t *got, struct evault_error *err)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;

	(void)ctx;
	do {
		if (interrupt_asked())
			return failure_set(err, EVAULT_E_CANCELLED,
					   _("stopped before the end of the statement: nothing of "
					     "it is kept"));
		/* Unlike read, poll ends when a signal comes. */
		n = poll(&input, 1, -1);
		if (n > 0)
			n = read(STDIN_FILENO, out, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return failure_set(err, EVAULT_E_IO, _("standard input: %s"), strerror(errno));
	*got = (size_t)n;
	return EVAULT_OK;
}

static int
testify_piped(struct testify *t)
{
	struct evault_testify what = { .read = read_pipe };
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	char *heard = NULL;

	interrupt_watch();
	rc = session_open(&t->session, EVAULT_WRITE, &t->vault, &err);
	if (rc == EVAULT_OK)
		rc = testify_hear(t, &heard, &err);
	if (heard != NULL)
		message_warning("%s", heard);
	free(heard);
	if (rc == EVAULT_OK)
		rc = testify_keep(t, &what, &err);
	return rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, t->globals);
}

/* ---- the command --------------------------------------------------------------------- */

enum {
	N_SINGLE = 8 /* fields that an option sets */
};

struct arguments {
	const char *values[N_SINGLE];
	struct list tags, fields, operands;
};

static const char *const single[N_SINGLE] = { "case",        "title",    "witness", "interviewer",
					      "interpreter", "language", "consent", "place" };

/* What was on the command line becomes what is said of the statement. */
static int
take_arguments(struct testify *t, const struct arguments *a)
{
	struct evault_error err = { .text = "" };
	struct evault_details said;
	size_t i, key;
	char *name;

	for (i = 0; i < N_SINGLE; i++)
		if (a->values[i] != NULL)
			statement_say(&t->statement, single[i], a->values[i]);
	for (i = 0; i < a->tags.n; i++)
		statement_say(&t->statement, "tag", a->tags.items[i]);
	for (i = 0; i < a->fields.n; i++) {
		key = strcspn(a->fields.items[i], "=");
		if (key == 0 || a->fields.items[i][key] == '\0')
			return options_wrong(&command_testify, _("a field is given as K=V, as in "
								 "--field place=Aktobe"));
		name = memory_need(key + 1);
		memcpy(name, a->fields.items[i], key);
		name[key] = '\0';
		statement_say(&t->statement, name, a->fields.items[i] + key + 1);
		free(name);
	}
	said = statement_details(&t->statement);
	if (evault_details_check(&said, &err) != EVAULT_OK)
		return options_wrong(&command_testify, "%s", err.text);
	return OPTIONS_GO_ON;
}

static int
check_arguments(struct testify *t, const struct arguments *a, bool typed)
{
	if (a->operands.n > (t->resume ? 1 : 0))
		return options_wrong(&command_testify,
				     t->resume ? _("name one unfinished statement")
					       : _("a statement is typed, or comes on standard "
						   "input: nothing else is named here"));
	if (t->resume && t->statement.pairs.n > 0)
		return options_wrong(&command_testify,
				     _("--resume goes on with what is known already: give no more "
				       "of it here, and annotate the item afterwards"));
	if (t->resume && !typed)
		return options_wrong(&command_testify,
				     _("--resume needs a terminal as standard input"));
	if (!typed && t->globals->passphrase_file != NULL &&
	    strcmp(t->globals->passphrase_file, "-") == 0)
		return options_wrong(&command_testify,
				     _("standard input can be only one of: the passphrase, the "
				       "statement"));
	t->draft = a->operands.n > 0 ? a->operands.items[0] : NULL;
	return OPTIONS_GO_ON;
}

static int
testify(struct testify *t, const struct arguments *a)
{
	bool typed = isatty(STDIN_FILENO) == 1;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status;

	if (!statement_init(&t->statement, NULL)) {
		failure_set(&err, EVAULT_E_NOMEM, _("out of memory"));
		return failure_report(&err, t->globals);
	}
	status = take_arguments(t, a);
	if (status == OPTIONS_GO_ON)
		status = check_arguments(t, a, typed);
	if (status == OPTIONS_GO_ON) {
		rc = session_init(&t->session, t->globals, &err);
		t->session.adding = true;
		if (rc != EVAULT_OK)
			status = failure_report(&err, t->globals);
		else
			status = typed ? testify_typed(t) : testify_piped(t);
		evault_close(t->vault);
		session_release(&t->session);
	}
	statement_release(&t->statement);
	free(t->heard);
	return status;
}

static int
run_testify(struct globals *globals, char **argv)
{
	struct testify t = { .globals = globals };
	struct arguments a = { .values = { NULL } };
	const struct option_def options[] = {
		{ 0, "case", .text = &a.values[0] },
		{ 0, "title", .text = &a.values[1] },
		{ 0, "tag", .list = &a.tags },
		{ 0, "witness", .text = &a.values[2] },
		{ 0, "interviewer", .text = &a.values[3] },
		{ 0, "interpreter", .text = &a.values[4] },
		{ 0, "language", .text = &a.values[5] },
		{ 0, "consent", .text = &a.values[6] },
		{ 0, "place", .text = &a.values[7] },
		{ 0, "field", .list = &a.fields },
		{ 0, "resume", .flag = &t.resume },
		{ 0 },
	};
	int status = options_read(&command_testify, options, globals, argv, &a.operands);

	if (status == OPTIONS_GO_ON)
		status = testify(&t, &a);
	list_release(&a.tags);
	list_release(&a.fields);
	list_release(&a.operands);
	return status;
}

const struct command command_testify = {
	.name = "testify",
	.summary = N_("type a statement, or take it from a pipe"),
	.usage =
	    N_("usage: evault testify [--case C] [--witness W] [--language L] [--field K=V]…\n"
	       "       evault testify --resume [DRAFT]\n"
	       "       … | evault testify …\n"
	       "\n"
	       "Keeps a statement that is typed here. First it asks who speaks, where, and the\n"
	       "like: Enter alone skips a question, and what an option says is not asked. Then a\n"
	       "page opens to write on. The text is never on the disk in clear: every 30 seconds,\n"
	       "and when the terminal or the machine goes, a draft is sealed into the vault, and\n"
	       "--resume takes it up again. From a pipe the statement is kept as it comes.\n"
	       "\n"
	       "  --case C           the case that it belongs to\n"
	       "  --title T          what it is, in a few words\n"
	       "  --tag T            a word to find it by; may be repeated\n"
	       "  --witness W        who speaks\n"
	       "  --interviewer I    who asks the questions\n"
	       "  --interpreter I    who interprets\n"
	       "  --language L       the language that is spoken\n"
	       "  --consent C        who may have it: court, partner, public, with commas\n"
	       "                     between them, or none\n"
	       "  --place P          where it is given\n"
	       "  --field K=V        anything else that is known; may be repeated, with another K\n"
	       "  --resume           go on with an unfinished statement; several are listed\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault testify --case Aktobe-3 --language Kazakh\n"),
	.run = run_testify,
};
