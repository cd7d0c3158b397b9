#include "bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/age.h"
#include "format/record.h"
#include "format/tlog_proof.h"

void
die(const char *what)
{
	fprintf(stderr, "bundle: %s\n", what);
	exit(2);
}

void
need(enum evault_status rc, const struct evault_error *err)
{
	if (rc != EVAULT_OK)
		die(err->text);
}

struct ev_slice
all(const struct ev_buf *b)
{
	return ev_slice_of(b->data, b->len);
}

/* ---- keys ------------------------------------------------------------------- */

static void
seed_of(const struct making *m, const char *who, struct ev_signing_seed *seed)
{
	struct ev_hash h;

	ev_hash_of2(m->seed, strlen(m->seed), who, strlen(who), &h);
	memcpy(seed->b, h.b, sizeof(seed->b));
}

void
actor(const struct making *m, const char *who, struct actor *a)
{
	uint8_t key[32];

	seed_of(m, who, &a->seed);
	ev_signing_seed_public(&a->seed, key);
	ev_actor_verifier(key, &a->key);
}

void
make_keys(struct making *m)
{
	struct ev_age_identity identity;
	struct ev_age_recipient public;
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT;
	uint8_t key[32];

	actor(m, "owner", &m->owner);
	actor(m, "writer", &m->writer);
	actor(m, "capture", &m->capture);
	actor(m, "stranger", &m->stranger);
	seed_of(m, "log", &m->log.seed);
	ev_signing_seed_public(&m->log.seed, key);
	ev_origin_of(key, m->vault.origin);
	ev_verifier_init(&m->log.key, m->vault.origin, key);
	seed_of(m, "log 2", &m->new_log.seed);
	ev_signing_seed_public(&m->new_log.seed, key);
	ev_verifier_init(&m->new_log.key, m->vault.origin, key);
	ev_hash_of(m->seed, strlen(m->seed), (struct ev_hash *)&identity);
	ev_age_identity_recipient(&identity, &public);
	ev_age_recipient_text(&public, m->vault.recipient);
	m->vault.log = m->log.key;
	m->vault.owner = m->owner.key;
	ev_vault_note_text(&m->vault, &text);
	ev_note_begin(&m->note, all(&text));
	need(ev_note_sign(&m->note, all(&text), &m->log.key, &m->log.seed, &err), &err);
	need(ev_note_sign(&m->note, all(&text), &m->owner.key, &m->owner.seed, &err), &err);
	ev_buf_release(&text);
}

/* ---- the log ------------------------------------------------------------------ */

static bool
is(const struct making *m, const char *variant)
{
	return m->variant != NULL && strcmp(m->variant, variant) == 0;
}

/* The next entry, with these lines. */
static void
add_entry(struct making *m, const struct ev_buf *lines, const struct actor *by,
	  const struct actor *second)
{
	uint64_t n = m->tree.size;
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash root;

	ev_merkle_root(&m->tree, &root);
	if (n == 7 && is(m, "other-past"))
		root.b[0] ^= 1;
	ev_entry_head(&text, m->vault.origin, n, &root);
	ev_buf_add(&text, lines->data, lines->len);
	ev_note_begin(&m->entries[n], all(&text));
	need(ev_note_sign(&m->entries[n], all(&text), &by->key, &by->seed, &err), &err);
	if (second != NULL)
		need(ev_note_sign(&m->entries[n], all(&text), &second->key, &second->seed, &err),
		     &err);
	ev_merkle_leaf(m->entries[n].data, m->entries[n].len, &m->leaves[n]);
	ev_merkle_append(&m->tree, &m->leaves[n]);
	ev_buf_release(&text);
}

static void
line_actor(struct ev_buf *lines, const struct actor *a, const char *role)
{
	char vkey[EV_NOTE_VKEY_SIZE];

	ev_verifier_text(&a->key, vkey);
	ev_buf_printf(lines, "actor %s %s\n", vkey, role);
}

static void
add_keys(struct making *m)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_buf lines = EV_BUF_INIT;
	struct ev_hash hash;

	line_actor(&lines, &m->owner, "owner");
	ev_buf_printf(&lines, "read-key %s\n", m->vault.recipient);
	ev_hash_of(m->note.data, m->note.len, &hash);
	if (is(m, "other-vault-note"))
		hash.b[0] ^= 1;
	ev_hash_hex(&hash, hex);
	ev_buf_printf(&lines, "file vault %s\n", hex);
	add_entry(m, &lines, &m->owner, NULL);
	ev_buf_clear(&lines);
	line_actor(&lines, &m->writer, "writer");
	line_actor(&lines, &m->capture, "capture");
	add_entry(m, &lines, is(m, "admitted-by-stranger") ? &m->stranger : &m->owner, NULL);
	ev_buf_release(&lines);
}

/* A new epoch; the writer is removed, and a slot that no entry of the bundle has made. */
static void
add_rotation(struct making *m)
{
	char vkey[EV_NOTE_VKEY_SIZE];
	struct ev_buf lines = EV_BUF_INIT;

	ev_verifier_text(&m->new_log.key, vkey);
	ev_buf_printf(&lines, "actor-end %s\nslot-end 2\nread-key %s\nlog-key %s\n",
		      m->writer.key.name + strlen("evault/actor/"), m->vault.recipient, vkey);
	add_entry(m, &lines, &m->owner, is(m, "log-key-unsigned") ? NULL : &m->log);
	ev_buf_release(&lines);
}

