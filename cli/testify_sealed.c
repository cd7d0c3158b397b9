/*
 * Unfinished statements where they cannot be opened: who may only add cannot
 * go on with one; it is kept as it is, or left.
 */
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "json.h"
#include "message.h"
#include "terminal.h"
#include "testify.h"

struct sealed {
	const struct testify *t;
	size_t n;
	char id[EVAULT_DRAFT_ID_SIZE]; /* of the one that was named, or is the only one */
	char saved[EVAULT_TIME_SIZE];
};

static enum evault_status
find_sealed(void *ctx, const struct evault_draft *draft, struct evault_error *err)
{
	struct sealed *s = ctx;

	(void)err;
	if (s->t->draft != NULL && strcmp(s->t->draft, draft->id) != 0)
		return EVAULT_OK;
	s->n++;
	memcpy(s->id, draft->id, sizeof(s->id));
	memcpy(s->saved, draft->saved, sizeof(s->saved));
	return EVAULT_OK;
}

static enum evault_status
print_sealed(void *ctx, const struct evault_draft *draft, struct evault_error *err)
{
	const struct sealed *s = ctx;
	struct json json;

	(void)err;
	if (s->t->globals->json) {
		json = json_begin(stdout);
		json_text(&json, "draft", draft->id);
		json_text(&json, "saved", draft->saved);
		if (draft->live)
			json_bool(&json, "live", true);
		json_end(&json);
	} else {
		printf("%s  %s", draft->id, draft->saved);
		if (draft->live)
			printf("  %s", _("(being typed now)"));
		fputc('\n', stdout);
	}
	return EVAULT_OK;
}

static bool
agreed(const struct sealed *s)
{
	char question[300];

	if (s->saved[0] == '\0')
		snprintf(question, sizeof(question),
			 _("The statement %s was sealed and cannot be opened here; keep it as it "
			   "is"),
			 s->id);
	else
		snprintf(
		    question, sizeof(question),
		    _("The statement of %s was sealed and cannot be opened here; keep it as it "
		      "is"),
		    s->saved);
	return terminal_ask_unless_no(question);
}

static int
keep_found(struct testify *t, const struct sealed *s)
{
	struct evault_testified kept = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	memcpy(t->statement.draft.id, s->id, sizeof(s->id));
	rc = evault_draft_hold(t->vault, &t->statement.draft, &err);
	if (rc != EVAULT_OK)
		return rc == EVAULT_E_BUSY ? testify_is_live(&err)
					   : failure_report(&err, t->globals);
	if (!agreed(s)) {
		message_note(_("nothing was kept yet; the draft is sealed in the vault"));
		return EXIT_PARTLY;
	}
	evault_close(t->vault);
	t->vault = NULL;
	rc = session_open(&t->session, EVAULT_WRITE, &t->vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_draft_keep(t->vault, s->id, &kept, &err);
	if (rc != EVAULT_OK)
		return failure_report(&err, t->globals);
	testify_say(t, &kept);
	return EXIT_SOUND;
}

int
testify_resume_sealed(struct testify *t)
{
	struct sealed s = { .t = t };
	struct evault_error err = { .text = "" };
	enum evault_status rc = evault_draft_list(t->vault, find_sealed, &s, &err);

	if (rc == EVAULT_OK && s.n == 1)
		return keep_found(t, &s);
	if (rc == EVAULT_OK && s.n == 0) {
		message_note(_("there is no unfinished statement"));
		return EXIT_PARTLY;
	}
	if (rc == EVAULT_OK)
		rc = evault_draft_list(t->vault, print_sealed, &s, &err);
	if (rc != EVAULT_OK)
		return failure_report(&err, t->globals);
	message_hint(_("go on with one of them: evault testify --resume DRAFT"));
	return EXIT_PARTLY;
}
