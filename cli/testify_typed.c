/*
 * Testifying on a terminal: unlock, take up a draft or ask, write, keep.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "failure.h"
#include "fullscreen.h"
#include "guarded.h"
#include "json.h"
#include "message.h"
#include "testify.h"
#include "utf8.h"

enum {
	USUAL_TEXT = 128 << 10 /* bytes that a statement and its page take, at least */
};

/* ---- drafts -------------------------------------------------------------------------- */

struct drafts {
	const struct globals *globals;
	char id[EVAULT_DRAFT_ID_SIZE]; /* the only one that can be gone on with; or that is open */
	size_t n, live, free;          /* of those that can be opened, the last two */
};

static enum evault_status
count_draft(void *ctx, const struct evault_draft *draft, struct evault_error *err)
{
	struct drafts *d = ctx;

	(void)err;
	d->n++;
	if (draft->why.status != EVAULT_OK)
		return EVAULT_OK;
	if (!draft->live || d->free == 0)
		memcpy(d->id, draft->id, sizeof(d->id));
	d->live += draft->live;
	d->free += !draft->live;
	return EVAULT_OK;
}

static const char *
witness_of(const struct evault_draft *draft)
{
	static const char name[] = "witness=";
	size_t i;

	for (i = 0; i < draft->said.n_fields; i++)
		if (strncmp(draft->said.fields[i], name, strlen(name)) == 0)
			return draft->said.fields[i] + strlen(name);
	return "";
}

static enum evault_status
print_draft(void *ctx, const struct evault_draft *draft, struct evault_error *err)
{
	const struct drafts *d = ctx;
	struct json json;
	uint64_t characters = utf8_count(draft->text, draft->len);

	(void)err;
	if (d->globals->json) {
		json = json_begin(stdout);
		json_text(&json, "draft", draft->id);
		json_text(&json, "begun", draft->begun);
		json_text(&json, "saved", draft->saved);
		json_text(&json, "witness", witness_of(draft));
		json_number(&json, "characters", characters);
		if (draft->live)
			json_bool(&json, "live", true);
		if (draft->why.status != EVAULT_OK)
			json_text(&json, "detail", draft->why.text);
		json_end(&json);
		return EVAULT_OK;
	}
	if (draft->why.status != EVAULT_OK) {
		printf(_("%s  cannot be opened: %s\n"), draft->id, draft->why.text);
		return EVAULT_OK;
	}
	printf(ngettext("%s  %s  %" PRIu64 " character  ", "%s  %s  %" PRIu64 " characters  ",
			(unsigned long)characters),
	       draft->id, draft->saved, characters);
	escape_write(stdout, witness_of(draft), strlen(witness_of(draft)));
	if (draft->live)
		printf("  %s", _("(being typed now)"));
	fputc('\n', stdout);
	return EVAULT_OK;
}

static enum evault_status
take_up(void *ctx, const struct evault_draft *draft, struct evault_error *err)
{
	struct testify *t = ctx;

	return statement_take_up(&t->statement, draft)
		   ? EVAULT_OK
		   : failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
}

/* Two who go on with one would keep it twice. */
static enum evault_status
hold_and_load(struct testify *t, const char *id, struct evault_error *err)
{
	struct evault_draft *draft = &t->statement.draft;
	enum evault_status rc;

	if (strlen(id) >= sizeof(draft->id))
		return evault_draft_load(t->vault, id, take_up, t, err);
	memcpy(draft->id, id, strlen(id) + 1);
	rc = evault_draft_hold(t->vault, draft, err);
	return rc == EVAULT_OK ? evault_draft_load(t->vault, id, take_up, t, err) : rc;
}