/* "K=V" … , the rest of a record of that action; kept as the next entry. */
static void
add_record(struct making *m, const char *action, const char *const *fields, const struct actor *by)
{
	uint64_t n = m->tree.size;
	struct evault_error err = { .text = "" };
	struct ev_buf lines = EV_BUF_INIT;
	struct ev_record r;
	char name[40], hex[EVAULT_HEX_SIZE];
	const char *value;

	ev_record_init(&r);
	need(ev_record_add_text(&r, "action", action, &err), &err);
	need(ev_record_add_text(&r, "time", "2026-11-22T09:15:09Z", &err), &err);
	for (; *fields != NULL; fields++) {
		value = strchr(*fields, '=');
		snprintf(name, sizeof(name), "%.*s", (int)(value - *fields), *fields);
		need(ev_record_add_text(&r, name, value + 1, &err), &err);
	}
	ev_buf_add(&m->records[n], r.text.data, r.text.len);
	need(ev_record_digest(all(&m->records[n]), &m->digests[n], &err), &err);
	ev_hash_hex(&m->digests[n], hex);
	ev_buf_printf(&lines, "record %s\n", hex);
	add_entry(m, &lines, by, NULL);
	ev_record_release(&r);
	ev_buf_release(&lines);
}

static void
add_file(struct making *m, const char *name, const char *content, const struct actor *by)
{
	char named[300], size[40], sha256[EVAULT_HEX_SIZE + 8] = "sha256=";
	const char *fields[] = { named,
				 size,
				 sha256,
				 "media-type=text/plain",
				 "witness=Гүлдария",
				 "place=Ürümqi",
				 "field=lens=50 mm",
				 NULL };
	struct ev_hash hash;

	ev_hash_of(content, strlen(content), &hash);
	ev_hash_hex(&hash, sha256 + 7);
	snprintf(named, sizeof(named), "name=%s", name);
	snprintf(size, sizeof(size), "size=%zu", strlen(content));
	add_record(m, "add", fields, by);
}

static void
add_about(struct making *m, const char *action, unsigned index, const char *field,
	  const struct actor *by)
{
	char about[120], hex[EVAULT_HEX_SIZE];
	const char *fields[] = { about, field, NULL };

	ev_hash_hex(&m->digests[index], hex);
	if (is(m, "about-other-record"))
		hex[0] = hex[0] == '0' ? '1' : '0';
	snprintf(about, sizeof(about), "about=%u %s", index, hex);
	add_record(m, action, fields, by);
}

void
make_log(struct making *m)
{
	static const char hash_of_nothing[] =
	    "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct ev_buf lines = EV_BUF_INIT;
	const struct actor *by = &m->owner;

	ev_merkle_init(&m->tree);
	add_keys(m);
	add_file(m, "IMG_0412.txt", "the first one\n", &m->writer);
	add_file(m, is(m, "names") ? "CON" : "statement.txt", "the second one\n", &m->capture);
	add_about(m, "annotate", 2, is(m, "hash-in-a-title") ? hash_of_nothing : "title=A title",
		  &m->owner);
	ev_buf_puts(&lines, "pack ");
	ev_buf_fill(&lines, 'a', 64);
	ev_buf_puts(&lines, " 65536\n");
	add_entry(m, &lines, &m->writer, NULL);
	add_rotation(m);
	if (is(m, "item-by-removed"))
		by = &m->writer;
	if (is(m, "item-by-stranger"))
		by = &m->stranger;
	add_file(m, "IMG_0412.txt", "the third one\n", by);
	add_about(m, "retract", 3, "reason=asked to", &m->owner);
	ev_buf_release(&lines);
}

/* ---- proofs ---------------------------------------------------------------------- */

static enum evault_status
fetch(void *ctx, unsigned level, uint64_t index, struct ev_hash *out, struct evault_error *err)
{
	const struct making *m = ctx;
	struct ev_hash left, right;

	if (level == 0) {
		*out = m->leaves[index];
		return EVAULT_OK;
	}
	fetch(ctx, level - 1, 2 * index, &left, err);
	fetch(ctx, level - 1, 2 * index + 1, &right, err);
	ev_merkle_node(&left, &right, out);
	return EVAULT_OK;
}

struct ev_merkle_fetch
fetcher(struct making *m)
{
	return (struct ev_merkle_fetch){ fetch, m };
}

void
head(struct making *m, uint64_t size, bool other, struct ev_buf *note)
{
	const struct actor *log = size > 6 && !is(m, "old-log-key") ? &m->new_log : &m->log;
	struct evault_error err = { .text = "" };
	struct ev_checkpoint c = { .size = size };

	memcpy(c.origin, m->vault.origin, sizeof(c.origin));
	need(ev_merkle_root_at(fetcher(m), size, &c.root, &err), &err);
	if (other)
		c.root.b[0] ^= 1;
	ev_buf_clear(note);
	need(ev_checkpoint_sign(&c, &log->key, &log->seed, note, &err), &err);
}

void
proof(struct making *m, uint64_t index, uint64_t size, bool other, struct ev_buf *out)
{
	struct ev_hash hashes[EV_PROOF_MAX];
	struct evault_error err = { .text = "" };
	struct ev_buf note = EV_BUF_INIT;
	size_t n;

	need(ev_merkle_prove(fetcher(m), index, size, hashes, &n, &err), &err);
	head(m, size, other, &note);
	ev_buf_clear(out);
	need(ev_proof_encode(index, hashes, n, all(&note), out, &err), &err);
	ev_buf_release(&note);
}
