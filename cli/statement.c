#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

enum {
	SEAL_SECONDS = 30, /* the longest time that what is typed is in memory alone */
};

static time_t
seconds_now(void)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

bool
statement_init(struct statement *s, struct evault *vault)
{
	*s = (struct statement){ .vault = vault };
	return editor_init(&s->editor, 80, 24, EVAULT_STATEMENT_MAX);
}

void
statement_release(struct statement *s)
{
	size_t i;

	for (i = 0; i < s->pairs.n; i++)
		explicit_bzero((char *)(uintptr_t)s->pairs.items[i], strlen(s->pairs.items[i]));
	list_release_all(&s->pairs);
	s->pairs = (struct list){ 0 };
	editor_release(&s->editor);
	evault_draft_let_go(&s->draft);
}

/* ---- what is said of it -------------------------------------------------------------- */

const char *
statement_said(const struct statement *s, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < s->pairs.n; i++)
		if (strncmp(s->pairs.items[i], name, len) == 0 && s->pairs.items[i][len] == '=')
			return s->pairs.items[i] + len + 1;
	return NULL;
}

void
statement_say(struct statement *s, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	char *pair = memory_need(size);

	snprintf(pair, size, "%s=%s", name, value);
	list_add(&s->pairs, pair);
}

struct evault_details
statement_details(const struct statement *s)
{
	return (struct evault_details){ .fields = s->pairs.items, .n_fields = s->pairs.n };
}

bool
statement_take_up(struct statement *s, const struct evault_draft *draft)
{
	size_t i, key;
	char name[64];

	memcpy(s->draft.id, draft->id, sizeof(s->draft.id));
	memcpy(s->draft.begun, draft->begun, sizeof(s->draft.begun));
	for (i = 0; i < draft->said.n_fields; i++) {
		key = strcspn(draft->said.fields[i], "=");
		if (key >= sizeof(name) || draft->said.fields[i][key] == '\0')
			continue;
		memcpy(name, draft->said.fields[i], key);
		name[key] = '\0';
		statement_say(s, name, draft->said.fields[i] + key + 1);
	}
	if (!editor_set(&s->editor, draft->text, draft->len))
		return false;
	s->sealed = true;
	s->sealed_at = seconds_now();
	s->sealed_changes = s->editor.changes;
	return true;
}

bool
statement_is_blank(const struct statement *s)
{
	size_t i;

	for (i = 0; i < s->editor.text.len; i++)
		if (strchr(" \t\n", s->editor.text.data[i]) == NULL)
			return false;
	return true;
}

/* ---- the draft ----------------------------------------------------------------------- */

bool
statement_is_safe(const struct statement *s)
{
	return s->sealed && s->sealed_changes == s->editor.changes;
}

enum evault_status
statement_seal(struct statement *s, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc;

	if (s->vault == NULL)
		return EVAULT_E_IO;
	s->draft.said = statement_details(s);
	s->draft.text = s->editor.text.data;
	s->draft.len = s->editor.text.len;
	rc = evault_draft_save(s->vault, &s->draft, &why);
	snprintf(s->problem, sizeof(s->problem), "%s", why.text);
	if (rc == EVAULT_OK) {
		s->problem[0] = '\0';
		s->sealed = true;
		s->sealed_at = seconds_now();
		s->sealed_changes = s->editor.changes;
	} else if (err != NULL) {
		*err = why;
	}
	return rc;
}

static void
seal_if_changed(struct statement *s)
{
	if (!statement_is_safe(s))
		(void)statement_seal(s, NULL);
}

/* ---- writing ------------------------------------------------------------------------- */

static bool
is_control(const struct key *key, char letter)
{
	return key->kind == KEY_CTRL && key->letter == letter;
}

static enum page_answer
leave(struct statement *s, enum statement_end end)
{
	s->end = end;
	return PAGE_LEAVE;
}

static enum page_answer
on_answer(struct statement *s, const struct key *key)
{
	enum statement_asking asking = s->asking;

	s->asking = ASKING_NOTHING;
	if (asking == ASKING_FINISH && is_control(key, 'D')) {
		seal_if_changed(s);
		return leave(s, STATEMENT_DONE);
	}
	if (asking == ASKING_LEAVE && is_control(key, 'X'))
		return leave(s, STATEMENT_DROPPED);
	if (asking == ASKING_LEAVE && (key->kind == KEY_ENTER || is_control(key, 'C'))) {
		seal_if_changed(s);
		/* What is in memory alone must not go by a slip. */
		if (statement_is_safe(s) || statement_is_blank(s))
			return leave(s, STATEMENT_LEFT);
		return PAGE_TAKEN;
	}
	return key->kind == KEY_TEXT ? PAGE_PASS : PAGE_TAKEN;
}

