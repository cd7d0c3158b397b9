#include "refs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "failure.h"
#include "item.h"
#include "message.h"
#include "options.h"

enum {
	REF_SIZE = 128 /* bytes of a line that can name an item, and of what is looked at in JSON */
};

/* ---- standard input ------------------------------------------------------------ */

/* A line that is read byte by byte, so that an object may be as long as it likes. */
struct line {
	char ref[REF_SIZE]; /* what names the item; "" when nothing does */
	bool good;          /* it is of a form that is known */
	bool summary;       /* an object that is about no item */
	bool over;          /* there was nothing to read any more */
};

struct token {
	char text[REF_SIZE];
	size_t len;
	bool cut;
};

static void
token_put(struct token *token, int c)
{
	if (token->len + 1 < sizeof(token->text))
		token->text[token->len++] = (char)c;
	else
		token->cut = true;
	token->text[token->len] = '\0';
}

static int
next(void)
{
	return getc(stdin);
}

static bool
at_end(int c)
{
	return c == EOF || c == '\n';
}

static bool
is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int
next_after_blanks(void)
{
	int c;

	do
		c = next();
	while (is_blank(c));
	return c;
}

/* The rest of a string after its first quote; escapes are taken as they stand.  False: no end. */
static bool
read_string(struct token *token, int *c)
{
	*token = (struct token){ .len = 0 };
	while ((*c = next()) != '"') {
		if (at_end(*c))
			return false;
		token_put(token, *c);
		if (*c != '\\')
			continue;
		*c = next();
		if (at_end(*c))
			return false;
		token_put(token, *c);
	}
	*c = next_after_blanks();
	return true;
}

/* Passes over an object or array, whose first bracket was read. */
static bool
skip_nested(int *c)
{
	struct token ignored;
	unsigned depth = 1;

	*c = next();
	while (depth > 0) {
		if (at_end(*c))
			return false;
		if (*c == '"') {
			if (!read_string(&ignored, c))
				return false;
			continue;
		}
		if (*c == '{' || *c == '[')
			depth++;
		if (*c == '}' || *c == ']')
			depth--;
		*c = depth > 0 ? next() : next_after_blanks();
	}
	return true;
}

/* A member's value; *c is what stands after it.  Numbers and words go into the token, too. */
static bool
read_value(struct token *value, int *c)
{
	*value = (struct token){ .len = 0 };
	*c = next_after_blanks();
	if (*c == '"')
		return read_string(value, c);
	if (*c == '{' || *c == '[')
		return skip_nested(c);
	while (!at_end(*c) && *c != ',' && *c != '}') {
		token_put(value, *c);
		*c = next();
	}
	while (value->len > 0 && is_blank(value->text[value->len - 1]))
		value->text[--value->len] = '\0';
	return !at_end(*c);
}

/* An object, after its first brace: `citation` names the item, or else `item`. */
static bool
read_object(struct line *line, int *c)
{
	struct token name, value;
	bool cited = false;

	*c = next_after_blanks();
	while (*c != '}') {
		if (*c != '"' || !read_string(&name, c) || *c != ':' || !read_value(&value, c))
			return false;
		line->summary = line->summary || strcmp(name.text, "summary") == 0;
		if (!value.cut && !cited &&
		    (strcmp(name.text, "citation") == 0 || strcmp(name.text, "item") == 0)) {
			memcpy(line->ref, value.text, sizeof(line->ref));
			cited = strcmp(name.text, "citation") == 0;
		}
		if (*c == ',')
			*c = next_after_blanks();
		else if (*c != '}')
			return false;
	}
	*c = next_after_blanks();
	return at_end(*c);
}

static void
read_plain(struct line *line, int *c)
{
	struct token token = { .len = 0 };
	bool hidden = false;

	for (; !at_end(*c); *c = next()) {
		hidden = hidden || *c == '\0';
		token_put(&token, *c);
	}
	while (token.len > 0 && is_blank(token.text[token.len - 1]))
		token.text[--token.len] = '\0';
	line->good = !token.cut && !hidden;
	memcpy(line->ref, token.text, sizeof(line->ref));
}

static struct line
read_line(void)
{
	struct line line = { .good = true };
	int c = next_after_blanks();

	if (c == '{')
		line.good = read_object(&line, &c) && (line.ref[0] != '\0' || line.summary);
	else
		read_plain(&line, &c);
	while (!at_end(c))
		c = next();
	line.over = c == EOF;
	return line;
}

static enum evault_status
read_input(struct refs *refs, struct evault_error *err)
{
	struct line line = { .over = false };
	uint64_t number = 0;
	size_t cap = 0;
	char *copy;

	errno = 0;
	while (!line.over) {
		line = read_line();
		number++;
		if (ferror(stdin))
			return failure_set(err, EVAULT_E_IO, _("standard input: %s"),
					   _(strerror(errno)));
		if (!line.good)
			return failure_set(
			    err, EVAULT_E_FORMAT,
			    _("standard input, line %" PRIu64 ": this names no item"), number);
		if (line.ref[0] == '\0')
			continue;
		if (refs->items.n == REFS_MAX)
			return failure_set(err, EVAULT_E_LIMIT,
					   _("standard input names more than %d items"), REFS_MAX);
		if (refs->items.n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			refs->lines = memory_grow(refs->lines, cap * sizeof(*refs->lines));
		}
		copy = memory_need(strlen(line.ref) + 1);
		memcpy(copy, line.ref, strlen(line.ref) + 1);
		refs->lines[refs->items.n] = number;
		list_add(&refs->items, copy);
	}
	if (refs->items.n == 0)
		return failure_set(err, EVAULT_E_NOT_FOUND, _("standard input names no item"));
	return EVAULT_OK;
}

