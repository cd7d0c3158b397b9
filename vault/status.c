/*
 * What there is, in numbers.
 */
#include <stdio.h>
#include <string.h>

#include "vault.h"

enum evault_status
evault_get_status(struct evault *v, struct evault_status_info *info, struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	struct ev_catalog_counts counts = { 0 };
	enum evault_status rc;
	size_t i;

	memset(info, 0, sizeof(*info));
	memcpy(info->origin, v->note.origin, sizeof(info->origin));
	ev_hash_hex(&head->root, info->root);
	info->entries = head->size;
	for (i = 0; i < v->authority.n_packs; i++) {
		if (v->authority.packs[i].dropped)
			continue;
		info->packs++;
		info->pack_bytes += v->authority.packs[i].size;
	}
	if (v->keys == NULL)
		return EVAULT_OK;
	rc = ev_catalog_count(v->catalog, &counts, err);
	if (rc != EVAULT_OK)
		return rc;
	info->unlocked = true;
	info->items = counts.items;
	info->files = counts.files;
	info->bytes = counts.bytes;
	info->missing = counts.missing;
	if (v->keys->slot != NULL)
		snprintf(info->holder, sizeof(info->holder), "%s", v->keys->slot->name);
	snprintf(info->role, sizeof(info->role), "%s",
		 v->keys->slot == NULL ? "reader" : ev_role_word(v->keys->slot->role));
	return EVAULT_OK;
}
