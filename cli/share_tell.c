#include "share_tell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "escape.h"
#include "format.h"
#include "item.h"
#include "json.h"
#include "message.h"
#include "progress.h"

enum {
	LABEL_WIDTH = 14
};

static const struct {
	unsigned flag;
	const char *word; /* for programs */
	const char *text;
} carried[] = {
	{ EVAULT_CARRIES_PLACE, "place", N_("a position on the map") },
	{ EVAULT_CARRIES_PERSON, "person", N_("an author's name, or a field for one") },
	{ EVAULT_CARRIES_DEVICE, "device", N_("the camera or telephone that made it") },
	{ EVAULT_CARRIES_TIME, "time", N_("the time when it was made") },
};
enum {
	N_CARRIED = sizeof(carried) / sizeof(carried[0])
};

/* ---- for programs ------------------------------------------------------------ */

static void
write_fields(struct json *json, const struct evault_share_event *e)
{
	size_t i;

	json_array_begin(json, "disclosed");
	for (i = 0; i < e->item->n_fields; i++) {
		if (e->withheld[i])
			continue;
		json_object_begin(json, NULL, 0);
		json_text(json, "name", e->item->fields[i].name);
		json_bytes(json, "value", e->item->fields[i].value, e->item->fields[i].len);
		json_object_end(json);
	}
	json_array_end(json);
	json_array_begin(json, "withheld");
	for (i = 0; i < e->item->n_fields; i++)
		if (e->withheld[i])
			json_string(json, e->item->fields[i].name, strlen(e->item->fields[i].name));
	json_array_end(json);
}

static void
print_json(const struct evault_share_event *e, bool dry_run)
{
	struct json json = json_begin(stdout);
	size_t i;

	if (e->what == EVAULT_SHARE_REFUSED)
		json_text(&json, "event", "refused");
	else
		json_text(&json, "event", dry_run ? "would" : "given");
	json_number(&json, "item", e->item->index);
	json_text(&json, "citation", e->item->citation);
	json_bool(&json, "retracted", e->item->retracted);
	if (e->why != NULL)
		json_text(&json, "detail", e->why);
	if (e->what == EVAULT_SHARE_GIVEN) {
		json_bool(&json, "correction", e->correction);
		json_bool(&json, "file", e->file);
		json_bool(&json, "overridden", e->overridden);
		json_bool(&json, "consent_stated", !e->unstated && !e->correction);
		json_array_begin(&json, "carries");
		for (i = 0; i < N_CARRIED; i++)
			if (e->carries & carried[i].flag)
				json_string(&json, carried[i].word, strlen(carried[i].word));
		json_array_end(&json);
		if (dry_run)
			write_fields(&json, e);
	}
	json_end(&json);
}

/* ---- for people ---------------------------------------------------------------- */

static void
print_label(const char *label)
{
	fputs("  ", stdout);
	format_padded(stdout, label, LABEL_WIDTH);
}

static void
print_withheld(const struct evault_share_event *e)
{
	const struct evault_field *f;
	const char *equals;
	size_t i, n = 0;

	for (i = 0; i < e->item->n_fields; i++) {
		if (!e->withheld[i])
			continue;
		f = &e->item->fields[i];
		if (n++ == 0)
			print_label(_("withheld"));
		else
			fputs(", ", stdout);
		equals = strcmp(f->name, "field") == 0 ? strchr(f->value, '=') : NULL;
		fputs(f->name, stdout);
		/* The K of the user's own stays in sight. */
		if (equals != NULL) {
			fputc(' ', stdout);
			escape_write(stdout, f->value, (size_t)(equals - f->value));
		}
	}
	if (n > 0)
		fputc('\n', stdout);
}

static void
print_carried(unsigned carries)
{
	size_t i;

	for (i = 0; i < N_CARRIED; i++) {
		if (!(carries & carried[i].flag))
			continue;
		print_label(_("in the file"));
		puts(_(carried[i].text));
	}
}

static void
print_would(const struct evault_share_event *e)
{
	size_t i;

	printf("%s", e->item->citation);
	if (e->item->retracted)
		printf("  (%s)", _("retracted"));
	if (e->overridden)
		printf("  (%s)", _("no consent covers it"));
	if (e->unstated)
		printf("  (%s)", _("nothing is said of consent"));
	fputc('\n', stdout);
	for (i = 0; i < e->item->n_fields; i++) {
		if (e->withheld[i])
			continue;
		print_label(e->item->fields[i].name);
		escape_write(stdout, e->item->fields[i].value, e->item->fields[i].len);
		fputc('\n', stdout);
	}
	print_withheld(e);
	if (e->correction)
		return;
	print_label(_("the file"));
	puts(e->file ? _("is given") : _("is not given"));
	print_carried(e->carries);
}

