/* One item of the report. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format/html.h"
#include "format/report.h"
#include "format/report_private.h"

/* Fields of one record, looked at in the order of the words. */
struct fields {
	const struct ev_record_field *at;
	size_t n;
};

/* ---- fields ------------------------------------------------------------ */

/* The first field of that name that is disclosed; empty when there is none. */
static struct ev_slice
value_of(struct fields f, const char *name)
{
	size_t i;

	for (i = 0; i < f.n; i++)
		if (!f.at[i].withheld && strcmp(f.at[i].name, name) == 0)
			return ev_slice_of(f.at[i].value, f.at[i].len);
	return ev_slice_text("");
}

static bool
is_withheld(struct fields f, const char *name)
{
	size_t i;

	for (i = 0; i < f.n; i++)
		if (f.at[i].withheld && strcmp(f.at[i].name, name) == 0)
			return true;
	return false;
}

/* Is it the label for fields of that name?  The last one is for those without one of their own. */
static bool
is_label_of(const struct ev_report_words *words, const struct ev_report_label *label,
	    const char *name)
{
	const struct ev_report_label *other;

	if (label->name != NULL)
		return strcmp(label->name, name) == 0;
	for (other = words->labels; other->name != NULL; other++)
		if (strcmp(other->name, name) == 0)
			return false;
	return true;
}

/* What a field is called: ours, the K of the user's own, or the name of one that is not known. */
static void
add_label(struct ev_buf *html, const struct ev_report_label *label,
	  const struct ev_record_field *field)
{
	struct ev_slice value = ev_slice_of(field->value, field->len);

	if (label->label != NULL)
		ev_buf_puts(html, label->label);
	else if (label->name != NULL)
		ev_report_say(html, "<bdi>{1}</bdi>", ev_record_key(value), value);
	else
		ev_html_line(html, ev_slice_text(field->name));
}

/* The value of a field: what is after "K=" of the user's own. */
static struct ev_slice
plain_value(const struct ev_report_label *label, const struct ev_record_field *field)
{
	struct ev_slice value = ev_slice_of(field->value, field->len);
	size_t key;

	if (label->name == NULL || strcmp(label->name, "field") != 0)
		return value;
	key = ev_record_key(value).len;
	if (key < value.len)
		key++;
	return ev_slice_of(value.data + key, value.len - key);
}

static void
add_value(struct ev_buf *html, const struct ev_report_words *words,
	  const struct ev_report_label *label, struct ev_slice value, struct fields f)
{
	if (label->by != NULL)
		ev_buf_printf(html, "<small>%s</small>", label->by);
	ev_buf_puts(html, "<div class=\"value\" dir=\"auto\">");
	switch (label->form) {
	case EV_REPORT_TEXT:
		ev_html_text(html, value.len > 0 ? value : ev_slice_text(words->none));
		break;
	case EV_REPORT_CODE:
		ev_report_say(html, "<code>{1}</code>", value, value);
		break;
	case EV_REPORT_SIZE:
		ev_report_number(html, value);
		ev_buf_printf(html, " %s", words->bytes);
		break;
	case EV_REPORT_TIME:
		ev_report_time(html, value, value_of(f, "offset"));
		break;
	}
	ev_buf_puts(html, "</div>");
}

/* Is it said elsewhere: an offset with the times? */
static bool
is_said(const struct ev_record_field *field)
{
	int64_t seconds;

	return strcmp(field->name, "offset") == 0 &&
	       ev_report_offset(ev_slice_of(field->value, field->len), &seconds);
}

