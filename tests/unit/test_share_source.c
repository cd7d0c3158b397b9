/*
 * What a kept bundle proves of an item, when it is what it should be, and when
 * somebody who may write here keeps something else.  tests/cli/chain.sh has real ones.
 */
#include <stdlib.h>

#include "base/os.h"
#include "format/archive.h"
#include "format/tlog_proof.h"
#include "share_source.h"
#include "vault_fixture.h"

static struct ev_source_link link_to; /* entry 1 of the vault `field` */
static struct ev_catalog_receive receive;
static struct ev_buf vault_note, entries[2], proofs[2];

static struct ev_slice
all(const struct ev_buf *b)
{
	return ev_slice_of(b->data, b->len);
}

static bool
prove(struct evault *field, uint64_t index, struct ev_buf *out)
{
	struct ev_hash proof[EV_PROOF_MAX];
	size_t n;

	return ev_merkle_prove(ev_log_fetch(field->log), index, receive.size, proof, &n, NULL) ==
		   EVAULT_OK &&
	       ev_proof_encode(index, proof, n, ev_log_head_note(field->log), out, NULL) ==
		   EVAULT_OK;
}

/* Makes both vaults, and what a bundle of the first one would have. */
static bool
begin(void)
{
	struct evault_add_summary s;
	struct ev_entry *entry = malloc(sizeof(*entry));
	struct evault *field = NULL;
	uint64_t i;
	bool good = entry != NULL && fixture_vault("field") && fixture_vault("hq") &&
		    fixture_text("a", "text of a") && fixture_add("field", "a", &s) == EVAULT_OK &&
		    fixture_open("field", EVAULT_READ, FIXTURE_KEY, &field, NULL) == EVAULT_OK;

	if (!good)
		goto out;
	receive.size = ev_log_head(field->log)->size;
	receive.root = ev_log_head(field->log)->root;
	good =
	    ev_hash_parse(ev_slice_text(field->note.origin + strlen("evault/")), &receive.origin) &&
	    ev_os_load(field->dir, "vault", EV_VAULT_NOTE_MAX, &vault_note, NULL) == EVAULT_OK;
	for (i = 0; i < 2 && good; i++)
		good = ev_vault_entry(field, i, &entries[i], entry, NULL) == EVAULT_OK &&
		       prove(field, i, &proofs[i]);
	good = good && entry->is_record;
	link_to.place.origin = receive.origin;
	link_to.place.index = 1;
	link_to.place.digest = entry->record;
out:
	evault_close(field);
	free(entry);
	return good;
}

static void
put(struct ev_buf *tar, const char *name, struct ev_slice body)
{
	static const uint8_t zeros[EV_TAR_BLOCK];

	ev_archive_header(tar, ev_slice_text(name), body.len, NULL);
	ev_buf_add(tar, body.data, body.len);
	ev_buf_add(tar, zeros, ev_tar_padding(body.len));
}

struct making { /* what is otherwise than it should be */
	struct ev_slice note, key, key_proof, item, item_proof;
	const char *folder;
	bool no_end;
};

static struct making
right(void)
{
	return (struct making){ .note = all(&vault_note),
				.key = all(&entries[0]),
				.key_proof = all(&proofs[0]),
				.item = all(&entries[1]),
				.item_proof = all(&proofs[1]),
				.folder = "evault/" };
}

static void
put_in(struct ev_buf *tar, const struct making *m, const char *name, struct ev_slice body)
{
	char path[200];

	snprintf(path, sizeof(path), "%s%s", m->folder, name);
	put(tar, path, body);
}

/* Keeps it in hq, and asks what it proves: how many entries. */
static size_t
proves(const struct making *m, enum evault_status *rc)
{
	static const uint8_t zeros[EV_TAR_END];
	struct ev_buf tar = EV_BUF_INIT;
	struct evault_add_summary added;
	struct ev_sources s = { .n_links = 1 };
	struct evault *hq = NULL;
	struct ev_hash sha256;
	size_t n = 99;

	put(&tar, "evault/VERIFY.txt", ev_slice_text("of no interest\n"));
	put_in(&tar, m, strcmp(m->folder, "evault/") == 0 ? "keys/vault" : "vault", m->note);
	put_in(&tar, m, "keys/0000.entry", m->key);
	put_in(&tar, m, "keys/0000.tlog-proof", m->key_proof);
	put_in(&tar, m, "items/0001.entry", m->item);
	put_in(&tar, m, "items/0001.tlog-proof", m->item_proof);
	if (!m->no_end)
		ev_buf_add(&tar, zeros, sizeof(zeros));
	ev_hash_of(tar.data, tar.len, &sha256);
	s.links = malloc(sizeof(*s.links));
	CHECK(s.links != NULL && fixture_file("kept", tar.data, tar.len) &&
	      fixture_add("hq", "kept", &added) == EVAULT_OK &&
	      fixture_open("hq", EVAULT_READ, FIXTURE_KEY, &hq, NULL) == EVAULT_OK);
	s.links[0] = link_to;
	CHECK(ev_sources_find(&s, hq, NULL) == EVAULT_OK && s.n_trees == 0);
	*rc = ev_source_from_bundle(&s, hq, &receive, &sha256, NULL);
	n = s.n_trees == 0 ? 0 : s.trees[0].items.n;
	CHECK(s.links[0].proved == (n == 1));
	ev_sources_release(&s);
	ev_buf_release(&tar);
	evault_close(hq);
	return n;
}

