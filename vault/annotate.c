/*
 * Saying more of what is kept, and taking back.  Nothing is overwritten: each
 * is a new record that is about earlier entries.
 */
#include <string.h>

#include "commit.h"
#include "fields.h"

enum {
	ABOUT_MAX = 250 /* items in one record: it must fit when it is received, six times over */
};

struct correcting {
	struct evault *v;
	const char *action;
	const struct evault_retract *retract; /* or NULL: annotating */
	const struct evault_details *details;
	struct ev_commit commit;
	struct ev_record record; /* the one at hand */
	size_t abouts;           /* in it */
	struct evault_corrected *done;
};

static bool
has_action(const struct evault_item *item, const char *action)
{
	const struct evault_field *f = evault_item_field(item, "action");

	return f != NULL && strcmp(f->value, action) == 0;
}

static enum evault_status
refuse(const struct correcting *c, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *f = evault_item_field(item, "action");
	char shown[EV_SHOW_SIZE];

	ev_show_path(f == NULL ? "" : f->value, shown);
	if (c->retract == NULL)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s is no item that could be annotated: it is an entry of the "
			       "action %s",
			       item->citation, shown);
	return ev_fail(err, EVAULT_E_USAGE,
		       "%s is nothing that could be retracted: it is an entry of the action %s",
		       item->citation, shown);
}

/* An item; or, to retract it, an annotation or a retraction. */
static enum evault_status
check_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct correcting *c = ctx;
	bool takes_back = false;
	enum evault_status rc;

	if (item->n_fields == 0)
		return ev_fail(err, c->v->unread ? EVAULT_E_IO : EVAULT_E_DAMAGED,
			       "%s: its record is missing or damaged; `evault check` says more",
			       item->citation);
	if (evault_item_field(item, "sha256") != NULL)
		return EVAULT_OK;
	if (c->retract == NULL || (!has_action(item, "annotate") && !has_action(item, "retract")))
		return refuse(c, item, err);
	rc = ev_catalog_takes_back(c->v->catalog, item->index, &takes_back, err);
	if (rc == EVAULT_OK && takes_back)
		return ev_fail(
		    err, EVAULT_E_USAGE,
		    "%s takes a retraction back already, and cannot be retracted; retract "
		    "the item anew",
		    item->citation);
	return rc;
}

static enum evault_status
find_entry(const struct correcting *c, uint64_t index, struct ev_catalog_entry *entry,
	   struct evault_error *err)
{
	char what[200];
	enum evault_status rc = ev_vault_find_entry(c->v, index, entry, err);

	if (rc == EVAULT_E_NOT_FOUND)
		return ev_fail(err, rc, "there is no item %llu", (unsigned long long)index);
	if (rc != EVAULT_OK || entry->is_record)
		return rc;
	rc = evault_entry_text(c->v, index, what, sizeof(what), err);
	return rc != EVAULT_OK
		   ? rc
		   : ev_fail(err, EVAULT_E_NOT_FOUND, "%llu is an entry of the log and no item: %s",
			     (unsigned long long)index, what);
}

/* All are looked at before anything is staged. */
static enum evault_status
check_all(struct correcting *c, const uint64_t *items, size_t n, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (c->v->keys == NULL)
		return ev_vault_need_reading(c->v, err);
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		rc = find_entry(c, items[i], &entry, err);
		/* Who may only add knows that it has a record, and not what that says. */
		if (rc == EVAULT_OK && evault_reads(c->v))
			rc = ev_vault_give_record(c->v, &entry, check_item, c, err);
	}
	return rc;
}

/* Completes the record at hand and stages its entry. */
static enum evault_status
end_record(struct correcting *c, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint64_t index = 0;

	if (c->abouts == 0)
		return rc;
	if (c->retract != NULL)
		rc = ev_record_add_text(&c->record, "reason", c->retract->reason, err);
	else
		rc = ev_fields_add(c->details, &c->record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&c->commit, &c->record, &index, err);
	if (rc == EVAULT_OK && c->done->entries++ == 0) {
		c->done->index = index;
		ev_vault_cite(c->v, index, c->done->citation);
	}
	ev_record_release(&c->record);
	c->abouts = 0;
	return rc;
}

static enum evault_status
tell_already(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct correcting *c = ctx;

	(void)err;
	c->done->already++;
	if (c->retract->already != NULL)
		c->retract->already(c->retract->ctx, item);
	return EVAULT_OK;
}

static enum evault_status
correct_one(struct correcting *c, uint64_t index, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	bool already = false;
	enum evault_status rc = ev_vault_find_entry(c->v, index, &entry, err);

	if (rc == EVAULT_OK && c->retract != NULL && evault_reads(c->v))
		rc = ev_catalog_is_retracted(c->v->catalog, index, &already, err);
	if (rc == EVAULT_OK && already)
		return ev_vault_give_item(c->v, &entry, tell_already, c, err);
	if (rc == EVAULT_OK && c->abouts == 0)
		rc = ev_commit_begin_record(c->v, c->action, &c->record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_about(&entry, &c->record, err);
	if (rc != EVAULT_OK)
		return rc;
	c->done->items++;
	return ++c->abouts == ABOUT_MAX ? end_record(c, err) : EVAULT_OK;
}

static enum evault_status
correct(struct correcting *c, const uint64_t *items, size_t n, struct evault_error *err)
{
	enum evault_status rc;
	size_t i;

	memset(c->done, 0, sizeof(*c->done));
	ev_record_init(&c->record);
	rc = check_all(c, items, n, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_init(&c->commit, c->v, err);
	for (i = 0; i < n && rc == EVAULT_OK; i++)
		rc = correct_one(c, items[i], err);
	if (rc == EVAULT_OK)
		rc = end_record(c, err);
	if (rc == EVAULT_OK && c->done->entries > 0)
		rc = ev_commit_finish(&c->commit, err);
	ev_commit_release(&c->commit);
	ev_record_release(&c->record);
	return rc;
}

enum evault_status
evault_annotate(struct evault *v, const struct evault_annotate *what, struct evault_corrected *done,
		struct evault_error *err)
{
	struct correcting c = {
		.v = v, .action = "annotate", .details = &what->details, .done = done
	};
	enum evault_status rc = ev_fields_check(&what->details, err);

	if (rc == EVAULT_OK && ev_fields_none(&what->details))
		rc = ev_fail(err, EVAULT_E_USAGE,
			     "an annotation says something: a case, a title, a "
			     "tag, or a field");
	return rc == EVAULT_OK ? correct(&c, what->items, what->n_items, err) : rc;
}

enum evault_status
evault_retract(struct evault *v, const struct evault_retract *what, struct evault_corrected *done,
	       struct evault_error *err)
{
	struct correcting c = { .v = v, .action = "retract", .retract = what, .done = done };

	if (what->reason == NULL || what->reason[0] == '\0')
		return ev_fail(err, EVAULT_E_USAGE, "a retraction says why");
	return correct(&c, what->items, what->n_items, err);
}
