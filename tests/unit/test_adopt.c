/*
 * Packs that no entry names, and what `check --adopt` makes of them.
 */
#include <errno.h>

#include "commit.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

/* A vault "c" of two items, as it was made once. */
static bool
begin(void)
{
	struct evault_add_summary s;

	if (!fixture_there("whole") &&
	    !(fixture_vault("whole") && fixture_text("a", "one") && fixture_text("b", "two") &&
	      fixture_add("whole", "a", &s) == EVAULT_OK &&
	      fixture_add("whole", "b", &s) == EVAULT_OK))
		return false;
	return fixture_remove("c") && fixture_copy("whole", "c");
}

static enum evault_status
check(struct found *f, struct evault_check_summary *s)
{
	return fixture_check("c", EVAULT_READ, EVAULT_CHECK_FULL, f, s);
}

static enum evault_status
adopt(enum evault_access access, struct evault_check_summary *s, struct evault_error *err)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL, .adopt = true };

	return evault_check("c", access, &unlock, &what, s, err);
}

/* The vault after a run that wrote its packs and not its entries. */
static bool
interrupted(const char *path)
{
	const struct fault_plan plan = { FAULT_MKDIR, 1, ENOSPC, true, NULL };
	const char *const paths[] = { path };
	struct evault_add what = { .paths = paths, .n_paths = 1 };
	struct evault_add_summary s;
	struct evault *v = NULL;
	enum evault_status rc;

	if (fixture_open("c", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) != EVAULT_OK)
		return false;
	faults_on(&plan);
	rc = evault_add(v, &what, &s, NULL);
	evault_close(v);
	return faults_off() && rc == EVAULT_E_FULL && s.kept == 0;
}

static void
pack_of_an_interrupted_run_is_taken_in_on_request(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && fixture_text("lost", "lost and found") && interrupted("lost"));
	NEED(check(&f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK);
	CHECK(s.sound && s.adopted == 1);
	CHECK(fixture_is_sound("c"));
	NEED(check(&f, &s) == EVAULT_OK);
	CHECK(s.items == 4 && s.packs == 4); /* with the record that tells of it */
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK);
	CHECK(s.adopted == 0 && s.entries == 8);
}

static void
pack_that_is_not_whole_is_not_taken_in(void)
{
	struct evault_check_summary s;
	char pack[300];
	size_t i;

	NEED(begin() && fixture_text("lost", "lost and found") && interrupted("lost"));
	for (i = 0; fixture_pack("c", i, pack, sizeof(pack)); i++) {
		char kept[310];

		snprintf(kept, sizeof(kept), "whole%s", pack + 1);
		if (!fixture_there(kept))
			break;
	}
	NEED(fixture_flip(pack, 1000));
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK);
	CHECK(s.adopted == 0 && s.entries == 5);
}

static void
adopting_needs_the_vault_open_for_writing(void)
{
	struct evault_check_summary s;

	NEED(begin() && fixture_text("lost", "lost and found") && interrupted("lost"));
	CHECK(adopt(EVAULT_READ, &s, NULL) == EVAULT_E_USAGE);
	CHECK(adopt(EVAULT_SEALED, &s, NULL) == EVAULT_E_USAGE);
}

/* ---- packs by hand ------------------------------------------------------------------- */

enum {
	PADDING_RECORDS = 200, /* enough that a pack has many frames of them */
	HOLDS_ORIGINAL = 7     /* so many records before the one whose original is there */
};

/* A record of this action about a file of this text; its digest. */
static bool
make_record(struct evault *v, const char *action, const char *text, struct ev_record *r,
	    struct ev_hash *digest)
{
	char hex[EVAULT_HEX_SIZE], size[24];
	struct ev_hash sha;

	ev_hash_of(text, strlen(text), &sha);
	ev_hash_hex(&sha, hex);
	snprintf(size, sizeof(size), "%zu", strlen(text));
	ev_record_init(r);
	return ev_commit_begin_record(v, action, r, NULL) == EVAULT_OK &&
	       ev_record_add_text(r, "name", text, NULL) == EVAULT_OK &&
	       ev_record_add_text(r, "size", size, NULL) == EVAULT_OK &&
	       ev_record_add_text(r, "sha256", hex, NULL) == EVAULT_OK &&
	       ev_record_digest(ev_slice_of(r->text.data, r->text.len), digest, NULL) == EVAULT_OK;
}