static enum page_answer
on_key(struct statement *s, const struct key *key)
{
	if (s->asking != ASKING_NOTHING)
		return on_answer(s, key);
	if (key->kind != KEY_CTRL)
		return PAGE_PASS;
	if (key->letter == 'D' && !statement_is_blank(s))
		s->asking = ASKING_FINISH;
	if (key->letter == 'C' || key->letter == 'X')
		s->asking = ASKING_LEAVE;
	if (key->letter == 'S')
		(void)statement_seal(s, NULL);
	return PAGE_TAKEN;
}

static enum page_answer
on_event(void *ctx, enum page_event event, const struct key *key)
{
	struct statement *s = ctx;

	switch (event) {
	case PAGE_KEY:
		return on_key(s, key);
	case PAGE_TICK:
		if (seconds_now() - s->sealed_at >= SEAL_SECONDS)
			seal_if_changed(s);
		break;
	case PAGE_INTERRUPT:
		s->asking = ASKING_LEAVE;
		break;
	case PAGE_STOPPING:
		seal_if_changed(s);
		break;
	case PAGE_ENDING:
		seal_if_changed(s);
		return leave(s, STATEMENT_ENDING);
	}
	return PAGE_TAKEN;
}

/* The first of the texts, each shorter than the one before, that leaves room for `right`. */
static void
put_usual(char left[PAGE_BAR_SIZE], unsigned columns, const char *right)
{
	const char *const usual[] = {
		_("Ctrl-D finish   Ctrl-C leave   Ctrl-S seal the draft"),
		_("Ctrl-D finish   Ctrl-C leave"),
		_("^D finish  ^C leave"),
		"^D  ^C",
	};
	enum {
		N_USUAL = sizeof(usual) / sizeof(usual[0])
	};
	unsigned room = glyph_columns(right, strlen(right)) + 2;
	size_t i;

	/* Where there is none for both, what can be done is said first. */
	if (glyph_columns(usual[2], strlen(usual[2])) + room > columns)
		room = 0;
	for (i = 0; i + 1 < N_USUAL; i++)
		if (glyph_columns(usual[i], strlen(usual[i])) + room <= columns)
			break;
	snprintf(left, PAGE_BAR_SIZE, "%s", usual[i]);
}

/* Over two rows at the most, as far as the translation allows. */
static void
put_question(char left[PAGE_BAR_SIZE], unsigned columns, const char *text, const char *shorter)
{
	bool fits = glyph_columns(text, strlen(text)) <= 2 * columns;

	snprintf(left, PAGE_BAR_SIZE, "%s", fits ? text : shorter);
}

static void
put_age(const struct statement *s, char right[PAGE_BAR_SIZE])
{
	unsigned long age = (unsigned long)(seconds_now() - s->sealed_at);

	if (!s->sealed)
		snprintf(right, PAGE_BAR_SIZE, "%s", _("no draft yet"));
	else if (age < 60)
		snprintf(right, PAGE_BAR_SIZE, _("draft sealed %lu s ago"), age);
	else
		snprintf(right, PAGE_BAR_SIZE, _("draft sealed %lu min ago"), age / 60);
}

static void
write_bar(void *ctx, unsigned columns, char left[PAGE_BAR_SIZE], char right[PAGE_BAR_SIZE])
{
	const struct statement *s = ctx;

	put_age(s, right);
	if (s->asking == ASKING_FINISH)
		put_question(left, columns,
			     _("Finish and keep this statement? Ctrl-D again: yes. Any other key: "
			       "go on writing."),
			     _("Keep it? ^D: yes. Other keys: no."));
	else if (s->asking == ASKING_LEAVE)
		put_question(left, columns,
			     _("Leave? Enter: yes, and keep the draft. Ctrl-X: throw it away. Any "
			       "other key: go on writing."),
			     _("Leave? Enter: keep draft. ^X: drop it."));
	else if (s->editor.full)
		snprintf(left, PAGE_BAR_SIZE,
			 _("There is no room for this: a statement that is typed has at most %d "
			   "MiB. What came last was left out."),
			 EVAULT_STATEMENT_MAX >> 20);
	else if (s->problem[0] != '\0')
		snprintf(left, PAGE_BAR_SIZE,
			 _("The draft could not be sealed: %s. Ctrl-S tries again."), s->problem);
	else
		put_usual(left, columns, right);
}

enum statement_end
statement_write(struct statement *s)
{
	struct page page = {
		.above = "", .editor = &s->editor, .event = on_event, .bar = write_bar, .ctx = s
	};

	s->asking = ASKING_NOTHING;
	return page_run(&page) ? s->end : STATEMENT_FAILED;
}
