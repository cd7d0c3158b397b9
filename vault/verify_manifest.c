/*
 * What the manifests of a bundle list, and whether it is what is there
 * (FORMAT.md, section 12, rule 3).
 */
#include <inttypes.h>
#include <string.h>

#include "verify.h"

/* ---- findings -------------------------------------------------------------------- */

uint64_t
ev_verify_item_of(enum ev_verify_kind kind, uint64_t number)
{
	switch (kind) {
	case EV_BUNDLE_RECORD:
	case EV_BUNDLE_ENTRY:
	case EV_BUNDLE_PROOF:
	case EV_BUNDLE_DATA:
		return number;
	default:
		return EV_NO_ITEM;
	}
}

bool
ev_verify_is_source(enum ev_verify_kind kind)
{
	return kind == EV_BUNDLE_SOURCE_ENTRY || kind == EV_BUNDLE_SOURCE_PROOF;
}

/* What is wrong with a member of an item is wrong with the item. */
static enum evault_status
blame(struct ev_verifying *v, uint32_t member, uint64_t *index, struct evault_error *err)
{
	struct ev_verify_place place;
	const char *name = ev_verify_members_name(&v->members, member);
	enum ev_verify_kind kind = ev_verify_kind_of(ev_slice_text(name), &place);
	enum evault_status rc = EVAULT_OK;
	uint32_t number;

	*index = ev_verify_item_of(kind, place.number);
	if (*index != EV_NO_ITEM) {
		rc = ev_verify_item(v, *index, &number, err);
		if (rc == EVAULT_OK)
			v->items[number].entry.bad = true;
	} else if (ev_verify_is_source(kind)) {
		rc = ev_verify_source(v, &place, &number, err);
		if (rc == EVAULT_OK)
			v->sources[number].entry.bad = true;
	}
	return rc;
}

enum evault_status
ev_verify_log_of(struct ev_verifying *v, enum ev_verify_kind kind,
		 const struct ev_verify_place *place, struct ev_verify_log **log,
		 struct evault_error *err)
{
	enum evault_status rc;
	uint32_t number;

	*log = NULL;
	switch (kind) {
	case EV_BUNDLE_VAULT:
	case EV_BUNDLE_KEY_ENTRY:
	case EV_BUNDLE_KEY_PROOF:
		*log = &v->own_log;
		return EVAULT_OK;
	case EV_BUNDLE_SOURCE_VAULT:
	case EV_BUNDLE_SOURCE_KEY_ENTRY:
	case EV_BUNDLE_SOURCE_KEY_PROOF:
		rc = ev_verify_log_at(v, place, &number, err);
		if (rc == EVAULT_OK)
			*log = v->logs[number];
		return rc;
	default:
		return EVAULT_OK;
	}
}

enum evault_status
ev_verify_find_member(struct ev_verifying *v, enum evault_finding_kind kind, uint32_t member,
		      const char *sentence, struct evault_error *err)
{
	uint64_t index;
	enum evault_status rc = blame(v, member, &index, err);

	return rc != EVAULT_OK
		   ? rc
		   : ev_find(&v->findings, err, kind, index,
			     ev_verify_members_name(&v->members, member), "%s", sentence);
}

/* ---- manifests --------------------------------------------------------------------- */

enum evault_status
ev_verify_compare(struct ev_verifying *v, uint32_t member, bool same, struct evault_error *err)
{
	if (same)
		return EVAULT_OK;
	v->members.list[member].differs = true;
	return ev_verify_find_member(
	    v, EVAULT_FINDING_ALTERED, member,
	    _("its bytes are not the ones that the manifest has the hash of"), err);
}

/* A line of the payload manifest is about the original of an item, and of one only. */
static enum evault_status
link_file(struct ev_verifying *v, uint32_t member, uint64_t number, struct evault_error *err)
{
	enum evault_status rc;
	uint32_t item;

	rc = ev_verify_item(v, number, &item, err);
	if (rc != EVAULT_OK)
		return rc;
	if (v->items[item].file != EV_NO_MEMBER && v->items[item].file != member)
		return ev_verify_find_member(v, EVAULT_FINDING_UNKNOWN, member,
					     _("is a second file of one item"), err);
	v->items[item].file = member;
	return EVAULT_OK;
}

