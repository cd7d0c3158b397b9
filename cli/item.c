#include "item.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "format.h"
#include "glyph.h"
#include "memory.h"
#include "message.h"

enum {
	CITATION_WIDTH = 12,
	BEFORE_NAME = 44, /* columns of a line before the name */
	NAME_LEAST = 16,  /* columns that make cutting worth while */
};

bool
item_is_lost(const struct evault_item *item)
{
	return item->n_fields == 0;
}

void
item_warn_lost(uint64_t lost)
{
	if (lost == 0)
		return;
	message_warning(ngettext("the record of %" PRIu64 " item is missing or damaged",
				 "the records of %" PRIu64 " items are missing or damaged", lost),
			lost);
	message_hint(_("to see what is wrong: evault check"));
}

/* The number that a field holds; false when it holds none. */
static bool
field_number(const struct evault_field *field, uint64_t *number)
{
	char *end;

	if (field == NULL || field->len == 0 || field->len > 20 ||
	    strspn(field->value, "0123456789") != field->len)
		return false;
	*number = strtoull(field->value, &end, 10);
	return true;
}

void
item_print_minute(FILE *out, const struct evault_field *time)
{
	if (time == NULL)
		fprintf(out, "%-17s", "?");
	else if (time->len == 20 && time->value[10] == 'T')
		fprintf(out, "%.10s %.5sZ", time->value, time->value + 11);
	else
		escape_write(out, time->value, time->len);
}

/* The stream's text, NUL-terminated; it does not return where there is no memory. */
static char *
text_of(FILE *stream, char **text)
{
	if (stream == NULL || fclose(stream) == EOF || *text == NULL)
		memory_exit();
	return *text;
}

char *
item_text(const struct evault_item *item, const char *name)
{
	const struct evault_field *f = evault_item_field(item, name);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out != NULL && f != NULL)
		escape_write(out, f->value, f->len);
	else if (out != NULL)
		fputc('?', out);
	return text_of(out, &text);
}

bool
item_says(const struct evault_item *item, const char *name, const char *value)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f != NULL && f->len == strlen(value) && memcmp(f->value, value, f->len) == 0;
}

void
item_warn_retracted(const struct evault_item *item)
{
	const struct evault_item *by = evault_item_retraction(item);
	char *reason;

	if (!item->retracted)
		return;
	if (by == NULL) {
		message_warning(_("%s was retracted"), item->citation);
		return;
	}
	reason = item_text(by, "reason");
	message_warning(_("%s was retracted in %s: %s"), item->citation, by->citation, reason);
	free(reason);
}

static bool
same_key(const struct evault_field *a, const struct evault_field *b)
{
	const char *end;

	if (strcmp(a->name, b->name) != 0)
		return false;
	if (strcmp(a->name, "field") != 0)
		return true;
	end = memchr(a->value, '=', a->len);
	return end != NULL && (size_t)(end - a->value) < b->len &&
	       memcmp(a->value, b->value, (size_t)(end - a->value) + 1) == 0;
}

bool
item_is_said(const char *field)
{
	static const char *const said[] = {
		"case",     "title",   "witness", "interviewer", "interpreter",
		"language", "consent", "place",   "field",       "tag",
	};
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (strcmp(field, said[i]) == 0)
			return true;
	return false;
}

const struct evault_item *
item_replaced_by(const struct evault_item *item, size_t from, const struct evault_field *f)
{
	bool single = item_is_said(f->name) && strcmp(f->name, "tag") != 0;
	const struct evault_item *c;
	size_t i, k;

	for (i = item->n_corrections; i > from && single; i--) {
		c = &item->corrections[i - 1];
		for (k = 0; !c->retracted && k < c->n_fields; k++)
			if (same_key(&c->fields[k], f) && item_says(c, "action", "annotate"))
				return c;
	}
	return NULL;
}

/* ---- one line -------------------------------------------------------------------- */

void
item_print_header(FILE *out)
{
	format_padded(out, _("ITEM"), CITATION_WIDTH + 2);
	format_padded(out, _("RECORDED (UTC)"), 17 + 2);
	format_padded(out, _("SIZE"), -9);
	fprintf(out, "  %s\n", _("NAME"));
}

