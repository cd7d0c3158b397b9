/*
 * The pages before a statement: what is asked, and what is to be known first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "statement.h"

enum {
	ANSWER_MAX = 16384 /* bytes */
};

static const struct {
	const char *name;
	const char *label;    /* of the answer */
	const char *question; /* about it */
} questions[] = {
	{ "case", N_("Case"), N_("Which case does it belong to?") },
	{ "witness", N_("Witness"), N_("Who speaks? The name, as the person gives it.") },
	{ "interviewer", N_("Interviewer"), N_("Who asks the questions?") },
	{ "interpreter", N_("Interpreter"), N_("Who interprets, if anybody does?") },
	{ "language", N_("Language"), N_("In which language is it spoken?") },
	{ "consent", N_("Consent"),
	  N_("To whom may it be given? One or more of court, partner, public, with commas between "
	     "them; or none.") },
	{ "place", N_("Place"), N_("Where is it given?") },
};
enum {
	N_QUESTIONS = sizeof(questions) / sizeof(questions[0])
};

struct asking {
	struct editor editor;
	enum statement_end end;
};

static enum page_answer
on_event(void *ctx, enum page_event event, const struct key *key)
{
	struct asking *a = ctx;

	if (event == PAGE_ENDING)
		a->end = STATEMENT_ENDING;
	else if (event == PAGE_INTERRUPT ||
		 (event == PAGE_KEY && key->kind == KEY_CTRL && key->letter == 'C'))
		a->end = STATEMENT_LEFT;
	else if (event == PAGE_KEY && key->kind == KEY_ENTER)
		a->end = STATEMENT_DONE;
	else
		return PAGE_PASS;
	return PAGE_LEAVE;
}

static void
put_bar(char left[PAGE_BAR_SIZE], unsigned columns, const char *text, const char *shorter)
{
	bool fits = glyph_columns(text, strlen(text)) <= columns;

	snprintf(left, PAGE_BAR_SIZE, "%s", fits ? text : shorter);
}

static void
ask_bar(void *ctx, unsigned columns, char left[PAGE_BAR_SIZE], char right[PAGE_BAR_SIZE])
{
	(void)ctx;
	(void)right;
	put_bar(left, columns, _("Enter: next; with nothing typed, skip   Ctrl-C: leave"),
		_("Enter next ^C leave"));
}

static void
show_bar(void *ctx, unsigned columns, char left[PAGE_BAR_SIZE], char right[PAGE_BAR_SIZE])
{
	(void)ctx;
	(void)right;
	put_bar(left, columns, _("Enter: go on   Ctrl-C: leave"), _("Enter on ^C leave"));
}

/* What was answered, and the question. */
static bool
make_above(const struct statement *s, size_t question, const char *problem, struct guarded *out)
{
	const char *value;
	bool good = true;
	size_t i;

	for (i = 0; i < N_QUESTIONS && good; i++) {
		value = statement_said(s, questions[i].name);
		if (value == NULL)
			continue;
		good = guarded_puts(out, _(questions[i].label)) && guarded_puts(out, ": ") &&
		       guarded_puts(out, value) && guarded_puts(out, "\n");
	}
	if (good && problem[0] != '\0')
		good = guarded_puts(out, problem) && guarded_puts(out, "\n");
	/* A NUL after all of it. */
	return good && guarded_puts(out, _(questions[question].question)) &&
	       guarded_add(out, "", 1);
}

/* Takes the answer; false when it can be none, and *err says why. */
static bool
take(struct statement *s, size_t question, struct asking *a, struct evault_error *err)
{
	struct evault_details one = { .n_fields = 1 };
	size_t before = s->pairs.n;

	if (a->editor.text.len == 0)
		return true;
	if (memchr(a->editor.text.data, '\0', a->editor.text.len) != NULL ||
	    !guarded_add(&a->editor.text, "", 1))
		return false;
	statement_say(s, questions[question].name, a->editor.text.data);
	a->editor.text.len--;
	one.fields = s->pairs.items + before;
	if (evault_details_check(&one, err) == EVAULT_OK)
		return true;
	free((char *)(uintptr_t)s->pairs.items[before]);
	s->pairs.n--;
	return false;
}

static enum statement_end
ask_one(struct statement *s, size_t question)
{
	struct asking a = { .end = STATEMENT_FAILED };
	struct evault_error err = { .text = "" };
	struct guarded above = { .kind = GUARDED_TEXT };
	struct page page = { .editor = &a.editor, .event = on_event, .bar = ask_bar, .ctx = &a };
	bool again = editor_init(&a.editor, 80, 1, ANSWER_MAX);

	a.editor.one_line = true;
	while (again) {
		above.len = 0;
		if (!make_above(s, question, err.text, &above)) {
			a.end = STATEMENT_FAILED;
			break;
		}
		page.above = above.data;
		if (!page_run(&page))
			a.end = STATEMENT_FAILED;
		again = a.end == STATEMENT_DONE && !take(s, question, &a, &err);
	}
	guarded_release(&above);
	editor_release(&a.editor);
	return a.end;
}

enum statement_end
statement_ask(struct statement *s)
{
	enum statement_end end = STATEMENT_DONE;
	size_t i;

	for (i = 0; i < N_QUESTIONS && end == STATEMENT_DONE; i++)
		if (statement_said(s, questions[i].name) == NULL)
			end = ask_one(s, i);
	return end;
}

enum statement_end
statement_show(const char *text)
{
	struct asking a = { .end = STATEMENT_FAILED };
	struct page page = { .above = "",
			     .editor = &a.editor,
			     .fixed = true,
			     .fresh = true,
			     .event = on_event,
			     .bar = show_bar,
			     .ctx = &a };
	struct key first = { .kind = KEY_FIRST };

	if (!editor_init(&a.editor, 80, 1, EVAULT_STATEMENT_MAX) ||
	    !editor_set(&a.editor, text, strlen(text)))
		return STATEMENT_FAILED;
	editor_key(&a.editor, &first);
	if (!page_run(&page))
		a.end = STATEMENT_FAILED;
	editor_release(&a.editor);
	return a.end;
}