int
refs_take(const struct command *command, const struct globals *globals, const struct list *operands,
	  struct refs *refs)
{
	struct evault_error err = { .text = "" };
	size_t i, inputs = 0;

	for (i = 0; i < operands->n; i++)
		inputs += strcmp(operands->items[i], "-") == 0;
	if (inputs == 0) {
		for (i = 0; i < operands->n; i++)
			list_add(&refs->items, operands->items[i]);
		return OPTIONS_GO_ON;
	}
	if (operands->n > 1)
		return options_wrong(command, _("items come from the command line, or with - "
						"from standard input"));
	if (globals->passphrase_file != NULL && strcmp(globals->passphrase_file, "-") == 0)
		return options_wrong(command, _("standard input can be only one of: the "
						"passphrase, the list of items"));
	refs->lines = memory_need(sizeof(*refs->lines));
	if (read_input(refs, &err) != EVAULT_OK)
		return failure_report(&err, globals);
	return OPTIONS_GO_ON;
}

void
refs_release(struct refs *refs)
{
	if (refs->lines != NULL)
		list_release_all(&refs->items);
	else
		list_release(&refs->items);
	free(refs->lines);
	refs->lines = NULL;
}

/* ---- finding ------------------------------------------------------------------- */

enum evault_status
refs_find(const struct refs *refs, size_t i, struct evault *vault, evault_item_fn *fn, void *ctx,
	  struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc = evault_find(vault, refs->items.items[i], fn, ctx, &why);

	if (rc == EVAULT_OK || err == NULL)
		return rc;
	*err = why;
	if (refs->lines != NULL)
		failure_set(err, rc, _("standard input, line %" PRIu64 ": %.400s"), refs->lines[i],
			    why.text);
	return rc;
}

bool
refs_number(const char *ref, uint64_t *number)
{
	size_t digits;

	if (strlen(ref) > 7 && strspn(ref, "0123456789abcdefABCDEF") == 6 && ref[6] == '-')
		ref += 7;
	digits = strspn(ref, "0123456789");
	if (digits == 0 || digits > 19 || ref[digits] != '\0')
		return false;
	*number = strtoull(ref, NULL, 10);
	return true;
}

void
picked_add(struct picked *picked, uint64_t index)
{
	if (picked->n == picked->cap) {
		picked->cap = picked->cap == 0 ? 64 : picked->cap * 2;
		picked->items = memory_grow(picked->items, picked->cap * sizeof(*picked->items));
	}
	picked->items[picked->n++] = index;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

void
picked_sort(struct picked *picked)
{
	size_t i, n = 0;

	if (picked->n == 0)
		return;
	qsort(picked->items, picked->n, sizeof(*picked->items), compare_numbers);
	for (i = 0; i < picked->n; i++)
		if (n == 0 || picked->items[i] != picked->items[n - 1])
			picked->items[n++] = picked->items[i];
	picked->n = n;
}

void
picked_release(struct picked *picked)
{
	free(picked->items);
	*picked = (struct picked){ .items = NULL };
}

struct picking {
	struct picked *items, others;
	uint64_t retracted;
};

static enum evault_status
pick(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct picking *p = ctx;

	(void)err;
	p->retracted += item->retracted;
	if (item_is_lost(item) || evault_item_field(item, "sha256") != NULL)
		picked_add(p->items, item->index);
	else
		picked_add(&p->others, item->index);
	return EVAULT_OK;
}

/* What was named is in p->others, and keeps no file. */
static enum evault_status
take_others(struct picking *p, const char *ref, bool any, struct evault_error *err)
{
	char *shown;
	size_t i;

	for (i = 0; any && i < p->others.n; i++)
		picked_add(p->items, p->others.items[i]);
	if (any)
		return EVAULT_OK;
	shown = escape_text(ref);
	failure_set(err, EVAULT_E_NOT_FOUND, _("%.100s: that is recorded, but is no file"), shown);
	free(shown);
	return EVAULT_E_NOT_FOUND;
}

enum evault_status
refs_pick(const struct refs *refs, struct evault *vault, bool any, struct picked *picked,
	  uint64_t *retracted, struct evault_error *err)
{
	struct picking p = { .items = picked };
	enum evault_status rc = EVAULT_OK;
	size_t i, before;

	for (i = 0; rc == EVAULT_OK && i < refs->items.n; i++) {
		before = picked->n;
		p.others.n = 0;
		rc = refs_find(refs, i, vault, pick, &p, err);
		if (rc == EVAULT_OK && picked->n == before)
			rc = take_others(&p, refs->items.items[i], any, err);
	}
	picked_sort(picked);
	*retracted = p.retracted;
	picked_release(&p.others);
	return rc;
}