/* OPTIONS_GO_ON-like: EXIT_SOUND when the draft is there, otherwise the exit status. */
static int
open_draft(struct testify *t)
{
	struct drafts d = { .globals = t->globals };
	struct evault_error err = { .text = "" };
	const char *id = t->draft;
	enum evault_status rc = EVAULT_OK;

	if (id == NULL) {
		rc = evault_draft_list(t->vault, count_draft, &d, &err);
		id = d.id;
	}
	if (rc == EVAULT_OK && t->draft == NULL && d.n == 0) {
		message_note(_("there is no unfinished statement"));
		return EXIT_PARTLY;
	}
	if (rc == EVAULT_OK && t->draft == NULL && d.free != 1 && d.free + d.live != 1) {
		rc = evault_draft_list(t->vault, print_draft, &d, &err);
		if (rc == EVAULT_OK) {
			message_hint(_("go on with one of them: evault testify --resume DRAFT"));
			return EXIT_PARTLY;
		}
	}
	if (rc == EVAULT_OK)
		rc = hold_and_load(t, id, &err);
	if (rc == EVAULT_E_BUSY)
		return testify_is_live(&err);
	return rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, t->globals);
}

/* ---- keeping ------------------------------------------------------------------------- */

/*
 * Opens the vault for writing, which lets nobody else write, only now; and
 * takes the draft away when the item is durable.
 */
/*
 * Who may only add seals it as a draft a last time, and keeps that as it is: if it is cut short,
 * the same draft is kept by --resume, and once.
 */
static enum evault_status
keep_sealed(struct testify *t, struct evault_error *err)
{
	struct statement *s = &t->statement;
	struct evault_testified kept = { 0 };
	enum evault_status rc;

	s->vault = t->vault;
	rc = statement_seal(s, err);
	if (rc == EVAULT_OK)
		rc = evault_draft_keep(t->vault, s->draft.id, &kept, err);
	if (rc != EVAULT_OK)
		return rc;
	memcpy(kept.sha256, s->draft.sha256, sizeof(kept.sha256));
	kept.size = s->editor.text.len;
	testify_say(t, &kept);
	return rc;
}

static enum evault_status
keep(struct testify *t, struct evault_error *err)
{
	struct statement *s = &t->statement;
	struct evault_testify what = { .text = s->editor.text.data, .len = s->editor.text.len };
	struct evault_error why = { .text = "" };
	enum evault_status rc;

	evault_close(t->vault);
	t->vault = NULL;
	s->vault = NULL;
	rc = session_open(&t->session, EVAULT_WRITE, &t->vault, err);
	if (rc == EVAULT_OK && !evault_reads(t->vault))
		return keep_sealed(t, err);
	if (rc == EVAULT_OK)
		rc = testify_keep(t, &what, err);
	if (rc != EVAULT_OK)
		return rc;
	if (s->sealed && evault_draft_remove(t->vault, s->draft.id, &why) != EVAULT_OK)
		message_warning(_("its draft could not be removed: %s"), why.text);
	return rc;
}

/* What was typed is in memory alone: nothing may end here. */
static enum statement_end
say_trouble(struct testify *t, const struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	char text[1200];

	evault_close(t->vault);
	t->vault = NULL;
	if (session_open(&t->session, EVAULT_READ, &t->vault, &why) == EVAULT_OK)
		t->statement.vault = t->vault;
	snprintf(text, sizeof(text),
		 _("The statement could not be kept: %s. It is not lost as long as this page is "
		   "open. Make room, or whatever it needs, and finish it again."),
		 err->text);
	return fullscreen_begin(&why) == EVAULT_OK ? statement_show(text) : STATEMENT_FAILED;
}

/* ---- the pages ------------------------------------------------------------------------ */

/* The questions, and who was heard before; then the first draft, to learn now whether it can be. */
static enum statement_end
prepare(struct testify *t, struct evault_error *err)
{
	enum statement_end end = statement_ask(&t->statement);
	enum evault_status rc = EVAULT_OK;
	char *heard = NULL;

	if (end == STATEMENT_DONE)
		rc = testify_hear(t, &heard, err);
	if (rc == EVAULT_OK && heard != NULL)
		end = statement_show(heard);
	free(heard);
	if (rc == EVAULT_OK && end == STATEMENT_DONE)
		rc = statement_seal(&t->statement, err);
	return rc == EVAULT_OK ? end : STATEMENT_FAILED;
}

