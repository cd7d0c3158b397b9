#include "receive_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "commit.h"
#include "format/archive.h"
#include "receive.h"
#include "vault_fixture.h"

/* ---- vaults ------------------------------------------------------------------------ */

bool
kept_load(const char *dir, struct ev_catalog_receive *receive, struct ev_buf *tar)
{
	struct evault *v = NULL;
	struct ev_catalog_entry entry = { 0 };
	struct ev_record record;
	struct ev_hash sha256;
	const struct ev_record_field *f;
	uint64_t i;
	bool good = fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK;

	for (i = 0; good && i < ev_log_head(v->log)->size; i++) {
		if (ev_catalog_entry(v->catalog, i, &entry, NULL) != EVAULT_OK || !entry.is_record)
			continue;
		ev_record_init(&record);
		good = ev_vault_record(v, &entry.digest, &record, NULL) == EVAULT_OK;
		f = ev_record_find(&record, "sha256");
		if (good && ev_catalog_parse_receive(&record, receive) && f != NULL) {
			ev_buf_clear(tar);
			good = ev_hash_parse(ev_slice_of(f->value, f->len), &sha256) &&
			       ev_vault_object(v, &sha256, 0, ev_sink_buf(tar), NULL) == EVAULT_OK;
		}
		ev_record_release(&record);
	}
	evault_close(v);
	return good && tar->len > 0;
}

static bool
stage(struct ev_commit *c, const struct ev_record *record, struct ev_slice object)
{
	struct ev_incoming in = { .commit = c };
	struct ev_sink out;
	struct ev_hash sha256;
	uint64_t index;
	bool good = ev_incoming_init(&in, c, NULL) == EVAULT_OK;

	ev_incoming_begin(&in);
	out = ev_incoming_sink(&in);
	good = good && out.write(out.ctx, object.data, object.len, NULL) == EVAULT_OK &&
	       ev_incoming_end(&in, NULL, &sha256, NULL) == EVAULT_OK &&
	       ev_commit_record(c, record, &index, NULL) == EVAULT_OK &&
	       ev_commit_finish(c, NULL) == EVAULT_OK;
	ev_incoming_release(&in);
	return good;
}

static bool
describe(struct ev_record *record, const struct ev_catalog_receive *says, struct ev_slice tar)
{
	char text[200], hex[EVAULT_HEX_SIZE];
	struct ev_hash sha256;
	bool good;

	ev_hash_hex(&says->origin, hex);
	snprintf(text, sizeof(text), "evault/%s", hex);
	good = ev_record_add_text(record, "from", text, NULL) == EVAULT_OK;
	ev_hash_hex(&says->root, hex);
	snprintf(text, sizeof(text), "%llu %s", (unsigned long long)says->size, hex);
	good = good && ev_record_add_text(record, "tree", text, NULL) == EVAULT_OK;
	ev_hash_hex(&says->tagmanifest, hex);
	if (says->bundle)
		good = good && ev_record_add_text(record, "tagmanifest", hex, NULL) == EVAULT_OK;
	ev_hash_of(tar.data, tar.len, &sha256);
	ev_hash_hex(&sha256, hex);
	snprintf(text, sizeof(text), "%zu", tar.len);
	return good && ev_record_add_text(record, "name", "kept.tar", NULL) == EVAULT_OK &&
	       ev_record_add_text(record, "size", text, NULL) == EVAULT_OK &&
	       ev_record_add_text(record, "sha256", hex, NULL) == EVAULT_OK;
}

bool
kept_keep(const char *dir, const struct ev_catalog_receive *says, struct ev_slice tar)
{
	struct evault *v = NULL;
	struct ev_record record;
	struct ev_commit c;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    ev_commit_init(&c, v, NULL) == EVAULT_OK;

	if (!good) {
		evault_close(v);
		return false;
	}
	ev_record_init(&record);
	good = ev_commit_begin_record(v, "receive", &record, NULL) == EVAULT_OK &&
	       describe(&record, says, tar) && stage(&c, &record, tar);
	ev_record_release(&record);
	ev_commit_release(&c);
	evault_close(v);
	return good;
}

/* ---- making ------------------------------------------------------------------------------ */

uint64_t
receive_entries(const char *dir)
{
	struct evault_status_info info = { .entries = 0 };
	struct evault *v = NULL;

	if (fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK)
		(void)evault_get_status(v, &info, NULL);
	evault_close(v);
	return info.entries;
}

uint64_t
receive_add(const char *dir, const char *name, const char *text)
{
	static const char *const fields[] = { "witness=W", "consent=court,partner" };
	struct evault_add what = { .paths = &name, .n_paths = 1, .fields = fields, .n_fields = 2 };
	struct evault_add_summary s = { .kept = 0 };
	struct evault *v = NULL;
	uint64_t index = receive_entries(dir);

	if (fixture_text(name, text) &&
	    fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK)
		(void)evault_add(v, &what, &s, NULL);
	evault_close(v);
	return s.kept == 1 ? index : 0;
}

bool
receive_share(const char *dir, struct evault_share how, const char *out)
{
	struct evault_error err = { 0 };
	struct evault_share_summary s;
	struct evault *v = NULL;
	bool good;

	how.out = out;
	how.to = how.to == NULL ? fixture_recipient() : how.to;
	good = fixture_remove(out) &&
	       fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, &err) == EVAULT_OK &&
	       evault_share(v, &how, &s, &err) == EVAULT_OK;
	evault_close(v);
	if (!good)
		printf("# share: %s\n", err.text);
	return good;
}