/* All disclosed fields under one label: one row, or for those that people name one row each. */
static void
add_field(struct ev_buf *html, const struct ev_report_words *words,
	  const struct ev_report_label *label, struct fields f)
{
	bool open = false;
	size_t i;

	for (i = 0; i < f.n; i++) {
		if (f.at[i].withheld || !is_label_of(words, label, f.at[i].name) ||
		    is_said(&f.at[i]))
			continue;
		if (open && label->label == NULL)
			ev_buf_puts(html, "</div>\n");
		if (!open || label->label == NULL) {
			ev_buf_puts(html, "<div><dt>");
			add_label(html, label, &f.at[i]);
			ev_buf_puts(html, "</dt>");
		}
		open = true;
		ev_buf_puts(html, "<dd>");
		add_value(html, words, label, plain_value(label, &f.at[i]), f);
		ev_buf_puts(html, "</dd>");
	}
	if (open)
		ev_buf_puts(html, "</div>\n");
}

/* Nothing at all when there are none. */
static void
add_group(struct ev_buf *html, const struct ev_report_words *words, const char *title,
	  enum ev_report_group group, struct fields f)
{
	const struct ev_report_label *label = words->labels;
	size_t before = html->len, start;

	if (title != NULL)
		ev_buf_printf(html, "<h3>%s</h3>\n", title);
	ev_buf_puts(html, "<dl>\n");
	start = html->len;
	for (;; label++) {
		if (label->group == group)
			add_field(html, words, label, f);
		if (label->name == NULL)
			break;
	}
	if (html->len == start)
		html->len = before;
	else
		ev_buf_puts(html, "</dl>\n");
}

static void
add_withheld_names(struct ev_buf *html, const struct ev_report_words *words, struct fields f)
{
	const struct ev_report_label *label = words->labels;
	bool any = false;
	size_t i;

	for (;; label++) {
		for (i = 0; i < f.n; i++) {
			if (!f.at[i].withheld || !is_label_of(words, label, f.at[i].name))
				continue;
			if (any)
				ev_buf_puts(html, ", ");
			add_label(html, label, &f.at[i]);
			any = true;
		}
		if (label->name == NULL)
			return;
	}
}

static bool
any_withheld(struct fields f)
{
	size_t i;

	for (i = 0; i < f.n && !f.at[i].withheld;)
		i++;
	return i < f.n;
}

static void
add_withheld(struct ev_buf *html, const struct ev_report_words *words, struct fields f)
{
	if (!any_withheld(f))
		return;
	ev_buf_printf(html, "<div class=\"withheld\">\n<h3>%s</h3>\n<p><strong>", words->withheld);
	add_withheld_names(html, words, f);
	ev_buf_printf(html, "</strong></p>\n<p class=\"note\">%s</p>\n</div>\n",
		      words->withheld_about);
}

/* ---- corrections and retractions --------------------------------------- */

static struct fields
fields_of(const struct ev_report_change *change)
{
	return (struct fields){ change->fields, change->n };
}

static bool
is_change(struct fields f)
{
	struct ev_slice action = value_of(f, "action");

	return ev_slice_is(action, "annotate") || ev_slice_is(action, "retract");
}

static bool
is_retraction(const struct ev_report_change *change)
{
	return ev_slice_is(value_of(fields_of(change), "action"), "retract");
}

static void
add_link(struct ev_buf *html, const struct ev_report_change *change)
{
	ev_buf_printf(html, "<a href=\"#e%" PRIu64 "\"><code>", change->index);
	ev_html_line(html, change->citation);
	ev_buf_puts(html, "</code></a>");
}

static void
add_change_time(struct ev_buf *html, const struct ev_report_words *words,
		const struct ev_report_change *change)
{
	struct fields f = fields_of(change);

	ev_buf_printf(html, ", %s: ", words->clock_said);
	ev_report_time(html, value_of(f, "time"), value_of(f, "offset"));
}

/* Above all else of the item. */
static void
add_retraction(struct ev_buf *html, const struct ev_report_words *words,
	       const struct ev_report_change *change)
{
	struct fields f = fields_of(change);

	ev_buf_printf(html, "<div class=\"retracted\">\n<p>%s: ", words->retracted);
	add_link(html, change);
	add_change_time(html, words, change);
	if (is_withheld(f, "reason")) {
		ev_buf_printf(html, "</p>\n<p>%s</p>\n</div>\n", words->reason_withheld);
		return;
	}
	ev_buf_printf(html, "</p>\n<p>%s</p>\n<div class=\"value\" dir=\"auto\">",
		      words->retracted_reason);
	ev_html_text(html, value_of(f, "reason"));
	ev_buf_puts(html, "</div>\n</div>\n");
}