static void
what_a_kept_bundle_has_of_its_vault_proves_the_link(void)
{
	struct making m = right();
	enum evault_status rc;

	CHECK(proves(&m, &rc) == 1 && rc == EVAULT_OK);
}

static void
what_it_has_of_the_vault_before_proves_the_link(void)
{
	struct making m = right();
	char folder[EV_SOURCE_FOLDER_SIZE], own[EV_SOURCE_FOLDER_SIZE];
	struct ev_source_tree tree = { .origin = receive.origin, .size = receive.size };
	struct ev_hash origin = receive.origin;
	enum evault_status rc;

	ev_source_folder(&tree, folder);
	m.folder = folder;
	receive.origin.b[0] ^= 1; /* the bundle is another vault's */
	CHECK(proves(&m, &rc) == 1 && rc == EVAULT_OK);
	receive.origin = origin;
	tree.size++;
	ev_source_folder(&tree, own);
	m.folder = own;
	CHECK(proves(&m, &rc) == 0);
}

static void
what_is_not_what_it_should_be_proves_nothing(void)
{
	struct ev_buf flipped = EV_BUF_INIT;
	struct making m;
	enum evault_status rc;
	size_t i;

	for (i = 0; i < 5; i++) {
		struct ev_slice *part;

		m = right();
		part = i == 0   ? &m.note
		       : i == 1 ? &m.key
		       : i == 2 ? &m.key_proof
		       : i == 3 ? &m.item
				: &m.item_proof;
		ev_buf_clear(&flipped);
		ev_buf_add(&flipped, part->data, part->len);
		flipped.data[part->len / 2] ^= 1;
		*part = all(&flipped);
		CHECK(proves(&m, &rc) == 0);
		part->len = 0;
		CHECK(proves(&m, &rc) == 0);
	}
	m = right();
	m.item = m.key;
	CHECK(proves(&m, &rc) == 0);
	m = right();
	m.item_proof = m.key_proof;
	CHECK(proves(&m, &rc) == 0);
	m = right();
	m.no_end = true;
	CHECK(proves(&m, &rc) == 0 && rc != EVAULT_OK);
	ev_buf_release(&flipped);
}

static void
another_record_of_that_number_is_not_the_one(void)
{
	struct making m = right();
	enum evault_status rc;

	link_to.place.digest.b[0] ^= 1;
	CHECK(proves(&m, &rc) == 0 && rc == EVAULT_OK);
	link_to.place.digest.b[0] ^= 1;
}

static void
what_is_too_large_ends_it(void)
{
	struct ev_buf large = EV_BUF_INIT;
	struct making m = right();
	enum evault_status rc;
	size_t i;

	for (i = 0; i < 20000; i++)
		ev_buf_puts(&large, "0123456789");
	m.item_proof = all(&large);
	CHECK(proves(&m, &rc) == 0 && rc != EVAULT_OK);
	ev_buf_release(&large);
}

int
main(void)
{
	if (!fixture_start() || !begin())
		return 1;
	UNIT_RUN(what_a_kept_bundle_has_of_its_vault_proves_the_link);
	UNIT_RUN(what_it_has_of_the_vault_before_proves_the_link);
	UNIT_RUN(what_is_not_what_it_should_be_proves_nothing);
	UNIT_RUN(another_record_of_that_number_is_not_the_one);
	UNIT_RUN(what_is_too_large_ends_it);
	ev_buf_release(&vault_note);
	ev_buf_release(&entries[0]);
	ev_buf_release(&entries[1]);
	ev_buf_release(&proofs[0]);
	ev_buf_release(&proofs[1]);
	return fixture_end();
}