static int
leave(struct testify *t, enum statement_end end, const struct evault_error *err)
{
	struct statement *s = &t->statement;
	struct evault_error why = { .text = "" };
	bool drop = end == STATEMENT_DROPPED || statement_is_blank(s);

	if (end == STATEMENT_FAILED && drop && s->sealed)
		(void)evault_draft_remove(t->vault, s->draft.id, NULL);
	if (end == STATEMENT_FAILED)
		return failure_report(err, t->globals);
	if (drop && s->sealed && evault_draft_remove(t->vault, s->draft.id, &why) != EVAULT_OK)
		message_warning(_("its draft could not be removed: %s"), why.text);
	if (drop || !s->sealed) {
		message_note(_("nothing was kept"));
	} else {
		message_note(_("nothing was kept yet; the draft is sealed in the vault"));
		message_hint(_("to go on: evault testify --resume"));
	}
	return EXIT_PARTLY;
}

/* As the signal that came would have ended it. */
static int
end_by_signal(struct testify *t)
{
	int number = fullscreen_signal();

	leave(t, STATEMENT_LEFT, NULL);
	evault_close(t->vault);
	t->vault = NULL;
	session_release(&t->session);
	statement_release(&t->statement);
	page_end();
	signal(number, SIG_DFL);
	kill(getpid(), number);
	return EXIT_FAILED;
}

static int
write_and_keep(struct testify *t, enum statement_end end, struct evault_error *err)
{
	enum evault_status rc;

	while (end == STATEMENT_DONE) {
		end = statement_write(&t->statement);
		fullscreen_end();
		if (end != STATEMENT_DONE)
			break;
		rc = keep(t, err);
		if (rc == EVAULT_OK)
			return EXIT_SOUND;
		if (statement_is_safe(&t->statement)) {
			failure_report(err, t->globals);
			message_hint(_("what was typed is sealed as a draft: evault testify "
				       "--resume"));
			return failure_exit(rc);
		}
		end = say_trouble(t, err);
	}
	fullscreen_end();
	return end == STATEMENT_ENDING ? end_by_signal(t) : leave(t, end, err);
}

/* Who may read and not write is told so before anything is typed. */
static enum evault_status
may_write(struct testify *t, struct evault_error *err)
{
	struct evault_status_info info;
	enum evault_status rc = evault_get_status(t->vault, &info, err);

	if (rc == EVAULT_OK && strcmp(info.role, "reader") == 0)
		rc = failure_set(err, EVAULT_E_DENIED, _("this identity may read and not write"));
	return rc;
}

static void
warn_unlocked(struct testify *t)
{
	if (guarded_all_locked() || t->warned)
		return;
	t->warned = true;
	message_warning(_("the system allows too little locked memory for what is typed: it may "
			  "reach the swap"));
	message_hint(_("encrypt the swap, or have none; or allow more: ulimit -l"));
}

int
testify_typed(struct testify *t)
{
	struct evault_error err = { .status = EVAULT_E_NOMEM, .text = "" };
	enum statement_end end = STATEMENT_DONE;
	enum evault_status rc;
	int status;

	failure_set(&err, EVAULT_E_NOMEM, _("out of memory"));
	rc = session_open(&t->session, EVAULT_READ, &t->vault, &err);
	if (rc == EVAULT_OK)
		rc = may_write(t, &err);
	if (rc != EVAULT_OK)
		return failure_report(&err, t->globals);
	t->statement.vault = t->vault;
	if (t->resume && !evault_reads(t->vault))
		return testify_resume_sealed(t);
	if (!fullscreen_possible()) {
		message_error(_("this terminal cannot be written on at any place: the variable "
				"TERM says so"));
		message_hint(_("take the statement from a pipe: … | evault testify"));
		return EXIT_FAILED;
	}
	status = t->resume ? open_draft(t) : EXIT_SOUND;
	if (status != EXIT_SOUND)
		return status;
	/* Now, and not when it is typed: it cannot be said on the page. */
	guarded_free(guarded_new(GUARDED_TEXT, USUAL_TEXT));
	warn_unlocked(t);
	if (fullscreen_begin(&err) != EVAULT_OK)
		return failure_report(&err, t->globals);
	if (!t->resume)
		end = prepare(t, &err);
	status = write_and_keep(t, end, &err);
	page_end();
	warn_unlocked(t);
	return status;
}
