/*
 * What was done, in the order of the log: to one item, or to all.
 */
#include <stdlib.h>
#include <string.h>

#include "vault.h"

enum {
	AT_ONCE = 512 /* entries that are asked for together */
};

struct telling {
	struct evault *v;
	evault_event_fn *fn;
	void *ctx;
	/* Scratch for structural entries. */
	struct ev_entry *entry;
	struct evault_change *changes;
	struct ev_buf bytes;
};

static enum evault_status
tell_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const struct telling *t = ctx;
	struct evault_event event = { .index = item->index, .item = item };

	memcpy(event.citation, item->citation, sizeof(event.citation));
	memcpy(event.actor_key, item->actor_key, sizeof(event.actor_key));
	return t->fn(t->ctx, &event, err);
}

/* A key goes by its hash: the end of an actor's name, and not of the log's, which stays. */
static void
set_key(struct evault_change *change, const struct ev_verifier *key)
{
	struct ev_hash hash;

	ev_hash_of(key->key, sizeof(key->key), &hash);
	ev_hash_hex(&hash, change->hash);
}

static void
set_change(struct evault_change *change, const struct ev_line *line)
{
	static const enum evault_change_kind kinds[] = {
		[EV_LINE_PACK] = EVAULT_CHANGE_PACK,
		[EV_LINE_DROP] = EVAULT_CHANGE_DROP,
		[EV_LINE_SLOT] = EVAULT_CHANGE_SLOT,
		[EV_LINE_SLOT_END] = EVAULT_CHANGE_SLOT_END,
		[EV_LINE_ACTOR] = EVAULT_CHANGE_ACTOR,
		[EV_LINE_ACTOR_END] = EVAULT_CHANGE_ACTOR_END,
		[EV_LINE_READ_KEY] = EVAULT_CHANGE_READ_KEY,
		[EV_LINE_LOG_KEY] = EVAULT_CHANGE_LOG_KEY,
		[EV_LINE_FILE] = EVAULT_CHANGE_FILE,
	};

	memset(change, 0, sizeof(*change));
	change->kind = kinds[line->kind];
	change->number = line->number;
	ev_hash_hex(&line->hash, change->hash);
	memcpy(change->text, line->text, sizeof(change->text));
	if (line->kind == EV_LINE_ACTOR || line->kind == EV_LINE_LOG_KEY)
		set_key(change, &line->vkey);
	if (line->kind == EV_LINE_ACTOR)
		memcpy(change->text, ev_role_word(line->role),
		       strlen(ev_role_word(line->role)) + 1);
}

static enum evault_status
tell_structural(struct telling *t, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct evault_event event = { .index = entry->index, .changes = t->changes };
	struct ev_cursor lines;
	struct ev_hash actor;
	struct ev_line line;
	enum evault_status rc;

	rc = ev_vault_entry(t->v, entry->index, &t->bytes, t->entry, err);
	if (rc != EVAULT_OK)
		return rc;
	lines = ev_cursor_of(t->entry->lines.data, t->entry->lines.len);
	while (event.n_changes < EV_ENTRY_LINES_MAX && ev_entry_next(&lines, &line))
		set_change(&t->changes[event.n_changes++], &line);
	ev_vault_cite(t->v, entry->index, event.citation);
	ev_index_actor(t->entry, &actor);
	ev_hash_hex(&actor, event.actor_key);
	return t->fn(t->ctx, &event, err);
}

static enum evault_status
tell_entry(struct telling *t, uint64_t index, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc = ev_catalog_entry(t->v->catalog, index, &entry, err);

	if (rc == EVAULT_E_NOT_FOUND)
		return ev_fail(err, rc, "there is no entry %llu", (unsigned long long)index);
	if (rc == EVAULT_OK && entry.is_record)
		return ev_vault_give_record(t->v, &entry, tell_item, t, err);
	return rc == EVAULT_OK ? tell_structural(t, &entry, err) : rc;
}

static enum evault_status
tell_all(struct telling *t, struct evault_error *err)
{
	uint64_t size = ev_log_head(t->v->log)->size, i;
	enum evault_status rc = EVAULT_OK;

	for (i = 0; i < size && rc == EVAULT_OK; i++)
		rc = tell_entry(t, i, err);
	return rc;
}

static enum evault_status
tell_of(struct telling *t, uint64_t item, struct evault_error *err)
{
	uint64_t *found = calloc(AT_ONCE, sizeof(*found)), after = item;
	enum evault_status rc;
	size_t n = AT_ONCE, i;

	rc = found == NULL ? ev_fail_nomem(err) : tell_entry(t, item, err);
	while (rc == EVAULT_OK && n == AT_ONCE) {
		rc = ev_catalog_citing(t->v->catalog, item, false, after, found, AT_ONCE, &n, err);
		for (i = 0; i < n && rc == EVAULT_OK; i++) {
			after = found[i];
			rc = tell_entry(t, after, err);
		}
	}
	free(found);
	return rc;
}

enum evault_status
evault_history(struct evault *v, const uint64_t *item, evault_event_fn *fn, void *ctx,
	       struct evault_error *err)
{
	struct telling t = { .v = v, .fn = fn, .ctx = ctx, .bytes = EV_BUF_INIT };
	enum evault_status rc = ev_vault_need_reading(v, err);

	if (rc != EVAULT_OK)
		return rc;
	t.entry = malloc(sizeof(*t.entry));
	t.changes = calloc(EV_ENTRY_LINES_MAX, sizeof(*t.changes));
	if (t.entry == NULL || t.changes == NULL)
		rc = ev_fail_nomem(err);
	else
		rc = item == NULL ? tell_all(&t, err) : tell_of(&t, *item, err);
	ev_buf_release(&t.bytes);
	free(t.entry);
	free(t.changes);
	return rc;
}