/* What a file says, whatever its record withholds. */
static void
warn_of_carried(const struct evault_share_event *e)
{
	size_t i;

	for (i = 0; i < N_CARRIED; i++)
		if (e->carries & carried[i].flag)
			message_warning(_("%s: the file itself has in it: %s"), e->item->citation,
					_(carried[i].text));
}

void
share_tell_item(const struct globals *globals, bool dry_run, const struct evault_share_event *e)
{
	progress_hide();
	if (globals->json)
		print_json(e, dry_run);
	else if (dry_run && e->what == EVAULT_SHARE_GIVEN)
		print_would(e);
	if (e->what == EVAULT_SHARE_REFUSED)
		message_error("%s: %s", e->item->citation, e->why);
	else if (!dry_run)
		warn_of_carried(e);
}

void
share_tell_head(const struct globals *globals, const struct evault_share *how, const char *to)
{
	char *shown;

	if (globals->json)
		return;
	shown = escape_text(to);
	printf(_("what would be given to %s:\n"), shown);
	free(shown);
	if (how->plain)
		puts(_("in a folder that is not encrypted"));
}

/* ---- the end --------------------------------------------------------------------- */

static void
print_json_summary(const char *bundle, const struct evault_share_summary *s)
{
	struct json json = json_begin(stdout);

	json_object_begin(&json, "summary", strlen("summary"));
	if (bundle != NULL)
		json_bytes(&json, "bundle", bundle, strlen(bundle));
	json_text(&json, "to", s->to);
	if (s->name[0] != '\0')
		json_text(&json, "contact", s->name);
	json_text(&json, "audience", evault_audience_word(s->audience));
	json_number(&json, "given", s->given);
	json_number(&json, "corrections", s->corrections);
	json_number(&json, "refused", s->refused);
	json_number(&json, "overridden", s->overridden);
	json_number(&json, "unstated", s->unstated);
	json_number(&json, "files", s->files);
	json_number(&json, "bytes", s->bytes);
	json_number(&json, "received", s->received);
	json_number(&json, "unproved", s->unproved);
	json_number(&json, "entries", s->entries);
	if (bundle != NULL)
		json_number(&json, "volumes", s->volumes);
	if (s->tagmanifest[0] != '\0')
		json_text(&json, "tagmanifest", s->tagmanifest);
	if (s->citation[0] != '\0') {
		json_number(&json, "entry", s->index);
		json_text(&json, "citation", s->citation);
	}
	json_object_end(&json);
	json_end(&json);
}

static void
print_done(const char *bundle, const struct evault_share_summary *s)
{
	char *shown = escape_text(bundle), size[FORMAT_SIZE];

	printf(ngettext("%s: %" PRIu64 " item (%s); recorded as %s\n",
			"%s: %" PRIu64 " items (%s); recorded as %s\n", s->given),
	       shown, s->given, format_bytes(s->bytes, size), s->citation);
	free(shown);
}

void
share_tell_end(const struct globals *globals, const char *bundle,
	       const struct evault_share_summary *s)
{
	if (globals->json)
		print_json_summary(bundle, s);
	else if (bundle != NULL)
		print_done(bundle, s);
	/* Their vault note, its size and its keys go with that. */
	if (!globals->json && s->received > s->unproved)
		printf(ngettext("%" PRIu64 " of them was recorded in another vault, and the bundle "
				"has the proof of that\n",
				"%" PRIu64 " of them were recorded in other vaults, and the bundle "
				"has the proof of that\n",
				s->received - s->unproved),
		       s->received - s->unproved);
	if (s->unproved > 0)
		message_warning(
		    ngettext("%" PRIu64 " item was received from another vault, and nothing that "
			     "is kept here proves all of that: `evault check` says more",
			     "%" PRIu64 " items were received from other vaults, and nothing that "
			     "is kept here proves all of that: `evault check` says more",
			     s->unproved),
		    s->unproved);
	if (s->unstated > 0)
		message_warning(ngettext("of %" PRIu64 " item nothing is said of consent",
					 "of %" PRIu64 " items nothing is said of consent",
					 s->unstated),
				s->unstated);
	if (s->overridden > 0)
		message_warning(ngettext("%" PRIu64 " item is given that no consent covers",
					 "%" PRIu64 " items are given that no consent covers",
					 s->overridden),
				s->overridden);
}
