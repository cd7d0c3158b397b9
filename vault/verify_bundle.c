/* The members of a bundle as they come, and whether they are those that are listed. */
#include <inttypes.h>
#include <string.h>

#include "format/verify_text.h"
#include "verify.h"

/* ---- findings -------------------------------------------------------------------- */

/* The item that a member is of; EV_NO_ITEM for others. */
static uint64_t
item_of(enum ev_verify_kind kind, uint64_t number)
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

/* What is wrong with a member of an item is wrong with the item. */
static enum evault_status
blame(struct ev_verifying *v, uint32_t member, uint64_t *index, struct evault_error *err)
{
	uint64_t number;
	const char *name = ev_verify_members_name(&v->members, member);
	enum ev_verify_kind kind = ev_verify_kind_of(ev_slice_text(name), &number);
	enum evault_status rc = EVAULT_OK;
	uint32_t item;

	*index = item_of(kind, number);
	if (*index != EV_NO_ITEM && (rc = ev_verify_item(v, number, &item, err)) == EVAULT_OK)
		v->items[item].bad = true;
	return rc;
}

static enum evault_status
find_member(struct ev_verifying *v, enum evault_finding_kind kind, uint32_t member,
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

/* Its hash is now known from both sides. */
static enum evault_status
compare(struct ev_verifying *v, uint32_t member, bool same, struct evault_error *err)
{
	if (same)
		return EVAULT_OK;
	v->members.list[member].differs = true;
	return find_member(v, EVAULT_FINDING_ALTERED, member,
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
		return find_member(v, EVAULT_FINDING_UNKNOWN, member,
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
	enum ev_verify_kind kind;
	struct ev_hash hash;
	uint64_t number;

	memcpy(hash.b, line->hash, sizeof(hash.b));
	kind = ev_verify_kind_of(line->name, &number);
	if (m->listed > 0)
		return find_member(v, EVAULT_FINDING_ALTERED, member, _("is listed twice"), err);
	m->listed = 1;
	if (m->found)
		rc = compare(v, member, ev_hash_equal(&m->hash, &hash), err);
	v->members.list[member].hash = hash;
	if (rc != EVAULT_OK)
		return rc;
	if (v->kind == EV_BUNDLE_MANIFEST && kind != EV_BUNDLE_DATA)
		return find_member(v, EVAULT_FINDING_UNKNOWN, member,
				   _("is listed as an original, and belongs to no item"), err);
	if (v->kind == EV_BUNDLE_MANIFEST)
		return link_file(v, member, number, err);
	if (kind == EV_BUNDLE_TAG_MANIFEST || kind == EV_BUNDLE_SHARE_NOTE)
		return find_member(v, EVAULT_FINDING_ALTERED, member,
				   _("is listed, and cannot be: it vouches for the list"), err);
	v->key_members_listed +=
	    kind == EV_BUNDLE_VAULT || kind == EV_BUNDLE_KEY_ENTRY || kind == EV_BUNDLE_KEY_PROOF;
	v->summary->others += kind == EV_BUNDLE_OTHER;
	return EVAULT_OK;
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
		rc = find_member(v, EVAULT_FINDING_UNKNOWN, member,
				 _("is listed in two spellings that are one name on some systems"),
				 err);
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
	return find_member(v, EVAULT_FINDING_ALTERED, v->member, why->text, err);
}

static enum evault_status
read_lines(struct ev_verifying *v, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc = ev_bag_reader_update(&v->lines, data, len, &why);

	return judge_lines(v, rc, &why, err);
}

static enum evault_status
end_lines(struct ev_verifying *v, struct evault_error *err)
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

/* ---- other members of the bag ---------------------------------------------------------- */

static enum evault_status
take_info(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(v->body.data, v->body.len);
	struct ev_buf value = EV_BUF_INIT;
	struct ev_slice label;
	bool good = true;

	while (good && ev_bag_info_next(&c, EV_BAG_1_0, &label, &value)) {
		if (!ev_bag_label_is(label, "Payload-Oxum"))
			continue;
		good = !v->has_oxum && ev_bag_oxum_parse(ev_slice_of(value.data, value.len),
							 &v->oxum_bytes, &v->oxum_files);
		v->has_oxum = good;
	}
	good = good && !c.bad && !value.bad;
	ev_buf_release(&value);
	if (good && v->has_oxum)
		return EVAULT_OK;
	v->has_oxum = false;
	return find_member(v, EVAULT_FINDING_ALTERED, v->member,
			   _("does not say, in the form that a bag has, how much it holds"), err);
}

static enum evault_status
take_declaration(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_bag_declaration d;

	if (ev_bag_declaration_parse(ev_slice_of(v->body.data, v->body.len), &d, NULL) ==
		EVAULT_OK &&
	    d.version == EV_BAG_1_0)
		return EVAULT_OK;
	return find_member(v, EVAULT_FINDING_ALTERED, v->member, _("is not that of BagIt 1.0"),
			   err);
}

static enum evault_status
take_text(struct ev_verifying *v, const struct ev_hash *hash, struct evault_error *err)
{
	struct ev_hash constant;

	ev_verify_text_hash(&constant);
	if (ev_hash_equal(hash, &constant) ||
	    (v->known.has_verify_text && ev_hash_equal(hash, &v->known.verify_text)))
		return EVAULT_OK;
	return find_member(v, EVAULT_FINDING_FORGED, v->member,
			   _("is not the text that all bundles have: run no command that stands "
			     "in it"),
			   err);
}

static enum evault_status
take_member(struct ev_verifying *v, const struct ev_hash *hash, struct evault_error *err)
{
	switch (v->kind) {
	case EV_BUNDLE_BAGIT:
		return take_declaration(v, err);
	case EV_BUNDLE_INFO:
		return take_info(v, err);
	case EV_BUNDLE_TAG_MANIFEST:
		v->tag_manifest = *hash;
		v->has_tag_manifest = true;
		return EVAULT_OK;
	case EV_BUNDLE_SHARE_NOTE:
		return ev_verify_take_share(v, err);
	case EV_BUNDLE_VERIFY_TEXT:
		return take_text(v, hash, err);
	case EV_BUNDLE_VAULT:
	case EV_BUNDLE_KEY_ENTRY:
	case EV_BUNDLE_KEY_PROOF:
		return ev_verify_take_key(v, err);
	case EV_BUNDLE_TREE:
		return ev_verify_take_tree(v, err);
	case EV_BUNDLE_RECORD:
		return ev_verify_take_record(v, err);
	case EV_BUNDLE_ENTRY:
		return ev_verify_take_entry(v, err);
	case EV_BUNDLE_PROOF:
		return ev_verify_take_proof(v, err);
	case EV_BUNDLE_DATA:
		return ev_verify_take_file(v, hash, err);
	case EV_BUNDLE_PADDING:
		return v->zeros ? EVAULT_OK
				: find_member(v, EVAULT_FINDING_ALTERED, v->member,
					      _("has more in it than zeros"), err);
	case EV_BUNDLE_MANIFEST:
	case EV_BUNDLE_REPORT:
	case EV_BUNDLE_OTHER:
		break;
	}
	return EVAULT_OK;
}

/* ---- as they come ------------------------------------------------------------------------ */

/* Bytes of it that are kept while it is looked at; 0: none. */
static size_t
kept_size(enum ev_verify_kind kind)
{
	switch (kind) {
	case EV_BUNDLE_BAGIT:
	case EV_BUNDLE_INFO:
	case EV_BUNDLE_TREE:
		return EV_VERIFY_SMALL_MAX;
	case EV_BUNDLE_SHARE_NOTE:
	case EV_BUNDLE_VAULT:
	case EV_BUNDLE_KEY_ENTRY:
	case EV_BUNDLE_ENTRY:
		return EV_NOTE_MAX;
	case EV_BUNDLE_KEY_PROOF:
	case EV_BUNDLE_PROOF:
		return EV_VERIFY_PROOF_MAX;
	case EV_BUNDLE_RECORD:
		return EVAULT_RECORD_MAX;
	default:
		return 0;
	}
}

/* Is there something left that this member is needed for? */
static bool
needed_again(const struct ev_verifying *v)
{
	struct ev_verifying *lookup = (struct ev_verifying *)v;
	uint32_t item;

	if (item_of(v->kind, v->number) == EV_NO_ITEM ||
	    ev_verify_item(lookup, v->number, &item, NULL) != EVAULT_OK)
		return false;
	return (v->kind == EV_BUNDLE_ENTRY && v->items[item].again_entry) ||
	       (v->kind == EV_BUNDLE_PROOF && v->items[item].again_proof) ||
	       (v->kind == EV_BUNDLE_DATA && v->items[item].again_file);
}

/* All that items are judged by has come, and none of it is yet to come. */
static bool
ready(const struct ev_verifying *v)
{
	return v->tag_manifest_read && v->manifest_read && v->has_share &&
	       v->key_members == v->key_members_listed;
}

static enum evault_status
before_member(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (item_of(v->kind, v->number) != EV_NO_ITEM && !v->settled && ready(v))
		rc = ev_verify_settle(v, err);
	if (rc == EVAULT_OK && v->kind == EV_BUNDLE_DATA && !v->telling && v->settled)
		rc = ev_verify_tell(v, false, err);
	if (rc == EVAULT_OK && v->kind == EV_BUNDLE_DATA && v->out >= 0)
		rc = ev_verify_out_begin(v, err);
	return rc;
}

/* In the first pass: is it one that can be taken at all? */
static enum evault_status
first_sight(struct ev_verifying *v, struct ev_slice name, bool alike, uint64_t size,
	    struct evault_error *err)
{
	struct ev_verify_member *m = &v->members.list[v->member];
	bool twice = m->found;

	m->found = true;
	v->skip = true;
	if (alike)
		return find_member(v, EVAULT_FINDING_UNKNOWN, v->member,
				   _("comes in two spellings that are one name on some systems"),
				   err);
	if (twice) {
		m->differs = true; /* from one of the two, whichever is meant */
		return find_member(v, EVAULT_FINDING_UNKNOWN, v->member, _("comes twice"), err);
	}
	if (kept_size(v->kind) > 0 && size > kept_size(v->kind)) {
		m->differs = true;
		return find_member(v, EVAULT_FINDING_ALTERED, v->member,
				   _("is larger than such a file can be"), err);
	}
	v->skip = false;
	v->key_members += v->kind == EV_BUNDLE_VAULT || v->kind == EV_BUNDLE_KEY_ENTRY ||
			  v->kind == EV_BUNDLE_KEY_PROOF;
	if (ev_slice_is(name, "fetch.txt"))
		return find_member(v, EVAULT_FINDING_UNKNOWN, v->member,
				   _("would have files fetched from elsewhere: nothing was "
				     "fetched, and a bundle has none"),
				   err);
	return EVAULT_OK;
}

static enum evault_status
start(struct ev_verifying *v, struct ev_slice name, uint64_t size, struct evault_error *err)
{
	enum evault_status rc;
	struct evault_error why;
	bool alike;

	v->skip = true;
	if (ev_path_check(name, &why) != EVAULT_OK)
		return v->pass > 1 ? EVAULT_OK
				   : ev_find(&v->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM,
					     "", "%s", why.text);
	rc = ev_verify_members_put(&v->members, name, &v->member, &alike, err);
	if (rc != EVAULT_OK)
		return rc;
	v->kind = ev_verify_kind_of(name, &v->number);
	v->got = 0;
	v->zeros = true;
	v->reads_lines = false;
	ev_buf_clear(&v->body);
	if (v->pass == 1)
		rc = first_sight(v, name, alike, size, err);
	else
		v->skip = alike || v->members.list[v->member].differs || !needed_again(v);
	if (rc != EVAULT_OK || v->skip)
		return rc;
	v->keep = kept_size(v->kind) > 0;
	if (v->kind == EV_BUNDLE_MANIFEST || v->kind == EV_BUNDLE_TAG_MANIFEST) {
		v->reads_lines = true;
		ev_bag_reader_init(&v->lines,
				   v->kind == EV_BUNDLE_MANIFEST ? EV_BAG_MANIFEST
								 : EV_BAG_TAG_MANIFEST,
				   EV_DIGEST_SHA256, EV_BAG_1_0, take_line, v);
	}
	return before_member(v, err);
}

static enum evault_status
take_bytes(struct ev_verifying *v, const uint8_t *data, size_t len, struct evault_error *err)
{
	size_t i;

	if (v->skip)
		return EVAULT_OK;
	ev_hasher_update(v->hasher, data, len);
	v->got += len;
	if (v->keep) {
		ev_buf_add(&v->body, data, len);
		return ev_buf_ask(&v->body, err);
	}
	if (v->reads_lines)
		return read_lines(v, data, len, err);
	for (i = 0; v->kind == EV_BUNDLE_PADDING && v->zeros && i < len; i++)
		v->zeros = data[i] == 0;
	if (v->kind == EV_BUNDLE_DATA && v->out_file >= 0)
		return ev_verify_out_write(v, data, len, err);
	return EVAULT_OK;
}

static enum evault_status
end(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_member *m;
	struct ev_hash hash;

	if (v->skip)
		return EVAULT_OK;
	ev_hasher_final(v->hasher, &hash);
	if (v->kind == EV_BUNDLE_DATA && v->pass == 1) {
		v->data_files++;
		v->data_bytes += v->got;
	}
	if (v->reads_lines)
		rc = end_lines(v, err);
	m = &v->members.list[v->member]; /* not before: a manifest has added some */
	if (rc == EVAULT_OK && v->pass > 1 && !ev_hash_equal(&m->hash, &hash))
		rc = ev_fail(err, EVAULT_E_CHANGED, "%s: changed while it was read",
			     ev_verify_members_name(&v->members, v->member));
	if (rc == EVAULT_OK && v->pass == 1 && m->listed > 0)
		rc = compare(v, v->member, ev_hash_equal(&m->hash, &hash), err);
	else if (v->pass == 1)
		m->hash = hash;
	return rc == EVAULT_OK ? take_member(v, &hash, err) : rc;
}

/* ---- events: what fails here is not the input's form ------------------------------------------
 */

static enum evault_status
on_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset, struct evault_error *err)
{
	struct ev_verifying *v = ctx;
	enum evault_status rc = start(v, name, size, err);

	(void)offset;
	v->own = v->own || rc != EVAULT_OK;
	return rc;
}

static enum evault_status
on_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_verifying *v = ctx;
	enum evault_status rc = take_bytes(v, data, len, err);

	v->own = v->own || rc != EVAULT_OK;
	return rc;
}

static enum evault_status
on_end(void *ctx, struct evault_error *err)
{
	struct ev_verifying *v = ctx;
	enum evault_status rc = end(v, err);

	v->own = v->own || rc != EVAULT_OK;
	return rc;
}

struct ev_tar_events
ev_verify_events(struct ev_verifying *v)
{
	return (struct ev_tar_events){ on_member, on_data, on_end, v };
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
	uint64_t number;
	uint32_t i;

	for (i = 0; i < v->members.n && rc == EVAULT_OK; i++) {
		m = &v->members.list[i];
		if (m->listed > 0 && !m->found && !v->cut)
			rc = find_member(v, EVAULT_FINDING_MISSING, i,
					 _("is listed, and is not there"), err);
		else if (m->found && m->listed == 0 &&
			 should_be_listed(v, ev_verify_kind_of(ev_slice_text(ev_verify_members_name(
								   &v->members, i)),
							       &number)))
			rc = find_member(v, EVAULT_FINDING_UNKNOWN, i,
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
			rc = find_member(v, EVAULT_FINDING_MISSING, member,
					 _("every bundle has this, and it is not there"), err);
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
