#include "item.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "format.h"
#include "message.h"

enum {
	CITATION_WIDTH = 12,
	LABEL_WIDTH = 12
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

/* "2026-11-22T09:15:09Z" as "2026-11-22 09:15Z". */
static void
print_minute(FILE *out, const struct evault_field *time)
{
	if (time == NULL)
		fprintf(out, "%-17s", "?");
	else if (time->len == 20 && time->value[10] == 'T')
		fprintf(out, "%.10s %.5sZ", time->value, time->value + 11);
	else
		escape_write(out, time->value, time->len);
}

void
item_print_header(FILE *out)
{
	fprintf(out, "%-*s  %-17s  %9s  %s\n", CITATION_WIDTH, _("ITEM"), _("RECORDED (UTC)"),
		_("SIZE"), _("NAME"));
}

void
item_print_line(FILE *out, const struct evault_item *item)
{
	const struct evault_field *name = evault_item_field(item, "name");
	const struct evault_field *folder = evault_item_field(item, "folder");
	const struct evault_field *action = evault_item_field(item, "action");
	char size[FORMAT_SIZE] = "-";
	uint64_t bytes;

	if (field_number(evault_item_field(item, "size"), &bytes))
		format_bytes(bytes, size);
	fprintf(out, "%-*s  ", CITATION_WIDTH, item->citation);
	print_minute(out, evault_item_field(item, "time"));
	fprintf(out, "  %9s  ", size);
	if (folder != NULL && folder->len > 0) {
		escape_write(out, folder->value, folder->len);
		fputc('/', out);
	}
	if (name != NULL) {
		escape_write(out, name->value, name->len);
	} else if (item_is_lost(item)) {
		fputs(_("(its record is missing or damaged)"), out);
	} else if (action != NULL) { /* an access, an adoption: there is no file */
		fputc('(', out);
		escape_write(out, action->value, action->len);
		fputc(')', out);
	}
	fputc('\n', out);
}

static void
print_label(FILE *out, const char *label)
{
	fprintf(out, "%-*s  ", LABEL_WIDTH, label);
}

/* Whose word it is that a time is right (G10). */
static const char *
whose_claim(const char *field)
{
	if (strcmp(field, "time") == 0)
		return _("by the clock of the computer that recorded it");
	if (strcmp(field, "modified") == 0)
		return _("as the file's folder said when it was recorded");
	return NULL;
}

void
item_print_all(FILE *out, const struct evault_item *item)
{
	const struct evault_field *f;
	const char *claim;
	size_t i;

	print_label(out, "item");
	fprintf(out, "%s\n", item->citation);
	if (item_is_lost(item)) {
		print_label(out, "record");
		fprintf(out, "%s\n", _("missing or damaged"));
	}
	for (i = 0; i < item->n_fields; i++) {
		f = &item->fields[i];
		claim = whose_claim(f->name);
		print_label(out, f->name);
		escape_write(out, f->value, f->len);
		if (claim != NULL)
			fprintf(out, "  (%s)", claim);
		fputc('\n', out);
	}
	print_label(out, "digest");
	fprintf(out, "%s\n", item->digest);
	print_label(out, "actor-key");
	fprintf(out, "%s\n", item->actor_key);
}
