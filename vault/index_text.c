/*
 * Filing words: what a record says, and what is written in its file.  Of what
 * is being added they are at hand; of other entries, which wait for it, they
 * are read back from the packs.
 *
 * What cannot be read waits on, and is tried again whenever the index is
 * filled.  What is filed is never believed: search.c looks again.
 */
#include <string.h>

#include "text.h"
#include "vault.h"

static struct ev_slice
field(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *f = ev_record_find(record, name);

	return f == NULL ? ev_slice_text("") : ev_slice_of(f->value, f->len);
}

/* A long text need not stay in memory until the next one. */
static void
shrink(struct ev_buf *text)
{
	if (text->cap > EV_EXTRACT_MAX / 4)
		ev_buf_release(text);
}

/* Without comparing its digest, which takes longer than all else here. */
static enum evault_status
read_record(struct evault *v, struct ev_catalog *c, const struct ev_hash *digest,
	    struct ev_buf *text, struct ev_record *record, struct evault_error *err)
{
	struct ev_place place;
	struct ev_pack *pack;
	enum evault_status rc;

	ev_buf_clear(text);
	rc = ev_catalog_find_member(c, EV_MEMBER_RECORD, digest, 0, &place, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(v, &place.pack, &pack, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_read(pack, &place.member, ev_sink_buf(text), err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(text, err);
	if (rc == EVAULT_OK)
		rc = ev_record_parse(ev_slice_of(text->data, text->len), record, err);
	return rc == EVAULT_E_FORMAT ? EVAULT_E_DAMAGED : rc;
}

/*
 * Has the original a second copy?  Then one may be in a pack by somebody who
 * keeps others from finding what was kept, and has no words, or other ones.
 */
static enum evault_status
has_copies(struct ev_catalog *c, const struct ev_hash *sha256, bool *has, struct evault_error *err)
{
	static const enum ev_member_kind kinds[] = { EV_MEMBER_OBJECT, EV_MEMBER_LIST };
	enum evault_status rc = EVAULT_OK;
	struct ev_place place;
	unsigned copy, n = 0;
	size_t i;

	for (i = 0; i < 2; i++) {
		for (copy = 0, rc = EVAULT_OK; rc == EVAULT_OK && n < 2; copy++) {
			rc = ev_catalog_find_copy(c, kinds[i], sha256, 0, copy, &place, err);
			n += rc == EVAULT_OK;
		}
		if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
			return rc;
	}
	*has = n > 1;
	return EVAULT_OK;
}

static enum evault_status
file_text(struct evault *v, struct ev_catalog *c, uint64_t index, const struct ev_record *record,
	  struct ev_buf *text, struct evault_error *err)
{
	struct ev_slice type = field(record, "media-type");
	struct ev_hash sha256;
	enum evault_status rc;
	bool copies;

	if (!ev_extract_takes(type) || !ev_hash_parse(field(record, "sha256"), &sha256))
		return EVAULT_OK;
	rc = has_copies(c, &sha256, &copies, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_text(v, &sha256, type, copies, text, err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_catalog_add_text(c, index, ev_slice_of(text->data, text->len), err);
}

/* The same of an original that is in memory. */
static enum evault_status
file_body(struct ev_catalog *c, uint64_t index, struct ev_slice type, struct ev_slice body,
	  struct ev_buf *text, struct evault_error *err)
{
	struct ev_extract *x = NULL;
	enum evault_status rc;

	ev_buf_clear(text);
	rc = ev_extract_new(type, text, &x, err);
	if (rc == EVAULT_OK)
		rc = ev_extract_write(x, body.data, body.len, err);
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED)
		rc = ev_extract_end(x, err);
	ev_extract_free(x);
	if (rc == EVAULT_OK)
		rc = ev_catalog_add_text(c, index, ev_slice_of(text->data, text->len), err);
	shrink(text);
	return rc;
}

/* Does a failure to read leave it waiting? */
static bool
may_wait(enum evault_status rc)
{
	return rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_KEY ||
	       rc == EVAULT_E_LIMIT || rc == EVAULT_E_IO;
}

static enum evault_status
file_entry(struct evault *v, struct ev_catalog *c, uint64_t index, enum ev_catalog_wait what,
	   struct ev_buf *text, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	struct evault_error why = { 0 };
	struct ev_record record;
	enum evault_status rc = ev_catalog_entry(c, index, &entry, err), read;

	if (rc != EVAULT_OK || !entry.is_record)
		return rc;
	ev_record_init(&record);
	read = read_record(v, c, &entry.digest, text, &record, &why);
	if (read == EVAULT_OK && what == EV_CATALOG_WAIT_ALL)
		rc = ev_catalog_add_said(c, index, &record, err);
	if (rc == EVAULT_OK && read == EVAULT_OK)
		read = file_text(v, c, index, &record, text, &why);
	/* What cannot be read now: what it says is not filed a second time. */
	if (rc == EVAULT_OK && may_wait(read) && what == EV_CATALOG_WAIT_ALL && record.n > 0)
		rc = ev_catalog_text_waits(c, index, err);
	ev_record_release(&record);
	if (rc != EVAULT_OK || may_wait(read))
		return rc;
	if (read != EVAULT_OK) {
		if (err != NULL)
			*err = why;
		return read;
	}
	return ev_catalog_filed(c, index, err);
}

enum evault_status
ev_index_texts(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	struct ev_catalog *asked = v->catalog;
	struct ev_buf text = EV_BUF_INIT;
	enum ev_catalog_wait what;
	enum evault_status rc = EVAULT_OK;
	uint64_t index;

	/* Records and files are where the new catalog says, while the old one, if any, is void. */
	v->catalog = c;
	for (index = 0; rc == EVAULT_OK; index++) {
		rc = ev_catalog_waiting(c, &index, &what, err);
		if (rc == EVAULT_OK)
			rc = file_entry(v, c, index, what, &text, err);
		shrink(&text);
	}
	v->catalog = asked;
	ev_buf_release(&text);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_index_words(struct evault *v, uint64_t index, const struct ev_record *record,
	       const struct ev_slice *body, struct ev_buf *text, struct evault_error *err)
{
	struct ev_slice type = field(record, "media-type");
	enum evault_status rc;

	if (!ev_index_has_words(v))
		return EVAULT_OK;
	rc = ev_catalog_add_said(v->catalog, index, record, err);
	if (rc == EVAULT_OK && body == NULL && ev_extract_takes(type))
		return ev_catalog_text_waits(v->catalog, index, err);
	if (rc == EVAULT_OK && body != NULL && ev_extract_takes(type))
		rc = file_body(v->catalog, index, type, *body, text, err);
	return rc == EVAULT_OK ? ev_catalog_filed(v->catalog, index, err) : rc;
}