static bool
append_record(struct evault *v, struct ev_pack_writer *w, const char *action, const char *text)
{
	struct ev_record r;
	struct ev_hash digest;
	bool good = make_record(v, action, text, &r, &digest) &&
		    ev_pack_append(w, EV_MEMBER_RECORD, &digest, 0,
				   ev_slice_of(r.text.data, r.text.len), NULL) == EVAULT_OK;

	ev_record_release(&r);
	return good;
}

static bool
append_object(struct ev_pack_writer *w, const char *text)
{
	struct ev_hash sha;

	ev_hash_of(text, strlen(text), &sha);
	return ev_pack_append(w, EV_MEMBER_OBJECT, &sha, 0, ev_slice_text(text), NULL) == EVAULT_OK;
}

static struct ev_pack_writer *
new_writer(struct evault *v)
{
	struct ev_pack_writer *w = NULL;
	struct ev_age_recipient to;

	if (ev_age_recipient_parse(ev_slice_text(v->authority.read_keys[0]), &to, NULL) !=
		EVAULT_OK ||
	    ev_pack_writer_new(v->dir, &to, &w, NULL) != EVAULT_OK)
		return NULL;
	return w;
}

/* A record that more than one pack has. */
struct shared {
	struct ev_record r;
	struct ev_hash digest;
};

static bool
append_shared(struct ev_pack_writer *w, const struct shared *s)
{
	return ev_pack_append(w, EV_MEMBER_RECORD, &s->digest, 0,
			      ev_slice_of(s->r.text.data, s->r.text.len), NULL) == EVAULT_OK;
}

/* A stray pack: both shared records, and many of which one alone has its original here. */
static bool
write_stray(struct evault *v, const struct shared *lost, const struct shared *found, int n)
{
	struct ev_pack_writer *w = new_writer(v);
	struct ev_hash name;
	char text[40];
	uint64_t size;
	bool good = w != NULL && append_object(w, n == 0 ? "found" : "of no record") &&
		    append_shared(w, lost);
	int i;

	for (i = 0; i < PADDING_RECORDS && good; i++) {
		snprintf(text, sizeof(text), "file %d of pack %d", i, n);
		if (i == HOLDS_ORIGINAL)
			good = append_object(w, text);
		good = good && append_record(v, w, "add", text);
	}
	good = good && append_shared(w, found) &&
	       ev_pack_finish(w, &name, &size, NULL, NULL, NULL) == EVAULT_OK;
	ev_pack_writer_free(w);
	return good;
}