static char *
name_text(const struct evault_item *item)
{
	const struct evault_field *name = evault_item_field(item, "name");
	const struct evault_field *folder = evault_item_field(item, "folder");
	const struct evault_field *action = evault_item_field(item, "action");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return text_of(out, &text);
	if (folder != NULL && folder->len > 0) {
		escape_write(out, folder->value, folder->len);
		fputc('/', out);
	}
	if (name != NULL) {
		escape_write(out, name->value, name->len);
	} else if (item_is_lost(item)) {
		fputs(_("(its record is missing or damaged)"), out);
	} else if (evault_item_field(item, "sha256") != NULL) {
		fputs(_("(name withheld)"), out);
	} else if (action != NULL) { /* an access, an adoption: there is no file */
		fputc('(', out);
		escape_write(out, action->value, action->len);
		fputc(')', out);
	}
	return text_of(out, &text);
}

/* The title that holds, in quotation marks; "" when there is none. */
static char *
title_text(const struct evault_item *item)
{
	const struct evault_field *title = evault_item_latest(item, "title");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out != NULL && title != NULL && title->len > 0) {
		fputc('"', out);
		escape_write(out, title->value, title->len);
		fputc('"', out);
	}
	return text_of(out, &text);
}

/* The first columns of a text, and a sign that there is more. */
static void
print_start(FILE *out, const char *text, unsigned columns)
{
	size_t len = strlen(text), i;
	unsigned used = 0;
	struct glyph g;

	if (glyph_columns(text, len) <= columns) {
		fputs(text, out);
		return;
	}
	for (i = 0; i < len; i += g.len) {
		glyph_read(text + i, len - i, used, &g);
		used += g.width;
		if (used >= columns)
			break;
		fwrite(text + i, 1, g.len, out);
	}
	fputs("\xE2\x80\xA6", out); /* … */
}

/* The last columns: of a path they say more than the first. */
static void
print_end(FILE *out, const char *text, unsigned columns)
{
	size_t len = strlen(text), i;
	unsigned all = glyph_columns(text, len);
	struct glyph g;

	if (all <= columns) {
		fputs(text, out);
		return;
	}
	fputs("\xE2\x80\xA6", out);
	for (i = 0; i < len && all >= columns; i += g.len) {
		glyph_read(text + i, len - i, 0, &g);
		all -= g.width;
	}
	fwrite(text + i, 1, len - i, out);
}

static void
print_names(FILE *out, const char *name, const char *title, unsigned room)
{
	unsigned wanted = glyph_columns(name, strlen(name)), given = room;
	unsigned rest = title[0] == '\0' ? 0 : glyph_columns(title, strlen(title)) + 2;

	/* Where both do not fit, the title gets what the name leaves, and half at least. */
	if (wanted + rest > room && rest > 0)
		given = wanted < room / 2 ? wanted : room - (rest < room / 2 ? rest : room / 2);
	print_end(out, name, given);
	if (rest == 0)
		return;
	fputs("  ", out);
	print_start(out, title, room - (wanted < given ? wanted : given) - 2);
}

void
item_print_line(FILE *out, const struct evault_item *item, unsigned columns)
{
	const char *mark = item->retracted ? _("RETRACTED  ") : "";
	unsigned before = BEFORE_NAME + glyph_columns(mark, strlen(mark));
	char size[FORMAT_SIZE] = "-", *name = name_text(item), *title = title_text(item);
	uint64_t bytes;

	if (field_number(evault_item_field(item, "size"), &bytes))
		format_bytes(bytes, size);
	fprintf(out, "%-*s  ", CITATION_WIDTH, item->citation);
	item_print_minute(out, evault_item_field(item, "time"));
	fprintf(out, "  %9s  %s", size, mark);
	if (columns >= before + NAME_LEAST)
		print_names(out, name, title, columns - before);
	else
		fprintf(out, "%s%s%s", name, title[0] == '\0' ? "" : "  ", title);
	fputc('\n', out);
	free(name);
	free(title);
}