/* What it says of the item; who signed it, and when, stands with its own item. */
static void
add_correction(struct ev_buf *html, const struct ev_report_words *words,
	       const struct ev_report_change *change)
{
	ev_buf_printf(html, "<div>\n<p>%s ",
		      is_retraction(change) ? words->retraction : words->correction);
	add_link(html, change);
	add_change_time(html, words, change);
	ev_buf_puts(html, "</p>\n");
	if (change->taken_back)
		ev_buf_printf(html, "<p><strong>%s</strong></p>\n", words->taken_back);
	add_group(html, words, NULL, EV_REPORT_STATED, fields_of(change));
	if (any_withheld(fields_of(change))) {
		ev_buf_printf(html, "<p>%s: <strong>", words->withheld);
		add_withheld_names(html, words, fields_of(change));
		ev_buf_puts(html, "</strong></p>\n");
	}
	ev_buf_puts(html, "</div>\n");
}

static void
add_corrections(struct ev_buf *html, const struct ev_report_words *words,
		const struct ev_report_item *item)
{
	bool any = false;
	size_t i;

	for (i = 0; i < item->n_changes; i++) {
		if (is_retraction(&item->changes[i]) && !item->changes[i].taken_back)
			continue;
		if (!any)
			ev_buf_printf(html,
				      "<div class=\"changed\">\n<h3>%s</h3>\n<p "
				      "class=\"note\">%s</p>\n",
				      words->corrections, words->corrections_about);
		any = true;
		add_correction(html, words, &item->changes[i]);
	}
	if (any)
		ev_buf_puts(html, "</div>\n");
}

/* ---- its file ---------------------------------------------------------- */

/* Does it begin so, or with `all` is it that? */
static bool
is_one_of(struct ev_slice type, const char *const *types, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ev_slice_is(type, types[i]) ||
		    (types[i][strlen(types[i]) - 1] == '/' && ev_slice_starts(type, types[i])))
			return true;
	return false;
}

static bool
is_picture(struct ev_slice type)
{
	static const char *const types[] = { "image/jpeg", "image/png", "image/gif", "image/webp" };

	return is_one_of(type, types, sizeof(types) / sizeof(types[0]));
}

/* Opened from a disk, a page or a drawing could run programs, and tell others that it was opened.
 */
static bool
is_safe_to_follow(struct ev_slice type)
{
	static const char *const types[] = { "video/", "audio/", "text/plain",
					     "text/plain; charset=utf-8" };

	return is_picture(type) || is_one_of(type, types, sizeof(types) / sizeof(types[0]));
}

static void
add_file(struct ev_buf *html, const struct ev_report_words *words,
	 const struct ev_report_item *item, struct fields f)
{
	struct ev_slice type = value_of(f, "media-type");

	if (item->file.len == 0) {
		if (is_change(f))
			return;
		ev_buf_printf(html, "<p>%s</p>\n", words->no_file);
		return;
	}
	ev_buf_puts(html, "<figure>\n");
	if (is_picture(type))
		ev_report_say(html,
			      "<a href=\"../{1}\"><img src=\"../{1}\" alt=\"{1}\" "
			      "loading=\"lazy\"></a>\n",
			      item->file, item->file);
	ev_buf_printf(html, "<figcaption>%s ", words->caption);
	if (is_safe_to_follow(type))
		ev_report_say(html, "<a href=\"../{1}\"><code>{1}</code></a>", item->file,
			      item->file);
	else
		ev_report_say(html, "<code>{1}</code>", item->file, item->file);
	if (!is_safe_to_follow(type))
		ev_buf_printf(html, " <small>%s</small>", words->no_link);
	ev_buf_puts(html, "</figcaption>\n</figure>\n");
}

