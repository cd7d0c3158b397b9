/* The members of a bundle as they come. */
#include <inttypes.h>
#include <string.h>

#include "format/verify_text.h"
#include "verify.h"

/* ---- other members of the bag ---------------------------------------------------------- */

static enum evault_status
take_info(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(v->body.data, v->body.len);
	struct ev_buf value = EV_BUF_INIT;
	struct ev_slice label;
	bool good = true, bad;

	while (good && ev_bag_info_next(&c, EV_BAG_1_0, &label, &value)) {
		if (!ev_bag_label_is(label, "Payload-Oxum"))
			continue;
		good = !v->has_oxum && ev_bag_oxum_parse(ev_slice_of(value.data, value.len),
							 &v->oxum_bytes, &v->oxum_files);
		v->has_oxum = good;
	}
	good = good && !c.bad;
	bad = value.bad;
	ev_buf_release(&value);
	if (bad)
		return ev_fail_nomem(err);
	if (good && v->has_oxum)
		return EVAULT_OK;
	v->has_oxum = false;
	return ev_verify_find_member(
	    v, EVAULT_FINDING_ALTERED, v->member,
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
	return ev_verify_find_member(v, EVAULT_FINDING_ALTERED, v->member,
				     _("is not that of BagIt 1.0"), err);
}

static enum evault_status
take_text(struct ev_verifying *v, const struct ev_hash *hash, struct evault_error *err)
{
	struct ev_hash constant;

	ev_verify_text_hash(&constant);
	if (ev_hash_equal(hash, &constant))
		return EVAULT_OK;
	/* Of a later evault, perhaps; or of whoever made the card. */
	if (v->known.has_verify_text && ev_hash_equal(hash, &v->known.verify_text)) {
		v->summary->text_of_card = true;
		return EVAULT_OK;
	}
	return ev_verify_find_member(
	    v, EVAULT_FINDING_FORGED, v->member,
	    _("is not the text that all bundles have: run no command that stands "
	      "in it"),
	    err);
}

static enum evault_status
take_member(struct ev_verifying *v, const struct ev_hash *hash, struct evault_error *err)
{
	struct ev_verify_log *log;
	enum evault_status rc;

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
	case EV_BUNDLE_SOURCE_VAULT:
	case EV_BUNDLE_SOURCE_KEY_ENTRY:
	case EV_BUNDLE_SOURCE_KEY_PROOF:
		rc = ev_verify_log_of(v, v->kind, &v->place, &log, err);
		return rc == EVAULT_OK ? ev_verify_take_key(v, log, err) : rc;
	case EV_BUNDLE_SOURCE_ENTRY:
	case EV_BUNDLE_SOURCE_PROOF:
		return ev_verify_take_source(v, err);
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
				: ev_verify_find_member(v, EVAULT_FINDING_ALTERED, v->member,
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
	case EV_BUNDLE_SOURCE_VAULT:
	case EV_BUNDLE_SOURCE_KEY_ENTRY:
	case EV_BUNDLE_SOURCE_ENTRY:
		return EV_NOTE_MAX;
	case EV_BUNDLE_KEY_PROOF:
	case EV_BUNDLE_PROOF:
	case EV_BUNDLE_SOURCE_KEY_PROOF:
	case EV_BUNDLE_SOURCE_PROOF:
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
	const struct ev_verify_entry *entry;
	uint32_t number;

	if (ev_verify_is_source(v->kind)) {
		if (ev_verify_source(lookup, &v->place, &number, NULL) != EVAULT_OK)
			return false;
		entry = &v->sources[number].entry;
	} else {
		if (ev_verify_item_of(v->kind, v->place.number) == EV_NO_ITEM ||
		    ev_verify_item(lookup, v->place.number, &number, NULL) != EVAULT_OK)
			return false;
		entry = &v->items[number].entry;
	}
	switch (v->kind) {
	case EV_BUNDLE_ENTRY:
	case EV_BUNDLE_SOURCE_ENTRY:
		return entry->again_entry;
	case EV_BUNDLE_PROOF:
	case EV_BUNDLE_SOURCE_PROOF:
		return entry->again_proof;
	default:
		return v->kind == EV_BUNDLE_DATA && v->items[number].again_file;
	}
}

static enum evault_status
before_member(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_log *log = &v->own_log;
	enum evault_status rc = EVAULT_OK;
	uint32_t number;

	if (ev_verify_item_of(v->kind, v->place.number) != EV_NO_ITEM && !log->settled &&
	    ev_verify_log_ready(v, log))
		rc = ev_verify_settle(v, err);
	if (rc == EVAULT_OK && ev_verify_is_source(v->kind)) {
		rc = ev_verify_log_at(v, &v->place, &number, err);
		log = rc == EVAULT_OK ? v->logs[number] : log;
		if (rc == EVAULT_OK && !log->settled && ev_verify_log_ready(v, log))
			rc = ev_verify_settle_log(v, log, err);
	}
	if (rc == EVAULT_OK && v->kind == EV_BUNDLE_DATA && !v->telling && v->own_log.settled)
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
	struct ev_verify_log *log;
	enum evault_status rc;

	m->found = true;
	v->skip = true;
	if (alike) {
		m->differs = true; /* from one of the two, whichever is meant */
		return ev_verify_find_member(
		    v, EVAULT_FINDING_UNKNOWN, v->member,
		    _("comes in two spellings that are one name on some systems"), err);
	}
	if (twice) {
		m->differs = true; /* from one of the two, whichever is meant */
		return ev_verify_find_member(v, EVAULT_FINDING_UNKNOWN, v->member, _("comes twice"),
					     err);
	}
	if (kept_size(v->kind) > 0 && size > kept_size(v->kind)) {
		m->differs = true;
		return ev_verify_find_member(v, EVAULT_FINDING_ALTERED, v->member,
					     _("is larger than such a file can be"), err);
	}
	v->skip = false;
	rc = ev_verify_log_of(v, v->kind, &v->place, &log, err);
	if (rc != EVAULT_OK)
		return rc;
	if (log != NULL)
		log->members++;
	v->source_members += ev_verify_is_source(v->kind);
	if (ev_slice_is(name, "fetch.txt"))
		return ev_verify_find_member(
		    v, EVAULT_FINDING_UNKNOWN, v->member,
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
	v->kind = ev_verify_kind_of(name, &v->place);
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
	if (v->kind == EV_BUNDLE_MANIFEST || v->kind == EV_BUNDLE_TAG_MANIFEST)
		ev_verify_begin_lines(v);
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
		return ev_verify_read_lines(v, data, len, err);
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
		rc = ev_verify_end_lines(v, err);
	m = &v->members.list[v->member]; /* not before: a manifest has added some */
	if (rc == EVAULT_OK && v->pass > 1 && !ev_hash_equal(&m->hash, &hash))
		rc = ev_fail(err, EVAULT_E_CHANGED, "%s: changed while it was read",
			     ev_verify_members_name(&v->members, v->member));
	if (rc == EVAULT_OK && v->pass == 1 && m->listed > 0)
		rc = ev_verify_compare(v, v->member, ev_hash_equal(&m->hash, &hash), err);
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
