/*
 * What there is, in numbers.
 */
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "testify.h"

/* Records that the index has, of packs that are gone since or were cut short. */
static enum evault_status
count_lost(struct evault *v, uint64_t *lost, struct evault_error *err)
{
	const struct ev_authority *a = &v->authority;
	enum evault_status rc = EVAULT_OK;
	char path[EV_PACK_PATH_SIZE];
	struct ev_os_stat st;
	uint64_t n;
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		ev_pack_path(&a->packs[i].hash, path);
		if (a->packs[i].dropped || (ev_os_stat(v->dir, path, &st, NULL) == EVAULT_OK &&
					    st.size == a->packs[i].size))
			continue;
		rc = ev_catalog_only_in(v->catalog, &a->packs[i].hash, &n, err);
		*lost += rc == EVAULT_OK ? n : 0;
	}
	return rc;
}

static bool
reads(const struct ev_roster_line *line)
{
	return line->kind == EV_ROSTER_READER ||
	       (line->kind == EV_ROSTER_HOLDER && ev_role_reads(line->role));
}

/* Is a reader of that name before it a holder, too?  Headquarters of a vault for capturing is both.
 */
static bool
is_one_with_another(const struct ev_roster *r, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (r->lines[at].name[0] != '\0' && r->lines[i].kind != r->lines[at].kind &&
		    reads(&r->lines[i]) && strcmp(r->lines[i].name, r->lines[at].name) == 0)
			return true;
	return false;
}

/* Keys with which the vault can be read: none of them helps another that is lost. */
static uint64_t
count_ways(const struct ev_keyring *k)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; k->roster != NULL && i < k->roster->n; i++)
		n += reads(&k->roster->lines[i]) && !is_one_with_another(k->roster, i);
	return n;
}

static enum evault_status
count_content(struct evault *v, struct evault_status_info *info, struct evault_error *err)
{
	struct ev_catalog_counts counts = { 0 };
	enum evault_status rc = ev_catalog_count(v->catalog, &counts, err);

	if (rc == EVAULT_OK)
		rc = count_lost(v, &counts.missing, err);
	if (rc != EVAULT_OK)
		return rc;
	info->reads = true;
	info->items = counts.items;
	info->files = counts.files;
	info->bytes = counts.bytes;
	info->missing = counts.missing;
	info->ways = count_ways(v->keys);
	return EVAULT_OK;
}

enum evault_status
evault_get_status(struct evault *v, struct evault_status_info *info, struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	enum evault_status rc;
	size_t i;

	memset(info, 0, sizeof(*info));
	rc = ev_index_packs(v, v->catalog, err);
	if (rc != EVAULT_OK)
		return rc;
	memcpy(info->origin, v->note.origin, sizeof(info->origin));
	ev_hash_hex(&head->root, info->root);
	info->entries = head->size;
	for (i = 0; i < v->authority.n_packs; i++) {
		if (v->authority.packs[i].dropped)
			continue;
		info->packs++;
		info->pack_bytes += v->authority.packs[i].size;
	}
	/* Who reads may have passed over some of the log: the index counts then. */
	info->records = evault_reads(v) ? 0 : v->authority.records.n;
	rc = ev_draft_count(v, &info->drafts, err);
	if (rc != EVAULT_OK || v->keys == NULL)
		return rc;
	if (evault_reads(v))
		rc = count_content(v, info, err);
	if (rc != EVAULT_OK)
		return rc;
	info->behind = v->index.behind;
	info->unlocked = true;
	if (v->keys->slot != NULL)
		snprintf(info->holder, sizeof(info->holder), "%s", ev_keyring_name(v->keys));
	snprintf(info->role, sizeof(info->role), "%s",
		 v->keys->slot == NULL ? "reader" : ev_role_word(v->keys->slot->role));
	return EVAULT_OK;
}
