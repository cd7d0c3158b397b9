/* The members of a bundle: which there are, what they are called, and their bytes. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/bag.h"
#include "format/share_note.h"
#include "format/tlog_proof.h"
#include "format/verify_text.h"
#include "share.h"

/* ---- which there are ----------------------------------------------------------------------- */

static void
put_of(struct ev_share *s, enum ev_share_kind kind, size_t at, size_t tree)
{
	struct ev_share_member *m = &s->members[s->n_members++];

	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->at = (uint32_t)at;
	m->tree = (uint32_t)tree;
}

static void
put(struct ev_share *s, enum ev_share_kind kind, size_t at)
{
	put_of(s, kind, at, 0);
}

static void
put_sources(struct ev_share *s)
{
	const struct ev_source_tree *tree;
	size_t i, k;

	for (i = 0; i < s->sources.n_trees; i++) {
		tree = &s->sources.trees[i];
		put_of(s, EV_SHARE_SOURCE_VAULT, 0, i);
		for (k = 0; k < tree->keys.n; k++) {
			put_of(s, EV_SHARE_SOURCE_KEY_ENTRY, k, i);
			put_of(s, EV_SHARE_SOURCE_KEY_PROOF, k, i);
		}
		for (k = 0; k < tree->items.n; k++) {
			put_of(s, EV_SHARE_SOURCE_ENTRY, k, i);
			put_of(s, EV_SHARE_SOURCE_PROOF, k, i);
		}
	}
}

enum evault_status
ev_share_members(struct ev_share *s, struct evault_error *err)
{
	size_t i, most = 9 + 2 * s->n_keys + s->n_pasts + 4 * s->n;
	unsigned kind;

	for (i = 0; i < s->sources.n_trees; i++)
		most += 1 + 2 * (s->sources.trees[i].keys.n + s->sources.trees[i].items.n);
	s->members = calloc(most, sizeof(*s->members));
	if (s->members == NULL)
		return ev_fail_nomem(err);
	for (kind = EV_SHARE_DECLARATION; kind <= EV_SHARE_VAULT; kind++)
		put(s, (enum ev_share_kind)kind, 0);
	for (i = 0; i < s->n_keys; i++) {
		put(s, EV_SHARE_KEY_ENTRY, i);
		put(s, EV_SHARE_KEY_PROOF, i);
	}
	for (i = 0; i < s->n_pasts; i++)
		put(s, EV_SHARE_CONSISTENCY, i);
	put_sources(s);
	for (i = 0; i < s->n; i++) {
		put(s, EV_SHARE_RECORD, i);
		put(s, EV_SHARE_ENTRY, i);
		put(s, EV_SHARE_PROOF, i);
	}
	for (i = 0; i < s->n; i++)
		if (s->items[i].has_file)
			put(s, EV_SHARE_DATA, i);
	put(s, EV_SHARE_PADDING, 0);
	return EVAULT_OK;
}

static const struct ev_source_part *
part_of(const struct ev_share *s, const struct ev_share_member *m)
{
	const struct ev_source_tree *tree = &s->sources.trees[m->tree];

	return m->kind == EV_SHARE_SOURCE_KEY_ENTRY || m->kind == EV_SHARE_SOURCE_KEY_PROOF
		   ? &tree->keys.list[m->at]
		   : &tree->items.list[m->at];
}

/* evault/sources/<o>-<m>/… */
static void
name_source(const struct ev_share *s, const struct ev_share_member *m, char out[EV_SHARE_NAME_SIZE])
{
	char folder[EV_SOURCE_FOLDER_SIZE];
	const char *below, *suffix;

	ev_source_folder(&s->sources.trees[m->tree], folder);
	if (m->kind == EV_SHARE_SOURCE_VAULT) {
		snprintf(out, EV_SHARE_NAME_SIZE, "%svault", folder);
		return;
	}
	below = m->kind == EV_SHARE_SOURCE_KEY_ENTRY || m->kind == EV_SHARE_SOURCE_KEY_PROOF
		    ? "keys"
		    : "items";
	suffix = m->kind == EV_SHARE_SOURCE_KEY_ENTRY || m->kind == EV_SHARE_SOURCE_ENTRY
		     ? ".entry"
		     : ".tlog-proof";
	snprintf(out, EV_SHARE_NAME_SIZE, "%s%s/%04" PRIu64 "%s", folder, below,
		 part_of(s, m)->index, suffix);
}