/* ---- the item ---------------------------------------------------------- */

static void
add_heading(struct ev_buf *html, const struct ev_report_words *words,
	    const struct ev_report_item *item, struct fields f)
{
	struct ev_slice action = value_of(f, "action");
	const char *kind = ev_slice_is(action, "add")        ? words->file
			   : ev_slice_is(action, "testify")  ? words->statement
			   : ev_slice_is(action, "annotate") ? words->correction
			   : ev_slice_is(action, "retract")  ? words->retraction
							     : NULL;

	ev_buf_puts(html, "<h2>");
	if (kind != NULL)
		ev_buf_puts(html, kind);
	else
		ev_report_say(html, words->other_kind, action, action);
	ev_report_say(html, " <code>{1}</code>", item->citation, item->citation);
	ev_report_say(html, " <bdi>{1}</bdi></h2>\n", value_of(f, "name"), action);
}

static void
add_proof(struct ev_buf *html, const struct ev_report_words *words,
	  const struct ev_report_head *head, const struct ev_report_item *item)
{
	char number[24], size[24], digest[EVAULT_HEX_SIZE], root[EVAULT_HEX_SIZE];
	struct ev_slice entry;

	(void)snprintf(number, sizeof(number), "%" PRIu64, item->index);
	entry = ev_slice_text(number);
	(void)snprintf(size, sizeof(size), "%" PRIu64, head->entries);
	ev_hash_hex(&item->digest, digest);
	ev_hash_hex(&head->root, root);
	ev_buf_printf(html, "<section>\n<h3>%s</h3>\n<p class=\"note\">%s</p>\n<dl>\n",
		      words->proof, words->proof_about);
	ev_report_row_begin(html, words->entry, NULL);
	ev_report_say(html, words->entry_value, entry, entry);
	ev_report_row_end(html);
	if (item->first_citation.len > 0) {
		ev_report_row_begin(html, words->first, NULL);
		ev_report_say(html, item->proved ? words->first_proved : words->first_unproved,
			      item->first_origin, item->first_citation);
		ev_report_row_end(html);
	}
	ev_report_row_code(html, words->record, NULL, ev_slice_text(digest));
	ev_report_row_code(html, words->signed_by, NULL, item->signer);
	ev_report_row_begin(html, words->in_tree, NULL);
	ev_report_say(html, words->tree_value, ev_slice_text(size), ev_slice_text(root));
	ev_report_row_end(html);
	(void)snprintf(number, sizeof(number), "%04" PRIu64, item->index);
	ev_report_row_begin(html, words->proof_files, NULL);
	entry = ev_slice_text(number);
	ev_report_say(html, words->proof_files_value, entry, entry);
	ev_report_row_end(html);
	ev_buf_puts(html, "</dl>\n</section>\n");
}

enum evault_status
ev_report_item(const struct ev_report_head *head, const struct ev_report_item *item,
	       struct ev_buf *html, struct evault_error *err)
{
	const struct ev_report_words *words = &ev_report_english;
	struct fields f = { item->fields, item->n };
	size_t i;

	ev_buf_printf(html, "<article id=\"e%" PRIu64 "\"%s>\n", item->index,
		      is_change(f) ? " class=\"change\"" : "");
	for (i = 0; i < item->n_changes; i++)
		if (is_retraction(&item->changes[i]) && !item->changes[i].taken_back)
			add_retraction(html, words, &item->changes[i]);
	add_heading(html, words, item, f);
	add_file(html, words, item, f);
	add_corrections(html, words, item);
	add_group(html, words, words->stated, EV_REPORT_STATED, f);
	add_withheld(html, words, f);
	add_group(html, words, words->noted, EV_REPORT_NOTED, f);
	add_proof(html, words, head, item);
	ev_buf_puts(html, "</article>\n");
	return ev_buf_ask(html, err);
}