/* ---- the tar ------------------------------------------------------------------------- */

struct member {
	size_t at, body, size, end;
};

static bool
next_member(const struct ev_buf *tar, struct member *m)
{
	m->at = m->end;
	if (m->at + EV_TAR_BLOCK > tar->len || tar->data[m->at] == '\0')
		return false;
	m->body = m->at + EV_TAR_BLOCK;
	m->size = strtoul((const char *)tar->data + m->at + 124, NULL, 8);
	m->end = m->body + (m->size + EV_TAR_BLOCK - 1) / EV_TAR_BLOCK * EV_TAR_BLOCK;
	return m->end <= tar->len;
}

static bool
put(struct ev_buf *out, const char *name, const uint8_t *body, size_t size)
{
	if (ev_archive_header(out, ev_slice_text(name), size, NULL) != EVAULT_OK)
		return false;
	ev_buf_add(out, body, size);
	ev_buf_fill(out, 0, ev_tar_padding(out->len));
	return ev_buf_ask(out, NULL) == EVAULT_OK;
}

static bool
put_changed(struct ev_buf *out, const struct ev_buf *tar, const struct member *m, const char *name,
	    enum kept_change change)
{
	const uint8_t *body = tar->data + m->body;
	char other[100];
	size_t begun;

	if (change == KEPT_DROP)
		return true;
	snprintf(other, sizeof(other), "%s", name);
	if (change == KEPT_RENAME)
		other[strlen(other) - 1] = 'x';
	if (!put(out, other, body, m->size))
		return false;
	begun = out->len - (m->end - m->body);
	if (change == KEPT_ALTER && m->size > 0)
		out->data[begun + m->size / 2] ^= 1;
	return change != KEPT_DOUBLE || put(out, other, body, m->size);
}

bool
kept_edit(const struct ev_buf *tar, struct ev_buf *out, const char *name, enum kept_change change)
{
	struct member m = { 0 };
	bool found = false;

	ev_buf_clear(out);
	while (next_member(tar, &m)) {
		if (strcmp((const char *)tar->data + m.at, name) != 0) {
			ev_buf_add(out, tar->data + m.at, m.end - m.at);
			continue;
		}
		found = true;
		if (!put_changed(out, tar, &m, name, change))
			return false;
	}
	ev_buf_fill(out, 0, EV_TAR_END);
	return found && ev_buf_ask(out, NULL) == EVAULT_OK;
}

bool
kept_add(struct ev_buf *tar, const char *name, size_t size)
{
	uint8_t *body = calloc(1, size + 1);
	bool good = body != NULL && put(tar, name, body, size);

	free(body);
	return good;
}

/* ---- records --------------------------------------------------------------------------- */

/* The record of that entry, and its original. */
static bool
load(const char *dir, uint64_t index, struct ev_record *record, struct ev_buf *object)
{
	struct evault *v = NULL;
	struct ev_catalog_entry entry;
	const struct ev_record_field *f;
	struct ev_hash sha256;
	bool good = fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    ev_catalog_entry(v->catalog, index, &entry, NULL) == EVAULT_OK &&
		    ev_vault_record(v, &entry.digest, record, NULL) == EVAULT_OK;

	f = good ? ev_record_find(record, "sha256") : NULL;
	good = f != NULL && ev_hash_parse(ev_slice_of(f->value, f->len), &sha256) &&
	       ev_vault_object(v, &sha256, 0, ev_sink_buf(object), NULL) == EVAULT_OK;
	evault_close(v);
	return good;
}

static bool
keep_wrapped(struct evault *v, const struct ev_provenance *place, struct ev_slice text,
	     struct ev_slice object)
{
	struct ev_buf wrapped = EV_BUF_INIT;
	struct ev_record record;
	struct ev_commit c;
	bool good = ev_commit_init(&c, v, NULL) == EVAULT_OK;

	if (!good)
		return false;
	ev_record_init(&record);
	good =
	    ev_provenance_wrap(text, place, NULL, 0, &wrapped, NULL) == EVAULT_OK &&
	    ev_record_parse(ev_slice_of(wrapped.data, wrapped.len), &record, NULL) == EVAULT_OK &&
	    stage(&c, &record, object);
	ev_record_release(&record);
	ev_commit_release(&c);
	ev_buf_release(&wrapped);
	return good;
}

bool
kept_claim(const char *dir, struct ev_provenance *place, const char *from, bool is_true)
{
	struct ev_buf object = EV_BUF_INIT;
	struct evault *v = NULL;
	struct ev_record record;
	struct ev_slice text;
	bool good;

	ev_record_init(&record);
	good = load(from, place->index, &record, &object) &&
	       (is_true || ev_record_add_text(&record, "title", "made up", NULL) == EVAULT_OK);
	text = ev_slice_of(record.text.data, record.text.len);
	good = good && ev_record_digest(text, &place->digest, NULL) == EVAULT_OK &&
	       fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
	       keep_wrapped(v, place, text, ev_slice_of(object.data, object.len));
	evault_close(v);
	ev_record_release(&record);
	ev_buf_release(&object);
	return good;
}
