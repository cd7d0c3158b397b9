/*
 * All that is said of an item: its record, and in the order of the log what
 * was said later.  What does not hold any more is marked, and not left out.
 */
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "format.h"
#include "item.h"
#include "message.h"

enum {
	LABEL_WIDTH = 12
};

static void
print_label(FILE *out, const char *label)
{
	/* Beside the names of fields, which are the same in all languages. */
	const char *const words[] = { _("RETRACTED"), _("annotated"), _("retracted"),
				      _("corrected") };

	format_padded(out, label,
		      format_widest(words, sizeof(words) / sizeof(words[0]), LABEL_WIDTH) + 2);
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

/* `from`: the first correction that is later than this field. */
static void
print_field(FILE *out, const struct evault_item *item, size_t from, const struct evault_field *f)
{
	const struct evault_item *by = item_replaced_by(item, from, f);
	const char *claim = whose_claim(f->name);

	print_label(out, f->name);
	escape_write(out, f->value, f->len);
	if (claim != NULL)
		fprintf(out, "  (%s)", claim);
	if (by != NULL) {
		fputs("  (", out);
		fprintf(out, _("holds no longer: see %s"), by->citation);
		fputc(')', out);
	}
	fputc('\n', out);
}

static void
print_retraction(FILE *out, const struct evault_item *item)
{
	const struct evault_item *by = evault_item_retraction(item);
	const struct evault_field *reason = by == NULL ? NULL : evault_item_field(by, "reason");

	if (!item->retracted)
		return;
	print_label(out, _("RETRACTED"));
	if (by == NULL)
		fputs(_("by a record that cannot be read"), out);
	else
		fprintf(out, _("in %s"), by->citation);
	if (reason != NULL) {
		fputs(": ", out);
		escape_write(out, reason->value, reason->len);
	}
	fputc('\n', out);
}

/* What stands in its record for other vaults to be found by; item_print_sources says it. */
static bool
is_of_receiving(const char *field)
{
	return strcmp(field, "source") == 0 || strncmp(field, "from-", 5) == 0;
}

/* What every record says of itself, and is no news in a correction. */
static bool
is_of_course(const char *field)
{
	return strcmp(field, "action") == 0 || strcmp(field, "software") == 0 ||
	       strcmp(field, "about") == 0 || is_of_receiving(field);
}

/* The key that signed; what it is called here is no claim of the record. */
static void
print_signer(FILE *out, struct evault *vault, const struct evault_item *item)
{
	const char *name = evault_key_name(vault, item->actor_key);

	print_label(out, "actor-key");
	fputs(item->actor_key, out);
	if (name != NULL) {
		fputs("  (", out);
		escape_write(out, name, strlen(name));
		fputc(')', out);
	}
	fputc('\n', out);
}

static void
print_correction(FILE *out, struct evault *vault, const struct evault_item *item, size_t at)
{
	const struct evault_item *c = &item->corrections[at];
	const char *label = _("annotated");
	size_t i;

	if (item_says(c, "action", "retract"))
		label = _("retracted");
	else if (item_is_lost(c))
		label = _("corrected");
	fputc('\n', out);
	print_label(out, label);
	fprintf(out, _("in %s"), c->citation);
	if (c->retracted)
		fprintf(out, "  (%s)", _("taken back later: it holds no longer"));
	if (item_is_lost(c))
		fprintf(out, "  (%s)", _("its record is missing or damaged"));
	fputc('\n', out);
	for (i = 0; i < c->n_fields; i++)
		if (!is_of_course(c->fields[i].name))
			print_field(out, item, at + 1, &c->fields[i]);
	print_signer(out, vault, c);
}

void
item_print_sources(FILE *out, struct evault *vault, const struct evault_item *item)
{
	const struct evault_source *s;
	char key[EVAULT_HEX_SIZE];
	size_t i;

	for (i = 0; i < item->n_sources; i++) {
		s = &item->sources[i];
		print_label(out, i == 0 ? _("received") : "");
		if (evault_source_signer(vault, s, key, NULL) == EVAULT_OK)
			fprintf(out, _("from %s, entry %" PRIu64 ", where key %s signed it\n"),
				s->origin, s->index, key);
		else
			fprintf(out,
				_("from %s, entry %" PRIu64 "; its log is not here, or damaged\n"),
				s->origin, s->index);
	}
	if (item->n_sources == 0)
		return;
	print_label(out, "");
	fprintf(out, _("here it is number %" PRIu64 "\n"), item->index);
}

void
item_print_all(FILE *out, struct evault *vault, const struct evault_item *item)
{
	size_t i;

	print_label(out, "item");
	fprintf(out, "%s\n", item->citation);
	item_print_sources(out, vault, item);
	print_retraction(out, item);
	if (item_is_lost(item)) {
		print_label(out, "record");
		fprintf(out, "%s\n", _("missing or damaged"));
	}
	for (i = 0; i < item->n_fields; i++)
		if (!is_of_receiving(item->fields[i].name))
			print_field(out, item, 0, &item->fields[i]);
	if (item->withheld != NULL) {
		print_label(out, _("withheld"));
		escape_write(out, item->withheld, strlen(item->withheld));
		fputc('\n', out);
	}
	print_label(out, "digest");
	fprintf(out, "%s\n", item->digest);
	print_signer(out, vault, item);
	if (item->corrections_cut)
		fprintf(out, "\n%s\n",
			_("there is more that was said earlier: evault history has it"));
	for (i = 0; i < item->n_corrections; i++)
		print_correction(out, vault, item, i);
}