static bool
is_of_source(enum ev_share_kind kind)
{
	return kind >= EV_SHARE_SOURCE_VAULT && kind <= EV_SHARE_SOURCE_PROOF;
}

void
ev_share_name(const struct ev_share *s, const struct ev_share_member *m,
	      char out[EV_SHARE_NAME_SIZE])
{
	static const struct {
		const char *format, *end;
	} names[] = {
		[EV_SHARE_DECLARATION] = { "bagit.txt", NULL },
		[EV_SHARE_INFO] = { "bag-info.txt", NULL },
		[EV_SHARE_MANIFEST] = { "manifest-sha256.txt", NULL },
		[EV_SHARE_TAGMANIFEST] = { "tagmanifest-sha256.txt", NULL },
		[EV_SHARE_NOTE] = { "evault/share.note", NULL },
		[EV_SHARE_VERIFY] = { "evault/VERIFY.txt", NULL },
		[EV_SHARE_REPORT] = { "evault/report.html", NULL },
		[EV_SHARE_VAULT] = { "evault/keys/vault", NULL },
		[EV_SHARE_KEY_ENTRY] = { "evault/keys/", ".entry" },
		[EV_SHARE_KEY_PROOF] = { "evault/keys/", ".tlog-proof" },
		[EV_SHARE_CONSISTENCY] = { "evault/consistency/", ".proof" },
		[EV_SHARE_RECORD] = { "evault/items/", ".record" },
		[EV_SHARE_ENTRY] = { "evault/items/", ".entry" },
		[EV_SHARE_PROOF] = { "evault/items/", ".tlog-proof" },
		[EV_SHARE_DATA] = { "data/", "." },
		[EV_SHARE_PADDING] = { "evault/padding", NULL },
	};
	uint64_t number = 0;
	const char *ext = "";

	if (is_of_source(m->kind)) {
		name_source(s, m, out);
		return;
	}
	if (m->kind == EV_SHARE_KEY_ENTRY || m->kind == EV_SHARE_KEY_PROOF)
		number = s->keys[m->at];
	else if (m->kind == EV_SHARE_CONSISTENCY)
		number = s->pasts[m->at].size;
	else if (names[m->kind].end != NULL)
		number = s->items[m->at].index;
	if (m->kind == EV_SHARE_DATA)
		ext = s->items[m->at].ext;
	if (names[m->kind].end == NULL)
		snprintf(out, EV_SHARE_NAME_SIZE, "%s", names[m->kind].format);
	else
		snprintf(out, EV_SHARE_NAME_SIZE, "%s%04" PRIu64 "%s%s", names[m->kind].format,
			 number, names[m->kind].end, ext);
}

/* ---- their bytes ----------------------------------------------------------------------------- */

static void
put_info(const struct ev_share *s, struct ev_buf *out)
{
	char time[EVAULT_TIME_SIZE], software[160];

	ev_os_format_time(s->time, time);
	time[strlen("2026-11-22")] = '\0';
	snprintf(software, sizeof(software), "evault %s (%s)", evault_version(), evault_build());
	ev_bag_info_put(out, "Bagging-Date", time);
	ev_bag_oxum_put(out, s->summary->bytes, s->summary->files);
	ev_bag_info_put(out, "Bag-Software-Agent", software);
	ev_bag_info_put(out, "External-Identifier", s->v->note.origin);
	ev_bag_info_put(out, "External-Description",
			"Items of a vault of evidence, for one addressee. evault/VERIFY.txt says "
			"how to check them.");
}

static enum evault_status
put_proof(struct ev_share *s, uint64_t index, struct ev_buf *out, struct evault_error *err)
{
	struct ev_slice checkpoint = ev_slice_of(s->checkpoint.data, s->checkpoint.len);
	struct ev_hash proof[EV_PROOF_MAX];
	enum evault_status rc;
	size_t n;

	rc = ev_merkle_prove(ev_log_fetch(s->v->log), index, s->size, proof, &n, err);
	return rc == EVAULT_OK ? ev_proof_encode(index, proof, n, checkpoint, out, err) : rc;
}

static enum evault_status
put_consistency(struct ev_share *s, const struct ev_share_past *past, struct ev_buf *out,
		struct evault_error *err)
{
	struct ev_consistency c = {
		.from = past->size, .to = s->size, .from_root = past->root, .to_root = s->root
	};
	enum evault_status rc;