static enum evault_status
list_member(struct ev_verifying *v, uint32_t member, const struct ev_bag_line *line,
	    struct evault_error *err)
{
	struct ev_verify_member *m = &v->members.list[member];
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_place place;
	struct ev_verify_log *log;
	enum ev_verify_kind kind;
	struct ev_hash hash;

	memcpy(hash.b, line->hash, sizeof(hash.b));
	kind = ev_verify_kind_of(line->name, &place);
	if (m->listed > 0)
		return ev_verify_find_member(v, EVAULT_FINDING_ALTERED, member,
					     _("is listed twice"), err);
	m->listed = 1;
	if (m->found)
		rc = ev_verify_compare(v, member, ev_hash_equal(&m->hash, &hash), err);
	v->members.list[member].hash = hash;
	if (rc != EVAULT_OK)
		return rc;
	if (v->kind == EV_BUNDLE_MANIFEST && kind != EV_BUNDLE_DATA)
		return ev_verify_find_member(v, EVAULT_FINDING_UNKNOWN, member,
					     _("is listed as an original, and belongs to no item"),
					     err);
	if (v->kind == EV_BUNDLE_MANIFEST)
		return link_file(v, member, place.number, err);
	if (kind == EV_BUNDLE_TAG_MANIFEST || kind == EV_BUNDLE_SHARE_NOTE)
		return ev_verify_find_member(v, EVAULT_FINDING_ALTERED, member,
					     _("is listed, and cannot be: it vouches for the list"),
					     err);
	rc = ev_verify_log_of(v, kind, &place, &log, err);
	if (log != NULL)
		log->members_listed++;
	v->source_members_listed += ev_verify_is_source(kind);
	v->summary->others += kind == EV_BUNDLE_OTHER;
	return rc;
}

static enum evault_status
take_line(void *ctx, const struct ev_bag_line *line, struct evault_error *err)
{
	struct ev_verifying *v = ctx;
	const char *manifest = ev_verify_members_name(&v->members, v->member);
	enum evault_status rc = EVAULT_OK;
	uint32_t member;
	bool alike;

	if (line->odd != 0)
		rc = ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, manifest,
			     "line %" PRIu64 " is not written as a bundle has it", v->lines.number);
	if (rc == EVAULT_OK)
		rc = ev_verify_members_put(&v->members, line->name, &member, &alike, err);
	if (rc == EVAULT_OK && alike)
		rc = ev_verify_find_member(
		    v, EVAULT_FINDING_UNKNOWN, member,
		    _("is listed in two spellings that are one name on some systems"), err);
	else if (rc == EVAULT_OK)
		rc = list_member(v, member, line, err);
	v->own = v->own || rc != EVAULT_OK;
	return rc;
}

/* A manifest that cannot be read on is a finding; what is ours goes on as it is. */
static enum evault_status
judge_lines(struct ev_verifying *v, enum evault_status rc, const struct evault_error *why,
	    struct evault_error *err)
{
	if (rc == EVAULT_OK)
		return EVAULT_OK;
	if (v->own || rc == EVAULT_E_NOMEM)
		return ev_fail(err, rc, "%s", why->text);
	v->reads_lines = false;
	return ev_verify_find_member(v, EVAULT_FINDING_ALTERED, v->member, why->text, err);
}

enum evault_status
ev_verify_read_lines(struct ev_verifying *v, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc = ev_bag_reader_update(&v->lines, data, len, &why);

	return judge_lines(v, rc, &why, err);
}

enum evault_status
ev_verify_end_lines(struct ev_verifying *v, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc = ev_bag_reader_finish(&v->lines, &why);

	rc = judge_lines(v, rc, &why, err);
	if (v->kind == EV_BUNDLE_MANIFEST)
		v->manifest_read = v->reads_lines;
	else
		v->tag_manifest_read = v->reads_lines;
	return rc;
}

