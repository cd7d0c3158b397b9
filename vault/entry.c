/*
 * Entries of the log, for whoever asks for one.
 */
#include <stdlib.h>
#include <string.h>

#include "vault.h"

/* What the authority would have said, had it taken this entry. */
static enum evault_status
judge(const struct evault *v, uint64_t index, const struct ev_entry *entry,
      struct evault_error *err)
{
	const struct ev_verifier *key =
	    ev_authority_signer(&v->authority, entry->note.signatures[0].name, index, NULL);

	if (ev_slice_is(ev_slice_text(entry->origin), v->note.origin) && entry->after == index &&
	    key != NULL && ev_note_verify(&entry->note, key, NULL) == EVAULT_OK)
		return EVAULT_OK;
	return ev_fail(err, EVAULT_E_DAMAGED,
		       "entry %llu of the log is not signed for its place by somebody who could",
		       (unsigned long long)index);
}

static bool
was_judged(const struct evault *v, uint64_t index)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	const struct ev_judged *j = &v->judged;

	return j->bits != NULL && j->size == head->size && ev_hash_equal(&j->root, &head->root) &&
	       (j->bits[index / 8] >> index % 8 & 1) != 0;
}

/* Where there is no memory for it, it is judged again. */
static void
remember_judged(struct evault *v, uint64_t index)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	struct ev_judged *j = &v->judged;

	if (j->bits == NULL || j->size != head->size || !ev_hash_equal(&j->root, &head->root)) {
		free(j->bits);
		*j = (struct ev_judged){ calloc(1, (size_t)(head->size / 8 + 1)), head->size,
					 head->root };
	}
	if (j->bits != NULL)
		j->bits[index / 8] |= (uint8_t)(1 << index % 8);
}

void
ev_vault_log_went_on(struct evault *v, const struct ev_checkpoint *before)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	struct ev_judged *j = &v->judged;
	size_t had = (size_t)(before->size / 8 + 1), has = (size_t)(head->size / 8 + 1);
	uint8_t *grown;

	/* Of another tree there is nothing to go on with. */
	if (j->bits == NULL || j->size != before->size || !ev_hash_equal(&j->root, &before->root))
		return;
	grown = realloc(j->bits, has);
	if (grown == NULL)
		return;
	memset(grown + had, 0, has - had);
	j->bits = grown;
	j->size = head->size;
	j->root = head->root;
}

/*
 * Once for each entry of one tree: ev_log_entry proves each time that it is
 * the same bytes.  Verifying a signature takes longer than all else here.
 */
static enum evault_status
judge_once(struct evault *v, uint64_t index, const struct ev_entry *entry, struct evault_error *err)
{
	enum evault_status rc;

	if (was_judged(v, index))
		return EVAULT_OK;
	rc = judge(v, index, entry, err);
	if (rc == EVAULT_OK)
		remember_judged(v, index);
	return rc;
}

/* Proved to be in the log; and what is known of its signature, where it was looked at ahead. */
static enum evault_status
read_entry(struct evault *v, uint64_t index, struct ev_buf *bytes,
	   const struct ev_note_known **known, struct evault_error *err)
{
	const struct ev_batch_entry *ahead = NULL;

	*known = NULL;
	ev_buf_clear(bytes);
	if (index < v->skipped && !was_judged(v, index))
		ahead = ev_entry_ahead(v, index);
	if (ahead == NULL)
		return ev_log_entry(v->log, index, bytes, NULL, err);
	*known = &ahead->known;
	ev_buf_add(bytes, ahead->bytes.data, ahead->bytes.len);
	return ev_buf_ask(bytes, err);
}

enum evault_status
ev_vault_entry(struct evault *v, uint64_t index, struct ev_buf *bytes, struct ev_entry *entry,
	       struct evault_error *err)
{
	const struct ev_note_known *known;
	enum evault_status rc = read_entry(v, index, bytes, &known, err);

	if (rc == EVAULT_OK)
		rc = ev_entry_parse(ev_slice_of(bytes->data, bytes->len), entry, err);
	if (rc == EVAULT_E_FORMAT || rc == EVAULT_E_LIMIT || rc == EVAULT_E_VERSION)
		return ev_fail(err, EVAULT_E_DAMAGED, "entry %llu of the log is garbled",
			       (unsigned long long)index);
	if (rc != EVAULT_OK || index >= v->skipped)
		return rc;
	entry->note.known = known;
	rc = judge_once(v, index, entry, err);
	entry->note.known = NULL; /* it is gone with the next question */
	return rc;
}

enum evault_status
ev_vault_look_up(struct evault *v, uint64_t index, struct ev_catalog_entry *found,
		 struct evault_error *err)
{
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_entry *entry = malloc(sizeof(*entry));
	enum evault_status rc = entry == NULL ? ev_fail_nomem(err) : EVAULT_OK;

	if (rc == EVAULT_OK)
		rc = ev_vault_entry(v, index, &bytes, entry, err);
	if (rc == EVAULT_OK) {
		*found = (struct ev_catalog_entry){ .index = index, .is_record = entry->is_record };
		found->digest = entry->record;
		ev_index_actor(entry, &found->actor);
	}
	ev_buf_release(&bytes);
	free(entry);
	return rc;
}

enum evault_status
ev_vault_find_entry(struct evault *v, uint64_t index, struct ev_catalog_entry *entry,
		    struct evault_error *err)
{
	if (evault_reads(v))
		return ev_catalog_entry(v->catalog, index, entry, err);
	if (index >= ev_log_head(v->log)->size)
		return EVAULT_E_NOT_FOUND;
	return ev_vault_look_up(v, index, entry, err);
}