	rc = ev_merkle_prove_consistency(ev_log_fetch(s->v->log), c.from, c.to, c.proof, &c.n, err);
	if (rc == EVAULT_OK)
		ev_consistency_encode(out, &c);
	return rc;
}

/* All but originals, report and padding are small, and made in memory. */
static enum evault_status
put_small(struct ev_share *s, const struct ev_share_member *m, struct ev_buf *out,
	  struct evault_error *err)
{
	switch (m->kind) {
	case EV_SHARE_DECLARATION:
		ev_bag_declaration_put(out);
		return EVAULT_OK;
	case EV_SHARE_INFO:
		put_info(s, out);
		return EVAULT_OK;
	case EV_SHARE_VERIFY:
		ev_buf_puts(out, ev_verify_text);
		return EVAULT_OK;
	case EV_SHARE_VAULT:
		return ev_os_load(s->v->dir, "vault", EV_VAULT_NOTE_MAX, out, err);
	case EV_SHARE_KEY_ENTRY:
		return ev_vault_entry(s->v, s->keys[m->at], out, s->entry, err);
	case EV_SHARE_KEY_PROOF:
		return put_proof(s, s->keys[m->at], out, err);
	case EV_SHARE_CONSISTENCY:
		return put_consistency(s, &s->pasts[m->at], out, err);
	case EV_SHARE_SOURCE_VAULT:
		ev_buf_add(out, s->sources.trees[m->tree].vault.data,
			   s->sources.trees[m->tree].vault.len);
		return EVAULT_OK;
	case EV_SHARE_SOURCE_KEY_ENTRY:
	case EV_SHARE_SOURCE_ENTRY:
		ev_buf_add(out, part_of(s, m)->entry.data, part_of(s, m)->entry.len);
		return EVAULT_OK;
	case EV_SHARE_SOURCE_KEY_PROOF:
	case EV_SHARE_SOURCE_PROOF:
		return ev_source_proof(&s->sources.trees[m->tree], part_of(s, m), out, err);
	case EV_SHARE_RECORD:
		return ev_share_record(s, &s->items[m->at], out, err);
	case EV_SHARE_ENTRY:
		return ev_vault_entry(s->v, s->items[m->at].index, out, s->entry, err);
	default:
		assert(m->kind == EV_SHARE_PROOF);
		return put_proof(s, s->items[m->at].index, out, err);
	}
}

static enum evault_status
give_zeros(uint64_t size, struct ev_sink out, struct evault_error *err)
{
	static const uint8_t zeros[64 * 1024];
	enum evault_status rc = EVAULT_OK;
	size_t piece;

	while (size > 0 && rc == EVAULT_OK) {
		piece = size < sizeof(zeros) ? (size_t)size : sizeof(zeros);
		rc = out.write(out.ctx, zeros, piece, err);
		size -= piece;
	}
	return rc;
}

static enum evault_status
give_buf(const struct ev_buf *buf, struct ev_sink out, struct evault_error *err)
{
	enum evault_status rc = ev_buf_ask(buf, err);

	return rc == EVAULT_OK ? out.write(out.ctx, buf->data, buf->len, err) : rc;
}

static enum evault_status
give_data(struct ev_share *s, const struct ev_share_item *item, struct ev_sink out,
	  struct evault_error *err)
{
	enum evault_status rc = ev_vault_object(s->v, &item->sha256, 0, out, err);

	return rc != EVAULT_E_NOT_FOUND ? rc
					: ev_fail(err, EVAULT_E_DAMAGED,
						  "its file is missing; `evault check` says more");
}

enum evault_status
ev_share_give(struct ev_share *s, const struct ev_share_member *m, struct ev_sink out,
	      struct evault_error *err)
{
	struct ev_buf small = EV_BUF_INIT;
	enum evault_status rc;

	switch (m->kind) {
	case EV_SHARE_MANIFEST:
		return give_buf(&s->manifest, out, err);
	case EV_SHARE_TAGMANIFEST:
		return give_buf(&s->tagmanifest, out, err);
	case EV_SHARE_NOTE:
		return give_buf(&s->note, out, err);
	case EV_SHARE_REPORT:
		return ev_share_report(s, out, err);
	case EV_SHARE_DATA:
		return give_data(s, &s->items[m->at], out, err);
	case EV_SHARE_PADDING:
		return give_zeros(m->size, out, err);
	default:
		rc = put_small(s, m, &small, err);
		if (rc == EVAULT_OK)
			rc = give_buf(&small, out, err);
		ev_buf_wipe(&small);
		return rc;
	}
}