void
ev_verify_begin_lines(struct ev_verifying *v)
{
	v->reads_lines = true;
	ev_bag_reader_init(&v->lines,
			   v->kind == EV_BUNDLE_MANIFEST ? EV_BAG_MANIFEST : EV_BAG_TAG_MANIFEST,
			   EV_DIGEST_SHA256, EV_BAG_1_0, take_line, v);
}

/* ---- all of them came ---------------------------------------------------------------------- */

/* A list that did not come, or cannot be read, says of nothing that it is too much. */
static bool
should_be_listed(const struct ev_verifying *v, enum ev_verify_kind kind)
{
	if (kind == EV_BUNDLE_TAG_MANIFEST || kind == EV_BUNDLE_SHARE_NOTE)
		return false;
	return kind == EV_BUNDLE_DATA ? v->manifest_read : v->tag_manifest_read;
}

static enum evault_status
compare_lists(struct ev_verifying *v, struct evault_error *err)
{
	const struct ev_verify_member *m;
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_place place;
	uint32_t i;

	for (i = 0; i < v->members.n && rc == EVAULT_OK; i++) {
		m = &v->members.list[i];
		if (m->listed > 0 && !m->found && !v->cut)
			rc = ev_verify_find_member(v, EVAULT_FINDING_MISSING, i,
						   _("is listed, and is not there"), err);
		else if (m->found && m->listed == 0 &&
			 should_be_listed(
			     v, ev_verify_kind_of(
				    ev_slice_text(ev_verify_members_name(&v->members, i)), &place)))
			rc = ev_verify_find_member(v, EVAULT_FINDING_UNKNOWN, i,
						   _("is there, and no manifest lists it"), err);
	}
	return rc;
}

/* Members without which it is no bundle; what is listed and missing is said already. */
static enum evault_status
need_members(struct ev_verifying *v, struct evault_error *err)
{
	static const char *const needed[] = {
		"bagit.txt",           "bag-info.txt",
		"manifest-sha256.txt", "tagmanifest-sha256.txt",
		"evault/share.note",   "evault/VERIFY.txt",
		"evault/keys/vault",
	};
	enum evault_status rc = EVAULT_OK;
	uint32_t member;
	bool alike;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]) && rc == EVAULT_OK && !v->cut; i++) {
		rc = ev_verify_members_put(&v->members, ev_slice_text(needed[i]), &member, &alike,
					   err);
		if (rc == EVAULT_OK && !v->members.list[member].found &&
		    v->members.list[member].listed == 0)
			rc = ev_verify_find_member(v, EVAULT_FINDING_MISSING, member,
						   _("every bundle has this, and it is not there"),
						   err);
	}
	return rc;
}

static enum evault_status
judge_sums(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (v->has_oxum && (v->oxum_bytes != v->data_bytes || v->oxum_files != v->data_files))
		rc = ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, "bag-info.txt",
			     "says %" PRIu64 " bytes in %" PRIu64 " originals, and there are "
			     "%" PRIu64 " in %" PRIu64,
			     v->oxum_bytes, v->oxum_files, v->data_bytes, v->data_files);
	if (rc == EVAULT_OK && v->has_share && v->share.items != v->entries)
		rc = ev_find(&v->findings, err,
			     v->share.items > v->entries ? EVAULT_FINDING_MISSING
							 : EVAULT_FINDING_UNKNOWN,
			     EV_NO_ITEM, "evault/share.note",
			     "says that there are %" PRIu64 " items, and there are %" PRIu64,
			     v->share.items, v->entries);
	return rc;
}

enum evault_status
ev_verify_complete(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = compare_lists(v, err);

	if (rc == EVAULT_OK)
		rc = need_members(v, err);
	if (rc == EVAULT_OK && v->has_share && v->has_tag_manifest &&
	    !ev_hash_equal(&v->share.tagmanifest, &v->tag_manifest))
		rc = ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM,
			     "tagmanifest-sha256.txt",
			     "is not the list that the share note was signed for");
	return rc == EVAULT_OK && !v->cut ? judge_sums(v, err) : rc;
}