/* To judge what is in the second pack, a record is read from the first. */
static void
of_packs_that_share_records_each_item_with_an_original_is_taken_in_once(void)
{
	struct evault_check_summary s;
	struct shared lost, found;
	struct evault *v = NULL;
	struct found f;

	NEED(begin() && fixture_open("c", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	NEED(make_record(v, "add", "lost", &lost.r, &lost.digest) &&
	     make_record(v, "add", "found", &found.r, &found.digest));
	CHECK(write_stray(v, &lost, &found, 0) && write_stray(v, &lost, &found, 1));
	ev_record_release(&lost.r);
	ev_record_release(&found.r);
	evault_close(v);
	NEED(check(&f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 2 && f.of[EVAULT_FINDING_INTERRUPTED] == 2);
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK);
	CHECK(s.sound && s.adopted == 3); /* "found", and one of each pack */
	CHECK(fixture_is_sound("c"));
	NEED(check(&f, &s) == EVAULT_OK);
	CHECK(s.items == 2 + 3 + 2); /* two records say that packs were taken in */
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK && s.adopted == 0);
}

static void
record_that_adds_nothing_is_not_taken_in(void)
{
	static const char *const actions[] = { "get", "adopt", "note" };
	struct evault_check_summary s;
	struct ev_pack_writer *w;
	struct evault *v = NULL;
	struct ev_hash pack;
	uint64_t size;
	size_t i;

	NEED(begin() && fixture_open("c", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	w = new_writer(v);
	CHECK(w != NULL && append_object(w, "there"));
	for (i = 0; i < 3; i++)
		CHECK(append_record(v, w, actions[i], "there"));
	CHECK(ev_pack_finish(w, &pack, &size, NULL, NULL, NULL) == EVAULT_OK);
	ev_pack_writer_free(w);
	evault_close(v);
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK);
	CHECK(s.sound && s.adopted == 0);
	CHECK(fixture_is_sound("c"));
}

/* Names the pack, and in the next entry drops it. */
static bool
commit_and_drop(struct evault *v, const struct ev_hash *pack, uint64_t size)
{
	struct ev_line line = { .kind = EV_LINE_DROP, .hash = *pack };
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_commit c;
	struct ev_hash root;
	bool good = ev_commit_init(&c, v, NULL) == EVAULT_OK &&
		    ev_commit_pack(&c, pack, size, NULL) == EVAULT_OK &&
		    ev_commit_finish(&c, NULL) == EVAULT_OK;
	uint64_t at = ev_log_next(v->log, &root);
	struct ev_slice body;

	ev_commit_release(&c);
	ev_hash_of("why", 3, &line.record);
	ev_entry_head(&text, v->note.origin, at, &root);
	ev_line_encode(&text, &line);
	body = ev_slice_of(text.data, text.len);
	ev_note_begin(&note, body);
	good =
	    good &&
	    ev_note_sign(&note, body, &v->keys->actor, &v->keys->slot->actor, NULL) == EVAULT_OK &&
	    ev_log_stage(v->log, ev_slice_of(note.data, note.len), NULL) == EVAULT_OK &&
	    ev_log_commit(v->log, &v->authority.log_key, &v->keys->write->log, NULL) == EVAULT_OK;
	ev_buf_release(&text);
	ev_buf_release(&note);
	return good;
}

static void
pack_that_was_dropped_and_is_still_there_is_a_leftover_and_no_stray(void)
{
	struct evault_check_summary s;
	struct ev_pack_writer *w;
	struct evault *v = NULL;
	struct ev_hash pack;
	struct found f;
	uint64_t size = 0;

	NEED(begin() && fixture_open("c", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	w = new_writer(v);
	CHECK(w != NULL && append_object(w, "erased") && append_record(v, w, "add", "erased") &&
	      ev_pack_finish(w, &pack, &size, NULL, NULL, NULL) == EVAULT_OK);
	ev_pack_writer_free(w);
	CHECK(commit_and_drop(v, &pack, size));
	evault_close(v);
	NEED(check(&f, &s) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(s.sound && s.entries == 7 && s.items == 2);
	NEED(adopt(EVAULT_WRITE, &s, NULL) == EVAULT_OK);
	CHECK(s.sound && s.adopted == 0 && s.entries == 7);
	NEED(check(&f, &s) == EVAULT_OK);
	CHECK(f.n == 1 && s.entries == 7 && s.items == 2);
}

/* The run that wrote it may have died before its name was on the disk. */
static void
pack_is_synced_by_name_before_the_log_names_it(void)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, EIO, false, NULL };
	struct evault_check_summary s;
	bool refused = false, fired = true;
	char pack[300], folder[300];
	struct found f;
	size_t i;

	NEED(begin() && fixture_text("n", "new") && interrupted("n"));
	/* The folder of the pack that is not one of the two before. */
	NEED(check(&f, &s) == EVAULT_OK && f.n == 1);
	snprintf(folder, sizeof(folder), "%.8s", f.path);
	for (i = 0; i < 3; i++) {
		NEED(fixture_pack("c", i, pack, sizeof(pack)));
		if (strstr(pack, f.path) == NULL && strstr(pack, folder) != NULL)
			return; /* two in one folder: one run in a hundred */
	}
	plan.name = folder;
	NEED(fixture_remove("before") && fixture_copy("c", "before"));
	/* It is opened to be listed, then to be synced; the log must not name it when that fails.
	 */
	for (plan.nth = 0; fired; plan.nth++) {
		NEED(fixture_remove("c") && fixture_copy("before", "c"));
		faults_on(&plan);
		refused = adopt(EVAULT_WRITE, &s, NULL) == EVAULT_E_IO || refused;
		fired = faults_off();
	}
	CHECK(refused && s.adopted == 1);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(pack_of_an_interrupted_run_is_taken_in_on_request);
	UNIT_RUN(pack_that_is_not_whole_is_not_taken_in);
	UNIT_RUN(adopting_needs_the_vault_open_for_writing);
	UNIT_RUN(of_packs_that_share_records_each_item_with_an_original_is_taken_in_once);
	UNIT_RUN(record_that_adds_nothing_is_not_taken_in);
	UNIT_RUN(pack_that_was_dropped_and_is_still_there_is_a_leftover_and_no_stray);
	UNIT_RUN(pack_is_synced_by_name_before_the_log_names_it);
	return fixture_end();
}
